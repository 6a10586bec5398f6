//! Where a value stands in the text of a file.

use crate::yaml::{Document, Node, Value};

/// The place of a value, without the anchor or tag before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    /// The first byte.
    pub(super) start: usize,
    /// The byte after the last.
    pub(super) end: usize,
    /// The quotes around it, or around the last text in it.
    pub(super) quote: Option<char>,
    /// Whether it is a mapping that goes by its indentation.
    pub(super) block: bool,
}

/// The place of the value of a key.
///
/// # Errors
/// Why it cannot be told, or cannot be edited alone.
pub(super) fn of_value(document: &Document, key: &Node, value: &Node) -> Result<Span, String> {
    let (at, key_at) = (offset(document, value)?, offset(document, key)?);
    if at < key_at {
        // The parser gives what an alias stands for the place of its anchor, which comes before.
        let line = document.text()[..at].matches('\n').count() + 1;
        return Err(format!("the value is shared through an alias (*) of the anchor (&) in line {line}"));
    }
    let start = after_properties(document.text(), at);
    match &value.value {
        Value::Text(content) => scalar(document.text(), start, content),
        Value::Mapping(entries) => mapping(document, start, entries),
        _ => Err("a value is neither a word nor a mapping".into()),
    }
}

/// The byte at which a node begins.
pub(super) fn offset(document: &Document, node: &Node) -> Result<usize, String> {
    document.offset(node).ok_or_else(|| "the place of a value could not be told".to_owned())
}

/// What follows an anchor or a tag, and the white space and comments after it.
pub(super) fn after_properties(text: &str, at: usize) -> usize {
    let mut at = at;
    while text[at..].starts_with(['&', '!']) {
        at += text[at..].find(char::is_whitespace).unwrap_or(text.len() - at);
        at = after_blanks(text, at);
        while text[at..].starts_with('#') {
            at += text[at..].find('\n').unwrap_or(text.len() - at);
            at = after_blanks(text, at);
        }
    }
    at
}

fn after_blanks(text: &str, at: usize) -> usize {
    at + (text.len() - at - text[at..].trim_start().len())
}

fn scalar(text: &str, start: usize, content: &str) -> Result<Span, String> {
    let rest = &text[start..];
    let span = |length: usize, quote| Ok(Span { start, end: start + length, quote, block: false });
    match rest.chars().next() {
        Some(quote @ ('"' | '\'')) => {
            let mut inside = rest.char_indices().skip(1);
            while let Some((at, c)) = inside.next() {
                if c == quote {
                    return span(at + 1, Some(quote));
                }
                if c == '\\' && quote == '"' {
                    inside.next();
                }
            }
            Err("a text in quotes has no end".into())
        }
        _ if rest.starts_with(content) => span(content.len(), None),
        _ => Err("a mode is not written as a plain word".into()),
    }
}

fn mapping(document: &Document, start: usize, entries: &[(Node, Node)]) -> Result<Span, String> {
    let text = document.text();
    let (Some((first, _)), Some((key, last))) = (entries.first(), entries.last()) else {
        return Err("a mapping is empty".into());
    };
    let (first, last) = (offset(document, first)?, of_value(document, key, last)?);
    // A key may be an alias as well, and then even its value has to be looked for with care.
    if first < start || last.start < first {
        return Err("a key is written as an alias (*)".into());
    }
    if !text[start..].starts_with('{') {
        return Ok(Span { start: first, block: true, ..last });
    }
    let rest = text[last.end..].trim_start_matches(|c: char| c.is_whitespace() || c == ',');
    let end = text.len() - rest.len() + 1;
    if !rest.starts_with('}') || text[start..end].contains('#') {
        return Err("a comment within braces would be lost".into());
    }
    Ok(Span { start, end, quote: last.quote, block: false })
}
