//! What the facts about running services amount to. Pure: reads nothing, runs nothing.

mod logs;
mod metrics;
#[cfg(test)]
mod tests;
mod traces;

use crate::catalog::Code;
use crate::diagnostics::{count, one_line};
use crate::evidence::services::{Declared, Readiness, ServiceFacts, ServicesFacts, Sought, Suspect};
use crate::evidence::{Ended, Run};
use crate::gates::Gate;
use crate::settings::FILE;
use crate::verdict::{Finding, Group, Judgement, Outcome, Severity};

/// How many binaries a message names.
const NAMED: usize = 5;

/// Judges the gate.
pub fn judge(facts: &ServicesFacts) -> Judgement {
    let bare = Judgement::missing(Gate::ObservabilityVerify);
    let missing =
        |message: &str| Judgement { message: message.into(), duration_ms: facts.duration_ms, ..bare.clone() };
    if !facts.complete {
        return missing("its evidence was not gathered to the end");
    }
    let mut findings = match &facts.declared {
        Declared::NotSelected => return missing("the services were left out with --only"),
        Declared::Silent => vec![undeclared(&facts.suspects)],
        Declared::NotApplicable { .. } => facts.suspects.iter().map(suspected).collect(),
        Declared::Listed if facts.services.is_empty() => return missing("no service was tried"),
        Declared::Listed => listed(facts),
    };
    // By severity, then in the order of the catalogue: what keeps the rest from being seen comes first.
    findings.sort_by_key(|finding| (finding.severity != Severity::Error, finding.code));
    let errors: Vec<&Finding> = findings.iter().filter(|finding| finding.blocks()).collect();
    let (outcome, code, message) = match (errors.first(), &facts.declared) {
        (Some(first), _) => (Outcome::Fail, Some(first.code), Group::sum(errors.iter().copied())),
        (None, Declared::NotApplicable { reason }) => (Outcome::NotApplicable, None, one_line(reason)),
        (None, _) => (Outcome::Pass, None, sums(facts)),
    };
    let (gate, duration_ms) = (Gate::ObservabilityVerify, facts.duration_ms);
    Judgement { gate, outcome, code, message, findings, break_glass: Vec::new(), duration_ms }
}

/// `1 service seen running: 4 requests as expected; 6 metrics, 2 of them increased; 12 log lines; 4 spans`.
fn sums(facts: &ServicesFacts) -> String {
    let sum = |of: &dyn Fn(&ServiceFacts) -> u64| -> usize {
        usize::try_from(facts.services.iter().map(of).sum::<u64>()).unwrap_or(usize::MAX)
    };
    let asked = sum(&|one| one.exercise.iter().map(|step| u64::from(step.as_expected)).sum());
    let mut parts = vec![format!("{} as expected", count(asked, "request"))];
    let families = sum(&|one| found(&one.metrics).map_or(0, |metrics| metrics.wanted.len() as u64));
    let moved = sum(&|one| {
        let wanted = found(&one.metrics).map(|metrics| metrics.wanted.iter());
        wanted.map_or(0, |wanted| wanted.filter(|family| family.increases).count() as u64)
    });
    if families > 0 {
        parts.push(format!("{} found, {moved} increased", count(families, "metric")));
    }
    let lines = sum(&|one| found(&one.logs).map_or(0, |logs| logs.json));
    if lines > 0 {
        parts.push(count(lines, "log line"));
    }
    let spans = sum(&|one| found(&one.traces).map_or(0, |traces| traces.spans));
    if spans > 0 {
        parts.push(count(spans, "span"));
    }
    parts.extend(facts.services.iter().flat_map(excused));
    format!("{} seen running: {}", count(facts.services.len(), "service"), parts.join("; "))
}

/// What of a service was not looked at, with the reason.
fn excused(service: &ServiceFacts) -> Vec<String> {
    let reason = |what: &str, reason: &str| one_line(&format!("no {what} of {}: {reason}", service.name));
    let mut excused = Vec::new();
    if let Sought::NotApplicable { reason: why } = &service.metrics {
        excused.push(reason("metrics", why));
    }
    if let Sought::NotApplicable { reason: why } = &service.logs {
        excused.push(reason("logs", why));
    }
    excused
}

fn found<T>(sought: &Sought<T>) -> Option<&T> {
    match sought {
        Sought::Found(found) => Some(found),
        Sought::NotReached | Sought::NotApplicable { .. } => None,
    }
}

