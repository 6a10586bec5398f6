//! Puts the contracts of a package together: modules, names and conditions from its roots down.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Component, Path, PathBuf};

use super::attributes::and;
use super::facts::{Child, Found, What};
use super::files::{Files, Key, Target};
use super::scan::join;
use super::{Package, Reading};
use crate::diagnostics::shown;
use crate::digest::sha256;
use crate::evidence::budgets::{ByHand, Problem, Unreadable};
use crate::evidence::contracts::Contract;

/// How deep modules may nest.
const DEEPEST: usize = 200;
/// How many times the files of a workspace may be loaded into the modules of one package, on average:
/// files that load each other twice would otherwise double without end.
const LOADS: usize = 4;

/// Macros of the workspace that make types with serde's traits: the digests of their rules.
pub(super) type Macros = BTreeMap<String, BTreeSet<String>>;

/// What is known of a type that cannot be read.
#[derive(Default)]
struct Dark {
    why: Vec<String>,
    digests: Vec<String>,
    file: String,
    line: usize,
}

/// One package on the way to its reading.
pub(super) struct Assembly<'a> {
    root: &'a Path,
    files: &'a Files,
    reading: Reading,
    dark: BTreeMap<String, Dark>,
    /// Macros that are called: the macro, the name of what it makes, and where.
    calls: Vec<(String, String, String, String, usize)>,
    macros: Macros,
    /// The first target that loads a file.
    seen: HashMap<&'a Path, usize>,
    chain: Vec<&'a Path>,
    loads: usize,
}

/// Where a file is loaded.
#[derive(Clone)]
struct Place<'p> {
    target: usize,
    prefix: &'p str,
    module: String,
    when: Option<String>,
}

impl<'a> Assembly<'a> {
    /// The reading of one package. `exported` are the macros that every package may call.
    pub(super) fn of(package: &Package, root: &'a Path, files: &'a Files, exported: &Macros) -> Reading {
        let mut assembly = Assembly {
            root,
            files,
            reading: Reading::default(),
            dark: BTreeMap::new(),
            calls: Vec::new(),
            macros: exported.clone(),
            seen: HashMap::new(),
            chain: Vec::new(),
            loads: 0,
        };
        for (target, of) in package.targets.iter().enumerate() {
            let place = Place { target, prefix: &of.prefix, module: String::new(), when: None };
            let found = files.roots.get(&of.root).and_then(|key| files.places.get_key_value(key));
            if let Some((key, _)) = found {
                assembly.enter(key, &of.root, &place);
            }
        }
        assembly.finish()
    }

    fn enter(&mut self, key: &'a Key, path: &Path, place: &Place) {
        let Some(index) = self.files.places.get(key) else { return };
        let loaded = &self.files.loaded[*index];
        let file = relative(self.root, path);
        let first = *self.seen.entry(&key.0).or_insert_with(|| {
            self.reading.files += 1;
            self.reading.lines += loaded.facts.lines;
            for (line, message, remedy) in &loaded.facts.problems {
                let (message, remedy) = (message.clone(), remedy.clone());
                self.reading.problems.push(Problem { file: file.clone(), line: *line, message, remedy });
            }
            place.target
        });
        // What a library and a binary share is the library's.
        if first != place.target || loaded.facts.off {
            return;
        }
        self.loads += 1;
        let mut place = place.clone();
        place.when = and(place.when.as_deref(), loaded.facts.when.as_deref());
        for of in &loaded.facts.macros {
            self.macros.entry(of.name.clone()).or_default().insert(of.digest.clone());
        }
        for found in &loaded.facts.found {
            self.found(found, &file, &place);
        }
        self.chain.push(&key.0);
        for (child, targets) in loaded.facts.children.iter().zip(&loaded.children) {
            self.child(child, targets, &file, &place);
        }
        self.chain.pop();
    }

    fn found(&mut self, found: &Found, file: &str, place: &Place) {
        let module = join(&place.module, &found.module);
        let name = join(place.prefix, &absolute(&module, &found.name));
        match &found.what {
            What::Contract(contract) => {
                let mut contract = Contract::clone(contract);
                let around = and(place.when.as_deref(), found.when.as_deref());
                contract.rules.when = and(around.as_deref(), contract.rules.when.as_deref());
                contract.name = name;
                file.clone_into(&mut contract.file);
                self.reading.contracts.push(contract);
            }
            What::Unreadable { why, digest } => self.dark(name, why, digest, file, found.line),
            What::Call { name: of, digest } => {
                self.calls.push((of.clone(), name, digest.clone(), file.to_owned(), found.line));
            }
        }
    }

    fn dark(&mut self, name: String, why: &str, digest: &str, file: &str, line: usize) {
        let dark =
            self.dark.entry(name).or_insert_with(|| Dark { file: file.to_owned(), line, ..Dark::default() });
        if !dark.why.iter().any(|known| known == why) {
            dark.why.push(why.to_owned());
        }
        dark.digests.push(digest.to_owned());
    }

