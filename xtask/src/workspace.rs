//! What is judged: cargo metadata, git commit, tree and ref.

use std::path::{Path, PathBuf};

use cargo_metadata::Metadata;

use crate::evidence::subject::Lockfile;

/// The workspace that is judged.
#[derive(Debug)]
pub struct Workspace {
    /// Its root folder, absolute.
    pub root: PathBuf,
    /// The program that is cargo here.
    pub cargo: PathBuf,
    /// `cargo metadata --locked`, or with `--no-deps` where the lockfile does not allow that.
    pub metadata: Metadata,
    /// The state of Cargo.lock.
    pub lockfile: Lockfile,
    /// Whether the network must be left alone.
    pub offline: bool,
}

impl Workspace {
    /// Cargo.lock.
    pub fn lockfile_path(&self) -> PathBuf {
        self.root.join("Cargo.lock")
    }

    /// A path as reports show it: relative to the root where it is below it, with `/`.
    pub fn relative(&self, path: &Path) -> String {
        let path = path.strip_prefix(&self.root).unwrap_or(path);
        path.to_string_lossy().replace('\\', "/")
    }

    /// Whether dependencies are known: the lockfile is there and fits the manifests.
    pub fn resolved(&self) -> bool {
        self.metadata.resolve.is_some()
    }
}
