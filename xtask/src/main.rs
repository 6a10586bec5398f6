//! The tool as a program. All that it is lies in the library, where other workspaces find it too.

use std::process::ExitCode;

/// Carries out one command.
fn main() -> ExitCode {
    xtask::main()
}
