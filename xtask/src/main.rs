//! Arguments, clock and environment in, exit status out. Nothing else in the crate reads them.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use clap::Parser;
use xtask::cli::Cli;
use xtask::error::Kind;
use xtask::host::{Host, Interrupt};
use xtask::process::guard;

/// Bad usage, configuration or ref.
const USAGE: u8 = 2;
/// The tool itself could not do its work.
const TOOL: u8 = 3;

fn main() -> ExitCode {
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
    let ended = std::panic::catch_unwind(|| host(interrupt).and_then(|host| xtask::run(&cli, &host)));
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
fn host(interrupt: Interrupt) -> xtask::error::Result<Host> {
    let current_dir = std::env::current_dir()
        .map_err(|error| xtask::error::Error::tool(format!("the current folder cannot be read: {error}")))?;
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
