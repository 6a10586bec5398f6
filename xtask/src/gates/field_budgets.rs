//! The gate field_budgets: every data contract is locked and within budget.

pub mod compare;
pub mod gather;
mod judge;
pub mod lock;
pub mod locking;
pub mod rust;
#[cfg(test)]
pub(crate) mod samples;
pub mod schemas;
pub mod words;

pub use gather::{gather, steps};
pub use judge::judge;
