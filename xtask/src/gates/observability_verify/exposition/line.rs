//! The syntax of a line with a sample.

use std::borrow::Cow;

use super::cursor::Cursor;
use super::names::{is_label_name, is_metric_name};
use super::{Format, numbers};
use crate::diagnostics::shown;

/// More labels than this are not read: a bound for what one line may cost.
const MAX_LABELS: usize = 1_000;

/// A label as it stands in the line.
pub(super) type Label<'a> = (Cow<'a, str>, Cow<'a, str>);

/// A sample as it stands in its line.
pub(super) struct Line<'a> {
    /// The metric's name.
    pub(super) name: Cow<'a, str>,
    /// In the order of the line.
    pub(super) labels: Vec<Label<'a>>,
    pub(super) value: f64,
    /// In the unit of the format.
    pub(super) timestamp: Option<f64>,
    pub(super) exemplar: Option<Exemplar>,
}

/// What is checked of an exemplar.
pub(super) struct Exemplar {
    pub(super) value: f64,
    /// Characters of its labels' names and values.
    pub(super) characters: usize,
}

/// Reads a line; the error is a whole sentence without its end.
pub(super) fn sample(text: &str, format: Format) -> Result<Line<'_>, String> {
    let mut cursor = Cursor::new(text, format);
    cursor.blanks();
    let mut name = match cursor.peek() {
        Some(b'{') => None,
        _ => Some(Cow::Borrowed(metric_name(&mut cursor)?)),
    };
    cursor.blanks();
    let mut labels = Vec::new();
    if cursor.eat(b'{') {
        read_labels(&mut cursor, &mut labels, Some(&mut name))?;
    }
    let name = name.ok_or("the sample has no metric name")?;
    if cursor.at_end() {
        return Err(format!("the value of {} is missing", shown(&name)));
    }
    cursor.gap("the value")?;
    let value = number(&mut cursor, "the value", numbers::value)?;
    let (timestamp, exemplar) = match format {
        Format::Text => (text_timestamp(&mut cursor)?, None),
        Format::OpenMetrics => (seconds(&mut cursor)?, exemplar(&mut cursor)?),
    };
    Ok(Line { name, labels, value, timestamp, exemplar })
}

fn metric_name<'a>(cursor: &mut Cursor<'a>) -> Result<&'a str, String> {
    let name = cursor.name();
    if is_metric_name(name) {
        return Ok(name);
    }
    Err(match name {
        "" => format!("no metric name stands at {}", shown(cursor.rest())),
        name => format!("{} is no metric name", shown(name)),
    })
}

fn number(
    cursor: &mut Cursor<'_>,
    what: &str,
    read: fn(&str) -> Result<f64, &'static str>,
) -> Result<f64, String> {
    match cursor.token() {
        "" => Err(format!("{what} is missing")),
        token => read(token).map_err(|wrong| format!("{what} {} {wrong}", shown(token))),
    }
}

fn text_timestamp(cursor: &mut Cursor<'_>) -> Result<Option<f64>, String> {
    cursor.blanks();
    match cursor.peek() {
        None => return Ok(None),
        Some(b'#') => {
            return Err("a comment or an exemplar follows the value: only OpenMetrics has them".into());
        }
        Some(_) => {}
    }
    let timestamp = number(cursor, "the timestamp", numbers::milliseconds)?;
    cursor.blanks();
    if cursor.at_end() {
        return Ok(Some(timestamp));
    }
    Err(format!("after the timestamp follows {}", shown(cursor.rest())))
}

fn seconds(cursor: &mut Cursor<'_>) -> Result<Option<f64>, String> {
    if cursor.at_end() || cursor.rest().starts_with(" #") {
        return Ok(None);
    }
    cursor.gap("the timestamp")?;
    number(cursor, "the timestamp", numbers::seconds).map(Some)
}

