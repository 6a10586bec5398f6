//! Finds a family that the settings ask for.

use super::super::exposition::{self, Exposition, Format, Kind, Part, Sample};
use crate::diagnostics;
use crate::evidence::services::WantedFamily;
use crate::settings::services::Family;

/// Names longer than this are not compared with what was meant.
const LONGEST_NAME: usize = 200;

/// Names that are compared with what was meant.
const MOST_NAMES: usize = 2_000;

/// A family, and which of its samples are meant; `None` for the one that counts.
struct Meant<'a> {
    name: &'a str,
    family: &'a exposition::Family,
    part: Option<Part>,
}

/// The family that a name in the settings means: the family of that name; or the one with samples of that name
/// (`x_count` of a histogram; `x_total` of an OpenMetrics counter); or, in the text format, the counter that has
/// `_total` beside it, which OpenMetrics calls by the name alone.
fn meant<'a>(exposition: &'a Exposition, name: &str) -> Option<Meant<'a>> {
    let exact = |name: &str| exposition.families.get_key_value(name);
    if let Some((name, family)) = exact(name) {
        return Some(Meant { name, family, part: None });
    }
    let by_sample = name.match_indices('_').find_map(|(at, _)| {
        let (family_name, family) = exact(name.get(..at)?)?;
        let part = family.kind.part(exposition.format, family_name, name)?;
        let part = Some(part).filter(|part| !matches!(part, Part::Total | Part::Info));
        Some(Meant { name: family_name, family, part })
    });
    by_sample.or_else(|| {
        let (name, family) = exact(&format!("{name}_total"))?;
        (exposition.format == Format::Text && family.kind == Kind::Counter).then_some(Meant {
            name,
            family,
            part: None,
        })
    })
}

/// The readings of a service's metrics.
#[derive(Debug, Clone, Copy, Default)]
pub(in super::super) struct Readings<'a> {
    /// The first two, one right after the other: between them lies nothing but a reading.
    pub(in super::super) earlier: [Option<&'a Exposition>; 2],
    /// The third, right after them and before the exercise.
    pub(in super::super) before: Option<&'a Exposition>,
    /// The last, after the exercise.
    pub(in super::super) after: Option<&'a Exposition>,
    /// How many followed the third, the last one included.
    pub(in super::super) since: u32,
}

/// What the readings before and after the exercise say of a family.
pub(in super::super) fn look_for(wanted: &Family, readings: &Readings<'_>) -> WantedFamily {
    let Readings { before, after, .. } = *readings;
    let mut facts = WantedFamily {
        name: wanted.name.clone(),
        kind: wanted.kind.clone(),
        unit: wanted.unit.clone(),
        labels: wanted.labels.clone(),
        series: wanted.series.iter().map(|(name, value)| format!("{name}={value}")).collect(),
        increases: wanted.increases,
        ..WantedFamily::default()
    };
    facts.before = before.and_then(|exposition| sum(&meant(exposition, &wanted.name)?, wanted));
    facts.by_reading = by_reading(wanted, readings);
    let Some(after) = after else { return facts };
    let Some(found) = meant(after, &wanted.name) else {
        facts.nearest = nearest(&wanted.name, after);
        return facts;
    };
    facts.found_kind = found.family.kind.name(after.format).into();
    facts.found_unit = unit(&found, wanted.unit.as_deref());
    facts.after = sum(&found, wanted);
    facts.found = facts.after.is_some();
    let mut missing = wanted.labels.clone();
    missing.retain(|label| {
        chosen(&found, wanted).any(|series| !series.iter().any(|sample| label_of(&found, sample, label)))
    });
    facts.missing_labels = missing;
    facts
}

/// What the readings after the third have added by themselves: a service that counts every request counts those
/// of its metrics as well. The smaller of two steps is taken, since a request from before may be counted late.
fn by_reading(wanted: &Family, readings: &Readings<'_>) -> f64 {
    let [first, second] = readings.earlier;
    let at = |exposition: &Exposition| {
        let found = meant(exposition, &wanted.name);
        let none = found.as_ref().is_none_or(|one| counts_from_zero(one.family.kind.name(exposition.format)));
        // What comes later was at zero before.
        found.and_then(|found| sum(&found, wanted)).or(none.then_some(0.0))
    };
    let values: Option<Vec<f64>> = [first, second, readings.before].into_iter().map(|one| at(one?)).collect();
    let Some([first, second, third]) = values.as_deref() else { return 0.0 };
    let each = (third - second).min(second - first).max(0.0);
    if each.is_finite() { each * f64::from(readings.since) } else { 0.0 }
}

/// Whether nothing more is to be waited for: every family is there, and those that must have increased have.
pub(in super::super) fn settled(wanted: &[Family], readings: &Readings<'_>) -> bool {
    wanted.iter().all(|family| {
        let facts = look_for(family, readings);
        facts.found && (!family.increases || increased(&facts))
    })
}

