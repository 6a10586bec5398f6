//! What `policy lock` does: pins the policy in force, and says what that changes.

use std::fmt::Write;

use crate::diagnostics::{count, one_line};
use crate::error::Result;
use crate::evidence::policy::{Change, Direction, LockFacts, Snapshot};
use crate::workspace::Workspace;

use super::compare::changes;
use super::lock;
use super::snapshot::{self, WorkingTree};

/// Writes the lock if it does not say the same already, and tells in which way it changed.
///
/// # Errors
/// A configuration error if a governed file cannot be read; a tool error if the lock cannot be written.
pub fn lock(workspace: &Workspace) -> Result<String> {
    let current =
        snapshot::take(&WorkingTree::new(&workspace.root), &super::gather::member_folders(workspace));
    // A lock that cannot be read is what this command is the remedy for.
    let before = lock::load(&workspace.root);
    if let Ok(LockFacts::Read { snapshot, own_digest_fits: true }) = &before
        && *snapshot == current
    {
        return Ok(format!("{} is already up to date: {}\n", lock::FILE, counts(&current)));
    }
    lock::write(&workspace.root, &current)?;
    let mut text = String::new();
    match before {
        Ok(LockFacts::Absent) => {}
        Ok(LockFacts::Read { snapshot, own_digest_fits }) => {
            if !own_digest_fits {
                text.push_str("The lock before was edited by hand or merged; it was compared as it stood.\n");
            }
            let changes = changes(&snapshot, &current);
            let laxer = changes.iter().filter(|change| change.direction == Direction::Laxer).count();
            for change in &changes {
                let _ = writeln!(text, "{}", line(change));
            }
            let _ = writeln!(text, "{}, {laxer} laxer", count(changes.len(), "change"));
        }
        Err(_) => {
            text.push_str(
                "The lock before could not be read, so what changed cannot be told: look at its diff.\n",
            );
        }
    }
    let _ = writeln!(text, "wrote {}: {}", lock::FILE, counts(&current));
    Ok(text)
}

/// A change in one line.
pub(super) fn line(change: &Change) -> String {
    let Change { key, file, told, .. } = change;
    let direction = match change.direction {
        Direction::Laxer => "laxer",
        Direction::Stricter => "stricter",
        Direction::Unclear => "changed",
    };
    let place = if key == file { String::new() } else { format!(" [{file}]") };
    one_line(&format!("{direction:<9} {key}: {told}{place}"))
}

/// `7 governed files, 83 settings`.
fn counts(snapshot: &Snapshot) -> String {
    let (files, settings) = (snapshot.files.len(), snapshot.settings.len());
    format!("{}, {}", count(files, "governed file"), count(settings, "setting"))
}
