//! What observability_verify says of the lines that real loggers write.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use tracing_subscriber::fmt::MakeWriter;
use xtask::evidence::services::LogFacts;
use xtask::gates::observability_verify::logs::Collector;
use xtask::settings::services::{Field, FieldKind, Logs};

/// Where a logger writes to.
#[derive(Clone, Default)]
struct Output(Arc<Mutex<Vec<u8>>>);

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no writer panicked").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Output {
    type Writer = Output;

    fn make_writer(&'a self) -> Output {
        self.clone()
    }
}

/// The facts about what was written, read with these settings, after a request with the id `req-7f3a`.
fn facts(output: &Output, settings: &Logs) -> LogFacts {
    let settings = Logs { correlation: Some("x-request-id".into()), ..settings.clone() };
    let mut collector = Collector::new(&settings);
    collector.sent("req-7f3a", "POST /orders");
    collector.take("stdout", &output.0.lock().expect("no writer panicked"));
    collector.finish()
}

/// `name: MISSING missing, WRONG wrong: FIRST` for each field that one of the lines has not.
fn complaints(facts: &LogFacts) -> Vec<String> {
    let lacking = facts.fields.iter().filter(|field| field.missing + field.wrong > 0);
    let told = |field: &xtask::evidence::services::WantedField| {
        let first = &field.first.as_ref().expect("a sample").text;
        format!("{}: {} missing, {} wrong: {first}", field.name, field.missing, field.wrong)
    };
    lacking.map(told).collect()
}

/// Asserts that `lines` lines came, all JSON with all fields, and that the request was found.
fn all_is_there(output: &Output, settings: &Logs, lines: u64) {
    let facts = facts(output, settings);
    let text = String::from_utf8_lossy(&output.0.lock().expect("no writer panicked")).into_owned();
    assert_eq!((facts.lines, facts.json), (lines, lines), "{text}");
    assert_eq!(complaints(&facts), [""; 0], "{text}");
    let correlation = facts.correlation.expect("it was asked for");
    assert_eq!((correlation.sent, correlation.found), (1, 1), "{text}");
}

/// The default settings with one field otherwise.
fn with(name: &str, paths: &[&str], kind: FieldKind) -> Logs {
    let mut settings = Logs::default();
    let paths = paths.iter().map(ToString::to_string).collect();
    settings.fields.insert(name.into(), Field { paths, kind });
    settings
}

/// A request as a service logs it: its id is a field of the span alone.
fn serve() {
    let span = tracing::info_span!("request", request_id = tracing::field::Empty, method = "POST");
    span.record("request_id", "req-7f3a");
    let _entered = span.enter();
    tracing::info!(order = 7, "order taken");
    tracing::warn!(target: "orders::store", error = %io::Error::other("disk \"full\"\n"), "not stored");
}

#[test]
fn tracing_needs_no_settings() {
    let output = Output::default();
    let subscriber = tracing_subscriber::fmt().json().with_writer(output.clone()).finish();
    tracing::subscriber::with_default(subscriber, serve);
    all_is_there(&output, &Logs::default(), 2);
}

#[test]
fn tracing_flattened_needs_no_settings() {
    let output = Output::default();
    let subscriber =
        tracing_subscriber::fmt().json().flatten_event(true).with_writer(output.clone()).finish();
    tracing::subscriber::with_default(subscriber, serve);
    all_is_there(&output, &Logs::default(), 2);
}

#[test]
fn tracing_names_the_request_in_the_current_span_or_in_the_list_of_them() {
    for (current, list, found) in [(true, false, 1), (false, true, 1), (false, false, 0)] {
        let output = Output::default();
        let format = tracing_subscriber::fmt().json().with_current_span(current).with_span_list(list);
        tracing::subscriber::with_default(format.with_writer(output.clone()).finish(), serve);
        let correlation = facts(&output, &Logs::default()).correlation.expect("it was asked for");
        assert_eq!(correlation.found, found, "current {current}, list {list}");
        let missing = (found == 0).then_some("POST /orders");
        assert_eq!(correlation.first_missing.as_deref(), missing);
    }
}

#[test]
fn tracing_without_target_or_time_lacks_them() {
    let output = Output::default();
    let format = tracing_subscriber::fmt().json().with_target(false).without_time();
    tracing::subscriber::with_default(format.with_writer(output.clone()).finish(), serve);
    let complaints = complaints(&facts(&output, &Logs::default()));
    assert_eq!(complaints.len(), 2, "{complaints:?}");
    assert!(complaints.iter().any(|one| one.starts_with("target: 2 missing, 0 wrong: it has `")));
    assert!(complaints.iter().any(|one| one.starts_with("timestamp: 2 missing, 0 wrong: it has `")));
}

#[test]
fn tracing_as_text_is_not_json() {
    let output = Output::default();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(output.clone()).finish();
    tracing::subscriber::with_default(subscriber, serve);
    let facts = facts(&output, &Logs::default());
    assert_eq!(facts.json, 0);
    assert!(facts.lines >= 2);
    let correlation = facts.correlation.expect("it was asked for");
    assert_eq!(correlation.found, 0, "a line that is not JSON names no request");
}

