//! What is said of the facts.

use super::*;
use crate::evidence::services::{Family, Malformed, WidestLabel};
use crate::verdict::Severity;

fn reading(families: &[(&str, usize)]) -> Scrape {
    let family = |(name, series): &(&str, usize)| Family {
        name: (*name).into(),
        kind: "counter".into(),
        series: *series,
        ..Family::default()
    };
    Scrape {
        format: "text/plain 0.0.4".into(),
        families: families.iter().map(family).collect(),
        families_total: families.len(),
        ..Scrape::default()
    }
}

fn wanted() -> WantedFamily {
    WantedFamily {
        name: "orders_total".into(),
        kind: Some("counter".into()),
        increases: true,
        found: true,
        found_kind: "counter".into(),
        before: Some(1.0),
        after: Some(4.0),
        ..WantedFamily::default()
    }
}

fn facts() -> MetricFacts {
    let reading = reading(&[("orders_total", 3)]);
    MetricFacts {
        path: "/metrics".into(),
        before: reading.clone(),
        after: reading,
        wanted: vec![wanted()],
        max_series: 100,
    }
}

/// `CODE message` of each finding, which all bear service and package.
fn told(facts: &MetricFacts) -> Vec<String> {
    let findings = findings("orders", "orders-service", facts);
    for finding in &findings {
        assert_eq!(finding.severity, Severity::Error);
        assert_eq!(finding.package.as_deref(), Some("orders-service"));
        assert!(finding.label.as_ref().is_some_and(|label| label.starts_with("orders: ")), "{finding:?}");
        assert!(finding.message.starts_with("orders: ") && !finding.message.contains('\n'), "{finding:?}");
    }
    findings.iter().map(|one| format!("{} {}", one.code, one.message)).collect()
}

/// What is said with one family changed.
fn of_family(change: impl FnOnce(&mut WantedFamily)) -> Vec<String> {
    let mut facts = facts();
    change(&mut facts.wanted[0]);
    told(&facts)
}

#[test]
fn nothing_where_all_is_as_asked() {
    assert_eq!(told(&facts()), Vec::<String>::new());
    // Two words for one thing.
    assert_eq!(
        of_family(|family| {
            family.kind = Some("unknown".into());
            family.found_kind = "untyped".into();
        }),
        Vec::<String>::new()
    );
    assert_eq!(of_family(|family| family.before = None), Vec::<String>::new());
}

#[test]
fn labels_name_the_service_and_say_what_is_wrong() {
    let mut facts = facts();
    facts.wanted[0].found = false;
    let label = "orders: the metric `orders_total` is declared and has no series";
    assert_eq!(findings("orders", "", &facts)[0].label.as_deref(), Some(label));
    assert_eq!(findings("orders", "", &facts)[0].package, None);
}

#[test]
fn missing() {
    let absent = |family: &mut WantedFamily| {
        (family.found, family.found_kind, family.after) = (false, String::new(), None);
    };
    assert_eq!(
        of_family(absent),
        ["METRIC_MISSING orders: there is no metric `orders_total` among the 1 of `/metrics`"]
    );
    assert_eq!(
        of_family(|family| {
            absent(family);
            family.nearest = Some("order_total".into());
        }),
        ["METRIC_MISSING orders: there is no metric `orders_total`; the nearest is `order_total`"]
    );
    let mut none = facts();
    absent(&mut none.wanted[0]);
    none.after = reading(&[]);
    assert_eq!(
        told(&none),
        ["METRIC_MISSING orders: there is no metric `orders_total`: `/metrics` lists none at all"]
    );
    assert_eq!(
        of_family(|family| (family.found, family.after) = (false, None)),
        ["METRIC_MISSING orders: the metric `orders_total` is declared and has no series"]
    );
    assert_eq!(
        of_family(|family| {
            (family.found, family.after) = (false, None);
            family.series = vec!["method=POST".into(), "status=201".into()];
        }),
        [
            "METRIC_MISSING orders: the metric `orders_total` is there, and none of its series has `method=POST, status=201`"
        ]
    );
}

#[test]
fn other_than_asked_for() {
    let all = of_family(|family| {
        family.kind = Some("histogram".into());
        family.unit = Some("seconds".into());
        family.missing_labels = vec!["route".into(), "status".into()];
        family.series = vec!["method=POST".into()];
    });
    assert_eq!(
        all,
        [
            "METRIC_MISSING orders: the metric `orders_total` has the type `counter`, and must have the type `histogram`",
            "METRIC_MISSING orders: the metric `orders_total` states no unit, and its name does not end with it: it must have the unit `seconds`",
            "METRIC_MISSING orders: a series of `orders_total` with `method=POST` lacks the labels `route`, `status`, or has it empty",
        ]
    );
    let others = of_family(|family| {
        family.found_kind = "untyped".into();
        family.unit = Some("seconds".into());
        family.found_unit = "bytes".into();
        family.missing_labels = vec!["route".into()];
    });
    assert_eq!(
        others,
        [
            "METRIC_MISSING orders: the metric `orders_total` states no type, and must have the type `counter`",
            "METRIC_MISSING orders: the metric `orders_total` has the unit `bytes`: it must have the unit `seconds`",
            "METRIC_MISSING orders: a series of `orders_total` lacks the label `route`, or has it empty",
        ]
    );
}

