//! One YAML layer for every policy file: bounded, positioned, and complaining about everything at once.
//!
//! The text is untrusted. Size, depth, nodes after alias expansion and the number of complaints are
//! bounded; nothing here panics on any input. There is one parser, `serde_yaml`: it builds a tree of
//! [`Node`]s, and only when something is wrong with a node is the same text parsed again up to that
//! node, to learn its line and column. So tree and positions cannot disagree.
//!
//! A node that is reached through an alias has the position of the text that the alias stands for,
//! because that is the text to correct.

mod complaints;
mod lines;
mod node;
mod open;
mod place;
mod read;
mod screen;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

pub use complaints::Complaints;
pub use lines::Lines;
pub use node::{Node, Value};
pub use open::{open, open_file};
pub(crate) use read::did_you_mean;
pub use read::{Fields, Keys, version};

use crate::diagnostics::{Complaint, shown};
use crate::error::{Error, Result};

/// The largest file that is read, in bytes.
pub const MAX_BYTES: usize = 1024 * 1024;
/// The most nodes that a file may have once its aliases are expanded.
pub const MAX_NODES: usize = 10_000;
/// The most complaints that are shown of one file.
pub const MAX_COMPLAINTS: usize = 50;

/// A parsed file.
#[derive(Debug)]
pub struct Document {
    file: String,
    text: String,
    root: Node,
}

impl Document {
    /// Parses a text; `file` is what complaints call it.
    ///
    /// # Errors
    /// One complaint with its place if the text is not YAML that this layer accepts.
    pub fn parse(text: &[u8], file: &str) -> Result<Document> {
        let refuse = |(line, column, message, help): screen::Refusal| {
            Error::configuration(vec![Complaint {
                file: file.to_owned(),
                line,
                column,
                path: String::new(),
                message,
                help,
            }])
        };
        let text = screen::text(text).map_err(refuse)?;
        let root = node::build(text).map_err(refuse)?;
        if root.value == Value::Null {
            let message = "the file is empty".to_owned();
            let help = Some("write what it should say, or delete it to get the defaults".to_owned());
            return Err(refuse((0, 0, message, help)));
        }
        Ok(Document { file: file.to_owned(), text: text.to_owned(), root })
    }

    /// The outermost node.
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// The lines of all keys of this file. Costs one parse.
    pub fn lines(&self) -> Lines {
        lines::lines(&self.text)
    }

    /// What this file is called in complaints.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The byte at which a node begins; of what an alias stands for, at which its anchor does.
    pub fn offset(&self, node: &Node) -> Option<usize> {
        let (line, column) = node::position(&self.text, node.id);
        place::offset(&self.text, line, column)
    }

    /// Ends the reading of this file: duplicate keys anywhere in it are added to what was collected.
    ///
    /// # Errors
    /// Every complaint, in the order of the file, if there is any.
    pub fn finish(&self, mut complaints: Complaints) -> Result<()> {
        duplicates(&self.root, &mut complaints);
        if complaints.is_empty() {
            return Ok(());
        }
        let mut total = complaints.list.len();
        // Positions cost a parse each, so first come the ones that will be shown.
        complaints.list.sort_by_key(|raw| raw.node);
        let mut located: Vec<Complaint> = Vec::new();
        for raw in complaints.list {
            if located.len() == MAX_COMPLAINTS {
                break;
            }
            let complaint = self.locate(raw);
            // A text that several aliases stand for is wrong once.
            let same = |other: &Complaint| {
                (other.line, other.column, &other.message)
                    == (complaint.line, complaint.column, &complaint.message)
            };
            if located.iter().any(same) {
                total -= 1;
            } else {
                located.push(complaint);
            }
        }
        located.sort_by_key(|complaint| (complaint.line, complaint.column));
        let more = total - located.len();
        let error = Error::configuration(located);
        Err(if more > 0 { error.help(format!("{more} more in the same file are not shown")) } else { error })
    }

    fn locate(&self, raw: complaints::Raw) -> Complaint {
        let (line, column) = node::position(&self.text, raw.node);
        let mut help = raw.help;
        if let Some(first) = raw.first {
            let (line, _) = node::position(&self.text, first);
            help = Some(format!("first given in line {line}; delete one of them"));
        }
        Complaint {
            file: self.file.clone(),
            line,
            column,
            path: self.root.path_to(raw.path_of),
            message: raw.message,
            help,
        }
    }
}

fn duplicates(node: &Node, complaints: &mut Complaints) {
    match &node.value {
        Value::Sequence(items) => items.iter().for_each(|item| duplicates(item, complaints)),
        Value::Mapping(entries) => {
            let mut seen: BTreeSet<(String, usize)> = BTreeSet::new();
            for (key, value) in entries {
                let name = key.value.describe();
                let first = seen.range((name.clone(), 0)..).next().filter(|(other, _)| *other == name);
                match first {
                    Some((_, first)) => {
                        let message = format!("the key {} is given twice", shown(&key.value.bare()));
                        complaints.duplicate(key, *first, message);
                    }
                    None => {
                        seen.insert((name, key.id));
                    }
                }
                duplicates(key, complaints);
                duplicates(value, complaints);
            }
        }
        _ => {}
    }
}