    fn child(&mut self, child: &Child, targets: &'a [Target], file: &str, place: &Place) {
        let mut inner = Place { module: join(&place.module, &child.module), ..place.clone() };
        inner.when = and(place.when.as_deref(), child.when.as_deref());
        let several = targets.len() > 1;
        for (choice, target) in child.choices.iter().zip(targets) {
            let mut inner =
                Place { when: and(inner.when.as_deref(), choice.when.as_deref()), ..inner.clone() };
            match target {
                Target::File { key, path } => self.load(key, path, &mut inner, child, file),
                // One of several paths is enough, and what a macro is given may be no module at all.
                Target::Missing(_) if child.maybe || (several && choice.when.is_none()) => {}
                Target::Missing(paths) => {
                    let tried = match paths.as_slice() {
                        [path] => format!("{} is not there", shown(&relative(self.root, path))),
                        paths => format!("neither {} is there", self.list(paths, " nor ")),
                    };
                    if inner.when.is_some() {
                        let why = format!("its file is missing: {tried}; a build may make it");
                        let name = join(inner.prefix, &inner.module);
                        self.dark(name, &why, &child.digest, file, child.line);
                    } else {
                        let message = format!("the file of {} is missing: {tried}", called(&inner.module));
                        self.problem(file, child.line, message, "add the file, or take the declaration away");
                    }
                }
                Target::Several(paths) => {
                    let message = format!(
                        "the module {} has two files: {}",
                        shown(&inner.module),
                        self.list(paths, " and ")
                    );
                    self.problem(file, child.line, message, "remove one of them");
                }
            }
        }
    }

    fn load(&mut self, key: &'a Key, path: &Path, inner: &mut Place, child: &Child, file: &str) {
        if self.chain.contains(&key.0.as_path()) {
            let message = format!("{} loads a file that it is part of: a cycle", called(&inner.module));
            self.problem(file, child.line, message, "let its `path` name another file");
        } else if self.chain.len() >= DEEPEST || self.loads >= 1000 + LOADS * self.files.loaded.len() {
            let message =
                format!("modules nest {DEEPEST} deep, or load the same files over and over: not read on");
            self.problem(file, child.line, message, "load each file once, from a module further up");
        } else {
            self.enter(key, path, inner);
        }
    }

    fn list(&self, paths: &[PathBuf], between: &str) -> String {
        paths.iter().map(|path| shown(&relative(self.root, path))).collect::<Vec<_>>().join(between)
    }

    fn problem(&mut self, file: &str, line: usize, message: String, remedy: &str) {
        self.reading.problems.push(Problem {
            file: file.to_owned(),
            line,
            message,
            remedy: remedy.to_owned(),
        });
    }

    fn finish(mut self) -> Reading {
        for (of, name, digest, file, line) in std::mem::take(&mut self.calls) {
            // A macro that only another package has is a namesake.
            if let Some(rules) = self.macros.get(&of) {
                let digest =
                    rules.iter().fold(digest, |all, rules| sha256(format!("{rules} {all}").as_bytes()));
                let why = format!("the macro {} makes it", shown(&format!("{of}!")));
                self.dark(name, &why, &digest, &file, line);
            }
        }
        self.reading.unreadable = self
            .dark
            .into_iter()
            .map(|(name, dark)| Unreadable {
                name,
                why: dark.why.join("; "),
                sha256: match dark.digests.as_slice() {
                    [digest] => digest.clone(),
                    digests => sha256(digests.join(" ").as_bytes()),
                },
                by_hand: ByHand::No,
                file: dark.file,
                line: dark.line,
            })
            .collect();
        self.reading.problems.sort();
        self.reading.problems.dedup();
        unique_names(&mut self.reading.contracts);
        self.reading
    }
}

/// Gives namesakes names of their own: first by their conditions, then by numbers; and sorts them.
fn unique_names(contracts: &mut [Contract]) {
    contracts.sort_by(|one, other| one.name.cmp(&other.name));
    let count = |contracts: &[Contract]| {
        let mut count: HashMap<String, usize> = HashMap::new();
        for contract in contracts {
            *count.entry(contract.name.clone()).or_default() += 1;
        }
        count
    };
    let namesakes = count(contracts);
    for contract in contracts.iter_mut().filter(|contract| namesakes[&contract.name] > 1) {
        if let Some(when) = &contract.rules.when {
            contract.name = format!("{} [cfg({when})]", contract.name);
        }
    }
    let mut times: HashMap<String, usize> = HashMap::new();
    for contract in contracts.iter_mut() {
        let times = times.entry(contract.name.clone()).or_default();
        *times += 1;
        if *times > 1 {
            contract.name = format!("{} #{times}", contract.name);
        }
    }
    contracts.sort_by(|one, other| one.name.cmp(&other.name));
}

/// A module in a message.
fn called(module: &str) -> String {
    if module.is_empty() { "the crate".to_owned() } else { format!("the module {}", shown(module)) }
}

/// The path below the crate of a name in a module, which may begin with `crate`, `self` or `super`.
fn absolute(module: &str, name: &str) -> String {
    let (mut module, mut name) = (module, name);
    while let Some((head, rest)) = name.split_once("::") {
        module = match head {
            "crate" => "",
            "self" => module,
            "super" => module.rsplit_once("::").map_or("", |(parent, _)| parent),
            _ => break,
        };
        name = rest;
    }
    join(module, name)
}

/// A path as it is shown: relative to the workspace root, with `/`.
fn relative(root: &Path, path: &Path) -> String {
    let parts = |path: &Path| path.components().map(|part| part.as_os_str().to_owned()).collect::<Vec<_>>();
    let (from, to) = (parts(root), parts(path));
    let shared = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
    let absolute = path.components().next().is_some_and(|first| !matches!(first, Component::Normal(_)));
    // Another drive, or no root at all: the path as it is.
    if shared == 0 || !absolute {
        return path.to_string_lossy().replace('\\', "/");
    }
    let up = from[shared..].iter().map(|_| "..".to_owned());
    let down = to[shared..].iter().map(|part| part.to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}
