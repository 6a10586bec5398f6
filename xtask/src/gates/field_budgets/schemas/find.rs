//! Which files the globs of the settings match.

use std::collections::BTreeSet;
use std::fs::{self, DirEntry};
use std::path::{Path, PathBuf};

use globset::GlobBuilder;

use crate::diagnostics::shown;
use crate::evidence::budgets::Problem;
use crate::evidence::contracts::Format;
use crate::settings::{FILE, FieldBudgets};

/// The most entries of folders that are looked at.
const MAX_ENTRIES: usize = 500_000;

/// A file that was found: what to read it as, where it is, and its path relative to the workspace root.
pub type Found = (Format, PathBuf, String);

/// Which files the globs match below the workspace root, sorted by format and path.
///
/// `*` and `?` do not match a `/`. Links to folders are not followed, links to files are as long as they
/// stay within the workspace. `.git`, every `target`, and `dist` at the root are left out, unless the glob
/// itself begins with them. A glob that matches nothing is a problem: the gate must not pass because it found
/// nothing to look at.
pub fn find(workspace_root: &Path, settings: &FieldBudgets) -> (Vec<Found>, Vec<Problem>) {
    let mut search =
        Search { root: workspace_root, seen: 0, found: BTreeSet::new(), problems: BTreeSet::new() };
    let formats = [
        (Format::JsonSchema, &settings.json_schema),
        (Format::Protobuf, &settings.protobuf),
        (Format::Graphql, &settings.graphql),
    ];
    for (format, globs) in formats {
        for glob in globs {
            search.glob(format, glob);
        }
    }
    (search.found.into_iter().collect(), search.problems.into_iter().collect())
}

fn without_dots(glob: &str) -> String {
    glob.split('/').filter(|step| !matches!(*step, "" | ".")).collect::<Vec<_>>().join("/")
}

/// The folder below which everything lies that a glob can match.
fn base(glob: &str) -> String {
    let steps: Vec<&str> = glob.split('/').collect();
    let folders = &steps[..steps.len().saturating_sub(1)];
    let plain = folders.iter().take_while(|step| !step.contains(['*', '?', '[', '{', '\\']));
    plain.copied().collect::<Vec<_>>().join("/")
}

struct Search<'s> {
    root: &'s Path,
    /// How many entries of folders were looked at.
    seen: usize,
    found: BTreeSet<Found>,
    problems: BTreeSet<Problem>,
}

impl Search<'_> {
    fn problem(&mut self, file: &str, message: String, remedy: &str) {
        self.problems.insert(Problem { file: file.to_owned(), line: 0, message, remedy: remedy.to_owned() });
    }

    /// Whether it is there, and within the workspace once all links are followed.
    fn inside(&self, path: &Path) -> bool {
        path.canonicalize()
            .is_ok_and(|path| self.root.canonicalize().is_ok_and(|root| path.starts_with(root)))
    }

    fn glob(&mut self, format: Format, text: &str) {
        let glob = without_dots(text);
        let matcher = match GlobBuilder::new(&glob).literal_separator(true).build() {
            Ok(glob) => glob.compile_matcher(),
            Err(error) => {
                return self.problem(FILE, format!("{} is no glob: {error}", shown(text)), "correct it");
            }
        };
        let mut matched = false;
        let mut folders = vec![base(&glob)];
        while let Some(folder) = folders.pop() {
            for entry in self.entries(&folder) {
                let name = entry.file_name();
                let name = name.to_string_lossy();
                let file = if folder.is_empty() { name.to_string() } else { format!("{folder}/{name}") };
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    if !matches!(name.as_ref(), ".git" | "target") && file != "dist" {
                        folders.push(file);
                    }
                } else if matcher.is_match(&file) && !entry.path().is_dir() {
                    matched = true;
                    self.file(format, &entry, file);
                }
            }
        }
        if !matched {
            let message = format!("the {} glob {} matches no file", format.as_str(), shown(text));
            self.problem(FILE, message, "correct it or remove it; .git, target and dist are not searched");
        }
    }

    fn entries(&mut self, folder: &str) -> Vec<DirEntry> {
        let path = if folder.is_empty() { self.root.to_owned() } else { self.root.join(folder) };
        if self.seen > MAX_ENTRIES || !path.is_dir() || !self.inside(&path) {
            return Vec::new();
        }
        match fs::read_dir(&path).and_then(Iterator::collect::<Result<Vec<_>, _>>) {
            Ok(entries) => {
                self.seen += entries.len();
                if self.seen > MAX_ENTRIES {
                    let message = format!("the globs search more than {MAX_ENTRIES} files and folders");
                    self.problem(FILE, message, "begin them with the folder where the schemas are");
                }
                entries
            }
            Err(error) => {
                self.problem(folder, format!("cannot list the folder: {error}"), "make it readable");
                Vec::new()
            }
        }
    }

    fn file(&mut self, format: Format, entry: &DirEntry, file: String) {
        if entry.file_type().is_ok_and(|kind| kind.is_symlink()) && !self.inside(&entry.path()) {
            let message = "it is a link that leads nowhere or out of the workspace".to_owned();
            self.problem(&file, message, "put the file itself there, or change the glob");
        } else if entry.file_name().to_str().is_none() {
            self.problem(&file, "its name is not UTF-8".to_owned(), "rename it, or change the glob");
        } else {
            self.found.insert((format, entry.path(), file));
        }
    }
}
