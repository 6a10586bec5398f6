//! What is waived and what was weakened on purpose, a line each.

use std::fmt::Write as _;

use super::{Paint, clip, line};
use crate::report::break_glass_kind;
use crate::verdict::{BreakGlass, Finding, GateVerdict, Verdict, Waiver};

/// Lines of each kind; the reports hold all.
const MAX_LINES: usize = 10;
/// Characters of a message or a reason, so that neither cuts the other off.
const MAX_PART: usize = 200;

/// Both lists, each under its heading; nothing where there is nothing to say.
pub(super) fn tell(out: &mut String, verdict: &Verdict, paint: &Paint) {
    let waived: Vec<(&Finding, &Waiver)> = verdict.gates.iter().flat_map(GateVerdict::waived).collect();
    let lines = waived.iter().map(|(finding, waiver)| {
        format!("{}: {} ({})", finding.code, clip(&finding.message, MAX_PART), until(waiver))
    });
    list(out, "Waived", lines, paint);
    list(out, "Break glass in effect", verdict.break_glass.iter().map(broken), paint);
}

fn list(out: &mut String, heading: &str, lines: impl ExactSizeIterator<Item = String>, paint: &Paint) {
    let number = lines.len();
    if number == 0 {
        return;
    }
    let _ = writeln!(out, "\n{}", paint.yellow(heading));
    for text in lines.take(MAX_LINES) {
        let _ = writeln!(out, "  {}", line(&text));
    }
    if let Some(more @ 1..) = number.checked_sub(MAX_LINES) {
        let _ = writeln!(out, "  and {more} more in the reports");
    }
}

/// `until 2026-12-31, by WHO: why`.
pub(super) fn until(waiver: &Waiver) -> String {
    format!(
        "until {}, by {}: {}",
        waiver.expires,
        clip(&waiver.owner, MAX_PART),
        clip(&waiver.reason, MAX_PART)
    )
}

fn broken(broken: &BreakGlass) -> String {
    let commit = broken.commit.as_ref().map(|id| id.chars().take(12).collect::<String>());
    let by: Vec<String> = [
        commit,
        broken.who.as_ref().map(|who| format!("by {}", clip(who, MAX_PART))),
        broken.when.clone(),
        broken.subject.as_ref().map(|subject| clip(subject, MAX_PART)),
    ]
    .into_iter()
    .flatten()
    .collect();
    let by = if by.is_empty() { "no commit is known for it".to_owned() } else { by.join(", ") };
    let (kind, told) = (break_glass_kind(broken), clip(&broken.told, MAX_PART));
    format!("{kind} {}: {told} ({by})", clip(&broken.rule, MAX_PART))
}