/// ` # {trace_id="…"} 0.67 1520879607.789` of OpenMetrics.
fn exemplar(cursor: &mut Cursor<'_>) -> Result<Option<Exemplar>, String> {
    if cursor.at_end() {
        return Ok(None);
    }
    let rest = cursor.rest();
    if !(cursor.eat(b' ') && cursor.eat(b'#') && cursor.eat(b' ') && cursor.eat(b'{')) {
        return Err(format!("where only an exemplar (` # {{`) may follow stands {}", shown(rest)));
    }
    let mut labels = Vec::new();
    read_labels(cursor, &mut labels, None)?;
    cursor.gap("the exemplar's value")?;
    let value = number(cursor, "the exemplar's value", numbers::value)?;
    if !cursor.at_end() {
        cursor.gap("the exemplar's timestamp")?;
        number(cursor, "the exemplar's timestamp", numbers::seconds)?;
    }
    if !cursor.at_end() {
        return Err(format!("after the exemplar follows {}", shown(cursor.rest())));
    }
    let characters = |(name, value): &Label<'_>| name.chars().count() + value.chars().count();
    Ok(Some(Exemplar { value, characters: labels.iter().map(characters).sum() }))
}

/// The labels up to the closing brace; the opening one is read. With a `name`, that may stand among them in
/// quotes (Prometheus 3, `{"my.metric", "l.x"="v"} 1`).
fn read_labels<'a>(
    cursor: &mut Cursor<'a>,
    labels: &mut Vec<Label<'a>>,
    mut name: Option<&mut Option<Cow<'a, str>>>,
) -> Result<(), String> {
    let mut first = true;
    loop {
        cursor.blanks();
        if cursor.eat(b'}') {
            return Ok(());
        }
        if !first {
            if !cursor.eat(b',') {
                return Err(match cursor.rest() {
                    "" => "the closing brace is missing".into(),
                    rest => format!("a comma or the closing brace must stand before {}", shown(rest)),
                });
            }
            cursor.blanks();
            if cursor.peek() == Some(b'}') && trailing_comma(cursor)? {
                return Ok(());
            }
        }
        first = false;
        if let Some(label) = label(cursor, &mut name)? {
            labels.push(label);
        }
        if labels.len() > MAX_LABELS {
            return Err(format!("a sample has more than {MAX_LABELS} labels: it is not read"));
        }
    }
}

/// The text format allows a comma before the closing brace; OpenMetrics' ABNF does not.
fn trailing_comma(cursor: &mut Cursor<'_>) -> Result<bool, String> {
    if cursor.format() == Format::OpenMetrics {
        return Err("a comma stands before the closing brace".into());
    }
    Ok(cursor.eat(b'}'))
}

/// One label; `None` if it was the metric's name.
fn label<'a>(
    cursor: &mut Cursor<'a>,
    metric: &mut Option<&mut Option<Cow<'a, str>>>,
) -> Result<Option<Label<'a>>, String> {
    let name = if cursor.peek() == Some(b'"') {
        let name = cursor.quoted().map_err(|wrong| format!("a name in quotes {wrong}"))?;
        if name.is_empty() {
            return Err("a name in quotes is empty".into());
        }
        cursor.blanks();
        if cursor.peek() != Some(b'=') {
            return match metric {
                Some(metric) if metric.is_none() => {
                    **metric = Some(name);
                    Ok(None)
                }
                _ => Err(format!("the label {} has no value", shown(&name))),
            };
        }
        name
    } else {
        let name = cursor.label_name();
        if name.is_empty() {
            return Err(match cursor.rest() {
                "" => "the closing brace is missing".into(),
                rest => format!("no label name stands at {}", shown(rest)),
            });
        }
        if !is_label_name(name) {
            return Err(format!("{} is no label name", shown(name)));
        }
        Cow::Borrowed(name)
    };
    cursor.blanks();
    if !cursor.eat(b'=') {
        return Err(format!("after the label name {} an equals sign is missing", shown(&name)));
    }
    cursor.blanks();
    match cursor.quoted() {
        Ok(value) => Ok(Some((name, value))),
        Err(wrong) => Err(format!("the value of the label {} {wrong}", shown(&name))),
    }
}
