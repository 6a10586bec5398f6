//! The gate observability_verify: metrics and logging work, seen running.
//!
//! `build` and `run` start what the settings name, `ready`, `exercise` and `running` ask it and listen to
//! it; `readings`, `exposition` and `metrics`, `logs` and `secrets`, `receiver`, `otlp` and `traces` read what it gives
//! out.

mod build;
mod client;
mod exercise;
pub mod exposition;
pub mod gather;
mod judge;
pub mod logs;
mod metrics;
pub mod otlp;
mod readings;
mod ready;
pub mod receiver;
mod run;
mod running;
mod secrets;
mod suspects;
mod traces;
mod values;

pub use gather::{gather, steps};
pub use judge::judge;
pub(crate) use suspects::find as suspects;
