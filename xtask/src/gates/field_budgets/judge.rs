//! What the facts about data contracts amount to. Pure: reads nothing, runs nothing.
//!
//! Drift fails whatever its verdicts: a change that no reader minds is still to be made on purpose, and
//! one command does that. What could not be read fails as well, for nobody knows what it would say.

#[cfg(test)]
mod tests;

use super::words;
use crate::catalog::Code;
use crate::diagnostics::{count, one_line};
use crate::evidence::BudgetFacts;
use crate::evidence::budgets::{Budget, ByHand, Change, Drift, LockState, PackageFacts, Problem, Unreadable};
use crate::gates::Gate;
use crate::verdict::{Finding, Group, Judgement, Outcome};

/// Of several errors, the gate bears the code of the first in this order: what has to be put right
/// before the others mean anything.
const ORDER: &[Code] = &[
    Code::BudgetUnreadable,
    Code::BudgetUnlocked,
    Code::BudgetDrift,
    Code::BudgetStale,
    Code::BudgetExceeded,
];

/// Judges the gate.
pub fn judge(facts: &BudgetFacts) -> Judgement {
    let missing = |message: &str| Judgement {
        message: message.into(),
        duration_ms: facts.duration_ms,
        ..Judgement::missing(Gate::FieldBudgets)
    };
    if !facts.complete {
        return missing("its evidence was not gathered to the end");
    }
    if facts.packages.iter().all(|package| package.files == 0) {
        return missing("no source file was read: nothing says that there are no data contracts");
    }
    let mut findings: Vec<Finding> = facts.problems.iter().map(|problem| unread(problem, None)).collect();
    for package in &facts.packages {
        judge_package(package, &mut findings);
    }
    let rank = |code: Code| ORDER.iter().position(|one| *one == code).unwrap_or(ORDER.len());
    findings.sort_by_key(|finding| rank(finding.code));
    let (outcome, code, message) = match findings.first() {
        None => (Outcome::Pass, None, sums(facts)),
        Some(first) => (Outcome::Fail, Some(first.code), Group::sum(&findings)),
    };
    let (gate, duration_ms) = (Gate::FieldBudgets, facts.duration_ms);
    Judgement { gate, outcome, code, message, findings, break_glass: Vec::new(), duration_ms }
}

/// `8 data contracts with 41 fields as locked and within budget; 12 files of 2 packages read`.
fn sums(facts: &BudgetFacts) -> String {
    let sum = |of: fn(&PackageFacts) -> usize| facts.packages.iter().map(of).sum::<usize>();
    let files = count(sum(|package| package.files), "file");
    let packages = facts.packages.iter().filter(|package| package.files > 0).count();
    let read = format!("{files} of {} read", count(packages, "package"));
    let by_hand = sum(|package| package.unreadable.len());
    let by_hand = match by_hand {
        0 => String::new(),
        number => format!(" and {} locked by hand", count(number, "type")),
    };
    match sum(|package| package.contracts.len()) {
        0 if by_hand.is_empty() => format!("no data contract in {read}"),
        contracts => {
            let fields = sum(|package| package.budgets.iter().map(|budget| budget.used).sum());
            let (contracts, fields) = (count(contracts, "data contract"), count(fields, "field"));
            format!("{contracts} with {fields}{by_hand} as locked and within budget; {read}")
        }
    }
}

fn judge_package(package: &PackageFacts, findings: &mut Vec<Finding>) {
    findings.extend(package.problems.iter().map(|problem| unread(problem, Some(package))));
    match &package.lock {
        LockState::Unreadable { complaints } => {
            findings.extend(complaints.iter().map(|complaint| lock_unreadable(package, complaint)));
            return;
        }
        // What is by hand is told one by one: naming it is what makes the lock.
        LockState::Absent if !package.contracts.is_empty() => findings.push(no_lock(package)),
        LockState::Absent | LockState::Read => {}
    }
    findings.extend(package.unreadable.iter().filter_map(|one| by_hand(package, one)));
    findings.extend(package.drift.iter().map(|drift| drifted(package, drift)));
    let over = package.budgets.iter().filter(|budget| budget.used > budget.budget);
    findings.extend(over.map(|budget| exceeded(package, budget)));
}

