//! From the lines of `cargo tree` to components: which package, required or only for the build, pulled
//! in by whom. Every line finds its package in cargo metadata, or the whole tree counts as unread.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use cargo_metadata::{Metadata, Package};

use super::lockfile::{Key, checksums};
use super::tree::Entry;
use super::{purl, sources};
use crate::evidence::deps::{Component, Scope, Source};

/// The packages of one tree and how they hang together. Packages are indices into cargo metadata's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Graph {
    /// Each package, and whether it reaches the shipped artefact.
    pub(super) nodes: BTreeMap<usize, Scope>,
    /// Dependent and dependency.
    pub(super) edges: BTreeSet<(usize, usize)>,
}

/// A package with one set of features, built for the target or for the host. cargo may hold several of
/// one package apart, and shows the dependencies of each once.
type Node = (usize, String, bool);

/// A dependency: package, features, and whether the edge leads to the host (a build dependency, or a
/// procedural macro).
type Child = (usize, String, bool);

/// Finds the package of each entry and walks the tree.
///
/// # Errors
/// The first entry that fits no package, or more than one; a repetition of what was never shown.
pub(super) fn graph(entries: &[Entry], metadata: &Metadata) -> Result<Graph, String> {
    let mut by_name: HashMap<(&str, String), Vec<usize>> = HashMap::new();
    for (index, package) in metadata.packages.iter().enumerate() {
        by_name.entry((package.name.as_str(), package.version.to_string())).or_default().push(index);
    }
    let mut graph = Graph::default();
    let mut nodes: Vec<Node> = Vec::with_capacity(entries.len());
    let mut children: HashMap<Node, Vec<Child>> = HashMap::new();
    let mut roots = Vec::new();
    for entry in entries {
        let candidates = by_name.get(&(entry.name.as_str(), entry.version.clone()));
        let package = find(entry, candidates.map_or(&[], Vec::as_slice), metadata)?;
        let parent = entry.parent.map(|parent| nodes[parent].clone());
        // A procedural macro and all below it run in the compiler. A shipped one is a root, and stays.
        let host_edge = entry.build || entry.proc_macro;
        let for_host = parent.as_ref().is_some_and(|parent| parent.2 || host_edge);
        let node = (package, entry.features.clone(), for_host);
        if !entry.repeated {
            children.entry(node.clone()).or_default();
        }
        match parent {
            Some(parent) => {
                graph.edges.insert((parent.0, package));
                children.entry(parent).or_default().push((package, entry.features.clone(), host_edge));
            }
            None => roots.push(node.clone()),
        }
        nodes.push(node);
    }
    // Scopes need a walk of their own: a subtree shown below a build dependency may be repeated, by
    // name alone, below a normal one.
    let mut seen: HashSet<Node> = HashSet::new();
    let mut pending = roots;
    while let Some(node) = pending.pop() {
        let scope = if node.2 { Scope::Excluded } else { Scope::Required };
        let known = graph.nodes.entry(node.0).or_insert(scope);
        if scope == Scope::Required {
            *known = Scope::Required;
        }
        if !seen.insert(node.clone()) {
            continue;
        }
        let elsewhere = (node.0, node.1.clone(), !node.2);
        let shown = children.get(&node).or_else(|| children.get(&elsewhere)).ok_or_else(|| {
            let package = &metadata.packages[node.0];
            format!("cargo tree repeats {}@{} without having shown it", package.name, package.version)
        })?;
        for (package, features, host_edge) in shown {
            pending.push((*package, features.clone(), node.2 || *host_edge));
        }
    }
    Ok(graph)
}

/// The package that an entry shows.
fn find(entry: &Entry, candidates: &[usize], metadata: &Metadata) -> Result<usize, String> {
    if let [only] = candidates {
        return Ok(*only);
    }
    let shown = entry.source.as_deref();
    let fits = |index: &&usize| fits(&metadata.packages[**index], shown);
    let fitting: Vec<&usize> = candidates.iter().filter(fits).collect();
    match fitting.as_slice() {
        [only] => Ok(**only),
        [] => Err(format!("cargo metadata does not know {}@{} of cargo tree", entry.name, entry.version)),
        _ => Err(format!("more than one package is {}@{}; cannot tell which", entry.name, entry.version)),
    }
}

