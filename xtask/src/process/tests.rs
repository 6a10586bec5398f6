//! Tiny real programs, run for real.

use std::time::{Duration, Instant};

use time::OffsetDateTime;

use super::{Command, Processes, Stream};
use crate::evidence::{Ended, Run};
use crate::host::{Host, Interrupt};

#[expect(clippy::disallowed_methods, reason = "the tests stand in for main here")]
fn host(interrupt: Interrupt) -> Host {
    Host {
        now: OffsetDateTime::now_utc(),
        env: std::env::vars_os().collect(),
        current_dir: std::env::temp_dir(),
        exe: None,
        stdout_terminal: false,
        stderr_terminal: false,
        interrupt,
    }
}

fn run(command: &Command) -> (Run, Vec<(Stream, String)>, String) {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("logs/check.log");
    let mut lines = Vec::new();
    let run =
        Processes::new(&host(Interrupt::default())).run(command, &log, folder.path(), &mut |s, line| {
            lines.push((s, String::from_utf8_lossy(line).into_owned()));
        });
    let text = String::from_utf8_lossy(&std::fs::read(&log).unwrap()).into_owned();
    (run, lines, text)
}

fn shell(script: &str, seconds: u64) -> Command {
    Command::new(["sh", "-c", script], &std::env::temp_dir(), Duration::from_secs(seconds))
}

#[test]
fn both_streams_reach_the_lines_the_log_and_the_tail() {
    let (run, lines, log) = run(&shell("echo out; echo err >&2; exit 3", 30));
    assert_eq!(run.ended, Ended::Exited { status: 3 });
    assert!(lines.contains(&(Stream::Stdout, "out".into())), "{lines:?}");
    assert!(lines.contains(&(Stream::Stderr, "err".into())), "{lines:?}");
    assert!(log.contains("out\n") && log.contains("err\n"));
    assert!(run.tail.contains("out"));
    assert_eq!(run.log, "logs/check.log");
}

#[test]
fn merged_streams_keep_their_order() {
    let (_, lines, _) = run(&shell("for i in 1 2 3; do echo out$i; echo err$i >&2; done", 30).merged());
    let texts: Vec<&str> = lines.iter().map(|(_, line)| line.as_str()).collect();
    assert_eq!(texts, ["out1", "err1", "out2", "err2", "out3", "err3"]);
}

#[test]
fn a_signal_is_told_apart_from_a_status() {
    let (run, _, _) = run(&shell("kill -ABRT $$", 30));
    assert_eq!(run.ended, Ended::Signalled { signal: 6 });
}

#[test]
fn what_cannot_be_started_says_so() {
    let folder = std::env::temp_dir();
    let (first, _, _) = run(&Command::new(["no-such-program-here"], &folder, Duration::from_secs(5)));
    let Ended::NotStarted { reason } = first.ended else { panic!("{:?}", first.ended) };
    assert!(reason.contains("no-such-program-here"), "{reason}");
    let (second, _, _) = run(&Command::new(["true"], &folder.join("no/such"), Duration::from_secs(5)));
    let Ended::NotStarted { reason } = second.ended else { panic!("{:?}", second.ended) };
    assert!(reason.contains("does not exist"), "{reason}");
}

#[test]
fn a_time_out_ends_the_tree_also_where_it_left_the_group_and_ignores_sigterm() {
    let token = format!("31.{}", std::process::id());
    // setsid: a group of its own, as nextest gives each test; the trap: it will not go when asked.
    let script = format!("setsid sh -c 'trap \"\" TERM; sleep {token} & sleep {token}; :' & sleep {token}");
    let begun = Instant::now();
    let (run, _, _) = run(&shell(&script, 1));
    assert_eq!(run.ended, Ended::TimedOut { after_ms: 1000 });
    assert!(begun.elapsed() < Duration::from_secs(15));
    assert_eq!(running_with(&token), 0);
}

#[test]
fn a_daemon_that_holds_the_pipe_is_ended_and_counted() {
    let token = format!("32.{}", std::process::id());
    let begun = Instant::now();
    let (run, lines, _) = run(&shell(&format!("setsid sleep {token} & echo done"), 60));
    assert_eq!(run.ended, Ended::Exited { status: 0 });
    assert!(lines.contains(&(Stream::Stdout, "done".into())));
    assert!(run.left_behind >= 1);
    assert!(begun.elapsed() < Duration::from_secs(15));
    assert_eq!(running_with(&token), 0);
}

#[test]
fn an_interrupt_ends_the_program() {
    let interrupt = Interrupt::default();
    let processes = Processes::new(&host(interrupt.clone()));
    let folder = tempfile::tempdir().unwrap();
    let run = std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(200));
            interrupt.raise();
        });
        let log = folder.path().join("check.log");
        processes.run(&shell("sleep 33", 60), &log, folder.path(), &mut |_, _| {})
    });
    assert_eq!(run.ended, Ended::Interrupted);
}

#[test]
fn much_output_is_read_in_bounded_memory_and_none_of_it_is_lost() {
    let mut bytes = 0usize;
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("check.log");
    let command = shell("yes 0123456789abcdef | head -c 34000000", 60);
    let run =
        Processes::new(&host(Interrupt::default()))
            .run(&command, &log, folder.path(), &mut |_, line| bytes += line.len() + 1);
    assert!(run.ended.success());
    assert_eq!(bytes, 34_000_000);
    assert_eq!(log.metadata().unwrap().len(), 34_000_000);
    assert!(run.tail.len() <= 8 * 1024);
}