/// Whether a type begins at zero: client libraries show a series when it first counts, so that one which was
/// not there before the exercise was at zero. Of a gauge, or of what states no type, nobody knows.
pub(in super::super) fn counts_from_zero(kind: &str) -> bool {
    matches!(kind, "counter" | "histogram" | "summary")
}

/// Whether it is higher after the exercise, by more than what the readings added.
pub(in super::super) fn increased(family: &WantedFamily) -> bool {
    let before = family.before.or(counts_from_zero(&family.found_kind).then_some(0.0));
    before.zip(family.after).is_some_and(|(before, after)| after - family.by_reading > before)
}

/// The series that the settings choose.
fn chosen<'a>(meant: &Meant<'a>, wanted: &Family) -> impl Iterator<Item = &'a [Sample]> {
    let own = |label: &str| bound_label(meant.family.kind) == Some(label);
    let labels: Vec<(&str, &str)> = wanted
        .series
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .filter(|(name, _)| !own(name))
        .collect();
    meant.family.series().filter(move |series| {
        let sample = series.first();
        // As in Prometheus, an empty value is the label's absence.
        let has = |(name, value): &(&str, &str)| {
            sample.is_some_and(|sample| sample.labels.get(name).unwrap_or_default() == *value)
        };
        labels.iter().all(has)
    })
}

/// The label whose value is a sample's bound.
fn bound_label(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Histogram | Kind::GaugeHistogram => Some("le"),
        Kind::Summary => Some("quantile"),
        _ => None,
    }
}

/// Whether the sample has the label, or a bound in its place.
fn label_of(meant: &Meant<'_>, sample: &Sample, label: &str) -> bool {
    sample.labels.get(label).is_some()
        || (sample.bound.is_some() && bound_label(meant.family.kind) == Some(label))
}

/// The sum of the chosen series; `None` if there is none.
fn sum(meant: &Meant<'_>, wanted: &Family) -> Option<f64> {
    let bound = bound_label(meant.family.kind).and_then(|label| wanted.series.get(label));
    // A bound that is no number chooses nothing.
    let bound = match bound {
        Some(text) => Some(text.parse::<f64>().ok()?),
        None => None,
    };
    chosen(meant, wanted).filter_map(|series| counted(meant, series, bound)).reduce(|a, b| a + b)
}

/// What counts of one series: of a histogram or summary the count, unless a sample or a bound is asked for.
fn counted(meant: &Meant<'_>, series: &[Sample], bound: Option<f64>) -> Option<f64> {
    let kind = meant.family.kind;
    let value = |part: Part, bound: Option<f64>| {
        let fits = |sample: &&Sample| sample.part == part && (bound.is_none() || sample.bound == bound);
        series.iter().find(fits).map(|sample| sample.value)
    };
    let distribution = bound_label(kind).is_some();
    match (meant.part, bound) {
        (None | Some(Part::Bucket), Some(_)) if kind != Kind::Summary => value(Part::Bucket, bound),
        (None | Some(Part::Value), Some(_)) => value(Part::Value, bound),
        // The bucket of all, which is the count: a sum over buckets means nothing.
        (Some(Part::Bucket), None) => value(Part::Bucket, Some(f64::INFINITY)),
        (Some(part), _) => value(part, None),
        (None, None) if distribution => {
            value(Part::Count, None).or_else(|| value(Part::Bucket, Some(f64::INFINITY)))
        }
        (None, None) => series.iter().find(|sample| sample.part != Part::Created).map(|sample| sample.value),
    }
}

/// The unit that it states. The text format states none: there, and where an OpenMetrics family has no UNIT
/// line, the name's ending says it, as both formats advise (`_seconds`, `_bytes_total`).
fn unit(meant: &Meant<'_>, wanted: Option<&str>) -> String {
    if !meant.family.unit.is_empty() {
        return meant.family.unit.clone();
    }
    let name = meant.name.strip_suffix("_total").unwrap_or(meant.name);
    let named = |unit: &&str| name.strip_suffix(*unit).is_some_and(|name| name.ends_with('_'));
    wanted.filter(named).unwrap_or_default().to_owned()
}

/// A name that may have been meant. Names from outside may be many and long; comparing two takes time and memory
/// with the product of their lengths.
fn nearest(wanted: &str, after: &Exposition) -> Option<String> {
    if wanted.len() > LONGEST_NAME {
        return None;
    }
    let about_as_long = |name: &&str| {
        name.len() <= LONGEST_NAME && name.len().abs_diff(wanted.len()) <= name.len().max(wanted.len()) / 3
    };
    let names = after.families.keys().map(String::as_str).filter(about_as_long).take(MOST_NAMES);
    diagnostics::nearest(wanted, names).map(str::to_owned)
}
