//! Output of a running program: the whole of it to a log, its end to the record; and its lines, for who
//! reads lines.
//!
//! Memory is bounded whatever the program prints: a bounded channel, bounded lines, a bounded tail.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use super::Stream;

/// The longest line that is handed on; the rest of it goes to the log alone.
const LINE_LIMIT: usize = 64 * 1024;

/// How much of the end of the output the record keeps.
const TAIL_LIMIT: usize = 8 * 1024;

/// Where a log stops: a check that prints without end must not fill the disk before its time is up.
pub(super) const LOG_LIMIT: u64 = 2 * 1024 * 1024 * 1024;

/// What the readers have.
pub(super) enum Next {
    /// Some output.
    Chunk(Stream, Vec<u8>),
    /// One pipe was closed by all who held it.
    Closed,
    /// Nothing within the time.
    Nothing,
}

enum Message {
    Chunk(Stream, Vec<u8>),
    Closed,
}

/// One thread for each pipe, all into one bounded channel. A thread whose pipe somebody still holds
/// open when the program is given up on ends when that pipe is closed.
pub(super) struct Readers {
    sender: SyncSender<Message>,
    receiver: Receiver<Message>,
    count: usize,
}

impl Default for Readers {
    fn default() -> Self {
        let (sender, receiver) = sync_channel(64);
        Readers { sender, receiver, count: 0 }
    }
}

impl Readers {
    /// Reads a pipe to its end.
    pub(super) fn add(&mut self, stream: Stream, mut pipe: impl Read + Send + 'static) {
        let sender = self.sender.clone();
        self.count += 1;
        std::thread::spawn(move || {
            let mut buffer = vec![0; 64 * 1024];
            loop {
                match pipe.read(&mut buffer) {
                    Ok(0) => break,
                    Ok(read) => {
                        let Some(chunk) = buffer.get(..read) else { break };
                        if sender.send(Message::Chunk(stream, chunk.to_vec())).is_err() {
                            return;
                        }
                    }
                    Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                    Err(_) => break,
                }
            }
            // The receiver may be gone already; then nobody waits for this.
            let _ = sender.send(Message::Closed);
        });
    }

    /// How many pipes there are.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// The next thing, waiting for it no longer than `wait`.
    pub(super) fn next(&self, wait: Duration) -> Next {
        match self.receiver.recv_timeout(wait) {
            Ok(Message::Chunk(stream, chunk)) => Next::Chunk(stream, chunk),
            Ok(Message::Closed) => Next::Closed,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => Next::Nothing,
        }
    }
}

/// Log and tail of one program.
pub(super) struct Capture {
    log: BufWriter<File>,
    limit: u64,
    written: u64,
    truncated: bool,
    tail: VecDeque<u8>,
}

/// The lines of both streams.
#[derive(Default)]
pub(super) struct Lines {
    lines: [Line; 2],
}

#[derive(Default)]
struct Line {
    bytes: Vec<u8>,
    /// Whether the line's beginning was handed on already and the rest of it is passed over.
    cut: bool,
}

impl Capture {
    /// Creates the log, and the folders above it. It stops after `limit` bytes.
    pub(super) fn create(log: &Path, limit: u64) -> std::io::Result<Self> {
        if let Some(folder) = log.parent() {
            std::fs::create_dir_all(folder)?;
        }
        Ok(Capture {
            log: BufWriter::new(File::create(log)?),
            limit,
            written: 0,
            truncated: false,
            tail: VecDeque::new(),
        })
    }

    /// Takes some output.
    pub(super) fn take(&mut self, chunk: &[u8]) {
        self.write_log(chunk);
        let keep = chunk.get(chunk.len().saturating_sub(TAIL_LIMIT)..).unwrap_or(chunk);
        self.tail.extend(keep);
        let surplus = self.tail.len().saturating_sub(TAIL_LIMIT);
        self.tail.drain(..surplus);
    }

    fn write_log(&mut self, chunk: &[u8]) {
        let room = usize::try_from(self.limit.saturating_sub(self.written)).unwrap_or(usize::MAX);
        let kept = chunk.get(..chunk.len().min(room)).unwrap_or_default();
        if self.log.write_all(kept).is_err() || kept.len() < chunk.len() {
            self.truncated = true;
        }
        self.written += kept.len() as u64;
    }

    /// Closes the log.
    pub(super) fn finish(&mut self) {
        if self.log.flush().is_err() {
            self.truncated = true;
        }
    }

