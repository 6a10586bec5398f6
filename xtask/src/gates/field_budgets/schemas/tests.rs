//! What the tests of all formats share, and what holds for all of them.

use std::fmt::Write as _;
use std::fs;

use super::{Reading, SchemaFile, find, read};
use crate::evidence::budgets::ByHand;
use crate::evidence::contracts::{Contract, Field, Format, Presence, Tagging, Variant, Written};
use crate::settings::FieldBudgets;

/// Reads files of these names.
pub(super) fn reading(format: Format, files: &[(&str, &str)]) -> Reading {
    let folder = tempfile::tempdir().unwrap();
    let schema = |(name, text): &(&str, &str)| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        SchemaFile { format, path, file: format!("p/{name}"), name: (*name).to_owned() }
    };
    read(&files.iter().map(schema).collect::<Vec<_>>())
}

/// One line for each contract, field and variant, its line in the file first. `?` optional, `=` defaulted,
/// `..` flattened.
pub(super) fn rendered(reading: &Reading) -> String {
    let mut text = String::new();
    for contract in &reading.contracts {
        text += &whole(contract);
        contract.fields.iter().for_each(|one| writeln!(text, "  {}", field(one)).unwrap());
        contract.variants.iter().for_each(|one| writeln!(text, "  {}", variant(one)).unwrap());
    }
    for unreadable in &reading.unreadable {
        assert!(unreadable.sha256.len() == 64 && unreadable.by_hand == ByHand::No);
        writeln!(text, "? {}:{} {}: {}", unreadable.file, unreadable.line, unreadable.name, unreadable.why)
            .unwrap();
    }
    for problem in &reading.problems {
        writeln!(text, "! {}:{} {}", problem.file, problem.line, problem.message).unwrap();
    }
    text
}

fn whole(contract: &Contract) -> String {
    let rules = &contract.rules;
    let mut text = format!("{} {} {}", contract.line, contract.kind.as_str(), contract.name);
    match (rules.reads, rules.writes) {
        (true, true) => {}
        (reads, writes) => write!(text, " reads={reads} writes={writes}").unwrap(),
    }
    match &rules.tagging {
        Tagging::External => {}
        other => write!(text, " {other:?}").unwrap(),
    }
    if rules.closed {
        text += " closed";
    }
    for (word, list) in [("reserved", &rules.reserved), ("where", &rules.constraints)] {
        if !list.is_empty() {
            write!(text, " {word} {}", list.join("; ")).unwrap();
        }
    }
    text + "\n"
}

fn field(field: &Field) -> String {
    let sometimes = field.presence != Presence::Required;
    assert_eq!(field.written, if sometimes { Written::Sometimes } else { Written::Always });
    let presence = match field.presence {
        Presence::Required => "",
        Presence::Optional => "?",
        Presence::Defaulted => "=",
    };
    let mut text =
        format!("{} {}{}{presence}", field.line, if field.flatten { ".." } else { "" }, field.name);
    if let Some(number) = field.number {
        write!(text, " #{number}").unwrap();
    }
    if let Some(oneof) = &field.oneof {
        write!(text, " of {oneof}").unwrap();
    }
    format!("{text}: {}", field.ty)
}

fn variant(variant: &Variant) -> String {
    let mut text = format!("{} | {}", variant.line, variant.name);
    if let Some(number) = variant.number {
        write!(text, " #{number}").unwrap();
    }
    if let Some(with) = &variant.with {
        write!(text, " {with}").unwrap();
    }
    for field in &variant.fields {
        write!(text, ": {}", field.ty).unwrap();
    }
    text
}

/// Compares what was read of each source with what is expected, blanks at the beginning of lines aside.
pub(super) fn check(format: Format, name: &str, cases: &[(&str, &str)]) {
    for (source, expected) in cases {
        let found = rendered(&reading(format, &[(name, source)]));
        assert_same(&found, expected, source);
    }
}

pub(super) fn assert_same(found: &str, expected: &str, source: &str) {
    let lines = |text: &str| {
        text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect::<Vec<_>>()
    };
    assert_eq!(lines(found), lines(expected), "of\n{source}\nfound\n{found}");
}

#[test]
fn files_are_read_within_bounds_and_the_others_are_still_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("good.json"), "\u{feff}{\"type\": \"null\"}\n\n").unwrap();
    fs::write(path("bytes.json"), b"{\xff}").unwrap();
    fs::create_dir(path("folder.json")).unwrap();
    fs::File::create(path("large.json")).unwrap().set_len(super::MAX_BYTES + 1).unwrap();
    let names = ["bytes.json", "folder.json", "good.json", "large.json", "missing.json"];
    let schema = |name: &&str| SchemaFile {
        format: Format::JsonSchema,
        path: path(name),
        file: format!("p/{name}"),
        name: (*name).to_owned(),
    };
    let found = read(&names.iter().map(schema).collect::<Vec<_>>());
    assert_eq!((found.files, found.lines), (1, 2));
    assert_same(
        &rendered(&found),
        "1 newtype good.json
         1 0: null
         ! p/bytes.json:0 cannot read it: stream did not contain valid UTF-8
         ! p/folder.json:0 it is not a file
         ! p/large.json:0 the file is larger than 16777216 bytes
         ! p/missing.json:0 it is not there",
        "files",
    );
}

