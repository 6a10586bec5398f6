//! What stands on the terminal: the short verdict at the end, and the live lines before it.
//!
//! A symbol or a colour never says anything that a word beside it does not say. Control characters
//! from outside are shown, never sent.

mod exceptions;
mod live;
mod release;

use std::fmt::Write as _;

pub use self::live::{Live, Style};
pub use self::release::release;
use super::text::clip;
use super::{beyond_reasons, distance, headline, later_stages, told};
use crate::verdict::{Decision, Effect, Finding, GateVerdict, Group, Outcome, Severity, Verdict};

/// Kinds of findings that are told; the reports hold all of them.
const MAX_GROUPS: usize = 10;
/// Places that are told of each kind.
const MAX_PLACES: usize = 3;
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
    exceptions::tell(&mut out, verdict, &paint);
    out.push('\n');
    // Who is blocked has enough to do; the reports tell the distance to every stage.
    let passed = verdict.decision == Decision::Passed;
    if let Some(next) = later_stages(verdict).first().filter(|_| passed) {
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
    }
    let _ = writeln!(out, "{}", line(facts));
    out
}

fn gates(out: &mut String, gates: &[GateVerdict], paint: &Paint) {
    for gate in gates {
        let judgement = &gate.judgement;
        // Padded before it is coloured: escapes take no room on the screen.
        let word = match judgement.outcome {
            Outcome::Pass if gate.waived_errors() > 0 => paint.yellow("~ WAIVED "),
            Outcome::Pass => paint.green("✓ PASS   "),
            Outcome::Fail => paint.by_blocking(gate, "✗ FAIL   "),
            Outcome::Missing => paint.by_blocking(gate, "? MISSING"),
            Outcome::NotApplicable => "- N/A    ".to_string(),
        };
        let mode = gate.mode.as_str();
        let becomes = gate.becomes_required.map(|day| format!(" (becomes required on {day})"));
        let (message, becomes) = (line(&judgement.message), becomes.unwrap_or_default());
        let _ = writeln!(out, "  {word}  {:20}  {mode:11}  {message}{becomes}", judgement.gate);
    }
}

fn reasons(out: &mut String, verdict: &Verdict, paint: &Paint) {
    if verdict.blocking_reasons.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", paint.bold("What stands in the way"));
    for told in told(verdict) {
        let reason = told.reason;
        let located = told.group.as_ref().is_some_and(|group| places(group).is_some());
        let message = match &told.group {
            Some(group) if located => group.headline(),
            _ => reason.message.clone(),
        };
        for gate in &told.gates {
            let _ = writeln!(out, "  {}", line(&format!("{gate}: {} ({message})", reason.code)));
        }
        if let Some(group) = &told.group {
            show_places(out, group);
        }
        if !told.sums_up {
            let _ = writeln!(out, "    → {}", line(&reason.remedy));
        }
    }
}

/// Where a group's findings are, if each has a place that is more than what its message says.
fn places(group: &Group<'_>) -> Option<Vec<String>> {
    let place =
        |finding: &&Finding| finding.place().filter(|place| !finding.message.contains(place.as_str()));
    group.findings.iter().map(place).collect()
}

fn show_places(out: &mut String, group: &Group<'_>) {
    let Some(places) = places(group) else { return };
    for (place, finding) in places.iter().zip(&group.findings).take(MAX_PLACES) {
        let _ = match group.findings.len() {
            1 => writeln!(out, "      at {}", line(place)),
            _ => writeln!(out, "      {}: {}", line(place), line(&finding.message)),
        };
    }
    if let Some(more @ 1..) = places.len().checked_sub(MAX_PLACES) {
        let _ = writeln!(out, "      and {more} more in the reports");
    }
}

