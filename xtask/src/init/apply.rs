//! Writes what was planned: all of it, or nothing that stays.

use std::path::{Path, PathBuf};

use super::{Change, Plan};
use crate::error::{Error, Result};
use crate::replace::replace;

/// What was written, and can be put back.
#[derive(Debug)]
pub(crate) struct Applied<'a> {
    root: &'a Path,
    done: Vec<&'a Change>,
    folders: Vec<PathBuf>,
}

/// Writes a plan. The manifest comes last, so that a workspace in which this was cut short is still one.
///
/// # Errors
/// A usage error for a file that changed since it was looked at, and for a folder that is a link out of the
/// workspace; a tool error if a file cannot be written. Everything is as it was then.
pub(crate) fn apply<'a>(root: &'a Path, plan: &'a Plan) -> Result<Applied<'a>> {
    let mut applied = Applied { root, done: Vec::new(), folders: Vec::new() };
    for change in plan.changes.iter().rev() {
        if let Err(error) = applied.write(change) {
            let left = applied.undo();
            return Err(error.help(put_back(&left)));
        }
    }
    Ok(applied)
}

/// What became of the files that had been written already.
pub(crate) fn put_back(left: &[String]) -> String {
    if left.is_empty() {
        return "everything is as it was; look at the folder's permissions, then run it again".to_owned();
    }
    format!("these could not be put back, look at them with `git status`: {}", left.join(", "))
}

impl<'a> Applied<'a> {
    fn write(&mut self, change: &'a Change) -> Result<()> {
        let path = self.root.join(&change.file);
        let now = std::fs::read(&path).ok();
        if now.as_deref() != change.before.as_deref().map(str::as_bytes) {
            return Err(Error::usage(format!("{} changed while this ran", change.file)));
        }
        self.make_folders(&path, &change.file)?;
        replace(self.root, &change.file, &change.after)?;
        self.done.push(change);
        Ok(())
    }

    /// Makes the folders that a file lies in, and keeps in mind which were not there.
    fn make_folders(&mut self, path: &Path, file: &str) -> Result<()> {
        let failed =
            |error: std::io::Error| Error::tool(format!("cannot make the folder of {file}: {error}"));
        let missing = |folder: &&Path| folder.symlink_metadata().is_err();
        let folders = path.ancestors().skip(1).take_while(missing).map(Path::to_path_buf);
        let mut folders: Vec<PathBuf> = folders.collect();
        let there = path.ancestors().nth(1 + folders.len()).unwrap_or(self.root);
        let real = there.canonicalize().map_err(failed)?;
        if !real.starts_with(self.root.canonicalize().map_err(failed)?) {
            return Err(Error::usage(format!("{file} would lie outside of the workspace, through a link")));
        }
        while let Some(folder) = folders.pop() {
            std::fs::create_dir(&folder).map_err(failed)?;
            self.folders.push(folder);
        }
        Ok(())
    }

    /// Puts everything back; gives the files for which that failed.
    pub(crate) fn undo(self) -> Vec<String> {
        let mut left = Vec::new();
        for change in self.done.iter().rev() {
            let put_back = match &change.before {
                Some(before) => replace(self.root, &change.file, before).is_ok(),
                None => std::fs::remove_file(self.root.join(&change.file)).is_ok(),
            };
            if !put_back {
                left.push(change.file.clone());
            }
        }
        for folder in self.folders.iter().rev() {
            // One that somebody put something into stays.
            let _ = std::fs::remove_dir(folder);
        }
        left
    }
}
