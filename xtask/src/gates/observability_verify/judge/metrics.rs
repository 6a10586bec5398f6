//! What the facts about metrics amount to. Pure: reads nothing, runs nothing.

#[cfg(test)]
mod tests;

use super::super::metrics::{counts_from_zero, increased};
use crate::catalog::Code;
use crate::diagnostics::{count, one_line, shown};
use crate::evidence::services::{MetricFacts, Scrape, WantedFamily};
use crate::verdict::Finding;

/// Whose metrics they are.
struct Judge<'a> {
    service: &'a str,
    package: &'a str,
    facts: &'a MetricFacts,
    findings: Vec<Finding>,
}

/// What is wrong with a service's metrics; nothing if they are as asked for.
pub(in crate::gates::observability_verify) fn findings(
    service: &str,
    package: &str,
    facts: &MetricFacts,
) -> Vec<Finding> {
    let mut judge = Judge { service, package, facts, findings: Vec::new() };
    judge.unreadable();
    judge.malformed();
    judge.cardinality();
    if !facts.wanted.iter().any(|family| family.increases) {
        judge.nothing_to_see();
    }
    for family in &facts.wanted {
        judge.family(family);
    }
    judge.findings
}

impl Judge<'_> {
    fn add(&mut self, code: Code, about: &str, message: &str) {
        let service = self.service;
        // What is wrong, where several are told in one line; where that says all, the thing itself.
        let label = if code == Code::MetricMalformed { about } else { message };
        self.findings.push(Finding {
            label: Some(one_line(&format!("{service}: {label}"))),
            package: Some(self.package.to_owned()).filter(|package| !package.is_empty()),
            ..Finding::error(code, one_line(&format!("{service}: {message}")))
        });
    }

    fn readings(&self) -> [(&'static str, &Scrape); 2] {
        [("before", &self.facts.before), ("after", &self.facts.after)]
    }

    /// A reading that failed. Without the first one nothing says that a metric increased.
    fn unreadable(&mut self) {
        let failed = self.readings().into_iter().filter_map(|(when, scrape)| {
            // No format and no reason: it was never read.
            let never = || scrape.format.is_empty().then(|| "they were never read".to_owned());
            Some((when, scrape.problem.clone().or_else(never)?))
        });
        for (when, problem) in failed.collect::<Vec<_>>() {
            let path = shown(&self.facts.path);
            let message = format!("the metrics at {path} could not be read {when} the exercise: {problem}");
            self.add(Code::MetricMalformed, &format!("metrics {when} the exercise"), &message);
        }
    }

    /// What the format does not allow. The readings mostly have the same: what the second has too is told once.
    fn malformed(&mut self) {
        let (facts, path) = (self.facts, shown(&self.facts.path));
        let told = |message: &str| facts.after.malformed.iter().any(|one| one.message == message);
        for (when, scrape) in [("after", &facts.after), ("before", &facts.before)] {
            let mut kept = 0;
            for one in &scrape.malformed {
                kept += 1;
                if when == "before" && told(&one.message) {
                    continue;
                }
                let (line, wrong) = (one.line, &one.message);
                let message = format!("{path}, line {line} of the reading {when} the exercise: {wrong}");
                self.add(Code::MetricMalformed, &format!("{path} line {line}"), &message);
            }
            let rest = scrape.malformed_total.saturating_sub(kept);
            if rest > 0 {
                let places = count(rest, "more place");
                let message = format!("{path}, the reading {when} the exercise: {places} malformed");
                self.add(Code::MetricMalformed, &path, &message);
            }
        }
    }

    fn cardinality(&mut self) {
        let (facts, most) = (self.facts, self.facts.max_series as usize);
        // What grew in the exercise stands in the second reading.
        let scrape = if facts.after.families.is_empty() { &facts.before } else { &facts.after };
        for family in scrape.families.iter().filter(|family| family.series > most) {
            let (name, series) = (shown(&family.name), family.series);
            let widest = family.widest.as_ref().map(|widest| {
                let (label, values) = (shown(&widest.name), count(widest.values, "value"));
                format!("; its label {label} has the most values: {values} in what was looked at")
            });
            let widest = widest.unwrap_or_default();
            let message = format!("{name} has {series} series, and may have {most}{widest}");
            self.add(Code::MetricCardinality, &family.name, &message);
        }
    }

    /// Nobody asks for anything, or for nothing that the exercise must change.
    fn nothing_to_see(&mut self) {
        let message = match self.facts.wanted.len() {
            0 => "no metric is asked for, so that nothing was seen to work".to_owned(),
            _ => "none of the metrics asked for must increase, so that nothing was seen to count".to_owned(),
        };
        self.add(Code::MetricMissing, "metrics", &message);
    }

    fn family(&mut self, family: &WantedFamily) {
        // Without the second reading there is nothing to say of it; that was said.
        if self.facts.after.problem.is_some() || self.facts.after.format.is_empty() {
            return;
        }
        if !family.found {
            let message = not_found(family, self.facts);
            return self.add(Code::MetricMissing, &family.name, &message);
        }
        for message in not_as_wanted(family) {
            self.add(Code::MetricMissing, &family.name, &message);
        }
        let before_failed = self.facts.before.problem.is_some() || self.facts.before.format.is_empty();
        if family.increases && !before_failed && !increased(family) {
            let message = stuck(family);
            self.add(Code::MetricStuck, &family.name, &message);
        }
    }
}

