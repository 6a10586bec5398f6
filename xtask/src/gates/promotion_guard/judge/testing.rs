//! Findings about tests and documentation tests.

use std::collections::BTreeMap;

use super::super::text::count;
use super::super::{doc_tests, run_tests};
use super::capped;
use crate::catalog::Code;
use crate::evidence::CheckRecord;
use crate::evidence::checks::{BinaryEnd, Diagnostic, FailedTest, TestBinary, TestFacts};
use crate::verdict::Finding;

/// Adds the findings. `whole` says that no program was cut short: then every binary owes its results.
pub(super) fn findings(record: &CheckRecord, facts: &TestFacts, whole: bool, into: &mut Vec<Finding>) {
    let build_errors = facts.build_errors.iter().map(build_error);
    capped(into, Code::TestsBuildFailed, "compiler errors", build_errors);
    // Those that our own end of the run took down are what it waited for.
    let (ended, failed_tests): (Vec<_>, Vec<_>) =
        facts.failed.iter().partition(|test| !whole && test.crashed.as_deref().is_some_and(ended_by_us));
    capped(into, Code::TestFailed, "tests failed", failed_tests.into_iter().map(failed_test));
    if !whole {
        let code = into.first().map_or(Code::CheckError, |finding| finding.code);
        let tests = ended.iter().map(|test| (&test.package, format!("test `{}`", name(test))));
        let binaries = facts.binaries.iter().filter(|binary| matches!(binary.end, BinaryEnd::Crashed { .. }));
        let binaries = binaries.filter(|_| ended.is_empty());
        let binaries = binaries.map(|b| (&b.package, format!("test binary `{} {}`", b.package, b.target)));
        let running = tests.chain(binaries).map(|(package, what)| Finding {
            package: Some(package.clone()),
            ..Finding::error(code, format!("{what} was still running"))
        });
        capped(into, code, "tests were still running", running);
    }
    let failed: usize = facts.binaries.iter().map(|binary| binary.failed).sum();
    if failed > facts.failed.len() {
        let unnamed = count(failed - facts.failed.len(), "more test");
        into.push(Finding::error(
            Code::TestFailed,
            format!("{unnamed} failed, whose names could not be read"),
        ));
    }
    if !whole || !facts.build_errors.is_empty() {
        return;
    }
    // A binary without results after a run that never came to it is explained by that run.
    if record.problem.is_none() {
        let ends = facts.binaries.iter().filter_map(bad_end);
        capped(into, Code::TestCrashed, "test binaries without results", ends);
    }
    let started = record.runs.len() > 1 || record.runs.iter().all(|run| run.ended.success());
    if record.check == run_tests::NAME && started && record.problem.is_none() {
        none_ran(facts, into);
        let not_built = facts.not_built.iter().map(|what| {
            Finding::warning(Code::TestsNoneRan, format!("no test of this target was built: {what}"))
        });
        into.extend(not_built);
    }
    let unread = facts.binaries.is_empty() && record.problem.is_none();
    if record.check == doc_tests::NAME && unread && !record.runs.is_empty() {
        into.push(Finding::error(Code::CheckError, "documentation tests were run, and of no library read"));
    }
}

fn name(test: &FailedTest) -> String {
    format!("{} {} {}", test.package, test.target, test.name)
}

/// Whether a test ended by a signal that ends a run, not by one of its own making.
fn ended_by_us(how: &str) -> bool {
    ["SIGTERM", "SIGKILL", "SIGINT"].iter().any(|signal| how.contains(signal))
}

fn build_error(error: &Diagnostic) -> Finding {
    let code = error.code.as_ref().map(|code| format!("{code}: ")).unwrap_or_default();
    Finding {
        package: error.package.clone(),
        file: error.file.clone(),
        line: error.line,
        column: error.column,
        detail: (!error.rendered.is_empty()).then(|| error.rendered.clone()),
        ..Finding::error(Code::TestsBuildFailed, format!("{code}{}", error.message))
    }
}

