//! The edit itself: which bytes of the file become which.

use std::ops::Range;

use super::span::{self, Span};
use crate::gates::{Gate, Mode};
use crate::stages::Stage;
use crate::stages::modes::{Given, REQUIRED_FROM};
use crate::yaml::{Document, Node, Value};

/// A part of the text and what takes its place.
type Edit = (Range<usize>, String);

/// The text of the file with a mode given to gates of a stage. `stage` is the stage as it is to become.
///
/// # Errors
/// Why the file cannot be edited.
pub(super) fn edit(
    document: &Document,
    stage: &Stage,
    gates: &[Gate],
    mode: Given,
) -> Result<String, String> {
    let (_, stages) = entry(document.root(), "stages")?;
    let (stage_key, body) = entry(stages, &stage.name)?;
    let (key, value) = entry(body, "gates")?;
    let mut edits: Vec<Edit> = Vec::new();
    if let Some(entries) = each_gate(value) {
        // Looked at as a whole first: it may be another stage's.
        span::of_value(document, key, value)?;
        for gate in gates {
            let found = entries.iter().find(|(key, _)| key.value == Value::Text(gate.as_str().into()));
            let (key, value) = found.ok_or_else(|| format!("{gate} was not found"))?;
            edits.push(one(document, key, value, mode)?);
        }
    } else if Gate::ALL.iter().all(|gate| Given::of(stage, *gate) == mode) {
        edits.push(one(document, key, value, mode)?);
    } else {
        let span = span::of_value(document, key, value)?;
        let flow = |node: &Node| -> Result<bool, String> {
            let at = span::after_properties(document.text(), span::offset(document, node)?);
            Ok(document.text()[at..].starts_with('{'))
        };
        if flow(document.root())? || flow(stages)? || flow(body)? {
            edits.push((span.start..span.end, in_braces(stage, span.quote)));
        } else {
            let indent = Indent::of(document, stage_key, key)?;
            edits.push(in_lines(document.text(), stage, span, indent));
        }
    }
    edits.sort_by_key(|(range, _)| range.start);
    if edits.windows(2).any(|pair| pair[1].0.start < pair[0].0.end) {
        return Err("two modes stand in the same place".into());
    }
    let mut text = document.text().to_owned();
    for (range, new) in edits.into_iter().rev() {
        text.replace_range(range, &new);
    }
    Ok(text)
}

fn entry<'n>(mapping: &'n Node, name: &str) -> Result<(&'n Node, &'n Node), String> {
    let entries = if let Value::Mapping(entries) = &mapping.value { entries.as_slice() } else { &[] };
    let found = entries.iter().find(|(key, _)| key.value == Value::Text(name.into()));
    found.map(|(key, value)| (key, value)).ok_or_else(|| format!("the key {name} was not found"))
}

/// The entries of a mapping with a mode for each gate; nothing if it is one mode for all.
fn each_gate(value: &Node) -> Option<&[(Node, Node)]> {
    let Value::Mapping(entries) = &value.value else { return None };
    let short = entries.iter().any(|(key, _)| key.value == Value::Text(REQUIRED_FROM.into()));
    (!short).then_some(entries)
}

/// Gives a mode to the value of one key.
fn one(document: &Document, key: &Node, value: &Node, mode: Given) -> Result<Edit, String> {
    let span = span::of_value(document, key, value)?;
    if let (Given::RequiredFrom(day), Value::Mapping(entries)) = (mode, &value.value) {
        // Another day alone: the rest of it stays as it is written.
        let (key, value) = entries.first().ok_or("a mapping is empty")?;
        let day_span = span::of_value(document, key, value)?;
        return Ok((day_span.start..day_span.end, quoted(&day.to_string(), day_span.quote)));
    }
    let new = written(mode, span.quote);
    let before = document.text()[..span.start].trim_end();
    let comment = document.text()[span::offset(document, key)?..span.start].contains('#');
    if span.block && before.ends_with(':') && !comment {
        // A word stands behind its key, where the mapping stood below it.
        return Ok((before.len()..span.end, format!(" {new}")));
    }
    Ok((span.start..span.end, new))
}

fn quoted(text: &str, quote: Option<char>) -> String {
    quote.map_or_else(|| text.to_owned(), |quote| format!("{quote}{text}{quote}"))
}

fn written(mode: Given, quote: Option<char>) -> String {
    match mode {
        Given::Plain(mode) => quoted(Mode::as_str(mode), quote),
        Given::RequiredFrom(day) => {
            format!("{{{}: {}}}", quoted(REQUIRED_FROM, quote), quoted(&day.to_string(), quote))
        }
    }
}

fn each_mode(stage: &Stage, quote: Option<char>) -> impl Iterator<Item = String> {
    // Quotes around the mode are no reason for quotes around names, but in JSON, which has both.
    let key_quote = quote.filter(|quote| *quote == '"');
    Gate::ALL.into_iter().map(move |gate| {
        format!("{}: {}", quoted(gate.as_str(), key_quote), written(Given::of(stage, gate), quote))
    })
}

fn in_braces(stage: &Stage, quote: Option<char>) -> String {
    format!("{{{}}}", each_mode(stage, quote).collect::<Vec<_>>().join(", "))
}

/// How far the lines below the key `gates` are indented.
#[derive(Debug, Clone, Copy)]
struct Indent(usize);

impl Indent {
    /// As far again as `gates` stands behind its stage.
    fn of(document: &Document, stage_key: &Node, key: &Node) -> Result<Indent, String> {
        let column = |node| -> Result<usize, String> {
            let at = span::offset(document, node)?;
            Ok(at - line_start(document.text(), at))
        };
        let (outer, inner) = (column(stage_key)?, column(key)?);
        Ok(Indent(inner + inner.checked_sub(outer).filter(|step| *step > 0).unwrap_or(2)))
    }
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}

/// A line for each gate in place of one mode for all: below the key if the mode stood behind it, else
/// where the mode stood. A comment behind the mode stays behind the key.
fn in_lines(text: &str, stage: &Stage, span: Span, indent: Indent) -> Edit {
    let rest = &text[span.end..];
    let rest_of_line = &rest[..rest.find('\n').unwrap_or(rest.len())];
    let crlf = rest_of_line.ends_with('\r') || (!rest.contains('\n') && text.contains("\r\n"));
    let end = if crlf { "\r\n" } else { "\n" };
    let start = line_start(text, span.start);
    let before = &text[start..span.start];
    if before.trim().is_empty() {
        let lines: Vec<String> = each_mode(stage, span.quote).collect();
        return (span.start..span.end, lines.join(&format!("{end}{before}")));
    }
    let margin = " ".repeat(indent.0);
    let lines: String = each_mode(stage, span.quote).map(|line| format!("{end}{margin}{line}")).collect();
    let kept = rest_of_line.trim_end();
    (
        start + before.trim_end().len()..span.end + rest_of_line.trim_end_matches('\r').len(),
        format!("{kept}{lines}"),
    )
}
