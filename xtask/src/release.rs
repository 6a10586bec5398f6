//! `release-check`: whether a tag may be released at all, before anything is published under its name.
//!
//! Facts first ([`gather`]), then a pure judgement ([`judge`]). It repairs nothing, fetches nothing and
//! moves no tag, and it knows no exceptions: what it could not look at is a finding.

pub mod changelog;
pub mod choose;
pub mod gather;
pub mod judge;

use cargo_metadata::semver::Version;

use crate::stages::Release;
pub use crate::workspace::git::tag::{Branch, Remote, RemoteTag, Tag};
use changelog::Changelog;

/// What is known of a tag and of the code that it is a release of.
#[derive(Debug, Clone)]
pub struct Facts {
    /// Its short name.
    pub tag: String,
    /// What named it: `--tag`, a variable of the CI's, or `HEAD`.
    pub named_by: String,
    /// The variable with the commit that the CI runs for, and its value, where it runs for this very tag.
    pub ci_commit: Option<(String, String)>,
    /// The commit at HEAD.
    pub head: String,
    /// Whether the history was cut off when it was fetched.
    pub shallow: bool,
    /// The clone's tag of that name. There is none only where the clone lacks tags or history.
    pub local: Option<Tag>,
    /// What the remote says.
    pub remote: Remote,
    /// The branches that hold the tag's commit.
    pub holding: Vec<Branch>,
    /// All branches that the clone knows of.
    pub branches: Vec<Branch>,
    /// The release that the tag names.
    pub release: Option<Release>,
    /// The members of the workspace, by name.
    pub packages: Vec<Package>,
    /// The changelog that the settings name, else the one at the root, if there is one.
    pub changelog: Option<Changelog>,
    /// Whether the settings name it.
    pub changelog_is_named: bool,
    /// Files that the above was read from and that differ from the commit at HEAD.
    pub differing: Vec<String>,
}

/// A member.
#[derive(Debug, Clone)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: Version,
    /// The manifest that gives the version, relative to the workspace.
    pub file: String,
    /// The line there.
    pub line: Option<u32>,
    /// Whether a registry may get it.
    pub published: bool,
    /// Whether its version is the workspace's.
    pub shares_version: bool,
    /// The changelog in its folder, if there is one.
    pub changelog: Option<Changelog>,
}
