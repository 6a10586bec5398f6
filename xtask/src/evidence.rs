//! The recorded facts. `gather` writes them, `judge` reads them, and neither knows the other.
//!
//! Nothing here says pass or fail of a gate. Every type is serialised as it is into
//! `evidence/*.json`, under the version in [`SCHEMA_VERSION`].

pub mod budgets;
pub mod checks;
pub mod contracts;
pub mod deps;
pub mod policy;
pub mod rules;
pub mod services;
pub mod store;
pub mod subject;

use std::collections::BTreeSet;

use serde::Serialize;

use crate::error::{Error, Result};
use crate::gates::Gate;
pub use budgets::BudgetFacts;
pub use checks::{CheckRecord, CheckState, Ended, Facts, Run};
pub use deps::DepsFacts;
pub use policy::PolicyFacts;
pub use services::ServicesFacts;
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
    /// The policy: in force, locked, at the base; and what the rules look at.
    pub policy: PolicyFacts,
    /// The data contracts: as the sources say, and as they were locked.
    pub budgets: BudgetFacts,
    /// The services: how they ran, and what they gave out.
    pub services: ServicesFacts,
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
    /// What policy_drift is judged by.
    pub policy: PolicyFacts,
    /// What field_budgets is judged by.
    pub budgets: BudgetFacts,
    /// What observability_verify is judged by.
    pub services: ServicesFacts,
}

impl Evidence {
    /// Writes what was gathered to the store, a file for each check and one for each other gate, and
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
        let Gathered { checks, deps, deps_duration_ms, policy, budgets, services } = gathered;
        let mut files = Vec::new();
        for record in &checks {
            files.push(store.add_evidence(&subject, Gate::PromotionGuard, &record.check, record)?);
        }
        files.push(add(store, &subject, Gate::DepsApproval, &deps)?);
        files.push(add(store, &subject, Gate::PolicyDrift, &policy)?);
        files.push(add(store, &subject, Gate::FieldBudgets, &budgets)?);
        files.push(add(store, &subject, Gate::ObservabilityVerify, &services)?);
        let artifacts = store.artifacts()?;
        unforged(&files, &deps, &artifacts, &store.evidence_files()?)?;
        Ok(Evidence {
            subject,
            subject_after,
            checks,
            deps,
            deps_duration_ms,
            policy,
            budgets,
            services,
            files,
            artifacts,
        })
    }
}

/// The one file of a gate.
fn add(
    store: &mut store::Store,
    subject: &Subject,
    gate: Gate,
    facts: &impl Serialize,
) -> Result<EvidenceFile> {
    store.add_evidence(subject, gate, gate.as_str(), facts)
}

/// The checks run code of the workspace while all this lies in a folder that it can write to: what is
/// published as SBOM or as evidence must be what this tool wrote.
fn unforged(
    files: &[EvidenceFile],
    deps: &DepsFacts,
    artifacts: &[Artifact],
    evidence: &[(String, String)],
) -> Result<()> {
    let written = deps.sboms.iter().map(|sbom| (&sbom.path, &sbom.sha256));
    let written: BTreeSet<_> = written.chain(files.iter().map(|file| (&file.path, &file.sha256))).collect();
    let sboms = artifacts.iter().filter(|one| one.kind == "sbom").map(|one| (&one.path, &one.sha256));
    let found: BTreeSet<_> = sboms.chain(evidence.iter().map(|(path, sha256)| (path, sha256))).collect();
    match written.symmetric_difference(&found).next() {
        None => Ok(()),
        Some((path, _)) => {
            Err(Error::tool(format!("{path} was changed while the checks ran, and not by this tool"))
                .help("a test or a build script writes into the output folder; find it and stop it"))
        }
    }
}

/// A file of evidence and its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EvidenceFile {
    /// The gate that it is for.
    pub gate: String,
    /// Path relative to the output folder, with `/`.
    pub path: String,
    /// SHA-256 of its content, lower-case hex.
    pub sha256: String,
}

/// A file that this run made, other than evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Artifact {
    /// `sbom`, `log`, …
    pub kind: String,
    /// Path relative to the output folder, with `/`.
    pub path: String,
    /// SHA-256, lower-case hex.
    pub sha256: String,
}

#[cfg(test)]
mod tests {
    use super::deps::SbomFile;
    use super::{Artifact, DepsFacts, EvidenceFile, unforged};

    #[test]
    fn what_this_tool_did_not_write_is_never_published() {
        let file = |sha256: &str| EvidenceFile {
            gate: "g".into(),
            path: "evidence/tests.json".into(),
            sha256: sha256.into(),
        };
        let artifact = |kind: &str, path: &str, sha256: &str| Artifact {
            kind: kind.into(),
            path: path.into(),
            sha256: sha256.into(),
        };
        let (subject, path, sha256) = ("workspace".into(), "sbom/w.json".into(), "a1".into());
        let deps = DepsFacts {
            sboms: vec![SbomFile { subject, path, components: 1, sha256 }],
            ..DepsFacts::default()
        };
        let sbom = artifact("sbom", "sbom/w.json", "a1");
        let evidence = |path: &str, sha256: &str| (path.to_owned(), sha256.to_owned());
        let own = evidence("evidence/tests.json", "b2");
        let log = artifact("log", "logs/tests.log", "c3");
        for (artifacts, found, wrong) in [
            (vec![sbom.clone(), log], vec![own.clone()], None),
            (vec![artifact("sbom", "sbom/w.json", "ff")], vec![own.clone()], Some("sbom/w.json")),
            (vec![sbom.clone(), artifact("sbom", "sbom/x", "ff")], vec![own.clone()], Some("sbom/x")),
            (vec![], vec![own.clone()], Some("sbom/w.json")),
            (vec![sbom.clone()], vec![evidence("evidence/tests.json", "ff")], Some("evidence/tests.json")),
            (vec![sbom], vec![own, evidence("evidence/x.json", "ff")], Some("evidence/x.json")),
        ] {
            let result = unforged(&[file("b2")], &deps, &artifacts, &found);
            match wrong {
                None => assert!(result.is_ok()),
                Some(path) => assert!(result.unwrap_err().to_string().contains(path), "{path}"),
            }
        }
    }
}
