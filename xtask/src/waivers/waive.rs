//! Writes an entry of `ci/waivers.toml`: the deliberate exception of a person, as a diff that can be
//! reviewed. Comments and the entries of others stay; nothing is written unless the result can be read
//! back without a complaint.

use std::fmt::Write as _;
use std::path::Path;

use time::{Date, Duration};
use toml_edit::{ArrayOfTables, DocumentMut, InlineTable, Item, Table, value};

use super::rules::{self, Wrong};
use super::{FILE, Scope, Waiver, Waivers, load};
use crate::diagnostics::shown;
use crate::error::{Error, Result};
use crate::replace::replace;
use crate::toml_file::with_line_ends_of;

const HEADER: &str = "\
# Exceptions: each covers one code in one place, until its last day (UTC), and has an owner and a reason.
# Written by `cargo xtask waive`; `cargo xtask waivers` lists them with the days that are left.
version = 1
";

/// What is to be waived, as it was typed.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The code, in any letter case.
    pub code: &'a str,
    /// `KEY=VALUE`, each.
    pub scope: &'a [String],
    /// Why.
    pub reason: &'a str,
    /// Who answers for it.
    pub owner: &'a str,
    /// The last day: `YYYY-MM-DD`, or `+30d` for a number of days from today.
    pub expires: &'a str,
    /// A ticket or the like.
    pub reference: Option<&'a str>,
    /// Today, UTC.
    pub today: Date,
}

/// Writes the entry; gives what was written, as text for people.
///
/// # Errors
/// Bad usage, with everything that is wrong with the request; a file that has complaints already or
/// cannot be written; something that is waived already.
pub fn waive(root: &Path, request: &Request<'_>) -> Result<String> {
    let text = load::read(root)?.unwrap_or_else(|| HEADER.to_owned());
    let current = load::parse(&text, request.today)?;
    let waiver = checked(request, &current)?;
    if let Some(old) = current.list.iter().find(|old| (old.code, &old.scope) == (waiver.code, &waiver.scope))
    {
        let message = format!("{} is waived already: {FILE}:{}, until {}", old.what(), old.line, old.expires);
        return Err(Error::usage(message)
            .help("decide it again there: a new last day, and a reason that holds for it"));
    }
    let mut document: DocumentMut =
        text.parse().map_err(|error| Error::tool(format!("cannot edit {FILE}: {error}")))?;
    put(&mut document, &waiver)?;
    let written = write(root, &document, &text, &waiver, request.today)?;
    let mut told = String::new();
    let _ = writeln!(told, "waived {}, until {} ({FILE}:{})", waiver.what(), waiver.expires, written.line);
    let _ = writeln!(told, "  owner  {}\n  reason {}", waiver.owner, waiver.reason);
    told.push_str(
        "Have it reviewed, run `cargo xtask policy lock`, and commit both files: waivers are policy.\n",
    );
    Ok(told)
}

