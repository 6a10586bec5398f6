//! The section `policy_drift`: which rules are kept, and where unsafe code may be.

use std::collections::BTreeMap;

use super::values;
use crate::yaml::{Complaints, Fields, Keys, Node, Value, did_you_mean};

const POLICY: Keys = Keys::new(&["rules", "unsafe_allowed"]);
const MODES: [(&str, RuleMode); 3] =
    [("on", RuleMode::On), ("report", RuleMode::Report), ("off", RuleMode::Off)];

/// How policy_drift is judged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PolicyDrift {
    /// The rules whose mode is given; the others are on.
    pub rules: BTreeMap<Rule, RuleMode>,
    /// Packages that may hold unsafe code.
    pub unsafe_allowed: Vec<String>,
}

impl PolicyDrift {
    /// The mode of a rule.
    pub fn mode(&self, rule: Rule) -> RuleMode {
        self.rules.get(&rule).copied().unwrap_or(RuleMode::On)
    }
}

/// What a breach of a rule amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleMode {
    /// The gate fails.
    On,
    /// It is reported.
    Report,
    /// Nobody looks.
    Off,
}

impl RuleMode {
    /// As it stands in the settings.
    pub fn as_str(self) -> &'static str {
        match self {
            RuleMode::On => "on",
            RuleMode::Report => "report",
            RuleMode::Off => "off",
        }
    }
}

/// A rule of policy_drift. What each asks for stands in the table beside the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// Members inherit the workspace's lints.
    LintsInherited,
    /// Unsafe code is forbidden.
    UnsafeForbidden,
    /// Published packages have no wildcard dependencies.
    NoWildcardDependencies,
    /// Published packages have no git dependencies.
    NoGitDependencies,
    /// Every member states its rust-version.
    RustVersionSet,
    /// Every member states its licence.
    LicenseSet,
    /// Git tracks Cargo.lock.
    LockfileTracked,
    /// Nothing takes the place of what the checks call.
    ChecksNotShadowed,
    /// Actions are pinned to a commit.
    ActionsPinned,
    /// Who publishes waits for the gate.
    PublishNeedsGate,
    /// Nothing lets a failed gate through.
    GateNotSoftened,
}

impl Rule {
    /// Every rule, in the order of the reports.
    pub const ALL: [Rule; 11] = [
        Rule::LintsInherited,
        Rule::UnsafeForbidden,
        Rule::NoWildcardDependencies,
        Rule::NoGitDependencies,
        Rule::RustVersionSet,
        Rule::LicenseSet,
        Rule::LockfileTracked,
        Rule::ChecksNotShadowed,
        Rule::ActionsPinned,
        Rule::PublishNeedsGate,
        Rule::GateNotSoftened,
    ];

    /// Its name in files and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Rule::LintsInherited => "lints_inherited",
            Rule::UnsafeForbidden => "unsafe_forbidden",
            Rule::NoWildcardDependencies => "no_wildcard_dependencies",
            Rule::NoGitDependencies => "no_git_dependencies",
            Rule::RustVersionSet => "rust_version_set",
            Rule::LicenseSet => "license_set",
            Rule::LockfileTracked => "lockfile_tracked",
            Rule::ChecksNotShadowed => "checks_not_shadowed",
            Rule::ActionsPinned => "actions_pinned",
            Rule::PublishNeedsGate => "publish_needs_gate",
            Rule::GateNotSoftened => "gate_not_softened",
        }
    }
}

pub(super) fn read(node: &Node, policy: &mut PolicyDrift, c: &mut Complaints) {
    let Some(fields) = Fields::read(node, &POLICY, c) else { return };
    if let Some(node) = fields.get("rules") {
        for (name, key, value) in
            node.entries("a mapping from rules to on, report or off", c).unwrap_or_default()
        {
            match Rule::ALL.into_iter().find(|rule| rule.as_str() == name) {
                Some(rule) => policy.rules.extend(mode(value, c).map(|mode| (rule, mode))),
                None => {
                    let message = format!("unknown rule {}", crate::diagnostics::shown(name));
                    c.at(key, message, did_you_mean(name, &Rule::ALL.map(Rule::as_str)));
                }
            }
        }
    }
    let packages = fields
        .get("unsafe_allowed")
        .and_then(|node| node.checked_list("a list of packages", c, values::package));
    values::set(&mut policy.unsafe_allowed, packages);
}

/// `on` and `off` are truth values to some readers of YAML, so both forms are taken.
fn mode(node: &Node, c: &mut Complaints) -> Option<RuleMode> {
    match node.value {
        Value::Bool(true) => Some(RuleMode::On),
        Value::Bool(false) => Some(RuleMode::Off),
        _ => node.word(&MODES, c),
    }
}
