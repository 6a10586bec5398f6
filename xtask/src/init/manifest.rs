//! The member, in the workspace's manifest. What is there keeps its form: comments, order, indentation.

use globset::GlobBuilder;
use toml_edit::{Array, DocumentMut, Item, Table, TableLike, Value};

use super::{MANIFEST, edit};
use crate::error::{Error, Result};

/// The manifest with the member; `None` if it has it already. A package alone becomes a workspace of two,
/// and the packages in `apart` stay out of it: they have been built on their own so far.
///
/// # Errors
/// A usage error if the manifest is no TOML, or says something else where the members are listed.
pub(super) fn with_member(text: &str, name: &str, apart: &[String]) -> Result<Option<String>> {
    edit(MANIFEST, text, |document| add(document, name, apart))
}

fn add(document: &mut DocumentMut, name: &str, apart: &[String]) -> Result<()> {
    let odd = |what: &str| {
        Err(Error::usage(format!("{MANIFEST}: {what} is not what cargo expects"))
            .help("run `cargo metadata --no-deps` there to see what cargo says"))
    };
    if document.get("workspace").is_none() {
        let mut table = Table::new();
        table.decor_mut().set_prefix(if document.is_empty() { "" } else { "\n" });
        table.insert("members", Item::Value(Array::new().into()));
        if !apart.is_empty() {
            table.insert("exclude", Item::Value(apart.iter().collect::<Array>().into()));
        }
        document.insert("workspace", Item::Table(table));
    }
    let Some(workspace) = document.get_mut("workspace").and_then(Item::as_table_like_mut) else {
        return odd("workspace");
    };
    if covers(workspace, name) {
        return Ok(());
    }
    let members = workspace.entry("members").or_insert_with(|| Item::Value(Array::new().into()));
    let Some(members) = members.as_array_mut() else { return odd("workspace.members") };
    push(members, name);
    Ok(())
}

/// Whether the folder is a member already, by its name or by a pattern.
fn covers(workspace: &dyn TableLike, name: &str) -> bool {
    let list = |key: &str| -> Vec<String> {
        let array = workspace.get(key).and_then(Item::as_array);
        let texts = array.into_iter().flat_map(|array| array.iter()).filter_map(Value::as_str);
        texts.map(|text| text.trim_start_matches("./").trim_end_matches('/').to_owned()).collect()
    };
    let members = list("members");
    if members.iter().any(|member| member == name) {
        return true;
    }
    // What is excluded is a member only if it is named; a pattern is not enough.
    let excluded = list("exclude").iter().any(|folder| folder == name);
    let fits = |pattern: &String| {
        let glob = GlobBuilder::new(pattern).literal_separator(true).build();
        glob.is_ok_and(|glob| glob.compile_matcher().is_match(name))
    };
    !excluded && members.iter().any(fits)
}

/// Adds a text at the end of a list, in the form that the list has: one line, or one line for each.
fn push(list: &mut Array, text: &str) {
    let mut added = Value::from(text);
    let comma = list.trailing_comma();
    let as_text =
        |raw: Option<&toml_edit::RawString>| raw.and_then(|raw| raw.as_str()).unwrap_or_default().to_owned();
    let end = as_text(Some(list.trailing()));
    if let Some(last) = list.iter_mut().last() {
        let prefix = as_text(last.decor().prefix());
        let suffix = as_text(last.decor().suffix());
        match prefix.rsplit_once('\n') {
            Some((_, indent)) => {
                // What stands behind the last entry is a remark on it, and stays on its line.
                let remark = if comma { &end } else { &suffix };
                let before = format!("{}\n{indent}", remark.trim_end());
                last.decor_mut().set_suffix("");
                added.decor_mut().set_prefix(before);
                added.decor_mut().set_suffix(if comma { "" } else { "\n" });
                list.push_formatted(added);
                list.set_trailing(if comma { "\n" } else { "" });
            }
            None => {
                last.decor_mut().set_suffix("");
                added.decor_mut().set_prefix(" ");
                added.decor_mut().set_suffix(suffix);
                list.push_formatted(added);
            }
        }
    } else {
        list.push_formatted(added);
    }
    list.set_trailing_comma(comma);
}
