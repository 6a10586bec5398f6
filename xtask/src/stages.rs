//! The policy: stages, their patterns and their gates. Loading, validating, resolving.
//!
//! There is one loader: `validate-stages` and `maturity` read the file through it. Nothing here runs a
//! program or asks git: what is known of refs comes in as [`RefFacts`].

mod builtin;
mod glob;
mod load;
mod modes;
mod patterns;
pub mod promote;
mod release;
mod resolve;
mod shifts;
#[cfg(test)]
mod tests;
mod validate;

use std::collections::BTreeMap;

use time::{Date, OffsetDateTime};

use crate::day::day_of;
use crate::freeze::Window;
use crate::gates::{Gate, Mode};

pub use builtin::builtin;
pub use load::{load, load_file, parse};
pub use modes::Given;
pub use patterns::{check_pattern, is_ref_name, matches_any};
pub use release::{Release, looks_like_release, looks_like_version, release_of, releases};
pub use resolve::{Relaxation, Resolved, resolve};
pub use shifts::shifts;
pub use validate::{Landing, Validation, render, validate};

/// Where the policy is, relative to the workspace root.
pub const FILE: &str = "ci/maturity-stages.yml";

/// The stages of a workspace, laxest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// In the order of the file.
    pub stages: Vec<Stage>,
    /// When nothing is promoted into which of them.
    pub freeze: Vec<Window>,
    /// The file that it came from, relative to the workspace; `None` for the built-in stages.
    pub file: Option<String>,
}

impl Policy {
    /// The stage of that name and its place in the order.
    pub fn find(&self, name: &str) -> Option<(usize, &Stage)> {
        self.stages.iter().enumerate().find(|(_, stage)| stage.name == name)
    }

    /// The policy as it is at a moment: gates whose day has not come are only reported. Before that they
    /// count as required, so whoever forgets to ask blocks too much and never too little.
    #[must_use]
    pub fn at(&self, moment: OffsetDateTime) -> Policy {
        let today = day_of(moment);
        let mut policy = self.clone();
        for stage in &mut policy.stages {
            for (gate, from) in &stage.dated {
                if today < *from {
                    stage.gates.insert(*gate, Mode::ReportOnly);
                }
            }
        }
        policy
    }

    /// What this policy is called in messages.
    pub fn source(&self) -> &str {
        self.file.as_deref().unwrap_or("the built-in stages")
    }
}

/// One stage.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stage {
    /// Such as `GA`.
    pub name: String,
    /// One line.
    pub description: String,
    /// Globs over the short ref name, or over the full one if they start with `refs/`.
    pub patterns: Vec<String>,
    /// The mode of each gate; all five are there. A gate with a day is required here, until
    /// [`Policy::at`] relaxes it.
    pub gates: BTreeMap<Gate, Mode>,
    /// The day (UTC) from which on a gate is required, for those that have one.
    pub dated: BTreeMap<Gate, Date>,
}

impl Stage {
    /// The mode of a gate.
    pub fn mode(&self, gate: Gate) -> Mode {
        self.gates.get(&gate).copied().unwrap_or(Mode::Required)
    }

    /// The day on which a gate becomes required that is only reported so far.
    pub fn becomes_required(&self, gate: Gate) -> Option<Date> {
        self.dated.get(&gate).copied().filter(|_| self.mode(gate) == Mode::ReportOnly)
    }

    /// The mode of a gate as the file gives it, in words: `required from 2027-03-01`.
    pub fn mode_in_words(&self, gate: Gate) -> String {
        match self.dated.get(&gate) {
            Some(from) => format!("required from {from}"),
            None => self.mode(gate).as_str().to_owned(),
        }
    }

    /// Whether any gate is required.
    pub fn requires_anything(&self) -> bool {
        self.gates.values().any(|mode| *mode == Mode::Required)
    }
}

/// What is known of refs, before one is chosen. Filled in by `workspace`, read by `stages::resolve`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RefFacts {
    /// `--ref`: a short or a full name.
    pub given: Option<String>,
    /// The first variable of the CI's that names a ref, and the full ref it stands for, such as
    /// `("GITHUB_REF", "refs/tags/v1.0.0")` or `("CI_COMMIT_TAG", "refs/tags/v1.0.0")`.
    pub ci: Option<(String, String)>,
    /// The branch that HEAD is on, short name.
    pub branch: Option<String>,
    /// Every tag of the repository (short name), and whether it is at HEAD.
    pub tags: BTreeMap<String, bool>,
}
