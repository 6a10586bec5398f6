//! Loads `ci/waivers.toml`. Every complaint in one run, each with its place; an entry that is wrong in
//! any way is an error, never an entry fewer.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;

use time::Date;
use toml_edit::{Document, Item, Table, TableLike};

use super::rules::{self, Wrong};
use super::{FILE, MAX_DAYS, SCOPE_KEYS, Scope, Waiver, Waivers};
use crate::catalog::Code;
use crate::diagnostics::Complaint;
use crate::error::{Error, Result};
use crate::toml_file::{self, Places};

/// Larger files are refused unread: a thousand waivers take about a third of a megabyte.
const MAX_BYTES: u64 = 1024 * 1024;

/// The keys of a waiver, in the order in which they are written.
pub(super) const KEYS: &[&str] = &["code", "scope", "reason", "owner", "expires", "reference"];

/// Reads the waivers of a workspace; without the file there are none. `today` is the real day, UTC: how
/// far ahead a last day may be is counted from it, at whatever moment is judged.
///
/// # Errors
/// A configuration error with every complaint about the file.
pub fn load(root: &Path, today: Date) -> Result<Waivers> {
    match read(root)? {
        Some(text) => parse(&text, today),
        None => Ok(Waivers::default()),
    }
}

/// The file's text; `None` if it is not there.
pub(super) fn read(root: &Path) -> Result<Option<String>> {
    toml_file::read(root, FILE, MAX_BYTES)
}

/// Reads the text of the file.
///
/// # Errors
/// A configuration error with every complaint.
pub fn parse(text: &str, today: Date) -> Result<Waivers> {
    let mut loader = Loader { text, places: Places::new(text), today, complaints: Vec::new() };
    let waivers = loader.document();
    if loader.complaints.is_empty() {
        return Ok(waivers);
    }
    loader.complaints.sort_by_key(|complaint| (complaint.line, complaint.column));
    Err(Error::configuration(loader.complaints))
}

/// A table, and where it stands.
struct Place<'a> {
    path: &'a str,
    table: &'a dyn TableLike,
    span: Option<Range<usize>>,
}

struct Loader<'a> {
    text: &'a str,
    places: Places<'a>,
    today: Date,
    complaints: Vec<Complaint>,
}

