//! In what the working tree differs from the commit.
//!
//! `git status` is the beginning, not the answer: flags in the index, ignore rules, filters, links,
//! sparse checkouts and submodules each can keep a change out of it. Whatever of that touches what is
//! built or how it is judged counts as a difference here. Reads, and never writes.

use std::collections::BTreeSet;
use std::path::Path;

use super::{Git, OwnFiles, below};
use crate::error::Result;

/// What the tool writes into its output folder.
const OUTPUT_NAMES: &[&str] =
    &["maturity-eval.json", "maturity-eval.md", "maturity-eval.sha256", "evidence", "logs", "sbom"];

/// Names that cargo and its tools look for beside a manifest, or above it.
const CONFIGURATION: &[&str] = &[
    "Cargo.toml",
    "build.rs",
    "rust-toolchain",
    "rust-toolchain.toml",
    "rustfmt.toml",
    ".rustfmt.toml",
    "clippy.toml",
    ".clippy.toml",
    ".cargo/config",
    ".cargo/config.toml",
    ".config/nextest.toml",
];

/// Kinds of files that a build reads as they are.
const SOURCES: &[&str] = &["rs", "toml", "lock", "yml", "yaml"];

/// What is passed to git for every filter but git-lfs: its clean command tells what git sees.
const LFS: &[&str] = &["git-lfs clean -- %f", "git-lfs clean %f", "git-lfs filter-process"];

/// Paths given to one git: well below what any system takes.
const ARGUMENTS: usize = 200;

/// Submodules inside submodules are followed so far.
const DEPTH: usize = 8;

/// What git says of the working tree, that of its submodules included.
#[derive(Debug, Default)]
pub(super) struct State {
    tracked: BTreeSet<String>,
    /// Tracked files that differ, and why where that is not plain.
    changed: BTreeSet<String>,
    untracked: Vec<String>,
    ignored: Vec<String>,
    /// Tracked files that are not there on purpose.
    left_out: Vec<String>,
    links: Vec<String>,
}

/// Asks git about the whole working tree around its folder.
pub(super) fn read(git: &Git<'_>, root: &Path) -> Result<State> {
    let mut state = State::default();
    state.read(git, root, "", DEPTH)?;
    Ok(state)
}

impl State {
    fn read(&mut self, git: &Git<'_>, root: &Path, prefix: &str, depth: usize) -> Result<()> {
        let listing = git.output(&["ls-files", "-v", "-s", "-z", "--full-name", ":/"])?;
        let status = git.output(&[
            "status",
            "--porcelain=v2",
            "-z",
            "--untracked-files=all",
            "--ignored=matching",
            "--ignore-submodules=none",
        ])?;
        self.take_status(&status, prefix);
        for path in rewritten(&Git { folder: root, ..*git }, root, &listing)? {
            self.changed.insert(format!("{prefix}{path}"));
        }
        let submodules = self.take_listing(&listing, root, prefix);
        for path in filtered(git)? {
            self.changed.insert(format!("{prefix}{path} (a git filter decides what git sees of it)"));
        }
        for path in submodules {
            let folder = root.join(&path);
            if folder.join(".git").exists() && depth > 0 {
                let git = Git { folder: &folder, ..*git };
                self.read(&git, &folder, &format!("{prefix}{path}/"), depth - 1)?;
            } else if folder.read_dir().is_ok_and(|mut entries| entries.next().is_some()) {
                self.changed.insert(format!("{prefix}{path} (a submodule that git cannot look into)"));
            }
        }
        Ok(())
    }

    fn take_status(&mut self, status: &str, prefix: &str) {
        for (kind, path) in parse_status(status) {
            let path = format!("{prefix}{path}");
            match kind {
                "?" => self.untracked.push(path),
                "!" => self.ignored.push(path),
                _ => drop(self.changed.insert(path)),
            }
        }
    }

    /// Takes the index; gives the submodules.
    fn take_listing(&mut self, listing: &str, root: &Path, prefix: &str) -> Vec<String> {
        let mut submodules = Vec::new();
        for (flag, mode, _, path) in parse_listing(listing) {
            let shown = format!("{prefix}{path}");
            match mode {
                "160000" => submodules.push(path.to_owned()),
                "120000" => self.links.push(shown.clone()),
                _ => {}
            }
            // `git update-index --assume-unchanged` and `--skip-worktree` hide a file from status. A
            // sparse checkout sets the second for files that are not there. A name that is not UTF-8 was
            // bent on the way here, so it cannot be looked for.
            let there = || path.contains(char::REPLACEMENT_CHARACTER) || root.join(path).exists();
            if flag.is_ascii_lowercase() || (flag == 'S' && there()) {
                self.changed.insert(format!("{shown} (hidden from git status)"));
            } else if flag == 'S' {
                self.left_out.push(shown.clone());
            }
            self.tracked.insert(shown);
        }
        submodules
    }

