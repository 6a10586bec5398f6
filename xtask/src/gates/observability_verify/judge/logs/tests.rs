//! What is said of the facts about logs.

use super::{findings, leaks};
use crate::catalog::Code;
use crate::evidence::services::{Correlation, FoundField, Leak, LogFacts, LogSample, WantedField};
use crate::verdict::Severity;

fn sample(line: u64, text: &str) -> LogSample {
    LogSample { line, stream: "stdout".into(), text: text.into() }
}

/// A log of so many lines, of which so many are JSON.
fn log(lines: u64, json: u64) -> LogFacts {
    let unstructured = if lines > json { vec![sample(2, "sta`rting")] } else { Vec::new() };
    LogFacts { source: "stdout".into(), lines, json, unstructured, ..LogFacts::default() }
}

/// `CODE [label] message` of each finding.
fn told(facts: &LogFacts) -> Vec<String> {
    let told = |finding: &crate::verdict::Finding| {
        assert_eq!((finding.severity, finding.package.as_deref()), (Severity::Error, Some("orders-service")));
        format!("{} [{}] {}", finding.code, finding.label(), finding.message)
    };
    findings("orders", "orders-service", facts).iter().map(told).collect()
}

#[test]
fn a_log_that_is_all_it_should_be_has_no_finding() {
    let field = WantedField { name: "level".into(), kind: "level".into(), ..WantedField::default() };
    let correlation = Correlation { header: "x-request-id".into(), sent: 2, found: 2, first_missing: None };
    let facts = LogFacts { fields: vec![field], correlation: Some(correlation), ..log(3, 3) };
    assert_eq!(told(&facts), [""; 0]);
}

#[test]
fn no_line_is_one_finding() {
    assert_eq!(
        told(&LogFacts { source: "stderr".into(), ..LogFacts::default() }),
        ["LOG_MISSING [orders] orders: not one line was logged to stderr"]
    );
    let correlation = Some(Correlation { sent: 2, ..Correlation::default() });
    let problem = Some("no such\nfile".to_owned());
    let source = "log/orders.json".to_owned();
    let unread = LogFacts { source, problem, correlation, ..LogFacts::default() };
    let message = r"orders: its log could not be read from log/orders.json: no such\nfile";
    assert_eq!(told(&unread), [format!("LOG_MISSING [orders] {message}")]);
    // What was read before it failed is judged as well.
    let partly = LogFacts { problem: Some("gone".into()), ..log(2, 1) };
    assert_eq!(told(&partly).len(), 2);
}

#[test]
fn lines_that_are_not_json_are_counted_exactly() {
    let unstructured = |lines, json, limit| {
        let facts = LogFacts { max_unstructured_percent: limit, ..log(lines, json) };
        told(&facts).join("; ").replace("LOG_UNSTRUCTURED [orders] orders: ", "")
    };
    let first = "; the first is line 2 of stdout: `sta`rting`";
    assert_eq!(unstructured(41, 38, 0), format!("3 of 41 lines (7.3 %) are not JSON, 0 % allowed{first}"));
    assert_eq!(
        unstructured(1000, 999, 0),
        format!("1 of 1000 lines (0.1 %) is not JSON, 0 % allowed{first}")
    );
    let just = "1 of 1000000 lines (just over 0 %) is not JSON, 0 % allowed";
    assert_eq!(unstructured(1_000_000, 999_999, 0), format!("{just}{first}"));
    assert_eq!(unstructured(20, 19, 5), "");
    assert_eq!(unstructured(100, 95, 5), "");
    assert_eq!(unstructured(99, 94, 5), format!("5 of 99 lines (5.1 %) are not JSON, 5 % allowed{first}"));
    let just = "501 of 10000 lines (just over 5 %) are not JSON, 5 % allowed";
    assert_eq!(unstructured(10_000, 9_499, 5), format!("{just}{first}"));
    assert_eq!(
        unstructured(u64::MAX, 1, 99),
        format!(
            "18446744073709551614 of 18446744073709551615 lines (100.0 %) are not JSON, 99 % allowed{first}"
        )
    );
    assert_eq!(unstructured(2, 1, 100), "");
}

