//! Edits `ci/deps-approvals.toml`: the deliberate yes of a person, as a diff that can be reviewed.
//!
//! Approves only what is in the component set, and pins the content that is locked now. Comments and
//! entries of others stay; nothing is written unless the result can be read back without a complaint.

use std::fmt::Write as _;
use std::path::Path;

use time::OffsetDateTime;
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

use super::approvals::{self, APPROVAL_KEYS, FILE};
use super::judge::pulled_in_by;
use super::register::{Register, Standing};
use super::text::{clean, count};
use crate::day::{day, day_of};
use crate::diagnostics::nearest;
use crate::error::{Error, Result};
use crate::evidence::deps::{Component, DepsFacts};
use crate::replace::replace;
use crate::toml_file::with_line_ends_of;

const HEADER: &str = "\
# Third-party packages that may be shipped: the exact versions, as somebody looked at them.
# Written by `cargo xtask approve-deps`; read by the gate deps_approval.
version = 1
";

/// What is to be approved, and by whom.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// `NAME@VERSION`, each of them in the component set.
    pub packages: &'a [String],
    /// Everything that is not approved yet, but for what was approved with other content.
    pub all: bool,
    /// Who says yes.
    pub by: &'a str,
    /// Why, or what was looked at.
    pub note: Option<&'a str>,
    /// The last day on which the approval holds, `YYYY-MM-DD`.
    pub expires: Option<&'a str>,
    /// Now.
    pub now: OffsetDateTime,
}

/// What is not approved and why, and which approvals cover nothing, as text for people.
///
/// # Errors
/// The components could not be read.
pub fn list(facts: &DepsFacts, now: OffsetDateTime) -> Result<String> {
    readable(facts)?;
    let register = Register::new(facts, day_of(now));
    let third_party: Vec<&Component> = facts.components.iter().filter(|one| one.third_party()).collect();
    let mut rows = Vec::new();
    for component in &third_party {
        let why = match register.look_up(component) {
            Standing::Approved => continue,
            Standing::Unapproved(None) => "not approved".to_owned(),
            Standing::Unapproved(Some(reason)) => clean(&reason),
            Standing::Expired { on, .. } => format!("expired on {}", clean(on)),
            Standing::Mismatch { .. } => "approved with other content".to_owned(),
        };
        let license = component.license.as_deref().unwrap_or("no licence stated");
        let source = component.source.to_string();
        rows.push([clean(&component.id()), why, clean(license), clean(&source), pulled_in_by(component)]);
    }
    let mut text = String::new();
    if rows.is_empty() {
        let _ = writeln!(text, "{}, all approved", count(third_party.len(), "third-party component"));
    } else {
        let _ = writeln!(
            text,
            "{} of {} not approved:",
            rows.len(),
            count(third_party.len(), "third-party component")
        );
        table(&mut text, &rows);
        text.push_str(
            "\nReview them, then run `cargo xtask approve-deps NAME@VERSION --by WHO`, or --all.\n",
        );
    }
    let unused = register.unused();
    if !unused.is_empty() {
        let _ = writeln!(text, "\nThese cover nothing that is shipped (--prune removes them):");
        for one in unused {
            let _ = writeln!(text, "  {FILE}:{}: {}", one.line, clean(&one.what));
        }
    }
    Ok(text)
}

fn table(text: &mut String, rows: &[[String; 5]]) {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..4).map(width).collect();
    for row in rows {
        let cells = row.iter().enumerate().map(|(column, cell)| match widths.get(column) {
            Some(&width) => format!("{cell:width$}"),
            None => cell.clone(),
        });
        let _ = writeln!(text, "  {}", cells.collect::<Vec<_>>().join("  "));
    }
}

