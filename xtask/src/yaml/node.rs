//! The tree, and the visitor that builds it or stops at one node of it to learn its place.
//!
//! Nodes are numbered in the order in which the parser comes to them. Building and locating are the
//! same walk, so a number means the same node in both.

use std::cell::Cell;
use std::fmt;

use serde::Deserialize as _;
use serde::de::{
    self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, VariantAccess, Visitor,
};

use super::MAX_NODES;
use super::screen::Refusal;
use crate::diagnostics::shown;

/// One value of the file, with the number by which its place is found.
#[derive(Debug, PartialEq)]
pub struct Node {
    pub(super) id: usize,
    /// The number of the key that this is the value of.
    pub(super) key: Option<usize>,
    /// What it is.
    pub value: Value,
}

/// What a node is.
#[derive(Debug, PartialEq)]
pub enum Value {
    /// Nothing, `~` or `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i128),
    /// Any other number.
    Float(f64),
    /// A text.
    Text(String),
    /// A list.
    Sequence(Vec<Node>),
    /// A mapping in the order of the file, duplicates included.
    Mapping(Vec<(Node, Node)>),
    /// A value with a YAML tag of its own, whose content was not read.
    Tagged(String),
}

impl Value {
    /// What it is, in words, for complaints.
    pub fn describe(&self) -> String {
        match self {
            Value::Null => "nothing".into(),
            Value::Bool(_) | Value::Float(_) | Value::Integer(_) => self.bare(),
            Value::Text(text) => format!("the text {}", shown(text)),
            Value::Sequence(_) => "a list".into(),
            Value::Mapping(_) => "a mapping".into(),
            Value::Tagged(tag) => format!("a value tagged {}", shown(tag)),
        }
    }

    /// A scalar without further words.
    pub fn bare(&self) -> String {
        match self {
            Value::Bool(value) => value.to_string(),
            Value::Integer(value) => value.to_string(),
            Value::Float(value) => value.to_string(),
            Value::Text(text) => text.clone(),
            other => other.describe(),
        }
    }
}

impl Node {
    /// The path of keys and indices to the node of that number.
    pub(super) fn path_to(&self, id: usize) -> String {
        let mut path = String::new();
        let mut node = self;
        loop {
            match &node.value {
                Value::Sequence(items) => {
                    let after = items.partition_point(|item| item.id <= id);
                    let Some(index) = after.checked_sub(1) else { return path };
                    path.extend(["[", &index.to_string(), "]"]);
                    node = &items[index];
                }
                Value::Mapping(entries) => {
                    let after = entries.partition_point(|(key, _)| key.id <= id);
                    let Some(index) = after.checked_sub(1) else { return path };
                    let (key, value) = &entries[index];
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(shown(&key.value.bare()).trim_matches('`'));
                    if id < value.id {
                        return path;
                    }
                    node = value;
                }
                _ => return path,
            }
            if node.id == id {
                return path;
            }
        }
    }
}

/// What the walk says when it has come to the node that it looks for.
const STOPPED: &str = "the node that was looked for";
const TOO_MANY: &str = "the file has too many values once its aliases are expanded";

/// Builds the tree of the one document in the text.
pub(super) fn build(text: &str) -> Result<Node, Refusal> {
    let mut documents = serde_yaml::Deserializer::from_str(text);
    let Some(first) = documents.next() else {
        return Err((0, 0, "the file is empty".into(), None));
    };
    let count = Cell::new(0);
    let root =
        Builder { count: &count, stop_at: None }.deserialize(first).map_err(|e| refusal(text, &e, &count))?;
    let Some(second) = documents.next() else { return Ok(root) };
    let count = Cell::new(0);
    let place = match (Builder { count: &count, stop_at: Some(0) }).deserialize(second) {
        // What follows may be no document at all, such as a bracket too many.
        Err(error) if !error.to_string().starts_with(STOPPED) => return Err(refusal(text, &error, &count)),
        Err(error) => error.location().map_or((0, 0), |place| (place.line(), place.column())),
        Ok(_) => (0, 0),
    };
    let message = "a second document begins here; the file must hold one".to_owned();
    Err((place.0, place.1, message, Some("remove the `---` or `...` line and what follows".into())))
}

