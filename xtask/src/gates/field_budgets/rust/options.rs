//! `#[serde(…)]`, as serde_derive reads it.

use std::collections::{BTreeMap, BTreeSet};

use syn::LitStr;
use syn::meta::ParseNestedMeta;
use syn::parse::Parser;

use super::attributes::Attributes;
use super::case::Case;
use crate::diagnostics::shown;

/// What an attribute stands above.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Level {
    Container,
    Variant,
    Field,
}

/// How an attribute is written.
#[derive(Clone, Copy)]
enum Form {
    /// `key`
    Flag,
    /// `key = "text"`
    Text,
    /// Either of them.
    FlagOrText,
    /// `key = "text"`, or `key(serialize = "text", deserialize = "text")`
    Sides,
}

/// What serde_derive knows: the name, where (**c**ontainer, **v**ariant, **f**ield), and how.
const KEYS: [(&str, &str, Form); 30] = [
    ("alias", "vf", Form::Text),
    ("borrow", "vf", Form::FlagOrText),
    ("bound", "cvf", Form::Sides),
    ("content", "c", Form::Text),
    ("crate", "c", Form::Text),
    ("default", "cf", Form::FlagOrText),
    ("deny_unknown_fields", "c", Form::Flag),
    ("deserialize_with", "vf", Form::Text),
    ("expecting", "c", Form::Text),
    ("field_identifier", "c", Form::Flag),
    ("flatten", "f", Form::Flag),
    ("from", "c", Form::Text),
    ("getter", "f", Form::Text),
    ("into", "c", Form::Text),
    ("other", "v", Form::Flag),
    ("remote", "c", Form::Text),
    ("rename", "cvf", Form::Sides),
    ("rename_all", "cv", Form::Sides),
    ("rename_all_fields", "c", Form::Sides),
    ("serialize_with", "vf", Form::Text),
    ("skip", "vf", Form::Flag),
    ("skip_deserializing", "vf", Form::Flag),
    ("skip_serializing", "vf", Form::Flag),
    ("skip_serializing_if", "f", Form::Text),
    ("tag", "c", Form::Text),
    ("transparent", "c", Form::Flag),
    ("try_from", "c", Form::Text),
    ("untagged", "cv", Form::Flag),
    ("variant_identifier", "c", Form::Flag),
    ("with", "vf", Form::Text),
];

/// Writing or reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    Write,
    Read,
}

/// The attributes of serde above one thing.
#[derive(Default)]
pub(super) struct Serde {
    values: BTreeMap<(&'static str, Side), (String, bool)>,
    /// Other names for reading.
    pub aliases: BTreeSet<String>,
    /// The conditions under which some of it holds.
    pub when: BTreeSet<String>,
}

impl Serde {
    /// What the attributes say, or why serde_derive would refuse them.
    pub(super) fn read(attributes: &Attributes, level: Level) -> Result<Self, String> {
        let mut serde = Serde::default();
        for attribute in attributes.named("serde") {
            let conditional = attribute.when.is_some();
            let mut told = None;
            let parser = syn::meta::parser(|meta| {
                serde.entry(&meta, level, conditional).map_err(|error| match error {
                    Wrong::Syntax(error) => error,
                    Wrong::Meaning(message) => {
                        told = Some(message);
                        meta.error("")
                    }
                })
            });
            let parsed = parser.parse2(attribute.arguments.clone());
            parsed.map_err(|error| {
                told.unwrap_or_else(|| format!("its serde attribute is refused: {error}"))
            })?;
            serde.when.extend(attribute.when.clone());
        }
        Ok(serde)
    }

    fn entry(&mut self, meta: &ParseNestedMeta, level: Level, conditional: bool) -> Result<(), Wrong> {
        let (letter, place) = match level {
            Level::Container => ('c', "container"),
            Level::Variant => ('v', "variant"),
            Level::Field => ('f', "field"),
        };
        let name = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
        let known = KEYS.iter().find(|(key, levels, _)| *key == name && levels.contains(letter));
        let Some(&(key, _, form)) = known else {
            return Err(Wrong::Meaning(format!("serde knows no attribute {} of a {place}", shown(&name))));
        };
        let text = |meta: &ParseNestedMeta| Ok::<_, syn::Error>(meta.value()?.parse::<LitStr>()?.value());
        let is_text = meta.input.peek(syn::Token![=]);
        let (mut write, mut read) = (Vec::new(), Vec::new());
        match form {
            Form::Sides if !is_text => meta.parse_nested_meta(|meta| {
                let side = match &meta.path {
                    path if path.is_ident("serialize") => &mut write,
                    path if path.is_ident("deserialize") => &mut read,
                    _ => return Err(meta.error("expected `serialize` or `deserialize`")),
                };
                side.push(text(&meta)?);
                Ok(())
            })?,
            Form::Flag | Form::FlagOrText if !is_text => {
                write.push(String::new());
                read.push(String::new());
            }
            Form::Flag => {}
            Form::Text | Form::FlagOrText | Form::Sides => {
                write.push(text(meta)?);
                read.clone_from(&write);
            }
        }
        self.set(key, level, write, read, conditional).map_err(Wrong::Meaning)
    }

