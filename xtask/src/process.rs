//! The only place that starts a program.
//!
//! Programs get an argument vector, never a shell string. A check is started with [`Processes::run`]:
//! in a process group (on Windows a job object) of its own, with a deadline, its output written to a
//! log and handed on line by line. A short command whose output is wanted at once is run with
//! [`Processes::output`]. When a check ends, whatever it left running ends too.

mod capture;
mod environment;
pub mod guard;
mod tree;
mod watch;

pub use watch::Stop;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use process_wrap::std::{ChildWrapper, CommandWrap};

use crate::error::{Error, Result};
use crate::evidence::{Ended, Run};
use crate::host::{Host, Interrupt};
use capture::{Capture, Readers};
use guard::Guard;
use tree::Tree;
use watch::Watch;

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
    /// Where its log stops, in bytes.
    pub log_limit: u64,
}

impl Command {
    /// A program with its arguments, in a folder, with a time-out.
    pub fn new<S: Into<OsString>>(
        argv: impl IntoIterator<Item = S>,
        directory: &Path,
        timeout: Duration,
    ) -> Self {
        let argv = argv.into_iter().map(Into::into).collect();
        Command {
            argv,
            directory: directory.to_path_buf(),
            env: Vec::new(),
            timeout,
            merge_streams: false,
            log_limit: capture::LOG_LIMIT,
        }
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
        self.shown(None).join(" ")
    }

