//! prometheus.io, "OpenMetrics 1.0", "Data Model" and "Text format". Many of the cases are those of the parser in
//! Prometheus' Python client, which is the reference.
use super::{Format, each, fine};

/// The example of the specification, section "Overall Structure".
pub(super) const EXAMPLE: &str = r#"# TYPE acme_http_router_request_seconds summary
# UNIT acme_http_router_request_seconds seconds
# HELP acme_http_router_request_seconds Latency though all of ACME's HTTP request router.
acme_http_router_request_seconds_sum{path="/api/v1",method="GET"} 9036.32
acme_http_router_request_seconds_count{path="/api/v1",method="GET"} 807283.0
acme_http_router_request_seconds_created{path="/api/v1",method="GET"} 1605281325.0
acme_http_router_request_seconds_sum{path="/api/v2",method="POST"} 479.3
acme_http_router_request_seconds_count{path="/api/v2",method="POST"} 34.0
acme_http_router_request_seconds_created{path="/api/v2",method="POST"} 1605281325.0
# TYPE go_goroutines gauge
# HELP go_goroutines Number of goroutines that currently exist.
go_goroutines 69
# TYPE process_cpu_seconds counter
# UNIT process_cpu_seconds seconds
# HELP process_cpu_seconds Total user and system CPU time spent in seconds.
process_cpu_seconds_total 4.20072246e+06
# EOF
"#;

/// Those of the sections "Histogram", "Exemplars", "GaugeHistogram", "StateSet" and "Info", one after the other.
pub(super) const TYPES: &str = r#"# TYPE foo histogram
foo_bucket{le="0.0"} 0
foo_bucket{le="1e-05"} 0
foo_bucket{le="0.0001"} 5
foo_bucket{le="0.1"} 8 # {} 0.054
foo_bucket{le="1.0"} 10 # {trace_id="KOO5S4vxi0o"} 0.67
foo_bucket{le="10.0"} 11 # {trace_id="oHg5SJYRHA0"} 9.8 1520879607.789
foo_bucket{le="100000.0"} 11
foo_bucket{le="1e+06"} 15
foo_bucket{le="1e+23"} 16
foo_bucket{le="1.1e+23"} 17
foo_bucket{le="+Inf"} 17
foo_count 17
foo_sum 324789.3
foo_created 1520430000.123
# TYPE queue gaugehistogram
queue_bucket{le="0.01"} 20.0
queue_bucket{le="1"} 34.0
queue_bucket{le="+Inf"} 42.0
queue_gcount 42.0
queue_gsum 3289.3
# TYPE state stateset
state{entity="controller",state="a"} 1.0
state{entity="controller",state="bb"} 0.0
state{entity="replica",state="a"} 1.0
state{entity="replica",state="bb"} 0.0
# TYPE build info
build_info{entity="controller",name="pretty name",version="8.2.7"} 1.0
build_info{entity="replica",name="prettier name",version="8.1.9"} 1.0
# TYPE points_seconds summary
# UNIT points_seconds seconds
points_seconds_count{a="bb"} 0 123
points_seconds_sum{a="bb"} 0 123
points_seconds_count{a="bb"} 0 456
points_seconds_sum{a="bb"} 0 456
points_seconds_count{a="ccc"} 0 123
points_seconds_sum{a="ccc"} 0 123
# TYPE bar summary
bar{quantile="0.99"} 150.0
bar{quantile="0.95"} NaN
# TYPE requests counter
# HELP requests Escaped \" and not ", \\ \n \x
requests_total 17.0 1520879607.789 # {trace_id="x"} 1
requests_created 1520430000.123 1520879607.789
# TYPE none gauge
# HELP none 
# UNIT none 
# TYPE unknown unknown
unknown{a="\x \" \n \\"} -1 -5
untold_total{} 0042
# EOF
"#;

#[test]
fn what_is_allowed() {
    fine(
        Format::OpenMetrics,
        &[
            EXAMPLE,
            TYPES,
            "# EOF\n",
            "# EOF",
            "# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\n# EOF\n",
            "# TYPE a histogram\na_bucket{le=\"-1\"} 1\na_bucket{le=\"+Inf\"} 1\n# EOF\n",
            "a -INFINITY\nb nAn\nc +1.e-3\n# EOF\n",
            "a 0 -2\na 0 -1.5\na 0 1e3\n# EOF\n",
            "# TYPE \"my.counter\" counter\n{\"my.counter_total\",\"l.x\"=\"v\"} 1\n# EOF\n",
            // As the official Rust client writes it: the sum first, quotes in HELP as they are.
            "# HELP a A \"quoted\" word.\n# TYPE a histogram\na_sum 1.5\na_count 1\na_bucket{le=\"1.0\"} 0\na_bucket{le=\"+Inf\"} 1\n# EOF\n",
            // A suffix that is none of its type's makes a family of its own.
            "# TYPE a gaugehistogram\na_bucket{le=\"+Inf\"} 1\n# TYPE a_count gauge\na_count 1\n# EOF\n",
        ],
    );
}

