//! (judgements, stage, time) → verdict. Pure: the same input gives the same verdict.

use time::OffsetDateTime;

use crate::catalog::Code;
use crate::day::day_of;
use crate::evidence::{Evidence, EvidenceFile, Subject};
use crate::freeze::Overriding;
use crate::gates::Gate;
use crate::plan::Chosen;
use crate::stages::{Policy, Resolved, Stage};
use crate::waivers::Waivers;

use super::frozen;
use super::{
    BlockingReason, Decision, Finding, GateVerdict, Group, Judgement, Mode, Outcome, Readiness, Verdict,
    waiving,
};

/// What a verdict is made from, beside the evidence and the judgements.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The stages as they are at the effective time.
    pub policy: &'a Policy,
    /// Which stage the ref claims.
    pub resolved: &'a Resolved,
    /// What the arguments made of that.
    pub chosen: &'a Chosen,
    /// Why there is no commit, if there is none.
    pub no_commit: Option<&'a str>,
    /// The exceptions.
    pub waivers: &'a Waivers,
    /// The moment at which it is judged, UTC.
    pub effective_time: OffsetDateTime,
    /// Who overrides a freeze and why, if somebody does.
    pub freeze_override: Option<&'a Overriding>,
}

/// (evidence, judgements, stage, time) → verdict.
pub fn decide(input: &Input<'_>, evidence: &Evidence, judgements: &[Judgement]) -> Verdict {
    let Input { policy, resolved, chosen, .. } = *input;
    let waived = waiving::apply(judgements, input.waivers, day_of(input.effective_time));
    let judgements = waived.judgements.as_slice();
    let mut about_subject = subject_findings(&evidence.subject, &evidence.subject_after, input.no_commit);
    // `choose` and `resolve` give places that are in the policy; were one not, nothing may pass.
    let strictest = Stage { name: "unknown".into(), ..Stage::default() };
    let stage = policy.stages.get(chosen.stage).unwrap_or(&strictest);
    let gates = gate_verdicts(judgements, stage, &chosen.enforced, &evidence.files);
    let mut reasons = blocking_reasons(&about_subject, &gates);
    // What a policy file that is not the commit's asks for is not what was agreed to be asked.
    let lax = resolved.warning(policy);
    let release = crate::stages::looks_like_version(&resolved.ref_name);
    if reasons.is_empty() && (lax.is_some() || release) && uncommitted_policy(&evidence.subject) {
        reasons = by_code("subject", &about_subject);
    }
    // A freeze blocks whatever the stage requires, and comes first: nothing else need be done before its end.
    let frozen = frozen::look(policy, &stage.name, input.effective_time, input.freeze_override);
    reasons.splice(0..0, by_code("subject", &frozen.findings));
    let readiness = readiness(input, judgements, &about_subject);
    about_subject.splice(0..0, frozen.findings);
    about_subject.extend(waived.findings);
    about_subject.extend(lax.map(|message| Finding::warning(Code::ReleaseTagLax, message)));
    Verdict {
        subject: evidence.subject.clone(),
        subject_findings: about_subject,
        ref_name: resolved.ref_name.clone(),
        stage: stage.name.clone(),
        stage_reason: chosen.stage_reason.clone(),
        effective_time: input.effective_time,
        decision: decision(&reasons),
        blocking_reasons: reasons,
        gates,
        readiness,
        overrides: chosen.overrides.iter().cloned().chain(frozen.flag).collect(),
        break_glass: judgements
            .iter()
            .flat_map(|judgement| judgement.break_glass.clone())
            .chain(frozen.break_glass)
            .collect(),
        waivers: waived.waivers,
        artifacts: evidence.artifacts.clone(),
    }
}

/// Whether the stages may be others than those in the commit.
fn uncommitted_policy(subject: &Subject) -> bool {
    let shown = subject.dirty_paths.len();
    subject.dirty_count > shown || subject.dirty_paths.iter().any(|path| path.contains(crate::stages::FILE))
}

