//! What the facts about the policy amount to. Pure: reads nothing, runs nothing.
//!
//! Drift fails in either direction: what was not agreed is not the policy, even if it is stricter. What
//! became laxer with everybody's agreement does not fail, and stands in every report all the same.

mod rules;
mod workflows;

use std::collections::BTreeSet;

use super::lock;
use crate::catalog::Code;
use crate::diagnostics::{count, one_line};
use crate::evidence::PolicyFacts;
use crate::evidence::policy::{Base, Change, Direction, FileState, LockFacts, TracedChange};
use crate::gates::Gate;
use crate::settings::Settings;
use crate::verdict::{BreakGlass, Finding, Group, Judgement, Outcome, Severity};

/// Of several errors, the gate bears the code of the first in this order: what has to be put right
/// before the others mean anything.
const ORDER: &[Code] = &[
    Code::CheckError,
    Code::PolicyUnlocked,
    Code::PolicyDrift,
    Code::PolicyViolation,
    Code::PolicyBaseUnreadable,
];

/// Judges the gate.
pub fn judge(facts: &PolicyFacts, settings: &Settings) -> Judgement {
    let missing = |message: &str| Judgement {
        message: message.into(),
        duration_ms: facts.duration_ms,
        ..Judgement::missing(Gate::PolicyDrift)
    };
    if !facts.complete {
        return missing("its evidence was not gathered to the end");
    }
    if facts.current.files.is_empty() || facts.current.settings.is_empty() {
        return missing("no policy was found: no governed file, or none that says anything");
    }
    let mut findings: Vec<Finding> = facts
        .problems
        .iter()
        .map(|problem| {
            Finding::error(Code::CheckError, format!("not everything could be read: {}", one_line(problem)))
        })
        .collect();
    locked(facts, &mut findings);
    let mut kept = rules::judge(&facts.rules, &settings.policy_drift);
    findings.append(&mut kept.findings);
    let break_glass = weakened(facts, &mut findings);
    let rank = |code: Code| ORDER.iter().position(|one| *one == code).unwrap_or(ORDER.len());
    findings.sort_by_key(|finding| (finding.severity, rank(finding.code)));
    let errors: Vec<&Finding> = findings.iter().filter(|one| one.severity == Severity::Error).collect();
    let (outcome, code, message) = match errors.first() {
        None => (Outcome::Pass, None, format!("{}; {}", sums(facts), kept.sum())),
        Some(first) => (Outcome::Fail, Some(first.code), Group::sum(errors.iter().copied())),
    };
    let duration_ms = facts.duration_ms;
    Judgement { gate: Gate::PolicyDrift, outcome, code, message, findings, break_glass, duration_ms }
}

/// `7 governed files and 83 settings as locked; 2 rules laxer than v1.0.0`.
fn sums(facts: &PolicyFacts) -> String {
    let files = count(facts.current.files.len(), "governed file");
    let settings = count(facts.current.settings.len(), "setting");
    // A rule may have been weakened in several steps.
    let laxer = facts.since_base.iter().filter(|traced| traced.change.direction == Direction::Laxer);
    let laxer = laxer.map(|traced| &traced.change.key).collect::<BTreeSet<_>>().len();
    let since = match &facts.base {
        Base::Found { name, .. } if laxer == 0 => format!("nothing laxer than {}", one_line(name)),
        Base::Found { name, .. } => format!("{} laxer than {}", count(laxer, "rule"), one_line(name)),
        Base::None | Base::Unreadable { .. } => "no earlier release to compare with".to_owned(),
    };
    format!("{files} and {settings} as locked; {since}")
}

