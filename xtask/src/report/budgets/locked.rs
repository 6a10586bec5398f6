//! What was locked, or why nothing was.

use std::fmt::Write as _;

use super::{changes, problems, unreadable, word};
use crate::evidence::budgets::Change;
use crate::gates::field_budgets::locking::{Done, Outcome, Wrote, of_package};
use crate::report::text::{count, one_line};

/// What came of a request to lock, or to set budgets.
pub fn outcome(outcome: &Outcome) -> String {
    let mut text = String::new();
    let done = match outcome {
        Outcome::Done(done) => done,
        Outcome::HeldUp { problems: found, unreadable: types } => {
            text.push_str("nothing was written: what cannot be read cannot be agreed to\n");
            problems(&mut text, found, true);
            for of in types.chunk_by(|(one, _), (other, _)| one == other) {
                let types: Vec<_> = of.iter().map(|(_, one)| one).collect();
                unreadable(&mut text, of.first().map_or("", |(package, _)| package), &types, true);
            }
            return text;
        }
    };
    let (quiet, told): (Vec<&Done>, Vec<&Done>) =
        done.iter().partition(|done| done.wrote == Wrote::Nothing && done.exceeded.is_empty());
    told.iter().for_each(|done| of_one(&mut text, done));
    match quiet.as_slice() {
        [] => {}
        [one] => of_one(&mut text, one),
        several => {
            let _ = writeln!(text, "{} are up to date", count(several.len(), "lockfile"));
        }
    }
    if done.is_empty() {
        text.push_str("there is no contract, and so nothing to lock\n");
    }
    if done.iter().any(|done| done.wrote != Wrote::Nothing) {
        text.push_str("Review the diff as you would review the contracts, and commit it.\n");
    }
    text
}

fn of_one(text: &mut String, done: &Done) {
    let (name, lockfile) = (one_line(of_package(&done.package)), one_line(&done.lockfile));
    let contracts = count(done.contracts, "contract");
    let _ = match done.wrote {
        Wrote::First => writeln!(text, "{name}: wrote {lockfile} for the first time: {contracts}"),
        Wrote::Anew => writeln!(text, "{name}: wrote {lockfile}: {contracts}"),
        Wrote::Nothing if done.contracts == 0 => {
            writeln!(text, "{name}: no contract, and so nothing to lock")
        }
        Wrote::Nothing => writeln!(text, "{name}: {lockfile} is up to date: {contracts}"),
    };
    changes(text, &done.drift, true);
    for (change, what) in [(Change::Unlocked, "locked for the first time"), (Change::Gone, "removed")] {
        for drift in done.drift.iter().filter(|drift| drift.change == change) {
            let _ = writeln!(text, "  {}: {what}", one_line(&drift.contract));
        }
    }
    for vouched in &done.vouched {
        let _ = writeln!(text, "  {}: named by hand", one_line(vouched));
    }
    for (contract, before, now) in &done.budgets {
        let before = before.map_or_else(String::new, |before| format!("{before} → "));
        let _ = writeln!(text, "  {}: budget {before}{now}", one_line(contract));
    }
    for exceeded in &done.exceeded {
        let (contract, used, budget) = (one_line(&exceeded.contract), exceeded.used, exceeded.budget);
        let larger = word(&format!("{}={used}", exceeded.contract));
        let _ = writeln!(
            text,
            "  warning: {contract} has {used} fields, and its budget is {budget}: take fields away, or raise it \
             with --budget {larger}"
        );
    }
}
