//! Reads a service's log lines while it runs: which are JSON, what their fields are, which requests they
//! name.
//!
//! One JSON object (RFC 8259) a line is what log collectors take in. Of a key that an object has twice,
//! the last counts for the fields that are asked for, as in what jq, JavaScript and `serde_json` read; a
//! forbidden field is found wherever it stands. What is kept does not grow with the log: counts, the
//! first samples, and one unfinished line of at most a MiB for each stream.

mod correlation;
mod fields;
mod forbidden;
mod kinds;
mod lines;
#[cfg(test)]
mod tests;

use serde_json::Value;

use super::secrets::Searcher;
use crate::diagnostics::push_visible;
use crate::evidence::services::{LogFacts, LogSample};
use crate::settings::services::{LogSource, Logs};
use correlation::Ids;
use fields::Field;
use forbidden::Forbidden;
use lines::{Line, Lines};

/// How many lines that are not JSON are kept as samples.
const SAMPLES: usize = 5;
/// The longest sample, in characters.
const CLIP: usize = 200;

/// Takes in what a service logs, piece by piece.
#[derive(Debug)]
pub struct Collector {
    streams: Vec<(&'static str, Lines)>,
    reader: Reader,
}

impl Collector {
    /// For what the settings ask of the logs.
    pub fn new(settings: &Logs) -> Collector {
        let facts = LogFacts {
            source: source(&settings.from),
            max_unstructured_percent: settings.max_unstructured_percent,
            ..LogFacts::default()
        };
        let fields = settings.fields.iter().map(|(name, field)| Field::new(name, field)).collect();
        let forbidden = Forbidden::new(&settings.forbidden_fields);
        let ids = settings.correlation.as_deref().map(Ids::new);
        let reader = Reader { facts, fields, forbidden, ids, clean: Clean { searcher: None } };
        Collector { streams: Vec::new(), reader }
    }

    /// The same, and no sample is kept that holds one of these secrets: it would come into the reports.
    pub(super) fn hiding(mut self, secrets: &Searcher) -> Collector {
        self.reader.clean.searcher = Some(secrets.clone());
        self
    }

    /// A value that is sent in the correlation header, and the step that sends it, such as `POST /orders`.
    /// To be called before it is sent: lines that came before are not searched for it.
    pub fn sent(&mut self, id: &str, step: &str) {
        if let Some(ids) = &mut self.reader.ids {
            ids.add(id, step);
        }
    }

    /// What came on `stdout` or `stderr` or in the `file`; lines may begin and end anywhere in it.
    pub fn take(&mut self, stream: &'static str, chunk: &[u8]) {
        let reader = &mut self.reader;
        if let Some((_, lines)) = self.streams.iter_mut().find(|(name, _)| *name == stream) {
            lines.take(chunk, |number, line| reader.line(stream, number, line));
        } else {
            let mut lines = Lines::default();
            lines.take(chunk, |number, line| reader.line(stream, number, line));
            self.streams.push((stream, lines));
        }
    }

    /// Whether there is nothing more to wait for: a JSON line came, and each value that was sent came back.
    pub fn settled(&self) -> bool {
        self.reader.facts.json > 0 && self.reader.ids.as_ref().is_none_or(Ids::all_found)
    }

    /// What it all was. A last line without its end counts.
    pub fn finish(mut self) -> LogFacts {
        let reader = &mut self.reader;
        for (stream, lines) in self.streams {
            lines.finish(|number, line| reader.line(stream, number, line));
        }
        let mut facts = self.reader.facts;
        facts.fields = self.reader.fields.into_iter().map(Field::into_facts).collect();
        facts.forbidden = self.reader.forbidden.into_facts();
        facts.correlation = self.reader.ids.map(Ids::into_facts);
        facts
    }
}

fn source(from: &LogSource) -> String {
    match from {
        LogSource::Stdout => "stdout".into(),
        LogSource::Stderr => "stderr".into(),
        LogSource::Both => "stdout and stderr".into(),
        LogSource::File(path) => path.clone(),
    }
}

/// What the lines of all streams add up to.
#[derive(Debug)]
struct Reader {
    facts: LogFacts,
    fields: Vec<Field>,
    forbidden: Forbidden,
    ids: Option<Ids>,
    clean: Clean,
}

impl Reader {
    fn line(&mut self, stream: &'static str, number: u64, line: Line<'_>) {
        let bytes = match line {
            Line::Whole(bytes) => bytes,
            Line::TooLong => {
                self.facts.lines += 1;
                self.unstructured(stream, number, "longer than 1 MiB", b"");
                return;
            }
        };
        if bytes.trim_ascii().is_empty() {
            return;
        }
        self.facts.lines += 1;
        let Ok(text) = str::from_utf8(bytes) else {
            self.unstructured(stream, number, "not UTF-8: ", bytes);
            return;
        };
        // By way of `FromStr`, which is no generic function: it is built with serde_json's optimisation.
        match text.parse::<Value>() {
            Ok(Value::Object(object)) => {
                self.facts.json += 1;
                let place = Place { stream, number, clean: &self.clean };
                self.fields.iter_mut().for_each(|field| field.line(&object, &place));
                self.forbidden.line(text, &place);
                if let Some(ids) = &mut self.ids {
                    ids.line(&object);
                }
            }
            Ok(_) => self.unstructured(stream, number, "JSON, and no object: ", bytes),
            Err(_) => self.unstructured(stream, number, "", bytes),
        }
    }

    fn unstructured(&mut self, stream: &'static str, number: u64, why: &str, bytes: &[u8]) {
        if self.facts.unstructured.len() < SAMPLES {
            let text = format!("{why}{}", String::from_utf8_lossy(bytes));
            let place = Place { stream, number, clean: &self.clean };
            self.facts.unstructured.push(place.sample(&text));
        }
    }
}

/// A line's place, to make samples of it.
struct Place<'a> {
    stream: &'static str,
    number: u64,
    clean: &'a Clean,
}

impl Place<'_> {
    fn sample(&self, text: &str) -> LogSample {
        LogSample { line: self.number, stream: self.stream.into(), text: self.clean.text(text, CLIP) }
    }
}

/// Makes text from the log fit to be kept.
#[derive(Debug)]
struct Clean {
    searcher: Option<Searcher>,
}

impl Clean {
    /// Text in one line of at most `limit` characters; in its stead, what secret it holds.
    fn text(&self, text: &str, limit: usize) -> String {
        match self.searcher.as_ref().and_then(|searcher| searcher.first(text.as_bytes())) {
            Some(secret) => clip(&format!("(not shown: it holds {secret})"), limit),
            None => clip(text, limit),
        }
    }
}

/// The beginning of a text, in one line without invisible characters.
fn clip(text: &str, limit: usize) -> String {
    let mut out = String::new();
    let mut count = 0;
    let mut next = String::new();
    for c in text.trim().chars() {
        next.clear();
        push_visible(&mut next, c);
        count += next.chars().count();
        if count > limit {
            out.push('\u{2026}');
            break;
        }
        out.push_str(&next);
    }
    out
}
