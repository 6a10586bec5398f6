//! OTLP's spans as Protocol Buffers. Numbers of fields are those of `opentelemetry-proto` 1.x:
//! `collector/trace/v1/trace_service.proto`, `trace/v1/trace.proto`, `resource/v1/resource.proto` and
//! `common/v1/common.proto`. Fields that are not looked at are skipped, as protobuf wants it.

use super::wire::{Fields, Value};
use super::{Any, DEPTH, Kind, NAME, SpanData, cut, id, keep, push};

/// `ExportTraceServiceRequest.resource_spans`
const RESOURCE_SPANS: u64 = 1;
/// `ResourceSpans.resource` and `ResourceSpans.scope_spans`
const RESOURCE: u64 = 1;
const SCOPE_SPANS: u64 = 2;
/// `Resource.attributes`
const RESOURCE_ATTRIBUTES: u64 = 1;
/// `ScopeSpans.spans`
const SPANS: u64 = 2;

/// Fields of `Span`.
mod span {
    pub(super) const TRACE_ID: u64 = 1;
    pub(super) const SPAN_ID: u64 = 2;
    pub(super) const NAME: u64 = 5;
    pub(super) const KIND: u64 = 6;
    pub(super) const START: u64 = 7;
    pub(super) const ATTRIBUTES: u64 = 9;
}

/// `KeyValue.key` and `KeyValue.value`
const KEY: u64 = 1;
const VALUE: u64 = 2;

/// Fields of the `oneof` of `AnyValue`.
mod any {
    pub(super) const STRING: u64 = 1;
    pub(super) const BOOL: u64 = 2;
    pub(super) const INT: u64 = 3;
    pub(super) const DOUBLE: u64 = 4;
    pub(super) const ARRAY: u64 = 5;
    pub(super) const LIST: u64 = 6;
    pub(super) const BYTES: u64 = 7;
}

/// `ArrayValue.values` and `KeyValueList.values`
const VALUES: u64 = 1;

/// The spans of an `ExportTraceServiceRequest`.
pub(super) fn read(body: &[u8]) -> Result<Vec<SpanData>, String> {
    let mut spans = Vec::new();
    request(Fields::new(body), &mut spans).map_err(|why| format!("it is not OTLP in protobuf: {why}"))?;
    Ok(spans)
}

fn request(mut fields: Fields<'_>, spans: &mut Vec<SpanData>) -> Result<(), String> {
    while let Some((number, value)) = fields.next()? {
        if number == RESOURCE_SPANS {
            resource_spans(value.message()?, spans)?;
        }
    }
    Ok(())
}

fn resource_spans(fields: Fields<'_>, spans: &mut Vec<SpanData>) -> Result<(), String> {
    // The resource may come after its spans.
    let (mut service, mut ahead, mut fields) = (String::new(), fields, fields);
    while let Some((number, value)) = ahead.next()? {
        if number == RESOURCE {
            service_name(value.message()?, &mut service)?;
        }
    }
    while let Some((number, value)) = fields.next()? {
        if number == SCOPE_SPANS {
            let mut scope = value.message()?;
            while let Some((number, value)) = scope.next()? {
                if number == SPANS {
                    push(spans, span_data(value.message()?, &service)?)?;
                }
            }
        }
    }
    Ok(())
}

fn service_name(mut resource: Fields<'_>, service: &mut String) -> Result<(), String> {
    while let Some((number, value)) = resource.next()? {
        if number == RESOURCE_ATTRIBUTES {
            let (name, value) = key_value(value, 0)?;
            if name == "service.name" {
                *service = cut(&value.text(), NAME).to_owned();
            }
        }
    }
    Ok(())
}

fn span_data(mut fields: Fields<'_>, service: &str) -> Result<SpanData, String> {
    let mut read = SpanData { service: service.to_owned(), ..SpanData::default() };
    let (mut trace_id, mut span_id): (&[u8], &[u8]) = (&[], &[]);
    while let Some((number, value)) = fields.next()? {
        match number {
            span::TRACE_ID => trace_id = value.bytes()?,
            span::SPAN_ID => span_id = value.bytes()?,
            span::NAME => cut(value.text()?, NAME).clone_into(&mut read.name),
            span::KIND => read.kind = Kind::from_number(value.number()?),
            span::START => read.start = value.fixed()?,
            span::ATTRIBUTES => {
                let (name, value) = key_value(value, 0)?;
                keep(&mut read.attributes, name, &value);
            }
            _ => {}
        }
    }
    read.trace_id = id(trace_id, "trace id")?;
    id::<8>(span_id, "span id")?;
    Ok(read)
}

fn key_value(value: Value<'_>, depth: usize) -> Result<(&str, Any), String> {
    let (mut name, mut read, mut fields) = ("", Any::Empty, value.message()?);
    while let Some((number, value)) = fields.next()? {
        match number {
            KEY => name = value.text()?,
            VALUE => read = any_value(value.message()?, depth)?,
            _ => {}
        }
    }
    Ok((name, read))
}

fn any_value(mut fields: Fields<'_>, depth: usize) -> Result<Any, String> {
    if depth > DEPTH {
        return Err("an attribute is nested too deep".into());
    }
    let mut read = Any::Empty;
    while let Some((number, value)) = fields.next()? {
        // Of a `oneof`, the last counts.
        read = match number {
            any::STRING => Any::Text(value.text()?.to_owned()),
            any::BOOL => Any::Bool(value.number()? != 0),
            any::INT => Any::Int(value.number()?),
            any::DOUBLE => Any::Double(value.double()?),
            any::BYTES => Any::Bytes(base64(value.bytes()?)),
            any::ARRAY => {
                let (mut values, mut fields) = (Vec::new(), value.message()?);
                while let Some((number, value)) = fields.next()? {
                    if number == VALUES {
                        values.push(any_value(value.message()?, depth + 1)?);
                    }
                }
                Any::Array(values)
            }
            any::LIST => {
                let (mut values, mut fields) = (Vec::new(), value.message()?);
                while let Some((number, value)) = fields.next()? {
                    if number == VALUES {
                        let (name, value) = key_value(value, depth + 1)?;
                        values.push((name.to_owned(), value));
                    }
                }
                Any::List(values)
            }
            _ => continue,
        };
    }
    Ok(read)
}

/// As the JSON encoding gives bytes (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits = chunk
            .iter()
            .enumerate()
            .fold(0_u32, |bits, (index, byte)| bits | u32::from(*byte) << (16 - 8 * index));
        for index in 0..4 {
            let digit = ALPHABET.get((bits >> (18 - 6 * index) & 63) as usize);
            out.push(digit.filter(|_| index <= chunk.len()).map_or('=', |digit| char::from(*digit)));
        }
    }
    out
}
