//! What is worth a lexer's time: lines of a file on which something may stand that has to do with serde,
//! or that loads another file.
//!
//! Serde's traits, the derives and macros of other crates that implement them, and the attributes of
//! serde all hold one of two fragments in their names; what the workspace calls them otherwise is looked
//! for by its own name. A file with none of all this on any line holds no contract.

use aho_corasick::AhoCorasick;

use super::names::Names;

/// What is looked for in every file.
const FRAGMENTS: [&str; 4] = ["erialize", "serde", "mod", "include"];

/// Finds lines with needles. None: too many needles, so that every line may have one.
pub(super) struct Skimmer {
    needles: Option<AhoCorasick>,
    fragments: usize,
}

impl Skimmer {
    /// For the fragments, and the names that the workspace has for serde's things.
    pub(super) fn new(names: &Names) -> Self {
        Skimmer::with(&FRAGMENTS, names)
    }

    /// For names alone.
    pub(super) fn of_names(names: &Names) -> Self {
        Skimmer::with(&[], names)
    }

    fn with(fragments: &[&str], names: &Names) -> Self {
        let own = names.aliases.keys().chain(&names.macros).map(String::as_str);
        let needles = AhoCorasick::new(fragments.iter().copied().chain(own));
        Skimmer { needles: needles.ok(), fragments: fragments.len() }
    }

    /// Whether one of them stands in a text.
    pub(super) fn any(&self, text: &str) -> bool {
        self.needles.as_ref().is_none_or(|needles| {
            needles
                .find_overlapping_iter(text)
                .any(|found| !in_word(text.as_bytes(), found.start(), found.end()))
        })
    }

    /// The lines with needles, ascending, and how many lines there are.
    pub(super) fn lines(&self, text: &str) -> (Vec<usize>, usize) {
        let Some(needles) = &self.needles else {
            let lines = text.lines().count();
            return ((1..=lines).collect(), lines);
        };
        let mut lines = Vec::new();
        let (mut line, mut counted) = (1, 0);
        for found in needles.find_overlapping_iter(text) {
            let (start, end) = (found.start(), found.end());
            let after = text.as_bytes().get(end);
            let of_interest = match (found.pattern().as_usize(), after) {
                (at, _) if at >= self.fragments => !in_word(text.as_bytes(), start, end),
                (1, _) => !text[end..].starts_with("_json"),
                (2, _) => loads(text.as_bytes(), start, end),
                (0, _) | (_, Some(b'!' | b'_' | b'/')) => true,
                (_, Some(after)) => after.is_ascii_whitespace(),
                (_, None) => false,
            };
            // Overlapping needles end in order, and do not begin so.
            if of_interest && start >= counted {
                line += newlines(&text[counted..start]);
                counted = start;
            }
            if of_interest && lines.last() != Some(&line) {
                lines.push(line);
            }
        }
        (lines, line + newlines(&text[counted..]) - usize::from(text.ends_with('\n') || text.is_empty()))
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
