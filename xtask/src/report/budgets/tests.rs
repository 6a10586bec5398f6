use super::{outcome, table, word};
use crate::evidence::budgets::{
    Budget, BudgetFacts, ByHand, Change, Compat, Drift, LockState, PackageFacts, Problem, Reads, Unreadable,
};
use crate::evidence::contracts::Format;
use crate::gates::field_budgets::locking::{Done, Outcome, Wrote};
use crate::gates::field_budgets::samples::{package, unreadable, with_fields};
use crate::report::samples::EVIL;

fn compat(verdict: Reads, why: &str) -> Compat {
    Compat { verdict, why: why.into() }
}

fn drift(contract: &str, change: Change, told: &str, verdicts: (Compat, Compat)) -> Drift {
    let (old_reads_new, new_reads_old) = verdicts;
    let (contract, told, file) = (contract.into(), told.into(), "api/src/wire.rs".into());
    Drift { format: Format::Serde, contract, change, told, old_reads_new, new_reads_old, file, line: 12 }
}

fn budget(contract: &str, used: usize, budget: usize) -> Budget {
    Budget { format: Format::Serde, contract: contract.into(), used, budget, line: 9 }
}

fn problem(file: &str, line: usize, message: &str, remedy: &str) -> Problem {
    Problem { file: file.into(), line, message: message.into(), remedy: remedy.into() }
}

/// Everything that there is to say, in one package.
fn busy() -> PackageFacts {
    let yes = || compat(Reads::Yes, "");
    let mut api = package(
        "orders-api",
        vec![
            with_fields("api::Line", &["sku", "quantity"]),
            with_fields("api::New", &["id"]),
            with_fields("api::Order", &["id", "total", "note"]),
            with_fields("api::Quiet", &["id"]),
        ],
    );
    api.lock = LockState::Read;
    api.budgets = vec![budget("api::Line", 2, 1), budget("api::Order", 3, 30), budget("api::Quiet", 1, 30)];
    api.drift = vec![
        drift("api::New", Change::Unlocked, "not locked", (yes(), yes())),
        drift(
            "api::Order",
            Change::FieldRetyped,
            "retyped: `total` u32 → u64",
            (compat(Reads::Depends, "numbers over 4294967295"), yes()),
        ),
        drift(
            "api::Order",
            Change::FieldRenamed,
            "renamed: `remark` → `note`",
            (compat(Reads::No, "no `remark`"), compat(Reads::Yes, "`remark` is passed over")),
        ),
        drift("api::Refund", Change::Gone, "gone", (compat(Reads::No, "it is gone"), compat(Reads::No, ""))),
    ];
    let changed = Unreadable { by_hand: ByHand::Changed, ..unreadable("money::Rate", "b") };
    let locked = Unreadable { by_hand: ByHand::Locked, ..unreadable("money::Old", "c") };
    api.unreadable = vec![unreadable("money::Money", "a"), locked, changed];
    api.problems = vec![problem("api/src/bad.rs", 3, "does not parse: expected `,`", "mend it")];
    api
}

/// So many contracts, all locked.
fn many(name: &str, number: usize) -> PackageFacts {
    let names: Vec<String> = (0..number).map(|index| format!("{name}::T{index:03}")).collect();
    let mut facts = package(name, names.iter().map(|name| with_fields(name, &["id"])).collect());
    facts.lock = LockState::Read;
    facts.budgets = names.iter().map(|name| budget(name, 1, 30)).collect();
    facts
}

fn facts(packages: Vec<PackageFacts>) -> BudgetFacts {
    BudgetFacts { complete: true, packages, ..BudgetFacts::default() }
}

fn snapshot(name: &str, text: &str) {
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, text);
    });
}

