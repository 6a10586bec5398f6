//! Families that the settings ask for, in readings of both formats.

use super::*;
use crate::evidence::services::WantedFamily;
use crate::settings::services::Family as Asked;

const TEXT: &str = "text/plain; version=0.0.4";
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

fn read(text: &str, content_type: &str) -> Exposition {
    let (scrape, read) = scrape(text.as_bytes(), content_type);
    assert_eq!((scrape.problem, scrape.malformed), (None, vec![]), "{text}");
    read.expect("an exposition")
}

/// Two readings, with none before them and none between.
fn of<'a>(before: Option<&'a Exposition>, after: Option<&'a Exposition>) -> Readings<'a> {
    Readings { before, after, ..Readings::default() }
}

fn asked(name: &str) -> Asked {
    Asked { name: name.into(), ..Asked::default() }
}

fn choosing(name: &str, series: &[(&str, &str)]) -> Asked {
    let series = series.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Asked { series, ..asked(name) }
}

const ORDERS: &str = r#"# TYPE http_requests_total counter
http_requests_total{method="GET",status="200"} 3
http_requests_total{method="POST",status="201"} 4
http_requests_total{method="POST",status="409",why="stock"} 5
# TYPE http_request_duration_seconds histogram
http_request_duration_seconds_bucket{method="GET",le="0.5"} 2
http_request_duration_seconds_bucket{method="GET",le="+Inf"} 3
http_request_duration_seconds_sum{method="GET"} 1.5
http_request_duration_seconds_count{method="GET"} 3
http_request_duration_seconds_bucket{method="POST",le="0.5"} 1
http_request_duration_seconds_bucket{method="POST",le="+Inf"} 9
http_request_duration_seconds_sum{method="POST"} 20
http_request_duration_seconds_count{method="POST"} 9
# TYPE size_bytes summary
size_bytes{quantile="0.5"} 7
size_bytes{quantile="0.9"} 8
size_bytes_sum 100
size_bytes_count 11
# TYPE in_flight gauge
in_flight -2
# TYPE empty counter
untold 1
"#;

const ORDERS_OPENMETRICS: &str = r#"# TYPE http_requests counter
http_requests_total{method="GET"} 3
http_requests_created{method="GET"} 1605281325.0
http_requests_total{method="POST"} 4
http_requests_created{method="POST"} 1605281325.0
# TYPE wait_seconds histogram
# UNIT wait_seconds seconds
wait_seconds_bucket{le="1.0"} 6
wait_seconds_bucket{le="+Inf"} 8
# TYPE queue gaugehistogram
queue_bucket{le="+Inf"} 2
queue_gcount 2
queue_gsum 3
# TYPE build info
build_info{version="1"} 1
# EOF
"#;

/// The sum after, for each name and choice.
#[track_caller]
fn sums(text: &str, content_type: &str, cases: &[(Asked, Option<f64>)]) {
    let after = read(text, content_type);
    for (family, expected) in cases {
        let facts = look_for(family, &of(None, Some(&after)));
        assert_eq!(facts.after, *expected, "{family:?}");
        assert_eq!(facts.found, expected.is_some(), "{family:?}");
        assert_eq!(look_for(family, &of(Some(&after), None)).before, *expected, "{family:?}");
    }
}

