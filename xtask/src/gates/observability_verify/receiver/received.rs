//! What came to the receiver, within limits.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::diagnostics::one_line;
use crate::gates::observability_verify::otlp::SpanData;

/// The most spans that are kept with their attributes.
const SPANS: usize = 10_000;

/// The most text that they may hold together, in bytes.
const WEIGHT: usize = 32 << 20;

/// The most trace ids that are kept.
const TRACES: usize = 100_000;

/// The most services that are told apart, and names of spans of each.
const SERVICES: usize = 100;
const NAMES: usize = 50;

/// How many reasons are kept, and how long each is, in characters.
const REASONS: usize = 20;
const OTHERS: usize = 5;
const REASON: usize = 300;

/// What came to the receiver.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Received {
    /// Requests for spans that could be read; a request may have none.
    pub requests: u64,
    /// Spans in them.
    pub total: u64,
    /// The first of them; at most 10,000.
    pub spans: Vec<SpanData>,
    /// The trace ids of all of them; at most 100,000.
    pub traces: HashSet<[u8; 16]>,
    /// By `service.name`, how many spans there are and what the first fifty names are; at most a hundred
    /// services.
    pub services: BTreeMap<String, (u64, BTreeSet<String>)>,
    /// Why requests for spans were refused, in one line each; at most twenty.
    pub malformed: Vec<String>,
    /// How many were.
    pub malformed_total: u64,
    /// What else came that was no request for spans, such as `HTTP/2, as gRPC does`; at most five.
    pub turned_away: BTreeSet<String>,
    weight: usize,
}

impl Received {
    /// Adds the spans of a request.
    pub(in crate::gates::observability_verify) fn spans(&mut self, spans: Vec<SpanData>) {
        self.requests += 1;
        for span in spans {
            self.total += 1;
            if self.traces.len() < TRACES {
                self.traces.insert(span.trace_id);
            }
            if self.services.len() < SERVICES || self.services.contains_key(&span.service) {
                let (count, names) = self.services.entry(span.service.clone()).or_default();
                *count += 1;
                if names.len() < NAMES {
                    names.insert(span.name.clone());
                }
            }
            let weight = self.weight + span.weight();
            if self.spans.len() < SPANS && weight <= WEIGHT {
                self.weight = weight;
                self.spans.push(span);
            }
        }
    }

    /// Adds a request for spans that could not be read.
    pub(in crate::gates::observability_verify) fn malformed(&mut self, why: &str) {
        self.malformed_total += 1;
        if self.malformed.len() < REASONS {
            self.malformed.push(short(why));
        }
    }

    /// Adds what is no request for spans.
    pub(in crate::gates::observability_verify) fn turn_away(&mut self, what: &str) {
        if self.turned_away.len() < OTHERS {
            self.turned_away.insert(short(what));
        }
    }
}

/// In one line, and not too long.
fn short(text: &str) -> String {
    let cut: String = text.chars().take(REASON).collect();
    one_line(&cut)
}
