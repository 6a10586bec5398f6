//! The table of rules: what each asks for, why, and what to do about a breach.
//!
//! One table that the judge, the reports and the documentation read; a rule is on unless the settings
//! say otherwise.

use crate::settings::Rule;

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleText {
    /// What it asks for.
    pub what: &'static str,
    /// Why a release should care.
    pub why: &'static str,
    /// What to do about a breach.
    pub remedy: &'static str,
}

/// The entry of a rule.
pub fn text(rule: Rule) -> RuleText {
    let (what, why, remedy) = match rule {
        Rule::LintsInherited => (
            "every member inherits the workspace's lints",
            "Lints that a member leaves out are lints that nobody agreed to leave out.",
            "Add `[lints] workspace = true` to the member's Cargo.toml, and the lints to `[workspace.lints]`.",
        ),
        Rule::UnsafeForbidden => (
            "unsafe code is forbidden, or the package is listed",
            "Unsafe code needs somebody who knows that it is there.",
            "Set `unsafe_code = \"forbid\"` in the lints, or list the package under policy_drift.unsafe_allowed.",
        ),
        Rule::NoWildcardDependencies => (
            "published packages ask for versions of what they depend on",
            "With a wildcard, what users get is whatever is newest on that day.",
            "Write the version that is meant, such as \"1.2\"; or set `publish = false`.",
        ),
        Rule::NoGitDependencies => (
            "published packages depend on registries alone",
            "A repository can move or vanish, and no registry takes such a package.",
            "Take the dependency from a registry, or set `publish = false`.",
        ),
        Rule::RustVersionSet => (
            "every member states its rust-version",
            "Without it, users learn from a compiler error what they need.",
            "Set `rust-version`, or `rust-version.workspace = true`.",
        ),
        Rule::LicenseSet => (
            "every member states its licence",
            "Without a licence there is no right to use it.",
            "Set `license` (an SPDX expression) or `license-file`.",
        ),
        Rule::LockfileTracked => (
            "git tracks Cargo.lock",
            "Without it, what was tested is not what will be built.",
            "Take Cargo.lock out of .gitignore and commit it.",
        ),
        Rule::ChecksNotShadowed => (
            "no alias, runner, wrapper, flag or filter takes the place of what the checks call",
            "A test runner that does nothing, or lints that are capped, turn every check green.",
            "Remove the setting, or make it one that leaves tests and lints alone.",
        ),
        Rule::ActionsPinned => (
            "every action is pinned to a full commit",
            "A tag can be moved to other code, which then runs with the release's rights.",
            "Write the full commit after the @, with the version in a comment: `owner/action@40 hex digits # v1.2.3`.",
        ),
        Rule::PublishNeedsGate => (
            "a job that publishes needs a job that runs the gate",
            "A verdict that nothing waits for blocks nothing.",
            "Run `cargo xtask maturity` in a job, and name that job in the `needs` of the one that publishes.",
        ),
        Rule::GateNotSoftened => (
            "nothing on the way from the gate to the publishing job lets a failure through",
            "A gate whose failure is ignored is worse than none.",
            "Remove it: the gate's exit status must fail its step, its job, and all that need it.",
        ),
    };
    RuleText { what, why, remedy }
}