#[test]
fn chosen_series_are_summed() {
    sums(
        ORDERS,
        TEXT,
        &[
            (asked("http_requests_total"), Some(12.0)),
            // As OpenMetrics calls it.
            (asked("http_requests"), Some(12.0)),
            (choosing("http_requests_total", &[("method", "POST")]), Some(9.0)),
            (choosing("http_requests_total", &[("method", "POST"), ("status", "201")]), Some(4.0)),
            (choosing("http_requests_total", &[("method", "PUT")]), None),
            (choosing("http_requests_total", &[("why", "")]), Some(7.0)),
            (asked("http_request_duration_seconds"), Some(12.0)),
            (asked("http_request_duration_seconds_count"), Some(12.0)),
            (asked("http_request_duration_seconds_sum"), Some(21.5)),
            (asked("http_request_duration_seconds_bucket"), Some(12.0)),
            (choosing("http_request_duration_seconds", &[("method", "POST")]), Some(9.0)),
            (choosing("http_request_duration_seconds", &[("le", "0.50")]), Some(3.0)),
            (
                choosing("http_request_duration_seconds_bucket", &[("le", "0.5"), ("method", "GET")]),
                Some(2.0),
            ),
            (choosing("http_request_duration_seconds_bucket", &[("le", "0.7")]), None),
            (choosing("http_request_duration_seconds_bucket", &[("le", "fast")]), None),
            (asked("size_bytes"), Some(11.0)),
            (asked("size_bytes_sum"), Some(100.0)),
            (choosing("size_bytes", &[("quantile", "0.9")]), Some(8.0)),
            (asked("in_flight"), Some(-2.0)),
            (asked("untold"), Some(1.0)),
            (asked("empty"), None),
            (asked("http"), None),
            (asked("in_flight_total"), None),
        ],
    );
    sums(
        ORDERS_OPENMETRICS,
        OPENMETRICS,
        &[
            (asked("http_requests"), Some(7.0)),
            (asked("http_requests_total"), Some(7.0)),
            (choosing("http_requests_total", &[("method", "GET")]), Some(3.0)),
            (asked("http_requests_created"), Some(2.0 * 1_605_281_325.0)),
            // Without a count, the bucket of all.
            (asked("wait_seconds"), Some(8.0)),
            (asked("queue"), Some(2.0)),
            (asked("queue_gsum"), Some(3.0)),
            (asked("build"), Some(1.0)),
            (asked("build_info"), Some(1.0)),
        ],
    );
}

#[test]
fn what_it_is_and_what_it_lacks() {
    let after = read(ORDERS, TEXT);
    let family = Asked {
        kind: Some("gauge".into()),
        unit: Some("seconds".into()),
        labels: vec!["method".into(), "status".into(), "why".into(), "le".into()],
        increases: true,
        ..choosing("http_requests_total", &[("method", "POST")])
    };
    let facts = look_for(&family, &of(None, Some(&after)));
    let expected = WantedFamily {
        name: "http_requests_total".into(),
        kind: Some("gauge".into()),
        unit: Some("seconds".into()),
        labels: family.labels.clone(),
        series: vec!["method=POST".into()],
        increases: true,
        found: true,
        found_kind: "counter".into(),
        found_unit: String::new(),
        missing_labels: vec!["why".into(), "le".into()],
        before: None,
        after: Some(9.0),
        nearest: None,
        by_reading: 0.0,
    };
    assert_eq!(facts, expected);
    // A bound is a label too.
    let family =
        Asked { labels: vec!["le".into(), "method".into()], ..asked("http_request_duration_seconds") };
    assert_eq!(look_for(&family, &of(None, Some(&after))).missing_labels, Vec::<String>::new());
    let declared = look_for(&asked("empty"), &of(None, Some(&after)));
    assert_eq!((declared.found, &*declared.found_kind, declared.nearest), (false, "counter", None));
    assert_eq!(look_for(&asked("untold"), &of(None, Some(&after))).found_kind, "untyped");
}

#[test]
fn units_are_stated_or_stand_in_the_name() {
    let unit = |name: &str, unit: &str, text: &str, content_type: &str| {
        let family = Asked { unit: Some(unit.into()), ..asked(name) };
        look_for(&family, &of(None, Some(&read(text, content_type)))).found_unit
    };
    assert_eq!(unit("wait_seconds", "seconds", ORDERS_OPENMETRICS, OPENMETRICS), "seconds");
    assert_eq!(unit("wait_seconds", "bytes", ORDERS_OPENMETRICS, OPENMETRICS), "seconds");
    assert_eq!(unit("size_bytes", "bytes", ORDERS, TEXT), "bytes");
    assert_eq!(unit("size_bytes", "ytes", ORDERS, TEXT), "");
    assert_eq!(unit("size_bytes", "seconds", ORDERS, TEXT), "");
    assert_eq!(
        unit("cpu_seconds_total", "seconds", "# TYPE cpu_seconds_total counter\ncpu_seconds_total 1\n", TEXT),
        "seconds"
    );
}

