//! Which format an answer is in, by its content type.

use std::fmt;

/// A text format of metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The Prometheus text format 0.0.4 (prometheus.io, "Exposition formats"). Prometheus 3 calls it 1.0.0
    /// where names may be quoted.
    Text,
    /// OpenMetrics 1.0 in its text form (prometheus.io, "OpenMetrics 1.0").
    OpenMetrics,
}

/// The content types that are understood, for messages.
pub const EXPECTED: &str =
    "`text/plain; version=0.0.4` or `application/openmetrics-text; version=1.0.0; charset=utf-8`";

impl Format {
    /// The format that a `content-type` names, as exporters send it: any case, parameters in any order,
    /// values quoted or not, unknown parameters (`charset`, `escaping`) passed over. A missing version is the
    /// format's usual one, as Prometheus has it. OpenMetrics 2 has another grammar and is not understood; nor
    /// are HTML, JSON and the protobuf exposition.
    pub fn of(content_type: &str) -> Option<Format> {
        let mut parts = split_outside_quotes(content_type);
        let media = parts.next()?.trim().to_ascii_lowercase();
        let version = parts.find_map(|part| {
            let (name, value) = part.split_once('=')?;
            name.trim().eq_ignore_ascii_case("version").then(|| unquoted(value.trim()))
        });
        let version = version.as_deref().filter(|version| !version.is_empty());
        match media.as_str() {
            "text/plain" if matches!(version, None | Some("0.0.4" | "1.0.0")) => Some(Format::Text),
            // 0.0.1 is what Prometheus asked for before 1.0.0 was published; 1.1 only adds to 1.0.
            "application/openmetrics-text" => {
                let known = version.is_none_or(|version| version == "0.0.1" || version.starts_with("1."));
                known.then_some(Format::OpenMetrics)
            }
            _ => None,
        }
    }

    /// Its name in the evidence.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Text => "text/plain 0.0.4",
            Format::OpenMetrics => "openmetrics 1.0.0",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The parts between semicolons; one inside a quoted value parts nothing (RFC 9110, 5.6.6).
fn split_outside_quotes(text: &str) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(move |c: char| {
        let parts = c == ';' && !quoted;
        if c == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = quoted && c == '\\' && !escaped;
        parts
    })
}

/// A parameter's value without its quotes.
fn unquoted(value: &str) -> String {
    match value.strip_prefix('"').and_then(|value| value.strip_suffix('"')) {
        Some(inside) => inside.replace('\\', ""),
        None => value.to_owned(),
    }
}
