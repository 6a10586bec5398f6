//! What one governed file says, key by key.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::evidence::policy::{Setting, Value};

/// The settings of one topic as they are collected.
pub(super) struct Said {
    topic: String,
    file: String,
    settings: BTreeMap<String, Setting>,
}

impl Said {
    pub(super) fn new(topic: &str, file: &str) -> Said {
        Said { topic: topic.to_owned(), file: file.to_owned(), settings: BTreeMap::new() }
    }

    pub(super) fn finish(self) -> BTreeMap<String, Setting> {
        self.settings
    }

    /// Notes a value under the topic and a path of names. A key that is taken gets a number, so that
    /// no entry hides another.
    pub(super) fn put(&mut self, path: &[&str], value: Value) {
        let key = key(&self.topic, path);
        let mut free = key.clone();
        let mut count = 1;
        while self.settings.contains_key(&free) {
            count += 1;
            free = format!("{key}#{count}");
        }
        self.settings.insert(free, Setting { file: self.file.clone(), value });
    }

    pub(super) fn text(&mut self, path: &[&str], text: impl Into<String>) {
        self.put(path, Value::Text(text.into()));
    }

    pub(super) fn number(&mut self, path: &[&str], number: impl Into<i64>) {
        self.put(path, Value::Number(number.into()));
    }

    pub(super) fn flag(&mut self, path: &[&str], flag: bool) {
        self.put(path, Value::Bool(flag));
    }

    pub(super) fn set<T: ToString>(&mut self, path: &[&str], values: impl IntoIterator<Item = T>) {
        let values: BTreeSet<String> = values.into_iter().map(|value| value.to_string()).collect();
        self.put(path, Value::Set(values));
    }
}

/// `topic.one.two`, with a name in quotes where it holds more than a bare key of TOML may.
pub(super) fn key(topic: &str, path: &[&str]) -> String {
    let mut key = topic.to_owned();
    for name in path {
        key.push('.');
        let bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if !name.is_empty() && name.chars().all(bare) {
            key.push_str(name);
        } else {
            let _ = write!(key, "{name:?}");
        }
    }
    key
}

/// An argv in one text: its order counts, and arguments may repeat.
pub(super) fn argv<T: AsRef<str>>(words: &[T]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("{:?}", word.as_ref())).collect();
    format!("[{}]", words.join(", "))
}
