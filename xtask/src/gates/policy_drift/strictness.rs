//! Whether a change of a setting asks for more or for less: a table from keys to measures.
//!
//! What the table does not know is unclear, never harmless: it is told like everything else.

mod landings;
mod measure;
mod pattern;
mod table;
#[cfg(test)]
mod tests;

use crate::evidence::policy::{Direction, Snapshot, Value};

use measure::Measure;
pub(super) use pattern::names;

/// Where a change of a setting leads, from one policy to another.
pub(super) fn direction(
    key: &str,
    from: Option<&Value>,
    to: Option<&Value>,
    before: &Snapshot,
    after: &Snapshot,
) -> Direction {
    match table::measure(&names(key)) {
        Measure::Landings => landings::direction(from, to, before, after),
        measure => measure.direction(from, to),
    }
}

/// The unit of a number, where the key does not say it.
pub(super) fn unit(key: &str) -> Option<&'static str> {
    let last = names(key).pop()?;
    match last.as_str() {
        "timeout" => Some("seconds"),
        "max_age_days" | "max_days" => Some("days"),
        _ => None,
    }
}
