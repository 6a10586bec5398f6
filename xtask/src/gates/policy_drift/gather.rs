//! Reads the policy in force, the lock, the base and what the rules look at.

use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::evidence::PolicyFacts;
use crate::evidence::policy::LockFacts;
use crate::evidence::rules::RuleFacts;
use crate::gates::Gate;
use crate::gather::Context;
use crate::plan::Step;
use crate::workspace::Workspace;

use super::compare::changes;
use super::history;
use super::lock;
use super::snapshot::{self, WorkingTree};
use super::{manifests, tools, workflows};

/// What the gate will read. Nothing is run but git, which is asked what it knows.
pub fn steps(context: &Context<'_>) -> Vec<Step> {
    let base = context.base.map_or_else(|| "the last release".to_owned(), |base| format!("`{base}`"));
    let reads = [
        ("lock", format!("compare the governed files with {}", lock::FILE)),
        ("weakening", format!("compare with {base}, by git's history")),
        ("rules", "read manifests, cargo's configuration and .github/workflows".to_owned()),
    ];
    let step = |(check, command): (&str, String)| Step {
        gate: Gate::PolicyDrift,
        check: check.into(),
        command,
        timeout: None,
        skipped: None,
    };
    reads.into_iter().map(step).collect()
}

/// Gathers what policy_drift is judged by.
pub fn gather(context: &Context<'_>) -> PolicyFacts {
    let begun = Instant::now();
    let mut facts = PolicyFacts::default();
    let root = &context.workspace.root;
    let members = member_folders(context.workspace);
    facts.current = snapshot::take(&WorkingTree::new(root), &members);
    match lock::load(root) {
        Ok(read) => facts.lock = read,
        // It was sound when the run began: somebody is writing it.
        Err(error) => facts.problems.push(error.to_string()),
    }
    if let LockFacts::Read { snapshot, .. } = &facts.lock {
        facts.drift = changes(snapshot, &facts.current);
    }
    let since = history::trace(context, &members);
    (facts.base, facts.since_base) = (since.base, since.changes);
    facts.rules = rules(context);
    facts.duration_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    facts.complete = true;
    facts
}

/// What the rules look at.
fn rules(context: &Context<'_>) -> RuleFacts {
    let mut facts = RuleFacts { lockfile: context.workspace.lockfile.clone(), ..RuleFacts::default() };
    manifests::gather(context.workspace, &mut facts);
    tools::gather(context, &mut facts);
    workflows::gather(&WorkingTree::new(&context.workspace.root), &mut facts);
    facts
}

/// The governed files that are there, absolute.
pub fn governed_files(workspace: &Workspace) -> Vec<PathBuf> {
    let tree = WorkingTree::new(&workspace.root);
    let governed = snapshot::governed(&tree, &member_folders(workspace));
    governed.into_iter().map(|(_, path)| absolute(&workspace.root, &path)).collect()
}

/// A path below the root, or beside it, where git would name it: without `..` in it.
fn absolute(root: &Path, path: &str) -> PathBuf {
    let mut place = root.to_path_buf();
    for name in path.split('/') {
        if name == ".." {
            place.pop();
        } else {
            place.push(name);
        }
    }
    place
}

/// The members' folders, relative to the root, with `/`; one that lies beside the root begins with `..`.
pub(super) fn member_folders(workspace: &Workspace) -> Vec<String> {
    let packages = workspace.members.workspace_packages();
    let folders = packages.iter().filter_map(|package| package.manifest_path.parent());
    let mut folders: Vec<String> =
        folders.map(|folder| relative(&workspace.root, folder.as_std_path())).collect();
    folders.sort();
    folders
}

/// A path from the root, with `/`; to what lies beside the root it begins with `..`.
pub(crate) fn relative(root: &Path, folder: &Path) -> String {
    let common = root.components().zip(folder.components()).take_while(|(one, other)| one == other).count();
    let up = root.components().skip(common).map(|_| "..".to_owned());
    let down = folder.components().skip(common);
    let down = down.map(|name| name.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{absolute, relative};

    #[test]
    fn folders_are_told_from_the_root() {
        for (folder, expected) in
            [("/a/b", ""), ("/a/b/c/d", "c/d"), ("/a/x", "../x"), ("/x", "../../x"), ("/a", "..")]
        {
            assert_eq!(relative(Path::new("/a/b"), Path::new(folder)), expected, "{folder}");
            assert_eq!(absolute(Path::new("/a/b"), &format!("{expected}/x")), Path::new(folder).join("x"));
        }
    }
}
