//! `ci/policy.lock`: the policy that was agreed, in a form whose diff can be reviewed.
//!
//! The text is made here alone, so the same policy gives the same bytes. It bears a digest of what it
//! says, so that a merge or an edit by hand is noticed; comments and blanks are nobody's policy.

mod read;
#[cfg(test)]
mod tests;

use std::fmt::Write;
use std::path::Path;

use crate::digest::sha256;
use crate::error::{Error, Result};
use crate::evidence::policy::{FileState, LockFacts, Setting, Snapshot, Value};
use crate::replace::replace;
use crate::toml_file::quoted;

use super::snapshot::{FileContent, Files, WorkingTree};

/// Where the lock is, relative to the workspace root.
pub const FILE: &str = "ci/policy.lock";

/// The version of its form.
const VERSION: i64 = 1;

/// What stands for the digest of a file of which only the settings are pinned.
const SETTINGS_ONLY: &str = "settings only";

const HEADER: &str = "\
# The policy that was agreed: which files say it, and what they say.
# Written by `cargo xtask policy lock`. Review its diff as you would review the policy itself;
# do not edit it, and after a merge conflict write it anew.
";

/// Reads the lock of a workspace.
///
/// # Errors
/// A configuration error with every complaint about the file.
pub fn load(root: &Path) -> Result<LockFacts> {
    let whole = |message: String| {
        let help = format!("make it a readable file of the workspace, or write it anew: {}", read::REMEDY);
        Error::configuration(vec![read::complaint(0, 0, "", message, Some(help))])
    };
    match WorkingTree::new(root).read(FILE) {
        FileContent::Absent => Ok(LockFacts::Absent),
        FileContent::Bytes(bytes) => read::parse(&bytes),
        FileContent::Astray { target } => {
            let target = crate::diagnostics::shown(&target);
            Err(whole(format!("is a link that leads out of the workspace, or to nothing: {target}")))
        }
        FileContent::Unreadable { reason } => Err(whole(format!("cannot be read: {reason}"))),
    }
}

/// Writes the lock in one step.
///
/// # Errors
/// A configuration error if a governed file could not be read: what is not known cannot be agreed. A
/// tool error if the file cannot be written.
pub fn write(root: &Path, snapshot: &Snapshot) -> Result<()> {
    refuse_unknown(snapshot)?;
    replace(root, FILE, &render(snapshot))
}

fn refuse_unknown(snapshot: &Snapshot) -> Result<()> {
    let complain = |(path, state): (&String, &FileState)| {
        let (message, help) = match state {
            FileState::Present { .. } => return None,
            FileState::Astray { target } => (
                format!("leads out of the workspace, or to nothing: {}", crate::diagnostics::shown(target)),
                "put the file itself there, or remove the link",
            ),
            FileState::Unreadable { reason } => {
                (format!("cannot be read: {reason}"), "mend it, or remove it")
            }
        };
        let mut complaint = read::complaint(0, 0, "", message, Some(help.to_owned()));
        complaint.file.clone_from(path);
        Some(complaint)
    };
    let complaints: Vec<_> = snapshot.files.iter().filter_map(complain).collect();
    if complaints.is_empty() { Ok(()) } else { Err(Error::configuration(complaints)) }
}

/// The whole file.
fn render(snapshot: &Snapshot) -> String {
    let body = body(snapshot);
    format!("{HEADER}version = {VERSION}\ndigest = \"{}\"\n{body}", digest(&body))
}

fn digest(body: &str) -> String {
    sha256(format!("version = {VERSION}\n{body}").as_bytes())
}

/// All but what says what it is. A table for each file, so that a diff names the file that it is about.
fn body(snapshot: &Snapshot) -> String {
    let mut text = String::from("\n[files]\n");
    for (path, state) in &snapshot.files {
        let state = match state {
            FileState::Present { sha256 } if sha256.is_empty() => SETTINGS_ONLY,
            FileState::Present { sha256 } => sha256,
            // Never written; in a digest they must not pass for anything else.
            FileState::Astray { .. } => "astray",
            FileState::Unreadable { .. } => "unreadable",
        };
        let _ = writeln!(text, "{} = {}", quoted(path), quoted(state));
    }
    let mut by_file: Vec<(&String, &String, &Value)> =
        snapshot.settings.iter().map(|(key, Setting { file, value })| (file, key, value)).collect();
    by_file.sort();
    let mut last = None;
    for (file, key, setting) in by_file {
        if last != Some(file) {
            let _ = writeln!(text, "\n[settings.{}]", quoted(file));
            last = Some(file);
        }
        let _ = writeln!(text, "{} = {}", quoted(key), value(setting));
    }
    text
}

fn value(value: &Value) -> String {
    match value {
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Text(text) => quoted(text),
        Value::Set(set) if set.is_empty() => "[]".into(),
        // A line for each, so that a diff shows what came and what went.
        Value::Set(set) => {
            let lines: String = set.iter().map(|entry| format!("    {},\n", quoted(entry))).collect();
            format!("[\n{lines}]")
        }
    }
}
