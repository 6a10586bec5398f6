//! The section `observability_verify`: which services there are, how each is started and asked, and
//! what must be seen of it. Plain data; `services/read.rs` reads it from the file.

pub mod placeholder;
pub(super) mod read;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

/// How observability_verify is gathered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observability {
    /// The services.
    pub services: Services,
    /// For the build of all of them.
    pub build_timeout: Duration,
    /// Binaries that look like services and are none, each with the reason.
    pub not_services: BTreeMap<String, String>,
}

impl Default for Observability {
    fn default() -> Self {
        Observability {
            services: Services::Silent,
            build_timeout: super::HALF_HOUR,
            not_services: BTreeMap::new(),
        }
    }
}

/// What is said about services.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Services {
    /// Nothing, which is not an answer.
    #[default]
    Silent,
    /// There are none here, for this reason, which the report shows.
    NotApplicable(String),
    /// These; at least one.
    Listed(Vec<Service>),
}

/// One service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its name in the reports: letters, digits, `-` and `_`.
    pub name: String,
    /// The package that it is built from.
    pub package: String,
    /// The binary; `None` for the package's only one.
    pub binary: Option<String>,
    /// Arguments, with placeholders.
    pub args: Vec<String>,
    /// Variables added to its environment, values with placeholders.
    pub environment: BTreeMap<String, String>,
    /// Where it runs, relative to the workspace root.
    pub directory: String,
    /// How it is seen to be ready.
    pub ready: Ready,
    /// What it is asked, in order; at least one step.
    pub exercise: Vec<Step>,
    /// For what it has to show after the exercise.
    pub settle: Duration,
    /// For the whole of it, from its start to its end.
    pub timeout: Duration,
    /// How long it may take to end after SIGTERM.
    pub grace: Duration,
    /// Its metrics.
    pub metrics: Wanted<Metrics>,
    /// Its logs.
    pub logs: Wanted<Logs>,
    /// Its traces; `None` where none are asked for.
    pub traces: Option<Traces>,
}

/// Something that is looked at unless a reason is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted<T> {
    /// It is.
    Yes(T),
    /// It is not, for this reason, which the report shows.
    NotApplicable(String),
}

/// How a service is seen to be ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ready {
    /// What is looked at.
    pub sign: Sign,
    /// The deadline.
    pub within: Duration,
}

/// What shows that a service is ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sign {
    /// It answers a request.
    Http {
        /// The address without host and port, such as `/ready`.
        path: String,
        /// The port's name; empty for the one without a name.
        port: String,
        /// The status.
        status: u16,
    },
    /// It accepts a connection.
    Tcp {
        /// The port's name; empty for the one without a name.
        port: String,
    },
    /// A line of its output contains this.
    Log(String),
}

/// One step of the exercise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A request over HTTP/1.1.
    Http(Request),
    /// A program: for what does not speak HTTP/1.1. It must end with status 0.
    Run {
        /// Program and arguments, with placeholders; no shell.
        argv: Vec<String>,
        /// How often.
        repeat: u32,
        /// For each time.
        timeout: Duration,
    },
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The method, in capitals.
    pub method: String,
    /// The address without host and port, with placeholders.
    pub path: String,
    /// The port's name; empty for the one without a name.
    pub port: String,
    /// Headers in order, names in lower case, values with placeholders.
    pub headers: Vec<(String, String)>,
    /// The body, with placeholders.
    pub body: Option<String>,
    /// Statuses that are as expected; empty for any from 200 to 299.
    pub status: Vec<u16>,
    /// How often it is sent.
    pub repeat: u32,
    /// For each time.
    pub timeout: Duration,
}

/// What the metrics must show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metrics {
    /// The address without host and port.
    pub path: String,
    /// The port's name; empty for the one without a name.
    pub port: String,
    /// For each reading.
    pub timeout: Duration,
    /// The families that must be there; at least one of them increases.
    pub families: Vec<Family>,
    /// The largest number of series that any family may have.
    pub max_series: u32,
}

