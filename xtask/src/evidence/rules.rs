//! Facts that the rules of policy_drift are judged by: manifests, cargo's configuration, workflows.

use serde::{Deserialize, Serialize};

/// What the rules are judged by.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleFacts {}
