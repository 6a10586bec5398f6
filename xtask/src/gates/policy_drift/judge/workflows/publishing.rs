//! What publishes: commands and actions that hand something to others.
//!
//! One table of each. What is not in them is not known to publish; a step that only asks, such as
//! `cargo publish --dry-run`, does not.

use super::super::super::shell::{self, Command};
use crate::evidence::rules::{Job, RuleFacts, Step};

/// How deep scripts and actions are followed.
const DEPTH: usize = 4;

/// Programs, and the words that must follow in this order, whatever stands between them.
const COMMANDS: &[(&str, &[&str])] = &[
    ("cargo", &["publish"]),
    ("cargo", &["release"]),
    ("cargo", &["smart-release"]),
    ("cargo", &["workspaces", "publish"]),
    ("cargo", &["ws", "publish"]),
    ("cargo", &["dist", "host"]),
    ("dist", &["host"]),
    ("release-plz", &["release"]),
    ("gh", &["release", "create"]),
    ("gh", &["release", "upload"]),
    ("gh", &["release", "edit"]),
    ("glab", &["release"]),
    ("npm", &["publish"]),
    ("pnpm", &["publish"]),
    ("yarn", &["publish"]),
    ("twine", &["upload"]),
    ("maturin", &["publish"]),
    ("maturin", &["upload"]),
    ("docker", &["push"]),
    ("docker", &["buildx", "build", "--push"]),
    ("docker", &["build", "--push"]),
    ("podman", &["push"]),
    ("buildah", &["push"]),
    ("skopeo", &["copy"]),
    ("crane", &["push"]),
    ("oras", &["push"]),
    ("helm", &["push"]),
    ("goreleaser", &["release"]),
    ("git", &["push", "--tags"]),
    ("git", &["push", "--follow-tags"]),
];

/// Actions that publish, by owner and repository in lower case.
const ACTIONS: &[&str] = &[
    "softprops/action-gh-release",
    "ncipollo/release-action",
    "actions/create-release",
    "actions/upload-release-asset",
    "svenstaro/upload-release-action",
    "marvinpinto/action-automatic-releases",
    "taiki-e/create-gh-release-action",
    "taiki-e/upload-rust-binary-action",
    "pypa/gh-action-pypi-publish",
    "katyo/publish-crates",
    "rust-lang/crates-io-auth-action",
    "marcoienni/release-plz-action",
    "release-plz/action",
    "goreleaser/goreleaser-action",
    "cycjimmy/semantic-release-action",
    "googleapis/release-please-action",
    "js-devtools/npm-publish",
];
/// Actions that publish unless an input says `false`, and that input.
const UNLESS: &[(&str, &str)] =
    &[("docker/build-push-action", "push"), ("redhat-actions/push-to-registry", "push")];

/// The first step of a job that publishes, and what it does.
pub(super) fn first(facts: &RuleFacts, job: &Job) -> Option<(usize, String)> {
    let steps = job.steps.iter().enumerate();
    steps.into_iter().find_map(|(index, step)| Some((index, of_step(facts, step, DEPTH)?)))
}

fn of_step(facts: &RuleFacts, step: &Step, depth: usize) -> Option<String> {
    if let Some(uses) = &step.uses {
        if let Some(action) = facts.actions.iter().find(|action| action.name == *uses && depth > 0) {
            return action.steps.iter().find_map(|step| of_step(facts, step, depth - 1));
        }
        return of_action(uses, step);
    }
    in_text(facts, step.run.as_deref()?, depth)
}

fn of_action(uses: &str, step: &Step) -> Option<String> {
    let name = uses.split('@').next().unwrap_or(uses).to_lowercase();
    let unless = UNLESS.iter().find(|(action, _)| *action == name);
    let publishes = match unless {
        // `push` is false unless it is given.
        Some((_, input)) => step.with.get(*input).is_some_and(|value| value != "false"),
        None => ACTIONS.contains(&name.as_str()),
    };
    publishes.then(|| name.clone())
}

fn in_text(facts: &RuleFacts, text: &str, depth: usize) -> Option<String> {
    shell::commands(text).iter().find_map(|command| {
        let script = || {
            let path = shell::script(command).filter(|_| depth > 0)?;
            in_text(facts, facts.scripts.get(&path)?, depth - 1)
        };
        of_command(command).or_else(script)
    })
}

fn of_command(command: &Command) -> Option<String> {
    let (program, words) = command.parts();
    if words.iter().any(|word| matches!(*word, "--dry-run" | "-n" | "--help" | "-h")) {
        return None;
    }
    let (_, wanted) = COMMANDS.iter().find(|(name, wanted)| {
        let mut rest = words.iter();
        // The first must be the subcommand: `cargo test publish` publishes nothing.
        let first = words.iter().find(|word| !word.starts_with(['-', '+']));
        *name == program && first == wanted.first() && wanted.iter().all(|word| rest.any(|one| one == word))
    })?;
    Some(format!("{program} {}", wanted.join(" ")))
}
