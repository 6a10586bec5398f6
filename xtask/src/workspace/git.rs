//! What git says: commit, tree, refs, and whether the working tree is the commit.
//!
//! "Could not tell" is never "clean": every failure of git is an error or a difference.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::evidence::Subject;
use crate::process::Processes;

/// Settings of the repository or the user that could make git overlook a change.
const EXACT: &[&str] =
    &["-c", "core.fsmonitor=false", "-c", "core.untrackedCache=false", "-c", "core.quotePath=false"];

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
}

/// What the tool writes into its output folder.
const OUTPUT_NAMES: &[&str] =
    &["maturity-eval.json", "maturity-eval.md", "maturity-eval.sha256", "evidence", "logs", "sbom"];

impl Repository {
    /// Asks git about the repository around `folder`.
    ///
    /// # Errors
    /// A tool error if git cannot be run, or fails inside of a repository.
    pub fn read(processes: &Processes, folder: &Path, own: &OwnFiles) -> Result<Repository> {
        let git = |args: &[&str]| {
            let argv: Vec<&str> = ["git"].iter().chain(EXACT).chain(args).copied().collect();
            processes.try_output(&argv, folder)
        };
        let must = |args: &[&str]| {
            git(args)?.map_err(|stderr| {
                Error::tool(format!("`git {}` failed: {}", args.join(" "), stderr.trim()))
                    .help("run it by hand; the repository may be damaged")
            })
        };
        let mut repository =
            Repository { commit: Subject::NONE.into(), tree: Subject::NONE.into(), ..Repository::default() };
        let root = match git(&["rev-parse", "--show-toplevel"])? {
            Ok(root) => PathBuf::from(root.trim_end_matches(['\n', '\r'])),
            Err(stderr) => {
                repository.problem = Some(one_line(&stderr));
                return Ok(repository);
            }
        };
        repository.root = Some(root.clone());
        match git(&["rev-parse", "HEAD^{commit}", "HEAD^{tree}"])? {
            Ok(ids) => {
                let mut ids = ids.lines().map(str::to_owned);
                repository.commit = ids.next().unwrap_or_else(|| Subject::NONE.into());
                repository.tree = ids.next().unwrap_or_else(|| Subject::NONE.into());
            }
            Err(_) => repository.problem = Some("the repository has no commit yet".into()),
        }
        repository.branch = git(&["symbolic-ref", "--quiet", "--short", "HEAD"])?
            .ok()
            .map(|branch| branch.trim().to_owned())
            .filter(|branch| !branch.is_empty());
        let format = "--format=%(refname)%00%(objectname)%00%(*objectname)";
        repository.tags = parse_tags(&must(&["for-each-ref", format, "refs/tags"])?, &repository.commit);
        let listing = must(&["ls-files", "-v", "-z", "--full-name", ":/"])?;
        let status =
            must(&["status", "--porcelain=v2", "-z", "--untracked-files=all", "--ignore-submodules=none"])?;
        repository.tracked = parse_listing(&listing).map(|(_, path)| path.to_owned()).collect();
        repository.dirty = differing(&root, &listing, &status, own);
        Ok(repository)
    }

    /// Whether git tracks a file; `None` outside of a repository.
    pub fn tracks(&self, path: &Path) -> Option<bool> {
        let root = self.root.as_ref()?;
        Some(below(root, path).is_some_and(|path| self.tracked.contains(&path)))
    }
}