const LINES_AND_METADATA: &[(&str, &str)] = &[
    ("", "1: the last line is not `# EOF`: the text may be cut off"),
    ("a 1\n", "1: the last line is not `# EOF`: the text may be cut off"),
    ("a 1\n# EOF\nb 1\n", "3: a line stands after `# EOF`"),
    ("a 1\n# EOF\n\n", "3: a line stands after `# EOF`"),
    ("a 1\n# EOFx\n# EOF\n", "2: `# EOFx` is a comment, which OpenMetrics does not have"),
    ("\n# EOF\n", "1: the line is empty"),
    (" a 1\n# EOF\n", "1: no metric name stands at ` a 1`"),
    ("a  1\n# EOF\n", "1: one blank must stand before the value, and there are more"),
    ("a 1 \n# EOF\n", "1: the timestamp is missing"),
    ("a 1\t\n# EOF\n", "1: the value `1\\t` is no number"),
    ("a\t1\n# EOF\n", "1: one blank must stand before the value"),
    ("a 1\r\n# EOF\n", "1: the line ends with a carriage return: line ends must be a line feed alone"),
    ("\u{feff}# EOF\n", "1: the text begins with a byte order mark"),
    ("# why\n# EOF\n", "1: `# why` is a comment, which OpenMetrics does not have"),
    ("#\n# EOF\n", "1: `#` is a comment, which OpenMetrics does not have"),
    ("# HELP\n# EOF\n", "1: the HELP line names no metric"),
    ("# HELP \n# EOF\n", "1: the HELP line names no metric"),
    ("# HELP a\n# EOF\n", "1: the HELP line of `a` ends with its name"),
    (" # HELP a x\n# EOF\n", "1: no metric name stands at ` # HELP a x`"),
    ("#  HELP a x\n# EOF\n", "1: `#  HELP a x` is a comment, which OpenMetrics does not have"),
    ("# TYPE\n# EOF\n", "1: the TYPE line names no metric"),
    ("# TYPE a\n# EOF\n", "1: the TYPE line of `a` ends with its name"),
    ("# TYPE a gauge \n# EOF\n", "1: `gauge ` is no type of metric in openmetrics 1.0.0"),
    ("# TYPE a  gauge\n# EOF\n", "1: ` gauge` is no type of metric in openmetrics 1.0.0"),
    ("# TYPE a untyped\n# EOF\n", "1: `untyped` is no type of metric in openmetrics 1.0.0"),
    ("# TYPE a meh\n# EOF\n", "1: `meh` is no type of metric in openmetrics 1.0.0"),
    ("# HELP a \\\n# EOF\n", "1: the HELP text ends in a lone backslash"),
    ("# UNIT a\n# EOF\n", "1: the UNIT line of `a` ends with its name"),
    (
        "# UNIT a seconds\n# EOF\n",
        "1: `a` has the unit `seconds` and does not end with it after an underscore",
    ),
    ("# UNIT a_seconds seconds \n# EOF\n", "1: `seconds ` is no unit"),
    (
        "# UNIT seconds seconds\n# EOF\n",
        "1: `seconds` has the unit `seconds` and does not end with it after an underscore",
    ),
    ("# TYPE a_u info\n# UNIT a_u u\n# EOF\n", "2: the info `a_u` has a unit, which none of its type may"),
    (
        "# TYPE a_u stateset\n# UNIT a_u u\n# EOF\n",
        "2: the stateset `a_u` has a unit, which none of its type may",
    ),
    ("# UNIT a_u u\n# UNIT a_u u\n# EOF\n", "2: a second UNIT line of `a_u`: the first is line 1"),
    ("# TYPE a gauge\na 1\n# UNIT a \n# EOF\n", "3: the UNIT line of `a` stands after its samples"),
    (
        "# TYPE a gauge\n# TYPE b gauge\nb 1\na 1\n# EOF\n",
        "4: the lines of `a` are not together: it begins on line 1, and others stand between",
    ),
    ("_a 1\n# EOF\n", "1: the name `_a` is reserved: it begins with `_`"),
    (
        "# TYPE a counter\na_total 1\n# TYPE a_created gauge\na_created 1\n# EOF\n",
        "3: `a_created` is the name of a sample of `a`, the family on line 1",
    ),
    (
        "# TYPE a_created gauge\na_created 1\n# TYPE a counter\na_total 1\n# EOF\n",
        "3: `a` has samples called `a_created`, and so is the family on line 1",
    ),
    (
        "a_total 1\n# TYPE a counter\n# EOF\n",
        "2: the TYPE line of `a` stands after its samples: `a_total` is on line 1",
    ),
];

#[test]
fn lines_and_metadata() {
    each(Format::OpenMetrics, LINES_AND_METADATA);
}
