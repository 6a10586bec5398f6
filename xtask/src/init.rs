//! Brings the gates into another workspace: what would be written is planned from what is there, then
//! shown, then written.
//!
//! [`plan`] is pure and never takes anything away: files that are there and say something else are left
//! alone and told, and the few that are edited keep every byte but the lines that come in. [`apply`] writes
//! all of it or nothing.

mod alias;
mod apply;
mod files;
mod look;
mod manifest;
mod package;
mod plan;
#[cfg(test)]
mod tests;

pub(crate) use apply::{apply, put_back};
pub(crate) use look::look;
pub(crate) use package::{DEFAULT_NAME, Source, check_name};
use plan::edit;
pub(crate) use plan::plan;

use std::collections::BTreeMap;

use crate::evidence::services::Suspect;

/// The workspace's manifest.
pub(crate) const MANIFEST: &str = "Cargo.toml";

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    /// What the alias, the package and its folder are called.
    pub(crate) name: &'a str,
    /// Where the package takes this tool from.
    pub(crate) source: &'a Source,
    /// Whether a workflow for GitHub is wanted.
    pub(crate) github: bool,
    /// Whether a pipeline for GitLab is wanted.
    pub(crate) gitlab: bool,
}

/// What is there. Facts only.
#[derive(Debug, Clone, Default)]
pub(crate) struct Found {
    /// The texts of those files that `init` has to do with and that are there, by their paths.
    pub(crate) files: BTreeMap<String, String>,
    /// The members.
    pub(crate) members: Vec<Member>,
    /// Folders below a root without `[workspace]` that hold packages of their own.
    pub(crate) apart: Vec<String>,
    /// Binaries that look like services.
    pub(crate) suspects: Vec<Suspect>,
    /// Whether the folder that the package would lie in is there, whatever is in it.
    pub(crate) folder_taken: bool,
}

/// A member of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    /// Its name.
    pub(crate) name: String,
    /// Its manifest, relative to the root where it lies below it.
    pub(crate) manifest: String,
    /// Whether it may be published.
    pub(crate) published: bool,
}

/// What would be written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    /// The files that come or change, the manifest first.
    pub(crate) changes: Vec<Change>,
    /// Files that are left alone, each with why.
    pub(crate) left_alone: Vec<(String, String)>,
}

/// One file that comes or changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    /// Its path, relative to the root, with `/`.
    pub(crate) file: String,
    /// What it says now; `None` if it is not there.
    pub(crate) before: Option<String>,
    /// What it is to say.
    pub(crate) after: String,
}
