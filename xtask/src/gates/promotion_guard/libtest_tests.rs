use super::{LibtestReader, Section, counts, panic_place};
use crate::evidence::checks::BinaryEnd;

const RESULT_OK: &str =
    "test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s";

fn heading(line: &str) -> Vec<usize> {
    ["(a)", "(b)"].iter().position(|name| line.ends_with(name)).into_iter().collect()
}

fn read(text: &str) -> Vec<Section> {
    let mut reader = LibtestReader::new(2, false);
    text.lines().for_each(|line| reader.line(line, &heading));
    reader.finish()
}

fn crash(end: &BinaryEnd) -> &str {
    match end {
        BinaryEnd::Crashed { how } => how,
        other => panic!("{other:?}"),
    }
}

#[test]
fn names_counts_output_and_place_of_a_failure_are_read() {
    let text = "     Running unittests src/lib.rs (a)\n\nrunning 3 tests\ntest t::ok ... ok\n\
        test t::ign ... ignored, slow\ntest t::bad - should panic ... FAILED\n\nfailures:\n\n\
        ---- t::bad stdout ----\nhello\n\nthread 't::bad' (7) panicked at alpha/src/lib.rs:14:43:\nleft\n\n\n\
        failures:\n    t::bad\n\ntest result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 4 filtered out; finished in 0.1s\n\n\
        error: test failed, to rerun pass `-p alpha --lib`\n";
    let sections = read(text);
    let section = &sections[0];
    assert_eq!(section.end(), BinaryEnd::Complete);
    let counts = section.counts();
    assert_eq!((counts.passed, counts.failed, counts.ignored, counts.filtered_out), (1, 1, 1, 4));
    assert!(section.ignored.contains("t::ign"));
    let failure = &section.failed["t::bad"];
    assert_eq!(failure.place, Some(("alpha/src/lib.rs".into(), 14)));
    assert!(failure.output.starts_with("hello") && failure.output.ends_with("left"), "{}", failure.output);
    assert_eq!(sections[1].end(), BinaryEnd::NoResults);
}

#[test]
fn what_does_not_agree_is_not_complete() {
    let head = "     Running x (a)\nrunning 2 tests\n";
    for (body, how) in [
        (String::new(), "before it had summed up"),
        (
            "test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out".into(),
            "do not add up",
        ),
        (
            "test result: ok. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out".into(),
            "do not add up",
        ),
        (format!("{RESULT_OK}\nerror: test failed, to rerun pass `--lib`"), "exit status does not fit"),
        (
            "test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out".into(),
            "does not fit",
        ),
        (
            format!(
                "{RESULT_OK}\nerror: test failed, to rerun pass `--lib`\n\nCaused by:\n  process didn't exit \
                 successfully: `/x/a` (signal: 6, SIGABRT: process abort signal)"
            ),
            "signal 6 (SIGABRT)",
        ),
    ] {
        let sections = read(&format!("{head}{body}\n"));
        let end = sections[0].end();
        assert!(crash(&end).contains(how), "{body}: {end:?}");
    }
}

#[test]
fn results_that_a_test_prints_do_not_count() {
    // Before the heading, under an unknown heading, or with a later sum that differs.
    let fake = format!("running 2 tests\n{RESULT_OK}\n");
    assert_eq!(read(&fake)[0].end(), BinaryEnd::NoResults);
    assert_eq!(read(&format!("     Running x (unknown)\n{fake}"))[0].end(), BinaryEnd::NoResults);
    let text = format!("     Running x (a)\nrunning 5 tests\n{fake}");
    assert!(crash(&read(&text)[0].end()).contains("do not add up"));
    // A heading that comes twice does not begin a section again.
    let text = format!("     Running x (a)\n     Running y (b)\n{fake}     Running x (a)\n{fake}");
    let sections = read(&text);
    assert_eq!(sections[0].end(), BinaryEnd::NoResults);
    assert_eq!(sections[1].end(), BinaryEnd::Complete);
}

#[test]
fn doc_tests_may_have_several_blocks_and_all_must_agree() {
    let run = |text: &str| {
        let mut reader = LibtestReader::new(2, true);
        text.lines().for_each(|line| reader.line(line, &heading));
        reader.finish().swap_remove(0)
    };
    let block = format!("\nrunning 2 tests\n{RESULT_OK}\n");
    let section = run(&format!("   Doc-tests (a)\n{block}{block}"));
    assert_eq!((section.end(), section.counts().passed), (BinaryEnd::Complete, 4));
    let section = run(&format!("   Doc-tests (a)\n{block}running 1 test\n"));
    assert!(crash(&section.end()).contains("before it had summed up"));
}

#[test]
fn lines_that_are_nearly_right_are_not_taken() {
    assert!(counts(RESULT_OK).is_some());
    assert!(counts(&format!("left over{RESULT_OK}")).is_some());
    for line in ["test result: ok. 1 passed", "test result: ok", "test result: fine. 1 passed; 0 failed"] {
        assert_eq!(counts(line), None, "{line}");
    }
    let huge =
        "test result: ok. 99999999999999999999999 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out";
    assert_eq!(counts(huge), None);
    assert_eq!(panic_place("thread 'x' panicked at src/a.rs:3:9:"), Some(("src/a.rs".into(), 3)));
    assert_eq!(panic_place("panicked at nothing"), None);
}