#[test]
fn forbidden_fields_of_tracing_are_found_in_events_and_spans() {
    let output = Output::default();
    let subscriber = tracing_subscriber::fmt().json().with_writer(output.clone()).finish();
    tracing::subscriber::with_default(subscriber, || {
        let _entered = tracing::info_span!("login", user.email = "a@example.com").entered();
        tracing::info!(password = "hunter2", "login");
        tracing::info!(body = r#"{"card":{"number":"4111"}}"#, "paid");
    });
    let forbidden_fields = ["Password", "user.email", "card.number", "order"].map(String::from).to_vec();
    let facts = facts(&output, &Logs { forbidden_fields, ..Logs::default() });
    let found: Vec<_> =
        facts.forbidden.iter().map(|one| (one.path.as_str(), one.lines, one.first.text.as_str())).collect();
    assert_eq!(
        found,
        [
            ("Password", 1, "`fields.password`"),
            ("user.email", 2, "`span.user.email`"),
            ("card.number", 1, "`fields.body.card.number`, in a JSON text"),
        ]
    );
    assert!(!format!("{facts:?}").contains("hunter2"));
}

/// Lines of slog at each of its levels.
fn slog_lines(drain: slog_json::Json<Output>) {
    use slog::Drain;
    let logger = slog::Logger::root(Mutex::new(drain).fuse(), slog::o!("request_id" => "req-7f3a"));
    slog::crit!(logger, "one");
    slog::error!(logger, "two");
    slog::warn!(logger, "three"; "why" => "quota \"low\"");
    slog::info!(logger, "four"; "request_id" => "req-7f3a");
    slog::debug!(logger, "five");
}

#[test]
fn slog_needs_a_target() {
    let output = Output::default();
    slog_lines(slog_json::Json::default(output.clone()));
    let facts = facts(&output, &Logs::default());
    // Debug is compiled out of slog's release builds, and in where debug assertions are.
    assert!(facts.lines >= 4 && facts.lines == facts.json, "{facts:?}");
    let complaints = complaints(&facts);
    let [target] = complaints.as_slice() else { panic!("{complaints:?}") };
    assert!(target.starts_with(&format!("target: {} missing, 0 wrong: it has `", facts.lines)), "{target}");
    assert!(target.contains("`msg`"), "{target}");

    let output = Output::default();
    let target = slog::FnValue(|record: &slog::Record<'_>| record.module());
    let drain =
        slog_json::Json::new(output.clone()).add_default_keys().add_key_value(slog::o!("target" => target));
    slog_lines(drain.build());
    all_is_there(&output, &Logs::default(), facts.lines);
}

#[test]
fn slog_without_a_target_needs_settings() {
    let output = Output::default();
    slog_lines(slog_json::Json::default(output.clone()));
    let mut settings = Logs::default();
    settings.fields.remove("target");
    let lines = facts(&output, &settings).lines;
    all_is_there(&output, &settings, lines);
}

#[test]
fn slog_without_newlines_or_pretty_is_not_json() {
    let output = Output::default();
    slog_lines(slog_json::Json::new(output.clone()).add_default_keys().set_newlines(false).build());
    let joined = facts(&output, &Logs::default());
    assert_eq!((joined.lines, joined.json), (1, 0));

    let output = Output::default();
    slog_lines(slog_json::Json::new(output.clone()).add_default_keys().set_pretty(true).build());
    let pretty = facts(&output, &Logs::default());
    assert_eq!(pretty.json, 0);
    assert_eq!(pretty.unstructured.first().map(|sample| sample.text.as_str()), Some("{"));
}

/// A line of `log` at each level that structured-logger writes by default.
fn log_lines(logger: &dyn log::Log) {
    for level in [log::Level::Error, log::Level::Warn, log::Level::Info] {
        let values = [("request_id", "req-7f3a")];
        let mut record = log::Record::builder();
        record.level(level).target("orders::http").module_path(Some("orders::http")).key_values(&values);
        logger.log(&record.args(format_args!("{level} {}", 1)).build());
    }
}

#[test]
fn structured_logger_writes_its_time_as_a_number() {
    let output = Output::default();
    let builder = structured_logger::Builder::with_level("info");
    log_lines(&builder.with_default_writer(structured_logger::json::new_writer(output.clone())).build());
    let complaints = complaints(&facts(&output, &Logs::default()));
    let [time] = complaints.as_slice() else { panic!("{complaints:?}") };
    assert!(time.starts_with("timestamp: 0 missing, 3 wrong: `timestamp` is 1"), "{time}");
    assert!(time.ends_with(", a number and no RFC 3339 text"), "{time}");

    all_is_there(&output, &with("timestamp", &["timestamp"], FieldKind::Number), 3);
}

#[test]
fn structured_logger_may_call_the_message_msg() {
    let output = Output::default();
    let builder = structured_logger::Builder::with_level("info").with_msg_field();
    log_lines(&builder.with_default_writer(structured_logger::json::new_writer(output.clone())).build());
    all_is_there(&output, &with("timestamp", &["timestamp"], FieldKind::Number), 3);
}
