//! The shape of one type on the wire, attribute by attribute.

use super::{all, check};

#[test]
fn fields_are_named_as_serde_names_them() {
    check(&[
        ("#[D] struct A { a: u8, r#type: String }", "A: struct {a: u8, type: String}"),
        ("#[D] struct A { #[serde(rename = \"b\")] a: u8 }", "A: struct {b: u8}"),
        (
            "#[D] struct A { #[serde(rename(serialize = \"w\", deserialize = \"r\"))] a: u8 }",
            "A: struct {w/r: u8}",
        ),
        ("#[D] #[serde(rename_all = \"camelCase\")] struct A { a_b: u8 }", "A: struct {aB: u8}"),
        (
            "#[D] #[serde(rename_all(serialize = \"UPPERCASE\", deserialize = \"kebab-case\"))] struct A { a_b: u8 }",
            "A: struct {A_B/a-b: u8}",
        ),
        ("#[D] struct A { #[serde(alias = \"z\", alias = \"y\")] a: u8 }", "A: struct {a|y|z: u8}"),
    ]);
}

#[test]
fn presence_and_skips_are_serdes() {
    check(&[
        (
            "#[D] struct A { a: Option<u8>, b: std::option::Option<u8>, c: Box<Option<u8>>, d: PhantomData<u8> }",
            "A: struct {a?: Option<u8>, b?: std::option::Option<u8>, c?: Box<Option<u8>>, d: PhantomData<u8>}",
        ),
        (
            "#[D] struct A { #[serde(default)] a: u8, #[serde(default = \"f\")] b: Option<u8> }",
            "A: struct {a=: u8, b=: Option<u8>}",
        ),
        ("#[D] #[serde(default)] struct A { a: u8 }", "A: struct default {a=: u8}"),
        (
            "#[D] struct A { #[serde(skip)] a: u8, #[serde(skip_serializing)] b: u8, #[serde(skip_deserializing)] c: u8 }",
            "A: struct {b: u8 unwritten, c=: u8 unread}",
        ),
        (
            "#[derive(Serialize)] struct A { #[serde(skip_serializing)] b: u8, #[serde(skip_deserializing)] c: u8 }",
            "A: struct write-only {c=: u8 unread}",
        ),
        (
            "#[derive(Deserialize)] struct A { #[serde(skip_serializing)] b: u8, #[serde(skip_deserializing)] c: u8 }",
            "A: struct read-only {b: u8 unwritten}",
        ),
        (
            "#[D] struct A { #[serde(skip_serializing_if = \"Option::is_none\")] a: Option<u8> }",
            "A: struct {a?: Option<u8> sometimes}",
        ),
        (
            "#[D] struct A { #[serde(with = \"m\")] a: Option<u8>, #[serde(serialize_with = \"w\")] b: Option<u8>, #[serde(deserialize_with = \"r\", default)] c: u8 }",
            "A: struct {a: Option<u8> write=m read=m, b?: Option<u8> write=w, c=: u8 read=r}",
        ),
        ("#[D] struct A { #[serde(flatten, rename = \"x\")] a: B }", "A: struct {a: B flat}"),
        ("#[D] #[serde(deny_unknown_fields)] struct A {}", "A: struct closed"),
        (
            "#[D] #[serde(bound = \"\", crate = \"c\", expecting = \"e\")] struct A<'a> { #[serde(borrow)] a: Cow<'a, str> }",
            "A<'a>: struct {a: Cow<'a, str>}",
        ),
    ]);
}

#[test]
fn tuples_count_what_is_on_the_wire() {
    check(&[
        ("#[D] struct A;", "A: unit"),
        ("#[D] struct A();", "A: tuple"),
        ("#[D] struct A(u8);", "A: newtype {0: u8}"),
        // serde reads and writes the field of a newtype whatever its attributes say.
        ("#[D] struct A(#[serde(skip, default)] u8);", "A: newtype {0: u8}"),
        ("#[D] struct A(u8, #[serde(skip)] u16, u32);", "A: tuple {0: u8, 1: u32}"),
        (
            "#[D] struct A(#[serde(skip_serializing)] u8, #[serde(skip_deserializing)] u16, u32);",
            "A: tuple {0: u8 unwritten, 0=: u16 unread, 1: u32}",
        ),
        (
            "#[D] #[serde(transparent)] struct A { a: Option<u8>, #[serde(skip)] b: u8, c: PhantomData<T> }",
            "A: newtype {0?: Option<u8>}",
        ),
    ]);
}

