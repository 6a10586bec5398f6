//! Reading a file's bytes: absent is one thing, unreadable another.

use std::fs;
use std::io::{ErrorKind, Read};
use std::path::Path;

use super::{Document, MAX_BYTES};
use crate::diagnostics::Complaint;
use crate::error::{Error, Result};

/// Parses a file at `relative` (with `/`) below `root`; `None` if there is no such file.
///
/// # Errors
/// A file that is there and cannot be read is an error, and so is one that is not valid YAML. A
/// dangling link is there. So is the same name with the ending `.yaml`, which would be overlooked.
pub fn open(root: &Path, relative: &str) -> Result<Option<Document>> {
    let mut path = root.to_path_buf();
    for part in relative.split('/') {
        path.push(part);
        match fs::symlink_metadata(&path) {
            Ok(_) => {}
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return absent(root, relative);
            }
            Err(error) => return Err(unreadable(relative, &error.to_string())),
        }
    }
    open_file(&path, relative).map(Some)
}

fn absent(root: &Path, relative: &str) -> Result<Option<Document>> {
    if let Some(stem) = relative.strip_suffix(".yml") {
        let other = format!("{stem}.yaml");
        if fs::symlink_metadata(root.join(&other)).is_ok() {
            let message = format!("the file is not read under this name; rename it to {relative}");
            return Err(complaint(&other, message, None));
        }
    }
    Ok(None)
}

/// Parses the file at `path`, which complaints call `shown`.
///
/// # Errors
/// A file that is absent, cannot be read, or is not valid YAML.
pub fn open_file(path: &Path, shown: &str) -> Result<Document> {
    let read = || -> std::io::Result<Vec<u8>> {
        // Asked before it is opened: opening a named pipe would wait for a writer.
        if !fs::metadata(path)?.is_file() {
            return Err(std::io::Error::other("it is not a file"));
        }
        let mut bytes = Vec::new();
        fs::File::open(path)?.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = read().map_err(|error| {
        // A link that leads nowhere is there.
        match fs::symlink_metadata(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                complaint(shown, "there is no such file".into(), None)
            }
            _ => unreadable(shown, &error.to_string()),
        }
    })?;
    Document::parse(&bytes, shown)
}

fn unreadable(file: &str, reason: &str) -> Error {
    complaint(file, format!("cannot be read: {reason}"), Some("make it readable, or remove it".into()))
}

fn complaint(file: &str, message: String, help: Option<String>) -> Error {
    let path = String::new();
    Error::configuration(vec![Complaint { file: file.to_owned(), line: 0, column: 0, path, message, help }])
}