    /// The tracked files.
    pub(super) fn into_tracked(self) -> BTreeSet<String> {
        self.tracked
    }

    /// Paths that differ from the commit, relative to the repository's root, sorted.
    pub(super) fn differing(&self, root: &Path, workspace: &Path, own: &OwnFiles) -> Vec<String> {
        let out = below(root, &own.out);
        // Cargo puts the tag into a target folder that it made, and nobody commits what lies in one.
        let target = below(root, &own.target)
            .filter(|target| own.target.join("CACHEDIR.TAG").is_file() && !self.tracks_below(target));
        let is_own = |path: &str| {
            let written = inside(out.as_deref(), path).is_some_and(|rest| {
                let name = rest.split('/').next().unwrap_or(rest);
                OUTPUT_NAMES.contains(&name) || name.starts_with(".maturity")
            });
            written || inside(target.as_deref(), path).is_some()
        };
        let mut dirty = self.changed.clone();
        dirty.extend(self.untracked.iter().filter(|path| !is_own(path)).cloned());
        let sources = self.source_folders();
        let ignored = self.ignored.iter().filter(|path| !is_own(path));
        dirty.extend(ignored.filter_map(|path| self.ignored_source(root, path, &sources)));
        dirty.extend(own.essential.iter().filter_map(|path| self.essential(root, path)));
        let here = below(root, workspace);
        let here = |path: &str| here.is_none() || inside(here.as_deref(), path).is_some();
        let left_out = self.left_out.iter().filter(|path| here(path));
        dirty.extend(left_out.map(|path| format!("{path} (left out of the checkout)")));
        dirty.extend(self.links.iter().filter_map(|path| self.link(root, path, &sources)));
        dirty.into_iter().collect()
    }

    fn tracks_below(&self, folder: &str) -> bool {
        let folder = format!("{folder}/");
        self.tracked.range(folder.clone()..).next().is_some_and(|path| path.starts_with(&folder))
    }

    /// Folders that hold sources of the commit, but for those of a manifest: what lies below them is
    /// compiled if a source names it.
    fn source_folders(&self) -> BTreeSet<&str> {
        let sources = self.tracked.iter().filter(|path| path.ends_with(".rs"));
        sources.map(|path| parent(path)).filter(|folder| !self.is_package(folder)).collect()
    }

    fn is_package(&self, folder: &str) -> bool {
        self.tracked.contains(&join(folder, "Cargo.toml"))
    }

    /// Whether what lies there may be named by a source of the commit.
    fn among(&self, path: &str, sources: &BTreeSet<&str>) -> bool {
        let mut folder = parent(path);
        let compiled = self.is_package(folder) && self.tracked.contains(&join(folder, "build.rs"));
        loop {
            if sources.contains(folder) {
                return true;
            }
            if folder.is_empty() || self.is_package(folder) {
                return compiled && path.ends_with(".rs");
            }
            folder = parent(folder);
        }
    }

    /// What is ignored, and yet read by a build.
    fn ignored_source(&self, root: &Path, path: &str, sources: &BTreeSet<&str>) -> Option<String> {
        let read = match path.strip_suffix('/') {
            Some(folder) => {
                let configures = CONFIGURATION.iter().filter_map(|name| {
                    let (subfolder, file) = name.split_once('/')?;
                    (folder == subfolder || folder.ends_with(&format!("/{subfolder}"))).then_some(file)
                });
                let mut configures = configures.filter(|file| root.join(folder).join(file).exists());
                (self.is_near_package(parent(folder)) && configures.next().is_some())
                    || (self.among(folder, sources) && holds_source(&root.join(folder), DEPTH))
            }
            None => {
                let configures = CONFIGURATION.iter().any(|name| {
                    let folder = path.strip_suffix(name).map(|folder| folder.trim_end_matches('/'));
                    folder.is_some_and(|folder| join(folder, name) == path && self.is_near_package(folder))
                });
                configures || (path.ends_with(".rs") && self.among(path, sources))
            }
        };
        read.then(|| format!("{path} (ignored by git, and read by the build)"))
    }

    /// Whether a configuration in that folder counts for a package of the commit.
    fn is_near_package(&self, folder: &str) -> bool {
        folder.is_empty() || self.is_package(folder)
    }

    /// An essential file that is there and not part of the commit.
    fn essential(&self, root: &Path, path: &Path) -> Option<String> {
        if !path.exists() {
            return None;
        }
        match below(root, path) {
            Some(path) if self.tracked.contains(&path) || self.untracked.contains(&path) => None,
            Some(path) => Some(format!("{path} (not in the commit)")),
            None => Some(format!("{} (outside of the repository)", name_of(path))),
        }
    }

