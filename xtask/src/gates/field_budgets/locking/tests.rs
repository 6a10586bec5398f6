use std::collections::BTreeMap;

use super::*;
use crate::evidence::budgets::Change;
use crate::evidence::contracts::Contract;
use crate::gates::field_budgets::gather::tests::from;
use crate::gates::field_budgets::lock;
use crate::gates::field_budgets::samples::{package, unreadable, with_fields};

/// A workspace in a folder of its own, with what its sources say.
struct Case {
    root: tempfile::TempDir,
    packages: Vec<PackageFacts>,
    problems: Vec<Problem>,
}

impl Case {
    fn new(packages: Vec<PackageFacts>) -> Case {
        Case { root: tempfile::tempdir().unwrap(), packages, problems: Vec::new() }
    }

    /// Two packages with contracts and one without.
    fn usual() -> Case {
        Case::new(vec![
            package(
                "api",
                vec![with_fields("api::Order", &["id", "total"]), with_fields("api::Line", &["sku"])],
            ),
            package("core", vec![]),
            package("db", vec![with_fields("Row", &["id"]), with_fields("old::Line", &["sku"])]),
        ])
    }

    fn survey(&self) -> Survey {
        let mut survey = from(self.root.path(), self.packages.clone());
        (survey.facts.complete, survey.facts.problems) = (true, self.problems.clone());
        survey
    }

    fn carry_out(&self, lock: Option<&[&str]>, by_hand: &[&str], budgets: &[&str]) -> Result<Outcome> {
        let owned = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<String>>();
        let (lock, by_hand, budgets) = (lock.map(owned), owned(by_hand), owned(budgets));
        let request = Request { lock: lock.as_deref(), by_hand: &by_hand, budgets: &budgets };
        carry_out(self.root.path(), self.survey(), 30, &request)
    }

    fn lock(&self, packages: &[&str]) -> Vec<Done> {
        match self.carry_out(Some(packages), &[], &[]).unwrap() {
            Outcome::Done(done) => done,
            held_up => panic!("{held_up:?}"),
        }
    }

    fn budget(&self, budgets: &[&str]) -> Result<Outcome> {
        self.carry_out(None, &[], budgets)
    }

    /// Every file, by its path.
    fn files(&self) -> BTreeMap<String, String> {
        let mut files = BTreeMap::new();
        for package in &self.packages {
            if let Ok(text) = std::fs::read_to_string(self.root.path().join(&package.lockfile)) {
                files.insert(package.lockfile.clone(), text);
            }
        }
        files
    }

    fn edit(&self, package: &str, from: &str, to: &str) {
        let path = self.root.path().join(package).join(FILE);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{text}");
        std::fs::write(&path, text.replace(from, to)).unwrap();
    }
}

fn wrote(done: &[Done]) -> Vec<(&str, Wrote)> {
    done.iter().map(|done| (done.package.as_str(), done.wrote)).collect()
}

#[test]
fn everything_is_locked_and_then_up_to_date() {
    let case = Case::usual();
    assert!(!settled(&case.survey().facts));
    assert_eq!(wrote(&case.lock(&[])), [("api", Wrote::First), ("db", Wrote::First)]);
    assert!(settled(&case.survey().facts));
    // In a file that people formatted their own way the same is said.
    case.edit("db", "budget = 30", "budget    =  30");
    let before = case.files();
    assert_eq!(before.keys().collect::<Vec<_>>(), ["api/field-budgets.lock", "db/field-budgets.lock"]);
    assert_eq!(wrote(&case.lock(&[])), [("api", Wrote::Nothing), ("db", Wrote::Nothing)]);
    assert_eq!(wrote(&case.lock(&["core"])), [("core", Wrote::Nothing)]);
    assert_eq!(case.files(), before);
}

