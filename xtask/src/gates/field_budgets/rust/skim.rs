//! What is worth a lexer's time: places in a file at which something may stand that has to do with serde,
//! or that loads another file.
//!
//! Serde's traits, the derives and macros of other crates that implement them, and the attributes of
//! serde all hold one of two fragments in their names; what the workspace calls them otherwise is looked
//! for by its own name. A file with none of all this holds no contract.

use memchr::memchr_iter;
use memchr::memmem::Finder;

use super::names::{Names, OTHERS};

/// The fragments of serde's names.
const FRAGMENTS: [&str; 2] = ["erialize", "serde"];
/// More names of traits than these are not looked for one by one: then every file is for the lexer.
const MOST: usize = 50;

/// Finds places of interest.
pub(super) struct Skimmer<'a> {
    names: &'a Names,
    fragments: Vec<Finder<'static>>,
    modules: Finder<'static>,
    includes: Finder<'static>,
    traits: Vec<Finder<'a>>,
}

impl<'a> Skimmer<'a> {
    /// For the fragments, and the names that the workspace has for serde's things.
    pub(super) fn new(names: &'a Names) -> Self {
        let fragments = FRAGMENTS.iter().chain(OTHERS.iter().filter(|name| !name.contains("serde")));
        Skimmer {
            names,
            fragments: fragments.map(|fragment| Finder::new(*fragment)).collect(),
            modules: Finder::new("mod"),
            includes: Finder::new("include"),
            traits: names.aliases.keys().take(MOST).map(|name| Finder::new(name.as_str())).collect(),
        }
    }

    /// Whether one of the workspace's own names stands in a text.
    pub(super) fn has_name(&self, text: &str) -> bool {
        self.names.aliases.len() > MOST || self.own_names(text.as_bytes()).next().is_some()
    }

    fn own_names(&self, text: &[u8]) -> impl Iterator<Item = usize> {
        let traits = self.traits.iter().flat_map(move |name| {
            let places = name.find_iter(text);
            places.filter(move |at| !in_word(text, *at, at + name.needle().len()))
        });
        let marks = if self.names.macros.is_empty() { &[] } else { text };
        traits.chain(memchr_iter(b'!', marks).filter(move |at| self.is_call(&text[..*at])))
    }

    /// Whether a macro of the workspace stands before a `!`.
    fn is_call(&self, before: &[u8]) -> bool {
        let before = before.trim_ascii_end();
        let name = before.iter().rev().take_while(|byte| is_part(**byte)).count();
        let name = std::str::from_utf8(&before[before.len() - name..]).unwrap_or_default();
        // A comment may stand between the two.
        self.names.macros.contains(name) || before.ends_with(b"/")
    }

    /// The places of interest, ascending; none if all of the text is of interest.
    pub(super) fn places(&self, text: &str) -> Option<Vec<usize>> {
        let bytes = text.as_bytes();
        if self.names.aliases.len() > MOST {
            return None;
        }
        let of_interest = |at: &usize| !bytes[*at..].starts_with(b"serde_json");
        let fragments =
            self.fragments.iter().flat_map(|fragment| fragment.find_iter(bytes)).filter(of_interest);
        let modules = self.modules.find_iter(bytes).filter(|at| loads(bytes, *at));
        let includes = self.includes.find_iter(bytes).filter(|at| {
            let after = bytes.get(at + "include".len());
            after.is_some_and(|after| b"!_/".contains(after) || after.is_ascii_whitespace())
        });
        let mut places: Vec<usize> =
            fragments.chain(modules).chain(includes).chain(self.own_names(bytes)).collect();
        places.sort_unstable();
        Some(places)
    }
}

/// How many lines a text has.
pub(super) fn lines(text: &str) -> usize {
    newlines(text.as_bytes()) + usize::from(!text.is_empty() && !text.ends_with('\n'))
}

/// The lines of some places of a text, ascending.
pub(super) fn lines_of(text: &str, places: &[usize]) -> Vec<usize> {
    let (mut line, mut counted) = (1, 0);
    let mut lines = Vec::with_capacity(places.len());
    for place in places {
        line += newlines(&text.as_bytes()[counted..*place]);
        counted = *place;
        if lines.last() != Some(&line) {
            lines.push(line);
        }
    }
    lines
}

pub(super) fn newlines(text: &[u8]) -> usize {
    memchr_iter(b'\n', text).count()
}

fn in_word(text: &[u8], start: usize, end: usize) -> bool {
    let part = |byte: Option<&u8>| byte.is_some_and(|byte| is_part(*byte));
    part(start.checked_sub(1).and_then(|before| text.get(before))) || part(text.get(end))
}

/// Whether a byte may be part of a name.
pub(super) fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Whether a `mod` may be one that loads a file: a name and then a semicolon, or anything odd between.
fn loads(text: &[u8], start: usize) -> bool {
    if start > 0 && is_part(text[start - 1]) {
        return false;
    }
    let rest = &text[start + "mod".len()..];
    let name = rest.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(rest.len());
    if name == 0 && !matches!(rest.first(), Some(b'/' | 0x80..)) {
        return false;
    }
    let rest = &rest[name..];
    let after = rest.iter().position(|byte| !is_part(*byte)).unwrap_or(rest.len());
    let next = rest[after..].iter().find(|byte| !byte.is_ascii_whitespace());
    matches!(next, Some(b';' | b'/' | b'#' | b'$'))
}
