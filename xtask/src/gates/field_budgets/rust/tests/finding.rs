//! Which items of a text are contracts, and which cannot be told.

use super::{all, check};

#[test]
fn conditions_are_told_and_tests_left_out() {
    check(&[
        ("#[cfg(test)] #[D] struct A;", ""),
        ("#[cfg(test)] mod m { #[D] struct A; }", ""),
        (
            "#[cfg(all(test, x))] #[D] struct A; #[cfg(any(test, x))] #[D] struct B;",
            "B: unit when=any(test, x)",
        ),
        ("#[cfg(not(test))] #[D] struct A;", "A: unit"),
        (
            "#[cfg(feature = \"x\")] mod m { #[cfg(unix)] #[D] struct A; }",
            "m::A: unit when=all(feature = \"x\", unix)",
        ),
        (
            "#[cfg_attr(feature = \"s\", derive(Serialize, Deserialize), serde(rename_all = \"UPPERCASE\"))] struct A { #[cfg_attr(feature = \"s\", serde(default))] a: u8 }",
            "A: struct when=feature = \"s\" {A=: u8}",
        ),
        (
            "#[derive(Serialize)] #[cfg_attr(x, derive(Deserialize))] struct A;",
            "A: unit when=x for Deserialize",
        ),
        (
            "#[D] struct A { #[cfg(test)] t: u8, #[cfg(unix)] a: u8, #[cfg_attr(unix, serde(default))] b: u8 }",
            "A: struct {a: u8 when=unix, b=: u8 when=unix}",
        ),
        ("#[D] enum A { #[cfg(test)] T, #[cfg(unix)] B }", "A: enum {B when=unix}"),
        ("#[D] struct A(#[cfg(test)] u8, u16);", "A: newtype {0: u16}"),
        (
            "#[cfg(unix)] #[D] struct A; #[cfg(windows)] #[D] struct A(u8); #[D] struct A(u8, u8); #[D] struct A(u8, u16);",
            "A: tuple {0: u8, 1: u8}\nA #2: tuple {0: u8, 1: u16}\nA [cfg(unix)]: unit when=unix\nA [cfg(windows)]: newtype when=windows {0: u8}",
        ),
    ]);
}

#[test]
fn serdes_traits_are_known_under_every_name() {
    check(&[
        (
            "#[derive(serde::Serialize)] struct A; #[derive(::serde::Deserialize, Debug)] struct B;",
            "A: unit write-only\nB: unit read-only",
        ),
        (
            "use serde::Serialize as Ser; #[derive(Ser)] struct A; mod m { #[derive(Ser)] struct B; }",
            "A: unit write-only\nm::B: unit write-only",
        ),
        ("use serde::{self as s, Deserialize as De}; #[derive(s::Serialize, De)] struct A;", "A: unit"),
        ("extern crate serde as s; #[derive(s::Serialize)] struct A;", "A: unit write-only"),
        ("#[derive(api::export::Serialize)] struct A;", "A: unit write-only"),
        ("#[derive(rkyv::Serialize, rkyv::Deserialize)] struct A;", ""),
        (
            "use miniserde::{json, Serialize}; #[derive(Serialize, serde::Deserialize)] struct A;",
            "A: unit read-only",
        ),
        (
            "mod m { use rkyv::Serialize; #[derive(Serialize)] struct A; } #[derive(Serialize)] struct B;",
            "B: unit write-only",
        ),
        ("use rkyv as r; #[derive(r::Serialize)] struct A;", ""),
        ("#[derive(Debug)] struct A; #[derive(Clone)] enum B {}", ""),
        (
            "fn f() { #[derive(Serialize)] struct A; } impl T { fn g(&self) { if x { #[derive(Serialize)] struct B; } } }",
            "T::g::B: unit write-only\nf::A: unit write-only",
        ),
        ("const _: () = { #[derive(Serialize)] struct A; };", "A: unit write-only"),
    ]);
}

