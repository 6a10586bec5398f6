//! Fields that no line may have.
//!
//! A path is found at any depth, in arrays too, wherever its names follow each other, in capitals or
//! not: `password` finds `{"request":{"Password":1}}`, and `user.name` finds what `tracing` writes as
//! `{"fields":{"user.name":1}}`. It is found with null as well: the next request has a value. A JSON
//! text within a text (a logged body) is looked into.

use std::fmt;

use aho_corasick::AhoCorasick;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::Place;
use crate::diagnostics::one_line;
use crate::evidence::services::FoundField;

/// How deep JSON within texts is looked into.
const NESTED: u32 = 4;
/// How deep objects and arrays are looked into, those of JSON within texts on top of those around them:
/// a bound for the stack. A line itself is never deeper, or it is not read as JSON.
const DEPTH: u32 = 128;
/// How much of the path at which it was found is shown, in characters.
const PATH: usize = 120;

/// The fields that are forbidden.
#[derive(Debug)]
pub(super) struct Forbidden {
    fields: Vec<Name>,
    /// Finds the last name of each in a line's raw text. `None` if every line is to be looked through.
    likely: Option<AhoCorasick>,
}

/// One of them, and what was found of it.
#[derive(Debug)]
struct Name {
    path: String,
    folded: String,
    /// Whether the line at hand has it already.
    seen: bool,
    found: Option<FoundField>,
}

impl Forbidden {
    pub(super) fn new(paths: &[String]) -> Forbidden {
        let name = |path: &String| Name {
            path: path.clone(),
            folded: path.to_lowercase(),
            seen: false,
            found: None,
        };
        let fields: Vec<Name> = paths.iter().map(name).collect();
        let last = fields.iter().map(|field| field.folded.rsplit('.').next().unwrap_or_default());
        let plain = fields.iter().all(|field| field.folded.is_ascii());
        let likely = AhoCorasick::builder().ascii_case_insensitive(true).build(last).ok().filter(|_| plain);
        Forbidden { fields, likely }
    }

    /// Looks for them in one line, which is JSON. `serde_json`'s own values do not have what a second
    /// key of the same name hides, so that the text is gone through once more; but only if it has a name
    /// in it, or a key might be hidden by escapes.
    pub(super) fn line(&mut self, text: &str, place: &Place<'_>) {
        if self.fields.is_empty() {
            return;
        }
        if let Some(likely) = &self.likely
            && !likely.is_match(text)
            && memchr::memmem::find(text.as_bytes(), b"\\u").is_none()
        {
            return;
        }
        self.fields.iter_mut().for_each(|field| field.seen = false);
        let mut path = String::new();
        look(text, &mut Walk { path: &mut path, nested: 0, depth: 0, fields: &mut self.fields, place });
    }

    pub(super) fn into_facts(self) -> Vec<FoundField> {
        self.fields.into_iter().filter_map(|field| field.found).collect()
    }
}

/// Goes through the first JSON value of a text.
fn look(text: &str, walk: &mut Walk<'_, '_>) {
    // What is not JSON to its end was gone through up to there.
    let _ = walk.deserialize(&mut serde_json::Deserializer::from_str(text));
}

/// Goes through a JSON value.
struct Walk<'a, 'b> {
    /// The names that led here, with dots.
    path: &'a mut String,
    /// In how many texts it is.
    nested: u32,
    /// In how many objects and arrays it is.
    depth: u32,
    fields: &'a mut Vec<Name>,
    place: &'a Place<'b>,
}

impl Walk<'_, '_> {
    fn deeper(&mut self) -> Walk<'_, '_> {
        Walk {
            path: self.path,
            nested: self.nested,
            depth: self.depth + 1,
            fields: self.fields,
            place: self.place,
        }
    }

    fn check(&mut self) {
        for field in self.fields.iter_mut().filter(|field| !field.seen && is_at(self.path, &field.folded)) {
            field.seen = true;
            let path = self.place.clean.text(self.path, PATH);
            let first = || {
                self.place.sample(&if self.nested > 0 {
                    format!("`{path}`, in a JSON text")
                } else {
                    format!("`{path}`")
                })
            };
            field
                .found
                .get_or_insert_with(|| FoundField { path: one_line(&field.path), lines: 0, first: first() })
                .lines += 1;
        }
    }
}

/// Whether a path ends with the names of another, which is in small letters.
fn is_at(path: &str, folded: &str) -> bool {
    let ends = |path: &str| {
        let before = path.len().checked_sub(folded.len()).and_then(|at| path.as_bytes().split_at_checked(at));
        before.is_some_and(|(before, end)| {
            end.eq_ignore_ascii_case(folded.as_bytes()) && before.last().is_none_or(|byte| *byte == b'.')
        })
    };
    if folded.is_ascii() { ends(path) } else { ends(&path.to_lowercase()) }
}

impl<'de> DeserializeSeed<'de> for &mut Walk<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Walk<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        if self.depth >= DEPTH {
            return IgnoredAny.visit_map(map).map(drop);
        }
        let length = self.path.len();
        while let Some(key) = map.next_key::<String>()? {
            if length > 0 {
                self.path.push('.');
            }
            self.path.push_str(&key);
            self.check();
            map.next_value_seed(&mut self.deeper())?;
            self.path.truncate(length);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        if self.depth >= DEPTH {
            return IgnoredAny.visit_seq(seq).map(drop);
        }
        while seq.next_element_seed(&mut self.deeper())?.is_some() {}
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        // From the first brace on: `body: {"password":1}` is found as well.
        if self.nested < NESTED
            && let Some(at) = memchr::memchr(b'{', text.as_bytes())
            && let Some(json) = text.get(at..)
        {
            let length = self.path.len();
            let mut inside = self.deeper();
            inside.nested += 1;
            look(json, &mut inside);
            self.path.truncate(length);
        }
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}
