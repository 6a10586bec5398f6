//! The comments of a lockfile, each with the line that it belongs to: above it or behind it.

use std::collections::HashMap;
use std::ops::Range;

/// Comments, by what tells the tables apart and by the line in each.
#[derive(Debug, Clone, Default)]
pub(super) struct Remarks(HashMap<String, HashMap<String, Remark>>);

/// The comments of one line.
#[derive(Debug, Clone, Default)]
pub(super) struct Remark {
    /// The lines above it, without indentation; an empty one is a blank line.
    pub(super) above: Vec<String>,
    /// What stands behind it; may be empty.
    pub(super) behind: String,
}

/// A line that comments can belong to.
pub(super) struct Mark<K> {
    /// Where the line's own text is.
    pub(super) span: Range<usize>,
    /// What line it is.
    pub(super) key: K,
}

impl Remarks {
    /// The comment with which a new file begins.
    pub(super) fn header(text: &str) -> Remarks {
        let mut remarks = Remarks::default();
        remarks.entry("", "version").above = text.lines().map(str::to_owned).collect();
        remarks
    }

    /// Finds every comment of a text. `name` gives the table and the line of a mark; it is asked only where
    /// there is a comment, in the order of the text. No mark is the end of the file.
    pub(super) fn find<K>(
        text: &str,
        mut marks: Vec<Mark<K>>,
        mut name: impl FnMut(Option<&K>) -> (String, String),
    ) -> Remarks {
        marks.sort_by_key(|mark| mark.span.start);
        let mut remarks = Remarks::default();
        let (mut before, mut end): (Option<&K>, usize) = (None, 0);
        let last = std::iter::once((None, text.len()..text.len()));
        for (key, span) in marks.iter().map(|mark| (Some(&mark.key), mark.span.clone())).chain(last) {
            // Between two lines there are blanks, comments and TOML's own marks: no text that holds a `#`.
            let gap = text.get(end..span.start).unwrap_or_default();
            if gap.contains('#') {
                let (first, rest) = gap.split_once('\n').unwrap_or((gap, ""));
                let rest = if before.is_none() { gap } else { rest };
                if let (Some(before), Some(at)) = (before, first.find('#')) {
                    let (table, line) = name(Some(before));
                    remarks.entry(&table, &line).behind = first[at..].trim_end().to_owned();
                }
                let above = above(rest);
                if !above.is_empty() {
                    let (table, line) = name(key);
                    remarks.entry(&table, &line).above = above;
                }
            }
            (before, end) = (key, end.max(span.end));
        }
        remarks
    }

    fn entry(&mut self, table: &str, line: &str) -> &mut Remark {
        self.0.entry(table.to_owned()).or_default().entry(line.to_owned()).or_default()
    }

    /// Those of one table.
    pub(super) fn of(&self, table: &str) -> Option<&HashMap<String, Remark>> {
        self.0.get(table)
    }

    /// Takes those of one table over, for a table that may have another name here.
    pub(super) fn take(&mut self, from: &Remarks, table: &str, here: &str) {
        if let Some(lines) = from.0.get(table) {
            self.0.insert(here.to_owned(), lines.clone());
        }
    }
}

/// The comment lines of what stands before a line's own text. A blank line between them stays one.
fn above(gap: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut parts: Vec<&str> = gap.split('\n').collect();
    // What stands before the text in its own line is its indentation.
    if parts.last().is_some_and(|last| last.trim().is_empty()) {
        parts.pop();
    }
    for part in parts {
        match part.find('#') {
            Some(at) => lines.push(part[at..].trim_end().to_owned()),
            None if lines.last().is_some_and(|last| !last.is_empty()) => lines.push(String::new()),
            None => {}
        }
    }
    lines
}
