use super::judge;
use crate::catalog::Code;
use crate::evidence::checks::{
    BinaryEnd, CustomFacts, Diagnostic, Facts, FailedTest, FormatFacts, LintFacts, TestBinary, TestFacts,
};
use crate::evidence::{CheckRecord, CheckState, Ended, Run};
use crate::settings::{Applies, CustomCheck, Settings, Success};
use crate::verdict::{Finding, Judgement, Outcome, Severity};

fn settings() -> Settings {
    let mut settings = Settings::default();
    settings.promotion_guard.audit.applies = Applies::NotApplicable("no dependencies".into());
    settings
}

fn run(ended: Ended) -> Run {
    Run {
        command: vec!["cargo".into(), "x".into()],
        ended,
        duration_ms: 10,
        log: "logs/x.log".into(),
        log_truncated: false,
        tail: "the end".into(),
        left_behind: 0,
    }
}

fn record(check: &str, status: i32, facts: Facts) -> CheckRecord {
    let mut record = CheckRecord::new(check, CheckState::Gathered);
    record.runs.push(run(Ended::Exited { status }));
    record.facts = Some(facts);
    record.duration_ms = 10;
    record
}

fn binary(package: &str, passed: usize) -> TestBinary {
    let end = BinaryEnd::Complete;
    TestBinary { package: package.into(), target: "lib".into(), passed, end, ..TestBinary::default() }
}

fn tests(binaries: Vec<TestBinary>) -> TestFacts {
    TestFacts { runner: "cargo".into(), binaries, ..TestFacts::default() }
}

/// Records of a workspace in which all is well.
fn good() -> Vec<CheckRecord> {
    let lint = LintFacts { packages_checked: vec!["a".into()], ..LintFacts::default() };
    let mut audit = CheckRecord::new("audit", CheckState::NotApplicable { reason: "no dependencies".into() });
    audit.duration_ms = 0;
    vec![
        record("tests", 0, Facts::Tests(tests(vec![binary("a", 1200), binary("b", 34)]))),
        record("doc_tests", 0, Facts::Tests(tests(vec![binary("a", 3)]))),
        record("lint", 0, Facts::Lint(lint)),
        record("format", 0, Facts::Format(FormatFacts { roots: 2, ..FormatFacts::default() })),
        audit,
    ]
}

fn codes(judgement: &Judgement) -> Vec<Code> {
    let errors = judgement.findings.iter().filter(|finding| finding.severity == Severity::Error);
    errors.map(|finding| finding.code).collect()
}

/// Judges the good records with one of them changed.
fn judged(index: usize, change: impl FnOnce(&mut CheckRecord)) -> Judgement {
    let mut records = good();
    change(&mut records[index]);
    judge(&records, &settings())
}

fn with_tests(change: impl FnOnce(&mut TestFacts)) -> Judgement {
    judged(0, |record| {
        if let Some(Facts::Tests(facts)) = &mut record.facts {
            change(facts);
        }
    })
}

#[test]
fn all_checks_passed_is_a_pass_with_counts() {
    let judgement = judge(&good(), &settings());
    assert_eq!((judgement.outcome, judgement.code), (Outcome::Pass, None), "{judgement:?}");
    assert_eq!(
        judgement.message,
        "4 checks: 1,234 tests, 3 doc tests, lint of 1 package, format of 2 targets; \
         audit not applicable: no dependencies"
    );
    assert_eq!(judgement.duration_ms, 30);
}

#[test]
fn whatever_was_parsed_a_bad_exit_is_a_failure() {
    let timed_out = Ended::TimedOut { after_ms: 5 };
    let not_started = Ended::NotStarted { reason: "gone".into() };
    for (ended, code) in [
        (Ended::Exited { status: 1 }, Code::CheckError),
        (Ended::Exited { status: -1 }, Code::CheckError),
        (Ended::Signalled { signal: 9 }, Code::CheckError),
        (Ended::Interrupted, Code::CheckError),
        (timed_out, Code::CheckTimeout),
        (not_started, Code::CheckError),
    ] {
        for index in 0..4 {
            let judgement = judged(index, |record| record.runs[0].ended = ended.clone());
            assert_eq!(codes(&judgement), [code], "check {index}: {ended:?}");
            assert_eq!((judgement.outcome, judgement.code), (Outcome::Fail, Some(Code::ChecksFailed)));
        }
    }
}

