//! Which CI workflows are governed: those that publish or run the gate, and what is tied to one of them.
//!
//! Read as text: a workflow that does not parse is governed all the same, and what is looked for may
//! stand in a script, in an action's input or behind a variable.

use std::collections::{BTreeMap, BTreeSet};

use super::{FileContent, Files};

/// The topic: digests alone.
pub(super) const TOPIC: &str = "workflows";

const FOLDER: &str = ".github/workflows";
const GITLAB: &str = ".gitlab-ci.yml";

/// Runs the gate, or hands something to others. Generous: a workflow too many costs a line in the lock.
const MARKS: &[&str] = &[
    "maturity",
    "publish",
    "cargo-release",
    "cargo release",
    "cargo-dist",
    "cargo dist",
    "release-plz",
    "semantic-release",
    "release-please",
    "gh release",
    "gh api",
    "glab release",
    "release-cli",
    "gh-release",
    "create-release",
    "upload-release",
    "release-action",
    "goreleaser",
    "docker push",
    "docker buildx build --push",
    "build-push-action",
    "push: true",
    "podman push",
    "buildah push",
    "skopeo copy",
    "crane push",
    "oras push",
    "helm push",
    "helm upgrade",
    "kubectl",
    "twine upload",
    "maturin upload",
    "crates-io-auth",
    "cargo_registry_token",
    "aws s3",
    "gsutil cp",
    "gcloud",
    "az storage",
    "rsync",
    "scp ",
    "git push",
    "deploy",
    "terraform apply",
];

/// The governed workflows, and the local ones and local actions that are tied to them by `uses:`.
pub(super) fn governed(files: &dyn Files) -> BTreeSet<String> {
    let mut texts: BTreeMap<String, Option<String>> = BTreeMap::new();
    let mut next: Vec<String> = files.list(FOLDER).into_iter().filter(|path| is_workflow(path)).collect();
    next.push(GITLAB.to_owned());
    let mut ties: Vec<(String, String)> = Vec::new();
    while let Some(path) = next.pop() {
        if texts.contains_key(&path) {
            continue;
        }
        let text = match files.read(&path) {
            FileContent::Absent => continue,
            FileContent::Bytes(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
            FileContent::Astray { .. } | FileContent::Unreadable { .. } => None,
        };
        for used in text.iter().flat_map(|text| local_uses(text)) {
            ties.push((path.clone(), used.clone()));
            next.push(used);
        }
        texts.insert(path, text);
    }
    let mut governed: BTreeSet<String> = texts
        .iter()
        // What cannot be read may do anything.
        .filter(|(path, text)| text.as_ref().is_none_or(|text| is_marked(path, text)))
        .map(|(path, _)| path.clone())
        .collect();
    // Whoever calls one of them, or is called by one, decides with it.
    loop {
        let before = governed.len();
        for (caller, called) in ties.iter().filter(|(_, called)| texts.contains_key(called)) {
            if governed.contains(caller) || governed.contains(called) {
                governed.extend([caller.clone(), called.clone()]);
            }
        }
        if governed.len() == before {
            return governed;
        }
    }
}

/// Whether an entry of the folder is a workflow, or the folder itself, which could not be listed.
fn is_workflow(path: &str) -> bool {
    path == FOLDER || path.ends_with(".yml") || path.ends_with(".yaml")
}

/// Whether a pipeline runs the gate, or may hand something to others.
pub(in crate::gates::policy_drift) fn is_marked(path: &str, text: &str) -> bool {
    let text = text.to_lowercase();
    // Blanks in a row are one: `cargo  publish` publishes too.
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    MARKS.iter().any(|mark| words.contains(mark)) || (path == GITLAB && words.contains("include:"))
}

/// The files that `uses: ./…` names: a workflow, or the description of an action in a folder.
fn local_uses(text: &str) -> Vec<String> {
    let mut used = Vec::new();
    for line in text.lines() {
        let Some((before, after)) = line.split_once("uses:") else { continue };
        if before.contains('#') {
            continue;
        }
        let after = after.trim().trim_start_matches(['"', '\'']);
        let Some(path) = after.strip_prefix("./") else { continue };
        let end = path.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '#' | '}' | ','));
        let path = path[..end.unwrap_or(path.len())].trim_end_matches('/');
        if is_workflow(path) {
            used.push(path.to_owned());
        } else {
            used.extend(["action.yml", "action.yaml"].map(|name| format!("{path}/{name}")));
        }
    }
    used
}
