//! The guard: a second process of this tool that outlives it by a moment.
//!
//! A run that is killed outright can clean nothing up. The guard holds the reading end of a pipe from
//! the run; when that closes, for whatever reason, it ends the groups that it was told of and every
//! process that carries the run's mark. It does nothing else, and it prints nothing.

use std::ffi::{OsStr, OsString};
use std::io::{BufRead, Write};
use std::path::Path;
use std::process::{Child, Stdio};

/// The hidden first argument with which the tool becomes the guard; the mark's beginning follows.
pub const ARGUMENT: &str = "__guard";

/// The run's side of it.
#[derive(Debug)]
pub(super) struct Guard {
    child: Child,
}

impl Guard {
    /// Starts the guard. Without one, only a kill of the run itself leaves processes behind, so a
    /// failure is no reason to stop.
    #[expect(
        clippy::disallowed_methods,
        reason = "process.rs and its parts are the one place that starts a program"
    )]
    pub(super) fn start(exe: &Path, mark: &str, env: &[(OsString, OsString)]) -> Option<Guard> {
        let mut command = std::process::Command::new(exe);
        command.arg(ARGUMENT).arg(mark).env_clear().envs(env.iter().map(|(key, value)| (key, value)));
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        // Not in the run's group: Ctrl-C on the terminal is for the run, and a kill of its group too.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command.spawn().ok().map(|child| Guard { child })
    }

    /// A group that must not outlive the run.
    pub(super) fn watch(&mut self, group: u32) {
        self.tell('+', group);
    }

    /// A group that has ended.
    pub(super) fn forget(&mut self, group: u32) {
        self.tell('-', group);
    }

    fn tell(&mut self, sign: char, group: u32) {
        if let Some(stdin) = self.child.stdin.as_mut() {
            // A guard that is gone cannot be told; the run itself still ends its programs.
            let _ = writeln!(stdin, "{sign}{group}");
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// The guard's side: listens until the run is gone, then ends what it left.
pub fn stand(arguments: &[OsString], input: impl BufRead) {
    let [mark] = arguments else { return };
    let Some(mark) = OsStr::to_str(mark).filter(|mark| !mark.is_empty()) else { return };
    let mut groups = std::collections::BTreeSet::new();
    for line in input.lines().map_while(Result::ok) {
        match (line.strip_prefix('+').map(str::parse::<u32>), line.strip_prefix('-').map(str::parse::<u32>)) {
            (Some(Ok(group)), _) => groups.insert(group),
            (_, Some(Ok(group))) => groups.remove(&group),
            _ => false,
        };
    }
    super::tree::end_all(mark, &groups.into_iter().collect::<Vec<_>>());
}
