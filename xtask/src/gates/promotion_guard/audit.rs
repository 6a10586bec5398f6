//! The audit: what a RustSec advisory database says of the packages in Cargo.lock.
//!
//! Runs in-process; the only program started is git, to bring cargo-audit's own copy of the database
//! up to date. Never writes to a database that was given with `--advisory-db`, never asks a registry,
//! and never lets an advisory's `affected` section (functions, systems, architectures) hide it: what
//! is locked can be built elsewhere, or called tomorrow.

mod advisories;
mod database;
mod judge;
mod locked;
mod matching;
mod yanked;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;

pub use judge::{findings, summary};

use crate::evidence::checks::{AuditFacts, CheckRecord, CheckState, Facts};
use crate::gates::Gate;
use crate::gather::Context;
use crate::plan::Step;
use crate::settings::{Applies, Audit};
use crate::workspace::Workspace;

/// The check's name in plans, evidence and reports.
pub const CHECK: &str = "audit";

/// Reads Cargo.lock, the database and cargo's cached index, and records what they say.
pub fn gather(ctx: &Context) -> CheckRecord {
    let settings = &ctx.settings.promotion_guard.audit;
    if let Applies::NotApplicable(reason) = &settings.applies {
        return CheckRecord::new(CHECK, CheckState::NotApplicable { reason: reason.clone() });
    }
    let begun = Instant::now();
    let mut record = CheckRecord::new(CHECK, CheckState::Gathered);
    ctx.progress.started(CHECK, &reading(ctx.advisory_db));
    let mut facts = AuditFacts::default();
    match locked::read(&ctx.workspace.lockfile_path(), &members(ctx.workspace)) {
        Ok(packages) => assess(ctx, packages, &mut facts, &mut record),
        Err(problem) => record.problem = Some(problem),
    }
    // Asked last: cargo has had the time to answer.
    if record.problem.is_none() {
        record.problem = stale(ctx);
    }
    record.facts = Some(Facts::Audit(facts));
    record.duration_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    ctx.progress.finished(CHECK, &summary(&record));
    record
}

/// A lockfile that does not fit the manifests is not what will be built.
fn stale(ctx: &Context) -> Option<String> {
    let problem = ctx.workspace.resolution(ctx.processes).metadata.as_ref().err()?;
    Some(format!(
        "cargo cannot resolve what is locked, so what was audited may not be what would be built: {}",
        one_line(problem, 300)
    ))
}

fn members(workspace: &Workspace) -> BTreeSet<(String, String)> {
    let packages = workspace.members.workspace_packages();
    packages.iter().map(|package| (package.name.to_string(), package.version.to_string())).collect()
}

fn assess(ctx: &Context, packages: locked::Packages, facts: &mut AuditFacts, record: &mut CheckRecord) {
    facts.not_assessed = packages.elsewhere;
    if packages.crates_io.is_empty() {
        // Nothing to look up: not worth a download, and no reason to fail for the lack of one.
        facts.database.origin = database::NOT_NEEDED.to_owned();
        return;
    }
    let crates = &packages.crates_io;
    let (yanks, loaded) = std::thread::scope(|scope| {
        let yanks = scope.spawn(|| yanked::look_up(ctx.cargo_home, crates));
        let wanted = crates.iter().map(|locked| advisories::folded(&locked.name)).collect();
        let loaded = database::open(ctx, &wanted, &mut facts.database, &mut record.runs);
        let lost = || yanked::Yanks {
            unknown: crates.iter().map(locked::Locked::shown).collect(),
            ..Default::default()
        };
        (yanks.join().unwrap_or_else(|_| lost()), loaded)
    });
    (facts.yanked, facts.yanked_unknown) = (yanks.yanked, yanks.unknown);
    if let Some(loaded) = loaded {
        facts.assessed = crates.len();
        matching::look_up(crates, &loaded.crates, facts);
    }
}

/// What will run.
pub fn steps(settings: &Audit, offline: bool, advisory_db: Option<&Path>) -> Vec<Step> {
    let skipped = match &settings.applies {
        Applies::Yes => None,
        Applies::NotApplicable(reason) => Some(reason.clone()),
    };
    let step = |command: String, timeout| Step {
        gate: Gate::PromotionGuard,
        check: CHECK.to_owned(),
        command,
        timeout,
        skipped: skipped.clone(),
    };
    let mut steps = Vec::new();
    if advisory_db.is_none() && !offline {
        steps.push(step(format!("git fetch {} (into cargo's home)", database::URL), Some(settings.timeout)));
    }
    steps.push(step(reading(advisory_db), None));
    steps
}

fn reading(advisory_db: Option<&Path>) -> String {
    let folder =
        advisory_db.map_or("advisory-db in cargo's home".to_owned(), |path| path.display().to_string());
    format!("look up Cargo.lock in {folder}")
}

/// Text from outside as one short line without control characters.
fn one_line(text: &str, limit: usize) -> String {
    let mut line = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    match line.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests;
