//! Source files: read with care, and each taken apart once, on all cores.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use proc_macro2::TokenStream;

use super::facts::{Choice, Facts};
use super::names::Names;
use super::outline::reduced;
use super::scan::{Scanner, Scope};
use super::skim::{self, Skimmer};

/// The largest file that is read, in bytes.
const LARGEST: u64 = 16 * 1024 * 1024;
/// The stack of a worker, in bytes: what nests as deep as the other limits allow fits into a fraction.
const STACK: usize = 64 * 1024 * 1024;
/// How often the files are gone through for names that the round before has found.
const ROUNDS: usize = 10;

/// A file as modules know it: its path without links, and the name below which its own modules lie.
pub(super) type Key = (PathBuf, Option<String>);

/// One file, taken apart.
pub(super) struct Loaded {
    pub facts: Facts,
    /// Where each choice of each child leads.
    pub children: Vec<Vec<Target>>,
}

/// Where the declaration of a module leads.
pub(super) enum Target {
    File {
        key: Key,
        /// The path as the modules say.
        path: PathBuf,
    },
    /// Neither is there.
    Missing(Vec<PathBuf>),
    /// Both are there.
    Several(Vec<PathBuf>),
}

/// All files that the roots lead to.
#[derive(Default)]
pub(super) struct Files {
    pub places: HashMap<Key, usize>,
    /// The files that the roots are.
    pub roots: HashMap<PathBuf, Key>,
    pub loaded: Vec<Loaded>,
    /// Macros call each other through more rounds than are gone.
    pub endless: bool,
    paths: Vec<PathBuf>,
}

impl Files {
    /// Reads the roots and everything below them. The result does not depend on the number of threads.
    pub(super) fn load(roots: &[PathBuf], threads: usize) -> Self {
        let key = |root: &PathBuf| (root.clone(), (real(root), None));
        let mut files = Files { roots: roots.iter().map(key).collect(), ..Files::default() };
        let mut names = Names::default();
        for _ in 0..ROUNDS {
            files.round(roots, &names, threads);
            let found = files.names();
            if found == names {
                return files;
            }
            files.forget(&names, &found, threads);
            names = found;
        }
        files.endless = true;
        files
    }

    /// A single text in the place of a file, with nothing beside it.
    pub(super) fn of_text(text: &str, path: &Path) -> Self {
        let key: Key = (path.to_owned(), None);
        let mut files = Files::default();
        files.roots.insert(path.to_owned(), key.clone());
        files.places.insert(key, 0);
        let mut names = Names::default();
        for _ in 0..ROUNDS {
            let skimmer = Skimmer::new(&names);
            let read = |_: &()| facts(text, PathBuf::new(), None, &names, &skimmer);
            files.loaded = on_threads(&[()], 1, read)
                .into_iter()
                .map(|facts| {
                    let missing = |choice: &Choice| {
                        Target::Missing(choice.paths.iter().map(|(path, _)| path.clone()).collect())
                    };
                    let children = facts
                        .children
                        .iter()
                        .map(|child| child.choices.iter().map(missing).collect())
                        .collect();
                    Loaded { facts, children }
                })
                .collect();
            let found = files.names();
            if found == names {
                break;
            }
            names = found;
        }
        files
    }

    fn round(&mut self, roots: &[PathBuf], names: &Names, threads: usize) {
        let skimmer = Skimmer::new(names);
        // What was taken apart before may now lead to more.
        let mut next: Vec<(Key, PathBuf)> =
            roots.iter().map(|root| ((real(root), None), tidy(root))).collect();
        next.extend(self.loaded.iter().flat_map(Loaded::files));
        while !next.is_empty() {
            let from = self.paths.len();
            let mut keys = Vec::new();
            for (key, path) in next {
                if let std::collections::hash_map::Entry::Vacant(place) = self.places.entry(key.clone()) {
                    place.insert(self.paths.len());
                    self.paths.push(path);
                    keys.push(key);
                }
            }
            let todo: Vec<(&Key, &PathBuf)> = keys.iter().zip(&self.paths[from..]).collect();
            let loaded =
                on_threads(&todo, threads, |((_, below), path)| load(path, below.clone(), names, &skimmer));
            next = loaded.iter().flat_map(Loaded::files).collect();
            self.loaded.extend(loaded);
        }
    }

    /// The names that the files give to serde's things.
    fn names(&self) -> Names {
        let facts = || self.loaded.iter().map(|loaded| &loaded.facts);
        Names {
            aliases: facts().flat_map(|facts| facts.aliases.iter().cloned()).collect(),
            macros: facts().flat_map(|facts| facts.macros.iter().map(|of| of.name.clone())).collect(),
        }
    }

    /// Takes the files apart again in which one of the new names stands.
    fn forget(&mut self, old: &Names, new: &Names, threads: usize) {
        let only_new = Names {
            aliases: new
                .aliases
                .iter()
                .filter(|(name, _)| !old.aliases.contains_key(*name))
                .map(|(a, b)| (a.clone(), *b))
                .collect(),
            macros: new.macros.difference(&old.macros).cloned().collect(),
        };
        let (fresh, skimmer) = (Skimmer::new(&only_new), Skimmer::new(new));
        let mut todo: Vec<(&Key, usize)> = self.places.iter().map(|(key, at)| (key, *at)).collect();
        todo.sort_by_key(|(_, at)| *at);
        let paths = &self.paths;
        let again = on_threads(&todo, threads, |((_, below), at)| {
            let path = &paths[*at];
            let text = source(path).ok()?;
            fresh.has_name(&text).then(|| taken_apart(&text, path, below.clone(), new, &skimmer))
        });
        for (at, loaded) in again.into_iter().enumerate() {
            if let Some(loaded) = loaded {
                self.loaded[at] = loaded;
            }
        }
    }
}

