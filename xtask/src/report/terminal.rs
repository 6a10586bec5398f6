//! What stands on the terminal: the short verdict at the end, and the live lines before it.
//!
//! A symbol or a colour never says anything that a word beside it does not say. Control characters
//! from outside are shown, never sent.

mod live;

use std::fmt::Write as _;

pub use self::live::{Live, Style};
use super::text::clip;
use super::{distance, headline, later_stages, repeats_a_reason};
use crate::verdict::{Decision, Effect, Finding, GateVerdict, Outcome, Severity, Verdict};

/// Findings that are told; the reports hold all of them.
const MAX_FINDINGS: usize = 10;
/// Characters of one line from outside.
const MAX_CHARS: usize = 600;

/// The verdict in a screenful. `reports` are the paths at which the reports lie, as they should be
/// shown; `colour` allows ANSI colours.
pub fn summary<P: AsRef<str>>(verdict: &Verdict, reports: &[P], colour: bool) -> String {
    let paint = Paint { colour };
    let mut out = String::new();
    let head = headline(verdict);
    let word = match verdict.decision {
        Decision::Passed => paint.green(head.word),
        Decision::Blocked => paint.red(head.word),
    };
    let _ = writeln!(out, "{word}: {} {}\n", line(head.subject), line(&head.rest));
    gates(&mut out, &verdict.gates, &paint);
    reasons(&mut out, verdict, &paint);
    findings(&mut out, verdict, &paint);
    out.push('\n');
    if let Some(next) = later_stages(verdict).first() {
        let _ = writeln!(out, "Next stage {}: {}", line(&next.stage), distance(next));
    }
    for given in verdict.overrides.iter().filter(|given| given.effect == Effect::Relaxes) {
        let flag = line(&format!("{} {}", given.flag, given.value));
        let _ = writeln!(out, "{}: {flag}: {}", paint.yellow("Relaxed"), line(&given.message));
    }
    let reports: Vec<String> = reports.iter().map(|path| line(path.as_ref())).collect();
    if !reports.is_empty() {
        let _ = writeln!(out, "Reports: {}", reports.join(", "));
    }
    out
}

/// One check alone: what it found, and its facts in a line.
pub fn check(facts: &str, findings: &[Finding], colour: bool) -> String {
    let paint = Paint { colour };
    let mut out = String::new();
    for finding in findings {
        tell(&mut out, finding, &paint);
        if finding.remedy.is_none() {
            let _ = writeln!(out, "    → {}", line(finding.remedy()));
        }
    }
    let _ = writeln!(out, "{}", line(facts));
    out
}

fn gates(out: &mut String, gates: &[GateVerdict], paint: &Paint) {
    for gate in gates {
        let judgement = &gate.judgement;
        // Padded before it is coloured: escapes take no room on the screen.
        let word = match judgement.outcome {
            Outcome::Pass => paint.green("✓ PASS   "),
            Outcome::Fail => paint.by_blocking(gate, "✗ FAIL   "),
            Outcome::Missing => paint.by_blocking(gate, "? MISSING"),
            Outcome::NotApplicable => "- N/A    ".to_string(),
        };
        let mode = gate.mode.as_str();
        let _ = writeln!(out, "  {word}  {:20}  {mode:11}  {}", judgement.gate, line(&judgement.message));
    }
}

fn reasons(out: &mut String, verdict: &Verdict, paint: &Paint) {
    if verdict.blocking_reasons.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", paint.bold("What stands in the way"));
    for reason in &verdict.blocking_reasons {
        let _ = writeln!(out, "  {}", line(&reason.to_string()));
        let _ = writeln!(out, "    → {}", line(&reason.remedy));
    }
}

