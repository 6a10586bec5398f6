//! What the lines of a log add up to.

use super::super::secrets::{Searcher, Secret};
use super::{Collector, kinds};
use crate::evidence::services::{LogFacts, LogSample};
use crate::settings::services::{Field, FieldKind, LogSource, Logs};

/// Settings that ask for one field.
fn one(name: &str, paths: &[&str], kind: FieldKind) -> Logs {
    let field = Field { paths: paths.iter().map(ToString::to_string).collect(), kind };
    Logs { fields: [(name.to_owned(), field)].into(), ..Logs::default() }
}

/// Settings that ask for nothing.
fn none() -> Logs {
    Logs { fields: [].into(), ..Logs::default() }
}

/// The facts of a text, in whatever pieces it comes.
fn facts(settings: &Logs, text: &[u8]) -> LogFacts {
    let mut whole = Collector::new(settings);
    whole.take("stdout", text);
    let whole = whole.finish();
    for size in [1, 3, 10] {
        let mut pieces = Collector::new(settings);
        text.chunks(size).for_each(|chunk| pieces.take("stdout", chunk));
        assert_eq!(pieces.finish(), whole, "in pieces of {size}");
    }
    whole
}

fn told(sample: &LogSample) -> String {
    format!("{} {}: {}", sample.stream, sample.line, sample.text)
}

/// `missing wrong: first` of the only field.
fn field(settings: &Logs, text: &str) -> String {
    let facts = facts(settings, text.as_bytes());
    let field = facts.fields.first().unwrap();
    let first = field.first.as_ref().map(|first| format!(": {}", first.text)).unwrap_or_default();
    format!("{} {}{first}", field.missing, field.wrong)
}

#[test]
fn lines_are_counted_and_the_first_that_are_not_json_are_kept() {
    let text =
        b"{\"a\":1}\r\n\n  \t\nstarting\n[1]\n{}\n{\"a\":\n\xff{}\n7\n{\"a\":1}{\"b\":2}\n{\"last\":1}";
    let facts = facts(&none(), text);
    assert_eq!((facts.lines, facts.json, facts.source.as_str()), (9, 3, "stdout"));
    let samples: Vec<String> = facts.unstructured.iter().map(told).collect();
    assert_eq!(
        samples,
        [
            "stdout 4: starting",
            "stdout 5: JSON, and no object: [1]",
            "stdout 7: {\"a\":",
            "stdout 8: not UTF-8: \u{fffd}{}",
            "stdout 9: JSON, and no object: 7",
        ]
    );
    assert_eq!((facts.problem, facts.correlation), (None, None));
    assert!(facts.forbidden.is_empty() && facts.fields.is_empty());
    assert_eq!(Collector::new(&none()).finish().lines, 0);
}

#[test]
fn each_stream_has_its_own_lines() {
    let settings = Logs { from: LogSource::Both, max_unstructured_percent: 3, ..none() };
    let mut collector = Collector::new(&settings);
    collector.take("stdout", b"{\"a\"");
    collector.take("stderr", b"\noo");
    collector.take("stdout", b":1}\n");
    collector.take("stderr", b"ps\n");
    let facts = collector.finish();
    assert_eq!((facts.lines, facts.json, facts.max_unstructured_percent), (2, 1, 3));
    assert_eq!(facts.source, "stdout and stderr");
    assert_eq!(facts.unstructured.iter().map(told).collect::<Vec<_>>(), ["stderr 2: oops"]);
}

#[test]
fn a_line_without_end_is_not_held() {
    let mut collector = Collector::new(&none());
    let piece = vec![b'x'; 64 * 1024];
    for _ in 0..20 {
        collector.take("file", &piece);
        let held: usize = collector.streams.iter().map(|(_, lines)| lines.held()).sum();
        assert!(held <= 1024 * 1024, "{held}");
    }
    assert!(collector.streams.iter().all(|(_, lines)| lines.held() == 0), "it will not be read");
    collector.take("file", b"\n{}\n");
    let mut whole = vec![b' '; 1024 * 1024 + 1];
    whole.push(b'\n');
    collector.take("file", &whole);
    let mut just = b"{}".to_vec();
    just.resize(1024 * 1024, b' ');
    just.push(b'\n');
    collector.take("file", &just);
    collector.take("file", &whole[..1024 * 1024 + 1]);
    let facts = collector.finish();
    assert_eq!((facts.lines, facts.json), (5, 2));
    let samples: Vec<String> = facts.unstructured.iter().map(told).collect();
    let long = |line| format!("file {line}: longer than 1 MiB");
    assert_eq!(samples, [long(1), long(3), long(5)]);
}