fn found(root: &std::path::Path, globs: &[&str]) -> (Vec<String>, Vec<String>) {
    let globs = globs.iter().map(|glob| (*glob).to_owned()).collect();
    let settings = FieldBudgets { json_schema: globs, ..FieldBudgets::default() };
    let (found, problems) = find(root, &settings);
    for (format, path, file) in &found {
        assert_eq!((*format, path), (Format::JsonSchema, &root.join(file)));
    }
    let problems = problems.into_iter().map(|problem| format!("{}: {}", problem.file, problem.message));
    (found.into_iter().map(|(_, _, file)| file).collect(), problems.collect())
}

#[test]
fn globs_find_files_and_say_when_they_find_none() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    let files =
        ["a.json", "s/b.json", "s/t/c.json", "s/t/c.txt", "target/d.json", "s/target/e.json", ".git/f.json"];
    for file in files.iter().chain(&["dist/g.json", "s/dist/h.json", "../outside/i.json"]) {
        let path = root.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "{}").unwrap();
    }
    let none =
        |glob: &str| format!("ci/maturity-evidence.yml: the json_schema glob `{glob}` matches no file");
    let cases: &[(&[&str], &[&str], &[&str])] = &[
        (&[], &[], &[]),
        (&["a.json"], &["a.json"], &[]),
        (&["./s/*.json"], &["s/b.json"], &[]),
        (
            &["*.json", "s/**/*.json", "s/t/*"],
            &["a.json", "s/b.json", "s/dist/h.json", "s/t/c.json", "s/t/c.txt"],
            &[],
        ),
        (&["**/*.json"], &["a.json", "s/b.json", "s/dist/h.json", "s/t/c.json"], &[]),
        (&["target/*.json", "{a,b}.json"], &["a.json", "target/d.json"], &[]),
        (&["s", "nowhere/*.json", "*.toml", "a.json"], &["a.json"], &["*.toml", "nowhere/*.json", "s"]),
    ];
    for (globs, files, problems) in cases {
        let problems: Vec<String> = problems.iter().map(|glob| none(glob)).collect();
        assert_eq!(
            found(&root, globs),
            (files.iter().map(|file| (*file).to_owned()).collect(), problems),
            "{globs:?}"
        );
    }
    let settings = FieldBudgets {
        protobuf: vec!["a.*".into()],
        graphql: vec!["a.json".into()],
        ..FieldBudgets::default()
    };
    let formats: Vec<Format> = find(&root, &settings).0.into_iter().map(|(format, ..)| format).collect();
    assert_eq!(formats, [Format::Protobuf, Format::Graphql]);
}

#[cfg(unix)]
#[test]
fn links_are_not_followed_out_of_the_workspace_and_sockets_are_not_read() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let (root, outside) = (folder.path().join("root"), folder.path().join("outside"));
    fs::create_dir_all(root.join("s")).unwrap();
    fs::create_dir_all(&outside).unwrap();
    fs::write(root.join("s/a.json"), "{}").unwrap();
    fs::write(outside.join("b.json"), "{}").unwrap();
    symlink("a.json", root.join("s/inside.json")).unwrap();
    symlink("../../outside/b.json", root.join("s/outside.json")).unwrap();
    symlink("nowhere", root.join("s/nowhere.json")).unwrap();
    symlink("../../outside", root.join("s/folder")).unwrap();
    symlink("..", root.join("s/cycle")).unwrap();
    let link = |name: &str| format!("s/{name}.json: it is a link that leads nowhere or out of the workspace");
    let (files, problems) = found(&root, &["s/**/*.json"]);
    assert_eq!(files, ["s/a.json", "s/inside.json"]);
    assert_eq!(problems, [link("nowhere"), link("outside")]);
    let (files, problems) = found(&root, &["s/folder/*.json"]);
    assert_eq!((files.len(), problems.len()), (0, 1));

    let _socket = std::os::unix::net::UnixListener::bind(root.join("s/socket.json")).unwrap();
    let schema =
        find(&root, &FieldBudgets { json_schema: vec!["s/socket.json".into()], ..FieldBudgets::default() });
    let files: Vec<SchemaFile> = schema
        .0
        .into_iter()
        .map(|(format, path, file)| SchemaFile { format, path, name: file.clone(), file })
        .collect();
    assert_same(&rendered(&read(&files)), "! s/socket.json:0 it is not a file", "a socket");
}
