//! The gate observability_verify: metrics and logging work, seen running.

mod client;
pub mod exposition;
mod judge;
pub mod logs;
mod metrics;
pub mod otlp;
pub mod receiver;
mod secrets;
mod traces;
