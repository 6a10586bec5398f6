//! What was looked for in the traces, and what was found.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashSet};

use super::otlp::SpanData;
use super::receiver::Received;
use crate::diagnostics::{count, nearest, shown};
use crate::digest;
use crate::evidence::services::{Correlation, ServiceSpans, TraceFacts, WantedSpan};
use crate::settings::services::{Span, Traces};

/// How many names are compared with one that did not come.
const NAMES: usize = 500;

/// How many differences of one span are told.
const DIFFERENCES: usize = 4;

/// The header that carries a trace (W3C Trace Context, section 3.2).
const TRACEPARENT: &str = "traceparent";

/// What the exercise sent, and when.
#[derive(Debug, Clone, Default)]
pub(super) struct Sent {
    /// Trace ids, 32 digits in hexadecimal, each with the step that it was sent in.
    pub(super) traces: Vec<(String, String)>,
    /// From when to when, in nanoseconds since 1970: the service's own readiness and the readings of its metrics
    /// leave spans as well, before and behind.
    pub(super) window: Option<(u64, u64)>,
}

impl Sent {
    /// Tells whether the exercise can have left a span: it is part of a trace that was sent, or where none was, it
    /// began while the exercise went on.
    fn leavings(&self, settings: &Traces) -> impl Fn(&SpanData) -> bool {
        let traces: Option<HashSet<[u8; 16]>> =
            settings.propagates.then(|| self.traces.iter().filter_map(|(trace, _)| id(trace)).collect());
        let window = self.window;
        move |span| match (&traces, window) {
            (Some(traces), _) => traces.contains(&span.trace_id),
            (None, Some((from, to))) => (from..=to).contains(&span.start),
            (None, None) => true,
        }
    }
}

/// The facts about what came, given what was asked for and what was sent.
pub(super) fn facts(settings: &Traces, received: &Received, sent: &Sent) -> TraceFacts {
    let services = received.services.iter().map(|(service, (spans, names))| ServiceSpans {
        service: service.clone(),
        spans: *spans,
        names: names.iter().cloned().collect(),
    });
    let left = sent.leavings(settings);
    TraceFacts {
        requests: received.requests,
        spans: received.total,
        examined: u64::try_from(received.spans.len()).unwrap_or(u64::MAX),
        services: services.collect(),
        malformed: received.malformed.clone(),
        malformed_total: received.malformed_total,
        turned_away: received.turned_away.iter().cloned().collect(),
        wanted: settings.spans.iter().map(|span| wanted(span, received, &left)).collect(),
        propagation: settings.propagates.then(|| propagation(received, &sent.traces)),
    }
}

/// Whether all that is asked for has come, so that nothing more has to be waited for.
pub(super) fn settled(settings: &Traces, received: &Received, sent: &Sent) -> bool {
    let all_sent = || {
        let propagation = propagation(received, &sent.traces);
        propagation.found == propagation.sent
    };
    let left = sent.leavings(settings);
    let came = |wanted| received.spans.iter().any(|span| is(wanted, span) && left(span));
    settings.spans.iter().all(came) && (!settings.propagates || all_sent())
}

/// The value of a `traceparent` (W3C Trace Context, section 3.2.2: version 00, sampled), and the trace id in
/// it. `random` is used up: the same bytes give the same trace.
pub(super) fn traceparent(random: [u8; 24]) -> (String, String) {
    let hex = |bytes: &[u8]| {
        let text = digest::hex(bytes);
        // All zero is no id.
        if bytes.iter().all(|byte| *byte == 0) { text.replacen('0', "1", 1) } else { text }
    };
    let (trace, parent) = random.split_at(16);
    let trace = hex(trace);
    (format!("00-{trace}-{}-01", hex(parent)), trace)
}

/// Of the trace ids that were sent, how many some span has. That a span has it is enough: its parent may be
/// a span that is not exported, such as one of a proxy in the service.
fn propagation(received: &Received, sent: &[(String, String)]) -> Correlation {
    let mut steps: BTreeMap<&str, bool> = BTreeMap::new();
    let mut first_missing = None;
    for (trace, step) in sent {
        let found = id(trace).is_some_and(|id| received.traces.contains(&id));
        steps.insert(trace, found);
        if !found && first_missing.is_none() {
            first_missing = Some(step.clone());
        }
    }
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Correlation {
        header: TRACEPARENT.into(),
        sent: number(steps.len()),
        found: number(steps.values().filter(|found| **found).count()),
        first_missing,
    }
}

