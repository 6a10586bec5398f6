//! What was looked for in the metrics, and what was found.

mod look;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

pub(super) use look::{Readings, counts_from_zero, increased, look_for, settled};

use super::exposition::{self, EXPECTED, Exposition, Format};
use crate::diagnostics::shown;
use crate::evidence::services::{Family, Scrape, WidestLabel};

/// Families that the evidence names.
const MAX_FAMILIES: usize = 1_000;

/// Families with no more series than this are not searched for the label that makes them.
const FEW_SERIES: usize = 100;

/// Series of one family, and of all of them, that are searched for it.
const SEARCHED: (usize, usize) = (10_000, 20_000);

/// Reads an answer. What it says is there only if it is in a format that is understood.
pub(super) fn scrape(bytes: &[u8], content_type: &str) -> (Scrape, Option<Exposition>) {
    let mut scrape = Scrape { bytes: bytes.len() as u64, ..Scrape::default() };
    let format = match understood(bytes, content_type) {
        Ok(format) => format,
        Err(problem) => {
            scrape.problem = Some(problem);
            return (scrape, None);
        }
    };
    let exposition = exposition::parse(bytes, format);
    format.as_str().clone_into(&mut scrape.format);
    scrape.families_total = exposition.families.len();
    scrape.families = families(&exposition);
    scrape.malformed.clone_from(&exposition.malformed);
    scrape.malformed_total = exposition.malformed_total;
    (scrape, Some(exposition))
}

fn understood(bytes: &[u8], content_type: &str) -> Result<Format, String> {
    // Nothing in either format begins so, and a page's content type is often a wrong one.
    let page = bytes.trim_ascii_start().starts_with(b"<");
    match (content_type.trim(), Format::of(content_type)) {
        (_, _) if page => {
            let named = shown(content_type);
            Err(format!(
                "the answer is a page of HTML or XML (content type {named}), and no metrics: expected {EXPECTED}"
            ))
        }
        (_, Some(format)) => Ok(format),
        ("", None) => {
            Err(format!("the answer has no content type, and Prometheus 3 refuses it: expected {EXPECTED}"))
        }
        (other, None) => {
            Err(format!("the answer has the content type {}: expected {EXPECTED}", shown(other)))
        }
    }
}

/// The families, summed up.
fn families(exposition: &Exposition) -> Vec<Family> {
    let mut found: Vec<(usize, &String, &exposition::Family)> =
        exposition.families.iter().map(|(name, family)| (family.series().count(), name, family)).collect();
    // Stable: of those with as many series, the first by name stay.
    found.sort_by_key(|(series, _, _)| std::cmp::Reverse(*series));
    found.truncate(MAX_FAMILIES);
    let mut budget = SEARCHED.1;
    let mut families: Vec<Family> = found
        .into_iter()
        .map(|(series, name, family)| Family {
            name: name.clone(),
            kind: family.kind.name(exposition.format).into(),
            unit: family.unit.clone(),
            series,
            widest: (series > FEW_SERIES).then(|| widest(family, &mut budget)).flatten(),
        })
        .collect();
    families.sort_by(|a, b| a.name.cmp(&b.name));
    families
}

/// The label with the most values; of several, the first by name.
fn widest(family: &exposition::Family, budget: &mut usize) -> Option<WidestLabel> {
    let mut values: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let searched = SEARCHED.0.min(*budget);
    for sample in family.series().take(searched).filter_map(|series| series.first()) {
        *budget -= 1;
        for (name, value) in sample.labels.iter() {
            values.entry(name).or_default().insert(value);
        }
    }
    let widest = values.into_iter().rev().max_by_key(|(_, values)| values.len());
    widest.map(|(name, values)| WidestLabel { name: name.into(), values: values.len() })
}