#[test]
fn nothing_is_settled_that_is_open() {
    let case = Case::usual();
    case.lock(&[]);
    let settled_after = |change: &dyn Fn(&mut BudgetFacts)| {
        let mut facts = case.survey().facts;
        change(&mut facts);
        settled(&facts)
    };
    assert!(settled_after(&|_| {}));
    let problem = || Problem { file: "x".into(), line: 1, message: "m".into(), remedy: "r".into() };
    assert!(!settled_after(&|facts| facts.complete = false));
    assert!(!settled_after(&|facts| facts.problems.push(problem())));
    assert!(!settled_after(&|facts| facts.packages[1].problems.push(problem())));
    assert!(!settled_after(&|facts| facts.packages[0].budgets[0].budget = 0));
    assert!(!settled_after(&|facts| facts.packages[0].lock = LockState::Absent));
    assert!(!settled_after(&|facts| facts.packages[1].lock = LockState::Unreadable { complaints: vec![] }));
    for (state, expected) in [(ByHand::No, false), (ByHand::Changed, false), (ByHand::Locked, true)] {
        let by_hand = Unreadable { by_hand: state, ..unreadable("T", "a") };
        assert_eq!(settled_after(&|facts| facts.packages[0].unreadable.push(by_hand.clone())), expected);
    }
    assert!(!settled_after(&|facts| facts.packages[1].unreadable.push(unreadable("T", "a"))));
    let mut drifted = Case::usual();
    drifted.root = case.root;
    drifted.packages[0].contracts[0] = with_fields("api::Order", &["id"]);
    assert!(!settled(&drifted.survey().facts));
}

#[test]
fn only_the_named_packages_are_locked_and_a_slip_is_found() {
    let case = Case::usual();
    let error = case.carry_out(Some(&["db", "aip"]), &[], &[]).unwrap_err().to_string();
    assert!(error.contains("no package `aip`") && error.contains("did you mean `api`?"), "{error}");
    assert!(case.files().is_empty());
    assert_eq!(wrote(&case.lock(&["db"])), [("db", Wrote::First)]);
    assert_eq!(case.files().len(), 1);
    let mut outside = Case::new(vec![package("", vec![with_fields("orders.v1.Order", &["id"])])]);
    outside.packages[0].contracts[0].format = crate::evidence::contracts::Format::Protobuf;
    assert_eq!(wrote(&outside.lock(&["workspace"])), [("", Wrote::First)]);
    assert_eq!(outside.files().keys().collect::<Vec<_>>(), [FILE]);
}

#[test]
fn budgets_and_what_people_wrote_outlive_a_change_and_a_move() {
    let mut case = Case::usual();
    case.lock(&[]);
    case.budget(&["Order=2"]).unwrap();
    case.edit("api", "[serde.\"api::Order\"]", "# Agreed with the warehouse.\n[serde.\"api::Order\"]");
    case.edit(
        "api",
        "{ name = \"total\", type = \"String\" },",
        "{ name = \"total\", type = \"String\" }, # cents",
    );
    case.packages[0].contracts[0] = with_fields("wire::Order", &["id", "total", "note"]);
    let done = case.lock(&[]);
    let changes: Vec<Change> = done[0].drift.iter().map(|drift| drift.change).collect();
    assert_eq!(changes, [Change::Moved, Change::FieldAdded]);
    let exceeded = &done[0].exceeded[0];
    assert_eq!((exceeded.contract.as_str(), exceeded.used, exceeded.budget), ("wire::Order", 3, 2));
    let text = &case.files()["api/field-budgets.lock"];
    for kept in ["# Agreed with the warehouse.\n[serde.\"wire::Order\"]\n", "budget = 2\n", "}, # cents\n"] {
        assert!(text.contains(kept), "{kept}\n{text}");
    }
    // To another package the budget goes along.
    let moved = case.packages[0].contracts.remove(0);
    case.packages[2].contracts.push(moved);
    case.lock(&[]);
    assert!(!case.files()["api/field-budgets.lock"].contains("Order"));
    let text = &case.files()["db/field-budgets.lock"];
    let order = text.split("[serde.\"wire::Order\"]").nth(1).unwrap_or_default();
    assert!(order.starts_with("\nkind = \"struct\"\nbudget = 2\n"), "{text}");
}

#[test]
fn a_new_contract_gets_the_default_whatever_it_has() {
    let fields: Vec<String> = (0..31).map(|index| format!("f{index}")).collect();
    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
    let case = Case::new(vec![package("api", vec![with_fields("Large", &fields), with_fields("S", &["a"])])]);
    let done = case.lock(&[]);
    assert_eq!((done[0].exceeded.len(), done[0].exceeded[0].used, done[0].exceeded[0].budget), (1, 31, 30));
    assert!(!settled(&case.survey().facts));
    // Raised on purpose, also together with a lock.
    let done = case.carry_out(Some(&[]), &[], &["Large=31"]).unwrap();
    let Outcome::Done(done) = done else { panic!("{done:?}") };
    assert_eq!((&done[0].budgets, done[0].exceeded.len()), (&vec![("Large".to_owned(), Some(30), 31)], 0));
    assert!(settled(&case.survey().facts));
    let fresh = Case::new(case.packages.clone());
    let done = fresh.carry_out(Some(&[]), &[], &["Large=40"]).unwrap();
    let Outcome::Done(done) = done else { panic!("{done:?}") };
    assert_eq!(done[0].budgets, [("Large".to_owned(), None, 40)]);
}

