//! Facts in, findings out.

use crate::catalog::Code;
use crate::evidence::BudgetFacts;
use crate::evidence::budgets::{
    Budget, ByHand, Change, Compat, Drift, LockState, PackageFacts, Problem, Reads, Unreadable,
};
use crate::evidence::contracts::{Contract, Format, Kind, Rules};
use crate::verdict::{Finding, Judgement, Outcome};

fn contract(name: &str) -> Contract {
    Contract {
        name: name.into(),
        format: Format::Serde,
        kind: Kind::Struct,
        rules: Rules::default(),
        fields: Vec::new(),
        variants: Vec::new(),
        file: "api/src/lib.rs".into(),
        line: 3,
    }
}

/// A package with one contract of two fields, locked.
fn locked() -> PackageFacts {
    PackageFacts {
        package: "api".into(),
        lockfile: "api/field-budgets.lock".into(),
        lock: LockState::Read,
        contracts: vec![contract("Order")],
        budgets: vec![Budget {
            format: Format::Serde,
            contract: "Order".into(),
            used: 2,
            budget: 2,
            line: 7,
        }],
        files: 3,
        lines: 90,
        ..PackageFacts::default()
    }
}

fn facts(packages: Vec<PackageFacts>) -> BudgetFacts {
    BudgetFacts { complete: true, packages, problems: Vec::new(), duration_ms: 5 }
}

fn judge_one(package: PackageFacts) -> Judgement {
    super::judge(&facts(vec![package]))
}

fn drift(change: Change) -> Drift {
    let compat = |verdict, why: &str| Compat { verdict, why: why.into() };
    Drift {
        format: Format::Serde,
        contract: "Order".into(),
        change,
        told: "removed: `total` u64".into(),
        old_reads_new: compat(Reads::No, "no `total`"),
        new_reads_old: compat(Reads::Yes, ""),
        file: "api/src/lib.rs".into(),
        line: 4,
    }
}

/// The only finding of a failed gate.
fn only(judgement: &Judgement) -> &Finding {
    assert_eq!(judgement.outcome, Outcome::Fail, "{judgement:?}");
    assert_eq!(judgement.findings.len(), 1, "{:?}", judgement.findings);
    assert_eq!(judgement.code, Some(judgement.findings[0].code));
    &judgement.findings[0]
}

#[test]
fn a_pass_says_what_was_counted() {
    let judgement = judge_one(locked());
    assert_eq!((judgement.outcome, judgement.code), (Outcome::Pass, None));
    let expected = "1 data contract with 2 fields as locked and within budget; 3 files of 1 package read";
    assert_eq!(judgement.message, expected);

    let none = PackageFacts { lock: LockState::Absent, contracts: vec![], budgets: vec![], ..locked() };
    assert_eq!(judge_one(none).message, "no data contract in 3 files of 1 package read");
}

#[test]
fn what_was_not_looked_at_is_missing() {
    let nothing_read = facts(vec![PackageFacts { files: 0, ..locked() }]);
    let broken_off = BudgetFacts { complete: false, ..facts(vec![locked()]) };
    for facts in [BudgetFacts::default(), facts(vec![]), nothing_read, broken_off] {
        let judgement = super::judge(&facts);
        assert_eq!((judgement.outcome, judgement.code), (Outcome::Missing, Some(Code::EvidenceMissing)));
    }
}

#[test]
fn a_package_with_contracts_has_a_lockfile() {
    let judgement = judge_one(PackageFacts { lock: LockState::Absent, budgets: vec![], ..locked() });
    let finding = only(&judgement);
    assert_eq!(finding.code, Code::BudgetUnlocked);
    assert_eq!(finding.message, "there is no api/field-budgets.lock for 1 data contract");
    assert!(finding.remedy().contains("cargo xtask field-budgets --lock api"), "{}", finding.remedy());

    let complaints = vec!["api/field-budgets.lock:3:1: holds merge conflict markers".to_owned()];
    let judgement = judge_one(PackageFacts { lock: LockState::Unreadable { complaints }, ..locked() });
    assert_eq!(only(&judgement).code, Code::BudgetUnlocked);
    assert!(only(&judgement).message.contains(":3:1: "));
}

