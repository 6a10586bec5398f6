//! Findings about lints, formatting and commands of the user's own.

use super::capped;
use super::{status, tail};
use crate::catalog::Code;
use crate::evidence::Run;
use crate::evidence::checks::{CustomFacts, Diagnostic, FormatFacts, LintFacts};
use crate::settings::CustomCheck;
use crate::verdict::{Finding, Severity};

/// Adds clippy's findings. `succeeded` says that it ended with status 0: then it owes every member.
pub(super) fn lint(facts: &LintFacts, succeeded: bool, into: &mut Vec<Finding>) {
    capped(into, Code::LintFailed, "lints fired", facts.diagnostics.iter().map(lint_finding));
    if !succeeded {
        into.extend(stopped(facts));
        return;
    }
    for package in &facts.packages_unchecked {
        into.push(Finding {
            package: Some(package.clone()),
            remedy: Some(format!(
                "Run `cargo clippy -p {package} --all-targets`; if all its targets need features, choose them \
                 under features in ci/maturity-evidence.yml."
            )),
            ..Finding::error(Code::CheckError, format!("clippy looked at no target of `{package}`"))
        });
    }
    if facts.packages_checked.is_empty() && facts.packages_unchecked.is_empty() {
        into.push(Finding::error(Code::CheckError, "clippy looked at no package"));
    }
}

/// What clippy left out because of the errors that it found: a note as long as these stand beside it. It
/// counts as soon as all of them are waived, because nobody has looked at the rest.
fn stopped(facts: &LintFacts) -> Option<Finding> {
    let errors = || facts.diagnostics.iter().filter(|one| one.level == "error");
    // Lints have names with letters in them; what does not compile has E0308 and the like, or nothing.
    let lint = |code: &String| code.strip_prefix('E').is_none_or(|rest| rest.parse::<u32>().is_err());
    let broken = errors().find(|one| !one.code.as_ref().is_some_and(lint));
    let why = match (broken, facts.targets_unreached.as_slice()) {
        (Some(error), _) => format!("what does not compile is not linted: {}", error.message),
        (None, [first, rest @ ..]) => {
            let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
            format!("clippy stopped at errors before it came to {first}{more}")
        }
        (None, []) => return None,
    };
    errors().next()?;
    Some(Finding {
        label: Some(super::super::lint::NAME.to_owned()),
        remedy: Some(
            "Fix the lints, or allow them at their place with a reason: no waiver carries clippy past them."
                .to_owned(),
        ),
        ..Finding::note(Code::ChecksPending, format!("`lint` has no evidence of the rest: {why}"))
    })
}

fn lint_finding(diagnostic: &Diagnostic) -> Finding {
    let severity = if diagnostic.level == "error" { Severity::Error } else { Severity::Warning };
    let code = diagnostic.code.as_ref().map(|code| format!("{code}: ")).unwrap_or_default();
    let finding = Finding::new(Code::LintFailed, severity, format!("{code}{}", diagnostic.message));
    placed(finding, diagnostic)
}

fn placed(finding: Finding, diagnostic: &Diagnostic) -> Finding {
    Finding {
        package: diagnostic.package.clone(),
        file: diagnostic.file.clone(),
        line: diagnostic.line,
        column: diagnostic.column,
        detail: (!diagnostic.rendered.is_empty()).then(|| diagnostic.rendered.clone()),
        ..finding
    }
}

/// Adds rustfmt's findings.
pub(super) fn format(facts: &FormatFacts, whole: bool, into: &mut Vec<Finding>) {
    let errors = facts.errors.iter().map(|error| {
        if error.file.is_none() && !error.message.contains("failed to resolve mod") {
            return placed(Finding::error(Code::CheckError, format!("rustfmt: {}", error.message)), error);
        }
        let message = format!("cannot be parsed: {}", error.message);
        let remedy = Some("Fix the error; nothing of this target was checked because of it.".to_owned());
        Finding { remedy, ..placed(Finding::error(Code::FormatFailed, message), error) }
    });
    let unparsed = facts.errors.iter().any(|error| error.file.is_some());
    capped(into, Code::FormatFailed, "files cannot be parsed", errors);
    // As for lints: it counts once the errors that say so are waived.
    if unparsed {
        let message = "`format` has no evidence of the rest: rustfmt stopped at what cannot be parsed";
        into.push(Finding::note(Code::ChecksPending, message));
    }
    let differing = facts.differing.iter().map(|(file, line)| Finding {
        file: Some(file.clone()),
        line: *line,
        ..Finding::error(Code::FormatFailed, format!("`{file}` is not formatted"))
    });
    capped(into, Code::FormatFailed, "files are not formatted", differing);
    if whole && facts.roots == 0 && into.is_empty() {
        into.push(Finding::error(Code::CheckError, "cargo fmt looked at no file"));
    }
}

/// Adds what kept a command of the user's own from being a success.
pub(super) fn custom(check: &CustomCheck, facts: &CustomFacts, run: Option<&Run>, into: &mut Vec<Finding>) {
    let Some(run) = run else { return };
    let wanted = &check.success.exit_codes;
    let detail = tail(run);
    let remedy = Some(format!(
        "Run it by hand in `{}`; the end of its output is in maturity-eval.md.",
        check.directory
    ));
    if !facts.status.is_some_and(|status| wanted.contains(&status)) {
        let wanted = wanted.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ");
        let message = format!("`{}` ended with {}, wanted {wanted}", run.command.join(" "), status(run));
        into.push(Finding {
            remedy: remedy.clone(),
            detail: detail.clone(),
            ..Finding::error(Code::ChecksFailed, message)
        });
    }
    if let (Some(text), None) = (&check.success.output_contains, &facts.matched_line) {
        let message = format!("no line of the output of `{}` contains `{text}`", run.command.join(" "));
        into.push(Finding { remedy, detail, ..Finding::error(Code::ChecksFailed, message) });
    }
}
