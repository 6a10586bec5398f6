//! What is searched for: each secret in each form that a decoder does not turn back into plain text.

use std::collections::BTreeSet;
use std::fmt;

use aho_corasick::MatchKind;
use aho_corasick::nfa::contiguous::NFA;

use super::Secret;
use super::strip::{Gap, gap};

/// How much of a secret is searched for, in bytes.
const LONGEST: usize = 1024;
/// Shorter ones are searched as plain text alone, in bytes: a few characters of base64 turn up by chance.
const SHORTEST: usize = 6;
/// The authentication schemes (RFC 9110, section 11.1) behind which the rest is a secret of its own.
const SCHEMES: &[&str] = &["bearer", "basic", "token", "apikey", "negotiate", "dpop"];

/// In what form a secret was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    /// As it is.
    Plain,
    /// Percent-encoded.
    Percent,
    /// In base64.
    Base64,
    /// Escaped.
    Escaped,
    /// In hexadecimal.
    Hex,
    /// As a list of numbers.
    Bytes,
}

impl Form {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Form::Plain => "plain",
            Form::Percent => "percent-encoded",
            Form::Base64 => "base64",
            Form::Escaped => "escaped",
            Form::Hex => "hex",
            Form::Bytes => "bytes",
        }
    }
}

/// Bytes to search for, without white space.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Needle {
    /// The index of the secret.
    pub(super) secret: usize,
    pub(super) form: Form,
    pub(super) bytes: Vec<u8>,
    /// Before which of them the secret has white space, sorted.
    pub(super) gaps: Vec<usize>,
    /// Whether the white space stands in it as `+`, as in a form.
    pub(super) plus: bool,
}

/// All of them.
pub(super) struct Needles {
    pub(super) names: Vec<String>,
    pub(super) list: Vec<Needle>,
    /// `None` if it could not be built, or there is nothing to search for.
    pub(super) automaton: Option<NFA>,
    /// The longest needle, in bytes.
    pub(super) window: usize,
    /// Whether one of them has `+` for a blank.
    pub(super) plus: bool,
}

impl fmt::Debug for Needles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Needles").field("names", &self.names).finish_non_exhaustive()
    }
}

impl Needles {
    pub(super) fn new(secrets: &[Secret]) -> Needles {
        let mut list = BTreeSet::new();
        for (index, secret) in secrets.iter().enumerate() {
            for value in values(&secret.value) {
                forms(index, &value, &mut list);
            }
        }
        let list: Vec<Needle> = list.into_iter().filter(|needle| !needle.bytes.is_empty()).collect();
        let automaton = NFA::builder()
            .match_kind(MatchKind::Standard)
            .prefilter(false)
            .build(list.iter().map(|needle| needle.bytes.as_slice()))
            .ok()
            .filter(|_| !list.is_empty());
        Needles {
            names: secrets.iter().map(|secret| secret.name.clone()).collect(),
            window: list.iter().map(|needle| needle.bytes.len()).max().unwrap_or(0),
            plus: list.iter().any(|needle| needle.plus),
            automaton,
            list,
        }
    }
}

/// A secret, and what of it is one by itself.
fn values(value: &str) -> Vec<Vec<u8>> {
    let value = value.trim();
    let mut all = vec![value.as_bytes().to_vec()];
    if let Some((scheme, rest)) = value.split_once([' ', '\t'])
        && SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(scheme))
    {
        let rest = rest.trim();
        let mut more = vec![rest.as_bytes().to_vec()];
        if scheme.eq_ignore_ascii_case("basic")
            && let Some(pair) = from_base64(rest)
        {
            let password = pair.splitn(2, |byte| *byte == b':').nth(1).map(<[u8]>::to_vec);
            more.push(pair);
            more.extend(password);
        }
        all.extend(more.into_iter().filter(|value| value.len() >= SHORTEST));
    }
    all
}

fn forms(secret: usize, value: &[u8], list: &mut BTreeSet<Needle>) {
    let value = value.get(..LONGEST).unwrap_or(value);
    let mut add = |form, bytes: Vec<u8>, gaps: Vec<usize>, plus| {
        list.insert(Needle { secret, form, bytes, gaps, plus });
    };
    let (mut bytes, mut gaps, mut plus) = (Vec::new(), Vec::new(), Vec::new());
    for byte in value {
        if gap(*byte) == Gap::None {
            bytes.push(*byte);
            plus.push(*byte);
        } else {
            if gaps.last() != Some(&bytes.len()) {
                gaps.push(bytes.len());
            }
            plus.push(b'+');
        }
    }
    if !gaps.is_empty() {
        add(Form::Plain, plus, Vec::new(), true);
    }
    add(Form::Plain, bytes, gaps, false);
    if value.len() < SHORTEST {
        return;
    }
    for before in 0..3 {
        let standard = base64_inner(before, value);
        let url = standard.iter().map(|byte| match byte {
            b'+' => b'-',
            b'/' => b'_',
            other => *other,
        });
        add(Form::Base64, url.collect(), Vec::new(), false);
        add(Form::Base64, standard, Vec::new(), false);
    }
    let hex: String = value
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect();
    add(Form::Hex, hex.to_ascii_uppercase().into_bytes(), Vec::new(), false);
    add(Form::Hex, hex.into_bytes(), Vec::new(), false);
    let numbers = value.iter().map(u8::to_string).collect::<Vec<_>>().join(",");
    add(Form::Bytes, numbers.into_bytes(), Vec::new(), false);
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Those characters of base64 that these bytes alone decide, if `before` bytes (modulo 3) come first and
/// any number after them.
fn base64_inner(before: usize, value: &[u8]) -> Vec<u8> {
    let bits = value.len() * 8;
    let skipped = (6 - before * 8 % 6) % 6;
    let bit = |at: usize| value.get(at / 8).map_or(0, |byte| usize::from(byte >> (7 - at % 8) & 1));
    let sextet = |at: usize| (at..at + 6).fold(0, |sum, at| sum << 1 | bit(at));
    let whole = (skipped..).step_by(6).take_while(|at| at + 6 <= bits);
    whole.filter_map(|at| ALPHABET.get(sextet(at)).copied()).collect()
}

/// What base64 of either alphabet decodes to, padded or not.
fn from_base64(text: &str) -> Option<Vec<u8>> {
    let (mut bits, mut length, mut out) = (0_u32, 0, Vec::new());
    for byte in text.trim_end_matches('=').bytes() {
        let byte = match byte {
            b'-' => b'+',
            b'_' => b'/',
            other => other,
        };
        let digit = ALPHABET.iter().position(|letter| *letter == byte)?;
        bits = bits << 6 | u32::try_from(digit).ok()?;
        length += 6;
        if length >= 8 {
            length -= 8;
            out.push(u8::try_from(bits >> length & 0xff).ok()?);
        }
    }
    Some(out)
}
