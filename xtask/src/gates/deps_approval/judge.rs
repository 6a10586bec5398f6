//! Judges the facts: is there an SBOM, and is everything in it approved, licensed and from where it may
//! come? Pure. Passes only on SBOMs that were written and components that were all found approved.

use time::OffsetDateTime;

use super::register::{Register, Standing, Unused};
use super::text::{clean, count, some_of};
use super::{approvals, licences, sources};
use crate::catalog::Code;
use crate::day::day_of;
use crate::evidence::Ended;
use crate::evidence::deps::{Component, DepsFacts, Source};
use crate::gates::Gate;
use crate::settings::Settings;
use crate::verdict::{Finding, Group, Judgement, Outcome, Severity};

/// Of several errors, the gate bears the code of the first in this order: what has to be put right
/// before the others mean anything.
const ORDER: &[Code] = &[
    Code::LockfileStale,
    Code::SbomMissing,
    Code::CheckTimeout,
    Code::CheckError,
    Code::ApprovalMismatch,
    Code::DepsUnapproved,
    Code::ApprovalExpired,
    Code::LicenseDenied,
    Code::LicenseUnknown,
    Code::SourceDenied,
    Code::ApprovalUnused,
];

/// Judges the facts at a moment.
pub fn judge(
    facts: &DepsFacts,
    settings: &Settings,
    effective: OffsetDateTime,
    duration_ms: u64,
) -> Judgement {
    let mut findings = Vec::new();
    lockfile(facts, &mut findings);
    sbom(facts, &mut findings);
    let third_party: Vec<&Component> = facts.components.iter().filter(|one| one.third_party()).collect();
    let register = Register::new(facts, day_of(effective));
    for component in &third_party {
        approval(component, register.look_up(component), &mut findings);
    }
    policy(&third_party, settings, &mut findings);
    stores(facts, &register, &mut findings);
    let rank = |code: Code| ORDER.iter().position(|one| *one == code).unwrap_or(ORDER.len());
    findings.sort_by_key(|finding| (finding.severity, rank(finding.code)));

    let errors: Vec<&Finding> = findings.iter().filter(|one| one.severity == Severity::Error).collect();
    let sums = format!(
        "{}, {}, {} third-party",
        count(facts.sboms.len(), "SBOM"),
        count(facts.components.len(), "component"),
        third_party.len()
    );
    let (outcome, code, message) = match errors.first() {
        None => (Outcome::Pass, None, format!("{sums}, all approved")),
        Some(first) => (Outcome::Fail, Some(first.code), Group::sum(errors.iter().copied())),
    };
    Judgement {
        gate: Gate::DepsApproval,
        outcome,
        code,
        message,
        findings,
        break_glass: Vec::new(),
        duration_ms,
    }
}

fn lockfile(facts: &DepsFacts, findings: &mut Vec<Finding>) {
    let Some(lockfile) = &facts.lockfile else {
        findings.push(Finding::error(Code::LockfileStale, "nothing is known of Cargo.lock"));
        return;
    };
    let (message, remedy) = if !lockfile.present {
        ("Cargo.lock is missing".to_owned(), Some("Run `cargo generate-lockfile` and commit Cargo.lock."))
    } else if let Some(reason) = &lockfile.stale {
        let reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
        if reason.to_ascii_lowercase().contains("lock file") {
            (format!("Cargo.lock does not fit the manifests: {}", clean(&reason)), None)
        } else {
            // Not the lockfile's fault, as far as cargo says: a crate that cannot be had, a bad flag.
            let remedy = "Run `cargo metadata --locked --format-version 1` and mend what it complains of; \
                          offline, run `cargo fetch --locked` once with the network.";
            (format!("cargo could not resolve the locked dependencies: {}", clean(&reason)), Some(remedy))
        }
    } else if lockfile.tracked == Some(false) {
        let remedy =
            "Take Cargo.lock out of .gitignore if it is there, run `git add Cargo.lock` and commit it.";
        ("Cargo.lock is not tracked by git".to_owned(), Some(remedy))
    } else {
        return;
    };
    let mut finding = Finding::error(Code::LockfileStale, message);
    finding.remedy = remedy.map(Into::into);
    finding.file = Some("Cargo.lock".into());
    findings.push(finding);
}

