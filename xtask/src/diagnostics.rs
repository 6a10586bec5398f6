//! Complaints about files that people write: where, what, what was expected.

use std::fmt;

/// One thing wrong in a configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// The file, as it should be shown: relative to the workspace, with `/`.
    pub file: String,
    /// One-based line; 0 where the whole file is meant.
    pub line: usize,
    /// One-based column, in characters; 0 where the whole file is meant.
    pub column: usize,
    /// The path of the key, such as `stages.GA.gates.deps_approval`; may be empty.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// What was expected, or the nearest valid word.
    pub help: Option<String>,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        write!(f, ": ")?;
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        write!(f, "{}", self.message)?;
        if let Some(help) = &self.help {
            write!(f, " ({help})")?;
        }
        Ok(())
    }
}

/// The valid word nearest to `word`, if one is near enough to be a slip of the pen.
pub fn nearest<'a>(word: &str, valid: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = word.to_lowercase().replace('-', "_");
    valid
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&folded, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= (candidate.chars().count() / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `1 finding`, `2 findings`.
pub fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// Characters that a terminal or a browser acts on instead of showing: controls, and those that
/// reorder text, join it, or take no room.
pub fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Adds a character as it is, or as Rust would write it (`\n`, `\u{1b}`) if it is invisible.
pub fn push_visible(out: &mut String, c: char) {
    if is_invisible(c) {
        out.extend(c.escape_default());
    } else {
        out.push(c);
    }
}

/// Text from outside in one line: white space at both ends goes, and every invisible character, line
/// ends included, is shown.
pub fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    text.trim().chars().for_each(|c| push_visible(&mut out, c));
    out
}

/// Text from outside, in backquotes, fit for a line of a message: at most 120 characters, and what
/// would move the cursor, hide text or reverse it is written as an escape.
pub fn shown(text: &str) -> String {
    let mut line = String::from("`");
    for (count, character) in text.chars().enumerate() {
        if count == 120 {
            line.push('\u{2026}');
            break;
        }
        push_visible(&mut line, character);
    }
    line.push('`');
    line
}

#[cfg(test)]
mod tests {
    use super::{nearest, shown};

    #[test]
    fn text_from_outside_cannot_move_the_cursor() {
        assert_eq!(shown("v1.0"), "`v1.0`");
        assert_eq!(shown("a\u{1b}[2J\nb\u{202e}"), r"`a\u{1b}[2J\nb\u{202e}`");
        assert_eq!(shown("\u{1f600} \u{e9}"), "`\u{1f600} \u{e9}`");
        assert_eq!(shown(&"x".repeat(500)).chars().count(), 123);
    }

    #[test]
    fn a_slip_is_found_and_a_stranger_is_not() {
        let words = ["promotion_guard", "deps_approval", "required", "GA"];
        assert_eq!(nearest("deps-aproval", words), Some("deps_approval"));
        assert_eq!(nearest("requried", words), Some("required"));
        assert_eq!(nearest("ga", words), Some("GA"));
        assert_eq!(nearest("bananas", words), None);
    }
}
