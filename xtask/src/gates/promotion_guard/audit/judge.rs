//! What the audit's facts amount to. Pure.
//!
//! Passes only if every package of crates.io was looked up in a whole and recent database.

use rustsec::semver::{Comparator, Op, Version, VersionReq};

use super::CHECK;
use super::database::NOT_NEEDED;
use crate::catalog::Code;
use crate::evidence::checks::{AdvisoryHit, AdvisoryKind, AuditFacts, CheckRecord, CheckState, Facts};
use crate::settings::{Audit, Level};
use crate::verdict::{Finding, Severity};

/// How many packages that could not be assessed get a finding of their own.
const MAX_LISTED: usize = 20;

/// Everything that was found, most severe first. Nothing for a check that was not carried out: that it
/// has no evidence is for the gate to say.
pub fn findings(record: &CheckRecord, settings: &Audit) -> Vec<Finding> {
    if record.state != CheckState::Gathered {
        return Vec::new();
    }
    let mut findings = Vec::new();
    if let Some(problem) = &record.problem {
        let remedy = "run `cargo metadata --locked --format-version 1`, repair Cargo.lock, and commit it";
        findings.push(with_remedy(Finding::error(Code::CheckError, problem.clone()), remedy));
    }
    match &record.facts {
        Some(Facts::Audit(facts)) => {
            // Without a readable lockfile there was nothing to look up, and no database was opened.
            if facts.database.origin.is_empty() && record.problem.is_none() {
                findings.push(Finding::error(Code::CheckError, "the audit looked at nothing"));
            } else if !facts.database.origin.is_empty() {
                database(facts, settings, &mut findings);
                findings.extend(facts.advisories.iter().map(|hit| advisory(hit, settings)));
                not_assessed(facts, &mut findings);
                yanked(facts, settings, &mut findings);
            }
        }
        _ if record.problem.is_none() => {
            findings.push(Finding::error(Code::CheckError, "the audit left no facts"));
        }
        _ => {}
    }
    for finding in &mut findings {
        finding.check = Some(CHECK.to_owned());
    }
    findings.sort_by_key(|finding| finding.severity);
    findings
}

/// One line of facts.
pub fn summary(record: &CheckRecord) -> String {
    match (&record.state, &record.facts) {
        (CheckState::NotSelected, _) => "not selected".into(),
        (CheckState::NotApplicable { reason }, _) => format!("not applicable: {reason}"),
        (CheckState::Gathered, Some(Facts::Audit(facts))) if !facts.database.origin.is_empty() => {
            let others = match facts.not_assessed.len() {
                0 => String::new(),
                count => format!(", {count} not from crates.io"),
            };
            match &facts.database {
                database if database.origin == NOT_NEEDED => {
                    format!("no package of crates.io is locked{others}")
                }
                database if database.unavailable.is_some() => "no advisory database".into(),
                database => format!(
                    "{} packages looked up in {} advisories as of {}{others}",
                    facts.assessed,
                    database.advisories,
                    database.dated.as_deref().unwrap_or("an unknown day"),
                ),
            }
        }
        _ => "nothing was looked up".into(),
    }
}

fn database(facts: &AuditFacts, settings: &Audit, findings: &mut Vec<Finding>) {
    let database = &facts.database;
    if database.origin == NOT_NEEDED {
        return;
    }
    if let Some(problem) = &database.update_problem {
        let message =
            format!("the advisory database was not brought up to date, its older state was used: {problem}");
        findings.push(Finding::warning(Code::AuditDbStale, message));
    }
    if let Some(reason) = &database.unavailable {
        findings.push(Finding::error(Code::AuditDbUnavailable, format!("no advisory database: {reason}")));
        return;
    }
    for file in &database.unreadable {
        let remedy = "restore the file: `git -C DIR checkout .` in the database's folder, or fetch it anew";
        let message = format!("the advisory database is damaged: {file}");
        findings.push(with_remedy(Finding::error(Code::AuditDbUnavailable, message), remedy));
    }
    if database.advisories == 0 || facts.assessed == 0 {
        let message = format!(
            "{} packages were looked up in {} advisories: nothing was audited",
            facts.assessed, database.advisories
        );
        findings.push(Finding::error(Code::AuditDbUnavailable, message));
        return;
    }
    age(facts, settings, findings);
}

