//! A verdict that passes because of waivers, with rules that were weakened and a freeze that was overridden.

use time::macros::date;

use super::{EVIL, gate, missing, passed_pilot, readiness};
use crate::catalog::Code;
use crate::gates::{Gate, Mode};
use crate::verdict::{BreakGlass, Finding, Outcome, Verdict, Waiver, WaiverStanding, WaiverState};
use crate::waivers::{FILE, Scope};

pub(in crate::report) fn waiver() -> Waiver {
    Waiver {
        code: Code::LicenseDenied,
        scope: Scope { package: Some("ring@0.17.8".to_string()), ..Scope::default() },
        reason: "Legal has approved it for the 1.0 line only".to_string(),
        owner: "release@example.com".to_string(),
        expires: date!(2026 - 11 - 30),
        reference: Some("LEGAL-42".to_string()),
        line: 4,
    }
}

pub(in crate::report) fn weakened() -> BreakGlass {
    BreakGlass {
        kind: "policy_weakened",
        rule: "stages.GA.gates.deps_approval".to_string(),
        told: "required → report_only".to_string(),
        who: Some("Ada L. <ada@example.com>".to_string()),
        when: Some("2026-11-20T09:00:00+01:00".to_string()),
        commit: Some("0f1a2b3c4d5e6f708192a3b4c5d6e7f801234567".to_string()),
        subject: Some("chore: let 1.0 out".to_string()),
    }
}

fn overridden() -> BreakGlass {
    BreakGlass {
        kind: "freeze_overridden",
        rule: "year end".to_string(),
        told: "security fix that cannot wait".to_string(),
        who: Some("ada".to_string()),
        when: Some("2026-11-22T12:34:56Z".to_string()),
        commit: None,
        subject: None,
    }
}

pub(in crate::report) fn waived_pre_ga() -> Verdict {
    let covered = Finding {
        package: Some("ring@0.17.8".to_string()),
        waiver: Some(waiver()),
        ..Finding::error(Code::LicenseDenied, "ring@0.17.8 is under `ISC AND OpenSSL`; not allowed: OpenSSL")
    };
    let message = format!("passes with 1 waived finding; without waivers: {}", covered.message);
    let standing = |waiver, state, days_left, covers: &[&str]| WaiverStanding {
        waiver,
        state,
        days_left,
        covers: covers.iter().map(ToString::to_string).collect(),
    };
    let advisory = Scope {
        gate: Some(Gate::PromotionGuard),
        advisory: Some("RUSTSEC-2026-0001".to_string()),
        ..Scope::default()
    };
    let old = Waiver {
        code: Code::AuditVulnerable,
        scope: advisory,
        expires: date!(2026 - 11 - 21),
        reference: None,
        line: 12,
        ..waiver()
    };
    let said = |code, line, message: &str| Finding {
        file: Some(FILE.to_string()),
        line: Some(line),
        ..Finding::warning(code, message)
    };
    let pilot = passed_pilot();
    let mut gates = pilot.gates.clone();
    gates[0].mode = Mode::Required;
    gates[1] = gate(Gate::DepsApproval, Mode::Required, Outcome::Pass, None, &message, vec![covered.clone()]);
    gates[2] = missing(Gate::PolicyDrift, Mode::ReportOnly);
    Verdict {
        ref_name: "v1.0.0-rc.1".to_string(),
        stage: "PRE_GA".to_string(),
        stage_reason: "the tag v1.0.0-rc.1 at HEAD matches the pattern `v*-rc.*`".to_string(),
        gates,
        subject_findings: vec![
            said(
                Code::WaiverExpiring,
                4,
                "the waiver of LICENSE_DENIED for package ring@0.17.8, of release@example.com, ends with 2026-11-30 (8 days are left)",
            ),
            said(
                Code::WaiverExpired,
                12,
                "the waiver of AUDIT_VULNERABLE for advisory RUSTSEC-2026-0001, of release@example.com, expired on 2026-11-21; it would cover nothing now",
            ),
        ],
        readiness: vec![readiness("PILOT", vec![]), readiness("PRE_GA", vec![])],
        break_glass: vec![weakened(), overridden()],
        waivers: vec![
            standing(
                waiver(),
                WaiverState::Expiring,
                8,
                &["deps_approval: ring@0.17.8 is under `ISC AND OpenSSL`; not allowed: OpenSSL"],
            ),
            standing(old, WaiverState::Expired, -1, &[]),
        ],
        ..pilot
    }
}

/// The same exceptions as somebody would write them to break a report.
pub(super) fn hostile(verdict: &mut Verdict) {
    let evil = || Some(EVIL.to_string());
    let waiver = Waiver {
        scope: Scope { package: evil(), file: evil(), advisory: evil(), contract: evil(), gate: None },
        reason: EVIL.to_string(),
        owner: EVIL.to_string(),
        reference: evil(),
        ..waiver()
    };
    let mut finding = verdict.gates[0].judgement.findings[0].clone();
    finding.waiver = Some(waiver.clone());
    verdict.gates[0].judgement.findings.push(finding);
    verdict.waivers.push(WaiverStanding {
        waiver,
        state: WaiverState::Active,
        days_left: 8,
        covers: vec![EVIL.to_string()],
    });
    verdict.break_glass.push(BreakGlass {
        kind: "policy_weakened",
        rule: EVIL.to_string(),
        told: EVIL.to_string(),
        who: evil(),
        when: evil(),
        commit: evil(),
        subject: evil(),
    });
}
