//! `ci/maturity-evidence.yml`: every setting, defaults filled in.
//!
//! Each struct is taken apart field by field, so that a new setting does not compile until it is told.

use std::time::Duration;

use crate::settings::{
    self, Applies, Audit, CustomCheck, DepsApproval, DocTests, Features, FieldBudgets, Format, Level,
    Licenses, Lint, PolicyDrift, PromotionGuard, Release, Rule, Runner, Settings, Sources, Success, Tests,
};

use super::said::{Said, argv};
use super::tables::reason;

const GUARD: &str = "promotion_guard";
const DEPS: &str = "deps_approval";
const POLICY: &str = "policy_drift";
const BUDGETS: &str = "field_budgets";

/// Says how evidence is gathered; without the file, what the defaults are.
pub(super) fn say(path: &str, bytes: Option<&[u8]>, said: &mut Said) -> Result<(), String> {
    let settings = match bytes {
        Some(bytes) => settings::parse(bytes, path).map_err(|error| reason(&error))?,
        None => Settings::default(),
    };
    let Settings {
        features,
        promotion_guard,
        deps_approval,
        policy_drift,
        field_budgets,
        observability_verify,
        release,
    } = &settings;
    features_say(features, said);
    guard_says(promotion_guard, said);
    deps_say(deps_approval, said);
    policy_says(policy_drift, said);
    budgets_say(field_budgets, said);
    super::services::say(observability_verify, said);
    release_says(release, said);
    Ok(())
}

fn features_say(features: &Features, said: &mut Said) {
    match features {
        Features::Default => said.text(&["features"], "default"),
        Features::All => said.text(&["features"], "all"),
        Features::Chosen { names, default } => {
            said.set(&["features", "names"], names);
            said.flag(&["features", "default"], *default);
        }
    }
}

fn guard_says(guard: &PromotionGuard, said: &mut Said) {
    let PromotionGuard { tests, doc_tests, lint, format, audit, checks } = guard;
    let Tests { applies, timeout, runner, nextest_profile } = tests;
    check_says("tests", applies, *timeout, said);
    let runner = match runner {
        Runner::Auto => "auto",
        Runner::Nextest => "nextest",
        Runner::Cargo => "cargo",
    };
    said.text(&[GUARD, "tests", "runner"], runner);
    if let Some(profile) = nextest_profile {
        said.text(&[GUARD, "tests", "nextest_profile"], profile);
    }
    let DocTests { applies, timeout } = doc_tests;
    check_says("doc_tests", applies, *timeout, said);
    let Lint { applies, timeout, deny } = lint;
    check_says("lint", applies, *timeout, said);
    said.set(&[GUARD, "lint", "deny"], deny);
    let Format { applies, timeout } = format;
    check_says("format", applies, *timeout, said);
    let Audit { applies, timeout, max_age_days, unsound, unmaintained, yanked } = audit;
    check_says("audit", applies, *timeout, said);
    said.number(&[GUARD, "audit", "max_age_days"], *max_age_days);
    for (name, level) in [("unsound", unsound), ("unmaintained", unmaintained), ("yanked", yanked)] {
        let level = match level {
            Level::Deny => "deny",
            Level::Warn => "warn",
        };
        said.text(&[GUARD, "audit", name], level);
    }
    said.set(&[GUARD, "checks"], checks.iter().map(|check| &check.name));
    for check in checks {
        custom_says(check, said);
    }
}

/// Whether a check is wanted, and how long it may take.
fn check_says(check: &str, applies: &Applies, timeout: Duration, said: &mut Said) {
    if let Applies::NotApplicable(reason) = applies {
        said.text(&[GUARD, check, "not_applicable"], reason);
    }
    said.number(&[GUARD, check, "timeout"], seconds(timeout));
}

fn custom_says(check: &CustomCheck, said: &mut Said) {
    let CustomCheck { name, run, directory, environment, timeout, success } = check;
    let at = |key| [GUARD, "checks", name, key];
    said.text(&at("run"), argv(run));
    said.text(&at("directory"), directory);
    for (variable, value) in environment {
        said.text(&[GUARD, "checks", name, "environment", variable], value);
    }
    said.number(&at("timeout"), seconds(*timeout));
    let Success { exit_codes, output_contains } = success;
    said.set(&[GUARD, "checks", name, "success", "exit_codes"], exit_codes);
    if let Some(text) = output_contains {
        said.text(&[GUARD, "checks", name, "success", "output_contains"], text);
    }
}

fn deps_say(deps: &DepsApproval, said: &mut Said) {
    let DepsApproval { shipped, targets, timeout, cargo_vet, licenses, sources } = deps;
    if let Some(shipped) = shipped {
        said.set(&[DEPS, "shipped"], shipped);
    }
    said.set(&[DEPS, "targets"], targets);
    said.number(&[DEPS, "timeout"], seconds(*timeout));
    said.flag(&[DEPS, "cargo_vet"], *cargo_vet);
    let Licenses { allow, exceptions } = licenses;
    said.set(&[DEPS, "licenses", "allow"], allow);
    for (package, licences) in exceptions {
        said.set(&[DEPS, "licenses", "exceptions", package], licences);
    }
    let Sources { registries, git, paths } = sources;
    said.set(&[DEPS, "sources", "registries"], registries);
    said.set(&[DEPS, "sources", "git"], git);
    said.set(&[DEPS, "sources", "paths"], paths);
}

/// Every rule with its mode, whether the file names it or not.
fn policy_says(policy: &PolicyDrift, said: &mut Said) {
    let PolicyDrift { rules: _, unsafe_allowed } = policy;
    for rule in Rule::ALL {
        said.text(&[POLICY, "rules", rule.as_str()], policy.mode(rule).as_str());
    }
    said.set(&[POLICY, "unsafe_allowed"], unsafe_allowed);
}

fn budgets_say(budgets: &FieldBudgets, said: &mut Said) {
    let FieldBudgets { default_budget, json_schema, protobuf, graphql } = budgets;
    said.number(&[BUDGETS, "default_budget"], *default_budget);
    for (format, globs) in [("json_schema", json_schema), ("protobuf", protobuf), ("graphql", graphql)] {
        said.set(&[BUDGETS, format], globs);
    }
}

fn release_says(release: &Release, said: &mut Said) {
    let Release { branches, changelog } = release;
    said.set(&["release", "branches"], branches);
    if let Some(changelog) = changelog {
        said.text(&["release", "changelog"], changelog);
    }
}

pub(super) fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}
