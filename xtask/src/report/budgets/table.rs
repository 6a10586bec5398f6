//! The contracts of a workspace: a table for each package, and what there is to say of it.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::{MOST, changes, problems, unreadable};
use crate::evidence::budgets::{BudgetFacts, ByHand, Change, LockState, PackageFacts, Unreadable};
use crate::evidence::contracts::Format;
use crate::gates::field_budgets::locking::{of_package, settled};
use crate::report::text::{clip, count, one_line};

/// Of workspaces with more contracts than this only those are shown that there is something to say of.
const FEW: usize = 40;
/// How wide the name of a contract may be, in characters.
const WIDEST: usize = 60;

/// The contracts of a workspace: all of them, or those that there is something to say of.
pub fn table(facts: &BudgetFacts, all: bool) -> String {
    let mut text = String::new();
    let mut tally = Tally::default();
    let few = facts.packages.iter().map(|package| package.contracts.len()).sum::<usize>() <= FEW;
    for package in &facts.packages {
        let rows = rows(package);
        tally.add(package, &rows);
        let nothing = rows.is_empty() && package.unreadable.is_empty() && package.problems.is_empty();
        if all || !nothing || matches!(package.lock, LockState::Unreadable { .. }) {
            of_one(&mut text, package, &rows, all, few);
        }
    }
    if !text.is_empty() {
        text.push('\n');
    }
    problems(&mut text, &facts.problems, all);
    tally.end(&mut text, facts);
    text
}

/// What is to be said of a contract; nothing if it is locked and within budget.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct State {
    /// The lockfile cannot be read.
    unknown: bool,
    unlocked: bool,
    gone: bool,
    changes: usize,
    over: usize,
}

impl State {
    fn told(self) -> String {
        let parts = [
            self.unknown.then(|| "unknown".to_owned()),
            self.unlocked.then(|| "not locked".to_owned()),
            self.gone.then(|| "gone".to_owned()),
            (self.changes > 0).then(|| format!("drifted ({})", self.changes)),
            (self.over > 0).then(|| format!("over by {}", self.over)),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        if parts.is_empty() { "locked".to_owned() } else { parts.join(", ") }
    }

    fn settled(self) -> bool {
        self == State::default()
    }
}

/// A line of the table: name, format, fields used, budget.
struct Row<'a> {
    name: &'a str,
    format: Format,
    used: Option<usize>,
    budget: Option<usize>,
    state: State,
}

/// The contracts of the sources, then those that are gone.
fn rows(package: &PackageFacts) -> Vec<Row<'_>> {
    let mut states: HashMap<(Format, &str), State> = HashMap::new();
    for drift in &package.drift {
        let state = states.entry((drift.format, &drift.contract)).or_default();
        match drift.change {
            Change::Unlocked => state.unlocked = true,
            Change::Gone => state.gone = true,
            _ => state.changes += 1,
        }
    }
    let budgets = package.budgets.iter().map(|one| ((one.format, one.contract.as_str()), one.budget));
    let budgets: HashMap<(Format, &str), usize> = budgets.collect();
    let unknown = matches!(package.lock, LockState::Unreadable { .. });
    let mut rows: Vec<Row<'_>> = Vec::new();
    for contract in &package.contracts {
        let (format, name, used) = (contract.format, contract.name.as_str(), contract.used());
        let budget = budgets.get(&(format, name)).copied();
        let mut state = states.get(&(format, name)).copied().unwrap_or_default();
        state.gone = false;
        state.unknown = unknown;
        state.unlocked |= package.lock == LockState::Absent;
        state.over = budget.map_or(0, |budget| used.saturating_sub(budget));
        rows.push(Row { name, format, used: Some(used), budget, state });
    }
    let gone = package.drift.iter().filter(|drift| drift.change == Change::Gone).map(|drift| Row {
        name: &drift.contract,
        format: drift.format,
        used: None,
        budget: None,
        state: State { gone: true, ..State::default() },
    });
    rows.extend(gone);
    rows
}

