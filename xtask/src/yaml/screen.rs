//! What is refused before the parser sees it: texts that it would misplace, take too long over, or
//! that would show a reviewer something other than what they say.

use super::{MAX_BYTES, MAX_NODES};

/// Line, column, message, help.
pub(super) type Refusal = (usize, usize, String, Option<String>);

/// The text of the file, if it is one that may be parsed.
pub(super) fn text(bytes: &[u8]) -> Result<&str, Refusal> {
    if bytes.len() > MAX_BYTES {
        let help = format!("a policy file may have {} KiB", MAX_BYTES / 1024);
        return Err((0, 0, "the file is too large".into(), Some(help)));
    }
    if bytes.starts_with(b"\xef\xbb\xbf") {
        let help = "save it as UTF-8 without one".to_owned();
        return Err((1, 1, "the file begins with a byte order mark".into(), Some(help)));
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let valid = std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default();
            let (line, column) = end_of(valid);
            return Err((line, column, "the file is not UTF-8".into(), Some("save it as UTF-8".into())));
        }
    };
    let mut brackets = 0;
    for (at, character) in text.char_indices() {
        let line_start = at == 0 || text.as_bytes()[at - 1] == b'\n';
        let refused = match character {
            '\n' | '\r' | '\t' => None,
            c if c.is_control() => Some(("a control character", "remove it; in double quotes, \\x1b is one")),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                Some(("an invisible character that makes text look other than it is", "remove it"))
            }
            // The parser's time grows with the square of open brackets; each one is a value anyway.
            '[' | '{' => {
                brackets += 1;
                (brackets > MAX_NODES).then_some(("too many brackets", "lists and mappings are limited"))
            }
            // `%TAG` costs the parser time that grows with its square, and no file needs it.
            '%' if line_start => Some(("a YAML directive", "remove the line: directives are not used here")),
            _ => None,
        };
        if let Some((what, help)) = refused {
            let (line, column) = end_of(&text[..at]);
            return Err((line, column, format!("the file contains {what}"), Some(help.into())));
        }
    }
    Ok(text)
}

/// Line and column, one-based, of what follows this text.
fn end_of(text: &str) -> (usize, usize) {
    let line = text.matches('\n').count() + 1;
    let last = text.rsplit('\n').next().unwrap_or_default();
    (line, last.chars().count() + 1)
}
