//! From the text of `ci/policy.lock` to what it pins: every complaint at once, each with its place.

use std::collections::BTreeSet;
use std::ops::Range;

use toml_edit::{Document, Item, TableLike, Value as Toml};

use super::{FILE, SETTINGS_ONLY, VERSION, body, digest};
use crate::diagnostics::{Complaint, nearest, shown};
use crate::digest::is_sha256;
use crate::error::{Error, Result};
use crate::evidence::policy::{FileState, LockFacts, Setting, Snapshot, Value};
use crate::toml_file::{merge_conflict, syntax};

/// What mends a lock.
pub(super) const REMEDY: &str = "`cargo xtask policy lock`";

pub(super) fn complaint(
    line: usize,
    column: usize,
    path: &str,
    message: String,
    help: Option<String>,
) -> Complaint {
    Complaint { file: FILE.into(), line, column, path: path.to_owned(), message, help }
}

/// Reads the text of the file.
///
/// # Errors
/// A configuration error with every complaint.
pub(super) fn parse(bytes: &[u8]) -> Result<LockFacts> {
    let refuse = |line, column, message: &str, help: String| {
        Err(Error::configuration(vec![complaint(line, column, "", message.to_owned(), Some(help))]))
    };
    let Ok(text) = std::str::from_utf8(bytes) else {
        return refuse(0, 0, "is not UTF-8", format!("write it anew: {REMEDY}"));
    };
    // A byte order mark, which some editors leave, is no content.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Some(line) = merge_conflict(text) {
        let help = format!("resolve the conflicts in the policy files first, then run {REMEDY}");
        return refuse(line, 1, "a merge conflict", help);
    }
    let mut reader = Reader { text, complaints: Vec::new() };
    let facts = reader.document();
    if reader.complaints.is_empty() {
        return Ok(facts);
    }
    reader.complaints.sort_by_key(|complaint| (complaint.line, complaint.column));
    Err(Error::configuration(reader.complaints))
}

struct Reader<'a> {
    text: &'a str,
    complaints: Vec<Complaint>,
}

impl Reader<'_> {
    fn document(&mut self) -> LockFacts {
        let document = match Document::parse(self.text.to_owned()) {
            Ok(document) => document,
            Err(error) => {
                self.complain(error.span(), "", syntax(&error), None);
                return LockFacts::Absent;
            }
        };
        let root = document.as_table();
        if !self.version(root.get("version")) {
            // What another version means by the rest is not known.
            return LockFacts::Absent;
        }
        const KNOWN: [&str; 4] = ["version", "digest", "files", "settings"];
        for (key, item) in root.iter().filter(|(key, _)| !KNOWN.contains(key)) {
            let span = root.key(key).and_then(toml_edit::Key::span).or_else(|| item.span());
            let help = nearest(key, KNOWN).map(|near| format!("did you mean `{near}`?"));
            self.complain(span, "", format!("unknown key {}", shown(key)), help);
        }
        let given = match root.get("digest").and_then(Item::as_str) {
            Some(digest) => digest.to_owned(),
            None => {
                let span = root.get("digest").and_then(Item::span);
                self.complain(span, "digest", "must be there, and be a text".into(), None);
                String::new()
            }
        };
        let mut snapshot = Snapshot::default();
        for (path, item) in self.table(root.get("files"), "files").into_iter().flat_map(TableLike::iter) {
            if let Some(state) = self.state(path, item) {
                snapshot.files.insert(path.to_owned(), state);
            }
        }
        for (file, table) in
            self.table(root.get("settings"), "settings").into_iter().flat_map(TableLike::iter)
        {
            for (key, item) in self
                .table(Some(table), &format!("settings.{}", shown(file)))
                .into_iter()
                .flat_map(TableLike::iter)
            {
                self.setting(&mut snapshot, file, key, item);
            }
        }
        let own_digest_fits = given == digest(&body(&snapshot));
        LockFacts::Read { snapshot, own_digest_fits }
    }

    fn version(&mut self, item: Option<&Item>) -> bool {
        let span = item.and_then(Item::span);
        match item.map(Item::as_integer) {
            Some(Some(VERSION)) => return true,
            Some(Some(newer)) if newer > VERSION => {
                let message = format!("is {newer}, and this version of the tool reads {VERSION}");
                let help = format!("bring the tool up to date, or write the lock anew: {REMEDY}");
                self.complain(span, "version", message, Some(help));
            }
            _ => self.complain(span, "version", format!("must be there, and be {VERSION}"), None),
        }
        false
    }

    fn table<'t>(&mut self, item: Option<&'t Item>, path: &str) -> Option<&'t dyn TableLike> {
        match item.map(|item| (item, item.as_table_like())) {
            Some((_, Some(table))) => Some(table),
            Some((item, None)) => {
                self.complain(item.span(), path, format!("must be a table, not {}", item.type_name()), None);
                None
            }
            None => {
                self.complain(None, path, "must be there, and be a table".into(), None);
                None
            }
        }
    }

    fn state(&mut self, path: &str, item: &Item) -> Option<FileState> {
        match item.as_str() {
            Some(SETTINGS_ONLY) => Some(FileState::Present { sha256: String::new() }),
            Some(text) if is_sha256(text) => Some(FileState::Present { sha256: text.to_owned() }),
            _ => {
                let message = format!("must be a SHA-256 in lower-case hex, or \"{SETTINGS_ONLY}\"");
                self.complain(item.span(), &format!("files.{}", shown(path)), message, None);
                None
            }
        }
    }

    fn setting(&mut self, snapshot: &mut Snapshot, file: &str, key: &str, item: &Item) {
        let value = match item.as_value() {
            Some(Toml::Boolean(flag)) => Some(Value::Bool(*flag.value())),
            Some(Toml::Integer(number)) => Some(Value::Number(*number.value())),
            Some(Toml::String(text)) => Some(Value::Text(text.value().clone())),
            Some(Toml::Array(list)) => {
                let texts: Option<BTreeSet<String>> =
                    list.iter().map(|entry| entry.as_str().map(str::to_owned)).collect();
                texts.map(Value::Set)
            }
            _ => None,
        };
        let Some(value) = value else {
            let message = "must be a text, a whole number, true or false, or a list of texts".to_owned();
            self.complain(item.span(), &shown(key), message, None);
            return;
        };
        let setting = Setting { file: file.to_owned(), value };
        if let Some(other) = snapshot.settings.insert(key.to_owned(), setting) {
            let message = format!("is given twice, the other time by {}", shown(&other.file));
            self.complain(item.span(), &shown(key), message, None);
        }
    }

    fn complain(&mut self, span: Option<Range<usize>>, path: &str, message: String, help: Option<String>) {
        let (line, column) = match span {
            None => (0, 0),
            Some(span) => {
                let before = self.text.get(..span.start.min(self.text.len())).unwrap_or_default();
                let begin = before.rfind('\n').map_or(0, |at| at + 1);
                (before.matches('\n').count() + 1, before[begin..].chars().count() + 1)
            }
        };
        let help = help.or_else(|| Some(format!("write it anew: {REMEDY}")));
        self.complaints.push(complaint(line, column, path, message, help));
    }
}
