//! OTLP's spans as JSON (OTLP 1.x, "JSON Protobuf Encoding"): the mapping of proto3, with names in
//! lowerCamelCase, ids in hexadecimal and enums as numbers. 64-bit integers may be numbers or texts. Fields
//! that are not looked at are skipped, and null is as good as absent.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, SeqAccess, Visitor};

use super::{Any, Kind, NAME, SpanData, cut, id, keep, push};

/// The spans of an `ExportTraceServiceRequest`.
pub(super) fn read(body: &[u8]) -> Result<Vec<SpanData>, String> {
    let request: Request = serde_json::from_slice(body)
        .map_err(|error| format!("it is not OTLP in JSON: {}", without_values(&error.to_string())))?;
    let mut spans = Vec::new();
    for resource_spans in request.resource_spans.unwrap_or_default() {
        let attributes = resource_spans.resource.and_then(|resource| resource.attributes).unwrap_or_default();
        let service = attributes.0.get("service.name").map_or("", |name| cut(name, NAME));
        let scopes = resource_spans.scope_spans.unwrap_or_default();
        for span in scopes.into_iter().flat_map(|scope| scope.spans.unwrap_or_default()) {
            let SpanFields {
                trace_id: TraceId(trace_id),
                span_id: SpanId,
                name,
                kind,
                start_time_unix_nano,
                attributes,
            } = span;
            push(
                &mut spans,
                SpanData {
                    service: service.to_owned(),
                    name: cut(&name.unwrap_or_default(), NAME).to_owned(),
                    kind: Kind::from_number(kind.unwrap_or_default()),
                    trace_id,
                    start: start_time_unix_nano
                        .map_or(0, |Int(start)| u64::try_from(start).unwrap_or_default()),
                    attributes: attributes.unwrap_or_default().0,
                },
            )?;
        }
    }
    Ok(spans)
}

/// What serde says of a value that does not fit, without the value: it may be a secret.
fn without_values(told: &str) -> String {
    told.rsplit_once(", expected ").map_or_else(|| told.to_owned(), |(_, rest)| format!("expected {rest}"))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    resource_spans: Option<Vec<ResourceSpans>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResourceSpans {
    resource: Option<Resource>,
    scope_spans: Option<Vec<ScopeSpans>>,
}

#[derive(Deserialize)]
struct Resource {
    attributes: Option<Attributes>,
}

#[derive(Deserialize)]
struct ScopeSpans {
    spans: Option<Vec<SpanFields>>,
}

// The ids are read at once: a span without them is refused before it takes room.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SpanFields {
    trace_id: TraceId,
    span_id: SpanId,
    name: Option<String>,
    kind: Option<i64>,
    start_time_unix_nano: Option<Int>,
    attributes: Option<Attributes>,
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
struct TraceId([u8; 16]);

impl TryFrom<String> for TraceId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        id(&hex(&text, "trace id")?, "trace id").map(TraceId)
    }
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
struct SpanId;

impl TryFrom<String> for SpanId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        id::<8>(&hex(&text, "span id")?, "span id").map(|_| SpanId)
    }
}

/// Bytes in hexadecimal, of either case.
fn hex(text: &str, what: &str) -> Result<Vec<u8>, String> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let digits = digits.filter(|digits| digits.len().is_multiple_of(2));
    let digits = digits.ok_or_else(|| format!("a {what} is not hexadecimal"))?;
    Ok(digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect())
}

/// Attributes, as far as they are kept.
#[derive(Default)]
struct Attributes(BTreeMap<String, String>);

impl<'de> Deserialize<'de> for Attributes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;

        impl<'de> Visitor<'de> for Each {
            type Value = Attributes;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array of attributes")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Attributes, A::Error> {
                let mut attributes = Attributes::default();
                while let Some(KeyValue { key, value }) = seq.next_element()? {
                    let value = value.unwrap_or_default();
                    keep(&mut attributes.0, &key.unwrap_or_default(), &value);
                }
                Ok(attributes)
            }
        }

        deserializer.deserialize_seq(Each)
    }
}

#[derive(Deserialize)]
struct KeyValue {
    key: Option<String>,
    value: Option<Any>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnyValue {
    string_value: Option<String>,
    bool_value: Option<bool>,
    int_value: Option<Int>,
    double_value: Option<Double>,
    bytes_value: Option<String>,
    array_value: Option<Values<Any>>,
    kvlist_value: Option<Values<KeyValue>>,
}

#[derive(Deserialize)]
struct Values<T> {
    values: Option<Vec<T>>,
}

impl<'de> Deserialize<'de> for Any {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = AnyValue::deserialize(deserializer)?;
        Ok(if let Some(text) = value.string_value {
            Any::Text(text)
        } else if let Some(value) = value.bool_value {
            Any::Bool(value)
        } else if let Some(Int(value)) = value.int_value {
            Any::Int(value)
        } else if let Some(Double(value)) = value.double_value {
            Any::Double(value)
        } else if let Some(text) = value.bytes_value {
            Any::Bytes(text)
        } else if let Some(array) = value.array_value {
            Any::Array(array.values.unwrap_or_default())
        } else if let Some(list) = value.kvlist_value {
            let pair = |one: KeyValue| (one.key.unwrap_or_default(), one.value.unwrap_or_default());
            Any::List(list.values.unwrap_or_default().into_iter().map(pair).collect())
        } else {
            Any::Empty
        })
    }
}

/// A 64-bit integer: a number, or its decimal text.
struct Int(i64);

/// A double: a number, its text, or `NaN`, `Infinity` or `-Infinity`.
struct Double(f64);

/// What [`Int`] and [`Double`] are read from.
#[derive(Deserialize)]
#[serde(untagged)]
enum Number {
    Int(i64),
    Double(f64),
    Text(String),
}

impl<'de> Deserialize<'de> for Int {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let int = match Number::deserialize(deserializer)? {
            Number::Int(value) => Some(value),
            Number::Text(text) => text.parse().ok(),
            Number::Double(_) => None,
        };
        int.map(Int).ok_or_else(|| de::Error::custom("an intValue is no 64-bit integer"))
    }
}

impl<'de> Deserialize<'de> for Double {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let double = match Number::deserialize(deserializer)? {
            Number::Int(value) => Some(value as f64),
            Number::Double(value) => Some(value),
            Number::Text(text) => text.parse().ok(),
        };
        double.map(Double).ok_or_else(|| de::Error::custom("a doubleValue is no number"))
    }
}
