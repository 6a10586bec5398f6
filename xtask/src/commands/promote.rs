//! `promote`: which gates a stage requires, changed in the policy file; and what that would block today.

use std::fmt::Write as _;
use std::io::Read;
use std::path::Path;

use serde_json::Value;

use super::print;
use crate::cli;
use crate::day::{day, day_of};
use crate::diagnostics::{nearest, shown};
use crate::error::{Error, Result};
use crate::evidence::store::JSON_REPORT;
use crate::gates::{Gate, Mode};
use crate::host::Host;
use crate::process::Processes;
use crate::stages::promote::{Outcome, Request};
use crate::stages::{self, Given};
use crate::workspace::Workspace;

/// Where the last report is, unless it was sent elsewhere.
const REPORTS: &str = "dist/maturity";
/// The largest report that is read, in bytes.
const MAX_REPORT: u64 = 64 * 1024 * 1024;

/// `promote`: edits, and says what was changed and what that means.
pub(crate) fn promote(args: &cli::Promote, manifest_path: Option<&Path>, host: &Host) -> Result<u8> {
    let gates = if args.all { Gate::ALL.to_vec() } else { gates(&args.gates)? };
    let mode = mode(args)?;
    let processes = Processes::new(host);
    let workspace = Workspace::load(&processes, &host.current_dir, manifest_path, true)?;
    let request = Request { stage: &args.stage, gates: &gates, mode, now: host.now };
    let outcome = stages::promote::promote(&workspace.root, &request)?;
    if outcome.changes.is_empty() {
        let names = gates.iter().map(|gate| gate.as_str()).collect::<Vec<_>>().join(", ");
        return print(&format!("nothing to change: {} has {names} like that already\n", args.stage))
            .map(|()| 0);
    }
    let mut text = told(&args.stage, &outcome);
    if mode != Given::Plain(Mode::ReportOnly) {
        let head = processes.try_output(&["git", "rev-parse", "HEAD"], &workspace.root)?.ok();
        let report = last_report(&workspace.root, head.as_deref().map(str::trim));
        would_block(&mut text, &args.stage, &outcome, &report);
    }
    if let Given::RequiredFrom(from) = mode
        && from <= day_of(host.now)
    {
        let _ = writeln!(text, "note: {from} has come: they are required at once");
    }
    text.push_str("\nThe policy is no longer the one that was locked, if it was: `cargo xtask policy lock` re-locks it.\n");
    print(&text).map(|()| 0)
}

fn gates(names: &[String]) -> Result<Vec<Gate>> {
    let read = |name: &String| {
        Gate::parse(name).ok_or_else(|| {
            let known = Gate::ALL.map(Gate::as_str);
            let help = match nearest(name, known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are: {}", known.join(", ")),
            };
            Error::usage(format!("there is no gate `{}`", name.escape_debug())).help(help)
        })
    };
    names.iter().map(read).collect()
}

fn mode(args: &cli::Promote) -> Result<Given> {
    match &args.from {
        None if args.demote => Ok(Given::Plain(Mode::ReportOnly)),
        None => Ok(Given::Plain(Mode::Required)),
        Some(from) => day(from).map(Given::RequiredFrom).ok_or_else(|| {
            Error::usage(format!("--from {}: no such day", shown(from)))
                .help("YYYY-MM-DD, such as 2027-03-01")
        }),
    }
}

fn told(stage: &str, outcome: &Outcome) -> String {
    let mut text = String::new();
    if outcome.created {
        let _ = writeln!(text, "created {} from the built-in stages", stages::FILE);
    }
    for (gate, from, to) in &outcome.changes {
        let _ = writeln!(text, "{stage}.{gate}: {from} → {to}");
    }
    let _ = writeln!(text, "\n{}", outcome.diff);
    for warning in &outcome.warnings {
        let _ = writeln!(text, "warning: {warning}");
    }
    text
}

/// What the last report says.
enum LastReport {
    /// It is about HEAD.
    OfHead(Value),
    /// Why it says nothing about HEAD.
    Useless(String),
}

fn last_report(root: &Path, head: Option<&str>) -> LastReport {
    let shown_path = format!("{REPORTS}/{JSON_REPORT}");
    let path = root.join(REPORTS).join(JSON_REPORT);
    let mut bytes = Vec::new();
    let is_file = std::fs::metadata(&path).is_ok_and(|metadata| metadata.is_file());
    let read = std::fs::File::open(&path).and_then(|file| file.take(MAX_REPORT).read_to_end(&mut bytes));
    if !is_file || read.is_err() {
        return LastReport::Useless(format!("there is no report of an earlier run at {shown_path}"));
    }
    let Ok(report) = serde_json::from_slice::<Value>(&bytes) else {
        return LastReport::Useless(format!("{shown_path} cannot be read"));
    };
    let commit = report["subject"]["commit"].as_str().unwrap_or_default();
    if head != Some(commit) {
        let short = |id: &str| shown(&id.chars().take(12).collect::<String>());
        let head =
            head.map_or_else(|| "there is no commit".to_owned(), |head| format!("HEAD is {}", short(head)));
        return LastReport::Useless(format!("the last report is about commit {}, and {head}", short(commit)));
    }
    if report["subject"]["dirty"] != Value::Bool(false) {
        return LastReport::Useless("the last report is about a working tree that was not the commit".into());
    }
    LastReport::OfHead(report)
}

