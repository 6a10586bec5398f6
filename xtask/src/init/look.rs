//! What is there already: the files that `init` has to do with, the members, what looks like a service.

use std::path::Path;

use super::{Found, MANIFEST, Member, alias, files, package};
use crate::error::Result;
use crate::gates::observability_verify;
use crate::settings;
use crate::toml_file;
use crate::workspace::Workspace;

/// The largest file that is read, in bytes.
const MOST: u64 = 4 * 1024 * 1024;

/// Reads what is there for a package of this name.
///
/// # Errors
/// A configuration error for a file that is in the way and is no text.
pub(crate) fn look(workspace: &Workspace, name: &str) -> Result<Found> {
    let root = &workspace.root;
    let mut found = Found { folder_taken: taken(&root.join(name)), ..Found::default() };
    let fixed = files::ALL.iter().chain(&alias::FILES).chain(&[MANIFEST]).map(ToString::to_string);
    for file in fixed.chain(package::files(name)) {
        if let Some(text) = toml_file::read(root, &file, MOST)? {
            found.files.insert(file, text);
        }
    }
    for package in workspace.members.workspace_packages() {
        found.members.push(Member {
            name: package.name.to_string(),
            manifest: workspace.relative(package.manifest_path.as_std_path()),
            published: package.publish.as_ref().is_none_or(|registries| !registries.is_empty()),
        });
    }
    found.members.sort_by(|one, other| one.name.cmp(&other.name));
    found.apart = apart(root, "", DEPTH);
    let settings = settings::load(root)?.observability_verify;
    found.suspects = observability_verify::suspects(workspace, &settings);
    Ok(found)
}

/// How many folders deep packages are looked for.
const DEPTH: usize = 3;

/// Folders with a package in them, relative to the root; what lies below one is not looked at.
fn apart(root: &Path, below: &str, depth: usize) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root.join(below)).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        // A link may lead anywhere, and a hidden folder is a tool's own.
        let folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if !folder || name.starts_with('.') || ["target", "dist", "node_modules"].contains(&name.as_str()) {
            continue;
        }
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        if root.join(&path).join(MANIFEST).is_file() {
            found.push(path);
        } else if depth > 1 {
            found.extend(apart(root, &path, depth - 1));
        }
    }
    found.sort();
    found
}

/// Whether there is anything at a path. An empty folder is nothing.
fn taken(path: &Path) -> bool {
    match std::fs::read_dir(path) {
        Ok(mut entries) => entries.next().is_some(),
        Err(_) => path.symlink_metadata().is_ok(),
    }
}
