//! What the exporters in use write is read without a complaint, and is what was put in.
//!
//! A complaint about one of them means that a rule is stricter than what every scraper takes.

/// Each exporter on its own.
mod exporters {
    mod metrics_crate;
    mod opentelemetry;
    mod prometheus_crate;
}

use xtask::gates::observability_verify::exposition::{Exposition, Family, Format, Kind, Part, parse};

/// Text that each format has to escape, or that people forget to.
const ODD: [&str; 9] = [
    "plain",
    "",
    "two\nlines",
    "\"quoted\"",
    r"back\slash\n",
    "{brace=\"}\",",
    " blank ",
    "\u{1f980} caf\u{e9}",
    "#\r\t",
];

/// Reads a text as its content type says; nothing may be wrong with it.
#[track_caller]
fn read(text: &str, content_type: &str) -> Exposition {
    let format = Format::of(content_type).expect("a known format");
    let read = parse(text.as_bytes(), format);
    assert_eq!(read.malformed, [], "{text}");
    read
}

/// The value of the one sample with this part, these labels and this bound.
#[track_caller]
fn value(family: &Family, part: Part, labels: &[(&str, &str)], bound: Option<f64>) -> f64 {
    let labels: Vec<(&str, &str)> = labels.iter().copied().filter(|(_, value)| !value.is_empty()).collect();
    let fits = family.samples.iter().filter(|sample| {
        sample.part == part && sample.bound == bound && sample.labels.iter().collect::<Vec<_>>() == labels
    });
    let values: Vec<f64> = fits.map(|sample| sample.value).collect();
    assert_eq!(values.len(), 1, "{part:?} {labels:?} {bound:?} in {family:?}");
    values[0]
}

/// Name and type of each family.
fn kinds(read: &Exposition) -> Vec<(&str, Kind)> {
    read.families.iter().map(|(name, family)| (name.as_str(), family.kind)).collect()
}
