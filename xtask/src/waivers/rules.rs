//! What makes a waiver a valid one: the same rules for what is read and for what is written. Each gives
//! what is wrong and what was expected, or nothing.

use time::{Date, Duration};

use super::{SCOPE_KEYS, Scope};
use crate::catalog::{CATALOG, Code};
use crate::day::day;
use crate::diagnostics::{is_invisible, nearest, shown};
use crate::gates::Gate;

/// What is wrong, and what was expected.
pub(super) type Wrong = (String, Option<String>);

/// The shortest and the longest reason, in characters.
pub(super) const REASON: (usize, usize) = (10, 500);
/// The longest of any other text.
const TEXT: usize = 200;

/// A code that can be waived.
pub(super) fn code(text: &str) -> Result<Code, Wrong> {
    let Some((code, _)) = CATALOG.iter().find(|(_, entry)| entry.code == text) else {
        let waivable = CATALOG.iter().map(|(_, entry)| entry.code);
        let help = match nearest(text, waivable) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`cargo xtask explain` lists all codes".to_owned(),
        };
        return Err((format!("there is no code {}", shown(text)), Some(help)));
    };
    match code.unwaivable() {
        None => Ok(*code),
        Some(why) => Err((format!("{code} cannot be waived: {why}"), None)),
    }
}

/// A reason that says something.
pub(super) fn reason(text: &str) -> Result<(), Wrong> {
    let (least, most) = REASON;
    let expected = || Some(format!("{least} to {most} characters that say why"));
    printable(text)?;
    match text.trim().chars().count() {
        length if length < least => Err((format!("is too short: {length} characters"), expected())),
        length if length > most => Err((format!("is too long: {length} characters"), expected())),
        _ => Ok(()),
    }
}

/// An owner or a reference.
pub(super) fn text(text: &str) -> Result<(), Wrong> {
    printable(text)?;
    match text.trim().chars().count() {
        0 => Err(("is empty".into(), None)),
        length if length > TEXT => {
            Err((format!("is too long: {length} characters"), Some(format!("at most {TEXT}"))))
        }
        _ => Ok(()),
    }
}

/// No character that moves the cursor, hides text or reverses it: people read this where they decide.
fn printable(text: &str) -> Result<(), Wrong> {
    match text.chars().find(|c| is_invisible(*c)) {
        None => Ok(()),
        Some(c) => {
            let help = "one line of visible characters".to_owned();
            Err((format!("holds the character `{}`", c.escape_default()), Some(help)))
        }
    }
}

/// Puts one key of a scope in place.
pub(super) fn scope_key(scope: &mut Scope, key: &str, value: &str) -> Result<(), Wrong> {
    text(value)?;
    let value = value.trim().to_owned();
    match key {
        "gate" => match Gate::parse(&value) {
            Some(gate) => scope.gate = Some(gate),
            None => {
                let names = Gate::ALL.map(Gate::as_str);
                let help = match nearest(&value, names) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("one of {}", names.join(", ")),
                };
                return Err((format!("there is no gate {}", shown(&value)), Some(help)));
            }
        },
        "package" => {
            package(&value)?;
            scope.package = Some(value);
        }
        "advisory" => scope.advisory = Some(value),
        "file" => {
            file(&value)?;
            scope.file = Some(value);
        }
        "contract" => scope.contract = Some(value),
        _ => return Err(unknown_key(key, SCOPE_KEYS)),
    }
    Ok(())
}

fn package(value: &str) -> Result<(), Wrong> {
    let (name, version) = value.split_once('@').map_or((value, None), |(name, rest)| (name, Some(rest)));
    let named = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
    let exact = version.is_none_or(|text| text.parse::<cargo_metadata::semver::Version>().is_ok());
    if named && exact {
        return Ok(());
    }
    let help = "NAME or NAME@VERSION, exactly; patterns and ranges are not read".to_owned();
    Err((format!("{} is no package", shown(value)), Some(help)))
}

fn file(value: &str) -> Result<(), Wrong> {
    let steps = value.split('/').all(|step| !matches!(step, "" | "." | ".."));
    if steps && !value.contains(['\\', '*', '?']) {
        return Ok(());
    }
    let help = "the path from the workspace root with `/`, as the finding tells it; no patterns".to_owned();
    Err((format!("{} is no path of a file", shown(value)), Some(help)))
}

/// A code with a gate alone would cover everything of its kind.
pub(super) fn narrow(scope: &Scope) -> Result<(), Wrong> {
    if scope.pairs().iter().any(|(key, _)| *key != "gate") {
        return Ok(());
    }
    let help = "add one of package, advisory, file, contract".to_owned();
    Err(("would cover everything of its kind".into(), Some(help)))
}

/// The last day: one that exists, and no further ahead than is allowed.
pub(super) fn expires(text: &str, today: Date, max_days: i64) -> Result<Date, Wrong> {
    let Some(last) = day(text) else {
        return Err((format!("{} is no day", shown(text)), Some("YYYY-MM-DD, a day that exists".into())));
    };
    let ahead = i64::from(last.to_julian_day()) - i64::from(today.to_julian_day());
    if ahead > max_days {
        let latest = today.checked_add(Duration::days(max_days));
        let latest = latest.map_or_else(String::new, |latest| format!("; today, {latest} is the latest"));
        let help = format!("max_days allows {max_days}{latest}");
        return Err((format!("{last} is {ahead} days ahead"), Some(help)));
    }
    Ok(last)
}

/// An unknown key, with the nearest that is known.
pub(super) fn unknown_key(key: &str, known: &[&str]) -> Wrong {
    let help = match nearest(key, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("one of {}", known.join(", ")),
    };
    (format!("unknown key {}", shown(key)), Some(help))
}
