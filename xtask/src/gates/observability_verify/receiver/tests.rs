use std::collections::BTreeSet;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::{BODY_LIMIT, Received, Receiver};
use crate::gates::observability_verify::otlp::SpanData;

/// A request for one span, in JSON.
const SPAN: &str = r#"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"orders"}}]},"scopeSpans":[{"spans":[{"traceId":"07070707070707070707070707070707","spanId":"0808080808080808","name":"POST /orders","kind":2,"attributes":[{"key":"a","value":{"stringValue":"b"}}]}]}]}]}"#;

fn start() -> Receiver {
    Receiver::start(Box::new(|_| {})).unwrap()
}

fn connect(receiver: &Receiver) -> TcpStream {
    let stream = TcpStream::connect(receiver.endpoint().strip_prefix("http://").unwrap()).unwrap();
    // Nothing waits that long; without it, a test that is wrong would not end.
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream
}

/// Everything that comes of sending these bytes and nothing more.
fn exchange(receiver: &Receiver, bytes: impl AsRef<[u8]>) -> String {
    let mut stream = connect(receiver);
    // One that refuses need not read all of it.
    drop(stream.write_all(bytes.as_ref()));
    drop(stream.shutdown(std::net::Shutdown::Write));
    let mut answer = Vec::new();
    drop(stream.read_to_end(&mut answer));
    String::from_utf8_lossy(&answer).into_owned()
}

fn post(path: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n{headers}\r\n{body}")
}

fn json(body: &str) -> String {
    post("/v1/traces", "content-type: application/json\r\n", body)
}

/// One answer of a connection that stays open.
fn answer(stream: &mut TcpStream) -> String {
    let (mut answer, mut byte) = (Vec::new(), [0]);
    let whole = |answer: &[u8]| {
        let text = String::from_utf8_lossy(answer);
        let body = if text.contains("content-length: 2\r\n") { "{}" } else { "" };
        text.ends_with(&format!("\r\n\r\n{body}"))
    };
    while !whole(&answer) {
        assert_eq!(stream.read(&mut byte).unwrap(), 1, "{}", String::from_utf8_lossy(&answer));
        answer.push(byte[0]);
    }
    String::from_utf8(answer).unwrap()
}

#[test]
fn spans_are_received_and_acknowledged() {
    let receiver = start();
    let answer = exchange(&receiver, json(SPAN));
    assert_eq!(answer, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}");
    let empty = exchange(&receiver, post("/v1/traces?x=1", "Content-Type: application/x-protobuf\r\n", ""));
    assert_eq!(empty, "HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n");
    let absolute = format!("{}/v1/traces", receiver.endpoint());
    assert!(exchange(&receiver, json(SPAN).replace("/v1/traces", &absolute)).starts_with("HTTP/1.1 200"));
    assert_eq!(receiver.received(|received| received.total), 2);
    let received = receiver.finish();
    assert_eq!((received.requests, received.total, received.spans.len()), (3, 2, 2));
    assert_eq!(received.spans[0].attributes["a"], "b");
    assert_eq!(received.traces.into_iter().collect::<Vec<_>>(), [[7; 16]]);
    assert_eq!(received.services["orders"], (2, BTreeSet::from(["POST /orders".to_owned()])));
    assert_eq!((received.malformed_total, received.turned_away.len()), (0, 0));
}