    /// Program and arguments without the folders of this machine: the program by its name, paths
    /// below `root` relative to it.
    fn shown(&self, root: Option<&Path>) -> Vec<String> {
        let mut shown: Vec<String> = self.argv.iter().map(|arg| arg.to_string_lossy().into_owned()).collect();
        if let Some(program) = shown.first_mut() {
            let path = PathBuf::from(program.as_str());
            if path.is_absolute()
                && let Some(name) = path.file_name()
            {
                *program = name.to_string_lossy().into_owned();
            }
        }
        if let Some(root) = root {
            let prefix = format!("{}{}", root.display(), std::path::MAIN_SEPARATOR);
            shown.iter_mut().for_each(|arg| *arg = arg.replace(&prefix, ""));
        }
        shown
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

/// How many runners this process has made: a clock alone cannot tell their programs apart.
static INSTANCES: AtomicU32 = AtomicU32::new(0);

/// Starts programs.
#[derive(Debug)]
pub struct Processes {
    env: Vec<(OsString, OsString)>,
    interrupt: Interrupt,
    /// Begins the mark of every program of this run; see [`tree`].
    mark: String,
    count: AtomicU32,
    guard: Mutex<Option<Guard>>,
}

impl Processes {
    /// A runner with the host's environment, less what would bend the checks (see [`environment`]).
    /// Starts the guard, which ends the programs of this run should the run itself be killed.
    pub fn new(host: &Host) -> Self {
        let env = environment::scrubbed(&host.env);
        let instance = INSTANCES.fetch_add(1, Ordering::Relaxed);
        let mark = format!("{}-{}-{instance}", std::process::id(), host.now.unix_timestamp_nanos());
        let guard = host.exe.as_deref().and_then(|exe| Guard::start(exe, &mark, &env));
        let interrupt = host.interrupt.clone();
        Processes { env, interrupt, mark, count: AtomicU32::new(0), guard: Mutex::new(guard) }
    }

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
        let begun = Instant::now();
        let mut run = unstarted(command, log_root);
        let mut lines = capture::Lines::default();
        let never = Stop::default();
        self.follow(command, (log, log_root), &never, &mut run, &mut |stream, chunk| {
            lines.take(stream, chunk, on_line);
        });
        lines.finish(on_line);
        run.duration_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        run
    }

    /// Runs a program until it ends or `stop` is raised: then it is asked to end, and killed with its
    /// whole tree if it does not within the grace that `stop` gives. Its output is handed on as it comes,
    /// and goes to `log` as with [`Processes::run`].
    pub fn serve(
        &self,
        command: &Command,
        log: &Path,
        log_root: &Path,
        stop: &Stop,
        on_output: &mut dyn FnMut(Stream, &[u8]),
    ) -> Run {
        let begun = Instant::now();
        let mut run = unstarted(command, log_root);
        self.follow(command, (log, log_root), stop, &mut run, on_output);
        run.duration_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        run
    }

    fn follow(
        &self,
        command: &Command,
        (log, log_root): (&Path, &Path),
        stop: &Stop,
        run: &mut Run,
        on_output: &mut dyn FnMut(Stream, &[u8]),
    ) {
        let begun = Instant::now();
        let mut capture = match Capture::create(log, command.log_limit) {
            Ok(capture) => capture,
            Err(error) => {
                run.ended =
                    Ended::NotStarted { reason: format!("cannot write its log {}: {error}", log.display()) };
                return;
            }
        };
        let mark = format!("{}-{}", self.mark, self.count.fetch_add(1, Ordering::Relaxed));
        match self.spawn(command, &mark) {
            Ok((child, readers)) => {
                let leader = child.id();
                self.tell_guard(|guard| guard.watch(leader));
                let mut watch = Watch::new(child, Tree::new(mark, leader), begun, command.timeout);
                run.ended = watch.follow(&self.interrupt, stop, &readers, &mut |stream, chunk| {
                    capture.take(chunk);
                    on_output(stream, chunk);
                });
                run.left_behind = watch.left_behind();
                self.tell_guard(|guard| guard.forget(leader));
            }
            Err(error) => run.ended = Ended::NotStarted { reason: start_problem(command, &error) },
        }
        capture.finish();
        run.log = log.strip_prefix(log_root).unwrap_or(log).to_string_lossy().replace('\\', "/");
        run.log_truncated = capture.truncated();
        run.tail = capture.tail();
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one place that starts a program")]
    fn spawn(&self, command: &Command, mark: &str) -> std::io::Result<(Box<dyn ChildWrapper>, Readers)> {
        let (program, args) = command.argv.split_first().ok_or(std::io::ErrorKind::InvalidInput)?;
        let mut std_command = std::process::Command::new(program);
        std_command.args(args).current_dir(&command.directory).stdin(Stdio::null());
        std_command.env_clear().envs(self.env.iter().map(|(key, value)| (key, value)));
        for (key, value) in &command.env {
            match value {
                Some(value) => std_command.env(key, value),
                None => std_command.env_remove(key),
            };
        }
        std_command.env(tree::MARK_VARIABLE, mark);
        let mut readers = Readers::default();
        if command.merge_streams {
            let (reader, writer) = std::io::pipe()?;
            std_command.stdout(writer.try_clone()?).stderr(writer);
            readers.add(Stream::Stdout, reader);
        } else {
            let (reader, writer) = std::io::pipe()?;
            std_command.stdout(writer);
            readers.add(Stream::Stdout, reader);
            let (reader, writer) = std::io::pipe()?;
            std_command.stderr(writer);
            readers.add(Stream::Stderr, reader);
        }
        let mut wrapped = CommandWrap::from(std_command);
        #[cfg(unix)]
        wrapped.wrap(process_wrap::std::ProcessGroup::leader());
        #[cfg(windows)]
        wrapped.wrap(process_wrap::std::JobObject);
        // The command, and with it our ends of the pipes, is dropped on return: end of file can be seen.
        let child = wrapped.spawn()?;
        Ok((child, readers))
    }

    fn tell_guard(&self, tell: impl FnOnce(&mut Guard)) {
        if let Ok(mut guard) = self.guard.lock()
            && let Some(guard) = guard.as_mut()
        {
            tell(guard);
        }
    }

    /// Runs a short command and gives its standard output; bytes that are not UTF-8 become U+FFFD.
    ///
    /// # Errors
    /// A tool error that shows the command, its folder and the end of its standard error.
    pub fn output(&self, argv: &[&str], directory: &Path) -> Result<String> {
        let output = self.try_output(argv, directory)?;
        match output {
            Ok(stdout) => Ok(stdout),
            Err(stderr) => Err(Error::tool(format!(
                "`{}` failed in {}: {}",
                argv.join(" "),
                directory.display(),
                stderr.trim()
            ))
            .help("run it by hand to see more")),
        }
    }

    /// Runs a short command: `Ok(Ok(stdout))` if it succeeded, `Ok(Err(stderr))` if it did not.
    ///
    /// # Errors
    /// A tool error if it could not be started, or if somebody asked the run to stop.
    pub fn try_output(&self, argv: &[&str], directory: &Path) -> Result<std::result::Result<String, String>> {
        // A file's name may be any bytes, and one odd name is no reason to judge nothing.
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Ok(self.try_bytes(argv, directory)?.map(text))
    }

    /// As [`Processes::try_output`], with standard output as it is.
    ///
    /// # Errors
    /// As [`Processes::try_output`].
    pub fn try_bytes(&self, argv: &[&str], directory: &Path) -> Result<std::result::Result<Vec<u8>, String>> {
        let shown = argv.join(" ");
        let (program, args) =
            argv.split_first().ok_or_else(|| Error::tool("an empty command cannot be run"))?;
        let not_started = |error: &dyn std::fmt::Display| {
            Error::tool(format!("`{shown}` could not be started: {error}"))
                .help(format!("install {program}, or put it on PATH"))
        };
        // xshell runs what it is given by name through the PATH of this process; the checks run with
        // the host's, so the program is looked up there.
        let path = self.find(program).ok_or_else(|| not_started(&"no such program on PATH"))?;
        let shell = xshell::Shell::new().map_err(|error| not_started(&error))?;
        shell.change_dir(directory);
        let output = shell
            .cmd(path)
            .args(args)
            .env_clear()
            .envs(self.env.iter().map(|(key, value)| (key, value)))
            .quiet()
            .ignore_status()
            .output()
            .map_err(|error| not_started(&error))?;
        if self.interrupt.raised() {
            return Err(interrupted());
        }
        if !output.status.success() {
            return Ok(Err(String::from_utf8_lossy(&output.stderr).into_owned()));
        }
        Ok(Ok(output.stdout))
    }

    /// The program of that name on `PATH` or in cargo's own `bin` folder; a path is taken as it is.
    pub fn find(&self, program: &str) -> Option<PathBuf> {
        if Path::new(program).components().count() > 1 {
            return Some(PathBuf::from(program)).filter(|path| path.is_file());
        }
        let variable = |name: &str| {
            self.env.iter().find(|(key, _)| key.as_os_str() == OsStr::new(name)).map(|(_, value)| value)
        };
        let mut folders: Vec<PathBuf> = std::env::split_paths(variable("PATH")?).collect();
        folders.extend(variable("CARGO_HOME").map(|home| Path::new(home).join("bin")));
        let file = format!("{program}{}", std::env::consts::EXE_SUFFIX);
        folders.into_iter().map(|folder| folder.join(&file)).find(|path| tree::is_executable(path))
    }

    /// A variable of the environment that programs are started with.
    pub fn var(&self, name: &str) -> Option<&str> {
        let (_, value) = self.env.iter().find(|(key, _)| key == name)?;
        value.to_str().filter(|value| !value.is_empty())
    }

    /// The variables of that environment whose names and values are text.
    pub fn variables(&self) -> impl Iterator<Item = (&str, &str)> {
        self.env.iter().filter_map(|(name, value)| Some((name.to_str()?, value.to_str()?)))
    }

    /// Whether somebody asked this run to stop.
    pub fn interrupted(&self) -> bool {
        self.interrupt.raised()
    }
}

/// What ends a run that somebody asked to stop.
pub fn interrupted() -> Error {
    Error::tool("interrupted: the run was stopped and nothing was written")
        .help("reports of an earlier run, if there are any, stand as they were; run it again")
}

fn unstarted(command: &Command, log_root: &Path) -> Run {
    Run {
        command: command.shown(Some(log_root)),
        ended: Ended::NotStarted { reason: String::new() },
        duration_ms: 0,
        log: String::new(),
        log_truncated: false,
        tail: String::new(),
        left_behind: 0,
    }
}

fn start_problem(command: &Command, error: &std::io::Error) -> String {
    let program = command.argv.first().map(|arg| arg.to_string_lossy().into_owned()).unwrap_or_default();
    if command.directory.is_dir() {
        format!("`{program}` could not be started: {error}")
    } else {
        format!("its folder {} does not exist", command.directory.display())
    }
}

#[cfg(test)]
mod tests;
