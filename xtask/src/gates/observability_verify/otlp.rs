//! Reads OTLP spans: `ExportTraceServiceRequest` of OTLP 1.x, as protobuf and as JSON.
//!
//! Of a span only what is looked for is kept: the service, name, kind, trace id and attributes. What comes is
//! hostile until it is read: texts, attributes and the number of spans have limits, and whatever a collector
//! would refuse is refused here.

mod json;
mod proto;
#[cfg(test)]
mod tests;
mod wire;

use std::collections::BTreeMap;
use std::fmt::{self, Write};

/// The most spans that a request may have; the SDKs send 512 by default.
const SPANS: usize = 100_000;

/// The most attributes that are kept of a span; the SDKs allow 128 by default.
const ATTRIBUTES: usize = 256;

/// The longest name of a service, span or attribute that is kept, in bytes.
const NAME: usize = 256;

/// The longest value of an attribute that is kept, in bytes.
const VALUE: usize = 1024;

/// How deep arrays and lists may be nested in an attribute.
const DEPTH: usize = 32;

/// A span, as far as it is looked at (`opentelemetry/proto/trace/v1/trace.proto`, message `Span`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SpanData {
    /// The resource's attribute `service.name`; empty if there is none. At most 256 bytes.
    pub service: String,
    /// Its name. At most 256 bytes.
    pub name: String,
    /// Its kind.
    pub kind: Kind,
    /// The id of its trace; never all zero.
    pub trace_id: [u8; 16],
    /// When it began, in nanoseconds since 1970; 0 if it does not say.
    pub start: u64,
    /// Its own attributes, not those of its resource; at most 256. Values as text of at most 1,024 bytes:
    /// texts as they are, numbers and booleans printed, bytes in base64, arrays and lists as compact JSON.
    pub attributes: BTreeMap<String, String>,
}

impl SpanData {
    /// How many bytes of text it holds.
    pub(super) fn weight(&self) -> usize {
        let attributes = self.attributes.iter().map(|(name, value)| name.len() + value.len());
        self.service.len() + self.name.len() + attributes.sum::<usize>()
    }
}

/// What a span is about (`SpanKind`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Kind {
    /// Not stated, or none that is known.
    #[default]
    Unspecified,
    /// Work within the service.
    Internal,
    /// A request that is served.
    Server,
    /// A request that is made.
    Client,
    /// A message that is sent.
    Producer,
    /// A message that is received.
    Consumer,
}

impl Kind {
    fn from_number(number: i64) -> Kind {
        match number {
            1 => Kind::Internal,
            2 => Kind::Server,
            3 => Kind::Client,
            4 => Kind::Producer,
            5 => Kind::Consumer,
            _ => Kind::Unspecified,
        }
    }
}

/// How a request is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// `application/x-protobuf`
    Protobuf,
    /// `application/json`
    Json,
}

impl Encoding {
    /// The encoding of a `content-type`; `None` for those that OTLP/HTTP does not have.
    pub(super) fn of(content_type: &str) -> Option<Encoding> {
        let kind = content_type.split(';').next().unwrap_or_default().trim();
        if kind.eq_ignore_ascii_case("application/x-protobuf") {
            Some(Encoding::Protobuf)
        } else if kind.eq_ignore_ascii_case("application/json") {
            Some(Encoding::Json)
        } else {
            None
        }
    }

    /// Its `content-type`.
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Encoding::Protobuf => "application/x-protobuf",
            Encoding::Json => "application/json",
        }
    }
}

/// The spans of an `ExportTraceServiceRequest`.
///
/// # Errors
/// Why it is none, in one line; the texts in it are those of the request, and may hold anything.
pub fn read(content_type: &str, body: &[u8]) -> Result<Vec<SpanData>, String> {
    match Encoding::of(content_type) {
        Some(Encoding::Protobuf) => proto::read(body),
        Some(Encoding::Json) => json::read(body),
        None => Err("its content-type is neither application/x-protobuf nor application/json".into()),
    }
}

/// The beginning of a text.
fn cut(text: &str, limit: usize) -> &str {
    text.get(..text.floor_char_boundary(limit)).unwrap_or_default()
}

/// Adds a span to those that were read.
fn push(spans: &mut Vec<SpanData>, span: SpanData) -> Result<(), String> {
    if spans.len() >= SPANS {
        return Err(format!("it has more than {SPANS} spans"));
    }
    spans.push(span);
    Ok(())
}

/// A trace or span id, which is valid if it is as long as it must be and not all zero (W3C Trace Context,
/// sections 3.2.2.3 and 3.2.2.4).
fn id<const LENGTH: usize>(bytes: &[u8], what: &str) -> Result<[u8; LENGTH], String> {
    let id: [u8; LENGTH] =
        bytes.try_into().map_err(|_| format!("a {what} has {} bytes instead of {LENGTH}", bytes.len()))?;
    if id == [0; LENGTH] {
        return Err(format!("a {what} is all zero"));
    }
    Ok(id)
}

/// Keeps an attribute. Of two with one name, which the specification forbids, the last counts.
fn keep(attributes: &mut BTreeMap<String, String>, name: &str, value: &Any) {
    let name = cut(name, NAME);
    if attributes.len() < ATTRIBUTES || attributes.contains_key(name) {
        attributes.insert(name.to_owned(), value.text());
    }
}

/// A value (`opentelemetry/proto/common/v1/common.proto`, message `AnyValue`).
#[derive(Debug, Clone, Default, PartialEq)]
enum Any {
    #[default]
    Empty,
    Text(String),
    Bool(bool),
    Int(i64),
    Double(f64),
    /// In base64.
    Bytes(String),
    Array(Vec<Any>),
    List(Vec<(String, Any)>),
}

impl Any {
    /// As text, see [`SpanData::attributes`].
    fn text(&self) -> String {
        let mut out = Bounded(String::new());
        // It ends early only where the text is full.
        let _full = match self {
            Any::Text(text) | Any::Bytes(text) => out.write_str(text),
            other => other.json(&mut out),
        };
        out.0
    }

    fn json(&self, out: &mut Bounded) -> fmt::Result {
        match self {
            Any::Empty => out.write_str("null"),
            Any::Text(text) | Any::Bytes(text) => out.quoted(text),
            Any::Bool(value) => write!(out, "{value}"),
            Any::Int(value) => write!(out, "{value}"),
            Any::Double(value) if value.is_finite() || value.is_nan() => write!(out, "{value}"),
            Any::Double(value) => out.write_str(if *value > 0.0 { "Infinity" } else { "-Infinity" }),
            Any::Array(values) => {
                out.write_str("[")?;
                for (index, value) in values.iter().enumerate() {
                    out.write_str(if index > 0 { "," } else { "" })?;
                    value.json(out)?;
                }
                out.write_str("]")
            }
            Any::List(values) => {
                out.write_str("{")?;
                for (index, (name, value)) in values.iter().enumerate() {
                    out.write_str(if index > 0 { "," } else { "" })?;
                    out.quoted(name)?;
                    out.write_str(":")?;
                    value.json(out)?;
                }
                out.write_str("}")
            }
        }
    }
}

/// The first [`VALUE`] bytes of what is written; an error once there is more.
struct Bounded(String);

impl Bounded {
    fn quoted(&mut self, text: &str) -> fmt::Result {
        let quoted = serde_json::to_string(cut(text, VALUE)).map_err(|_| fmt::Error)?;
        self.write_str(&quoted)
    }
}

impl Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let part = cut(text, VALUE - self.0.len());
        self.0.push_str(part);
        if part.len() < text.len() { Err(fmt::Error) } else { Ok(()) }
    }
}
