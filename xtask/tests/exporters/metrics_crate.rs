//! The crate `metrics` with `metrics-exporter-prometheus`.
use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};

use super::super::{Exposition, Kind, ODD, Part, kinds, read, value};

/// What the crate's own listener sends.
const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What is written after `work` was done.
fn rendered(builder: PrometheusBuilder, work: impl FnOnce()) -> Exposition {
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    metrics::with_local_recorder(&recorder, work);
    handle.run_upkeep();
    read(&handle.render(), CONTENT_TYPE)
}

#[test]
fn nothing_counted_yet() {
    assert_eq!(rendered(PrometheusBuilder::new(), || ()).families.len(), 0);
}

#[test]
fn counters_and_gauges() {
    let read = rendered(PrometheusBuilder::new().add_global_label("service", "orders"), || {
        describe_counter!("orders_total", Unit::Count, "Orders\nof \"two\" kinds, \\.");
        describe_gauge!("in.flight-now", "Now.");
        for (number, text) in (1..).zip(ODD) {
            counter!("orders_total", "text" => text, "1odd.name" => "x").increment(number);
        }
        gauge!("in.flight-now").set(-2.5);
        gauge!("nan").set(f64::NAN);
        gauge!("inf").set(f64::NEG_INFINITY);
    });
    let name = "in_flight_now";
    assert_eq!(
        kinds(&read),
        [(name, Kind::Gauge), ("inf", Kind::Gauge), ("nan", Kind::Gauge), ("orders_total", Kind::Counter)]
    );
    assert!(read.families["orders_total"].help && !read.families["nan"].help);
    for (number, text) in (1..).zip(ODD) {
        let labels = [("_odd_name", "x"), ("service", "orders"), ("text", text)];
        assert_eq!(
            value(&read.families["orders_total"], Part::Value, &labels, None),
            f64::from(number),
            "{text:?}"
        );
    }
    assert_eq!(read.families["orders_total"].samples.len(), ODD.len());
    assert_eq!(value(&read.families[name], Part::Value, &[("service", "orders")], None), -2.5);
    assert!(value(&read.families["nan"], Part::Value, &[("service", "orders")], None).is_nan());
}

#[test]
fn histograms_as_summaries() {
    let read = rendered(PrometheusBuilder::new(), || {
        describe_histogram!("wait_seconds", Unit::Seconds, "Waiting.");
        for waited in [1.0, 2.0, 3.0] {
            histogram!("wait_seconds", "method" => "GET").record(waited);
        }
        histogram!("wait_seconds", "method" => "POST").record(-4.0);
    });
    assert_eq!(kinds(&read), [("wait_seconds", Kind::Summary)]);
    let wait = &read.families["wait_seconds"];
    assert_eq!(value(wait, Part::Count, &[("method", "GET")], None), 3.0);
    assert_eq!(value(wait, Part::Sum, &[("method", "GET")], None), 6.0);
    assert_eq!(value(wait, Part::Sum, &[("method", "POST")], None), -4.0);
    let median = value(wait, Part::Value, &[("method", "GET")], Some(0.5));
    assert!((median - 2.0).abs() < 0.1, "{median}");
    assert_eq!(wait.series().count(), 2);
}

#[test]
fn histograms_with_buckets_and_unit_suffixes() {
    let builder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("wait".into()), &[0.1, 1.0, 10.0])
        .expect("buckets")
        .with_recommended_naming(true);
    let read = rendered(builder, || {
        describe_histogram!("wait", Unit::Seconds, "Waiting.");
        describe_counter!("sent", Unit::Bytes, "Sent.");
        for waited in [0.05, 0.5, 5.0, 50.0] {
            histogram!("wait").record(waited);
        }
        counter!("sent").increment(7);
        counter!("plain_total").increment(1);
    });
    assert_eq!(
        kinds(&read),
        [
            ("plain_total", Kind::Counter),
            ("sent_bytes_total", Kind::Counter),
            ("wait_seconds", Kind::Histogram)
        ]
    );
    let wait = &read.families["wait_seconds"];
    let bounds = [0.1, 1.0, 10.0, f64::INFINITY];
    assert_eq!(bounds.map(|bound| value(wait, Part::Bucket, &[], Some(bound))), [1.0, 2.0, 3.0, 4.0]);
    assert_eq!((value(wait, Part::Count, &[], None), value(wait, Part::Sum, &[], None)), (4.0, 55.55));
    assert_eq!(value(&read.families["sent_bytes_total"], Part::Value, &[], None), 7.0);
}
