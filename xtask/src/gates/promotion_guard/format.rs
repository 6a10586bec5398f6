//! Runs rustfmt in its checking mode. A difference and a syntax error are told apart.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::commands::Commands;
use super::messages::PlainErrors;
use super::session::Session;
use super::text::{LINE_LIMIT, clip};
use crate::evidence::CheckRecord;
use crate::evidence::checks::{Diagnostic, Facts, FormatFacts};
use crate::gather::Context;
use crate::process::{Command, Stream};

/// The check's name.
pub(super) const NAME: &str = "format";

/// The names of rustfmt's configuration, in the order in which it looks for them.
const CONFIGURATION: [&str; 2] = [".rustfmt.toml", "rustfmt.toml"];

/// The command.
pub(super) fn command(ctx: &Context<'_>) -> Command {
    Commands::new(ctx).format(ctx.settings.promotion_guard.format.timeout)
}

/// Carries the check out.
pub(super) fn gather(ctx: &Context<'_>) -> CheckRecord {
    let command = command(ctx);
    let mut session = Session::begin(ctx, NAME, command.timeout, &command);
    let mut roots = 0;
    let mut differing: BTreeMap<String, Option<u32>> = BTreeMap::new();
    let mut errors = PlainErrors::new(ctx.workspace);
    let mut unresolved = Vec::new();
    session.run(&command, NAME, &mut |stream, line| {
        let line = String::from_utf8_lossy(line);
        if stream == Stream::Stderr {
            errors.line(&line);
            if let Some(message) = line.strip_prefix("Error writing files: ") {
                let root = format!("{}/", ctx.workspace.root.display());
                unresolved.push(unresolved_module(&message.replace(&root, "")));
            }
        } else if is_root(&line) {
            roots += 1;
        } else if let Some((file, line)) = difference(&line) {
            differing.entry(ctx.workspace.relative(Path::new(file))).or_insert(line);
        }
    });
    if let Some(problem) = session.missing_tool() {
        return session.finish(None, Some(problem));
    }
    let mut errors = errors.finish();
    errors.extend(unresolved);
    let facts = FormatFacts { differing: differing.into_iter().collect(), errors, roots };
    let problem = session.aliased("fmt").or_else(|| {
        let file = switched_off(ctx)?;
        Some(format!("{file} holds disable_all_formatting, so rustfmt looked at nothing"))
    });
    session.finish(Some(Facts::Format(facts)), problem)
}

/// The configuration that makes rustfmt pass over a target: it takes the nearest one at or above it.
fn switched_off(ctx: &Context<'_>) -> Option<String> {
    let packages = ctx.workspace.members.workspace_packages();
    let roots = packages.into_iter().flat_map(|package| &package.targets);
    let folders: BTreeSet<&Path> =
        roots.filter_map(|target| target.src_path.as_std_path().parent()).collect();
    let mut files = folders.into_iter().filter_map(|folder| {
        let files = folder.ancestors().flat_map(|folder| CONFIGURATION.map(|name| folder.join(name)));
        files.into_iter().find_map(|file| Some((std::fs::read_to_string(&file).ok()?, file)))
    });
    let (_, file) = files.find(|(text, _)| disables(text))?;
    match file.starts_with(&ctx.workspace.root) {
        true => Some(ctx.workspace.relative(&file)),
        false => Some("a rustfmt.toml above the workspace".to_owned()),
    }
}

fn disables(text: &str) -> bool {
    let document = text.parse::<toml_edit::DocumentMut>().ok();
    let value = document.as_ref().and_then(|document| document.get("disable_all_formatting"));
    value.and_then(toml_edit::Item::as_bool) == Some(true)
}

/// A line of `cargo fmt --verbose` that names a target: `[lib (2024)] "/path/src/lib.rs"`.
fn is_root(line: &str) -> bool {
    line.starts_with('[') && line.ends_with('"') && line.contains(")] \"")
}

/// File and line of `Diff in FILE:LINE:`, or of the `Diff in FILE at line LINE:` of older versions.
fn difference(line: &str) -> Option<(&str, Option<u32>)> {
    let rest = line.strip_prefix("Diff in ")?.trim_end().strip_suffix(':')?;
    let (file, line) = rest.rsplit_once(" at line ").or_else(|| rest.rsplit_once(':'))?;
    Some((file, line.parse().ok()))
}

fn unresolved_module(message: &str) -> Diagnostic {
    Diagnostic {
        level: "error".into(),
        code: None,
        message: clip(message, LINE_LIMIT),
        package: None,
        file: None,
        line: None,
        column: None,
        rendered: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{difference, disables, is_root};

    #[test]
    fn a_configuration_that_switches_rustfmt_off_is_known() {
        assert!(disables("max_width = 100\ndisable_all_formatting = true\n"));
        assert!(!disables("# disable_all_formatting = true\n"));
        assert!(!disables("disable_all_formatting = false\n"));
    }

    #[test]
    fn lines_of_rustfmt_are_read() {
        assert_eq!(difference("Diff in /w/src/lib.rs:12:"), Some(("/w/src/lib.rs", Some(12))));
        assert_eq!(difference("Diff in /w/src/lib.rs at line 12:"), Some(("/w/src/lib.rs", Some(12))));
        assert_eq!(difference(" Diff in /w/src/lib.rs:12:"), None);
        assert!(is_root("[lib (2024)] \"/w/src/lib.rs\""));
        assert!(!is_root("[lib] \"/w/src/lib.rs\""));
        assert!(!is_root("rustfmt --edition 2024 --check /w/src/lib.rs"));
    }
}
