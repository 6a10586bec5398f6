//! The only place that starts a program.
//!
//! Programs get an argument vector, never a shell string. A check is started with [`Processes::run`]:
//! in a process group of its own, with a deadline, its output written to a log and handed on line by
//! line. A short command whose output is wanted at once is run with [`Processes::output`].

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::Result;
use crate::evidence::Run;

/// A program to start.
#[derive(Debug, Clone)]
pub struct Command {
    /// Program and arguments.
    pub argv: Vec<OsString>,
    /// Where it runs.
    pub directory: PathBuf,
    /// Variables set (`Some`) or removed (`None`) on top of the runner's own environment.
    pub env: Vec<(OsString, Option<OsString>)>,
    /// When it is ended with its whole tree.
    pub timeout: Duration,
    /// Whether both streams share one pipe, so that their lines keep their order.
    pub merge_streams: bool,
}

impl Command {
    /// A program with its arguments, in a folder, with a time-out.
    pub fn new<S: Into<OsString>>(
        argv: impl IntoIterator<Item = S>,
        directory: &Path,
        timeout: Duration,
    ) -> Self {
        let argv = argv.into_iter().map(Into::into).collect();
        Command { argv, directory: directory.to_path_buf(), env: Vec::new(), timeout, merge_streams: false }
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.env.push((name.into(), Some(value.into())));
        self
    }

    /// Sends both streams through one pipe, so that their lines keep their order.
    #[must_use]
    pub fn merged(mut self) -> Self {
        self.merge_streams = true;
        self
    }

    /// Program and arguments as text, for people.
    pub fn display(&self) -> String {
        self.argv.iter().map(|arg| arg.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
    }
}

/// Which stream a line came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output, or both if they were merged.
    Stdout,
    /// Standard error.
    Stderr,
}

/// Starts programs.
#[derive(Debug)]
pub struct Processes {}

impl Processes {
    /// Runs a program to its end and hands on each line of its output, without the line's end and at
    /// most 64 KiB of it. The whole output goes to `log`, whose path in the record is relative to
    /// `log_root`. Never fails: what went wrong stands in the record.
    pub fn run(
        &self,
        command: &Command,
        log: &Path,
        log_root: &Path,
        on_line: &mut dyn FnMut(Stream, &[u8]),
    ) -> Run {
        let _ = (command, log, log_root, on_line);
        unreachable!("written next")
    }

    /// Runs a short command and gives its standard output, which must be UTF-8.
    ///
    /// # Errors
    /// A tool error that shows the command, its folder and the end of its standard error.
    pub fn output(&self, argv: &[&str], directory: &Path) -> Result<String> {
        let _ = (argv, directory);
        unreachable!("written next")
    }

    /// Whether a program of that name can be found on `PATH`.
    pub fn find(&self, program: &str) -> Option<PathBuf> {
        let _ = program;
        unreachable!("written next")
    }
}
