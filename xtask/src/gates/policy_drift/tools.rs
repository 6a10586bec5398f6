//! What the configuration of cargo and nextest says that bears on the checks. Facts only.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use toml_edit::{Document, Item, TableLike, Value};

use crate::evidence::rules::{RuleFacts, ToolSetting};
use crate::gates::promotion_guard::cargo_config;
use crate::gather::Context;

use super::manifests::line;

/// The tables of cargo's configuration that say what the checks call, and how.
const TABLES: &[&str] = &["alias", "build", "target", "env"];
/// Those of nextest's: what is left out, and what runs in the place of the tests.
const NEXTEST_TABLES: &[&str] = &["profile"];
const NEXTEST: &str = ".config/nextest.toml";

/// Reads every file of configuration that is in force where the checks run, those outside of the
/// workspace included.
pub(super) fn gather(context: &Context<'_>, facts: &mut RuleFacts) {
    let root = &context.workspace.root;
    let own = context.settings.promotion_guard.checks.iter().map(|check| check.directory.as_str());
    for (path, text) in files(root, own, context.cargo_home) {
        let source = Source {
            file: &cargo_config::shown(context, &path),
            outside: !path.starts_with(root),
            text: &text,
        };
        source.read(TABLES, facts);
    }
    match std::fs::read_to_string(root.join(NEXTEST)) {
        Ok(text) => Source { file: NEXTEST, outside: false, text: &text }.read(NEXTEST_TABLES, facts),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => facts.unread.push((NEXTEST.into(), error.to_string())),
    }
}

/// The files in force at the root and in these folders below it, each once: a home folder above the
/// workspace is met twice.
fn files<'a>(
    root: &Path,
    folders: impl Iterator<Item = &'a str>,
    cargo_home: &Path,
) -> Vec<(PathBuf, String)> {
    let folders = std::iter::once(root.to_path_buf()).chain(folders.map(|folder| root.join(folder)));
    let mut seen = BTreeSet::new();
    let found = folders.flat_map(|folder| cargo_config::files(&folder, cargo_home));
    found.filter(|(path, _)| seen.insert(path.clone())).collect()
}

/// A file of configuration.
#[derive(Clone, Copy)]
struct Source<'a> {
    file: &'a str,
    outside: bool,
    text: &'a str,
}

impl Source<'_> {
    fn read(self, tables: &[&str], facts: &mut RuleFacts) {
        match Document::parse(self.text.to_owned()) {
            Ok(document) => {
                for table in tables {
                    Found { source: self, settings: &mut facts.tools }.collect(document.as_table(), table);
                }
            }
            // The program that it is for stops at it as well.
            Err(error) => facts.unread.push((self.file.to_owned(), first_line(error.message()))),
        }
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

/// The settings of one file.
struct Found<'a> {
    source: Source<'a>,
    settings: &'a mut Vec<ToolSetting>,
}

impl Found<'_> {
    fn collect(mut self, document: &dyn TableLike, name: &str) {
        if let Some(item) = document.get(name) {
            let at = document.key(name).and_then(toml_edit::Key::span).map(|span| span.start);
            self.item(item, &mut vec![name.to_owned()], at);
        }
    }

    fn item(&mut self, item: &Item, key: &mut Vec<String>, at: Option<usize>) {
        if let Some(table) = item.as_table_like() {
            return self.table(table, key, at);
        }
        // Such as nextest's overrides: what one of them says counts.
        for table in item.as_array_of_tables().into_iter().flatten() {
            self.table(table, key, at);
        }
        let Some(value) = item.as_value() else { return };
        self.value(value, key, at);
    }

    fn table(&mut self, table: &dyn TableLike, key: &mut Vec<String>, at: Option<usize>) {
        for (name, item) in table.iter() {
            let at = table.key(name).and_then(toml_edit::Key::span).map(|span| span.start).or(at);
            key.push(name.to_owned());
            self.item(item, key, at);
            key.pop();
        }
    }

    fn value(&mut self, value: &Value, key: &mut Vec<String>, at: Option<usize>) {
        // The same, written in one line.
        let tables = value.as_array().into_iter().flatten().filter_map(Value::as_inline_table);
        for table in tables {
            self.table(table, key, at);
        }
        self.settings.push(ToolSetting {
            file: self.source.file.to_owned(),
            line: at.map(|at| line(self.source.text, at)),
            outside: self.source.outside,
            key: key.clone(),
            value: if bears(key) { words(value) } else { String::new() },
        });
    }
}