    fn set(
        &mut self,
        key: &'static str,
        level: Level,
        write: Vec<String>,
        read: Vec<String>,
        conditional: bool,
    ) -> Result<(), String> {
        let both = [(Side::Write, write), (Side::Read, read)];
        match key {
            "alias" => self.aliases.extend(both.into_iter().flat_map(|(_, texts)| texts)),
            "bound" | "borrow" | "expecting" | "crate" | "getter" => {}
            "skip" => {
                self.put(("skip_serializing", Side::Write), String::new(), conditional)?;
                self.put(("skip_deserializing", Side::Read), String::new(), conditional)?;
            }
            "with" => {
                for (side, texts) in both {
                    texts.into_iter().try_for_each(|text| self.put(("with", side), text, conditional))?;
                }
            }
            "serialize_with" | "skip_serializing" => {
                let key = if key == "serialize_with" { "with" } else { key };
                let [(side, texts), _] = both;
                texts.into_iter().try_for_each(|text| self.put((key, side), text, conditional))?;
            }
            "deserialize_with" | "skip_deserializing" => {
                let key = if key == "deserialize_with" { "with" } else { key };
                let [_, (side, texts)] = both;
                texts.into_iter().try_for_each(|text| self.put((key, side), text, conditional))?;
            }
            _ => {
                for (side, texts) in both {
                    for text in texts {
                        // The first name for reading is the name; others are aliases.
                        let again = key == "rename" && side == Side::Read && level != Level::Container;
                        if again && self.values.contains_key(&(key, side)) {
                            self.aliases.insert(text);
                        } else {
                            self.put((key, side), text, conditional)?;
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn put(&mut self, key: (&'static str, Side), text: String, conditional: bool) -> Result<(), String> {
        if let Some((known, under)) = self.values.get(&key) {
            // The same under two conditions, of which a program has one, is no contradiction.
            if (*under || conditional) && *known == text {
                return Ok(());
            }
            let several = if *under || conditional { ", under several conditions" } else { "" };
            return Err(format!("its serde attribute `{}` stands there twice{several}", key.0));
        }
        self.values.insert(key, (text, conditional));
        Ok(())
    }

    /// Whether a flag, or a text, is there.
    pub(super) fn has(&self, key: &'static str) -> bool {
        self.side(key, Side::Read).is_some() || self.side(key, Side::Write).is_some()
    }

    /// A text.
    pub(super) fn text(&self, key: &'static str) -> Option<String> {
        self.side(key, Side::Write).map(str::to_owned)
    }

    /// A text for one side.
    pub(super) fn side(&self, key: &'static str, side: Side) -> Option<&str> {
        self.values.get(&(key, side)).map(|(text, _)| text.as_str())
    }

    /// The cases of `rename_all` or `rename_all_fields`, for writing and for reading.
    pub(super) fn cases(&self, key: &'static str) -> Result<Cases, String> {
        let case = |side| self.side(key, side).map(Case::read).transpose();
        Ok((case(Side::Write)?, case(Side::Read)?))
    }
}

/// The case for writing and the one for reading.
pub(super) type Cases = (Option<Case>, Option<Case>);

enum Wrong {
    Syntax(syn::Error),
    Meaning(String),
}

impl From<syn::Error> for Wrong {
    fn from(error: syn::Error) -> Self {
        Wrong::Syntax(error)
    }
}

/// What `#[serde_as(…)]` of serde_with says of a field.
#[derive(Default)]
pub(super) struct Converters {
    /// The type that writes it.
    pub write: Option<String>,
    /// The type that reads it.
    pub read: Option<String>,
    /// An Option that is missing is an error.
    pub no_default: bool,
}

/// The converters of serde_with above a field. What it does not understand changes nothing on the wire.
pub(super) fn converters(attributes: &Attributes) -> Converters {
    let mut found = Converters::default();
    for attribute in attributes.named("serde_as") {
        let parser = syn::meta::parser(|meta| {
            let text = |meta: &ParseNestedMeta| meta.value()?.parse::<LitStr>().map(|text| text.value());
            if meta.path.is_ident("as") {
                let both = text(&meta)?;
                found.read = Some(both.clone());
                found.write = Some(both);
            } else if meta.path.is_ident("serialize_as") {
                found.write = Some(text(&meta)?);
            } else if meta.path.is_ident("deserialize_as") {
                found.read = Some(text(&meta)?);
            } else if meta.path.is_ident("no_default") {
                found.no_default = true;
            } else if meta.input.peek(syn::Token![=]) {
                text(&meta)?;
            }
            Ok(())
        });
        // What does not parse does not compile either.
        let _ = parser.parse2(attribute.arguments.clone());
    }
    found
}
