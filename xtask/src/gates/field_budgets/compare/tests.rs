use std::time::{Duration, Instant};

use super::*;
use crate::evidence::budgets::Reads;
use crate::evidence::contracts::{Field, Tagging, Variant};
use crate::gates::field_budgets::rust::read_text;

/// The contracts of a source, all of whose types derive both traits.
fn rust(text: &str) -> Vec<Contract> {
    let derive = "#[derive(serde::Serialize, serde::Deserialize)] pub ";
    let text =
        text.replace("struct ", &format!("{derive}struct ")).replace("enum ", &format!("{derive}enum "));
    let reading = read_text(&text, "src/lib.rs");
    assert!(reading.problems.is_empty() && reading.unreadable.is_empty(), "{reading:?}");
    reading.contracts
}

/// What is told of one package.
fn told(old: &str, new: &str) -> Vec<String> {
    let (old, new) = (rust(old), rust(new));
    let side = Side { package: "p", lockfile: "p/field-budgets.lock", locked: Some(&old), current: &new };
    compare(&[side]).remove(0).iter().map(line).collect()
}

fn line(drift: &Drift) -> String {
    format!("{:?} {}: {}", drift.change, drift.contract, drift.told)
}

#[test]
fn the_same_is_no_change_wherever_it_stands() {
    let text =
        "mod api { struct Order { id: u32, lines: Vec<Line> } struct Line(u8); enum E { A, B { x: u8 } } }";
    assert_eq!(told(text, text), Vec::<String>::new());
    let (mut old, new) = (rust(text), rust(text));
    for contract in &mut old {
        contract.file = "field-budgets.lock".into();
        contract.line += 7;
        contract.fields.iter_mut().for_each(|field| field.line = 0);
    }
    let pairs = old.iter().zip(&new);
    assert_eq!(pairs.flat_map(|(old, new)| changes(old, new)).collect::<Vec<_>>(), []);
    // Blanks in a type are none either.
    assert_eq!(
        told("struct S { a: Vec<Option<u8>> }", "struct S { a: Vec < Option<u8> > }"),
        Vec::<String>::new()
    );
}

#[test]
fn without_a_lockfile_there_is_no_drift_and_nothing_moves_there() {
    let (old, new) = (
        rust("mod a { struct Order { id: u32, at: u64 } }"),
        rust("mod b { struct Order { id: u32, at: u64 } }"),
    );
    let from =
        Side { package: "from", lockfile: "from/field-budgets.lock", locked: Some(&old), current: &[] };
    let to = Side { package: "to", lockfile: "to/field-budgets.lock", locked: None, current: &new };
    let drift = compare(&[from, to]);
    assert_eq!(drift[0].iter().map(line).collect::<Vec<_>>(), ["Gone a::Order: gone"]);
    assert_eq!((drift[0][0].file.as_str(), drift[0][0].line), ("from/field-budgets.lock", old[0].line));
    assert_eq!(drift[1], []);
    assert_eq!(partners(&[from, to]), [vec![], vec![None]]);
}

#[test]
fn what_moved_is_told_once_at_its_new_place() {
    let (old, new) = (
        rust("mod a { struct Order { id: u32, at: u64 } }"),
        rust("mod b { struct Order { id: u64, at: u64 } }"),
    );
    let from = Side { package: "from", lockfile: "l", locked: Some(&old), current: &[] };
    let to = Side { package: "to", lockfile: "m", locked: Some(&[]), current: &new };
    let drift = compare(&[from, to]);
    assert_eq!(drift[0], []);
    let lines: Vec<_> = drift[1].iter().map(line).collect();
    assert_eq!(
        lines,
        [
            "Moved b::Order: moved: was `a::Order` in package `from`",
            "FieldRetyped b::Order: retyped: `id` u32 → u64"
        ]
    );
    assert_eq!(partners(&[from, to]), [vec![], vec![Some((0, 0))]]);
    // By its shape alone, under another name.
    let lines = told("struct Order { id: u32, at: u64 }", "mod b { struct Purchase { id: u32, at: u64 } }");
    assert_eq!(lines, ["Moved b::Purchase: moved: was `Order`"]);
}

