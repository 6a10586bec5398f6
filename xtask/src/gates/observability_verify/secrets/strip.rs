//! Takes out of a stream what may break a secret: white space and a terminal's colours.

use std::collections::VecDeque;

/// The longest escape sequence of a terminal that is taken out, in bytes.
const SEQUENCE: usize = 40;

/// What white space stood before a byte.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Gap {
    /// None.
    #[default]
    None,
    /// Blanks.
    Blank,
    /// A line end, perhaps with blanks around it.
    Break,
}

/// A byte that is not white space.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Byte {
    pub(super) byte: u8,
    /// The white space before it.
    pub(super) gap: Gap,
    /// Whether it is decoded from several.
    pub(super) decoded: bool,
    /// Whether the white space, or a sequence that was taken out there, is.
    pub(super) gap_decoded: bool,
    /// The one-based line that it stands on.
    pub(super) line: u64,
}

impl Byte {
    pub(super) fn new(byte: u8, line: u64) -> Byte {
        Byte { byte, line, ..Byte::default() }
    }
}

/// Which white space a byte is.
pub(super) fn gap(byte: u8) -> Gap {
    match byte {
        b' ' | b'\t' => Gap::Blank,
        b'\n' | b'\r' | 0x0b | 0x0c => Gap::Break,
        _ => Gap::None,
    }
}

/// Takes out white space, which the next byte then tells of, and the control sequences (ECMA-48, section
/// 5.4) that set colours and erase the rest of a line: `ESC [`, digits, `m` or `K`. Others stay: what comes
/// before a secret must not take its first letter away.
#[derive(Debug, Default)]
pub(super) struct Strip {
    gap: Gap,
    gap_decoded: bool,
    /// A sequence that has begun.
    held: Vec<Byte>,
    /// What was held and was no sequence.
    ready: VecDeque<Byte>,
}

impl Strip {
    /// The next byte in, the next byte out, if there is one; further ones come with `more`.
    pub(super) fn push(&mut self, byte: Byte) -> Option<Byte> {
        if self.held.is_empty() && byte.byte != 0x1b {
            return self.plain(byte);
        }
        self.sequence(byte);
        self.more()
    }

    /// What else the last byte set free.
    pub(super) fn more(&mut self) -> Option<Byte> {
        self.ready.pop_front()
    }

    /// At the end: what is held is no sequence.
    pub(super) fn flush(&mut self) -> Option<Byte> {
        self.release();
        self.more()
    }

    /// How many bytes are held.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.held.len()
    }

    fn plain(&mut self, byte: Byte) -> Option<Byte> {
        let gap = gap(byte.byte);
        if gap != Gap::None {
            self.gap = self.gap.max(gap).max(byte.gap);
            self.gap_decoded |= byte.decoded || byte.gap_decoded;
            return None;
        }
        let byte =
            Byte { gap: byte.gap.max(self.gap), gap_decoded: byte.gap_decoded || self.gap_decoded, ..byte };
        (self.gap, self.gap_decoded) = (Gap::None, false);
        Some(byte)
    }

    fn sequence(&mut self, byte: Byte) {
        let inside = match self.held.len() {
            0 => true,
            1 => byte.byte == b'[',
            SEQUENCE.. => false,
            _ => matches!(byte.byte, 0x30..=0x3f),
        };
        // White space before the sequence came in with its first byte.
        if inside && byte.gap == Gap::None || self.held.is_empty() {
            self.held.push(byte);
        } else if self.held.len() > 1 && matches!(byte.byte, b'm' | b'K') {
            let first = self.held.first().copied().unwrap_or_default();
            self.gap = self.gap.max(first.gap);
            self.gap_decoded |= self.held.iter().any(|byte| byte.decoded || byte.gap_decoded);
            self.held.clear();
        } else {
            self.release();
            if byte.byte == 0x1b {
                self.held.push(byte);
            } else if let Some(byte) = self.plain(byte) {
                self.ready.push_back(byte);
            }
        }
    }

    fn release(&mut self) {
        for byte in std::mem::take(&mut self.held) {
            if let Some(byte) = self.plain(byte) {
                self.ready.push_back(byte);
            }
        }
    }
}
