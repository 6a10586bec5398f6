//! Walks along one line.

use std::borrow::Cow;

use memchr::{memchr, memchr2, memchr3};

use super::Format;
use super::names::is_label_name;
use crate::diagnostics::shown;

/// A place in a line.
pub(super) struct Cursor<'a> {
    /// What is not read yet.
    rest: &'a str,
    format: Format,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(line: &'a str, format: Format) -> Self {
        Cursor { rest: line, format }
    }

    /// What is not read yet.
    pub(super) fn rest(&self) -> &'a str {
        self.rest
    }

    /// The format of the line.
    pub(super) fn format(&self) -> Format {
        self.format
    }

    /// Whether the line is read to its end.
    pub(super) fn at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next byte.
    pub(super) fn peek(&self) -> Option<u8> {
        self.rest.as_bytes().first().copied()
    }

    /// Reads this ASCII byte if it is the next.
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        if self.peek() != Some(byte) {
            return false;
        }
        self.rest = self.rest.get(1..).unwrap_or_default();
        true
    }

    /// Passes blanks and tabs where they have no meaning, which is nowhere in OpenMetrics.
    pub(super) fn blanks(&mut self) {
        if self.format == Format::Text {
            while matches!(self.peek(), Some(b' ' | b'\t')) {
                self.rest = self.rest.get(1..).unwrap_or_default();
            }
        }
    }

    /// What stands between two tokens: any number of blanks and tabs in the text format, one blank in
    /// OpenMetrics.
    pub(super) fn gap(&mut self, before: &str) -> Result<(), String> {
        match self.format {
            Format::Text => self.blanks(),
            Format::OpenMetrics => {
                if !self.eat(b' ') {
                    return Err(format!("one blank must stand before {before}"));
                }
                if matches!(self.peek(), Some(b' ' | b'\t')) {
                    return Err(format!("one blank must stand before {before}, and there are more"));
                }
            }
        }
        Ok(())
    }

    /// The text up to this place, or up to the end.
    fn upto(&mut self, at: Option<usize>) -> &'a str {
        let at = at.unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at_checked(at).unwrap_or((self.rest, ""));
        self.rest = rest;
        text
    }

    /// The text up to a blank or an opening brace, or up to the end.
    pub(super) fn name(&mut self) -> &'a str {
        self.upto(memchr3(b' ', b'\t', b'{', self.rest.as_bytes()))
    }

    /// The text up to what may stand after a label's name, or up to the end.
    pub(super) fn label_name(&mut self) -> &'a str {
        // What is right has its equals sign first, and this is the inner loop of the whole parser.
        let bytes = self.rest.as_bytes();
        let equals = memchr(b'=', bytes).filter(|at| self.rest.get(..*at).is_some_and(is_label_name));
        self.upto(equals.or_else(|| bytes.iter().position(|byte| b"=,} \t\"{".contains(byte))))
    }

    /// The text up to a blank, or up to the end.
    pub(super) fn token(&mut self) -> &'a str {
        let tab = if self.format == Format::Text { b'\t' } else { b' ' };
        self.upto(memchr2(b' ', tab, self.rest.as_bytes()))
    }

    /// A text in quotes. The error says what it is or does, without a subject.
    pub(super) fn quoted(&mut self) -> Result<Cow<'a, str>, String> {
        if !self.eat(b'"') {
            return Err("does not stand in double quotes".into());
        }
        let mut read: Cow<'a, str> = Cow::Borrowed("");
        loop {
            let at = memchr2(b'"', b'\\', self.rest.as_bytes());
            let (text, rest) =
                at.and_then(|at| self.rest.split_at_checked(at)).ok_or("has no closing quote")?;
            self.rest = rest;
            if read.is_empty() {
                read = Cow::Borrowed(text);
            } else {
                read.to_mut().push_str(text);
            }
            if self.eat(b'"') {
                return Ok(read);
            }
            self.eat(b'\\');
            unescape(&mut self.rest, self.format, true, read.to_mut())?;
        }
    }
}

/// Reads what follows a backslash. The text format knows `\\` and `\n`, and in quotes `\"`; OpenMetrics takes a
/// backslash before anything else as itself (its ABNF: `BS normal-char`).
fn unescape(rest: &mut &str, format: Format, in_quotes: bool, into: &mut String) -> Result<(), String> {
    let mut characters = rest.chars();
    let next = characters.next();
    match next {
        Some('\\') => into.push('\\'),
        Some('n') => into.push('\n'),
        Some('"') if in_quotes || format == Format::OpenMetrics => into.push('"'),
        Some(other) if format == Format::OpenMetrics => into.extend(['\\', other]),
        Some(other) => {
            let escape = shown(&format!("\\{other}"));
            return Err(format!("has the escape {escape}, which the text format does not know"));
        }
        None => return Err("ends in a lone backslash".into()),
    }
    *rest = characters.as_str();
    Ok(())
}

/// Checks the escapes of a HELP text. A double quote may stand there as it is, in OpenMetrics too: its ABNF has
/// it escaped, its official Rust client does not do that, and Prometheus reads both.
pub(super) fn check_help(text: &str, format: Format) -> Result<(), String> {
    let mut rest = text;
    let mut unused = String::new();
    while let Some((_, after)) = memchr(b'\\', rest.as_bytes()).and_then(|at| rest.split_at_checked(at + 1)) {
        rest = after;
        unused.clear();
        unescape(&mut rest, format, false, &mut unused).map_err(|wrong| format!("the HELP text {wrong}"))?;
    }
    Ok(())
}
