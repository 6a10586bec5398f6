//! What a path held at a commit, read from git's objects.
//!
//! Never reads the working tree. Trees and blobs are asked for by their ids and kept, so that a walk
//! through history asks for each content once.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use super::Git;
use super::history::Told;

/// Links that lead to links are followed so far.
const LINKS: usize = 16;

/// What is at a path of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Object {
    /// Nothing.
    Absent,
    /// A file.
    File {
        /// The id of its content.
        id: String,
    },
    /// A folder.
    Folder {
        /// The id of its tree.
        id: String,
    },
    /// Something of another repository, which this one only points at.
    Submodule,
    /// A link that leads out of the workspace, or to nothing.
    Astray {
        /// Where it leads.
        target: String,
    },
}

#[derive(Debug)]
struct Entry {
    name: String,
    object: Object,
    link: bool,
}

/// Git's objects, as far as they were asked for.
pub(super) struct Objects<'a> {
    git: Git<'a>,
    trees: RefCell<HashMap<String, Rc<Vec<Entry>>>>,
    blobs: RefCell<HashMap<String, Rc<Vec<u8>>>>,
}

impl<'a> Objects<'a> {
    pub(super) fn new(git: Git<'a>) -> Self {
        Objects { git, trees: RefCell::default(), blobs: RefCell::default() }
    }

    /// What is at `path`, which is relative to `folder`, the workspace's own at that commit. Links are
    /// followed as long as they stay in there.
    pub(super) fn find(&self, commit: &str, folder: &str, path: &str) -> Told<Object> {
        let home: Vec<&str> = names(folder).collect();
        let Some(steps) = lexical(&home, path) else { return Ok(Object::Absent) };
        // What lies beside the workspace has no bounds that a link could keep to.
        let within = steps.starts_with(&home);
        let mut steps: VecDeque<String> = steps.into_iter().map(str::to_owned).collect();
        let mut place: Vec<(String, String)> = Vec::new();
        let mut followed: Option<String> = None;
        let mut links = 0;
        while let Some(name) = steps.pop_front() {
            let tree = place.last().map_or(commit, |(_, id)| id.as_str());
            let entries = self.entries(tree)?;
            let found = entries.iter().find(|entry| entry.name == name);
            let gone = || followed.clone().map_or(Object::Absent, |target| Object::Astray { target });
            let Some(entry) = found else { return Ok(gone()) };
            match &entry.object {
                Object::File { id } if entry.link => {
                    let target = String::from_utf8_lossy(&self.blob(id)?).into_owned();
                    links += 1;
                    let at: Vec<&str> = place.iter().map(|(name, _)| name.as_str()).collect();
                    let end = lexical(&at, &target).filter(|end| end.starts_with(&home));
                    let end = end.filter(|_| within && links <= LINKS && !target.starts_with('/'));
                    let Some(end) = end else { return Ok(Object::Astray { target }) };
                    let end: Vec<String> = end.into_iter().map(str::to_owned).collect();
                    steps = end.into_iter().chain(steps).collect();
                    place.clear();
                    followed = Some(target);
                }
                Object::File { .. } if !steps.is_empty() => return Ok(gone()),
                Object::Folder { id } if !steps.is_empty() => place.push((name, id.clone())),
                Object::Submodule => return Ok(Object::Submodule),
                object => return Ok(object.clone()),
            }
        }
        Ok(Object::Folder { id: commit.to_owned() })
    }

    /// The names in a folder.
    pub(super) fn list(&self, tree: &str) -> Told<Vec<String>> {
        Ok(self.entries(tree)?.iter().map(|entry| entry.name.clone()).collect())
    }

    /// A file's content.
    pub(super) fn blob(&self, id: &str) -> Told<Rc<Vec<u8>>> {
        if let Some(known) = self.blobs.borrow().get(id) {
            return Ok(Rc::clone(known));
        }
        let content = Rc::new(self.git.told_bytes(&["cat-file", "blob", id])?);
        self.blobs.borrow_mut().insert(id.to_owned(), Rc::clone(&content));
        Ok(content)
    }

    /// What lies directly in a tree, or in the root of a commit.
    fn entries(&self, tree: &str) -> Told<Rc<Vec<Entry>>> {
        if let Some(known) = self.trees.borrow().get(tree) {
            return Ok(Rc::clone(known));
        }
        let listing = self.git.told(&["ls-tree", "-z", "--full-tree", tree])?;
        let entries = Rc::new(listing.split('\0').filter_map(entry).collect::<Vec<Entry>>());
        self.trees.borrow_mut().insert(tree.to_owned(), Rc::clone(&entries));
        Ok(entries)
    }
}

/// A line of `git ls-tree`: mode, type and id, and after a tab the name.
fn entry(line: &str) -> Option<Entry> {
    let (fields, name) = line.split_once('\t')?;
    let mut fields = fields.split_ascii_whitespace();
    let (mode, kind, id) = (fields.next()?, fields.next()?, fields.next()?);
    let object = match kind {
        "tree" => Object::Folder { id: id.to_owned() },
        "blob" => Object::File { id: id.to_owned() },
        _ => Object::Submodule,
    };
    Some(Entry { name: name.to_owned(), object, link: mode == "120000" })
}

fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|name| !matches!(*name, "" | "."))
}

/// A path from a place, by its names alone; nothing if it leads above the root.
fn lexical<'p>(place: &[&'p str], path: &'p str) -> Option<Vec<&'p str>> {
    let mut steps = place.to_vec();
    for name in names(path) {
        if name == ".." {
            steps.pop()?;
        } else {
            steps.push(name);
        }
    }
    Some(steps)
}
