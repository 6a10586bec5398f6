//! Data contracts of Rust: types with serde's traits, read from source.
//!
//! Nothing is compiled: a lexer takes a file apart, the items that have to do with serde are found in
//! its tokens, and only those are parsed.

mod assemble;
mod attributes;
mod case;
mod facts;
mod fields;
mod files;
mod items;
mod names;
mod options;
mod outline;
mod scan;
mod shape;
mod skim;
mod text;
mod tokens;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use self::assemble::{Assembly, Macros};
use self::files::Files;
use crate::evidence::budgets::{Problem, Unreadable};
use crate::evidence::contracts::Contract;

/// A crate of a package that is read: its library, or one of its binaries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// What stands before its names: nothing for the library, `bin/NAME` for a binary.
    pub prefix: String,
    /// Its root file, an absolute path.
    pub root: PathBuf,
}

/// A package that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Its targets, the library first: what several share is the first's.
    pub targets: Vec<Target>,
}

/// What was read of one package.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// The contracts, sorted by name.
    pub contracts: Vec<Contract>,
    /// What may be a contract, and cannot be read from source; sorted by name.
    pub unreadable: Vec<Unreadable>,
    /// What could not be read at all; sorted by place.
    pub problems: Vec<Problem>,
    /// How many files were read.
    pub files: usize,
    /// How many lines they have.
    pub lines: usize,
}

/// Reads all packages of a workspace, on so many threads; gives their readings in the same order, and
/// the same ones whatever the threads do.
pub fn read(workspace_root: &Path, packages: &[Package], threads: usize) -> Vec<Reading> {
    let targets = packages.iter().flat_map(|package| &package.targets);
    let roots: Vec<PathBuf> = targets.map(|target| target.root.clone()).collect();
    let files = Files::load(&roots, threads);
    let mut exported = Macros::new();
    for of in files.loaded.iter().flat_map(|loaded| &loaded.facts.macros).filter(|of| of.exported) {
        exported.entry(of.name.clone()).or_default().insert(of.digest.clone());
    }
    let mut readings: Vec<Reading> =
        packages.iter().map(|package| Assembly::of(package, workspace_root, &files, &exported)).collect();
    if let (true, Some(first)) = (files.endless, readings.first_mut()) {
        first.problems.push(Problem {
            file: String::new(),
            line: 0,
            message: "macros that implement serde's traits call each other too deep to be followed"
                .to_owned(),
            remedy: "let them call each other less".to_owned(),
        });
    }
    readings
}

/// Reads one text, as if it were the root of a library. The file of a module that it declares is missing.
pub fn read_text(text: &str, file: &str) -> Reading {
    let files = Files::of_text(text, Path::new(file));
    let package = Package { targets: vec![Target { prefix: String::new(), root: PathBuf::from(file) }] };
    Assembly::of(&package, Path::new(""), &files, &Macros::new())
}
