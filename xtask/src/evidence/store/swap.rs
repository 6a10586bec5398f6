//! One run's files out, the next run's in: a journal of renames that can be undone.
//!
//! Nothing is overwritten and nothing is deleted here. What is taken away goes to a folder in the
//! staging folder, from where it comes back if a later step fails.

use std::collections::BTreeSet;
use std::fs::{self, FileType};
use std::io;
use std::path::{Path, PathBuf};

use super::manifest::Manifest;
use super::{FOLDERS, JSON_REPORT, MANIFEST, MARKDOWN_REPORT, failed};
use crate::error::{Error, Result};

/// Stops before anything is touched if a new file would meet one that is not ours, or if one of our
/// folders is something else, such as a link that leads out of the output folder.
pub(super) fn refuse_foreign_files(out: &Path, old: &Manifest, new: &[String]) -> Result<()> {
    let reserved = [JSON_REPORT, MARKDOWN_REPORT, MANIFEST];
    let files = || new.iter().map(String::as_str).chain(old.paths()).chain(reserved);
    let above = files().flat_map(|file| Path::new(file).ancestors().skip(1));
    let folders: BTreeSet<&Path> = above.chain(FOLDERS.iter().map(|(name, _)| Path::new(*name))).collect();
    for folder in folders {
        let path = out.join(folder);
        if kind_of(&path)?.is_some_and(|kind| !kind.is_dir()) {
            return Err(in_the_way(&path, "it should be a folder"));
        }
    }
    for file in files() {
        let path = out.join(file);
        match kind_of(&path)? {
            Some(kind) if kind.is_dir() => return Err(in_the_way(&path, "it is a folder")),
            Some(_) if !old.owns(file) => return Err(in_the_way(&path, "no earlier run made it")),
            _ => {}
        }
    }
    Ok(())
}

/// What stands at a path, without following a link; `None` if nothing does.
fn kind_of(path: &Path) -> Result<Option<FileType>> {
    match fs::symlink_metadata(path) {
        Ok(found) => Ok(Some(found.file_type())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed("read", path, &error)),
    }
}

fn in_the_way(path: &Path, why: &str) -> Error {
    Error::tool(format!("{} is in the way: {why}", path.display()))
        .help("move it away, or write elsewhere with --out DIR")
}

/// Takes the old files out and puts the new ones in, in the order given.
///
/// The order is what a crash relies on. Out: the reports, then what they speak of, then the list.
/// In: the list, then what the reports speak of, then the reports. So there is never a report without
/// its own evidence, and never a file of ours that no list names.
pub(super) fn exchange(out: &Path, staging: &Path, old: &Manifest, new: &[String]) -> Result<()> {
    let mut journal = Journal::default();
    match journal.exchange(out, staging, old, new) {
        Ok(()) => {
            for (folder, _) in FOLDERS {
                // Only goes if it is empty.
                let _ = fs::remove_dir(out.join(folder));
            }
            Ok(())
        }
        Err(error) => {
            journal.undo();
            Err(error)
        }
    }
}

/// Does the first steps of an exchange and then nothing more, as a killed process would.
#[cfg(test)]
pub(super) fn crash_after(steps: usize, out: &Path, staging: &Path, old: &Manifest, new: &[String]) {
    let mut journal = Journal { steps: Some(steps), ..Journal::default() };
    assert_eq!(journal.exchange(out, staging, old, new).is_ok(), steps >= 10);
}

/// Renames that were done, oldest first.
#[derive(Default)]
struct Journal {
    done: Vec<(PathBuf, PathBuf)>,
    #[cfg(test)]
    steps: Option<usize>,
}

impl Journal {
    fn exchange(&mut self, out: &Path, staging: &Path, old: &Manifest, new: &[String]) -> Result<()> {
        let aside = staging.join("earlier");
        let reports = [JSON_REPORT, MARKDOWN_REPORT];
        let spoken_of = old.paths().filter(|path| !reports.contains(path));
        for path in reports.into_iter().chain(spoken_of).chain([MANIFEST]) {
            self.rename(&out.join(path), &aside.join(path), true)?;
        }
        for path in [MANIFEST].into_iter().chain(new.iter().map(String::as_str)) {
            self.rename(&staging.join(path), &out.join(path), false)?;
        }
        Ok(())
    }

    fn rename(&mut self, from: &Path, to: &Path, may_be_absent: bool) -> Result<()> {
        if may_be_absent && kind_of(from)?.is_none() {
            return Ok(());
        }
        #[cfg(test)]
        if self.steps == Some(self.done.len()) {
            return Err(Error::tool("the test ends here"));
        }
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent).map_err(|error| failed("make the folder", parent, &error))?;
        }
        fs::rename(from, to).map_err(|error| failed("move a file to", to, &error))?;
        self.done.push((from.to_path_buf(), to.to_path_buf()));
        Ok(())
    }

    fn undo(self) {
        for (from, to) in self.done.into_iter().rev() {
            // The error that led here is the one to tell; a report is never put back before its evidence.
            if fs::rename(to, from).is_err() {
                return;
            }
        }
    }
}
