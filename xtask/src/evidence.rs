//! The recorded facts. `gather` writes them, `judge` reads them, and neither knows the other.
//!
//! Nothing here says pass or fail of a gate. Every type is serialised as it is into
//! `evidence/*.json`, under the version in [`SCHEMA_VERSION`].

pub mod checks;
pub mod deps;
pub mod store;
pub mod subject;

use serde::{Deserialize, Serialize};

pub use checks::{CheckRecord, CheckState, Ended, Facts, Run};
pub use deps::DepsFacts;
pub use subject::Subject;

/// The version of the evidence files' format.
pub const SCHEMA_VERSION: &str = "1.0";

/// All that was gathered in one run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Evidence {
    /// What it is about, as it was before the checks ran.
    pub subject: Subject,
    /// The same, read again after the checks ran.
    pub subject_after: Subject,
    /// The checks of promotion_guard, in the order of the plan.
    pub checks: Vec<CheckRecord>,
    /// SBOM, approvals, licences, sources and lockfile; `None` if it was not gathered at all.
    pub deps: Option<DepsFacts>,
    /// How long deps_approval took, in milliseconds.
    pub deps_duration_ms: u64,
    /// The files that hold it.
    pub files: Vec<EvidenceFile>,
}

/// A file of evidence and its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceFile {
    /// The gate that it is for.
    pub gate: String,
    /// Path relative to the output folder, with `/`.
    pub path: String,
    /// SHA-256 of its content, lower-case hex.
    pub sha256: String,
}

/// A file that this run made, other than evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Artifact {
    /// `sbom`, `log`, …
    pub kind: String,
    /// Path relative to the output folder, with `/`.
    pub path: String,
    /// SHA-256, lower-case hex.
    pub sha256: String,
}