#[test]
fn a_connection_may_be_kept_and_bodies_may_come_in_chunks() {
    let receiver = start();
    let mut stream = connect(&receiver);
    let (first, second) = SPAN.split_at(100);
    let chunked = "POST /v1/traces HTTP/1.1\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\nexpect: 100-continue\r\n\r\n";
    stream.write_all(chunked.as_bytes()).unwrap();
    // Nothing of the body was sent yet.
    assert_eq!(answer(&mut stream), "HTTP/1.1 100 Continue\r\n\r\n");
    let chunks = format!("64;x=y\r\n{first}\r\n{:X}\r\n{second}\r\n0\r\ntrailer: x\r\n\r\n", second.len());
    stream.write_all(chunks.as_bytes()).unwrap();
    assert!(answer(&mut stream).starts_with("HTTP/1.1 200 OK"));
    stream.write_all(json(SPAN).as_bytes()).unwrap();
    assert!(answer(&mut stream).starts_with("HTTP/1.1 200 OK"));
    let close = json(SPAN).replace("host: x", "connection: close").replace("\r\n", "\n");
    stream.write_all(close.as_bytes()).unwrap();
    let mut rest = String::new();
    stream.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("\r\nconnection: close\r\n"), "{rest}");
    let old = exchange(&receiver, json(SPAN).replace("HTTP/1.1", "HTTP/1.0"));
    assert!(old.contains("\r\nconnection: close\r\n"), "{old}");
    assert_eq!(receiver.finish().total, 4);
}

#[test]
fn metrics_and_logs_are_accepted_and_every_body_is_looked_at() {
    let bodies = Arc::new(Mutex::new(Vec::new()));
    let inside = Arc::clone(&bodies);
    let receiver =
        Receiver::start(Box::new(move |body: &[u8]| inside.lock().unwrap().push(body.to_vec()))).unwrap();
    for path in ["/v1/metrics", "/v1/logs"] {
        let answer = exchange(&receiver, post(path, "content-type: application/x-protobuf\r\n", path));
        assert!(
            answer.starts_with("HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\n"),
            "{answer}"
        );
    }
    exchange(&receiver, json("broken"));
    exchange(&receiver, post("/elsewhere", "", "lost"));
    let received = receiver.finish();
    assert_eq!((received.requests, received.malformed_total), (0, 1));
    let seen = ["/v1/metrics", "/v1/logs", "broken", "lost"].map(|body| body.as_bytes().to_vec());
    assert_eq!(*bodies.lock().unwrap(), seen);
}

#[test]
fn what_cannot_be_read_is_refused_and_kept_with_the_reason() {
    let receiver = start();
    let cases = [
        (json("{"), 400, "it is not OTLP in JSON: EOF while parsing an object at line 1 column 1"),
        (
            post("/v1/traces", "content-type: application/x-protobuf\r\n", "\u{1}"),
            400,
            "it is not OTLP in protobuf: a field's number is out of range",
        ),
        (
            post("/v1/traces", "content-type: text/plain\r\n", SPAN),
            415,
            "its content-type is neither application/x-protobuf nor application/json",
        ),
        (
            post("/v1/traces", "content-type: application/json\r\ncontent-encoding: br\r\n", SPAN),
            415,
            "it is packed with br, which is not supported here",
        ),
        (
            post("/v1/traces", "content-type: application/json\r\ncontent-encoding: GZIP\r\n", SPAN),
            400,
            "it is said to be packed with gzip, and is not: invalid gzip header",
        ),
        (
            format!("POST /v1/traces HTTP/1.1\r\ncontent-length: {}\r\n\r\n", BODY_LIMIT + 1),
            413,
            "its body is too long",
        ),
        // As much room is not taken.
        (
            format!("POST /v1/traces HTTP/1.1\r\ncontent-length: {}\r\n\r\n", usize::MAX),
            413,
            "its body is too long",
        ),
        (
            "POST /v1/traces HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nfffffffffffffff\r\n".into(),
            413,
            "its body is too long",
        ),
        (
            "POST /v1/traces HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n+1\r\n".into(),
            400,
            "the length of a chunk is no number",
        ),
        (
            "POST /v1/traces HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n".into(),
            400,
            "a chunk is longer than it says",
        ),
        (
            "POST /v1/traces HTTP/1.1\r\ntransfer-encoding: chunked\r\ncontent-length: 1\r\n\r\n".into(),
            400,
            "it has both a content-length and a transfer-encoding",
        ),
    ];
    let mut reasons = Vec::new();
    for (request, status, why) in cases {
        let answer = exchange(&receiver, &request);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{request}: {answer}");
        assert!(answer.contains(why), "{answer}");
        reasons.push(why);
    }
    let received = receiver.finish();
    assert_eq!(received.malformed, reasons);
    assert_eq!((received.malformed_total, received.requests, received.total), (11, 0, 0));
}

