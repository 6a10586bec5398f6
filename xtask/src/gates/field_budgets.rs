//! The gate field_budgets: every data contract is locked and within budget.

pub mod compare;
pub mod gather;
pub mod lock;
pub mod locking;
pub mod rust;
#[cfg(test)]
pub(crate) mod samples;
pub mod schemas;

pub use gather::{gather, steps};
