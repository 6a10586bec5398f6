//! What a field's value must be like.

use serde_json::Value;

use crate::settings::services::FieldKind;

/// Words for levels, in small letters: those of `log` and `tracing`, slog's short ones, syslog's (RFC
/// 5424, section 6.2.1), Google Cloud Logging's LogSeverity, zap's, Serilog's and .NET's.
const LEVELS: &[&str] = &[
    "trace",
    "trce",
    "verbose",
    "debug",
    "debg",
    "info",
    "information",
    "informational",
    "default",
    "notice",
    "warn",
    "warning",
    "error",
    "erro",
    "err",
    "fatal",
    "critical",
    "crit",
    "alert",
    "emergency",
    "emerg",
    "panic",
    "dpanic",
];

/// What is wrong with a value, to be read after `is VALUE, `; `None` if it is of that kind. It is not
/// null.
pub(super) fn objection(kind: FieldKind, value: &Value) -> Option<&'static str> {
    let (good, why) = match (kind, value) {
        (FieldKind::Any, _) => (true, ""),
        (FieldKind::Time, Value::Number(_)) => (false, "a number and no RFC 3339 text"),
        (FieldKind::Time, Value::String(text)) => (is_time(text), "no RFC 3339 time"),
        (FieldKind::Time, _) => (false, "no RFC 3339 time"),
        (FieldKind::Level, Value::String(text)) => (is_level(text), "no level"),
        // Those of bunyan and pino.
        (FieldKind::Level, Value::Number(number)) => {
            (matches!(number.as_u64(), Some(10 | 20 | 30 | 40 | 50 | 60)), "no level")
        }
        (FieldKind::Level, _) => (false, "no level"),
        (FieldKind::Text, Value::String(text)) => (!text.trim().is_empty(), "blank"),
        (FieldKind::Text, _) => (false, "no text"),
        (FieldKind::Number, value) => (value.is_number(), "no number"),
        (FieldKind::Boolean, value) => (value.is_boolean(), "neither true nor false"),
    };
    (!good).then_some(why)
}

fn is_level(text: &str) -> bool {
    LEVELS.iter().any(|level| level.eq_ignore_ascii_case(text))
}

/// Whether a text is a `date-time` of RFC 3339, section 5.6. A blank in place of the `T`, which a note
/// there leaves to the applications, is not taken: what reads logs (Elasticsearch's
/// `strict_date_optional_time`, Loki, Vector) does not take it either. Leap seconds are.
pub(super) fn is_time(text: &str) -> bool {
    time(text.as_bytes()).is_some()
}

fn time(text: &[u8]) -> Option<()> {
    let (year, rest) = number(text, 4)?;
    let (month, rest) = number(after(rest, b"-")?, 2)?;
    let (day, rest) = number(after(rest, b"-")?, 2)?;
    let (hour, rest) = number(after(rest, b"Tt")?, 2)?;
    let (minute, rest) = number(after(rest, b":")?, 2)?;
    let (second, rest) = number(after(rest, b":")?, 2)?;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if day == 0 || day > days || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let rest = match after(rest, b".") {
        None => rest,
        Some(rest) => {
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            rest.get(digits..).filter(|_| digits > 0)?
        }
    };
    if let Some(rest) = after(rest, b"Zz") {
        return rest.is_empty().then_some(());
    }
    let (hour, rest) = number(after(rest, b"+-")?, 2)?;
    let (minute, rest) = number(after(rest, b":")?, 2)?;
    (hour <= 23 && minute <= 59 && rest.is_empty()).then_some(())
}

/// A number of so many digits, and what follows it.
fn number(text: &[u8], digits: usize) -> Option<(u32, &[u8])> {
    let (number, rest) = text.split_at_checked(digits)?;
    let digit = |sum: Option<u32>, byte: &u8| Some(sum? * 10 + char::from(*byte).to_digit(10)?);
    Some((number.iter().fold(Some(0), digit)?, rest))
}

/// What follows one of these bytes.
fn after<'a>(text: &'a [u8], any: &[u8]) -> Option<&'a [u8]> {
    text.split_first().filter(|(first, _)| any.contains(first)).map(|(_, rest)| rest)
}