fn age(facts: &AuditFacts, settings: &Audit, findings: &mut Vec<Finding>) {
    let database = &facts.database;
    let dated = database.dated.as_deref().unwrap_or("an unknown day");
    let limit = i64::from(settings.max_age_days);
    let message = match database.age_days {
        // Days are counted in UTC; an advisory's date can be of a place where it is tomorrow.
        Some(age) if (-1..=limit).contains(&age) => None,
        Some(age) if age > limit => {
            Some(format!("the advisory database is of {dated}, {age} days old; at most {limit} are allowed"))
        }
        // Fail closed: a future date proves nothing about how fresh the rest is.
        Some(_) => Some(format!(
            "the advisory database is dated {dated}, after the moment of this judgement, so its age is not known"
        )),
        None => Some("the age of the advisory database is not known".into()),
    };
    findings.extend(message.map(|message| Finding::error(Code::AuditDbStale, message)));
    if database.commit.as_ref().is_some_and(|commit| commit.ends_with("-dirty")) {
        let message = format!(
            "the advisory database differs from its commit; its age is counted from its newest advisory, {dated}"
        );
        let remedy = "run `git -C DIR status` in the database's folder and undo what was changed there";
        findings.push(with_remedy(Finding::warning(Code::AuditDbStale, message), remedy));
    }
}

fn advisory(hit: &AdvisoryHit, settings: &Audit) -> Finding {
    let (code, severity) = match hit.kind {
        AdvisoryKind::Vulnerability => (Code::AuditVulnerable, Severity::Error),
        AdvisoryKind::Unsound => (Code::AuditUnsound, severity(settings.unsound)),
        AdvisoryKind::Unmaintained => (Code::AuditUnmaintained, severity(settings.unmaintained)),
        AdvisoryKind::Notice => (Code::AuditNotice, Severity::Note),
    };
    let AdvisoryHit { id, package, version, title, .. } = hit;
    let rating = hit.severity.as_ref().map(|severity| format!(" ({severity})")).unwrap_or_default();
    let patched = match hit.patched.as_slice() {
        [] => "no patched version".to_owned(),
        patched => format!("patched in {}", patched.join(" or ")),
    };
    let message = format!("{package} {version}: {id}{rating}: {title}; {patched}");
    let mut finding = with_remedy(Finding::new(code, severity, message), remedy(hit));
    finding.package = Some(format!("{package}@{version}"));
    finding.detail.clone_from(&hit.url);
    finding.advisory = Some(id.clone());
    finding
}

fn severity(level: Level) -> Severity {
    match level {
        Level::Deny => Severity::Error,
        Level::Warn => Severity::Warning,
    }
}

/// The command that leads to a patched version, or to who must move first.
fn remedy(hit: &AdvisoryHit) -> String {
    let AdvisoryHit { package, version, .. } = hit;
    if hit.patched.is_empty() {
        return format!(
            "replace {package}; `cargo tree --target all --invert {package}@{version}` shows who depends on it"
        );
    }
    let locked = version.parse::<Version>().ok();
    let compatible = hit
        .patched
        .iter()
        .filter_map(|patched| lower_bound(&patched.parse().ok()?))
        .filter(|patched| locked.as_ref().is_some_and(|locked| compatible(locked, patched)))
        .min();
    match compatible {
        Some(patched) => {
            format!("run `cargo update -p {package}@{version} --precise {patched}`, then commit Cargo.lock")
        }
        None => format!(
            "require {package} {} where `cargo tree --target all --invert {package}@{version}` shows it, then run `cargo update -p {package}@{version}`",
            hit.patched.join(" or ")
        ),
    }
}

/// The smallest version that a requirement names in full and includes.
fn lower_bound(requirement: &VersionReq) -> Option<Version> {
    requirement.comparators.iter().find_map(|comparator: &Comparator| {
        let inclusive = matches!(comparator.op, Op::GreaterEq | Op::Caret | Op::Tilde | Op::Exact);
        let (minor, patch) = (comparator.minor?, comparator.patch?);
        let version = Version { pre: comparator.pre.clone(), ..Version::new(comparator.major, minor, patch) };
        inclusive.then_some(version)
    })
}

