//! Reads what a tag is judged by: git, the members' manifests, the changelogs. Facts only.

use std::path::Path;

use toml_edit::{Document, Item};

use super::changelog::{self, Changelog};
use super::choose::{self, Chosen};
use super::{Facts, Package};
use crate::error::{Error, Result};
use crate::host::Host;
use crate::process::{self, Processes};
use crate::settings;
use crate::setup;
use crate::stages::{self, RefFacts};
use crate::toml_file::Places;
use crate::workspace::Workspace;
use crate::workspace::git::tag::{Remote, Tags};
use crate::workspace::git::{OwnFiles, Repository};

/// What is asked.
#[derive(Debug)]
pub struct Request<'a> {
    /// `--tag`.
    pub tag: Option<&'a str>,
    /// `--offline`.
    pub offline: bool,
    /// A folder for logs.
    pub logs: &'a Path,
}

/// Gathers the facts about the tag that is asked about.
///
/// # Errors
/// A usage error if there is no repository or no such tag; a tool error if git or a manifest cannot be read.
pub fn gather(
    host: &Host,
    processes: &Processes,
    workspace: &Workspace,
    settings: &settings::Release,
    request: &Request<'_>,
) -> Result<Facts> {
    let root = &workspace.root;
    let packages = packages(workspace)?;
    let changelog = read_changelog(root, settings);
    let files = files(workspace, &packages, changelog.as_ref());
    let own = OwnFiles {
        out: root.join("dist").join("maturity"),
        target: workspace.members.target_directory.clone().into(),
        essential: files.iter().map(|file| root.join(file)).collect(),
    };
    let repository = Repository::read(processes, root, &own)?;
    if let Some(problem) = &repository.problem {
        return Err(Error::usage(format!("there is no tag to judge: {problem}"))
            .help("run it in a clone of the repository, with its tags fetched"));
    }
    let facts = RefFacts {
        given: request.tag.map(str::to_owned),
        ci: setup::ci_ref(host).or_else(|| named_alone(host)),
        branch: repository.branch.clone(),
        tags: repository.tags.clone(),
    };
    let tags = Tags::new(processes, root);
    let chosen =
        choose::choose(&facts, |name| Ok(told(tags.get(name))?.is_some_and(|tag| tag.annotation.is_some())))?;
    let shallow = told(tags.is_shallow())?;
    let local = told(tags.get(&chosen.name))?;
    if local.is_none() && !shallow && !facts.tags.is_empty() {
        return Err(choose::unknown(&chosen, &facts));
    }
    let remote = told(tags.remote(&chosen.name, request.offline, request.logs))?;
    let commit = local.as_ref().and_then(|tag| tag.commit.as_deref());
    let (holding, branches) = told(tags.branches(commit, remote_name(&remote)))?;
    if processes.interrupted() {
        return Err(process::interrupted());
    }
    let Chosen { name: tag, named_by, commit_variable } = chosen;
    Ok(Facts {
        ci_commit: commit_variable.and_then(|name| Some((name.to_owned(), host.var(name)?.to_owned()))),
        release: stages::release_of(&tag, &workspace.member_names()),
        differing: files.into_iter().filter(|file| repository.differs(&root.join(file))).collect(),
        head: repository.commit,
        tag,
        named_by,
        shallow,
        local,
        remote,
        holding,
        branches,
        packages,
        changelog,
        changelog_is_named: settings.changelog.is_some(),
    })
}

fn told<T>(told: std::result::Result<T, String>) -> Result<T> {
    told.map_err(|reason| {
        Error::tool(format!("git cannot tell what the tag is: {reason}"))
            .help("run `git for-each-ref refs/tags` by hand; the repository may be damaged")
    })
}

/// `GITHUB_REF_NAME`, where it stands without `GITHUB_REF`.
fn named_alone(host: &Host) -> Option<(String, String)> {
    let name = host.var("GITHUB_REF_NAME").filter(|_| host.var("GITHUB_REF_TYPE") == Some("tag"))?;
    Some(("GITHUB_REF_NAME".to_owned(), format!("refs/tags/{name}")))
}

/// The remote whose branches count beside the clone's own.
fn remote_name(remote: &Remote) -> &str {
    match remote {
        Remote::Offline(name) | Remote::Silent { name, .. } | Remote::Told { name, .. } => name,
        Remote::None | Remote::Several(_) => "origin",
    }
}

fn read_changelog(root: &Path, settings: &settings::Release) -> Option<Changelog> {
    let file = settings.changelog.as_deref().unwrap_or(changelog::NAME);
    let read = changelog::read(&root.join(file), file.to_owned());
    // One that was asked for by name is missed, whatever lies elsewhere.
    let missed = || settings.changelog.as_ref().map(|_| "there is no such file".to_owned());
    read.or_else(|| Some(Changelog { file: file.to_owned(), headings: Err(missed()?) }))
}

/// The files that the facts are read from, relative to the root.
fn files(workspace: &Workspace, packages: &[Package], changelog: Option<&Changelog>) -> Vec<String> {
    let manifests = workspace.members.workspace_packages();
    let manifests = manifests.iter().map(|package| workspace.relative(package.manifest_path.as_std_path()));
    let changelogs = packages.iter().filter_map(|package| package.changelog.as_ref()).chain(changelog);
    let there = |log: &&Changelog| log.headings.is_ok();
    let mut files: Vec<String> = manifests
        .chain(packages.iter().map(|package| package.file.clone()))
        .chain(changelogs.filter(there).map(|log| log.file.clone()))
        .collect();
    files.sort();
    files.dedup();
    files
}

fn packages(workspace: &Workspace) -> Result<Vec<Package>> {
    let manifest = |path: &Path| -> Result<(String, Document<String>)> {
        let cannot = |reason: String| {
            Error::tool(format!("cannot read {}: {reason}", workspace.relative(path)))
                .help("cargo could; another program may be writing it")
        };
        let text = std::fs::read_to_string(path).map_err(|error| cannot(error.to_string()))?;
        let document = Document::parse(text.clone()).map_err(|error| cannot(error.message().to_owned()))?;
        Ok((text, document))
    };
    let root = manifest(&workspace.root.join("Cargo.toml"))?;
    let of_workspace = ["workspace", "package", "version"];
    let mut packages = Vec::new();
    for package in workspace.members.workspace_packages() {
        let path = package.manifest_path.as_std_path();
        let own = manifest(path)?;
        let shares_version = find(&own.1, &["package", "version", "workspace"]).is_some();
        let (file, line) = match shares_version {
            true => ("Cargo.toml".to_owned(), line(&root, &of_workspace)),
            false => (workspace.relative(path), line(&own, &["package", "version"])),
        };
        let folder = path.parent().unwrap_or(path);
        let log = folder.join(changelog::NAME);
        packages.push(Package {
            name: package.name.to_string(),
            version: package.version.clone(),
            file,
            line,
            published: package.publish.as_ref().is_none_or(|registries| !registries.is_empty()),
            shares_version,
            changelog: changelog::read(&log, workspace.relative(&log)),
        });
    }
    packages.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(packages)
}

fn find<'d>(document: &'d Document<String>, keys: &[&str]) -> Option<&'d Item> {
    keys.iter().try_fold(document.as_item(), |item, key| item.get(key))
}

fn line((text, document): &(String, Document<String>), keys: &[&str]) -> Option<u32> {
    let span = find(document, keys)?.span()?;
    u32::try_from(Places::new(text).line(span.start)).ok()
}
