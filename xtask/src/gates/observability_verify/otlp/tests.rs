use std::collections::BTreeMap;

use super::{Kind, SpanData, read};

const PROTOBUF: &str = "application/x-protobuf";
const JSON: &str = "application/json; charset=utf-8";

/// A field of wire type 2.
fn bytes(number: u8, content: impl AsRef<[u8]>) -> Vec<u8> {
    let mut field = vec![number << 3 | 2];
    let mut length = content.as_ref().len();
    while length > 0x7f {
        field.push(u8::try_from(length & 0x7f).unwrap() | 0x80);
        length >>= 7;
    }
    field.push(u8::try_from(length).unwrap());
    field.extend(content.as_ref());
    field
}

fn attribute(number: u8, name: &str, value: impl AsRef<[u8]>) -> Vec<u8> {
    bytes(number, [bytes(1, name), bytes(2, value)].concat())
}

/// When every span here begins, in nanoseconds since 1970.
const START: u64 = 1_544_712_660_000_000_000;

/// A span with valid ids, a beginning, and whatever else.
fn span(more: &[u8]) -> Vec<u8> {
    // Field 7, fixed64.
    let start = [&[7 << 3 | 1][..], &START.to_le_bytes()].concat();
    [&bytes(1, [7; 16])[..], &bytes(2, [8; 8]), &start, more].concat()
}

/// A request with one span of the service `orders`; the resource comes last, as protobuf allows.
fn request(span: &[u8]) -> Vec<u8> {
    let resource = bytes(1, attribute(1, "service.name", bytes(1, "orders")));
    bytes(1, [bytes(2, bytes(2, span)), resource].concat())
}

fn protobuf(more: &[u8]) -> Result<Vec<SpanData>, String> {
    read(PROTOBUF, &request(&span(more)))
}

