//! The gate policy_drift: the policy in force is the policy that was agreed.

mod compare;
pub mod gather;
mod judge;
pub mod lock;
pub mod locking;
mod snapshot;
mod strictness;
mod text;

pub use gather::gather;
pub use judge::judge;