/// Whether the policy in force is the locked one.
fn locked(facts: &PolicyFacts, findings: &mut Vec<Finding>) {
    for (path, state) in &facts.current.files {
        let (message, remedy) = match state {
            FileState::Present { .. } => continue,
            FileState::Astray { target } => (
                format!("{path} leads out of the workspace, or to nothing: {target}"),
                "Put the file itself in place of the link, and commit it.",
            ),
            FileState::Unreadable { reason } => (
                format!("{path} cannot be read: {reason}"),
                "Make it a readable file that says what it should, and commit it.",
            ),
        };
        findings.push(drift(path, &message, Some(remedy)));
    }
    let own_digest_fits = match &facts.lock {
        LockFacts::Absent => {
            // A lock that could not be read is among the problems.
            if facts.problems.is_empty() {
                let message = format!("there is no {}", lock::FILE);
                findings.push(Finding::error(Code::PolicyUnlocked, message));
            }
            return;
        }
        LockFacts::Read { own_digest_fits, .. } => *own_digest_fits,
    };
    if !own_digest_fits {
        let message =
            format!("{} was edited by hand or by a merge: it does not fit its own digest", lock::FILE);
        let remedy = "Look at what `git log -p ci/policy.lock` shows; then review the policy, run \
                      `cargo xtask policy lock`, and commit.";
        findings.push(drift(lock::FILE, &message, Some(remedy)));
    }
    let readable = |change: &&Change| {
        // The states of files that cannot be read are told above, locked or not.
        let state = facts.current.files.get(&change.key);
        !matches!(state, Some(FileState::Astray { .. } | FileState::Unreadable { .. }))
    };
    for change in facts.drift.iter().filter(readable) {
        findings.push(drift(&change.file, &in_words(change), None));
    }
}

fn drift(file: &str, message: &str, remedy: Option<&str>) -> Finding {
    let mut finding = Finding::error(Code::PolicyDrift, one_line(message));
    finding.file = Some(file.to_owned());
    finding.remedy = remedy.map(str::to_owned);
    finding
}

/// `stages.GA.gates.deps_approval: required → report_only (laxer)`.
fn in_words(change: &Change) -> String {
    let direction = match change.direction {
        Direction::Laxer => " (laxer)",
        Direction::Stricter => " (stricter)",
        Direction::Unclear => "",
    };
    format!("{}: {}{direction}", change.key, change.told)
}

/// What became laxer since the base: a warning each, and an entry in the audit trail.
fn weakened(facts: &PolicyFacts, findings: &mut Vec<Finding>) -> Vec<BreakGlass> {
    let base = match &facts.base {
        Base::Found { name, .. } => name,
        Base::None => {
            let message = "no earlier release to compare the policy with";
            findings.push(Finding::note(Code::PolicyBaseMissing, message));
            return Vec::new();
        }
        Base::Unreadable { reason, remedy } => {
            let mut finding = Finding::error(Code::PolicyBaseUnreadable, one_line(reason));
            finding.remedy = Some(one_line(remedy));
            findings.push(finding);
            return Vec::new();
        }
    };
    let mut trail = Vec::new();
    for traced in &facts.since_base {
        let severity = match traced.change.direction {
            Direction::Laxer => Severity::Warning,
            Direction::Unclear => Severity::Note,
            Direction::Stricter => continue,
        };
        let message = one_line(&format!("{}, since {base}{}", in_words(&traced.change), who(traced)));
        let mut finding = Finding::new(Code::PolicyWeakened, severity, message);
        finding.file = Some(traced.change.file.clone());
        findings.push(finding);
        if severity == Severity::Warning {
            trail.push(break_glass(traced));
        }
    }
    trail
}

/// `, by Ada <ada@example.com> in 1a2b3c4d5e6f (2026-01-02)`.
fn who(traced: &TracedChange) -> String {
    let Some(commit) = &traced.commit else { return format!(", {}", traced.untraced) };
    let id = commit.id.get(..12).unwrap_or(&commit.id);
    let day = commit.date.get(..10).unwrap_or(&commit.date);
    format!(", by {} in {id} ({day})", commit.author)
}

fn break_glass(traced: &TracedChange) -> BreakGlass {
    let commit = traced.commit.as_ref();
    BreakGlass {
        kind: "policy_weakened",
        rule: one_line(&traced.change.key),
        told: one_line(&traced.change.told),
        who: commit.map(|commit| one_line(&commit.author)),
        when: commit.map(|commit| one_line(&commit.date)),
        commit: commit.map(|commit| one_line(&commit.id)),
        subject: commit.map(|commit| one_line(&commit.subject)),
    }
}

#[cfg(test)]
mod tests;
