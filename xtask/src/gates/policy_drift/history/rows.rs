//! What the way back found, put together: the parts of a change, each with what brought it.

use std::rc::Rc;

use super::question::Question;
use crate::evidence::policy::{Direction, Snapshot, Value};
use crate::workspace::git::history::Graph;

/// A place on the way: a commit, or the working tree.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// `None` for the working tree.
    pub(super) commit: Option<String>,
    /// The workspace's folder there.
    pub(super) folder: String,
    pub(super) graph: Rc<Graph>,
}

/// What a policy on the way says.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) place: Place,
    pub(super) policy: Rc<Snapshot>,
    pub(super) value: Option<Value>,
}

/// A part of a change, and its commit.
pub(super) struct Row {
    pub(super) from: Seen,
    pub(super) to: Seen,
    pub(super) brought: Brought,
}

/// What brought it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Brought {
    /// A commit.
    By(String),
    /// No commit that could be named, and why.
    NotBy(&'static str),
}

pub(super) const UNCOMMITTED: &str = "not committed";
pub(super) const NOT_FOUND: &str = "by no commit since then";
pub(super) const TOO_FAR: &str = "its commit was not found: there are too many since then";
pub(super) const UNREAD: &str = "its commit was not found: git could not read the history";
pub(super) const CUT_OFF: &str = "its commit was not found: the clone is shallow";

/// Where the step from one to another leads; `None` if nothing changed.
pub(super) fn direction(question: &Question<'_>, from: &Seen, to: &Seen) -> Option<Direction> {
    question.direction((&from.value, &from.policy), (&to.value, &to.policy))
}

/// Steps, newest first, as rows from the base to the policy in force. What a later step took back in
/// part is told as far as it still holds, and what it took back altogether is not told.
pub(super) fn folded(
    question: &Question<'_>,
    base: &Seen,
    current: &Seen,
    steps: Vec<(Seen, Seen, Brought)>,
    rest: Option<&'static str>,
) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut last = base.clone();
    let oldest = steps.last().map_or(current, |(before, _, _)| before);
    if let Some(why) = rest
        && direction(question, base, oldest).is_some()
    {
        rows.push(Row { from: base.clone(), to: oldest.clone(), brought: Brought::NotBy(why) });
        last = oldest.clone();
    }
    for (_, after, brought) in steps.into_iter().rev() {
        match direction(question, &last, &after) {
            None => continue,
            Some(Direction::Stricter) => {
                let undone = |row: &Row| direction(question, &row.from, &after) != Some(Direction::Laxer);
                while rows.len() > 1 && rows.last().is_some_and(undone) {
                    rows.pop();
                }
                if let Some(row) = rows.last_mut() {
                    row.to = after.clone();
                }
            }
            Some(Direction::Laxer | Direction::Unclear) => {
                rows.push(Row { from: last, to: after.clone(), brought });
            }
        }
        last = after;
    }
    if rows.is_empty() {
        rows.push(Row { from: base.clone(), to: current.clone(), brought: Brought::NotBy(NOT_FOUND) });
    }
    rows
}
