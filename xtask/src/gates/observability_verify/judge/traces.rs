//! What the facts about a service's traces amount to.

#[cfg(test)]
mod tests;

use crate::catalog::Code;
use crate::diagnostics::{count, one_line, shown};
use crate::evidence::services::{Correlation, TraceFacts, WantedSpan};
use crate::verdict::Finding;

/// How many of the names that came are told.
const NAMES: usize = 5;

/// The findings of a service. There is one for everything that is asked for and not seen, and for nothing
/// being asked for at all.
pub(in crate::gates::observability_verify) fn findings(
    service: &str,
    package: &str,
    facts: &TraceFacts,
) -> Vec<Finding> {
    let finding = |code: Code, about: &str, message: &str, remedy: Option<&str>| {
        let mut finding = Finding::error(code, one_line(&format!("{service}: {message}")));
        finding.label = Some(one_line(&format!("{service}: {about}")));
        finding.package = Some(package.to_owned()).filter(|package| !package.is_empty());
        finding.remedy = remedy.map(str::to_owned);
        finding
    };
    let missing = |about: &str, message: &str, remedy: Option<&str>| {
        finding(Code::TraceMissing, about, message, remedy)
    };
    let mut findings: Vec<Finding> = reasons(facts)
        .iter()
        .map(|(message, remedy)| finding(Code::TraceMalformed, "exports of spans", message, *remedy))
        .collect();
    if facts.wanted.is_empty() {
        let remedy = "List at least one span that the exercise must leave under `traces.spans`.";
        findings.push(missing("traces", "no span is asked for, so none was looked for", Some(remedy)));
    }
    if facts.requests == 0 && facts.malformed_total == 0 {
        let (message, remedy) = nothing_came(facts);
        findings.push(missing("traces", &message, Some(remedy)));
        return findings;
    }
    for wanted in facts.wanted.iter().filter(|wanted| wanted.found == 0) {
        let about = format!("span {}", name(wanted));
        let remedy = (facts.spans > 0).then_some(
            "Start the span, with these attributes, where the request is served; or correct it under traces.spans.",
        );
        findings.push(missing(&about, &not_found(wanted, facts), remedy));
    }
    if let Some(propagation) = &facts.propagation
        && let Some((message, remedy)) = not_propagated(propagation)
    {
        findings.push(missing("traceparent", &message, Some(remedy)));
    }
    findings
}

/// What each reason for which exports were refused says, and what to do.
fn reasons(facts: &TraceFacts) -> Vec<(String, Option<&'static str>)> {
    let mut told: Vec<(&str, usize)> = Vec::new();
    for reason in &facts.malformed {
        match told.iter_mut().find(|(before, _)| before == reason) {
            Some((_, times)) => *times += 1,
            None => told.push((reason, 1)),
        }
    }
    let mut reasons: Vec<_> = told
        .into_iter()
        .map(|(reason, times)| {
            let packed = reason.starts_with("it is packed");
            let remedy = packed.then_some("Export uncompressed where this gate runs: let the exporter's compression come from OTEL_EXPORTER_OTLP_COMPRESSION, which is not set here.");
            (format!("{} of spans could not be read: {reason}", count(times, "export")), remedy)
        })
        .collect();
    let kept = u64::try_from(facts.malformed.len()).unwrap_or(u64::MAX);
    let more = facts.malformed_total.saturating_sub(kept);
    if more > 0 {
        reasons.push((format!("{more} more exports of spans could not be read"), None));
    }
    reasons
}