/// What the subject itself gives to say: no commit, a dirty tree, a tree that changed meanwhile.
fn subject_findings(before: &Subject, after: &Subject, problem: Option<&str>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !before.has_commit() {
        let why = problem.unwrap_or("git knows no commit here");
        let why = why.strip_prefix("fatal: ").unwrap_or(why);
        findings.push(Finding::error(Code::NotARepository, format!("there is no commit to judge: {why}")));
    } else if before.dirty {
        let shown = before.dirty_paths.iter().take(5).map(String::as_str).collect::<Vec<_>>().join(", ");
        let more = before.dirty_count.saturating_sub(5);
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        let noun = if before.dirty_count == 1 { "file differs" } else { "files differ" };
        let message = format!("{} {noun} from the commit: {shown}{rest}", before.dirty_count);
        let mut finding = Finding::error(Code::TreeDirty, message);
        finding.file = before.dirty_paths.first().cloned();
        findings.push(finding);
    }
    if let Some(change) = change(before, after) {
        findings.push(Finding::error(Code::EvidenceMismatch, change));
    }
    findings
}

fn change(before: &Subject, after: &Subject) -> Option<String> {
    if before.commit != after.commit {
        return Some(format!("HEAD moved from {} to {} while the checks ran", before.commit, after.commit));
    }
    if before.policy_sha256 != after.policy_sha256 {
        return Some("the policy files under ci/ changed while the checks ran".into());
    }
    if before.lockfile.sha256 != after.lockfile.sha256 {
        return Some("Cargo.lock changed while the checks ran".into());
    }
    if (before.dirty_count, &before.dirty_paths) != (after.dirty_count, &after.dirty_paths) {
        let new = after.dirty_paths.iter().filter(|path| !before.dirty_paths.contains(path));
        let new = new.take(5).map(String::as_str).collect::<Vec<_>>().join(", ");
        let what = if new.is_empty() { "files went back to the commit's state".to_owned() } else { new };
        return Some(format!("the working tree changed while the checks ran: {what}"));
    }
    None
}

/// Puts the judgements under a stage's modes. A gate that is `enforced` is required whatever the
/// stage says. A gate without a judgement is missing: nothing was gathered, so nothing is proven.
fn gate_verdicts(
    judgements: &[Judgement],
    stage: &Stage,
    enforced: &[Gate],
    files: &[EvidenceFile],
) -> Vec<GateVerdict> {
    let verdict = |gate: Gate| {
        let judgement = judgements
            .iter()
            .find(|judgement| judgement.gate == gate)
            .cloned()
            .unwrap_or_else(|| Judgement::missing(gate));
        let mode = if enforced.contains(&gate) { Mode::Required } else { stage.mode(gate) };
        let proven = matches!(judgement.outcome, Outcome::Pass | Outcome::NotApplicable);
        let evidence = files.iter().filter(|file| file.gate == gate.as_str()).cloned().collect();
        let becomes_required = stage.becomes_required(gate).filter(|_| mode == Mode::ReportOnly);
        let blocking = mode == Mode::Required && !proven;
        GateVerdict { judgement, mode, becomes_required, blocking, evidence }
    };
    Gate::ALL.into_iter().map(verdict).collect()
}

/// Why a ref is blocked: the subject first, then each blocking gate with its own code and after it
/// each further code among its errors. A stage that requires nothing is never blocked.
fn blocking_reasons(subject_findings: &[Finding], gates: &[GateVerdict]) -> Vec<BlockingReason> {
    let mut reasons = Vec::new();
    if gates.iter().any(|gate| gate.mode == Mode::Required) {
        reasons.extend(by_code("subject", subject_findings));
    }
    for gate in gates.iter().filter(|gate| gate.blocking) {
        let judgement = &gate.judgement;
        let name = judgement.gate.as_str();
        let code = judgement.code.unwrap_or(Code::EvidenceMissing);
        let found = by_code(name, &judgement.findings);
        let (own, further): (Vec<_>, Vec<_>) = found.into_iter().partition(|reason| reason.code == code);
        // A gate whose code sums up findings of other codes says so first.
        let summed_up = own.is_empty().then(|| BlockingReason {
            gate: name.into(),
            code,
            message: judgement.message.clone(),
            remedy: code.entry().remedy.to_owned(),
        });
        reasons.extend(summed_up.into_iter().chain(own).chain(further));
    }
    reasons
}

