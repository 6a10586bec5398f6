//! Waivers (`ci/waivers.toml`): dated, scoped, owned exceptions to single findings.
//!
//! What is in the file is read, listed and written here. What a waiver does to a judgement is for
//! `verdict` to say, and never hides anything. Looks at no clock: today is given.

pub mod list;
mod load;
mod rules;
pub mod waive;

use time::Date;

use crate::catalog::Code;
use crate::gates::Gate;

pub use load::{load, parse};

/// The file, relative to the workspace root.
pub const FILE: &str = "ci/waivers.toml";

/// Days before its last, from which on a waiver counts as about to expire.
pub const EXPIRING_DAYS: i64 = 14;

/// How far ahead the last day may be, unless the file says otherwise.
pub const MAX_DAYS: i64 = 90;

/// What the file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waivers {
    /// How many days ahead of today the last day of a waiver may be.
    pub max_days: i64,
    /// The waivers, in the order of the file.
    pub list: Vec<Waiver>,
}

impl Default for Waivers {
    fn default() -> Self {
        Waivers { max_days: MAX_DAYS, list: Vec::new() }
    }
}

/// One exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// The code of what it covers; always one that can be waived.
    pub code: Code,
    /// Where it covers it.
    pub scope: Scope,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it holds, UTC.
    pub expires: Date,
    /// A ticket or the like.
    pub reference: Option<String>,
    /// Its one-based line in the file.
    pub line: u32,
}

impl Waiver {
    /// Days left after a day: 0 on the last one, negative once it has expired.
    pub fn days_left(&self, today: Date) -> i64 {
        i64::from(self.expires.to_julian_day()) - i64::from(today.to_julian_day())
    }

    /// What it is about in a line: `LICENSE_DENIED for package leaf@1.0.0`.
    pub fn what(&self) -> String {
        format!("{} for {}", self.code, self.scope)
    }
}

/// What a waiver is about. Every key that is given must fit, exactly; at least one beside the gate is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Scope {
    /// The gate that finds it.
    pub gate: Option<Gate>,
    /// The package, as `name` or `name@version`.
    pub package: Option<String>,
    /// The advisory, such as `RUSTSEC-2026-0001`.
    pub advisory: Option<String>,
    /// The file, relative to the workspace, with `/`.
    pub file: Option<String>,
    /// The data contract.
    pub contract: Option<String>,
}

/// The keys of a scope, in the order in which they are written.
pub const SCOPE_KEYS: &[&str] = &["gate", "package", "advisory", "file", "contract"];

impl Scope {
    /// Its keys with their values, those that are given.
    pub fn pairs(&self) -> Vec<(&'static str, &str)> {
        let values = [
            ("gate", self.gate.map(Gate::as_str)),
            ("package", self.package.as_deref()),
            ("advisory", self.advisory.as_deref()),
            ("file", self.file.as_deref()),
            ("contract", self.contract.as_deref()),
        ];
        values.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
    }
}

impl std::fmt::Display for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let pairs: Vec<String> =
            self.pairs().into_iter().map(|(key, value)| format!("{key} {value}")).collect();
        f.write_str(&pairs.join(", "))
    }
}
