//! The built-in stages as a file, for workspaces that have none yet.

/// The text of it.
pub(super) const TEXT: &str = r#"# Maturity stages, laxest first: which refs claim them, and which gates they require.
# Written by `cargo xtask promote` from the stages that are built in; edit it as you like.
# `cargo xtask validate-stages` checks it and shows where refs land.
version: 1
stages:
  PILOT:
    description: Rapid iteration, low governance.
    patterns: ["main", "*"]
    gates: report_only
  PRE_GA:
    description: Stabilization. Preparing for GA.
    patterns: ["v*-rc.*", "{package}-v*-rc.*"]
    gates:
      promotion_guard: required
      deps_approval: report_only
      policy_drift: report_only
      field_budgets: report_only
      observability_verify: required
  GA:
    description: Production ready. Strict governance.
    patterns: ["v*", "{package}-v*"]
    gates: required
"#;