#[test]
fn a_budget_is_set_and_not_a_byte_else() {
    let case = Case::usual();
    case.lock(&[]);
    case.edit("api", "\n", "\r\n");
    case.edit("api", "kind = \"struct\"\r\n", "kind   =   'struct'   # odd\r\n");
    let before = case.files();
    case.budget(&["api:serde:Order=7", "Row=9", "old::Line=30"]).unwrap();
    let mut after = case.files();
    assert_ne!(after, before);
    let text = after.get_mut("api/field-budgets.lock").unwrap();
    *text = text.replace("budget = 7\r\n", "budget = 30\r\n");
    let text = after.get_mut("db/field-budgets.lock").unwrap();
    *text = text.replace("budget = 9\n", "budget = 30\n");
    assert_eq!(after, before);
    // Two of one file, of other lengths than before.
    case.budget(&["api:Line=100", "Order=5"]).unwrap();
    case.budget(&["api:Line=9", "Order=10000"]).unwrap();
    let mut text = case.files()["api/field-budgets.lock"].clone();
    text = text.replacen("budget = 9\r\n", "budget = 30\r\n", 1).replacen(
        "budget = 10000\r\n",
        "budget = 30\r\n",
        1,
    );
    assert_eq!(text, before["api/field-budgets.lock"]);
    let Outcome::Done(done) = case.budget(&["Row=9"]).unwrap() else { panic!() };
    assert_eq!(wrote(&done), [("db", Wrote::Nothing)]);
}

#[test]
fn a_budget_for_nothing_or_for_several_changes_nothing() {
    let case = Case::usual();
    let error = case.budget(&["Row=9"]).unwrap_err().to_string();
    assert!(error.contains("not locked yet") && error.contains("--lock"), "{error}");
    case.lock(&[]);
    let before = case.files();
    for (budgets, expected) in [
        (vec!["Row=9", "Ordr=3"], "did you mean `api::Order`?"),
        (vec!["db:Row=9", "api:Row=3"], "there is no contract `api:Row`"),
        (vec!["Line=3"], "such as `api:serde:api::Line` or `db:serde:old::Line`"),
        (vec!["Row=9", "db:Row=8"], "`Row` is given two budgets"),
        (vec!["Row"], "is no TYPE=N"),
        (vec!["Row=0"], "from 1 to 100000"),
        (vec!["Row=100001"], "from 1 to 100000"),
        (vec!["Row=-1"], "from 1 to 100000"),
        (vec!["Row=many"], "from 1 to 100000"),
        (vec!["graphql:Row=3"], "there is no contract `graphql:Row`"),
        (vec!["R\u{1b}[2J=3"], "`R\\u{1b}[2J=3`"),
    ] {
        let error = case.budget(&budgets).unwrap_err();
        assert_eq!(error.kind(), crate::error::Kind::Usage);
        assert!(error.to_string().contains(expected) || expected.starts_with("`R"), "{budgets:?}: {error}");
        assert!(!error.to_string().contains('\u{1b}'));
    }
    assert_eq!(case.files(), before);
    for (text, budget) in [("api:Line=3", "3"), ("old::Line=4", "4"), ("serde:db:Row= 5", "5")] {
        case.budget(&[text]).unwrap();
        assert!(case.files().values().any(|file| file.contains(&format!("budget = {budget}\n"))), "{text}");
    }
}

#[test]
fn what_cannot_be_read_is_not_agreed_to() {
    let mut case = Case::usual();
    case.lock(&[]);
    let before = case.files();
    let problem =
        Problem { file: "src/x.rs".into(), line: 4, message: "does not parse".into(), remedy: "r".into() };
    case.packages[0].problems.push(problem.clone());
    case.packages[0].contracts.clear();
    case.packages[2].contracts.clear();
    let held_up = case.carry_out(Some(&[]), &[], &[]).unwrap();
    assert_eq!(held_up, Outcome::HeldUp { problems: vec![problem.clone()], unreadable: vec![] });
    assert_eq!(case.files(), before);
    // Another package is not held up by it; what concerns no package holds up all of them.
    case.problems.push(problem);
    assert!(matches!(case.carry_out(Some(&["db"]), &[], &[]).unwrap(), Outcome::HeldUp { .. }));
    assert_eq!(case.files(), before);
    case.problems.clear();
    assert_eq!(wrote(&case.lock(&["db"])), [("db", Wrote::Anew)]);
    assert!(!case.files()["db/field-budgets.lock"].contains("serde"));
}

