//! From facts to findings. Pure: the same facts give the same findings, and all of them at once.
//!
//! Each question ends in a finding or in a line about what was seen to be right; one that could not be
//! asked is a finding of its own, or hangs on one.

mod content;
#[cfg(test)]
mod tests;

use super::{Branch, Facts, Remote, RemoteTag, Tag};
use crate::catalog::Code;
use crate::diagnostics::{one_line, shown};
use crate::settings;
use crate::stages;
use crate::verdict::Finding;

/// What the facts amount to.
#[derive(Debug, Clone, Default)]
pub struct Judged {
    /// What stands in the way of a release.
    pub findings: Vec<Finding>,
    /// What was seen to be right, and what was left out on purpose, a line each.
    pub seen: Vec<String>,
}

impl Judged {
    /// Whether nothing stands in the way, and something was seen.
    pub fn passed(&self) -> bool {
        self.findings.is_empty() && !self.seen.is_empty()
    }

    fn found(&mut self, code: Code, message: String) -> &mut Finding {
        self.findings.push(Finding::error(code, message));
        let last = self.findings.len() - 1;
        &mut self.findings[last]
    }

    fn saw(&mut self, line: String) {
        self.seen.push(line);
    }
}

/// Judges a tag.
pub fn judge(facts: &Facts, settings: &settings::Release) -> Judged {
    let mut judged = Judged::default();
    if facts.release.is_none() {
        let message = format!("the tag {} names no version of anything here", shown(&facts.tag));
        judged.found(Code::ReleaseTagUnknown, message);
    }
    history(facts, &mut judged);
    let Some(local) = &facts.local else { return judged };
    kind(facts, local, &mut judged);
    remote(facts, local, &mut judged);
    checked_out(facts, local, &mut judged);
    branch(facts, local, settings, &mut judged);
    content::judge(facts, local, &mut judged);
    judged
}

/// Whether the clone has what the other questions are asked of.
fn history(facts: &Facts, judged: &mut Judged) {
    let tag = shown(&facts.tag);
    let message = match (&facts.local, facts.shallow) {
        (None, true) => format!("the clone is shallow, and has no tag {tag}"),
        (None, false) => format!("the clone has no tags at all, and so no {tag}"),
        (Some(_), true) => {
            format!("the clone is shallow: the history before {tag} is cut off somewhere")
        }
        (Some(_), false) => return judged.saw("the clone has its whole history".to_owned()),
    };
    judged.found(Code::ReleaseHistoryShallow, message);
}

/// The remote's tag, if it is what the clone's lightweight one was made from: actions/checkout writes the
/// commit over the tag object that it fetched (github.com/actions/checkout, issue 290).
fn flattened<'f>(facts: &'f Facts, local: &Tag) -> Option<(&'f str, &'f RemoteTag)> {
    let Remote::Told { name, tag: Some(theirs) } = &facts.remote else { return None };
    (local.annotation.is_none() && theirs.peeled.as_ref() == Some(&local.object))
        .then_some((name.as_str(), theirs))
}

fn kind(facts: &Facts, local: &Tag, judged: &mut Judged) {
    let tag = shown(&facts.tag);
    if let Some(annotation) = &local.annotation {
        if *annotation == facts.tag {
            return judged.saw(format!("{tag} is an annotated tag"));
        }
        let message = format!(
            "{tag} is a second name of the tag {}, and has no tag object of its own",
            shown(annotation)
        );
        judged.found(Code::ReleaseTagLightweight, message);
    } else if let Some((remote, _)) = flattened(facts, local) {
        let remote = one_line(remote);
        judged
            .saw(format!("{tag} is an annotated tag of {remote}; the checkout made a lightweight one of it"));
    } else {
        let unasked = match &facts.remote {
            Remote::Offline(name) | Remote::Silent { name, .. } => {
                format!(", and {} was not asked for its own", one_line(name))
            }
            _ => String::new(),
        };
        judged
            .found(Code::ReleaseTagLightweight, format!("{tag} is a lightweight tag in this clone{unasked}"));
    }
}