#[test]
fn stuck() {
    let went = |before: Option<f64>, after: f64, kind: &str| {
        of_family(|family| {
            family.kind = None;
            (family.before, family.after, family.found_kind) = (before, Some(after), kind.into());
        })
    };
    assert_eq!(
        went(Some(3.0), 3.0, "counter"),
        ["METRIC_STUCK orders: `orders_total` stood still at 3 while the service was exercised"]
    );
    assert_eq!(
        went(Some(5.0), 2.5, "counter"),
        ["METRIC_STUCK orders: `orders_total` fell from 5 to 2.5 while the service was exercised"]
    );
    assert_eq!(
        went(None, 0.0, "histogram"),
        ["METRIC_STUCK orders: `orders_total` came with the exercise and counted nothing: it is 0"]
    );
    assert_eq!(
        went(None, 7.0, "gauge"),
        [
            "METRIC_STUCK orders: `orders_total` was not there before the exercise and is 7 after it: a gauge need not begin at 0, so that nothing shows an increase"
        ]
    );
    assert_eq!(
        went(Some(1.0), f64::NAN, "gauge"),
        ["METRIC_STUCK orders: `orders_total` went from 1 to NaN, which is no increase"]
    );
    assert_eq!(
        went(Some(1e300), 1e300, "counter"),
        ["METRIC_STUCK orders: `orders_total` stood still at 1e300 while the service was exercised"]
    );
    let mut facts = facts();
    let second = WantedFamily { increases: false, after: Some(1.0), ..wanted() };
    facts.wanted.push(second);
    assert_eq!(told(&facts), Vec::<String>::new());
}

#[test]
fn readings_that_failed() {
    let problem = Some("connection refused".to_owned());
    let mut failed = facts();
    failed.after = Scrape { problem: problem.clone(), ..Scrape::default() };
    failed.wanted[0].found = false;
    assert_eq!(
        told(&failed),
        [
            "METRIC_MALFORMED orders: the metrics at `/metrics` could not be read after the exercise: connection refused"
        ]
    );
    let mut failed = facts();
    failed.before = Scrape { problem, ..Scrape::default() };
    failed.wanted[0].before = None;
    failed.wanted[0].after = Some(0.0);
    // Whether it increased nobody knows.
    assert_eq!(
        told(&failed),
        [
            "METRIC_MALFORMED orders: the metrics at `/metrics` could not be read before the exercise: connection refused"
        ]
    );
    let never = MetricFacts { path: "/metrics".into(), wanted: vec![wanted()], ..MetricFacts::default() };
    let unread = |when: &str| {
        format!(
            "METRIC_MALFORMED orders: the metrics at `/metrics` could not be read {when} the exercise: they were never read"
        )
    };
    assert_eq!(told(&never), [unread("before"), unread("after")]);
}

#[test]
fn malformed() {
    let one = |line: usize, message: &str| Malformed { line, message: message.into() };
    let mut facts = facts();
    facts.after.malformed = vec![one(3, "the line is not UTF-8"), one(9, "`0a` is no metric name")];
    facts.after.malformed_total = 7;
    facts.before.malformed =
        vec![one(2, "the line is not UTF-8"), one(5, "the label `b` stands twice in one sample")];
    facts.before.malformed_total = 2;
    assert_eq!(
        told(&facts),
        [
            "METRIC_MALFORMED orders: `/metrics`, line 3 of the reading after the exercise: the line is not UTF-8",
            "METRIC_MALFORMED orders: `/metrics`, line 9 of the reading after the exercise: `0a` is no metric name",
            "METRIC_MALFORMED orders: `/metrics`, the reading after the exercise: 5 more places malformed",
            "METRIC_MALFORMED orders: `/metrics`, line 5 of the reading before the exercise: the label `b` stands twice in one sample",
        ]
    );
    // A count without an example is not lost.
    let mut facts = self::facts();
    facts.before.malformed_total = 1;
    assert_eq!(
        told(&facts),
        ["METRIC_MALFORMED orders: `/metrics`, the reading before the exercise: 1 more place malformed"]
    );
}

#[test]
fn too_many_series() {
    let mut facts = facts();
    facts.after = reading(&[("a", 100), ("b", 101)]);
    assert_eq!(told(&facts), ["METRIC_CARDINALITY orders: `b` has 101 series, and may have 100"]);
    facts.after.families[1].widest = Some(WidestLabel { name: "user_id".into(), values: 99 });
    assert_eq!(
        told(&facts),
        [
            "METRIC_CARDINALITY orders: `b` has 101 series, and may have 100; its label `user_id` has the most values: 99 values in what was looked at"
        ]
    );
}

#[test]
fn nothing_to_look_for_is_told() {
    let mut facts = facts();
    facts.wanted.clear();
    assert_eq!(
        told(&facts),
        ["METRIC_MISSING orders: no metric is asked for, so that nothing was seen to work"]
    );
    facts.wanted = vec![WantedFamily { increases: false, ..wanted() }];
    assert_eq!(
        told(&facts),
        [
            "METRIC_MISSING orders: none of the metrics asked for must increase, so that nothing was seen to count"
        ]
    );
}

#[test]
fn what_the_readings_alone_moved_is_told_as_such() {
    let mut facts = facts();
    let family = &mut facts.wanted[0];
    (family.before, family.after, family.by_reading) = (Some(3.0), Some(7.0), 4.0);
    let found = findings("orders", "", &facts);
    assert_eq!(found[0].code, Code::MetricStuck);
    assert!(
        found[0].message.contains("from 3 to 7 by the readings of the metrics alone"),
        "{}",
        found[0].message
    );
}
