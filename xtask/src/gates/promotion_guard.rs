//! promotion_guard: all required checks pass.
//!
//! Gathering runs the checks and records what they did; [`judge()`] says what that amounts to. Nothing
//! here decides whether a gate blocks.

pub mod audit;
pub(in crate::gates) mod cargo_config;
pub(in crate::gates) mod commands;
mod custom;
mod doc_tests;
mod format;
mod judge;
mod junit;
mod libtest;
mod lint;
pub(in crate::gates) mod messages;
mod nextest;
mod run_tests;
mod session;
mod summary;
mod text;

pub use judge::judge;

use std::sync::mpsc::Sender;

use crate::evidence::{CheckRecord, CheckState};
use crate::gates::Gate;
use crate::gather::Context;
use crate::plan::Step;
use crate::settings::{Applies, Settings};

/// The built-in checks, in the order of the plan.
const BUILT_IN: [&str; 5] = [run_tests::NAME, doc_tests::NAME, lint::NAME, format::NAME, audit::CHECK];

/// The checks that these settings know, in the order of the plan: the built-in ones, applicable or not,
/// and the user's own.
pub fn check_names(settings: &Settings) -> Vec<String> {
    let custom = settings.promotion_guard.checks.iter().map(|check| check.name.clone());
    BUILT_IN.iter().map(ToString::to_string).chain(custom).collect()
}

/// Carries out the selected checks. Two lanes run beside each other: the checks that build, one after
/// the other so that none waits for cargo's build lock while cores idle, and those that do not build.
/// The records come back in the order of the plan. `built` hears when the tests have been built and run.
pub fn gather(
    ctx: &Context<'_>,
    selected: &(dyn Fn(&str) -> bool + Sync),
    built: Sender<()>,
) -> Vec<CheckRecord> {
    let names = check_names(ctx.settings);
    let lane = |building: bool, built: Option<Sender<()>>| -> Vec<(usize, CheckRecord)> {
        let names = names.iter().enumerate().filter(|(_, name)| builds(name) == building);
        let gather = |(index, name): (usize, &String)| {
            let record = gather_one(ctx, name, selected);
            if let (run_tests::NAME, Some(built)) = (name.as_str(), &built) {
                // Nobody may be listening.
                let _ = built.send(());
            }
            (index, record)
        };
        names.map(gather).collect()
    };
    let mut records = std::thread::scope(|scope| {
        let beside = scope.spawn(|| lane(false, None));
        let mut records = lane(true, Some(built));
        // A check that panicked has no record, and a check without a record is pending, never passed.
        records.extend(beside.join().unwrap_or_default());
        records
    });
    records.sort_by_key(|(index, _)| *index);
    records.into_iter().map(|(_, record)| record).collect()
}

/// Whether a check starts a build (the user's own may).
fn builds(check: &str) -> bool {
    !matches!(check, format::NAME | audit::CHECK)
}

/// Whether a built-in check is wanted; `None` for the user's own.
fn applies<'a>(settings: &'a Settings, check: &str) -> Option<&'a Applies> {
    let guard = &settings.promotion_guard;
    Some(match check {
        run_tests::NAME => &guard.tests.applies,
        doc_tests::NAME => &guard.doc_tests.applies,
        lint::NAME => &guard.lint.applies,
        format::NAME => &guard.format.applies,
        audit::CHECK => &guard.audit.applies,
        _ => return None,
    })
}

fn gather_one(ctx: &Context<'_>, check: &str, selected: &(dyn Fn(&str) -> bool + Sync)) -> CheckRecord {
    if let Some(Applies::NotApplicable(reason)) = applies(ctx.settings, check) {
        return CheckRecord::new(check, CheckState::NotApplicable { reason: reason.clone() });
    }
    if !selected(check) {
        return CheckRecord::new(check, CheckState::NotSelected);
    }
    match check {
        run_tests::NAME => run_tests::gather(ctx),
        doc_tests::NAME => doc_tests::gather(ctx),
        lint::NAME => lint::gather(ctx),
        format::NAME => format::gather(ctx),
        audit::CHECK => audit::gather(ctx),
        name => match ctx.settings.promotion_guard.checks.iter().find(|custom| custom.name == name) {
            Some(custom) => custom::gather(ctx, custom),
            None => CheckRecord::new(name, CheckState::NotSelected),
        },
    }
}

/// What [`gather`] would run, from the very functions that build its commands.
pub fn steps(ctx: &Context<'_>, selected: &(dyn Fn(&str) -> bool + Sync)) -> Vec<Step> {
    let mut steps = Vec::new();
    for check in check_names(ctx.settings) {
        let skipped = match applies(ctx.settings, &check) {
            Some(Applies::NotApplicable(reason)) => Some(format!("not applicable: {reason}")),
            _ if !selected(&check) => Some("left out with --only".to_owned()),
            _ => None,
        };
        let commands = match check.as_str() {
            run_tests::NAME => run_tests::commands(ctx),
            doc_tests::NAME => doc_tests::command(ctx).into_iter().collect(),
            lint::NAME => vec![lint::command(ctx)],
            format::NAME => vec![format::command(ctx)],
            audit::CHECK => Vec::new(),
            name => {
                let custom = ctx.settings.promotion_guard.checks.iter().filter(|custom| custom.name == name);
                custom.map(|custom| commands::Commands::new(ctx).custom(custom)).collect()
            }
        };
        let step = |command: String, timeout| Step {
            gate: Gate::PromotionGuard,
            check: check.clone(),
            command,
            timeout,
            skipped: skipped.clone(),
        };
        match check.as_str() {
            audit::CHECK => {
                let audit = &ctx.settings.promotion_guard.audit;
                let own = audit::steps(audit, ctx.workspace.offline, ctx.advisory_db);
                steps.extend(own.into_iter().map(|own| Step { skipped: skipped.clone(), ..own }));
            }
            _ if commands.is_empty() => steps.push(step("nothing: no library target".into(), None)),
            _ => steps.extend(commands.iter().map(|c| step(c.display(), Some(c.timeout)))),
        }
    }
    steps
}
