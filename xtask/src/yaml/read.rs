//! Small readers from nodes to typed values. Each notes what is wrong and gives `None`, so that the
//! caller goes on and finds the rest.

use super::complaints::Complaints;
use super::node::{Node, Value};
use crate::diagnostics::{nearest, shown};

/// The keys that a mapping may have.
#[derive(Debug, Clone, Copy)]
pub struct Keys {
    /// Their names.
    pub known: &'static [&'static str],
}

impl Keys {
    /// These.
    pub const fn new(known: &'static [&'static str]) -> Self {
        Keys { known }
    }
}

/// The entries of a mapping whose keys have been checked.
#[derive(Debug)]
pub struct Fields<'n> {
    node: &'n Node,
    entries: Vec<(&'n str, &'n Node)>,
}

impl<'n> Fields<'n> {
    /// Reads a mapping and complains about every key that is not one of `keys`.
    pub fn read(node: &'n Node, keys: &Keys, complaints: &mut Complaints) -> Option<Fields<'n>> {
        let what = format!("a mapping with the keys {}", keys.known.join(", "));
        let mut entries = Vec::new();
        for (name, key, value) in node.entries(&what, complaints)? {
            if keys.known.contains(&name) {
                entries.push((name, value));
            } else {
                let message = format!("unknown key {}", shown(name));
                complaints.at(key, message, did_you_mean(name, keys.known));
            }
        }
        Some(Fields { node, entries })
    }

    /// The value of a key. Of duplicates, which are complained about elsewhere, the first.
    pub fn get(&self, key: &str) -> Option<&'n Node> {
        self.entries.iter().find(|(name, _)| *name == key).map(|(_, value)| *value)
    }

    /// The value of a key that must be there.
    pub fn need(&self, key: &str, expected: &str, complaints: &mut Complaints) -> Option<&'n Node> {
        let found = self.get(key);
        if found.is_none() {
            complaints.missing(
                self.node,
                format!("the key {} is missing", shown(key)),
                format!("add {key}: {expected}"),
            );
        }
        found
    }

    /// How many keys are there.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl Node {
    /// Complains that this is not what was expected.
    pub fn wrong(&self, expected: &str, complaints: &mut Complaints) {
        let help = format!("expected {expected}");
        complaints.at(self, format!("found {}", self.value.describe()), help);
    }

    /// The entries of a mapping with texts as keys: name, key and value.
    pub fn entries(&self, expected: &str, complaints: &mut Complaints) -> Option<Vec<(&str, &Node, &Node)>> {
        let Value::Mapping(entries) = &self.value else {
            self.wrong(expected, complaints);
            return None;
        };
        let mut named = Vec::new();
        for (key, value) in entries {
            match &key.value {
                Value::Text(name) => named.push((name.as_str(), key, value)),
                other => {
                    let message = format!("{} as a key", other.describe());
                    complaints.at(key, message, "expected a text; put it in quotes");
                }
            }
        }
        Some(named)
    }

    /// A text.
    pub fn text(&self, expected: &str, complaints: &mut Complaints) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            Value::Bool(_) | Value::Integer(_) | Value::Float(_) => {
                self.wrong(&format!("{expected}; put it in quotes"), complaints);
                None
            }
            // `{port}` without quotes is a mapping with the key `port` and no value.
            Value::Mapping(entries) if matches!(entries.as_slice(), [(_, node)] if node.value == Value::Null) =>
            {
                self.wrong(&format!("{expected}; put it in quotes"), complaints);
                None
            }
            _ => {
                self.wrong(expected, complaints);
                None
            }
        }
    }

    /// A text that passes a check; the check's error says what is wrong and what was expected.
    pub fn checked<T>(
        &self,
        expected: &str,
        complaints: &mut Complaints,
        check: impl FnOnce(&str) -> Result<T, (String, String)>,
    ) -> Option<T> {
        match check(self.text(expected, complaints)?) {
            Ok(value) => Some(value),
            Err((message, help)) => {
                complaints.at(self, message, help);
                None
            }
        }
    }

    /// `true` or `false`.
    pub fn boolean(&self, complaints: &mut Complaints) -> Option<bool> {
        match self.value {
            Value::Bool(value) => Some(value),
            _ => {
                self.wrong("true or false", complaints);
                None
            }
        }
    }

    /// A whole number within bounds.
    pub fn integer(&self, min: i32, max: i32, complaints: &mut Complaints) -> Option<i32> {
        if let Value::Integer(value) = self.value
            && let Ok(value) = i32::try_from(value)
            && (min..=max).contains(&value)
        {
            return Some(value);
        }
        self.wrong(&format!("a whole number from {min} to {max}"), complaints);
        None
    }

    /// The items of a list.
    pub fn list(&self, expected: &str, complaints: &mut Complaints) -> Option<&[Node]> {
        match &self.value {
            Value::Sequence(items) => Some(items),
            _ => {
                self.wrong(expected, complaints);
                None
            }
        }
    }

    /// A list of texts that each pass a check and are all different. Gives those that do, so that the
    /// rest of the file can be read; what does not is complained about.
    pub fn checked_list(
        &self,
        expected: &str,
        complaints: &mut Complaints,
        check: impl Fn(&str) -> Result<(), (String, String)>,
    ) -> Option<Vec<String>> {
        let mut texts: Vec<String> = Vec::new();
        for item in self.list(expected, complaints)? {
            let Some(text) = item.checked("a text", complaints, |text| check(text).map(|()| text.to_owned()))
            else {
                continue;
            };
            if texts.contains(&text) {
                complaints.at(item, format!("{} is listed twice", shown(&text)), "delete one of them");
            } else {
                texts.push(text);
            }
        }
        Some(texts)
    }

    /// One of a few words.
    pub fn word<T: Copy>(&self, words: &[(&str, T)], complaints: &mut Complaints) -> Option<T> {
        let names: Vec<&str> = words.iter().map(|(name, _)| *name).collect();
        let Value::Text(text) = &self.value else {
            self.wrong(&one_of(&names), complaints);
            return None;
        };
        let found = words.iter().find(|(name, _)| name == text).map(|(_, value)| *value);
        if found.is_none() {
            complaints.at(self, format!("unknown word {}", shown(text)), did_you_mean(text, &names));
        }
        found
    }
}

/// `a, b or c`.
pub(crate) fn one_of(words: &[&str]) -> String {
    match words {
        [] => "nothing".into(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// Help about a word that is not one of the valid ones.
pub(crate) fn did_you_mean(word: &str, valid: &[&str]) -> String {
    match nearest(word, valid.iter().copied()) {
        Some(near) => format!("did you mean `{near}`? valid are {}", one_of(valid)),
        None => format!("expected {}", one_of(valid)),
    }
}

/// Reads `version`, which must be 1.
pub fn version(fields: &Fields<'_>, complaints: &mut Complaints) {
    let Some(node) = fields.need("version", "1", complaints) else { return };
    if node.value != Value::Integer(1) {
        let message = format!("version {} is not known to this version of the tool", node.value.describe());
        complaints.at(node, message, "expected version: 1");
    }
}