fn failed_test(test: &FailedTest) -> Finding {
    let name = name(test);
    let (code, message) = match &test.crashed {
        Some(how) => (Code::TestCrashed, format!("test `{name}` ended by {how}")),
        None if test.timed_out => (Code::TestFailed, format!("test `{name}` ran too long and was ended")),
        None => (Code::TestFailed, format!("test `{name}` failed")),
    };
    let flags = flags(&test.target);
    let again = match test.target == "doc" {
        true => format!("cargo test -p {} --doc", test.package),
        false => format!("cargo test -p {} {flags} -- --exact '{}'", test.package, test.name),
    };
    Finding {
        package: Some(test.package.clone()),
        file: test.file.clone(),
        line: test.line,
        label: Some(format!("`{name}`")),
        remedy: Some(format!("Run it alone with `{again}`; its captured output is in maturity-eval.md.")),
        detail: (!test.output.is_empty()).then(|| test.output.clone()),
        ..Finding::error(code, message)
    }
}

/// The flags with which cargo runs a target alone.
fn flags(target: &str) -> String {
    match target.split_once('/') {
        Some((kind, name)) => format!("--{kind} {name}"),
        None => format!("--{target}"),
    }
}

fn bad_end(binary: &TestBinary) -> Option<Finding> {
    let name = format!("{} {}", binary.package, binary.target);
    let (message, remedy) = match &binary.end {
        BinaryEnd::Complete => return None,
        BinaryEnd::Crashed { how } => {
            let again = format!("cargo test -p {} {}", binary.package, flags(&binary.target));
            let remedy = format!("Run `{again}` and look for an abort or a call of std::process::exit.");
            (format!("test binary `{name}`: {how}"), remedy)
        }
        BinaryEnd::NoResults => (
            format!("test binary `{name}` was built, but no result of it was read"),
            "Use the standard test harness, or set `test = false` on the target and run it as a check of \
             its own; a runner in .cargo/config.toml that starts nothing looks the same."
                .to_owned(),
        ),
    };
    Some(Finding {
        package: Some(binary.package.clone()),
        remedy: Some(remedy),
        ..Finding::error(Code::TestCrashed, message)
    })
}

/// What one package's binaries add up to.
#[derive(Default)]
struct Sums {
    executed: usize,
    ignored: usize,
    filtered_out: usize,
}

fn none_ran(facts: &TestFacts, into: &mut Vec<Finding>) {
    let mut packages: BTreeMap<&str, Sums> = BTreeMap::new();
    for binary in &facts.binaries {
        let sums = packages.entry(&binary.package).or_default();
        sums.executed += binary.passed + binary.failed;
        sums.ignored += binary.ignored;
        sums.filtered_out += binary.filtered_out;
    }
    if facts.executed() == 0 {
        let binaries = count(facts.binaries.len(), "test binary");
        let ignored: usize = packages.values().map(|sums| sums.ignored).sum();
        let filtered_out: usize = packages.values().map(|sums| sums.filtered_out).sum();
        let message =
            format!("no test was executed: {binaries}, {ignored} tests ignored, {filtered_out} filtered out");
        into.push(Finding::error(Code::TestsNoneRan, message));
    }
    // nextest has a default filter that the repository may set; plain cargo was given none.
    let unasked = |sums: &Sums| facts.runner == "cargo" && sums.executed > 0 && sums.filtered_out > 0;
    for (package, sums) in packages.iter().filter(|(_, sums)| unasked(sums)) {
        let message = format!(
            "{} of `{package}` filtered out, and nothing asked for it; look for a runner in cargo's configuration",
            count(sums.filtered_out, "test")
        );
        let package = Some((*package).to_owned());
        into.push(Finding { package, ..Finding::error(Code::TestsNoneRan, message) });
    }
    for (package, sums) in packages.iter().filter(|(_, sums)| sums.executed == 0) {
        let finding = if sums.filtered_out > 0 {
            let message = format!("no test of `{package}` was executed: {} filtered out", sums.filtered_out);
            Finding::error(Code::TestsNoneRan, message)
        } else if sums.ignored > 0 {
            let message = format!("no test of `{package}` was executed: all {} are ignored", sums.ignored);
            Finding::warning(Code::TestsNoneRan, message)
        } else {
            continue;
        };
        into.push(Finding { package: Some((*package).to_owned()), ..finding });
    }
}
