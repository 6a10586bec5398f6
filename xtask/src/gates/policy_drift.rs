//! The gate policy_drift: the policy in force is the policy that was agreed.

mod compare;
pub mod gather;
mod history;
mod judge;
pub mod lock;
pub mod locking;
mod manifests;
pub mod rules;
mod shell;
mod snapshot;
mod strictness;
mod tools;
mod workflows;

pub use gather::{gather, steps};
pub use history::{SinceBase, since_base};
pub use judge::judge;
