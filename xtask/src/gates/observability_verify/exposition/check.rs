//! What a family must be once all of it is read.

use super::names::{Kind, Part};
use super::{Complaints, Family, Format, Sample};
use crate::diagnostics::shown;

/// Sorts the family's samples and checks what no single line shows.
pub(super) fn family(name: &str, family: &mut Family, format: Format, complaints: &mut Complaints) {
    if format == Format::OpenMetrics {
        openmetrics_names(name, family, complaints);
    }
    family.samples.sort_by(|a, b| {
        let bound = |sample: &Sample| sample.bound.unwrap_or(f64::NEG_INFINITY);
        let same_series = a.labels.cmp(&b.labels).then(a.part.cmp(&b.part));
        same_series.then_with(|| bound(a).total_cmp(&bound(b)))
    });
    // OpenMetrics, "Metric": those of a stateset are a metric without their state's label, which they keep.
    if format == Format::OpenMetrics && family.kind != Kind::StateSet {
        for series in family.series() {
            together(name, series, complaints);
        }
    }
    repeated(name, &mut family.samples, format, complaints);
    for series in family.series() {
        match family.kind {
            Kind::Histogram | Kind::GaugeHistogram => {
                Buckets::of(name, series, format, complaints).check(family.kind);
            }
            Kind::Summary if format == Format::Text => {
                let quantiles = series.iter().filter(|sample| sample.part == Part::Value);
                in_order(name, quantiles, "quantiles", complaints);
            }
            Kind::Counter if format == Format::OpenMetrics => {
                let line = series.first().map_or(0, |sample| sample.line);
                if !series.iter().any(|sample| sample.part == Part::Total) {
                    complaints.add(line, format!("the counter {} has no `_total`", of_series(name, series)));
                }
            }
            _ => {}
        }
    }
}

/// `name{labels}`, for messages.
fn of_series(name: &str, series: &[Sample]) -> String {
    let labels = series.first().map(|sample| sample.labels.to_string()).filter(|labels| labels != "{}");
    shown(&format!("{name}{}", labels.unwrap_or_default()))
}

/// OpenMetrics, "Name", "Unit", "StateSet", "Info".
fn openmetrics_names(name: &str, family: &Family, complaints: &mut Complaints) {
    if name.starts_with('_') {
        complaints
            .add(family.lines.first, format!("the name {} is reserved: it begins with `_`", shown(name)));
    }
    let (line, unit) = (family.lines.unit, &family.unit);
    if unit.is_empty() {
        return;
    }
    if matches!(family.kind, Kind::Info | Kind::StateSet) {
        let kind = family.kind.name(Format::OpenMetrics);
        complaints.add(line, format!("the {kind} {} has a unit, which none of its type may", shown(name)));
    } else if !name.strip_suffix(unit.as_str()).is_some_and(|name| name.ends_with('_')) {
        let (name, unit) = (shown(name), shown(unit));
        complaints
            .add(line, format!("{name} has the unit {unit} and does not end with it after an underscore"));
    }
}

/// OpenMetrics, "Metric": metrics must not be interleaved.
fn together(name: &str, series: &[Sample], complaints: &mut Complaints) {
    let first = series.iter().min_by_key(|sample| sample.index);
    let last = series.iter().max_by_key(|sample| sample.index);
    let (Some(first), Some(last)) = (first, last) else { return };
    if last.index - first.index + 1 != series.len() {
        let (series, line) = (of_series(name, series), first.line);
        complaints.add(
            last.line,
            format!("the lines of the series {series} are not together: they begin on line {line}, and others stand between"),
        );
    }
}

