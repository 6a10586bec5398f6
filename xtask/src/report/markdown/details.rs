//! The folded part: each gate's findings and evidence, the subject, the artifacts.

use std::fmt::Write as _;

use super::escape::{code, fenced, inline};
use super::exceptions::reason;
use super::summary_of;
use crate::evidence::EvidenceFile;
use crate::report::text::{count, duration};
use crate::verdict::{Effect, Finding, GateVerdict, Group, Severity, Verdict};

/// Findings that are told for each gate.
const MAX_FINDINGS: usize = 50;
/// Rows of a table of files.
const MAX_ROWS: usize = 50;
/// Captured output that is shown for each finding.
const MAX_LINES: usize = 40;
const MAX_CHARS: usize = 3_000;

/// Appends the folds, as long as the whole stays within `room` bytes or nearly so.
pub(super) fn render(out: &mut String, verdict: &Verdict, room: usize) {
    for gate in &verdict.gates {
        fold(out, &summary_of(gate), &of_gate(gate, room.saturating_sub(out.len())));
    }
    fold(out, "Subject", &subject(verdict, room.saturating_sub(out.len())));
    if !verdict.artifacts.is_empty() {
        let rows: Vec<(&str, &str)> =
            verdict.artifacts.iter().map(|file| (file.path.as_str(), file.sha256.as_str())).collect();
        fold(
            out,
            &format!("{} beside this report", count(rows.len(), "artifact")),
            &files(&rows, room.saturating_sub(out.len())),
        );
    }
}

/// A fold. The heading is HTML, so nothing from outside may be in it.
fn fold(out: &mut String, heading: &str, body: &str) {
    let _ = write!(out, "<details>\n<summary>{heading}</summary>\n\n{}\n\n</details>\n\n", body.trim_end());
}

fn of_gate(gate: &GateVerdict, room: usize) -> String {
    let judgement = &gate.judgement;
    let mut out = format!("Passes when {}.\n\n", judgement.gate.title());
    findings(&mut out, &judgement.findings, room);
    if gate.evidence.is_empty() {
        out.push_str("No evidence was gathered.\n");
    } else {
        let _ = writeln!(out, "Gathered in {}.\n", duration(judgement.duration_ms));
        let rows: Vec<(&str, &str)> = gate.evidence.iter().map(row).collect();
        out.push_str(&files(&rows, room.saturating_sub(out.len())));
    }
    out
}

fn row(file: &EvidenceFile) -> (&str, &str) {
    (&file.path, &file.sha256)
}

/// Findings as a list by code, until there are too many or the room is used up.
fn findings(out: &mut String, findings: &[Finding], room: usize) {
    let (mut told, mut full) = (0, false);
    for group in Group::all(findings) {
        let mut head = head(&group);
        for each in &group.findings {
            let text = finding(each, &group);
            full |= told == MAX_FINDINGS || out.len() + head.len() + text.len() > room;
            if full {
                break;
            }
            out.push_str(&std::mem::take(&mut head));
            out.push_str(&text);
            told += 1;
        }
    }
    if told < findings.len() {
        let _ = writeln!(out, "- and {} more in `maturity-eval.json`", findings.len() - told);
    }
    if !findings.is_empty() {
        out.push('\n');
    }
}