/// ``orders_total` with status=201`.
fn chosen(family: &WantedFamily) -> String {
    let name = shown(&family.name);
    if family.series.is_empty() { name } else { format!("{name} with {}", shown(&family.series.join(", "))) }
}

fn not_found(family: &WantedFamily, facts: &MetricFacts) -> String {
    let name = shown(&family.name);
    if family.found_kind.is_empty() {
        return match (&family.nearest, facts.after.families_total) {
            (Some(nearest), _) => format!("there is no metric {name}; the nearest is {}", shown(nearest)),
            (None, 0) => format!("there is no metric {name}: {} lists none at all", shown(&facts.path)),
            (None, total) => format!("there is no metric {name} among the {total} of {}", shown(&facts.path)),
        };
    }
    if family.series.is_empty() {
        return format!("the metric {name} is declared and has no series");
    }
    format!("the metric {name} is there, and none of its series has {}", shown(&family.series.join(", ")))
}

/// Its type, its unit and its labels, each on its own.
fn not_as_wanted(family: &WantedFamily) -> Vec<String> {
    let name = shown(&family.name);
    let mut messages = Vec::new();
    // OpenMetrics calls unknown what the text format calls untyped.
    let known = |kind: &str| if kind == "untyped" { "unknown".to_owned() } else { kind.to_owned() };
    if let Some(kind) = family.kind.as_ref().filter(|kind| known(kind) != known(&family.found_kind)) {
        let found = match known(&family.found_kind).as_str() {
            "unknown" => "states no type".to_owned(),
            found => format!("has the type {}", shown(found)),
        };
        messages.push(format!("the metric {name} {found}, and must have the type {}", shown(kind)));
    }
    if let Some(unit) = family.unit.as_ref().filter(|unit| **unit != family.found_unit) {
        let found = match family.found_unit.as_str() {
            "" => "states no unit, and its name does not end with it".to_owned(),
            found => format!("has the unit {}", shown(found)),
        };
        messages.push(format!("the metric {name} {found}: it must have the unit {}", shown(unit)));
    }
    if !family.missing_labels.is_empty() {
        let labels: Vec<String> = family.missing_labels.iter().map(|label| shown(label)).collect();
        let noun = if labels.len() == 1 { "label" } else { "labels" };
        let chosen = chosen(family);
        messages
            .push(format!("a series of {chosen} lacks the {noun} {}, or has it empty", labels.join(", ")));
    }
    messages
}

/// It stood still, or fell, or nobody can say.
fn stuck(family: &WantedFamily) -> String {
    let chosen = chosen(family);
    let after = family.after.unwrap_or(f64::NAN);
    let Some(before) = family.before else {
        return if counts_from_zero(&family.found_kind) {
            format!("{chosen} came with the exercise and counted nothing: it is {}", number(after))
        } else {
            let (kind, after) = (&family.found_kind, number(after));
            format!(
                "{chosen} was not there before the exercise and is {after} after it: a {kind} need not begin at 0, so that nothing shows an increase"
            )
        };
    };
    let (from, to) = (number(before), number(after));
    if after > before && after - family.by_reading <= before {
        format!(
            "{chosen} went from {from} to {to} by the readings of the metrics alone, which it counts; the exercise moved nothing"
        )
    } else if after < before {
        format!("{chosen} fell from {from} to {to} while the service was exercised")
    } else if before.is_nan() || after.is_nan() {
        format!("{chosen} went from {from} to {to}, which is no increase")
    } else {
        format!("{chosen} stood still at {to} while the service was exercised")
    }
}

/// A value in few characters.
fn number(value: f64) -> String {
    if value.abs() >= 1e15 && value.is_finite() { format!("{value:e}") } else { value.to_string() }
}
