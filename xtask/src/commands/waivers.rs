//! `waive` and `waivers`: exceptions written and listed, judged by nobody.

use std::path::Path;

use super::print;
use crate::cli;
use crate::day::day_of;
use crate::error::Result;
use crate::host::Host;
use crate::process::Processes;
use crate::waivers;
use crate::waivers::waive::Request;
use crate::workspace::Workspace;

/// `waive`: writes one entry.
pub(crate) fn waive(args: &cli::Waive, manifest_path: Option<&Path>, host: &Host) -> Result<u8> {
    let workspace = Workspace::load(&Processes::new(host), &host.current_dir, manifest_path, true)?;
    let request = Request {
        code: &args.code,
        scope: &args.scope,
        reason: &args.reason,
        owner: &args.owner,
        expires: &args.expires,
        reference: args.reference.as_deref(),
        today: day_of(host.now),
    };
    print(&waivers::waive::waive(&workspace.root, &request)?).map(|()| 0)
}

/// `waivers`: all of them, the one that ends first on top.
pub(crate) fn list(manifest_path: Option<&Path>, host: &Host) -> Result<u8> {
    let workspace = Workspace::load(&Processes::new(host), &host.current_dir, manifest_path, true)?;
    let today = day_of(host.now);
    let waivers = waivers::load(&workspace.root, today)?;
    print(&waivers::list::render(&waivers, today)).map(|()| 0)
}
