//! The catalogue and the cases fit each other: no code without a case that produces it, and no case
//! that waits for a code that does not exist.

#[path = "support/case.rs"]
#[allow(dead_code, reason = "the harness uses the rest of it")]
mod case;

use std::collections::BTreeSet;

use case::{Case, names};
use xtask::catalog::{CATALOG, Code};
use xtask::gates::Gate;

#[test]
fn every_code_is_produced_by_a_case() {
    let produced: BTreeSet<String> = names().iter().filter_map(|name| Case::load(name).code).collect();
    let missing: Vec<&str> =
        CATALOG.iter().map(|(_, entry)| entry.code).filter(|code| !produced.contains(*code)).collect();
    assert!(missing.is_empty(), "no folder of fixtures/cases has `code =` one of {missing:?}");
}

#[test]
fn every_case_waits_for_a_code_and_a_gate_that_exist() {
    for name in names() {
        let case = Case::load(&name);
        if let Some(code) = &case.code {
            assert!(Code::parse(code).is_some_and(|known| known.as_str() == code), "{name}: {code}");
        }
        if let Some(gate) = &case.gate {
            assert!(gate == "subject" || Gate::parse(gate).is_some(), "{name}: {gate}");
        }
        assert!(!case.shows.is_empty() && !case.args.is_empty(), "{name}: `shows` and `args` say something");
    }
}
