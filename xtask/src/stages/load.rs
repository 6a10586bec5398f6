//! From `ci/maturity-stages.yml` to a [`Policy`]: the only reader of that file.
//!
//! A file is taken whole or not at all: anything unknown, missing or double is a complaint, and
//! nothing is ignored.

use std::collections::BTreeMap;
use std::path::Path;

use super::glob::Glob;
use super::{FILE, Policy, Stage, builtin, modes};
use crate::diagnostics::shown;
use crate::error::Result;
use crate::freeze;
use crate::yaml::{self, Complaints, Document, Fields, Keys, Node, Value};

const TOP: Keys = Keys::new(&["version", "stages", "freeze"]);
const STAGE: Keys = Keys::new(&["description", "patterns", "gates"]);
const EXPECTED_PATTERNS: &str = "a list of globs over ref names, such as [\"v*\"]";

/// Reads the policy of a workspace; the built-in stages if it has no such file.
///
/// # Errors
/// Every complaint about the file, at once. A file that is there and cannot be read is an error.
pub fn load(root: &Path) -> Result<Policy> {
    match yaml::open(root, FILE)? {
        Some(document) => read(&document),
        None => Ok(builtin()),
    }
}

/// Reads the policy from a file that must be there; `shown` is what complaints call it.
///
/// # Errors
/// As [`load`], and if the file is absent.
pub fn load_file(path: &Path, shown: &str) -> Result<Policy> {
    read(&yaml::open_file(path, shown)?)
}

/// Reads the policy from a text; `file` is what complaints call it.
///
/// # Errors
/// Every complaint about the text, at once.
pub fn parse(text: &[u8], file: &str) -> Result<Policy> {
    read(&Document::parse(text, file)?)
}

pub(super) fn read(document: &Document) -> Result<Policy> {
    let mut complaints = Complaints::new();
    let (mut stages, mut windows) = (Vec::new(), Vec::new());
    if let Some(fields) = Fields::read(document.root(), &TOP, &mut complaints) {
        yaml::version(&fields, &mut complaints);
        if let Some(node) = fields.need("stages", "a mapping from stage names to stages", &mut complaints) {
            stages = read_stages(node, &mut complaints);
        }
        if let Some(node) = fields.get("freeze") {
            // The names of stages with mistakes in them are names all the same.
            let names = fields.get("stages").map(names).unwrap_or_default();
            windows = freeze::read(node, &names, &mut complaints);
        }
    }
    document.finish(complaints)?;
    Ok(Policy { stages, freeze: windows, file: Some(document.file().to_owned()) })
}

fn names(stages: &Node) -> Vec<&str> {
    let Value::Mapping(entries) = &stages.value else { return Vec::new() };
    let keys = entries.iter().map(|(key, _)| &key.value);
    keys.filter_map(|key| if let Value::Text(name) = key { Some(name.as_str()) } else { None }).collect()
}

fn read_stages(node: &Node, complaints: &mut Complaints) -> Vec<Stage> {
    let mut stages = Vec::new();
    let mut patterns: BTreeMap<String, String> = BTreeMap::new();
    let Some(entries) = node.entries("a mapping from stage names to stages", complaints) else {
        return stages;
    };
    if entries.is_empty() {
        complaints.missing(node, "there is no stage", "add one, laxest first, or delete the file");
    }
    for (name, key, value) in entries {
        let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        if name.is_empty() || name.len() > 40 || !name.chars().all(is_word) || name.starts_with('-') {
            let message = format!("{} cannot be a stage's name", shown(name));
            complaints.at(key, message, "use letters, digits, _ and -, at most 40");
        }
        stages.extend(read_stage(name, value, &mut patterns, complaints));
    }
    stages
}

fn read_stage(
    name: &str,
    node: &Node,
    taken: &mut BTreeMap<String, String>,
    complaints: &mut Complaints,
) -> Option<Stage> {
    let fields = Fields::read(node, &STAGE, complaints)?;
    let description = match fields.get("description") {
        Some(node) => node.text("a text", complaints).unwrap_or_default(),
        None => "",
    };
    let patterns = fields.need("patterns", EXPECTED_PATTERNS, complaints);
    let patterns = patterns.map(|node| read_patterns(name, node, taken, complaints)).unwrap_or_default();
    let gates = fields.need("gates", modes::EXPECTED_GATES, complaints);
    let gates = gates.map(|node| modes::read(node, complaints)).unwrap_or_default();
    let description = description.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut stage = Stage { name: name.to_owned(), description, patterns, ..Stage::default() };
    for (gate, given) in gates {
        given.put(&mut stage, gate);
    }
    Some(stage)
}

fn read_patterns(
    stage: &str,
    node: &Node,
    taken: &mut BTreeMap<String, String>,
    complaints: &mut Complaints,
) -> Vec<String> {
    let Some(items) = node.list(EXPECTED_PATTERNS, complaints) else { return Vec::new() };
    if items.is_empty() {
        complaints.missing(node, "a stage without patterns", format!("expected {EXPECTED_PATTERNS}"));
    }
    let mut patterns = Vec::new();
    for item in items {
        let parsed = item
            .checked("a glob over ref names", complaints, |text| Glob::parse(text).map(|_| text.to_owned()));
        let Some(pattern) = parsed else { continue };
        match taken.get(&pattern) {
            Some(other) => {
                let message = format!("the pattern {} is already one of {}", shown(&pattern), shown(other));
                complaints.at(item, message, "a ref can land in one stage only; delete one of them");
            }
            None => {
                taken.insert(pattern.clone(), stage.to_owned());
                patterns.push(pattern);
            }
        }
    }
    patterns
}