#[test]
fn what_is_not_sure_to_have_moved_is_gone_and_unlocked() {
    // Two that it could be.
    let new = "mod b { struct Order { id: u32, at: u64 } } mod c { struct Order { id: u32, at: u64 } }";
    let lines = told("mod a { struct Order { id: u32, at: u64 } }", new);
    assert_eq!(
        lines,
        ["Unlocked b::Order: not locked", "Unlocked c::Order: not locked", "Gone a::Order: gone"]
    );
    // One of the two is the same, the other not.
    let new = "mod b { struct Order { id: u32, at: u64 } } mod c { struct Order { by: String } }";
    let lines = told("mod a { struct Order { id: u32, at: u64 } }", new);
    assert_eq!(lines, ["Moved b::Order: moved: was `a::Order`", "Unlocked c::Order: not locked"]);
    // The same last name, and hardly anything in common.
    let lines =
        told("mod a { struct Id { id: u32, at: u64 } }", "mod b { struct Id { by: u8, of: u8, id: u8 } }");
    assert_eq!(lines, ["Unlocked b::Id: not locked", "Gone a::Id: gone"]);
    // Little is there to be alike.
    assert_eq!(
        told("struct A { id: u32 }", "struct B { id: u32 }"),
        ["Unlocked B: not locked", "Gone A: gone"]
    );
}

#[test]
fn a_name_that_two_types_have_is_not_followed() {
    let (one, two) =
        ("mod v1 { struct Line { a: u8, b: u8 } }", "mod v2 { struct Line { a: String, b: u8 } }");
    let old = format!("{one} {two} struct S {{ line: v1::Line }}");
    let new = format!("{one} {two} struct S {{ line: v2::Line }}");
    let (old, new) = (rust(&old), rust(&new));
    let side = Side { package: "p", lockfile: "l", locked: Some(&old), current: &new };
    let drift = compare(&[side]).remove(0);
    assert_eq!(
        drift.iter().map(line).collect::<Vec<_>>(),
        ["FieldRetyped S: retyped: `line` v1::Line → v2::Line"]
    );
    assert_eq!(drift[0].old_reads_new.verdict, Reads::Depends);
}

#[test]
fn several_changes_of_one_field_each_have_their_own_verdict() {
    let old = "struct S { id: u8, sum: u32 }";
    let new = "struct S { #[serde(alias = \"sum\")] total: u64, id: u8 }";
    let (old, new) = (rust(old), rust(new));
    let drift = changes(&old[0], &new[0]);
    let verdicts: Vec<_> = drift
        .iter()
        .map(|drift| (drift.told.as_str(), drift.old_reads_new.verdict, drift.new_reads_old.verdict))
        .collect();
    assert_eq!(
        verdicts,
        [
            ("renamed: `sum` → `total`, also read as `sum`", Reads::No, Reads::Yes),
            ("retyped: `total` u32 → u64", Reads::Depends, Reads::Yes),
            ("order: `total` stands where `id` stood", Reads::Yes, Reads::Yes),
        ]
    );
    assert_eq!((drift[0].file.as_str(), drift[0].line), ("src/lib.rs", 1));
}

#[test]
fn renames_are_found_in_place_and_in_order() {
    let lines = told("struct S { a: u8, b: u8, c: String }", "struct S { x: u8, y: u8, z: String }");
    assert_eq!(
        lines,
        [
            "FieldRenamed S: renamed: `a` → `x`",
            "FieldRenamed S: renamed: `b` → `y`",
            "FieldRenamed S: renamed: `c` → `z`"
        ]
    );
    // Another place, or another type, is another field.
    let lines = told("struct S { a: u8, b: u16 }", "struct S { b: u16, x: u8 }");
    assert_eq!(lines, ["FieldRemoved S: removed: `a` u8", "FieldAdded S: added: `x` u8, required"]);
    let lines = told("struct S { a: u8 }", "struct S { a2: u16 }");
    assert_eq!(lines, ["FieldRemoved S: removed: `a` u8", "FieldAdded S: added: `a2` u16, required"]);
}

