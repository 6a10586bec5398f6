//! Reads single values of a lockfile, notes what is wrong with them, and where each line is.

use std::fmt;
use std::ops::Range;

use toml_edit::{Item, Key, TableLike};

use super::remarks::Mark;
use crate::diagnostics::{Complaint, nearest, shown};
use crate::toml_file::Places;

/// More complaints than anybody reads.
const MOST_COMPLAINTS: usize = 100;

/// Which line of the file a mark is.
pub(super) struct Line {
    /// The table: contracts are counted from 0, then what is vouched for; `None` for the file itself.
    pub(super) table: Option<usize>,
    pub(super) part: Part,
}

/// Which line of a table.
pub(super) enum Part {
    /// The line that begins it.
    Heading,
    /// A key.
    Key(String),
    /// A line of a list, counted from 0.
    Row(&'static str, usize),
    /// The end of a list.
    Close(&'static str),
}

/// What a value belongs to, for complaints.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    /// The table, as it is written.
    pub(super) table: &'a str,
    /// The line of one of its lists, counted from 0.
    pub(super) row: Option<(&'static str, usize)>,
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.table)?;
        self.row.map_or(Ok(()), |(list, index)| write!(f, ".{list}[{index}]"))
    }
}

impl At<'_> {
    /// The path of a key in it.
    pub(super) fn key(&self, key: &str) -> String {
        format!("{self}.{key}")
    }
}

/// Reads the values of one lockfile.
pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
    /// The file that complaints name.
    pub(super) file: &'a str,
    pub(super) places: Places<'a>,
    pub(super) complaints: Vec<Complaint>,
    pub(super) marks: Vec<Mark<Line>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str, file: &'a str) -> Self {
        Reader { text, file, places: Places::new(text), complaints: Vec::new(), marks: Vec::new() }
    }

    /// Notes where a line is, for the comments that belong to it.
    pub(super) fn mark(&mut self, table: Option<usize>, span: Option<Range<usize>>, part: Part) {
        self.marks.extend(span.map(|span| Mark { span, key: Line { table, part } }));
    }

    pub(super) fn table<'t>(&mut self, item: &'t Item, path: &dyn fmt::Display) -> Option<&'t dyn TableLike> {
        let table = item.as_table_like();
        if table.is_none() {
            self.complain(item.span(), path, format!("must be a table, not {}", item.type_name()), None);
        }
        table
    }

    pub(super) fn string(&mut self, at: &At<'_>, key: &str, item: &Item) -> Option<String> {
        let text = item.as_str();
        if text.is_none() {
            self.complain(
                item.span(),
                &at.key(key),
                format!("must be a text, not {}", item.type_name()),
                None,
            );
            // Not "is missing" as well.
            return Some(String::new());
        }
        text.map(str::to_owned)
    }

    pub(super) fn strings(&mut self, at: &At<'_>, key: &str, item: &Item) -> Vec<String> {
        let texts = |list: &toml_edit::Array| {
            list.iter().map(|value| value.as_str().map(str::to_owned)).collect::<Option<Vec<String>>>()
        };
        let list = item.as_array().and_then(texts);
        if list.is_none() {
            self.complain(item.span(), &at.key(key), "must be a list of texts".into(), None);
        }
        list.unwrap_or_default()
    }

    pub(super) fn flag(&mut self, at: &At<'_>, key: &str, item: &Item, default: bool) -> bool {
        let flag = item.as_bool();
        if flag.is_none() {
            self.complain(item.span(), &at.key(key), "must be true or false".into(), None);
        }
        flag.unwrap_or(default)
    }

    pub(super) fn number(&mut self, at: &At<'_>, key: &str, item: &Item) -> Option<i64> {
        let number = item.as_integer();
        if number.is_none() {
            self.complain(item.span(), &at.key(key), "must be a whole number".into(), None);
        }
        number
    }

    /// One of some words.
    pub(super) fn word<T: Copy>(
        &mut self,
        at: &At<'_>,
        key: &str,
        item: &Item,
        all: &[T],
        name: fn(T) -> &'static str,
    ) -> Option<T> {
        let text = self.string(at, key, item)?;
        if let Some(found) = all.iter().find(|one| name(**one) == text) {
            return Some(*found);
        }
        if item.is_str() {
            let words: Vec<&str> = all.iter().map(|one| name(*one)).collect();
            let near = nearest(&text, words.iter().copied()).map(|near| format!("did you mean `{near}`?"));
            let message = format!("must be one of {}", words.join(", "));
            self.complain(item.span(), &at.key(key), message, near);
        }
        all.first().copied()
    }

    /// What must be there.
    pub(super) fn required<T>(
        &mut self,
        at: &At<'_>,
        span: Option<Range<usize>>,
        key: &str,
        value: Option<T>,
    ) -> Option<T> {
        if value.is_none() {
            self.complain(span, &at.key(key), "is missing".into(), None);
        }
        value
    }

    pub(super) fn unknown<'w>(
        &mut self,
        key: Option<&Key>,
        item: &Item,
        path: &dyn fmt::Display,
        known: impl Iterator<Item = &'w str> + Clone,
    ) {
        let word = key.map_or("", Key::get);
        let help = match nearest(word, known.clone()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("one of {}", known.collect::<Vec<_>>().join(", ")),
        };
        self.complain(
            key.and_then(Key::span).or_else(|| item.span()),
            path,
            "unknown key".into(),
            Some(help),
        );
    }

    pub(super) fn complain(
        &mut self,
        span: Option<Range<usize>>,
        path: &dyn fmt::Display,
        message: String,
        help: Option<String>,
    ) {
        if self.complaints.len() < MOST_COMPLAINTS {
            let (line, column) = self.places.of(span);
            // Keys are anybody's text.
            let path = shown(&path.to_string()).trim_matches('`').to_owned();
            let file = self.file.to_owned();
            self.complaints.push(Complaint { file, line, column, path, message, help });
        }
    }
}

/// Where an item is; for a table the line that begins it, for what has no place of its own its key.
pub(super) fn span(item: &Item, key: Option<&Key>) -> Option<Range<usize>> {
    key.and_then(Key::span).or_else(|| item.span())
}

/// Where a key and its value are.
pub(super) fn whole(key: Option<&Key>, item: &Item) -> Option<Range<usize>> {
    let (key, value) = (key.and_then(Key::span)?, item.span()?);
    Some(key.start..value.end.max(key.end))
}
