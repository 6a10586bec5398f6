//! Streams that are decoded from others.

use super::matcher::{Found, Matcher};
use super::needles::Needles;
use super::strip::{Byte, Gap, Strip, gap};

/// How a stream is decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// Not at all.
    None,
    /// `\n`, `\"`, `\u00e9`, `\u{e9}`, `\xe9`: JSON (RFC 8259, section 7), Rust and most languages.
    Escapes,
    /// `%20` (RFC 3986, section 2.1). White space is decoded to `+`, which stands for a blank in forms.
    Percent,
    /// Once more what was decoded from `Percent`: there, `+` is no blank any more.
    PercentAgain,
}

/// What the bytes that are held are.
enum Read {
    /// Perhaps the beginning of an encoded character.
    Begun,
    /// Nothing encoded; the first of them stands for itself.
    Nothing,
    /// An encoded character.
    Byte(u8),
    /// The same, as UTF-8.
    Char(char),
}

/// One decoded stream. It sleeps while there is nothing to decode: it would be the same as the stream
/// that it is decoded from.
#[derive(Debug)]
pub(super) struct Stage {
    coding: Coding,
    held: Vec<Byte>,
    strip: Strip,
    matcher: Matcher,
    awake: bool,
    /// Bytes since something was decoded.
    quiet: usize,
}

impl Stage {
    pub(super) fn new(coding: Coding, needles: &Needles) -> Stage {
        let matcher = Matcher::new(coding, needles);
        Stage { coding, held: Vec::new(), strip: Strip::default(), matcher, awake: false, quiet: 0 }
    }

    /// Gives a byte of the stream `above` to the first stage, and what that makes of it to the next.
    /// It is not yet in `above` itself.
    pub(super) fn feed(
        stages: &mut [Stage],
        byte: Byte,
        above: &Matcher,
        needles: &Needles,
        found: &mut Found,
    ) {
        let Some((stage, below)) = stages.split_first_mut() else { return };
        if !stage.awake {
            if !stage.begins(byte.byte, needles) {
                return;
            }
            stage.strip = Strip::default();
            stage.matcher.follow(above, needles);
            (stage.awake, stage.quiet) = (true, 0);
        }
        stage.held.push(byte);
        while stage.decode(below, needles, found, false) {}
        // A pass over so many bytes pays for the pass that waking up takes.
        if stage.quiet > needles.window && stage.held.is_empty() && below.iter().all(|stage| !stage.awake) {
            stage.awake = false;
        }
    }

    /// At the end: what is held stands for itself.
    pub(super) fn finish(stages: &mut [Stage], needles: &Needles, found: &mut Found) {
        let Some((stage, below)) = stages.split_first_mut() else { return };
        if stage.awake {
            while stage.decode(below, needles, found, true) {}
            while let Some(byte) = stage.strip.flush() {
                stage.out(byte, below, needles, found);
            }
        }
        Stage::finish(below, needles, found);
    }

    fn begins(&self, byte: u8, needles: &Needles) -> bool {
        match self.coding {
            Coding::None => false,
            Coding::Escapes => byte == b'\\',
            Coding::PercentAgain => byte == b'%',
            Coding::Percent => byte == b'%' || (byte == b'+' && needles.plus),
        }
    }

    /// Decodes the first character of what is held. False if that takes more bytes, or none are left.
    fn decode(&mut self, below: &mut [Stage], needles: &Needles, found: &mut Found, end: bool) -> bool {
        let (Some(first), Some(last)) = (self.held.first().copied(), self.held.last().copied()) else {
            return false;
        };
        // Only a line end may have come into the middle of it.
        let broken = self.held.iter().skip(1).any(|byte| byte.gap == Gap::Blank);
        let mut utf8 = [0; 4];
        let decoded: &[u8] = match self.read() {
            Read::Begun if !end && !broken => return false,
            Read::Byte(byte) if !broken => {
                utf8 = [byte, 0, 0, 0];
                utf8.get(..1).unwrap_or_default()
            }
            Read::Char(c) if !broken => c.encode_utf8(&mut utf8).as_bytes(),
            _ => {
                self.held.remove(0);
                self.quiet += 1;
                if first.byte == b'+' && self.begins(b'+', needles) {
                    self.quiet = 0;
                }
                self.strip(first, below, needles, found);
                return !self.held.is_empty();
            }
        };
        self.held.clear();
        self.quiet = 0;
        let mut next = Byte { decoded: true, line: last.line, ..first };
        for byte in decoded {
            self.strip(Byte { byte: *byte, ..next }, below, needles, found);
            (next.gap, next.gap_decoded) = (Gap::None, false);
        }
        false
    }

