//! Runs clippy and reads its JSON messages. Every member must show up in them.

use cargo_metadata::Target;

use super::cargo_config;
use super::commands::Commands;
use super::messages::{MessageReader, target_name};
use super::session::Session;
use crate::evidence::CheckRecord;
use crate::evidence::checks::{Facts, LintFacts};
use crate::gather::Context;
use crate::process::{Command, Stream};

/// The check's name.
pub(super) const NAME: &str = "lint";

/// The command.
pub(super) fn command(ctx: &Context<'_>) -> Command {
    Commands::new(ctx).lint(ctx.settings.promotion_guard.lint.timeout)
}

/// Carries the check out.
pub(super) fn gather(ctx: &Context<'_>) -> CheckRecord {
    let command = command(ctx);
    let mut session = Session::begin(ctx, NAME, command.timeout, &command);
    let mut reader = MessageReader::new(ctx.workspace);
    session.run(&command, NAME, &mut |stream, line| {
        if stream == Stream::Stdout {
            reader.line(line);
        }
    });
    if let Some(problem) = session.missing_tool() {
        return session.finish(None, Some(problem));
    }
    let messages = reader.finish();
    let mut facts = LintFacts { diagnostics: messages.diagnostics, ..LintFacts::default() };
    for package in ctx.workspace.members.workspace_packages() {
        let name = package.name.to_string();
        match messages.packages.contains(&name) {
            true => facts.packages_checked.push(name.clone()),
            false => facts.packages_unchecked.push(name.clone()),
        }
        // What needs features may be left out for good; cargo does not say so.
        let owed = |target: &&Target| !target.is_custom_build() && target.required_features.is_empty();
        let targets = package.targets.iter().filter(owed);
        let targets = targets.map(|target| format!("{name} {}", target_name(target)));
        facts.targets_unreached.extend(targets.filter(|target| !messages.targets.contains(target)));
    }
    let problem = match messages.unreadable {
        0 => cargo_config::lints_capped(ctx)
            .map(|place| format!("{place} holds --cap-lints, which keeps lints from being told"))
            .or_else(|| session.aliased("clippy")),
        number => Some(format!("{number} messages of clippy could not be read")),
    };
    session.finish(Some(Facts::Lint(facts)), problem)
}
