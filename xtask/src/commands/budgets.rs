//! `field-budgets`: the contracts are shown, agreed to, or given budgets, by the same facts as in the gate.

use std::path::Path;

use crate::cli;
use crate::error::Result;
use crate::gates::field_budgets::gather::survey;
use crate::gates::field_budgets::locking::{self, Outcome, Request};
use crate::host::Host;
use crate::process::Processes;
use crate::report;
use crate::settings;
use crate::workspace::Workspace;

/// `field-budgets`. Exit status 1 if not all is locked and within budget, or if nothing could be locked.
pub(crate) fn run(args: &cli::FieldBudgets, manifest_path: Option<&Path>, host: &Host) -> Result<u8> {
    let processes = Processes::new(host);
    let workspace = Workspace::load(&processes, &host.current_dir, manifest_path, true)?;
    let settings = settings::load(&workspace.root)?.field_budgets;
    let survey = survey(&workspace, &settings);
    if args.lock.is_none() && args.budget.is_empty() {
        super::print(&report::budgets::table(&survey.facts, args.all))?;
        return Ok(u8::from(!locking::settled(&survey.facts)));
    }
    let request = Request { lock: args.lock.as_deref(), by_hand: &args.by_hand, budgets: &args.budget };
    let outcome = locking::carry_out(&workspace.root, survey, settings.default_budget as usize, &request)?;
    super::print(&report::budgets::outcome(&outcome))?;
    Ok(u8::from(matches!(outcome, Outcome::HeldUp { .. })))
}
