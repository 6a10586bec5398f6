//! The table of gates. Each folder holds what only that gate needs: `gather.rs` runs things and
//! records facts, `judge.rs` turns facts into findings.

pub mod deps_approval;
pub mod field_budgets;
pub mod observability_verify;
pub mod policy_drift;
pub mod promotion_guard;

use std::sync::mpsc;
use std::time::Instant;

use serde::Serialize;
use time::OffsetDateTime;

use crate::evidence::{BudgetFacts, DepsFacts, Evidence, Gathered, PolicyFacts, ServicesFacts};
use crate::gather::Context;
use crate::plan::{Chosen, Step};
use crate::settings::Settings;
use crate::verdict::Judgement;

/// What every gate will run and read.
pub fn steps(context: &Context<'_>, chosen: &Chosen) -> Vec<Step> {
    let mut steps = promotion_guard::steps(context, &|check| chosen.gathers(check));
    steps.extend(deps_approval::steps(context.workspace, context.settings));
    steps.extend(policy_drift::steps(context));
    steps.extend(field_budgets::steps(context));
    steps.extend(observability_verify::steps(context, chosen.gathers(observability_verify::gather::NAME)));
    steps
}

/// Everything that `--only` can name: the checks of promotion_guard, and the services.
pub fn check_names(settings: &Settings) -> Vec<String> {
    let mut names = promotion_guard::check_names(settings);
    names.push(observability_verify::gather::NAME.to_owned());
    names
}

/// Gathers the evidence of every gate that has any: what needs no build beside what does.
pub fn gather(context: &Context<'_>, chosen: &Chosen) -> Gathered {
    std::thread::scope(|scope| {
        let deps = scope.spawn(|| {
            let begun = Instant::now();
            let facts = deps_approval::gather(context);
            (facts, u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX))
        });
        let policy = scope.spawn(|| policy_drift::gather(context));
        let budgets = scope.spawn(|| field_budgets::gather(context));
        let (tell_built, built) = mpsc::channel();
        let services = scope.spawn(move || {
            let selected = chosen.gathers(observability_verify::gather::NAME);
            observability_verify::gather(context, selected, &built)
        });
        let checks = promotion_guard::gather(context, &|check| chosen.gathers(check), tell_built);
        // A gatherer that panicked has proven nothing; facts that say nothing do not pass.
        let (deps, deps_duration_ms) = deps.join().unwrap_or_else(|_| (DepsFacts::default(), 0));
        let policy = policy.join().unwrap_or_else(|_| PolicyFacts::default());
        let budgets = budgets.join().unwrap_or_else(|_| BudgetFacts::default());
        let services = services.join().unwrap_or_else(|_| ServicesFacts::default());
        Gathered { checks, deps, deps_duration_ms, policy, budgets, services }
    })
}

/// Judges the evidence of every gate. What is missing here is missing in the verdict.
pub fn judge(evidence: &Evidence, settings: &Settings, effective_time: OffsetDateTime) -> Vec<Judgement> {
    vec![
        promotion_guard::judge(&evidence.checks, settings),
        deps_approval::judge(&evidence.deps, settings, effective_time, evidence.deps_duration_ms),
        policy_drift::judge(&evidence.policy, settings),
        field_budgets::judge(&evidence.budgets),
        observability_verify::judge(&evidence.services),
    ]
}

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
