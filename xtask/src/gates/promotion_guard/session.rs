//! One check being carried out: its programs share one time budget and one record.

use std::path::Path;
use std::time::Duration;

use super::commands::Commands;
use crate::evidence::checks::Facts;
use crate::evidence::{CheckRecord, CheckState, Ended, Run};
use crate::gather::Context;
use crate::process::{Command, Stream};

/// A check being carried out.
pub(super) struct Session<'a> {
    /// What it works with.
    pub(super) ctx: Context<'a>,
    /// Its commands.
    pub(super) commands: Commands<'a>,
    record: CheckRecord,
    timeout: Duration,
}

impl<'a> Session<'a> {
    /// Begins a check. `command` is what is told to whoever watches.
    pub(super) fn begin(ctx: &Context<'a>, check: &str, timeout: Duration, command: &Command) -> Self {
        ctx.progress.started(check, &command.display());
        let record = CheckRecord::new(check, CheckState::Gathered);
        Session { ctx: *ctx, commands: Commands::new(ctx), record, timeout }
    }

    /// What is left of the time budget.
    pub(super) fn remaining(&self) -> Duration {
        let spent = self.record.runs.iter().map(|run| Duration::from_millis(run.duration_ms)).sum();
        self.timeout.saturating_sub(spent).max(Duration::from_millis(1))
    }

    /// Runs a program to its end. The record keeps how that went, with the paths of the machine left out.
    pub(super) fn run(
        &mut self,
        command: &Command,
        log: &str,
        on_line: &mut dyn FnMut(Stream, &[u8]),
    ) -> &Run {
        let log = self.ctx.log(log);
        let run = self.ctx.processes.run(command, &log, self.ctx.staging, on_line);
        self.record.duration_ms = self.record.duration_ms.saturating_add(run.duration_ms);
        self.record.runs.push(run);
        // It was pushed just now.
        &self.record.runs[self.record.runs.len() - 1]
    }

    /// Whether the last program ended by itself with status 0.
    pub(super) fn succeeded(&self) -> bool {
        self.record.runs.last().is_some_and(|run| run.ended.success())
    }

    /// Whether the last program was cut short, so that the next one should not be started.
    pub(super) fn cut_short(&self) -> bool {
        !self.record.runs.last().is_some_and(|run| matches!(run.ended, Ended::Exited { .. }))
    }

    /// The first line of the last program's output that begins an error, with `: ` before it.
    pub(super) fn complaint(&self) -> String {
        let line = self.record.runs.last().and_then(|run| super::text::error_line(&run.tail));
        line.map(|line| format!(": {line}")).unwrap_or_default()
    }

    /// What cargo said if a component or subcommand is missing.
    pub(super) fn missing_tool(&self) -> Option<String> {
        let run = self.record.runs.last().filter(|run| !run.ended.success())?;
        let line = run.tail.lines().find(|line| {
            line.contains("is not installed for the toolchain") || line.contains("no such command")
        })?;
        Some(line.trim_start_matches("error: ").to_owned())
    }

    /// A place that a program names, as reports show it; `None` if it is not a file of the workspace.
    pub(super) fn place(&self, file: &str) -> Option<String> {
        place(&self.ctx.workspace.root, file)
    }

    /// Says so if a cargo subcommand is an alias here: then something else was run under its name.
    pub(super) fn aliased(&self, command: &str) -> Option<String> {
        let place = super::cargo_config::alias(&self.ctx, command)?;
        Some(format!("{place} makes an alias of `cargo {command}`, so it is not what was run"))
    }

    /// Ends the check.
    pub(super) fn finish(mut self, facts: Option<Facts>, problem: Option<String>) -> CheckRecord {
        self.record.facts = facts;
        self.record.problem = problem;
        self.ctx.progress.finished(&self.record.check, &super::summary::line(&self.record));
        self.record
    }
}

/// A file that a program names, relative to the workspace; `None` if it is not a file of it.
pub(super) fn place(root: &Path, file: &str) -> Option<String> {
    let path = root.join(file);
    let outside = path.components().any(|part| matches!(part, std::path::Component::ParentDir));
    if outside || !path.is_file() {
        return None;
    }
    Some(path.strip_prefix(root).ok()?.to_string_lossy().replace('\\', "/"))
}
