//! What the facts about logs amount to.
//!
//! A log without a line, or without a JSON line, proves nothing of its fields: that it is empty or not
//! JSON is the one finding then, whatever share of lines may be something else.

#[cfg(test)]
mod tests;

use crate::catalog::Code;
use crate::diagnostics::{count, one_line, shown};
use crate::evidence::services::{Correlation, FoundField, Leak, LogFacts, LogSample, WantedField};
use crate::verdict::Finding;

/// Where the findings belong.
struct Service<'a> {
    name: &'a str,
    package: &'a str,
}

impl Service<'_> {
    /// An error about the logs of a service; `what` is what of them.
    fn finding(&self, code: Code, what: &str, message: &str) -> Finding {
        let mut finding = Finding::error(code, one_line(&format!("{}: {message}", self.name)));
        // Where several are told in one line, each says what it is about.
        let what = if code == Code::LogFieldForbidden { message } else { what };
        let colon = if what.is_empty() { "" } else { ": " };
        finding.label = Some(one_line(&format!("{}{colon}{what}", self.name)));
        finding.package = Some(one_line(self.package)).filter(|package| !package.is_empty());
        finding
    }
}

/// What is wrong with a service's logs.
pub(in crate::gates::observability_verify) fn findings(
    service: &str,
    package: &str,
    facts: &LogFacts,
) -> Vec<Finding> {
    let service = Service { name: service, package };
    let mut findings = Vec::new();
    if let Some(problem) = &facts.problem {
        let message = format!("its log could not be read from {}: {problem}", facts.source);
        findings.push(service.finding(Code::LogMissing, "", &message));
    } else if facts.lines == 0 {
        let message = format!("not one line was logged to {}", facts.source);
        findings.push(service.finding(Code::LogMissing, "", &message));
    }
    if facts.lines == 0 {
        return findings;
    }
    findings.extend(unstructured(&service, facts));
    if facts.json == 0 {
        return findings;
    }
    findings.extend(facts.fields.iter().filter_map(|field| missing(&service, field, facts.json)));
    findings.extend(facts.forbidden.iter().map(|field| forbidden(&service, field, facts.json)));
    findings.extend(facts.correlation.as_ref().and_then(|one| uncorrelated(&service, one)));
    findings
}

/// The secrets that a service gave out.
pub(in crate::gates::observability_verify) fn leaks(
    service: &str,
    package: &str,
    leaks: &[Leak],
) -> Vec<Finding> {
    let service = Service { name: service, package };
    let leak = |leak: &Leak| {
        let times = match leak.times {
            1 => String::new(),
            times => format!(" and {times} times in all"),
        };
        let (form, place, line) = (&leak.form, &leak.place, leak.line);
        let at = match line {
            0 => format!("in {place}"),
            line => format!("in line {line} of {place}"),
        };
        let message = match leak.times {
            0 => format!("{place} could not be searched for secrets: {}", leak.secret),
            _ => format!("{} was given out {at}, {form}{times}", leak.secret),
        };
        service.finding(Code::LogFieldForbidden, &leak.secret, &message)
    };
    leaks.iter().map(leak).collect()
}

/// `line 2 of stdout: …`; the text is in backquotes where it is a piece of the log.
fn at(sample: &LogSample) -> String {
    format!("line {} of {}: {}", sample.line, sample.stream, sample.text)
}

fn unstructured(service: &Service<'_>, facts: &LogFacts) -> Option<Finding> {
    let lines = facts.lines;
    let other = lines.saturating_sub(facts.json);
    let limit = facts.max_unstructured_percent;
    let over = u128::from(other) * 100 > u128::from(limit) * u128::from(lines);
    if !over && facts.json > 0 {
        return None;
    }
    let first = facts.unstructured.first().map(|sample| {
        let quoted = LogSample { text: shown(&sample.text), ..sample.clone() };
        format!("; the first is {}", at(&quoted))
    });
    let message = if facts.json == 0 {
        let none = if lines == 1 {
            "its one line is not JSON".into()
        } else {
            format!("none of its {lines} lines is JSON")
        };
        format!("{none}{}", first.unwrap_or_default())
    } else {
        let are = if other == 1 { "is" } else { "are" };
        let share = percent(other, lines, limit);
        let of = format!("{other} of {} ({share})", count_of(lines, "line"));
        format!("{of} {are} not JSON, {limit} % allowed{}", first.unwrap_or_default())
    };
    let mut finding = service.finding(Code::LogUnstructured, "", &message);
    if facts.unstructured.first().is_some_and(|sample| matches!(sample.text.as_str(), "{" | "[")) {
        finding.remedy =
            Some("Let the formatter write each record on one line: turn its pretty-printing off.".into());
    }
    Some(finding)
}