#[test]
fn what_source_cannot_tell_is_listed() {
    check(&[
        ("impl serde::Serialize for A {}", "! A: Serialize is implemented by hand"),
        (
            "mod m { impl<'de, T: X<'de>> Deserialize<'de> for super::A<T> where T: Y {} } impl<T> Serialize for A<T> {}",
            "! A: Deserialize is implemented by hand; Serialize is implemented by hand",
        ),
        (
            "impl Serialize for &'_ [u8] {} impl Display for A {} impl A {}",
            "! &'_ [u8]: Serialize is implemented by hand",
        ),
        ("impl rkyv::Serialize for A {}", ""),
        ("use serde::Serialize as S; impl S for crate::m::A {}", "! m::A: Serialize is implemented by hand"),
        (
            "impl<'de> Deserialize<'de> for A { fn deserialize() { #[derive(Deserialize)] struct Raw { a: u8 } } }",
            "A::deserialize::Raw: struct read-only {a: u8}\n! A: Deserialize is implemented by hand",
        ),
        (
            "#[derive(Serialize_repr)] enum A { B }",
            "! A: `Serialize_repr` implements serde's traits in a way of its own",
        ),
        ("#[derive(SerializeRow)] struct A;", ""),
        (
            "macro_rules! id { ($n:ident) => { #[derive(Serialize)] struct $n(u8); } } id!(A); mod m { id! { B } }",
            "! id!(A): the macro `id!` makes it\n! m::id!(B): the macro `id!` makes it",
        ),
        (
            "macro_rules! i { ($n:ident) => { impl Serialize for $n {} } } macro_rules! j { ($n:ident) => { i!($n); } } j!(A);",
            "! j!(A): the macro `j!` makes it",
        ),
        ("macro_rules! id { ($n:ident) => { struct $n(u8); } } id!(A);", ""),
        (
            "lazy! { #[derive(Serialize)] pub struct A; }",
            "! lazy!(A): it stands in the arguments of the macro `lazy`",
        ),
        ("fn f() { quote! { #[derive(Serialize)] struct A; } }", ""),
        (
            "impl A { serialize_number!(u8); } impl<'a> X for &'a mut B<C> { fn f() { #[derive(Serialize)] struct D; } }",
            "B::f::D: unit write-only",
        ),
        ("macro_rules! m { ($n:ident) => { mod $n { } } } m!(A);", ""),
        ("macro_rules! m { ($n:ident) => { mod $n; } } m!(a);", "! m!(a): the macro `m!` makes it"),
        (
            "serde_plain::derive_serialize_from_display!(A);",
            "! derive_serialize_from_display!(A): the macro `derive_serialize_from_display` may implement serde's traits",
        ),
        (
            "include!(concat!(env!(\"OUT_DIR\"), \"/a.rs\"));",
            "! include!(concat!(env!(\"OUT_DIR\"), \"/a.rs\")): its source is made when the program is built",
        ),
        (
            "mod pb { tonic::include_proto!(\"pb\"); }",
            "! pb::include_proto!(\"pb\"): its source is made when the program is built",
        ),
        ("#[cw_serde] struct A;", "! A: the attribute macro `cw_serde` may change its shape"),
        (
            "#[typetag::serde(tag = \"t\")] trait A {}",
            "! A: the attribute macro `typetag::serde` may change its shape",
        ),
        (
            "#[D] #[strum_discriminants(derive(Serialize))] enum A {}",
            "A: enum\n! A (strum_discriminants): the attribute macro `strum_discriminants` makes a type with serde's traits",
        ),
    ]);
}

#[test]
fn broken_source_names_its_line_and_the_rest_is_read() {
    let found = all("#[derive(Serialize)]\nstruct A;\n\n#[derive(Serialize)]\nstruct B {\n    a u8,\n}\n");
    assert_eq!(found, ["A: unit write-only", "? src/lib.rs:6: `B` does not parse: expected `:`"]);
    let open = all("#[derive(Serialize)]\nstruct A {\n    a: (u8,\n}\n");
    assert!(open[0].starts_with("? src/lib.rs:4: this is no Rust"), "{open:?}");
    assert_eq!(
        all("mod m;\n")[0],
        "? src/lib.rs:1: the file of the module `m` is missing: neither `m.rs` nor `m/mod.rs` is there"
    );
}

#[test]
fn nothing_exhausts_the_stack() {
    let deep =
        |open: &str, close: &str, times: usize| format!("{}u8{}", open.repeat(times), close.repeat(times));
    for ty in [
        deep("(", ")", 100_000),
        deep("Vec<", ">", 100_000),
        deep("&", "", 100_000),
        deep("&'a ", "", 100_000),
        deep("A<fn() -> B, fn() -> A<", ">>", 100_000),
        deep("[", ";1]", 100_000),
    ] {
        let found = all(&format!("#[derive(Serialize)] struct A {{ a: {ty} }}"));
        assert!(
            found.len() == 1 && found[0].starts_with("? "),
            "{:?}",
            found.first().map(|of| of.get(..200))
        );
    }
    for source in [
        format!("fn f() {{ {} }} // Serialize", deep("{", "}", 100_000)),
        format!("#[a({})] #[derive(Serialize)] struct A;", deep("(", ")", 100_000)),
        format!("m!({}); // Serialize", deep("(", ")", 100_000)),
        format!("macro_rules! m {{ {} }} // Serialize", deep("(", ")", 100_000)),
        format!("impl Serialize for A {{ {} }}", deep("(", ")", 100_000)),
        format!("#[derive(Serialize)] enum A {{ A = {} }}", deep("1 + ", "", 100_000)),
        format!("#[derive(Serialize)] enum A {{ A = {} }}", deep("-", "", 100_000)),
        format!("use {}; // Serialize", deep("{", "}", 100_000)),
    ] {
        assert!(all(&source).len() <= 2, "{:?}", all(&source));
    }
}
