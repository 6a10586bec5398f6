//! `maturity-eval.json`: the verdict for programs.
//!
//! The types here are the wire format and nothing else: renaming a field of the domain cannot change
//! a report by accident. The order of the keys is the order of the fields.

mod exceptions;

use serde::Serialize;

use self::exceptions::{WireBreakGlass, WireStanding, WireWaiver, break_glass, standing, waiver};
use super::text;
use crate::catalog::Code;
use crate::evidence::{EvidenceFile, Subject};
use crate::verdict::{
    Artifact, BlockingReason, Decision, Effect, Finding, GateVerdict, Outcome, Override, Readiness, Severity,
    Verdict,
};

/// The version of the report's format: the major number changes when a reader of the old one would break.
pub const SCHEMA_VERSION: &str = "1.1";

#[derive(Serialize)]
struct Report<'a> {
    schema_version: &'static str,
    tool: Tool<'a>,
    subject: WireSubject<'a>,
    stage: &'a str,
    stage_reason: &'a str,
    effective_time: String,
    verdict: &'static str,
    blocking_reasons: Vec<String>,
    gates: Vec<WireGate<'a>>,
    readiness: Vec<WireReadiness<'a>>,
    overrides: Vec<WireOverride<'a>>,
    break_glass: Vec<WireBreakGlass<'a>>,
    waivers: Vec<WireStanding<'a>>,
    artifacts: Vec<WireArtifact<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    name: &'static str,
    version: &'a str,
}

#[derive(Serialize)]
struct WireSubject<'a> {
    commit: &'a str,
    tree: &'a str,
    r#ref: &'a str,
    dirty: bool,
    dirty_paths: &'a [String],
    dirty_count: usize,
    lockfile: WireLockfile<'a>,
    rustc: &'a str,
    cargo: &'a str,
    host: &'a str,
    policy_sha256: &'a str,
    findings: Vec<WireFinding<'a>>,
}

#[derive(Serialize)]
struct WireLockfile<'a> {
    present: bool,
    sha256: Option<&'a str>,
    tracked: Option<bool>,
    stale: Option<&'a str>,
}

#[derive(Serialize)]
struct WireGate<'a> {
    gate: &'static str,
    mode: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    becomes_required: Option<String>,
    outcome: &'static str,
    blocking: bool,
    code: Option<&'static str>,
    message: &'a str,
    findings: Vec<WireFinding<'a>>,
    evidence: Vec<WireFile<'a>>,
    duration_ms: u64,
}

#[derive(Serialize)]
struct WireFinding<'a> {
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    check: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    package: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u32>,
    remedy: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    advisory: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contract: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waiver: Option<WireWaiver<'a>>,
}

#[derive(Serialize)]
struct WireReadiness<'a> {
    stage: &'a str,
    would_pass: bool,
    blocking_reasons: Vec<String>,
}

#[derive(Serialize)]
struct WireOverride<'a> {
    flag: &'a str,
    value: &'a str,
    effect: &'static str,
    message: &'a str,
}

#[derive(Serialize)]
struct WireFile<'a> {
    path: &'a str,
    sha256: &'a str,
}

#[derive(Serialize)]
struct WireArtifact<'a> {
    kind: &'a str,
    path: &'a str,
    sha256: &'a str,
}

/// The report as JSON, indented, with a line end at its end.
pub fn render(verdict: &Verdict, tool_version: &str) -> String {
    let report = Report {
        schema_version: SCHEMA_VERSION,
        tool: Tool { name: "cargo xtask maturity", version: tool_version },
        subject: subject(verdict),
        stage: &verdict.stage,
        stage_reason: &verdict.stage_reason,
        effective_time: text::rfc3339(verdict.effective_time),
        verdict: match verdict.decision {
            Decision::Passed => "passed",
            Decision::Blocked => "blocked",
        },
        blocking_reasons: reasons(&verdict.blocking_reasons),
        gates: verdict.gates.iter().map(gate).collect(),
        readiness: verdict.readiness.iter().map(readiness).collect(),
        overrides: verdict.overrides.iter().map(flag).collect(),
        break_glass: verdict.break_glass.iter().map(break_glass).collect(),
        waivers: verdict.waivers.iter().map(standing).collect(),
        artifacts: verdict.artifacts.iter().map(artifact).collect(),
    };
    // Strings, numbers and lists, and keys that are strings: there is nothing that could fail.
    let mut json = serde_json::to_string_pretty(&report).expect("the report is plain data");
    json.push('\n');
    json
}

