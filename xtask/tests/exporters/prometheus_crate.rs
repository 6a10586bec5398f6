//! The crate `prometheus`.
use prometheus::{
    Encoder, Gauge, GaugeVec, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, Opts, Registry,
    TextEncoder,
};

use super::super::{Kind, ODD, Part, kinds, read, value};

fn text(registry: &Registry) -> (String, String) {
    let encoder = TextEncoder::new();
    let text = encoder.encode_to_string(&registry.gather()).expect("a text");
    (text, encoder.format_type().to_owned())
}

#[test]
fn nothing_counted_yet() {
    let registry = Registry::new();
    let (empty, content_type) = text(&registry);
    assert_eq!(empty, "");
    assert_eq!(read(&empty, &content_type).families.len(), 0);
}

#[test]
fn counters_gauges_and_histograms() {
    let registry = Registry::new();
    let plain = IntCounter::new("plain_total", "A help\nof \"two\" lines, with \\.").expect("a counter");
    let odd = IntCounterVec::new(Opts::new("odd_total", "Odd."), &["text", "other"]).expect("counters");
    let level = Gauge::new("level", "Level.").expect("a gauge");
    let strange = GaugeVec::new(Opts::new("strange", "Strange."), &["what"]).expect("gauges");
    let buckets = HistogramOpts::new("wait_seconds", "Waiting.").buckets(vec![-1.0, 0.005, 0.5, 1e9]);
    let wait = HistogramVec::new(buckets, &["method"]).expect("histograms");
    for collector in [
        Box::new(plain.clone()) as Box<dyn prometheus::core::Collector>,
        Box::new(odd.clone()),
        Box::new(level.clone()),
        Box::new(strange.clone()),
        Box::new(wait.clone()),
    ] {
        registry.register(collector).expect("registered");
    }
    plain.inc_by(u64::MAX / 2);
    for (number, text) in (1..).zip(ODD) {
        odd.with_label_values(&[text, "x"]).inc_by(number);
    }
    level.set(-1.5e-300);
    for (what, value) in
        [("nan", f64::NAN), ("inf", f64::INFINITY), ("minus", f64::NEG_INFINITY), ("max", f64::MAX)]
    {
        strange.with_label_values(&[what]).set(value);
    }
    for waited in [-2.0, 0.001, 0.4, 3.0, 1e10] {
        wait.with_label_values(&["GET"]).observe(waited);
    }
    wait.with_label_values(&["POST"]).observe(0.5);

    let (text, content_type) = text(&registry);
    let read = read(&text, &content_type);
    assert_eq!(
        kinds(&read),
        [
            ("level", Kind::Gauge),
            ("odd_total", Kind::Counter),
            ("plain_total", Kind::Counter),
            ("strange", Kind::Gauge),
            ("wait_seconds", Kind::Histogram),
        ]
    );
    assert!(read.families.values().all(|family| family.help));
    #[allow(clippy::cast_precision_loss, reason = "as the exporter does")]
    let plain = (u64::MAX / 2) as f64;
    assert_eq!(value(&read.families["plain_total"], Part::Value, &[], None), plain);
    for (number, text) in (1..).zip(ODD) {
        let labels = [("other", "x"), ("text", text)];
        assert_eq!(
            value(&read.families["odd_total"], Part::Value, &labels, None),
            f64::from(number),
            "{text:?}"
        );
    }
    assert_eq!(value(&read.families["level"], Part::Value, &[], None), -1.5e-300);
    let strange = |what| value(&read.families["strange"], Part::Value, &[("what", what)], None);
    assert!(strange("nan").is_nan());
    assert_eq!(
        (strange("inf"), strange("minus"), strange("max")),
        (f64::INFINITY, f64::NEG_INFINITY, f64::MAX)
    );
    let wait = &read.families["wait_seconds"];
    let get = |part, bound| value(wait, part, &[("method", "GET")], bound);
    let bounds = [-1.0, 0.005, 0.5, 1e9, f64::INFINITY];
    assert_eq!(bounds.map(|bound| get(Part::Bucket, Some(bound))), [1.0, 2.0, 3.0, 4.0, 5.0]);
    assert_eq!(get(Part::Count, None), 5.0);
    assert_eq!(get(Part::Sum, None), -2.0 + 0.001 + 0.4 + 3.0 + 1e10);
    assert_eq!(value(wait, Part::Bucket, &[("method", "POST")], Some(0.5)), 1.0);
    assert_eq!(wait.series().count(), 2);
}
