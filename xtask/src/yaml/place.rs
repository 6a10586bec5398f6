//! From line and column, as the parser counts them, to a place in the text.

/// The byte at a line and column, both one-based, the column in characters; nothing if there is none.
pub(super) fn offset(text: &str, line: usize, column: usize) -> Option<usize> {
    let mut at = 0;
    for _ in 1..line {
        at += line_length(&text[at..])?;
    }
    let column = column.checked_sub(1)?;
    let rest = &text[at..];
    let mut places = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
    let found = places.nth(column)?;
    (line > 0).then_some(at + found)
}

/// The length of the first line with its end, if it has one. YAML 1.1, which the parser follows, takes
/// the line and paragraph separators of Unicode for line ends as well.
fn line_length(text: &str) -> Option<usize> {
    let (at, end) = text.char_indices().find(|(_, c)| matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}'))?;
    let both = text[at..].starts_with("\r\n");
    Some(at + if both { 2 } else { end.len_utf8() })
}

#[cfg(test)]
mod tests {
    use super::offset;

    #[test]
    fn places_are_those_of_the_parser() {
        let text = "a\r\näö: x\rb\u{2028}c\n";
        for (line, column, expected) in [
            (1, 1, Some("a\r\n")),
            (2, 1, Some("äö: x")),
            (2, 3, Some(": x")),
            (3, 1, Some("b")),
            (4, 1, Some("c\n")),
            (5, 1, Some("")),
            (6, 1, None),
            (0, 0, None),
            (1, 0, None),
            (4, 9, None),
        ] {
            let found = offset(text, line, column);
            assert_eq!(found.is_some(), expected.is_some(), "{line}:{column}");
            assert!(
                found.is_none_or(|at| text[at..].starts_with(expected.unwrap_or("-"))),
                "{line}:{column}"
            );
        }
    }
}