fn mark(group: &Group<'_>) -> &'static str {
    match group.severity {
        _ if group.waived => "☑️",
        Severity::Error => "❌",
        Severity::Warning => "⚠️",
        Severity::Note => "ℹ️",
    }
}

/// What stands above the findings of a group, and the remedy if one is enough; nothing above a single one.
fn head(group: &Group<'_>) -> String {
    if group.findings.len() == 1 {
        return String::new();
    }
    let mut out = format!("- {} **{}** {}\n", mark(group), group.code, inline(&group.headline()));
    if group.one_remedy() {
        let _ = writeln!(out, "  - **Remedy**: {}", inline(group.remedy()));
    }
    out
}

fn finding(finding: &Finding, group: &Group<'_>) -> String {
    let alone = group.findings.len() == 1;
    let (indent, mut out) = match alone {
        true => ("  ", format!("- {} **{}** ", mark(group), finding.code)),
        false => ("    ", "  - ".to_string()),
    };
    let named = |check: &&String| finding.message.contains(&format!("`{check}`"));
    if let Some(check) = finding.check.as_ref().filter(|check| !named(check)) {
        let _ = write!(out, "{}: ", inline(check));
    }
    let _ = write!(out, "{}", inline(&finding.message));
    let places = [finding.place(), finding.package.clone()];
    let said = |place: &&String| !finding.message.contains(place.as_str());
    let places: Vec<String> = places.iter().flatten().filter(said).map(|place| code(place)).collect();
    if !places.is_empty() {
        let _ = write!(out, " ({})", places.join(" in "));
    }
    out.push('\n');
    if alone || !group.one_remedy() {
        let _ = writeln!(out, "{indent}- **Remedy**: {}", inline(finding.remedy()));
    }
    if let Some(waiver) = &finding.waiver {
        let reason = inline(&reason(waiver));
        let _ = writeln!(
            out,
            "{indent}- **Waived** until {} by {}: {reason}",
            waiver.expires,
            inline(&waiver.owner)
        );
    }
    if let Some(detail) = finding.detail.as_deref().filter(|detail| !detail.trim().is_empty()) {
        let _ = write!(out, "\n{}", fenced(detail, indent, MAX_LINES, MAX_CHARS));
    }
    out
}

fn subject(verdict: &Verdict, room: usize) -> String {
    let subject = &verdict.subject;
    let lockfile = match (subject.lockfile.present, &subject.lockfile.stale) {
        (false, _) => "missing".to_string(),
        (true, Some(stale)) => format!("does not fit the manifests: {}", inline(stale)),
        (true, None) => "fits the manifests".to_string(),
    };
    let tracked = match subject.lockfile.tracked {
        Some(false) if subject.lockfile.present => ", not tracked by git",
        _ => "",
    };
    let digest = subject.lockfile.sha256.as_ref().map(|sha256| format!(", SHA-256 {}", code(sha256)));
    let tree = if subject.dirty { "dirty" } else { "clean" };
    let mut out = String::from("| What | Value |\n| --- | --- |\n");
    for (what, value) in [
        ("Ref", code(&verdict.ref_name)),
        ("Commit", code(&subject.commit)),
        ("Tree", format!("{}, {tree}", code(&subject.tree))),
        ("Cargo.lock", format!("{lockfile}{tracked}{}", digest.unwrap_or_default())),
        ("rustc", code(&subject.rustc)),
        ("cargo", code(&subject.cargo)),
        ("Host", code(&subject.host)),
        ("Policy, SHA-256", code(&subject.policy_sha256)),
    ] {
        let _ = writeln!(out, "| {what} | {value} |");
    }
    out.push('\n');
    for given in &verdict.overrides {
        let effect = match given.effect {
            Effect::Stricter => "stricter",
            Effect::Neutral => "relaxes nothing",
            Effect::Relaxes => "**relaxes**",
        };
        let _ = writeln!(
            out,
            "- Flag {} {} ({effect}): {}",
            code(&given.flag),
            code(&given.value),
            inline(&given.message)
        );
    }
    findings(&mut out, &verdict.subject_findings, room);
    out
}

fn files(rows: &[(&str, &str)], room: usize) -> String {
    let mut out = String::from("| File | SHA-256 |\n| --- | --- |\n");
    let mut told = 0;
    for (path, sha256) in rows.iter().take(MAX_ROWS) {
        let row = format!("| {} | {} |\n", code(path), code(sha256));
        if out.len() + row.len() > room {
            break;
        }
        out.push_str(&row);
        told += 1;
    }
    if told < rows.len() {
        let _ = writeln!(out, "\n… and {} more in `maturity-eval.json`", rows.len() - told);
    }
    out
}
