//! `init --lock-all`: first approvals, budgets and policy lock in one go. Each is the command of its own
//! name, in the order in which one builds on the other, and what one of them does not do is told.

use std::path::Path;

use super::{approve_deps, budgets, policy, print};
use crate::cli;
use crate::error::{Error, Kind, Result};
use crate::host::Host;

/// What is said at the end if all went well.
const NEXT: &str = "\
\nAll is approved and locked as it is now. Read the diff as what you agree to, and commit it:
  ci/deps-approvals.toml, every field-budgets.lock, ci/policy.lock
";

/// Approves and locks. Exit status 1 if a part was held up by what it found.
///
/// # Errors
/// A usage error without a name; which parts were not done, after all of them were tried. The policy is
/// locked last, and only over parts that are done: a lock over half of them would be drift tomorrow.
pub(super) fn run(args: &cli::Init, manifest_path: Option<&Path>, host: &Host) -> Result<u8> {
    let Some(by) = args.by.clone() else {
        return Err(Error::usage("an approval needs a name").help("add --by WHO"));
    };
    let approvals = cli::ApproveDeps {
        packages: Vec::new(),
        all: true,
        by: Some(by),
        note: None,
        expires: None,
        prune: false,
        offline: args.offline,
    };
    let contracts =
        cli::FieldBudgets { lock: Some(Vec::new()), by_hand: Vec::new(), budget: Vec::new(), all: false };
    let mut parts = Parts::default();
    parts.told("1/3 approvals: what is shipped, ci/deps-approvals.toml\n", "the approvals", || {
        approve_deps(&approvals, manifest_path, host)
    })?;
    parts.told(
        "\n2/3 data contracts: their fields and budgets, field-budgets.lock\n",
        "the contracts",
        || budgets::run(&contracts, manifest_path, host),
    )?;
    let title = "\n3/3 policy: what was agreed, ci/policy.lock\n";
    if parts.not_done.is_empty() {
        let lock = cli::Policy { command: cli::PolicyCommand::Lock };
        parts.told(title, "the policy", || policy::run(&lock, manifest_path, host))?;
    } else {
        print(&format!("{title}not locked: {} must be done before it\n", parts.not_done.join(" and ")))?;
        parts.not_done.push("the policy");
    }
    parts.end()
}

/// What became of the parts.
#[derive(Default)]
struct Parts {
    not_done: Vec<&'static str>,
    worst: Option<Kind>,
}

impl Parts {
    fn told(&mut self, title: &str, name: &'static str, part: impl FnOnce() -> Result<u8>) -> Result<()> {
        print(title)?;
        match part() {
            Ok(0) => {}
            Ok(_) => self.not_done.push(name),
            Err(error) => {
                print(&format!("{error}\n"))?;
                self.not_done.push(name);
                if self.worst != Some(Kind::Tool) {
                    self.worst = Some(error.kind());
                }
            }
        }
        Ok(())
    }

    fn end(self) -> Result<u8> {
        if self.not_done.is_empty() {
            return print(NEXT).map(|()| 0);
        }
        let message = format!("not done: {}", self.not_done.join(", "));
        let help = "do what is said above, then run it again: what is done already stays";
        match self.worst {
            None => print(&format!("\n{message}\n  help: {help}\n")).map(|()| 1),
            Some(Kind::Usage) => Err(Error::usage(message).help(help)),
            Some(Kind::Tool) => Err(Error::tool(message).help(help)),
        }
    }
}
