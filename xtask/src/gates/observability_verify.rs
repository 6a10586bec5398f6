//! The gate observability_verify: metrics and logging work, seen running.

pub mod exposition;
mod judge;
pub mod logs;
mod metrics;
pub mod otlp;
mod receiver;
mod secrets;
