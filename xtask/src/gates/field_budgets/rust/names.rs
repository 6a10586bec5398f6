//! Names of serde's traits: where they come from, and what they are called in the workspace.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};

use super::attributes::{Attributes, split};
use super::options::Side;
use super::shape::{Derives, plain};

/// Crates whose traits have the names of serde's, and are others.
pub(super) const OTHERS: [&str; 6] = ["rkyv", "miniserde", "serde_lite", "borsh", "nanoserde", "musli"];
/// Derives whose names begin like serde's, and which have nothing to do with them.
const STRANGERS: [&str; 5] =
    ["SerializeRow", "SerializeValue", "SerializeCql", "DeserializeRow", "DeserializeValue"];

/// What the workspace calls serde's traits, and its macros that make types with them.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Names {
    /// `use serde::Serialize as Ser`.
    pub aliases: BTreeMap<String, Side>,
    /// Macros by example whose expansion has to do with serde.
    pub macros: BTreeSet<String>,
}

impl Names {
    /// Which trait of serde's a name stands for.
    pub(super) fn side(&self, name: &str) -> Option<Side> {
        match name {
            "Serialize" => Some(Side::Write),
            "Deserialize" => Some(Side::Read),
            _ => self.aliases.get(name).copied(),
        }
    }
}

/// What `use` says in one module or block.
#[derive(Debug, Default, Clone)]
pub(super) struct Imports {
    /// Names of traits that plainly come from another crate than serde.
    foreign: BTreeSet<String>,
    /// Other names of such crates.
    crates: BTreeSet<String>,
}

impl Imports {
    /// Adds what one `use` or `extern crate` says; gives the new names of serde's traits.
    pub(super) fn add(&mut self, tokens: &[TokenTree], names: &Names) -> Vec<(String, Side)> {
        let mut leaves = Vec::new();
        flatten(tokens, &Vec::new(), 0, &mut leaves);
        let mut aliases = Vec::new();
        for (mut path, alias) in leaves {
            if path.last().is_some_and(|last| last == "self") {
                path.pop();
            }
            let (Some(head), Some(last)) = (path.first(), path.last()) else { continue };
            let local = alias.as_ref().unwrap_or(last);
            if self.other(head) {
                if path.len() == 1 {
                    self.crates.insert(local.clone());
                } else {
                    self.foreign.insert(local.clone());
                }
            } else if let Some(side) = names.side(last)
                && local != last
                && local != "_"
            {
                aliases.push((local.clone(), side));
            }
        }
        aliases
    }

    fn other(&self, head: &str) -> bool {
        OTHERS.contains(&head) || self.crates.contains(head)
    }

    /// Which trait of serde's a path stands for. A name of serde's that nothing says is another crate's
    /// is taken for serde's.
    pub(super) fn side(&self, path: &[String], names: &Names) -> Option<Side> {
        let side = names.side(path.last()?)?;
        let others = match path {
            [name] => self.foreign.contains(name),
            [head, ..] => self.other(head),
            [] => true,
        };
        (!others).then_some(side)
    }

    /// What attributes derive of serde's, and the derives of other crates that implement its traits.
    pub(super) fn derives(&self, attributes: &Attributes, names: &Names) -> (Derives, Vec<String>) {
        let mut derives = Derives::default();
        let mut others = Vec::new();
        for attribute in attributes.list.iter().filter(|attribute| attribute.name() == "derive") {
            for part in split(attribute.arguments.clone()) {
                let path = path(part);
                let slot = match self.side(&path, names) {
                    Some(Side::Write) => &mut derives.writes,
                    Some(Side::Read) => &mut derives.reads,
                    None => {
                        others.extend(path.last().filter(|name| of_other_crate(name, names)).cloned());
                        continue;
                    }
                };
                let unconditional = *slot == Some(None) || attribute.when.is_none();
                *slot = Some(if unconditional { None } else { attribute.when.clone() });
            }
        }
        (derives, others)
    }

    /// Whether a list of derives has to do with serde.
    pub(super) fn derives_serde(&self, list: TokenStream, names: &Names) -> bool {
        split(list).into_iter().map(path).any(|path| {
            self.side(&path, names).is_some() || path.last().is_some_and(|name| of_other_crate(name, names))
        })
    }
}

/// Whether a derive of this name implements serde's traits in a way of its own.
fn of_other_crate(name: &str, names: &Names) -> bool {
    let alike = name.starts_with("Serialize") || name.starts_with("Deserialize");
    alike && names.side(name).is_none() && !STRANGERS.contains(&name)
}

/// The names of a path.
pub(super) fn path(tokens: TokenStream) -> Vec<String> {
    let word = |token| match token {
        TokenTree::Ident(word) => Some(plain(&word)),
        _ => None,
    };
    tokens.into_iter().filter_map(word).collect()
}

/// The single imports of a tree of them: each path, and the name after `as`.
fn flatten(
    tokens: &[TokenTree],
    prefix: &[String],
    depth: usize,
    leaves: &mut Vec<(Vec<String>, Option<String>)>,
) {
    let mut path = prefix.to_vec();
    let mut alias = None;
    let mut renamed = false;
    let mut closed = false;
    for token in tokens {
        match token {
            TokenTree::Ident(word) if *word == "as" => renamed = true,
            TokenTree::Ident(word) if renamed => alias = Some(plain(word)),
            TokenTree::Ident(word) => path.push(plain(word)),
            // Deeper trees than anyone writes: what they import is taken for serde's.
            TokenTree::Group(group) if depth < 50 => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                for part in inner.split(|token| matches!(token, TokenTree::Punct(of) if of.as_char() == ','))
                {
                    flatten(part, &path, depth + 1, leaves);
                }
                closed = true;
            }
            _ => {}
        }
    }
    if !closed && path.len() > prefix.len() {
        leaves.push((path, alias));
    }
}