#[test]
fn samples_are_short_and_show_what_is_invisible() {
    let facts = facts(&none(), format!("a\u{1b}[2J\u{202e}{}", "\u{e9}".repeat(500)).as_bytes());
    let text = &facts.unstructured.first().unwrap().text;
    assert!(text.starts_with(r"a\u{1b}[2J\u{202e}éé") && text.ends_with("é…"), "{text}");
    assert_eq!(text.chars().count(), 201);
}

#[test]
fn a_field_is_found_flat_nested_and_by_its_other_names() {
    let level = one("level", &["level", "log.level", "a.b.c"], FieldKind::Level);
    for line in [
        r#"{"level":"INFO"}"#,
        r#"{"log.level":"info"}"#,
        r#"{"log":{"level":"Warning"}}"#,
        r#"{"level":null,"log":{"level":30}}"#,
        r#"{"log.level":null,"log":{"level":30}}"#,
        r#"{"a":{"b":{"c":"CRIT"}}}"#,
        r#"{"a.b":{"c":"CRIT"}}"#,
        r#"{"a":{"b.c":"CRIT"}}"#,
        r#"{"a":{"b":{}},"a.b":{"c":"CRIT"}}"#,
        r#"{"level":"LOUD","level":"INFO"}"#,
    ] {
        assert_eq!(field(&level, line), "0 0", "{line}");
    }
    assert_eq!(
        field(&level, r#"{"level":"LOUD","log":{"level":"INFO"}}"#),
        r#"0 1: `level` is "LOUD", no level"#
    );
    assert_eq!(field(&level, r#"{"level":null}"#), "1 0: it has `level`, which is null");
    assert_eq!(field(&level, r#"{"Level":"INFO","x":"secret"}"#), "1 0: it has `Level`, `x`");
    assert_eq!(field(&level, "{}"), "1 0: it has no field at all");
    let many = (0..15).map(|at| format!("\"k{at:02}\":1")).collect::<Vec<_>>().join(",");
    assert!(field(&level, &format!("{{{many}}}")).ends_with("`k11` and 3 fields more"));
    assert_eq!(
        field(&level, "x\n{\"level\":\"info\"}\n{\"m\":1}\n{\"level\":true}\n{}\n"),
        "2 1: it has `m`",
        "the first of either is kept"
    );
}

/// A kind, values that are of it, and values that are not, with what is said of them.
type Kind = (FieldKind, &'static [&'static str], &'static [(&'static str, &'static str)]);

#[test]
fn a_field_is_of_its_kind() {
    let kinds: [Kind; 6] = [
        (FieldKind::Text, &[r#""x""#], &[(r#"" \t""#, "blank"), ("1", "no text")]),
        (FieldKind::Number, &["1", "-2.5"], &[(r#""1""#, "no number")]),
        (FieldKind::Boolean, &["true", "false"], &[("0", "neither true nor false")]),
        (FieldKind::Any, &["0", "\"\"", "[]"], &[]),
        (
            FieldKind::Level,
            &[r#""ERRO""#, r#""DEBG""#, r#""TRCE""#, r#""emerg""#, "10", "60"],
            &[(r#""LOUD""#, "no level"), ("35", "no level"), ("70", "no level"), ("true", "no level")],
        ),
        (
            FieldKind::Time,
            &[r#""2026-01-02T03:04:05.123456Z""#],
            &[
                ("1767322445123", "a number and no RFC 3339 text"),
                (r#""now""#, "no RFC 3339 time"),
                ("{}", "no RFC 3339 time"),
            ],
        ),
    ];
    for (kind, good, bad) in kinds {
        let settings = one("f", &["f"], kind);
        for value in good {
            assert_eq!(field(&settings, &format!("{{\"f\":{value}}}")), "0 0", "{kind:?}");
        }
        for (value, why) in bad {
            let line = format!("{{\"f\":{value}}}");
            assert_eq!(field(&settings, &line), format!("0 1: `f` is {value}, {why}"), "{kind:?}");
        }
    }
    let long = format!("{{\"f\":\"{}\"}}", "x".repeat(5000));
    let told = field(&one("f", &["f"], FieldKind::Level), &long);
    assert!(told.ends_with("…, no level") && told.len() < 120, "{told}");
}

#[test]
fn times_are_those_of_rfc_3339() {
    for good in [
        "2026-01-02T03:04:05Z",
        "2026-01-02t03:04:05z",
        "2026-01-02T03:04:05.1+23:59",
        "2026-01-02T03:04:05.123456789-00:00",
        "2024-02-29T23:59:60Z",
        "2000-02-29T00:00:00Z",
        "0000-12-31T00:00:00Z",
    ] {
        assert!(kinds::is_time(good), "{good}");
    }
    for bad in [
        "",
        "2026-01-02",
        "2026-01-02 03:04:05Z",
        "2026-01-02T03:04:05",
        "2026-01-02T03:04Z",
        "2026-01-02T03:04:05.Z",
        "2026-01-02T03:04:05Z ",
        "2026-01-02T03:04:05+0100",
        "2026-01-02T03:04:05+24:00",
        "2026-01-02T03:04:05+01:60",
        "2026-01-02T24:00:00Z",
        "2026-01-02T03:60:00Z",
        "2026-01-02T03:04:61Z",
        "2026-13-02T03:04:05Z",
        "2026-00-02T03:04:05Z",
        "2026-01-00T03:04:05Z",
        "2026-04-31T03:04:05Z",
        "2023-02-29T03:04:05Z",
        "1900-02-29T03:04:05Z",
        "26-01-02T03:04:05Z",
        "+2026-01-02T03:04:05Z",
        "2026-1-2T03:04:05Z",
        "20\u{e9}6-01-02T03:04:05Z",
        "1767322445",
    ] {
        assert!(!kinds::is_time(bad), "{bad}");
    }
}

fn forbidden(paths: &[&str], text: &str) -> Vec<String> {
    let forbidden_fields = paths.iter().map(ToString::to_string).collect();
    let facts = facts(&Logs { forbidden_fields, ..none() }, text.as_bytes());
    assert_eq!(facts.lines, facts.json, "{text}");
    let told = |field: &crate::evidence::services::FoundField| {
        format!("{} in {}, first {}", field.path, field.lines, told(&field.first))
    };
    facts.forbidden.iter().map(told).collect()
}

#[test]
fn a_forbidden_field_is_found_wherever_it_stands() {
    let found = |text: &str| forbidden(&["password"], text).join("; ");
    let at = |path: &str| format!("password in 1, first stdout 1: {path}");
    for (text, path) in [
        (r#"{"password":"x"}"#, "`password`"),
        (r#"{"request":{"PassWord":"x"}}"#, "`request.PassWord`"),
        (r#"{"a":[1,[{"password":null}]]}"#, "`a.password`"),
        (r#"{"user.password":1}"#, "`user.password`"),
        (r#"{"pass\u0077ord":1}"#, "`password`"),
        (r#"{"a":{"password":1},"a":{}}"#, "`a.password`"),
        (r#"{"a":{"password":1},"b":{"password":1}}"#, "`a.password`"),
        (r#"{"m":"{\"password\":\"x\"}"}"#, "`m.password`, in a JSON text"),
        (r#"{"m":"body: {\"a\":[{\"password\":1}]} and so on"}"#, "`m.a.password`, in a JSON text"),
        (r#"{"m":"{\"n\":\"{\\\"password\\\":1}\"}"}"#, "`m.n.password`, in a JSON text"),
        (r#"{"m":"[{\"password\":1}]"}"#, "`m.password`, in a JSON text"),
        (r#"{"m":"{\"n\":\"{}\"}","password":1}"#, "`password`"),
    ] {
        assert_eq!(found(text), at(path), "{text}");
    }
    for text in
        [r#"{"passwords":1}"#, r#"{"my_password":1}"#, r#"{"a":"password"}"#, r#"{"password.hash":1}"#]
    {
        assert_eq!(found(text), "", "{text}");
    }
}

#[test]
fn a_forbidden_path_is_found_at_any_depth() {
    let found = |text: &str| forbidden(&["request.Body", "stra\u{df}e"], text);
    let at = |path: &str| vec![format!("request.Body in 1, first stdout 1: `{path}`")];
    assert_eq!(found(r#"{"request":{"body":1}}"#), at("request.body"));
    assert_eq!(found(r#"{"fields":{"request.body":1}}"#), at("fields.request.body"));
    assert_eq!(found(r#"{"span":{"request":[{"BODY":1}]}}"#), at("span.request.BODY"));
    assert_eq!(found(r#"{"request":{"x":{"body":1}},"body":1,"xrequest":{"body":1}}"#), [""; 0]);
    assert_eq!(found("{\"STRA\u{df}E\":1}"), ["stra\u{df}e in 1, first stdout 1: `STRA\u{df}E`"]);
    let text = "{}\n{\"request\":{\"body\":1}}\n{\"request\":{\"body\":1}}\n";
    assert_eq!(found(text), ["request.Body in 2, first stdout 2: `request.body`"]);
}

#[test]
fn depth_is_bounded() {
    let nest =
        |depth: usize, inside: &str| format!("{}{inside}{}", "{\"a\":".repeat(depth), "}".repeat(depth));
    let mut text = nest(100, "{\"password\":1}");
    for _ in 0..4 {
        text = nest(100, &serde_json::to_string(&text).unwrap());
    }
    let found = forbidden(&["password"], &text);
    assert!(found.is_empty(), "below all of them it is not looked for: {found:?}");
    let two = nest(60, &serde_json::to_string(&nest(50, "{\"password\":1}")).unwrap());
    assert_eq!(forbidden(&["password"], &two).len(), 1);
    let deep = facts(&none(), format!("{}\n", "[".repeat(100_000)).as_bytes());
    assert_eq!((deep.lines, deep.json), (1, 0));
}

/// `found/sent first` of values that are sent, each by the step `GET /VALUE`.
fn correlation(header: &str, sent: &[&str], text: &str) -> String {
    let mut collector = Collector::new(&Logs { correlation: Some(header.into()), ..none() });
    sent.iter().for_each(|id| collector.sent(id, &format!("GET /{id}")));
    collector.take("stdout", text.as_bytes());
    let facts = collector.finish().correlation.unwrap();
    assert_eq!(facts.header, header);
    format!("{}/{} {}", facts.found, facts.sent, facts.first_missing.unwrap_or_default())
}

#[test]
fn a_request_is_found_in_any_text_of_a_json_line() {
    let found = |text: &str| correlation("x-request-id", &["req-1", "req-12", "req-1-b"], text);
    assert_eq!(found("{\"id\":\"req-1\"}\n"), "1/3 GET /req-12");
    assert_eq!(found("{\"id\":\"req-12\"}\n{\"id\":\"req-1-b\"}"), "2/3 GET /req-1");
    assert_eq!(found(r#"{"a":[{"b":"x req-1, (req-12) id=req-1-b"}]}"#), "3/3 ");
    assert_eq!(found(r#"{"a":"req-123 xreq-1 req-1é"}"#), "1/3 GET /req-12");
    assert_eq!(found(r#"{"a":"req-1-b req-1-c"}"#), "2/3 GET /req-12");
    assert_eq!(found(r#"{"a":"\u0072eq-1"}"#), "1/3 GET /req-12");
    assert_eq!(found("req-1\n[\"req-1\"]\n{\"req-1\":1}\n"), "0/3 GET /req-1");
    assert_eq!(found(r#"{"a":"req-1-b","b":"req-1-b"}"#), "1/3 GET /req-1");
    assert_eq!(correlation("x", &["b/1", "a b/1"], r#"{"x":"(a b/1)"}"#), "1/2 GET /b/1");
    assert_eq!(correlation("x", &["a", "a", " a ", ""], r#"{"x":"a","y":""}"#), "1/2 GET /");
    assert_eq!(correlation("x", &[], "{}"), "0/0 ");
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let line = r#"{"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"}"#;
    assert_eq!(correlation("Traceparent", &[trace], line), "1/1 ");
    assert_eq!(correlation("other", &[trace], line), format!("0/1 GET /{trace}"));
}

#[test]
fn waiting_ends_when_all_is_there() {
    let mut collector = Collector::new(&Logs { correlation: Some("x-request-id".into()), ..none() });
    assert!(!collector.settled());
    collector.take("stdout", b"starting\n");
    assert!(!collector.settled());
    collector.take("stdout", b"{}\n");
    assert!(collector.settled());
    collector.sent("one", "GET /");
    assert!(!collector.settled());
    collector.take("stdout", b"{\"id\":\"one\"}");
    assert!(!collector.settled(), "the line has not ended");
    collector.take("stdout", b"\n");
    assert!(collector.settled());
    let mut unasked = Collector::new(&none());
    unasked.sent("one", "GET /");
    unasked.take("stdout", b"{}\n");
    assert!(unasked.settled());
    assert_eq!(unasked.finish().correlation, None);
}

#[test]
fn no_sample_holds_a_secret() {
    let secret = Secret { name: "the key".into(), value: "s3cr3t/key".into() };
    let settings = Logs { forbidden_fields: vec!["f".into()], ..one("level", &["level"], FieldKind::Level) };
    let mut collector = Collector::new(&settings).hiding(&Searcher::new(&[secret]));
    let line = |text: &str| format!("{}{text}\n", " ".repeat(3));
    collector.take("stdout", line("Authorization: s3cr3t%2Fkey").as_bytes());
    collector.take("stdout", format!("{}s3cr3t/key\n", "x".repeat(195)).as_bytes());
    collector.take("stdout", line(r#"{"level":"s3cr3t/key","s3cr3t\/key":{"f":1}}"#).as_bytes());
    let facts = collector.finish();
    assert_eq!((facts.lines, facts.json, facts.forbidden.len()), (3, 1, 1));
    let told = format!("{facts:?}");
    assert!(!told.contains("s3cr3t"), "{told}");
    let first = &facts.unstructured.first().unwrap().text;
    assert_eq!(first, "(not shown: it holds the key)");
}
