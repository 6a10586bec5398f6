//! The section `deps_approval`: what is shipped, and which licences and sources it may have.

use std::collections::BTreeMap;

use super::values::{self, set};
use super::{DepsApproval, Licenses, Sources};
use crate::yaml::{Complaints, Fields, Keys, Node};

const DEPS: Keys = Keys::new(&["shipped", "targets", "timeout", "cargo_vet", "licenses", "sources"]);
const LICENSES: Keys = Keys::new(&["allow", "exceptions"]);
const SOURCES: Keys = Keys::new(&["registries", "git", "paths"]);
const EXPECTED_LICENSES: &str = "a list of SPDX licences";

pub(super) fn read(node: &Node, deps: &mut DepsApproval, c: &mut Complaints) {
    let Some(fields) = Fields::read(node, &DEPS, c) else { return };
    if let Some(node) = fields.get("shipped") {
        let shipped = node.checked_list("a list of packages", c, values::package);
        if node.list("", &mut Complaints::new()).is_some_and(<[Node]>::is_empty) {
            c.at(node, "nothing is shipped", "name the packages, or leave the key out for every member");
        }
        deps.shipped = shipped;
    }
    let targets = fields
        .get("targets")
        .and_then(|node| node.checked_list("a list of target triples", c, values::target));
    set(&mut deps.targets, targets);
    set(&mut deps.timeout, fields.get("timeout").and_then(|node| values::duration(node, c)));
    set(&mut deps.cargo_vet, fields.get("cargo_vet").and_then(|node| node.boolean(c)));
    if let Some(node) = fields.get("licenses") {
        licenses(node, &mut deps.licenses, c);
    }
    if let Some(node) = fields.get("sources") {
        sources(node, &mut deps.sources, c);
    }
}

fn licenses(node: &Node, licenses: &mut Licenses, c: &mut Complaints) {
    let Some(fields) = Fields::read(node, &LICENSES, c) else { return };
    let allow = fields.get("allow").and_then(|n| n.checked_list(EXPECTED_LICENSES, c, values::licence));
    set(&mut licenses.allow, allow);
    let Some(node) = fields.get("exceptions") else { return };
    let mut exceptions = BTreeMap::new();
    for (name, key, value) in node.entries("a mapping from crates to licences", c).unwrap_or_default() {
        if let Err((message, help)) = values::package(name) {
            c.at(key, message, help);
        }
        let Some(list) = value.checked_list(EXPECTED_LICENSES, c, values::licence) else { continue };
        if list.is_empty() {
            c.at(value, "an exception that allows nothing", "name a licence, or remove the exception");
        }
        exceptions.insert(name.to_owned(), list);
    }
    licenses.exceptions = exceptions;
}

fn sources(node: &Node, sources: &mut Sources, c: &mut Complaints) {
    let Some(fields) = Fields::read(node, &SOURCES, c) else { return };
    let mut list = |key: &str, expected: &str, check: fn(&str) -> Result<(), values::Bad>| {
        fields.get(key).and_then(|node| node.checked_list(expected, c, check))
    };
    set(&mut sources.registries, list("registries", "a list of registries", values::registry));
    set(&mut sources.git, list("git", "a list of git URLs", values::git_prefix));
    set(&mut sources.paths, list("paths", "a list of folders", values::relative_folder));
}