#[test]
fn a_table_looks_like_this() {
    let mut unlocked = many("fresh", 3);
    (unlocked.lock, unlocked.budgets) = (LockState::Absent, Vec::new());
    let mut broken = many("broken", 2);
    broken.budgets.clear();
    let complaint = "broken/field-budgets.lock:4:1: holds merge conflict markers (take either side)";
    broken.lock = LockState::Unreadable { complaints: vec![complaint.into()] };
    let mut workspace = facts(vec![busy(), broken, unlocked, many("quiet", 2), package("without", vec![])]);
    workspace.problems =
        vec![problem("ci/maturity-evidence.yml", 0, "`x/*.json` matches no file", "mend the glob")];
    let few = table(&workspace, false);
    assert_eq!(few.matches("--all").count(), 0, "all of them are shown");

    workspace.packages.push(many("large", 120));
    let mut first = many("first", 25);
    (first.lock, first.budgets) = (LockState::Absent, Vec::new());
    workspace.packages.push(first);
    let settled = facts(vec![many("one", 1), many("two", 2)]);
    let large = facts(vec![many("one", 50), many("two", 2)]);
    let none = facts(vec![package("one", vec![]), package("two", vec![])]);
    let texts =
        [few, table(&workspace, false), table(&settled, false), table(&large, false), table(&none, false)];
    snapshot("field-budgets.txt", &texts.join("\n---\n\n"));
    let all = table(&workspace, true);
    assert!(all.contains("large::T119") && all.contains("first::T024") && !all.contains("--all"), "{all}");
    assert!(all.contains("without: 0 contracts\n"), "{all}");
}

#[test]
fn what_was_locked_looks_like_this() {
    let done = |package: &str, wrote, contracts| Done {
        package: package.into(),
        lockfile: format!("{package}/field-budgets.lock"),
        wrote,
        contracts,
        drift: Vec::new(),
        vouched: Vec::new(),
        budgets: Vec::new(),
        exceeded: Vec::new(),
    };
    let mut api = done("orders-api", Wrote::Anew, 4);
    api.drift = busy().drift;
    api.vouched = vec!["money::Money".into()];
    api.budgets = vec![("api::Order".into(), Some(30), 3), ("api::New".into(), None, 7)];
    api.exceeded = vec![budget("api::Line", 2, 1)];
    let quiet = done("quiet", Wrote::Nothing, 2);
    let mut full = quiet.clone();
    full.exceeded = vec![budget("quiet::T", 31, 30)];
    let texts = [
        vec![api, done("first", Wrote::First, 25), full, quiet.clone(), quiet.clone()],
        vec![quiet],
        vec![done("without", Wrote::Nothing, 0)],
        vec![],
    ];
    let mut texts: Vec<String> = texts.into_iter().map(|done| outcome(&Outcome::Done(done))).collect();
    let api = busy();
    let types = api.unreadable.iter().filter(|one| one.by_hand != ByHand::Locked);
    let unreadable = types.map(|one| ("orders-api".to_owned(), one.clone())).collect();
    texts.push(outcome(&Outcome::HeldUp { problems: api.problems, unreadable }));
    snapshot("field-budgets-lock.txt", &texts.join("\n---\n\n"));
}

#[test]
fn hostile_text_moves_no_cursor_and_ends_no_line() {
    let mut api = busy();
    let evil = || EVIL.to_owned();
    (api.package, api.lockfile) = (evil(), evil());
    api.contracts[0].name = evil();
    for drift in &mut api.drift {
        (drift.contract, drift.told, drift.file) = (evil(), evil(), evil());
        (drift.old_reads_new.why, drift.new_reads_old.why) = (evil(), evil());
    }
    for one in &mut api.unreadable {
        (one.name, one.why, one.file) = (evil(), evil(), evil());
    }
    let problems = vec![problem(EVIL, 1, EVIL, EVIL)];
    api.problems.clone_from(&problems);
    let text = table(&facts(vec![api.clone()]), true);
    // The package, six of the table, two changes, three types with what to do, a problem, and the end.
    assert_eq!(text.lines().count(), 1 + 6 + 2 * 3 + 3 + 2 + 2 + 1 + 3, "{text}");
    api.lock = LockState::Unreadable { complaints: vec![evil()] };
    let held_up = Outcome::HeldUp { problems, unreadable: vec![(evil(), api.unreadable[0].clone())] };
    let done = Outcome::Done(vec![Done {
        package: evil(),
        lockfile: evil(),
        wrote: Wrote::Anew,
        contracts: 1,
        drift: api.drift.clone(),
        vouched: vec![evil()],
        budgets: vec![(evil(), None, 1)],
        exceeded: vec![budget(EVIL, 2, 1)],
    }]);
    for text in [text, table(&facts(vec![api]), false), outcome(&held_up), outcome(&done)] {
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
    }
    assert_eq!(word("api::Order=3"), "api::Order=3");
    assert_eq!(word("x'; rm -rf .\n"), r"'x'\''; rm -rf .'");
}
