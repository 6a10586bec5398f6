use super::{Known, List, ListReader, config, facts, has_matching, has_unlisted};
use crate::evidence::checks::{BinaryEnd, TestFacts};
use crate::gates::promotion_guard::junit::{Results, TestCase};

fn list(suites: &str) -> List {
    let mut reader = ListReader::default();
    let text = format!("{{\n\"rust-build-meta\": {{}},\n\"rust-suites\": {{{suites}}}}}");
    text.lines().for_each(|line| reader.line(line.as_bytes()));
    reader.finish().unwrap()
}

fn suite(kind: &str, status: &str, cases: &str) -> String {
    format!(
        r#""a::api": {{"package-name": "a", "binary-name": "api", "kind": "{kind}", "status": "{status}",
        "testcases": {{{cases}}}}}"#
    )
}

fn case(name: &str, ignored: bool, matches: &str) -> String {
    format!(r#""{name}": {{"kind": "test", "ignored": {ignored}, "filter-match": {matches}}}"#)
}

const MATCHES: &str = r#"{"status": "matches"}"#;
const IGNORED: &str = r#"{"status": "mismatch", "reason": "ignored"}"#;
const FILTERED: &str = r#"{"status": "mismatch", "reason": "default-filter"}"#;

fn passed() -> TestCase {
    let stdout = "\nrunning 1 test\ntest t ... ok\n\n\
        test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 3 filtered out; finished in 0.00s\n";
    TestCase { passed: true, stdout: stdout.into(), duration_ms: 7, ..TestCase::default() }
}

fn read(list: &List, cases: Vec<(&str, TestCase)>, standard: bool) -> TestFacts {
    let results: Results =
        cases.into_iter().map(|(name, case)| (("a::api".to_owned(), name.to_owned()), case)).collect();
    let place = |file: &str| Some(file.to_owned());
    facts(list, &results, &Known { whole: None, standard_harness: &|_, _| standard, place: &place })
}

#[test]
fn every_listed_test_must_have_a_result() {
    let cases = [
        case("one", false, MATCHES),
        case("two", false, MATCHES),
        case("ign", true, IGNORED),
        case("out", false, FILTERED),
    ];
    let list = list(&suite("test", "listed", &cases.join(",")));
    let facts = read(&list, vec![("one", passed()), ("two", passed())], true);
    let binary = &facts.binaries[0];
    assert_eq!((binary.passed, binary.failed, binary.ignored, binary.filtered_out), (2, 0, 1, 1));
    assert_eq!((binary.target.as_str(), &binary.end), ("test/api", &BinaryEnd::Complete));
    assert_eq!(facts.ignored, ["a::test/api ign"]);
    assert_eq!(facts.slowest[0].duration_ms, 7);

    let facts = read(&list, vec![("one", passed())], true);
    assert!(matches!(&facts.binaries[0].end, BinaryEnd::Crashed { how } if how.contains("two")));
    assert_eq!(read(&list, vec![], true).binaries[0].end, BinaryEnd::NoResults);
    let skipped = TestCase { skipped: true, ..passed() };
    let facts = read(&list, vec![("one", passed()), ("two", skipped)], true);
    assert!(matches!(facts.binaries[0].end, BinaryEnd::Crashed { .. }));
}

#[test]
fn a_pass_counts_only_if_the_standard_harness_said_so() {
    let list = list(&suite("test", "listed", &case("t", false, MATCHES)));
    for stdout in [
        "",
        "\nrunning 1 test\n",
        "test result: ok. 0 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out",
        "test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out",
    ] {
        let silent = TestCase { stdout: stdout.into(), ..passed() };
        let facts = read(&list, vec![("t", silent.clone())], true);
        assert_eq!((facts.binaries[0].passed, facts.binaries[0].failed), (0, 1), "{stdout}");
        assert!(facts.failed[0].crashed.is_some());
        // Another harness need not print anything.
        assert_eq!(read(&list, vec![("t", silent)], false).binaries[0].passed, 1);
    }
}

#[test]
fn failures_keep_their_place_output_and_signal() {
    let list = list(&suite("lib", "listed", &case("t", false, MATCHES)));
    let failed = |kind: &str, message: &str| TestCase {
        passed: false,
        kind: kind.into(),
        message: message.into(),
        stdout: "\nrunning 1 test\nhello\n\nfailures:\n\nfailures:\n    t\n".into(),
        stderr: "thread 't' panicked at src/lib.rs:14:43:\nboom".into(),
        ..TestCase::default()
    };
    let facts = read(&list, vec![("t", failed("test failure with exit code 101", "boom"))], true);
    let test = &facts.failed[0];
    assert_eq!((test.file.as_deref(), test.line), (Some("src/lib.rs"), Some(14)));
    assert_eq!((test.target.as_str(), &test.crashed, test.timed_out), ("lib", &None, false));
    assert!(test.output.starts_with("hello\n") && !test.output.contains("failures:"), "{}", test.output);
    let facts =
        read(&list, vec![("t", failed("test abort", "process aborted with signal 6 (SIGABRT)"))], true);
    assert_eq!(facts.failed[0].crashed.as_deref(), Some("signal 6 (SIGABRT)"));
    let facts = read(&list, vec![("t", failed("test timeout", "timed out after 1s"))], true);
    assert!(facts.failed[0].timed_out);
    let flaky = TestCase { flaky: true, ..passed() };
    assert_eq!(read(&list, vec![("t", flaky)], true).flaky, ["a::lib t"]);
}

#[test]
fn a_binary_that_was_not_asked_for_its_tests_is_no_proof() {
    let skipped = list(&suite("test", "skipped-default-filter", ""));
    assert!(has_unlisted(&skipped) && !has_matching(&skipped));
    assert_eq!(read(&skipped, vec![], true).binaries[0].end, BinaryEnd::NoResults);
    let whole = list(&suite("test", "listed", &case("t", false, MATCHES)));
    assert!(!has_unlisted(&whole) && has_matching(&whole));
    let known = Known { whole: Some(&whole), standard_harness: &|_, _| true, place: &|_| None };
    let facts = facts(&skipped, &Results::new(), &known);
    assert_eq!((facts.binaries[0].filtered_out, &facts.binaries[0].end), (1, &BinaryEnd::Complete));
    // A harness of its own that lists nothing may have tested anything, or nothing.
    let empty = list(&suite("test", "listed", ""));
    assert_eq!(read(&empty, vec![], false).binaries[0].end, BinaryEnd::NoResults);
    assert_eq!(read(&empty, vec![], true).binaries[0].end, BinaryEnd::Complete);
}

#[test]
fn the_configuration_is_valid_whatever_the_path() {
    let path = std::path::Path::new("/a \"b\"\\c/junit.xml");
    for inherits in [None, Some(("c\"i", "[profile.ci]\nretries = 2"))] {
        let text = config(path, inherits);
        let parsed: toml_edit::DocumentMut = text.parse().unwrap();
        let profile = &parsed["profile"]["xtask-maturity"];
        assert_eq!(profile["junit"]["path"].as_str(), path.to_str());
        assert_eq!(profile["junit"]["store-success-output"].as_bool(), Some(true));
        assert_eq!(profile.get("inherits").and_then(toml_edit::Item::as_str), inherits.map(|(base, _)| base));
    }
}

#[test]
fn a_profile_with_our_name_is_known() {
    assert!(super::names_our_profile("[profile.xtask-maturity]\ndefault-filter = \"none()\"\n"));
    assert!(super::names_our_profile("[[profile.xtask-maturity.overrides]]\nfilter = \"all()\"\n"));
    assert!(!super::names_our_profile("[profile.default]\nretries = 1\n"));
    assert!(!super::names_our_profile(""));
}
