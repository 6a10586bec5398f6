//! What is worth a lexer's time: lines of a file on which something may stand that has to do with serde,
//! or that loads another file.
//!
//! Serde's traits, the derives and macros of other crates that implement them, and the attributes of
//! serde all hold one of two fragments in their names; what the workspace calls them otherwise is looked
//! for by its own name. A file with none of all this on any line holds no contract.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::names::Names;

/// What is looked for in every file.
const FRAGMENTS: [&str; 4] = ["erialize", "serde", "mod", "include"];

/// Finds lines with needles. An automaton is missing if there would be too much of it: then every line may
/// have a needle.
pub(super) struct Skimmer {
    fragments: Option<AhoCorasick>,
    names: Option<AhoCorasick>,
    /// How many of the names are of traits; the others are of macros.
    traits: usize,
}

fn automaton<'a>(needles: impl Iterator<Item = &'a str>, kind: MatchKind) -> Option<AhoCorasick> {
    // A plain automaton: what would look ahead for it is in a crate that this profile does not optimise.
    let mut builder = AhoCorasick::builder();
    builder.prefilter(false).kind(Some(AhoCorasickKind::DFA)).match_kind(kind).build(needles).ok()
}

impl Skimmer {
    /// For the fragments, and the names that the workspace has for serde's things.
    pub(super) fn new(names: &Names) -> Self {
        let own = names.aliases.keys().chain(&names.macros).map(String::as_str);
        Skimmer {
            fragments: automaton(FRAGMENTS.into_iter(), MatchKind::Standard),
            // The longest from the left on is a whole word wherever a whole word is among them.
            names: automaton(own, MatchKind::LeftmostLongest),
            traits: names.aliases.len(),
        }
    }

    /// Whether one of the names stands in a text.
    pub(super) fn has_name(&self, text: &str) -> bool {
        self.names.as_ref().is_none_or(|names| self.names_in(names, text).next().is_some())
    }

    fn names_in<'a>(&'a self, names: &'a AhoCorasick, text: &'a str) -> impl Iterator<Item = usize> {
        names.find_iter(text).filter_map(|found| {
            let (start, end) = (found.start(), found.end());
            let is_macro = found.pattern().as_usize() >= self.traits;
            let called = || text[end..].trim_start().starts_with(['!', '/']);
            (!in_word(text.as_bytes(), start, end) && (!is_macro || called())).then_some(start)
        })
    }

    /// The lines with needles, ascending, and how many lines there are.
    pub(super) fn lines(&self, text: &str) -> (Vec<usize>, usize) {
        let total = newlines(text) + usize::from(!text.is_empty() && !text.ends_with('\n'));
        let (Some(fragments), Some(names)) = (&self.fragments, &self.names) else {
            return ((1..=total).collect(), total);
        };
        let mut places: Vec<usize> = fragments
            .find_iter(text)
            .filter_map(|found| {
                let (start, end) = (found.start(), found.end());
                let of_interest = match (found.pattern().as_usize(), text.as_bytes().get(end)) {
                    (0, _) => true,
                    (1, _) => !text[end..].starts_with("_json"),
                    (2, _) => loads(text.as_bytes(), start, end),
                    (_, after) => {
                        after.is_some_and(|after| b"!_/".contains(after) || after.is_ascii_whitespace())
                    }
                };
                of_interest.then_some(start)
            })
            .collect();
        if self.traits > 0 || names.patterns_len() > 0 {
            places.extend(self.names_in(names, text));
            places.sort_unstable();
        }
        let (mut line, mut counted) = (1, 0);
        let mut lines: Vec<usize> = places
            .into_iter()
            .map(|place| {
                line += newlines(&text[counted..place]);
                counted = place;
                line
            })
            .collect();
        lines.dedup();
        (lines, total)
    }
}

fn newlines(text: &str) -> usize {
    text.matches('\n').count()
}

fn in_word(text: &[u8], start: usize, end: usize) -> bool {
    let part = |byte: Option<&u8>| byte.is_some_and(|byte| is_part(*byte));
    part(start.checked_sub(1).and_then(|before| text.get(before))) || part(text.get(end))
}

fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Whether a `mod` may be one that loads a file: a name and then a semicolon, or anything odd between.
fn loads(text: &[u8], start: usize, end: usize) -> bool {
    if start > 0 && is_part(text[start - 1]) {
        return false;
    }
    let rest = &text[end..];
    let name = rest.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(rest.len());
    if name == 0 && !matches!(rest.first(), Some(b'/' | 0x80..)) {
        return false;
    }
    let rest = &rest[name..];
    let after = rest.iter().position(|byte| !is_part(*byte)).unwrap_or(rest.len());
    let rest = &rest[after..];
    let next = rest.iter().find(|byte| !byte.is_ascii_whitespace());
    matches!(next, Some(b';' | b'/' | b'#' | b'$'))
}
