//! One line of facts about a check, for whoever watches and for the gate's message. Not a judgement.

use super::text::{count, thousands};
use crate::evidence::checks::{Facts, FormatFacts, LintFacts, TestFacts};
use crate::evidence::{CheckRecord, CheckState, Ended};

/// What is known of a check, in one line.
pub(super) fn line(record: &CheckRecord) -> String {
    match &record.state {
        CheckState::NotSelected => return "not selected".into(),
        CheckState::NotApplicable { reason } => return format!("not applicable: {reason}"),
        CheckState::Gathered => {}
    }
    if let Some(how) = record.runs.iter().find_map(|run| cut_short(&run.ended)) {
        return how;
    }
    if let Some(problem) = &record.problem {
        return problem.clone();
    }
    match &record.facts {
        Some(Facts::Tests(facts)) => tests(record, facts),
        Some(Facts::Lint(facts)) => lint(facts),
        Some(Facts::Format(facts)) => format(facts),
        Some(Facts::Audit(_)) => format!("audit: {}", super::audit::summary(record)),
        Some(Facts::Custom(facts)) => match facts.status {
            Some(status) => format!("exit status {status}"),
            None => "no exit status".into(),
        },
        None => "nothing could be read".into(),
    }
}

/// What a check that passed proved, in as few words as will do.
pub(super) fn brief(record: &CheckRecord) -> String {
    match &record.facts {
        Some(Facts::Audit(facts)) if facts.assessed > 0 => {
            format!("audit of {}", count(facts.assessed, "package"))
        }
        Some(Facts::Custom(_)) => record.check.clone(),
        // How many binaries and libraries is for the evidence to say.
        Some(Facts::Tests(_)) => {
            let line = line(record);
            let rest = line.find(" (").map_or("", |at| &line[at..]);
            format!("{}{rest}", line[..line.len() - rest.len()].split(" in ").next().unwrap_or_default())
        }
        _ => line(record),
    }
}

/// How a program ended that did not end by itself.
pub(super) fn cut_short(ended: &Ended) -> Option<String> {
    match ended {
        Ended::Exited { .. } => None,
        Ended::Signalled { signal } => Some(format!("ended by signal {signal}")),
        Ended::TimedOut { .. } => Some("ran out of time".into()),
        Ended::Interrupted | Ended::Stopped { .. } => Some(ended.told()),
        Ended::NotStarted { reason } => Some(format!("could not be started: {reason}")),
    }
}

fn tests(record: &CheckRecord, facts: &TestFacts) -> String {
    if !facts.build_errors.is_empty() {
        return format!("{} kept it from being built", count(facts.build_errors.len(), "compiler error"));
    }
    let doc = record.check == super::doc_tests::NAME;
    let sum = |of: fn(&crate::evidence::checks::TestBinary) -> usize| facts.binaries.iter().map(of).sum();
    let (failed, ignored): (usize, usize) = (sum(|binary| binary.failed), sum(|binary| binary.ignored));
    let filtered_out: usize = sum(|binary| binary.filtered_out);
    if doc && facts.binaries.is_empty() {
        return "no doc tests (no library target)".into();
    }
    let (noun, container) = if doc { ("doc test", "library") } else { ("test", "binary") };
    let run = facts.binaries.iter().filter(|binary| doc || binary.passed + binary.failed > 0).count();
    let further = [
        (failed, "failed"),
        (ignored, "ignored"),
        (filtered_out, "filtered out"),
        (facts.flaky.len(), "passed only when tried again"),
    ];
    let further: Vec<String> = further
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| format!("{} {what}", thousands(number)))
        .collect();
    let text = format!("{} in {}", count(facts.executed(), noun), count(run, container));
    if further.is_empty() { text } else { format!("{text} ({})", further.join(", ")) }
}

fn lint(facts: &LintFacts) -> String {
    let packages = count(facts.packages_checked.len(), "package");
    match facts.diagnostics.len() {
        0 => format!("lint of {packages}"),
        number => format!("lint of {packages} ({})", count(number, "message")),
    }
}

fn format(facts: &FormatFacts) -> String {
    let roots = count(facts.roots, "target");
    match facts.differing.len() + facts.errors.len() {
        0 => format!("format of {roots}"),
        number => format!("format of {roots} ({})", count(number, "finding")),
    }
}
