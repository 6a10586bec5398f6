//! TOML files that people write, or see in a diff: their text, and where in it something stands.

use std::fmt::Write;
use std::io::ErrorKind;
use std::ops::Range;
use std::path::Path;

use crate::diagnostics::{Complaint, is_invisible};
use crate::error::{Error, Result};

/// The text of a file, relative to the workspace root; `None` if it is not there.
///
/// # Errors
/// A configuration error for what is no file, is larger than `most` bytes, or cannot be read as text.
pub fn read(root: &Path, file: &str, most: u64) -> Result<Option<String>> {
    let path = root.join(file);
    let refuse = |message: String| {
        let (file, path) = (file.to_owned(), String::new());
        Error::configuration(vec![Complaint { file, line: 0, column: 0, path, message, help: None }])
    };
    match std::fs::metadata(&path) {
        // Asked before it is opened: opening a named pipe would wait for a writer, and never end.
        Ok(metadata) if !metadata.is_file() => return Err(refuse("it is not a file".into())),
        Ok(metadata) if metadata.len() > most => {
            return Err(refuse(format!("the file is larger than {most} bytes")));
        }
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        _ => {}
    }
    std::fs::read_to_string(&path).map(Some).map_err(|error| refuse(format!("cannot read it: {error}")))
}

/// The first line that git left where it could not merge, one-based.
pub fn merge_conflict(text: &str) -> Option<usize> {
    let marks = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];
    text.lines().position(|line| marks.iter().any(|mark| line.starts_with(mark))).map(|at| at + 1)
}

/// What the parser says against a text, in one line.
pub fn syntax(error: &toml_edit::TomlError) -> String {
    error.message().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A basic string of TOML in one line. What a terminal would obey or hide is written as an escape.
pub fn quoted(text: &str) -> String {
    let mut line = String::with_capacity(text.len() + 2);
    line.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => line.extend(['\\', c]),
            '\n' => line.push_str("\\n"),
            '\t' => line.push_str("\\t"),
            c if is_invisible(c) => {
                let _ = match u32::from(c) {
                    code @ ..=0xffff => write!(line, "\\u{code:04X}"),
                    code => write!(line, "\\U{code:08X}"),
                };
            }
            c => line.push(c),
        }
    }
    line.push('"');
    line
}

/// A text with the line ends of the one that it replaces: toml_edit ends lines with a line feed alone, and
/// a file that came with CRLF keeps it in every line.
pub fn with_line_ends_of(old: &str, text: String) -> String {
    match old.split_once('\n') {
        Some((first, _)) if first.ends_with('\r') => text.replace("\r\n", "\n").replace('\n', "\r\n"),
        _ => text,
    }
}

/// Finds places in a text without counting its lines again for each.
#[derive(Debug)]
pub struct Places<'a> {
    text: &'a str,
    /// Where each line ends.
    line_ends: Vec<usize>,
}

impl<'a> Places<'a> {
    /// The places of a text.
    pub fn new(text: &'a str) -> Self {
        Places { text, line_ends: text.match_indices('\n').map(|(at, _)| at).collect() }
    }

    /// One-based line and column, in characters, at which a span begins; of no span, the very first.
    pub fn of(&self, span: Option<Range<usize>>) -> (usize, usize) {
        let start = span.map_or(0, |span| span.start).min(self.text.len());
        let line = self.line(start);
        let column = self.text.get(self.begin(line - 1)..start).unwrap_or_default().chars().count();
        (line, column + 1)
    }

    /// One-based line of a byte. Unlike a column it costs no look at the line, however long that is.
    pub fn line(&self, at: usize) -> usize {
        self.line_ends.partition_point(|end| *end < at) + 1
    }

    /// The byte at which a line begins, counted from zero.
    pub fn begin(&self, line: usize) -> usize {
        line.checked_sub(1).and_then(|last| self.line_ends.get(last)).map_or(0, |end| end + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn what_is_quoted_is_read_back_and_shows_what_it_is() {
        for text in ["plain", "a\"b\\c", "two\nlines\t", "\u{7f}\u{202e}\u{feff}\u{e0041}\u{1f600}"] {
            let line = quoted(text);
            let value: toml_edit::Value = line.parse().unwrap();
            assert_eq!(value.as_str(), Some(text), "{line}");
            assert!(!line.chars().any(crate::diagnostics::is_invisible), "{line}");
        }
    }
}
