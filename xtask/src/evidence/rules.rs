//! Facts that the rules of policy_drift are judged by: manifests, cargo's configuration, workflows.

use std::collections::BTreeMap;

use serde::Serialize;

use super::subject::Lockfile;

/// What the rules are judged by.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RuleFacts {
    /// The members' manifests.
    pub manifests: Vec<ManifestFacts>,
    /// Whether `[workspace.lints]` says anything.
    pub workspace_lints: bool,
    /// The state of Cargo.lock.
    pub lockfile: Lockfile,
    /// What cargo's and nextest's configuration says that bears on the checks.
    pub tools: Vec<ToolSetting>,
    /// The workflows of GitHub Actions.
    pub workflows: Vec<Workflow>,
    /// The local actions that they use.
    pub actions: Vec<LocalAction>,
    /// The shell scripts of the repository that steps name, by path.
    pub scripts: BTreeMap<String, String>,
    /// Whether there is a pipeline of GitLab that may publish.
    pub gitlab: bool,
    /// Files that could not be read, each with the reason.
    pub unread: Vec<(String, String)>,
}

/// What a member's manifest says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ManifestFacts {
    /// The package's name.
    pub package: String,
    /// The manifest, relative to the workspace.
    pub file: String,
    /// Whether it may be published to a registry.
    pub published: bool,
    /// Whether it states the oldest Rust that it builds with, itself or inherited.
    pub rust_version: bool,
    /// Whether it states a licence or a licence file.
    pub license: bool,
    /// Whether `[lints]` inherits the workspace's.
    pub inherits_lints: bool,
    /// Whether `[lints]` says something itself.
    pub own_lints: bool,
    /// Whether it is the package at the workspace's root, whose own lints may stand for the workspace's.
    pub at_root: bool,
    /// The level of `unsafe_code` that holds for it.
    pub unsafe_code: Option<String>,
    /// Its direct dependencies.
    pub dependencies: Vec<DependencyFacts>,
}

/// A direct dependency.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DependencyFacts {
    /// The name that the manifest gives it.
    pub name: String,
    /// The versions that are asked for.
    pub requirement: String,
    /// The repository, if it comes from git.
    pub git: Option<String>,
    /// Whether it names a folder.
    pub path: bool,
    /// Whether it is a dependency of tests and examples alone.
    pub development: bool,
    /// The manifest that says so, relative to the workspace.
    pub file: String,
    /// The line there.
    pub line: Option<u32>,
}

/// One setting of cargo or nextest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ToolSetting {
    /// The file, as it is shown.
    pub file: String,
    /// One-based line.
    pub line: Option<u32>,
    /// Whether the file is none of the workspace's, such as the configuration in cargo's home.
    pub outside: bool,
    /// The path of keys, such as `alias`, `xtask`.
    pub key: Vec<String>,
    /// Its value; the words of a list with blanks between them. Empty where it bears on no check: such
    /// values are nobody's business, and may be secrets.
    pub value: String,
}

/// A workflow of GitHub Actions, as far as the rules look at it. Source: the workflow syntax of GitHub
/// Actions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Workflow {
    /// The file, relative to the workspace.
    pub file: String,
    /// What starts it.
    pub triggers: Vec<String>,
    /// Variables that it sets.
    pub env: BTreeMap<String, String>,
    /// `defaults.run.shell`.
    pub shell: Option<String>,
    /// Its jobs.
    pub jobs: Vec<Job>,
}

/// A job.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Job {
    /// Its key.
    pub id: String,
    /// One-based line of the key.
    pub line: u32,
    /// The jobs that it waits for.
    pub needs: Vec<String>,
    /// `if`.
    pub condition: Option<String>,
    /// `continue-on-error`, unless it is false.
    pub continue_on_error: Option<String>,
    /// The workflow that it calls.
    pub uses: Option<String>,
    /// `runs-on`, as text.
    pub runs_on: String,
    /// Variables that it sets.
    pub env: BTreeMap<String, String>,
    /// `defaults.run.shell`.
    pub shell: Option<String>,
    /// Its steps.
    pub steps: Vec<Step>,
}

/// A step.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Step {
    /// One-based line.
    pub line: u32,
    /// `id`, by which others name it.
    pub id: Option<String>,
    /// `if`.
    pub condition: Option<String>,
    /// `continue-on-error`, unless it is false.
    pub continue_on_error: Option<String>,
    /// The action.
    pub uses: Option<String>,
    /// The script.
    pub run: Option<String>,
    /// `shell`.
    pub shell: Option<String>,
    /// Variables that it sets.
    pub env: BTreeMap<String, String>,
    /// The action's inputs.
    pub with: BTreeMap<String, String>,
}

/// A composite action of the repository.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LocalAction {
    /// As `uses` names it, such as `./.github/actions/gate`.
    pub name: String,
    /// Its file, relative to the workspace.
    pub file: String,
    /// Its steps.
    pub steps: Vec<Step>,
}
