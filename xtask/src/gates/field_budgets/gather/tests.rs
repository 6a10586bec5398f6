use std::path::Path;

use super::*;
use crate::gates::field_budgets::lock::FILE;
use crate::gates::field_budgets::samples::{package, unreadable, with_fields};

/// What comes of packages of which the sources say this.
pub(crate) fn from(root: &Path, packages: Vec<PackageFacts>) -> Survey {
    let read = packages.into_iter().map(|package| {
        let lock = lock::load(root, &package.lockfile);
        (package, lock)
    });
    put_together(read.collect())
}

/// A folder with these lockfiles.
fn root(files: &[(&str, &str)]) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for (folder, text) in files {
        std::fs::create_dir_all(root.path().join(folder)).unwrap();
        std::fs::write(root.path().join(folder).join(FILE), text).unwrap();
    }
    root
}

fn lock_text(contracts: Vec<Contract>, budget: usize) -> String {
    let contracts = contracts.into_iter().map(|contract| (contract, budget, None)).collect();
    lock::render(&Lock::default().renewed(contracts, Vec::new()))
}

fn told(package: &PackageFacts) -> Vec<(Change, &str)> {
    package.drift.iter().map(|drift| (drift.change, drift.contract.as_str())).collect()
}

#[test]
fn what_is_locked_as_it_is_has_a_budget_and_no_drift() {
    let contracts = vec![with_fields("Order", &["id", "total"]), with_fields("Line", &["sku"])];
    let root = root(&[("api", &lock_text(contracts.clone(), 1))]);
    let Survey { facts, locks, partners } = from(root.path(), vec![package("api", contracts)]);
    let api = &facts.packages[0];
    assert_eq!((&api.lock, told(api)), (&LockState::Read, vec![]));
    let budgets: Vec<_> =
        api.budgets.iter().map(|one| (one.contract.as_str(), one.used, one.budget)).collect();
    assert_eq!(budgets, [("Line", 1, 1), ("Order", 2, 1)]);
    let line = locks[0].as_ref().unwrap().as_ref().unwrap().0.lines().position(|line| line == "budget = 1");
    assert_eq!(api.budgets[0].line, line.unwrap() + 1);
    assert_eq!(partners, [[Some((0, 0)), Some((0, 1))]]);
    assert!(!facts.complete, "that is said by who read the sources as well");
}

#[test]
fn without_a_lockfile_there_is_no_drift_and_a_broken_one_says_why() {
    let contracts = || vec![with_fields("Order", &["id"])];
    let root = root(&[("broken", "version = 1\nx = 1\ny = 2\n")]);
    let survey = from(root.path(), vec![package("none", contracts()), package("broken", contracts())]);
    let [none, broken] = survey.facts.packages.as_slice() else { panic!() };
    assert_eq!((&none.lock, none.drift.len(), none.budgets.len()), (&LockState::Absent, 0, 0));
    let LockState::Unreadable { complaints } = &broken.lock else { panic!("{broken:?}") };
    assert_eq!(complaints.len(), 2);
    assert!(complaints[0].starts_with("broken/field-budgets.lock:2:1: x: unknown key"), "{complaints:?}");
    assert_eq!((broken.drift.len(), broken.budgets.len()), (0, 0));
    assert!(survey.locks[0].as_ref().unwrap().is_none() && survey.locks[1].is_err());
}

#[test]
fn what_came_and_what_is_gone_is_told_and_has_no_budget() {
    let old = vec![with_fields("Order", &["id"]), with_fields("Refund", &["amount", "reason"])];
    let new = vec![with_fields("Order", &["id"]), with_fields("Zebra", &["stripes"])];
    let root = root(&[("api", &lock_text(old, 9))]);
    let survey = from(root.path(), vec![package("api", new)]);
    let api = &survey.facts.packages[0];
    assert_eq!(told(api), [(Change::Unlocked, "Zebra"), (Change::Gone, "Refund")]);
    assert_eq!(api.drift[1].file, "api/field-budgets.lock");
    assert_eq!(api.budgets.len(), 1);
}