/// Which of the promoted gates would block today.
fn would_block(text: &mut String, stage: &str, outcome: &Outcome, report: &LastReport) {
    let report = match report {
        LastReport::OfHead(report) => report,
        LastReport::Useless(why) => {
            let _ = writeln!(
                text,
                "What {stage} would block on today is not known: {why}; `cargo xtask maturity` makes one."
            );
            return;
        }
    };
    let moment = report["effective_time"].as_str().unwrap_or_default();
    let _ = writeln!(text, "By the last report, of {}:", bare(moment));
    for (gate, _, _) in &outcome.changes {
        let gates = report["gates"].as_array().map_or(&[][..], Vec::as_slice);
        let found = gates.iter().find(|found| found["gate"] == gate.as_str()).unwrap_or(&Value::Null);
        let said = |key: &str| bare(found[key].as_str().unwrap_or_default());
        let _ = match found["outcome"].as_str() {
            Some("pass" | "not_applicable") => {
                writeln!(text, "  {gate} would not block {stage} today: {}", said("message"))
            }
            Some(_) => writeln!(
                text,
                "  {gate} would block {stage} today: {}: {} ({})",
                said("outcome"),
                said("code"),
                said("message")
            ),
            None => writeln!(text, "  {gate} would block {stage} today: the report has nothing about it"),
        };
    }
}

/// A text from the report, which may be anybody's, in one harmless line.
fn bare(text: &str) -> String {
    shown(text).trim_matches('`').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "0123456789abcdef0123456789abcdef01234567";

    fn outcome() -> Outcome {
        let change = |gate| (gate, "report_only".to_owned(), "required".to_owned());
        let gates = [Gate::PromotionGuard, Gate::DepsApproval, Gate::FieldBudgets];
        let (diff, warnings) = (String::new(), Vec::new());
        Outcome { changes: gates.map(change).to_vec(), diff, warnings, created: false }
    }

    /// What is said of a report with this text.
    fn said(report: Option<&str>, head: Option<&str>) -> String {
        let folder = tempfile::tempdir().unwrap();
        if let Some(report) = report {
            let reports = folder.path().join(REPORTS);
            std::fs::create_dir_all(&reports).unwrap();
            std::fs::write(reports.join(JSON_REPORT), report).unwrap();
        }
        let mut text = String::new();
        would_block(&mut text, "GA", &outcome(), &last_report(folder.path(), head));
        text
    }

    fn report(commit: &str, dirty: bool) -> String {
        serde_json::json!({
            "subject": {"commit": commit, "dirty": dirty},
            "effective_time": "2026-11-25T06:00:00Z",
            "gates": [
                {"gate": "promotion_guard", "outcome": "pass", "code": null, "message": "5 checks"},
                {"gate": "deps_approval", "outcome": "fail", "code": "DEPS_UNAPPROVED",
                 "message": "2 components\n\u{1b}[2J"},
            ],
        })
        .to_string()
    }

    #[test]
    fn what_would_block_is_what_the_last_report_of_head_says() {
        let expected = "\
By the last report, of 2026-11-25T06:00:00Z:
  promotion_guard would not block GA today: 5 checks
  deps_approval would block GA today: fail: DEPS_UNAPPROVED (2 components\\n\\u{1b}[2J)
  field_budgets would block GA today: the report has nothing about it
";
        assert_eq!(said(Some(&report(HEAD, false)), Some(HEAD)), expected);
    }

    #[test]
    fn a_report_about_anything_else_is_no_answer() {
        let other = HEAD.replace('0', "f");
        for (report, head, expected) in [
            (None, Some(HEAD), "there is no report of an earlier run at dist/maturity/maturity-eval.json"),
            (
                Some(report(&other, false)),
                Some(HEAD),
                "is about commit `f123456789ab`, and HEAD is `0123456789ab`",
            ),
            (Some(report(HEAD, false)), None, "and there is no commit"),
            (Some(report(HEAD, true)), Some(HEAD), "a working tree that was not the commit"),
            (Some("{}".to_owned()), Some(HEAD), "is about commit ``"),
            (Some("[".to_owned()), Some(HEAD), "dist/maturity/maturity-eval.json cannot be read"),
        ] {
            let text = said(report.as_deref(), head);
            assert!(text.starts_with("What GA would block on today is not known: "), "{text}");
            assert!(text.contains(expected) && text.lines().count() == 1, "{text}");
        }
    }
}