fn undeclared(suspects: &[Suspect]) -> Finding {
    let named: Vec<String> = suspects.iter().take(NAMED).map(told).collect();
    let message = match named.as_slice() {
        [] => format!("{FILE} does not say whether there are services"),
        named => format!(
            "{FILE} does not say whether there are services; {} to be: {}",
            if suspects.len() == 1 { "one seems" } else { "these seem" },
            named.join(", ")
        ),
    };
    let mut finding = Finding::error(Code::ServiceUndeclared, message);
    finding.file = Some(FILE.into());
    finding
}

/// A binary that looks like a service although the settings do not speak of it.
fn suspected(suspect: &Suspect) -> Finding {
    let message = format!("{} looks like a service, and is not named as one", told(suspect));
    let mut finding = Finding::warning(Code::ServiceUndeclared, message);
    finding.package = Some(one_line(&suspect.package));
    finding.label = Some(one_line(&suspect.binary));
    finding.remedy = Some(one_line(&format!(
        "Name it under observability_verify.services in {FILE}; if it is none, under not_services with the reason.",
    )));
    finding
}

fn told(suspect: &Suspect) -> String {
    one_line(&format!("{} ({})", suspect.binary, suspect.because.join(", ")))
}

fn listed(facts: &ServicesFacts) -> Vec<Finding> {
    let mut findings = build(facts);
    let built = findings.is_empty();
    for service in &facts.services {
        findings.extend(judge_service(service, built));
    }
    findings.extend(facts.suspects.iter().map(suspected));
    findings
}

/// The build, if it failed.
fn build(facts: &ServicesFacts) -> Vec<Finding> {
    let Some(run) = facts.build.as_ref().filter(|run| !run.ended.success()) else { return Vec::new() };
    let mut findings: Vec<Finding> = (facts.build_errors.iter())
        .map(|error| {
            let mut finding = Finding::error(Code::ServiceBuildFailed, one_line(&error.message));
            finding.package.clone_from(&error.package);
            finding.file.clone_from(&error.file);
            (finding.line, finding.column) = (error.line, error.column);
            finding.detail = Some(error.rendered.clone()).filter(|rendered| !rendered.is_empty());
            finding
        })
        .collect();
    if findings.is_empty() {
        let message = format!("`{}`: {}", one_line(&run.command.join(" ")), one_line(&run.ended.told()));
        findings.push(Finding { detail: tail(run), ..Finding::error(Code::ServiceBuildFailed, message) });
    }
    findings
}

fn tail(run: &Run) -> Option<String> {
    Some(run.tail.clone()).filter(|tail| !tail.trim().is_empty())
}

/// A finding about a service.
fn about(service: &ServiceFacts, code: Code, message: &str) -> Finding {
    let mut finding = Finding::error(code, one_line(message));
    finding.package = Some(one_line(&service.package));
    finding.label = Some(one_line(&service.name));
    finding
}

fn judge_service(service: &ServiceFacts, built: bool) -> Vec<Finding> {
    let name = &service.name;
    let Some(run) = &service.run else {
        // The failed build was told already, once for all of them.
        let problem = service.problem.as_deref().unwrap_or("it was not started");
        let message = format!("{name} was not started: {problem}");
        let mut finding = about(service, Code::ServiceNotReady, &message);
        finding.remedy = Some(format!("Correct it under observability_verify.services in {FILE}."));
        return if built { vec![finding] } else { Vec::new() };
    };
    let mut findings = Vec::new();
    match &service.ready {
        Readiness::Ready { .. } => findings.extend(ran(service, run)),
        Readiness::TooLate { after_ms, last } => {
            let said = last_line(run).map(|line| format!("; its last line is: {line}")).unwrap_or_default();
            let message = format!("{name} was not ready within {}: {last}{said}", seconds(*after_ms));
            let finding = about(service, Code::ServiceNotReady, &message);
            let remedy = format!("{} If it needs longer, raise ready.within.", read_log(run));
            findings.push(Finding { detail: tail(run), remedy: Some(remedy), ..finding });
        }
        Readiness::Ended | Readiness::NotStarted => {
            let last = last_line(run).map(|line| format!(": {line}")).unwrap_or_default();
            let message = format!("{name} ended before it was ready, {}{last}", run.ended.told());
            let finding = about(service, Code::ServiceNotReady, &message);
            findings.push(Finding { detail: tail(run), remedy: Some(read_log(run)), ..finding });
        }
    }
    findings.extend(logs::leaks(name, &service.package, &service.leaks));
    if !service.ports_still_taken.is_empty() {
        let ports = service.ports_still_taken.join(", ");
        let message = format!("{name} left something behind that still listens on port {ports}");
        findings.push(about(service, Code::ServiceFailed, &message));
    }
    let aside = |message: &str| {
        let finding = about(service, Code::ServiceFailed, message);
        Finding { severity: Severity::Warning, ..finding }
    };
    findings.extend(unclean(service, run));
    if let Some(line) = &service.panicked {
        findings.push(aside(&format!("{name} panicked: {line}")));
    }
    if run.left_behind > 0 {
        let left = count(usize::try_from(run.left_behind).unwrap_or(usize::MAX), "program");
        findings.push(aside(&format!("{name} left {left} running, which were ended")));
    }
    findings
}

