//! What one sample must be, by the type of its family.

use std::borrow::Cow;

use super::super::line::{Exemplar, Label, Line};
use super::super::names::{Kind, Part};
use super::super::{Labels, MAX_SAMPLES, Sample, numbers};
use super::{Enough, Format, Reader};
use crate::diagnostics::shown;

/// The most that an exemplar's labels may have (OpenMetrics, "Exemplars"), in characters.
const MAX_EXEMPLAR: usize = 128;

impl Reader {
    /// Puts a sample into its family. One that cannot be told apart from others is left out.
    pub(super) fn sample(&mut self, read: Line<'_>) -> Result<(), Enough> {
        if self.samples >= MAX_SAMPLES {
            self.complain(format!("there are more than {MAX_SAMPLES} samples: the rest is not read"));
            return Err(Enough);
        }
        self.samples += 1;
        let (format, line) = (self.format, self.line);
        let Line { name, mut labels, value, timestamp, exemplar } = read;
        let (family_name, part) = self.belongs(&name);
        let kind = self.open(family_name)?.kind;
        let Some(part) = part else {
            self.complain(wrong_suffix(&name, kind, format));
            return Ok(());
        };
        labels.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        if let Err(wrong) = check_labels(&labels, format) {
            self.complain(wrong);
            return Ok(());
        }
        let bound = match take_bound(&mut labels, kind, part) {
            Ok(bound) => bound,
            Err(wrong) => {
                self.complain(format!("{} {wrong}", shown(&name)));
                return Ok(());
            }
        };
        if kind == Kind::StateSet && !labels.iter().any(|(label, _)| label == family_name) {
            self.complain(format!("{} is a stateset without its label of that name", shown(&name)));
            return Ok(());
        }
        if let Some(wrong) = wrong_value(kind, part, format, value) {
            self.complain(format!("{} {wrong}", shown(&name)));
        }
        if let Some(wrong) = exemplar.and_then(|exemplar| wrong_exemplar(&exemplar, part, bound)) {
            self.complain(format!("the exemplar of {} {wrong}", shown(&name)));
        }
        let pairs = labels.iter().map(|(name, value)| (&**name, &**value));
        let labels = Labels::from_sorted(pairs);
        let family = self.open(family_name)?;
        let index = family.samples.len();
        family.samples.push(Sample { part, labels, bound, value, timestamp, line, index });
        Ok(())
    }
}

/// A sample that bears the family's name where each of its samples has a suffix.
fn wrong_suffix(name: &str, kind: Kind, format: Format) -> String {
    let suffixes: Vec<&str> = kind.parts(format).iter().map(|(suffix, _)| *suffix).collect();
    let (shown, kind_name) = (shown(name), kind.name(format));
    let mut message = format!(
        "a sample of the {kind_name} {shown} has no suffix: it must be one of {}",
        suffixes.join(", ")
    );
    if kind == Kind::Counter && name.ends_with("_total") {
        message.push_str("; in OpenMetrics the TYPE line names the family without `_total`");
    }
    message
}

/// The labels are sorted by name.
fn check_labels(labels: &[Label<'_>], format: Format) -> Result<(), String> {
    for ((name, _), (next, _)) in labels.iter().zip(labels.iter().skip(1)) {
        if name == next {
            return Err(format!("the label {} stands twice in one sample", shown(name)));
        }
    }
    // OpenMetrics, "Label"; for the text format, Prometheus' data model.
    let reserved = if format == Format::OpenMetrics { "_" } else { "__" };
    match labels.iter().find(|(name, _)| name.starts_with(reserved)) {
        Some((name, _)) => Err(format!("the label {} is reserved: it begins with `{reserved}`", shown(name))),
        None => Ok(()),
    }
}

/// Takes `le` off a bucket and `quantile` off a quantile. Neither may stand on the family's other samples.
fn take_bound(labels: &mut Vec<Label<'_>>, kind: Kind, part: Part) -> Result<Option<f64>, String> {
    let bound = if kind.has_buckets() {
        "le"
    } else if kind == Kind::Summary {
        "quantile"
    } else {
        return Ok(None);
    };
    let found = labels.iter().position(|(name, _)| name == bound);
    let wanted = matches!((kind, part), (_, Part::Bucket) | (Kind::Summary, Part::Value));
    let value: Cow<'_, str> = match (found, wanted) {
        (Some(at), true) => labels.remove(at).1,
        (None, true) => return Err(format!("has no label `{bound}`")),
        (Some(_), false) => return Err(format!("must not have the label `{bound}`")),
        (None, false) => return Ok(None),
    };
    let number = numbers::value(&value)
        .map_err(|wrong| format!("has the `{bound}` {}, which {wrong}", shown(&value)))?;
    let allowed = if kind == Kind::Summary { (0.0..=1.0).contains(&number) } else { !number.is_nan() };
    if allowed {
        // Minus zero and zero are one bound.
        return Ok(Some(number + 0.0));
    }
    let must = if kind == Kind::Summary { "is not between 0 and 1" } else { "is NaN" };
    Err(format!("has the `{bound}` {}, which {must}", shown(&value)))
}

/// Values that the type does not allow (OpenMetrics, "Metric Types"; for the text format what its client
/// libraries and Prometheus hold to: counts count).
fn wrong_value(kind: Kind, part: Part, format: Format, value: f64) -> Option<String> {
    let strict = format == Format::OpenMetrics;
    let negative = |value: f64| value.is_nan() || value < 0.0;
    match (kind, part) {
        (Kind::Counter, Part::Value | Part::Total) if negative(value) => {
            Some(format!("is a counter and has the value {value}"))
        }
        (_, Part::Bucket | Part::Count) if negative(value) => {
            Some(format!("counts and has the value {value}"))
        }
        (_, Part::Bucket | Part::Count) if strict && value.fract() != 0.0 => {
            Some(format!("counts and has the value {value}, which is no integer"))
        }
        (Kind::GaugeHistogram, Part::Sum) if value.is_nan() => Some("is a sum and has the value NaN".into()),
        (Kind::Histogram | Kind::Summary, Part::Sum) if strict && negative(value) => {
            Some(format!("is a sum and has the value {value}"))
        }
        (Kind::Summary, Part::Value) if strict && value < 0.0 => {
            Some(format!("is a quantile and has the value {value}"))
        }
        (Kind::Info, _) if value != 1.0 => Some(format!("is an info and has not the value 1 but {value}")),
        (Kind::StateSet, _) if value != 1.0 && value != 0.0 => {
            Some(format!("is a stateset and has neither the value 0 nor 1 but {value}"))
        }
        _ => None,
    }
}

/// OpenMetrics, "Exemplars" and "Histogram".
fn wrong_exemplar(exemplar: &Exemplar, part: Part, bound: Option<f64>) -> Option<String> {
    if !matches!(part, Part::Total | Part::Bucket) {
        return Some("stands where none may: only counters and buckets have them".into());
    }
    if exemplar.characters > MAX_EXEMPLAR {
        let characters = exemplar.characters;
        return Some(format!("has {characters} characters in its labels: {MAX_EXEMPLAR} are allowed"));
    }
    let above = bound.is_some_and(|bound| exemplar.value > bound);
    above.then(|| format!("has the value {}, which is above its bucket", exemplar.value))
}