fn sbom(facts: &DepsFacts, findings: &mut Vec<Finding>) {
    for (name, near) in &facts.unknown_shipped {
        let near = near.as_ref().map_or(String::new(), |near| format!("; did you mean `{}`?", clean(near)));
        let message = format!("deps_approval.shipped names `{}`, which is no member{near}", clean(name));
        let mut finding = Finding::error(Code::SbomMissing, message);
        finding.remedy = Some("Correct deps_approval.shipped in ci/maturity-evidence.yml.".into());
        findings.push(finding);
    }
    if facts.shipped.is_empty() {
        let mut finding =
            Finding::error(Code::SbomMissing, "no package is shipped, so there is nothing to describe");
        finding.remedy = Some("Name the shipped packages in deps_approval.shipped.".into());
        findings.push(finding);
    }
    for run in &facts.runs {
        let code = match &run.ended {
            Ended::Exited { status: 0 } => continue,
            Ended::TimedOut { .. } => Code::CheckTimeout,
            _ => Code::CheckError,
        };
        let what = clean(&run.ended.told());
        let mut finding = Finding::error(code, format!("`{}`: {what}", clean(&run.command.join(" "))));
        finding.check = Some("sbom".into());
        finding.detail = (!run.tail.is_empty()).then(|| run.tail.clone());
        findings.push(finding);
    }
    let missing: Vec<String> = facts
        .expected_sboms
        .iter()
        .filter(|name| !facts.sboms.iter().any(|sbom| sbom.subject == **name && sbom.components > 0))
        .cloned()
        .collect();
    let whole = facts.sboms.iter().find(|sbom| sbom.subject == "workspace");
    let complete = whole.is_some_and(|sbom| sbom.components == facts.components.len());
    if let Some(problem) = facts.problems.first() {
        findings.push(Finding::error(Code::SbomMissing, format!("no complete SBOM: {}", clean(problem))));
    } else if !missing.is_empty() {
        let message = format!("no SBOM was written for {}", some_of(&missing, 5));
        findings.push(Finding::error(Code::SbomMissing, message));
    } else if !complete && !facts.shipped.is_empty() {
        let message = "the workspace's SBOM is missing or holds other components than were found";
        findings.push(Finding::error(Code::SbomMissing, message));
    }
}

fn approval(component: &Component, standing: Standing<'_>, findings: &mut Vec<Finding>) {
    let id = clean(&component.id());
    let (code, message, line) = match standing {
        Standing::Approved => return,
        Standing::Expired { by, on, line } => {
            let message = format!("the approval of {id} by {} expired on {}", clean(by), clean(on));
            (Code::ApprovalExpired, message, Some(line))
        }
        Standing::Mismatch { approval } => {
            let locked = component.pinned_source().or_else(|| component.checksum.clone());
            let locked = locked.unwrap_or_else(|| "no checksum".into());
            let approved = approval.checksum.as_ref().or(approval.source.as_ref());
            let approved = approved.map_or("nothing", String::as_str);
            let message = format!("{id} is locked as {} and approved as {}", clean(&locked), clean(approved));
            (Code::ApprovalMismatch, message, Some(approval.line))
        }
        Standing::Unapproved(reason) => {
            let reason = reason.map_or(String::new(), |reason| format!("; {}", clean(&reason)));
            let message = format!("{id} is not approved ({}){reason}", pulled_in_by(component));
            (Code::DepsUnapproved, message, None)
        }
    };
    let mut finding = Finding::error(code, message);
    if code != Code::ApprovalMismatch {
        finding.remedy = Some(format!(
            "Review it, then run `cargo xtask approve-deps {id} --by WHO` and commit {}.",
            approvals::FILE
        ));
    }
    finding.file = line.map(|_| approvals::FILE.to_owned());
    finding.line = line;
    finding.label = Some(id.clone());
    finding.package = Some(id);
    findings.push(finding);
}