#[test]
fn a_name_that_was_meant() {
    let after = read(ORDERS, TEXT);
    let near = |name: &str| look_for(&asked(name), &of(None, Some(&after))).nearest;
    assert_eq!(near("http_request_total").as_deref(), Some("http_requests_total"));
    assert_eq!(near("orders_shipped"), None);
    // Names from outside are not compared at any length.
    let long = "x".repeat(100_000);
    let text = format!("{long} 1\n");
    let asked = asked(&format!("{long}y"));
    assert_eq!(look_for(&asked, &of(None, Some(&read(&text, TEXT)))).nearest, None);
}

#[test]
fn increases_or_not() {
    let cases = [
        // Before, after, whether it increased.
        ("# TYPE a counter\na 1\n", "# TYPE a counter\na 2\n", true),
        ("# TYPE a counter\na 1\n", "# TYPE a counter\na 1\n", false),
        ("# TYPE a counter\na 2\n", "# TYPE a counter\na 1\n", false),
        ("# TYPE a counter\na{b=\"c\"} 1\n", "# TYPE a counter\na{b=\"c\"} 1\na{b=\"d\"} 1\n", true),
        ("", "# TYPE a counter\na 1\n", true),
        ("", "# TYPE a counter\na 0\n", false),
        ("", "# TYPE a summary\na_count 1\n", true),
        ("", "# TYPE a gauge\na 1\n", false),
        ("", "a 1\n", false),
        ("# TYPE a gauge\na 1\n", "# TYPE a gauge\na 1.5\n", true),
        ("# TYPE a gauge\na 1\n", "# TYPE a gauge\na NaN\n", false),
        ("# TYPE a gauge\na NaN\n", "# TYPE a gauge\na 1\n", false),
        ("# TYPE a counter\na 1\n", "", false),
    ];
    for (before, after, expected) in cases {
        let family = Asked { increases: true, ..asked("a") };
        let (before, after) = (read(before, TEXT), read(after, TEXT));
        let facts = look_for(&family, &of(Some(&before), Some(&after)));
        assert_eq!(increased(&facts), expected, "{facts:?}");
        let both = [family, Asked { name: "a".into(), ..Asked::default() }];
        assert_eq!(settled(&both, &of(Some(&before), Some(&after))), expected, "{facts:?}");
    }
}

#[test]
fn settled_when_all_is_there() {
    let (before, after) = (read("# TYPE a counter\na 1\n", TEXT), read("# TYPE a counter\na 2\n", TEXT));
    let increasing = Asked { increases: true, ..asked("a") };
    assert!(settled(&[increasing.clone(), asked("a")], &of(Some(&before), Some(&after))));
    assert!(!settled(&[increasing.clone(), asked("b")], &of(Some(&before), Some(&after))));
    assert!(!settled(&[asked("b"), increasing.clone()], &of(Some(&before), Some(&after))));
    assert!(settled(&[asked("a")], &of(Some(&after), Some(&after))));
    assert!(!settled(std::slice::from_ref(&increasing), &of(Some(&after), Some(&after))));
    assert!(!settled(&[increasing], &of(Some(&before), None)));
}

#[test]
fn a_reading_summed_up() {
    let (facts, _) = scrape(ORDERS.as_bytes(), TEXT);
    assert_eq!((&*facts.format, facts.bytes), ("text/plain 0.0.4", ORDERS.len() as u64));
    let families: Vec<_> =
        facts.families.iter().map(|one| format!("{} {} {}", one.name, one.kind, one.series)).collect();
    assert_eq!(
        families,
        [
            "empty counter 0",
            "http_request_duration_seconds histogram 2",
            "http_requests_total counter 3",
            "in_flight gauge 1",
            "size_bytes summary 1",
            "untold untyped 1",
        ]
    );
    assert_eq!(facts.families_total, 6);
    let (facts, _) = scrape(ORDERS_OPENMETRICS.as_bytes(), OPENMETRICS);
    assert_eq!(facts.format, "openmetrics 1.0.0");
    assert_eq!((&*facts.families[3].name, &*facts.families[3].unit), ("wait_seconds", "seconds"));
    let (facts, read) = scrape(b"a 1\nb x\na 2\n", TEXT);
    assert_eq!((facts.malformed.len(), facts.malformed_total, facts.malformed[0].line), (2, 2, 2));
    assert_eq!(read.expect("what could be read").families.len(), 1);
    assert_eq!(scrape(b"", TEXT).0.problem, None);
}

