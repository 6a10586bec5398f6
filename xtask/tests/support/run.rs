//! Runs the tool in a sandbox, interrupts it where a case asks for that, and sees how it ended.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::case::{Case, fixtures};
use super::sandbox::Sandbox;

/// No case takes longer, even on a slow machine; a tool that does has lost its deadline.
const DEADLINE: Duration = Duration::from_secs(300);

/// How a run ended, and what it printed.
pub(crate) struct Outcome {
    pub(crate) ended: Ended,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// How a run ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    Exited(i32),
    Signalled,
    TooLate,
}

/// The run that a case judges.
pub(crate) fn tool(sandbox: &Sandbox, case: &Case) -> Outcome {
    let mut child = spawn(sandbox, case, &case.args);
    if let Some(signal) = &case.signal {
        interrupt(sandbox, case, &mut child, signal);
    }
    outcome(sandbox, &mut child)
}

/// Any run in the sandbox of a case.
pub(crate) fn with(sandbox: &Sandbox, case: &Case, args: &[String]) -> Outcome {
    outcome(sandbox, &mut spawn(sandbox, case, args))
}

fn outcome(sandbox: &Sandbox, child: &mut Child) -> Outcome {
    let ended = wait(child);
    let read = |name: &str| {
        let bytes = fs::read(sandbox.folder(name)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    Outcome { ended, stdout: read("stdout"), stderr: read("stderr") }
}

/// A run that prepares a case.
pub(crate) fn must_succeed(sandbox: &Sandbox, case: &Case, args: &[String]) {
    let Outcome { ended, stderr, .. } = with(sandbox, case, args);
    assert_eq!(ended, Ended::Exited(0), "case `{}`, before: {args:?}\n{stderr}", case.name);
}

/// Output goes to files, so that a process that holds on to it cannot hold up the harness.
fn spawn(sandbox: &Sandbox, case: &Case, args: &[String]) -> Child {
    let stream = |name: &str| File::create(sandbox.folder(name)).expect("a file for the output");
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(args).current_dir(&sandbox.workspace).env_clear().envs(&sandbox.env);
    if args.first().is_some_and(|command| command == "maturity" || command == "audit") {
        command.arg("--offline");
        if !case.db.is_empty() {
            command.arg("--advisory-db").arg(database(case));
        }
    }
    command.stdin(Stdio::null()).stdout(stream("stdout")).stderr(stream("stderr"));
    // A group of its own: a signal is for the tool alone, as it would be from a supervisor.
    command.process_group(0).spawn().expect("the tool starts")
}

fn database(case: &Case) -> std::path::PathBuf {
    let own = fixtures().join("cases").join(&case.name).join(&case.db);
    if own.exists() { own } else { fixtures().join(&case.db) }
}

/// Sends the signal as soon as the case's own code has left all its marks.
fn interrupt(sandbox: &Sandbox, case: &Case, child: &mut Child, signal: &str) {
    let signal: Signal = format!("SIG{signal}").parse().expect("the name of a signal");
    let deadline = Instant::now() + DEADLINE;
    let marks = sandbox.marks();
    while !case.marks.iter().all(|mark| fs::read_to_string(marks.join(mark)).is_ok_and(|pid| !pid.is_empty()))
    {
        let ended = child.try_wait().expect("the tool can be waited for");
        if ended.is_some() || Instant::now() > deadline {
            return;
        }
        thread::sleep(Duration::from_millis(20));
    }
    kill(Pid::from_raw(child.id().cast_signed()), signal).expect("the tool takes the signal");
}

fn wait(child: &mut Child) -> Ended {
    let deadline = Instant::now() + DEADLINE;
    while Instant::now() < deadline {
        if let Some(status) = child.try_wait().expect("the tool can be waited for") {
            return ended(status);
        }
        thread::sleep(Duration::from_millis(10));
    }
    let _ = child.kill();
    let _ = child.wait();
    Ended::TooLate
}

fn ended(status: ExitStatus) -> Ended {
    status.code().map_or(Ended::Signalled, Ended::Exited)
}

/// Ends the process that left a mark.
pub(crate) fn end(mark: &Path) {
    if let Some(pid) = fs::read_to_string(mark).ok().and_then(|pid| pid.trim().parse().ok()) {
        let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
    }
}

/// Whether a process runs. One that ended and that nobody waited for does not.
pub(crate) fn alive(pid: &str) -> bool {
    let Ok(pid) = pid.trim().parse::<i32>() else { return false };
    if Path::new("/proc/self/stat").exists() {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let state = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
        return !state.is_empty() && !state.starts_with(['Z', 'X']);
    }
    kill(Pid::from_raw(pid), None).is_ok()
}

#[test]
fn a_process_that_ended_is_told_from_one_that_runs() {
    let mut child = Command::new("sleep").arg("600").spawn().unwrap();
    let pid = child.id().to_string();
    assert!(alive(&pid));
    child.kill().unwrap();
    // Not waited for yet: it is gone all the same.
    let deadline = Instant::now() + Duration::from_secs(10);
    while alive(&pid) && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(5));
    }
    assert!(!alive(&pid));
    child.wait().unwrap();
    assert!(!alive(&pid) && !alive("no number"));
}
