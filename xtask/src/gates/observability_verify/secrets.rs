//! Searches for secrets in all that a service gives out, raw bytes as they come.
//!
//! What is found: the secret itself; percent-encoded (RFC 3986, section 2.1, whichever characters are
//! encoded, twice too, `+` for a blank); escaped as JSON, Rust's `Debug`, Prometheus labels and most
//! languages escape texts, twice too (JSON within JSON); in base64 (RFC 4648, both alphabets, wherever
//! in the encoded text it stands, so also behind the user of HTTP's Basic); in hexadecimal; as a list of
//! its bytes, which is what `Debug` and `serde` make of a `Vec<u8>`. A secret that is broken by line ends
//! and the indentation after them, or by the colours of a terminal, is found too. Of `Bearer x` the `x`
//! alone is a secret as well, of `Basic x` what it decodes to.
//!
//! Every byte is looked at once by one automaton; decoded again only near a `\` or a `%`. What is kept
//! is a window as long as the longest needle.

mod decode;
mod matcher;
mod needles;
mod strip;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use crate::evidence::services::Leak;
use decode::{Coding, Stage};
use matcher::{Found, Matcher};
use needles::Needles;
use strip::{Byte, Strip};

/// A text that must not be given out.
#[derive(Clone)]
pub(super) struct Secret {
    /// What it is, such as `the header authorization of POST /orders`.
    pub(super) name: String,
    /// The text itself.
    pub(super) value: String,
}

/// Finds secrets. A clone is cheap and finds the same ones.
#[derive(Clone)]
pub(super) struct Searcher(Arc<Needles>);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret").field("name", &self.name).finish_non_exhaustive()
    }
}

impl fmt::Debug for Searcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Searcher").finish_non_exhaustive()
    }
}

impl Searcher {
    /// For these secrets. Of one that is longer than a KiB, the first KiB is searched.
    pub(super) fn new(secrets: &[Secret]) -> Searcher {
        Searcher(Arc::new(Needles::new(secrets)))
    }

    /// Begins to search one place, which comes in pieces.
    pub(super) fn stream(&self) -> Search {
        let needles = Arc::clone(&self.0);
        let stage = |coding| Stage::new(coding, &needles);
        let escapes = [stage(Coding::Escapes), stage(Coding::Escapes)];
        let percent = [stage(Coding::Percent), stage(Coding::PercentAgain)];
        let plain = Matcher::new(Coding::None, &needles);
        Search { needles, line: 1, strip: Strip::default(), plain, escapes, percent, found: Found::default() }
    }

    /// Searches a place that is there as a whole. Places named `spans` have no lines.
    pub(super) fn search(&self, place: &str, bytes: &[u8]) -> Vec<Leak> {
        let mut search = self.stream();
        search.take(bytes);
        search.finish(place)
    }

    /// The name of the first secret that stands in these bytes.
    pub(super) fn first(&self, bytes: &[u8]) -> Option<String> {
        self.search("", bytes).into_iter().next().map(|leak| leak.secret)
    }
}

/// Adds leaks to those that are known, each secret, form and place once.
pub(super) fn merge(known: &mut Vec<Leak>, found: Vec<Leak>) {
    for leak in found {
        let same =
            |one: &&mut Leak| (&one.secret, &one.form, &one.place) == (&leak.secret, &leak.form, &leak.place);
        match known.iter_mut().find(same) {
            Some(one) => one.times = one.times.saturating_add(leak.times),
            None => known.push(leak),
        }
    }
}

/// The search of one place.
#[derive(Debug)]
pub(super) struct Search {
    needles: Arc<Needles>,
    /// One-based.
    line: u64,
    strip: Strip,
    plain: Matcher,
    escapes: [Stage; 2],
    percent: [Stage; 2],
    found: Found,
}

impl Search {
    /// Takes in the next piece.
    pub(super) fn take(&mut self, chunk: &[u8]) {
        for byte in chunk {
            let line = self.line;
            if *byte == b'\n' {
                self.line += 1;
            }
            if let Some(byte) = self.strip.push(Byte::new(*byte, line)) {
                self.stripped(byte);
                while let Some(byte) = self.strip.more() {
                    self.stripped(byte);
                }
            }
        }
    }

    fn stripped(&mut self, byte: Byte) {
        Stage::feed(&mut self.escapes, byte, &self.plain, &self.needles, &mut self.found);
        Stage::feed(&mut self.percent, byte, &self.plain, &self.needles, &mut self.found);
        self.plain.push(byte, &self.needles, &mut self.found);
    }

    /// What was found: one leak for each secret and form, with the line of the first.
    pub(super) fn finish(mut self, place: &str) -> Vec<Leak> {
        while let Some(byte) = self.strip.flush() {
            self.stripped(byte);
        }
        Stage::finish(&mut self.escapes, &self.needles, &mut self.found);
        Stage::finish(&mut self.percent, &self.needles, &mut self.found);
        self.found.into_leaks(place, &self.needles)
    }
}
