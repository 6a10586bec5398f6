use super::parse;

const SHA: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

fn entry(name: &str) -> String {
    format!(
        "[[approved]]\nname = \"{name}\"\nversion = \"1.0.0\"\nchecksum = \"{SHA}\"\n\
         approved_by = \"me\"\napproved_on = \"2026-01-01\"\n"
    )
}

fn complaints(text: &str) -> Vec<String> {
    match parse(text) {
        Ok(_) => Vec::new(),
        Err(error) => error.complaints().iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn a_good_file_is_read_whole() {
    let text = format!(
        "version = 1\n\n{}expires = 2027-01-31\nnote = \"read it\"\n\n\
         [[rule]]\nname = \"windows-*\"\nsource = \"crates-io\"\nowner = \"us\"\n\
         expires = \"2027-01-01\"\nreason = \"one vendor\"\n",
        entry("a")
    );
    let approvals = parse(&text).unwrap();
    assert!(approvals.present);
    let approval = &approvals.approved[0];
    assert_eq!((approval.name.as_str(), approval.line), ("a", 3));
    assert_eq!(approval.expires.as_deref(), Some("2027-01-31"));
    assert_eq!(approvals.rules[0].name.as_deref(), Some("windows-*"));
    assert_eq!(approvals.rules[0].line, 12);
}

#[test]
fn every_complaint_comes_at_once_with_its_place() {
    let text = "version = 1\n\
        [[approved]]\n\
        name = \"a\"\n\
        version = 3\n\
        checksum = \"xyz\"\n\
        aproved_by = \"me\"\n\
        approved_on = \"2026-02-30\"\n";
    let expected = [
        "ci/deps-approvals.toml:2:1: approved[0].approved_by: is missing",
        "ci/deps-approvals.toml:4:11: approved[0].version: must be a text, not integer",
        "ci/deps-approvals.toml:5:12: approved[0].checksum: is no SHA-256 (the 64 lower-case hex digits that stand in Cargo.lock)",
        "ci/deps-approvals.toml:6:1: approved[0].aproved_by: unknown key (did you mean `approved_by`?)",
        "ci/deps-approvals.toml:7:15: approved[0].approved_on: `2026-02-30` is no day (YYYY-MM-DD)",
    ];
    assert_eq!(complaints(text), expected);
}

#[test]
fn each_fault_is_named() {
    let rule = |fields: &str| {
        format!("version = 1\n[[rule]]\nowner = \"o\"\nexpires = \"2027-01-01\"\nreason = \"r\"\n{fields}")
    };
    let no_pin = entry("a").replace(&format!("checksum = \"{SHA}\"\n"), "");
    for (text, expected) in [
        ("", "version: is missing"),
        ("version = 2", "version: must be 1"),
        ("version = 1\nversion = 1", "duplicate key"),
        ("version = 1\nrules = 3", "did you mean `rule`?"),
        ("version = 1\napproved = 3", "must be a list of tables, not integer"),
        ("version = 1\nx = [[[[", ":2:"),
        (&format!("version = 1\n{}{}", entry("a"), entry("a")), "a@1.0.0 is approved on line 2 already"),
        (&format!("version = 1\n{no_pin}"), "pins nothing"),
        (&format!("version = 1\n{no_pin}source = \"git+https://example.com/x\""), "is no pin"),
        (&format!("version = 1\n{}source = \"path+../x\"", entry("a")), "both a checksum and a source"),
        (&format!("version = 1\n{}expires = 2026-02-30", entry("a")), ":8:"),
        (&format!("version = 1\n{}expires = 2026-02-01T00:00:00Z", entry("a")), "is no day"),
        (&format!("version = 1\n{}", entry(" ")), "is empty"),
        (&format!("version = 1\n{}", entry("a").replace("1.0.0", "^1")), "is no exact version"),
        (&rule(""), "would approve everything"),
        (&rule("name = \"*\""), "would approve everything"),
        (&rule("name = \"**\""), "would approve everything"),
        (&rule("name = \"?*\""), "would approve everything"),
        (&rule("name = \"[\""), "is no pattern"),
    ] {
        let found = complaints(text);
        assert!(found.iter().any(|line| line.contains(expected)), "{text}\n{found:#?}");
    }
    assert_eq!(complaints(&rule("name = \"*\"\nsource = \"crates-io\"")), Vec::<String>::new());
}

#[test]
fn nothing_makes_it_panic() {
    let deep = format!("version = 1\nx = {}", "[".repeat(100_000));
    for text in ["\u{feff}", "\0", "version", "[[approved]]", "[approved]\n[rule]", "é = \"", &deep] {
        assert!(parse(text).is_err());
    }
}

#[test]
fn a_rule_by_name_says_which_names() {
    for (name, expected) in [
        ("leaf", false),
        ("a", false),
        ("windows-*", false),
        ("*-sys", false),
        ("{tokio,hyper}-*", false),
        ("aws?", false),
        ("{x,y}", false),
        ("l*", true),
        ("[a-z]*", true),
        ("????*", true),
        ("*a*", true),
        ("?[a-z]*", true),
        ("{a*,b*,c*}", true),
        ("{a,b}*", true),
        ("{tokio,a}*", true),
    ] {
        let rule = "owner = \"o\"\nexpires = \"2027-01-01\"\nreason = \"r\"\n";
        let found = complaints(&format!("version = 1\n[[rule]]\nname = \"{name}\"\n{rule}"));
        assert_eq!(!found.is_empty(), expected, "{name}: {found:?}");
        let found =
            complaints(&format!("version = 1\n[[rule]]\nname = \"{name}\"\nsource = \"crates-io\"\n{rule}"));
        assert!(found.is_empty(), "with a source: {name}: {found:?}");
    }
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_not_opened() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("ci")).unwrap();
    std::os::unix::fs::symlink("/dev/null", folder.path().join(super::FILE)).unwrap();
    let error = super::load(folder.path()).unwrap_err().to_string();
    assert!(error.contains("it is not a file"), "{error}");
}
