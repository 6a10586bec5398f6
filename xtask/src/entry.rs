//! Arguments, clock and environment in, exit status out. Nothing else in the crate reads them.
//!
//! It is the body of `main.rs`, in the library because the thin package that `init` writes into another
//! workspace has no other body than this one.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use crate::cli::Cli;
use crate::error::{Error, Kind, Result};
use crate::host::{Host, Interrupt};
use crate::process::guard;
use clap::Parser;

/// Bad usage, configuration or ref.
const USAGE: u8 = 2;
/// The tool itself could not do its work.
const TOOL: u8 = 3;

/// Carries out the command that this process was started with, and gives its exit status: 0, 1, 2 or 3, as
/// section 6 of the design has them. Starts nothing anew in a process that is the guard of another.
pub fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().is_some_and(|argument| argument == guard::ARGUMENT) {
        guard::stand(&arguments.collect::<Vec<_>>(), std::io::stdin().lock());
        return ExitCode::SUCCESS;
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(message) => {
            // A closed stream is no reason to say anything else than the arguments deserve.
            let _ = message.print();
            return if message.use_stderr() { USAGE.into() } else { ExitCode::SUCCESS };
        }
    };
    let interrupt = Interrupt::default();
    let raised = interrupt.clone();
    if let Err(error) = ctrlc::set_handler(move || raised.raise()) {
        // Not `eprintln!`: it panics where standard error is closed.
        let _ = writeln!(std::io::stderr(), "warning: Ctrl-C will not end the checks cleanly: {error}");
    }
    // A panic is a bug of the tool, never a verdict: it must not end with a status that means another thing.
    let ended = std::panic::catch_unwind(|| host(interrupt).and_then(|host| crate::run(&cli, &host)));
    match ended {
        Ok(Ok(status)) => status.into(),
        Ok(Err(error)) => {
            let _ = writeln!(std::io::stderr(), "{error}");
            match error.kind() {
                Kind::Usage => USAGE.into(),
                Kind::Tool => TOOL.into(),
            }
        }
        Err(_) => {
            let _ =
                writeln!(std::io::stderr(), "error: the tool failed; this is a bug in it, not in your code");
            TOOL.into()
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that reads clock and environment")]
fn host(interrupt: Interrupt) -> Result<Host> {
    let current_dir = std::env::current_dir()
        .map_err(|error| Error::tool(format!("the current folder cannot be read: {error}")))?;
    Ok(Host {
        now: time::OffsetDateTime::now_utc(),
        env: std::env::vars_os().collect(),
        current_dir,
        exe: std::env::current_exe().ok(),
        stdout_terminal: std::io::stdout().is_terminal(),
        stderr_terminal: std::io::stderr().is_terminal(),
        interrupt,
    })
}
