//! `policy`: the lock is written, and what changed is told, by the same comparison as in the gate.

use std::path::Path;

use crate::cli;
use crate::error::{Error, Result};
use crate::gates::policy_drift::locking;
use crate::host::Host;
use crate::setup::Setup;

/// `policy lock` and `policy diff`.
pub(crate) fn run(args: &cli::Policy, manifest_path: Option<&Path>, host: &Host) -> Result<u8> {
    match &args.command {
        cli::PolicyCommand::Lock => lock(manifest_path, host),
        cli::PolicyCommand::Diff(_) => Err(Error::usage("`policy diff` is not known to this version yet")
            .help("`cargo xtask maturity` tells the same")),
    }
}

/// `policy lock`: pins the policy in force.
fn lock(manifest_path: Option<&Path>, host: &Host) -> Result<u8> {
    let setup = Setup::load_without_lock(host, manifest_path, &cli::Gather::default())?;
    super::print(&locking::lock(&setup.workspace)?).map(|()| 0)
}
