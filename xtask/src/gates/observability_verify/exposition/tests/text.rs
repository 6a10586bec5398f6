//! prometheus.io, "Exposition formats", "Text format details".
use super::{Format, each, fine, wrong};

/// The example of the specification.
pub(super) const EXAMPLE: &str = r#"# HELP http_requests_total The total number of HTTP requests.
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
http_requests_total{method="post",code="400"}    3 1395066363000

# Escaping in label values:
msdos_file_access_time_seconds{path="C:\\DIR\\FILE.TXT",error="Cannot find file:\n\"FILE.TXT\""} 1.458255915e9

# Minimalistic line:
metric_without_timestamp_and_labels 12.47

# A weird metric from before the epoch:
something_weird{problem="division by zero"} +Inf -3982045

# A histogram, which has a pretty complex representation in the text format:
# HELP http_request_duration_seconds A histogram of the request duration.
# TYPE http_request_duration_seconds histogram
http_request_duration_seconds_bucket{le="0.05"} 24054
http_request_duration_seconds_bucket{le="0.1"} 33444
http_request_duration_seconds_bucket{le="0.2"} 100392
http_request_duration_seconds_bucket{le="0.5"} 129389
http_request_duration_seconds_bucket{le="1"} 133988
http_request_duration_seconds_bucket{le="+Inf"} 144320
http_request_duration_seconds_sum 53423
http_request_duration_seconds_count 144320

# Finally a summary, which has a complex representation, too:
# HELP telemetry_requests_metrics_latency_microseconds A summary of the response latency.
# TYPE telemetry_requests_metrics_latency_microseconds summary
telemetry_requests_metrics_latency_microseconds{quantile="0.01"} 3102
telemetry_requests_metrics_latency_microseconds{quantile="0.05"} 3272
telemetry_requests_metrics_latency_microseconds{quantile="0.5"} 4773
telemetry_requests_metrics_latency_microseconds{quantile="0.9"} 9001
telemetry_requests_metrics_latency_microseconds{quantile="0.99"} 76656
telemetry_requests_metrics_latency_microseconds_sum 1.7560473e+07
telemetry_requests_metrics_latency_microseconds_count 2693
"#;

#[test]
fn what_is_allowed() {
    fine(
        Format::Text,
        &[
            EXAMPLE,
            // A service that has counted nothing yet.
            "",
            "\n",
            "# a comment\n#\n#no blank\n# EOF\n# UNIT a b c\n",
            "  \t a \t 1 \t 2 \t \n",
            "\t# \t TYPE \t a \t gauge \t \n# HELP a\na 1\n",
            "a{} 1\n",
            "a {\tb = \"c\"\t, d=\"e\", } 1\n",
            "a{b=\"c\"}1\n",
            "a nan\nb -inf\nc Infinity\nd .5\ne 1.\nf -1E-3\n",
            "# TYPE a gauge\na NaN\n",
            "# TYPE a untyped\na -1\n",
            "{\"my.metric\", \"l.x\"=\"v\"} 1\n",
            "# HELP \"my.metric\" x\n# TYPE \"my.metric\" counter\n{\"l.x\"=\"v\",\"my.metric\",} 1\n",
            "a{\"l.x\"=\"v\"} 1\n",
            "# HELP a \\\\ \\n \"quoted\" \u{1f980}\na{b=\"\u{1f980} \\\\ \\n \\\"\"} 1\n",
            "# TYPE a histogram\na_bucket{le=\"-1\"} 1\na_bucket{le=\"+Inf\"} 1\na_count 1\n",
            "# TYPE a histogram\na_bucket{le=\"1\"} 0.5\na_bucket{le=\"inf\"} 0.5\na_count 0.5\na_sum -3\n",
            "# TYPE a summary\na{quantile=\"0\"} -1\na{quantile=\"1\"} NaN\na_sum NaN\na_count 0\n",
            "# TYPE a summary\na_sum 1\na_count 1\n",
            // Families of their own.
            "# TYPE a gauge\na 1\n# TYPE a_count counter\na_count 1\na_bucket 1\n",
            // Those of Python's client, after the histogram.
            "# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n# TYPE a_created gauge\na_created 1\n",
        ],
    );
}