#[test]
fn a_stale_lockfile_is_called_by_its_name() {
    for index in 0..3 {
        let judgement = judged(index, |record| {
            record.runs[0].ended = Ended::Exited { status: 101 };
            record.runs[0].tail =
                "error: cannot update the lock file /w/Cargo.lock because --locked was passed to prevent this".into();
        });
        assert_eq!(codes(&judgement), [Code::LockfileStale], "{index}");
        assert!(!judgement.message.contains("/w/"), "{}", judgement.message);
    }
}

#[test]
fn a_check_without_proof_is_a_failure() {
    for index in 0..4 {
        assert_eq!(codes(&judged(index, |record| record.facts = None)), [Code::CheckError], "{index}");
        let other = || Some(Facts::Custom(CustomFacts { status: Some(0), matched_line: None }));
        assert_eq!(codes(&judged(index, |record| record.facts = other())), [Code::CheckError], "{index}");
        assert_eq!(codes(&judged(index, |record| record.runs.clear())), [Code::CheckError], "{index}");
        let problem = |record: &mut CheckRecord| record.problem = Some("unreadable".into());
        assert_eq!(codes(&judged(index, problem)), [Code::CheckError], "{index}");
    }
    let nothing = judged(3, |record| record.facts = Some(Facts::Format(FormatFacts::default())));
    assert_eq!(codes(&nothing), [Code::CheckError]);
    let unchecked = LintFacts {
        packages_checked: vec!["a".into()],
        packages_unchecked: vec!["b".into()],
        ..LintFacts::default()
    };
    let judgement = judged(2, |record| record.facts = Some(Facts::Lint(unchecked)));
    assert_eq!(codes(&judgement), [Code::CheckError]);
    assert_eq!(judgement.findings[0].package.as_deref(), Some("b"));
    let no_doc = judged(1, |record| record.facts = Some(Facts::Tests(tests(vec![]))));
    assert_eq!(codes(&no_doc), [Code::CheckError]);
}

#[test]
fn a_workspace_without_a_library_has_no_doc_tests_to_fail() {
    let judgement = judged(1, |record| {
        record.runs.clear();
        record.facts = Some(Facts::Tests(tests(vec![])));
    });
    assert_eq!(judgement.outcome, Outcome::Pass, "{judgement:?}");
    assert!(judgement.message.contains("no library target"), "{}", judgement.message);
}

#[test]
fn tests_that_did_not_run_are_a_failure() {
    assert_eq!(codes(&with_tests(|facts| facts.binaries.clear())), [Code::TestsNoneRan]);
    assert_eq!(
        codes(&with_tests(|facts| facts.binaries.iter_mut().for_each(|b| b.passed = 0))),
        [Code::TestsNoneRan]
    );
    let filtered = with_tests(|facts| (facts.binaries[1].passed, facts.binaries[1].filtered_out) = (0, 34));
    assert_eq!(codes(&filtered), [Code::TestsNoneRan]);
    assert_eq!(filtered.findings[0].package.as_deref(), Some("b"));
    // Nobody gives plain cargo a filter; nextest's default filter is the repository's to set.
    let unasked = with_tests(|facts| facts.binaries[1].filtered_out = 1);
    assert_eq!((codes(&unasked), unasked.outcome), (vec![Code::TestsNoneRan], Outcome::Fail));
    let default_filter = with_tests(|facts| {
        facts.runner = "nextest".into();
        facts.binaries[1].filtered_out = 1;
    });
    assert_eq!(default_filter.outcome, Outcome::Pass);
    let not_built =
        with_tests(|facts| facts.not_built.push("b test/x: its manifest has `test = false`".into()));
    assert_eq!((not_built.outcome, not_built.findings[0].severity), (Outcome::Pass, Severity::Warning));
    assert!(not_built.findings[0].message.contains("b test/x"));
    let ignored = with_tests(|facts| (facts.binaries[1].passed, facts.binaries[1].ignored) = (0, 34));
    assert_eq!((ignored.outcome, ignored.findings[0].severity), (Outcome::Pass, Severity::Warning));
    // A package that has no tests is no failure.
    assert_eq!(with_tests(|facts| facts.binaries[1].passed = 0).outcome, Outcome::Pass);
}

