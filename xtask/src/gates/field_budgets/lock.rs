//! `field-budgets.lock`: the contracts that were agreed and their budgets, in a form whose diff can be
//! reviewed: a table for each contract, a line for each field, in the order of the source.
//!
//! The text is made here alone, so the same contracts give the same bytes. What people add stays when it
//! is written anew: budgets, notes, and comments for as long as the line is there that they belong to.

mod read;
#[cfg(test)]
mod remark_tests;
mod remarks;
mod rows;
#[cfg(test)]
mod tests;
mod values;
mod write;

use std::ops::Range;
use std::path::Path;

use crate::diagnostics::Complaint;
use crate::error::{Error, Result};
use crate::evidence::contracts::Contract;
use crate::toml_file;

pub use read::parse;
use remarks::Remarks;
pub use write::render;

/// The file's name, beside each package's Cargo.toml.
pub const FILE: &str = "field-budgets.lock";

/// The largest budget that can be given, in fields.
pub const MAX_BUDGET: usize = 100_000;

/// Larger files are refused unread, in bytes: a contract of 100,000 fields takes about eight megabytes.
pub const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// The version of its form.
const VERSION: i64 = 1;

/// The table of what is vouched for.
const BY_HAND: &str = "by_hand";

const HEADER: &str = "\
# Data contracts as they were agreed: what leaves the process, and how many fields it may have.
# Written by `cargo xtask field-budgets --lock`, which keeps budgets, notes and comments. Review its diff
# as you would review the contracts themselves.
";

/// What a lockfile says.
#[derive(Debug, Clone)]
pub struct Lock {
    /// The contracts, in the order of the file.
    pub contracts: Vec<Locked>,
    /// The types that source alone does not tell, and that somebody vouches for.
    pub by_hand: Vec<Vouched>,
    remarks: Remarks,
}

/// A contract as it was agreed.
#[derive(Debug, Clone)]
pub struct Locked {
    /// The contract; its file is the lockfile, and its line that of its table.
    pub contract: Contract,
    /// The largest number of fields that it may have.
    pub budget: usize,
    /// Where the budget stands, one-based.
    pub line: usize,
    /// Where in the text the budget's digits are.
    digits: Range<usize>,
}

/// A type that somebody vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vouched {
    /// Its name, in the form of [`Contract::name`].
    pub name: String,
    /// SHA-256 over the tokens that decide, lower-case hex.
    pub sha256: String,
    /// Why it cannot be read.
    pub why: String,
    /// What a person has to say about it.
    pub note: Option<String>,
    /// Where its table begins, one-based; 0 in what was not read from a file.
    pub line: usize,
}

impl Default for Lock {
    /// A new lockfile, in which nothing is agreed yet.
    fn default() -> Self {
        Lock { contracts: Vec::new(), by_hand: Vec::new(), remarks: Remarks::header(HEADER) }
    }
}

/// Reads a lockfile, relative to the workspace root: its text, and what it says; `None` if it is not there.
///
/// # Errors
/// A configuration error with every complaint about the file.
pub fn load(root: &Path, file: &str) -> Result<Option<(String, Lock)>> {
    let Some(text) = toml_file::read(root, file, MAX_BYTES)? else { return Ok(None) };
    let lock = parse(&text, file)?;
    Ok(Some((text, lock)))
}

impl Lock {
    /// The same file with other contracts, each with its budget and with the one that it was until now, and with other types that are vouched for. What people wrote beside them stays.
    pub fn renewed(
        &self,
        contracts: Vec<(Contract, usize, Option<&Contract>)>,
        by_hand: Vec<Vouched>,
    ) -> Lock {
        let mut remarks = Remarks::default();
        remarks.take(&self.remarks, "", "");
        for (contract, _, from) in &contracts {
            if let Some(from) = from {
                remarks.take(&self.remarks, &write::identity(from), &write::identity(contract));
            }
        }
        for vouched in &by_hand {
            let table = write::heading(BY_HAND, &vouched.name);
            remarks.take(&self.remarks, &table, &table);
        }
        let lock = |(contract, budget, _)| Locked { contract, budget, line: 0, digits: 0..0 };
        Lock { contracts: contracts.into_iter().map(lock).collect(), by_hand, remarks }
    }
}

/// The text of a lockfile with another budget for one contract of it, and not a byte else changed. The
/// contract must have been read from this very text.
pub fn with_budget(text: &str, locked: &Locked, budget: usize) -> String {
    let mut text = text.to_owned();
    if text.get(locked.digits.clone()).is_some() {
        text.replace_range(locked.digits.clone(), &budget.to_string());
    }
    text
}

/// What must hold before a lockfile's text is written.
///
/// # Errors
/// A configuration error if it could not be read back.
pub fn check(text: &str, file: &str) -> Result<()> {
    if text.len() as u64 > MAX_BYTES {
        let message = format!("it would be larger than {MAX_BYTES} bytes");
        let help = Some("take fields away, or move contracts into another package".to_owned());
        let (file, path) = (file.to_owned(), String::new());
        return Err(Error::configuration(vec![Complaint { file, line: 0, column: 0, path, message, help }]));
    }
    parse(text, file).map(|_| ())
}