#[test]
fn the_reason_is_told_in_the_encoding_of_the_request() {
    let receiver = start();
    let told = exchange(&receiver, json("{"));
    assert!(told.contains("application/json"), "{told}");
    assert!(told.ends_with(
        r#"{"message":"it is not OTLP in JSON: EOF while parsing an object at line 1 column 1"}"#
    ));
    let told = exchange(&receiver, post("/v1/traces", "content-type: application/x-protobuf\r\n", "\u{1}"));
    assert!(told.contains("application/x-protobuf"), "{told}");
    let why = "it is not OTLP in protobuf: a field's number is out of range";
    assert!(
        told.ends_with(&format!("\r\n\r\n\u{12}{}{why}", char::from(u8::try_from(why.len()).unwrap()))),
        "{told}"
    );
}

#[test]
fn what_is_no_request_for_spans_is_turned_away_and_told() {
    for (request, status, told) in [
        ("GET / HTTP/1.1\r\n\r\n", "404", "GET /: there is nothing at that path"),
        ("GET /v1/traces HTTP/1.1\r\n\r\n", "405", "GET /v1/traces: it is not POST"),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "", "HTTP/2, as gRPC does"),
        ("\u{16}\u{3}\u{1}\u{2}", "", "TLS"),
        ("hello\r\n", "400", "what is no HTTP: it does not begin with a request line"),
        ("GET / HTTP/3.0\r\n\r\n", "505", "what is no HTTP: it is not HTTP/1.1"),
        ("GET / HTTP/1.1\r\nnonsense\r\n\r\n", "400", "what is no HTTP: a header has no colon"),
        (
            "GET / HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
            "400",
            "what is no HTTP: its content-length is no number",
        ),
        (
            "GET / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
            "400",
            "what is no HTTP: it has two different content-lengths",
        ),
        (
            "GET / HTTP/1.1\r\ntransfer-encoding: gzip, chunked\r\n\r\n",
            "501",
            "what is no HTTP: its transfer-encoding is not chunked",
        ),
    ] {
        let receiver = start();
        let answer = exchange(&receiver, request);
        assert_eq!(answer.get(9..12).unwrap_or_default(), status, "{request}: {answer}");
        assert_eq!(answer.contains("allow: POST"), status == "405", "{answer}");
        let received = receiver.finish();
        assert_eq!(received.turned_away, BTreeSet::from([told.to_owned()]));
        assert_eq!((received.requests, received.malformed_total), (0, 0));
    }
    let receiver = start();
    let long = exchange(&receiver, format!("GET / HTTP/1.1\r\nx: {}", "y".repeat(1 << 20)));
    assert!(long.starts_with("HTTP/1.1 431 "), "{long}");
    // A request that is cut off is nobody's fault: the service may have been ended.
    assert_eq!(exchange(&receiver, &json(SPAN)[..200]), "");
    assert_eq!(
        receiver.finish().turned_away,
        BTreeSet::from(["what is no HTTP: its headers are too long".into()])
    );
}

#[test]
fn one_that_stalls_holds_up_neither_others_nor_the_end() {
    let receiver = start();
    let mut idle = connect(&receiver);
    let mut half = connect(&receiver);
    half.write_all(&json(SPAN).as_bytes()[..100]).unwrap();
    let mut kept = connect(&receiver);
    kept.write_all(json(SPAN).as_bytes()).unwrap();
    assert!(answer(&mut kept).starts_with("HTTP/1.1 200 OK"));
    let address = receiver.address;
    assert_eq!(receiver.finish().total, 1);
    for stream in [&mut idle, &mut half, &mut kept] {
        assert_eq!(stream.read(&mut [0]).unwrap_or(0), 0, "the connection has ended");
    }
    TcpStream::connect(address).expect_err("the port is free");
}