/// Approves packages; gives what was written, as text for people.
///
/// # Errors
/// Bad usage: an empty name, a day that is none or past, a package that is not in the component set.
/// A file that has complaints already, or that cannot be written.
pub fn approve(root: &Path, facts: &DepsFacts, request: &Request<'_>) -> Result<String> {
    readable(facts)?;
    if request.by.trim().is_empty() {
        return Err(Error::usage("--by is empty").help("say who approves: --by NAME"));
    }
    let today = day_of(request.now);
    if let Some(expires) = request.expires
        && day(expires).is_none_or(|last| last < today)
    {
        let message = format!("--expires {}: no such day, or a past one", clean(expires));
        return Err(Error::usage(message).help("YYYY-MM-DD, from today on"));
    }
    if request.note.is_some_and(|note| note.trim().is_empty()) {
        return Err(Error::usage("--note is empty").help("leave it out, or say what was looked at"));
    }
    let mut chosen = named(facts, request.packages)?;
    let mut report = String::new();
    if request.all {
        let register = Register::new(facts, today);
        for component in facts.components.iter().filter(|one| one.third_party()) {
            match register.look_up(component) {
                Standing::Approved => {}
                _ if chosen.contains(&component) => {}
                Standing::Mismatch { .. } => {
                    let id = clean(&component.id());
                    let _ = writeln!(
                        report,
                        "left out {id}: it was approved with other content; find out why, then name it"
                    );
                }
                Standing::Expired { .. } | Standing::Unapproved(_) => chosen.push(component),
            }
        }
    }
    if chosen.is_empty() {
        report.push_str("nothing to approve\n");
        return Ok(report);
    }
    let mut document = document(root)?;
    let entries = chosen.iter().map(|component| entry(component, request)).collect::<Result<Vec<_>>>()?;
    put(&mut document, entries);
    write(root, &document)?;
    for component in &chosen {
        let pin = component.checksum.as_ref().map(|sum| format!("sha256 {}…", &sum[..sum.len().min(12)]));
        let pin = pin.or_else(|| component.pinned_source()).unwrap_or_default();
        let _ = writeln!(report, "approved {} ({})", clean(&component.id()), clean(&pin));
    }
    let _ = writeln!(report, "wrote {} to {FILE}, by {}", count(chosen.len(), "approval"), clean(request.by));
    Ok(report)
}

/// Removes the entries that cover nothing; gives what was removed, as text for people.
///
/// # Errors
/// The components could not be read; the file has complaints or cannot be written.
pub fn prune(root: &Path, facts: &DepsFacts, now: OffsetDateTime) -> Result<String> {
    readable(facts)?;
    // Read again: the facts may be older than an edit that was just made.
    let current = DepsFacts { approvals: approvals::load(root)?, ..facts.clone() };
    let unused = Register::new(&current, day_of(now)).unused();
    if unused.is_empty() {
        return Ok(format!("every entry of {FILE} is in use\n"));
    }
    let mut document = document(root)?;
    let mut report = String::new();
    for one in unused.iter().rev() {
        let key = if one.rule { "rule" } else { "approved" };
        if let Some(list) = document.get_mut(key).and_then(Item::as_array_of_tables_mut) {
            list.remove(one.index);
        }
    }
    write(root, &document)?;
    for one in &unused {
        let _ = writeln!(report, "removed {}", clean(&one.what));
    }
    Ok(report)
}

/// Without a complete component set, nothing can be said about what is in it.
fn readable(facts: &DepsFacts) -> Result<()> {
    if let Some(problem) = &facts.approvals_problem {
        return Err(Error::usage(problem.clone()));
    }
    if let Some(problem) = facts.problems.first() {
        let help =
            "`cargo tree --locked` shows cargo's own words; `cargo generate-lockfile` writes a lockfile";
        return Err(Error::usage(format!("the components are not known: {}", clean(problem))).help(help));
    }
    if facts.components.is_empty() {
        return Err(Error::usage("no package is shipped").help("see deps_approval.shipped"));
    }
    Ok(())
}

/// The components of these names.
fn named<'a>(facts: &'a DepsFacts, packages: &[String]) -> Result<Vec<&'a Component>> {
    let mut chosen: Vec<&Component> = Vec::new();
    for wanted in packages {
        let fitting: Vec<&Component> = facts.components.iter().filter(|one| one.id() == *wanted).collect();
        let Some(first) = fitting.first() else {
            return Err(unknown(facts, wanted));
        };
        if !first.third_party() && fitting.len() == 1 {
            let message = format!("{} is a member of this workspace", clean(wanted));
            return Err(Error::usage(message).help("only third-party packages need an approval"));
        }
        for component in fitting.into_iter().filter(|one| one.third_party()) {
            if !chosen.contains(&component) {
                chosen.push(component);
            }
        }
    }
    Ok(chosen)
}

