//! The past: which tags lead to HEAD, which commits touched a path, and what a path held at a commit.
//!
//! Reads, and never writes. Names of tags, paths, authors and messages are anybody's text: a name is
//! never taken for an option, a path never for a pattern. What git cannot tell is an error with the
//! reason in one line, and never "nothing".

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use cargo_metadata::semver::Version;

use super::objects::{Object, Objects};
use super::{Git, below, one_line};
use crate::evidence::policy::CommitFacts;
use crate::process::Processes;

/// What git tells; or why it does not, in one line.
pub type Told<T> = Result<T, String>;

/// Ids given to one git: well below what any system takes on a command line.
const ARGUMENTS: usize = 400;
/// Of tags side by side, so many are measured.
const MEASURED: usize = 20;
/// The longest text that is taken over from a commit, in characters.
const TEXT: usize = 300;

/// The history of the repository around a workspace.
pub struct History<'a> {
    git: Git<'a>,
    objects: Objects<'a>,
    top: PathBuf,
    head: String,
    folder: String,
    shallow: bool,
}

/// A tag and its commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Its short name.
    pub name: String,
    /// The commit that it leads to.
    pub commit: String,
}

/// Commits, each with those that come before it, as far as they matter for some paths. What is not in it
/// as a commit is where it ends.
#[derive(Debug, Default)]
pub struct Graph {
    /// The commits, each before its parents: all others come before the first.
    pub commits: Vec<String>,
    /// Their parents.
    pub parents: HashMap<String, Vec<String>>,
}