const LINES_AND_METADATA: &[(&str, &str)] = &[
    ("a 1", "1: the last line does not end with a line feed: the text may be cut off"),
    ("a 1\r\n", "1: the line ends with a carriage return: line ends must be a line feed alone"),
    ("\u{feff}a 1\n", "1: the text begins with a byte order mark"),
    ("a 1\na 1\n", "2: the series `a` stands twice: its first line is 1"),
    ("a 1 1\na 1 2\n", "2: the series `a` stands twice: its first line is 1"),
    (
        "a{b=\"c\",d=\"e\"} 1\na{d=\"e\",b=\"c\"} 1\n",
        "2: the series `a{b=\"c\",d=\"e\"}` stands twice: its first line is 1",
    ),
    ("a{b=\"\"} 1\na 1\n", "2: the series `a` stands twice: its first line is 1"),
    ("# HELP a x\n# HELP a y\na 1\n", "2: a second HELP line of `a`: the first is line 1"),
    ("# TYPE a gauge\n# TYPE a gauge\na 1\n", "2: a second TYPE line of `a`: the first is line 1"),
    ("a 1\n# TYPE a gauge\n", "2: the TYPE line of `a` stands after its samples"),
    ("a 1\n# HELP a x\n", "2: the HELP line of `a` stands after its samples"),
    (
        "a_bucket{le=\"+Inf\"} 1\n# TYPE a histogram\n",
        "2: the TYPE line of `a` stands after its samples: `a_bucket` is on line 1",
    ),
    (
        "a 1\nb 1\na{x=\"y\"} 1\n",
        "3: the lines of `a` are not together: it begins on line 1, and others stand between",
    ),
    (
        "# HELP a x\n# HELP b x\n# TYPE a gauge\na 1\n",
        "3: the lines of `a` are not together: it begins on line 1, and others stand between",
    ),
    ("# TYPE a\n", "1: the TYPE line of `a` names no type"),
    ("# TYPE\n", "1: the TYPE line names no metric"),
    ("# HELP\n", "1: the HELP line names no metric"),
    ("# TYPE a gauge x\n", "1: `gauge x` is no type of metric in text/plain 0.0.4"),
    ("# TYPE a Gauge\n", "1: `Gauge` is no type of metric in text/plain 0.0.4"),
    ("# TYPE a info\n", "1: `info` is no type of metric in text/plain 0.0.4"),
    ("# TYPE a unknown\n", "1: `unknown` is no type of metric in text/plain 0.0.4"),
    ("# TYPE 0a gauge\n", "1: `0a` of the TYPE line is no metric name"),
    ("# TYPE \"a gauge\n", "1: the name of the TYPE line has no closing quote"),
    ("# TYPE \"\" gauge\n", "1: the TYPE line names no metric"),
    ("# HELP a \\x\n", "1: the HELP text has the escape `\\x`, which the text format does not know"),
    ("# HELP a \\\"\n", "1: the HELP text has the escape `\\\"`, which the text format does not know"),
    ("# HELP a \\\n", "1: the HELP text ends in a lone backslash"),
];

#[test]
fn lines_and_metadata() {
    each(Format::Text, LINES_AND_METADATA);
}

