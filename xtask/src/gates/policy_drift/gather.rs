//! Reads the policy in force, the lock, the base and what the rules look at.

use std::time::Instant;

use crate::evidence::PolicyFacts;
use crate::evidence::policy::LockFacts;
use crate::gather::Context;
use crate::workspace::Workspace;

use super::compare::changes;
use super::snapshot::{self, WorkingTree};

/// Gathers what policy_drift is judged by.
pub fn gather(context: &Context<'_>) -> PolicyFacts {
    let begun = Instant::now();
    let mut facts = PolicyFacts::default();
    facts.current =
        snapshot::take(&WorkingTree::new(&context.workspace.root), &member_folders(context.workspace));
    if let LockFacts::Read { snapshot, .. } = &facts.lock {
        facts.drift = changes(snapshot, &facts.current);
    }
    facts.duration_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    facts
}

/// The members' folders, relative to the root.
pub(super) fn member_folders(workspace: &Workspace) -> Vec<String> {
    let packages = workspace.members.workspace_packages();
    let folders = packages.iter().filter_map(|package| package.manifest_path.parent());
    let mut folders: Vec<String> = folders.map(|folder| workspace.relative(folder.as_std_path())).collect();
    folders.sort();
    folders
}