/// A trace id of 32 digits.
fn id(trace: &str) -> Option<[u8; 16]> {
    let number = if trace.len() == 32 { u128::from_str_radix(trace, 16).ok() } else { None };
    number.map(u128::to_be_bytes)
}

fn wanted(wanted: &Span, received: &Received, left: &dyn Fn(&SpanData) -> bool) -> WantedSpan {
    let attribute = |(name, value): (&String, &Option<String>)| match value {
        Some(value) => format!("{name}={value}"),
        None => name.clone(),
    };
    let like = || received.spans.iter().filter(|span| is(wanted, span));
    let found = like().filter(|span| left(span)).count();
    let elsewhere = || {
        let number = count(like().count(), "span");
        format!("{number} of that kind came, of requests that are not of the exercise")
    };
    WantedSpan {
        service: wanted.service.clone(),
        name: wanted.name.clone(),
        attributes: wanted.attributes.iter().map(attribute).collect(),
        found: u64::try_from(found).unwrap_or(u64::MAX),
        nearest: match found {
            0 if like().next().is_some() => Some(elsewhere()),
            0 => nearest_to(wanted, received),
            _ => None,
        },
    }
}

/// Whether what is asked for, if anything, is what there is.
fn same(wanted: Option<&String>, found: &str) -> bool {
    wanted.is_none_or(|wanted| wanted == found)
}

/// Whether the span has the attribute, with the value if one is asked for.
fn has(span: &SpanData, name: &str, value: Option<&String>) -> bool {
    span.attributes.get(name).is_some_and(|found| same(value, found))
}

/// How many of the attributes the span has.
fn fulfilled(wanted: &Span, span: &SpanData) -> usize {
    wanted.attributes.iter().filter(|(name, value)| has(span, name, value.as_ref())).count()
}

/// Whether the span is what is asked for.
fn is(wanted: &Span, span: &SpanData) -> bool {
    same(wanted.service.as_ref(), &span.service)
        && same(wanted.name.as_ref(), &span.name)
        && fulfilled(wanted, span) == wanted.attributes.len()
}

/// The span that comes nearest, and what sets it apart. Near is one of the same name or of one that looks
/// like it, one of the same service if no name is asked for, and one with an attribute that is asked for.
fn nearest_to(wanted: &Span, received: &Received) -> Option<String> {
    let names = received.services.values().flat_map(|(_, names)| names).take(NAMES);
    let slip = wanted.name.as_ref().and_then(|name| nearest(name, names.map(String::as_str)));
    let near = |span: &SpanData| {
        let named = wanted.name.as_ref().is_some_and(|name| *name == span.name);
        let of_service = wanted.name.is_none() && wanted.service.as_ref() == Some(&span.service);
        named || of_service || slip == Some(span.name.as_str()) || fulfilled(wanted, span) > 0
    };
    let rank = |span: &&SpanData| {
        let (service, name) =
            (same(wanted.service.as_ref(), &span.service), same(wanted.name.as_ref(), &span.name));
        (fulfilled(wanted, span), name, service)
    };
    // Of several, the first: `max_by_key` would take the last.
    let best = received.spans.iter().rev().filter(|span| near(span)).max_by_key(rank)?;
    Some(format!("span {} of {}: {}", shown(&best.name), of(&best.service), differences(wanted, best)))
}

fn of(service: &str) -> String {
    if service.is_empty() { "no service.name".into() } else { shown(service) }
}

fn differences(wanted: &Span, span: &SpanData) -> String {
    let mut told = Vec::new();
    if let Some(name) = wanted.name.as_ref().filter(|name| **name != span.name) {
        told.push(format!("its name is not {}", shown(name)));
    }
    if let Some(service) = wanted.service.as_ref().filter(|service| **service != span.service) {
        told.push(format!("its service is not {}", shown(service)));
    }
    for (name, value) in &wanted.attributes {
        match (span.attributes.get(name), value) {
            (None, _) => told.push(format!("it has no {}", shown(name))),
            (Some(found), Some(value)) if found != value => {
                told.push(format!("{} is {}, not {}", shown(name), shown(found), shown(value)));
            }
            (Some(_), _) => {}
        }
    }
    let more = told.len().saturating_sub(DIFFERENCES);
    told.truncate(DIFFERENCES);
    if more > 0 {
        told.push(format!("{more} more"));
    }
    told.join("; ")
}
