//! How two values of one setting compare.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use crate::evidence::policy::{Direction, Value};

/// What a setting is measured by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    /// Words from lax to strict, in several ladders; the first that has both is taken. The empty word
    /// is the place of what is not set.
    Ladder(&'static [&'static [&'static str]]),
    /// A gate's mode: report only, required from a day on, required.
    Mode,
    /// A number of which more is laxer, and what holds where it is not set, if that is known.
    More(Option<i64>),
    /// A number of which less is laxer.
    Less,
    /// A set, each entry of which lets something through; not set is empty.
    Permitted,
    /// A set, each entry of which asks for something; not set is empty.
    Demanded,
    /// A set of what is looked at; not set is everything.
    Scope,
    /// A set of what is looked at, where none named means one of its own.
    ScopeIfNamed,
    /// A flag that lets something through; not set is off.
    Permit,
    /// A flag that asks for something; not set is off.
    Demand,
    /// An exception, by the last day on which it holds.
    Until,
    /// A window of time in which nothing is promoted: `MOMENT to MOMENT`, or a weekly one in words.
    Frozen,
    /// A text that excuses from something by being there.
    Excuse,
    /// A text that asks for something by being there.
    Proof,
    /// The patterns of a stage: by where refs land, which the values alone do not tell.
    Landings,
    /// It cannot be told.
    Unclear,
}

impl Measure {
    /// Where the change from one value to another leads.
    pub(super) fn direction(self, from: Option<&Value>, to: Option<&Value>) -> Direction {
        match self {
            Measure::Ladder(ladders) => ladder(ladders, from, to),
            Measure::Mode => mode(from, to),
            Measure::More(unset) => laxer_if(number(from, unset).zip(number(to, unset)), Ordering::Greater),
            Measure::Less => laxer_if(number(from, None).zip(number(to, None)), Ordering::Less),
            Measure::Permitted => entries(from, to, true),
            Measure::Demanded => entries(from, to, false),
            Measure::Scope => match (from, to) {
                (None, Some(_)) => Direction::Laxer,
                (Some(_), None) => Direction::Stricter,
                _ => entries(from, to, false),
            },
            Measure::ScopeIfNamed => {
                let named = |value| set(value).is_some_and(|set| !set.is_empty());
                if named(from) && named(to) { entries(from, to, false) } else { Direction::Unclear }
            }
            Measure::Permit => laxer_if(flag(from).zip(flag(to)), Ordering::Greater),
            Measure::Demand => laxer_if(flag(from).zip(flag(to)), Ordering::Less),
            Measure::Until => until(from, to),
            Measure::Frozen => frozen(from, to),
            Measure::Excuse => laxer_if(Some((from.is_some(), to.is_some())), Ordering::Greater),
            Measure::Proof => laxer_if(Some((from.is_some(), to.is_some())), Ordering::Less),
            Measure::Landings | Measure::Unclear => Direction::Unclear,
        }
    }
}

/// Laxer if the new value stands so to the old one, stricter if the other way round.
fn laxer_if<T: Ord>(values: Option<(T, T)>, laxer: Ordering) -> Direction {
    match values.map(|(from, to)| to.cmp(&from)) {
        None | Some(Ordering::Equal) => Direction::Unclear,
        Some(ordering) if ordering == laxer => Direction::Laxer,
        Some(_) => Direction::Stricter,
    }
}

fn text(value: Option<&Value>) -> Option<&str> {
    match value {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    }
}

fn number(value: Option<&Value>, unset: Option<i64>) -> Option<i64> {
    match value {
        None => unset,
        Some(Value::Number(number)) => Some(*number),
        Some(_) => None,
    }
}

fn flag(value: Option<&Value>) -> Option<bool> {
    match value {
        None => Some(false),
        Some(Value::Bool(flag)) => Some(*flag),
        Some(_) => None,
    }
}

/// A set; what is not set is empty, and what is no set is none.
fn set(value: Option<&Value>) -> Option<BTreeSet<&str>> {
    match value {
        None => Some(BTreeSet::new()),
        Some(Value::Set(set)) => Some(set.iter().map(String::as_str).collect()),
        Some(_) => None,
    }
}

fn ladder(ladders: &[&[&str]], from: Option<&Value>, to: Option<&Value>) -> Direction {
    let word = |value: Option<&'_ Value>| match value {
        None => Some(String::new()),
        Some(Value::Bool(flag)) => Some(flag.to_string()),
        value => text(value).map(str::to_owned),
    };
    let (Some(from), Some(to)) = (word(from), word(to)) else { return Direction::Unclear };
    let place = |ladder: &&[&str], word: &str| ladder.iter().position(|step| *step == word);
    let places = ladders.iter().find_map(|ladder| place(ladder, &from).zip(place(ladder, &to)));
    laxer_if(places, Ordering::Less)
}

/// A gate whose stage is new or gone leaves its refs to another stage: less for sure where it was
/// required, and never more for sure.
fn mode(from: Option<&Value>, to: Option<&Value>) -> Direction {
    // The earlier it is required, the stricter it is.
    let strength = |mode: &str| match mode {
        "required" => Some((2, String::new())),
        "report_only" => Some((0, String::new())),
        dated => {
            let day = dated.rsplit(' ').next().filter(|day| day.len() == 10)?;
            let complement =
                |c: char| c.to_digit(10).and_then(|digit| char::from_digit(9 - digit, 10)).unwrap_or(c);
            Some((1, day.chars().map(complement).collect()))
        }
    };
    match (text(from), text(to)) {
        (Some(from), Some(to)) => laxer_if(strength(from).zip(strength(to)), Ordering::Less),
        (Some("report_only"), None) | (None, Some("required")) => Direction::Unclear,
        _ => Direction::Laxer,
    }
}

/// Laxer if any part of it is.
fn entries(from: Option<&Value>, to: Option<&Value>, permitted: bool) -> Direction {
    let (Some(from), Some(to)) = (set(from), set(to)) else { return Direction::Unclear };
    let (added, removed) = (!to.is_subset(&from), !from.is_subset(&to));
    let (laxer, stricter) = if permitted { (added, removed) } else { (removed, added) };
    match (laxer, stricter) {
        (true, _) => Direction::Laxer,
        (false, true) => Direction::Stricter,
        (false, false) => Direction::Unclear,
    }
}

fn until(from: Option<&Value>, to: Option<&Value>) -> Direction {
    match (from, to) {
        (None, Some(_)) => Direction::Laxer,
        (Some(_), None) => Direction::Stricter,
        // Days in this form sort by time; what is no day, such as `never`, sorts behind them.
        _ => laxer_if(text(from).zip(text(to)), Ordering::Greater),
    }
}

/// Stricter only if it surely holds all that it held before. Moments in UTC sort by time as they are
/// written; of weekly windows it is not told.
fn frozen(from: Option<&Value>, to: Option<&Value>) -> Direction {
    let (Some(from), Some(to)) = (text(from), text(to)) else { return Direction::Unclear };
    let once = |text: &'_ str| text.starts_with(|c: char| c.is_ascii_digit());
    match (from.split_once(" to "), to.split_once(" to ")) {
        (Some(old), Some(new)) if once(from) && once(to) && new.0 <= old.0 && old.1 <= new.1 => {
            Direction::Stricter
        }
        _ => Direction::Laxer,
    }
}
