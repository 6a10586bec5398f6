use time::macros::date;

use super::*;
use crate::waivers::Scope;

const LAST: Date = date!(2028 - 02 - 29);

fn waiver(code: Code, scope: Scope) -> Waiver {
    Waiver {
        code,
        scope,
        reason: "a reason that is long enough".into(),
        owner: "ops".into(),
        expires: LAST,
        reference: None,
        line: 4,
    }
}

fn package(name: &str) -> Scope {
    Scope { package: Some(name.into()), ..Scope::default() }
}

fn waivers(list: &[Waiver]) -> Waivers {
    Waivers { list: list.to_vec(), ..Waivers::default() }
}

fn found(code: Code, package: &str) -> Finding {
    Finding { package: Some(package.into()), ..Finding::error(code, format!("{package} is bad")) }
}

fn failed(gate: Gate, code: Code, findings: Vec<Finding>) -> Judgement {
    let message = "the sum".to_owned();
    Judgement { outcome: Outcome::Fail, code: Some(code), message, findings, ..Judgement::missing(gate) }
}

fn denied() -> Judgement {
    failed(Gate::DepsApproval, Code::LicenseDenied, vec![found(Code::LicenseDenied, "leaf@1.0.0")])
}

fn codes(findings: &[Finding]) -> Vec<Code> {
    findings.iter().map(|finding| finding.code).collect()
}

#[test]
fn a_waiver_moves_its_finding_and_the_gate_passes_with_it() {
    let list = waivers(&[waiver(Code::LicenseDenied, package("leaf"))]);
    let applied = apply(&[denied()], &list, date!(2028 - 01 - 01));
    let judged = &applied.judgements[0];
    assert_eq!((judged.outcome, judged.code), (Outcome::Pass, None));
    assert_eq!(judged.message, "passes with 1 waived finding; without waivers: the sum");
    assert_eq!(judged.findings.len(), 1, "nothing is hidden");
    assert_eq!(judged.findings[0].waiver.as_ref(), Some(&list.list[0]));
    assert_eq!(judged.findings[0].severity, Severity::Error);
    assert!(applied.findings.is_empty());
    let standing = &applied.waivers[0];
    assert_eq!((standing.state, standing.days_left), (WaiverState::Active, 59));
    assert_eq!(standing.covers, ["deps_approval: leaf@1.0.0 is bad"]);
}

#[test]
fn it_holds_through_its_last_day_and_blocks_again_on_the_next() {
    let list = waivers(&[waiver(Code::LicenseDenied, package("leaf@1.0.0"))]);
    let states = [
        (date!(2028 - 02 - 14), WaiverState::Active, 15),
        (date!(2028 - 02 - 15), WaiverState::Expiring, 14),
        (date!(2028 - 02 - 28), WaiverState::Expiring, 1),
        (date!(2028 - 02 - 29), WaiverState::Expiring, 0),
        (date!(2028 - 03 - 01), WaiverState::Expired, -1),
    ];
    for (day, state, left) in states {
        let applied = apply(&[denied()], &list, day);
        assert_eq!((applied.waivers[0].state, applied.waivers[0].days_left), (state, left), "{day}");
        let outcome = if state == WaiverState::Expired { Outcome::Fail } else { Outcome::Pass };
        assert_eq!(applied.judgements[0].outcome, outcome, "{day}");
        let said = match state {
            WaiverState::Expired => vec![Code::WaiverExpired],
            WaiverState::Expiring => vec![Code::WaiverExpiring],
            _ => vec![],
        };
        assert_eq!(codes(&applied.findings), said, "{day}");
        assert!(applied.findings.iter().all(|one| one.severity == Severity::Warning && one.line == Some(4)));
    }
    let expired = apply(&[denied()], &list, date!(2028 - 03 - 01));
    let finding = &expired.judgements[0].findings[0];
    assert_eq!(finding.message, "leaf@1.0.0 is bad; its waiver (of ops) expired on 2028-02-29");
    assert!(finding.waiver.is_none() && finding.blocks());
    let said = "the waiver of LICENSE_DENIED for package leaf@1.0.0, of ops, expired on 2028-02-29; \
                it would cover deps_approval: leaf@1.0.0 is bad";
    assert_eq!(expired.findings[0].message, said);
}

#[test]
fn every_key_of_a_scope_must_fit_exactly() {
    let mut finding = found(Code::AuditVulnerable, "leaf@1.0.0");
    finding.advisory = Some("RUSTSEC-2026-0001".into());
    finding.file = Some("src/lib.rs".into());
    finding.contract = Some("api::Order".into());
    let text = |text: &str| Some(text.to_owned());
    let none = Scope::default;
    let gate = Some(Gate::PromotionGuard);
    for (scope, covered) in [
        (package("leaf"), true),
        (package("leaf@1.0.0"), true),
        (package("leaf@1.0.1"), false),
        (package("lea"), false),
        (package("Leaf"), false),
        (Scope { advisory: text("RUSTSEC-2026-0001"), ..none() }, true),
        (Scope { advisory: text("RUSTSEC-2026-0002"), ..none() }, false),
        (Scope { file: text("src/lib.rs"), ..none() }, true),
        (Scope { file: text("lib.rs"), ..none() }, false),
        (Scope { contract: text("api::Order"), ..none() }, true),
        (Scope { contract: text("api"), ..none() }, false),
        (Scope { gate, ..package("leaf") }, true),
        (Scope { gate: Some(Gate::DepsApproval), ..package("leaf") }, false),
        (Scope { advisory: text("RUSTSEC-2026-0001"), ..package("other") }, false),
        (none(), false),
    ] {
        let applied = apply(
            &[failed(Gate::PromotionGuard, Code::ChecksFailed, vec![finding.clone()])],
            &waivers(&[waiver(Code::AuditVulnerable, scope.clone())]),
            LAST,
        );
        assert_eq!(applied.judgements[0].outcome == Outcome::Pass, covered, "{scope}");
        if !covered {
            assert_eq!(codes(&applied.findings), [Code::WaiverUnused], "{scope}");
            assert_eq!(applied.waivers[0].state, WaiverState::Unused);
        }
    }
    // A finding that names no package is covered by no waiver for one.
    finding.package = None;
    let unnamed = failed(Gate::PromotionGuard, Code::ChecksFailed, vec![finding]);
    let applied = apply(&[unnamed], &waivers(&[waiver(Code::AuditVulnerable, package("leaf"))]), LAST);
    assert_eq!(applied.judgements[0].outcome, Outcome::Fail);
}