#[test]
fn types_that_cannot_be_read_are_named_one_by_one_and_again_when_they_change() {
    let mut case = Case::usual();
    case.packages[0].unreadable = vec![unreadable("api::Odd", "b"), unreadable("money::Money", "a")];
    let open = |outcome: Outcome| match outcome {
        Outcome::HeldUp { unreadable, .. } => {
            unreadable.into_iter().map(|(_, one)| one.name).collect::<Vec<_>>()
        }
        Outcome::Done(_) => Vec::new(),
    };
    assert_eq!(open(case.carry_out(Some(&[]), &[], &[]).unwrap()), ["api::Odd", "money::Money"]);
    assert_eq!(open(case.carry_out(Some(&[]), &["Money"], &[]).unwrap()), ["api::Odd"]);
    for (name, expected) in [("Mony", "did you mean `money::Money`?"), ("Order", "can be read from source")] {
        let error = case.carry_out(Some(&[]), &[name], &[]).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    assert!(case.files().is_empty());
    let done = case.carry_out(Some(&["api"]), &["Money", "api:Odd"], &[]).unwrap();
    let Outcome::Done(done) = done else { panic!("{done:?}") };
    assert_eq!(done[0].vouched, ["api::Odd", "money::Money"]);
    case.edit("api", "by hand\"\n", "by hand\"\nnote = \"a text\" # looked at\n");
    assert_eq!(wrote(&case.lock(&["api"])), [("api", Wrote::Nothing)]);

    case.packages[0].unreadable[1].sha256 = "c".repeat(64);
    assert_eq!(open(case.carry_out(Some(&["api"]), &[], &[]).unwrap()), ["money::Money"]);
    case.packages[0].unreadable.remove(0);
    case.carry_out(Some(&["api"]), &["Money"], &[]).unwrap();
    let text = &case.files()["api/field-budgets.lock"];
    assert!(text.contains(&"c".repeat(64)) && text.contains("note = \"a text\" # looked at\n"), "{text}");
    assert!(!text.contains("api::Odd"), "{text}");
}

#[test]
fn a_lockfile_that_cannot_be_read_is_never_overwritten() {
    let case = Case::usual();
    case.lock(&[]);
    case.edit("api", "version = 1", "<<<<<<< ours\nversion = 1");
    let before = case.files();
    for error in [
        case.carry_out(Some(&[]), &[], &[]).unwrap_err(),
        case.carry_out(Some(&["api"]), &[], &["Row=3"]).unwrap_err(),
        // What is looked for may be in it.
        case.budget(&["Order=3"]).unwrap_err(),
    ] {
        assert!(error.to_string().contains("api/field-budgets.lock:4:1: holds merge conflict"), "{error}");
    }
    assert_eq!(case.files(), before);
    case.budget(&["Row=3"]).unwrap();
    assert_eq!(wrote(&case.lock(&["db"])), [("db", Wrote::Nothing)]);
}

#[test]
fn a_member_beside_the_root_has_its_lockfile_there() {
    let mut case = Case::usual();
    let folder = tempfile::tempdir_in(case.root.path().parent().unwrap()).unwrap();
    let name = folder.path().file_name().unwrap().to_string_lossy().into_owned();
    case.packages[0].lockfile = format!("../{name}/{FILE}");
    assert_eq!(case.lock(&["api"])[0].wrote, Wrote::First);
    case.packages[0].contracts.pop();
    assert_eq!(case.lock(&["api"])[0].wrote, Wrote::Anew);
    let text = std::fs::read_to_string(folder.path().join(FILE)).unwrap();
    assert_eq!(lock::parse(&text, FILE).unwrap().contracts.len(), 1);
    let names: Vec<String> =
        case.packages[0].contracts.iter().map(|one: &Contract| one.name.clone()).collect();
    assert_eq!(names, ["api::Order"]);
}
