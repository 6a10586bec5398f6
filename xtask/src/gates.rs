//! The table of gates. Each folder holds what only that gate needs: `gather.rs` runs things and
//! records facts, `judge.rs` turns facts into findings.

pub mod deps_approval;
pub mod promotion_guard;

use serde::Serialize;

/// A gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// All required checks pass.
    PromotionGuard,
    /// An SBOM is generated, and everything in it is approved.
    DepsApproval,
    /// The policy in force is the policy that was agreed.
    PolicyDrift,
    /// Every data contract is locked and within budget.
    FieldBudgets,
    /// Metrics and logging work, seen running.
    ObservabilityVerify,
}

impl Gate {
    /// Every gate, in the order of the reports.
    pub const ALL: [Gate; 5] = [
        Gate::PromotionGuard,
        Gate::DepsApproval,
        Gate::PolicyDrift,
        Gate::FieldBudgets,
        Gate::ObservabilityVerify,
    ];

    /// Its name in files and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Gate::PromotionGuard => "promotion_guard",
            Gate::DepsApproval => "deps_approval",
            Gate::PolicyDrift => "policy_drift",
            Gate::FieldBudgets => "field_budgets",
            Gate::ObservabilityVerify => "observability_verify",
        }
    }

    /// What it proves, in one line.
    pub fn title(self) -> &'static str {
        match self {
            Gate::PromotionGuard => "all required checks pass",
            Gate::DepsApproval => "an SBOM is generated, and everything in it is approved",
            Gate::PolicyDrift => "the policy in force is the policy that was agreed",
            Gate::FieldBudgets => "every data contract is locked and within budget",
            Gate::ObservabilityVerify => "metrics and logging work, seen running",
        }
    }

    /// The gate of that name.
    pub fn parse(name: &str) -> Option<Gate> {
        Gate::ALL.into_iter().find(|gate| gate.as_str() == name)
    }
}

impl std::fmt::Display for Gate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// Whether a gate can block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// It is reported.
    ReportOnly,
    /// It blocks unless it passes.
    Required,
}

impl Mode {
    /// As it stands in the policy file.
    pub fn as_str(self) -> &'static str {
        match self {
            Mode::ReportOnly => "report_only",
            Mode::Required => "required",
        }
    }
}