/// Line and column of a node, one-based; zeros if it is not there.
pub(super) fn position(text: &str, id: usize) -> (usize, usize) {
    let Some(document) = serde_yaml::Deserializer::from_str(text).next() else { return (0, 0) };
    let count = Cell::new(0);
    match (Builder { count: &count, stop_at: Some(id) }).deserialize(document) {
        Err(error) => error.location().map_or((0, 0), |place| (place.line(), place.column())),
        Ok(_) => (0, 0),
    }
}

fn refusal(text: &str, error: &serde_yaml::Error, count: &Cell<usize>) -> Refusal {
    let full = error.to_string();
    let (line, column) = match error.location() {
        Some(place) => (place.line(), place.column()),
        // The parser names no place for this one: the last value that it came to is the nearest.
        None => position(text, count.get().saturating_sub(1)),
    };
    let limit = format!("it may have {MAX_NODES}");
    if full.contains(TOO_MANY) || full.starts_with("repetition limit exceeded") {
        return (line, column, TOO_MANY.into(), Some(limit));
    }
    if full.starts_with("recursion limit exceeded") {
        let message = "lists and mappings are nested too deeply".to_owned();
        return (line, column, message, Some("128 levels are the limit".into()));
    }
    let message = full.replacen(&format!(" at line {line} column {column}"), "", 1);
    let source = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    let indent: String = source.chars().take_while(|c| c.is_whitespace()).collect();
    let help = indent.contains('\t').then(|| "indent with spaces: YAML does not allow tabs there".to_owned());
    (line, column, format!("not valid YAML: {message}"), help)
}

#[derive(Clone, Copy)]
struct Builder<'a> {
    count: &'a Cell<usize>,
    stop_at: Option<usize>,
}

impl Builder<'_> {
    fn node<E: de::Error>(self, value: Value) -> Result<Node, E> {
        let id = self.enter()?;
        Ok(Node { id, key: None, value })
    }

    fn enter<E: de::Error>(self) -> Result<usize, E> {
        let id = self.count.get();
        if self.stop_at == Some(id) {
            return Err(E::custom(STOPPED));
        }
        if id >= MAX_NODES {
            return Err(E::custom(TOO_MANY));
        }
        self.count.set(id + 1);
        Ok(id)
    }
}

impl<'de> DeserializeSeed<'de> for Builder<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Builder<'_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Node, E> {
        self.node(Value::Null)
    }

    fn visit_none<E: de::Error>(self) -> Result<Node, E> {
        self.node(Value::Null)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Node, E> {
        self.node(Value::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Node, E> {
        self.node(Value::Integer(value.into()))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Node, E> {
        self.node(Value::Integer(value.into()))
    }

    fn visit_i128<E: de::Error>(self, value: i128) -> Result<Node, E> {
        self.node(Value::Integer(value))
    }

    fn visit_u128<E: de::Error>(self, value: u128) -> Result<Node, E> {
        // No key of any file takes a number of that size: the largest that fits is as wrong as it is.
        self.node(Value::Integer(i128::try_from(value).unwrap_or(i128::MAX)))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Node, E> {
        self.node(Value::Float(value))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Node, E> {
        self.node(Value::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
        let id = self.enter()?;
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(self)? {
            items.push(item);
        }
        Ok(Node { id, key: None, value: Value::Sequence(items) })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
        let id = self.enter()?;
        let mut entries = Vec::new();
        while let Some(key) = access.next_key_seed(self)? {
            let mut value = access.next_value_seed(self)?;
            value.key = Some(key.id);
            entries.push((key, value));
        }
        Ok(Node { id, key: None, value: Value::Mapping(entries) })
    }

    fn visit_enum<A: de::EnumAccess<'de>>(self, access: A) -> Result<Node, A::Error> {
        let id = self.enter()?;
        let (tag, content) = access.variant_seed(Tag)?;
        content.newtype_variant::<IgnoredAny>()?;
        Ok(Node { id, key: None, value: Value::Tagged(tag) })
    }
}

pub(super) struct Tag;

impl<'de> DeserializeSeed<'de> for Tag {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        String::deserialize(deserializer)
    }
}
