//! What is read of texts that are as they must be, and how much of those that are not.
use super::*;

fn numbers(family: &Family, part: Part) -> Vec<(String, Option<f64>, f64)> {
    let samples = family.samples.iter().filter(|sample| sample.part == part);
    samples.map(|sample| (sample.labels.to_string(), sample.bound, sample.value)).collect()
}

#[test]
fn the_example_of_the_text_format() {
    let read = parse(text::EXAMPLE.as_bytes(), Format::Text);
    let kinds: Vec<_> =
        read.families.iter().map(|(name, family)| (&**name, family.kind, family.help)).collect();
    assert_eq!(
        kinds,
        [
            ("http_request_duration_seconds", Kind::Histogram, true),
            ("http_requests_total", Kind::Counter, true),
            ("metric_without_timestamp_and_labels", Kind::Unknown, false),
            ("msdos_file_access_time_seconds", Kind::Unknown, false),
            ("something_weird", Kind::Unknown, false),
            ("telemetry_requests_metrics_latency_microseconds", Kind::Summary, true),
        ]
    );
    let requests = &read.families["http_requests_total"];
    assert_eq!(
        numbers(requests, Part::Value),
        [
            (r#"{code="200",method="post"}"#.to_owned(), None, 1027.0),
            (r#"{code="400",method="post"}"#.to_owned(), None, 3.0)
        ]
    );
    assert_eq!(requests.samples[0].timestamp, Some(1_395_066_363_000.0));
    assert_eq!((requests.samples[0].line, requests.samples[1].line), (3, 4));
    let escaped = &read.families["msdos_file_access_time_seconds"].samples[0].labels;
    assert_eq!(escaped.get("path"), Some(r"C:\DIR\FILE.TXT"));
    assert_eq!(escaped.get("error"), Some("Cannot find file:\n\"FILE.TXT\""));
    assert_eq!(escaped.get("none"), None);
    let weird = &read.families["something_weird"].samples[0];
    assert_eq!((weird.value, weird.timestamp), (f64::INFINITY, Some(-3_982_045.0)));
    let duration = &read.families["http_request_duration_seconds"];
    let buckets: Vec<_> =
        numbers(duration, Part::Bucket).into_iter().map(|one| (one.1.unwrap(), one.2)).collect();
    assert_eq!(buckets[0], (0.05, 24054.0));
    assert_eq!(buckets[5], (f64::INFINITY, 144_320.0));
    assert_eq!(numbers(duration, Part::Count), [("{}".to_owned(), None, 144_320.0)]);
    assert_eq!(duration.series().count(), 1);
    let latency = &read.families["telemetry_requests_metrics_latency_microseconds"];
    assert_eq!(numbers(latency, Part::Value)[4], ("{}".to_owned(), Some(0.99), 76656.0));
    assert_eq!(numbers(latency, Part::Sum), [("{}".to_owned(), None, 1.756_047_3e7)]);
}

#[test]
fn the_examples_of_openmetrics() {
    let read = parse(openmetrics::TYPES.as_bytes(), Format::OpenMetrics);
    let kinds: Vec<_> =
        read.families.iter().map(|(name, family)| (&**name, family.kind, family.series().count())).collect();
    assert_eq!(
        kinds,
        [
            ("bar", Kind::Summary, 1),
            ("build", Kind::Info, 2),
            ("foo", Kind::Histogram, 1),
            ("none", Kind::Gauge, 0),
            ("points_seconds", Kind::Summary, 2),
            ("queue", Kind::GaugeHistogram, 1),
            ("requests", Kind::Counter, 1),
            ("state", Kind::StateSet, 4),
            ("unknown", Kind::Unknown, 1),
            ("untold_total", Kind::Unknown, 1),
        ]
    );
    assert_eq!((&*read.families["points_seconds"].unit, &*read.families["none"].unit), ("seconds", ""));
    assert_eq!((read.families["requests"].help, read.families["none"].help), (true, false));
    assert_eq!(numbers(&read.families["requests"], Part::Total), [("{}".to_owned(), None, 17.0)]);
    assert_eq!(
        numbers(&read.families["requests"], Part::Created),
        [("{}".to_owned(), None, 1_520_430_000.123)]
    );
    assert_eq!(numbers(&read.families["queue"], Part::Count), [("{}".to_owned(), None, 42.0)]);
    let unknown = &read.families["unknown"].samples[0];
    assert_eq!((unknown.labels.get("a"), unknown.timestamp), (Some("\\x \" \n \\"), Some(-5.0)));
    // Of several points in time the last.
    assert_eq!(read.families["points_seconds"].samples[0].timestamp, Some(456.0));
    assert_eq!(read.families["points_seconds"].samples.len(), 4);
}

#[test]
fn names_in_quotes() {
    let text =
        "# TYPE \"my.metric\" counter\n{\"my.metric\",\"l.x\"=\"v\",b=\"c\"} 1\nplain{\"l.x\"=\"\"} 2\n";
    let read = parse(text.as_bytes(), Format::Text);
    assert_eq!(read.families["my.metric"].kind, Kind::Counter);
    let labels = &read.families["my.metric"].samples[0].labels;
    assert_eq!(labels.iter().collect::<Vec<_>>(), [("b", "c"), ("l.x", "v")]);
    // An empty value is as good as none.
    assert_eq!(read.families["plain"].samples[0].labels.get("l.x"), None);
}

#[test]
fn what_is_wrong_leaves_the_rest() {
    let text = b"a 1\n\xff 2\nb{c=\"\xff\"} 3\nd 4\ne 5 x\n# TYPE f nothing\nf 6\n";
    let read = parse(text, Format::Text);
    let names: Vec<_> = read.families.keys().collect();
    assert_eq!(names, ["a", "d", "f"]);
    let lines: Vec<_> = read.malformed.iter().map(|one| (one.line, &*one.message)).collect();
    assert_eq!(
        lines,
        [
            (2, "the line is not UTF-8"),
            (3, "the line is not UTF-8"),
            (5, "the timestamp `x` is no whole number of milliseconds"),
            (6, "`nothing` is no type of metric in text/plain 0.0.4"),
        ]
    );
}

#[test]
fn complaints_are_counted_and_few_are_kept() {
    let text = "-\n".repeat(100_000);
    let read = parse(text.as_bytes(), Format::Text);
    assert_eq!((read.malformed.len(), read.malformed_total), (20, 100_000));
    assert_eq!((read.malformed[0].line, read.malformed[19].line), (1, 20));
    // No message is as long as what it is about.
    let long = format!("a{{b=\"{}\"}} x\n", "y".repeat(1 << 20));
    assert!(parse(long.replace('"', "'").as_bytes(), Format::Text).malformed[0].message.len() < 300);
}

#[test]
fn memory_is_bounded() {
    use std::fmt::Write as _;
    let mut text = String::new();
    for number in 0..MAX_SAMPLES + 5 {
        let _ = writeln!(text, "a{{b=\"{number}\"}} 1");
    }
    let read = parse(text.as_bytes(), Format::Text);
    assert_eq!(read.families["a"].samples.len(), MAX_SAMPLES);
    assert_eq!(read.malformed_total, 1);
    assert_eq!(read.malformed[0].line, MAX_SAMPLES + 1);
    assert_eq!(read.malformed[0].message, "there are more than 200000 samples: the rest is not read");

    text.clear();
    for number in 0..MAX_SAMPLES + 5 {
        let _ = writeln!(text, "# HELP a{number}");
    }
    let read = parse(text.as_bytes(), Format::Text);
    assert!((MAX_SAMPLES..MAX_SAMPLES + 2).contains(&read.families.len()), "{}", read.families.len());
    assert_eq!(read.malformed[0].message, "there are more than 200000 families: the rest is not read");

    let labels: Vec<String> = (0..1_001).map(|number| format!("l{number}=\"\"")).collect();
    let complaint = ["1: a sample has more than 1000 labels: it is not read"];
    assert_eq!(wrong(&format!("a{{{}}} 1\n", labels.join(",")), Format::Text), complaint);
    fine(Format::Text, &[&format!("a{{{}}} 1\n", labels[1..].join(","))]);
}

#[test]
fn formats_by_content_type() {
    let text = [
        "text/plain",
        "text/plain; version=0.0.4",
        "text/plain; version=0.0.4; charset=utf-8",
        "text/plain; charset=utf-8; version=0.0.4; escaping=values",
        "TEXT/Plain;Version=\"0.0.4\"",
        "text/plain; version=1.0.0; escaping=allow-utf-8",
        " text/plain ;charset=utf-8",
        "text/plain; version=",
        "text/plain; a=\";version=9\"; version=0.0.4",
        "text/plain; a=\"\\\";version=9\"; version=0.0.4",
    ];
    for content_type in text {
        assert_eq!(Format::of(content_type), Some(Format::Text), "{content_type}");
    }
    let openmetrics = [
        "application/openmetrics-text",
        "application/openmetrics-text; version=1.0.0; charset=utf-8",
        "application/openmetrics-text; charset=\"utf-8\"; version=\"1.0.0\"",
        "application/openmetrics-text;version=0.0.1;escaping=underscores",
        "application/openmetrics-text; version=1.1.0",
    ];
    for content_type in openmetrics {
        assert_eq!(Format::of(content_type), Some(Format::OpenMetrics), "{content_type}");
    }
    let neither = [
        "",
        ";",
        "text/html; charset=utf-8",
        "text",
        "application/json",
        "text/plain; version=0.0.5",
        "text/plainer",
        "application/openmetrics-text; version=2.0.0",
        "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited",
        "application/openmetrics-protobuf; version=1.0.0",
    ];
    for content_type in neither {
        assert_eq!(Format::of(content_type), None, "{content_type}");
    }
    assert_eq!(Format::Text.to_string(), "text/plain 0.0.4");
    assert_eq!(Format::OpenMetrics.to_string(), "openmetrics 1.0.0");
}
