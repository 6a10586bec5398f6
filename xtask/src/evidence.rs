//! The recorded facts. `gather` writes them, `judge` reads them, and neither knows the other.
//!
//! Nothing here says pass or fail of a gate. Every type is serialised as it is into
//! `evidence/*.json`, under the version in [`SCHEMA_VERSION`].

pub mod checks;
pub mod deps;
pub mod store;
pub mod subject;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::gates::Gate;
pub use checks::{CheckRecord, CheckState, Ended, Facts, Run};
pub use deps::DepsFacts;
pub use subject::Subject;

/// The version of the evidence files' format.
pub const SCHEMA_VERSION: &str = "1.0";

/// All that was gathered in one run.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// What it is about, as it was before the checks ran.
    pub subject: Subject,
    /// The same, read again after the checks ran.
    pub subject_after: Subject,
    /// The checks of promotion_guard, in the order of the plan.
    pub checks: Vec<CheckRecord>,
    /// SBOM, approvals, licences, sources and lockfile.
    pub deps: DepsFacts,
    /// How long deps_approval took, in milliseconds.
    pub deps_duration_ms: u64,
    /// The files that hold it.
    pub files: Vec<EvidenceFile>,
    /// The logs and SBOMs beside it.
    pub artifacts: Vec<Artifact>,
}

/// What the gatherers bring.
#[derive(Debug, Clone)]
pub struct Gathered {
    /// The checks of promotion_guard, in the order of the plan.
    pub checks: Vec<CheckRecord>,
    /// What deps_approval is judged by.
    pub deps: DepsFacts,
    /// How long deps_approval took, in milliseconds.
    pub deps_duration_ms: u64,
}

impl Evidence {
    /// Writes what was gathered to the store, a file for each check and one for deps_approval, and
    /// binds it to its subject.
    ///
    /// # Errors
    /// A tool error if a file cannot be written.
    pub fn record(
        store: &mut store::Store,
        subject: Subject,
        subject_after: Subject,
        gathered: Gathered,
    ) -> Result<Evidence> {
        let Gathered { checks, deps, deps_duration_ms } = gathered;
        let mut files = Vec::new();
        for record in &checks {
            files.push(store.add_evidence(&subject, Gate::PromotionGuard, &record.check, record)?);
        }
        files.push(store.add_evidence(&subject, Gate::DepsApproval, Gate::DepsApproval.as_str(), &deps)?);
        let artifacts = store.artifacts()?;
        Ok(Evidence { subject, subject_after, checks, deps, deps_duration_ms, files, artifacts })
    }
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
