//! The Prometheus text format 0.0.4 and OpenMetrics 1.0.
//!
//! Read strictly: whatever the formats do not allow is told with its line, for a scraper may drop the whole
//! reading for one bad line. Sources: prometheus.io, "Exposition formats", section "Text format details"; and
//! "OpenMetrics 1.0", sections "Data Model" and "Text format". Laxer than their letter, for what real exporters
//! write and every scraper takes:
//!
//! - names in quotes (`{"my.metric", "l.x"="v"} 1`), which came with Prometheus 3, in both formats;
//! - a double quote in an OpenMetrics HELP text without a backslash;
//! - a sum of a histogram or summary in the text format may fall below zero or be NaN: observations may.
//!
//! Time grows with the length of the text (sorting a family's samples apart), memory with the number of
//! samples, which is bounded. Nothing is recursive and no input makes it panic.

mod check;
mod cursor;
mod format;
mod labels;
mod line;
mod names;
mod numbers;
mod reader;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use format::{EXPECTED, Format};
pub use labels::Labels;
pub use names::{Kind, Part};

use crate::evidence::services::Malformed;

/// Samples that are kept, and families; what comes after is not read.
const MAX_SAMPLES: usize = 200_000;

/// Complaints that are kept.
const MAX_MALFORMED: usize = 20;

/// What a text says.
#[derive(Debug, Clone)]
pub struct Exposition {
    /// The format that it was read as.
    pub format: Format,
    /// Families by name. In OpenMetrics a counter's name has no `_total`; in the text format it has what the
    /// TYPE line says.
    pub families: BTreeMap<String, Family>,
    /// What the format does not allow, by line; at most twenty.
    pub malformed: Vec<Malformed>,
    /// How much of that there is.
    pub malformed_total: usize,
}

/// A family of metrics.
#[derive(Debug, Clone, Default)]
pub struct Family {
    /// Its type.
    pub kind: Kind,
    /// Its unit by its UNIT line, which OpenMetrics alone has; empty if none is stated.
    pub unit: String,
    /// Whether there is a HELP text.
    pub help: bool,
    /// Its samples, sorted by labels, part and bound: those of one series stand together.
    pub samples: Vec<Sample>,
    /// The lines of its metadata, and where it begins.
    lines: Lines,
}

/// One-based lines; 0 where there is none.
#[derive(Debug, Clone, Copy, Default)]
struct Lines {
    first: usize,
    kind: usize,
    unit: usize,
    help: usize,
}

/// One sample.
#[derive(Debug, Clone)]
pub struct Sample {
    /// What it is of its family.
    pub part: Part,
    /// Its labels, but for a bucket's `le` and a quantile's `quantile`.
    pub labels: Labels,
    /// The value of `le` or `quantile`.
    pub bound: Option<f64>,
    /// Its value.
    pub value: f64,
    /// In milliseconds (text format) or seconds (OpenMetrics) since 1970.
    pub timestamp: Option<f64>,
    /// One-based.
    pub line: usize,
    /// Its place among the family's samples.
    index: usize,
}

impl Family {
    /// Its series: the samples of each set of labels; those of a histogram's buckets and of a summary's
    /// quantiles belong to one.
    pub fn series(&self) -> impl Iterator<Item = &[Sample]> {
        self.samples.chunk_by(|a, b| a.labels == b.labels)
    }
}

/// Reads a text. Never fails: what is wrong is told in [`Exposition::malformed`], and what can be read is read.
pub fn parse(bytes: &[u8], format: Format) -> Exposition {
    let mut reader = reader::Reader::new(format);
    reader.read(bytes);
    reader.finish()
}

/// What is wrong so far.
#[derive(Default)]
struct Complaints {
    kept: Vec<Malformed>,
    total: usize,
}

impl Complaints {
    fn add(&mut self, line: usize, message: impl Into<String>) {
        self.total += 1;
        if self.kept.len() < MAX_MALFORMED {
            self.kept.push(Malformed { line, message: message.into() });
        }
    }
}