/// The same sample twice. In OpenMetrics there may be several points in time, in their order; the last is kept.
fn repeated(name: &str, samples: &mut Vec<Sample>, format: Format, complaints: &mut Complaints) {
    samples.dedup_by(|later, kept| {
        let same_bound = later.bound.map(f64::to_bits) == kept.bound.map(f64::to_bits);
        if later.part != kept.part || !same_bound || later.labels != kept.labels {
            return false;
        }
        let points = format == Format::OpenMetrics && (later.timestamp.is_some() || kept.timestamp.is_some());
        let increases = later.timestamp.zip(kept.timestamp).is_some_and(|(later, kept)| later > kept);
        if !points {
            let (series, first) = (of_series(name, std::slice::from_ref(later)), kept.line);
            complaints
                .add(later.line, format!("the series {series} stands twice: its first line is {first}"));
        } else if !increases {
            let series = of_series(name, std::slice::from_ref(later));
            complaints.add(later.line, format!("the timestamps of {series} do not increase"));
        }
        kept.value = later.value;
        kept.timestamp = later.timestamp;
        true
    });
}

/// Whether the samples, sorted by bound, stand in that order in the text too.
fn in_order<'a>(
    name: &str,
    samples: impl Iterator<Item = &'a Sample>,
    what: &str,
    complaints: &mut Complaints,
) {
    let mut before = 0;
    for sample in samples {
        if sample.index < before {
            let series = of_series(name, std::slice::from_ref(sample));
            complaints.add(sample.line, format!("the {what} of {series} are not in increasing order"));
            return;
        }
        before = sample.index;
    }
}

/// A histogram's one series.
struct Buckets<'a> {
    name: &'a str,
    series: &'a [Sample],
    format: Format,
    complaints: &'a mut Complaints,
}

impl<'a> Buckets<'a> {
    fn of(name: &'a str, series: &'a [Sample], format: Format, complaints: &'a mut Complaints) -> Self {
        Buckets { name, series, format, complaints }
    }

    fn complain(&mut self, line: usize, wrong: &str) {
        let series = of_series(self.name, self.series);
        self.complaints.add(line, format!("the histogram {series} {wrong}"));
    }

    /// Text format: "A histogram must have a bucket with le=+Inf"; OpenMetrics, "Histogram", "GaugeHistogram".
    fn check(mut self, kind: Kind) {
        let series = self.series;
        let part = |part: Part| series.iter().filter(move |sample| sample.part == part);
        let line = series.iter().map(|sample| sample.line).min().unwrap_or_default();
        let (sum, count) = (part(Part::Sum).next(), part(Part::Count).next());
        in_order(self.name, part(Part::Bucket), "buckets", self.complaints);
        let mut before: Option<&Sample> = None;
        for bucket in part(Part::Bucket) {
            if let Some(before) = before.filter(|before| before.value > bucket.value) {
                let (line, value) = (before.line, before.value);
                let wrong = format!(
                    "is not cumulative: a bucket holds {}, and the one below it, on line {line}, {value}",
                    bucket.value
                );
                self.complain(bucket.line, &wrong);
                break;
            }
            before = Some(bucket);
        }
        let negative =
            part(Part::Bucket).next().and_then(|first| first.bound).is_some_and(|bound| bound < 0.0);
        match part(Part::Bucket).next_back().filter(|last| last.bound == Some(f64::INFINITY)) {
            None => self.complain(line, "has no bucket with le=\"+Inf\""),
            Some(last) => {
                if let Some(count) = count.filter(|count| count.value != last.value) {
                    let wrong = format!(
                        "has the count {}, and its bucket with le=\"+Inf\", on line {}, {}",
                        count.value, last.line, last.value
                    );
                    self.complain(count.line, &wrong);
                }
            }
        }
        match (self.format, sum, count) {
            (Format::Text, None, _) if !negative => self.complain(line, "has no `_sum`"),
            (Format::Text, _, None) => self.complain(line, "has no `_count`"),
            (Format::OpenMetrics, Some(sum), None) => self.complain(sum.line, "has a sum and no count"),
            (Format::OpenMetrics, None, Some(count)) => self.complain(count.line, "has a count and no sum"),
            (Format::OpenMetrics, Some(sum), _) if negative && kind == Kind::Histogram => {
                self.complain(sum.line, "has a bucket below zero, and must have no sum then");
            }
            _ => {}
        }
    }
}
