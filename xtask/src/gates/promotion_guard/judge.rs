//! What the records of the checks amount to. Pure: reads nothing, runs nothing.
//!
//! A check passes only on positive proof. Whatever was parsed, a program that did not end with a
//! status that counts as success makes its check fail, with a finding of its own if nothing else
//! explains it.

mod statics;
mod testing;

use std::time::Duration;

use super::summary;
use super::text::count;
use super::{audit, check_names};
use crate::catalog::Code;
use crate::evidence::checks::Facts;
use crate::evidence::{CheckRecord, CheckState, Ended, Run};
use crate::gates::Gate;
use crate::settings::{Applies, CustomCheck, Settings};
use crate::verdict::{Finding, Judgement, Outcome, Severity};

/// The most findings of one kind that a check reports one by one.
const FINDING_LIMIT: usize = 100;

/// What one check amounts to.
enum Standing {
    Passed,
    Failed,
    Pending,
    NotApplicable(String),
}

/// Judges the gate.
pub fn judge(records: &[CheckRecord], settings: &Settings) -> Judgement {
    let mut findings = Vec::new();
    let (mut passed, mut failed, mut pending, mut left_out) = (vec![], vec![], vec![], vec![]);
    for check in check_names(settings) {
        let record = records.iter().find(|record| record.check == check);
        let (standing, found) = match record {
            Some(record) => judge_check(record, settings),
            None => (Standing::Pending, vec![not_gathered(&check, "there is no record of it")]),
        };
        match standing {
            Standing::Passed => passed.push(record.map_or_else(String::new, summary::brief)),
            Standing::Failed => failed.push(check.clone()),
            Standing::Pending => pending.push(check.clone()),
            Standing::NotApplicable(why) => left_out.push(format!("{check} not applicable: {why}")),
        }
        findings.extend(found.into_iter().map(|finding| Finding { check: Some(check.clone()), ..finding }));
    }
    findings.sort_by_key(|finding| finding.severity);
    let nothing = passed.is_empty() && failed.is_empty() && pending.is_empty();
    let (outcome, code) = match (failed.is_empty(), pending.is_empty()) {
        (true, true) if nothing => (Outcome::Missing, Some(Code::ChecksPending)),
        (true, true) => (Outcome::Pass, None),
        (true, false) => (Outcome::Missing, Some(Code::ChecksPending)),
        (false, _) => (Outcome::Fail, Some(Code::ChecksFailed)),
    };
    let applicable = count(passed.len() + failed.len() + pending.len(), "check");
    let mut parts = match outcome {
        Outcome::Pass => vec![format!("{applicable}: {}", passed.join(", "))],
        _ if nothing => vec!["no check applies, so nothing was proved".to_owned()],
        Outcome::Fail => vec![format!("{} of {applicable} failed: {}", failed.len(), failed.join(", "))],
        _ => Vec::new(),
    };
    if !pending.is_empty() {
        parts.push(format!("no evidence of {}", pending.join(", ")));
    }
    parts.extend(left_out);
    Judgement {
        gate: Gate::PromotionGuard,
        outcome,
        code,
        message: parts.join("; "),
        findings,
        break_glass: Vec::new(),
        duration_ms: duration(records),
    }
}

fn judge_check(record: &CheckRecord, settings: &Settings) -> (Standing, Vec<Finding>) {
    match &record.state {
        CheckState::NotSelected => {
            return (Standing::Pending, vec![not_gathered(&record.check, "it was left out with --only")]);
        }
        CheckState::NotApplicable { reason } => {
            return match super::applies(settings, &record.check) {
                Some(Applies::NotApplicable(_)) => (Standing::NotApplicable(reason.clone()), Vec::new()),
                _ => (Standing::Pending, vec![not_gathered(&record.check, "the settings ask for it")]),
            };
        }
        CheckState::Gathered => {}
    }
    let findings = match record.check.as_str() {
        audit::CHECK => audit_findings(record, settings),
        _ => gathered(record, settings),
    };
    let failed = findings.iter().any(|finding| finding.severity == Severity::Error);
    (if failed { Standing::Failed } else { Standing::Passed }, findings)
}

