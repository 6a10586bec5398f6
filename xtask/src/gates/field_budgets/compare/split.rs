//! Texts of types in parts, with what stands in brackets or quotes left whole.

/// The parts between separators; no more than `most`, the last with all that is left.
pub(super) fn split<'t>(text: &'t str, separator: &str, most: usize) -> Vec<&'t str> {
    let (mut parts, mut start) = (Vec::new(), 0);
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    let mut after = 0;
    for (at, letter) in text.char_indices().filter(|(_, letter)| letter.is_ascii()) {
        if quoted {
            (quoted, escaped) = (escaped || letter != '"', !escaped && letter == '\\');
            continue;
        }
        let parts_here = depth == 0 && at >= after && parts.len() + 1 < most;
        if parts_here && text.get(at..).is_some_and(|rest| rest.starts_with(separator)) {
            parts.extend(text.get(start..at));
            start = at + separator.len();
            after = start;
        }
        match letter {
            '"' => quoted = true,
            '(' | '[' | '{' | '<' => depth += 1,
            ')' | ']' | '}' | '>' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    parts.extend(text.get(start..));
    parts
}

/// What stands in the brackets at the end of a text, and what stands before them.
pub(super) fn brackets(text: &str, open: char, close: char) -> Option<(&str, &str)> {
    let inner = text.strip_suffix(close)?;
    let parts = split(text, &open.to_string(), 2);
    let before = parts.first().filter(|_| parts.len() == 2)?;
    Some((before, inner.get(before.len() + 1..)?))
}
