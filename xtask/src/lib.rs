//! `cargo xtask maturity`: Pilot-to-Production gates for Cargo workspaces.

pub mod catalog;
pub mod cli;
pub mod diagnostics;
pub mod error;
pub mod evidence;
pub mod gates;
pub mod gather;
pub mod host;
pub mod plan;
pub mod process;
pub mod progress;
pub mod report;
pub mod settings;
pub mod stages;
pub mod verdict;
pub mod workspace;
pub mod yaml;
