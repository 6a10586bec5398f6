//! What the outside world gave this run. `main` fills it in; everything else reads it from here,
//! so that tests can hand in a clock and an environment of their own.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use time::OffsetDateTime;

/// Clock, environment and streams of this run.
#[derive(Debug, Clone)]
pub struct Host {
    /// The moment at which the run began, UTC.
    pub now: OffsetDateTime,
    /// The whole environment.
    pub env: Vec<(OsString, OsString)>,
    /// The folder that the user is in.
    pub current_dir: PathBuf,
    /// This very executable, which the process runner starts as the guard of its children.
    pub exe: Option<PathBuf>,
    /// Whether standard output is a terminal.
    pub stdout_terminal: bool,
    /// Whether standard error is a terminal.
    pub stderr_terminal: bool,
    /// Set by Ctrl-C and by SIGTERM.
    pub interrupt: Interrupt,
}

impl Host {
    /// One with these variables and nothing else.
    #[cfg(test)]
    pub(crate) fn made_up(variables: &[(&str, &str)]) -> Host {
        Host {
            now: OffsetDateTime::UNIX_EPOCH,
            env: variables.iter().map(|(key, value)| (key.into(), value.into())).collect(),
            current_dir: "/here".into(),
            exe: None,
            stdout_terminal: false,
            stderr_terminal: false,
            interrupt: Interrupt::default(),
        }
    }

    /// A variable of the environment, if it is set, not empty and UTF-8.
    pub fn var(&self, name: &str) -> Option<&str> {
        let (_, value) = self.env.iter().find(|(key, _)| key == name)?;
        value.to_str().filter(|value| !value.is_empty())
    }
}

/// Whether somebody asked this run to stop.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Asks the run to stop.
    pub fn raise(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether it was asked to stop.
    pub fn raised(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