/// How it ended when it was asked to, if not well. A service that handles SIGTERM ends with status 0; one that
/// does not is ended by the signal, which a shell tells as 143.
fn unclean(service: &ServiceFacts, run: &Run) -> Option<Finding> {
    let name = &service.name;
    let Ended::Stopped { killed, status, signal } = &run.ended else { return None };
    // Rust's status for a panic in `main`, and the signals of a crash, are the end of no service that is well.
    let crashed = matches!(status, Some(101)) || matches!(signal, Some(4 | 6 | 7 | 8 | 11));
    let message = match (killed, status, signal) {
        (true, ..) => format!("{name} did not end when asked with SIGTERM, and was killed"),
        (_, None | Some(0 | 130 | 143), None | Some(2 | 15)) => return None,
        _ => {
            let last = last_line(run).map(|line| format!(": {line}")).unwrap_or_default();
            format!("{name} failed when asked to end with SIGTERM, {}{last}", run.ended.told())
        }
    };
    let severity = if crashed { Severity::Error } else { Severity::Warning };
    let finding = about(service, Code::ServiceFailed, &message);
    Some(Finding { severity, detail: tail(run), remedy: Some(read_log(run)), ..finding })
}

/// What a service did that was ready.
fn ran(service: &ServiceFacts, run: &Run) -> Vec<Finding> {
    let name = &service.name;
    let mut findings = Vec::new();
    if !matches!(run.ended, Ended::Stopped { .. }) {
        let last = last_line(run).map(|line| format!(": {line}")).unwrap_or_default();
        let message = match &run.ended {
            Ended::TimedOut { after_ms } => {
                format!("{name} and its exercise had not come to an end after {}", seconds(*after_ms))
            }
            ended => format!("{name} ended while it was asked, {}{last}", ended.told()),
        };
        let finding = about(service, Code::ServiceFailed, &message);
        findings.push(Finding { detail: tail(run), remedy: Some(read_log(run)), ..finding });
    }
    for step in service.exercise.iter().filter(|step| step.as_expected != step.times) {
        let otherwise = step.otherwise.as_deref().unwrap_or("it was not sent");
        let times = match (step.as_expected, step.times) {
            (0, 1) => String::new(),
            (expected, times) => format!(", {expected} of {times} times as expected"),
        };
        let message = format!("{name}: {}: {otherwise}, not {}{times}", step.step, step.expected);
        findings.push(about(service, Code::ServiceFailed, &message));
    }
    if service.exercise.is_empty() {
        findings.push(about(service, Code::ServiceFailed, &format!("{name} was asked nothing")));
    }
    let unseen = |what: &str, code| about(service, code, &format!("{name}: its {what} were not looked at"));
    match &service.metrics {
        Sought::Found(facts) => findings.extend(metrics::findings(name, &service.package, facts)),
        Sought::NotReached => findings.push(unseen("metrics", Code::MetricMissing)),
        Sought::NotApplicable { .. } => {}
    }
    match &service.logs {
        Sought::Found(facts) => findings.extend(logs::findings(name, &service.package, facts)),
        Sought::NotReached => findings.push(unseen("logs", Code::LogMissing)),
        Sought::NotApplicable { .. } => {}
    }
    match &service.traces {
        Sought::Found(facts) => findings.extend(traces::findings(name, &service.package, facts)),
        Sought::NotReached => findings.push(unseen("traces", Code::TraceMissing)),
        Sought::NotApplicable { .. } => {}
    }
    findings
}

/// Where all that it said can be read.
fn read_log(run: &Run) -> String {
    format!(
        "Read its last lines in maturity-eval.md, or its whole output in {} beside it.",
        one_line(&run.log)
    )
}

fn last_line(run: &Run) -> Option<String> {
    // What a panic ends with says nothing of it.
    let telling = |line: &String| !line.trim().is_empty() && !line.starts_with("note: ");
    run.tail.lines().map(one_line).rfind(telling)
}

/// Such as `30 s` or `0.5 s`.
fn seconds(ms: u64) -> String {
    match ms % 1000 {
        0 => format!("{} s", ms / 1000),
        _ => format!("{}.{} s", ms / 1000, ms % 1000 / 100),
    }
}
