//! `maturity-eval.md`: the verdict for a person and for a pull request.
//!
//! The top is what decides: the verdict, what blocks and how to lift it, what was relaxed. Everything
//! else is folded away below it. No text from outside is taken for markup, and the whole stays short
//! enough for a comment on a pull request.

mod details;
pub(super) mod escape;
mod exceptions;

use std::fmt::Write as _;

use self::escape::{code, inline};
use super::text::{count, rfc3339};
use super::{Told, distance, headline, later_stages, told};
use crate::catalog::Code;
use crate::verdict::{Effect, GateVerdict, Group, Outcome, Severity, Verdict};

/// GitHub takes comments of up to 65,536 characters; what follows the details needs room as well.
const ROOM: usize = 50_000;
/// Blocking reasons that are told one by one.
const MAX_REASONS: usize = 20;
/// Findings of one kind about the subject that are told one by one.
const MAX_TOLD: usize = 5;

/// The report as Markdown (GitHub's dialect, which GitLab's viewer reads as well).
pub fn render(verdict: &Verdict) -> String {
    let mut out = String::new();
    let head = headline(verdict);
    let _ = writeln!(out, "**{}**: {} {}\n", head.word, code(head.subject), inline(&head.rest));
    let commit: String = verdict.subject.commit.chars().take(12).collect();
    let _ = writeln!(
        out,
        "Commit {}, stage {} because {}; judged as of {}.\n",
        code(&commit),
        code(&verdict.stage),
        inline(&verdict.stage_reason),
        rfc3339(verdict.effective_time),
    );
    reasons(&mut out, verdict);
    boxes(&mut out, verdict);
    exceptions::break_glass(&mut out, &verdict.break_glass);
    exceptions::waived(&mut out, verdict);
    gates(&mut out, &verdict.gates);
    readiness(&mut out, verdict);
    details::render(&mut out, verdict, ROOM);
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn reasons(out: &mut String, verdict: &Verdict) {
    let told = told(verdict);
    if told.is_empty() {
        return;
    }
    out.push_str("### What stands in the way\n\n");
    let mut number = 0;
    for Told { gates, reason, group, .. } in told.iter().take(MAX_REASONS) {
        // Gates that lack the same thing share what to do about it, below the last of them.
        for gate in gates {
            number += 1;
            let _ =
                writeln!(out, "{number}. {}: {} ({})", inline(gate), reason.code, inline(&reason.message));
        }
        // As far in as the text of the item begins, so that it belongs to it.
        let indent = " ".repeat(number.to_string().len() + 2);
        if let Some(place) = group.as_ref().and_then(single_place) {
            let _ = writeln!(out, "{indent}- at {}", code(&place));
        }
        let _ = writeln!(out, "{indent}- **Remedy**: {}", inline(&reason.remedy));
    }
    if let Some(more @ 1..) = told.len().checked_sub(MAX_REASONS) {
        let _ = writeln!(out, "\nand {more} more in `maturity-eval.json`");
    }
    out.push('\n');
}

/// Where the one finding of a group is, if its message does not say it.
fn single_place(group: &Group<'_>) -> Option<String> {
    let [only] = group.findings.as_slice() else { return None };
    only.place().filter(|place| !only.message.contains(place.as_str()))
}

/// What nobody may overlook: each an alert of its own.
fn boxes(out: &mut String, verdict: &Verdict) {
    let relaxing: Vec<_> = verdict.overrides.iter().filter(|given| given.effect == Effect::Relaxes).collect();
    if !relaxing.is_empty() {
        out.push_str(
            "> [!CAUTION]\n> **Relaxed by hand.** This verdict is not what the policy alone would say.\n",
        );
        for given in relaxing {
            let value =
                if given.value.is_empty() { String::new() } else { format!(" {}", code(&given.value)) };
            let _ = writeln!(out, "> - {}{value}: {}", code(&given.flag), inline(&given.message));
        }
        out.push('\n');
    }
    let subject = &verdict.subject;
    if subject.dirty {
        let paths: Vec<String> = subject.dirty_paths.iter().map(|path| code(path)).collect();
        let _ = writeln!(
            out,
            "> [!WARNING]\n> **Dirty tree.** {} from the commit, so this is not a verdict about the commit: {}{}\n",
            if subject.dirty_count == 1 {
                "1 file differs".to_string()
            } else {
                format!("{} files differ", subject.dirty_count)
            },
            paths.join(", "),
            if subject.dirty_count > paths.len() { ", …" } else { "" },
        );
    }
    // The dirty tree has its box already; the rest is told unless it is a reason told above.
    let untold = verdict.subject_findings.iter().filter(|finding| {
        let told = (finding.code == Code::TreeDirty && subject.dirty)
            || verdict.blocking_reasons.iter().any(|reason| reason.code == finding.code);
        !told && finding.severity != Severity::Note
    });
    for group in Group::all(untold) {
        alert(out, &group);
    }
}

/// An alert about findings of one kind.
fn alert(out: &mut String, group: &Group<'_>) {
    let (title, remedy) = (group.code.entry().title, inline(group.remedy()));
    let _ = writeln!(out, "> [!WARNING]\n> **{title}.** {}: {}\n>", group.code, inline(&group.headline()));
    if group.findings.len() > 1 {
        for finding in group.findings.iter().take(MAX_TOLD) {
            let _ = writeln!(out, "> - {}", inline(&finding.message));
        }
        if let Some(more @ 1..) = group.findings.len().checked_sub(MAX_TOLD) {
            let _ = writeln!(out, "> - and {more} more in `maturity-eval.json`");
        }
        out.push_str(">\n");
    }
    let _ = writeln!(out, "> Remedy: {remedy}\n");
}

/// The outcome in words. A pass that owes itself to a waiver does not look like one that does not.
fn outcome_of(gate: &GateVerdict) -> String {
    let waived = match gate.waived_errors() {
        0 => String::new(),
        number => format!(", {number} waived"),
    };
    let outcome = match gate.judgement.outcome {
        Outcome::Pass if waived.is_empty() => "✅ pass",
        Outcome::Pass => "☑️ pass",
        Outcome::Fail => "❌ fail",
        Outcome::Missing => "❔ missing",
        Outcome::NotApplicable => "➖ not applicable",
    };
    format!("{outcome}{waived}")
}

fn gates(out: &mut String, gates: &[GateVerdict]) {
    out.push_str("### Gates\n\n| Gate | Mode | Outcome | What it says |\n| --- | --- | --- | --- |\n");
    for gate in gates {
        let judgement = &gate.judgement;
        let blocks = if gate.blocking { ", **blocks**" } else { "" };
        let becomes = gate.becomes_required.map(|day| format!(", becomes required on {day}"));
        let _ = writeln!(
            out,
            "| {} | {}{} | {}{blocks} | {} |",
            judgement.gate,
            gate.mode.as_str(),
            becomes.unwrap_or_default(),
            outcome_of(gate),
            inline(&judgement.message)
        );
    }
    out.push('\n');
}

/// How far it is to the stages that come later.
fn readiness(out: &mut String, verdict: &Verdict) {
    let later = later_stages(verdict);
    if later.is_empty() {
        return;
    }
    out.push_str("### Distance to the later stages\n\n");
    for stage in later {
        let mark = if stage.would_pass { "✅" } else { "⏳" };
        let _ = writeln!(out, "- {mark} {}: {}", code(&stage.stage), inline(&distance(stage)));
    }
    out.push('\n');
}

/// The heading of a fold: nothing in it comes from outside.
fn summary_of(gate: &GateVerdict) -> String {
    let judgement = &gate.judgement;
    let found = match judgement.findings.len() {
        0 => String::new(),
        number => format!(", {}", count(number, "finding")),
    };
    format!("{}: {}{found}", judgement.gate, outcome_of(gate))
}

#[cfg(test)]
mod tests;
