//! What the members' manifests say, with the lines that say it. Facts only.

use std::collections::HashMap;
use std::path::Path;

use cargo_metadata::{Dependency, DependencyKind, Package};
use toml_edit::{Document, Item, TableLike};

use crate::evidence::rules::{DependencyFacts, ManifestFacts, RuleFacts};
use crate::workspace::Workspace;

use super::gather::relative;

/// Reads every member's manifest.
pub(super) fn gather(workspace: &Workspace, facts: &mut RuleFacts) {
    let mut files = Manifests { root: &workspace.root, read: HashMap::new() };
    let lints = files.get("Cargo.toml").map(|root| {
        let lints = root.document.get("workspace").and_then(|item| item.get("lints"));
        (filled(lints), level(lints))
    });
    let (workspace_lints, workspace_level) = lints.unwrap_or_default();
    facts.workspace_lints = workspace_lints;
    for package in workspace.members.workspace_packages() {
        let file = relative(&workspace.root, package.manifest_path.as_std_path());
        match files.get(&file) {
            Some(manifest) => {
                let mut one = manifest.facts(package, &file, workspace_level.as_deref());
                one.dependencies = files.dependencies(package, &file);
                facts.manifests.push(one);
            }
            None => facts.unread.push((file, "it cannot be read as TOML".into())),
        }
    }
    facts.manifests.sort_by(|one, other| one.file.cmp(&other.file));
}

/// The manifests that were read, by their path.
struct Manifests<'a> {
    root: &'a Path,
    read: HashMap<String, Option<Manifest>>,
}

/// A manifest with the places of its keys.
struct Manifest {
    text: String,
    document: Document<String>,
}

impl Manifests<'_> {
    fn get(&mut self, file: &str) -> Option<&Manifest> {
        let root = self.root;
        let read = || {
            let text = std::fs::read_to_string(root.join(file)).ok()?;
            let document = Document::parse(text.clone()).ok()?;
            Some(Manifest { text, document })
        };
        self.read.entry(file.to_owned()).or_insert_with(read).as_ref()
    }

    fn dependencies(&mut self, package: &Package, file: &str) -> Vec<DependencyFacts> {
        package.dependencies.iter().map(|dependency| self.dependency(dependency, file)).collect()
    }

    fn dependency(&mut self, dependency: &Dependency, file: &str) -> DependencyFacts {
        let name = dependency.rename.as_ref().unwrap_or(&dependency.name).clone();
        let source = dependency.source.as_ref().map(|source| source.repr.clone()).unwrap_or_default();
        let own = self.get(file).and_then(|manifest| manifest.dependency(dependency, &name));
        let (file, line) = match own {
            Some((_, true)) => {
                let root = self.get("Cargo.toml");
                ("Cargo.toml".to_owned(), root.and_then(|root| root.workspace_dependency(&name)))
            }
            Some((line, false)) => (file.to_owned(), line),
            None => (file.to_owned(), None),
        };
        DependencyFacts {
            name,
            requirement: dependency.req.to_string(),
            git: source.strip_prefix("git+").map(str::to_owned),
            path: dependency.path.is_some(),
            development: dependency.kind == DependencyKind::Development,
            file,
            line,
        }
    }
}

impl Manifest {
    fn facts(&self, package: &Package, file: &str, workspace_level: Option<&str>) -> ManifestFacts {
        let lints = self.document.get("lints");
        let inherits = lints.and_then(|lints| lints.get("workspace")).and_then(Item::as_bool) == Some(true);
        ManifestFacts {
            package: package.name.to_string(),
            file: file.to_owned(),
            published: package.publish.as_ref().is_none_or(|registries| !registries.is_empty()),
            rust_version: package.rust_version.is_some(),
            license: package.license.is_some() || package.license_file.is_some(),
            inherits_lints: inherits,
            own_lints: !inherits && filled(lints),
            at_root: file == "Cargo.toml",
            unsafe_code: if inherits { workspace_level.map(str::to_owned) } else { level(lints) },
            dependencies: Vec::new(),
        }
    }

    /// The line of a dependency, and whether it is inherited from the workspace.
    fn dependency(&self, dependency: &Dependency, name: &str) -> Option<(Option<u32>, bool)> {
        let table = match dependency.kind {
            DependencyKind::Development => "dev-dependencies",
            DependencyKind::Build => "build-dependencies",
            _ => "dependencies",
        };
        let mut places: Vec<Option<&Item>> = vec![self.document.get(table)];
        // The name of the target is written in several ways, so all of them are looked at.
        if let (Some(_), Some(targets)) =
            (&dependency.target, self.document.get("target").and_then(Item::as_table_like))
        {
            places.extend(targets.iter().map(|(_, target)| target.get(table)));
        }
        let tables = places.into_iter().flatten().filter_map(Item::as_table_like);
        let (span, item) =
            tables.filter_map(|table| Some((table.key(name)?.span(), table.get(name)?))).next_back()?;
        let inherited = item.get("workspace").and_then(Item::as_bool) == Some(true);
        Some((span.map(|span| self.line(span.start)), inherited))
    }

    fn workspace_dependency(&self, name: &str) -> Option<u32> {
        let table = self.document.get("workspace")?.get("dependencies")?.as_table_like()?;
        Some(self.line(table.key(name)?.span()?.start))
    }

    fn line(&self, at: usize) -> u32 {
        line(&self.text, at)
    }
}

/// The one-based line of a place in a text.
pub(super) fn line(text: &str, at: usize) -> u32 {
    let before = text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count();
    u32::try_from(before + 1).unwrap_or(u32::MAX)
}

/// Whether a table of lints says anything beside where it comes from.
fn filled(lints: Option<&Item>) -> bool {
    let tools = lints.and_then(Item::as_table_like);
    tools.is_some_and(|tools| {
        tools.iter().any(|(_, lints)| lints.as_table_like().is_some_and(|lints| !lints.is_empty()))
    })
}

/// The level of `unsafe_code` in a table of lints.
fn level(lints: Option<&Item>) -> Option<String> {
    let rust = lints?.get("rust")?;
    // rustc takes both spellings.
    let lint = rust.get("unsafe_code").or_else(|| rust.get("unsafe-code"))?;
    let level = |table: &dyn TableLike| table.get("level").and_then(Item::as_str).map(str::to_owned);
    lint.as_str().map(str::to_owned).or_else(|| level(lint.as_table_like()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lints(text: &str) -> (bool, Option<String>) {
        let document = Document::parse(text.to_owned()).unwrap();
        let lints = document.get("lints");
        (filled(lints), level(lints))
    }

    #[test]
    fn lints_are_read_in_both_their_forms() {
        for (text, expected) in [
            ("", (false, None)),
            ("[lints]\nworkspace = true", (false, None)),
            ("[lints.rust]\n", (false, None)),
            ("[lints.rust]\nunsafe_code = \"forbid\"", (true, Some("forbid"))),
            ("[lints]\nrust.unsafe_code = {level = \"deny\", priority = 1}", (true, Some("deny"))),
            ("[lints.rust]\nunsafe-code = \"forbid\"", (true, Some("forbid"))),
            ("[lints.clippy]\nall = \"warn\"", (true, None)),
            ("lints = 3", (false, None)),
        ] {
            assert_eq!(lints(text), (expected.0, expected.1.map(str::to_owned)), "{text}");
        }
    }

    #[test]
    fn places_become_lines() {
        assert_eq!((line("a\nb\nc", 0), line("a\nb\nc", 4), line("", 9)), (1, 3, 1));
    }
}
