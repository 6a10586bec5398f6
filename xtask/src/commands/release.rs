//! `release-check`: one tag, judged before anything is published under its name.

use std::path::Path;

use super::{Scratch, colour, print};
use crate::cli;
use crate::error::Result;
use crate::host::Host;
use crate::process::Processes;
use crate::release::gather::{self, Request};
use crate::release::judge;
use crate::report::terminal;
use crate::settings;
use crate::workspace::Workspace;

/// Exit status 1 if there is any finding: none of them is worth a release.
pub(crate) fn check(args: &cli::ReleaseCheck, manifest_path: Option<&Path>, host: &Host) -> Result<u8> {
    let processes = Processes::new(host);
    // Cargo is asked for the members alone, which needs no network.
    let workspace = Workspace::load(&processes, &host.current_dir, manifest_path, true)?;
    let settings = settings::load(&workspace.root)?.release;
    let scratch = Scratch::new(host)?;
    let request = Request { tag: args.tag.as_deref(), offline: args.offline, logs: &scratch.0 };
    let facts = gather::gather(host, &processes, &workspace, &settings, &request)?;
    let judged = judge::judge(&facts, &settings);
    print(&terminal::release(&facts.tag, &facts.named_by, &judged.findings, &judged.seen, colour(host)))?;
    Ok(u8::from(!judged.passed()))
}