#[test]
fn a_binary_without_complete_results_is_a_failure() {
    for end in [BinaryEnd::NoResults, BinaryEnd::Crashed { how: "signal 6 (SIGABRT)".into() }] {
        let judgement = with_tests(|facts| facts.binaries[1].end = end);
        assert_eq!(codes(&judgement), [Code::TestCrashed]);
        assert!(judgement.findings[0].message.contains("b lib"), "{}", judgement.findings[0].message);
    }
}

#[test]
fn failed_tests_are_reported_one_by_one_up_to_a_limit() {
    let judgement = with_tests(|facts| {
        facts.binaries[0].failed = 150;
        facts.failed = (0..150)
            .map(|n| FailedTest {
                package: "a".into(),
                target: "test/api".into(),
                name: format!("t{n}"),
                output: "why".into(),
                ..FailedTest::default()
            })
            .collect();
        facts.failed[0].crashed = Some("signal 11 (SIGSEGV)".into());
    });
    assert_eq!(judgement.findings.len(), 101);
    assert_eq!(judgement.findings[0].code, Code::TestCrashed);
    assert_eq!(judgement.findings[1].detail.as_deref(), Some("why"));
    assert!(judgement.findings[1].remedy().contains("cargo test -p a --test api -- --exact 't1'"));
    assert!(judgement.findings[100].message.starts_with("50 more"));
    let unnamed = with_tests(|facts| facts.binaries[0].failed = 2);
    assert_eq!(codes(&unnamed), [Code::TestFailed]);
}

#[test]
fn what_our_own_end_took_down_was_still_running() {
    let judgement = judged(0, |record| {
        record.runs[0].ended = Ended::TimedOut { after_ms: 5 };
        if let Some(Facts::Tests(facts)) = &mut record.facts {
            facts.binaries[1].end = BinaryEnd::NoResults;
            let crashed = Some("signal 15 (SIGTERM)".to_owned());
            facts.failed.push(FailedTest { name: "hangs".into(), crashed, ..FailedTest::default() });
        }
    });
    assert_eq!(codes(&judgement), [Code::CheckTimeout, Code::CheckTimeout]);
    assert!(judgement.findings[1].message.contains("hangs"), "{}", judgement.findings[1].message);
}

#[test]
fn compiler_messages_keep_their_place_and_their_level() {
    let diagnostic = |level: &str| Diagnostic {
        level: level.into(),
        code: Some("clippy::x".into()),
        message: "m".into(),
        package: Some("a".into()),
        file: Some("src/lib.rs".into()),
        line: Some(3),
        column: Some(5),
        rendered: "r".into(),
    };
    let lint = |level: &str, status| {
        judged(2, |record| {
            *record = self::record(
                "lint",
                status,
                Facts::Lint(LintFacts {
                    diagnostics: vec![diagnostic(level)],
                    packages_checked: vec!["a".into()],
                    ..LintFacts::default()
                }),
            );
        })
    };
    let judgement = lint("error", 101);
    assert_eq!(codes(&judgement), [Code::LintFailed]);
    assert_eq!(judgement.findings[0].place().as_deref(), Some("src/lib.rs:3:5"));
    assert_eq!(lint("warning", 0).outcome, Outcome::Pass);
    assert_eq!(codes(&lint("warning", 101)), [Code::CheckError], "a warning does not explain a failure");
    let build = judged(0, |record| {
        let facts = TestFacts { build_errors: vec![diagnostic("error")], ..TestFacts::default() };
        *record = self::record("tests", 101, Facts::Tests(facts));
    });
    assert_eq!(codes(&build), [Code::TestsBuildFailed]);
    let format = judged(3, |record| {
        let facts = FormatFacts {
            differing: vec![("src/a.rs".into(), Some(7))],
            errors: vec![diagnostic("error")],
            roots: 1,
        };
        *record = self::record("format", 1, Facts::Format(facts));
    });
    assert_eq!(codes(&format), [Code::FormatFailed, Code::FormatFailed]);
}

