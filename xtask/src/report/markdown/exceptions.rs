//! What does not count although it was found, and what was weakened on purpose: near the top, where
//! nobody who decides can overlook it.

use std::fmt::Write as _;

use super::escape::{code, inline};
use crate::report::break_glass_kind;
use crate::verdict::{BreakGlass, Finding, GateVerdict, Verdict, Waiver};

/// Findings, or weakened rules, that are told here; all of them stand in the JSON report.
const MAX_ROWS: usize = 20;
/// Bytes that each of the two parts may take.
const MAX_BYTES: usize = 6_000;

/// The box about what was weakened on purpose.
pub(super) fn break_glass(out: &mut String, all: &[BreakGlass]) {
    if all.is_empty() {
        return;
    }
    out.push_str(
        "> [!CAUTION]\n> **Break glass in effect.** Weakened or overridden on purpose, each by somebody:\n",
    );
    let told = bounded(out, all.iter().map(broken));
    if let Some(more @ 1..) = all.len().checked_sub(told) {
        let _ = writeln!(out, "> - and {more} more in `maturity-eval.json`");
    }
    out.push('\n');
}

fn broken(broken: &BreakGlass) -> String {
    let mut row =
        format!("> - {} {}: {}", break_glass_kind(broken), code(&broken.rule), inline(&broken.told));
    let mut by = Vec::new();
    if let Some(commit) = &broken.commit {
        by.push(format!("commit {}", code(&commit.chars().take(12).collect::<String>())));
    }
    by.extend(broken.who.as_ref().map(|who| format!("by {}", inline(who))));
    by.extend(broken.when.as_ref().map(|when| inline(when)));
    by.extend(broken.subject.as_ref().map(|subject| inline(subject)));
    if by.is_empty() {
        by.push("no commit is known for it".to_owned());
    }
    let _ = writeln!(row, " ({})", by.join(", "));
    row
}

/// The table of what a waiver covers.
pub(super) fn waived(out: &mut String, verdict: &Verdict) {
    let all: Vec<(&Finding, &Waiver)> = verdict.gates.iter().flat_map(GateVerdict::waived).collect();
    if all.is_empty() {
        return;
    }
    out.push_str(
        "### Waived\n\nFound, and let through until the day named:\n\n\
         | Code | What | Owner | Until | Reason |\n| --- | --- | --- | --- | --- |\n",
    );
    let told = bounded(out, all.iter().map(|(finding, waiver)| row(finding, waiver)));
    if let Some(more @ 1..) = all.len().checked_sub(told) {
        let _ = writeln!(out, "\nand {more} more in `maturity-eval.json`");
    }
    out.push('\n');
}

fn row(finding: &Finding, waiver: &Waiver) -> String {
    format!(
        "| {} | {} | {} | {} | {} |\n",
        finding.code,
        inline(&finding.message),
        inline(&waiver.owner),
        waiver.expires,
        inline(&reason(waiver)),
    )
}

/// The reason, with the reference if there is one.
pub(super) fn reason(waiver: &Waiver) -> String {
    let reference = waiver.reference.as_ref().map(|text| format!(" ({text})")).unwrap_or_default();
    format!("{}{reference}", waiver.reason)
}

/// Appends rows until there are enough or the room is used up; gives how many.
fn bounded(out: &mut String, rows: impl Iterator<Item = String>) -> usize {
    let end = out.len() + MAX_BYTES;
    let mut told = 0;
    for row in rows.take(MAX_ROWS) {
        if told > 0 && out.len() + row.len() > end {
            break;
        }
        out.push_str(&row);
        told += 1;
    }
    told
}
