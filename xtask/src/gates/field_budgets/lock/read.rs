//! From the text of a lockfile to what it says: every complaint at once, each with its place.

use std::collections::HashSet;
use std::ops::Range;

use toml_edit::{Document, Item, TableLike};

use super::remarks::Remarks;
use super::rows;
use super::values::{At, Line, Part, Reader, span, whole};
use super::write::{self, condition, heading, identity};
use super::{BY_HAND, Lock, Locked, MAX_BUDGET, VERSION, Vouched};
use crate::diagnostics::shown;
use crate::digest::is_sha256;
use crate::error::{Error, Result};
use crate::evidence::contracts::{Contract, Format, Kind, Rules, Tagging};
use crate::toml_file::{merge_conflict, syntax};

const BY_HAND_KEYS: &[&str] = &["sha256", "why", "note"];
const CONTRACT_KEYS: &[&str] = &[
    "kind",
    "budget",
    "direction",
    "tag",
    "content",
    "untagged",
    "wire_name",
    "closed",
    "default",
    "reads_as",
    "writes_as",
    "remote",
    "generics",
    "when",
    "reserved",
    "constraints",
    "fields",
    "variants",
];

/// Reads the text of a lockfile; `file` is what complaints and contracts name as their file.
///
/// # Errors
/// A configuration error with every complaint.
pub fn parse(text: &str, file: &str) -> Result<Lock> {
    let mut reader = Reader::new(text, file);
    let lock = match merge_conflict(text) {
        None => reader.document(),
        Some(line) => {
            let start = reader.places.begin(line - 1);
            let help = "take either side, then lock anew: cargo xtask field-budgets --lock";
            reader.complain(
                Some(start..start),
                &"",
                "holds merge conflict markers".into(),
                Some(help.into()),
            );
            Lock::default()
        }
    };
    if reader.complaints.is_empty() {
        return Ok(lock);
    }
    reader.complaints.sort_by_key(|complaint| (complaint.line, complaint.column));
    Err(Error::configuration(reader.complaints))
}