#[test]
fn no_json_line_at_all_is_a_finding_whatever_is_allowed() {
    let none = |lines| LogFacts {
        max_unstructured_percent: 100,
        correlation: Some(Correlation { sent: 1, ..Correlation::default() }),
        ..log(lines, 0)
    };
    let first = "; the first is line 2 of stdout: `sta`rting`";
    assert_eq!(
        told(&none(3)),
        [format!("LOG_UNSTRUCTURED [orders] orders: none of its 3 lines is JSON{first}")]
    );
    assert_eq!(
        told(&none(1)),
        [format!("LOG_UNSTRUCTURED [orders] orders: its one line is not JSON{first}")]
    );
    let pretty = LogFacts { unstructured: vec![sample(1, "{")], ..log(3, 0) };
    let remedy = findings("orders", "", &pretty).first().map(|finding| finding.remedy().to_owned());
    assert!(remedy.unwrap().contains("pretty-printing"));
    assert_eq!(findings("orders", "", &none(1)).first().unwrap().package, None);
}

#[test]
fn a_missing_field_and_a_wrong_one_are_told_apart() {
    let field = |kind: &str, missing, wrong| WantedField {
        name: "timestamp".into(),
        paths: vec!["ts".into(), "time".into()],
        kind: kind.into(),
        missing,
        wrong,
        first: Some(sample(7, "it has `a`")),
    };
    let one = |field| LogFacts { fields: vec![field], ..log(9, 9) };
    let label =
        "LOG_FIELD_MISSING [orders: timestamp] orders: the field timestamp (looked for at `ts`, `time`";
    let first = "; the first is line 7 of stdout: it has `a`";
    assert_eq!(
        told(&one(field("time", 2, 0))),
        [format!("{label} and must be RFC 3339 text) is missing in 2 of 9 JSON lines{first}")]
    );
    assert_eq!(
        told(&one(field("number", 0, 3))),
        [format!("{label} and must be a number) is wrong in 3 of 9 JSON lines{first}")]
    );
    assert_eq!(
        told(&one(field("any", 2, 1))),
        [format!("{label}) is missing in 2 of 9 JSON lines and wrong in 1{first}")]
    );
    let remedy = |field| findings("orders", "", &one(field)).first().unwrap().remedy().to_owned();
    assert!(remedy(field("time", 0, 1)).contains("RFC 3339"));
    assert!(remedy(field("level", 0, 1)).contains("logs.fields.timestamp"));
    assert!(remedy(field("time", 1, 1)).contains("timestamp: false"));
}

#[test]
fn what_is_forbidden_is_told_without_its_value() {
    let found = |lines| FoundField { path: "password".into(), lines, first: sample(3, "`a.password`") };
    let facts = LogFacts { forbidden: vec![found(1), found(2)], ..log(9, 9) };
    let first = "the forbidden field `password`; the first is line 3 of stdout: `a.password`";
    let line = |message: String| format!("LOG_FIELD_FORBIDDEN [orders: {message}] orders: {message}");
    let [one, two] = [format!("1 of 9 JSON lines has {first}"), format!("2 of 9 JSON lines have {first}")];
    assert_eq!(told(&facts), [line(one), line(two)]);
}

#[test]
fn a_leak_names_secret_form_place_and_line() {
    let leak = |form: &str, line, times| Leak {
        secret: "the header authorization of POST /orders".into(),
        form: form.into(),
        place: if line == 0 { "spans" } else { "stderr" }.into(),
        line,
        times,
    };
    let found = leaks(
        "orders",
        "orders-service",
        &[leak("base64", 4, 1), leak("plain", 0, 3), leak("unknown", 0, 0)],
    );
    let told: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
    let secret = "orders: the header authorization of POST /orders was given out";
    assert_eq!(
        told,
        [
            format!("{secret} in line 4 of stderr, base64").as_str(),
            format!("{secret} in spans, plain and 3 times in all").as_str(),
            "orders: spans could not be searched for secrets: the header authorization of POST /orders",
        ]
    );
    let first = found.first().unwrap();
    assert_eq!((first.code, first.severity), (Code::LogFieldForbidden, Severity::Error));
    assert_eq!(first.label(), first.message);
    assert_eq!(first.package.as_deref(), Some("orders-service"));
    assert!(leaks("orders", "", &[]).is_empty());
}

#[test]
fn requests_that_are_not_found_are_counted() {
    let asked = |sent, found, first: Option<&str>| {
        let (header, first_missing) = ("x-request-id".into(), first.map(str::to_owned));
        told(&LogFacts { correlation: Some(Correlation { header, sent, found, first_missing }), ..log(9, 9) })
            .join("")
    };
    let label = "LOG_UNCORRELATED [orders: x-request-id] orders:";
    assert_eq!(
        asked(3, 1, Some("POST /orders")),
        format!(
            "{label} the x-request-id of 1 of 3 requests was found in a JSON line; the first that was not is that of `POST /orders`"
        )
    );
    assert_eq!(
        asked(0, 0, None),
        format!("{label} no request was sent with x-request-id, so that none could be looked for in the log")
    );
    assert_eq!(asked(3, 3, None), "");
}
