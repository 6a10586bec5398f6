//! What the configuration of cargo and nextest says that bears on the checks. Facts only.

use toml_edit::{Document, Item, TableLike, Value};

use crate::evidence::rules::{RuleFacts, ToolSetting};
use crate::gates::promotion_guard::cargo_config;
use crate::gather::Context;

use super::manifests::line;

/// The tables of cargo's configuration that say what the checks call, and how.
const TABLES: &[&str] = &["alias", "build", "target", "env"];
const NEXTEST: &str = ".config/nextest.toml";

/// Reads every file of configuration that is in force, those outside of the workspace included.
pub(super) fn gather(context: &Context<'_>, facts: &mut RuleFacts) {
    for (path, text) in cargo_config::files(&context.workspace.root, context.cargo_home) {
        let file = cargo_config::shown(context, &path);
        match Document::parse(text.clone()) {
            Ok(document) => {
                for table in TABLES {
                    let found = Found { text: &text, file: &file, settings: &mut facts.tools };
                    found.collect(document.as_table(), table);
                }
            }
            // Cargo itself stops at it.
            Err(error) => facts.unread.push((file, first_line(error.message()))),
        }
    }
    if let Ok(text) = std::fs::read_to_string(context.workspace.root.join(NEXTEST)) {
        match Document::parse(text.clone()) {
            Ok(document) => {
                let found = Found { text: &text, file: NEXTEST, settings: &mut facts.tools };
                found.collect(document.as_table(), "profile");
            }
            Err(error) => facts.unread.push((NEXTEST.into(), first_line(error.message()))),
        }
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

/// The settings of one file.
struct Found<'a> {
    text: &'a str,
    file: &'a str,
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
            for (name, item) in table.iter() {
                let at = table.key(name).and_then(toml_edit::Key::span).map(|span| span.start).or(at);
                key.push(name.to_owned());
                self.item(item, key, at);
                key.pop();
            }
            return;
        }
        let Some(value) = item.as_value() else { return };
        self.settings.push(ToolSetting {
            file: self.file.to_owned(),
            line: at.map(|at| line(self.text, at)),
            key: key.clone(),
            value: words(value),
        });
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

    #[test]
    fn settings_are_found_with_their_lines() {
        let text = "[alias]\nt = [\"run\", \"x\"]\n\n[target.'cfg(unix)']\nrunner = \"true\"\n\n[env]\nA = {value = \"b\", force = true}\n";
        let document = Document::parse(text.to_owned()).unwrap();
        let mut settings = Vec::new();
        for table in TABLES {
            Found { text, file: "f", settings: &mut settings }.collect(document.as_table(), table);
        }
        let told: Vec<(String, &str, Option<u32>)> =
            settings.iter().map(|one| (one.key.join("/"), one.value.as_str(), one.line)).collect();
        assert_eq!(
            told,
            [
                ("alias/t".to_owned(), "run x", Some(2)),
                ("target/cfg(unix)/runner".to_owned(), "true", Some(5)),
                ("env/A/value".to_owned(), "b", Some(8)),
                ("env/A/force".to_owned(), "true", Some(8)),
            ]
        );
    }
}
