//! The gate policy_drift: the policy in force is the policy that was agreed.

pub mod gather;
mod judge;

pub use gather::gather;
pub use judge::judge;