/// The audit's own findings; its programs only bring the database up to date, which it judges itself.
fn audit_findings(record: &CheckRecord, settings: &Settings) -> Vec<Finding> {
    let mut findings = audit::findings(record, &settings.promotion_guard.audit);
    let interrupted = record.runs.iter().any(|run| run.ended == Ended::Interrupted);
    let proof = matches!(&record.facts, Some(Facts::Audit(_))) && !interrupted;
    if !proof && findings.iter().all(|finding| finding.severity != Severity::Error) {
        let what = if interrupted { "interrupted" } else { "nothing was looked up" };
        findings.push(Finding::error(Code::CheckError, format!("`audit`: {what}")));
    }
    findings
}

fn gathered(record: &CheckRecord, settings: &Settings) -> Vec<Finding> {
    let custom = settings.promotion_guard.checks.iter().find(|custom| custom.name == record.check);
    let cut_short = cut_short(record);
    let mut findings: Vec<Finding> = cut_short.iter().cloned().collect();
    let whole = cut_short.is_none();
    match (&record.facts, custom) {
        (Some(Facts::Tests(facts)), None) => testing::findings(record, facts, whole, &mut findings),
        (Some(Facts::Lint(facts)), None) => statics::lint(facts, whole && exited(record, 0), &mut findings),
        (Some(Facts::Format(facts)), None) => statics::format(facts, whole, &mut findings),
        (Some(Facts::Custom(facts)), Some(custom)) if whole => {
            statics::custom(custom, facts, record.runs.last(), &mut findings);
        }
        _ => {}
    }
    if whole {
        findings.extend(unexplained(record, custom, &findings));
    }
    findings
}

fn not_gathered(check: &str, why: &str) -> Finding {
    Finding {
        label: Some(check.to_owned()),
        ..Finding::error(Code::ChecksPending, format!("`{check}` has no evidence: {why}"))
    }
}

/// The finding for a program that did not end by itself.
fn cut_short(record: &CheckRecord) -> Option<Finding> {
    let run = record.runs.iter().find(|run| !matches!(run.ended, Ended::Exited { .. }))?;
    let command = run.command.join(" ");
    let (code, message) = match &run.ended {
        Ended::TimedOut { .. } => {
            let spent = Duration::from_millis(record.duration_ms);
            let message =
                format!("`{command}` was ended: `{}` ran out of time after {spent:.0?}", record.check);
            (Code::CheckTimeout, message)
        }
        ended => {
            let how = summary::cut_short(ended).unwrap_or_default();
            (Code::CheckError, format!("`{command}`: {how}"))
        }
    };
    let mut finding = Finding { detail: tail(run), ..Finding::error(code, message) };
    if run.ended == Ended::Interrupted {
        finding.remedy = Some("Run again and let it finish.".into());
    }
    Some(finding)
}