#[test]
fn each_change_is_a_finding_at_its_place_with_both_verdicts() {
    let judgement = judge_one(PackageFacts { drift: vec![drift(Change::FieldRemoved)], ..locked() });
    let finding = only(&judgement);
    assert_eq!(finding.code, Code::BudgetDrift);
    assert_eq!(
        finding.message,
        "api:Order: removed: `total` u64; old readers break on new data: no `total`; \
         new readers still read old data"
    );
    assert_eq!(finding.place().as_deref(), Some("api/src/lib.rs:4"));
    assert_eq!(finding.contract.as_deref(), Some("api:Order"));

    for (change, code) in [
        (Change::Unlocked, Code::BudgetUnlocked),
        (Change::Gone, Code::BudgetStale),
        (Change::Moved, Code::BudgetDrift),
        (Change::Reordered, Code::BudgetDrift),
    ] {
        assert_eq!(only(&judge_one(PackageFacts { drift: vec![drift(change)], ..locked() })).code, code);
    }
}

#[test]
fn a_budget_may_be_used_up_and_not_exceeded() {
    let mut package = locked();
    package.budgets[0].used = 3;
    let judgement = judge_one(package);
    let finding = only(&judgement);
    assert_eq!(finding.code, Code::BudgetExceeded);
    assert_eq!(finding.message, "api:Order has 3 fields and a budget of 2");
    assert_eq!(finding.place().as_deref(), Some("api/field-budgets.lock:7"));
    assert!(finding.remedy().contains("--budget 'api:Order=3'"), "{}", finding.remedy());
}

#[test]
fn what_cannot_be_read_passes_only_by_name_and_only_as_it_was() {
    let unreadable = |by_hand| Unreadable {
        name: "Money".into(),
        why: "Serialize is implemented by hand".into(),
        sha256: "ab".into(),
        by_hand,
        file: "api/src/money.rs".into(),
        line: 9,
    };
    let with = |by_hand| PackageFacts { unreadable: vec![unreadable(by_hand)], ..locked() };
    let named = judge_one(with(ByHand::Locked));
    assert_eq!(named.outcome, Outcome::Pass);
    assert!(named.message.contains("and 1 type locked by hand"), "{}", named.message);
    for (by_hand, code) in [(ByHand::No, Code::BudgetUnreadable), (ByHand::Changed, Code::BudgetDrift)] {
        let judgement = judge_one(with(by_hand));
        let finding = only(&judgement);
        assert_eq!(finding.code, code);
        assert!(finding.remedy().contains("--lock api --by-hand 'Money'"), "{}", finding.remedy());
        assert_eq!(finding.place().as_deref(), Some("api/src/money.rs:9"));
    }
}

#[test]
fn a_file_that_does_not_parse_fails_the_gate_whatever_else_is_fine() {
    let problem = Problem {
        file: "api/src/bad.rs".into(),
        line: 2,
        message: "expected `;`".into(),
        remedy: "mend it".into(),
    };
    let of_a_package = facts(vec![PackageFacts { problems: vec![problem.clone()], ..locked() }]);
    let of_none = BudgetFacts { problems: vec![problem], ..facts(vec![locked()]) };
    for facts in [of_a_package, of_none] {
        let judgement = super::judge(&facts);
        assert_eq!(only(&judgement).code, Code::BudgetUnreadable);
        assert_eq!(only(&judgement).place().as_deref(), Some("api/src/bad.rs:2"));
    }
}

#[test]
fn text_of_the_sources_stays_in_its_line() {
    let mut odd = drift(Change::FieldAdded);
    odd.told = "added: `a\u{1b}[2J\nb`".into();
    let judgement = judge_one(PackageFacts { drift: vec![odd], ..locked() });
    assert!(!only(&judgement).message.contains(['\n', '\u{1b}']));
}
