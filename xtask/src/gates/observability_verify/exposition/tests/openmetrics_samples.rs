//! prometheus.io, "OpenMetrics 1.0": what a sample must be, and what those of a series must be together.
use super::{Format, each, fine, wrong};

const SAMPLES: &[(&str, &str)] = &[
    ("a{b=\"c\",} 1\n# EOF\n", "1: a comma stands before the closing brace"),
    ("a{ b=\"c\"} 1\n# EOF\n", "1: no label name stands at ` b=\"c\"} 1`"),
    ("a{b= \"c\"} 1\n# EOF\n", "1: the value of the label `b` does not stand in double quotes"),
    ("a {b=\"c\"} 1\n# EOF\n", "1: the value `{b=\"c\"}` is no number"),
    ("a{b=\"c\"}1\n# EOF\n", "1: one blank must stand before the value"),
    ("a{b=\"c\"}  1\n# EOF\n", "1: one blank must stand before the value, and there are more"),
    ("a{_b=\"c\"} 1\n# EOF\n", "1: the label `_b` is reserved: it begins with `_`"),
    ("a 1 x\n# EOF\n", "1: the timestamp `x` is no number"),
    ("a 1 NaN\n# EOF\n", "1: the timestamp `NaN` is no moment"),
    ("a 1 +Inf\n# EOF\n", "1: the timestamp `+Inf` is no moment"),
    ("a 1  2\n# EOF\n", "1: one blank must stand before the timestamp, and there are more"),
    ("a 1 2 3\n# EOF\n", "1: where only an exemplar (` # {`) may follow stands ` 3`"),
    ("a 1\na 1\n# EOF\n", "2: the series `a` stands twice: its first line is 1"),
    ("a 1 1\na 1 1\n# EOF\n", "2: the timestamps of `a` do not increase"),
    ("a 1 2\na 1 1\n# EOF\n", "2: the timestamps of `a` do not increase"),
    ("a 1\na 1 1\n# EOF\n", "2: the timestamps of `a` do not increase"),
    ("a 1 1\na 1\n# EOF\n", "2: the timestamps of `a` do not increase"),
    (
        "# TYPE a counter\na 1\n# EOF\n",
        "2: a sample of the counter `a` has no suffix: it must be one of _total, _created",
    ),
    (
        "# TYPE a_total counter\na_total 1\n# EOF\n",
        "2: a sample of the counter `a_total` has no suffix: it must be one of _total, _created; in OpenMetrics the TYPE line names the family without `_total`",
    ),
    ("# TYPE a counter\na_total -1\n# EOF\n", "2: `a_total` is a counter and has the value -1"),
    ("# TYPE a counter\na_total NaN\n# EOF\n", "2: `a_total` is a counter and has the value NaN"),
    ("# TYPE a counter\na_created 1\n# EOF\n", "2: the counter `a` has no `_total`"),
    ("# TYPE a info\na 1\n# EOF\n", "2: a sample of the info `a` has no suffix: it must be one of _info"),
    ("# TYPE a info\na_info 2\n# EOF\n", "2: `a_info` is an info and has not the value 1 but 2"),
    ("# TYPE a stateset\na 1\n# EOF\n", "2: `a` is a stateset without its label of that name"),
    (
        "# TYPE a stateset\na{a=\"b\"} 2\n# EOF\n",
        "2: `a` is a stateset and has neither the value 0 nor 1 but 2",
    ),
    (
        "# TYPE a stateset\na{a=\"b\"} NaN\n# EOF\n",
        "2: `a` is a stateset and has neither the value 0 nor 1 but NaN",
    ),
    (
        "# TYPE a gauge\na 1 # {b=\"c\"} 1\n# EOF\n",
        "2: the exemplar of `a` stands where none may: only counters and buckets have them",
    ),
    (
        "# TYPE a counter\na_created 1 # {b=\"c\"} 1\na_total 1\n# EOF\n",
        "2: the exemplar of `a_created` stands where none may: only counters and buckets have them",
    ),
    ("# TYPE a counter\na_total 1 #\n# EOF\n", "2: where only an exemplar (` # {`) may follow stands ` #`"),
    ("# TYPE a counter\na_total 1# {} 1\n# EOF\n", "2: the value `1#` is no number"),
    (
        "# TYPE a counter\na_total 1 #{} 1\n# EOF\n",
        "2: where only an exemplar (` # {`) may follow stands ` #{} 1`",
    ),
    ("# TYPE a counter\na_total 1 # {}1\n# EOF\n", "2: one blank must stand before the exemplar's value"),
    ("# TYPE a counter\na_total 1 # {}\n# EOF\n", "2: one blank must stand before the exemplar's value"),
    ("# TYPE a counter\na_total 1 # {} 1 \n# EOF\n", "2: the exemplar's timestamp is missing"),
    ("# TYPE a counter\na_total 1 # {} 1 1 \n# EOF\n", "2: after the exemplar follows ` `"),
    ("# TYPE a counter\na_total 1 # {} x\n# EOF\n", "2: the exemplar's value `x` is no number"),
    ("# TYPE a counter\na_total 1 # {\"b\"} 1\n# EOF\n", "2: the label `b` has no value"),
];