/// The findings that matter most: about the subject, then those of gates that block, then the rest.
fn findings(out: &mut String, verdict: &Verdict, paint: &Paint) {
    let (blocking, other): (Vec<_>, Vec<_>) = verdict.gates.iter().partition(|gate| gate.blocking);
    let mut all: Vec<&Finding> = blocking.into_iter().chain(other).flat_map(findings_of).collect();
    // Stable: within a severity, the order stays.
    all.sort_by_key(|finding| finding.severity);
    let all: Vec<&Finding> = verdict
        .subject_findings
        .iter()
        .chain(all)
        .filter(|finding| finding.severity != Severity::Note && !repeats_a_reason(verdict, finding))
        .collect();
    if all.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", paint.bold("Findings"));
    for finding in all.iter().take(MAX_FINDINGS) {
        tell(out, finding, paint);
    }
    if let Some(more @ 1..) = all.len().checked_sub(MAX_FINDINGS) {
        let _ = writeln!(out, "  and {more} more in the reports");
    }
}

fn tell(out: &mut String, finding: &Finding, paint: &Paint) {
    let severity = match finding.severity {
        Severity::Error => paint.red("error"),
        Severity::Warning => paint.yellow("warning"),
        Severity::Note => "note".to_string(),
    };
    let place = finding.place().or_else(|| finding.package.clone());
    let place = place.map(|place| format!("{}: ", line(&place))).unwrap_or_default();
    let _ = writeln!(out, "  {severity} {}: {place}{}", finding.code, line(&finding.message));
    if let Some(remedy) = &finding.remedy {
        let _ = writeln!(out, "    → {}", line(remedy));
    }
}

fn findings_of(gate: &GateVerdict) -> impl Iterator<Item = &Finding> {
    // A gate without evidence has said so in its own line.
    gate.judgement.findings.iter().filter(|_| gate.judgement.outcome != Outcome::Missing)
}

/// One line, of a length that a terminal can bear.
fn line(text: &str) -> String {
    clip(&super::text::one_line(&clip(text.trim(), MAX_CHARS)), MAX_CHARS)
}

struct Paint {
    colour: bool,
}

impl Paint {
    fn with(&self, sgr: &str, text: &str) -> String {
        if self.colour { format!("\u{1b}[{sgr}m{text}\u{1b}[0m") } else { text.to_string() }
    }

    fn bold(&self, text: &str) -> String {
        self.with("1", text)
    }

    fn red(&self, text: &str) -> String {
        self.with("1;31", text)
    }

    fn green(&self, text: &str) -> String {
        self.with("1;32", text)
    }

    fn yellow(&self, text: &str) -> String {
        self.with("1;33", text)
    }

    fn by_blocking(&self, gate: &GateVerdict, text: &str) -> String {
        if gate.blocking { self.red(text) } else { self.yellow(text) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;
    use crate::catalog::Code;

    const REPORTS: [&str; 2] = ["dist/maturity/maturity-eval.md", "dist/maturity/maturity-eval.json"];

    #[test]
    fn colour_adds_nothing_but_colour() {
        for (name, verdict) in samples::all() {
            let plain = summary(&verdict, &REPORTS, false);
            assert!(!plain.contains(|c: char| c.is_control() && c != '\n'), "{name}");
            let mut coloured = summary(&verdict, &REPORTS, true);
            assert_ne!(coloured, plain);
            for sgr in ["1", "1;31", "1;32", "1;33", "0"] {
                coloured = coloured.replace(&format!("\u{1b}[{sgr}m"), "");
            }
            assert_eq!(coloured, plain, "{name}");
        }
    }

    #[test]
    fn the_worst_findings_of_blocking_gates_come_first_and_the_rest_is_counted() {
        let mut verdict = samples::blocked_ga();
        verdict.gates[0].judgement.findings =
            (1..=12).map(|n| Finding::warning(Code::AuditUnmaintained, format!("warning {n}"))).collect();
        verdict.gates[1].judgement.findings = vec![Finding::error(Code::LicenseDenied, "elsewhere")];
        let text = summary(&verdict, &REPORTS, false);
        let (_, findings) = text.split_once("Findings\n").unwrap();
        assert!(findings.starts_with("  error LICENSE_DENIED: elsewhere\n"), "{text}");
        assert!(findings.contains("warning 9\n  and 3 more in the reports\n"), "{text}");
    }
}
