//! The section `field_budgets`: the default budget, and where schemas are.

use super::values::{self, set};
use crate::yaml::{Complaints, Fields, Keys, Node};

const BUDGETS: Keys = Keys::new(&["default_budget", "json_schema", "protobuf", "graphql"]);

/// How field_budgets is gathered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldBudgets {
    /// The budget of a contract that is locked for the first time.
    pub default_budget: u32,
    /// Globs of JSON Schema files, relative to the workspace root.
    pub json_schema: Vec<String>,
    /// Globs of Protocol Buffers files.
    pub protobuf: Vec<String>,
    /// Globs of GraphQL schema files.
    pub graphql: Vec<String>,
}

impl Default for FieldBudgets {
    fn default() -> Self {
        FieldBudgets {
            default_budget: 30,
            json_schema: Vec::new(),
            protobuf: Vec::new(),
            graphql: Vec::new(),
        }
    }
}

pub(super) fn read(node: &Node, budgets: &mut FieldBudgets, c: &mut Complaints) {
    let Some(fields) = Fields::read(node, &BUDGETS, c) else { return };
    let default = fields.get("default_budget").and_then(|node| node.integer(1, 100_000, c));
    set(&mut budgets.default_budget, default.map(i32::unsigned_abs));
    let globs = [
        ("json_schema", &mut budgets.json_schema),
        ("protobuf", &mut budgets.protobuf),
        ("graphql", &mut budgets.graphql),
    ];
    for (key, slot) in globs {
        let list = fields.get(key).and_then(|node| node.checked_list("a list of globs", c, values::glob));
        set(slot, list);
    }
}
