use super::*;

fn parse(text: &str) -> Document {
    Document::parse(text.as_bytes(), "f.yml").unwrap()
}

/// What is said of a text that is refused.
fn refused(text: &[u8]) -> String {
    Document::parse(text, "f.yml").map(|document| document.root).unwrap_err().complaints()[0].to_string()
}

/// Every node of the tree, with its line and column.
fn places(text: &str) -> Vec<(String, usize, usize)> {
    fn walk(node: &Node, all: &mut Vec<(usize, String)>) {
        all.push((node.id, node.value.bare()));
        match &node.value {
            Value::Sequence(items) => items.iter().for_each(|item| walk(item, all)),
            Value::Mapping(entries) => entries.iter().for_each(|(key, value)| {
                walk(key, all);
                walk(value, all);
            }),
            _ => {}
        }
    }
    let document = parse(text);
    let mut all = Vec::new();
    walk(&document.root, &mut all);
    all.into_iter()
        .map(|(id, what)| {
            let (line, column) = node::position(text, id);
            (what, line, column)
        })
        .collect()
}

#[test]
fn every_node_has_its_place() {
    let text = "# c\na: 1\n\"\u{e9}\u{1f600}\": {x: [true, ~, 1.5]}\nlist:\n  - one\n  - k: 'v'\nnone:\n? q\n: !t z\n";
    let expected = [
        ("a mapping", 2, 1),
        ("a", 2, 1),
        ("1", 2, 4),
        ("\u{e9}\u{1f600}", 3, 1),
        ("a mapping", 3, 7),
        ("x", 3, 8),
        ("a list", 3, 11),
        ("true", 3, 12),
        ("nothing", 3, 18),
        ("1.5", 3, 21),
        ("list", 4, 1),
        ("a list", 5, 3),
        ("one", 5, 5),
        ("a mapping", 6, 5),
        ("k", 6, 5),
        ("v", 6, 8),
        ("none", 7, 1),
        ("nothing", 7, 6),
        ("q", 8, 3),
        ("a value tagged `t`", 9, 3),
    ];
    let places = places(text);
    let places: Vec<_> = places.iter().map(|(what, line, column)| (what.as_str(), *line, *column)).collect();
    assert_eq!(places, expected);
}

#[test]
fn what_an_alias_stands_for_has_the_place_of_the_original() {
    let places = places("a: &x [1, {b: 2}]\r\nc: *x\r\nd: 3\r\n");
    let twos: Vec<_> = places.iter().filter(|place| place.0 == "2").collect();
    assert_eq!(twos, [&("2".to_owned(), 1, 15), &("2".to_owned(), 1, 15)]);
    assert_eq!(places.last(), Some(&("3".to_owned(), 3, 4)));
}

#[test]
fn a_path_names_keys_and_indices() {
    let document = parse("a:\n  b: [1, {c: 2}]\nd: 3\n");
    let mut paths = Vec::new();
    for id in 0..10 {
        paths.push(document.root.path_to(id));
    }
    let expected = ["", "a", "a", "a.b", "a.b", "a.b[0]", "a.b[1]", "a.b[1].c", "a.b[1].c", "d"];
    assert_eq!(paths, expected);
}

#[test]
fn duplicates_are_found_everywhere_and_once_for_an_alias() {
    let document = parse("a: &x {k: 1, k: 2}\nb: *x\na: 3\n");
    let error = document.finish(Complaints::new()).unwrap_err();
    assert!(!error.to_string().contains("not shown"), "{error}");
    let lines: Vec<String> = error.complaints().iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "f.yml:1:14: a.k: the key `k` is given twice (first given in line 1; delete one of them)",
            "f.yml:3:1: a: the key `a` is given twice (first given in line 1; delete one of them)",
        ]
    );
}

#[test]
fn what_cannot_be_read_says_where_and_why() {
    let laughs = "a0: &a0 [x, x]\n".to_owned()
        + &(1..30).map(|n| format!("a{n}: &a{n} [*a{p}, *a{p}]\n", p = n - 1)).collect::<String>();
    let wide = format!("a: &a [{}]\nb: [{}]\n", "x,".repeat(900), "*a,".repeat(900));
    for (text, expected) in [
        (&b""[..], "f.yml: the file is empty"),
        (b"# only a comment\n", "f.yml: the file is empty"),
        (b"---\n", "f.yml: the file is empty"),
        (b"\xef\xbb\xbfa: 1\n", "f.yml:1:1: the file begins with a byte order mark"),
        (b"a: 1\nb: \xff\n", "f.yml:2:4: the file is not UTF-8"),
        (b"\xff\xfea\0:\0", "f.yml:1:1: the file is not UTF-8"),
        (b"a: 1\nb: x\0y\n", "f.yml:2:5: the file contains a control character"),
        ("a: 1\n# \u{202e}\n".as_bytes(), "f.yml:2:3: the file contains an invisible character"),
        (b"%TAG ! x\n---\na: 1\n", "f.yml:1:1: the file contains a YAML directive"),
        (b"a: 1\n---\nb: 2\n", "f.yml:3:1: a second document begins here"),
        (b"a: 1\n}\n", "f.yml:2:1: not valid YAML: did not find expected"),
        (b"!a !a x\n", "f.yml:1:4: not valid YAML: did not find expected"),
        (b"a: 1\n...\n---\n", "f.yml:4:1: a second document begins here"),
        (b"a:\n\tb: 1\n", "f.yml:2:1: not valid YAML: found character that cannot start any token"),
        (b"a:\n\tb: 1\n", "indent with spaces"),
        (b"a: [1, 2\nb: 3\n", "f.yml:2:2: not valid YAML: did not find expected ',' or ']'"),
        (b"a: 'x\n", "f.yml:2:1: not valid YAML: found unexpected end of stream"),
        (b"a: b: c\n", "f.yml:1:5: not valid YAML: mapping values are not allowed"),
        (b"a: *nowhere\n", "f.yml:1:4: not valid YAML: unknown anchor"),
        (b"a: !!int x\n", "f.yml:1:4: not valid YAML: a: invalid value: string \"x\""),
        (b"&a [*a]\n", "f.yml:1:1: lists and mappings are nested too deeply"),
        (b"&a {*a : *a}\n", "f.yml:1:1: lists and mappings are nested too deeply"),
        ("[".repeat(10_000).as_bytes(), "f.yml:1:129: lists and mappings are nested too deeply"),
        ("[".repeat(500_000).as_bytes(), "f.yml:1:10001: the file contains too many brackets"),
        ("- ".repeat(10_000).as_bytes(), "f.yml:1:257: lists and mappings are nested too deeply"),
        ("a: ".repeat(10_000).as_bytes(), "f.yml:1:5: not valid YAML"),
        ("? ".repeat(10_000).as_bytes(), "f.yml:1:257: lists and mappings are nested too deeply"),
        (laughs.as_bytes(), "the file has too many values once its aliases are expanded"),
        (wide.as_bytes(), "the file has too many values once its aliases are expanded"),
        (&[b'#'; MAX_BYTES + 1], "f.yml: the file is too large"),
    ] {
        let found = refused(text);
        let start = String::from_utf8_lossy(&text[..text.len().min(40)]);
        assert!(found.contains(expected), "{start:?}\n  expected {expected}\n  found    {found}");
    }
}

