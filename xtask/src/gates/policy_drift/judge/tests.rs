use std::collections::BTreeMap;

use super::*;
use crate::evidence::policy::{CommitFacts, Setting, Snapshot, Value};
use crate::evidence::rules::RuleFacts;
use crate::evidence::subject::Lockfile;

fn snapshot() -> Snapshot {
    let setting = Setting { file: "Cargo.toml".into(), value: Value::Text("forbid".into()) };
    Snapshot {
        files: BTreeMap::from([("Cargo.toml".into(), FileState::Present { sha256: String::new() })]),
        settings: BTreeMap::from([("lints.rust.unsafe_code".into(), setting)]),
    }
}

fn change(direction: Direction) -> Change {
    Change {
        key: "stages.GA.gates.deps_approval".into(),
        file: "ci/maturity-stages.yml".into(),
        from: Some(Value::Text("required".into())),
        to: Some(Value::Text("report_only".into())),
        direction,
        told: "required → report_only".into(),
    }
}

fn sound() -> PolicyFacts {
    PolicyFacts {
        complete: true,
        lock: LockFacts::Read { snapshot: snapshot(), own_digest_fits: true },
        current: snapshot(),
        base: Base::Found { name: "v1.0.0".into(), commit: "c".into(), given: false },
        rules: RuleFacts {
            lockfile: Lockfile { present: true, tracked: Some(true), ..Lockfile::default() },
            ..RuleFacts::default()
        },
        ..PolicyFacts::default()
    }
}

fn judged(edit: impl FnOnce(&mut PolicyFacts)) -> Judgement {
    let mut facts = sound();
    edit(&mut facts);
    judge(&facts, &Settings::default())
}

#[test]
fn what_is_as_locked_passes_and_says_what_was_compared() {
    let judgement = judged(|_| {});
    assert_eq!((judgement.outcome, judgement.code), (Outcome::Pass, None));
    assert_eq!(
        judgement.message,
        "1 governed file and 1 setting as locked; nothing laxer than v1.0.0; \
         1 rule kept, 10 had nothing to look at"
    );
    assert!(judgement.findings.is_empty() && judgement.break_glass.is_empty());
    let first = judged(|facts| facts.base = Base::None);
    assert_eq!(first.outcome, Outcome::Pass);
    assert_eq!(first.findings[0].code, Code::PolicyBaseMissing);
}

#[test]
fn nothing_gathered_proves_nothing() {
    for judgement in [
        judge(&PolicyFacts::default(), &Settings::default()),
        judged(|facts| facts.complete = false),
        judged(|facts| facts.current.files.clear()),
        judged(|facts| facts.current.settings.clear()),
    ] {
        assert_eq!((judgement.outcome, judgement.code), (Outcome::Missing, Some(Code::EvidenceMissing)));
    }
}

#[test]
fn whatever_was_not_agreed_fails() {
    let unreadable = FileState::Unreadable { reason: "line 1: nonsense".into() };
    let astray = FileState::Astray { target: "../x".into() };
    let put = |facts: &mut PolicyFacts, state| drop(facts.current.files.insert("deny.toml".into(), state));
    type Edit<'a> = Box<dyn FnOnce(&mut PolicyFacts) + 'a>;
    let cases: Vec<(Edit<'_>, Code, &str)> = vec![
        (
            Box::new(|facts| facts.lock = LockFacts::Absent),
            Code::PolicyUnlocked,
            "there is no ci/policy.lock",
        ),
        (
            Box::new(|facts| facts.lock = LockFacts::Read { snapshot: snapshot(), own_digest_fits: false }),
            Code::PolicyDrift,
            "edited by hand",
        ),
        (
            Box::new(|facts| facts.drift = vec![change(Direction::Laxer)]),
            Code::PolicyDrift,
            "stages.GA.gates.deps_approval: required → report_only (laxer)",
        ),
        (Box::new(|facts| facts.drift = vec![change(Direction::Stricter)]), Code::PolicyDrift, "(stricter)"),
        (Box::new(|facts| facts.drift = vec![change(Direction::Unclear)]), Code::PolicyDrift, "report_only"),
        (Box::new(|facts| put(facts, unreadable)), Code::PolicyDrift, "deny.toml cannot be read: line 1"),
        (Box::new(|facts| put(facts, astray)), Code::PolicyDrift, "deny.toml leads out of the workspace"),
        (Box::new(|facts| facts.problems.push("broken\npipe".into())), Code::CheckError, "broken\\npipe"),
        (
            Box::new(|facts| {
                facts.base =
                    Base::Unreadable { reason: "a shallow clone".into(), remedy: "Fetch it.".into() };
            }),
            Code::PolicyBaseUnreadable,
            "a shallow clone",
        ),
    ];
    for (edit, code, told) in cases {
        let judgement = judged(edit);
        assert_eq!((judgement.outcome, judgement.code), (Outcome::Fail, Some(code)), "{told}");
        let errors = judgement.findings.iter().filter(|finding| finding.severity == Severity::Error);
        let errors: Vec<&str> = errors.map(|finding| finding.message.as_str()).collect();
        assert!(errors.len() == 1 && errors[0].contains(told), "{told}: {errors:?}");
    }
}

#[test]
fn what_became_laxer_never_fails_and_is_never_silent() {
    let commit = CommitFacts {
        id: "0123456789abcdef0123".into(),
        author: "Ada <ada@example.com>".into(),
        date: "2026-01-02T03:04:05Z".into(),
        subject: "hurry\u{1b}[2J".into(),
    };
    let traced = |direction| TracedChange {
        change: change(direction),
        commit: Some(commit.clone()),
        untraced: String::new(),
    };
    let judgement = judged(|facts| {
        facts.since_base =
            [Direction::Stricter, Direction::Unclear, Direction::Laxer].map(traced).into_iter().collect();
    });
    assert_eq!(judgement.outcome, Outcome::Pass);
    assert!(judgement.message.contains("; 1 rule laxer than v1.0.0; "), "{}", judgement.message);
    let severities: Vec<Severity> = judgement.findings.iter().map(|finding| finding.severity).collect();
    assert_eq!(severities, [Severity::Warning, Severity::Note]);
    let message = &judgement.findings[0].message;
    let expected =
        "required → report_only (laxer), since v1.0.0, by Ada <ada@example.com> in 0123456789ab (2026-01-02)";
    assert!(message.ends_with(expected), "{message}");
    let [entry] = judgement.break_glass.as_slice() else { panic!("{:?}", judgement.break_glass) };
    assert_eq!(entry.who.as_deref(), Some("Ada <ada@example.com>"));
    assert_eq!(entry.subject.as_deref(), Some("hurry\\u{1b}[2J"));
    // A rule that was weakened in two steps is one rule, and two entries in the trail.
    let steps = judged(|facts| facts.since_base = [Direction::Laxer; 2].map(traced).into());
    assert!(steps.message.contains("; 1 rule laxer than v1.0.0; "), "{}", steps.message);
    assert_eq!(steps.break_glass.len(), 2);
    // With nobody to name, the rule still stands there.
    let nobody = judged(|facts| {
        facts.since_base = vec![TracedChange {
            change: change(Direction::Laxer),
            commit: None,
            untraced: "not committed".into(),
        }];
    });
    assert_eq!((nobody.break_glass.len(), nobody.break_glass[0].who.clone()), (1, None));
    assert!(nobody.findings[0].message.ends_with("since v1.0.0, not committed"));
}
