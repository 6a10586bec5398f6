//! The gate policy_drift: the policy in force is the policy that was agreed.

mod compare;
pub mod gather;
mod judge;
pub mod lock;
mod snapshot;
mod strictness;

pub use gather::gather;
pub use judge::judge;
