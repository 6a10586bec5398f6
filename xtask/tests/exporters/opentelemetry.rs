//! OpenTelemetry with `opentelemetry-prometheus`.
use opentelemetry::metrics::MeterProvider as _;
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use prometheus::{Encoder, Registry, TextEncoder};

use super::super::{Kind, ODD, Part, kinds, read, value};

#[test]
fn units_scope_and_target() {
    let registry = Registry::new();
    let exporter =
        opentelemetry_prometheus::exporter().with_registry(registry.clone()).build().expect("an exporter");
    let resource = Resource::builder_empty()
        .with_attributes([KeyValue::new("service.name", "orders"), KeyValue::new("odd", ODD[3])])
        .build();
    let provider = SdkMeterProvider::builder().with_reader(exporter).with_resource(resource).build();
    let scope = InstrumentationScope::builder("orders.http").with_version("1.2").build();
    let meter = provider.meter_with_scope(scope);
    let requests = meter.u64_counter("http.requests").with_description("Requests\nof \"all\" kinds.").build();
    let sent = meter.f64_counter("sent").with_unit("By").build();
    let wait = meter.f64_histogram("wait").with_unit("s").with_boundaries(vec![0.1, 1.0]).build();
    let flight = meter.i64_up_down_counter("in.flight").build();
    let level = meter.f64_gauge("level").with_unit("1").build();
    for (number, text) in (1..).zip(ODD) {
        requests.add(number, &[KeyValue::new("odd.text", text)]);
    }
    sent.add(1.5, &[]);
    for waited in [0.05, 0.5, 5.0] {
        wait.record(waited, &[KeyValue::new("method", "GET")]);
    }
    flight.add(-3, &[]);
    level.record(0.25, &[]);

    let encoder = TextEncoder::new();
    let text = encoder.encode_to_string(&registry.gather()).expect("a text");
    let read = read(&text, encoder.format_type());
    assert_eq!(
        kinds(&read),
        [
            ("http_requests_total", Kind::Counter),
            ("in_flight", Kind::Gauge),
            ("level_ratio", Kind::Gauge),
            ("sent_bytes_total", Kind::Counter),
            ("target_info", Kind::Gauge),
            ("wait_seconds", Kind::Histogram),
        ],
        "{text}"
    );
    let scope = [("otel_scope_name", "orders.http"), ("otel_scope_version", "1.2")];
    for (number, text) in (1..).zip(ODD) {
        let labels = [("odd_text", text), scope[0], scope[1]];
        let family = &read.families["http_requests_total"];
        assert_eq!(value(family, Part::Value, &labels, None), f64::from(number), "{text:?}");
    }
    let wait = |part, bound| {
        value(&read.families["wait_seconds"], part, &[("method", "GET"), scope[0], scope[1]], bound)
    };
    assert_eq!([0.1, 1.0, f64::INFINITY].map(|bound| wait(Part::Bucket, Some(bound))), [1.0, 2.0, 3.0]);
    assert_eq!((wait(Part::Count, None), wait(Part::Sum, None)), (3.0, 5.55));
    assert_eq!(value(&read.families["sent_bytes_total"], Part::Value, &scope, None), 1.5);
    assert_eq!(value(&read.families["in_flight"], Part::Value, &scope, None), -3.0);
    assert_eq!(value(&read.families["level_ratio"], Part::Value, &scope, None), 0.25);
    let target = [("odd", ODD[3]), ("service_name", "orders")];
    assert_eq!(value(&read.families["target_info"], Part::Value, &target, None), 1.0);
}