/// A JSON request with one span of the service `orders`.
fn json(more: &str) -> Result<Vec<SpanData>, String> {
    let ids = r#""traceId":"07070707070707070707070707070707","spanId":"0808080808080808","startTimeUnixNano":"1544712660000000000""#;
    let resource = r#"{"attributes":[{"key":"service.name","value":{"stringValue":"orders"}}]}"#;
    let spans = format!(r#"[{{"spans":[{{{ids}{more}}}]}}]"#);
    read(JSON, format!(r#"{{"resourceSpans":[{{"resource":{resource},"scopeSpans":{spans}}}]}}"#).as_bytes())
}

fn expected(name: &str, kind: Kind, attributes: &[(&str, &str)]) -> Result<Vec<SpanData>, String> {
    let attributes = attributes.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    Ok(vec![SpanData {
        service: "orders".into(),
        name: name.into(),
        kind,
        trace_id: [7; 16],
        start: START,
        attributes,
    }])
}

#[test]
fn a_span_is_read_from_protobuf() {
    let array = bytes(5, [bytes(1, bytes(1, "a\"b")), bytes(1, [0x10, 1]), bytes(1, [])].concat());
    let list = bytes(6, attribute(1, "k", bytes(1, "v")));
    let more = [
        bytes(5, "POST /orders"),
        vec![6 << 3, 2],
        attribute(9, "text", bytes(1, "x y")),
        attribute(9, "int", [0x18, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]),
        attribute(9, "bool", [0x10, 1]),
        attribute(9, "double", [&[0x21][..], &0.5_f64.to_le_bytes()].concat()),
        attribute(9, "bytes", bytes(7, [0xfb, 0xff])),
        attribute(9, "array", array),
        attribute(9, "list", list),
        attribute(9, "empty", []),
    ];
    let attributes = [
        ("array", r#"["a\"b",true,null]"#),
        ("bool", "true"),
        ("bytes", "+/8="),
        ("double", "0.5"),
        ("empty", "null"),
        ("int", "-1"),
        ("list", r#"{"k":"v"}"#),
        ("text", "x y"),
    ];
    assert_eq!(protobuf(&more.concat()), expected("POST /orders", Kind::Server, &attributes));
    assert_eq!(protobuf(&[]), expected("", Kind::Unspecified, &[]));
    assert_eq!(read(PROTOBUF, &[]), Ok(vec![]));
}

#[test]
fn fields_of_any_type_that_are_not_known_are_skipped() {
    let mut unknown = vec![0xc5, 0x3e, 1, 2, 3, 4]; // fixed32, number 1000
    unknown.extend([0xc1, 0x3e, 1, 2, 3, 4, 5, 6, 7, 8]); // fixed64
    unknown.extend([0xc0, 0x3e, 0x96, 1]); // varint
    unknown.extend([0xc2, 0x3e, 2, 0xff, 0xff]); // bytes
    unknown.extend([0xc3, 0x3e, 0x0b, 0x12, 1, 0xff, 0x0c, 0xc4, 0x3e]); // a group with a group in it
    unknown.extend(bytes(5, "name"));
    assert_eq!(protobuf(&unknown), expected("name", Kind::Unspecified, &[]));
}

#[test]
fn a_span_is_read_from_json() {
    let more = r#","name":"POST /orders","kind":2,"endTimeUnixNano":15,
        "status":{"code":1},"unknown":[{"x":null}],"attributes":[
        {"key":"text","value":{"stringValue":"x y"}}, {"key":"int","value":{"intValue":"-1"}},
        {"key":"number","value":{"intValue":7}}, {"key":"bool","value":{"boolValue":true}},
        {"key":"double","value":{"doubleValue":0.5}}, {"key":"whole","value":{"doubleValue":2}},
        {"key":"nan","value":{"doubleValue":"NaN"}}, {"key":"inf","value":{"doubleValue":"-Infinity"}},
        {"key":"bytes","value":{"bytesValue":"+/8="}}, {"key":"empty","value":null}, {"key":"none"},
        {"key":"array","value":{"arrayValue":{"values":[{"stringValue":"a\"b"},{"boolValue":true},{}]}}},
        {"key":"list","value":{"kvlistValue":{"values":[{"key":"k","value":{"stringValue":"v"}}]}}}]"#;
    let attributes = [
        ("array", r#"["a\"b",true,null]"#),
        ("bool", "true"),
        ("bytes", "+/8="),
        ("double", "0.5"),
        ("empty", "null"),
        ("inf", "-Infinity"),
        ("int", "-1"),
        ("list", r#"{"k":"v"}"#),
        ("nan", "NaN"),
        ("none", "null"),
        ("number", "7"),
        ("text", "x y"),
        ("whole", "2"),
    ];
    assert_eq!(json(more), expected("POST /orders", Kind::Server, &attributes));
    assert_eq!(json(""), expected("", Kind::Unspecified, &[]));
    assert_eq!(json(r#","name":null,"kind":99,"attributes":null"#), expected("", Kind::Unspecified, &[]));
    assert_eq!(read(JSON, b"{}"), Ok(vec![]));
    assert_eq!(read(JSON, br#"{"resourceSpans":[{"scopeSpans":[{}]},{}]}"#), Ok(vec![]));
}

#[test]
fn every_kind_is_known() {
    use Kind::{Client, Consumer, Internal, Producer, Server, Unspecified};
    for (number, kind) in [Unspecified, Internal, Server, Client, Producer, Consumer].into_iter().enumerate()
    {
        assert_eq!(json(&format!(r#","kind":{number}"#)), expected("", kind, &[]));
        assert_eq!(protobuf(&[6 << 3, u8::try_from(number).unwrap()]), expected("", kind, &[]));
    }
}

#[test]
fn what_is_no_protobuf_says_why() {
    let fails = |body: &[u8]| {
        let told = read(PROTOBUF, body).unwrap_err();
        told.strip_prefix("it is not OTLP in protobuf: ").expect("the reason").to_owned()
    };
    let middle = "it ends in the middle of a field";
    let whole = request(&span(&bytes(5, "name")));
    for length in 1..whole.len() {
        assert_eq!(fails(&whole[..length]), middle, "{length}");
    }
    assert_eq!(fails(&[0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]), middle);
    assert_eq!(fails(&[0xff; 11]), "a number has more than 64 bits");
    assert_eq!(
        fails(&[8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2]),
        "a number has more than 64 bits"
    );
    assert_eq!(fails(&[2, 0]), "a field's number is out of range");
    assert_eq!(fails(&[0x82, 0x80, 0x80, 0x80, 0x10, 0]), "a field's number is out of range");
    assert_eq!(fails(&[0x0f]), "a field has the unknown wire type 7");
    assert_eq!(fails(&[0x14]), "a group ends that did not begin");
    assert_eq!(fails(&[0x13, 0x1c]), "a group ends that did not begin");
    assert_eq!(fails(&[0x13; 100]), "groups are nested too deep");
    assert_eq!(fails(&[8, 1]), "a field has not the type that it must have");
    assert_eq!(fails(&request(&span(&bytes(5, [0xff])))), "a text is not UTF-8");
    let mut nested = bytes(1, "deep");
    for _ in 0..100 {
        nested = bytes(5, bytes(1, nested));
    }
    assert_eq!(fails(&request(&span(&attribute(9, "a", nested)))), "an attribute is nested too deep");
}

#[test]
fn what_is_no_json_says_why_and_repeats_no_value() {
    let fails = |body: Result<Vec<SpanData>, String>| {
        let told = body.unwrap_err();
        told.strip_prefix("it is not OTLP in JSON: ").expect("the reason").to_owned()
    };
    assert!(fails(read(JSON, b"{")).starts_with("EOF while parsing"));
    assert!(fails(read(JSON, b"\xff")).starts_with("expected value"));
    assert!(
        fails(read(JSON, br#"{"resourceSpans":[{"scopeSpans":[{"spans":[{}]}]}]}"#))
            .starts_with("missing field `traceId`")
    );
    for (more, why) in [
        (r#","kind":"SECRET, expected SECRET""#, "expected i64 at line 1"),
        (r#","name":["SECRET, expected SECRET"]"#, "expected a string at line 1"),
        (r#","attributes":[{"value":{"intValue":"SECRET"}}]"#, "an intValue is no 64-bit integer at line 1"),
        (r#","attributes":[{"value":{"intValue":1.5}}]"#, "an intValue is no 64-bit integer at line 1"),
        (r#","attributes":[{"value":{"doubleValue":"SECRET"}}]"#, "a doubleValue is no number at line 1"),
        (r#","attributes":{}"#, "expected an array of attributes at line 1"),
    ] {
        let told = fails(json(more));
        assert!(told.starts_with(why) && !told.contains("SECRET"), "{more}: {told}");
    }
    let nested = format!("{}{}", r#"{"arrayValue":{"values":["#.repeat(100), "]}}".repeat(100));
    let told = fails(json(&format!(r#","attributes":[{{"value":{nested}}}]"#)));
    assert!(told.starts_with("recursion limit exceeded"), "{told}");
}

#[test]
fn ids_are_as_long_as_they_must_be_and_not_zero() {
    for (trace_id, span_id, why) in [
        (&[7; 15][..], &[8; 8][..], "a trace id has 15 bytes instead of 16"),
        (&[7; 17], &[8; 8], "a trace id has 17 bytes instead of 16"),
        (&[], &[8; 8], "a trace id has 0 bytes instead of 16"),
        (&[0; 16], &[8; 8], "a trace id is all zero"),
        (&[7; 16], &[8; 7], "a span id has 7 bytes instead of 8"),
        (&[7; 16], &[0; 8], "a span id is all zero"),
    ] {
        let told = read(PROTOBUF, &request(&[bytes(1, trace_id), bytes(2, span_id)].concat()));
        assert_eq!(told, Err(format!("it is not OTLP in protobuf: {why}")));
        let hex = |id: &[u8]| id.iter().map(|byte| format!("{byte:02X}")).collect::<String>();
        let ids = format!(r#"{{"traceId":"{}","spanId":"{}"}}"#, hex(trace_id), hex(span_id));
        let body = format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{ids}]}}]}}]}}"#);
        let told = read(JSON, body.as_bytes()).unwrap_err();
        assert!(told.starts_with(&format!("it is not OTLP in JSON: {why} at line 1")), "{told}");
    }
    let upper = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"ABCDEF0123456789abcdef0123456789","spanId":"0000000000000001"}]}]}]}"#;
    let expected = [0xab, 0xcd, 0xef, 1, 0x23, 0x45, 0x67, 0x89];
    assert_eq!(read(JSON, upper.as_bytes()).unwrap()[0].trace_id[..8], expected);
    for wrong in ["ABCDEF0123456789abcdef012345678", "ABCDEF0123456789abcdef012345678g"] {
        let told =
            read(JSON, upper.replace("ABCDEF0123456789abcdef0123456789", wrong).as_bytes()).unwrap_err();
        assert!(told.starts_with("it is not OTLP in JSON: a trace id is not hexadecimal"), "{told}");
    }
}

#[test]
fn what_is_kept_has_limits() {
    let long = "\u{e9}".repeat(10_000);
    let mut more = bytes(5, &long);
    for number in 0..1000 {
        more.extend(attribute(9, &format!("{number:03}{long}"), bytes(1, &long)));
    }
    more.extend(attribute(9, "array", bytes(5, bytes(1, bytes(1, &long)).repeat(9))));
    let spans = protobuf(&more).unwrap();
    let [SpanData { name, attributes, .. }] = &spans[..] else { panic!("{} spans", spans.len()) };
    assert_eq!((name.len(), attributes.len()), (256, 256));
    // Cut between characters: the name has three bytes before them.
    assert!(attributes.iter().all(|(name, value)| name.len() == 255 && value.len() == 1024));
    let values = bytes(1, bytes(1, "\u{e9}")).repeat(9000);
    let spans = protobuf(&attribute(9, "array", bytes(5, values))).unwrap();
    let array: &BTreeMap<_, _> = &spans[0].attributes;
    assert!(array["array"].starts_with("[\"\u{e9}\",\"\u{e9}\",") && array["array"].len() > 1020);
    let scope = bytes(2, bytes(2, span(&[])).repeat(100_001));
    let told = read(PROTOBUF, &bytes(1, scope)).unwrap_err();
    assert_eq!(told, "it is not OTLP in protobuf: it has more than 100000 spans");
    assert_eq!(spans[0].weight(), "orders".len() + "array".len() + array["array"].len());
}

#[test]
fn other_encodings_are_refused() {
    for content_type in ["", "text/plain", "application/grpc", "application/jsonx"] {
        read(content_type, b"").unwrap_err();
    }
    assert_eq!(read("Application/X-Protobuf ; a=b", b""), Ok(vec![]));
}