/// Paths that differ from the commit, sorted: what status says, and what it was told not to look at.
fn differing(root: &Path, listing: &str, status: &str, own: &OwnFiles) -> Vec<String> {
    let out = below(root, &own.out);
    // Cargo puts the tag into a target folder that it made; a folder of sources has none.
    let target = below(root, &own.target).filter(|_| own.target.join("CACHEDIR.TAG").is_file());
    let is_own = |path: &str| {
        let inside = |folder: &Option<String>| {
            folder.as_ref().and_then(|folder| path.strip_prefix(folder)?.strip_prefix('/'))
        };
        let written = inside(&out).is_some_and(|rest| {
            let name = rest.split('/').next().unwrap_or(rest);
            OUTPUT_NAMES.contains(&name) || name.starts_with(".maturity")
        });
        written || inside(&target).is_some()
    };
    let mut dirty: BTreeSet<String> =
        parse_status(status).filter(|path| !is_own(path)).map(str::to_owned).collect();
    for (flag, path) in parse_listing(listing) {
        // `git update-index --assume-unchanged` and `--skip-worktree` hide a file from status. A
        // sparse checkout sets the second for files that are not there, which is no difference.
        // A name that is not UTF-8 was bent on the way here, so it cannot be looked for.
        let there = || path.contains(char::REPLACEMENT_CHARACTER) || root.join(path).exists();
        let hidden = flag.is_ascii_lowercase() || (flag == 'S' && there());
        if hidden {
            dirty.insert(format!("{path} (hidden from git status)"));
        }
    }
    dirty.into_iter().collect()
}

/// `git ls-files -v -z`: a flag, a blank, a path.
fn parse_listing(listing: &str) -> impl Iterator<Item = (char, &str)> {
    listing.split('\0').filter_map(|entry| {
        let (flag, path) = entry.split_once(' ')?;
        Some((flag.chars().next()?, path))
    })
}

/// `git status --porcelain=v2 -z`: the path is the last field, after 8 (ordinary), 9 (renamed, with
/// the old path as an entry of its own), 10 (unmerged) or 1 (untracked) other fields.
fn parse_status(status: &str) -> impl Iterator<Item = &str> {
    let mut entries = status.split('\0').filter(|entry| !entry.is_empty());
    std::iter::from_fn(move || {
        let entry = entries.next()?;
        let fields = match entry.split(' ').next() {
            Some("1") => 8,
            Some("2") => {
                entries.next();
                9
            }
            Some("u") => 10,
            Some("?") => 1,
            // What is not known counts as a difference, as a whole.
            _ => 0,
        };
        Some(entry.splitn(fields + 1, ' ').last().unwrap_or(entry))
    })
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
mod tests {
    use super::{OwnFiles, differing, parse_status, parse_tags};

    #[test]
    fn status_entries_give_their_paths() {
        let status = "1 .M N... 100644 100644 100644 aaa bbb src/a b.rs\0\
                      2 R. N... 100644 100644 100644 aaa bbb R100 new.rs\0old.rs\0\
                      u UU N... 1 2 3 4 a b c both.rs\0? what ever.txt\0";
        let paths: Vec<&str> = parse_status(status).collect();
        assert_eq!(paths, ["src/a b.rs", "new.rs", "both.rs", "what ever.txt"]);
    }

    #[test]
    fn tags_are_compared_by_the_commit_that_they_peel_to() {
        let text = "refs/tags/v1\0aaa\0\nrefs/tags/v2\0obj\0aaa\nrefs/tags/x/v3\0bbb\0\n";
        let tags: Vec<(String, bool)> = parse_tags(text, "aaa").into_iter().collect();
        assert_eq!(tags, [("v1".into(), true), ("v2".into(), true), ("x/v3".into(), false)]);
    }

    #[test]
    fn only_what_the_tool_and_cargo_wrote_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir_all(root.join("target")).unwrap();
        let own = OwnFiles { out: root.join("dist"), target: root.join("target") };
        let status =
            "? dist/maturity-eval.md\0? dist/evidence/tests.json\0? dist/evil.rs\0? target/x\0? a.rs\0";
        assert_eq!(differing(root, "", status, &own), ["a.rs", "dist/evil.rs", "target/x"]);
        std::fs::write(root.join("target/CACHEDIR.TAG"), "").unwrap();
        assert_eq!(differing(root, "", status, &own), ["a.rs", "dist/evil.rs"]);
    }

    #[test]
    fn files_hidden_from_status_are_differences() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("there.rs"), "").unwrap();
        let own = OwnFiles { out: folder.path().join("dist"), target: folder.path().join("target") };
        let listing = "H plain.rs\0h assumed.rs\0S sparse.rs\0S there.rs\0S x\u{fffd}\0";
        let expected =
            ["assumed.rs", "there.rs", "x\u{fffd}"].map(|path| format!("{path} (hidden from git status)"));
        assert_eq!(differing(folder.path(), listing, "", &own), expected);
    }
}
