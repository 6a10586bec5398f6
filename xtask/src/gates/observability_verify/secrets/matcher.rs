//! One stream of bytes, the automaton that runs along it, and what it finds.

use std::collections::BTreeMap;

use aho_corasick::Anchored;
use aho_corasick::automaton::Automaton;
use aho_corasick::automaton::StateID;

use super::decode::Coding;
use super::needles::{Form, Needle, Needles};
use super::strip::{Byte, Gap};
use crate::diagnostics::one_line;
use crate::evidence::services::Leak;

/// What was found in one place, by secret and form.
#[derive(Debug, Default)]
pub(super) struct Found(BTreeMap<(usize, Form), Hits>);

#[derive(Debug)]
struct Hits {
    line: u64,
    times: u64,
}

impl Found {
    fn add(&mut self, secret: usize, form: Form, line: u64) {
        let hits = self.0.entry((secret, form)).or_insert(Hits { line, times: 0 });
        hits.times += 1;
        // Decoders run a few bytes behind.
        hits.line = hits.line.min(line);
    }

    pub(super) fn into_leaks(self, place: &str, needles: &Needles) -> Vec<Leak> {
        if needles.automaton.is_none() && !needles.list.is_empty() {
            // Nothing was searched, and that is not the same as nothing found.
            let secret = format!("{} secrets, too many to be searched for", needles.names.len());
            return vec![Leak { secret, form: "unknown".into(), place: one_line(place), line: 0, times: 0 }];
        }
        let leak = |((secret, form), hits): ((usize, Form), Hits)| Leak {
            secret: needles.names.get(secret).map(|name| one_line(name)).unwrap_or_default(),
            form: form.as_str().into(),
            place: one_line(place),
            line: if place == "spans" { 0 } else { hits.line },
            times: hits.times,
        };
        self.0.into_iter().map(leak).collect()
    }
}

/// Runs the automaton along one stream, raw or decoded.
#[derive(Debug)]
pub(super) struct Matcher {
    coding: Coding,
    /// The last bytes, as many as the longest needle has; byte `i` of the stream at `i % len`.
    ring: Vec<Byte>,
    /// How many bytes came.
    count: usize,
    /// One past the last byte that was decoded.
    decoded: usize,
    /// One past the last byte before which white space was decoded.
    gap_decoded: usize,
    /// One past the last byte before which blanks stood.
    blank: usize,
    state: Option<StateID>,
    /// For each secret and form, one past the end of the last match.
    ends: BTreeMap<(usize, Form), usize>,
}

impl Matcher {
    pub(super) fn new(coding: Coding, needles: &Needles) -> Matcher {
        Matcher {
            coding,
            ring: Vec::new(),
            count: 0,
            decoded: 0,
            gap_decoded: 0,
            blank: 0,
            state: needles.automaton.as_ref().and_then(|automaton| automaton.start_state(Anchored::No).ok()),
            ends: BTreeMap::new(),
        }
    }

    /// Puts this stream behind another: what came last there is as if it had come here.
    pub(super) fn follow(&mut self, other: &Matcher, needles: &Needles) {
        self.ring.clone_from(&other.ring);
        (self.count, self.blank) = (other.count, other.blank);
        (self.decoded, self.gap_decoded) = (0, 0);
        self.ends.clear();
        let fresh = Matcher::new(self.coding, needles);
        self.state = fresh.state;
        for at in self.count.saturating_sub(needles.window)..self.count {
            let byte = self.at(at).byte;
            self.step(byte, needles);
        }
    }

    fn at(&self, index: usize) -> Byte {
        let at = index.checked_rem(self.ring.len()).and_then(|at| self.ring.get(at));
        at.copied().unwrap_or_default()
    }

    fn step(&mut self, byte: u8, needles: &Needles) -> Option<StateID> {
        let state = needles.automaton.as_ref()?.next_state(Anchored::No, self.state?, byte);
        self.state = Some(state);
        self.state
    }

    /// The next byte.
    pub(super) fn push(&mut self, byte: Byte, needles: &Needles, found: &mut Found) {
        if self.ring.is_empty() {
            self.ring = vec![Byte::default(); needles.window.max(1)];
        }
        let length = self.ring.len();
        if let Some(slot) = self.ring.get_mut(self.count % length) {
            *slot = byte;
        }
        self.count += 1;
        if byte.decoded {
            self.decoded = self.count;
        }
        if byte.gap_decoded {
            self.gap_decoded = self.count;
        }
        if byte.gap == Gap::Blank {
            self.blank = self.count;
        }
        let Some(state) = self.step(byte.byte, needles) else { return };
        if let Some(automaton) = &needles.automaton
            && automaton.is_special(state)
            && automaton.is_match(state)
        {
            for index in 0..automaton.match_len(state) {
                let pattern = automaton.match_pattern(state, index);
                if let Some(needle) = needles.list.get(pattern.as_usize()) {
                    self.check(needle, byte.line, found);
                }
            }
        }
    }

    /// Whether a needle whose bytes have come really stands there.
    fn check(&mut self, needle: &Needle, line: u64, found: &mut Found) {
        let Some(start) = self.count.checked_sub(needle.bytes.len()) else { return };
        // What has nothing decoded in it was found in the stream that this one was decoded from.
        let own = self.decoded > start || self.gap_decoded > start + 1;
        let form = match (self.coding, needle.form) {
            (Coding::None, _) if needle.plus => return,
            (Coding::None, form) => form,
            (Coding::Percent, Form::Plain) if own || needle.plus => Form::Percent,
            (Coding::PercentAgain, Form::Plain) if own => Form::Percent,
            (Coding::Escapes, Form::Plain) if own && !needle.plus => Form::Escaped,
            (_, form) if own && form != Form::Plain => form,
            _ => return,
        };
        let end = self.ends.get(&(needle.secret, form)).copied().unwrap_or(0);
        if end > start || !self.allows(needle, start) {
            return;
        }
        self.ends.insert((needle.secret, form), self.count);
        found.add(needle.secret, form, line);
    }

    /// Whether the white space in what came since `start` may stand in a needle.
    fn allows(&self, needle: &Needle, start: usize) -> bool {
        if needle.form == Form::Bytes {
            return true;
        }
        if needle.gaps.is_empty() {
            return self.blank <= start + 1;
        }
        (1..needle.bytes.len()).all(|offset| {
            let own = needle.gaps.binary_search(&offset).is_ok();
            match self.at(start + offset).gap {
                Gap::None => !own,
                Gap::Blank => own,
                Gap::Break => true,
            }
        })
    }
}
