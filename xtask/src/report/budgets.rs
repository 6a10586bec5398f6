//! What `field-budgets` prints: the contracts with their budgets and what changed, and what was locked.
//!
//! Pure. Names, types and reasons come from sources and schema files, and are escaped.

mod locked;
mod table;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;

use super::text::one_line;
use crate::evidence::budgets::{ByHand, Change, Compat, Drift, Problem, Reads, Unreadable};
use crate::gates::field_budgets::locking::of_package;

pub use locked::outcome;
pub use table::table;

/// How many lines of one kind a package has, unless all are wanted.
const MOST: usize = 20;

/// Some of a list, each told by `line`; and how many there are beyond.
fn some<T>(text: &mut String, list: &[T], all: bool, mut line: impl FnMut(&mut String, &T)) {
    let most = if all { list.len() } else { MOST };
    list.iter().take(most).for_each(|one| line(text, one));
    if list.len() > most {
        let _ = writeln!(text, "  and {} more (--all shows them)", list.len() - most);
    }
}

/// `FILE:LINE`, or the file alone where all of it is meant.
fn place(file: &str, line: usize) -> String {
    let file = one_line(file);
    if line == 0 { file } else { format!("{file}:{line}") }
}

/// Every change within a contract, with both verdicts; what came and what is gone has none.
fn changes(text: &mut String, drift: &[Drift], all: bool) {
    let drift: Vec<&Drift> =
        drift.iter().filter(|drift| !matches!(drift.change, Change::Unlocked | Change::Gone)).collect();
    some(text, &drift, all, |text, drift| {
        let (place, contract) = (place(&drift.file, drift.line), one_line(&drift.contract));
        let _ = writeln!(text, "  {place}: {contract}: {}", one_line(&drift.told));
        let _ = writeln!(text, "      old readers of new data: {}", verdict(&drift.old_reads_new));
        let _ = writeln!(text, "      new readers of old data: {}", verdict(&drift.new_reads_old));
    });
}

fn verdict(compat: &Compat) -> String {
    let why = one_line(&compat.why);
    match (compat.verdict, why.is_empty()) {
        (Reads::Yes, true) => "still read".to_owned(),
        (Reads::Yes, false) => format!("still read ({why})"),
        (Reads::Depends, true) => "depends".to_owned(),
        (Reads::Depends, false) => format!("depends: {why}"),
        (Reads::No, true) => "break".to_owned(),
        (Reads::No, false) => format!("break: {why}"),
    }
}

/// Types of one package that cannot be read, and what to do about them.
fn unreadable(text: &mut String, package: &str, types: &[&Unreadable], all: bool) {
    some(text, types, all, |text, one| {
        let what = match one.by_hand {
            ByHand::No => "",
            ByHand::Changed => ", and it changed since it was named by hand",
            ByHand::Locked => ", named by hand",
        };
        let (name, why) = (one_line(&one.name), one_line(&one.why));
        let _ = writeln!(text, "  {}: {name}: {why}{what}", place(&one.file, one.line));
    });
    let open: Vec<&&Unreadable> = types.iter().filter(|one| one.by_hand != ByHand::Locked).collect();
    let name = match open.as_slice() {
        [] => return,
        [one] => word(&one.name),
        _ => "TYPE".to_owned(),
    };
    let package = word(of_package(package));
    text.push_str("      look at what is read and written, then name it by hand:\n");
    let _ = writeln!(text, "      cargo xtask field-budgets --lock {package} --by-hand {name}");
}

/// Text from outside as one word of a shell's line.
fn word(text: &str) -> String {
    let text = one_line(text);
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-.:/=".contains(c);
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

fn problems(text: &mut String, problems: &[Problem], all: bool) {
    some(text, problems, all, |text, problem| {
        let _ = writeln!(text, "  {}: {}", place(&problem.file, problem.line), one_line(&problem.message));
        let _ = writeln!(text, "      {}", one_line(&problem.remedy));
    });
}