const NAMES_AND_LABELS: &[(&str, &str)] = &[
    ("0a 1\n", "1: `0a` is no metric name"),
    ("a-b 1\n", "1: `a-b` is no metric name"),
    ("é 1\n", "1: `é` is no metric name"),
    ("= 1\n", "1: `=` is no metric name"),
    ("{} 1\n", "1: the sample has no metric name"),
    ("{a=\"b\"} 1\n", "1: the sample has no metric name"),
    ("a{0=\"b\"} 1\n", "1: `0` is no label name"),
    ("a{b:c=\"d\"} 1\n", "1: `b:c` is no label name"),
    ("a{b} 1\n", "1: after the label name `b` an equals sign is missing"),
    ("a{b=c} 1\n", "1: the value of the label `b` does not stand in double quotes"),
    ("a{b='c'} 1\n", "1: the value of the label `b` does not stand in double quotes"),
    ("a{b=\"c} 1\n", "1: the value of the label `b` has no closing quote"),
    ("a{b=\"c\"\n", "1: the closing brace is missing"),
    ("a{b=\"c\"d=\"e\"} 1\n", "1: a comma or the closing brace must stand before `d=\"e\"} 1`"),
    ("a{b=\"c\",,d=\"e\"} 1\n", "1: no label name stands at `,d=\"e\"} 1`"),
    ("a{,} 1\n", "1: no label name stands at `,} 1`"),
    ("a{=\"b\"} 1\n", "1: no label name stands at `=\"b\"} 1`"),
    (
        "a{b=\"\\x\"} 1\n",
        "1: the value of the label `b` has the escape `\\x`, which the text format does not know",
    ),
    ("a{b=\"c\",b=\"d\"} 1\n", "1: the label `b` stands twice in one sample"),
    ("a{__name__=\"b\"} 1\n", "1: the label `__name__` is reserved: it begins with `__`"),
    ("a{\"b\"} 1\n", "1: the label `b` has no value"),
    ("{\"a\",\"b\"} 1\n", "1: the label `b` has no value"),
    ("{\"\",b=\"c\"} 1\n", "1: a name in quotes is empty"),
    ("{\"a} 1\n", "1: a name in quotes has no closing quote"),
    ("a{\n", "1: the closing brace is missing"),
    ("a{b\n", "1: after the label name `b` an equals sign is missing"),
    ("a{b=\"c\",\n", "1: the closing brace is missing"),
];

#[test]
fn names_and_labels() {
    each(Format::Text, NAMES_AND_LABELS);
    assert_eq!(
        wrong("a{b=\"c\\", Format::Text),
        [
            "1: the value of the label `b` ends in a lone backslash",
            "1: the last line does not end with a line feed: the text may be cut off"
        ]
    );
}

const VALUES_AND_TIMESTAMPS: &[(&str, &str)] = &[
    ("a\n", "1: the value of `a` is missing"),
    ("a \n", "1: the value of `a` is missing"),
    ("a{b=\"c\"}\n", "1: the value of `a` is missing"),
    ("a x\n", "1: the value `x` is no number"),
    ("a 1,5\n", "1: the value `1,5` is no number"),
    ("a 0x10\n", "1: the value `0x10` is no number"),
    ("a 1_000\n", "1: the value `1_000` is no number"),
    ("a +NaN\n", "1: the value `+NaN` is no number: NaN has no sign"),
    ("a 1e999\n", "1: the value `1e999` is beyond what a 64-bit float can hold"),
    ("a 1 x\n", "1: the timestamp `x` is no whole number of milliseconds"),
    ("a 1 1.5\n", "1: the timestamp `1.5` is no whole number of milliseconds"),
    (
        "a 1 99999999999999999999\n",
        "1: the timestamp `99999999999999999999` is no whole number of milliseconds",
    ),
    ("a 1 2 3\n", "1: after the timestamp follows `3`"),
    ("a 1 # {b=\"c\"} 1\n", "1: a comment or an exemplar follows the value: only OpenMetrics has them"),
    ("a 1 # why\n", "1: a comment or an exemplar follows the value: only OpenMetrics has them"),
    ("a . \n", "1: the value `.` is no number"),
    ("a --1\n", "1: the value `--1` is no number"),
    ("# TYPE a counter\na -1\n", "2: `a` is a counter and has the value -1"),
    ("# TYPE a counter\na NaN\n", "2: `a` is a counter and has the value NaN"),
    ("# TYPE a counter\na -Inf\n", "2: `a` is a counter and has the value -inf"),
];

#[test]
fn values_and_timestamps() {
    each(Format::Text, VALUES_AND_TIMESTAMPS);
}

