//! The working tree, read without following a link out of it.

use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::{FileContent, Files, MAX_BYTES};

/// The files of a workspace as they lie on the disk.
pub(crate) struct WorkingTree {
    root: PathBuf,
    /// The root without links; `None` if it cannot be told, and then every link leads astray.
    real: Option<PathBuf>,
}

/// What a path leads to, before it is opened.
enum Way {
    Absent,
    There(PathBuf),
    Astray(String),
    Unreadable(String),
}

impl WorkingTree {
    /// The tree below a root folder.
    pub(crate) fn new(root: &Path) -> WorkingTree {
        WorkingTree { root: root.to_path_buf(), real: root.canonicalize().ok() }
    }

    /// Follows a path name by name.
    fn way(&self, path: &str) -> Way {
        let mut place = self.root.clone();
        // A member may lie beside the root, where what is within the workspace has no bounds.
        let beside = path.split('/').any(|name| name == "..");
        for name in path.split('/').filter(|name| !name.is_empty()) {
            if name == ".." {
                place.pop();
                continue;
            }
            place.push(name);
            match fs::symlink_metadata(&place) {
                Ok(metadata) if metadata.file_type().is_symlink() => {
                    let within = |end: PathBuf| self.real.as_ref().is_some_and(|real| end.starts_with(real));
                    if beside || !place.canonicalize().is_ok_and(within) {
                        let target = fs::read_link(&place).unwrap_or_default();
                        return Way::Astray(target.to_string_lossy().into_owned());
                    }
                }
                Ok(_) => {}
                Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                    return Way::Absent;
                }
                Err(error) => return Way::Unreadable(error.to_string()),
            }
        }
        Way::There(place)
    }
}

impl Files for WorkingTree {
    fn read(&self, path: &str) -> FileContent {
        let place = match self.way(path) {
            Way::Absent => return FileContent::Absent,
            Way::Astray(target) => return FileContent::Astray { target },
            Way::Unreadable(reason) => return FileContent::Unreadable { reason },
            Way::There(place) => place,
        };
        contents(&place).unwrap_or_else(|error| FileContent::Unreadable { reason: error.to_string() })
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let itself = || vec![folder.to_owned()];
        let place = match self.way(folder) {
            Way::Absent => return Vec::new(),
            Way::There(place) => place,
            Way::Astray(_) | Way::Unreadable(_) => return itself(),
        };
        let Ok(entries) = fs::read_dir(place) else { return itself() };
        let mut paths = Vec::new();
        for entry in entries {
            // A name that cannot be written down could not be read again either.
            let Some(name) = entry.ok().and_then(|entry| entry.file_name().into_string().ok()) else {
                return itself();
            };
            paths.push(format!("{folder}/{name}"));
        }
        paths.sort();
        paths
    }
}

fn contents(place: &Path) -> std::io::Result<FileContent> {
    // Asked before it is opened: opening a named pipe would wait for a writer.
    if !fs::metadata(place)?.is_file() {
        return Err(std::io::Error::other("it is not a file"));
    }
    let mut bytes = Vec::new();
    fs::File::open(place)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(std::io::Error::other(format!("it is larger than {MAX_BYTES} bytes")));
    }
    Ok(FileContent::Bytes(bytes))
}
