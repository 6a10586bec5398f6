//! The same types compiled: what serde does with them is what was read of them.

#![allow(dead_code, non_snake_case, unused_qualifications, reason = "the types are there to be odd")]

use std::collections::BTreeSet;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::super::read_text;
use crate::evidence::contracts::{Contract, Kind, Presence, Tagging, Written};

/// Types, and a function that gives the contracts read from their own source.
macro_rules! types {
    ($($source:tt)*) => {
        $($source)*
        fn contracts() -> Vec<Contract> {
            let reading = read_text(stringify!($($source)*), "real.rs");
            assert!(reading.unreadable.is_empty() && reading.problems.is_empty(), "{reading:?}");
            reading.contracts
        }
    };
}

mod inner {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(value: &Option<u8>, to: S) -> Result<S::Ok, S::Error> {
        value.serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u8>, D::Error> {
        Option::deserialize(from)
    }
}

fn yes(_: &u8) -> bool {
    false
}

types! {
    use serde::{Deserialize as De, Serialize as Ser};

    #[derive(Ser, De, Default)]
    struct Plain {
        a: u8,
        r#type: Option<u8>,
        boxed: Box<Option<u8>>,
        shared: std::cell::RefCell<std::option::Option<u8>>,
        unit: (),
        ghost: std::marker::PhantomData<u8>,
        #[serde(default)]
        filled: u8,
        #[serde(skip)]
        gone: u8,
        #[serde(skip_serializing)]
        in_only: u8,
        #[serde(skip_deserializing)]
        out_only: u8,
        #[serde(skip_serializing_if = "yes")]
        at_times: u8,
        #[serde(with = "inner")]
        with: Option<u8>,
        #[serde(with = "inner", default)]
        with_default: Option<u8>,
        #[serde(rename(serialize = "w", deserialize = "r"), alias = "z", alias = "y")]
        two: u8,
        #[serde(rename(serialize = "x", deserialize = "x1", deserialize = "x2"))]
        three: u8,
    }

    #[derive(Ser, De, Default)]
    #[serde(deny_unknown_fields, default, rename_all(serialize = "SCREAMING-KEBAB-CASE", deserialize = "camelCase"))]
    struct Closed { very_tasty: u8, z42: u8, #[serde(rename = "Kept")] renamed: u8 }

    #[derive(Ser, De, Default)]
    #[serde(rename_all = "lowercase")]
    struct Lower { very_tasty: u8, _x1: u8 }
    #[derive(Ser, De, Default)]
    #[serde(rename_all = "UPPERCASE")]
    struct Upper { very_tasty: u8, _x1: u8 }
    #[derive(Ser, De, Default)]
    #[serde(rename_all = "PascalCase")]
    struct Pascal { very_tasty: u8, _x1: u8, a__b: u8 }
    #[derive(Ser, De, Default)]
    #[serde(rename_all = "camelCase")]
    struct Camel { very_tasty: u8, _x1: u8, a__b: u8 }
    #[derive(Ser, De, Default)]
    #[serde(rename_all = "snake_case")]
    struct Snake { very_tasty: u8, _x1: u8 }
    #[derive(Ser, De, Default)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    struct Screaming { very_tasty: u8, _x1: u8 }
    #[derive(Ser, De, Default)]
    #[serde(rename_all = "kebab-case")]
    struct Kebab { very_tasty: u8, _x1: u8 }

    #[derive(Ser, De, Default)]
    #[serde(tag = "kind", rename = "Called")]
    struct Named { a: u8 }

    #[derive(Ser, De)]
    struct New(#[serde(skip, default)] u8);
    #[derive(Ser, De)]
    struct Pair(u8, #[serde(skip)] u8, u16);
    #[derive(Ser, De)]
    #[serde(transparent)]
    struct Clear { a: u8, #[serde(skip)] b: u8, c: std::marker::PhantomData<u8> }
    #[derive(Ser, De)]
    struct Nothing;

    #[derive(Ser, De)]
    enum External {
        Unit,
        New(u8),
        Pair(u8, u8),
        Named { a_b: u8 },
        Empty(),
        Skipped(#[serde(skip)] u8),
        #[serde(rename = "other_name", alias = "alias")]
        Renamed,
        #[serde(untagged)]
        Last(u32),
    }
    #[derive(Ser, De)]
    #[serde(tag = "t", rename_all = "camelCase", rename_all_fields = "UPPERCASE")]
    enum Internal {
        HttpUrl,
        Named { a_b: u8 },
        #[serde(rename_all = "kebab-case")]
        Kebab { a_b: u8 },
    }
    #[derive(Ser, De)]
    #[serde(tag = "t", content = "c", rename_all = "snake_case")]
    enum Adjacent { HTTPUrl, NewType(u8), Named { a_b: u8 } }
    #[derive(Ser, De)]
    #[serde(rename_all = "SCREAMING-KEBAB-CASE")]
    enum Shout { VeryTasty, Z42 }
    #[derive(Ser, De)]
    #[serde(rename_all = "lowercase")]
    enum Whisper { VeryTasty, Z42 }
}

fn contract(name: &str) -> Contract {
    contracts().into_iter().find(|contract| contract.name == name).expect("it was read")
}

fn reads<T: DeserializeOwned>(value: &Map<String, Value>) -> bool {
    serde_json::from_value::<T>(Value::Object(value.clone())).is_ok()
}

/// A struct: the names that are written; and what it reads with a field gone, renamed, or too many.
fn check<T: Serialize + DeserializeOwned + Default>(name: &str) {
    let contract = contract(name);
    let written = serde_json::to_value(T::default()).expect("it can be written");
    let written = written.as_object().expect("it is an object");
    let mut names: BTreeSet<&str> = BTreeSet::new();
    let mut input = Map::new();
    for field in &contract.fields {
        if field.written != Written::Never {
            names.insert(&field.name);
        }
        if field.read {
            let value = written.get(&field.name).cloned().unwrap_or(json!(0));
            input.insert(field.read_name.clone().unwrap_or(field.name.clone()), value);
        }
    }
    if let Tagging::Internal { tag } = &contract.rules.tagging {
        names.insert(tag);
        assert_eq!(written[tag], json!(contract.rules.name), "{name}");
    }
    assert_eq!(names, written.keys().map(String::as_str).collect(), "{name}");
    assert!(reads::<T>(&input), "{name} does not read {input:?}");
    for field in contract.fields.iter().filter(|field| field.read) {
        let read_name = field.read_name.as_ref().unwrap_or(&field.name);
        let mut less = input.clone();
        let value = less.remove(read_name).expect("it was put there");
        assert_eq!(reads::<T>(&less), field.presence != Presence::Required, "{name}.{read_name} is gone");
        for alias in &field.aliases {
            let mut other = less.clone();
            other.insert(alias.clone(), value.clone());
            assert!(reads::<T>(&other), "{name}.{read_name} as {alias}");
        }
    }
    input.insert("nobody knows it".to_owned(), json!(0));
    assert_eq!(reads::<T>(&input), !contract.rules.closed, "{name}");
}

#[test]
fn structs_are_what_was_read_of_them() {
    check::<Plain>("Plain");
    check::<Closed>("Closed");
    check::<Lower>("Lower");
    check::<Upper>("Upper");
    check::<Pascal>("Pascal");
    check::<Camel>("Camel");
    check::<Snake>("Snake");
    check::<Screaming>("Screaming");
    check::<Kebab>("Kebab");
    check::<Named>("Named");
}

#[test]
fn forms_without_names_are_what_was_read_of_them() {
    let wire = |name: &str| {
        let contract = contract(name);
        let positions: Vec<String> = contract.fields.iter().map(|field| field.name.clone()).collect();
        (contract.kind, positions)
    };
    let written = |value: &dyn erased::Written| value.json();
    assert_eq!((wire("New"), written(&New(5))), ((Kind::Newtype, vec!["0".to_owned()]), json!(5)));
    let pair = (Kind::Tuple, vec!["0".to_owned(), "1".to_owned()]);
    assert_eq!((wire("Pair"), written(&Pair(1, 2, 3))), (pair, json!([1, 3])));
    assert_eq!(serde_json::from_value::<Pair>(json!([1, 3])).expect("it reads what it writes").2, 3);
    let clear = Clear { a: 1, b: 2, c: std::marker::PhantomData };
    assert_eq!((wire("Clear"), written(&clear)), ((Kind::Newtype, vec!["0".to_owned()]), json!(1)));
    assert_eq!((wire("Nothing"), written(&Nothing)), ((Kind::Unit, vec![]), json!(null)));
}

mod erased {
    /// Any value that can be written.
    pub(super) trait Written {
        fn json(&self) -> serde_json::Value;
    }

    impl<T: serde::Serialize> Written for T {
        fn json(&self) -> serde_json::Value {
            serde_json::to_value(self).expect("it can be written")
        }
    }
}

/// Each variant as the contract says it is written, with zeros for values.
fn wire(contract: &Contract) -> Vec<Value> {
    let of = |variant: &crate::evidence::contracts::Variant| {
        let named =
            || variant.fields.iter().map(|field| (field.name.clone(), json!(0))).collect::<Map<_, _>>();
        let content = match variant.kind {
            Kind::Unit => None,
            Kind::Newtype => Some(json!(0)),
            Kind::Struct => Some(Value::Object(named())),
            _ => Some(json!(vec![0; variant.fields.len()])),
        };
        let name = json!(variant.name);
        match (&contract.rules.tagging, content) {
            (_, content) if variant.untagged => content.unwrap_or_default(),
            (Tagging::External, None) => name,
            (Tagging::External, Some(content)) => json!({ variant.name.as_str(): content }),
            (Tagging::Internal { tag }, _) => {
                let mut whole = named();
                whole.insert(tag.clone(), name);
                Value::Object(whole)
            }
            (Tagging::Adjacent { tag, .. }, None) => json!({ tag.as_str(): name }),
            (Tagging::Adjacent { tag, content: at }, Some(content)) => {
                json!({ tag.as_str(): name, at.as_str(): content })
            }
            (Tagging::Untagged, content) => content.unwrap_or_default(),
        }
    };
    contract.variants.iter().map(of).collect()
}

fn check_enum<T: Serialize + DeserializeOwned>(name: &str, values: &[T]) {
    let written: Vec<Value> =
        values.iter().map(|value| serde_json::to_value(value).expect("written")).collect();
    assert_eq!(wire(&contract(name)), written, "{name}");
    for value in written {
        assert!(serde_json::from_value::<T>(value.clone()).is_ok(), "{name} does not read {value}");
    }
}

#[test]
fn enums_are_what_was_read_of_them() {
    use External as E;
    let values = [
        E::Unit,
        E::New(0),
        E::Pair(0, 0),
        E::Named { a_b: 0 },
        E::Empty(),
        E::Skipped(0),
        E::Renamed,
        E::Last(0),
    ];
    check_enum("External", &values);
    assert!(serde_json::from_value::<External>(json!("alias")).is_ok());
    check_enum("Internal", &[Internal::HttpUrl, Internal::Named { a_b: 0 }, Internal::Kebab { a_b: 0 }]);
    check_enum("Adjacent", &[Adjacent::HTTPUrl, Adjacent::NewType(0), Adjacent::Named { a_b: 0 }]);
    check_enum("Shout", &[Shout::VeryTasty, Shout::Z42]);
    check_enum("Whisper", &[Whisper::VeryTasty, Whisper::Z42]);
}