const HISTOGRAMS_AND_SUMMARIES: &[(&str, &str)] = &[
    (
        "# TYPE a histogram\na 1\n",
        "2: a sample of the histogram `a` has no suffix: it must be one of _bucket, _sum, _count",
    ),
    (
        "# TYPE a histogram\na_bucket 1\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n",
        "2: `a_bucket` has no label `le`",
    ),
    (
        "# TYPE a histogram\na_bucket{le=\"x\"} 1\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n",
        "2: `a_bucket` has the `le` `x`, which is no number",
    ),
    (
        "# TYPE a histogram\na_bucket{le=\"NaN\"} 1\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n",
        "2: `a_bucket` has the `le` `NaN`, which is NaN",
    ),
    (
        "# TYPE a histogram\na_bucket{le=\"1\"} 1\na_sum 1\na_count 1\n",
        "2: the histogram `a` has no bucket with le=\"+Inf\"",
    ),
    ("# TYPE a histogram\na_sum 1\na_count 1\n", "2: the histogram `a` has no bucket with le=\"+Inf\""),
    (
        "# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n",
        "3: the histogram `a` is not cumulative: a bucket holds 1, and the one below it, on line 2, 2",
    ),
    (
        "# TYPE a histogram\na_bucket{le=\"2\"} 1\na_bucket{le=\"1\"} 1\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n",
        "2: the buckets of `a` are not in increasing order",
    ),
    (
        "# TYPE a histogram\na_bucket{le=\"1\"} 1\na_bucket{le=\"1.0\"} 1\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n",
        "3: the series `a` stands twice: its first line is 2",
    ),
    (
        "# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 2\n",
        "4: the histogram `a` has the count 2, and its bucket with le=\"+Inf\", on line 2, 1",
    ),
    ("# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_sum 1\n", "2: the histogram `a` has no `_count`"),
    ("# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_count 1\n", "2: the histogram `a` has no `_sum`"),
    (
        "# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_sum{le=\"1\"} 1\na_sum 1\na_count 1\n",
        "3: `a_sum` must not have the label `le`",
    ),
    (
        "# TYPE a histogram\na_bucket{x=\"y\",le=\"+Inf\"} 1\na_sum{x=\"y\"} 1\na_count{x=\"y\"} 2\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n",
        "4: the histogram `a{x=\"y\"}` has the count 2, and its bucket with le=\"+Inf\", on line 2, 1",
    ),
    ("# TYPE a summary\na 1\na_sum 1\na_count 1\n", "2: `a` has no label `quantile`"),
    (
        "# TYPE a summary\na{quantile=\"1.1\"} 1\na_sum 1\na_count 1\n",
        "2: `a` has the `quantile` `1.1`, which is not between 0 and 1",
    ),
    (
        "# TYPE a summary\na{quantile=\"-0.1\"} 1\n",
        "2: `a` has the `quantile` `-0.1`, which is not between 0 and 1",
    ),
    (
        "# TYPE a summary\na{quantile=\"NaN\"} 1\n",
        "2: `a` has the `quantile` `NaN`, which is not between 0 and 1",
    ),
    ("# TYPE a summary\na{quantile=\"x\"} 1\n", "2: `a` has the `quantile` `x`, which is no number"),
    (
        "# TYPE a summary\na{quantile=\"0.9\"} 1\na{quantile=\"0.5\"} 1\n",
        "2: the quantiles of `a` are not in increasing order",
    ),
    (
        "# TYPE a summary\na{quantile=\"0.5\"} 1\na{quantile=\"0.50\"} 1\n",
        "3: the series `a` stands twice: its first line is 2",
    ),
    ("# TYPE a summary\na_count{quantile=\"0.5\"} 1\n", "2: `a_count` must not have the label `quantile`"),
    ("# TYPE a summary\na_count -1\n", "2: `a_count` counts and has the value -1"),
    ("# TYPE a summary\na_count NaN\n", "2: `a_count` counts and has the value NaN"),
];

#[test]
fn histograms_and_summaries() {
    each(Format::Text, HISTOGRAMS_AND_SUMMARIES);
}