    fn read(&self) -> Read {
        let mut held = [0; 12];
        let length = self.held.len().min(held.len());
        held.iter_mut().zip(&self.held).for_each(|(slot, byte)| *slot = byte.byte);
        let held = held.get(..length).unwrap_or_default();
        match self.coding {
            Coding::None => Read::Nothing,
            Coding::Escapes => escape(held),
            Coding::Percent | Coding::PercentAgain => percent(held),
        }
    }

    fn strip(&mut self, byte: Byte, below: &mut [Stage], needles: &Needles, found: &mut Found) {
        let mut next = self.strip.push(byte);
        while let Some(byte) = next {
            self.out(byte, below, needles, found);
            next = self.strip.more();
        }
    }

    fn out(&mut self, byte: Byte, below: &mut [Stage], needles: &Needles, found: &mut Found) {
        // For the next stage this is raw: it counts what it decodes itself.
        let raw = Byte { decoded: false, gap_decoded: false, ..byte };
        Stage::feed(below, raw, &self.matcher, needles, found);
        self.matcher.push(byte, needles, found);
    }
}

fn escape(held: &[u8]) -> Read {
    match held {
        [b'\\'] => Read::Begun,
        [b'\\', code] => match code {
            b'"' | b'\\' | b'/' | b'\'' => Read::Byte(*code),
            b'n' | b'r' | b'f' | b'v' => Read::Byte(b'\n'),
            b't' => Read::Byte(b'\t'),
            b'0' => Read::Byte(0),
            b'b' => Read::Byte(8),
            b'e' => Read::Byte(0x1b),
            b'x' | b'u' => Read::Begun,
            _ => Read::Nothing,
        },
        [b'\\', b'x', digits @ ..] => byte(digits),
        [b'\\', b'u', b'{', digits @ .., b'}'] => {
            number(digits).and_then(char::from_u32).map_or(Read::Nothing, Read::Char)
        }
        [b'\\', b'u', b'{', digits @ ..] => {
            if digits.len() <= 6 && digits.iter().all(u8::is_ascii_hexdigit) {
                Read::Begun
            } else {
                Read::Nothing
            }
        }
        [b'\\', b'u', digits @ ..] => unit(digits),
        _ => Read::Nothing,
    }
}

/// Four digits: a unit of UTF-16, of which the first of a pair needs the second.
fn unit(digits: &[u8]) -> Read {
    let (first, rest) = digits.split_at(digits.len().min(4));
    if first.len() < 4 {
        return if first.iter().all(u8::is_ascii_hexdigit) { Read::Begun } else { Read::Nothing };
    }
    let second = match rest {
        [b'\\', b'u', second @ ..] => second,
        [] | [b'\\'] => b"",
        _ => return Read::Nothing,
    };
    match (number(first), number(second)) {
        (Some(high @ 0xd800..=0xdbff), Some(low @ 0xdc00..=0xdfff)) if second.len() == 4 => {
            let code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
            char::from_u32(code).map_or(Read::Nothing, Read::Char)
        }
        (Some(0xd800..=0xdbff), _) if second.len() < 4 && second.iter().all(u8::is_ascii_hexdigit) => {
            Read::Begun
        }
        (Some(code), _) if rest.is_empty() => char::from_u32(code).map_or(Read::Nothing, Read::Char),
        _ => Read::Nothing,
    }
}

fn percent(held: &[u8]) -> Read {
    match held {
        [b'%', digits @ ..] => match byte(digits) {
            Read::Byte(byte) if gap(byte) != Gap::None => Read::Byte(b'+'),
            other => other,
        },
        _ => Read::Nothing,
    }
}

/// Two digits.
fn byte(digits: &[u8]) -> Read {
    match (digits.len(), number(digits)) {
        (0, _) | (1, Some(_)) => Read::Begun,
        (2, Some(byte)) => u8::try_from(byte).map_or(Read::Nothing, Read::Byte),
        _ => Read::Nothing,
    }
}

/// A hexadecimal number of at most six digits.
fn number(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() || digits.len() > 6 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u32::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
}
