//! What is running now, on standard error: live lines on a terminal, plain lines in a log.
//!
//! Every line that is written ends with a line end, so a run that is killed leaves no half of one.
//! The live lines go when the value is dropped, whichever way the run ends.

use std::fmt::Write as _;
use std::io::Write;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::host::Host;
use crate::progress::Progress;
use crate::report::text::{duration, one_line};

/// How often the seconds move on.
const TICK: Duration = Duration::from_millis(250);

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Not at all.
    Quiet,
    /// A line when a check begins and one when it ends.
    Lines,
    /// A line for each running check that is redrawn, cut to this many columns.
    Terminal {
        /// The terminal's width.
        columns: usize,
    },
}

impl Style {
    /// What suits this host: `--quiet`, a terminal at standard error that understands escapes, its width.
    pub fn of(host: &Host, quiet: bool) -> Style {
        if quiet {
            Style::Quiet
        } else if !host.stderr_terminal || host.var("NO_COLOR").is_some() || host.var("TERM") == Some("dumb")
        {
            Style::Lines
        } else {
            let columns = host.var("COLUMNS").and_then(|columns| columns.parse().ok());
            Style::Terminal { columns: columns.filter(|columns| *columns >= 20).unwrap_or(80) }
        }
    }
}

/// Shows what is running until it is dropped.
#[derive(Debug)]
pub struct Live {
    board: Arc<Mutex<Board>>,
    /// The thread that moves the seconds on, and what ends it.
    ticker: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Live {
    /// Writes to `writer`, which should be standard error.
    pub fn new(writer: Box<dyn Write + Send>, style: Style) -> Live {
        let board = Board { writer: Writer(writer), style, running: Vec::new(), drawn: 0 };
        let board = Arc::new(Mutex::new(board));
        let ticker = matches!(style, Style::Terminal { .. }).then(|| {
            let (end, ended) = mpsc::channel();
            let board = Arc::clone(&board);
            let tick = move || {
                while ended.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                    lock(&board).redraw("");
                }
            };
            (end, std::thread::spawn(tick))
        });
        Live { board, ticker }
    }

    /// Writes a line of its own above the live ones, such as a warning; in quiet style too.
    pub fn note(&self, text: &str) {
        lock(&self.board).redraw(&format!("{}\n", one_line(text)));
    }
}

impl Progress for Live {
    fn started(&self, check: &str, command: &str) {
        lock(&self.board).started(check, command);
    }

    fn finished(&self, check: &str, summary: &str) {
        lock(&self.board).finished(check, summary);
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        if let Some((end, thread)) = self.ticker.take() {
            drop(end);
            let _ = thread.join();
        }
        let mut board = lock(&self.board);
        board.running.clear();
        board.redraw("");
    }
}

/// A thread that panicked while it drew has spoilt a line at most.
fn lock(board: &Mutex<Board>) -> MutexGuard<'_, Board> {
    board.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Writer(Box<dyn Write + Send>);

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Writer")
    }
}

#[derive(Debug)]
struct Running {
    check: String,
    command: String,
    since: Instant,
}

#[derive(Debug)]
struct Board {
    writer: Writer,
    style: Style,
    /// In the order in which they began.
    running: Vec<Running>,
    /// Live lines that stand on the terminal.
    drawn: usize,
}

impl Board {
    fn started(&mut self, check: &str, command: &str) {
        let (check, command) = (one_line(check), one_line(command));
        let line = format!("{check}: started: {command}\n");
        // A check that starts its next program is still the same check.
        match self.running.iter_mut().find(|running| running.check == check) {
            Some(running) => running.command = command,
            None => self.running.push(Running { check, command, since: Instant::now() }),
        }
        match self.style {
            Style::Quiet => {}
            Style::Lines => self.redraw(&line),
            Style::Terminal { .. } => self.redraw(""),
        }
    }

    fn finished(&mut self, check: &str, summary: &str) {
        let check = one_line(check);
        let began = self.running.iter().position(|running| running.check == check);
        let took = began.map(|index| took(self.running.remove(index).since));
        let took = took.map(|took| format!(" in {took}")).unwrap_or_default();
        if self.style != Style::Quiet {
            self.redraw(&format!("{check}: done{took}: {}\n", one_line(summary)));
        }
    }

    /// Takes the live lines away, writes what stays, and draws the live lines below it; in one write,
    /// so that the terminal does not flicker. A stream that takes no more is no reason to stop.
    fn redraw(&mut self, stays: &str) {
        let mut out = String::new();
        if self.drawn > 0 {
            let _ = write!(out, "\u{1b}[{}A\r\u{1b}[J", self.drawn);
        }
        out.push_str(stays);
        self.drawn = 0;
        if let Style::Terminal { columns } = self.style {
            for running in &self.running {
                let line = format!("{}: {} {}", running.check, took(running.since), running.command);
                let _ = writeln!(out, "{}", fit(&line, columns - 1));
                self.drawn += 1;
            }
        }
        if !out.is_empty() {
            let _ = self.writer.0.write_all(out.as_bytes()).and_then(|()| self.writer.0.flush());
        }
    }
}

fn took(since: Instant) -> String {
    duration(u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX))
}