#[test]
fn what_is_left_decides_the_outcome_and_the_code() {
    let list = waivers(&[
        waiver(Code::LicenseDenied, package("leaf")),
        waiver(Code::TestFailed, package("leaf")),
        waiver(Code::LintFailed, package("leaf")),
    ]);
    let pending = || Finding::error(Code::ChecksPending, "`tests` has no evidence");
    let note = || Finding::note(Code::ChecksPending, "`lint` has no evidence of b");
    let test = || found(Code::TestFailed, "leaf");
    let lint = || found(Code::LintFailed, "leaf");
    let (guard, deps) = (Gate::PromotionGuard, Gate::DepsApproval);
    let sum = Code::ChecksFailed;
    for (judgement, outcome, code, message) in [
        (
            failed(
                deps,
                Code::LicenseDenied,
                vec![found(Code::LicenseDenied, "leaf"), found(Code::SourceDenied, "leaf")],
            ),
            Outcome::Fail,
            Some(Code::SourceDenied),
            "leaf is bad; 1 of 2 errors is waived",
        ),
        (
            failed(guard, sum, vec![test(), lint(), found(Code::TestFailed, "app")]),
            Outcome::Fail,
            Some(sum),
            "the sum; 2 of 3 errors are waived",
        ),
        // What has no evidence is not waived with what failed beside it.
        (
            failed(guard, sum, vec![test(), pending()]),
            Outcome::Missing,
            Some(Code::ChecksPending),
            "`tests` has no evidence; 1 of 2 errors is waived",
        ),
        // Nor is what was left out because of it.
        (
            failed(guard, sum, vec![lint(), note()]),
            Outcome::Missing,
            Some(Code::ChecksPending),
            "`lint` has no evidence of b; 1 of 1 errors is waived",
        ),
        (
            failed(guard, sum, vec![test(), lint()]),
            Outcome::Pass,
            None,
            "passes with 2 waived findings; without waivers: the sum",
        ),
        // A failure that nothing explains, and one that a waiver does not reach.
        (failed(guard, sum, vec![]), Outcome::Fail, Some(sum), "the sum"),
        (
            failed(guard, sum, vec![found(Code::TestFailed, "app"), note()]),
            Outcome::Fail,
            Some(sum),
            "the sum",
        ),
    ] {
        let applied = apply(std::slice::from_ref(&judgement), &list, LAST);
        let judged = &applied.judgements[0];
        assert_eq!((judged.outcome, judged.code, judged.message.as_str()), (outcome, code, message));
        assert_eq!(judged.findings.len(), judgement.findings.len());
    }
}

#[test]
fn missing_evidence_stays_missing_and_warnings_change_nothing() {
    let mut judgement = denied();
    judgement.outcome = Outcome::Missing;
    let list = waivers(&[waiver(Code::LicenseDenied, package("leaf"))]);
    assert_eq!(apply(&[judgement], &list, LAST).judgements[0].outcome, Outcome::Missing);
    let mut warned = denied();
    (warned.outcome, warned.code) = (Outcome::Pass, None);
    warned.findings[0].severity = Severity::Warning;
    let applied = apply(&[warned], &list, LAST);
    assert_eq!(
        (applied.judgements[0].outcome, applied.judgements[0].message.as_str()),
        (Outcome::Pass, "the sum")
    );
    assert!(applied.judgements[0].findings[0].waiver.is_some());
}

#[test]
fn of_several_waivers_the_one_that_holds_longest_counts() {
    let early =
        Waiver { expires: date!(2028 - 01 - 31), ..waiver(Code::LicenseDenied, package("leaf@1.0.0")) };
    let late = waiver(Code::LicenseDenied, package("leaf"));
    for list in [[early.clone(), late.clone()], [late.clone(), early]] {
        let applied = apply(&[denied()], &waivers(&list), date!(2028 - 02 - 01));
        assert_eq!(applied.judgements[0].outcome, Outcome::Pass);
        assert_eq!(applied.judgements[0].findings[0].waiver.as_ref(), Some(&late));
        assert!(!applied.judgements[0].findings[0].message.contains("expired"));
        assert_eq!(codes(&applied.findings), [Code::WaiverExpired]);
    }
}

#[test]
fn a_code_that_cannot_be_waived_is_not_waived_however_the_waiver_came_to_be() {
    let judgement = failed(Gate::PromotionGuard, Code::ChecksFailed, vec![found(Code::CheckError, "leaf")]);
    let list = waivers(&[waiver(Code::CheckError, package("leaf"))]);
    assert_eq!(apply(&[judgement], &list, LAST).judgements[0].outcome, Outcome::Fail);
}