#[test]
fn samples() {
    each(Format::OpenMetrics, SAMPLES);
}

const HISTOGRAMS_AND_SUMMARIES: &[(&str, &str)] = &[
    (
        "# TYPE a histogram\na_sum 1\na_count 1\n# EOF\n",
        "2: the histogram `a` has no bucket with le=\"+Inf\"",
    ),
    (
        "# TYPE a histogram\na_bucket{le=\"1\"} 1\n# EOF\n",
        "2: the histogram `a` has no bucket with le=\"+Inf\"",
    ),
    (
        "# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_sum 1\n# EOF\n",
        "3: the histogram `a` has a sum and no count",
    ),
    (
        "# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_count 1\n# EOF\n",
        "3: the histogram `a` has a count and no sum",
    ),
    (
        "# TYPE a histogram\na_bucket{le=\"-1\"} 1\na_bucket{le=\"+Inf\"} 2\na_sum 1\na_count 2\n# EOF\n",
        "4: the histogram `a` has a bucket below zero, and must have no sum then",
    ),
    (
        "# TYPE a histogram\na_bucket{le=\"+Inf\"} 1.5\n# EOF\n",
        "2: `a_bucket` counts and has the value 1.5, which is no integer",
    ),
    ("# TYPE a histogram\na_bucket{le=\"+Inf\"} -1\n# EOF\n", "2: `a_bucket` counts and has the value -1"),
    (
        "# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_sum NaN\na_count 1\n# EOF\n",
        "3: `a_sum` is a sum and has the value NaN",
    ),
    (
        "# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_sum -1\na_count 1\n# EOF\n",
        "3: `a_sum` is a sum and has the value -1",
    ),
    (
        "# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 2\n# EOF\n",
        "4: the histogram `a` has the count 2, and its bucket with le=\"+Inf\", on line 2, 1",
    ),
    (
        "# TYPE a histogram\na_bucket{le=\"1\"} 1\na_bucket{le=\"+Inf\"} 0\n# EOF\n",
        "3: the histogram `a` is not cumulative: a bucket holds 0, and the one below it, on line 2, 1",
    ),
    (
        "# TYPE a histogram\na_bucket{le=\"+Inf\"} 0\na_bucket{le=\"1\"} 0\n# EOF\n",
        "2: the buckets of `a` are not in increasing order",
    ),
    (
        "# TYPE a histogram\na_bucket{le=\"+Inf\"} 0\na_bucket{le=\"+Inf\"} 0\n# EOF\n",
        "3: the series `a` stands twice: its first line is 2",
    ),
    (
        "# TYPE a histogram\na_bucket{le=\"1\"} 1 # {} 2\na_bucket{le=\"+Inf\"} 1\n# EOF\n",
        "2: the exemplar of `a_bucket` has the value 2, which is above its bucket",
    ),
    (
        "# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_sum 1 # {} 1\na_count 1\n# EOF\n",
        "3: the exemplar of `a_sum` stands where none may: only counters and buckets have them",
    ),
    (
        "# TYPE a histogram\na_bucket{x=\"1\",le=\"+Inf\"} 1\na_bucket{x=\"2\",le=\"+Inf\"} 1\na_sum{x=\"1\"} 1\na_count{x=\"1\"} 1\n# EOF\n",
        "5: the lines of the series `a{x=\"1\"}` are not together: they begin on line 2, and others stand between",
    ),
    (
        "# TYPE a gaugehistogram\na_bucket{le=\"+Inf\"} 1\na_gsum NaN\na_gcount 1\n# EOF\n",
        "3: `a_gsum` is a sum and has the value NaN",
    ),
    (
        "# TYPE a gaugehistogram\na_bucket{le=\"+Inf\"} 1\na_gsum 1\n# EOF\n",
        "3: the histogram `a` has a sum and no count",
    ),
    ("# TYPE a summary\na{quantile=\"0.5\"} -1\n# EOF\n", "2: `a` is a quantile and has the value -1"),
    ("# TYPE a summary\na_sum -1\n# EOF\n", "2: `a_sum` is a sum and has the value -1"),
    ("# TYPE a summary\na_sum NaN\n# EOF\n", "2: `a_sum` is a sum and has the value NaN"),
    (
        "# TYPE a summary\na_count 1.5\n# EOF\n",
        "2: `a_count` counts and has the value 1.5, which is no integer",
    ),
    ("# TYPE a summary\na 1\n# EOF\n", "2: `a` has no label `quantile`"),
];

#[test]
fn histograms_and_summaries() {
    each(Format::OpenMetrics, HISTOGRAMS_AND_SUMMARIES);
}

#[test]
fn an_exemplar_is_short() {
    let text = |label: usize| {
        format!("# TYPE a counter\na_total 1 # {{b=\"{}\"}} 1\n# EOF\n", "\u{e9}".repeat(label))
    };
    fine(Format::OpenMetrics, &[&text(127)]);
    assert_eq!(
        wrong(&text(128), Format::OpenMetrics),
        ["2: the exemplar of `a_total` has 129 characters in its labels: 128 are allowed"]
    );
}