/// No request for spans came at all.
fn nothing_came(facts: &TraceFacts) -> (String, &'static str) {
    let none = "it exported no spans: no request came to OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
    if facts.turned_away.is_empty() {
        let remedy = "Export over OTLP/HTTP with an OpenTelemetry SDK, to where the OTEL_* variables point: usually the exporter is off, or its endpoint is set in code; and shut the tracer provider down before the process ends.";
        return (none.to_owned(), remedy);
    }
    let remedy = if facts.turned_away.iter().any(|what| what.starts_with("HTTP/2")) {
        "Export over OTLP/HTTP instead of gRPC: in opentelemetry-otlp the feature `http-proto` and `with_http()`; OTEL_EXPORTER_OTLP_PROTOCOL asks for it."
    } else {
        "Export over OTLP/HTTP to OTEL_EXPORTER_OTLP_TRACES_ENDPOINT as it is given, without TLS."
    };
    (format!("{none}; what came instead: {}", facts.turned_away.join(", ")), remedy)
}

/// What a wanted span is called in a line.
fn name(wanted: &WantedSpan) -> String {
    match (&wanted.name, &wanted.service) {
        (Some(name), _) => name.clone(),
        (None, Some(service)) if wanted.attributes.is_empty() => format!("of {service}"),
        (None, _) => format!("with {}", wanted.attributes.join(", ")),
    }
}

fn not_found(wanted: &WantedSpan, facts: &TraceFacts) -> String {
    let named = wanted.name.as_ref().map(|name| format!(" {}", shown(name))).unwrap_or_default();
    let service = wanted.service.as_ref().map(|service| format!(" of the service {}", shown(service)));
    let attributes: Vec<String> = wanted.attributes.iter().map(|one| shown(one)).collect();
    let with = if attributes.is_empty() { String::new() } else { format!(" with {}", attributes.join(", ")) };
    let asked = format!("no span{named}{}{with}", service.unwrap_or_default());
    let looked_at = if facts.examined < facts.spans {
        format!(" among the first {} of {} spans", facts.examined, facts.spans)
    } else {
        String::new()
    };
    let instead = match &wanted.nearest {
        _ if facts.spans == 0 => "no span came that could be read".to_owned(),
        Some(nearest) => format!("nearest is {nearest}"),
        None => came(wanted, facts),
    };
    format!("{asked} came{looked_at}; {instead}")
}

/// What came instead: names of the service that is asked for, else services, else names.
fn came(wanted: &WantedSpan, facts: &TraceFacts) -> String {
    let of = |asked: &String| facts.services.iter().find(|service| service.service == *asked);
    match &wanted.service {
        Some(asked) if of(asked).is_none() => {
            let services = facts.services.iter().map(|service| match service.service.as_str() {
                "" => "none (no service.name)".to_owned(),
                name => shown(name),
            });
            format!("the services that came are {}", some(services))
        }
        asked => {
            let services = facts.services.iter().filter(|one| same(asked.as_ref(), &one.service));
            let names = services.flat_map(|service| &service.names).map(|name| shown(name));
            format!("the names that came are {}", some(names))
        }
    }
}

fn same(asked: Option<&String>, found: &str) -> bool {
    asked.is_none_or(|asked| asked == found)
}

/// The first few, and how many more there are.
fn some(words: impl Iterator<Item = String>) -> String {
    let mut words: Vec<String> = words.collect();
    let more = words.len().saturating_sub(NAMES);
    words.truncate(NAMES);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", words.join(", "))
}

/// What is wrong with the propagation, if anything is.
fn not_propagated(propagation: &Correlation) -> Option<(String, &'static str)> {
    let Correlation { header, sent, found, first_missing } = propagation;
    if *sent == 0 {
        let remedy = "Have at least one step of the exercise send a request over HTTP.";
        return Some((format!("no request was sent with a {header}, so no trace could be followed"), remedy));
    }
    if found >= sent {
        return None;
    }
    let first = first_missing
        .as_ref()
        .map_or_else(String::new, |step| format!("; the first is that of {}", shown(step)));
    let message = format!(
        "of {} sent with a {header}, {found} came back in a span{first}",
        count(usize::try_from(*sent).unwrap_or(usize::MAX), "trace")
    );
    let remedy = "Take the parent of a request's span from its headers: set a `TraceContextPropagator`, extract the context, and start the span with it.";
    Some((message, remedy))
}