impl Loaded {
    fn files(&self) -> Vec<(Key, PathBuf)> {
        let file = |target: &Target| match target {
            Target::File { key, path } => Some((key.clone(), path.clone())),
            _ => None,
        };
        self.children.iter().flatten().filter_map(file).collect()
    }
}

/// Does the same for every item on several threads; the results are in the order of the items.
pub(super) fn on_threads<T: Sync, R: Send>(
    items: &[T],
    threads: usize,
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut done = Vec::new();
        while let Some((at, item)) =
            Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, items.get(at)?)))
        {
            done.push((at, work(item)));
        }
        done
    };
    let mut done: Vec<(usize, R)> = thread::scope(|scope| {
        let start = || thread::Builder::new().stack_size(STACK).spawn_scoped(scope, worker);
        let started: Vec<_> = (0..threads.clamp(1, items.len().max(1))).map(|_| start()).collect();
        let mut done = Vec::new();
        for thread in started {
            match thread.map(thread::ScopedJoinHandle::join) {
                Ok(Ok(part)) => done.extend(part),
                Ok(Err(panic)) => std::panic::resume_unwind(panic),
                // No thread to be had: the work is done on this one.
                Err(_) => done.extend(worker()),
            }
        }
        done
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

fn load(path: &Path, below: Option<String>, names: &Names, skimmer: &Skimmer) -> Loaded {
    match source(path) {
        Ok(text) => taken_apart(&text, path, below, names, skimmer),
        Err((message, remedy)) => {
            let problems = vec![(0, message, remedy.to_owned())];
            Loaded { facts: Facts { problems, ..Facts::default() }, children: Vec::new() }
        }
    }
}

fn taken_apart(text: &str, path: &Path, below: Option<String>, names: &Names, skimmer: &Skimmer) -> Loaded {
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    let facts = facts(text, folder, below, names, skimmer);
    let children = facts.children.iter().map(|child| child.choices.iter().map(follow).collect()).collect();
    Loaded { facts, children }
}

/// What a text says.
pub(super) fn facts(
    text: &str,
    folder: PathBuf,
    below: Option<String>,
    names: &Names,
    skimmer: &Skimmer,
) -> Facts {
    let facts = Facts { lines: skim::lines(text), ..Facts::default() };
    let places = skimmer.places(text);
    if places.as_ref().is_some_and(Vec::is_empty) {
        return facts;
    }
    let hits = match &places {
        Some(places) => skim::lines_of(text, places),
        None => (1..=facts.lines).collect(),
    };
    let mut scanner = Scanner { names, folder: folder.clone(), hits: &hits, facts };
    let part = places.as_ref().map_or(Cow::Borrowed(text), |places| reduced(text, places));
    let tokens = match (lexed(&part), &part) {
        // An item was cut apart, or something is wrong in it: the whole file shows which.
        (Err(_), Cow::Owned(_)) => lexed(text),
        (tokens, _) => tokens,
    };
    match tokens {
        Ok(tokens) => {
            let mut scope = Scope { folder, below, ..Scope::default() };
            scanner.facts.off = !scanner.tokens(tokens, &mut scope);
        }
        Err(line) => {
            let message =
                "this is no Rust: a bracket, quote or comment that is not closed, or an odd character";
            scanner.problem(line, message, "make it compile");
        }
    }
    // The lexer keeps every text for the sake of its lines.
    proc_macro2::extra::invalidate_current_thread_spans();
    scanner.facts
}

/// The tokens of a text, or the line at which there are none.
fn lexed(text: &str) -> Result<TokenStream, usize> {
    without_interpreter(text).parse().map_err(|error: proc_macro2::LexError| error.span().start().line)
}

/// `#!/usr/bin/env …` as a comment.
fn without_interpreter(text: &str) -> Cow<'_, str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match text.strip_prefix("#!") {
        Some(rest) if !rest.trim_start().starts_with('[') => format!("//{rest}").into(),
        _ => text.into(),
    }
}

/// The text of a file, or what is wrong with it and what to do.
fn source(path: &Path) -> Result<String, (String, &'static str)> {
    let unreadable = |error: io::Error| (format!("the file cannot be read: {error}"), "make it readable");
    let metadata = fs::metadata(path).map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(("this is no regular file".to_owned(), "put the module's source there"));
    }
    if metadata.len() > LARGEST {
        let message = format!("the file has {} bytes, more than the {LARGEST} that are read", metadata.len());
        return Err((message, "split it into modules"));
    }
    let bytes = fs::read(path).map_err(unreadable)?;
    let no_text = |_| ("the file is not UTF-8".to_owned(), "write it in UTF-8, as Rust demands");
    String::from_utf8(bytes).map_err(no_text)
}

fn follow(choice: &Choice) -> Target {
    let is_there = |(path, _): &&(PathBuf, Option<String>)| fs::metadata(path).is_ok_and(|of| !of.is_dir());
    let there: Vec<_> = choice.paths.iter().filter(is_there).collect();
    match there.as_slice() {
        [(path, below)] => Target::File { key: (real(path), below.clone()), path: tidy(path) },
        [] => Target::Missing(choice.paths.iter().map(|(path, _)| tidy(path)).collect()),
        _ => Target::Several(there.iter().map(|(path, _)| tidy(path)).collect()),
    }
}

fn real(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| tidy(path))
}

/// The path without `.` and `name/..`.
fn tidy(path: &Path) -> PathBuf {
    let mut tidy = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(tidy.components().next_back(), Some(Component::Normal(_))) => {
                tidy.pop();
            }
            other => tidy.push(other),
        }
    }
    tidy
}
