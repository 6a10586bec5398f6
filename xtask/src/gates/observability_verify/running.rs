//! A service while it runs: what it gives out, and whether it still lives. Its output is read by one
//! thread while another asks it.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::logs::Collector;
use super::secrets::{Search, Searcher};
use crate::diagnostics::one_line;
use crate::evidence::services::{Leak, LogFacts};
use crate::process::{Processes, Stream};
use crate::settings::services::{LogSource, Service, Sign, Wanted};

/// How much of a log file is read at once.
const PIECE: usize = 64 * 1024;
/// How much of a line is looked at for a panic.
const PANIC_LINE: usize = 4096;

/// A service while it runs.
pub(super) struct Running<'a> {
    processes: &'a Processes,
    ended: AtomicBool,
    emitted: Mutex<Emitted<'a>>,
}

/// What it gave out.
struct Emitted<'a> {
    /// What a line must contain for the service to be ready, and whether one has.
    sign: Option<(Vec<u8>, bool)>,
    /// The end of each stream's last piece, for a sign that two pieces hold together.
    ends: [Vec<u8>; 2],
    collector: Option<(&'a LogSource, Collector)>,
    searches: [Search; 2],
    panics: Panics,
    file: Option<LogFile>,
}

/// What a service gave out, all in all.
pub(super) struct Given {
    /// Its logs, if they are looked at.
    pub(super) logs: Option<LogFacts>,
    /// Secrets among it.
    pub(super) leaks: Vec<Leak>,
    /// The first line on standard error that tells of a panic.
    pub(super) panicked: Option<String>,
}

/// Looks for the line that Rust's panic hook writes, `thread 'main' panicked at src/main.rs:1:1:`, and the message
/// on the line after it.
#[derive(Default)]
struct Panics {
    line: Vec<u8>,
    found: Option<String>,
    /// Whether the next line belongs to it.
    open: bool,
}

impl Panics {
    fn take(&mut self, chunk: &[u8]) {
        for piece in chunk.split_inclusive(|byte| *byte == b'\n') {
            if self.found.is_some() && !self.open {
                return;
            }
            let room = PANIC_LINE.saturating_sub(self.line.len());
            self.line.extend_from_slice(piece.get(..piece.len().min(room)).unwrap_or_default());
            if piece.ends_with(b"\n") {
                self.end();
            }
        }
    }

    fn end(&mut self) {
        let line = one_line(String::from_utf8_lossy(&self.line).trim());
        if self.open {
            self.open = false;
            if let Some(found) = &mut self.found {
                found.push(' ');
                found.push_str(&line);
            }
        } else if memchr::memmem::find(&self.line, b" panicked at ").is_some() {
            (self.found, self.open) = (Some(line), true);
        }
        self.line.clear();
    }
}

/// A log file, read as it grows.
struct LogFile {
    path: PathBuf,
    /// How long it was before the service was started: what stands there is not this run's.
    before: u64,
    open: Option<File>,
    search: Search,
    problem: Option<String>,
}

impl<'a> Running<'a> {
    /// Of a service that is about to be started. `file` is where its log file will be, if it has one.
    pub(super) fn new(
        processes: &'a Processes,
        service: &'a Service,
        searcher: &Searcher,
        file: Option<PathBuf>,
    ) -> Self {
        let collector = match &service.logs {
            Wanted::Yes(logs) => Some((&logs.from, Collector::new(logs).hiding(searcher))),
            Wanted::NotApplicable(_) => None,
        };
        let sign = match &service.ready.sign {
            Sign::Log(text) => Some((text.as_bytes().to_vec(), false)),
            Sign::Http { .. } | Sign::Tcp { .. } => None,
        };
        let emitted = Emitted {
            sign,
            ends: Default::default(),
            collector,
            searches: [searcher.stream(), searcher.stream()],
            panics: Panics::default(),
            file: file.map(|path| LogFile {
                before: std::fs::metadata(&path).map_or(0, |data| data.len()),
                path,
                open: None,
                search: searcher.stream(),
                problem: None,
            }),
        };
        Running { processes, ended: AtomicBool::new(false), emitted: Mutex::new(emitted) }
    }

    /// Takes some of its output.
    pub(super) fn take(&self, stream: Stream, chunk: &[u8]) {
        let mut emitted = self.lock();
        let Emitted { sign, ends, collector, searches, panics, .. } = &mut *emitted;
        let (place, name) = match stream {
            Stream::Stdout => (0, "stdout"),
            Stream::Stderr => (1, "stderr"),
        };
        if let Some((text, seen)) = sign.as_mut().filter(|(_, seen)| !seen) {
            let end = &mut ends[place];
            end.extend_from_slice(chunk);
            *seen = memchr::memmem::find(end, text).is_some();
            let surplus = end.len().saturating_sub(text.len());
            end.drain(..surplus);
        }
        if let Some((from, collector)) = collector
            && matches!(
                (from, stream),
                (LogSource::Both, _)
                    | (LogSource::Stdout, Stream::Stdout)
                    | (LogSource::Stderr, Stream::Stderr)
            )
        {
            collector.take(name, chunk);
        }
        searches[place].take(chunk);
        if stream == Stream::Stderr {
            panics.take(chunk);
        }
    }

    /// Says that it has ended.
    pub(super) fn end(&self) {
        self.ended.store(true, Ordering::SeqCst);
    }