impl Loader<'_> {
    fn document(&mut self) -> Waivers {
        let document = match Document::parse(self.text.to_owned()) {
            Ok(document) => document,
            Err(error) => {
                if !self.conflict() {
                    self.complain(error.span(), "", (toml_file::syntax(&error), None));
                }
                return Waivers::default();
            }
        };
        let table = document.as_table();
        self.known_keys(table, "", &["version", "max_days", "waiver"]);
        match table.get("version") {
            Some(version) if version.as_integer() == Some(1) => {}
            Some(version) => self.complain(version.span(), "version", ("must be 1".into(), None)),
            None => {
                self.complain(Some(0..0), "version", ("is missing".into(), Some("version = 1".into())));
            }
        }
        let max_days = match table.get("max_days").map(|item| (item.as_integer(), item.span())) {
            None => MAX_DAYS,
            Some((Some(days @ 1..=366), _)) => days,
            Some((_, span)) => {
                let wrong = ("must be a number of days".into(), Some("from 1 to 366".into()));
                self.complain(span, "max_days", wrong);
                MAX_DAYS
            }
        };
        let mut list = Vec::new();
        match table.get("waiver") {
            None => {}
            Some(Item::ArrayOfTables(entries)) => {
                for (index, entry) in entries.iter().enumerate() {
                    list.extend(self.waiver(&format!("waiver[{index}]"), entry, max_days));
                }
            }
            Some(other) => {
                let wrong = format!("must be a list of tables, not {}", other.type_name());
                self.complain(other.span(), "waiver", (wrong, Some("write each entry as [[waiver]]".into())));
            }
        }
        self.duplicates(&list);
        Waivers { max_days, list }
    }

    /// Complains about the first mark that a merge left in the file, if there is one.
    fn conflict(&mut self) -> bool {
        let Some(line) = toml_file::merge_conflict(self.text) else { return false };
        let start = self.places.begin(line - 1);
        let help = "decide between the two sides, and delete the marks".to_owned();
        self.complain(Some(start..start), "", ("holds the marks of a merge conflict".into(), Some(help)));
        true
    }

    fn waiver(&mut self, path: &str, table: &Table, max_days: i64) -> Option<Waiver> {
        let before = self.complaints.len();
        self.known_keys(table, path, KEYS);
        let place = Place { path, table, span: table.span() };
        let code = self.field(&place, "code", rules::code);
        let scope = self.scope(path, table);
        let reason = self.field(&place, "reason", |text| rules::reason(text).map(|()| clean(text)));
        let owner = self.field(&place, "owner", |text| rules::text(text).map(|()| clean(text)));
        let today = self.today;
        let expires = self.field(&place, "expires", |text| rules::expires(text, today, max_days));
        let reference = match table.contains_key("reference") {
            true => self.field(&place, "reference", |text| rules::text(text).map(|()| clean(text))),
            false => None,
        };
        if self.complaints.len() > before {
            return None;
        }
        let line = u32::try_from(self.places.of(table.span()).0).unwrap_or(u32::MAX);
        let (code, scope, reason, owner, expires) = (code?, scope?, reason?, owner?, expires?);
        Some(Waiver { code, scope, reason, owner, expires, reference, line })
    }

    fn scope(&mut self, path: &str, table: &Table) -> Option<Scope> {
        let path = format!("{path}.scope");
        let Some(item) = table.get("scope") else {
            let help = "such as scope = { package = \"NAME@VERSION\" }".to_owned();
            self.complain(table.span(), &path, ("is missing".into(), Some(help)));
            return None;
        };
        let Some(entries) = item.as_table_like() else {
            self.complain(item.span(), &path, (format!("must be a table, not {}", item.type_name()), None));
            return None;
        };
        let before = self.complaints.len();
        self.known_keys(entries, &path, SCOPE_KEYS);
        let mut scope = Scope::default();
        let place = Place { path: &path, table: entries, span: item.span() };
        for key in SCOPE_KEYS.iter().filter(|key| entries.contains_key(key)) {
            self.field(&place, key, |text| rules::scope_key(&mut scope, key, text));
        }
        if self.complaints.len() == before
            && let Err(wrong) = rules::narrow(&scope)
        {
            self.complain(item.span(), &path, wrong);
        }
        (self.complaints.len() == before).then_some(scope)
    }

    /// A text (or one of TOML's own dates, as text) that a rule makes something of.
    fn field<T>(
        &mut self,
        place: &Place<'_>,
        key: &str,
        rule: impl FnOnce(&str) -> std::result::Result<T, Wrong>,
    ) -> Option<T> {
        let path = format!("{}.{key}", place.path);
        let Some(item) = place.table.get(key) else {
            self.complain(place.span.clone(), &path, ("is missing".into(), None));
            return None;
        };
        let date = item.as_datetime().filter(|_| key == "expires").map(ToString::to_string);
        let Some(text) = date.as_deref().or_else(|| item.as_str()) else {
            self.complain(item.span(), &path, (format!("must be a text, not {}", item.type_name()), None));
            return None;
        };
        rule(text).map_err(|wrong| self.complain(item.span(), &path, wrong)).ok()
    }

    fn known_keys(&mut self, table: &dyn TableLike, path: &str, known: &[&str]) {
        for (key, item) in table.iter().filter(|(key, _)| !known.contains(key)) {
            let span = table.key(key).and_then(toml_edit::Key::span).or_else(|| item.span());
            self.complain(span, path, rules::unknown_key(key, known));
        }
    }

    /// Two entries for one thing would leave open which of them holds.
    fn duplicates(&mut self, list: &[Waiver]) {
        let mut seen: HashMap<(Code, &Scope), u32> = HashMap::new();
        for waiver in list {
            if let Some(first) = seen.get(&(waiver.code, &waiver.scope)) {
                let message = format!("{} is waived on line {first} already", waiver.what());
                let (file, path) = (FILE.to_owned(), "waiver".to_owned());
                let help = Some("delete one of them".to_owned());
                let line = waiver.line as usize;
                self.complaints.push(Complaint { file, line, column: 1, path, message, help });
            } else {
                seen.insert((waiver.code, &waiver.scope), waiver.line);
            }
        }
    }

    fn complain(&mut self, span: Option<Range<usize>>, path: &str, (message, help): Wrong) {
        let (line, column) = self.places.of(span);
        let (file, path) = (FILE.to_owned(), path.to_owned());
        self.complaints.push(Complaint { file, line, column, path, message, help });
    }
}

fn clean(text: &str) -> String {
    text.trim().to_owned()
}

#[cfg(test)]
mod tests;
