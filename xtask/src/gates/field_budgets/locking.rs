//! What `field-budgets --lock` and `--budget` do: they agree to the contracts as they are, and say how large
//! each may be. Nothing is written unless all of it can be, and what nobody can read nobody agrees to.

mod names;
mod plan;
#[cfg(test)]
mod tests;

use std::path::Path;

use crate::error::{Error, Result};
use crate::evidence::budgets::{
    Budget, BudgetFacts, ByHand, Drift, LockState, PackageFacts, Problem, Unreadable,
};
use crate::replace::replace;

use super::gather::Survey;
use super::lock::{FILE, Lock};
pub(crate) use names::of_package;
use plan::{Plan, Planned, done};

/// What was asked for, as it was typed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Request<'a> {
    /// The packages to lock: all that have contracts, if none is named; `None` if nothing is to be locked.
    pub lock: Option<&'a [String]>,
    /// Types to vouch for.
    pub by_hand: &'a [String],
    /// `TYPE=N`.
    pub budgets: &'a [String],
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing was written.
    HeldUp {
        /// What could not be read.
        problems: Vec<Problem>,
        /// The types for which nobody vouches, each with its package.
        unreadable: Vec<(String, Unreadable)>,
    },
    /// Everything that was asked for.
    Done(Vec<Done>),
}

/// What was done for one package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// Its name; empty for the workspace.
    pub package: String,
    /// Its lockfile, relative to the workspace root.
    pub lockfile: String,
    /// Whether it was written.
    pub wrote: Wrote,
    /// How many contracts it has now.
    pub contracts: usize,
    /// What was agreed to.
    pub drift: Vec<Drift>,
    /// The types that somebody vouches for from now on.
    pub vouched: Vec<String>,
    /// Contracts with another budget: the name, the budget before, and now.
    pub budgets: Vec<(String, Option<usize>, usize)>,
    /// The contracts that have more fields than their budget allows.
    pub exceeded: Vec<Budget>,
}

/// What became of a lockfile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrote {
    /// It says all of it already, and was left alone.
    Nothing,
    /// There was none.
    First,
    /// It was written anew.
    Anew,
}

/// Whether everything is locked as it is, within budget, and readable.
pub fn settled(facts: &BudgetFacts) -> bool {
    let package = |package: &PackageFacts| {
        let empty = package.contracts.is_empty() && package.unreadable.is_empty();
        (package.lock == LockState::Read || (package.lock == LockState::Absent && empty))
            && package.problems.is_empty()
            && package.drift.is_empty()
            && package.unreadable.iter().all(|one| one.by_hand == ByHand::Locked)
            && package.budgets.iter().all(|budget| budget.used <= budget.budget)
    };
    facts.complete && facts.problems.is_empty() && facts.packages.iter().all(package)
}

/// Does what was asked for.
///
/// # Errors
/// A usage error for a name that is none, and for a budget that is none; a configuration error for a
/// lockfile that cannot be read: it is never overwritten. A tool error if a file cannot be written.
pub fn carry_out(
    root: &Path,
    survey: Survey,
    default_budget: usize,
    request: &Request<'_>,
) -> Result<Outcome> {
    let Survey { facts, locks, partners } = survey;
    let packages = &facts.packages;
    let selected = match request.lock {
        None => vec![false; packages.len()],
        Some(named) => names::packages(packages, named)?,
    };
    let named = !request.lock.unwrap_or_default().is_empty();
    let (mut errors, mut others) = (Vec::new(), Vec::new());
    let mut read: Vec<Option<(String, Lock)>> = Vec::new();
    for (index, lock) in locks.into_iter().enumerate() {
        let list = if selected[index] { &mut errors } else { &mut others };
        read.push(lock.map_err(|error| list.push(error)).unwrap_or_default());
    }
    if !errors.is_empty() {
        return Err(Error::merged(errors));
    }
    let plan = Plan { facts: &facts, locks: &read, partners: &partners, selected: &selected, default_budget };
    let by_hand = plan.by_hand(request.by_hand)?;
    // What is not found may stand in a lockfile that cannot be read.
    let budgets = plan.budgets(request.budgets).map_err(|error| match others.is_empty() {
        true => error,
        false => Error::merged(others),
    })?;
    if request.lock.is_some()
        && let Some(held_up) = plan.obstacles(&by_hand)
    {
        return Ok(held_up);
    }
    let mut planned: Vec<Planned> = Vec::new();
    for (index, package) in packages.iter().enumerate() {
        let budgets = budgets.get(&index);
        // A package without contracts is passed over, unless it was named.
        let empty = package.contracts.is_empty() && package.unreadable.is_empty() && read[index].is_none();
        if selected[index] && empty {
            if named {
                planned.push((None, done(package, 0)));
            }
        } else if selected[index] {
            planned.push(plan.anew(index, budgets, &by_hand)?);
        } else if let Some(budgets) = budgets {
            planned.push(plan.budgets_alone(index, budgets)?);
        }
    }
    for (text, done) in &planned {
        if let Some(text) = text {
            write(root, &done.lockfile, text)?;
        }
    }
    Ok(Outcome::Done(planned.into_iter().map(|(_, done)| done).collect()))
}

/// Puts a lockfile in place in one step; that of a member beside the root as well.
fn write(root: &Path, lockfile: &str, text: &str) -> Result<()> {
    match lockfile.strip_suffix(FILE).filter(|folder| folder.starts_with("..")) {
        Some(folder) => replace(&root.join(folder), FILE, text),
        None => replace(root, lockfile, text),
    }
}