    /// Whether it has ended.
    pub(super) fn ended(&self) -> bool {
        self.ended.load(Ordering::SeqCst)
    }

    /// Whether somebody asked the whole run to stop.
    pub(super) fn interrupted(&self) -> bool {
        self.processes.interrupted()
    }

    /// Whether a line of its output has contained the sign of its readiness.
    pub(super) fn said(&self) -> bool {
        self.lock().sign.as_ref().is_some_and(|(_, seen)| *seen)
    }

    /// Notes a value that is about to be sent with a request, to be found again in a line.
    pub(super) fn sent(&self, id: &str, step: &str) {
        if let Some((_, collector)) = &mut self.lock().collector {
            collector.sent(id, step);
        }
    }

    /// Reads what its log file has gained, and says whether its logs show all that they must.
    pub(super) fn logs_settled(&self) -> bool {
        let mut emitted = self.lock();
        emitted.read_file();
        emitted.collector.as_ref().is_none_or(|(_, collector)| collector.settled())
    }

    /// What it gave out, all in all.
    pub(super) fn finish(self) -> Given {
        let mut emitted = self.emitted.into_inner().unwrap_or_else(PoisonError::into_inner);
        emitted.read_file();
        let [stdout, stderr] = emitted.searches;
        let mut leaks = stdout.finish("stdout");
        leaks.extend(stderr.finish("stderr"));
        let mut problem = None;
        if let Some(file) = emitted.file {
            leaks.extend(file.search.finish("file"));
            problem = match (&file.open, file.problem) {
                (_, Some(problem)) => Some(problem),
                (None, None) => Some("the service wrote no such file".into()),
                (Some(_), None) => None,
            };
        }
        let logs = emitted.collector.map(|(_, collector)| collector.finish());
        let logs = logs.map(|facts| LogFacts { problem, ..facts });
        Given { logs, leaks, panicked: emitted.panics.found }
    }

    /// A thread that panicked while it held this has left nothing half done that could pass.
    fn lock(&self) -> MutexGuard<'_, Emitted<'a>> {
        self.emitted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Emitted<'_> {
    /// Reads what the log file has gained since.
    fn read_file(&mut self) {
        let Some(file) = &mut self.file else { return };
        if file.open.is_none() {
            file.open = File::open(&file.path).ok();
            if let Some(open) = &mut file.open {
                // A service may begin its file anew; then nothing of it is from before.
                let length = open.metadata().map_or(0, |data| data.len());
                let from = if length < file.before { 0 } else { file.before };
                if let Err(error) = open.seek(SeekFrom::Start(from)) {
                    file.problem = Some(format!("it cannot be read: {error}"));
                }
            }
        }
        let Some(open) = &mut file.open else { return };
        let mut buffer = vec![0; PIECE];
        loop {
            match open.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => {
                    let chunk = buffer.get(..read).unwrap_or_default();
                    if let Some((_, collector)) = &mut self.collector {
                        collector.take("file", chunk);
                    }
                    file.search.take(chunk);
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => {
                    file.problem = Some(format!("it cannot be read: {error}"));
                    break;
                }
            }
        }
        // A file that became shorter was written anew: what stood there before is lost to the reader.
        let length = open.metadata().map(|data| data.len());
        let place = open.stream_position();
        if let (Ok(length), Ok(place)) = (length, place)
            && length < place
        {
            file.problem = Some("it was cut short while the service ran, so not all of it was read".into());
            let _ = open.seek(SeekFrom::End(0));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write;

    use super::*;
    use crate::host::Host;
    use crate::settings::{parse, services::Services};

    const LINE: &str = r#"{"timestamp":"2026-01-02T03:04:05Z","level":"INFO","target":"a","message":"b"}"#;

    /// What is read of a log file that held something before, once `write` has done what a service does to it.
    fn logged(before: &str, write: impl FnOnce(&std::path::Path)) -> LogFacts {
        let text =
            "version: 1\nobservability_verify: {services: [{package: a, args: ['{port}'], exercise: [GET /],
            metrics: {not_applicable: x}, logs: {from: {file: a.log}}}]}";
        let settings = parse(text.as_bytes(), "e.yml").unwrap();
        let Services::Listed(services) = settings.observability_verify.services else { panic!() };
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.log");
        fs::write(&file, before).unwrap();
        let (processes, searcher) = (Processes::new(&Host::made_up(&[])), Searcher::new(&[]));
        let running = Running::new(&processes, &services[0], &searcher, Some(file.clone()));
        write(&file);
        running.logs_settled();
        running.finish().logs.unwrap()
    }

    #[test]
    fn what_stood_in_a_log_file_before_is_left_there_and_is_not_this_runs() {
        let added = logged("old and plain\n", |file| {
            let mut open = fs::OpenOptions::new().append(true).open(file).unwrap();
            writeln!(open, "{LINE}").unwrap();
            drop(open);
            assert!(fs::read_to_string(file).unwrap().starts_with("old and plain\n"));
        });
        assert_eq!((added.lines, added.json, added.problem), (1, 1, None));
        let anew = logged(&"old and plain\n".repeat(9), |file| fs::write(file, format!("{LINE}\n")).unwrap());
        assert_eq!((anew.lines, anew.json, anew.problem), (1, 1, None));
        let nothing = logged("old and plain\n", |_| {});
        assert_eq!(nothing.lines, 0);
    }
}