fn subject(verdict: &Verdict) -> WireSubject<'_> {
    let Subject {
        commit,
        tree,
        dirty,
        dirty_paths,
        dirty_count,
        lockfile,
        rustc,
        cargo,
        host,
        policy_sha256,
    } = &verdict.subject;
    WireSubject {
        commit,
        tree,
        r#ref: &verdict.ref_name,
        dirty: *dirty,
        dirty_paths,
        dirty_count: *dirty_count,
        lockfile: WireLockfile {
            present: lockfile.present,
            sha256: lockfile.sha256.as_deref(),
            tracked: lockfile.tracked,
            stale: lockfile.stale.as_deref(),
        },
        rustc,
        cargo,
        host,
        policy_sha256,
        findings: verdict.subject_findings.iter().map(finding).collect(),
    }
}

fn reasons(reasons: &[BlockingReason]) -> Vec<String> {
    reasons.iter().map(ToString::to_string).collect()
}

fn gate(gate: &GateVerdict) -> WireGate<'_> {
    let judgement = &gate.judgement;
    WireGate {
        gate: judgement.gate.as_str(),
        mode: gate.mode.as_str(),
        becomes_required: gate.becomes_required.map(|day| day.to_string()),
        outcome: match judgement.outcome {
            Outcome::Pass => "pass",
            Outcome::Fail => "fail",
            Outcome::Missing => "missing",
            Outcome::NotApplicable => "not_applicable",
        },
        blocking: gate.blocking,
        code: judgement.code.map(Code::as_str),
        message: &judgement.message,
        findings: judgement.findings.iter().map(finding).collect(),
        evidence: gate.evidence.iter().map(file).collect(),
        duration_ms: judgement.duration_ms,
    }
}

fn finding(finding: &Finding) -> WireFinding<'_> {
    WireFinding {
        code: finding.code.as_str(),
        severity: match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        },
        message: &finding.message,
        check: finding.check.as_deref(),
        package: finding.package.as_deref(),
        file: finding.file.as_deref(),
        line: finding.line,
        column: finding.column,
        remedy: finding.remedy(),
        detail: finding.detail.as_deref(),
        advisory: finding.advisory.as_deref(),
        contract: finding.contract.as_deref(),
        waiver: finding.waiver.as_ref().map(waiver),
    }
}

fn readiness(readiness: &Readiness) -> WireReadiness<'_> {
    WireReadiness {
        stage: &readiness.stage,
        would_pass: readiness.would_pass,
        blocking_reasons: reasons(&readiness.blocking_reasons),
    }
}

fn flag(given: &Override) -> WireOverride<'_> {
    WireOverride {
        flag: &given.flag,
        value: &given.value,
        effect: match given.effect {
            Effect::Stricter => "stricter",
            Effect::Neutral => "neutral",
            Effect::Relaxes => "relaxes",
        },
        message: &given.message,
    }
}

fn file(file: &EvidenceFile) -> WireFile<'_> {
    WireFile { path: &file.path, sha256: &file.sha256 }
}

fn artifact(artifact: &Artifact) -> WireArtifact<'_> {
    WireArtifact { kind: &artifact.kind, path: &artifact.path, sha256: &artifact.sha256 }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::render;

    #[test]
    fn hostile_text_comes_back_as_it_was() {
        let verdict = samples::hostile();
        let read: serde_json::Value = serde_json::from_str(&render(&verdict, "0.1.0")).unwrap();
        assert_eq!(read["subject"]["ref"], verdict.ref_name);
        let findings = &verdict.gates[0].judgement.findings;
        assert_eq!(read["gates"][0]["findings"][0]["message"], findings[0].message);
        assert_eq!(read["gates"][0]["findings"][0]["detail"], *findings[0].detail.as_ref().unwrap());
    }
}