/// What else was found: about the subject, then by gates that block, then by the rest.
fn findings(out: &mut String, verdict: &Verdict, paint: &Paint) {
    let (blocking, other): (Vec<_>, Vec<_>) = verdict.gates.iter().partition(|gate| gate.blocking);
    let mut of_gates: Vec<Group<'_>> = blocking
        .into_iter()
        .chain(other)
        .flat_map(|gate| beyond_reasons(verdict, gate.judgement.gate.as_str(), &gate.judgement.findings))
        .collect();
    // Stable: within a severity, the order stays.
    of_gates.sort_by_key(|group| group.severity);
    let mut all = beyond_reasons(verdict, "subject", &verdict.subject_findings);
    all.extend(of_gates);
    all.retain(|group| group.severity != Severity::Note);
    if all.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", paint.bold("Findings"));
    for group in all.iter().take(MAX_GROUPS) {
        tell_group(out, group, paint);
    }
    if let Some(more @ 1..) = all.len().checked_sub(MAX_GROUPS) {
        let _ = writeln!(out, "  and {more} more kinds in the reports");
    }
}

fn tell_group(out: &mut String, group: &Group<'_>, paint: &Paint) {
    if let [only] = group.findings.as_slice() {
        return tell(out, only, paint);
    }
    let located = places(group).is_some();
    let message = if located { group.headline() } else { group.message() };
    let _ = writeln!(out, "  {} {}: {}", severity(group.severity, paint), group.code, line(&message));
    show_places(out, group);
    let _ = writeln!(out, "    → {}", line(group.remedy()));
}

fn severity(severity: Severity, paint: &Paint) -> String {
    match severity {
        Severity::Error => paint.red("error"),
        Severity::Warning => paint.yellow("warning"),
        Severity::Note => "note".to_string(),
    }
}

fn tell(out: &mut String, finding: &Finding, paint: &Paint) {
    let place = finding.place().or_else(|| finding.package.clone());
    let place = place.filter(|place| !finding.message.contains(place.as_str()));
    let place = place.map(|place| format!("{}: ", line(&place))).unwrap_or_default();
    let (severity, waived) = match &finding.waiver {
        None => (severity(finding.severity, paint), String::new()),
        Some(waiver) => (paint.yellow("waived"), format!(" ({})", line(&exceptions::until(waiver)))),
    };
    let _ = writeln!(out, "  {severity} {}: {place}{}{waived}", finding.code, line(&finding.message));
    let _ = writeln!(out, "    → {}", line(finding.remedy()));
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
    fn seventeen_of_a_kind_are_one_thing_to_read_and_one_to_do() {
        let mut verdict = samples::passed_pilot();
        let unapproved = |n| Finding {
            package: Some(format!("p{n}@1.0.0")),
            ..Finding::error(Code::DepsUnapproved, format!("p{n}@1.0.0 is not approved"))
        };
        verdict.gates[1].judgement.findings = (1..=17).map(unapproved).collect();
        let text = summary(&verdict, &REPORTS, false);
        let (_, told) = text.split_once("Findings\n").unwrap();
        let wanted = "  error DEPS_UNAPPROVED: 17 components are not approved: \
                      p1@1.0.0, p2@1.0.0, p3@1.0.0 and 14 more\n    → ";
        assert!(told.starts_with(wanted), "{text}");
        assert_eq!(text.matches("→").count(), 1, "{text}");
    }

    #[test]
    fn places_are_told_below_their_reason_and_the_rest_is_counted() {
        let mut verdict = samples::blocked_ga();
        let lint = |n| Finding {
            file: Some("src/a.rs".to_string()),
            line: Some(n),
            ..Finding::error(Code::LintFailed, format!("lint {n}"))
        };
        verdict.gates[0].judgement.findings = (1..=5).map(lint).collect();
        let text = summary(&verdict, &REPORTS, false);
        let wanted = "  error LINT_FAILED: 5 lints fired\n      src/a.rs:1: lint 1\n      src/a.rs:2: lint 2\n      \
                      src/a.rs:3: lint 3\n      and 2 more in the reports\n    → ";
        assert!(text.contains(wanted), "{text}");
    }

    #[test]
    fn gates_that_lack_the_same_are_told_together() {
        let text = summary(&samples::blocked_ga(), &REPORTS, false);
        for gate in ["policy_drift", "field_budgets"] {
            assert!(text.contains(&format!("  {gate}: EVIDENCE_MISSING (")), "{text}");
        }
        assert_eq!(text.matches(Code::EvidenceMissing.entry().remedy).count(), 1, "{text}");
    }
}
