//! JSON with the lines of its keys, and with keys that are given twice.
//!
//! `serde_json` reads it, bounds its depth and borrows every key without an escape from the text: where the
//! key lies in memory is where it stands in the text. So there are lines without a second parser.

use std::cell::{Cell, RefCell};
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

/// A value.
#[derive(Debug)]
pub(super) enum Json {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Json>),
    Map(Map),
}

/// Keys and values in the order of the text.
#[derive(Debug)]
pub(super) struct Map {
    pub entries: Vec<Entry>,
    /// The entries in the order of their keys.
    sorted: Vec<u32>,
}

/// One key and its value.
#[derive(Debug)]
pub(super) struct Entry {
    pub key: String,
    /// One-based.
    pub line: usize,
    pub value: Json,
}

/// What was read.
#[derive(Debug)]
pub(super) struct Parsed {
    pub json: Json,
    /// The keys that are given twice in one object, with their lines.
    pub twice: Vec<(usize, String)>,
}

/// Reads a text.
///
/// # Errors
/// The line, and what is wrong there.
pub(super) fn parse(text: &str) -> Result<Parsed, (usize, String)> {
    let (at, twice) = (Cell::new((0, 1)), RefCell::default());
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let seed = Seed { text, at: &at, twice: &twice };
    let json = seed.deserialize(&mut deserializer).and_then(|json| deserializer.end().map(|()| json));
    let json = json.map_err(|error| {
        let message = error.to_string();
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(what, _)| what);
        (error.line(), message.to_owned())
    })?;
    Ok(Parsed { json, twice: twice.into_inner() })
}

impl Json {
    /// The value of a key; of the first, if there are several.
    pub(super) fn get(&self, key: &str) -> Option<&Json> {
        self.entry(key).map(|entry| &entry.value)
    }

    pub(super) fn entry(&self, key: &str) -> Option<&Entry> {
        let Json::Map(map) = self else { return None };
        let at = map.sorted.partition_point(|at| map.at(*at).is_some_and(|entry| entry.key.as_str() < key));
        map.sorted.get(at).and_then(|at| map.at(*at)).filter(|entry| entry.key == key)
    }

    /// The entries in the order of the text, if it has any.
    pub(super) fn entries(&self) -> &[Entry] {
        if let Json::Map(map) = self { &map.entries } else { &[] }
    }

    /// The entries in the order of their keys.
    pub(super) fn sorted(&self) -> impl Iterator<Item = &Entry> {
        let map = if let Json::Map(map) = self { Some(map) } else { None };
        map.into_iter().flat_map(|map| map.sorted.iter().filter_map(|at| map.at(*at)))
    }

    /// The items of a list.
    pub(super) fn items(&self) -> &[Json] {
        if let Json::List(items) = self { items } else { &[] }
    }

    pub(super) fn text(&self) -> Option<&str> {
        if let Json::Text(text) = self { Some(text) } else { None }
    }

    /// What a JSON Pointer leads to (RFC 6901), and the line of the last key on the way.
    pub(super) fn pointer(&self, pointer: &str) -> Option<(&Json, usize)> {
        pointer.split('/').skip(1).try_fold((self, 1), |(json, line), step| match json {
            Json::List(items) => items.get(step.parse::<usize>().ok()?).map(|item| (item, line)),
            _ => {
                let entry = json.entry(&step.replace("~1", "/").replace("~0", "~"))?;
                Some((&entry.value, entry.line))
            }
        })
    }
}

impl Map {
    fn at(&self, at: u32) -> Option<&Entry> {
        self.entries.get(at as usize)
    }
}

/// The same text for the same value: without blanks, the keys in order.
impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Json::Null => f.write_str("null"),
            Json::Bool(value) => write!(f, "{value}"),
            Json::Number(value) => write!(f, "{value}"),
            Json::Text(text) => write!(f, "{}", serde_json::Value::from(text.as_str())),
            Json::List(items) => {
                let separated = |(at, item)| write!(f, "{}{item}", if at == 0 { "[" } else { "," });
                items.iter().enumerate().try_for_each(separated)?;
                f.write_str(if items.is_empty() { "[]" } else { "]" })
            }
            Json::Map(map) => {
                for (at, entry) in self.sorted().enumerate() {
                    let key = serde_json::Value::from(entry.key.as_str());
                    write!(f, "{}{key}:{}", if at == 0 { "{" } else { "," }, entry.value)?;
                }
                f.write_str(if map.entries.is_empty() { "{}" } else { "}" })
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Seed<'t> {
    text: &'t str,
    /// How far the text was read for certain, and the line of that.
    at: &'t Cell<(usize, usize)>,
    twice: &'t RefCell<Vec<(usize, String)>>,
}

impl Seed<'_> {
    /// Takes note of where a string of the text lies.
    fn note(self, borrowed: &str) {
        let (from, line) = self.at.get();
        let to = (borrowed.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize);
        if let Some(passed) = self.text.as_bytes().get(from..to) {
            self.at.set((to, line + passed.iter().filter(|byte| **byte == b'\n').count()));
        }
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Json, E> {
        Number::from_f64(value).map(Json::Number).ok_or_else(|| E::custom("a number that is none"))
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Json, E> {
        self.note(text);
        self.visit_str(text)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(self)? {
            items.push(item);
        }
        Ok(Json::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = access.next_key_seed(self)? {
            let (_, line) = self.at.get();
            let Json::Text(key) = key else { return Err(de::Error::custom("a key that is no string")) };
            entries.push(Entry { key, line, value: access.next_value_seed(self)? });
        }
        let mut sorted: Vec<u32> = (0..).take(entries.len()).collect();
        let key = |at: &u32| entries.get(*at as usize).map(|entry| entry.key.as_str());
        sorted.sort_by_key(key);
        let same = sorted.windows(2).filter(|pair| key(&pair[0]) == key(&pair[1]));
        let again = same.filter_map(|pair| entries.get(pair[1] as usize));
        self.twice.borrow_mut().extend(again.map(|entry| (entry.line, entry.key.clone())));
        Ok(Json::Map(Map { entries, sorted }))
    }
}
