//! What changed from the locked contracts to those of the sources, and who still reads whose data.
//!
//! A verdict is about data in which the change shows: of an added variant, data with that variant; of a
//! retyped field, data in which it stands. Old data is what the old shape wrote, and also what it took from
//! others. Types are followed by their names as far as the contracts of the package go; a change of a type
//! itself is told there, once, and not again for each field that has it.

mod fields;
#[cfg(test)]
mod format_tests;
mod graphql;
mod holder;
mod json;
mod known;
mod moved;
mod pairs;
mod protobuf;
mod reads;
mod rules;
mod schema;
mod split;
#[cfg(test)]
mod tests;
mod told;
mod types;
mod variant_reads;
mod variants;
mod verdict;

use crate::evidence::budgets::{Change, Drift};
use crate::evidence::contracts::{Contract, Format};

use holder::Holder;
use known::{Known, Side as At};
use told::Telling;
use verdict::{no, yes};

/// One side of a package: what its lockfile says, and what its sources say.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// The package's name.
    pub package: &'a str,
    /// Its lockfile, relative to the workspace root.
    pub lockfile: &'a str,
    /// The contracts of the lockfile, with their lines there; `None` if there is none.
    pub locked: Option<&'a [Contract]>,
    /// The contracts of the sources.
    pub current: &'a [Contract],
}

/// The drift of every package, in the packages' order. A contract that moved is told once, at its new place.
/// Without a lockfile there is no drift.
pub fn compare(packages: &[Side<'_>]) -> Vec<Vec<Drift>> {
    let locked = |package: usize| packages[package].locked.unwrap_or_default();
    let pairs = moved::pair(packages);
    let mut all = Vec::with_capacity(packages.len());
    for (package, side) in packages.iter().enumerate() {
        let Some(olds) = side.locked else {
            all.push(Vec::new());
            continue;
        };
        let partners = &pairs.of_new[package];
        let names: Vec<(&str, &str)> = partners
            .iter()
            .zip(side.current)
            .filter_map(|(partner, new)| {
                partner.map(|(from, at)| (locked(from)[at].name.as_str(), new.name.as_str()))
            })
            .collect();
        let known = Known::new(olds, side.current, &names);
        let mut drift = Vec::new();
        for (new, partner) in side.current.iter().zip(partners) {
            match partner {
                Some((from, at)) => {
                    let old = &locked(*from)[*at];
                    let package = (*from != package).then_some(packages[*from].package);
                    drift.extend(moved::told(package, old, new));
                    drift.extend(differences(&known, old, new));
                }
                None => {
                    let mut telling = Telling::of(new);
                    telling.push(Change::Unlocked, "not locked".to_owned(), (yes(), yes()), 0);
                    drift.extend(telling.drift());
                }
            }
        }
        for (old, partner) in olds.iter().zip(&pairs.of_old[package]) {
            if !partner {
                let mut telling = Telling::of(old);
                let why = || no("it is gone");
                telling.push(Change::Gone, "gone".to_owned(), (why(), why()), 0);
                drift.extend(
                    telling
                        .drift()
                        .into_iter()
                        .map(|drift| Drift { file: side.lockfile.to_owned(), ..drift }),
                );
            }
        }
        all.push(drift);
    }
    all
}

/// For each current contract of each package the locked one that it was: the package and the place in its
/// `locked`, by name or moved from elsewhere.
pub fn partners(packages: &[Side<'_>]) -> Vec<Vec<Option<(usize, usize)>>> {
    moved::pair(packages).of_new
}

/// Every change of one contract; empty if there is none. Where it is and under which name is no change.
pub fn changes(old: &Contract, new: &Contract) -> Vec<Drift> {
    differences(&Known::default(), old, new)
}

fn differences(known: &Known<'_>, old: &Contract, new: &Contract) -> Vec<Drift> {
    let mut telling = Telling::of(new);
    let another = rules::kind(known, old, new, &mut telling);
    rules::compare(known, (old, new), another, &mut telling);
    if !another {
        let (before, after) = (Holder::new(old, known, At::Old), Holder::new(new, known, At::New));
        fields::Fields { known, old: &before, new: &after, prefix: "" }.compare(&mut telling);
        variants::Variants::new(known, old, new).compare(&mut telling);
    }
    // Whatever the comparisons above have no words for is told all the same.
    if telling.is_empty() && bare(old) != bare(new) {
        let verdict = || verdict::depends("see the lockfile's diff");
        let told = "changed in a way that is told by the lockfile's diff alone".to_owned();
        telling.push(Change::RulesChanged, told, (verdict(), verdict()), 0);
    }
    telling.drift()
}

/// A contract without what is no change of it: its name and its places.
fn bare(contract: &Contract) -> Contract {
    let mut bare = contract.clone();
    (bare.name, bare.file, bare.line) = (String::new(), String::new(), 0);
    for variant in &mut bare.variants {
        variant.line = 0;
        variant.fields.iter_mut().for_each(|field| field.line = 0);
    }
    bare.fields.iter_mut().for_each(|field| field.line = 0);
    if contract.format != Format::Serde {
        // Order means nothing there.
        bare.fields.sort_by(|one, other| one.name.cmp(&other.name));
        bare.variants.sort_by(|one, other| one.name.cmp(&other.name));
    }
    bare
}
