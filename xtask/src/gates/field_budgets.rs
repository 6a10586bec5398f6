//! The gate field_budgets: every data contract is locked and within budget.

pub mod compare;
pub mod lock;
pub mod rust;
#[cfg(test)]
mod samples;
pub mod schemas;
