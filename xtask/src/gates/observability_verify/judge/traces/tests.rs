use super::findings;
use crate::evidence::services::{Correlation, ServiceSpans, TraceFacts, WantedSpan};

/// What was asked for was seen.
fn fine() -> TraceFacts {
    TraceFacts {
        requests: 2,
        spans: 3,
        examined: 3,
        services: vec![ServiceSpans {
            service: "orders".into(),
            spans: 3,
            names: ["GET /health", "POST /orders", "a", "b", "c", "d", "e"].map(str::to_owned).to_vec(),
        }],
        wanted: vec![WantedSpan { name: Some("POST /orders".into()), found: 2, ..WantedSpan::default() }],
        propagation: Some(Correlation {
            header: "traceparent".into(),
            sent: 2,
            found: 2,
            first_missing: None,
        }),
        ..TraceFacts::default()
    }
}

/// `CODE label: message`, a remedy of its own marked with `!`.
fn told(facts: &TraceFacts) -> Vec<String> {
    let findings = findings("orders", "orders-service", facts);
    let line = |finding: &crate::verdict::Finding| {
        assert_eq!(finding.package.as_deref(), Some("orders-service"));
        assert!(finding.blocks());
        let own = if finding.remedy.is_some() { "!" } else { "" };
        let message = finding.message.strip_prefix("orders: ").expect("the service's name");
        format!("{}{own} {}: {message}", finding.code, finding.label())
    };
    findings.iter().map(line).collect()
}

fn asks(wanted: WantedSpan) -> TraceFacts {
    TraceFacts { wanted: vec![WantedSpan { found: 0, ..wanted }], ..fine() }
}

#[test]
fn what_was_seen_leaves_no_finding() {
    assert_eq!(told(&fine()), [""; 0]);
    assert_eq!(told(&TraceFacts { propagation: None, ..fine() }), [""; 0]);
}

#[test]
fn nothing_at_all_is_one_finding_that_says_what_came_instead() {
    let none = "TRACE_MISSING! orders: traces: it exported no spans: no request came to OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
    let silent = TraceFacts { requests: 0, spans: 0, examined: 0, services: vec![], ..fine() };
    // The number of spans found cannot be right here; that nothing came is said all the same.
    assert_eq!(told(&silent), [none]);
    let remedy = |what: &[&str]| {
        let turned_away = what.iter().map(|what| (*what).to_owned()).collect();
        let facts = TraceFacts { turned_away, ..silent.clone() };
        let findings = findings("orders", "", &facts);
        assert_eq!(findings[0].package, None);
        assert!(findings[0].message.ends_with(&format!("; what came instead: {}", what.join(", "))));
        findings[0].remedy.clone().unwrap()
    };
    assert!(remedy(&["GET /: there is nothing", "HTTP/2, as gRPC does"]).contains("instead of gRPC"));
    assert!(remedy(&["TLS"]).contains("without TLS"));
}

#[test]
fn a_span_that_is_missing_says_what_came_instead() {
    let nearest = asks(WantedSpan {
        service: Some("orders".into()),
        name: Some("PUT /orders".into()),
        attributes: vec!["http.route=/orders".into(), "user".into()],
        nearest: Some("span `x` of `orders`: it has no `user`".into()),
        ..WantedSpan::default()
    });
    assert_eq!(
        told(&nearest),
        [
            "TRACE_MISSING! orders: span PUT /orders: no span `PUT /orders` of the service `orders` with `http.route=/orders`, `user` came; nearest is span `x` of `orders`: it has no `user`"
        ]
    );
    let name = asks(WantedSpan { name: Some("DELETE".into()), ..WantedSpan::default() });
    assert_eq!(
        told(&name),
        [
            "TRACE_MISSING! orders: span DELETE: no span `DELETE` came; the names that came are `GET /health`, `POST /orders`, `a`, `b`, `c` and 2 more"
        ]
    );
    let mut other = asks(WantedSpan { service: Some("billing".into()), ..WantedSpan::default() });
    other.services.insert(0, ServiceSpans { service: String::new(), spans: 1, names: vec!["tick".into()] });
    assert_eq!(
        told(&other),
        [
            "TRACE_MISSING! orders: span of billing: no span of the service `billing` came; the services that came are none (no service.name), `orders`"
        ]
    );
    let mut of = asks(WantedSpan {
        service: Some("orders".into()),
        attributes: vec!["user".into()],
        ..WantedSpan::default()
    });
    of.services.insert(0, ServiceSpans { service: "x".into(), spans: 1, names: vec!["tick".into()] });
    of.services[1].names.truncate(1);
    of.spans = 20_000;
    assert_eq!(
        told(&of),
        [
            "TRACE_MISSING! orders: span with user: no span of the service `orders` with `user` came among the first 3 of 20000 spans; the names that came are `GET /health`"
        ]
    );
    let mut empty = name;
    (empty.spans, empty.examined) = (0, 0);
    assert_eq!(
        told(&empty),
        ["TRACE_MISSING orders: span DELETE: no span `DELETE` came; no span came that could be read"]
    );
}

#[test]
fn asking_for_nothing_is_no_answer() {
    let none = "TRACE_MISSING! orders: traces: no span is asked for, so none was looked for";
    assert_eq!(told(&TraceFacts { wanted: vec![], ..fine() }), [none]);
    let silent = told(&TraceFacts::default());
    assert_eq!((silent.len(), silent[0].as_str()), (2, none));
}

#[test]
fn traces_that_did_not_come_back_are_counted() {
    let look = |sent, found, first_missing: Option<&str>| {
        let first_missing = first_missing.map(str::to_owned);
        told(&TraceFacts {
            propagation: Some(Correlation { header: "traceparent".into(), sent, found, first_missing }),
            ..fine()
        })
    };
    assert_eq!(
        look(3, 1, Some("POST /orders")),
        [
            "TRACE_MISSING! orders: traceparent: of 3 traces sent with a traceparent, 1 came back in a span; the first is that of `POST /orders`"
        ]
    );
    assert_eq!(
        look(1, 0, None),
        ["TRACE_MISSING! orders: traceparent: of 1 trace sent with a traceparent, 0 came back in a span"]
    );
    assert_eq!(
        look(0, 0, None),
        [
            "TRACE_MISSING! orders: traceparent: no request was sent with a traceparent, so no trace could be followed"
        ]
    );
}

#[test]
fn what_could_not_be_read_is_told_once_a_reason() {
    let packed = "it is packed with gzip, which is not supported here";
    let facts = TraceFacts {
        malformed: vec!["a\u{1b}".into(), packed.into(), "a\u{1b}".into()],
        malformed_total: 9,
        ..fine()
    };
    assert_eq!(
        told(&facts),
        [
            r"TRACE_MALFORMED orders: exports of spans: 2 exports of spans could not be read: a\u{1b}"
                .to_owned(),
            format!(
                "TRACE_MALFORMED! orders: exports of spans: 1 export of spans could not be read: {packed}"
            ),
            "TRACE_MALFORMED orders: exports of spans: 6 more exports of spans could not be read".to_owned(),
        ]
    );
    // All that came could not be read: what is asked for is missing as well.
    let only = TraceFacts {
        requests: 0,
        spans: 0,
        malformed_total: 1,
        malformed: vec!["why".into()],
        ..asks(WantedSpan { name: Some("x".into()), ..WantedSpan::default() })
    };
    assert_eq!(
        told(&only),
        [
            "TRACE_MALFORMED orders: exports of spans: 1 export of spans could not be read: why",
            "TRACE_MISSING orders: span x: no span `x` came; no span came that could be read"
        ]
    );
}
