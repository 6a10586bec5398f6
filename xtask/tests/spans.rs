//! What the OpenTelemetry SDK exports is read back as it was recorded: over the receiver, in both encodings.

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{Span, SpanKind, Status, TraceContextExt, Tracer, TracerProvider};
use opentelemetry::{Array, Context, KeyValue, StringValue, Value};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use xtask::gates::observability_verify::otlp::{self, Kind, SpanData};
use xtask::gates::observability_verify::receiver::{Received, Receiver};

/// A blocking client, as the SDK's threads want one.
#[derive(Debug)]
struct Blocking(ureq::Agent);

type Answer<'a> = Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'a>>;

impl HttpClient for Blocking {
    fn send_bytes<'a, 'b>(&'a self, request: Request<Bytes>) -> Answer<'b>
    where
        'a: 'b,
        Self: 'b,
    {
        Box::pin(async move {
            let (parts, body) = self.0.run(request.map(|body| body.to_vec()))?.into_parts();
            Ok(Response::from_parts(parts, body.into_with_config().read_to_vec()?.into()))
        })
    }
}

/// What comes to the receiver of what `record` records, and the bodies as they were sent.
fn exported(protocol: Protocol, record: impl FnOnce(&SdkTracerProvider)) -> (Received, Vec<Vec<u8>>) {
    let bodies = Arc::new(Mutex::new(Vec::new()));
    let inside = Arc::clone(&bodies);
    let keep = move |body: &[u8]| inside.lock().expect("no panic").push(body.to_vec());
    let receiver = Receiver::start(Box::new(keep)).expect("a free port");
    let agent =
        ureq::Agent::config_builder().proxy(None).timeout_global(Some(Duration::from_secs(60))).build();
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(Blocking(agent.into()))
        .with_protocol(protocol)
        .with_endpoint(format!("{}/v1/traces", receiver.endpoint()))
        .build()
        .expect("an exporter");
    let resource = Resource::builder_empty()
        .with_service_name("orders")
        .with_attribute(KeyValue::new("service.version", "1.2.3"))
        .build();
    let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build();
    record(&provider);
    provider.shutdown().expect("everything was exported");
    let received = receiver.finish();
    let bodies = std::mem::take(&mut *bodies.lock().expect("no panic"));
    (received, bodies)
}

/// Five spans with every type of attribute, a child among them.
fn record(provider: &SdkTracerProvider) {
    let tracer = provider.tracer("orders-api");
    let texts: Vec<StringValue> = vec!["a\"b".into(), "\u{e9}\n".into()];
    let attributes = vec![
        KeyValue::new("text", "POST \u{e9}"),
        KeyValue::new("int", -42_i64),
        KeyValue::new("large", i64::MAX),
        KeyValue::new("double", 0.25),
        KeyValue::new("whole", 3.0),
        KeyValue::new("yes", true),
        KeyValue::new("no", false),
        KeyValue::new("empty", ""),
        KeyValue::new("texts", Value::Array(Array::String(texts))),
        KeyValue::new("ints", Value::Array(Array::I64(vec![1, -2]))),
        KeyValue::new("bools", Value::Array(Array::Bool(vec![true, false]))),
        KeyValue::new("doubles", Value::Array(Array::F64(vec![0.5]))),
    ];
    let server = SpanKind::Server;
    let mut span =
        tracer.span_builder("POST /orders").with_kind(server).with_attributes(attributes).start(&tracer);
    span.add_event("charged", vec![KeyValue::new("amount", 7)]);
    span.set_status(Status::error("declined"));
    let context = Context::current_with_span(span);
    for kind in [SpanKind::Client, SpanKind::Producer, SpanKind::Consumer, SpanKind::Internal] {
        let name = format!("{kind:?}");
        tracer.span_builder(name).with_kind(kind).start_with_context(&tracer, &context).end();
    }
    context.span().end();
}

fn by_name(received: &Received) -> BTreeMap<&str, &SpanData> {
    received.spans.iter().map(|span| (span.name.as_str(), span)).collect()
}

#[test]
fn spans_of_the_sdk_are_read_back_in_both_encodings() {
    let expected = [
        ("bools", "[true,false]"),
        ("double", "0.25"),
        ("doubles", "[0.5]"),
        ("empty", ""),
        ("int", "-42"),
        ("ints", "[1,-2]"),
        ("large", "9223372036854775807"),
        ("no", "false"),
        ("text", "POST \u{e9}"),
        ("texts", r#"["a\"b","é\n"]"#),
        ("whole", "3"),
        ("yes", "true"),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    for protocol in [Protocol::HttpBinary, Protocol::HttpJson] {
        let (received, bodies) = exported(protocol, record);
        let json = bodies.iter().all(|body| body.starts_with(b"{"));
        assert_eq!(json, protocol == Protocol::HttpJson, "the SDK took the encoding that it was told");
        assert_eq!((received.malformed_total, received.turned_away.len()), (0, 0));
        assert_eq!((received.total, received.spans.len()), (5, 5));
        let spans = by_name(&received);
        let kinds: Vec<_> = spans.iter().map(|(name, span)| (*name, span.kind)).collect();
        assert_eq!(
            kinds,
            [
                ("Client", Kind::Client),
                ("Consumer", Kind::Consumer),
                ("Internal", Kind::Internal),
                ("POST /orders", Kind::Server),
                ("Producer", Kind::Producer)
            ]
        );
        assert_eq!(spans["POST /orders"].attributes, BTreeMap::from(expected.clone()));
        assert!(spans["Client"].attributes.is_empty());
        assert!(received.spans.iter().all(|span| span.service == "orders"));
        assert_eq!(received.traces.len(), 1, "all of them are of one trace");
        assert!(received.spans.iter().all(|span| received.traces.contains(&span.trace_id)));
    }
}

#[test]
fn a_trace_that_was_sent_is_found_again() {
    // In the form in which the gate sends it.
    let header = "00-a0a1a2a3a4a5a6a7a8a9aaabacadaeaf-b0b1b2b3b4b5b6b7-01";
    let (received, _) = exported(Protocol::HttpBinary, |provider| {
        let carrier = HashMap::from([("traceparent".to_owned(), header.to_owned())]);
        let parent = TraceContextPropagator::new().extract(&carrier);
        let tracer = provider.tracer("orders-api");
        tracer.span_builder("GET /").start_with_context(&tracer, &parent).end();
    });
    let traces: Vec<_> = received.traces.iter().map(|trace| u128::from_be_bytes(*trace)).collect();
    assert_eq!(traces, [0xa0a1_a2a3_a4a5_a6a7_a8a9_aaab_acad_aeaf]);
}

#[test]
fn many_spans_come_in_many_requests() {
    let (received, bodies) = exported(Protocol::HttpBinary, |provider| {
        let tracer = provider.tracer("orders-api");
        for number in 0..1500 {
            tracer.span_builder(format!("span {number}")).start(&tracer).end();
        }
    });
    assert_eq!((received.total, received.traces.len(), received.malformed_total), (1500, 1500, 0));
    assert_eq!(received.requests, u64::try_from(bodies.len()).expect("few"));
}

/// Numbers that look random and are the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % limit.max(1)
    }

    /// One change: a byte, a bit, a piece that is doubled, removed or cut off.
    fn mutate(&mut self, body: &mut Vec<u8>) {
        let at = self.below(body.len());
        let until = (at + 1 + self.below(16)).min(body.len());
        match self.below(6) {
            0 if !body.is_empty() => body[at] = u8::try_from(self.below(256)).expect("a byte"),
            1 if !body.is_empty() => body[at] ^= 1 << self.below(8),
            2 => drop(body.drain(at..until)),
            3 => {
                let piece = body[at..until].to_vec();
                body.splice(at..at, piece);
            }
            4 => body.insert(at, [0, 0x7f, 0x80, 0xff, b'"', b'{'][self.below(6)]),
            _ => body.truncate(at),
        }
    }
}

#[test]
fn nothing_that_is_damaged_makes_it_panic() {
    for (protocol, content_type) in
        [(Protocol::HttpBinary, "application/x-protobuf"), (Protocol::HttpJson, "application/json")]
    {
        let (_, bodies) = exported(protocol, record);
        let body = bodies.first().expect("an export");
        assert!(otlp::read(content_type, body).is_ok_and(|spans| !spans.is_empty()));
        let mut random = Random(1);
        let (mut read, mut refused) = (0, 0);
        for round in 0..30_000 {
            let mut damaged = body.clone();
            for _ in 0..=round % 4 {
                random.mutate(&mut damaged);
            }
            match otlp::read(content_type, &damaged) {
                Ok(_) => read += 1,
                Err(why) => {
                    assert!(!why.is_empty());
                    refused += 1;
                }
            }
        }
        assert!(read > 100 && refused > 1000, "{read} read, {refused} refused: too few of either");
    }
}
