//! Reads the policy in force, the lock, the base and what the rules look at.

use crate::evidence::PolicyFacts;
use crate::gather::Context;

/// Gathers what policy_drift is judged by.
pub fn gather(_context: &Context<'_>) -> PolicyFacts {
    PolicyFacts::default()
}
