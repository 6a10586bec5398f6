//! What will run: the plan that `--dry-run` prints and that the gatherers follow.

use std::time::Duration;

use crate::gates::Gate;

/// One program that a run will start, or one thing that it will read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The gate that it is for.
    pub gate: Gate,
    /// The check, such as `tests`, or `sbom`.
    pub check: String,
    /// Program and arguments as text; what is read in-process is said in words.
    pub command: String,
    /// When it is ended; `None` for what is read in-process.
    pub timeout: Option<Duration>,
    /// Why it will not run, if it will not.
    pub skipped: Option<String>,
}
