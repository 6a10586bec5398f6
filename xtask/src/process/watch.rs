//! Watches a running program to its end: deadline, interrupt, exit, and what it leaves behind.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use process_wrap::std::ChildWrapper;

use super::Stream;
use super::capture::{Next, Readers};
use super::tree::Tree;
use crate::evidence::Ended;
use crate::host::Interrupt;

/// How long a terminated tree may take to end by itself before it is killed. nextest gives its own
/// tests ten seconds; whatever of it is left after this is killed with its tests.
const GRACE: Duration = Duration::from_secs(5);

/// How long the pipes may stay open after the program itself has ended.
const PIPE_GRACE: Duration = Duration::from_secs(2);

/// How often deadline, interrupt and exit are looked at.
const TICK: Duration = Duration::from_millis(20);

/// Asks a program that serves to end. Clones ask the same one.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    raised: Arc<AtomicBool>,
    grace: Option<Duration>,
}

impl Stop {
    /// With so long a time for the program to end by itself.
    pub fn with_grace(grace: Duration) -> Self {
        Stop { raised: Arc::default(), grace: Some(grace) }
    }

    /// Asks it to end.
    pub fn raise(&self) {
        self.raised.store(true, Ordering::SeqCst);
    }

    fn raised(&self) -> bool {
        self.raised.load(Ordering::SeqCst)
    }
}

/// A running program, watched to its end.
pub(super) struct Watch {
    child: Box<dyn ChildWrapper>,
    tree: Tree,
    begun: Instant,
    timeout: Duration,
    left_behind: u32,
}

impl Watch {
    pub(super) fn new(child: Box<dyn ChildWrapper>, tree: Tree, begun: Instant, timeout: Duration) -> Self {
        Watch { child, tree, begun, timeout, left_behind: 0 }
    }

    /// How many processes it left running; they were ended.
    pub(super) fn left_behind(&self) -> u32 {
        self.left_behind
    }

    /// Hands on the program's output until it has ended and its pipes are closed or given up on.
    pub(super) fn follow(
        &mut self,
        interrupt: &Interrupt,
        stop: &Stop,
        readers: &Readers,
        take: &mut dyn FnMut(Stream, &[u8]),
    ) -> Ended {
        let mut ended = None;
        let mut stopping: Option<Instant> = None;
        let mut open = readers.count();
        let mut grace = GRACE;
        loop {
            match readers.next(TICK) {
                Next::Chunk(stream, chunk) => take(stream, &chunk),
                Next::Closed => open = open.saturating_sub(1),
                Next::Nothing => {}
            }
            // A wait that fails cannot be repeated with more success: the program counts as gone.
            let gone = match self.child.try_wait() {
                Ok(Some(status)) => {
                    let own = from_status(status);
                    match (&mut ended, &own) {
                        (Some(Ended::Stopped { status, .. }), Ended::Exited { status: own }) => {
                            *status = Some(*own);
                        }
                        (Some(Ended::Stopped { signal, .. }), Ended::Signalled { signal: own }) => {
                            *signal = Some(*own);
                        }
                        (Some(_), _) => {}
                        (None, _) => ended = Some(own),
                    }
                    true
                }
                Ok(None) => false,
                Err(_) => true,
            };
            if !gone && ended.is_none() && stopping.is_none() {
                if interrupt.raised() {
                    ended = Some(Ended::Interrupted);
                } else if self.begun.elapsed() >= self.timeout {
                    let after_ms = u64::try_from(self.timeout.as_millis()).unwrap_or(u64::MAX);
                    ended = Some(Ended::TimedOut { after_ms });
                } else if stop.raised() {
                    grace = stop.grace.unwrap_or(GRACE);
                    ended = Some(Ended::Stopped { killed: false, status: None, signal: None });
                }
                if ended.is_some() {
                    stopping = Some(Instant::now());
                    self.tree.terminate();
                }
            }
            if !gone && stopping.is_some_and(|since| since.elapsed() >= grace) {
                if let Some(Ended::Stopped { killed, .. }) = &mut ended {
                    *killed = true;
                }
                self.tree.kill();
                let _ = self.child.start_kill();
            }
            if gone {
                self.drain(readers, open, take);
                return ended.unwrap_or(Ended::NotStarted { reason: "it could not be waited for".into() });
            }
        }
    }

    /// Reads what is left in the pipes; ends what holds them open, and what else was left behind.
    fn drain(&mut self, readers: &Readers, mut open: usize, take: &mut dyn FnMut(Stream, &[u8])) {
        let since = Instant::now();
        let mut swept = false;
        while open > 0 && since.elapsed() < PIPE_GRACE * 2 {
            match readers.next(TICK) {
                Next::Chunk(stream, chunk) => take(stream, &chunk),
                Next::Closed => open -= 1,
                Next::Nothing if !swept && since.elapsed() >= PIPE_GRACE => {
                    swept = true;
                    self.left_behind += self.tree.sweep();
                }
                Next::Nothing => {}
            }
        }
        self.left_behind += self.tree.sweep();
    }
}

#[cfg(unix)]
fn from_status(status: std::process::ExitStatus) -> Ended {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(status), _) => Ended::Exited { status },
        (None, Some(signal)) => Ended::Signalled { signal },
        (None, None) => Ended::NotStarted { reason: "it ended with neither a status nor a signal".into() },
    }
}

#[cfg(not(unix))]
fn from_status(status: std::process::ExitStatus) -> Ended {
    match status.code() {
        Some(status) => Ended::Exited { status },
        None => Ended::NotStarted { reason: "it ended without a status".into() },
    }
}