#[test]
fn a_flood_of_complaints_is_cut_and_counted() {
    let text: String = (0..80).map(|n| format!("k{n}: 1\n")).collect();
    let document = parse(&text);
    let mut complaints = Complaints::new();
    Fields::read(document.root(), &Keys::new(&["version"]), &mut complaints);
    let error = document.finish(complaints).unwrap_err();
    assert_eq!(error.complaints().len(), MAX_COMPLAINTS);
    assert_eq!(error.complaints()[49].line, 50);
    assert!(error.to_string().contains("30 more in the same file are not shown"), "{error}");
}

#[test]
fn readers_say_what_they_expected() {
    let document = parse("a: 1\nb: rouge\nc: [x, x, 2]\nd: {1: x}\ne: \"1\"\nf: 70\n\"g\\e\": 1\n");
    let mut complaints = Complaints::new();
    let keys = Keys::new(&["a", "b", "c", "d", "e", "f", "missing"]);
    let fields = Fields::read(document.root(), &keys, &mut complaints).unwrap();
    let c = &mut complaints;
    assert_eq!(fields.get("a").unwrap().text("a name", c), None);
    assert_eq!(fields.get("b").unwrap().word(&[("rogue", 1), ("red", 2)], c), None);
    let list = fields.get("c").unwrap().checked_list("a list of texts", c, |_| Ok(()));
    assert_eq!(list, Some(vec!["x".to_owned()]));
    assert!(fields.get("d").unwrap().entries("a mapping", c).unwrap().is_empty());
    assert_eq!(fields.get("e").unwrap().boolean(c), None);
    assert_eq!(fields.get("f").unwrap().integer(1, 60, c), None);
    assert!(fields.need("missing", "TEXT", c).is_none());
    let error = document.finish(complaints).unwrap_err();
    let lines: Vec<String> = error.complaints().iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "f.yml:1:1: the key `missing` is missing (add missing: TEXT)",
            "f.yml:1:4: a: found 1 (expected a name; put it in quotes)",
            "f.yml:2:4: b: unknown word `rouge` (did you mean `rogue`? valid are rogue or red)",
            "f.yml:3:8: c[1]: `x` is listed twice (delete one of them)",
            "f.yml:3:11: c[2]: found 2 (expected a text; put it in quotes)",
            "f.yml:4:5: d.1: 1 as a key (expected a text; put it in quotes)",
            "f.yml:5:4: e: found the text `1` (expected true or false)",
            "f.yml:6:4: f: found 70 (expected a whole number from 1 to 60)",
            "f.yml:7:1: g\\u{1b}: unknown key `g\\u{1b}` (expected a, b, c, d, e, f or missing)",
        ]
    );
}

#[cfg(unix)]
#[test]
fn unreadable_is_not_absent() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    assert!(open(root, "ci/f.yml").unwrap().is_none());
    std::fs::write(root.join("ci"), "a script").unwrap();
    assert!(open(root, "ci/f.yml").unwrap().is_none());
    std::fs::remove_file(root.join("ci")).unwrap();
    std::fs::create_dir(root.join("ci")).unwrap();
    std::os::unix::fs::symlink("nowhere", root.join("ci/f.yml")).unwrap();
    let error = open(root, "ci/f.yml").unwrap_err();
    assert!(error.to_string().starts_with("ci/f.yml: cannot be read: "), "{error}");
    std::fs::create_dir(root.join("ci/g.yml")).unwrap();
    let error = open(root, "ci/g.yml").unwrap_err();
    assert!(error.to_string().contains("it is not a file"), "{error}");
    std::fs::write(root.join("ci/h.yaml"), "a: 1").unwrap();
    let error = open(root, "ci/h.yml").unwrap_err();
    assert!(error.to_string().contains("rename it to ci/h.yml"), "{error}");
}
