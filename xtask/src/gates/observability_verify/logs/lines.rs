//! Splits what comes in pieces into lines.

/// The longest line that is read, in bytes. Collectors take less: Docker splits at 16 KiB, Loki refuses
/// more than 256 KiB.
const LIMIT: usize = 1024 * 1024;

/// A line without its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// All of it.
    Whole(&'a [u8]),
    /// It is longer than [`LIMIT`].
    TooLong,
}

/// The lines of one stream.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// The beginning of the line that has not ended.
    held: Vec<u8>,
    /// Whether that one is too long to be held.
    too_long: bool,
    /// How many have ended.
    number: u64,
}

impl Lines {
    /// Tells each line that ends in the chunk, with its one-based number.
    pub(super) fn take(&mut self, mut chunk: &[u8], mut each: impl FnMut(u64, Line<'_>)) {
        while let Some(end) = memchr::memchr(b'\n', chunk) {
            let (line, rest) = chunk.split_at(end);
            chunk = rest.get(1..).unwrap_or_default();
            self.number += 1;
            if self.held.is_empty() && !self.too_long {
                each(self.number, whole(line));
            } else {
                self.hold(line);
                self.tell(&mut each);
            }
        }
        self.hold(chunk);
    }

    /// Tells the last line, if it has no end.
    pub(super) fn finish(mut self, mut each: impl FnMut(u64, Line<'_>)) {
        if self.too_long || !self.held.is_empty() {
            self.number += 1;
            self.tell(&mut each);
        }
    }

    /// How much is held, in bytes.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.held.capacity()
    }

    fn tell(&mut self, each: &mut impl FnMut(u64, Line<'_>)) {
        let line = if self.too_long { Line::TooLong } else { whole(&self.held) };
        each(self.number, line);
        self.held.clear();
        self.too_long = false;
    }

    fn hold(&mut self, bytes: &[u8]) {
        if self.too_long {
            return;
        }
        if self.held.len() + bytes.len() > LIMIT {
            self.too_long = true;
            self.held = Vec::new();
        } else {
            self.held.extend_from_slice(bytes);
        }
    }
}

fn whole(line: &[u8]) -> Line<'_> {
    if line.len() > LIMIT { Line::TooLong } else { Line::Whole(line.strip_suffix(b"\r").unwrap_or(line)) }
}
