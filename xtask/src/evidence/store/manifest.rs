//! The list of what a run made, in the format of `sha256sum`, so that `sha256sum -c` checks it.
//!
//! It is also the proof that a file is ours to replace. The list itself may have been tampered with,
//! so a path counts only if it could have been made by this tool: a report, or a file below one of
//! its folders.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::{CODE_QUALITY_REPORT, FOLDERS, JSON_REPORT, MANIFEST, MARKDOWN_REPORT, failed};
use crate::digest::hex;
use crate::error::{Error, Result};

/// Longer than any list that this tool writes.
const MAX_BYTES: u64 = 4 << 20;

/// Paths relative to the output folder, and their digests.
#[derive(Debug, Default)]
pub(super) struct Manifest {
    files: BTreeMap<String, String>,
}

impl Manifest {
    pub(super) fn new(files: BTreeMap<String, String>) -> Self {
        Manifest { files }
    }

    /// The list of an earlier run; empty if there is none. Lines that this tool cannot have written
    /// are passed over: what they name is not ours.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let size = match fs::symlink_metadata(path) {
            Ok(found) if found.is_file() => found.len(),
            Ok(_) => return Err(not_ours(path, "it is no regular file")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Manifest::default()),
            Err(error) => return Err(failed("read", path, &error)),
        };
        if size > MAX_BYTES {
            return Err(not_ours(path, "it is far too long"));
        }
        let bytes = fs::read(path).map_err(|error| failed("read", path, &error))?;
        let mut files = BTreeMap::new();
        for line in String::from_utf8_lossy(&bytes).lines() {
            let Some((digest, name)) = line.split_once("  ") else { continue };
            if digest.len() == 64 && could_be_ours(name) {
                files.insert(name.to_string(), digest.to_string());
            }
        }
        Ok(Manifest { files })
    }

    pub(super) fn render(&self) -> String {
        let mut out = String::new();
        for (path, digest) in &self.files {
            let _ = writeln!(out, "{digest}  {path}");
        }
        out
    }

    /// Whether the file is ours. The reports and this list always are: their names are reserved.
    pub(super) fn owns(&self, path: &str) -> bool {
        [JSON_REPORT, MARKDOWN_REPORT, MANIFEST].contains(&path) || self.files.contains_key(path)
    }

    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }
}

/// Whether this tool could have made a file of that path: no way out of its folders.
fn could_be_ours(path: &str) -> bool {
    if [JSON_REPORT, MARKDOWN_REPORT, CODE_QUALITY_REPORT].contains(&path) {
        return true;
    }
    let mut parts = path.split('/');
    let folder = parts.next().unwrap_or_default();
    let parts: Vec<&str> = parts.collect();
    FOLDERS.iter().any(|(name, _)| *name == folder)
        && !parts.is_empty()
        && parts.iter().all(|part| !part.is_empty() && *part != "." && *part != ".." && !part.contains('\\'))
}

fn not_ours(path: &Path, why: &str) -> Error {
    Error::tool(format!("{} was not written by this tool: {why}", path.display()))
        .help("move it away, or write elsewhere with --out DIR")
}

/// The regular files below `root/folder`, as paths relative to `root` with `/`, sorted. Links are
/// passed over: a report must not vouch for what lies elsewhere.
pub(super) fn files_below(root: &Path, folder: &str) -> Result<Vec<String>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_string()];
    while let Some(folder) = folders.pop() {
        let path = root.join(&folder);
        let read = |error| failed("read", &path, &error);
        for entry in fs::read_dir(&path).map_err(read)? {
            let entry = entry.map_err(read)?;
            let kind = entry.file_type().map_err(read)?;
            let name = entry.file_name();
            let name = name.to_str().filter(|name| !name.chars().any(|c| c.is_control() || c == '\\'));
            let Some(name) = name else {
                return Err(Error::tool(format!(
                    "a file in {} has a name that no report can show",
                    path.display()
                ))
                .help("use letters, digits, `-` and `_` in the names of checks"));
            };
            let below = format!("{folder}/{name}");
            if kind.is_dir() {
                folders.push(below);
            } else if kind.is_file() {
                files.push(below);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// SHA-256 of a file's content, read piece by piece: a log may be large.
pub(super) fn digest_of_file(path: &Path) -> Result<String> {
    let read = || {
        let mut hasher = Sha256::new();
        let mut file = File::open(path)?;
        let mut piece = vec![0; 128 * 1024];
        loop {
            match io::Read::read(&mut file, &mut piece) {
                Ok(0) => return Ok(hex(&hasher.finalize())),
                Ok(length) => hasher.update(&piece[..length]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    };
    read().map_err(|error| failed("read", path, &error))
}
