//! Facts about data contracts: what the sources say, what was locked, and how the two differ.
//!
//! Facts only. Whether old data can still be read is a fact about two shapes; whether it fails the gate
//! is for the judge to say.

use serde::Serialize;

use super::contracts::{Contract, Format};

/// What field_budgets is judged by.
#[derive(Debug, Clone, Default, Serialize)]
pub struct BudgetFacts {
    /// Whether all of it was gathered: false is what a gatherer that did not come to its end leaves.
    pub complete: bool,
    /// Every member of the workspace, and the workspace itself where schemas lie outside of the members;
    /// sorted by name.
    pub packages: Vec<PackageFacts>,
    /// What concerns no single package, such as a glob that matches no file.
    pub problems: Vec<Problem>,
    /// How long gathering took, in milliseconds.
    pub duration_ms: u64,
}

/// The contracts of one package.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PackageFacts {
    /// Its name; empty for what belongs to the workspace and to no member.
    pub package: String,
    /// Its lockfile, relative to the workspace root, with `/`; whether or not it is there.
    pub lockfile: String,
    /// What was read of it.
    pub lock: LockState,
    /// The contracts as the sources say, sorted by format and name.
    pub contracts: Vec<Contract>,
    /// What may be a contract, and cannot be read from source.
    pub unreadable: Vec<Unreadable>,
    /// What could not be read: source that does not parse, a module file that is missing.
    pub problems: Vec<Problem>,
    /// The budgets of the contracts that are locked and still there.
    pub budgets: Vec<Budget>,
    /// From the locked contracts to those of the sources; empty without a lockfile.
    pub drift: Vec<Drift>,
    /// How many files were read.
    pub files: usize,
    /// How many lines they have.
    pub lines: usize,
}

/// What was read of a `field-budgets.lock`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum LockState {
    /// There is no such file.
    #[default]
    Absent,
    /// It was read.
    Read,
    /// It is there and does not say what a lockfile must say.
    Unreadable {
        /// Every complaint, as `file:line:column: what`.
        complaints: Vec<String>,
    },
}

/// How many fields a contract has, and how many it may have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Budget {
    /// The contract's format.
    pub format: Format,
    /// The contract's name.
    pub contract: String,
    /// [`Contract::used`].
    pub used: usize,
    /// The largest number that the lockfile allows.
    pub budget: usize,
    /// Where the lockfile says so, one-based.
    pub line: usize,
}

/// Something that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Problem {
    /// The file, relative to the workspace root, with `/`.
    pub file: String,
    /// One-based line; 0 where the whole file is meant.
    pub line: usize,
    /// What is wrong, in one line.
    pub message: String,
    /// What to do, in one line.
    pub remedy: String,
}

/// A type that has, or may have, a wire shape which source alone does not tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unreadable {
    /// Its name, in the form of [`Contract::name`].
    pub name: String,
    /// Why, in one line, such as `Serialize is implemented by hand`.
    pub why: String,
    /// SHA-256 over the tokens that decide, comments and blanks left out; lower-case hex.
    pub sha256: String,
    /// Whether the lockfile names it, and with which digest.
    pub by_hand: ByHand,
    /// The file, relative to the workspace root, with `/`.
    pub file: String,
    /// One-based line.
    pub line: usize,
}

/// Whether somebody vouches for a type that cannot be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ByHand {
    /// The lockfile does not name it.
    #[default]
    No,
    /// It does, and the tokens are the same as then.
    Locked,
    /// It does, and the tokens changed since.
    Changed,
}

/// One difference between what was locked and what the sources say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Drift {
    /// The contract's format.
    pub format: Format,
    /// The contract's name, as it is now; as it was, if it is gone.
    pub contract: String,
    /// What kind of change it is.
    pub change: Change,
    /// The change in one line without the contract's name, such as ``retyped: `total` u32 → u64``.
    pub told: String,
    /// Whether a reader of the old shape reads what the new one writes.
    pub old_reads_new: Compat,
    /// Whether a reader of the new shape reads what the old one wrote.
    pub new_reads_old: Compat,
    /// The file: the source, or the lockfile for what is gone; relative to the workspace root, with `/`.
    pub file: String,
    /// One-based line.
    pub line: usize,
}

/// The kinds of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// A contract that no lockfile knows.
    Unlocked,
    /// A locked contract that is nowhere any more.
    Gone,
    /// The same contract under another path or in another package.
    Moved,
    /// Another form: a struct became an enum, a newtype, …
    KindChanged,
    /// A field that was not there.
    FieldAdded,
    /// A field that is gone.
    FieldRemoved,
    /// Same type and place, other name.
    FieldRenamed,
    /// Same name, other type, or another converter.
    FieldRetyped,
    /// Required, optional or defaulted; always, sometimes or never written; read or not.
    PresenceChanged,
    /// Aliases came or went.
    AliasesChanged,
    /// `flatten` came or went.
    FlattenChanged,
    /// The same fields in another order.
    Reordered,
    /// Another number in Protocol Buffers.
    NumberChanged,
    /// A variant that was not there.
    VariantAdded,
    /// A variant that is gone.
    VariantRemoved,
    /// Same content and place, other name.
    VariantRenamed,
    /// A variant of another form, or read or written otherwise.
    VariantChanged,
    /// Another way to tell variants apart, or another name of the tag.
    TagChanged,
    /// What holds for the whole: closed, default, from, into, generics, reads, writes, reserved, …
    RulesChanged,
}

/// Whether data written in one shape can be read in another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Compat {
    /// Whether.
    pub verdict: Reads,
    /// Why, in a few words, such as ``no `total` ``; empty where it reads and nothing is to be
    /// added.
    pub why: String,
}

/// Whether it is read. In the order of gravity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reads {
    /// All of it.
    Yes,
    /// It depends on the values, or cannot be told from source.
    Depends,
    /// Not, or not with the same meaning.
    No,
}
