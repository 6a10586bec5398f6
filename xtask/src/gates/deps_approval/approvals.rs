//! Loads `ci/deps-approvals.toml`. Every complaint in one run, each with its place; an entry that is
//! wrong in any way is an error, never an entry fewer. Looks at no clock: an approval from the future
//! is for the judge to refuse.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;

use toml_edit::{Document, Item, Table};

use super::text::{clean, one_line};
use crate::day::day;
use crate::diagnostics::{Complaint, nearest};
use crate::digest::is_sha256;
use crate::error::{Error, Result};
use crate::evidence::deps::{Approval, Approvals, Rule};
use crate::toml_file::{self, Places};

/// The file, relative to the workspace root.
pub const FILE: &str = "ci/deps-approvals.toml";

/// Larger files are refused unread: ten thousand approvals take about three megabytes.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// The keys of an approval, in the order in which they are written.
pub(super) const APPROVAL_KEYS: &[&str] =
    &["name", "version", "checksum", "source", "approved_by", "approved_on", "expires", "note"];
const RULE_KEYS: &[&str] = &["name", "source", "owner", "expires", "reason"];

/// Reads the approvals of a workspace; without the file there are none.
///
/// # Errors
/// A configuration error with every complaint about the file.
pub fn load(root: &Path) -> Result<Approvals> {
    match read(root)? {
        Some(text) => parse(&text),
        None => Ok(Approvals::default()),
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
pub(crate) fn parse(text: &str) -> Result<Approvals> {
    let mut loader = Loader { text, places: Places::new(text), complaints: Vec::new() };
    let approvals = loader.document();
    if loader.complaints.is_empty() {
        return Ok(approvals);
    }
    loader.complaints.sort_by_key(|complaint| (complaint.line, complaint.column));
    Err(Error::configuration(loader.complaints))
}

struct Loader<'a> {
    text: &'a str,
    places: Places<'a>,
    complaints: Vec<Complaint>,
}

impl Loader<'_> {
    fn document(&mut self) -> Approvals {
        let mut approvals = Approvals { present: true, ..Approvals::default() };
        let document = match Document::parse(self.text.to_owned()) {
            Ok(document) => document,
            Err(error) => {
                self.complain(error.span(), "", clean(&one_line(error.message())), None);
                return approvals;
            }
        };
        let table = document.as_table();
        self.known_keys(table, "", &["version", "approved", "rule"]);
        match table.get("version") {
            Some(version) if version.as_integer() == Some(1) => {}
            Some(version) => self.complain(version.span(), "version", "must be 1".into(), None),
            None => self.complain(Some(0..0), "version", "is missing".into(), Some("version = 1".into())),
        }
        for (path, entry) in self.entries(table, "approved") {
            approvals.approved.extend(self.approval(&path, entry));
        }
        for (path, entry) in self.entries(table, "rule") {
            approvals.rules.extend(self.rule(&path, entry));
        }
        self.duplicates(&approvals);
        approvals
    }

    fn entries<'t>(&mut self, table: &'t Table, key: &str) -> Vec<(String, &'t Table)> {
        match table.get(key) {
            None => Vec::new(),
            Some(Item::ArrayOfTables(list)) => {
                list.iter().enumerate().map(|(index, entry)| (format!("{key}[{index}]"), entry)).collect()
            }
            Some(other) => {
                let found = format!("must be a list of tables, not {}", other.type_name());
                self.complain(other.span(), key, found, Some(format!("write each entry as [[{key}]]")));
                Vec::new()
            }
        }
    }

    fn approval(&mut self, path: &str, table: &Table) -> Option<Approval> {
        let before = self.complaints.len();
        self.known_keys(table, path, APPROVAL_KEYS);
        let checksum = self.checksum(path, table);
        let source = self.text(path, table, "source", false);
        match (&checksum, &source) {
            (None, None) if !table.contains_key("checksum") => self.complain(
                table.span(),
                path,
                "pins nothing: it needs a checksum".into(),
                Some("or, for a git or path package, its source".into()),
            ),
            (Some(_), Some(_)) => {
                self.complain(table.span(), path, "has both a checksum and a source".into(), None);
            }
            _ => {}
        }
        if let Some(text) = &source
            && !text.starts_with("path+")
            && !(text.starts_with("git+") && text.contains('#'))
        {
            let help = "`git+URL#COMMIT` or `path+FOLDER`".to_owned();
            self.complain(
                span_of(table, "source"),
                &format!("{path}.source"),
                "is no pin".into(),
                Some(help),
            );
        }
        let approval = Approval {
            name: self.text(path, table, "name", true).unwrap_or_default(),
            version: self.version(path, table),
            checksum,
            source,
            approved_by: self.text(path, table, "approved_by", true).unwrap_or_default(),
            approved_on: self.date(path, table, "approved_on", true).unwrap_or_default(),
            expires: self.date(path, table, "expires", false),
            note: self.text(path, table, "note", false),
            line: self.line(table.span()),
        };
        (self.complaints.len() == before).then_some(approval)
    }

    fn rule(&mut self, path: &str, table: &Table) -> Option<Rule> {
        let before = self.complaints.len();
        self.known_keys(table, path, RULE_KEYS);
        let name = self.text(path, table, "name", false);
        let source = self.text(path, table, "source", false);
        let mut everything = name.is_none();
        match name.as_deref().map(globset::Glob::new) {
            Some(Ok(glob)) => {
                // Names that have nothing in common: what fits all of them fits anything.
                let glob = glob.compile_matcher();
                everything = ["a", "zz-top", "Q7_x"].iter().all(|probe| glob.is_match(probe));
            }
            Some(Err(error)) => {
                let message = format!("is no pattern: {}", error.kind());
                self.complain(span_of(table, "name"), &format!("{path}.name"), message, None);
            }
            None => {}
        }
        if source.is_none() && everything && self.complaints.len() == before {
            let message = "would approve everything, whatever it is and wherever it comes from";
            let help = "give it a `source`, or a `name` with more than wildcards".to_owned();
            self.complain(table.span(), path, message.into(), Some(help));
        } else if source.is_none() && name.as_deref().is_some_and(says_too_little) {
            let message = "is about too many names, wherever they come from".to_owned();
            let help = "give the rule a `source`, or name a family, such as windows-*".to_owned();
            self.complain(span_of(table, "name"), &format!("{path}.name"), message, Some(help));
        }
        let rule = Rule {
            name,
            source,
            owner: self.text(path, table, "owner", true).unwrap_or_default(),
            expires: self.date(path, table, "expires", true).unwrap_or_default(),
            reason: self.text(path, table, "reason", true).unwrap_or_default(),
            line: self.line(table.span()),
        };
        (self.complaints.len() == before).then_some(rule)
    }

    fn checksum(&mut self, path: &str, table: &Table) -> Option<String> {
        let checksum = self.text(path, table, "checksum", false)?;
        if !is_sha256(&checksum) {
            let help = "the 64 lower-case hex digits that stand in Cargo.lock".to_owned();
            let path = format!("{path}.checksum");
            self.complain(span_of(table, "checksum"), &path, "is no SHA-256".into(), Some(help));
        }
        Some(checksum)
    }

    fn version(&mut self, path: &str, table: &Table) -> String {
        let version = self.text(path, table, "version", true).unwrap_or_default();
        if !version.is_empty() && version.parse::<cargo_metadata::semver::Version>().is_err() {
            let path = format!("{path}.version");
            let help = Some("such as 1.2.3; ranges go into a [[rule]]".to_owned());
            self.complain(span_of(table, "version"), &path, "is no exact version".into(), help);
        }
        version
    }

    /// A text that is not empty.
    fn text(&mut self, path: &str, table: &Table, key: &str, required: bool) -> Option<String> {
        let full = format!("{path}.{key}");
        let Some(item) = table.get(key) else {
            if required {
                self.complain(table.span(), &full, "is missing".into(), None);
            }
            return None;
        };
        match item.as_str() {
            Some(text) if !text.trim().is_empty() => Some(text.to_owned()),
            Some(_) => {
                self.complain(item.span(), &full, "is empty".into(), None);
                None
            }
            None => {
                let message = format!("must be a text, not {}", item.type_name());
                self.complain(item.span(), &full, message, None);
                None
            }
        }
    }

    /// A day, as a text or as TOML's own date.
    fn date(&mut self, path: &str, table: &Table, key: &str, required: bool) -> Option<String> {
        let text = match table.get(key).and_then(Item::as_datetime) {
            Some(date) => date.to_string(),
            None => self.text(path, table, key, required)?,
        };
        if day(&text).is_none() {
            let message = format!("`{}` is no day", clean(&text));
            let help = Some("YYYY-MM-DD".to_owned());
            self.complain(span_of(table, key), &format!("{path}.{key}"), message, help);
            return None;
        }
        Some(text)
    }

    fn known_keys(&mut self, table: &Table, path: &str, known: &[&str]) {
        for (key, item) in table.iter().filter(|(key, _)| !known.contains(key)) {
            let span = table.key(key).and_then(toml_edit::Key::span).or_else(|| item.span());
            let help = match nearest(key, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("one of {}", known.join(", ")),
            };
            let full = if path.is_empty() { clean(key) } else { format!("{path}.{}", clean(key)) };
            self.complain(span, &full, "unknown key".into(), Some(help));
        }
    }

    /// Two entries for one package would leave open which of them holds.
    fn duplicates(&mut self, approvals: &Approvals) {
        let mut seen = HashMap::new();
        for approval in &approvals.approved {
            let key = (&approval.name, &approval.version, &approval.source);
            if let Some(first) = seen.insert(key, approval.line) {
                let message =
                    format!("{}@{} is approved on line {first} already", approval.name, approval.version);
                let (line, file) = (approval.line as usize, FILE.to_owned());
                let path = "approved".to_owned();
                self.complaints.push(Complaint { file, line, column: 1, path, message, help: None });
            }
        }
    }

    fn complain(&mut self, span: Option<Range<usize>>, path: &str, message: String, help: Option<String>) {
        let (line, column) = self.places.of(span);
        let file = FILE.to_owned();
        self.complaints.push(Complaint { file, line, column, path: path.to_owned(), message, help });
    }

    fn line(&self, span: Option<Range<usize>>) -> u32 {
        u32::try_from(self.places.of(span).0).unwrap_or(u32::MAX)
    }
}