#[test]
fn of_many_families_the_largest_are_named() {
    let small = (0..1_500).map(|number| format!("a{number:04} 1\n"));
    let large = (0..300).map(|number| format!("zzz{{id=\"{number}\",kind=\"{}\"}} 1\n", number % 3));
    let text: String = small.chain(large).collect();
    let (facts, _) = scrape(text.as_bytes(), TEXT);
    assert_eq!((facts.families.len(), facts.families_total), (1_000, 1_501));
    assert!(facts.families.is_sorted_by(|a, b| a.name < b.name));
    let last = facts.families.last().expect("families");
    assert_eq!((&*last.name, last.series), ("zzz", 300));
    assert_eq!(last.widest, Some(WidestLabel { name: "id".into(), values: 300 }));
    assert_eq!(facts.families[0].widest, None);
}

#[test]
fn what_is_no_exposition() {
    let problem = |body: &str, content_type: &str| {
        let (facts, read) = scrape(body.as_bytes(), content_type);
        assert!(read.is_none());
        assert_eq!(facts.format, "");
        assert_eq!(facts.bytes, body.len() as u64);
        facts.problem.expect("a problem")
    };
    let expected = "expected `text/plain; version=0.0.4` or `application/openmetrics-text; version=1.0.0; charset=utf-8`";
    assert_eq!(
        problem("a 1\n", ""),
        format!("the answer has no content type, and Prometheus 3 refuses it: {expected}")
    );
    assert_eq!(
        problem("{}", "application/json"),
        format!("the answer has the content type `application/json`: {expected}")
    );
    let page = "the answer is a page of HTML or XML (content type";
    assert_eq!(
        problem("\n <!DOCTYPE html>", "text/html; charset=utf-8"),
        format!("{page} `text/html; charset=utf-8`), and no metrics: {expected}")
    );
    assert_eq!(problem("<html>", TEXT), format!("{page} `{TEXT}`), and no metrics: {expected}"));
}

#[test]
fn what_the_readings_count_of_themselves_is_no_increase() {
    let counter = |value: &str| read(&format!("# TYPE a counter\n{value}"), TEXT);
    let family = Asked { increases: true, ..asked("a") };
    // The first two, the third, the last, how many followed the third, and whether the exercise moved it.
    let cases = [
        (["a 1\n", "a 2\n", "a 3\n"], "a 7\n", 4, false),
        (["a 1\n", "a 2\n", "a 3\n"], "a 8\n", 4, true),
        // Nothing was there at first.
        (["", "a 1\n", "a 2\n"], "a 3\n", 1, false),
        // A request of before was counted late, and is no step of a reading.
        (["a 1\n", "a 3\n", "a 4\n"], "a 7\n", 2, true),
        (["a 1\n", "a 1\n", "a 1\n"], "a 2\n", 9, true),
        (["a 1\n", "a 0\n", "a 1\n"], "a 2\n", 9, true),
    ];
    for ([first, second, third], last, since, expected) in cases {
        let [first, second, third, last] = [first, second, third, last].map(counter);
        let readings = Readings {
            earlier: [Some(&first), Some(&second)],
            before: Some(&third),
            after: Some(&last),
            since,
        };
        let facts = look_for(&family, &readings);
        assert_eq!(increased(&facts), expected, "{facts:?}");
        assert_eq!(settled(std::slice::from_ref(&family), &readings), expected);
    }
}
