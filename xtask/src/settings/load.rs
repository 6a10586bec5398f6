//! From `ci/maturity-evidence.yml` to [`Settings`]: the only reader of that file.
//!
//! Every key has a default. What the file does say is taken whole or not at all: anything unknown,
//! double or out of bounds is a complaint, and nothing is ignored.

use std::path::Path;

use super::values::{self, set};
use super::{FILE, Features, Settings, budgets, deps, guard, policy, release, services};
use crate::error::Result;
use crate::yaml::{self, Complaints, Document, Fields, Keys, Node, Value};

const TOP: Keys = Keys::new(&[
    "version",
    "features",
    "promotion_guard",
    "deps_approval",
    "policy_drift",
    "field_budgets",
    "observability_verify",
    "release",
]);
const FEATURES: Keys = Keys::new(&["names", "default"]);

/// Reads the settings of a workspace; the defaults if it has no such file.
///
/// # Errors
/// Every complaint about the file, at once. A file that is there and cannot be read is an error.
pub fn load(root: &Path) -> Result<Settings> {
    match yaml::open(root, FILE)? {
        Some(document) => read(&document),
        None => Ok(Settings::default()),
    }
}

/// Reads the settings from a text; `file` is what complaints call it.
///
/// # Errors
/// Every complaint about the text, at once.
pub fn parse(text: &[u8], file: &str) -> Result<Settings> {
    read(&Document::parse(text, file)?)
}

fn read(document: &Document) -> Result<Settings> {
    let mut complaints = Complaints::new();
    let c = &mut complaints;
    let mut settings = Settings::default();
    if let Some(fields) = Fields::read(document.root(), &TOP, c) {
        yaml::version(&fields, c);
        set(&mut settings.features, fields.get("features").and_then(|node| features(node, c)));
        if let Some(node) = fields.get("promotion_guard") {
            guard::read(node, &mut settings.promotion_guard, c);
        }
        if let Some(node) = fields.get("deps_approval") {
            deps::read(node, &mut settings.deps_approval, c);
        }
        if let Some(node) = fields.get("policy_drift") {
            policy::read(node, &mut settings.policy_drift, c);
        }
        if let Some(node) = fields.get("field_budgets") {
            budgets::read(node, &mut settings.field_budgets, c);
        }
        if let Some(node) = fields.get("observability_verify") {
            services::read::read(node, &mut settings.observability_verify, c);
        }
        if let Some(node) = fields.get("release") {
            release::read(node, &mut settings.release, c);
        }
    }
    document.finish(complaints)?;
    Ok(settings)
}

fn features(node: &Node, c: &mut Complaints) -> Option<Features> {
    if let Value::Text(_) = node.value {
        let words = [("default", 0), ("all", 1)];
        return node.word(&words, c).map(|word| if word == 1 { Features::All } else { Features::Default });
    }
    let Value::Mapping(_) = node.value else {
        node.wrong("default, all, or a mapping with the keys names and default", c);
        return None;
    };
    let fields = Fields::read(node, &FEATURES, c)?;
    let names =
        fields.get("names").and_then(|node| node.checked_list("a list of features", c, values::feature));
    let default = match fields.get("default") {
        Some(node) => node.boolean(c)?,
        None => true,
    };
    Some(Features::Chosen { names: names.unwrap_or_default(), default })
}