/// A finding of a package about a contract, at a place.
fn finding(package: &PackageFacts, code: Code, contract: &str, message: &str) -> Finding {
    let mut finding = Finding::error(code, one_line(message));
    if !package.package.is_empty() {
        finding.package = Some(package.package.clone());
    }
    let contract = one_line(&words::qualified(&package.package, contract));
    finding.label = Some(contract.clone());
    finding.contract = Some(contract);
    finding
}

fn at(mut finding: Finding, file: &str, line: usize) -> Finding {
    finding.file = Some(one_line(file));
    finding.line = u32::try_from(line).ok().filter(|line| *line > 0);
    finding
}

fn unread(problem: &Problem, package: Option<&PackageFacts>) -> Finding {
    let mut finding = Finding::error(Code::BudgetUnreadable, one_line(&problem.message));
    finding.package = package.map(|package| package.package.clone()).filter(|name| !name.is_empty());
    finding.remedy = Some(one_line(&problem.remedy));
    at(finding, &problem.file, problem.line)
}

fn lock_unreadable(package: &PackageFacts, complaint: &str) -> Finding {
    let mut finding = Finding::error(Code::BudgetUnlocked, one_line(complaint));
    finding.package = Some(package.package.clone()).filter(|name| !name.is_empty());
    finding.remedy = Some(format!(
        "Mend {}, or take it from the last good commit; then run `{}`, review its diff, and commit.",
        package.lockfile,
        words::lock_command(package)
    ));
    at(finding, &package.lockfile, 0)
}

fn no_lock(package: &PackageFacts) -> Finding {
    let contracts = count(package.contracts.len(), "data contract");
    let message = format!("there is no {} for {contracts}", package.lockfile);
    let mut finding = Finding::error(Code::BudgetUnlocked, one_line(&message));
    finding.package = Some(package.package.clone()).filter(|name| !name.is_empty());
    finding.remedy =
        Some(format!("Run `{}`, review what it wrote, and commit it.", words::lock_command(package)));
    at(finding, &package.lockfile, 0)
}

fn by_hand(package: &PackageFacts, one: &Unreadable) -> Option<Finding> {
    let command = format!("{} --by-hand '{}'", words::lock_command(package), one.name);
    let (code, message, remedy) = match one.by_hand {
        ByHand::Locked => return None,
        ByHand::No => (
            Code::BudgetUnreadable,
            format!("its fields cannot be read from source: {}", one.why),
            format!("Derive serde's traits; or review its wire form, and name it: `{command}`."),
        ),
        ByHand::Changed => (
            Code::BudgetDrift,
            format!("it is locked by hand, and its source changed since ({})", one.why),
            format!("Review whether its wire form changed, and name it again: `{command}`."),
        ),
    };
    let message = format!("{}: {message}", words::qualified(&package.package, &one.name));
    let mut finding = finding(package, code, &one.name, &message);
    finding.remedy = Some(one_line(&remedy));
    Some(at(finding, &one.file, one.line))
}

fn drifted(package: &PackageFacts, drift: &Drift) -> Finding {
    let name = words::qualified(&package.package, &drift.contract);
    let command = words::lock_command(package);
    let (code, message, remedy) = match drift.change {
        Change::Unlocked => (
            Code::BudgetUnlocked,
            format!("{name} is not locked"),
            format!("Review its fields, run `{command}`, and commit {}.", package.lockfile),
        ),
        Change::Gone => (
            Code::BudgetStale,
            format!("{name} is locked, and nothing of the sources is it any more: {}", drift.told),
            format!("Bring it back; or, if nobody reads it any more, run `{command}` and commit."),
        ),
        _ => (
            Code::BudgetDrift,
            format!("{name}: {}; {}", drift.told, words::readers(drift)),
            format!("Undo it; or, if it is meant, run `{command}`, review its diff, and commit."),
        ),
    };
    let mut finding = finding(package, code, &drift.contract, &message);
    finding.remedy = Some(one_line(&remedy));
    at(finding, &drift.file, drift.line)
}

fn exceeded(package: &PackageFacts, budget: &Budget) -> Finding {
    let name = words::qualified(&package.package, &budget.contract);
    let message = format!("{name} has {} and a budget of {}", count(budget.used, "field"), budget.budget);
    let mut finding = finding(package, Code::BudgetExceeded, &budget.contract, &message);
    finding.remedy = Some(one_line(&format!(
        "Split it; or raise its budget on purpose: `cargo xtask field-budgets --budget '{name}={}'`.",
        budget.used
    )));
    at(finding, &package.lockfile, budget.line)
}
