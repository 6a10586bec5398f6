use super::{Sent, facts, settled, traceparent};
use crate::evidence::services::WantedSpan;
use crate::gates::observability_verify::otlp::SpanData;
use crate::gates::observability_verify::receiver::Received;
use crate::settings::services::{Span, Traces};

fn span(service: &str, name: &str, trace: u8, attributes: &[(&str, &str)]) -> SpanData {
    SpanData {
        service: service.into(),
        name: name.into(),
        trace_id: [trace; 16],
        attributes: attributes.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
        ..SpanData::default()
    }
}

fn received(spans: Vec<SpanData>) -> Received {
    let mut received = Received::default();
    received.spans(spans);
    received
}

fn orders() -> Received {
    received(vec![
        span("orders", "POST /orders", 1, &[("http.route", "/orders"), ("status", "201")]),
        span("orders", "POST /orders", 2, &[("http.route", "/orders"), ("status", "400"), ("error", "true")]),
        span("orders", "SELECT", 2, &[("db", "pg")]),
        span("", "tick", 3, &[]),
    ])
}

/// `name`, or `name=value`.
fn wanted(service: Option<&str>, name: Option<&str>, attributes: &[&str]) -> Span {
    let attribute = |text: &&str| match text.split_once('=') {
        Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
        None => ((*text).to_owned(), None),
    };
    Span {
        service: service.map(str::to_owned),
        name: name.map(str::to_owned),
        attributes: attributes.iter().map(attribute).collect(),
    }
}

fn look(wanted: Span) -> WantedSpan {
    let settings = Traces { spans: vec![wanted], propagates: false };
    let mut facts = facts(&settings, &orders(), &Sent::default());
    assert_eq!(facts.wanted[0].found > 0, settled(&settings, &orders(), &Sent::default()));
    assert!(facts.wanted[0].found == 0 || facts.wanted[0].nearest.is_none());
    facts.wanted.remove(0)
}

#[test]
fn a_span_is_found_by_all_that_is_asked_for() {
    for (span, found) in [
        (wanted(None, None, &[]), 4),
        (wanted(Some("orders"), None, &[]), 3),
        (wanted(Some(""), None, &[]), 1),
        (wanted(None, Some("POST /orders"), &[]), 2),
        (wanted(None, None, &["http.route"]), 2),
        (wanted(Some("orders"), Some("POST /orders"), &["http.route=/orders", "status=201"]), 1),
        (wanted(Some("orders"), Some("POST /orders"), &["http.route", "error"]), 1),
        (wanted(Some("orders"), Some("SELECT"), &["http.route"]), 0),
        (wanted(Some("billing"), Some("POST /orders"), &[]), 0),
        (wanted(Some("orders"), Some("post /orders"), &[]), 0),
        (wanted(None, None, &["status=20"]), 0),
    ] {
        assert_eq!(look(span.clone()).found, found, "{span:?}");
    }
    let told = look(wanted(Some("orders"), Some("SELECT"), &["db=pg", "a"]));
    assert_eq!(told.service.as_deref(), Some("orders"));
    assert_eq!((told.name.as_deref(), told.attributes), (Some("SELECT"), vec!["a".into(), "db=pg".into()]));
}

#[test]
fn the_nearest_span_says_what_it_lacks() {
    let near = |service, name, attributes: &[&str]| look(wanted(service, name, attributes)).nearest;
    let told = |text: &str| Some(text.to_owned());
    assert_eq!(
        near(Some("orders"), Some("POST /orders"), &["http.route=/orders", "status=500", "error", "user"]),
        told("span `POST /orders` of `orders`: `status` is `400`, not `500`; it has no `user`")
    );
    assert_eq!(
        near(Some("billing"), Some("POST /orders"), &[]),
        told("span `POST /orders` of `orders`: its service is not `billing`")
    );
    assert_eq!(
        near(None, Some("POST /order"), &[]),
        told("span `POST /orders` of `orders`: its name is not `POST /order`")
    );
    assert_eq!(
        near(Some("orders"), Some("query"), &["db=pg"]),
        told("span `SELECT` of `orders`: its name is not `query`")
    );
    assert_eq!(
        near(Some(""), None, &["a", "b", "c", "d", "e", "f"]),
        told(
            "span `tick` of no service.name: it has no `a`; it has no `b`; it has no `c`; it has no `d`; 2 more"
        )
    );
    // Of two that are as near, the first.
    assert_eq!(
        near(None, Some("POST /orders"), &["status=500"]),
        told("span `POST /orders` of `orders`: `status` is `201`, not `500`")
    );
    assert_eq!(near(None, Some("GET /nothing/like/it"), &["none"]), None);
    assert_eq!(near(Some("billing"), None, &[]), None);
    assert_eq!(near(None, Some("SELECT"), &[]), None, "it was found");
}

