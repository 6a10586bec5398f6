//! What the facts amount to.

pub(super) mod traces;
