//! Facts about running services: how they were started and asked, and what they gave out.
//!
//! Facts only. What was looked for stands beside what was found, so that the evidence can be read
//! without the settings; whether it fails the gate is for the judge to say.

use serde::Serialize;

use super::checks::{Diagnostic, Run};

/// What observability_verify is judged by.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ServicesFacts {
    /// Whether all of it was gathered: false is what a gatherer that did not come to its end leaves.
    pub complete: bool,
    /// What the settings say about services.
    pub declared: Declared,
    /// The build of their binaries; `None` if nothing was built.
    pub build: Option<Run>,
    /// Compiler errors that kept one from being built.
    pub build_errors: Vec<Diagnostic>,
    /// Each service, in the order of the settings.
    pub services: Vec<ServiceFacts>,
    /// Binaries that look like services and are not among those above.
    pub suspects: Vec<Suspect>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
}

/// What the settings say about services.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Declared {
    /// Nothing.
    #[default]
    Silent,
    /// There are none here.
    NotApplicable {
        /// The reason that they give.
        reason: String,
    },
    /// There are some, and they were left out with `--only`.
    NotSelected,
    /// There are some, and each was tried.
    Listed,
}

/// A binary that looks like a service: it depends on what servers are made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suspect {
    /// The package's name.
    pub package: String,
    /// The binary's name.
    pub binary: String,
    /// The direct dependencies that say so, sorted.
    pub because: Vec<String>,
}

/// One service that was tried.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ServiceFacts {
    /// Its name in the settings.
    pub name: String,
    /// The package's name.
    pub package: String,
    /// The binary's name.
    pub binary: String,
    /// Why it was never started, in one line; `None` if it was.
    pub problem: Option<String>,
    /// How it ran and ended; `None` if it was never started.
    pub run: Option<Run>,
    /// How often it had to be started again because another program took one of its ports.
    pub restarts: u32,
    /// Whether and when it was ready.
    pub ready: Readiness,
    /// The ports that it was given, as `name number`, that were still taken after its end.
    pub ports_still_taken: Vec<String>,
    /// What it was asked, in the order of the settings; empty if it was never ready.
    pub exercise: Vec<Exercised>,
    /// Its metrics.
    pub metrics: Sought<MetricFacts>,
    /// Its logs.
    pub logs: Sought<LogFacts>,
    /// Its traces; `NotApplicable` where nobody asks for any.
    pub traces: Sought<TraceFacts>,
    /// Secrets that it was given and that it gave out.
    pub leaks: Vec<Leak>,
    /// The first line on its standard error that tells of a panic.
    pub panicked: Option<String>,
}

/// Whether something was looked for.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Sought<T> {
    /// It was to be looked for, and it did not come to that.
    #[default]
    NotReached,
    /// The settings say that it is not wanted.
    NotApplicable {
        /// The reason that they give; for traces, that none were asked for.
        reason: String,
    },
    /// It was looked for.
    Found(T),
}

/// Whether a service was ready.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Readiness {
    /// It was never started.
    #[default]
    NotStarted,
    /// It was.
    Ready {
        /// How long it took, in milliseconds.
        after_ms: u64,
    },
    /// Its time was up.
    TooLate {
        /// The deadline, in milliseconds.
        after_ms: u64,
        /// What was waited for, and what was seen instead, in one line.
        last: String,
    },
    /// It ended before it was.
    Ended,
}

/// One step of the exercise.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Exercised {
    /// Such as `POST /orders`, or a command.
    pub step: String,
    /// What was expected of it, such as `201`.
    pub expected: String,
    /// How often it was to be done.
    pub times: u32,
    /// How often it went as expected.
    pub as_expected: u32,
    /// The first that went otherwise, in one line.
    pub otherwise: Option<String>,
}

/// What the metrics were, before the exercise and after.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct MetricFacts {
    /// The address without host and port, such as `/metrics`.
    pub path: String,
    /// Before the exercise.
    pub before: Scrape,
    /// After it.
    pub after: Scrape,
    /// Each family that is asked for.
    pub wanted: Vec<WantedFamily>,
    /// The largest number of series that a family may have.
    pub max_series: u32,
}

/// One reading of the metrics.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Scrape {
    /// Why it could not be read, in one line; `None` if it could.
    pub problem: Option<String>,
    /// `text/plain 0.0.4` or `openmetrics 1.0.0`; empty if it is neither.
    pub format: String,
    /// How long it is, in bytes, unpacked.
    pub bytes: u64,
    /// The families, sorted by name; of more than a thousand, those with the most series.
    pub families: Vec<Family>,
    /// How many families there are.
    pub families_total: usize,
    /// What the format does not allow; at most twenty.
    pub malformed: Vec<Malformed>,
    /// How much of that there is.
    pub malformed_total: usize,
}

/// A family of metrics, summed up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Family {
    /// Its name.
    pub name: String,
    /// `counter`, `gauge`, `histogram`, …; `unknown` or `untyped` where nothing says.
    pub kind: String,
    /// Its unit; empty if none is stated.
    pub unit: String,
    /// How many series it has: label sets, those of a histogram's buckets counted as one.
    pub series: usize,
    /// The label with the most different values in its first ten thousand series, and how many; looked for
    /// where there are more than a hundred.
    pub widest: Option<WidestLabel>,
}

/// The label that makes the most series.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct WidestLabel {
    /// Its name.
    pub name: String,
    /// How many different values it has.
    pub values: usize,
}

/// Something that the format does not allow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Malformed {
    /// One-based line.
    pub line: usize,
    /// What is wrong, in one line.
    pub message: String,
}