#[test]
fn everything_that_came_is_told() {
    let mut came = orders();
    came.total = 99;
    came.malformed("why");
    came.malformed_total = 7;
    came.turn_away("TLS");
    let facts = facts(&Traces::default(), &came, &Sent::default());
    assert_eq!((facts.requests, facts.spans, facts.examined), (1, 99, 4));
    let services: Vec<_> =
        facts.services.iter().map(|one| (one.service.as_str(), one.spans, one.names.join(","))).collect();
    assert_eq!(services, [("", 1, "tick".into()), ("orders", 3, "POST /orders,SELECT".into())]);
    assert_eq!((facts.malformed, facts.malformed_total), (vec!["why".to_owned()], 7));
    assert_eq!((facts.turned_away, facts.propagation), (vec!["TLS".to_owned()], None));
}

#[test]
fn each_trace_that_was_sent_must_come_back() {
    let settings = Traces { spans: vec![wanted(None, Some("SELECT"), &[])], propagates: true };
    let sent = |traces: &[(&str, &str)]| Sent {
        traces: traces.iter().map(|(trace, step)| (trace.repeat(16), (*step).into())).collect(),
        window: None,
    };
    let look = |sent: &Sent| {
        let propagation = facts(&settings, &orders(), sent).propagation.unwrap();
        assert_eq!(propagation.header, "traceparent");
        let all = propagation.found == propagation.sent && propagation.sent > 0;
        assert_eq!(settled(&settings, &orders(), sent), all);
        (propagation.sent, propagation.found, propagation.first_missing)
    };
    assert_eq!(look(&sent(&[("01", "a"), ("02", "b"), ("02", "b")])), (2, 2, None));
    let some = look(&sent(&[("01", "a"), ("04", "b"), ("05", "c")]));
    assert_eq!(some, (3, 1, Some("b".into())));
    assert_eq!(look(&sent(&[("1", "short"), ("zz", "none")])), (2, 0, Some("short".into())));
    assert_eq!(look(&sent(&[])), (0, 0, None));
    let elsewhere = Traces { spans: vec![wanted(None, Some("DELETE"), &[])], propagates: true };
    assert!(!settled(&elsewhere, &orders(), &sent(&[("01", "a")])));
}

#[test]
fn a_traceparent_is_valid() {
    let random: Vec<u8> = (0xa0..0xb8).collect();
    let (header, trace) = traceparent(random.try_into().unwrap());
    assert_eq!(trace, "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf");
    assert_eq!(header, format!("00-{trace}-b0b1b2b3b4b5b6b7-01"));
    let (header, trace) = traceparent([0; 24]);
    assert_eq!((header.len(), trace.len()), (55, 32));
    assert!(header.split('-').skip(1).take(2).all(|id| id.contains('1')), "no id is all zero: {header}");
    // What is sent is found again in what comes back.
    let spans = received(vec![SpanData {
        trace_id: u128::from_str_radix(&trace, 16).unwrap().to_be_bytes(),
        ..span("", "", 0, &[])
    }]);
    let settings = Traces { spans: Vec::new(), propagates: true };
    assert!(settled(&settings, &spans, &Sent { traces: vec![(trace, "step".into())], window: None }));
}

#[test]
fn a_span_of_another_request_is_none_of_the_exercise() {
    let at = |start: u64, trace: u8| SpanData { start, ..span("orders", "GET", trace, &[]) };
    let settings = |propagates| Traces { spans: vec![wanted(None, Some("GET"), &[])], propagates };
    let sent = Sent { traces: vec![("02".repeat(16), "step".into())], window: Some((10, 20)) };
    for (spans, propagates, found) in [
        (vec![at(9, 1), at(21, 1), at(0, 1)], false, 0),
        (vec![at(10, 1), at(15, 1), at(20, 1), at(30, 1)], false, 3),
        // A trace that was sent is proof whenever it began, and nothing else is.
        (vec![at(15, 1)], true, 0),
        (vec![at(30, 2)], true, 1),
    ] {
        let received = received(spans);
        let told = facts(&settings(propagates), &received, &sent).wanted.remove(0);
        assert_eq!(told.found, found);
        assert_eq!(settled(&settings(propagates), &received, &sent), found > 0);
        let elsewhere = told.nearest.unwrap_or_default();
        assert_eq!(elsewhere.contains("not of the exercise"), found == 0, "{elsewhere}");
    }
}
