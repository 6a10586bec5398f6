use super::tests::{judged, stage, subject};
use super::*;
use crate::evidence::{BudgetFacts, DepsFacts, PolicyFacts, ServicesFacts};
use crate::freeze::{Span, Window};
use crate::stages::{RefFacts, builtin, resolve};
use crate::verdict::Severity;

/// The policy of two stages, and what a ref of the one or the other is judged by.
fn judge(stage_index: usize, freeze: &[&str], freeze_override: Option<&Overriding>) -> Verdict {
    let (from, until) = (OffsetDateTime::UNIX_EPOCH, time::macros::datetime!(2999-01-01 0:00 UTC));
    let frozen = |name: &&str| Window {
        name: format!("freeze of {name}"),
        stages: vec![(*name).to_owned()],
        reason: "because".into(),
        span: Span::Once { from, until },
    };
    let stages = vec![stage("PILOT", &[]), stage("GA", &Gate::ALL)];
    let policy = Policy { stages, freeze: freeze.iter().map(frozen).collect(), file: None };
    let facts = RefFacts { given: Some("main".into()), ..RefFacts::default() };
    let resolved = resolve(&builtin(), &[], &facts).unwrap();
    let chosen = Chosen {
        stage: stage_index,
        stage_reason: String::new(),
        enforced: vec![],
        only: vec![],
        overrides: vec![],
    };
    let effective_time = OffsetDateTime::UNIX_EPOCH;
    let input = Input {
        policy: &policy,
        resolved: &resolved,
        chosen: &chosen,
        no_commit: None,
        waivers: &Waivers::default(),
        effective_time,
        freeze_override,
    };
    let clean = subject("c", &[]);
    let evidence = Evidence {
        subject: clean.clone(),
        subject_after: clean,
        checks: Vec::new(),
        deps: DepsFacts::default(),
        deps_duration_ms: 0,
        policy: PolicyFacts::default(),
        budgets: BudgetFacts::default(),
        services: ServicesFacts::default(),
        files: Vec::new(),
        artifacts: Vec::new(),
    };
    let all = Gate::ALL.map(|gate| judged(gate, Outcome::Pass, None));
    decide(&input, &evidence, &all)
}

fn would_pass(verdict: &Verdict) -> Vec<bool> {
    verdict.readiness.iter().map(|ready| ready.would_pass).collect()
}

#[test]
fn readiness_speaks_of_every_stage() {
    assert_eq!(would_pass(&judge(0, &[], None)), [true, true]);
    let verdict = judge(0, &["GA"], None);
    assert_eq!((verdict.decision, would_pass(&verdict)), (Decision::Passed, vec![true, false]));
}

#[test]
fn a_freeze_blocks_whatever_the_stage_requires() {
    for (index, name) in [(0, "PILOT"), (1, "GA")] {
        let verdict = judge(index, &[name], None);
        assert_eq!(verdict.decision, Decision::Blocked, "{name}");
        let reason = verdict.blocking_reasons[0].to_string();
        assert!(
            reason.starts_with(&format!("subject: FREEZE_ACTIVE ({name} is frozen by freeze of")),
            "{reason}"
        );
        assert_eq!(verdict.subject_findings[0].code, Code::FreezeActive);
    }
}

#[test]
fn an_overridden_freeze_lets_through_and_stays_in_sight() {
    let overriding =
        Overriding { reason: "the shop is on fire".into(), who: None, when: OffsetDateTime::UNIX_EPOCH };
    let verdict = judge(1, &["GA"], Some(&overriding));
    assert_eq!(verdict.decision, Decision::Passed);
    assert_eq!(verdict.subject_findings[0].severity, Severity::Warning);
    assert_eq!(verdict.overrides.len(), 1);
    assert_eq!(verdict.break_glass[0].kind, "freeze_overridden");
    // Readiness is by the policy alone.
    assert_eq!(would_pass(&verdict), [true, false]);
}
