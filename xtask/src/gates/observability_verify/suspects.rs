//! Binaries that look like services: what servers are made of is among their dependencies.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Package};

use crate::evidence::services::Suspect;
use crate::settings::services::{Observability, Services};
use crate::workspace::Workspace;

/// Crates that listen for requests, or that hand metrics to a scraper.
const TELLING: [&str; 26] = [
    "actix-web",
    "axum",
    "axum-prometheus",
    "axum-server",
    "gotham",
    "hyper",
    "iron",
    "jsonrpsee",
    "lambda_http",
    "metrics-exporter-prometheus",
    "nickel",
    "ntex",
    "opentelemetry-prometheus",
    "poem",
    "prometheus",
    "prometheus-client",
    "rocket",
    "rouille",
    "salvo",
    "tarpc",
    "tide",
    "tiny_http",
    "tonic",
    "trillium",
    "viz",
    "warp",
];

/// The binaries of the workspace that look like services and that the settings do not speak of.
pub(crate) fn find(workspace: &Workspace, settings: &Observability) -> Vec<Suspect> {
    let members = workspace.members.workspace_packages();
    let by_name: BTreeMap<&str, &Package> =
        members.iter().map(|package| (package.name.as_str(), *package)).collect();
    let known = |package: &str, binary: &str| {
        let listed = match &settings.services {
            Services::Listed(services) => services.iter().any(|service| {
                service.package == package && service.binary.as_deref().is_none_or(|name| name == binary)
            }),
            Services::Silent | Services::NotApplicable(_) => false,
        };
        listed || settings.not_services.contains_key(binary)
    };
    let mut suspects = Vec::new();
    for package in members {
        let because = telling(package, &by_name);
        for target in package.targets.iter().filter(|target| target.is_bin()) {
            if !because.is_empty() && !known(&package.name, &target.name) {
                suspects.push(Suspect {
                    package: package.name.to_string(),
                    binary: target.name.clone(),
                    because: because.iter().map(ToString::to_string).collect(),
                });
            }
        }
    }
    suspects
}

/// The telling ones among the dependencies of a package and of the members that it depends on.
fn telling<'p>(package: &'p Package, members: &BTreeMap<&str, &'p Package>) -> BTreeSet<&'p str> {
    let (mut found, mut seen, mut next) = (BTreeSet::new(), BTreeSet::new(), vec![package]);
    while let Some(package) = next.pop() {
        if !seen.insert(package.name.as_str()) {
            continue;
        }
        for dependency in package.dependencies.iter().filter(|one| one.kind == DependencyKind::Normal) {
            match members.get(dependency.name.as_str()).filter(|_| dependency.path.is_some()) {
                Some(member) => next.push(member),
                None if TELLING.contains(&dependency.name.as_str()) => {
                    found.insert(dependency.name.as_str());
                }
                None => {}
            }
        }
    }
    found
}