#[test]
fn conditions_and_parameters_are_told() {
    let lines = told("struct S<T> { a: T }", "struct S<T: Clone, U> { #[cfg(feature = \"u\")] b: U, a: T }");
    assert_eq!(
        lines,
        ["RulesChanged S: type parameters: <T> → <T, U>", "FieldAdded S: added: `b` U, required"]
    );
    let lines = told("struct S { a: u8 }", "struct S { #[cfg(feature = \"u\")] a: u8 }");
    assert_eq!(lines, ["PresenceChanged S: condition: `a` none → feature = \"u\""]);
    // The same name under two conditions: each is compared with its own.
    let two = |of: &str| format!("struct S {{ #[cfg(unix)] a: u8, #[cfg(windows)] a: {of} }}");
    assert_eq!(told(&two("u16"), &two("u32")), ["FieldRetyped S: retyped: `a` u16 → u32"]);
}

#[test]
fn text_from_outside_stays_in_its_line() {
    let mut old = rust("struct S { a: u8 }").remove(0);
    let mut new = old.clone();
    old.fields[0].ty = "u\u{1b}[2J\nx".into();
    new.fields[0].name = "a`\n| b".into();
    for drift in changes(&old, &new) {
        assert!(!drift.told.chars().any(char::is_control), "{:?}", drift.told);
    }
}

#[test]
fn no_type_is_too_deep() {
    let mut old = rust("struct S { a: u8 }").remove(0);
    let new = old.clone();
    for text in ["Vec<", "(", "[", "&", "Option<", "::", "<", "HashMap<u8,", "&'a ", "Option<Option<"] {
        old.fields[0].ty = text.repeat(100_000);
        assert_eq!(changes(&old, &new)[0].new_reads_old.verdict, Reads::Depends, "{text}");
    }
    // Types that hold each other come to an end.
    let cycle = "struct A(B); struct B((A, A, A, A, A, A, A, A)); struct S { a: ";
    let lines = told(&format!("{cycle}A }}"), &format!("{cycle}u8 }}"));
    assert_eq!(lines, ["FieldRetyped S: retyped: `a` A → u8"]);
    let flat = "struct A { #[serde(flatten)] b: Box<B> } struct B { #[serde(flatten)] a: Box<A>, x: u8 } struct S { ";
    let lines = told(&format!("{flat}x: u8 }}"), &format!("{flat}#[serde(flatten)] a: A }}"));
    assert_eq!(lines, ["FieldRemoved S: removed: `x` u8", "FieldAdded S: added: `a` A, flattened"]);
}

/// Many of everything, all of it changed: what is quadratic takes minutes here.
#[test]
fn large_contracts_take_no_more_than_their_share() {
    let start = Instant::now();
    let mut old = rust("struct S { a: u8 }").remove(0);
    let field = old.fields[0].clone();
    let fields = |name: &str, ty: &str| {
        let one =
            |at: usize| Field { name: format!("{name}{at}"), ty: format!("{ty}<T{at}>"), ..field.clone() };
        (0..100_000).map(one).collect::<Vec<_>>()
    };
    let mut new = old.clone();
    for (name, ty, count) in [("b", "X", 100_000), ("b", "Y", 200_000)] {
        (old.fields, new.fields) = (fields("a", "X"), fields(name, ty));
        assert_eq!(changes(&old, &new).len(), count);
    }
    let mut all = rust("enum E { A { a: u8 } }").remove(0);
    let variant = all.variants[0].clone();
    all.variants = (0..20_000).map(|at| Variant { name: format!("V{at}"), ..variant.clone() }).collect();
    let mut turned = all.clone();
    turned.variants.reverse();
    turned.rules.tagging = Tagging::Untagged;
    assert_eq!(changes(&all, &turned).len(), 2);
    turned.variants.iter_mut().for_each(|variant| variant.name.push('x'));
    assert_eq!(changes(&all, &turned).len(), 20_001);
    old.fields.truncate(3);
    let many = |prefix: &str| {
        let one = |at: usize| Contract { name: format!("{prefix}::S{at}"), ..old.clone() };
        (0..5_000).map(one).collect::<Vec<_>>()
    };
    let (locked, current) = (many("a"), many("b"));
    let side = Side { package: "p", lockfile: "l", locked: Some(&locked), current: &current };
    let drift = compare(&[side]).remove(0);
    assert!(drift.len() == 5_000 && drift.iter().all(|drift| drift.change == Change::Moved));
    assert!(start.elapsed() < Duration::from_secs(120), "{:?}", start.elapsed());
}