/// A family that is asked for, and what was found of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct WantedFamily {
    /// Its name.
    pub name: String,
    /// What type it must have; `None` for any.
    pub kind: Option<String>,
    /// What unit it must have; `None` for any.
    pub unit: Option<String>,
    /// The labels that each of its series must have.
    pub labels: Vec<String>,
    /// The values of labels that choose the series, as `name=value`; empty for all.
    pub series: Vec<String>,
    /// Whether it must have increased.
    pub increases: bool,
    /// Whether the second reading has it, with at least one such series.
    pub found: bool,
    /// The type that it has; empty if there is no such family, with series or without.
    pub found_kind: String,
    /// The unit that it states, or that its name ends with where it is the one asked for; else empty.
    pub found_unit: String,
    /// Of the labels, those that one of its series has not.
    pub missing_labels: Vec<String>,
    /// The sum of the chosen series before (of a histogram or summary, of their counts); `None` if there
    /// was none.
    pub before: Option<f64>,
    /// The same after.
    pub after: Option<f64>,
    /// What of the difference the readings of the metrics themselves have made.
    pub by_reading: f64,
    /// A name in the reading that looks like it, if it was not found.
    pub nearest: Option<String>,
}

/// What the logs were.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LogFacts {
    /// `stdout`, `stderr`, `stdout and stderr`, or the file as the settings name it.
    pub source: String,
    /// Why it could not be read, in one line; `None` if it could.
    pub problem: Option<String>,
    /// Lines that are not blank.
    pub lines: u64,
    /// Those of them that are a JSON object.
    pub json: u64,
    /// The largest share of lines that need not be, in percent.
    pub max_unstructured_percent: u32,
    /// The first few that are not.
    pub unstructured: Vec<LogSample>,
    /// Each field that is asked for.
    pub fields: Vec<WantedField>,
    /// Each field that is forbidden and was found.
    pub forbidden: Vec<FoundField>,
    /// Whether the requests of the exercise were found again; `None` if nobody asks.
    pub correlation: Option<Correlation>,
}

/// A line of a log.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LogSample {
    /// One-based line of its stream or file.
    pub line: u64,
    /// `stdout`, `stderr` or `file`.
    pub stream: String,
    /// Its beginning, or what is wrong with it, in one line without control characters.
    pub text: String,
}

/// A field that each JSON line must have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct WantedField {
    /// What it is called in the settings, such as `timestamp`.
    pub name: String,
    /// Where it is looked for: paths with dots, the first that is there counts.
    pub paths: Vec<String>,
    /// `time`, `level`, `text`, `number`, `boolean` or `any`.
    pub kind: String,
    /// Lines without it.
    pub missing: u64,
    /// Lines where it is there and is not of that kind.
    pub wrong: u64,
    /// The first of either.
    pub first: Option<LogSample>,
}

/// A field that is forbidden and was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct FoundField {
    /// Its path as the settings have it, with dots.
    pub path: String,
    /// How many lines have it.
    pub lines: u64,
    /// The first of them; its text is the path at which it is there, and no value.
    pub first: LogSample,
}

/// Whether what was sent came back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Correlation {
    /// The header that it was sent in.
    pub header: String,
    /// How many different values were sent.
    pub sent: u32,
    /// How many of them came back.
    pub found: u32,
    /// The first request whose value did not, such as `POST /orders`.
    pub first_missing: Option<String>,
}

/// A secret that the service was given and that it gave out. Its value stands nowhere.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Leak {
    /// What the secret is, such as `the header authorization of POST /orders`.
    pub secret: String,
    /// `plain`, `percent-encoded`, `base64`, `escaped`, `hex` or `bytes`, a list of numbers; `unknown` where
    /// the place could not be searched.
    pub form: String,
    /// `stdout`, `stderr`, `file`, `metrics` or `spans`.
    pub place: String,
    /// One-based line on which the first ends; 0 where there are no lines.
    pub line: u64,
    /// How often it was found there in that form; 0 where the place could not be searched.
    pub times: u64,
}

/// What came to the OTLP receiver.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TraceFacts {
    /// Requests for spans that could be read; one may have none.
    pub requests: u64,
    /// Spans in them.
    pub spans: u64,
    /// How many of them were looked at: there is a limit.
    pub examined: u64,
    /// How many spans each `service.name` has, sorted by name; empty where none was stated.
    pub services: Vec<ServiceSpans>,
    /// Requests that could not be read, each with the reason; at most twenty.
    pub malformed: Vec<String>,
    /// How many of those there are.
    pub malformed_total: u64,
    /// What else came that was no request for spans, such as `HTTP/2, as gRPC does`; at most five.
    pub turned_away: Vec<String>,
    /// Each span that is asked for.
    pub wanted: Vec<WantedSpan>,
    /// Whether the trace ids sent with the exercise were found again; `None` if nobody asks.
    pub propagation: Option<Correlation>,
}

/// Spans of one service.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ServiceSpans {
    /// Its `service.name`.
    pub service: String,
    /// How many.
    pub spans: u64,
    /// Their names, sorted; at most fifty.
    pub names: Vec<String>,
}

/// A span that is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct WantedSpan {
    /// The `service.name` that it must have; `None` for any.
    pub service: Option<String>,
    /// Its name; `None` for any.
    pub name: Option<String>,
    /// Attributes that it must have: `name`, or `name=value`.
    pub attributes: Vec<String>,
    /// How many there are.
    pub found: u64,
    /// The most that one span fulfilled, and what it lacked, in one line; `None` if none came near.
    pub nearest: Option<String>,
}