#[test]
fn one_that_is_dropped_ends_as_well() {
    let receiver = start();
    let (address, mut open) = (receiver.address, connect(&receiver));
    drop(receiver);
    TcpStream::connect(address).expect_err("the port is free");
    assert_eq!(open.read(&mut [0]).unwrap_or(0), 0);
}

#[test]
fn more_connections_than_it_has_room_for_are_turned_away() {
    let receiver = start();
    let open: Vec<TcpStream> = (0..33).map(|_| connect(&receiver)).collect();
    // Connections are accepted in order, and the last one is closed at once.
    assert_eq!(
        (&open[32])
            .read(&mut [0])
            .unwrap_or_else(|error| usize::from(error.kind() != ErrorKind::ConnectionReset)),
        0
    );
    let told = receiver.received(|received| received.turned_away.clone());
    assert_eq!(told, BTreeSet::from(["a connection beyond 32 at a time".to_owned()]));
    drop(open);
    receiver.finish();
}

#[test]
fn the_environment_points_at_it() {
    let receiver = start();
    let endpoint = receiver.endpoint();
    let environment: Vec<String> =
        receiver.environment().into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    let expected = [
        "OTEL_TRACES_EXPORTER=otlp".to_owned(),
        format!("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT={endpoint}/v1/traces"),
        format!("OTEL_EXPORTER_OTLP_ENDPOINT={endpoint}"),
        "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf".to_owned(),
        "OTEL_BSP_SCHEDULE_DELAY=200".to_owned(),
    ];
    assert_eq!(environment, expected);
}

#[test]
fn what_is_kept_has_limits() {
    let mut received = Received::default();
    let span = |number: u32| SpanData {
        service: format!("service {}", number % 200),
        name: format!("name {number}"),
        trace_id: u128::from(number + 1).to_be_bytes(),
        ..SpanData::default()
    };
    received.spans((0..120_000).map(span).collect());
    assert_eq!((received.requests, received.total), (1, 120_000));
    assert_eq!(
        (received.spans.len(), received.traces.len(), received.services.len()),
        (10_000, 100_000, 100)
    );
    assert!(received.services.values().all(|(count, names)| (*count, names.len()) == (600, 50)));
    let mut heavy = Received::default();
    heavy.spans(vec![SpanData { name: "x".repeat(10 << 20), ..SpanData::default() }; 5]);
    assert_eq!((heavy.total, heavy.spans.len()), (5, 3));
    for number in 0..30 {
        received.malformed(&format!("{number}\n{}", "x".repeat(1000)));
        received.turn_away(&format!("{number}"));
    }
    assert_eq!((received.malformed.len(), received.malformed_total, received.turned_away.len()), (20, 30, 5));
    assert!(received.malformed[0].starts_with("0\\nx") && received.malformed[0].len() == 301);
}

/// A request whose body is packed.
fn packed(body: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(body).unwrap();
    let body = packer.finish().unwrap();
    let head = "POST /v1/traces HTTP/1.1\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\n";
    let mut request = format!("{head}content-length: {}\r\n\r\n", body.len()).into_bytes();
    request.extend(body);
    request
}

#[test]
fn what_is_packed_is_unpacked_before_anybody_looks_at_it_and_a_bomb_is_refused() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&seen);
    let receiver = Receiver::start(Box::new(move |body| sink.lock().unwrap().push(body.to_vec()))).unwrap();
    for (body, status) in [(SPAN.as_bytes().to_vec(), "200"), (vec![b' '; BODY_LIMIT + 1], "413")] {
        let mut stream = connect(&receiver);
        stream.write_all(&packed(&body)).unwrap();
        let mut told = String::new();
        stream.read_to_string(&mut told).unwrap();
        assert!(told.starts_with(&format!("HTTP/1.1 {status}")), "{told}");
    }
    assert_eq!(receiver.finish().total, 1);
    assert_eq!(seen.lock().unwrap()[0], SPAN.as_bytes());
}