#[test]
fn enums_are_tagged_as_serde_tags_them() {
    check(&[
        (
            "#[D] enum A { B, C(u8), D(u8, u16), E { f: u8 }, F() }",
            "A: enum {B, C = 0: u8, D (0: u8, 1: u16), E {f: u8}, F ()}",
        ),
        ("#[D] #[serde(tag = \"t\")] enum A { B }", "A: enum tag=t {B}"),
        ("#[D] #[serde(tag = \"t\", content = \"c\")] enum A { B }", "A: enum tag=t,c {B}"),
        (
            "#[D] #[serde(untagged, rename_all = \"UPPERCASE\")] enum A { Bc(u8) }",
            "A: enum untagged {Bc = 0: u8}",
        ),
        ("#[D] #[serde(tag = \"t\", rename = \"N\")] struct A { b: u8 }", "A: struct tag=t name=N {b: u8}"),
        (
            "#[D] #[serde(rename_all = \"snake_case\", rename_all_fields = \"camelCase\")] enum A { BcD { e_f: u8 }, #[serde(rename_all = \"UPPERCASE\")] G { h_i: u8 } }",
            "A: enum {bc_d {eF: u8}, g {H_I: u8}}",
        ),
        (
            "#[D] enum A { #[serde(rename = \"b\", alias = \"x\")] B, #[serde(skip)] C, #[serde(skip_serializing)] D, #[serde(skip_deserializing)] E, #[serde(other)] F }",
            "A: enum {b|x, D unwritten, E unread, F other}",
        ),
        (
            "#[D] enum A { B(#[serde(skip)] u8), C(#[serde(skip_serializing)] u8), #[serde(with = \"m\")] D(u8), #[serde(untagged)] E(u8) }",
            "A: enum {B, C = 0: u8 unwritten, D = 0: u8 with=m, E = 0: u8 untagged}",
        ),
        (
            "#[derive(Deserialize)] #[serde(field_identifier)] enum A { B, C(String) }",
            "A: enum read-only {B, C = 0: String other}",
        ),
        ("#[D] enum A { B = 1 << 3, C = -1 }", "A: enum {B, C}"),
    ]);
}

#[test]
fn other_types_stand_for_it() {
    check(&[
        ("#[D] #[serde(try_from = \"Raw\")] struct A { a: u8 }", "A: struct from=Raw {a: u8}"),
        ("#[D] #[serde(from = \"R<u8 >\", into = \"W\")] struct A { a: u8 }", "A: struct from=R<u8> into=W"),
        (
            "#[D] #[serde(remote = \"other::A\")] struct A { #[serde(getter = \"A::a\")] a: u8 }",
            "A: struct remote=other::A {a: u8}",
        ),
        (
            "#[D] struct A<'a, T: X = u8, const N: usize = 3> where T: Y { a: &'a [T; N] }",
            "A<'a, T, const N: usize>: struct {a: &'a [T; N]}",
        ),
    ]);
}