/// `pulled in by a@1, b@2 and 3 more`.
pub(super) fn pulled_in_by(component: &Component) -> String {
    format!("pulled in by {}", some_of(&component.pulled_in_by, 3))
}

/// Licences and sources of third-party packages. What the members of the workspace are licensed under
/// is their owner's own affair: nobody needs a licence to ship their own code.
fn policy(third_party: &[&Component], settings: &Settings, findings: &mut Vec<Finding>) {
    let rules = &settings.deps_approval;
    for component in third_party {
        let id = clean(&component.id());
        let mut push = |code: Code, message: String| {
            let mut finding = Finding::error(code, message);
            finding.package = Some(id.clone());
            findings.push(finding);
        };
        let license = component.license.as_deref();
        match licences::look_up(&component.name, license, component.license_file, &rules.licenses) {
            licences::Standing::Allowed => {}
            licences::Standing::Denied(parts) => {
                let stated = clean(license.unwrap_or_default());
                let parts = some_of(&parts, 5);
                push(Code::LicenseDenied, format!("{id} is under `{stated}`; not allowed: {parts}"));
            }
            licences::Standing::Unknown(reason) => {
                push(Code::LicenseUnknown, format!("{id} {}", clean(&reason)));
            }
        }
        if !sources::allowed(&component.source, &rules.sources) {
            let source = clean(&component.source.to_string());
            let message =
                format!("{id} comes from {source}, which is not allowed ({})", pulled_in_by(component));
            push(Code::SourceDenied, message);
        }
        if let Some(folder) = &component.read_from
            && !sources::allowed(&Source::Path { path: folder.clone() }, &rules.sources)
        {
            let source = clean(&component.source.to_string());
            let message = format!("{id} of {source} is read from {} (source replacement)", clean(folder));
            push(Code::SourceDenied, message);
        }
    }
    for entry in licences::unreadable(&rules.licenses) {
        let message = format!("deps_approval.licenses allows `{}`, which is no SPDX licence", clean(entry));
        let mut finding = Finding::warning(Code::LicenseUnknown, message);
        finding.remedy = Some("Write the SPDX identifier in ci/maturity-evidence.yml.".into());
        findings.push(finding);
    }
}

/// What is wrong with the places that approvals come from.
fn stores(facts: &DepsFacts, register: &Register<'_>, findings: &mut Vec<Finding>) {
    if let Some(problem) = &facts.approvals_problem {
        let message = format!("{} could not be read: {}", approvals::FILE, clean(problem));
        let mut finding = Finding::error(Code::CheckError, message);
        finding.file = Some(approvals::FILE.into());
        finding.remedy = Some(format!("Correct {}.", approvals::FILE));
        findings.push(finding);
    }
    if let Some(store) = &facts.vet {
        for problem in &store.problems {
            let message = format!("the cargo-vet store: {}", clean(problem));
            let mut finding = Finding::error(Code::CheckError, message);
            finding.remedy = Some("Run `cargo vet` and follow what it says, or set cargo_vet: false.".into());
            findings.push(finding);
        }
        if !store.ignored.is_empty() {
            let message = format!(
                "the cargo-vet store holds what approves nothing here: {}",
                some_of(&store.ignored, 5)
            );
            findings.push(Finding::note(Code::DepsUnapproved, message));
        }
    }
    // Where the components could not be read, nothing can be said about what is used.
    if facts.components.is_empty() {
        return;
    }
    for Unused { line, what, .. } in register.unused() {
        let message = format!("{} covers nothing that is shipped", clean(&what));
        let mut finding = Finding::warning(Code::ApprovalUnused, message);
        finding.file = Some(approvals::FILE.into());
        finding.line = Some(line);
        findings.push(finding);
    }
}

#[cfg(test)]
mod tests;
