//! What must be seen of a service: metrics, logs and traces.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::{
    Family, Field, FieldKind, LogSource, Logs, Metrics, Span, Traces, Wanted, common_fields, placeholder,
};
use super::{header_name, path, port};
use crate::diagnostics::shown;
use crate::settings::values::{self, Bad, set};
use crate::yaml::{Complaints, Fields, Keys, Node, Value};

const METRICS: Keys = Keys::new(&["path", "port", "timeout", "families", "max_series", "not_applicable"]);
const FAMILY: Keys = Keys::new(&["name", "type", "unit", "labels", "series", "increases"]);
const LOGS: Keys = Keys::new(&[
    "from",
    "fields",
    "forbidden_fields",
    "forbidden_values",
    "max_unstructured_percent",
    "correlation",
    "not_applicable",
]);
const FIELD: Keys = Keys::new(&["path", "type"]);
const TRACES: Keys = Keys::new(&["spans", "propagates"]);
const SPAN: Keys = Keys::new(&["service", "name", "attributes"]);
/// The types of both formats: Prometheus text 0.0.4 and OpenMetrics 1.0.
const TYPES: [(&str, &str); 9] = [
    ("counter", "counter"),
    ("gauge", "gauge"),
    ("histogram", "histogram"),
    ("summary", "summary"),
    ("gaugehistogram", "gaugehistogram"),
    ("info", "info"),
    ("stateset", "stateset"),
    ("unknown", "unknown"),
    ("untyped", "untyped"),
];
const KINDS: [(&str, FieldKind); 6] = [
    ("time", FieldKind::Time),
    ("level", FieldKind::Level),
    ("text", FieldKind::Text),
    ("number", FieldKind::Number),
    ("boolean", FieldKind::Boolean),
    ("any", FieldKind::Any),
];
/// Shorter values stand in texts by chance.
const SHORTEST_SECRET: usize = 6;

/// The reason why something is not looked at, if one is given; it stands alone.
fn excused(fields: &Fields<'_>, c: &mut Complaints) -> Option<Option<String>> {
    let node = fields.get("not_applicable")?;
    if fields.len() > 1 {
        c.at(node, "`not_applicable` beside other keys", "remove it, or the others: it stands alone");
    }
    Some(node.checked("a reason, which the report will show", c, values::reason))
}

pub(super) fn metrics(node: &Node, c: &mut Complaints) -> Option<Wanted<Metrics>> {
    let fields = Fields::read(node, &METRICS, c)?;
    if let Some(reason) = excused(&fields, c) {
        return reason.map(Wanted::NotApplicable);
    }
    let mut metrics = Metrics {
        path: "/metrics".into(),
        port: String::new(),
        timeout: Duration::from_secs(10),
        families: Vec::new(),
        max_series: 1000,
    };
    set(&mut metrics.timeout, fields.get("timeout").and_then(|node| values::duration(node, c)));
    set(&mut metrics.path, fields.get("path").and_then(|node| path(node, c)));
    set(&mut metrics.port, fields.get("port").and_then(|node| port(node, c)));
    let most = fields.get("max_series").and_then(|node| node.integer(1, 1_000_000, c));
    set(&mut metrics.max_series, most.map(i32::unsigned_abs));
    let families = fields.need("families", "[{name: NAME, increases: true}]", c)?;
    let items = families.list("a list of families, each with name", c)?;
    let read: Vec<Option<Family>> = items.iter().map(|item| family(item, c)).collect();
    let whole = read.iter().all(Option::is_some);
    metrics.families = read.into_iter().flatten().collect();
    if whole && !metrics.families.iter().any(|family| family.increases) {
        let help = "mark one that the exercise must move: {name: NAME, increases: true}";
        c.at(families, "no family that increases, so nothing shows that metrics move", help);
    }
    Some(Wanted::Yes(metrics))
}

fn family(node: &Node, c: &mut Complaints) -> Option<Family> {
    let fields = Fields::read(node, &FAMILY, c)?;
    let name = fields.need("name", "the family's name", c);
    let mut family = Family {
        name: name.and_then(|node| node.checked("a metric's name", c, plain("a metric's name")))?,
        ..Family::default()
    };
    family.kind = fields.get("type").and_then(|node| node.word(&TYPES, c)).map(str::to_owned);
    family.unit = fields.get("unit").and_then(|node| node.checked("a unit", c, plain("a unit")));
    let labels = fields
        .get("labels")
        .and_then(|node| node.checked_list("a list of labels", c, |text| plain("a label")(text).map(|_| ())));
    set(&mut family.labels, labels);
    if let Some(node) = fields.get("series") {
        for (name, key, value) in node.entries("a mapping from labels to values", c).unwrap_or_default() {
            if let Err((message, help)) = plain("a label")(name) {
                c.at(key, message, help);
            }
            let value = value.text("a text", c).map(|value| (name.to_owned(), value.to_owned()));
            family.series.extend(value);
        }
    }
    set(&mut family.increases, fields.get("increases").and_then(|node| node.boolean(c)));
    Some(family)
}

/// A text that is not blank and has no control characters in it.
fn plain(what: &'static str) -> impl Fn(&str) -> Result<String, Bad> {
    move |text| {
        if text.trim().is_empty() || text.chars().any(char::is_control) {
            return Err((format!("{} cannot be {what}", shown(text)), format!("expected {what}")));
        }
        Ok(text.to_owned())
    }
}

