use super::tests::{NAME, lock_of, read};
use super::*;
use crate::evidence::contracts::{Format, Kind};
use crate::gates::field_budgets::samples::contract;

/// A small file as a person left it.
const SAMPLE: &str = r#"# ours
#
# all rights reserved

version = 1 # the first

# ---- orders ----

# Agreed with the warehouse.
[serde."api::Order"] # the big one
# It is a struct.
kind = "struct"
budget = 31 # raised for the audit trail
closed = true
# Keep in step with the mobile app.
fields = [ # in order
    # A version 4 one.
    { name = "id", type = "Uuid" }, # never reused
    { name = "total", type = "u64" },
    # Two lines

    # about it.
    { name = "note", type = "Option<String>", presence = "optional" },
    # No more fields, please.
] # end of the order

[serde."api::State"]
kind = "enum"
budget = 30
variants = [
    { variant = "placed", kind = "struct" },
    # Inside a variant.
    { variant = "placed", name = "at", type = "u64" }, # seconds
    { variant = "gone" }, # unit
]

# By hand.
[by_hand."money::Money"] # a text
sha256 = "abababababababababababababababababababababababababababababababab"
why = "Serialize is implemented by hand"
note = "looked at"

# The end.
"#;

#[test]
fn what_people_wrote_stays_where_it_was() {
    let lock = read(SAMPLE);
    assert_eq!(render(&lock), SAMPLE);
    let lines: Vec<usize> = lock.contracts.iter().flat_map(|one| [one.contract.line, one.line]).collect();
    assert_eq!(lines, [10, 13, 27, 29]);
    assert_eq!((lock.by_hand[0].line, lock.contracts[0].contract.file.as_str()), (38, NAME));
    // Between blanks and with CRLF they are found as well, and an end without a line's end is one.
    let crlf = SAMPLE.replace('\n', "\r\n");
    let spread = SAMPLE.replace("{ variant = \"gone\" }, #", "{ variant = \"gone\" }   ,     #");
    for same in [crlf.as_str(), spread.as_str(), SAMPLE.trim_end()] {
        assert_eq!(render(&read(same)), SAMPLE);
    }
}

#[test]
fn comments_go_with_their_field_and_nothing_else_does() {
    let old = read(SAMPLE);
    let renewed = old.contracts.iter().map(|Locked { contract, budget, .. }| {
        let mut new = contract.clone();
        new.fields.retain(|field| field.name != "id");
        new.fields.reverse();
        new.variants.reverse();
        new.name = new.name.replace("api::Order", "wire::Order");
        (new, *budget, Some(contract))
    });
    let lock = old.renewed(renewed.collect(), old.by_hand.clone());
    let text = render(&lock);
    for gone in ["A version 4 one", "never reused", "Uuid"] {
        assert!(!text.contains(gone), "{text}");
    }
    for kept in [
        "# all rights reserved\n\nversion = 1 # the first\n",
        "# Agreed with the warehouse.\n[serde.\"wire::Order\"] # the big one\n# It is a struct.\nkind",
        "budget = 31 # raised for the audit trail\n",
        "fields = [ # in order\n\u{20}   # Two lines\n\n    # about it.\n    { name = \"note\"",
        "    # No more fields, please.\n] # end of the order\n",
        "    { variant = \"gone\" }, # unit\n    { variant = \"placed\", kind",
        "    # Inside a variant.\n    { variant = \"placed\", name = \"at\", type = \"u64\" }, # seconds\n",
        "note = \"looked at\"\n\n# The end.\n",
    ] {
        assert!(text.contains(kept), "{kept}\n---\n{text}");
    }
}

#[test]
fn another_budget_changes_its_digits_alone() {
    for text in [SAMPLE.to_owned(), format!("\u{feff}{}", SAMPLE.replace('\n', "\r\n"))] {
        let lock = read(&text);
        let changed = with_budget(&text, &lock.contracts[1], 100_000);
        assert_eq!(changed, text.replace("budget = 30", "budget = 100000"));
        assert_eq!(read(&changed).contracts[1].budget, 100_000);
    }
}

#[test]
fn comments_of_namesakes_stay_with_their_condition() {
    let one = |when: &str| {
        let mut one = contract(Format::Serde, "Os", Kind::Unit);
        one.rules.when = Some(when.to_owned());
        one
    };
    let text = render(&lock_of(vec![one("unix"), one("windows")]));
    let unix = "[serde.\"Os (unix)\"]\nkind";
    assert!(text.contains(unix) && text.contains("[serde.\"Os (windows)\"]"), "{text}");
    let text = text.replace(unix, "# ours\n[serde.\"Os (unix)\"] # it\nkind");
    let lock = read(&text);
    assert_eq!(render(&lock), text);
    let alone = lock.contracts.iter().filter(|one| one.contract.rules.when.as_deref() == Some("unix"));
    let alone = alone.map(|one| (one.contract.clone(), 1, Some(&one.contract))).collect();
    let text = render(&lock.renewed(alone, Vec::new()));
    assert!(text.contains("# ours\n[serde.\"Os\"] # it\nkind"), "{text}");

    let twice =
        text.replace("# ours", "[serde.\"Os (unix)\"]\nkind = \"unit\"\nbudget = 1\nwhen = \"unix\"\n");
    let told = parse(&twice, NAME).unwrap_err().to_string();
    assert!(told.contains("the contract `Os` stands here for a second time (keep one"), "{told}");
}