/// One reason for each code among the errors that no waiver covers, in the order in which they come.
fn by_code(gate: &str, findings: &[Finding]) -> Vec<BlockingReason> {
    let errors = findings.iter().filter(|finding| finding.blocks());
    let reason = |group: Group<'_>| BlockingReason {
        gate: gate.into(),
        code: group.code,
        message: group.message(),
        remedy: group.remedy().to_owned(),
    };
    Group::all(errors).into_iter().map(reason).collect()
}

/// The decision that the reasons amount to.
fn decision(reasons: &[BlockingReason]) -> Decision {
    if reasons.is_empty() { Decision::Passed } else { Decision::Blocked }
}

/// For every stage, whether this commit would pass it by the policy alone, without any flag.
fn readiness(input: &Input<'_>, judgements: &[Judgement], subject_findings: &[Finding]) -> Vec<Readiness> {
    let ready = |stage: &Stage| {
        let gates = gate_verdicts(judgements, stage, &[], &[]);
        let frozen = frozen::look(input.policy, &stage.name, input.effective_time, None);
        let mut reasons = by_code("subject", &frozen.findings);
        reasons.extend(blocking_reasons(subject_findings, &gates));
        Readiness { stage: stage.name.clone(), would_pass: reasons.is_empty(), blocking_reasons: reasons }
    };
    input.policy.stages.iter().map(ready).collect()
}

