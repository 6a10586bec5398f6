//! Facts about the policy: what is in force, what was locked, what it was at the base, and who changed it.
//!
//! Facts only. That a change makes a rule laxer is a fact about two values; whether it fails the gate is
//! for the judge to say.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::rules::RuleFacts;

/// What policy_drift is judged by.
#[derive(Debug, Clone, Default, Serialize)]
pub struct PolicyFacts {
    /// Whether all of it was gathered: false is what a gatherer that did not come to its end leaves.
    pub complete: bool,
    /// `ci/policy.lock`.
    pub lock: LockFacts,
    /// The policy in force.
    pub current: Snapshot,
    /// From the locked policy to the one in force; empty without a lock.
    pub drift: Vec<Change>,
    /// What the policy is compared with to find what became laxer.
    pub base: Base,
    /// From the base to the policy in force, each with the commit that brought it; empty without a base.
    pub since_base: Vec<TracedChange>,
    /// What the rules are judged by.
    pub rules: RuleFacts,
    /// What could not be read, beside what has a place of its own above; each fails the gate.
    pub problems: Vec<String>,
    /// How long gathering took, in milliseconds.
    pub duration_ms: u64,
}

/// What was read of `ci/policy.lock`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum LockFacts {
    /// There is no such file.
    #[default]
    Absent,
    /// It was read.
    Read {
        /// What it pins.
        snapshot: Snapshot,
        /// Whether its content fits the digest that it gives of itself; if not, it was edited by hand or
        /// merged by a tool that did not know what it merged.
        own_digest_fits: bool,
    },
}

/// A policy at one moment: the governed files, and what those with known meaning say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Snapshot {
    /// The governed files by path, relative to the workspace root, with `/`.
    pub files: BTreeMap<String, FileState>,
    /// What they say, by topic and path, such as `stages.GA.gates.deps_approval` or
    /// `lints.rust.unsafe_code`. Values are the effective ones: defaults are filled in.
    pub settings: BTreeMap<String, Setting>,
}

/// The state of a governed file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum FileState {
    /// A file of the workspace.
    Present {
        /// SHA-256 of its content, lower-case hex. Empty for files that are governed only by what they
        /// mean, because the rest of them changes for other reasons (`Cargo.toml`).
        sha256: String,
    },
    /// A link that leads out of the workspace, or to nothing.
    Astray {
        /// Where it leads.
        target: String,
    },
    /// It is there and cannot be read, or does not parse as what it should be.
    Unreadable {
        /// Why.
        reason: String,
    },
}

/// One thing that the policy says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// The file that says it, or would say it if it were not a default.
    pub file: String,
    /// What it says.
    pub value: Value,
}

/// A value of the policy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number; durations are in seconds.
    Number(i64),
    /// A word or a text.
    Text(String),
    /// A set of texts.
    Set(BTreeSet<String>),
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Value::Bool(value) => write!(f, "{value}"),
            Value::Number(value) => write!(f, "{value}"),
            Value::Text(value) => f.write_str(value),
            Value::Set(values) if values.is_empty() => f.write_str("nothing"),
            Value::Set(values) => {
                f.write_str(&values.iter().map(String::as_str).collect::<Vec<_>>().join(", "))
            }
        }
    }
}

/// Whether a change asks for more or for less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Something passes now that did not pass before.
    Laxer,
    /// It cannot be told from the values alone.
    Unclear,
    /// Something that passed before does not pass now.
    Stricter,
}

/// One difference between two policies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The setting's key in [`Snapshot::settings`]; or the path, where only the file's digest changed.
    pub key: String,
    /// The file that says it now, or said it before.
    pub file: String,
    /// What it was; `None` if it was not there.
    pub from: Option<Value>,
    /// What it is; `None` if it is gone.
    pub to: Option<Value>,
    /// Whether that is more or less.
    pub direction: Direction,
    /// The change in one line without key and file, such as `required → report_only`, or
    /// `adds GPL-3.0, removes MIT`.
    pub told: String,
}

/// A change and the commit that brought it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TracedChange {
    /// The change since the base.
    pub change: Change,
    /// The commit; `None` where the working tree differs from HEAD, or history does not say.
    pub commit: Option<CommitFacts>,
    /// Why there is no commit, in a few words, such as `not committed`; empty where there is one.
    #[serde(default)]
    pub untraced: String,
}

/// A commit, as far as an audit trail needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CommitFacts {
    /// Its full id.
    pub id: String,
    /// `Name <address>` of its author, in one line.
    pub author: String,
    /// When it was authored, RFC 3339.
    pub date: String,
    /// The first line of its message.
    pub subject: String,
}

/// What the policy in force is compared with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Base {
    /// There is no earlier release: the history is whole, and no release tag is in it.
    #[default]
    None,
    /// It was found and read.
    Found {
        /// The tag, or what `--base` gave.
        name: String,
        /// Its commit.
        commit: String,
        /// Whether `--base` named it.
        given: bool,
    },
    /// There may be one, and it cannot be told: a shallow clone, no repository, git failed.
    Unreadable {
        /// Why, in one line.
        reason: String,
        /// What to do, in one line.
        remedy: String,
    },
}
