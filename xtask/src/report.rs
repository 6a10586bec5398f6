//! One verdict, several documents. Printers get `&Verdict` and return text; they change nothing.
//!
//! Text from outside (names of tests, crates, files and refs, captured output) is escaped by each
//! printer for its own format, at the place where it is printed. No printer reads a file, runs a
//! program, or decides anything: the one line that says passed or blocked is [`headline`].

pub mod budgets;
pub mod explain;
pub mod github;
pub mod gitlab;
pub mod json;
pub mod markdown;
pub mod place;
pub mod plan;
pub mod policy;
mod ranked;
pub mod terminal;
mod text;

#[cfg(test)]
mod samples;

use crate::verdict::{
    BlockingReason, BreakGlass, Decision, Finding, GateVerdict, Group, Mode, Readiness, Severity, Verdict,
};

/// What the verdict is, in words: `Passed` or `Blocked`, what it is about, and the rest of the sentence.
struct Headline<'a> {
    word: &'static str,
    /// The ref, as it came from outside.
    subject: &'a str,
    /// Holds the stage's name, which is the user's own.
    rest: String,
}

fn headline(verdict: &Verdict) -> Headline<'_> {
    let stage = &verdict.stage;
    let subject = if verdict.ref_name == "none" { "this commit" } else { &verdict.ref_name };
    let requires_nothing = verdict.gates.iter().all(|gate| gate.mode == Mode::ReportOnly);
    let (word, mut rest) = match verdict.decision {
        Decision::Blocked => ("Blocked", format!("is not ready for {stage}")),
        Decision::Passed if requires_nothing => {
            ("Passed", format!("is ready for {stage}, which requires no gate"))
        }
        Decision::Passed => ("Passed", format!("is ready for {stage}")),
    };
    let required = verdict.gates.iter().filter(|gate| gate.mode == Mode::Required);
    let waived: usize = required.map(GateVerdict::waived_errors).sum();
    if waived > 0 && verdict.decision == Decision::Passed {
        rest = format!("{rest}, with {} waived", text::count(waived, "finding"));
    }
    Headline { word, subject, rest }
}

/// What was done to a rule, in words.
fn break_glass_kind(broken: &BreakGlass) -> &'static str {
    match broken.kind {
        "policy_weakened" => "weakened",
        "freeze_overridden" => "freeze overridden",
        other => other,
    }
}

/// The stages that come after the verdict's own.
fn later_stages(verdict: &Verdict) -> &[Readiness] {
    let own = verdict.readiness.iter().position(|readiness| readiness.stage == verdict.stage);
    own.map_or(&[], |own| &verdict.readiness[own + 1..])
}

/// How far it is to a stage, in one line without the stage's name.
fn distance(readiness: &Readiness) -> String {
    if readiness.would_pass {
        return "nothing stands in the way".to_string();
    }
    let mut by_gate: Vec<(Vec<&str>, Vec<&str>)> = Vec::new();
    for reason in &readiness.blocking_reasons {
        match by_gate.iter_mut().find(|(gates, _)| gates[0] == reason.gate) {
            Some((_, codes)) => codes.push(reason.code.as_str()),
            None => by_gate.push((vec![&reason.gate], vec![reason.code.as_str()])),
        }
    }
    // Gates that are blocked for the same are told together.
    let mut told: Vec<(Vec<&str>, Vec<&str>)> = Vec::new();
    for (gates, codes) in by_gate {
        match told.iter_mut().find(|(_, same)| *same == codes) {
            Some((together, _)) => together.extend(gates),
            None => told.push((gates, codes)),
        }
    }
    let told: Vec<String> =
        told.iter().map(|(gates, codes)| format!("{}: {}", gates.join(", "), codes.join(", "))).collect();
    text::one_line(&format!("blocked by {}", told.join("; ")))
}

/// A blocking reason as people read it: the same thing said of several gates is said once.
struct Told<'a> {
    gates: Vec<&'a str>,
    reason: &'a BlockingReason,
    /// The findings of it, if they are of one gate.
    group: Option<Group<'a>>,
    /// Whether further reasons of the same gate say what to do.
    sums_up: bool,
}

fn told(verdict: &Verdict) -> Vec<Told<'_>> {
    let mut told: Vec<Told<'_>> = Vec::new();
    for reason in &verdict.blocking_reasons {
        let same = |one: &&mut Told<'_>| {
            (one.reason.code, &one.reason.message, &one.reason.remedy)
                == (reason.code, &reason.message, &reason.remedy)
        };
        if let Some(one) = told.iter_mut().find(same) {
            one.gates.push(&reason.gate);
            continue;
        }
        let group = group_of(verdict, reason);
        let further =
            verdict.blocking_reasons.iter().any(|other| other.gate == reason.gate && other != reason);
        let sums_up = group.is_none() && further;
        told.push(Told { gates: vec![&reason.gate], reason, group, sums_up });
    }
    told
}

fn group_of<'a>(verdict: &'a Verdict, reason: &BlockingReason) -> Option<Group<'a>> {
    let gate = verdict.gates.iter().find(|gate| gate.judgement.gate.as_str() == reason.gate);
    let findings = gate.map_or(&verdict.subject_findings, |gate| &gate.judgement.findings);
    let groups = Group::all(findings);
    let blocks = |group: &Group<'_>| group.severity == Severity::Error && !group.waived;
    groups.into_iter().find(|group| group.code == reason.code && blocks(group))
}

/// What the findings of a gate, or of the subject where there is none, say beyond the blocking reasons.
/// What is waived has a place of its own.
fn beyond_reasons<'a>(verdict: &Verdict, gate: &str, findings: &'a [Finding]) -> Vec<Group<'a>> {
    let told = |group: &Group<'_>| {
        let reasons = &verdict.blocking_reasons;
        group.severity == Severity::Error
            && reasons.iter().any(|reason| reason.gate == gate && reason.code == group.code)
    };
    Group::all(findings).into_iter().filter(|group| !group.waived && !told(group)).collect()
}

#[cfg(test)]
mod tests {
    use super::{json, markdown, samples, terminal};

    /// The same verdict for programs, for a pull request and for the terminal, side by side.
    #[test]
    fn reports_look_like_this() {
        let reports = ["dist/maturity/maturity-eval.md", "dist/maturity/maturity-eval.json"];
        insta::with_settings!({ snapshot_path => "report/snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
            for (name, verdict) in samples::all() {
                insta::assert_snapshot!(format!("{name}.json"), json::render(&verdict, "0.1.0"));
                insta::assert_snapshot!(format!("{name}.md"), markdown::render(&verdict));
                insta::assert_snapshot!(format!("{name}.txt"), terminal::summary(&verdict, &reports, false));
            }
        });
    }

    #[test]
    fn a_day_from_which_on_a_gate_is_required_is_told_beforehand_in_all_of_them() {
        let mut verdict = samples::passed_pilot();
        assert!(!json::render(&verdict, "0.1.0").contains("becomes_required"));
        verdict.gates[1].becomes_required = Some(time::macros::date!(2027 - 03 - 01));
        let json = json::render(&verdict, "0.1.0");
        assert!(json.contains("\"becomes_required\": \"2027-03-01\""), "{json}");
        for text in [markdown::render(&verdict), terminal::summary(&verdict, &["r"], false)] {
            let line = text.lines().find(|line| line.contains("92 components")).unwrap_or_default();
            assert!(
                line.contains("report_only") && line.contains("becomes required on 2027-03-01"),
                "{text}"
            );
        }
    }
}
