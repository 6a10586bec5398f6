//! Small texts, and what is read of them.

mod finding;
mod modules;
mod real;
mod shapes;

use super::{Reading, read_text};
use crate::evidence::contracts::{Contract, Field, Kind, Presence, Tagging, Variant, Written};

/// A contract in a line or a few, short enough for a table.
fn told(contract: &Contract) -> String {
    let rules = &contract.rules;
    let mut line = format!("{}{}: {}", contract.name, rules.generics, contract.kind.as_str());
    let mut word = |on: bool, word: String| {
        if on {
            line = format!("{line} {word}");
        }
    };
    word(!rules.reads, "write-only".into());
    word(!rules.writes, "read-only".into());
    word(rules.closed, "closed".into());
    word(rules.default, "default".into());
    match &rules.tagging {
        Tagging::External => {}
        Tagging::Internal { tag } => word(true, format!("tag={tag}")),
        Tagging::Adjacent { tag, content } => word(true, format!("tag={tag},{content}")),
        Tagging::Untagged => word(true, "untagged".into()),
    }
    for (key, value) in [
        ("name", &rules.name),
        ("from", &rules.reads_as),
        ("into", &rules.writes_as),
        ("remote", &rules.remote),
        ("when", &rules.when),
    ] {
        word(value.is_some(), format!("{key}={}", value.as_deref().unwrap_or_default()));
    }
    let parts = fields(&contract.fields).into_iter().chain(contract.variants.iter().map(variant));
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() { line } else { format!("{line} {{{}}}", parts.join(", ")) }
}

fn fields(fields: &[Field]) -> Vec<String> {
    fields.iter().map(field).collect()
}

fn field(field: &Field) -> String {
    let mut line = names(&field.name, field.read_name.as_deref(), &field.aliases);
    line += match field.presence {
        Presence::Required => ": ",
        Presence::Optional => "?: ",
        Presence::Defaulted => "=: ",
    };
    line += &field.ty;
    for (on, word) in [
        (field.written == Written::Sometimes, " sometimes"),
        (field.written == Written::Never, " unwritten"),
        (!field.read, " unread"),
        (field.flatten, " flat"),
    ] {
        line += if on { word } else { "" };
    }
    for (key, value) in [("write", &field.write_with), ("read", &field.read_with), ("when", &field.when)] {
        if let Some(value) = value {
            line = format!("{line} {key}={value}");
        }
    }
    line
}

fn variant(variant: &Variant) -> String {
    let mut line = names(&variant.name, variant.read_name.as_deref(), &variant.aliases);
    let inner = fields(&variant.fields).join(", ");
    line = match variant.kind {
        Kind::Unit => line,
        Kind::Struct => format!("{line} {{{inner}}}"),
        Kind::Newtype => format!("{line} = {inner}"),
        _ => format!("{line} ({inner})"),
    };
    for (on, word) in [
        (!variant.written, " unwritten"),
        (!variant.read, " unread"),
        (variant.other, " other"),
        (variant.untagged, " untagged"),
    ] {
        line += if on { word } else { "" };
    }
    for (key, value) in [("with", &variant.with), ("when", &variant.when)] {
        if let Some(value) = value {
            line = format!("{line} {key}={value}");
        }
    }
    line
}

fn names(name: &str, read: Option<&str>, aliases: &[String]) -> String {
    let read = read.map(|read| format!("/{read}")).unwrap_or_default();
    let aliases: String = aliases.iter().map(|alias| format!("|{alias}")).collect();
    format!("{name}{read}{aliases}")
}

/// Everything that was read, a line each.
fn lines(reading: &Reading) -> Vec<String> {
    let contracts = reading.contracts.iter().map(told);
    let unreadable = reading.unreadable.iter().map(|of| format!("! {}: {}", of.name, of.why));
    let problems = reading.problems.iter().map(|of| format!("? {}:{}: {}", of.file, of.line, of.message));
    contracts.chain(unreadable).chain(problems).collect()
}

fn all(text: &str) -> Vec<String> {
    lines(&read_text(text, "src/lib.rs"))
}

/// Source and what is read of it; `D` is a derive of both traits.
fn check(table: &[(&str, &str)]) {
    for (source, expected) in table {
        let source = source.replace("#[D]", "#[derive(Serialize, Deserialize)]");
        assert_eq!(all(&source).join("\n"), *expected, "{source}");
    }
}
