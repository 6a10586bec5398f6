//! The policy at one moment: which files are governed, and what those with known meaning say.
//!
//! Files are read through [`Files`], so that a policy of the past is taken by the same code as the one
//! in force. A governed file is never skipped: what cannot be read, leads elsewhere or does not parse
//! has a state of its own, and then nothing is said for it.

pub(super) mod budgets;
mod evidence;
mod said;
mod services;
mod stages;
mod tables;
#[cfg(test)]
mod tests;
mod tree;
mod workflows;

use std::collections::BTreeSet;

use crate::digest::sha256;
use crate::evidence::policy::{FileState, Snapshot};
use crate::gates::deps_approval::approvals;
use crate::gates::field_budgets::lock;

use said::Said;
pub(super) use tree::WorkingTree;
pub(super) use workflows::is_marked;

/// The largest governed file that is read, in bytes: ten thousand approvals take about three megabytes.
pub(super) const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// Where governed files are read from: the working tree, or a commit.
pub(super) trait Files {
    /// What is at a path, which is relative to the workspace root, with `/`.
    fn read(&self, path: &str) -> FileContent;

    /// The paths of what lies directly in a folder, relative to the workspace root, sorted; nothing if
    /// there is no such folder. A folder that cannot be looked into is itself the only entry, and
    /// reading it tells why.
    fn list(&self, folder: &str) -> Vec<String>;
}

/// What is at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FileContent {
    /// Nothing.
    Absent,
    /// A file with this content.
    Bytes(Vec<u8>),
    /// A link that leads out of the workspace, or to nothing.
    Astray {
        /// Where it leads.
        target: String,
    },
    /// It is there, and cannot be read.
    Unreadable {
        /// Why.
        reason: String,
    },
}

/// Topics by the names of their files. Of several that are there, the first is the one that its tool
/// reads; a change of the others is told as well, by their digest.
const AT_ROOT: &[(&str, &[&str])] = &[
    ("stages", &[crate::stages::FILE]),
    ("evidence", &[crate::settings::FILE]),
    ("waivers", &["ci/waivers.toml"]),
    ("approvals", &[approvals::FILE]),
    ("lints", &["Cargo.toml"]),
    ("clippy", CLIPPY),
    ("rustfmt", RUSTFMT),
    ("deny", &["deny.toml", ".deny.toml", ".cargo/deny.toml"]),
    ("toolchain", &["rust-toolchain", "rust-toolchain.toml"]),
    ("cargo", &[".cargo/config", ".cargo/config.toml"]),
    ("nextest", &[".config/nextest.toml"]),
];
const IN_MEMBERS: &[(&str, &[&str])] = &[("clippy", CLIPPY), ("rustfmt", RUSTFMT)];
const CLIPPY: &[&str] = &[".clippy.toml", "clippy.toml"];
const RUSTFMT: &[&str] = &[".rustfmt.toml", "rustfmt.toml"];

/// Topics whose files change for other reasons too, so that only what they say is pinned.
const MEANING_ONLY: &[&str] = &["approvals", "lints"];

/// The governed files that are there, each with its topic. `members` are the members' folders, relative
/// to the root.
pub(super) fn governed(files: &dyn Files, members: &[String]) -> Vec<(String, String)> {
    let there = |path: &String| files.read(path) != FileContent::Absent;
    let mut found: Vec<(String, String)> = Vec::new();
    for (topic, paths) in AT_ROOT {
        let paths = paths.iter().map(ToString::to_string).filter(there);
        found.extend(paths.map(|path| ((*topic).to_owned(), path)));
    }
    for folder in members.iter().filter(|folder| !matches!(folder.as_str(), "" | ".")) {
        for (topic, names) in IN_MEMBERS {
            let paths = names.iter().map(|name| format!("{folder}/{name}")).filter(there);
            found.extend(paths.map(|path| (format!("{topic}({folder})"), path)));
        }
    }
    found.extend(workflows::governed(files).into_iter().map(|path| (workflows::TOPIC.to_owned(), path)));
    found
}