/// Cut so that it stays on one row. What is not ASCII is taken to be two columns wide, as the widest
/// characters are: a line that wraps would be drawn again and again.
fn fit(line: &str, columns: usize) -> String {
    let width = |c: char| if c.is_ascii() { 1 } else { 2 };
    if line.chars().map(width).sum::<usize>() <= columns {
        return line.to_string();
    }
    // Three full stops: an ellipsis may be two columns wide as well.
    let mut room = columns.saturating_sub(3);
    let mut out = String::new();
    for c in line.chars() {
        let Some(left) = room.checked_sub(width(c)) else { break };
        room = left;
        out.push(c);
    }
    out + "..."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Default)]
    struct Buffer(Arc<Mutex<Vec<u8>>>);

    impl Write for Buffer {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl Buffer {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    /// What a terminal shows after the bytes: the three sequences that are used, and nothing else.
    fn screen(bytes: &str) -> Vec<String> {
        let mut lines = vec![String::new()];
        for piece in bytes.split_inclusive(['\n', 'A', 'J']) {
            if let Some((before, up)) = piece.strip_suffix('A').and_then(|p| p.split_once("\u{1b}[")) {
                assert_eq!(before, "");
                let up: usize = up.parse().unwrap();
                let cursor = lines.len() - 1 - up;
                lines.truncate(cursor);
                lines.push(String::new());
            } else if piece != "\r\u{1b}[J" {
                assert!(!piece.contains('\u{1b}'), "{piece:?}");
                let text = piece.strip_suffix('\n');
                lines.last_mut().unwrap().push_str(text.unwrap_or(piece));
                if text.is_some() {
                    lines.push(String::new());
                }
            }
        }
        assert_eq!(lines.pop().unwrap(), "", "every line is ended");
        lines
    }

    fn without_times(line: &str) -> String {
        line.split(' ')
            .filter(|word| !word.contains('.') || word.parse::<f64>().is_err())
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn a_log_gets_plain_lines() {
        let buffer = Buffer::default();
        let live = Live::new(Box::new(buffer.clone()), Style::Lines);
        live.started("tests", "cargo nextest run");
        live.note("careful\u{1b}[2J");
        live.finished("tests", "41 passed\n");
        live.finished("audit", "never began");
        drop(live);
        let text = buffer.text();
        let lines: Vec<String> = text.lines().map(without_times).collect();
        assert_eq!(
            lines,
            [
                "tests: started: cargo nextest run",
                "careful\\u{1b}[2J",
                "tests: done in s: 41 passed",
                "audit: done: never began"
            ]
        );
        assert!(!text.contains('\u{1b}'));
    }

    #[test]
    fn a_terminal_shows_what_runs_and_in_the_end_only_what_is_done() {
        let buffer = Buffer::default();
        let live = Live::new(Box::new(buffer.clone()), Style::Terminal { columns: 40 });
        live.started("tests", "cargo build");
        live.started("lint", "cargo clippy --workspace with very many more words");
        live.started("tests", "cargo nextest run");
        let shown: Vec<String> = screen(&buffer.text()).iter().map(|line| without_times(line)).collect();
        assert_eq!(shown, ["tests: s cargo nextest run", "lint: s cargo clippy --workspace..."]);
        // Long enough for the thread to have drawn at least once by itself.
        let before = buffer.text().len();
        std::thread::sleep(TICK * 3);
        assert!(buffer.text().len() > before, "the seconds stand still");
        live.finished("lint", "2 warnings");
        drop(live);
        let shown: Vec<String> = screen(&buffer.text()).iter().map(|line| without_times(line)).collect();
        assert_eq!(shown, ["lint: done in s: 2 warnings"]);
    }

    #[test]
    fn quiet_is_quiet() {
        let buffer = Buffer::default();
        let live = Live::new(Box::new(buffer.clone()), Style::Quiet);
        live.started("tests", "cargo test");
        live.finished("tests", "41 passed");
        drop(live);
        assert_eq!(buffer.text(), "");
    }

    #[test]
    fn the_style_follows_the_host() {
        let host = |terminal: bool, env: &[(&str, &str)]| Host {
            now: time::macros::datetime!(2026-11-22 12:00 UTC),
            env: env.iter().map(|(name, value)| (name.into(), value.into())).collect(),
            current_dir: "/".into(),
            exe: None,
            stdout_terminal: false,
            stderr_terminal: terminal,
            interrupt: crate::host::Interrupt::default(),
        };
        for (terminal, env, quiet, style) in [
            (true, &[("COLUMNS", "120")][..], false, Style::Terminal { columns: 120 }),
            (true, &[], false, Style::Terminal { columns: 80 }),
            (true, &[("COLUMNS", "0")], false, Style::Terminal { columns: 80 }),
            (true, &[("COLUMNS", "wide")], false, Style::Terminal { columns: 80 }),
            (true, &[("NO_COLOR", "1")], false, Style::Lines),
            (true, &[("TERM", "dumb")], false, Style::Lines),
            (false, &[], false, Style::Lines),
            (true, &[], true, Style::Quiet),
        ] {
            assert_eq!(Style::of(&host(terminal, env), quiet), style, "{terminal} {env:?} {quiet}");
        }
    }

    #[test]
    fn wide_characters_never_wrap() {
        assert_eq!(fit("abcdef", 6), "abcdef");
        assert_eq!(fit("abcdefg", 6), "abc...");
        assert_eq!(fit("世界世", 6), "世界世");
        assert_eq!(fit("世界世界", 6), "世...");
    }
}
