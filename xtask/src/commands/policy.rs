//! `policy`: the lock is written, and what changed is told, by the same comparison as in the gate.

use std::path::Path;

use crate::cli;
use crate::error::{Error, Result};
use crate::evidence::policy::Base;
use crate::gates::policy_drift::{self, locking};
use crate::host::Host;
use crate::progress::Silent;
use crate::report;
use crate::setup::Setup;

/// `policy lock` and `policy diff`.
pub(crate) fn run(args: &cli::Policy, manifest_path: Option<&Path>, host: &Host) -> Result<u8> {
    match &args.command {
        cli::PolicyCommand::Lock => lock(manifest_path, host),
        cli::PolicyCommand::Diff(args) => diff(args, manifest_path, host),
    }
}

/// `policy lock`: pins the policy in force.
fn lock(manifest_path: Option<&Path>, host: &Host) -> Result<u8> {
    let setup = Setup::load_without_lock(host, manifest_path, &cli::Gather::default())?;
    super::print(&locking::lock(&setup.workspace)?).map(|()| 0)
}

/// `policy diff`: what changed since a release, with the commits that did it, as Markdown.
fn diff(args: &cli::PolicyDiff, manifest_path: Option<&Path>, host: &Host) -> Result<u8> {
    let mut setup = Setup::load_without_lock(host, manifest_path, &cli::Gather::default())?;
    setup.base = args.base.clone();
    setup.check_base()?;
    // Nothing is written: there is no staging folder.
    let since = policy_drift::since_base(&setup.context(&Silent, &setup.workspace.root));
    setup.stop_if_interrupted()?;
    if let Base::Unreadable { reason, remedy } = &since.base {
        return Err(Error::tool(format!("what changed cannot be told: {reason}")).help(remedy));
    }
    super::print(&report::policy::render(&since.base, since.head.as_deref(), &since.changes)).map(|()| 0)
}
