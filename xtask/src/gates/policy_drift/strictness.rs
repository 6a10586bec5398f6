//! Whether a change of a setting asks for more or for less: a table from keys to measures.

use crate::evidence::policy::{Direction, Snapshot, Value};

/// Where a change of a setting leads.
pub(super) fn direction(
    _key: &str,
    _from: Option<&Value>,
    _to: Option<&Value>,
    _old: &Snapshot,
    _new: &Snapshot,
) -> Direction {
    Direction::Unclear
}

/// The unit of a number, where the key does not say it.
pub(super) fn unit(_key: &str) -> Option<&'static str> {
    None
}