#[test]
fn short_commands_give_their_output_or_their_error() {
    let processes = Processes::new(&host(Interrupt::default()));
    let folder = std::env::temp_dir();
    assert_eq!(processes.output(&["echo", "a b"], &folder).unwrap(), "a b\n");
    let error = processes.output(&["sh", "-c", "echo no >&2; exit 1"], &folder).unwrap_err().to_string();
    assert!(error.contains("no") && error.contains("sh -c"), "{error}");
    let error = processes.output(&["no-such-program-here"], &folder).unwrap_err().to_string();
    assert!(error.contains("could not be started") && error.contains("help"), "{error}");
    assert_eq!(processes.output(&["printf", r"a\377b"], &folder).unwrap(), "a\u{fffd}b");
    assert!(processes.find("sh").is_some());
    assert!(processes.find("no-such-program-here").is_none());
}

#[test]
fn runners_of_one_moment_leave_each_others_programs_alone() {
    let host = host(Interrupt::default());
    let [long, short] = [Processes::new(&host), Processes::new(&host)];
    let token = format!("1.{}", std::process::id());
    let folder = tempfile::tempdir().unwrap();
    let start = |processes: &Processes, script: &str, log: &str| {
        processes.run(&shell(script, 60), &folder.path().join(log), folder.path(), &mut |_, _| {})
    };
    std::thread::scope(|scope| {
        let running = scope.spawn(|| start(&long, &format!("sleep {token}; exit 7"), "long.log"));
        while running_with(&token) == 0 {
            std::thread::sleep(Duration::from_millis(10));
        }
        assert_eq!(start(&short, ":", "short.log").left_behind, 0);
        assert_eq!(running.join().unwrap().ended, Ended::Exited { status: 7 });
    });
}

#[test]
fn the_guard_ends_what_a_killed_run_left() {
    let processes = Processes::new(&host(Interrupt::default()));
    let token = format!("35.{}", std::process::id());
    let folder = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        let running = scope.spawn(|| {
            let log = folder.path().join("check.log");
            processes.run(
                &shell(&format!("setsid sleep {token}; :"), 60),
                &log,
                folder.path(),
                &mut |_, _| {},
            )
        });
        while running_with(&token) == 0 {
            std::thread::sleep(Duration::from_millis(10));
        }
        super::guard::stand(&[processes.mark.clone().into()], std::io::empty());
        let run = running.join().unwrap();
        assert_eq!(run.ended, Ended::Signalled { signal: 9 });
    });
    assert_eq!(running_with(&token), 0);
}

/// How many processes have that text among their arguments.
fn running_with(token: &str) -> usize {
    let entries = std::fs::read_dir("/proc").unwrap();
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| {
        let arguments = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        arguments.split(|byte| *byte == 0).any(|argument| argument == token.as_bytes())
    })
    .count()
}

fn serve(script: &str, grace: Duration) -> (Run, String) {
    let folder = tempfile::tempdir().unwrap();
    let stop = super::Stop::with_grace(grace);
    let (raise, mut output) = (stop.clone(), Vec::new());
    let mut command = shell(script, 60);
    command.log_limit = 4;
    let log = folder.path().join("x.log");
    let run = Processes::new(&host(Interrupt::default())).serve(
        &command,
        &log,
        folder.path(),
        &stop,
        &mut |_, chunk| {
            output.extend_from_slice(chunk);
            if String::from_utf8_lossy(&output).contains("ready") {
                raise.raise();
            }
        },
    );
    (run, String::from_utf8_lossy(&output).into_owned())
}

#[test]
fn what_serves_is_asked_to_end_and_what_it_says_then_is_heard() {
    let (run, output) =
        serve("trap 'echo bye; exit 7' TERM; echo ready; while :; do sleep 0.05; done", GRACE);
    assert_eq!(run.ended, Ended::Stopped { killed: false, status: Some(7), signal: None });
    assert!(output.contains("bye"), "{output}");
    assert!(run.log_truncated);
}

const GRACE: Duration = Duration::from_secs(30);

#[test]
fn what_does_not_end_when_asked_is_killed_with_its_tree() {
    let token = format!("33.{}", std::process::id());
    let script = format!("trap '' TERM; setsid sleep {token} & echo ready; while :; do sleep 0.05; done");
    let (run, _) = serve(&script, Duration::from_millis(300));
    assert_eq!(run.ended, Ended::Stopped { killed: true, status: None, signal: Some(9) });
    assert_eq!(running_with(&token), 0);
}

#[test]
fn what_knows_nothing_of_sigterm_is_ended_by_it() {
    let (run, _) = serve("echo ready; exec sleep 600", GRACE);
    assert_eq!(run.ended, Ended::Stopped { killed: false, status: None, signal: Some(15) });
}

#[test]
fn what_ends_before_it_is_asked_was_not_stopped() {
    let (run, _) = serve("echo early; exit 3", GRACE);
    assert_eq!(run.ended, Ended::Exited { status: 3 });
}
