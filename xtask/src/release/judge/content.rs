//! What the commit of a tag says of its release: the versions of its packages, and the changelog.

use std::collections::BTreeMap;

use super::super::changelog::{Changelog, is_about, is_unreleased, same};
use super::super::{Facts, Package, Tag};
use super::Judged;
use crate::catalog::Code;
use crate::diagnostics::{count, shown};
use crate::stages::Release;

/// Names that are listed before the rest is counted.
const LISTED: usize = 5;

pub(super) fn judge(facts: &Facts, local: &Tag, judged: &mut Judged) {
    let Some(release) = &facts.release else { return };
    if local.commit.as_ref() != Some(&facts.head) {
        // That is a finding of its own; what another commit says is none about this tag.
        return judged.saw("versions and changelog were not looked at: HEAD is another commit".to_owned());
    }
    if !facts.differing.is_empty() {
        let files: Vec<String> = facts.differing.iter().take(LISTED).map(|file| shown(file)).collect();
        let message = format!("what is read differs from the commit: {}", files.join(", "));
        judged.found(Code::TreeDirty, message);
    }
    let packages = released(&facts.packages, release);
    versions(&packages, release, judged);
    changelog(facts, &packages, release, judged);
}

/// The packages that a tag is a release of: the one that it names; else what a registry may get; else
/// what shares the workspace's version; else every member, but for `xtask` beside others.
fn released<'f>(packages: &'f [Package], release: &Release) -> Vec<&'f Package> {
    if let Some(name) = &release.package {
        return packages.iter().filter(|package| package.name == *name).collect();
    }
    let own = |package: &&Package| packages.len() == 1 || package.name != "xtask";
    let choices: [&dyn Fn(&&Package) -> bool; 3] = [&|p| p.published, &|p| p.shares_version && own(p), &own];
    let choose = |choice: &&dyn Fn(&&Package) -> bool| packages.iter().filter(*choice).collect::<Vec<_>>();
    choices.iter().map(choose).find(|found| !found.is_empty()).unwrap_or_default()
}

fn names(packages: &[&Package]) -> String {
    let listed: Vec<&str> = packages.iter().take(LISTED).map(|package| package.name.as_str()).collect();
    match packages.len().checked_sub(LISTED) {
        Some(more @ 1..) => format!("{} and {more} more", listed.join(", ")),
        _ => listed.join(", "),
    }
}

fn versions(packages: &[&Package], release: &Release, judged: &mut Judged) {
    let mut differing: BTreeMap<(&str, Option<u32>, String), Vec<&Package>> = BTreeMap::new();
    for package in packages.iter().filter(|package| !same(&release.version, &package.version)) {
        let key = (package.file.as_str(), package.line, package.version.to_string());
        differing.entry(key).or_default().push(package);
    }
    if packages.is_empty() {
        let message = "the workspace has no package whose version could be the tag's".to_owned();
        judged.found(Code::ReleaseVersionMismatch, message);
    } else if differing.is_empty() {
        judged.saw(format!("{} is the version of {}", release.version, names(packages)));
    }
    for ((file, line, version), packages) in differing {
        let message =
            format!("the tag says {}, and the version of {} is {version}", release.version, names(&packages));
        let finding = judged.found(Code::ReleaseVersionMismatch, message);
        finding.file = Some(file.to_owned());
        finding.line = line;
    }
}

/// Of a package, its own changelog goes before the workspace's; of the workspace, its own before those of
/// the packages. There must be one, and all that are looked at must have the version.
fn changelog(facts: &Facts, packages: &[&Package], release: &Release, judged: &mut Judged) {
    let of_packages: Vec<&Changelog> = packages.iter().filter_map(|p| p.changelog.as_ref()).collect();
    let at_root: Vec<&Changelog> = facts.changelog.iter().collect();
    let (first, second) = match (&release.package, facts.changelog_is_named) {
        (Some(_), false) => (of_packages, at_root),
        _ => (at_root, of_packages),
    };
    let mut looked_at = if first.is_empty() { second } else { first };
    // A package at the root has the workspace's own.
    looked_at.dedup_by(|one, other| one.file == other.file);
    if looked_at.is_empty() {
        let message = format!("there is no CHANGELOG.md at the root, nor beside {}", names(packages));
        judged.found(Code::ReleaseChangelogMissing, message);
    }
    let packages: Vec<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    for changelog in looked_at {
        match about(changelog, release, &packages) {
            Ok(line) => judged.saw(line),
            Err(message) => {
                judged.found(Code::ReleaseChangelogMissing, message).file = Some(changelog.file.clone());
            }
        }
    }
}

/// The line about the heading that was found. A pre-release may stand under its own version, under the one
/// that it leads to, or under what is not released yet: its changes are those of a release to come.
fn about(changelog: &Changelog, release: &Release, packages: &[&str]) -> Result<String, String> {
    let headings = changelog.headings.as_ref().map_err(Clone::clone)?;
    let find = |fits: &dyn Fn(&str) -> bool| headings.iter().find(|heading| fits(&heading.text));
    let seen = |line: u32, what: &str| format!("{}:{line} has a heading for {what}", changelog.file);
    let version = &release.version;
    if let Some(heading) = find(&|text| is_about(text, version, packages)) {
        return Ok(seen(heading.line, &version.to_string()));
    }
    if version.pre.is_empty() {
        let headings = count(headings.len(), "heading");
        return Err(format!("none of its {headings} is about {version}"));
    }
    let mut last = version.clone();
    (last.pre, last.build) = Default::default();
    if let Some(heading) = find(&|text| is_about(text, &last, packages)) {
        return Ok(seen(heading.line, &format!("{last}, which {version} leads to")));
    }
    match find(&is_unreleased) {
        Some(heading) => Ok(seen(heading.line, "what is not released yet, which will do for a pre-release")),
        None => Err(format!("no heading is about {version}, about {last} or about what is unreleased")),
    }
}
