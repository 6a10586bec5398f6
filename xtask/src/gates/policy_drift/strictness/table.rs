//! The table: which setting is measured by what. The first pattern that fits decides.
//!
//! Words and defaults are those of the tools' own documentation: the lint levels of rustc, clippy's
//! configuration options, cargo-deny's configuration, nextest's repository configuration.

use super::measure::Measure::{self, *};
use super::pattern::fits;

/// `deny` in a lint table is laxer than `forbid`: it can be allowed again further in. A lint that is
/// not named has its default, which for all but a few is `allow` or `warn`.
const LINT_LEVELS: Measure = Ladder(&[&["allow", "", "warn", "deny", "forbid"]]);
const LEVELS: Measure = Ladder(&[&["allow", "warn", "deny"]]);
/// cargo-deny's scopes of advisories; `workspace` and `transitive` do not contain one another.
const SCOPES: Measure =
    Ladder(&[&["none", "workspace", "all"], &["none", "transitive", "all"], &["allow", "warn", "deny"]]);
const RULE: Measure = Ladder(&[&["off", "report", "on"]]);

const MEASURES: &[(&str, Measure)] = &[
    ("stages.*.gates.*", Mode),
    ("stages.*.patterns", Landings),
    ("stages.freeze", Demanded),
    ("stages.freeze.*.stages", Demanded),
    ("stages.freeze.*.when", Frozen),
    // promotion_guard
    ("evidence.promotion_guard.*.not_applicable", Excuse),
    ("evidence.promotion_guard.lint.deny", Demanded),
    ("evidence.promotion_guard.audit.max_age_days", More(None)),
    ("evidence.promotion_guard.audit.*", Ladder(&[&["warn", "deny"]])),
    ("evidence.promotion_guard.checks", Demanded),
    ("evidence.promotion_guard.checks.*.success.exit_codes", Permitted),
    ("evidence.promotion_guard.checks.*.success.output_contains", Proof),
    // observability_verify, before the timeouts of all gates
    ("evidence.observability_verify.not_applicable", Excuse),
    ("evidence.observability_verify.not_services", Permitted),
    ("evidence.observability_verify.build_timeout", More(None)),
    ("evidence.observability_verify.services", Demanded),
    ("evidence.observability_verify.services.*.exercise", Demanded),
    ("evidence.observability_verify.services.*.within", More(None)),
    ("evidence.observability_verify.services.*.settle", More(None)),
    ("evidence.observability_verify.services.*.timeout", More(None)),
    ("evidence.observability_verify.services.*.grace", More(None)),
    ("evidence.observability_verify.services.*.*.not_applicable", Excuse),
    ("evidence.observability_verify.services.*.metrics.timeout", More(None)),
    ("evidence.observability_verify.services.*.metrics.max_series", More(None)),
    ("evidence.observability_verify.services.*.metrics.families", Demanded),
    ("evidence.observability_verify.services.*.logs.fields", Demanded),
    ("evidence.observability_verify.services.*.logs.forbidden_fields", Demanded),
    ("evidence.observability_verify.services.*.logs.forbidden_values", Demanded),
    ("evidence.observability_verify.services.*.logs.max_unstructured_percent", More(Some(0))),
    ("evidence.observability_verify.services.*.logs.correlation", Proof),
    ("evidence.observability_verify.services.*.traces.spans", Demanded),
    ("evidence.observability_verify.services.*.traces.propagates", Demand),
    ("evidence.*.timeout", More(None)),
    ("evidence.*.*.timeout", More(None)),
    ("evidence.*.checks.*.timeout", More(None)),
    // deps_approval
    ("evidence.deps_approval.shipped", Scope),
    ("evidence.deps_approval.targets", ScopeIfNamed),
    ("evidence.deps_approval.cargo_vet", Permit),
    ("evidence.deps_approval.licenses.allow", Permitted),
    ("evidence.deps_approval.licenses.exceptions.*", Permitted),
    ("evidence.deps_approval.sources.*", Permitted),
    // policy_drift
    ("evidence.policy_drift.rules.*", RULE),
    ("evidence.policy_drift.unsafe_allowed", Permitted),
    // field_budgets
    ("evidence.field_budgets.default_budget", More(None)),
    ("evidence.field_budgets.*", Demanded),
    // release-check
    ("evidence.release.branches", Permitted),
    ("evidence.release.changelog", Unclear),
    ("budgets.by_hand", Permitted),
    ("budgets.*.*", More(None)),
    ("waivers.version", Unclear),
    ("waivers.max_days", More(None)),
    ("waivers.*", Until),
    ("waivers.*.*", Until),
    ("approvals.rules", Permitted),
    ("lints.*.*.priority", Unclear),
    ("lints.package.workspace", Demand),
    ("lints.package.*.*", LINT_LEVELS),
    ("lints.*.*", LINT_LEVELS),
    // clippy
    ("clippy.avoid-breaking-exported-api", Permit),
    ("clippy.suppress-restriction-lint-in-const", Permit),
    ("clippy.accept-comment-above-*", Permit),
    ("clippy.allow-*", Permit),
    ("clippy.allowed-*", Permitted),
    ("clippy.arithmetic-side-effects-allowed*", Permitted),
    ("clippy.ignore-interior-mutability", Permitted),
    ("clippy.doc-valid-idents", Permitted),
    ("clippy.disallowed-*", Demanded),
    ("clippy.await-holding-invalid-types", Demanded),
    ("clippy.enforced-import-renames", Demanded),
    ("clippy.check-*", Demand),
    ("clippy.warn-*", Demand),
    // These name what is too small, not what is too large.
    ("clippy.min-ident-chars-threshold", Less),
    ("clippy.vec-box-size-threshold", Less),
    ("clippy.*-threshold", More(None)),
    ("clippy.max-*", More(None)),
    ("clippy.too-large-for-stack", More(None)),
    ("clippy.pass-by-value-size-limit", More(None)),
    // rustfmt
    ("rustfmt.disable_all_formatting", Permit),
    ("rustfmt.ignore", Permitted),
    ("rustfmt.skip_children", Permit),
    ("rustfmt.skip_macro_invocations", Permitted),
    // cargo-deny
    ("deny.advisories.ignore", Permitted),
    ("deny.advisories.*", SCOPES),
    ("deny.licenses.allow", Permitted),
    ("deny.licenses.deny", Demanded),
    ("deny.licenses.exceptions", Permitted),
    ("deny.licenses.exceptions.*.allow", Permitted),
    ("deny.licenses.private.ignore", Permit),
    ("deny.licenses.include-dev", Demand),
    ("deny.bans.deny", Demanded),
    ("deny.bans.deny.*.wrappers", Permitted),
    ("deny.bans.skip", Permitted),
    ("deny.bans.skip-tree", Permitted),
    ("deny.bans.allow-wildcard-paths", Permit),
    ("deny.bans.workspace-dependencies.*", LEVELS),
    ("deny.sources.allow-registry", Permitted),
    ("deny.sources.allow-git", Permitted),
    ("deny.sources.allow-org.*", Permitted),
    ("deny.graph.exclude", Permitted),
    ("deny.graph.exclude-dev", Permit),
    ("deny.graph.all-features", Demand),
    ("deny.graph.no-default-features", Permit),
    ("deny.*.*", LEVELS),
    // nextest
    ("nextest.profile.*.retries", More(Some(0))),
    ("nextest.profile.*.retries.count", More(Some(0))),
    ("nextest.profile.*.slow-timeout.terminate-after", More(None)),
];

/// What the setting of these names is measured by.
pub(super) fn measure(names: &[String]) -> Measure {
    MEASURES.iter().find(|(pattern, _)| fits(pattern, names)).map_or(Unclear, |(_, measure)| *measure)
}

#[cfg(test)]
pub(super) fn patterns() -> impl Iterator<Item = &'static str> {
    MEASURES.iter().map(|(pattern, _)| *pattern)
}
