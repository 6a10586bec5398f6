//! Text from outside, made harmless for any format: control characters become visible, lines stay
//! lines, and lengths are bounded. Markup is not known here; that is each printer's own business.

pub(super) use crate::day::rfc3339;
pub(super) use crate::diagnostics::one_line;
use crate::diagnostics::push_visible;

/// Several lines: colours go, line ends and tabs stay, other invisible characters are shown.
pub(super) fn block(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(after) = after_escape_sequence(rest) {
            rest = after;
            continue;
        }
        rest = &rest[c.len_utf8()..];
        match c {
            '\r' if rest.starts_with('\n') => {}
            '\n' | '\t' => out.push(c),
            _ => push_visible(&mut out, c),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// What follows a terminal's control sequence (`ESC [ … letter`), if the text begins with one.
fn after_escape_sequence(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("\u{1b}[")?;
    let end = rest.find(|c: char| ('\u{40}'..='\u{7e}').contains(&c))?;
    // Parameters are digits and punctuation; anything else is no sequence, and stays visible.
    rest[..end].chars().all(|c| ('\u{20}'..='\u{3f}').contains(&c)).then(|| &rest[end + 1..])
}

/// At most `max` characters; what is left out is said by `…`.
pub(super) fn clip(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        None => text.to_string(),
        Some(_) => text.chars().take(max.saturating_sub(1)).chain(['…']).collect(),
    }
}

pub(super) use crate::diagnostics::count;

/// A duration for people: `0.4 s`, `12.3 s`, `3 min 07 s`.
pub(super) fn duration(ms: u64) -> String {
    let tenths = ms / 100;
    match ms / 1000 {
        0..60 => format!("{}.{} s", tenths / 10, tenths % 10),
        seconds => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_invisible_survives_in_one_line() {
        for (given, shown) in [
            ("plain", "plain"),
            ("  trimmed\n", "trimmed"),
            ("a\nb\r\nc", "a\\nb\\r\\nc"),
            ("\u{1b}[31mred", "\\u{1b}[31mred"),
            ("safe\u{202e}evil", "safe\\u{202e}evil"),
            ("a\u{200b}b\u{2028}c\u{85}d", "a\\u{200b}b\\u{2028}c\\u{85}d"),
            ("Grüße, 世界", "Grüße, 世界"),
        ] {
            assert_eq!(one_line(given), shown);
        }
    }

    #[test]
    fn a_block_keeps_its_lines_and_loses_its_colours() {
        for (given, shown) in [
            ("a\n\tb\r\nc\n\n", "a\n\tb\nc"),
            ("\u{1b}[1;31merror\u{1b}[0m: x", "error: x"),
            ("\u{1b}]0;title\u{7}", "\\u{1b}]0;title\\u{7}"),
            ("\u{1b}[2K\rover", "\\rover"),
            ("\u{1b}[é", "\\u{1b}[é"),
            ("\u{1b}[", "\\u{1b}["),
            ("\u{1b}[3é1m", "\\u{1b}[3é1m"),
        ] {
            assert_eq!(block(given), shown);
        }
    }

    #[test]
    fn lengths_are_counted_in_characters() {
        assert_eq!(clip("äöü", 3), "äöü");
        assert_eq!(clip("äöüß", 3), "äö…");
        assert_eq!(clip("", 3), "");
    }

    #[test]
    fn durations_and_moments_are_readable() {
        for (ms, shown) in [(0, "0.0 s"), (449, "0.4 s"), (59_999, "59.9 s"), (187_000, "3 min 07 s")] {
            assert_eq!(duration(ms), shown);
        }
        let moment = time::macros::datetime!(2026-03-01 01:30:00.987 +2);
        assert_eq!(rfc3339(moment), "2026-02-28T23:30:00Z");
    }
}
