//! The verdicts on changes of serde's types, against serde itself.
//!
//! Each kind of change is a pair of real types, compiled with serde's derives. What the old one writes is
//! read by the new one and the other way round; and the tool, which reads the very same source text, must
//! come to the same verdict.

#![allow(dead_code, unreachable_pub, reason = "the types of the pairs are there for serde alone")]

/// The pairs keep to a line each, so that they can be compared by eye.
#[macro_use]
mod serde_verdicts {
    #[macro_use]
    pub mod harness;
    #[rustfmt::skip]
    pub mod fields;
    pub mod matrix;
    #[rustfmt::skip]
    pub mod table;
    #[rustfmt::skip]
    pub mod tags;
    #[rustfmt::skip]
    pub mod types;
    #[rustfmt::skip]
    pub mod variants;
    #[rustfmt::skip]
    pub mod wholes;
}

use serde_verdicts::harness::{Case, Source, judged, observed};
use serde_verdicts::{fields, table, tags, types, variants, wholes};
use xtask::evidence::budgets::{Compat, Drift, Reads};

/// The pairs of each file, and what the tool tells of each.
fn pairs() -> Vec<(Case, Vec<Drift>)> {
    let files = [
        (fields::cases(), include_str!("serde_verdicts/fields.rs"), "fields.rs"),
        (types::cases(), include_str!("serde_verdicts/types.rs"), "types.rs"),
        (wholes::cases(), include_str!("serde_verdicts/wholes.rs"), "wholes.rs"),
        (variants::cases(), include_str!("serde_verdicts/variants.rs"), "variants.rs"),
        (tags::cases(), include_str!("serde_verdicts/tags.rs"), "tags.rs"),
    ];
    let mut pairs = Vec::new();
    for (cases, text, file) in files {
        let source = Source::read(text, file);
        for case in cases {
            let drift = source.drift(case.module);
            pairs.push((case, drift));
        }
    }
    pairs
}

/// Pairs where the tool says "it depends" and serde is of one mind, and why that is meant.
const MEANT: &[(&str, &str)] = &[("converter_came", "what a converter writes is not known from source")];

#[test]
fn serde_does_what_the_tool_says() {
    let pairs = pairs();
    assert!(pairs.len() >= 90, "{} pairs", pairs.len());
    let mut wrong = Vec::new();
    for (case, drift) in &pairs {
        let did = [
            observed(case.module, &case.new_data, case.new, case.old),
            observed(case.module, &case.old_data, case.old, case.new),
        ];
        let told = judged(drift);
        let name = case.module;
        let meant = MEANT.iter().any(|(module, _)| *module == name);
        for (way, (did, told)) in ["old reads new", "new reads old"].iter().zip(did.into_iter().zip(told)) {
            if did != told && !(meant && told == Reads::Depends) {
                wrong.push(format!("{name}, {way}: serde {did:?}, told {told:?}"));
            }
        }
    }
    let told = wrong.join("\n");
    assert!(wrong.is_empty(), "{} of {} pairs:\n{told}", wrong.len(), pairs.len());
}

#[test]
fn the_table_says_what_the_tool_says() {
    let pairs = pairs();
    let mut wrong = Vec::new();
    for (change, old, new, modules) in table::TABLE {
        assert!(!modules.is_empty(), "{change}: no pair shows it");
        for module in *modules {
            let found: Vec<_> = pairs.iter().filter(|(case, _)| case.module == *module).collect();
            let [(_, drift)] = found.as_slice() else {
                panic!("{module}: {} pairs of that name", found.len())
            };
            let told = judged(drift);
            if told != [*old, *new] {
                wrong.push(format!("{change}: {module} is told as {told:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(table::TABLE.len() <= 35, "{} rows are too many to be read", table::TABLE.len());
}

#[test]
fn the_readme_has_the_table() {
    let readme = include_str!("../../README.md");
    let (start, end) = ("<!-- verdicts -->\n", "<!-- /verdicts -->\n");
    let table = readme.split_once(start).and_then(|(_, rest)| rest.split_once(end)).map(|(table, _)| table);
    let expected = table::markdown();
    assert_eq!(table.map(str::trim), Some(expected.trim()), "between the marks `verdicts`:\n{expected}");
}

/// What people read, pair by pair.
#[test]
fn what_is_told() {
    let side = |compat: &Compat| match compat.why.as_str() {
        "" => format!("{:?}", compat.verdict),
        why => format!("{:?}: {why}", compat.verdict),
    };
    let line = |drift: &Drift| {
        let (old, new) = (side(&drift.old_reads_new), side(&drift.new_reads_old));
        format!("  {} {}\n    old reads new: {old}\n    new reads old: {new}\n", drift.contract, drift.told)
    };
    let pair = |(case, drift): (Case, Vec<Drift>)| {
        format!("{}\n{}", case.module, drift.iter().map(line).collect::<String>())
    };
    let told: String = pairs().into_iter().map(pair).collect();
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("serde_verdicts.txt", told);
    });
}