impl<'a> History<'a> {
    /// The history around the workspace at `root`.
    ///
    /// # Errors
    /// Why there is none: no repository, no commit, a working tree elsewhere.
    pub fn open(processes: &'a Processes, root: &'a Path) -> Told<History<'a>> {
        let git = Git { processes, folder: root };
        let top = git.told(&["rev-parse", "--show-toplevel"])?;
        let top = PathBuf::from(top.trim_end_matches(['\n', '\r']));
        if below(&top, &root.join("Cargo.toml")).is_none() {
            return Err("the repository's working tree lies elsewhere (core.worktree)".into());
        }
        let prefix = git.told(&["rev-parse", "--show-prefix"])?;
        let folder = prefix.trim_end_matches(['\n', '\r']).trim_end_matches('/').to_owned();
        let shallow = git.told(&["rev-parse", "--is-shallow-repository"])?.trim() != "false";
        let head = git
            .told(&["rev-parse", "--verify", "HEAD^{commit}"])
            .map_err(|_| "the repository has no commit yet".to_owned())?;
        let head = head.trim().to_owned();
        Ok(History { git, objects: Objects::new(git), top, head, folder, shallow })
    }

    /// The commit at HEAD.
    pub fn head(&self) -> &str {
        &self.head
    }

    /// The workspace's folder now, relative to the repository's root; empty if it is the root.
    pub fn folder(&self) -> &str {
        &self.folder
    }

    /// Whether the history was cut off when it was fetched.
    pub fn is_shallow(&self) -> bool {
        self.shallow
    }

    /// The remote that is set up to give no tags, if there is one.
    pub fn remote_without_tags(&self) -> Option<String> {
        let found = self.git.told(&["config", "--get-regexp", r"^remote\..*\.tagopt$"]).ok()?;
        let line = found.lines().find(|line| line.ends_with(" --no-tags"))?;
        let name = line.split(' ').next()?.strip_prefix("remote.")?.strip_suffix(".tagopt")?;
        Some(name.to_owned())
    }

    /// The commit of a tag, a branch, or whatever else git takes for a name of one; a tag before all
    /// others of that name. `None` if there is none, or git does not take it for a name.
    pub fn resolve(&self, name: &str) -> Option<String> {
        if name.is_empty() || name.chars().any(char::is_control) {
            return None;
        }
        [format!("refs/tags/{name}^{{commit}}"), format!("{name}^{{commit}}")].iter().find_map(|form| {
            let found = self.git.told(&["rev-parse", "--verify", "--quiet", "--end-of-options", form]);
            found.ok().map(|id| id.trim().to_owned()).filter(|id| is_id(id))
        })
    }

    /// The tags before HEAD, the highest version first. Those at HEAD are not before it.
    ///
    /// # Errors
    /// What git says.
    pub fn tags_before_head(&self) -> Told<Vec<Tag>> {
        let merged = format!("--merged={}", self.head);
        let format = "--format=%(refname)%00%(objecttype)%00%(objectname)%00%(*objecttype)%00%(*objectname)";
        let mut tags = Vec::new();
        for line in self.git.told(&["for-each-ref", &merged, format, "refs/tags"])?.lines() {
            let fields: Vec<&str> = line.split('\0').collect();
            let [full, kind, id, of_kind, of] = fields.as_slice() else { continue };
            let Some(name) = full.strip_prefix("refs/tags/") else { continue };
            let commit = match (*kind, *of_kind) {
                ("commit", _) => Some((*id).to_owned()),
                (_, "commit") => Some((*of).to_owned()),
                // A tag of a tag.
                _ => self.resolve(full),
            };
            tags.extend(commit.map(|commit| Tag { name: name.to_owned(), commit }));
        }
        tags.retain(|tag| tag.commit != self.head);
        tags.sort_by_cached_key(|tag| Reverse(rank(tag)));
        Ok(tags)
    }

    /// Of tags before HEAD, the one with the fewest commits between; of several the highest version.
    ///
    /// # Errors
    /// What git says.
    pub fn nearest(&self, tags: &[Tag]) -> Told<Option<Tag>> {
        let mut frontier: Vec<&Tag> = Vec::new();
        for some in tags.chunks(ARGUMENTS) {
            let together: Vec<&Tag> = frontier.iter().copied().chain(some).collect();
            // A tag that no other comes after is where what comes after all of them ends.
            let mut args = vec!["rev-list", "--boundary", &self.head, "--not"];
            args.extend(together.iter().map(|tag| tag.commit.as_str()));
            let listing = self.git.told(&args)?;
            let edge: HashSet<&str> = listing.lines().filter_map(|line| line.strip_prefix('-')).collect();
            frontier = together.into_iter().filter(|tag| edge.contains(tag.commit.as_str())).collect();
        }
        frontier.sort_by_cached_key(|tag| Reverse(rank(tag)));
        frontier.truncate(MEASURED);
        let mut nearest: Option<(u64, &Tag)> = None;
        for tag in frontier {
            let range = format!("{}..{}", tag.commit, self.head);
            let count = self.git.told(&["rev-list", "--count", &range])?;
            let count = count.trim().parse().map_err(|_| format!("git counts {count:?} commits"))?;
            if nearest.is_none_or(|(least, _)| count < least) {
                nearest = Some((count, tag));
            }
        }
        Ok(nearest.map(|(_, tag)| tag.clone()))
    }

    /// The commits from `start` back to what `base` has as well: those that touched one of `paths`, and
    /// the merges that matter for them; without paths all of them.
    ///
    /// # Errors
    /// What git says.
    pub fn graph(&self, start: &str, base: &str, paths: &[String]) -> Told<Graph> {
        let not = format!("^{base}");
        let mut args = vec!["--literal-pathspecs", "rev-list", "--parents", "--topo-order"];
        if !paths.is_empty() {
            args.push("--simplify-merges");
        }
        args.extend([start, &not, "--"]);
        args.extend(paths.iter().map(String::as_str));
        // Paths are from the repository's root.
        let listing = Git { folder: &self.top, ..self.git }.told(&args)?;
        let mut graph = Graph::default();
        for line in listing.lines() {
            let mut ids = line.split(' ').map(str::to_owned);
            let Some(id) = ids.next() else { continue };
            graph.commits.push(id.clone());
            graph.parents.insert(id, ids.collect());
        }
        Ok(graph)
    }

    /// The parents of a commit, all of them.
    ///
    /// # Errors
    /// What git says.
    pub fn parents(&self, commit: &str) -> Told<Vec<String>> {
        let line = self.git.told(&["rev-list", "--parents", "--max-count=1", commit])?;
        Ok(line.trim().split(' ').skip(1).map(str::to_owned).collect())
    }

    /// Where the workspace in `folder` of a commit was in one of its parents, by the files that git
    /// takes for renamed. `None` if it was not there.
    ///
    /// # Errors
    /// What git says.
    pub fn moved_from(&self, commit: &str, parent: &str, folder: &str) -> Told<Option<String>> {
        let args = [
            "diff-tree",
            "-r",
            "-z",
            "-M",
            "--no-ext-diff",
            "--diff-filter=R",
            "--name-status",
            parent,
            commit,
        ];
        let listing = self.git.told(&args)?;
        let mut fields = listing.split('\0');
        let mut votes: HashMap<String, usize> = HashMap::new();
        while let (Some(_), Some(from), Some(to)) = (fields.next(), fields.next(), fields.next()) {
            let inner = if folder.is_empty() {
                Some(to)
            } else {
                to.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/'))
            };
            let Some(inner) = inner else { continue };
            let before = match from.strip_suffix(inner) {
                Some("") => Some(""),
                Some(before) => before.strip_suffix('/'),
                None => None,
            };
            if let Some(before) = before.filter(|before| *before != folder) {
                *votes.entry(before.to_owned()).or_default() += 1;
            }
        }
        let mut places: Vec<(Reverse<usize>, String)> =
            votes.into_iter().map(|(place, count)| (Reverse(count), place)).collect();
        places.sort();
        for (_, place) in places {
            if self.has_workspace(parent, &place)? {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    /// Where the workspace was at a commit before HEAD: where it is now, or where it was moved from.
    /// `None` if it was not there.
    ///
    /// # Errors
    /// What git says.
    pub fn folder_at(&self, commit: &str) -> Told<Option<String>> {
        const MOVES: usize = 16;
        let (mut folder, mut from) = (self.folder.clone(), self.head.clone());
        for _ in 0..MOVES {
            if self.has_workspace(commit, &folder)? {
                return Ok(Some(folder));
            }
            let manifest = join(&folder, "Cargo.toml");
            let graph = self.graph(&from, commit, std::slice::from_ref(&manifest))?;
            let mut moved = None;
            for id in &graph.commits {
                moved = self.moved_here(id, &folder)?;
                if moved.is_some() {
                    break;
                }
            }
            let Some((before, parent)) = moved else { return Ok(None) };
            (folder, from) = (before, parent);
        }
        Ok(None)
    }

    /// The folder, and the parent that has it, if a commit brought the workspace from there.
    fn moved_here(&self, commit: &str, folder: &str) -> Told<Option<(String, String)>> {
        if !self.has_workspace(commit, folder)? {
            return Ok(None);
        }
        for parent in self.parents(commit)? {
            if !self.has_workspace(&parent, folder)?
                && let Some(before) = self.moved_from(commit, &parent, folder)?
            {
                return Ok(Some((before, parent)));
            }
        }
        Ok(None)
    }

    /// Whether a folder of a commit has a manifest, as the root of a workspace must.
    ///
    /// # Errors
    /// What git says.
    pub fn has_workspace(&self, commit: &str, folder: &str) -> Told<bool> {
        Ok(self.find(commit, folder, "Cargo.toml")? != Object::Absent)
    }

    /// What is at a path of a commit, relative to the workspace's folder at that commit.
    ///
    /// # Errors
    /// What git says.
    pub fn find(&self, commit: &str, folder: &str, path: &str) -> Told<Object> {
        self.objects.find(commit, folder, path)
    }

    /// The names in a folder, by the id of its tree.
    ///
    /// # Errors
    /// What git says.
    pub fn list(&self, tree: &str) -> Told<Vec<String>> {
        self.objects.list(tree)
    }

    /// A file's content, by its id.
    ///
    /// # Errors
    /// What git says.
    pub fn content(&self, id: &str) -> Told<Rc<Vec<u8>>> {
        self.objects.blob(id)
    }

    /// Who made a commit, when, and what its first line says.
    ///
    /// # Errors
    /// What git says.
    pub fn facts(&self, commit: &str) -> Told<CommitFacts> {
        let format = "--format=%H%x00%an%x00%ae%x00%aI%x00%s";
        let args = ["show", "--no-patch", "--no-show-signature", "--encoding=UTF-8", format, commit, "--"];
        let text = self.git.told(&args)?;
        let fields: Vec<&str> = text.trim_end_matches('\n').splitn(5, '\0').collect();
        let [id, name, address, date, subject] = fields.as_slice() else {
            return Err(format!("git shows {commit} in a form that is not known"));
        };
        let cut = |text: &str| text.chars().take(TEXT).collect::<String>();
        Ok(CommitFacts {
            id: (*id).to_owned(),
            author: cut(&format!("{name} <{address}>")),
            date: cut(date),
            subject: cut(subject),
        })
    }
}

impl Git<'_> {
    /// What git prints, or the first line of what it says where it fails.
    pub(super) fn told(&self, args: &[&str]) -> Told<String> {
        self.told_bytes(args).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    /// As [`Git::told`], with the bytes as they are.
    pub(super) fn told_bytes(&self, args: &[&str]) -> Told<Vec<u8>> {
        let argv: Vec<&str> = ["git"].iter().chain(super::EXACT).chain(args).copied().collect();
        match self.processes.try_bytes(&argv, self.folder) {
            Ok(Ok(bytes)) => Ok(bytes),
            Ok(Err(stderr)) => Err(one_line(&stderr)),
            Err(error) => Err(one_line(&error.to_string())),
        }
    }
}

/// Whether that is an object's id, and so nothing else.
fn is_id(text: &str) -> bool {
    text.len() >= 40 && text.chars().all(|c| c.is_ascii_hexdigit())
}

/// By version, then by name.
fn rank(tag: &Tag) -> (Option<Version>, String) {
    let digits = tag.name.char_indices().filter(|(_, c)| c.is_ascii_digit());
    let version = digits.map(|(at, _)| Version::parse(&tag.name[at..])).find_map(Result::ok);
    (version, tag.name.clone())
}

/// A path below a folder, which may be the root.
pub fn join(folder: &str, path: &str) -> String {
    if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") }
}
