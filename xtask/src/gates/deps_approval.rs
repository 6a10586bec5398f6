//! deps_approval: an SBOM is generated, and everything in it is approved.
//!
//! [`gather`] runs `cargo tree`, writes the SBOMs and reads the approvals; [`judge()`] alone says what
//! they amount to. Only [`approve`] writes into the workspace, and only its approvals; Cargo.lock is
//! never written.

pub mod approvals;
pub mod approve;
mod components;
mod gather;
mod judge;
mod licences;
mod lockfile;
mod purl;
mod register;
mod sbom;
mod sources;
mod text;
mod tree;
mod vet;

pub use gather::{gather, steps, survey};
pub use judge::judge;
