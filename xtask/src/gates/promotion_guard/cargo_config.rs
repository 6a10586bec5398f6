//! What cargo's configuration does to the checks: the files in force, wherever they lie, and the
//! variables that stand for them. Only text is looked at: what looks like a setting counts as one.

use std::path::{Path, PathBuf};

use toml_edit::{DocumentMut, Item, TableLike};

use crate::gather::Context;

/// Files that include each other are followed so far.
const DEPTH: usize = 4;

/// Where lints are capped for the whole build: clippy then finds nothing, and succeeds.
pub(super) fn lints_capped(ctx: &Context<'_>) -> Option<String> {
    let capped = |text: &str| text.contains("cap-lints");
    let of_flags = |name: &str| name.ends_with("RUSTFLAGS");
    let variable = ctx.processes.variables().find(|(name, value)| of_flags(name) && capped(value));
    if let Some((name, _)) = variable {
        return Some(name.to_owned());
    }
    let mut files = files(&ctx.workspace.root, ctx.cargo_home).into_iter();
    files.find(|(_, text)| capped(text)).map(|(path, _)| shown(ctx, &path))
}

/// The file whose `[alias]` makes another command of a cargo subcommand.
pub(super) fn alias(ctx: &Context<'_>, command: &str) -> Option<String> {
    let variable = format!("CARGO_ALIAS_{}", command.to_uppercase());
    if ctx.processes.var(&variable).is_some() {
        return Some(variable);
    }
    let is_alias = |text: &str| {
        let document = text.parse::<DocumentMut>().ok();
        let alias = document.as_ref().and_then(|document| document.get("alias"));
        alias.and_then(Item::as_table_like).is_some_and(|table| table.contains_key(command))
    };
    let mut files = files(&ctx.workspace.root, ctx.cargo_home).into_iter();
    files.find(|(_, text)| is_alias(text)).map(|(path, _)| shown(ctx, &path))
}

/// A file, without the folders of this machine.
pub(in crate::gates) fn shown(ctx: &Context<'_>, path: &Path) -> String {
    match path.starts_with(&ctx.workspace.root) {
        true => ctx.workspace.relative(path),
        false if path.starts_with(ctx.cargo_home) => "the configuration in cargo's home".to_owned(),
        false => "cargo's configuration in a folder above the workspace".to_owned(),
    }
}

/// Cargo's configuration files that count in a folder, with what they include, nearest first. Source:
/// <https://doc.rust-lang.org/cargo/reference/config.html#hierarchical-structure>.
pub(in crate::gates) fn files(folder: &Path, cargo_home: &Path) -> Vec<(PathBuf, String)> {
    let folders = folder.ancestors().map(|folder| folder.join(".cargo"));
    let folders = folders.chain([cargo_home.to_path_buf()]);
    let mut found = Vec::new();
    for path in folders.flat_map(|folder| ["config", "config.toml"].map(|name| folder.join(name))) {
        add(path, DEPTH, &mut found);
    }
    found
}

fn add(path: PathBuf, depth: usize, found: &mut Vec<(PathBuf, String)>) {
    let Ok(text) = std::fs::read_to_string(&path) else { return };
    let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
    let included = if depth > 0 { includes(&text) } else { Vec::new() };
    found.push((path, text));
    for name in included {
        add(folder.join(name), depth - 1, found);
    }
}

/// `include`: a path, or a list of paths and of tables with one.
fn includes(text: &str) -> Vec<String> {
    let Ok(document) = text.parse::<DocumentMut>() else { return Vec::new() };
    let Some(include) = document.get("include") else { return Vec::new() };
    let path = |table: &dyn TableLike| table.get("path").and_then(Item::as_str).map(str::to_owned);
    match (include.as_str(), include.as_array(), include.as_array_of_tables()) {
        (Some(one), _, _) => vec![one.to_owned()],
        (_, Some(list), _) => {
            let one = |value: &toml_edit::Value| {
                value.as_str().map(str::to_owned).or_else(|| path(value.as_inline_table()?))
            };
            list.iter().filter_map(one).collect()
        }
        (_, _, Some(tables)) => tables.iter().filter_map(|table| path(table)).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{files, includes};

    #[test]
    fn every_file_in_force_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("a/b/.cargo/config.toml", "include = [\"more.toml\"]\n");
        write("a/b/.cargo/more.toml", "include = \"config.toml\"\n");
        write("a/.cargo/config", "above");
        write("home/config.toml", "home");
        write("c/.cargo/config.toml", "elsewhere");
        let found = files(&folder.path().join("a/b"), &folder.path().join("home"));
        let texts: Vec<&str> = found.iter().map(|(_, text)| text.as_str()).collect();
        assert!(texts.iter().any(|text| text.contains("include = \"config")), "{texts:?}");
        assert!(texts.contains(&"above") && texts.contains(&"home"), "{texts:?}");
        assert!(!texts.contains(&"elsewhere"), "{texts:?}");
    }

    #[test]
    fn includes_are_read_in_all_their_forms() {
        for (text, expected) in [
            ("include = \"a\"", &["a"][..]),
            ("include = [\"a\", {path = \"b\", optional = true}]", &["a", "b"]),
            ("[[include]]\npath = \"a\"", &["a"]),
            ("include = 1", &[]),
            ("not toml", &[]),
        ] {
            assert_eq!(includes(text), expected, "{text}");
        }
    }
}
