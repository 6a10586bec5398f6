//! What git says: commit, tree, refs, and whether the working tree is the commit.
//!
//! "Could not tell" is never "clean": every failure of git is an error or a difference.

mod differences;
pub mod history;
pub mod objects;
#[cfg(test)]
pub(crate) mod scratch;
pub mod tag;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::evidence::Subject;
use crate::process::Processes;

/// Settings of the repository or the user that could make git overlook a change.
/// A replaced object would stand under the name of the one that was committed.
const EXACT: &[&str] = &[
    "--no-replace-objects",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.untrackedCache=false",
    "-c",
    "core.quotePath=false",
    "-c",
    "core.checkStat=default",
    "-c",
    "core.trustctime=true",
    "-c",
    "core.ignoreStat=false",
];

/// The state of the repository around the workspace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Repository {
    /// Its root, if there is one.
    pub root: Option<PathBuf>,
    /// The commit at HEAD, or [`Subject::NONE`].
    pub commit: String,
    /// Its tree, or [`Subject::NONE`].
    pub tree: String,
    /// Why there is no commit: git's own words.
    pub problem: Option<String>,
    /// The branch that HEAD is on.
    pub branch: Option<String>,
    /// Every tag, and whether it is at HEAD.
    pub tags: BTreeMap<String, bool>,
    /// Paths that differ from the commit, relative to the repository's root.
    pub dirty: Vec<String>,
    tracked: BTreeSet<String>,
}

/// Folders that hold what this tool and cargo write. Changes there are not changes of the code.
#[derive(Debug, Clone)]
pub struct OwnFiles {
    /// The output folder.
    pub out: PathBuf,
    /// Cargo's target folder.
    pub target: PathBuf,
    /// Files that decide what is built and how it is judged, as far as they are there: the commit must
    /// hold them, whatever is ignored.
    pub essential: Vec<PathBuf>,
}

impl Repository {
    /// Asks git about the repository around `folder`.
    ///
    /// # Errors
    /// A tool error if git cannot be run, or fails inside of a repository.
    pub fn read(processes: &Processes, folder: &Path, own: &OwnFiles) -> Result<Repository> {
        let git = Git { processes, folder };
        let mut repository =
            Repository { commit: Subject::NONE.into(), tree: Subject::NONE.into(), ..Repository::default() };
        let root = match git.try_output(&["rev-parse", "--show-toplevel"])? {
            Ok(root) => PathBuf::from(root.trim_end_matches(['\n', '\r'])),
            Err(stderr) => {
                repository.problem = Some(one_line(&stderr));
                return Ok(repository);
            }
        };
        if below(&root, &folder.join("Cargo.toml")).is_none() {
            repository.problem = Some("the repository's working tree lies elsewhere (core.worktree)".into());
            return Ok(repository);
        }
        repository.root = Some(root.clone());
        match git.try_output(&["rev-parse", "HEAD^{commit}", "HEAD^{tree}"])? {
            Ok(ids) => {
                let mut ids = ids.lines().map(str::to_owned);
                repository.commit = ids.next().unwrap_or_else(|| Subject::NONE.into());
                repository.tree = ids.next().unwrap_or_else(|| Subject::NONE.into());
            }
            Err(_) => repository.problem = Some("the repository has no commit yet".into()),
        }
        repository.branch = git
            .try_output(&["symbolic-ref", "--quiet", "--short", "HEAD"])?
            .ok()
            .map(|branch| branch.trim().to_owned())
            .filter(|branch| !branch.is_empty());
        let format = "--format=%(refname)%00%(objectname)%00%(*objectname)";
        repository.tags =
            parse_tags(&git.output(&["for-each-ref", format, "refs/tags"])?, &repository.commit);
        let state = differences::read(&git, &root)?;
        repository.dirty = state.differing(&root, folder, own);
        repository.tracked = state.into_tracked();
        Ok(repository)
    }

    /// Writes commit, tree and differences into a subject.
    pub(super) fn describe(&self, subject: &mut Subject) {
        subject.commit = self.commit.clone();
        subject.tree = self.tree.clone();
        subject.dirty = !self.dirty.is_empty();
        subject.dirty_paths = self.dirty.iter().take(20).cloned().collect();
        subject.dirty_count = self.dirty.len();
    }