/// The waiver that was asked for; everything that is wrong with the request is told at once.
fn checked(request: &Request<'_>, current: &Waivers) -> Result<Waiver> {
    let mut wrong: Vec<(String, Wrong)> = Vec::new();
    let code = request.code.trim().to_ascii_uppercase().replace(['-', ' '], "_");
    let code = rules::code(&code).map_err(|found| wrong.push((String::new(), found))).ok();
    let mut scope = Scope::default();
    for (index, pair) in request.scope.iter().enumerate() {
        let Some((key, text)) = pair.split_once('=') else {
            let found = ("is no KEY=VALUE".into(), Some("such as package=NAME@VERSION".into()));
            wrong.push((format!("--scope {}", shown(pair)), found));
            continue;
        };
        let twice = request.scope[..index].iter().any(|other| other.split('=').next() == Some(key));
        let found = match twice {
            true => Err(("is given twice".to_owned(), None)),
            false => rules::scope_key(&mut scope, key, text),
        };
        wrong.extend(found.err().map(|found| (format!("--scope {}", shown(pair)), found)));
    }
    if wrong.iter().all(|(flag, _)| !flag.starts_with("--scope")) {
        wrong.extend(rules::narrow(&scope).err().map(|found| ("--scope".into(), found)));
    }
    wrong.extend(rules::reason(request.reason).err().map(|found| ("--reason".into(), found)));
    wrong.extend(rules::text(request.owner).err().map(|found| ("--owner".into(), found)));
    let reference = request.reference.map(str::trim);
    wrong.extend(
        reference.and_then(|text| rules::text(text).err()).map(|found| ("--reference".into(), found)),
    );
    let expires = last_day(request, current.max_days)
        .map_err(|found| wrong.push((format!("--expires {}", shown(request.expires)), found)))
        .ok();
    match (code, expires) {
        (Some(code), Some(expires)) if wrong.is_empty() => Ok(Waiver {
            code,
            scope,
            reason: request.reason.trim().to_owned(),
            owner: request.owner.trim().to_owned(),
            expires,
            reference: reference.map(str::to_owned),
            line: 0,
        }),
        _ => Err(refused(&wrong)),
    }
}

fn refused(wrong: &[(String, Wrong)]) -> Error {
    let lines: Vec<String> = wrong
        .iter()
        .map(|(flag, (message, help))| {
            let help = help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
            format!("{flag}{}{message}{help}", if flag.is_empty() { "" } else { ": " })
        })
        .collect();
    Error::usage(lines.join("\n  ")).help("nothing was written")
}

/// The last day, which must not have passed.
fn last_day(request: &Request<'_>, max_days: i64) -> std::result::Result<Date, Wrong> {
    let text = request.expires.trim();
    let from_today = text.strip_prefix('+').and_then(|text| text.strip_suffix('d'));
    let last = match from_today {
        Some(days) => {
            let days = days.parse::<u16>().ok();
            let last = days.and_then(|days| request.today.checked_add(Duration::days(days.into())));
            let last =
                last.ok_or_else(|| ("is no number of days".to_owned(), Some("such as +30d".to_owned())))?;
            rules::expires(&last.to_string(), request.today, max_days)?
        }
        None => rules::expires(text, request.today, max_days)
            .map_err(|(message, help)| (message, help.map(|help| format!("{help}, or +30d from today"))))?,
    };
    if last < request.today {
        return Err((format!("has passed: today is {} (UTC)", request.today), None));
    }
    Ok(last)
}

fn put(document: &mut DocumentMut, waiver: &Waiver) -> Result<()> {
    let mut table = Table::new();
    table.insert("code", value(waiver.code.as_str()));
    let scope: InlineTable = waiver.scope.pairs().into_iter().collect();
    table.insert("scope", value(scope));
    table.insert("reason", value(&waiver.reason));
    table.insert("owner", value(&waiver.owner));
    table.insert("expires", value(waiver.expires.to_string()));
    if let Some(reference) = &waiver.reference {
        table.insert("reference", value(reference));
    }
    table.decor_mut().set_prefix("\n");
    let list = document.entry("waiver").or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    let list = list
        .as_array_of_tables_mut()
        .ok_or_else(|| Error::usage(format!("{FILE}: waiver must be a list of tables")))?;
    list.push(table);
    Ok(())
}

/// Checks the result, and puts it in place of the old file in one step; gives the entry as it is read back.
fn write(root: &Path, document: &DocumentMut, old: &str, waiver: &Waiver, today: Date) -> Result<Waiver> {
    let text = with_line_ends_of(old, document.to_string());
    let same = |read: &Waiver| Waiver { line: 0, ..read.clone() } == *waiver;
    let written = load::parse(&text, today)?.list.into_iter().rev().find(same);
    let written =
        written.ok_or_else(|| Error::tool(format!("{FILE}: the new entry could not be read back")))?;
    replace(root, FILE, &text)?;
    Ok(written)
}

#[cfg(test)]
mod tests;
