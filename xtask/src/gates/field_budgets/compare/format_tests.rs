use std::fs;

use super::changes;
use crate::evidence::budgets::{Compat, Drift, Reads};
use crate::evidence::contracts::{Contract, Format};
use crate::gates::field_budgets::schemas::{SchemaFile, read};

/// Under `# FORMAT PLACE` lines of `OLD => NEW`, where a place is what stands around the two; below each what
/// is told, with the verdicts of the old reader and of the new one.
const CASES: &str = include_str!("format_cases.txt");

/// The contracts of a file.
fn contracts(format: Format, text: &str) -> Vec<Contract> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    fs::write(&path, text).unwrap();
    let reading = read(&[SchemaFile { format, path, file: "p/a".into(), name: "a".into() }]);
    assert!(reading.problems.is_empty() && reading.unreadable.is_empty(), "{text}: {reading:?}");
    reading.contracts
}

/// What a file is made of for a case.
fn around(place: &str, text: &str) -> (Format, String) {
    match place {
        "json_schema" => (Format::JsonSchema, text.to_owned()),
        "json_schema object" => (Format::JsonSchema, format!(r#"{{"type": "object", {text}}}"#)),
        "json_schema property" => {
            let others = r#""$defs": {"A": {"properties": {}}, "B": {"properties": {"x": {}}}}"#;
            (Format::JsonSchema, format!(r#"{{"properties": {{"a": {text}}}, {others}}}"#))
        }
        "protobuf proto2" => (Format::Protobuf, format!("syntax = \"proto2\"; {text}")),
        "protobuf proto3" => (Format::Protobuf, format!("syntax = \"proto3\"; {text}")),
        "protobuf message" => (Format::Protobuf, format!("syntax = \"proto3\"; message M {{ {text} }}")),
        "protobuf type" => (Format::Protobuf, format!("syntax = \"proto3\"; message M {{ {text} a = 1; }}")),
        "graphql" => (Format::Graphql, text.to_owned()),
        other => panic!("no place {other}"),
    }
}

fn told(drift: &Drift) -> String {
    let word = |compat: &Compat| match (compat.verdict, compat.why.as_str()) {
        (Reads::Yes, "") => "yes".to_owned(),
        (Reads::Yes, why) => format!("yes ({why})"),
        (Reads::Depends, why) => format!("depends ({why})"),
        (Reads::No, why) => format!("no ({why})"),
    };
    format!("    {}: {}, {}\n", drift.told, word(&drift.old_reads_new), word(&drift.new_reads_old))
}

#[test]
fn changes_of_schemas_are_told_with_their_verdicts() {
    let (mut place, mut found, mut cases) = ("", String::new(), 0);
    for line in CASES.lines().filter(|line| !line.starts_with("    ")) {
        found = found + line + "\n";
        place = line.strip_prefix("# ").unwrap_or(place);
        if let Some((old, new)) = line.split_once(" => ") {
            let read = |text| {
                let (format, text) = around(place, text);
                contracts(format, &text).remove(0)
            };
            found.extend(changes(&read(old), &read(new)).iter().map(told));
            cases += 1;
        }
    }
    assert!(cases > 100, "{cases} cases");
    for (at, (expected, found)) in CASES.lines().zip(found.lines()).enumerate() {
        assert_eq!(expected, found, "line {}", at + 1);
    }
    assert_eq!(CASES, found);
}