fn unknown(facts: &DepsFacts, wanted: &str) -> Error {
    let name = wanted.split('@').next().unwrap_or_default();
    let names = facts.components.iter().filter(|one| one.third_party()).map(|one| one.name.as_str());
    let near = if names.clone().any(|one| one == name) { Some(name) } else { nearest(name, names) };
    let error = Error::usage(format!("{} is not among the shipped components", clean(wanted)));
    match near {
        Some(near) => {
            let ids = facts.components.iter().filter(|one| one.name == near).map(|one| clean(&one.id()));
            error.help(format!("did you mean {}?", ids.collect::<Vec<_>>().join(" or ")))
        }
        None => error.help("`cargo xtask approve-deps` lists what needs an approval"),
    }
}

fn document(root: &Path) -> Result<DocumentMut> {
    let text = approvals::read(root)?.unwrap_or_else(|| HEADER.to_owned());
    approvals::parse(&text)?;
    text.parse().map_err(|error| Error::tool(format!("cannot edit {FILE}: {error}")))
}

fn entry(component: &Component, request: &Request<'_>) -> Result<Table> {
    let mut table = Table::new();
    let mut put = |key: &str, text: &str| table.insert(key, value(text));
    put("name", &component.name);
    put("version", &component.version);
    match (component.pinned_source(), &component.checksum) {
        (Some(source), _) => put("source", &source),
        (None, Some(checksum)) => put("checksum", checksum),
        (None, None) => {
            let message =
                format!("{} has no checksum in Cargo.lock, so nothing can be pinned", clean(&component.id()));
            return Err(Error::usage(message).help("approve it with a [[rule]], which names its source"));
        }
    };
    put("approved_by", request.by.trim());
    put("approved_on", &day_of(request.now).to_string());
    if let Some(expires) = request.expires {
        put("expires", expires);
    }
    if let Some(note) = request.note {
        put("note", note.trim());
    }
    table.decor_mut().set_prefix("\n");
    Ok(table)
}

/// Puts entries in, in place of those for the same package, and sorts all by name and version.
fn put(document: &mut DocumentMut, entries: Vec<Table>) {
    let text =
        |table: &Table, key: &str| table.get(key).and_then(Item::as_str).unwrap_or_default().to_owned();
    let kind = |table: &Table| text(table, "source").split(['#', '?']).next().map(str::to_owned);
    let same = |a: &Table, b: &Table| {
        text(a, "name") == text(b, "name") && text(a, "version") == text(b, "version") && kind(a) == kind(b)
    };
    let old = document.remove("approved").and_then(|item| item.into_array_of_tables().ok());
    let mut tables: Vec<Table> = old.into_iter().flatten().collect();
    let position = tables.iter().filter_map(Table::position).min();
    for entry in entries {
        match tables.iter_mut().find(|table| same(table, &entry)) {
            // Renewed in place: the comments around it and after its values stay.
            Some(table) => {
                for key in APPROVAL_KEYS {
                    match (entry.get(key), table.get_mut(key)) {
                        (Some(new), Some(old)) => {
                            let decor = old.as_value().map(|value| value.decor().clone());
                            *old = new.clone();
                            if let (Some(value), Some(decor)) = (old.as_value_mut(), decor) {
                                *value.decor_mut() = decor;
                            }
                        }
                        (Some(new), None) => drop(table.insert(key, new.clone())),
                        (None, _) => drop(table.remove(key)),
                    }
                }
            }
            None => tables.push(entry),
        }
    }
    let number = |table: &Table| text(table, "version").parse::<cargo_metadata::semver::Version>().ok();
    tables.sort_by_cached_key(|table| (text(table, "name"), number(table), text(table, "source")));
    let mut list = ArrayOfTables::new();
    for mut table in tables {
        // toml_edit writes tables by their position in the file they came from; one for all keeps this order.
        table.set_position(position);
        list.push(table);
    }
    document.insert("approved", Item::ArrayOfTables(list));
}

/// Checks the result, and puts it in place of the old file in one step.
fn write(root: &Path, document: &DocumentMut) -> Result<()> {
    let old = approvals::read(root)?.unwrap_or_default();
    let text = with_line_ends_of(&old, document.to_string());
    approvals::parse(&text)?;
    replace(root, FILE, &text)
}

#[cfg(test)]
mod tests;
