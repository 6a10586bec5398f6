//! The alias, in cargo's configuration of the workspace.

use toml_edit::{DocumentMut, Item, Table, Value, value};

use super::edit;
use super::package::{self, Standing, VERSION};
use crate::diagnostics::shown;
use crate::error::Result;

/// Where cargo reads the workspace's configuration; of two, the first.
/// Source: the Cargo book, "Hierarchical structure".
pub(super) const FILES: [&str; 2] = [".cargo/config", ".cargo/config.toml"];

const WHY: &str = "# --locked: the gate must not repair the lockfile that it is about to judge.\n";

/// The file with the alias; `None` if it has it already.
///
/// # Errors
/// A usage error if the alias is there and runs something else, or if the file is no TOML.
pub(super) fn with_alias(
    file: &str,
    text: Option<&str>,
    name: &str,
    standing: Standing,
) -> Result<Option<String>> {
    let wanted = format!("run --quiet --locked --package {name}@{VERSION} --");
    edit(file, text.unwrap_or_default(), |document| {
        let there = document.get("alias").and_then(|aliases| aliases.get(name)).map(words);
        match there {
            // A package that was copied has a version of its own, and no second one of its name beside it.
            Some(words) if words == wanted || standing == Standing::Copied => return Ok(()),
            Some(words) => {
                let why = format!("{file} has an alias of that name, which runs {}", shown(&words));
                return Err(package::taken(name, &why));
            }
            None => {}
        }
        let wanted = match standing {
            Standing::Copied => format!("run --quiet --locked --package {name} --"),
            Standing::Absent | Standing::Thin => wanted,
        };
        put(document, name, &wanted);
        Ok(())
    })
}

fn put(document: &mut DocumentMut, name: &str, wanted: &str) {
    let aliases = document.entry("alias").or_insert_with(|| Item::Table(Table::new()));
    if let Some(table) = aliases.as_table_mut() {
        table.insert(name, value(wanted));
        if !table.is_dotted()
            && let Some(mut key) = table.key_mut(name)
        {
            key.leaf_decor_mut().set_prefix(WHY);
        }
    } else if let Some(table) = aliases.as_inline_table_mut() {
        table.insert(name, wanted.into());
    }
}

/// An alias as one text, whichever way it is written.
fn words(alias: &Item) -> String {
    match (alias.as_str(), alias.as_array()) {
        (Some(text), _) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        (None, Some(words)) => words.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
        (None, None) => alias.to_string().trim().to_owned(),
    }
}
