//! What the rules find. Pure: each rule looks at facts and names what breaks it.
//!
//! A rule that had nothing to look at says so; it is not among those that were kept.

mod manifests;
mod tools;

use crate::catalog::Code;
use crate::evidence::rules::RuleFacts;
use crate::settings::{PolicyDrift, Rule, RuleMode};
use crate::verdict::{Finding, Severity};

use super::super::rules::text;
use super::workflows;
use crate::diagnostics::count;
pub(super) use tools::{bends, is_the_tools, of_workflows};

/// What a rule saw.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Looked {
    /// How many things it looked at.
    pub(super) at: usize,
    /// What breaks it.
    pub(super) breaches: Vec<Breach>,
    /// What it cannot look at, for the reader to know.
    pub(super) notes: Vec<Breach>,
}

/// One thing that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Breach {
    /// What is wrong, in one line.
    pub(super) message: String,
    /// Where.
    pub(super) file: Option<String>,
    /// One-based line.
    pub(super) line: Option<u32>,
    /// The package that it is about.
    pub(super) package: Option<String>,
}

impl Breach {
    pub(super) fn at(file: &str, line: Option<u32>, message: impl Into<String>) -> Breach {
        // Line 0 stands for one that was not looked up.
        let line = line.filter(|line| *line > 0);
        Breach { message: message.into(), file: Some(file.to_owned()), line, package: None }
    }
}

/// How the rules came out.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// Rules that looked at something and found nothing.
    pub(super) kept: Vec<Rule>,
    /// Rules that had nothing to look at.
    pub(super) idle: Vec<Rule>,
    /// Rules that the settings turn off.
    pub(super) off: Vec<Rule>,
    /// What was found.
    pub(super) findings: Vec<Finding>,
}

impl Outcome {
    /// `8 rules kept, 3 had nothing to look at`.
    pub(super) fn sum(&self) -> String {
        let mut parts = vec![format!("{} kept", count(self.kept.len(), "rule"))];
        if !self.idle.is_empty() {
            parts.push(format!("{} had nothing to look at", self.idle.len()));
        }
        if !self.off.is_empty() {
            let names: Vec<&str> = self.off.iter().map(|rule| rule.as_str()).collect();
            parts.push(format!("{} off ({})", self.off.len(), names.join(", ")));
        }
        parts.join(", ")
    }
}

/// Looks through the eyes of every rule.
pub(super) fn judge(facts: &RuleFacts, settings: &PolicyDrift) -> Outcome {
    let mut outcome = Outcome::default();
    for rule in Rule::ALL {
        let severity = match settings.mode(rule) {
            RuleMode::On => Severity::Error,
            RuleMode::Report => Severity::Warning,
            RuleMode::Off => {
                outcome.off.push(rule);
                outcome.findings.push(off(rule));
                continue;
            }
        };
        let looked = look(rule, facts, settings);
        match (looked.at, looked.breaches.is_empty()) {
            (0, true) => outcome.idle.push(rule),
            (_, true) => outcome.kept.push(rule),
            (_, false) => {}
        }
        outcome.findings.extend(looked.breaches.into_iter().map(|breach| finding(rule, severity, breach)));
        let notes = looked.notes.into_iter().map(|note| finding(rule, Severity::Note, note));
        outcome.findings.extend(notes);
    }
    outcome
}

fn look(rule: Rule, facts: &RuleFacts, settings: &PolicyDrift) -> Looked {
    match rule {
        Rule::LintsInherited => manifests::lints_inherited(facts),
        Rule::UnsafeForbidden => manifests::unsafe_forbidden(facts, &settings.unsafe_allowed),
        Rule::NoWildcardDependencies => manifests::no_wildcards(facts),
        Rule::NoGitDependencies => manifests::no_git(facts),
        Rule::RustVersionSet => {
            manifests::each(facts, |one| (!one.rust_version).then_some("states no rust-version"))
        }
        Rule::LicenseSet => manifests::each(facts, |one| (!one.license).then_some("states no licence")),
        Rule::LockfileTracked => lockfile_tracked(facts),
        Rule::ChecksNotShadowed => tools::not_shadowed(facts),
        Rule::ActionsPinned => workflows::actions_pinned(facts),
        Rule::PublishNeedsGate => workflows::publish_needs_gate(facts),
        Rule::GateNotSoftened => workflows::gate_not_softened(facts),
    }
}

fn lockfile_tracked(facts: &RuleFacts) -> Looked {
    let message = match (facts.lockfile.present, facts.lockfile.tracked) {
        (true, Some(true)) => return Looked { at: 1, ..Looked::default() },
        (true, Some(false)) => "git does not track Cargo.lock",
        (true, None) => "this is no git repository, so nothing tracks Cargo.lock",
        (false, _) => "there is no Cargo.lock",
    };
    Looked { at: 1, breaches: vec![Breach::at("Cargo.lock", None, message)], ..Looked::default() }
}

fn finding(rule: Rule, severity: Severity, breach: Breach) -> Finding {
    let message = format!("{}: {}", rule.as_str(), breach.message);
    Finding {
        file: breach.file,
        line: breach.line,
        package: breach.package,
        remedy: Some(text(rule).remedy.to_owned()),
        ..Finding::new(Code::PolicyViolation, severity, message)
    }
}

/// What is turned off stands in every report, whether the gate passes or not.
fn off(rule: Rule) -> Finding {
    let message = format!("{} is off: nobody looked whether {}", rule.as_str(), text(rule).what);
    Finding {
        file: Some(crate::settings::FILE.to_owned()),
        remedy: Some(format!(
            "Set it to on or report under policy_drift.rules in {}.",
            crate::settings::FILE
        )),
        ..Finding::note(Code::PolicyViolation, message)
    }
}

#[cfg(test)]
mod tests;
