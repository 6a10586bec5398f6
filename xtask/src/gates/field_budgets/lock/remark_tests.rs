use super::tests::{NAME, read};
use super::*;

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
    let mut lock = read(SAMPLE);
    let old = std::mem::take(&mut lock.contracts);
    for Locked { mut contract, budget, .. } in old {
        contract.fields.retain(|field| field.name != "id");
        contract.fields.reverse();
        contract.variants.reverse();
        let from = contract.name.clone();
        contract.name = contract.name.replace("api::Order", "wire::Order");
        lock.put(contract, budget, Some(from.as_str()).filter(|from| *from == "api::Order"));
    }
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