fn of_one(text: &mut String, package: &PackageFacts, rows: &[Row<'_>], all: bool, few: bool) {
    let (name, lockfile) = (one_line(of_package(&package.package)), one_line(&package.lockfile));
    let contracts = count(package.contracts.len(), "contract");
    let open = |one: &&Unreadable| all || one.by_hand != ByHand::Locked;
    let types: Vec<&Unreadable> = package.unreadable.iter().filter(open).collect();
    let quiet = rows.iter().all(|row| row.state.settled()) && types.is_empty() && package.problems.is_empty();
    if !text.is_empty() && (all || few || !quiet) {
        text.push('\n');
    }
    let _ = match &package.lock {
        LockState::Read if quiet && !all && !few => {
            let _ = writeln!(text, "{name}: {contracts}, locked and within budget");
            return;
        }
        LockState::Read => writeln!(text, "{name}: {contracts}, {lockfile}"),
        LockState::Absent if rows.is_empty() => writeln!(text, "{name}: {contracts}"),
        LockState::Absent => writeln!(text, "{name}: {contracts}, and no {lockfile}"),
        LockState::Unreadable { complaints } => {
            let _ = writeln!(text, "{name}: {contracts}, and {lockfile} cannot be read:");
            complaints.iter().try_for_each(|complaint| writeln!(text, "  {}", one_line(complaint)))
        }
    };
    // Of a lockfile that cannot be read there is no more to say than that.
    let told = rows.iter().filter(|row| !row.state.unknown && (all || few || !row.state.settled()));
    let told: Vec<&Row<'_>> = told.take(if all || few { rows.len() } else { MOST }).collect();
    grid(text, &told);
    let left = rows.len() - told.len();
    if left > 0 && !rows.iter().any(|row| row.state.unknown) {
        let settled = rows.iter().filter(|row| row.state.settled()).count();
        let what = if left == settled { ", locked and within budget" } else { "" };
        let _ = writeln!(text, "  and {left} more{what} (--all shows them)");
    }
    changes(text, &package.drift, all);
    unreadable(text, &package.package, &types, all);
    problems(text, &package.problems, all);
}

fn grid(text: &mut String, rows: &[&Row<'_>]) {
    let number = |number: Option<usize>| number.map_or_else(|| "-".to_owned(), |number| number.to_string());
    let mut lines = vec![["contract", "format", "used", "budget", "state"].map(str::to_owned)];
    lines.extend(rows.iter().map(|row| {
        let (name, format) = (clip(&one_line(row.name), WIDEST), row.format.as_str().to_owned());
        [name, format, number(row.used), number(row.budget), row.state.told()]
    }));
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let [a, b, c, d] = [0, 1, 2, 3].map(width);
    for [name, format, used, budget, state] in lines.iter().filter(|_| !rows.is_empty()) {
        let _ = writeln!(text, "  {name:a$}  {format:b$}  {used:>c$}  {budget:>d$}  {state}");
    }
}

/// How many there are of each kind.
#[derive(Default)]
struct Tally {
    contracts: usize,
    settled: usize,
    unlocked: usize,
    drifted: usize,
    over: usize,
    gone: usize,
    unknown: usize,
    unreadable: usize,
    problems: usize,
    without: usize,
}

impl Tally {
    fn add(&mut self, package: &PackageFacts, rows: &[Row<'_>]) {
        self.contracts += package.contracts.len();
        for Row { state, .. } in rows {
            self.settled += usize::from(state.settled());
            self.unlocked += usize::from(state.unlocked);
            self.drifted += usize::from(state.changes > 0);
            self.over += usize::from(state.over > 0);
            self.gone += usize::from(state.gone);
            self.unknown += usize::from(state.unknown);
        }
        self.unreadable += package.unreadable.iter().filter(|one| one.by_hand != ByHand::Locked).count();
        self.problems += package.problems.len();
        self.without += usize::from(package.contracts.is_empty());
    }

    /// What it comes to, and what to do next.
    fn end(&self, text: &mut String, facts: &BudgetFacts) {
        let parts = [
            (self.settled, "locked and within budget"),
            (self.unlocked, "not locked"),
            (self.drifted, "drifted"),
            (self.over, "over budget"),
            (self.gone, "gone"),
            (self.unknown, "with a lockfile that cannot be read"),
        ];
        let mut parts: Vec<String> = parts
            .iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, what)| format!("{number} {what}"))
            .collect();
        let more = [(self.unreadable, "type"), (self.problems + facts.problems.len(), "problem")];
        for (number, noun) in more.into_iter().filter(|(number, _)| *number > 0) {
            let beyond = if noun == "type" { " that cannot be read" } else { "" };
            parts.push(format!("{}{beyond}", count(number, noun)));
        }
        let files: usize = facts.packages.iter().map(|package| package.files).sum();
        let lines: usize = facts.packages.iter().map(|package| package.lines).sum();
        let packages = count(facts.packages.len(), "package");
        let _ = match self.contracts {
            0 => write!(text, "no contract in {packages}"),
            number => write!(text, "{} in {packages}", count(number, "contract")),
        };
        if self.without > 0 && self.contracts > 0 {
            let _ = write!(text, ", {} of them without any", self.without);
        }
        let _ = writeln!(text, " ({} with {} read)", count(files, "file"), count(lines, "line"));
        if settled(facts) && self.contracts > 0 {
            text.push_str("all of them are locked and within budget\n");
        } else if !parts.is_empty() {
            let _ = writeln!(text, "{}", parts.join(", "));
        }
        let next = [
            (
                self.unlocked + self.drifted + self.gone,
                "to agree to the contracts as they are: cargo xtask field-budgets --lock",
            ),
            (self.over, "to allow more fields, on purpose: cargo xtask field-budgets --budget TYPE=N"),
        ];
        for (_, what) in next.iter().filter(|(number, _)| *number > 0) {
            let _ = writeln!(text, "{what}");
        }
    }
}