/// The files that may say a setting, by its topic; those of a member's, for a topic of a member's.
pub(super) fn paths(key: &str) -> BTreeSet<String> {
    let at_root =
        AT_ROOT.iter().filter(|(topic, _)| key.strip_prefix(topic).is_some_and(|rest| rest.starts_with('.')));
    let mut paths: BTreeSet<String> =
        at_root.flat_map(|(_, paths)| paths.iter().map(ToString::to_string)).collect();
    if key.starts_with(budgets::TOPIC) {
        paths.insert(lock::FILE.to_owned());
    }
    for (topic, names) in IN_MEMBERS.iter().chain(&[(budgets::TOPIC, &[lock::FILE][..])]) {
        let inner = key.strip_prefix(topic).and_then(|rest| rest.strip_prefix('(')?.split_once(")."));
        if let Some((folder, _)) = inner {
            paths.extend(names.iter().map(|name| format!("{folder}/{name}")));
        }
    }
    paths
}

/// The policy that some files amount to, and the budgets of data contracts with it.
pub(super) fn take_with_budgets(files: &dyn Files, members: &[String]) -> Snapshot {
    let mut snapshot = take(files, members);
    budgets::add(&mut snapshot, files, members);
    snapshot
}

/// The policy that some files amount to.
pub(super) fn take(files: &dyn Files, members: &[String]) -> Snapshot {
    let mut snapshot = Snapshot::default();
    let mut topics = BTreeSet::new();
    for (topic, path) in governed(files, members) {
        let state = match files.read(&path) {
            FileContent::Absent => continue,
            FileContent::Astray { target } => FileState::Astray { target },
            FileContent::Unreadable { reason } => FileState::Unreadable { reason },
            FileContent::Bytes(bytes) if topics.contains(&topic) => present(&topic, &bytes),
            FileContent::Bytes(bytes) => {
                let mut said = Said::new(&topic, &path);
                match say(&topic, &path, Some(&bytes), &mut said) {
                    Ok(()) => {
                        snapshot.settings.extend(said.finish());
                        present(&topic, &bytes)
                    }
                    Err(reason) => FileState::Unreadable { reason },
                }
            }
        };
        topics.insert(topic);
        snapshot.files.insert(path, state);
    }
    for (topic, paths) in AT_ROOT.iter().filter(|(topic, _)| !topics.contains(*topic)) {
        let mut said = Said::new(topic, paths[0]);
        // What holds without the file: the built-in stages, the defaults.
        if say(topic, paths[0], None, &mut said).is_ok() {
            snapshot.settings.extend(said.finish());
        }
    }
    snapshot
}

fn present(topic: &str, bytes: &[u8]) -> FileState {
    let sha256 = if MEANING_ONLY.contains(&topic) { String::new() } else { sha256(&line_feeds(bytes)) };
    FileState::Present { sha256 }
}

/// The bytes with each CRLF as a line feed: a checkout with `core.autocrlf` is no change of the policy.
fn line_feeds(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(bytes.len());
    for (at, byte) in bytes.iter().enumerate() {
        if !(*byte == b'\r' && bytes.get(at + 1) == Some(&b'\n')) {
            plain.push(*byte);
        }
    }
    plain
}

/// Says what a file of a topic says; without one, what holds without it.
fn say(topic: &str, path: &str, bytes: Option<&[u8]>, said: &mut Said) -> Result<(), String> {
    // `clippy(crates/api)` is about clippy.
    let kind = topic.split('(').next().unwrap_or(topic);
    match (kind, bytes) {
        ("stages", bytes) => stages::say(path, bytes, said),
        ("evidence", bytes) => evidence::say(path, bytes, said),
        ("approvals", bytes) => tables::approvals(bytes, said),
        (workflows::TOPIC, _) | (_, None) => Ok(()),
        ("waivers", Some(bytes)) => tables::waivers(bytes, said),
        ("lints", Some(bytes)) => tables::lints(bytes, said),
        ("toolchain", Some(bytes)) => tables::toolchain(path, bytes, said),
        ("cargo", Some(bytes)) => tables::cargo(bytes, said),
        (_, Some(bytes)) => tables::plain(bytes, said),
    }
}
