//! Finds the values of the correlation header again.
//!
//! A value counts where it stands by itself: `req-1` is not found in `req-10`, and where one value is the
//! beginning of another, the longer one counts. So a match can only begin where a word begins, and what
//! follows there is looked up in a table, once for each length that values have. Thus there is nothing
//! to build when a value is added, and a line costs the same with ten values as with ten thousand.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::evidence::services::Correlation;

/// The values that were sent.
#[derive(Debug)]
pub(super) struct Ids {
    header: String,
    /// In the order in which they were sent.
    sent: Vec<Sent>,
    by_value: HashMap<Vec<u8>, usize>,
    /// Longest first.
    lengths: Vec<usize>,
    /// The bytes that one of them begins with.
    begins: [bool; 256],
    shortest: usize,
    missing: usize,
}

#[derive(Debug)]
struct Sent {
    step: String,
    found: bool,
}

impl Ids {
    pub(super) fn new(header: &str) -> Ids {
        Ids {
            header: header.to_owned(),
            sent: Vec::new(),
            by_value: HashMap::new(),
            lengths: Vec::new(),
            begins: [false; 256],
            shortest: usize::MAX,
            missing: 0,
        }
    }

    /// A value that is sent. One that is blank is never found.
    pub(super) fn add(&mut self, id: &str, step: &str) {
        let id = self.searched(id).as_bytes().to_vec();
        if self.by_value.contains_key(&id) {
            return;
        }
        if let Some(begins) = id.first().and_then(|first| self.begins.get_mut(usize::from(*first))) {
            *begins = true;
            self.shortest = self.shortest.min(id.len());
            if let Err(at) = self.lengths.binary_search_by(|length| id.len().cmp(length)) {
                self.lengths.insert(at, id.len());
            }
        }
        self.by_value.insert(id, self.sent.len());
        self.sent.push(Sent { step: step.to_owned(), found: false });
        self.missing += 1;
    }

    /// What is searched for: the value; of a `traceparent` (W3C Trace Context, section 3.2) the trace id,
    /// which is what a service logs of it.
    fn searched<'a>(&self, id: &'a str) -> &'a str {
        let id = id.trim();
        if !self.header.eq_ignore_ascii_case("traceparent") {
            return id;
        }
        let hex = |part: &&str| part.len() == 32 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
        id.split('-').nth(1).filter(hex).unwrap_or(id)
    }

    pub(super) fn all_found(&self) -> bool {
        self.missing == 0
    }

    /// Searches every text of a line.
    pub(super) fn line(&mut self, object: &Map<String, Value>) {
        if self.missing > 0 {
            object.values().for_each(|value| self.value(value));
        }
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.text(text.as_bytes()),
            Value::Array(values) => values.iter().for_each(|value| self.value(value)),
            Value::Object(object) => object.values().for_each(|value| self.value(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn text(&mut self, text: &[u8]) {
        if text.len() < self.shortest || self.mark(text) {
            return;
        }
        let mut in_word = false;
        let mut skip = 0_usize;
        for (at, byte) in text.iter().enumerate() {
            let word = byte.is_ascii_alphanumeric();
            let begins = !(in_word && word) && self.begins.get(usize::from(*byte)) == Some(&true);
            in_word = word;
            if begins && at >= skip {
                skip = at + text.get(at..).map_or(0, |rest| self.longest(rest));
            }
        }
    }

    /// The length of the longest value that a text begins with; 0 if there is none.
    fn longest(&mut self, text: &[u8]) -> usize {
        let word = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        let mut next = 0;
        while let Some(length) = self.lengths.get(next).copied() {
            next += 1;
            let Some((id, rest)) = text.split_at_checked(length) else { continue };
            if !(word(id.last()) && word(rest.first())) && self.mark(id) {
                return length;
            }
        }
        0
    }

    /// Whether this is a value that was sent; it is found then.
    fn mark(&mut self, id: &[u8]) -> bool {
        let Some(sent) = self.by_value.get(id).and_then(|index| self.sent.get_mut(*index)) else {
            return false;
        };
        if !id.is_empty() && !sent.found {
            sent.found = true;
            self.missing -= 1;
        }
        true
    }

    pub(super) fn into_facts(self) -> Correlation {
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Correlation {
            header: self.header,
            sent: number(self.sent.len()),
            found: number(self.sent.len() - self.missing),
            first_missing: self.sent.into_iter().find(|sent| !sent.found).map(|sent| sent.step),
        }
    }
}