#[cfg(test)]
mod freeze_tests;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::evidence::subject::Lockfile;

    pub(super) fn subject(commit: &str, dirty: &[&str]) -> Subject {
        Subject {
            commit: commit.into(),
            tree: "tree".into(),
            dirty: !dirty.is_empty(),
            dirty_paths: dirty.iter().map(ToString::to_string).collect(),
            dirty_count: dirty.len(),
            lockfile: Lockfile { present: true, sha256: None, tracked: Some(true), stale: None },
            rustc: String::new(),
            cargo: String::new(),
            host: String::new(),
            policy_sha256: "p".into(),
        }
    }

    pub(super) fn stage(name: &str, required: &[Gate]) -> Stage {
        let mode = |gate| if required.contains(&gate) { Mode::Required } else { Mode::ReportOnly };
        let gates: BTreeMap<Gate, Mode> = Gate::ALL.into_iter().map(|gate| (gate, mode(gate))).collect();
        Stage { name: name.into(), gates, ..Stage::default() }
    }

    pub(super) fn judged(gate: Gate, outcome: Outcome, code: Option<Code>) -> Judgement {
        let findings = code.map(|code| Finding::error(code, "found")).into_iter().collect();
        Judgement {
            gate,
            outcome,
            code,
            message: "sum".into(),
            findings,
            break_glass: vec![],
            duration_ms: 0,
        }
    }

    #[test]
    fn only_a_pass_or_not_applicable_lets_a_required_gate_through() {
        let cases = [
            (Outcome::Pass, false),
            (Outcome::NotApplicable, false),
            (Outcome::Fail, true),
            (Outcome::Missing, true),
        ];
        for (outcome, blocks) in cases {
            let judgements = [judged(Gate::PromotionGuard, outcome, None)];
            let required = gate_verdicts(&judgements, &stage("S", &[Gate::PromotionGuard]), &[], &[]);
            assert_eq!(required[0].blocking, blocks, "{outcome:?}");
            let reported = gate_verdicts(&judgements, &stage("S", &[]), &[], &[]);
            assert!(!reported[0].blocking, "{outcome:?}");
            let enforced = gate_verdicts(&judgements, &stage("S", &[]), &[Gate::PromotionGuard], &[]);
            assert_eq!(enforced[0].blocking, blocks, "{outcome:?}");
        }
    }

    #[test]
    fn a_gate_without_judgement_is_missing_and_blocks_where_it_is_required() {
        let gates = gate_verdicts(&[], &stage("S", &Gate::ALL), &[], &[]);
        assert_eq!(gates.len(), 5);
        assert!(gates.iter().all(|gate| gate.blocking && gate.judgement.outcome == Outcome::Missing));
        let reasons = blocking_reasons(&[], &gates);
        assert_eq!(reasons.len(), 5);
        assert!(reasons.iter().all(|reason| reason.code == Code::EvidenceMissing));
    }

    #[test]
    fn a_dirty_tree_blocks_only_a_stage_that_requires_anything() {
        let dirty = subject("c", &["a.rs"]);
        let findings = subject_findings(&dirty, &dirty, None);
        assert_eq!(findings.len(), 1);
        let pass = [judged(Gate::PromotionGuard, Outcome::Pass, None)];
        let strict = gate_verdicts(&pass, &stage("S", &[Gate::PromotionGuard]), &[], &[]);
        let reasons = blocking_reasons(&findings, &strict);
        assert_eq!(reasons[0].to_string(), "subject: TREE_DIRTY (1 file differs from the commit: a.rs)");
        assert_eq!(decision(&reasons), Decision::Blocked);
        let lax = gate_verdicts(&pass, &stage("S", &[]), &[], &[]);
        assert_eq!(decision(&blocking_reasons(&findings, &lax)), Decision::Passed);
    }

    #[test]
    fn stages_that_are_not_in_the_commit_are_known() {
        for (dirty, expected) in [
            (&["src/lib.rs"][..], false),
            (&["sub/ci/maturity-stages.yml (not in the commit)"], true),
            (&["ci/maturity-stages.yml"], true),
        ] {
            assert_eq!(uncommitted_policy(&subject("c", dirty)), expected, "{dirty:?}");
        }
        let many = Subject { dirty_count: 21, ..subject("c", &["a"]) };
        assert!(uncommitted_policy(&many), "what is not shown may be the policy");
    }

    #[test]
    fn what_changed_while_the_checks_ran_is_a_mismatch() {
        let clean = subject("c", &[]);
        let cases = [
            (clean.clone(), None),
            (subject("d", &[]), Some("HEAD moved")),
            (subject("c", &["x"]), Some("working tree changed")),
            (Subject { policy_sha256: "q".into(), ..clean.clone() }, Some("policy files")),
        ];
        for (after, expected) in cases {
            let findings = subject_findings(&clean, &after, None);
            match expected {
                None => assert!(findings.is_empty()),
                Some(text) => {
                    assert_eq!(findings[0].code, Code::EvidenceMismatch);
                    assert!(findings[0].message.contains(text), "{}", findings[0].message);
                }
            }
        }
    }

    #[test]
    fn each_code_among_the_errors_is_a_reason_of_its_own() {
        let mut judgement = judged(Gate::PromotionGuard, Outcome::Fail, Some(Code::ChecksFailed));
        judgement.findings = vec![
            Finding::error(Code::TestFailed, "one"),
            Finding::error(Code::TestFailed, "two"),
            Finding::warning(Code::AuditUnsound, "odd"),
            Finding::error(Code::LintFailed, "three"),
        ];
        let gates = gate_verdicts(&[judgement], &stage("S", &[Gate::PromotionGuard]), &[], &[]);
        let reasons: Vec<String> = blocking_reasons(&[], &gates).iter().map(ToString::to_string).collect();
        assert_eq!(
            reasons,
            [
                "promotion_guard: CHECKS_FAILED (sum)",
                "promotion_guard: TEST_FAILED (2 tests failed: one, two)",
                "promotion_guard: LINT_FAILED (three)",
            ]
        );
    }
}