/// What is left if the other findings do not say why there is no proof.
fn unexplained(record: &CheckRecord, custom: Option<&CustomCheck>, found: &[Finding]) -> Option<Finding> {
    if found.iter().all(|finding| finding.severity != Severity::Error)
        && record.runs.iter().any(|run| !run.ended.success() && run.tail.contains("--locked was passed"))
    {
        let message = format!("`{}` could not begin: Cargo.lock does not fit the manifests", record.check);
        return Some(Finding::error(Code::LockfileStale, message));
    }
    if let Some(problem) = &record.problem {
        let finding = Finding::error(Code::CheckError, format!("`{}`: {problem}", record.check));
        let (remedy, detail) = (missing_tool(&record.check, problem), record.runs.last().and_then(tail));
        return Some(Finding { remedy, detail, ..finding });
    }
    if found.iter().any(|finding| finding.severity == Severity::Error) {
        return None;
    }
    // What a user's own command may exit with is for its settings to say.
    let bad = record.runs.iter().find(|run| custom.is_none() && !run.ended.success());
    if let Some(run) = bad {
        let (command, status) = (run.command.join(" "), status(run));
        let why = super::text::error_line(&run.tail);
        let why = why.unwrap_or_else(|| "nothing in its output says why".to_owned());
        let message = format!("`{command}` ended with {status}: {why}");
        return Some(Finding { detail: tail(run), ..Finding::error(Code::CheckError, message) });
    }
    let no_library = matches!(&record.facts, Some(Facts::Tests(facts)) if facts.binaries.is_empty())
        && record.check == super::doc_tests::NAME;
    if record.runs.is_empty() && !no_library {
        let message = format!("`{}`: no program was run", record.check);
        return Some(Finding::error(Code::CheckError, message));
    }
    let fits = match (&record.facts, custom) {
        (Some(Facts::Custom(_)), Some(_)) => true,
        (Some(Facts::Tests(_)), None) => matches!(record.check.as_str(), "tests" | "doc_tests"),
        (Some(Facts::Lint(_)), None) => record.check == super::lint::NAME,
        (Some(Facts::Format(_)), None) => record.check == super::format::NAME,
        _ => false,
    };
    let message = || format!("`{}`: nothing could be read from its output", record.check);
    (!fits).then(|| Finding {
        detail: record.runs.last().and_then(tail),
        ..Finding::error(Code::CheckError, message())
    })
}

/// How to get a tool that is missing.
fn missing_tool(check: &str, problem: &str) -> Option<String> {
    if problem.contains("cargo-nextest is not installed") {
        return Some(
            "Run `cargo install --locked cargo-nextest`, or set tests.runner to `auto` or `cargo`.".into(),
        );
    }
    if problem.contains("cargo nextest list") {
        let remedy = "Run `cargo nextest list --workspace` by hand; a target with `harness = false` must answer \
                      `--list --format terse`, or be `test = false` and a check of its own.";
        return Some(remedy.into());
    }
    if problem.contains("should hold the profile") {
        return Some("Name a profile of .config/nextest.toml in tests.nextest_profile, or none.".into());
    }
    let missing = problem.contains("is not installed") || problem.contains("no such command");
    match check {
        super::lint::NAME if missing => Some("Run `rustup component add clippy`.".into()),
        super::format::NAME if missing => Some("Run `rustup component add rustfmt`.".into()),
        super::lint::NAME if problem.contains("cap-lints") => {
            Some("Remove --cap-lints from there; dependencies are capped without it.".into())
        }
        _ => None,
    }
}

fn exited(record: &CheckRecord, wanted: i32) -> bool {
    record.runs.iter().all(|run| run.ended == Ended::Exited { status: wanted })
}

/// The end of a program's output, if it printed anything.
fn tail(run: &Run) -> Option<String> {
    let tail = run.tail.trim();
    (!tail.is_empty()).then(|| tail.to_owned())
}

fn status(run: &Run) -> String {
    match run.ended {
        Ended::Exited { status } => format!("exit status {status}"),
        ref ended => summary::cut_short(ended).unwrap_or_default(),
    }
}

/// The checks that build run one after the other, and beside them those that do not.
fn duration(records: &[CheckRecord]) -> u64 {
    let lane = |wanted: bool| -> u64 {
        let records = records.iter().filter(|record| super::builds(&record.check) == wanted);
        records.map(|record| record.duration_ms).fold(0, u64::saturating_add)
    };
    lane(true).max(lane(false))
}

/// Adds findings one by one up to the limit, and then says how many more there are.
fn capped(into: &mut Vec<Finding>, code: Code, noun: &str, findings: impl IntoIterator<Item = Finding>) {
    let mut more = 0_usize;
    for (index, finding) in findings.into_iter().enumerate() {
        match index < FINDING_LIMIT {
            true => into.push(finding),
            false => more += 1,
        }
    }
    if more > 0 {
        into.push(Finding::error(code, format!("{more} more {noun}; the evidence file names them")));
    }
}

#[cfg(test)]
mod tests;