/// Whether a pattern with wildcards holds nowhere two characters of a name in a row, in any of its
/// alternatives: `*`, `[a-z]*`, `????*` or `{a*,b*}` are about everything there is, not about a family.
fn says_too_little(pattern: &str) -> bool {
    if !pattern.contains(['*', '?', '[']) {
        return false;
    }
    let (mut run, mut longest, mut class, mut depth) = (0, 0, false, 0_usize);
    let mut shortest_alternative: Option<usize> = None;
    let mut outside = 0;
    for c in pattern.chars() {
        let literal = !class && (c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        run = if literal { run + 1 } else { 0 };
        longest = longest.max(run);
        match c {
            '[' => class = true,
            ']' => class = false,
            '{' if !class => {
                if depth == 0 {
                    outside = outside.max(longest);
                    longest = 0;
                }
                depth += 1;
            }
            ',' | '}' if !class && depth > 0 => {
                shortest_alternative = Some(shortest_alternative.map_or(longest, |least| least.min(longest)));
                longest = 0;
                depth -= usize::from(c == '}');
            }
            _ => {}
        }
    }
    outside.max(longest).max(shortest_alternative.unwrap_or(0)) < 2
}

fn span_of(table: &Table, key: &str) -> Option<Range<usize>> {
    table.get(key).and_then(Item::span)
}

#[cfg(test)]
mod tests;