impl Reader<'_> {
    fn document(&mut self) -> Lock {
        let mut lock = Lock::default();
        let text = self.text;
        let document = match Document::parse(text) {
            Ok(document) => document,
            Err(error) => {
                self.broken(&error);
                return lock;
            }
        };
        let root = document.as_table();
        if !self.version(root.get("version")) {
            // What another version means by the rest is not known.
            return lock;
        }
        let formats = Format::ALL.map(Format::as_str);
        let known = ["version", BY_HAND].into_iter().chain(formats);
        let mut vouched: Vec<(&str, &Item)> = Vec::new();
        for (key, item) in root {
            let tables = |reader: &mut Self| reader.table(item, &key).map(TableLike::iter);
            if let Some(format) = Format::ALL.into_iter().find(|format| format.as_str() == key) {
                for (name, item) in tables(self).into_iter().flatten() {
                    let span = span(item, None);
                    self.mark(Some(lock.contracts.len()), span, Part::Heading);
                    lock.contracts.extend(self.contract(format, name, item, lock.contracts.len()));
                }
            } else if key == BY_HAND {
                vouched.extend(tables(self).into_iter().flatten());
            } else if key == "version" {
                self.mark(None, whole(root.key(key), item), Part::Key(key.to_owned()));
            } else {
                self.unknown(root.key(key), item, &key, known.clone());
            }
        }
        for (name, item) in vouched {
            let table = lock.contracts.len() + lock.by_hand.len();
            self.mark(Some(table), span(item, None), Part::Heading);
            lock.by_hand.extend(self.vouched(name, item, table));
        }
        let mut seen = HashSet::new();
        for Locked { contract, .. } in &lock.contracts {
            if !seen.insert(identity(contract)) {
                let start = self.places.begin(contract.line - 1);
                let message = format!("the contract {} stands here for a second time", shown(&contract.name));
                self.complain(Some(start..start), &"", message, Some("keep one of the two tables".into()));
            }
        }
        if self.complaints.is_empty() {
            lock.remarks = self.remarks(&lock);
        }
        lock
    }

    /// What the parser says against the file.
    fn broken(&mut self, error: &toml_edit::TomlError) {
        let at = error.span().unwrap_or(0..0);
        let (line, _) = self.places.of(Some(at.clone()));
        let begun = self.text.get(self.places.begin(line - 1)..at.start).unwrap_or_default();
        let (message, help) = match error.message() {
            "duplicate key" => {
                let word = self.text.get(at.clone()).unwrap_or_default();
                let what = if begun.trim_start().starts_with('[') { "table" } else { "key" };
                let help = format!("keep one of the two {what}s");
                (
                    format!("the {what} {} stands here for a second time", shown(word.trim_matches('"'))),
                    Some(help),
                )
            }
            _ => (syntax(error), None),
        };
        self.complain(Some(at), &"", message, help);
    }

    fn version(&mut self, item: Option<&Item>) -> bool {
        let (message, help) = match item.map(Item::as_integer) {
            Some(Some(VERSION)) => return true,
            Some(Some(newer)) if newer > VERSION => (
                format!(
                    "was written by a newer version of the tool: it is {newer}, and this one reads {VERSION}"
                ),
                Some("bring the tool up to date".to_owned()),
            ),
            _ => (format!("must be there, and be {VERSION}"), None),
        };
        self.complain(item.and_then(Item::span), &"version", message, help);
        false
    }

    fn contract(&mut self, format: Format, name: &str, item: &Item, index: usize) -> Option<Locked> {
        let before = self.complaints.len();
        let at = At { table: &heading(format.as_str(), name), row: None };
        let table = self.table(item, &at)?;
        let (line, _) = self.places.of(span(item, None));
        let mut contract = Contract {
            name: name.to_owned(),
            format,
            kind: Kind::Struct,
            rules: Rules { reads: true, writes: true, ..Rules::default() },
            fields: Vec::new(),
            variants: Vec::new(),
            file: self.file.to_owned(),
            line,
        };
        let (mut kind, mut budget) = (None, None);
        let (mut tag, mut content, mut untagged) = (None, None, false);
        for (key, item) in table.iter() {
            let list = matches!(key, "fields" | "variants");
            let place = if list { span(item, table.key(key)) } else { whole(table.key(key), item) };
            self.mark(Some(index), place, Part::Key(key.to_owned()));
            let rules = &mut contract.rules;
            match key {
                "kind" => kind = self.word(&at, key, item, &Kind::ALL, Kind::as_str),
                "budget" => budget = self.budget(&at, item),
                "direction" => {
                    let words = [(true, true), (true, false), (false, true), (false, false)];
                    let word = |(reads, writes)| write::direction(reads, writes).unwrap_or("both");
                    if let Some(read) = self.word(&at, key, item, &words, word) {
                        (rules.reads, rules.writes) = read;
                    }
                }
                "tag" => tag = self.string(&at, key, item),
                "content" => content = self.string(&at, key, item),
                "untagged" => untagged = self.flag(&at, key, item, false),
                "wire_name" => rules.name = self.string(&at, key, item),
                "closed" => rules.closed = self.flag(&at, key, item, false),
                "default" => rules.default = self.flag(&at, key, item, false),
                "reads_as" => rules.reads_as = self.string(&at, key, item),
                "writes_as" => rules.writes_as = self.string(&at, key, item),
                "remote" => rules.remote = self.string(&at, key, item),
                "generics" => rules.generics = self.string(&at, key, item).unwrap_or_default(),
                "when" => rules.when = self.string(&at, key, item),
                "reserved" => rules.reserved = self.strings(&at, key, item),
                "constraints" => rules.constraints = self.strings(&at, key, item),
                "fields" => contract.fields = rows::fields(self, &at, item, index),
                "variants" => contract.variants = rows::variants(self, &at, item, index),
                _ => self.unknown(table.key(key), item, &at.key(key), CONTRACT_KEYS.iter().copied()),
            }
        }
        contract.rules.tagging = match (tag, content, untagged) {
            (None, None, false) => Tagging::External,
            (Some(tag), None, false) => Tagging::Internal { tag },
            (Some(tag), Some(content), false) => Tagging::Adjacent { tag, content },
            (None, None, true) => Tagging::Untagged,
            _ => {
                let message = "must be `tag`, or `tag` with `content`, or `untagged`";
                self.complain(span(item, None), &at, message.into(), None);
                Tagging::External
            }
        };
        // Several of one name, each under its own condition: it stands behind the name as well.
        let condition = contract.rules.when.as_deref().map(condition).unwrap_or_default();
        let name = contract.name.strip_suffix(&condition).map(str::to_owned);
        contract.name = name.unwrap_or(contract.name);
        contract.kind = self.required(&at, span(item, None), "kind", kind)?;
        let (budget, line, digits) = self.required(&at, span(item, None), "budget", budget)?;
        (self.complaints.len() == before).then_some(Locked { contract, budget, line, digits })
    }

    /// The budget, its line, and where its digits are.
    fn budget(&mut self, at: &At<'_>, item: &Item) -> Option<(usize, usize, Range<usize>)> {
        let number = item.as_integer().and_then(|number| usize::try_from(number).ok());
        let Some(number) = number.filter(|number| (1..=MAX_BUDGET).contains(number)) else {
            let message = format!("must be a whole number from 1 to {MAX_BUDGET}");
            self.complain(item.span(), &at.key("budget"), message, None);
            return Some((0, 0, 0..0));
        };
        Some((number, self.places.of(item.span()).0, item.span().unwrap_or(0..0)))
    }

    fn vouched(&mut self, name: &str, item: &Item, index: usize) -> Option<Vouched> {
        let at = At { table: &heading(BY_HAND, name), row: None };
        let table = self.table(item, &at)?;
        let (mut sha256, mut why, mut note) = (None, None, None);
        for (key, item) in table.iter() {
            self.mark(Some(index), whole(table.key(key), item), Part::Key(key.to_owned()));
            match key {
                "sha256" => {
                    sha256 = self.string(&at, key, item);
                    if sha256.as_ref().is_some_and(|text| !is_sha256(text)) {
                        let message = "must be a SHA-256: 64 lower-case hex digits".to_owned();
                        self.complain(item.span(), &at.key(key), message, None);
                    }
                }
                "why" => why = self.string(&at, key, item),
                "note" => note = self.string(&at, key, item),
                _ => self.unknown(table.key(key), item, &at.key(key), BY_HAND_KEYS.iter().copied()),
            }
        }
        let (line, _) = self.places.of(span(item, None));
        let sha256 = self.required(&at, span(item, None), "sha256", sha256);
        let why = self.required(&at, span(item, None), "why", why);
        Some(Vouched { name: name.to_owned(), sha256: sha256?, why: why?, note, line })
    }

    /// The comments of a file against which nothing was said.
    fn remarks(&mut self, lock: &Lock) -> Remarks {
        // Comments come in the order of the file: the names of a list are made once for all of them.
        let mut names: (usize, &str, Vec<String>) = (0, "", Vec::new());
        let name = |line: Option<&Line>| {
            let Some(Line { table, part }) = line else { return (String::new(), "end".to_owned()) };
            let index = table.unwrap_or(usize::MAX);
            let contract = lock.contracts.get(index).map(|locked| &locked.contract);
            let vouched = index.checked_sub(lock.contracts.len()).and_then(|index| lock.by_hand.get(index));
            let line = match part {
                Part::Heading => "[".to_owned(),
                Part::Key(key) => key.clone(),
                Part::Close(list) => format!("{list}]"),
                Part::Row(list, row) => {
                    if (names.0, names.1) != (index, *list) {
                        let rows = contract.map(write::rows).into_iter().flatten();
                        let rows = rows.filter(|(key, _)| key == list);
                        names =
                            (index, list, rows.flat_map(|(list, rows)| write::names(list, &rows)).collect());
                    }
                    names.2.get(*row).cloned().unwrap_or_default()
                }
            };
            let table = match (contract, vouched) {
                (Some(contract), _) => identity(contract),
                (None, Some(vouched)) => heading(BY_HAND, &vouched.name),
                (None, None) => String::new(),
            };
            (table, line)
        };
        Remarks::find(self.text, std::mem::take(&mut self.marks), name)
    }
}
