//! Verdicts made by hand, for the tests of the printers: one passed, one blocked, one hostile.

pub(super) mod waived;

use time::macros::datetime;

use crate::catalog::Code;
use crate::evidence::subject::Lockfile;
use crate::evidence::{EvidenceFile, Subject};
use crate::gates::Gate;
use crate::verdict::{
    Artifact, BlockingReason, Decision, Effect, Finding, GateVerdict, Judgement, Mode, Outcome, Override,
    Readiness, Verdict,
};

/// What somebody would call a test, a branch or a package to break a report.
pub(super) const EVIL: &str = "</details>\n# |`x`| <img src=x onerror=alert(1)> @admin #1 [a](http://evil.example) \
     ![b](//evil.example) www.evil.example \u{1b}[2J\u{202e}txt & &lt; **b** _i_ ~~s~~ $x$ \\| \\` ```";

pub(super) fn all() -> [(&'static str, Verdict); 4] {
    [
        ("passed_pilot", passed_pilot()),
        ("blocked_ga", blocked_ga()),
        ("waived_pre_ga", waived::waived_pre_ga()),
        ("hostile", hostile()),
    ]
}

fn digest(letter: char) -> String {
    letter.to_string().repeat(64)
}

fn subject() -> Subject {
    Subject {
        commit: "3f2a9c41d05be6a7788c1e0f9d2b4a6c8e0f1a2b".to_string(),
        tree: "9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d11aa22bb".to_string(),
        dirty: false,
        dirty_paths: Vec::new(),
        dirty_count: 0,
        lockfile: Lockfile { present: true, sha256: Some(digest('a')), tracked: Some(true), stale: None },
        rustc: "1.95.0 (59807616e)".to_string(),
        cargo: "cargo 1.95.0".to_string(),
        host: "x86_64-unknown-linux-gnu".to_string(),
        policy_sha256: digest('b'),
    }
}

fn gate(
    gate: Gate,
    mode: Mode,
    outcome: Outcome,
    code: Option<Code>,
    message: &str,
    findings: Vec<Finding>,
) -> GateVerdict {
    let proven = matches!(outcome, Outcome::Pass | Outcome::NotApplicable);
    let evidence = match outcome {
        Outcome::Missing | Outcome::NotApplicable => Vec::new(),
        _ => vec![EvidenceFile {
            gate: gate.to_string(),
            path: format!("evidence/{gate}.json"),
            sha256: digest('c'),
        }],
    };
    let duration_ms = if evidence.is_empty() { 0 } else { 41_250 };
    let judgement = Judgement {
        gate,
        outcome,
        code,
        message: message.to_string(),
        findings,
        break_glass: Vec::new(),
        duration_ms,
    };
    GateVerdict {
        judgement,
        mode,
        becomes_required: None,
        blocking: mode == Mode::Required && !proven,
        evidence,
    }
}

fn missing(gate: Gate, mode: Mode) -> GateVerdict {
    let judgement = Judgement::missing(gate);
    GateVerdict {
        judgement,
        mode,
        becomes_required: None,
        blocking: mode == Mode::Required,
        evidence: vec![],
    }
}

fn reason(gate: &str, code: Code, message: &str) -> BlockingReason {
    BlockingReason {
        gate: gate.to_string(),
        code,
        message: message.to_string(),
        remedy: code.entry().remedy.to_string(),
    }
}

fn reasons_of(gates: &[GateVerdict]) -> Vec<BlockingReason> {
    gates
        .iter()
        .filter_map(|gate| Some((gate, gate.judgement.code?)))
        .map(|(gate, code)| reason(gate.judgement.gate.as_str(), code, &gate.judgement.message))
        .collect()
}

fn readiness(stage: &str, blocking_reasons: Vec<BlockingReason>) -> Readiness {
    Readiness { stage: stage.to_string(), would_pass: blocking_reasons.is_empty(), blocking_reasons }
}

pub(super) fn passed_pilot() -> Verdict {
    let gates = vec![
        gate(
            Gate::PromotionGuard,
            Mode::ReportOnly,
            Outcome::Pass,
            None,
            "5 checks passed: 41 tests, 3 doc tests, no lint, 12 files formatted, 92 packages audited",
            vec![],
        ),
        gate(
            Gate::DepsApproval,
            Mode::ReportOnly,
            Outcome::Pass,
            None,
            "92 components, all approved",
            vec![Finding::warning(Code::ApprovalUnused, "the approval of itoa@1.0.9 covers nothing")],
        ),
        missing(Gate::PolicyDrift, Mode::ReportOnly),
        missing(Gate::FieldBudgets, Mode::ReportOnly),
        gate(
            Gate::ObservabilityVerify,
            Mode::ReportOnly,
            Outcome::NotApplicable,
            None,
            "not applicable: a library without a service",
            vec![],
        ),
    ];
    let strict = reasons_of(&gates);
    Verdict {
        subject: subject(),
        subject_findings: vec![],
        ref_name: "main".to_string(),
        stage: "PILOT".to_string(),
        stage_reason: "the branch main matches the pattern `main`".to_string(),
        effective_time: datetime!(2026-11-22 12:34:56.789 UTC),
        decision: Decision::Passed,
        blocking_reasons: vec![],
        gates,
        readiness: vec![readiness("PILOT", vec![]), readiness("PRE_GA", vec![]), readiness("GA", strict)],
        overrides: vec![],
        break_glass: vec![],
        waivers: vec![],
        artifacts: vec![
            Artifact { kind: "log".to_string(), path: "logs/tests.log".to_string(), sha256: digest('d') },
            Artifact {
                kind: "sbom".to_string(),
                path: "sbom/workspace.cdx.json".to_string(),
                sha256: digest('e'),
            },
        ],
    }
}

fn guard_findings() -> Vec<Finding> {
    let test = Finding {
        check: Some("tests".to_string()),
        package: Some("orders-api@0.1.0".to_string()),
        file: Some("orders-api/src/total.rs".to_string()),
        line: Some(41),
        column: Some(9),
        detail: Some(
            "thread 'total::tests::adds_up' panicked at orders-api/src/total.rs:41:9:\n\
             assertion `left == right` failed\n  left: 3\n right: 4\n"
                .to_string(),
        ),
        ..Finding::error(Code::TestFailed, "orders-api::lib total::tests::adds_up failed")
    };
    let lint = Finding {
        check: Some("lint".to_string()),
        package: Some("orders-service@0.1.0".to_string()),
        file: Some("orders-service/src/main.rs".to_string()),
        line: Some(7),
        column: Some(5),
        ..Finding::error(Code::LintFailed, "clippy::needless_return: unneeded `return` statement")
    };
    let audit = Finding {
        check: Some("audit".to_string()),
        package: Some("smallvec@1.6.0".to_string()),
        remedy: Some("Run `cargo update -p smallvec --precise 1.6.1`.".to_string()),
        ..Finding::error(Code::AuditVulnerable, "RUSTSEC-2021-0003: buffer overflow in insert_many")
    };
    let left = Finding {
        check: Some("audit".to_string()),
        ..Finding::warning(Code::AuditNotAssessed, "1 package comes from git")
    };
    vec![test, lint, audit, left]
}

pub(super) fn blocked_ga() -> Verdict {
    let dirty = Finding::error(Code::TreeDirty, "2 files differ from the commit: Cargo.lock, src/lib.rs");
    let gates = vec![
        gate(
            Gate::PromotionGuard,
            Mode::Required,
            Outcome::Fail,
            Some(Code::ChecksFailed),
            "3 of 5 checks failed: tests, lint, audit",
            guard_findings(),
        ),
        gate(Gate::DepsApproval, Mode::Required, Outcome::Pass, None, "92 components, all approved", vec![]),
        missing(Gate::PolicyDrift, Mode::Required),
        missing(Gate::FieldBudgets, Mode::Required),
        gate(
            Gate::ObservabilityVerify,
            Mode::Required,
            Outcome::NotApplicable,
            None,
            "not applicable: a library without a service",
            vec![],
        ),
    ];
    let mut reasons = vec![reason("subject", Code::TreeDirty, &dirty.message)];
    reasons.extend(reasons_of(&gates));
    Verdict {
        subject: Subject {
            dirty: true,
            dirty_paths: vec!["Cargo.lock".to_string(), "src/lib.rs".to_string()],
            dirty_count: 2,
            ..subject()
        },
        subject_findings: vec![dirty],
        ref_name: "v1.0.0".to_string(),
        stage: "GA".to_string(),
        stage_reason: "the tag v1.0.0 at HEAD matches the pattern `v*`".to_string(),
        decision: Decision::Blocked,
        readiness: vec![
            readiness("PILOT", vec![]),
            readiness("PRE_GA", reasons[..2].to_vec()),
            readiness("GA", reasons.clone()),
        ],
        blocking_reasons: reasons,
        gates,
        overrides: vec![
            Override {
                flag: "--ref".to_string(),
                value: "v1.0.0".to_string(),
                effect: Effect::Neutral,
                message: "the ref was given by hand".to_string(),
            },
            Override {
                flag: "--stage".to_string(),
                value: "GA".to_string(),
                effect: Effect::Relaxes,
                message: "the stage was given by hand; the ref v1.0.0 resolves to LTS".to_string(),
            },
        ],
        ..passed_pilot()
    }
}

/// Text from outside, everywhere that it can get to.
pub(super) fn hostile() -> Verdict {
    let evil = || Some(EVIL.to_string());
    let finding = Finding {
        check: evil(),
        package: evil(),
        file: evil(),
        line: Some(1),
        remedy: evil(),
        detail: Some(format!("{EVIL}\n````````\n{EVIL}\n</details></summary>\n  - x\n")),
        ..Finding::error(Code::TestFailed, EVIL)
    };
    let mut guard = gate(
        Gate::PromotionGuard,
        Mode::Required,
        Outcome::Fail,
        Some(Code::ChecksFailed),
        EVIL,
        vec![finding.clone()],
    );
    guard.evidence[0].path = EVIL.to_string();
    let blocking =
        BlockingReason { remedy: EVIL.to_string(), ..reason("promotion_guard", Code::ChecksFailed, EVIL) };
    let mut lax = Finding::warning(Code::ReleaseTagLax, EVIL);
    lax.file = evil();
    let mut verdict = Verdict {
        subject: Subject {
            commit: EVIL.to_string(),
            dirty: true,
            dirty_paths: vec![EVIL.to_string()],
            dirty_count: 1,
            rustc: EVIL.to_string(),
            ..subject()
        },
        subject_findings: vec![lax],
        ref_name: EVIL.to_string(),
        stage: format!("GA{EVIL}"),
        stage_reason: EVIL.to_string(),
        decision: Decision::Blocked,
        blocking_reasons: vec![blocking.clone()],
        gates: vec![guard],
        readiness: vec![
            readiness(&format!("GA{EVIL}"), vec![blocking.clone()]),
            readiness(EVIL, vec![blocking]),
        ],
        overrides: vec![Override {
            flag: "--only".to_string(),
            value: EVIL.to_string(),
            effect: Effect::Relaxes,
            message: EVIL.to_string(),
        }],
        artifacts: vec![Artifact { kind: "log".to_string(), path: EVIL.to_string(), sha256: digest('f') }],
        ..passed_pilot()
    };
    waived::hostile(&mut verdict);
    verdict
}