    /// Whether the log stops before the output did.
    pub(super) fn truncated(&self) -> bool {
        self.truncated
    }

    /// The end of the output, from the beginning of a line where it was cut.
    pub(super) fn tail(&self) -> String {
        let bytes: Vec<u8> = self.tail.iter().copied().collect();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        match text.split_once('\n') {
            Some((_, rest)) if self.written > TAIL_LIMIT as u64 => rest.to_owned(),
            _ => text,
        }
    }
}

impl Lines {
    /// Takes some output, and hands on the lines that it ends.
    pub(super) fn take(&mut self, stream: Stream, chunk: &[u8], on_line: &mut dyn FnMut(Stream, &[u8])) {
        let [stdout, stderr] = &mut self.lines;
        let line = if stream == Stream::Stdout { stdout } else { stderr };
        for piece in chunk.split_inclusive(|byte| *byte == b'\n') {
            let (text, complete) = match piece.strip_suffix(b"\n") {
                Some(text) => (text, true),
                None => (piece, false),
            };
            line.push(text, |bytes| on_line(stream, bytes));
            if complete {
                line.end(|bytes| on_line(stream, bytes));
            }
        }
    }

    /// Hands on what stands after the last line's end.
    pub(super) fn finish(&mut self, on_line: &mut dyn FnMut(Stream, &[u8])) {
        let [stdout, stderr] = &mut self.lines;
        for (line, stream) in [(stdout, Stream::Stdout), (stderr, Stream::Stderr)] {
            if !line.bytes.is_empty() {
                line.end(|bytes| on_line(stream, bytes));
            }
        }
    }
}

impl Line {
    fn push(&mut self, text: &[u8], hand_on: impl FnOnce(&[u8])) {
        if self.cut {
            return;
        }
        let room = LINE_LIMIT - self.bytes.len();
        if text.len() <= room {
            self.bytes.extend_from_slice(text);
            return;
        }
        self.bytes.extend_from_slice(text.get(..room).unwrap_or_default());
        hand_on(&self.bytes);
        self.bytes.clear();
        self.cut = true;
    }

    fn end(&mut self, hand_on: impl FnOnce(&[u8])) {
        if !self.cut {
            hand_on(self.bytes.strip_suffix(b"\r").unwrap_or(&self.bytes));
        }
        self.bytes.clear();
        self.cut = false;
    }
}

#[cfg(test)]
mod tests {
    use super::{Capture, LINE_LIMIT, LOG_LIMIT, Lines, Stream, TAIL_LIMIT};

    fn lines_of(chunks: &[&[u8]]) -> (Vec<Vec<u8>>, Capture) {
        let folder = tempfile::tempdir().unwrap();
        let mut capture = Capture::create(&folder.path().join("a/b.log"), LOG_LIMIT).unwrap();
        let (mut reader, mut lines) = (Lines::default(), Vec::new());
        for chunk in chunks {
            capture.take(chunk);
            reader.take(Stream::Stdout, chunk, &mut |_, line| lines.push(line.to_vec()));
        }
        capture.finish();
        reader.finish(&mut |_, line| lines.push(line.to_vec()));
        (lines, capture)
    }

    #[test]
    fn lines_are_joined_over_chunks_and_the_last_needs_no_end() {
        let (lines, _) = lines_of(&[b"one\ntw", b"o\r\n\n\xff", b"three"]);
        assert_eq!(lines, [b"one".to_vec(), b"two".to_vec(), b"".to_vec(), b"\xffthree".to_vec()]);
    }

    #[test]
    fn a_log_stops_at_its_limit_and_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.log");
        let mut capture = Capture::create(&path, 5).unwrap();
        capture.take(b"one\n");
        assert!(!capture.truncated());
        capture.take(b"two\n");
        capture.finish();
        assert!(capture.truncated());
        assert_eq!(std::fs::read(path).unwrap(), b"one\nt");
        assert_eq!(capture.tail(), "one\ntwo\n");
    }

    #[test]
    fn a_line_without_end_is_cut_once_and_the_next_is_whole() {
        let long = vec![b'x'; LINE_LIMIT + 10];
        let (lines, capture) = lines_of(&[&long, &long, b"\nnext\n"]);
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0].len(), LINE_LIMIT);
        assert_eq!(lines[1], b"next");
        assert_eq!(capture.tail(), "next\n");
        assert!(capture.tail.len() <= TAIL_LIMIT);
    }
}
