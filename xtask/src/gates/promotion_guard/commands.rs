//! The commands that the checks run. `--dry-run` prints what these functions return, and the
//! gatherers run the same values, so the plan cannot differ from the run.
//!
//! All of them build the whole workspace, locked, with the chosen features, into the target folder
//! that the user's own builds use, and without colour or progress bars in their output.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::gather::Context;
use crate::process::Command;
use crate::settings::{CustomCheck, Settings};

/// The name of our nextest profile, and of us as a nextest tool.
pub(super) const PROFILE: &str = "xtask-maturity";

/// What every command needs to know.
#[derive(Clone, Copy)]
pub(in crate::gates) struct Commands<'a> {
    root: &'a Path,
    cargo: &'a Path,
    offline: bool,
    settings: &'a Settings,
    jobs: Option<u32>,
    staging: &'a Path,
}

impl<'a> Commands<'a> {
    /// The commands of this run.
    pub(in crate::gates) fn new(ctx: &Context<'a>) -> Self {
        Commands {
            root: &ctx.workspace.root,
            cargo: &ctx.workspace.cargo,
            offline: ctx.workspace.offline,
            settings: ctx.settings,
            jobs: ctx.jobs,
            staging: ctx.staging,
        }
    }

    /// Builds the tests and says, as JSON, which executables there are and what the compiler thinks.
    pub(super) fn tests_build(&self, timeout: Duration) -> Command {
        self.cargo(
            &["test", "--workspace", "--tests", "--no-run", "--message-format", "json"],
            "--jobs",
            &[],
            timeout,
        )
    }

    /// Builds the binaries of services and says, as JSON, where they are. With the whole workspace's
    /// features, as the tests are built, so that what those have built already is not built again.
    pub(in crate::gates) fn services_build(&self, binaries: &[&str], timeout: Duration) -> Command {
        let mut head = vec!["build", "--workspace", "--message-format", "json"];
        binaries.iter().for_each(|binary| head.extend(["--bin", binary]));
        self.cargo(&head, "--jobs", &[], timeout)
    }

    /// Runs the built tests with plain cargo.
    pub(super) fn tests_run(&self, timeout: Duration) -> Command {
        self.cargo(&["test", "--workspace", "--tests", "--no-fail-fast"], "--jobs", &[], timeout).merged()
    }

    /// Lists the tests that nextest would run, and those that it would not.
    pub(super) fn nextest_list(&self, timeout: Duration, whole: bool) -> Command {
        let mut tail = self.nextest_profile();
        if whole {
            tail.push("--ignore-default-filter".into());
        }
        // The pretty form has short lines; the other one is a single line of any length.
        let head = ["nextest", "list", "--workspace", "--tests", "--message-format", "json-pretty"];
        self.cargo(&head, "--build-jobs", &tail, timeout)
    }

    /// Runs the tests with nextest.
    pub(super) fn nextest_run(&self, timeout: Duration) -> Command {
        let mut tail = self.nextest_profile();
        tail.extend(["--no-tests".into(), "fail".into()]);
        if let Some(jobs) = self.jobs {
            tail.extend(["--test-threads".into(), jobs.to_string()]);
        }
        let head = ["nextest", "run", "--workspace", "--tests", "--no-fail-fast"];
        self.cargo(&head, "--build-jobs", &tail, timeout)
    }

    /// Runs the documentation tests. `--doc` alone would also run those of packages whose manifest turns
    /// them off, which `cargo test` does not do; those are named in `without`.
    pub(super) fn doc_tests(&self, timeout: Duration, without: &[&str]) -> Command {
        let mut head = vec!["test", "--workspace", "--doc", "--no-fail-fast"];
        without.iter().for_each(|package| head.extend(["--exclude", package]));
        self.cargo(&head, "--jobs", &[], timeout).merged()
    }

    /// Runs clippy over all targets.
    pub(super) fn lint(&self, timeout: Duration) -> Command {
        let mut tail = vec!["--".to_owned()];
        for lint in &self.settings.promotion_guard.lint.deny {
            tail.extend(["-D".to_owned(), lint.clone()]);
        }
        let head = ["clippy", "--workspace", "--all-targets", "--keep-going", "--message-format", "json"];
        self.cargo(&head, "--jobs", &tail, timeout)
    }

    /// Runs rustfmt over all targets' files. `--verbose` makes cargo fmt say which it was given.
    pub(super) fn format(&self, timeout: Duration) -> Command {
        let argv = ["fmt", "--all", "--check", "--verbose", "--", "--color", "never"].map(OsString::from);
        let argv = std::iter::once(self.cargo.into()).chain(argv);
        quiet(Command::new(argv, self.root, timeout))
    }

    /// Runs a command of the user's own.
    pub(super) fn custom(&self, check: &CustomCheck) -> Command {
        let directory = self.root.join(&check.directory);
        let mut argv: Vec<OsString> = check.run.iter().map(OsString::from).collect();
        if let Some(program) = argv.first_mut() {
            // Whether a relative program is looked up from the old or the new folder differs between
            // platforms; from the new one is what people mean.
            let path = PathBuf::from(&*program);
            if path.is_relative() && path.components().count() > 1 {
                *program = directory.join(path).into_os_string();
            }
        }
        let mut command = Command::new(argv, &directory, check.timeout).merged();
        for (name, value) in &check.environment {
            command = command.env(name, value);
        }
        command
    }

    /// The file that holds our nextest profile during the run.
    pub(super) fn nextest_config(&self) -> PathBuf {
        self.staging.join("logs").join("nextest.toml")
    }

    /// The report that our nextest profile writes.
    pub(super) fn junit(&self) -> PathBuf {
        self.staging.join("logs").join("junit.xml")
    }

    fn nextest_profile(&self) -> Vec<String> {
        let config = self.nextest_config();
        let config = config.to_string_lossy();
        // A tool's file is read before the repository's, so it cannot inherit from a profile there. With a
        // profile to inherit from, our file is the repository's own with our profile added.
        let (flag, value) = match self.settings.promotion_guard.tests.nextest_profile {
            Some(_) => ("--config-file", config.into_owned()),
            None => ("--tool-config-file", format!("{PROFILE}:{config}")),
        };
        vec!["--profile".into(), PROFILE.into(), flag.into(), value]
    }

    fn cargo(&self, head: &[&str], jobs_flag: &str, tail: &[String], timeout: Duration) -> Command {
        let mut args: Vec<String> = head.iter().map(ToString::to_string).collect();
        args.push("--locked".into());
        if self.offline {
            args.push("--offline".into());
        }
        args.extend(self.settings.features.args());
        if let Some(jobs) = self.jobs {
            args.extend([jobs_flag.into(), jobs.to_string()]);
        }
        args.extend(["--color".into(), "never".into()]);
        args.extend_from_slice(tail);
        let argv = std::iter::once(self.cargo.into()).chain(args.into_iter().map(OsString::from));
        quiet(Command::new(argv, self.root, timeout))
    }
}

/// Makes cargo print the lines that are read back, whatever the user's configuration says.
fn quiet(command: Command) -> Command {
    let mut command = command
        .env("CARGO_TERM_COLOR", "never")
        .env("CARGO_TERM_PROGRESS_WHEN", "never")
        .env("CARGO_TERM_QUIET", "false")
        .env("CARGO_TERM_VERBOSE", "false");
    command.env.push(("RUST_TEST_NOCAPTURE".into(), None));
    command
}