/// Whether a setting says what the checks call, and how.
fn bears(key: &[String]) -> bool {
    let key: Vec<&str> = key.iter().map(String::as_str).collect();
    match key.as_slice() {
        ["alias" | "profile", ..] => true,
        ["env", name, ..] => {
            let name = name.to_uppercase();
            ["RUSTC", "RUSTDOC", "CLIPPY_", "CARGO_ALIAS_"].iter().any(|one| name.starts_with(one))
                || ["_RUNNER", "_WRAPPER", "_RUSTC", "_RUSTDOC", "RUSTFLAGS", "RUSTDOCFLAGS"]
                    .iter()
                    .any(|one| name.ends_with(one))
        }
        ["build" | "target", .., last] => last.starts_with("rust") || *last == "runner",
        _ => false,
    }
}

/// A value as text; the words of a list with blanks between them.
fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.value().clone(),
        Value::Array(list) => list.iter().map(words).collect::<Vec<_>>().join(" "),
        other => other.to_string().trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, tables: &[&str]) -> Vec<(String, String, Option<u32>)> {
        let mut facts = RuleFacts::default();
        Source { file: "f", outside: false, text }.read(tables, &mut facts);
        assert_eq!(facts.unread, [] as [(String, String); 0]);
        facts.tools.into_iter().map(|one| (one.key.join("/"), one.value, one.line)).collect()
    }

    fn expected(settings: &[(&str, &str, u32)]) -> Vec<(String, String, Option<u32>)> {
        settings.iter().map(|(key, value, line)| (key.to_string(), value.to_string(), Some(*line))).collect()
    }

    #[test]
    fn settings_are_found_with_their_lines() {
        let text = "[alias]\nt = [\"run\", \"x\"]\n\n[target.'cfg(unix)']\nrunner = \"true\"\n\n[env]\n\
                    RUSTFLAGS = {value = \"b\", force = true}\n";
        let settings = [
            ("alias/t", "run x", 2),
            ("target/cfg(unix)/runner", "true", 5),
            ("env/RUSTFLAGS/value", "b", 8),
            ("env/RUSTFLAGS/force", "true", 8),
        ];
        assert_eq!(found(text, TABLES), expected(&settings));
    }

    #[test]
    fn every_folder_in_which_a_check_runs_counts_and_every_file_once() {
        let home = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = home.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write(".cargo/config.toml", "home");
        write("code/.cargo/config.toml", "root");
        write("code/web/.cargo/config.toml", "web");
        write("code/other/.cargo/config.toml", "where no check runs");
        let found = files(&home.path().join("code"), [".", "web"].into_iter(), &home.path().join(".cargo"));
        let mut texts: Vec<&str> = found.iter().map(|(_, text)| text.as_str()).collect();
        texts.sort_unstable();
        assert_eq!(texts, ["home", "root", "web"]);
    }

    #[test]
    fn overrides_of_nextest_are_found_in_both_their_forms() {
        let text = "[[profile.ci.overrides]]\nfilter = \"all()\"\n[[profile.ci.overrides]]\n\
                    default-filter = \"none()\"\n";
        let settings = [
            ("profile/ci/overrides/filter", "all()", 2),
            ("profile/ci/overrides/default-filter", "none()", 4),
        ];
        assert_eq!(found(text, NEXTEST_TABLES), expected(&settings));
        let text = "[profile.ci]\noverrides = [{default-filter = \"none()\"}]\n";
        assert_eq!(found(text, NEXTEST_TABLES)[0].1, "none()");
    }

    #[test]
    fn values_that_bear_on_no_check_are_not_recorded() {
        let text = "[env]\nCARGO_REGISTRY_TOKEN = \"s3cret\"\nTRUSTED = \"s3cret\"\n\
                    [build]\ntarget-dir = \"s3cret\"\nrustc-wrapper = \"w\"\n[registry]\ntoken = \"s3cret\"\n";
        let settings = found(text, TABLES);
        assert_eq!(settings.len(), 4, "{settings:?}");
        assert!(settings.iter().all(|(_, value, _)| value.is_empty() || value == "w"), "{settings:?}");
    }

    #[test]
    fn what_does_not_parse_is_told() {
        let mut facts = RuleFacts::default();
        Source { file: "f", outside: false, text: "[alias\n" }.read(TABLES, &mut facts);
        assert_eq!((facts.unread.len(), facts.tools.len()), (1, 0));
        assert_eq!(facts.unread[0].0, "f");
    }
}
