//! `field-budgets.lock`: how many fields each data contract may have, and which types are locked by hand.
//!
//! The lock of the policy holds none of it: what was agreed of contracts is in their own lockfiles, which
//! change with every new contract. Here is only what the trail of who weakened what needs.

use super::said::Said;
use super::{FileContent, Files};
use crate::evidence::policy::Snapshot;
use crate::gates::field_budgets::lock;

/// What the keys begin with; a member's have its folder in brackets behind it.
pub(super) const TOPIC: &str = "budgets";

/// Adds the budgets of all lockfiles to a policy. A lockfile that cannot be read says nothing here: the
/// gate field_budgets fails for it.
pub(in super::super) fn add(snapshot: &mut Snapshot, files: &dyn Files, members: &[String]) {
    let root = std::iter::once("");
    let folders = members.iter().map(String::as_str).filter(|folder| !matches!(*folder, "" | "."));
    for folder in root.chain(folders) {
        let (topic, path) = match folder {
            "" => (TOPIC.to_owned(), lock::FILE.to_owned()),
            folder => (format!("{TOPIC}({folder})"), format!("{folder}/{}", lock::FILE)),
        };
        let FileContent::Bytes(bytes) = files.read(&path) else { continue };
        let text = String::from_utf8_lossy(&bytes);
        let Ok(read) = lock::parse(&text, &path) else { continue };
        let mut said = Said::new(&topic, &path);
        for locked in &read.contracts {
            let budget = i64::try_from(locked.budget).unwrap_or(i64::MAX);
            said.number(&[locked.contract.format.as_str(), &locked.contract.name], budget);
        }
        said.set(&["by_hand"], read.by_hand.iter().map(|one| &one.name));
        snapshot.settings.extend(said.finish());
    }
}

/// Whether a setting is about a contract that only one of two policies knows: its budget was not raised.
pub(in super::super) fn is_new_or_gone(key: &str, both: bool) -> bool {
    let rest = key.strip_prefix(TOPIC);
    !both && rest.is_some_and(|rest| rest.starts_with(['.', '(']))
}