    /// A link to what the commit does not hold.
    fn link(&self, root: &Path, path: &str, sources: &BTreeSet<&str>) -> Option<String> {
        let target = root.join(path).canonicalize().ok()?;
        let matters = match target.is_dir() {
            true => self.among(path, sources),
            false => is_source(path),
        };
        let held = below(root, &target)
            .is_some_and(|target| self.tracked.contains(&target) || self.tracks_below(&target));
        (matters && !held).then(|| format!("{path} (a link to what the commit does not hold)"))
    }
}

/// Files that a filter of the configuration rewrites on their way to git, or whose keywords git itself
/// rewrites: of those, git sees something else than the compiler.
fn filtered(git: &Git<'_>) -> Result<Vec<String>> {
    let settings = git.try_output(&["config", "-z", "--get-regexp", r"^filter\..*\.(clean|process)$"])?;
    let mut patterns = vec![":(top,attr:ident)".to_owned()];
    // git fails if there is no such setting.
    for setting in settings.unwrap_or_default().split('\0') {
        let Some((key, command)) = setting.split_once('\n') else { continue };
        let name = key.strip_prefix("filter.").and_then(|rest| rest.rsplit_once('.')).map(|(name, _)| name);
        if let Some(name) = name.filter(|_| !LFS.contains(&command) && !command.is_empty()) {
            patterns.push(format!(":(top,attr:filter={name})"));
        }
    }
    let patterns: Vec<&str> = patterns.iter().map(String::as_str).collect();
    let listing = git.output(&[&["ls-files", "-z", "--full-name", "--"], &patterns[..]].concat())?;
    Ok(listing.split('\0').filter(|path| is_source(path)).map(str::to_owned).collect())
}

/// Sources whose content is not what the index says. `git status` reads no file whose size and times are
/// those in the index, and what stands there anybody can write.
fn rewritten(git: &Git<'_>, root: &Path, listing: &str) -> Result<Vec<String>> {
    let sources = parse_listing(listing).filter(|(flag, mode, _, path)| {
        *flag == 'H' && mode.starts_with("100") && is_source(path) && root.join(path).is_file()
    });
    let sources: Vec<(&str, &str)> = sources.map(|(_, _, object, path)| (object, path)).collect();
    let mut found = Vec::new();
    for some in sources.chunks(ARGUMENTS) {
        let paths = some.iter().map(|(_, path)| *path);
        let hashes = git.output(&["hash-object", "--"].into_iter().chain(paths).collect::<Vec<_>>())?;
        let mut hashes = hashes.lines();
        let differing = some.iter().filter(|(object, _)| hashes.next() != Some(*object));
        found.extend(differing.map(|(_, path)| (*path).to_owned()));
    }
    Ok(found)
}

fn is_source(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, extension)| SOURCES.contains(&extension))
}

/// Whether a source lies in a folder. What cannot be read might be one.
fn holds_source(folder: &Path, depth: usize) -> bool {
    let Ok(entries) = folder.read_dir() else { return true };
    entries.flatten().any(|entry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => depth == 0 || holds_source(&entry.path(), depth - 1),
        _ => entry.path().extension().is_some_and(|extension| extension == "rs"),
    })
}

fn inside<'p>(folder: Option<&str>, path: &'p str) -> Option<&'p str> {
    path.strip_prefix(folder?)?.strip_prefix('/')
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// The end of a path that lies elsewhere, without the folders of this machine.
fn name_of(path: &Path) -> String {
    let mut steps: Vec<_> = path.components().rev().take(2).collect();
    steps.reverse();
    steps.iter().map(|step| step.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// `git ls-files -v -s -z`: a flag, the mode, the object, the stage (not given on), and after a tab the
/// path.
fn parse_listing(listing: &str) -> impl Iterator<Item = (char, &str, &str, &str)> {
    listing.split('\0').filter_map(|entry| {
        let (fields, path) = entry.split_once('\t')?;
        let mut fields = fields.split(' ');
        Some((fields.next()?.chars().next()?, fields.next()?, fields.next()?, path))
    })
}

/// `git status --porcelain=v2 -z`: the kind, and the path, which is the last field after 8 (ordinary),
/// 9 (renamed, with the old path as an entry of its own), 10 (unmerged) or 1 (untracked, ignored) others.
fn parse_status(status: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut entries = status.split('\0').filter(|entry| !entry.is_empty());
    std::iter::from_fn(move || {
        let entry = entries.next()?;
        let kind = entry.split(' ').next().unwrap_or_default();
        let fields = match kind {
            "1" => 8,
            "2" => {
                entries.next();
                9
            }
            "u" => 10,
            "?" | "!" => 1,
            // What is not known counts as a difference, as a whole.
            _ => 0,
        };
        Some((kind, entry.splitn(fields + 1, ' ').last().unwrap_or(entry)))
    })
}

#[cfg(test)]
mod tests;