/// Whether the tag is still where it was pushed.
fn remote(facts: &Facts, local: &Tag, judged: &mut Judged) {
    let tag = shown(&facts.tag);
    match &facts.remote {
        Remote::None => judged.saw("there is no remote that could have another tag of that name".to_owned()),
        Remote::Offline(name) => {
            judged.saw(format!("{} was not asked about the tag (--offline)", one_line(name)));
        }
        Remote::Several(names) => {
            let names: Vec<String> = names.iter().take(5).map(|name| shown(name)).collect();
            let message =
                format!("there are several remotes and none is called origin: {}", names.join(", "));
            judged.found(Code::ReleaseRemoteUnread, message);
        }
        Remote::Silent { name, reason } => {
            let message = format!("{} could not be asked about {tag}: {}", one_line(name), one_line(reason));
            judged.found(Code::ReleaseRemoteUnread, message);
        }
        Remote::Told { name, tag: None } if facts.ci_commit.is_some() => {
            let message =
                format!("{} has no tag {tag} any more: it was deleted since the push", one_line(name));
            judged.found(Code::ReleaseTagMoved, message);
        }
        Remote::Told { name, tag: None } => {
            judged.saw(format!("{} does not have the tag yet", one_line(name)));
        }
        Remote::Told { name, tag: Some(theirs) } => {
            if theirs.object == local.object || flattened(facts, local).is_some() {
                return judged.saw(format!("{} has the same tag", one_line(name)));
            }
            let message = format!(
                "{tag} of {} is another one: it leads to {}, and this clone's to {}",
                one_line(name),
                leads_to(&theirs.object, theirs.peeled.as_deref()),
                leads_to(&local.object, local.commit.as_deref()),
            );
            judged.found(Code::ReleaseTagMoved, message);
        }
    }
}

/// Whether HEAD, and what the CI runs for, are what the tag leads to.
fn checked_out(facts: &Facts, local: &Tag, judged: &mut Judged) {
    let tag = shown(&facts.tag);
    let Some(commit) = &local.commit else { return };
    if let Some((variable, of_ci)) = &facts.ci_commit {
        let pushed = flattened(facts, local).map_or(&local.object, |(_, theirs)| &theirs.object);
        if of_ci == commit || of_ci == pushed {
            judged.saw(format!("{variable} is the commit of the tag"));
        } else {
            let of_ci = shown(of_ci);
            let message =
                format!("{tag} leads to {}, and was pushed for {of_ci} ({variable})", short(commit));
            judged.found(Code::ReleaseTagMoved, message);
        }
    }
    if *commit == facts.head {
        judged.saw(format!("HEAD is the commit of the tag, {}", short(commit)));
    } else {
        let message = format!("{tag} leads to {}, and HEAD is {}", short(commit), short(&facts.head));
        judged.found(Code::ReleaseTagMoved, message).remedy =
            Some("Check out the tag (`git checkout TAG`): versions and changelog are read from what is checked out.".into());
    }
}

/// Whether a release branch holds the tag's commit.
fn branch(facts: &Facts, local: &Tag, settings: &settings::Release, judged: &mut Judged) {
    let tag = shown(&facts.tag);
    if local.commit.is_none() {
        let message = format!("{tag} leads to no commit, so no branch can hold it");
        judged.found(Code::ReleaseTagOffBranch, message);
        return;
    }
    let is_release = |branch: &&Branch| stages::matches_any(&settings.branches, &branch.name);
    if let Some(branch) = facts.holding.iter().find(is_release) {
        return judged.saw(format!("the branch {} holds its commit", shown(&branch.shown)));
    }
    if facts.shallow {
        // What a part of the history does not show may be in the rest; that finding stands already.
        return;
    }
    let wanted: Vec<String> = settings.branches.iter().take(5).map(|pattern| shown(pattern)).collect();
    let wanted = wanted.join(", ");
    if !facts.branches.iter().any(|branch| is_release(&branch)) {
        let message = format!("this clone has no release branch ({wanted}) that could hold {tag}");
        judged.found(Code::ReleaseTagOffBranch, message).remedy = Some(
            "Fetch the branches (fetch-depth: 0 in actions/checkout); or name yours under release.branches in \
             ci/maturity-evidence.yml."
                .into(),
        );
        return;
    }
    let held: Vec<String> = facts.holding.iter().take(3).map(|branch| shown(&branch.shown)).collect();
    let held =
        if held.is_empty() { "no branch does".to_owned() } else { format!("only {}", held.join(", ")) };
    let message = format!("no release branch ({wanted}) holds the commit of {tag}; {held}");
    judged.found(Code::ReleaseTagOffBranch, message);
}

fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}

fn leads_to(object: &str, commit: Option<&str>) -> String {
    match commit {
        Some(commit) if commit != object => {
            format!("{} (through the tag object {})", short(commit), short(object))
        }
        _ => short(object).to_owned(),
    }
}