/// Whether cargo may go from one version to the other under a usual requirement.
fn compatible(from: &Version, to: &Version) -> bool {
    let caret = Comparator {
        op: Op::Caret,
        major: from.major,
        minor: Some(from.minor),
        patch: Some(from.patch),
        pre: from.pre.clone(),
    };
    caret.matches(to)
}

fn not_assessed(facts: &AuditFacts, findings: &mut Vec<Finding>) {
    let remote = facts.not_assessed.iter().filter(|package| !package.ends_with(" (path)")).count();
    if facts.assessed == 0 && facts.database.origin == NOT_NEEDED && remote > 0 {
        let message =
            format!("none of the {remote} third-party packages is from crates.io, so none was assessed");
        let remedy = "take them from crates.io, or set `promotion_guard.audit.not_applicable` to a reason in ci/maturity-evidence.yml";
        findings.push(with_remedy(Finding::error(Code::AuditNotAssessed, message), remedy));
    }
    for package in facts.not_assessed.iter().take(MAX_LISTED) {
        let mut finding = Finding::warning(
            Code::AuditNotAssessed,
            format!("{package} is not from crates.io, which is all that the advisories cover"),
        );
        finding.package = package.split(' ').next().map(ToOwned::to_owned);
        findings.push(finding);
    }
    let further = facts.not_assessed.len().saturating_sub(MAX_LISTED);
    if further > 0 {
        let message = format!("{further} more packages are not from crates.io; the evidence lists them");
        findings.push(Finding::warning(Code::AuditNotAssessed, message));
    }
}

fn yanked(facts: &AuditFacts, settings: &Audit, findings: &mut Vec<Finding>) {
    for package in &facts.yanked {
        let message = format!("{package} was yanked, as of cargo's cached index");
        let remedy = format!("run `cargo update -p {package}`, then commit Cargo.lock");
        let mut finding =
            with_remedy(Finding::new(Code::AuditYanked, severity(settings.yanked), message), remedy);
        finding.package = Some(package.clone());
        findings.push(finding);
    }
    if let [first, rest @ ..] = facts.yanked_unknown.as_slice() {
        let others = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
        let message = format!(
            "whether {first}{others} was yanked is not known: cargo's cached index has no entry of it"
        );
        let remedy = "run `cargo update --dry-run` once with the network, which fills cargo's index cache";
        findings.push(with_remedy(Finding::warning(Code::AuditNotAssessed, message), remedy));
    }
}

fn with_remedy(mut finding: Finding, remedy: impl Into<String>) -> Finding {
    finding.remedy = Some(remedy.into());
    finding
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_remedy_is_the_nearest_version_that_cargo_can_go_to() {
        let cases: &[(&str, &[&str], &str)] = &[
            ("1.2.2", &[">=1.2.3"], "run `cargo update -p demo@1.2.2 --precise 1.2.3`"),
            ("1.2.2", &["^1.2.5", ">=2.0.0"], "run `cargo update -p demo@1.2.2 --precise 1.2.5`"),
            ("1.2.2", &["^1.1.9", ">=1.3.0"], "run `cargo update -p demo@1.2.2 --precise 1.3.0`"),
            ("0.4.1", &[">=0.5.0"], "require demo >=0.5.0 where"),
            ("1.2.2", &[">1.2.3"], "require demo >1.2.3 where"),
            ("1.2.2", &[">=2"], "require demo >=2 where"),
            ("1.2.2", &[], "replace demo; `cargo tree --target all --invert demo@1.2.2`"),
        ];
        for (version, patched, expected) in cases {
            let hit = AdvisoryHit {
                id: String::new(),
                kind: AdvisoryKind::Vulnerability,
                package: "demo".into(),
                version: (*version).into(),
                title: String::new(),
                url: None,
                severity: None,
                patched: patched.iter().map(ToString::to_string).collect(),
            };
            let remedy = remedy(&hit);
            assert!(remedy.starts_with(expected), "{version} {patched:?}: {remedy}");
        }
    }
}