#[test]
fn types_are_written_as_a_person_would() {
    for ty in [
        "Option<Vec<&'a str>>",
        "HashMap<String, Vec<u8>>",
        "[u8; 32]",
        "&'a [u8]",
        "&'static mut T",
        "()",
        "(u8,)",
        "(u8, Vec<(u16, u32)>)",
        "Box<dyn Fn(u8, &str) -> Result<u8, E> + Send + 'a>",
        "<T as Trait>::Out",
        "for<'a> fn(&'a u8) -> u8",
        "*const *mut T",
        "a::b::C<{ N + 1 }, -1, 'x'>",
        "[u8; N * 2]",
        "dyn Iterator<Item = u8>",
        "impl ::core::fmt::Debug",
        "[Option<u8>; A::<u8>::N]",
        "unsafe extern \"C\" fn()",
        "m!(u8)",
        "!",
    ] {
        let source = format!("#[derive(Serialize)] struct A {{ a: {ty} }}");
        assert!(all(&source)[0].contains(&format!(": {ty}}}")), "{ty}\n{:?}", all(&source));
    }
    let wide = "#[D] struct A { a: HashMap <\n String , // a key\n Vec < u8 , > ,\n > , b: ( u8 , u16 , ) }";
    check(&[(wide, "A: struct {a: HashMap<String, Vec<u8>>, b: (u8, u16)}")]);
}

#[test]
fn what_serde_refuses_is_not_readable() {
    let refused = [
        ("#[serde(rename_all = \"Camel\")] struct A { a: u8 }", "there is no case `Camel`"),
        ("#[serde(nonsense)] struct A { a: u8 }", "serde knows no attribute `nonsense` of a container"),
        ("struct A { #[serde(tag = \"x\")] a: u8 }", "field `a`: serde knows no attribute `tag` of a field"),
        ("enum A { #[serde(flatten)] B }", "variant `B`: serde knows no attribute `flatten` of a variant"),
        ("struct A { #[serde(rename = \"b\", rename = \"c\")] a: u8 }", "`rename` stands there twice"),
        ("#[serde(untagged, tag = \"t\")] enum A { B }", "contradict each other"),
        ("#[serde(content = \"c\")] enum A { B }", "`content` needs `tag`"),
        ("#[serde(untagged)] struct A {}", "`untagged` is for enums"),
        ("#[serde(default)] enum A {}", "`default` is for structs"),
        ("#[serde(transparent)] struct A { a: u8, b: u8 }", "`transparent` needs just one field"),
        ("#[serde(transparent, into = \"B\")] struct A { a: u8 }", "`transparent` contradicts"),
        ("#[serde(from = \"B\", try_from = \"B\")] struct A { a: u8 }", "contradict each other"),
        ("struct A(#[serde(flatten)] B);", "`flatten` needs a field with a name"),
        (
            "struct A { #[serde(rename = 1)] a: u8 }",
            "its serde attribute is refused: expected string literal",
        ),
        ("#[serde(rename_all = \"camelCase\")] struct A { _a: u8, __: u8 }", "serde finds no name"),
        ("union A { a: u8 }", "serde derives nothing for a union"),
        (
            "struct A { #[cfg_attr(x, serde(rename = \"b\"))] #[cfg_attr(not(x), serde(rename = \"c\"))] a: u8 }",
            "`rename` stands there twice, under several conditions",
        ),
    ];
    for (source, why) in refused {
        let found = all(&format!("#[derive(Serialize, Deserialize)] {source}"));
        assert!(
            found.len() == 1 && found[0].starts_with("! A: ") && found[0].contains(why),
            "{source}: {found:?}"
        );
    }
}

#[test]
fn serde_with_is_followed() {
    check(&[
        (
            "#[serde_with::serde_as] #[D] struct A { #[serde_as(as = \"Option<DisplayFromStr>\")] a: Option<u8>, #[serde_as(as = \"_\")] b: u8, #[serde_as(as = \"Option<X>\", no_default)] c: Option<u8> }",
            "A: struct {a?: Option<u8> write=serde_as Option<DisplayFromStr> read=serde_as Option<DisplayFromStr>, b: u8 write=serde_as _ read=serde_as _, c: Option<u8> write=serde_as Option<X> read=serde_as Option<X>}",
        ),
        (
            "#[skip_serializing_none] #[D] struct A { a: Option<u8>, b: u8, #[serialize_always] c: Option<u8> }",
            "A: struct {a?: Option<u8> sometimes, b: u8, c?: Option<u8>}",
        ),
    ]);
}
