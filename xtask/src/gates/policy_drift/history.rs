//! What became laxer or stricter since a base, and which commit did it.
//!
//! The base is a release before HEAD, or what `--base` names. Its policy is taken from git's objects by
//! the same code as the one in force. What cannot be found out is said: a base that may be there is never
//! taken for none, and a change whose commit is not found stands there without one. A governed file of
//! the base that this version cannot read is a change that is unclear, so that an old file in an old
//! form blocks no release for ever; an object that git cannot give makes the whole base unreadable.

#[cfg(test)]
mod base_tests;
mod committed;
mod question;
mod rows;
#[cfg(test)]
mod tests;
mod walk;

use std::path::Path;

use crate::diagnostics::shown;
use crate::evidence::policy::{Base, Change, Direction, Snapshot, TracedChange};
use crate::gather::Context;
use crate::process::Processes;
use crate::stages::{self, Policy};
use crate::workspace::git::history::{History, Tag, Told};
use crate::workspace::git::objects::Object;

use super::compare::changes;
use super::gather::member_folders;
use super::snapshot::{self, WorkingTree};
use committed::Committed;
use walk::Walk;

/// Of tags that are no release by the policy in force, so many are looked at for what they were by
/// their own.
const OLDER_POLICIES: usize = 300;
const FETCH: &str = "Fetch the whole history with its tags (`git fetch --unshallow --tags`; fetch-depth: 0 in \
                     actions/checkout), or name a commit with --base REF.";

/// What the policy in force is compared with, and what differs.
#[derive(Debug)]
pub struct SinceBase {
    /// The base.
    pub base: Base,
    /// The commit at HEAD, if there is one.
    pub head: Option<String>,
    /// From the base to the policy in force.
    pub changes: Vec<TracedChange>,
}

/// Takes the policy in force, compares it with that of the base, and finds who changed it.
pub fn since_base(context: &Context<'_>) -> SinceBase {
    let members = member_folders(context.workspace);
    trace(context, &members)
}

/// Compares the policy in force, budgets included, with that of the base, and finds who changed it.
pub(super) fn trace(context: &Context<'_>, members: &[String]) -> SinceBase {
    let current = snapshot::take_with_budgets(&WorkingTree::new(&context.workspace.root), members);
    let scope = Scope {
        processes: context.processes,
        root: &context.workspace.root,
        given: context.base,
        policy: context.policy,
        packages: &context.workspace.member_names(),
        members,
    };
    scope.compare(&current)
}

/// What is compared, and with what.
struct Scope<'a> {
    processes: &'a Processes,
    root: &'a Path,
    /// `--base`.
    given: Option<&'a str>,
    policy: &'a Policy,
    packages: &'a [&'a str],
    /// The members' folders.
    members: &'a [String],
}

/// Why the base is unreadable, and what to do.
struct Problem {
    reason: String,
    remedy: &'static str,
}

/// What git says where it should have told.
fn broken(reason: String) -> Problem {
    Problem {
        reason,
        remedy: "Run `git fsck`; clone the repository anew if it is damaged or was fetched in part.",
    }
}

impl Scope<'_> {
    fn compare(&self, current: &Snapshot) -> SinceBase {
        let unreadable = |head, problem: Problem| SinceBase {
            base: Base::Unreadable { reason: problem.reason, remedy: problem.remedy.to_owned() },
            head,
            changes: Vec::new(),
        };
        let history = match History::open(self.processes, self.root) {
            Ok(history) => history,
            Err(reason) => {
                let remedy = "Judge a checkout of the repository that has a commit; `git log` there says what is wrong.";
                return unreadable(None, Problem { reason, remedy });
            }
        };
        let head = Some(history.head().to_owned());
        match self.compare_with_base(&history, current) {
            Ok((base, changes)) => SinceBase { base, head, changes },
            Err(problem) => unreadable(head, problem),
        }
    }

    fn compare_with_base(
        &self,
        history: &History<'_>,
        current: &Snapshot,
    ) -> Result<(Base, Vec<TracedChange>), Problem> {
        let (tag, given) = match self.given {
            Some(name) => {
                let commit = history.resolve(name).ok_or_else(|| Problem {
                    reason: format!("--base {} names no commit here", shown(name)),
                    remedy: FETCH,
                })?;
                (Tag { name: name.to_owned(), commit }, true)
            }
            None => match self.last_release(history)? {
                Some(tag) => (tag, false),
                None => return Ok((Base::None, Vec::new())),
            },
        };
        let Some(folder) = history.folder_at(&tag.commit).map_err(broken)? else {
            let name = shown(&tag.name);
            return Err(Problem {
                reason: format!("the workspace is not in {name}, nor where git would say it was moved from"),
                remedy: "Name the commit that the policy is to be compared with: --base REF.",
            });
        };
        let files = Committed::new(history, &tag.commit, &folder);
        let before = snapshot::take_with_budgets(&files, self.members);
        if let Some(reason) = files.failure() {
            return Err(broken(format!("the policy of {} could not be read: {reason}", shown(&tag.name))));
        }
        let mut changed = changes(&before, current);
        // What became laxer is looked for first: a walk is not endless.
        changed.sort_by_key(|change: &Change| change.direction != Direction::Laxer);
        let mut walk = Walk::new(history, self.members, &tag.commit, before, current.clone());
        let mut traced: Vec<TracedChange> = changed.iter().flat_map(|change| walk.trace(change)).collect();
        traced.sort_by(|one, other| one.change.key.cmp(&other.change.key));
        Ok((Base::Found { name: tag.name, commit: tag.commit, given }, traced))
    }

    /// The last release before HEAD; `None` only if the whole history was looked through.
    fn last_release(&self, history: &History<'_>) -> Result<Option<Tag>, Problem> {
        let tags = history.tags_before_head().map_err(broken)?;
        let is_release = stages::releases(self.policy, self.packages);
        let (mut released, others): (Vec<Tag>, Vec<Tag>) =
            tags.into_iter().partition(|tag| is_release(&tag.name));
        // A pattern that was changed since does not undo the releases that were made by it.
        for tag in others.into_iter().take(OLDER_POLICIES) {
            if was_release(history, &tag, self.packages).map_err(broken)? {
                released.push(tag);
            }
        }
        if let Some(tag) = history.nearest(&released).map_err(broken)? {
            return Ok(Some(tag));
        }
        if history.is_shallow() {
            let reason = "the clone is shallow, and no release is in what was fetched".to_owned();
            return Err(Problem { reason, remedy: FETCH });
        }
        if let Some(remote) = history.remote_without_tags() {
            return Err(Problem {
                reason: format!("no release tag is here, and tags are not fetched from {}", shown(&remote)),
                remedy: "Fetch the tags (`git fetch --tags`), or name a commit with --base REF.",
            });
        }
        Ok(None)
    }
}

/// Whether a tag was a release by the stages that its own commit has.
fn was_release(history: &History<'_>, tag: &Tag, packages: &[&str]) -> Told<bool> {
    let Object::File { id } = history.find(&tag.commit, history.folder(), stages::FILE)? else {
        return Ok(false);
    };
    let policy = stages::parse(&history.content(&id)?, stages::FILE);
    Ok(policy.is_ok_and(|policy| stages::releases(&policy, packages)(&tag.name)))
}
