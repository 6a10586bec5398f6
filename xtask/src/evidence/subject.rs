//! What the evidence is about.

use serde::Serialize;

/// The state of the code that was judged.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Subject {
    /// The commit at HEAD, 40 or 64 hex digits; `none` outside a repository or before a first commit.
    pub commit: String,
    /// The tree of that commit; `none` likewise.
    pub tree: String,
    /// Whether the working tree differs from it.
    pub dirty: bool,
    /// Up to twenty paths that differ, relative to the repository.
    pub dirty_paths: Vec<String>,
    /// How many differ in all.
    pub dirty_count: usize,
    /// The state of Cargo.lock.
    pub lockfile: Lockfile,
    /// `rustc --version --verbose`, its `release` and `commit-hash` in one line.
    pub rustc: String,
    /// `cargo --version`.
    pub cargo: String,
    /// The host's target triple.
    pub host: String,
    /// SHA-256 over the policy files that were in force, lower-case hex.
    pub policy_sha256: String,
}

/// The state of Cargo.lock.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Lockfile {
    /// Whether it is there.
    pub present: bool,
    /// SHA-256 of its content, lower-case hex.
    pub sha256: Option<String>,
    /// Whether git tracks it; `None` outside a repository.
    pub tracked: Option<bool>,
    /// What cargo said against it with `--locked`; `None` if it fits the manifests.
    pub stale: Option<String>,
}

impl Subject {
    /// What stands for a commit or tree where there is none.
    pub const NONE: &'static str = "none";

    /// Whether there is a commit that the verdict can be about.
    pub fn has_commit(&self) -> bool {
        self.commit != Self::NONE
    }
}
