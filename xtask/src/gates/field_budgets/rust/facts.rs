//! What one file says, whichever modules it is loaded as.

use std::path::PathBuf;

use super::options::Side;
use crate::evidence::contracts::Contract;

/// What one file says.
#[derive(Default)]
pub(super) struct Facts {
    pub lines: usize,
    pub found: Vec<Found>,
    pub children: Vec<Child>,
    /// Line, message and remedy.
    pub problems: Vec<(usize, String, String)>,
    pub macros: Vec<Macro>,
    /// New names of serde's traits.
    pub aliases: Vec<(String, Side)>,
    /// `#![cfg(test)]`: nothing of it is in the program.
    pub off: bool,
    /// The condition of its `#![cfg(…)]`.
    pub when: Option<String>,
}

/// A contract, or what may be one.
pub(super) struct Found {
    /// The inline modules around it, with `::` between.
    pub module: String,
    /// Its name there; may begin with `crate`, `self` or `super`.
    pub name: String,
    /// The condition of what is around it.
    pub when: Option<String>,
    pub line: usize,
    pub what: What,
}

/// What was found.
pub(super) enum What {
    Contract(Box<Contract>),
    Unreadable {
        why: String,
        /// SHA-256 over its tokens.
        digest: String,
    },
    /// The call of a macro of the workspace that makes types with serde's traits.
    Call {
        name: String,
        /// SHA-256 over the tokens of the call.
        digest: String,
    },
}

/// A file that is loaded into a module, or included.
pub(super) struct Child {
    /// The module in this file, its own name included where it is a module of its own.
    pub module: String,
    pub line: usize,
    pub when: Option<String>,
    /// It stands in the arguments of a macro, which may mean anything.
    pub maybe: bool,
    /// SHA-256 over its declaration.
    pub digest: String,
    pub choices: Vec<Choice>,
}

/// Where a module's file may lie.
pub(super) struct Choice {
    /// The condition of the `cfg_attr` that says so.
    pub when: Option<String>,
    /// The paths that rustc would look at, each with the name below which that file's own modules lie:
    /// none for a `mod.rs`, whose modules lie beside it.
    pub paths: Vec<(PathBuf, Option<String>)>,
}

/// A macro by example whose expansion has to do with serde.
pub(super) struct Macro {
    pub name: String,
    /// `#[macro_export]`.
    pub exported: bool,
    /// SHA-256 over its rules.
    pub digest: String,
}
