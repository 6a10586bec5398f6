//! The lines of all keys at once, for readers that need many.
//!
//! The same walk as the one that builds the tree. At each key that is a scalar it stops for a moment: the
//! parser's error says where, and the walk goes on with the value.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, IgnoredAny, MapAccess, SeqAccess, VariantAccess, Visitor,
};

use super::node::{Node, Tag};

/// The lines of the keys of a file, one-based.
#[derive(Debug, Default)]
pub struct Lines(BTreeMap<usize, usize>);

impl Lines {
    /// The line of a key, or of the key whose value this is; 0 if it is neither.
    pub fn of(&self, node: &Node) -> usize {
        let of_key = || self.0.get(&node.key?);
        self.0.get(&node.id).or_else(of_key).copied().unwrap_or(0)
    }
}

/// What the walk says at a key.
const HERE: &str = "the line of this key";

/// Walks through a text that has been parsed before.
pub(super) fn lines(text: &str) -> Lines {
    let Some(document) = serde_yaml::Deserializer::from_str(text).next() else { return Lines::default() };
    let (count, found) = (Cell::new(0), RefCell::new(BTreeMap::new()));
    // What ends the walk early leaves out lines, and nothing else.
    let _ = Walk { count: &count, found: &found, at_key: false }.deserialize(document);
    Lines(found.into_inner())
}

#[derive(Clone, Copy)]
struct Walk<'a> {
    count: &'a Cell<usize>,
    found: &'a RefCell<BTreeMap<usize, usize>>,
    /// Whether the next value is a key.
    at_key: bool,
}

impl Walk<'_> {
    /// Counts a node; gives its number.
    fn enter(self) -> usize {
        let id = self.count.get();
        self.count.set(id + 1);
        id
    }

    fn scalar<E: de::Error>(self) -> Result<(), E> {
        self.enter();
        if self.at_key { Err(E::custom(HERE)) } else { Ok(()) }
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        self.scalar()
    }

    fn visit_none<E: de::Error>(self) -> Result<(), E> {
        self.scalar()
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<(), E> {
        self.scalar()
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<(), E> {
        self.scalar()
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<(), E> {
        self.scalar()
    }

    fn visit_i128<E: de::Error>(self, _: i128) -> Result<(), E> {
        self.scalar()
    }

    fn visit_u128<E: de::Error>(self, _: u128) -> Result<(), E> {
        self.scalar()
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<(), E> {
        self.scalar()
    }

    fn visit_str<E: de::Error>(self, _: &str) -> Result<(), E> {
        self.scalar()
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
        self.enter();
        while access.next_element_seed(Walk { at_key: false, ..self })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
        self.enter();
        loop {
            match access.next_key_seed(Walk { at_key: true, ..self }) {
                Ok(None) => return Ok(()),
                Ok(Some(())) => {}
                Err(error) => {
                    let text = error.to_string();
                    let Some((_, place)) = text.split_once(HERE) else { return Err(error) };
                    self.found.borrow_mut().insert(self.count.get() - 1, line(place));
                }
            }
            access.next_value_seed(Walk { at_key: false, ..self })?;
        }
    }

    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<(), A::Error> {
        self.enter();
        let (_, content) = access.variant_seed(Tag)?;
        content.newtype_variant::<IgnoredAny>().map(drop)
    }
}

/// ` at line 3 column 5`; the very first character has no line.
fn line(place: &str) -> usize {
    let after = place.strip_prefix(" at line ").and_then(|rest| rest.split(' ').next());
    after.and_then(|number| number.parse().ok()).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::super::{Document, Node, Value};

    /// Compares each key's line with the one that is found by stopping there.
    fn compare(document: &Document, node: &Node, seen: &mut usize) {
        let lines = document.lines();
        match &node.value {
            Value::Sequence(items) => items.iter().for_each(|item| compare(document, item, seen)),
            Value::Mapping(entries) => {
                for (key, value) in entries {
                    if !matches!(key.value, Value::Sequence(_) | Value::Mapping(_) | Value::Tagged(_)) {
                        *seen += 1;
                        let (line, _) = super::super::node::position(&document.text, key.id);
                        assert_eq!(lines.of(key), line, "{:?}", key.value);
                        assert_eq!(lines.of(value), lines.of(key));
                    }
                    compare(document, key, seen);
                    compare(document, value, seen);
                }
            }
            _ => {}
        }
    }

    #[test]
    fn every_key_has_the_line_that_stopping_at_it_finds() {
        for (text, keys) in [
            ("a: 1\nb: {c: 2,\n d: [e, {f: g}]}\n\n\"h\": |\n  i: j\n  k\n? l\n: m\n", 7),
            ("# first\n- a: b\n- 1: x\n  true: y\n  ~: z\n  1.5: w\n", 5),
            ("a: &x {b: 1}\nc: *x\nd: [*x, *x]\n", 7),
            ("a: !tag {b: c}\nd: e\n", 2),
            ("? [a, b]\n: c\nd: {e: f}\n", 2),
            ("? {a: b}\n: c\n", 1),
            ("a:\n  b:\n    c:\n", 3),
        ] {
            let document = Document::parse(text.as_bytes(), "x.yml").unwrap();
            let mut seen = 0;
            compare(&document, document.root(), &mut seen);
            assert_eq!(seen, keys, "{text}");
        }
    }
}