/// Whether a package has the source that cargo tree shows: a folder, a git URL with a short revision,
/// `registry …`, or nothing for crates.io.
fn fits(package: &Package, shown: Option<&str>) -> bool {
    let source = package.source.as_ref().map(|source| sources::parse(&source.repr));
    match (source, shown) {
        (None, Some(shown)) => package.manifest_path.parent().is_some_and(|folder| folder.as_str() == shown),
        (Some(Some(Source::Registry { url })), None) => url == sources::CRATES_IO,
        (Some(Some(Source::Registry { url })), Some(shown)) => {
            url != sources::CRATES_IO && shown.starts_with("registry ")
        }
        (Some(Some(Source::Git { url, revision })), Some(shown)) => shown
            .rsplit_once('#')
            .is_some_and(|(shown_url, short)| shown_url == url && revision.starts_with(short)),
        _ => false,
    }
}

/// Describes every package of these graphs, sorted by name and version.
///
/// # Errors
/// A package whose source is of no kind that is known here.
pub(super) fn describe(
    metadata: &Metadata,
    graphs: &[&Graph],
    lockfile: &str,
    cargo_home: &Path,
) -> Result<BTreeMap<usize, Component>, String> {
    let homes = [cargo_home.to_path_buf(), cargo_home.canonicalize().unwrap_or_default()];
    let root = metadata.workspace_root.as_std_path();
    let members: HashSet<&cargo_metadata::PackageId> = metadata.workspace_members.iter().collect();
    let checksums = checksums(lockfile);
    let mut dependents: HashMap<usize, BTreeSet<String>> = HashMap::new();
    for (from, to) in graphs.iter().flat_map(|graph| &graph.edges) {
        let from = &metadata.packages[*from];
        dependents.entry(*to).or_default().insert(format!("{}@{}", from.name, from.version));
    }
    let mut found = BTreeMap::new();
    for (index, scope) in graphs.iter().flat_map(|graph| &graph.nodes) {
        let component = found.entry(*index);
        let component = match component {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(vacant) => {
                let package = &metadata.packages[*index];
                let source = source(package, root, members.contains(&package.id))?;
                let pulled_in_by = dependents.remove(index).unwrap_or_default().into_iter().collect();
                let mut component = component_of(package, source, pulled_in_by, &checksums);
                component.read_from = replaced(package, &component.source, root, &homes);
                vacant.insert(component)
            }
        };
        if *scope == Scope::Required {
            component.scope = Scope::Required;
        }
    }
    Ok(found)
}

/// The folder of a package that comes from elsewhere and is not read from cargo's home.
fn replaced(package: &Package, source: &Source, root: &Path, homes: &[PathBuf]) -> Option<String> {
    if !matches!(source, Source::Registry { .. } | Source::Git { .. }) {
        return None;
    }
    let folder = package.manifest_path.parent()?.as_std_path();
    let at_home = |home: &PathBuf| !home.as_os_str().is_empty() && folder.starts_with(home);
    (!homes.iter().any(at_home)).then(|| relative(folder, root))
}

fn component_of(
    package: &Package,
    source: Source,
    pulled_in_by: Vec<String>,
    checksums: &HashMap<Key, String>,
) -> Component {
    let repr = package.source.as_ref().map_or(String::new(), |source| source.repr.clone());
    let key = (package.name.to_string(), package.version.to_string(), repr);
    Component {
        purl: purl::of(&key.0, &key.1, &source),
        source,
        checksum: checksums.get(&key).cloned(),
        license: package.license.clone(),
        license_file: package.license_file.is_some(),
        scope: Scope::Excluded,
        pulled_in_by,
        read_from: None,
        name: key.0,
        version: key.1,
    }
}

fn source(package: &Package, root: &Path, member: bool) -> Result<Source, String> {
    match &package.source {
        _ if member => Ok(Source::Member),
        Some(source) => sources::parse(&source.repr).ok_or_else(|| {
            format!("{}@{} comes from `{}`, a source of unknown kind", package.name, package.version, source)
        }),
        None => {
            let folder = package.manifest_path.parent().map_or(Path::new(""), |path| path.as_std_path());
            Ok(Source::Path { path: relative(folder, root) })
        }
    }
}

/// A folder as seen from the root, with `..` where it lies outside.
pub(super) fn relative(folder: &Path, root: &Path) -> String {
    let (folder_steps, root_steps): (Vec<_>, Vec<_>) =
        (folder.components().collect(), root.components().collect());
    let shared = folder_steps.iter().zip(&root_steps).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..".to_owned(), root_steps.len() - shared);
    let down = folder_steps[shared..].iter().map(|step| step.as_os_str().to_string_lossy().into_owned());
    let path = up.chain(down).collect::<Vec<_>>().join("/");
    if path.is_empty() { ".".into() } else { path }
}
