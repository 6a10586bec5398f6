//! Contracts and their changes in words, the same in the reports and in what the command prints.

use super::locking::of_package;
use crate::evidence::budgets::{Compat, Drift, PackageFacts, Reads};

/// `orders-api:api::Order`, as `--budget` takes it; without a package, the name alone.
pub fn qualified(package: &str, contract: &str) -> String {
    if package.is_empty() { contract.to_owned() } else { format!("{package}:{contract}") }
}

/// The command that locks a package's contracts.
pub fn lock_command(package: &PackageFacts) -> String {
    format!("cargo xtask field-budgets --lock {}", of_package(&package.package))
}

/// Who still reads whose data: ``old readers still read new data; new readers of old data break: no `total` ``.
pub fn readers(drift: &Drift) -> String {
    let told = |who: &str, whose: &str, compat: &Compat| {
        let why = if compat.why.is_empty() { String::new() } else { format!(": {}", compat.why) };
        match compat.verdict {
            Reads::Yes => format!("{who} readers still read {whose} data"),
            Reads::Depends => format!("{who} readers may break on {whose} data{why}"),
            Reads::No => format!("{who} readers break on {whose} data{why}"),
        }
    };
    let old = told("old", "new", &drift.old_reads_new);
    let new = told("new", "old", &drift.new_reads_old);
    format!("{old}; {new}")
}
