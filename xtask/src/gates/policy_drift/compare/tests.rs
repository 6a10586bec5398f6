use std::collections::BTreeMap;

use super::*;

fn set(entries: &[&str]) -> Value {
    Value::Set(entries.iter().map(ToString::to_string).collect())
}

fn present(sha256: &str) -> FileState {
    FileState::Present { sha256: sha256.into() }
}

fn policy(files: &[(&str, FileState)], settings: &[(&str, &str, Value)]) -> Snapshot {
    let files = files.iter().map(|(path, state)| ((*path).to_owned(), state.clone()));
    let settings = settings.iter().map(|(key, file, value)| {
        ((*key).to_owned(), Setting { file: (*file).into(), value: value.clone() })
    });
    Snapshot { files: files.collect(), settings: settings.collect::<BTreeMap<_, _>>() }
}

fn told(from: &Snapshot, to: &Snapshot) -> Vec<String> {
    let line =
        |change: Change| format!("{:?} {} [{}]: {}", change.direction, change.key, change.file, change.told);
    changes(from, to).into_iter().map(line).collect()
}

#[test]
fn the_same_policy_is_no_change() {
    let one = policy(&[("a", present("1"))], &[("k", "a", set(&["x"]))]);
    assert_eq!(changes(&one, &one), []);
    // The file that says it may have another name.
    let renamed = policy(&[("a", present("1"))], &[("k", "b", set(&["x"]))]);
    assert_eq!(changes(&one, &renamed), []);
}

#[test]
fn changes_are_told_in_words() {
    let text = |text: &str| Value::Text(text.into());
    let from = policy(
        &[("s.yml", present("1")), ("e.yml", present("1"))],
        &[
            ("stages.GA.gates.deps_approval", "s.yml", text("required")),
            ("evidence.promotion_guard.audit.max_age_days", "e.yml", Value::Number(30)),
            ("evidence.deps_approval.licenses.allow", "e.yml", set(&["MIT", "ISC"])),
        ],
    );
    let to = policy(
        &[("s.yml", present("2")), ("e.yml", present("2"))],
        &[
            ("stages.GA.gates.deps_approval", "s.yml", text("report_only")),
            ("evidence.promotion_guard.audit.max_age_days", "e.yml", Value::Number(90)),
            ("evidence.deps_approval.licenses.allow", "e.yml", set(&["GPL-3.0", "ISC"])),
            ("odd", "e.yml", text("a\u{1b}[2J\u{202e}")),
        ],
    );
    assert_eq!(
        told(&from, &to),
        [
            "Laxer evidence.deps_approval.licenses.allow [e.yml]: adds GPL-3.0, removes MIT",
            "Laxer evidence.promotion_guard.audit.max_age_days [e.yml]: 30 → 90 (days)",
            "Unclear odd [e.yml]: not set → a\\u{1b}[2J\\u{202e}",
            "Laxer stages.GA.gates.deps_approval [s.yml]: required → report_only",
        ]
    );
}

#[test]
fn the_budget_of_a_contract_that_came_or_went_was_not_raised() {
    let key = "budgets(crates/api).serde.Order";
    let none = policy(&[], &[]);
    let small = policy(&[], &[(key, "l", Value::Number(3))]);
    let large = policy(&[], &[(key, "l", Value::Number(4))]);
    for (from, to) in [(&none, &large), (&large, &none), (&small, &small)] {
        assert_eq!(changes(from, to), []);
    }
    assert_eq!(told(&small, &large), [format!("Laxer {key} [l]: 3 → 4")]);
}

#[test]
fn files_are_told_where_their_settings_do_not_tell() {
    let says = [("k", "known", Value::Bool(true))];
    let from = policy(&[("known", present("1")), ("unknown", present("1")), ("gone", present("1"))], &says);
    let to = policy(&[("known", present("2")), ("unknown", present("2")), ("new", present("1"))], &says);
    assert_eq!(
        told(&from, &to),
        [
            "Unclear gone [gone]: is gone, or is governed no longer",
            "Unclear known [known]: content changed, what it says did not",
            "Unclear new [new]: is new among the governed files",
            "Unclear unknown [unknown]: changed",
        ]
    );
}

#[test]
fn what_an_unreadable_file_would_say_is_not_gone_but_unknown() {
    let says = [("deny.bans.deny", "deny.toml", set(&["openssl"]))];
    let from = policy(&[("deny.toml", present("1"))], &says);
    for (state, expected) in [
        (FileState::Astray { target: "../x".into() }, "leads out of the workspace or to nothing: ../x"),
        (FileState::Unreadable { reason: "line 1".into() }, "cannot be read: line 1"),
    ] {
        let to = policy(&[("deny.toml", state)], &[]);
        assert_eq!(told(&from, &to), [format!("Unclear deny.toml [deny.toml]: {expected}")]);
        let back = "Unclear deny.toml [deny.toml]: can be read again; what it said before is not known";
        assert_eq!(told(&to, &from), [back]);
    }
    // Where the file is gone, what it said is gone too.
    assert_eq!(told(&from, &Snapshot::default()).len(), 2);
}

#[test]
fn an_entry_that_goes_takes_its_details_with_it() {
    let allow = "deny.licenses.exceptions.\"ring.x\".allow";
    let entry = [
        ("deny.licenses.exceptions", "d", set(&["ring.x"])),
        (allow, "d", set(&["OpenSSL"])),
        ("deny.licenses.exceptions.\"ring.x\".version", "d", Value::Text("1".into())),
    ];
    let none = policy(&[], &[]);
    let from_none = told(&none, &policy(&[], &entry));
    // What it lets through is told; what only describes it is not.
    assert_eq!(
        from_none,
        [
            "Laxer deny.licenses.exceptions [d]: not set → ring.x",
            &*format!("Laxer {allow} [d]: not set → OpenSSL"),
        ]
    );
    let mut other = entry.clone();
    other[2].2 = Value::Text("2".into());
    assert_eq!(told(&policy(&[], &entry), &policy(&[], &other)).len(), 1, "a detail of an entry that stays");
}
