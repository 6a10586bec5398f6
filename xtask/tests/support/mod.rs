//! The harness: lays a case over a copy of its base, runs the tool there, and collects every difference
//! between what came of it and what the case expects.

pub(crate) mod case;
pub(crate) mod report;
pub(crate) mod run;
pub(crate) mod sandbox;
pub(crate) mod toolbox;

use std::fs;
use std::path::Path;

use case::{Case, Holds, Runner};
use report::Report;
use run::{Ended, Outcome};
use sandbox::Sandbox;

/// If set, a case that wants nextest fails where it is not installed.
const REQUIRE_NEXTEST: &str = "CASES_REQUIRE_NEXTEST";

/// Runs a case with each of its test runners.
pub(crate) fn check(name: &str) {
    let case = Case::load(name);
    for runner in &case.runner {
        if *runner == Runner::Nextest && !toolbox::has("cargo-nextest") {
            // On a machine with Rust and git alone the tests pass; the project's own check looks at both.
            assert!(std::env::var_os(REQUIRE_NEXTEST).is_none(), "cargo-nextest must be installed");
            eprintln!("case `{name}`: not run with nextest, which is not installed here");
            continue;
        }
        let problems = check_with(&case, *runner);
        assert!(problems.is_empty(), "case `{name}` ({}), with {runner:?}:\n{problems}", case.shows);
    }
}

/// Everything in which the outcome differs from the expectation, with the tool's output; or nothing.
fn check_with(case: &Case, runner: Runner) -> String {
    let sandbox = Sandbox::new(case, runner);
    let before = sandbox.status();
    let outcome = run::tool(&sandbox, case);
    let mut problems = Vec::new();

    exit(case, &outcome, &mut problems);
    texts(case, &outcome, &mut problems);
    let report = if case.writes_reports() {
        new_reports(case, &sandbox, &mut problems)
    } else {
        old_reports(&sandbox, &mut problems);
        None
    };
    code(case, &outcome, report.as_ref(), &mut problems);
    after(case, &sandbox, before.as_deref(), &mut problems);

    if problems.is_empty() {
        return String::new();
    }
    let lines = report.map(|report| report.lines().join("\n")).unwrap_or_default();
    format!(
        "- {}\n--- stdout\n{}\n--- stderr\n{}\n--- report\n{lines}",
        problems.join("\n- "),
        outcome.stdout,
        outcome.stderr
    )
}

fn exit(case: &Case, outcome: &Outcome, problems: &mut Vec<String>) {
    let expected = match case.exit {
        Some(status) => Ended::Exited(status),
        None => Ended::Signalled,
    };
    if outcome.ended != expected {
        problems.push(format!("ended with {:?}, expected {expected:?}", outcome.ended));
    }
}

fn texts(case: &Case, outcome: &Outcome, problems: &mut Vec<String>) {
    for (name, text, wanted) in
        [("stdout", &outcome.stdout, &case.stdout_has), ("stderr", &outcome.stderr, &case.stderr_has)]
    {
        for line in wanted.iter().filter(|wanted| !text.lines().any(|line| report::matches(line, wanted))) {
            problems.push(format!("no line `{line}` on {name}"));
        }
    }
    let panicked = "panicked at xtask".to_owned();
    for unwanted in case.not_has.iter().chain([&panicked]) {
        if outcome.stdout.contains(unwanted) || outcome.stderr.contains(unwanted) {
            problems.push(format!("`{unwanted}` stands in the output"));
        }
    }
}

/// Both reports are there, whole, new, and say what the case expects.
fn new_reports(case: &Case, sandbox: &Sandbox, problems: &mut Vec<String>) -> Option<Report> {
    let out = sandbox.out();
    let markdown = fs::read_to_string(out.join("maturity-eval.md")).unwrap_or_default();
    let report = match Report::read(&out) {
        Ok(report) => report,
        Err(problem) => {
            problems.push(problem);
            return None;
        }
    };
    problems.extend(report.problems(case.passes(), &markdown));
    problems.extend(report.wrong_digests(&out));
    for (path, expected) in &case.report {
        let found = report.get(path);
        if found != *expected {
            problems.push(format!("{path} is {found}, expected {expected}"));
        }
    }
    let lines = report.lines();
    for wanted in case.report_has.iter().filter(|w| !lines.iter().any(|line| report::matches(line, w))) {
        problems.push(format!("no line `{wanted}` in the report"));
    }
    for unwanted in case.not_has.iter().filter(|unwanted| lines.iter().any(|l| report::matches(l, unwanted)))
    {
        problems.push(format!("`{unwanted}` stands in the report"));
    }
    Some(report)
}

/// The reports of an earlier run are as they were.
fn old_reports(sandbox: &Sandbox, problems: &mut Vec<String>) {
    for file in sandbox::REPORTS {
        let text = fs::read_to_string(sandbox.workspace.join(sandbox::OUT).join(file));
        if text.ok().as_deref() != Some(sandbox::OLD) {
            problems.push(format!("the old {file} was changed or removed"));
        }
    }
}

fn code(case: &Case, outcome: &Outcome, report: Option<&Report>, problems: &mut Vec<String>) {
    let Some(code) = &case.code else { return };
    let printed = || outcome.stderr.contains(code.as_str()) || outcome.stdout.contains(code.as_str());
    let reported = report.is_some_and(|report| report.has_code(case.gate.as_deref(), code));
    let said = reported || (case.gate.is_none() && printed());
    if !said {
        problems.push(format!("{code} was not said by {}", case.gate.as_deref().unwrap_or("anything")));
    }
}

/// What must hold after every run: nothing left running, nothing left lying about, the tree untouched.
fn after(case: &Case, sandbox: &Sandbox, before: Option<&str>, problems: &mut Vec<String>) {
    problems.extend(sandbox.left_running().iter().map(|name| format!("the process `{name}` still runs")));
    if case.signal.as_deref() != Some("KILL") {
        problems.extend(sandbox.left_lying().iter().map(|path| format!("left lying about: {path}")));
    }
    if case.writes_reports() && !case.tree_changes && sandbox.status().as_deref() != before {
        problems.push("the run changed the working tree".into());
    }
    for path in case.writes.iter().filter(|path| !sandbox.workspace.join(path).is_file()) {
        problems.push(format!("{path} was not written"));
    }
    for wanted in &case.holds {
        problems.extend(holds(wanted, &sandbox.workspace.join(&wanted.file)));
    }
    for line in case.marks.iter().filter(|name| !sandbox.marks().join(name).is_file()) {
        problems.push(format!("the case's own code never left its mark `{line}`"));
    }
}

/// In what a file is not as a case wants it.
fn holds(wanted: &Holds, path: &Path) -> Vec<String> {
    let file = &wanted.file;
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => return vec![format!("{file}: {error}")],
    };
    let found = |line: &&String| text.lines().any(|there| report::matches(there, line));
    let missing =
        wanted.has.iter().filter(|line| !found(line)).map(|line| format!("{file}: no line `{line}`"));
    let present = wanted.not_has.iter().filter(|unwanted| text.contains(unwanted.as_str()));
    let present = present.map(|unwanted| format!("{file}: `{unwanted}` stands in it"));
    let size = text.len() as u64;
    let odd = wanted.bytes.filter(|(least, most)| !(*least..=*most).contains(&size));
    let odd = odd.map(|range| format!("{file}: {size} bytes, expected {range:?}"));
    missing.chain(present).chain(odd).collect()
}
