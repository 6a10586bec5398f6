//! Complaints about nodes, collected before anybody asks where they stand.

use super::node::Node;

/// What is wrong with a file so far.
#[derive(Debug, Default)]
pub struct Complaints {
    pub(super) list: Vec<Raw>,
}

/// One complaint without its place.
#[derive(Debug)]
pub(super) struct Raw {
    /// Whose position it has.
    pub(super) node: usize,
    /// Whose path it has.
    pub(super) path_of: usize,
    pub(super) message: String,
    pub(super) help: Option<String>,
    /// Where the same thing stood before.
    pub(super) first: Option<usize>,
}

impl Complaints {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Something is wrong with this node; the help says what was expected.
    pub fn at(&mut self, node: &Node, message: impl Into<String>, help: impl Into<String>) {
        self.push(node.id, node.id, message.into(), Some(help.into()));
    }

    /// Something is missing from this node: the place is the key that it is the value of.
    pub fn missing(&mut self, node: &Node, message: impl Into<String>, help: impl Into<String>) {
        self.push(node.key.unwrap_or(node.id), node.id, message.into(), Some(help.into()));
    }

    pub(super) fn duplicate(&mut self, node: &Node, first: usize, message: String) {
        self.push(node.id, node.id, message, None);
        if let Some(raw) = self.list.last_mut() {
            raw.first = Some(first);
        }
    }

    fn push(&mut self, node: usize, path_of: usize, message: String, help: Option<String>) {
        self.list.push(Raw { node, path_of, message, help, first: None });
    }
}