/// A share that is over the limit, in percent, rounded; but never so that it looks as if it were not.
fn percent(part: u64, whole: u64, limit: u32) -> String {
    let (part, whole) = (u128::from(part), u128::from(whole).max(1));
    let tenths = (part * 2000 + whole) / (whole * 2);
    if tenths <= u128::from(limit) * 10 {
        return format!("just over {limit} %");
    }
    format!("{}.{} %", tenths / 10, tenths % 10)
}

/// `1 line`, `41 lines`.
fn count_of(number: u64, noun: &str) -> String {
    usize::try_from(number).map_or_else(|_| format!("{number} {noun}s"), |number| count(number, noun))
}

fn missing(service: &Service<'_>, field: &WantedField, lines: u64) -> Option<Finding> {
    let of = count_of(lines, "JSON line");
    let (missing, wrong) = (field.missing, field.wrong);
    let counts = match (missing, wrong) {
        (0, 0) => return None,
        (missing, 0) => format!("is missing in {missing} of {of}"),
        (0, wrong) => format!("is wrong in {wrong} of {of}"),
        (missing, wrong) => format!("is missing in {missing} of {of} and wrong in {wrong}"),
    };
    let paths = field.paths.iter().map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ");
    let first =
        field.first.as_ref().map(|sample| format!("; the first is {}", at(sample))).unwrap_or_default();
    let kind = match field.kind.as_str() {
        "time" => " and must be RFC 3339 text".into(),
        "any" => String::new(),
        kind => format!(" and must be a {kind}"),
    };
    let message = format!("the field {} (looked for at {paths}{kind}) {counts}{first}", field.name);
    let mut finding = service.finding(Code::LogFieldMissing, &field.name, &message);
    if missing > 0 {
        finding.remedy = Some(one_line(&format!(
            "Let the formatter write it; if it has another name, say logs.fields.{0}: NAME; if there is none, {0}: false.",
            field.name
        )));
    }
    if missing == 0 {
        finding.remedy = Some(one_line(&match field.kind.as_str() {
            "time" => format!(
                "Let the formatter write it as RFC 3339 text, such as 2026-01-02T03:04:05Z; or say under logs.fields.{} that it is of another kind.",
                field.name
            ),
            kind => format!(
                "Let the formatter write a {kind} there; or say under logs.fields.{} that it is of another kind, or elsewhere.",
                field.name
            ),
        }));
    }
    Some(finding)
}

fn forbidden(service: &Service<'_>, field: &FoundField, lines: u64) -> Finding {
    let (path, found, of) = (&field.path, field.lines, count_of(lines, "JSON line"));
    let have = if found == 1 { "has" } else { "have" };
    let message =
        format!("{found} of {of} {have} the forbidden field `{path}`; the first is {}", at(&field.first));
    service.finding(Code::LogFieldForbidden, path, &message)
}

fn uncorrelated(service: &Service<'_>, facts: &Correlation) -> Option<Finding> {
    let (header, sent, found) = (&facts.header, facts.sent, facts.found);
    if sent == 0 {
        let message =
            format!("no request was sent with {header}, so that none could be looked for in the log");
        let mut finding = service.finding(Code::LogUncorrelated, header, &message);
        finding.remedy =
            Some("Let the exercise send a request over HTTP, or leave logs.correlation out.".into());
        return Some(finding);
    }
    if found >= sent {
        return None;
    }
    let requests = usize::try_from(sent).map_or_else(|_| sent.to_string(), |sent| count(sent, "request"));
    let missing = facts.first_missing.as_deref().unwrap_or("unknown");
    let message = format!(
        "the {header} of {found} of {requests} was found in a JSON line; the first that was not is that of {}",
        shown(missing)
    );
    Some(service.finding(Code::LogUncorrelated, header, &message))
}