    /// The paths that git tracks, relative to the repository's root, with `/`.
    pub fn tracked(&self) -> &BTreeSet<String> {
        &self.tracked
    }

    /// Where a folder that holds a `Cargo.toml` lies in the repository: empty for its root, else with `/`
    /// at the end. `None` outside of a repository.
    pub fn prefix(&self, folder: &Path) -> Option<String> {
        let manifest = below(self.root.as_ref()?, &folder.join("Cargo.toml"))?;
        manifest.strip_suffix("Cargo.toml").map(str::to_owned)
    }

    /// Whether git tracks a file; `None` outside of a repository.
    pub fn tracks(&self, path: &Path) -> Option<bool> {
        let root = self.root.as_ref()?;
        Some(below(root, path).is_some_and(|path| self.tracked.contains(&path)))
    }

    /// Whether a file differs from the commit, or is no part of it. What cannot be told counts as a
    /// difference.
    pub fn differs(&self, path: &Path) -> bool {
        let Some(path) = self.root.as_ref().and_then(|root| below(root, path)) else { return true };
        // Some entries say in brackets why they count.
        let named = |entry: &String| {
            entry.strip_prefix(&path).is_some_and(|rest| rest.is_empty() || rest.starts_with(" ("))
        };
        !self.tracked.contains(&path) || self.dirty.iter().any(named)
    }
}

/// The name and address that git would write into a commit here, as far as they are configured.
///
/// # Errors
/// A tool error if git cannot be run.
pub fn identity(processes: &Processes, folder: &Path) -> Result<Option<String>> {
    let git = Git { processes, folder };
    let ask = |key| -> Result<Option<String>> {
        let value = git.try_output(&["config", "--get", key])?.unwrap_or_default();
        Ok(Some(value.trim().to_owned()).filter(|value| !value.is_empty()))
    };
    Ok(match (ask("user.name")?, ask("user.email")?) {
        (Some(name), Some(address)) => Some(format!("{name} <{address}>")),
        (name, address) => name.or(address),
    })
}

/// Git, asked in one folder.
#[derive(Clone, Copy)]
struct Git<'a> {
    processes: &'a Processes,
    folder: &'a Path,
}

impl Git<'_> {
    /// What git prints; or, where it fails, what it says.
    fn try_output(&self, args: &[&str]) -> Result<std::result::Result<String, String>> {
        let argv: Vec<&str> = ["git"].iter().chain(EXACT).chain(args).copied().collect();
        self.processes.try_output(&argv, self.folder)
    }

    /// What git prints, where it must not fail.
    fn output(&self, args: &[&str]) -> Result<String> {
        self.try_output(args)?.map_err(|stderr| {
            Error::tool(format!("`git {}` failed: {}", args.join(" "), stderr.trim()))
                .help("run it by hand; the repository may be damaged")
        })
    }
}

fn parse_tags(text: &str, commit: &str) -> BTreeMap<String, bool> {
    let lines = text.lines().filter_map(|line| {
        let mut fields = line.split('\0');
        let name = fields.next()?.strip_prefix("refs/tags/")?;
        let object = fields.next()?;
        let peeled = fields.next().filter(|peeled| !peeled.is_empty()).unwrap_or(object);
        Some((name.to_owned(), peeled == commit))
    });
    lines.collect()
}

/// A path relative to `root`, with `/`; both with links followed as far as they exist.
fn below(root: &Path, path: &Path) -> Option<String> {
    let real = |path: &Path| -> PathBuf {
        let mut rest = Vec::new();
        let mut known = path;
        loop {
            if let Ok(real) = known.canonicalize() {
                return rest.iter().rev().fold(real, |path, name| path.join(name));
            }
            let (Some(parent), Some(name)) = (known.parent(), known.file_name()) else {
                return path.to_path_buf();
            };
            rest.push(name.to_owned());
            known = parent;
        }
    };
    let relative = real(path).strip_prefix(real(root)).ok()?.to_string_lossy().replace('\\', "/");
    Some(relative).filter(|relative| !relative.is_empty())
}

fn one_line(text: &str) -> String {
    text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("git gave no reason").to_owned()
}

#[cfg(test)]
mod tests;
