//! One verdict, several documents. Printers get `&Verdict` and return text; they change nothing.
//!
//! Text from outside (names of tests, crates, files and refs, captured output) is escaped by each
//! printer for its own format, at the place where it is printed. No printer reads a file, runs a
//! program, or decides anything: the one line that says passed or blocked is [`headline`].

pub mod explain;
pub mod json;
pub mod markdown;
pub mod plan;
pub mod terminal;
mod text;

#[cfg(test)]
mod samples;

use crate::verdict::{Decision, Finding, Mode, Readiness, Verdict};

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
    let (word, rest) = match verdict.decision {
        Decision::Blocked => ("Blocked", format!("is not ready for {stage}")),
        Decision::Passed if requires_nothing => {
            ("Passed", format!("is ready for {stage}, which requires no gate"))
        }
        Decision::Passed => ("Passed", format!("is ready for {stage}")),
    };
    Headline { word, subject, rest }
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
    let mut by_gate: Vec<(&str, Vec<&str>)> = Vec::new();
    for reason in &readiness.blocking_reasons {
        match by_gate.iter_mut().find(|(gate, _)| *gate == reason.gate) {
            Some((_, codes)) => codes.push(reason.code.as_str()),
            None => by_gate.push((&reason.gate, vec![reason.code.as_str()])),
        }
    }
    let told: Vec<String> =
        by_gate.into_iter().map(|(gate, codes)| format!("{gate}: {}", codes.join(", "))).collect();
    let number = readiness.blocking_reasons.len();
    let verb = if number == 1 { "thing stands" } else { "things stand" };
    text::one_line(&format!("{number} {verb} in the way: {}", told.join("; ")))
}

/// Whether a finding says no more than a blocking reason that is printed anyway.
fn repeats_a_reason(verdict: &Verdict, finding: &Finding) -> bool {
    finding.line.is_none()
        && verdict
            .blocking_reasons
            .iter()
            .any(|reason| reason.code == finding.code && reason.message == finding.message)
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
}
