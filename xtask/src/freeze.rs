//! Freezes: windows of time in which nothing is promoted into a stage.
//!
//! Pure. A window holds its first moment and not its last. Nothing here knows what a freeze does to a
//! verdict, and nothing asks a machine for its time zones: all of them give the same answer.

mod read;
mod weekly;

use std::fmt;

use time::OffsetDateTime;

use crate::day::rfc3339;
use crate::diagnostics::is_invisible;
use crate::error::{Error, Result};

pub use read::read;
pub use weekly::{Moment, Weekly};

/// The fewest characters of a reason to override a freeze.
const MIN_REASON: usize = 10;
/// The most characters of a reason.
const MAX_REASON: usize = 500;

/// A window of time in which stages are frozen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// What people call it; no two windows have the same name.
    pub name: String,
    /// The stages that nothing is promoted into.
    pub stages: Vec<String>,
    /// Why, in one line.
    pub reason: String,
    /// When.
    pub span: Span,
}

/// When a window is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span {
    /// Once, UTC.
    Once {
        /// The first moment.
        from: OffsetDateTime,
        /// The first moment after it.
        until: OffsetDateTime,
    },
    /// Every week.
    Weekly(Weekly),
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Span::Once { from, until } => write!(f, "{} to {}", rfc3339(*from), rfc3339(*until)),
            Span::Weekly(weekly) => weekly.fmt(f),
        }
    }
}

/// A window that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Active<'a> {
    /// Which.
    pub window: &'a Window,
    /// The moment at which it ends, UTC. Another window may go on.
    pub until: OffsetDateTime,
}

impl Active<'_> {
    /// Its name and its end, for people: in UTC, and as the window's own zone has it.
    pub fn named_until(&self) -> String {
        let until = rfc3339(self.until);
        match &self.window.span {
            Span::Once { .. } => format!("{} until {until}", self.window.name),
            Span::Weekly(weekly) => {
                format!("{} until {until} ({} in {})", self.window.name, weekly.until, weekly.zone_name())
            }
        }
    }
}

/// Every window that is open for a stage at a moment, in the order of the file.
pub fn active<'a>(windows: &'a [Window], stage: &str, moment: OffsetDateTime) -> Vec<Active<'a>> {
    let of_stage = windows.iter().filter(|window| window.stages.iter().any(|name| name == stage));
    let open = |window: &'a Window| {
        let until = match &window.span {
            Span::Once { from, until } => (*from <= moment && moment < *until).then_some(*until),
            Span::Weekly(weekly) => weekly.ends_after(moment),
        };
        until.map(|until| Active { window, until })
    };
    of_stage.filter_map(open).collect()
}

/// A freeze that somebody overrides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overriding {
    /// Why, in one line.
    pub reason: String,
    /// Who, as far as it can be told.
    pub who: Option<String>,
    /// When the command was given: the clock's time, whatever moment is judged.
    pub when: OffsetDateTime,
}

/// The reason that `--override-freeze` gives, if it can stand in a report.
///
/// # Errors
/// A usage error if it is too short or too long, or holds characters that do not show.
pub fn reason(given: &str) -> Result<String> {
    let reason = given.trim();
    let length = reason.chars().count();
    let help = "say in one line why this cannot wait: it stands in every report";
    if reason.chars().any(is_invisible) {
        return Err(Error::usage("--override-freeze: the reason holds control characters").help(help));
    }
    if length < MIN_REASON {
        let message =
            format!("--override-freeze: a reason has at least {MIN_REASON} characters, not {length}");
        return Err(Error::usage(message).help(help));
    }
    if length > MAX_REASON {
        let message =
            format!("--override-freeze: a reason has at most {MAX_REASON} characters, not {length}");
        return Err(Error::usage(message).help(help));
    }
    Ok(reason.to_owned())
}

#[cfg(test)]
mod tests;
