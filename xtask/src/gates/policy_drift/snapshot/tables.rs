//! Governed files in TOML: those that are known key by key, and those that are taken as they are.

use toml_edit::{Document, InlineTable, Item, Table, TableLike, Value as Toml};

use crate::error::Error;
use crate::evidence::policy::Value;
use crate::gates::deps_approval::approvals as approvals_file;

use super::said::{Said, argv};

/// What an entry of a list of tables is called by.
const LABELS: &[&str] = &["name", "path", "id", "crate", "spec", "filter"];

/// Keys whose values are nobody's business.
const SECRETS: &[&str] = &["token", "secret-key", "password"];

/// Why a file was not accepted, in one line.
pub(super) fn reason(error: &Error) -> String {
    let complaints = error.complaints();
    let Some(first) = complaints.first() else { return error.to_string() };
    let place = if first.line > 0 { format!("{}:{}: ", first.line, first.column) } else { String::new() };
    let more =
        if complaints.len() > 1 { format!(", and {} more", complaints.len() - 1) } else { String::new() };
    format!("{place}{}{more}", first.message)
}

fn parse(bytes: &[u8]) -> Result<Document<String>, String> {
    let text = String::from_utf8(bytes.to_vec()).map_err(|_| "it is not UTF-8".to_owned())?;
    // A byte order mark is no content, to TOML's readers either.
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned();
    Document::parse(text.clone()).map_err(|error| {
        let line =
            error.span().map_or(1, |span| text.get(..span.start).unwrap_or("").matches('\n').count() + 1);
        format!("line {line}: {}", error.message().split_whitespace().collect::<Vec<_>>().join(" "))
    })
}

/// Any file, as it is.
pub(super) fn plain(bytes: &[u8], said: &mut Said) -> Result<(), String> {
    Flat { said, ordered: false }.table(&mut Vec::new(), parse(bytes)?.as_table());
    Ok(())
}

/// Cargo's configuration: its lists are command lines and flags, whose order counts.
pub(super) fn cargo(bytes: &[u8], said: &mut Said) -> Result<(), String> {
    Flat { said, ordered: true }.table(&mut Vec::new(), parse(bytes)?.as_table());
    Ok(())
}

/// The toolchain file, in either of its forms: TOML, or one line that names the toolchain.
pub(super) fn toolchain(path: &str, bytes: &[u8], said: &mut Said) -> Result<(), String> {
    let text = String::from_utf8_lossy(bytes);
    let bare = path == "rust-toolchain" && text.trim().lines().count() == 1 && !text.contains(['[', '=']);
    if bare {
        said.text(&["channel"], text.trim());
        return Ok(());
    }
    let document = parse(bytes)?;
    let mut flat = Flat { said, ordered: false };
    for (name, item) in document.as_table() {
        match item.as_table_like() {
            // The one section has the topic's name.
            Some(table) if name == "toolchain" => flat.table(&mut Vec::new(), table),
            _ => flat.item(&mut vec![name.to_owned()], item),
        }
    }
    Ok(())
}

/// `[workspace.lints]`, and the `[lints]` of a package at the root.
pub(super) fn lints(bytes: &[u8], said: &mut Said) -> Result<(), String> {
    let document = parse(bytes)?;
    let root = document.as_table();
    let of_workspace =
        root.get("workspace").and_then(Item::as_table_like).and_then(|table| table.get("lints"));
    for (prefix, lints) in [(None, of_workspace), (Some("package"), root.get("lints"))] {
        let Some(tools) = lints.and_then(Item::as_table_like) else { continue };
        for (tool, lints) in tools.iter() {
            let mut path: Vec<String> = prefix.into_iter().chain([tool]).map(str::to_owned).collect();
            let Some(lints) = lints.as_table_like() else {
                Flat { said, ordered: false }.item(&mut path, lints);
                continue;
            };
            for (lint, item) in lints.iter() {
                path.push(lint.to_owned());
                level(item, &mut path, said);
                path.pop();
            }
        }
    }
    Ok(())
}

/// One lint: `"deny"`, or a table with `level` and more.
fn level(item: &Item, path: &mut Vec<String>, said: &mut Said) {
    let Some(table) = item.as_table_like() else {
        Flat { said, ordered: false }.item(path, item);
        return;
    };
    for (key, item) in table.iter() {
        let mut flat = Flat { said, ordered: false };
        match key {
            "level" => flat.item(path, item),
            // What cargo takes where nothing is said.
            "priority" if item.as_integer() == Some(0) => {}
            _ => {
                path.push(key.to_owned());
                flat.item(path, item);
                path.pop();
            }
        }
    }
}

/// Waivers: each is one setting by what it is about, and its value is how long it holds.
pub(super) fn waivers(bytes: &[u8], said: &mut Said) -> Result<(), String> {
    let document = parse(bytes)?;
    for (name, item) in document.as_table() {
        let entries: Vec<&dyn TableLike> = match item {
            Item::ArrayOfTables(list) => list.iter().map(|table| table as &dyn TableLike).collect(),
            Item::Value(Toml::Array(list)) => {
                list.iter().filter_map(Toml::as_inline_table).map(|table| table as &dyn TableLike).collect()
            }
            _ => Vec::new(),
        };
        if entries.is_empty() {
            Flat { said, ordered: false }.item(&mut vec![name.to_owned()], item);
        }
        for entry in entries {
            let code = entry.get("code").map(scalar_text).unwrap_or_default();
            // Reason, owner and reference tell people why; all else says what is waived.
            let told = ["code", "expires", "reason", "owner", "reference"];
            let mut scope: Vec<String> = entry
                .iter()
                .filter(|(key, _)| !told.contains(key))
                .flat_map(|(key, item)| pairs(key, item))
                .collect();
            scope.sort();
            let expires = entry.get("expires").map_or_else(|| "never".to_owned(), scalar_text);
            let path = [code.as_str(), &scope.join(" ")];
            said.text(if scope.is_empty() { &path[..1] } else { &path }, expires);
        }
    }
    Ok(())
}

