//! Rules about the members' manifests.

use super::{Breach, Looked};
use crate::diagnostics::shown;
use crate::evidence::rules::{DependencyFacts, ManifestFacts, RuleFacts};

/// Each member's manifest, with what is wrong with it if anything is. A manifest that could not be read
/// is wrong.
pub(super) fn each(facts: &RuleFacts, wrong: impl Fn(&ManifestFacts) -> Option<&'static str>) -> Looked {
    let mut looked = Looked { at: facts.manifests.len(), ..Looked::default() };
    for one in &facts.manifests {
        if let Some(wrong) = wrong(one) {
            looked.breaches.push(of(one, format!("{} {wrong}", one.package)));
        }
    }
    let unread = facts.unread.iter().filter(|(file, _)| file.ends_with("Cargo.toml"));
    looked.breaches.extend(unread.map(|(file, why)| Breach::at(file, None, format!("{file}: {why}"))));
    looked
}

fn of(manifest: &ManifestFacts, message: String) -> Breach {
    Breach { package: Some(manifest.package.clone()), ..Breach::at(&manifest.file, None, message) }
}

pub(super) fn lints_inherited(facts: &RuleFacts) -> Looked {
    // The one package of a workspace of its own has nobody to inherit from.
    let alone = facts.manifests.len() == 1 && facts.manifests.iter().all(|one| one.at_root);
    each(facts, |one| match (one.inherits_lints, alone) {
        (true, _) if facts.workspace_lints => None,
        (true, _) => Some("inherits lints, and [workspace.lints] sets none"),
        (false, true) if one.own_lints => None,
        (false, true) => Some("sets no lints"),
        (false, false) => Some("does not inherit the workspace's lints"),
    })
}

pub(super) fn unsafe_forbidden(facts: &RuleFacts, allowed: &[String]) -> Looked {
    let mut looked = each(facts, |one| {
        let forbidden = matches!(one.unsafe_code.as_deref(), Some("forbid" | "deny"));
        let listed = allowed.contains(&one.package);
        (!forbidden && !listed).then_some("neither forbids unsafe code nor is listed")
    });
    for name in allowed.iter().filter(|name| !facts.manifests.iter().any(|one| one.package == **name)) {
        let message = format!("unsafe_allowed lists {}, which is no member", shown(name));
        looked.breaches.push(Breach::at(crate::settings::FILE, None, message));
    }
    looked
}

/// The dependencies of the packages that may be published.
fn dependencies(facts: &RuleFacts, wrong: impl Fn(&DependencyFacts) -> Option<String>) -> Looked {
    let mut looked = Looked::default();
    for one in facts.manifests.iter().filter(|one| one.published) {
        // A published package without dependencies was looked at as well.
        looked.at += 1;
        for dependency in &one.dependencies {
            if let Some(wrong) = wrong(dependency) {
                let message = format!("{} depends on {}{wrong}", one.package, shown(&dependency.name));
                looked.breaches.push(Breach {
                    package: Some(one.package.clone()),
                    ..Breach::at(&dependency.file, dependency.line, message)
                });
            }
        }
    }
    looked
}

pub(super) fn no_wildcards(facts: &RuleFacts) -> Looked {
    dependencies(facts, |dependency| {
        // Without a version, cargo leaves a folder or repository out of a published package's development
        // dependencies.
        let left_out = dependency.development && (dependency.path || dependency.git.is_some());
        (anything(&dependency.requirement) && !left_out).then(|| " in any version".to_owned())
    })
}

/// Whether a requirement is met by every version there is.
fn anything(requirement: &str) -> bool {
    let parts = requirement.split(',').map(|part| part.split_whitespace().collect::<String>());
    parts.into_iter().all(|part| {
        let number = part.strip_prefix(">=").map(|number| number.split('-').next().unwrap_or_default());
        part == "*" || number.is_some_and(|number| number.chars().all(|c| matches!(c, '0' | '.')))
    })
}

pub(super) fn no_git(facts: &RuleFacts) -> Looked {
    dependencies(facts, |dependency| {
        // Users of a package never see its development dependencies.
        let url = dependency.git.as_deref().filter(|_| !dependency.development)?;
        Some(format!(" from the repository {}", shown(url)))
    })
}