#[test]
fn a_contract_that_moved_keeps_its_budget_within_the_package_alone() {
    let fields = ["id", "total", "currency"];
    let root = root(&[
        ("api", &lock_text(vec![with_fields("a::Order", &fields)], 2)),
        ("db", &lock_text(vec![with_fields("Row", &["id", "key", "value"])], 3)),
        ("web", &lock_text(vec![with_fields("Own", &["id"])], 1)),
    ]);
    let packages = vec![
        package("api", vec![with_fields("b::Order", &fields)]),
        package("db", vec![]),
        package("web", vec![with_fields("Own", &["id"]), with_fields("Row", &["id", "key", "value"])]),
    ];
    let survey = from(root.path(), packages);
    let [api, db, web] = survey.facts.packages.as_slice() else { panic!() };
    assert_eq!(told(api), [(Change::Moved, "b::Order")]);
    assert_eq!((api.budgets[0].contract.as_str(), api.budgets[0].budget), ("b::Order", 2));
    assert_eq!((told(db), told(web)), (vec![], vec![(Change::Moved, "Row")]));
    let budgets: Vec<_> = web.budgets.iter().map(|one| (one.contract.as_str(), one.budget)).collect();
    assert_eq!(budgets, [("Own", 1)]);
    assert_eq!(survey.partners[2], [Some((2, 0)), Some((1, 0))]);
}

#[test]
fn who_is_named_by_hand_is_looked_up_with_the_digest() {
    let text = |name: &str, digest: &str| {
        format!("\n[by_hand.\"{name}\"]\nsha256 = \"{}\"\nwhy = \"w\"\n", digest.repeat(64))
    };
    let text = format!(
        "version = 1\n{}{}{}{}",
        text("Same", "a"),
        text("Other", "b"),
        text("Gone", "c"),
        text("Order", "d")
    );
    let root = root(&[("api", &text)]);
    let mut facts = package("api", vec![with_fields("Order", &["id"])]);
    facts.unreadable = vec![unreadable("New", "a"), unreadable("Other", "a"), unreadable("Same", "a")];
    let survey = from(root.path(), vec![facts]);
    let api = &survey.facts.packages[0];
    let states: Vec<ByHand> = api.unreadable.iter().map(|one| one.by_hand).collect();
    assert_eq!(states, [ByHand::No, ByHand::Changed, ByHand::Locked]);
    let stale: Vec<_> = api.drift.iter().filter(|drift| drift.change == Change::Gone).collect();
    assert_eq!(
        (stale[0].contract.as_str(), stale[0].line, stale[0].told.as_str()),
        ("Gone", 11, "gone: it was named by hand")
    );
    assert_eq!(
        (stale[1].contract.as_str(), stale[1].told.as_str()),
        ("Order", "named by hand, and can be read now")
    );
}

#[test]
fn two_contracts_of_one_name_are_a_problem_unless_their_conditions_differ() {
    let under = |when: Option<&str>, line: usize| {
        let mut one = with_fields("Os", &["id"]);
        (one.rules.when, one.line) = (when.map(str::to_owned), line);
        one
    };
    let contracts = vec![under(Some("unix"), 9), under(Some("windows"), 5), under(Some("unix"), 7)];
    let survey = from(root(&[]).path(), vec![package("api", contracts)]);
    let api = &survey.facts.packages[0];
    assert_eq!(api.contracts.iter().map(|one| one.line).collect::<Vec<_>>(), [7, 5]);
    assert_eq!((api.problems.len(), api.problems[0].line), (1, 9));
    assert_eq!(api.problems[0].message, "`Os` is at src/lib.rs:7 already");
}

#[test]
fn a_schema_file_belongs_to_the_deepest_member_around_it() {
    let folders = ["a", "", "a/b", "../x"].map(str::to_owned);
    let found = ["s.json", "a/s.json", "ab/s.json", "a/b/c/s.json", "a/bc/s.json"];
    let found = found.map(|file| (Format::JsonSchema, PathBuf::from(file), file.to_owned()));
    let of = by_folder(&folders, found.into());
    let names: Vec<(&str, Vec<&str>)> = of
        .iter()
        .map(|(folder, files)| (*folder, files.iter().map(|file| file.name.as_str()).collect()))
        .collect();
    assert_eq!(
        names,
        [
            ("a", vec!["s.json", "bc/s.json"]),
            ("", vec!["s.json", "ab/s.json"]),
            ("a/b", vec!["c/s.json"]),
            ("../x", vec![]),
        ]
    );
}
