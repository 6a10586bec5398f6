//! The governed files as a commit has them.

use std::cell::RefCell;

use super::super::snapshot::{FileContent, Files, MAX_BYTES};
use crate::workspace::git::history::{History, Told};
use crate::workspace::git::objects::Object;

/// The files of a commit.
pub(super) struct Committed<'a> {
    history: &'a History<'a>,
    commit: &'a str,
    /// The workspace's folder at that commit.
    folder: &'a str,
    failure: RefCell<Option<String>>,
}

impl<'a> Committed<'a> {
    pub(super) fn new(history: &'a History<'a>, commit: &'a str, folder: &'a str) -> Self {
        Committed { history, commit, folder, failure: RefCell::default() }
    }

    /// The first thing that git could not give.
    pub(super) fn failure(&self) -> Option<String> {
        self.failure.borrow().clone()
    }

    fn look(&self, path: &str) -> Told<FileContent> {
        let unreadable = |reason: String| FileContent::Unreadable { reason };
        Ok(match self.history.find(self.commit, self.folder, path)? {
            Object::Absent => FileContent::Absent,
            Object::Astray { target } => FileContent::Astray { target },
            Object::Folder { .. } => unreadable("it is not a file".into()),
            Object::Submodule => unreadable("it lies in a submodule".into()),
            Object::File { id } => {
                let content = self.history.content(&id)?;
                if content.len() as u64 > MAX_BYTES {
                    unreadable(format!("it is larger than {MAX_BYTES} bytes"))
                } else {
                    FileContent::Bytes(content.to_vec())
                }
            }
        })
    }

    fn names(&self, folder: &str) -> Told<Option<Vec<String>>> {
        Ok(match self.history.find(self.commit, self.folder, folder)? {
            Object::Absent => Some(Vec::new()),
            Object::Folder { id } => Some(self.history.list(&id)?),
            Object::File { .. } | Object::Submodule | Object::Astray { .. } => None,
        })
    }

    fn note<T>(&self, told: Told<T>) -> Told<T> {
        if let Err(reason) = &told {
            self.failure.borrow_mut().get_or_insert_with(|| reason.clone());
        }
        told
    }
}

impl Files for Committed<'_> {
    fn read(&self, path: &str) -> FileContent {
        self.note(self.look(path)).unwrap_or_else(|reason| FileContent::Unreadable { reason })
    }

    fn list(&self, folder: &str) -> Vec<String> {
        match self.note(self.names(folder)) {
            Ok(Some(mut names)) => {
                names.sort();
                names.iter().map(|name| format!("{folder}/{name}")).collect()
            }
            Ok(None) | Err(_) => vec![folder.to_owned()],
        }
    }
}
