//! Facts about what is shipped: components, SBOMs, approvals, licences, sources.

use serde::{Deserialize, Serialize};

/// What is known of the shipped dependencies.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct DepsFacts {}