/// A family of metrics that must be there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Family {
    /// Its name; of a counter in OpenMetrics with or without `_total`.
    pub name: String,
    /// Its type, such as `counter`; `None` for any.
    pub kind: Option<String>,
    /// Its unit, such as `seconds`; `None` for any.
    pub unit: Option<String>,
    /// Labels that each of its series must have.
    pub labels: Vec<String>,
    /// Values of labels; only series that have them all count.
    pub series: BTreeMap<String, String>,
    /// Whether the exercise must have increased it.
    pub increases: bool,
}

/// What the logs must show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logs {
    /// Where they are.
    pub from: LogSource,
    /// The fields that each line must have, by name.
    pub fields: BTreeMap<String, Field>,
    /// Paths of fields that no line may have.
    pub forbidden_fields: Vec<String>,
    /// Texts that may stand nowhere in what it gives out, besides the secrets of the exercise.
    pub forbidden_values: Vec<String>,
    /// The largest share of lines that need not be JSON, in percent.
    pub max_unstructured_percent: u32,
    /// The header by whose value each request must be found again in a line; `None` if nobody asks.
    pub correlation: Option<String>,
}

/// Where logs are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogSource {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
    /// Both.
    Both,
    /// A file, with placeholders, relative to the folder that the service runs in.
    File(String),
}

/// A field that each line must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Where it may be: paths with dots; the first that is there counts.
    pub paths: Vec<String>,
    /// What it must be.
    pub kind: FieldKind,
}

/// What a field of a log line must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// RFC 3339 text.
    Time,
    /// A level that people know, such as `INFO`.
    Level,
    /// A text that is not blank.
    Text,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// Anything but null.
    Any,
}

impl FieldKind {
    /// Its name in the settings.
    pub fn as_str(self) -> &'static str {
        match self {
            FieldKind::Time => "time",
            FieldKind::Level => "level",
            FieldKind::Text => "text",
            FieldKind::Number => "number",
            FieldKind::Boolean => "boolean",
            FieldKind::Any => "any",
        }
    }
}

/// The fields that each line must have unless the settings say otherwise, where common loggers put them:
/// `tracing-subscriber`, `slog-json`, bunyan, the Elastic Common Schema.
const COMMON: [(&str, &[&str], FieldKind); 4] = [
    ("timestamp", &["timestamp", "ts", "time", "@timestamp"], FieldKind::Time),
    ("level", &["level", "severity", "log.level", "lvl"], FieldKind::Level),
    ("target", &["target", "logger", "module", "log.logger"], FieldKind::Text),
    ("message", &["message", "msg", "fields.message"], FieldKind::Text),
];

/// [`COMMON`], by name.
pub fn common_fields() -> BTreeMap<String, Field> {
    let field = |(name, paths, kind): (&str, &[&str], FieldKind)| {
        (name.to_owned(), Field { paths: paths.iter().map(ToString::to_string).collect(), kind })
    };
    COMMON.into_iter().map(field).collect()
}

impl Default for Logs {
    fn default() -> Self {
        Logs {
            from: LogSource::Stdout,
            fields: common_fields(),
            forbidden_fields: Vec::new(),
            forbidden_values: Vec::new(),
            max_unstructured_percent: 0,
            correlation: None,
        }
    }
}

/// What the traces must show.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Traces {
    /// The spans that must be there; at least one.
    pub spans: Vec<Span>,
    /// Whether each request is sent with a `traceparent`, whose trace id a span must have.
    pub propagates: bool,
}

/// A span that must be there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Span {
    /// Its `service.name`; `None` for any.
    pub service: Option<String>,
    /// Its name; `None` for any.
    pub name: Option<String>,
    /// Attributes that it must have; with a value, that value as text.
    pub attributes: BTreeMap<String, Option<String>>,
}