/// `key=value`; of a table, each of its own pairs, however it is laid out.
fn pairs(key: &str, item: &Item) -> Vec<String> {
    match item.as_table_like() {
        Some(table) => table.iter().map(|(key, item)| format!("{key}={}", scalar_text(item))).collect(),
        None => vec![format!("{key}={}", scalar_text(item))],
    }
}

/// The rules among the approvals. Single approvals change with every update of a dependency, and pin
/// what they approve themselves.
pub(super) fn approvals(bytes: Option<&[u8]>, said: &mut Said) -> Result<(), String> {
    let rules = match bytes {
        None => Vec::new(),
        Some(bytes) => {
            let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
            approvals_file::parse(text).map_err(|error| reason(&error))?.rules
        }
    };
    said.set(
        &["rules"],
        rules.iter().map(|rule| {
            let name = rule.name.as_deref().unwrap_or("*");
            let source = rule.source.as_ref().map(|source| format!(" from {source}")).unwrap_or_default();
            format!("{name}{source} until {}", rule.expires)
        }),
    );
    Ok(())
}

/// A table, key by key.
struct Flat<'a> {
    said: &'a mut Said,
    /// Whether the order of lists counts.
    ordered: bool,
}

impl Flat<'_> {
    fn put(&mut self, path: &[String], value: Value) {
        let names: Vec<&str> = path.iter().map(String::as_str).collect();
        let secret = names.last().is_some_and(|name| SECRETS.contains(name));
        self.said.put(&names, if secret { Value::Text("(not shown)".into()) } else { value });
    }

    fn table(&mut self, path: &mut Vec<String>, table: &dyn TableLike) {
        for (name, item) in table.iter() {
            path.push(name.to_owned());
            self.item(path, item);
            path.pop();
        }
    }

    fn item(&mut self, path: &mut Vec<String>, item: &Item) {
        match item {
            Item::None => {}
            Item::Table(table) => self.table(path, table),
            Item::Value(value) => self.value(path, value),
            Item::ArrayOfTables(list) => {
                let entries: Vec<Entry<'_>> = list.iter().map(Entry::Table).collect();
                self.list(path, &entries);
            }
        }
    }

    fn value(&mut self, path: &mut Vec<String>, value: &Toml) {
        match value {
            Toml::InlineTable(table) => self.table(path, table),
            Toml::Array(list) => {
                let entries: Vec<Entry<'_>> = list
                    .iter()
                    .map(|value| match value {
                        Toml::InlineTable(table) => Entry::Inline(table),
                        value => Entry::Scalar(value),
                    })
                    .collect();
                self.list(path, &entries);
            }
            Toml::Boolean(flag) => self.put(path, Value::Bool(*flag.value())),
            Toml::Integer(number) => self.put(path, Value::Number(*number.value())),
            other => self.put(path, Value::Text(value_text(other))),
        }
    }

    /// A list is the set of what its entries are called, and of each entry what else it says.
    fn list(&mut self, path: &mut Vec<String>, entries: &[Entry<'_>]) {
        let labels: Vec<String> = entries.iter().enumerate().map(|(at, entry)| entry.label(at)).collect();
        if self.ordered {
            self.put(path, Value::Text(argv(&labels)));
        } else {
            self.put(path, Value::Set(labels.iter().cloned().collect()));
        }
        for (entry, label) in entries.iter().zip(labels) {
            let Some(table) = entry.table() else { continue };
            path.push(label);
            // A reason is for people, and its change is a change of the digest.
            let other = |name: &str| name != "reason" && Some(name) != label_key(table);
            for (name, item) in table.iter().filter(|(name, _)| other(name)) {
                path.push(name.to_owned());
                self.item(path, item);
                path.pop();
            }
            path.pop();
        }
    }
}

/// An entry of a list.
enum Entry<'a> {
    Scalar(&'a Toml),
    Inline(&'a InlineTable),
    Table(&'a Table),
}

impl Entry<'_> {
    fn table(&self) -> Option<&dyn TableLike> {
        match self {
            Entry::Scalar(_) => None,
            Entry::Inline(table) => Some(*table),
            Entry::Table(table) => Some(*table),
        }
    }

    /// The name it goes by, else its place in the list.
    fn label(&self, at: usize) -> String {
        match self {
            Entry::Scalar(value) => value_text(value),
            Entry::Inline(_) | Entry::Table(_) => {
                let name = self.table().and_then(|table| table.get(label_key(table)?)).map(scalar_text);
                name.unwrap_or_else(|| format!("entry {}", at + 1))
            }
        }
    }
}

/// The key whose value names the entry.
fn label_key(table: &dyn TableLike) -> Option<&'static str> {
    LABELS.iter().copied().find(|key| table.get(key).is_some_and(Item::is_str))
}

fn scalar_text(item: &Item) -> String {
    item.as_value().map_or_else(|| item.to_string().trim().to_owned(), value_text)
}

fn value_text(value: &Toml) -> String {
    match value {
        Toml::String(text) => text.value().clone(),
        Toml::Integer(number) => number.value().to_string(),
        Toml::Float(number) => number.value().to_string(),
        Toml::Boolean(flag) => flag.value().to_string(),
        Toml::Datetime(moment) => moment.value().to_string(),
        other => other.to_string().trim().to_owned(),
    }
}