pub(super) fn logs(node: Option<&Node>, c: &mut Complaints) -> Wanted<Logs> {
    let mut logs = Logs::default();
    let Some(fields) = node.and_then(|node| Fields::read(node, &LOGS, c)) else { return Wanted::Yes(logs) };
    if let Some(reason) = excused(&fields, c) {
        return reason.map_or(Wanted::Yes(logs), Wanted::NotApplicable);
    }
    set(&mut logs.from, fields.get("from").and_then(|node| source(node, c)));
    if let Some(node) = fields.get("fields") {
        log_fields(node, &mut logs.fields, c);
    }
    let forbidden = fields
        .get("forbidden_fields")
        .and_then(|node| node.checked_list("a list of fields", c, |text| plain("a field")(text).map(|_| ())));
    set(&mut logs.forbidden_fields, forbidden);
    let values = fields.get("forbidden_values").and_then(|node| {
        node.checked_list("a list of texts", c, |text| {
            if text.chars().count() >= SHORTEST_SECRET {
                return Ok(());
            }
            let message = format!("{} is too short: it stands in texts by chance", shown(text));
            Err((message, format!("expected {SHORTEST_SECRET} characters or more")))
        })
    });
    set(&mut logs.forbidden_values, values);
    let share = fields.get("max_unstructured_percent").and_then(|node| node.integer(0, 100, c));
    set(&mut logs.max_unstructured_percent, share.map(i32::unsigned_abs));
    logs.correlation = fields.get("correlation").and_then(|node| {
        node.checked("a header's name", c, |text| header_name(text).map(|()| text.to_ascii_lowercase()))
    });
    Wanted::Yes(logs)
}

fn source(node: &Node, c: &mut Complaints) -> Option<LogSource> {
    const FILE: Keys = Keys::new(&["file"]);
    if let Value::Mapping(_) = node.value {
        let fields = Fields::read(node, &FILE, c)?;
        let file = fields.need("file", "\"{dir}/service.log\"", c)?;
        return file.checked("a file", c, |text| {
            placeholder::strict(text)?;
            values::argument(text)?;
            if text.trim().is_empty() {
                return Err(("no file".into(), "expected a file, such as {dir}/service.log".into()));
            }
            Ok(LogSource::File(text.to_owned()))
        });
    }
    let words = [("stdout", 0), ("stderr", 1), ("both", 2)];
    node.word(&words, c).map(|word| match word {
        0 => LogSource::Stdout,
        1 => LogSource::Stderr,
        _ => LogSource::Both,
    })
}

/// What stands here replaces the default field of that name; `false` takes it away.
fn log_fields(node: &Node, fields: &mut BTreeMap<String, Field>, c: &mut Complaints) {
    for (name, key, value) in node.entries("a mapping from fields to paths", c).unwrap_or_default() {
        if let Err((message, help)) = plain("a field")(name) {
            c.at(key, message, help);
        }
        let default = common_fields().get(name).map_or(FieldKind::Any, |field| field.kind);
        let path = |node: &Node, c: &mut Complaints| {
            node.checked("a path such as fields.message", c, plain("a path")).map(|path| vec![path])
        };
        let field = match &value.value {
            Value::Bool(false) => {
                if fields.remove(name).is_none() {
                    c.at(value, "false for a field that is not asked for anyway", "remove it");
                }
                continue;
            }
            Value::Text(_) => path(value, c).map(|paths| Field { paths, kind: default }),
            Value::Mapping(_) => Fields::read(value, &FIELD, c).and_then(|keys| {
                let kind = keys.get("type").and_then(|node| node.word(&KINDS, c)).unwrap_or(default);
                let paths = match keys.get("path") {
                    Some(node) => path(node, c)?,
                    None => common_fields().remove(name).map_or(vec![name.to_owned()], |field| field.paths),
                };
                Some(Field { paths, kind })
            }),
            _ => {
                value.wrong("a path, a mapping with the keys path and type, or false", c);
                None
            }
        };
        fields.extend(field.map(|field| (name.to_owned(), field)));
    }
}

pub(super) fn traces(node: &Node, c: &mut Complaints) -> Option<Traces> {
    let fields = Fields::read(node, &TRACES, c)?;
    let propagates = fields.get("propagates").and_then(|node| node.boolean(c)).unwrap_or_default();
    let spans = fields.need("spans", "[{name: NAME}]", c)?;
    let items = spans.list("a list of spans", c)?;
    if items.is_empty() {
        c.at(spans, "no span", "name at least one that the exercise must leave; or remove traces");
    }
    Some(Traces { spans: items.iter().filter_map(|item| span(item, c)).collect(), propagates })
}

fn span(node: &Node, c: &mut Complaints) -> Option<Span> {
    let fields = Fields::read(node, &SPAN, c)?;
    if fields.is_empty() {
        c.at(node, "a span of which nothing is said", "say its service, its name or its attributes");
    }
    let text = |key: &str, c: &mut Complaints| {
        fields.get(key).and_then(|node| node.checked("a text", c, plain("a name")))
    };
    let (service, name) = (text("service", c), text("name", c));
    let mut attributes = BTreeMap::new();
    if let Some(node) = fields.get("attributes") {
        match &node.value {
            Value::Sequence(_) => {
                let names = node
                    .checked_list("a list of attributes", c, |text| plain("an attribute")(text).map(|_| ()));
                attributes.extend(names.unwrap_or_default().into_iter().map(|name| (name, None)));
            }
            _ => {
                let expected = "a list of attributes, or a mapping from attributes to values";
                for (name, _, value) in node.entries(expected, c).unwrap_or_default() {
                    let value = match &value.value {
                        Value::Text(_) | Value::Integer(_) | Value::Bool(_) | Value::Float(_) => {
                            Some(value.value.bare())
                        }
                        Value::Null => None,
                        _ => {
                            value.wrong("a text, a number, true, false, or nothing for any value", c);
                            None
                        }
                    };
                    attributes.insert(name.to_owned(), value);
                }
            }
        }
    }
    Some(Span { service, name, attributes })
}
