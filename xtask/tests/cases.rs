//! End to end: each folder of `fixtures/cases` is one thing that can go wrong (or right), laid over a
//! workspace, judged by the built tool, and compared with what the case says must come of it.
//!
//! `fixtures/README.md` says how to add one. Set `CASES_KEEP=1` to keep the sandboxes.
#![cfg(unix)]
#![allow(
    clippy::disallowed_methods,
    reason = "the harness is the user at the terminal: it starts programs and reads its own environment"
)]

mod support;

macro_rules! cases {
    ($($name:ident)+) => {
        $(#[test] fn $name() { support::check(stringify!($name)); })+
        const NAMES: &[&str] = &[$(stringify!($name)),+];
    };
}

include!("support/list.rs");

#[test]
fn every_folder_is_a_case_and_every_case_has_its_folder() {
    let mut names: Vec<String> = NAMES.iter().map(ToString::to_string).collect();
    names.sort();
    assert_eq!(
        names,
        support::case::names(),
        "xtask/tests/support/list.rs and fixtures/cases must name the same cases"
    );
}