#[test]
fn what_a_failing_linter_or_formatter_did_not_come_to_is_noted() {
    let lint = |code: Option<&str>, unreached: &[&str]| {
        judged(2, |record| {
            let error =
                Diagnostic { level: "error".into(), code: code.map(Into::into), ..Diagnostic::default() };
            let facts = LintFacts {
                diagnostics: vec![error],
                packages_checked: vec!["a".into()],
                targets_unreached: unreached.iter().map(ToString::to_string).collect(),
                ..LintFacts::default()
            };
            *record = self::record("lint", 101, Facts::Lint(facts));
        })
    };
    for (code, unreached, noted) in [
        (Some("clippy::x"), &[][..], false),
        (Some("unused_imports"), &["b lib", "b test/api"], true),
        (Some("E0308"), &[], true),
        (None, &[], true),
    ] {
        let judgement = lint(code, unreached);
        assert_eq!(judgement.code, Some(Code::ChecksFailed));
        let notes: Vec<&Finding> =
            judgement.findings.iter().filter(|finding| finding.code == Code::ChecksPending).collect();
        assert_eq!(notes.len(), usize::from(noted), "{code:?} {unreached:?}");
        assert!(notes.iter().all(|note| note.severity == Severity::Note));
    }
    let message = lint(Some("clippy::x"), &["b lib", "b test/api"]).findings[1].message.clone();
    assert!(message.ends_with("before it came to b lib and 1 more"), "{message}");
}

#[test]
fn what_was_left_out_is_pending_and_never_a_pass() {
    let left_out = judged(2, |record| *record = CheckRecord::new("lint", CheckState::NotSelected));
    assert_eq!((left_out.outcome, left_out.code), (Outcome::Missing, Some(Code::ChecksPending)));
    let mut records = good();
    records.remove(2);
    assert_eq!(judge(&records, &settings()).code, Some(Code::ChecksPending));
    // A record that says "not applicable" although the settings ask for the check is no evidence.
    let reason = "because".to_owned();
    let claimed =
        judged(2, |record| *record = CheckRecord::new("lint", CheckState::NotApplicable { reason }));
    assert_eq!(claimed.code, Some(Code::ChecksPending));
    // Something failed as well: that weighs more.
    let mut records = good();
    records[0].runs[0].ended = Ended::Interrupted;
    records.remove(2);
    assert_eq!(judge(&records, &settings()).code, Some(Code::ChecksFailed));
}

#[test]
fn if_nothing_applies_nothing_was_proved() {
    let mut settings = settings();
    let no = || Applies::NotApplicable("no".into());
    let guard = &mut settings.promotion_guard;
    (guard.tests.applies, guard.doc_tests.applies) = (no(), no());
    (guard.lint.applies, guard.format.applies) = (no(), no());
    let mut records = good();
    records.iter_mut().for_each(|r| r.state = CheckState::NotApplicable { reason: "no".into() });
    let judgement = judge(&records, &settings);
    assert_eq!((judgement.outcome, judgement.code), (Outcome::Missing, Some(Code::ChecksPending)));
    assert_eq!(judge(&[], &Settings::default()).code, Some(Code::ChecksPending));
}

#[test]
fn a_check_of_the_users_own_must_be_what_its_settings_call_a_success() {
    let mut settings = settings();
    settings.promotion_guard.checks.push(CustomCheck {
        name: "mine".into(),
        run: vec!["x".into()],
        directory: ".".into(),
        environment: std::collections::BTreeMap::default(),
        timeout: std::time::Duration::from_secs(1),
        success: Success { exit_codes: vec![0, 3], output_contains: Some("done".into()) },
    });
    let judged = |status: i32, line: Option<&str>| {
        let facts = CustomFacts { status: Some(status), matched_line: line.map(str::to_owned) };
        let mut records = good();
        records.push(record("mine", status, Facts::Custom(facts)));
        judge(&records, &settings)
    };
    assert_eq!(judged(3, Some("all done")).outcome, Outcome::Pass);
    assert_eq!(codes(&judged(0, None)), [Code::ChecksFailed]);
    assert_eq!(codes(&judged(1, Some("all done"))), [Code::ChecksFailed]);
    assert_eq!(codes(&judged(1, None)).len(), 2);
    assert_eq!(judge(&good(), &settings).code, Some(Code::ChecksPending));
}
