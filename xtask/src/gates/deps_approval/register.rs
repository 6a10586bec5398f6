//! The register of approvals: whether a component is approved on a day, and by what. Pure.
//!
//! An approval of an exact version is worth what it pins: the checksum, or the source where there is
//! none. A pin that does not fit is stronger than any rule that would let the component through.

use std::collections::HashSet;

use globset::{Glob, GlobMatcher};
use time::Date;

use super::{sources, vet};
use crate::day::day;
use crate::evidence::deps::{Approval, Component, DepsFacts, Rule};

/// What is known of a component's approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing<'a> {
    /// Somebody said yes to exactly this.
    Approved,
    /// Somebody did, until this day.
    Expired { by: &'a str, on: &'a str, line: u32 },
    /// Somebody said yes to this name and version with another content or source.
    Mismatch { approval: &'a Approval },
    /// Nobody did, for this reason.
    Unapproved(Option<String>),
}

/// Which names a rule is about.
#[derive(Debug)]
enum Names {
    Any,
    Nobody,
    Fitting(GlobMatcher),
}

/// The approvals, made ready for look-up on one day.
pub(super) struct Register<'a> {
    facts: &'a DepsFacts,
    today: Date,
    rules: Vec<(&'a Rule, Names)>,
}

impl<'a> Register<'a> {
    pub(super) fn new(facts: &'a DepsFacts, today: Date) -> Self {
        let names = |rule: &Rule| match &rule.name {
            None => Names::Any,
            // What does not compile was refused when the file was read; here it fits nothing.
            Some(name) => {
                Glob::new(name).map_or(Names::Nobody, |glob| Names::Fitting(glob.compile_matcher()))
            }
        };
        let rules = facts.approvals.rules.iter().map(|rule| (rule, names(rule))).collect();
        Register { facts, today, rules }
    }

    fn lapsed(&self, expires: &str) -> bool {
        day(expires).is_none_or(|last| last < self.today)
    }

    fn fits(rule: &Rule, names: &Names, component: &Component) -> bool {
        let by_source = rule.source.as_ref().map(|pattern| sources::matches(&component.source, pattern));
        match names {
            Names::Any => by_source.unwrap_or(false),
            Names::Nobody => false,
            Names::Fitting(glob) => glob.is_match(&component.name) && by_source.unwrap_or(true),
        }
    }

    /// Whether the component is approved today.
    pub(super) fn look_up(&self, component: &Component) -> Standing<'a> {
        let of_it = |one: &&Approval| one.name == component.name && one.version == component.version;
        let mine: Vec<&'a Approval> = self.facts.approvals.approved.iter().filter(of_it).collect();
        let (fitting, other): (Vec<_>, Vec<_>) = mine.into_iter().partition(|one| pins(one, component));
        let mut standing = Standing::Unapproved(None);
        for approval in fitting {
            if day(&approval.approved_on).is_none_or(|on| on > self.today) {
                let on = &approval.approved_on;
                standing = Standing::Unapproved(Some(format!("its approval is dated {on}, in the future")));
            } else if let Some(on) = approval.expires.as_deref().filter(|on| self.lapsed(on)) {
                standing = Standing::Expired { by: &approval.approved_by, on, line: approval.line };
            } else {
                return Standing::Approved;
            }
        }
        // Stronger than any rule: what somebody looked at is not what is locked now.
        let same_kind = |one: &&&Approval| one.checksum.is_some() == component.pinned_source().is_none();
        if standing == Standing::Unapproved(None)
            && let Some(approval) = other.iter().find(same_kind)
            && !self.facts.components.iter().any(|other| pins(approval, other))
        {
            return Standing::Mismatch { approval };
        }
        for (rule, names) in &self.rules {
            if Self::fits(rule, names, component) {
                if !self.lapsed(&rule.expires) {
                    return Standing::Approved;
                }
                standing = Standing::Expired { by: &rule.owner, on: &rule.expires, line: rule.line };
            }
        }
        if self.facts.vet.as_ref().is_some_and(|store| vet::vouches(store, component).is_some()) {
            return Standing::Approved;
        }
        standing
    }

    /// Approvals and rules that fit no component.
    pub(super) fn unused(&self) -> Vec<Unused> {
        let third_party: Vec<&Component> =
            self.facts.components.iter().filter(|one| one.third_party()).collect();
        let present: HashSet<(&str, &str)> =
            third_party.iter().map(|one| (one.name.as_str(), one.version.as_str())).collect();
        let mut unused = Vec::new();
        for (index, one) in self.facts.approvals.approved.iter().enumerate() {
            if !present.contains(&(one.name.as_str(), one.version.as_str())) {
                let what = format!("the approval of {}@{}", one.name, one.version);
                unused.push(Unused { rule: false, index, line: one.line, what });
            }
        }
        for (index, (rule, names)) in self.rules.iter().enumerate() {
            if !third_party.iter().any(|component| Self::fits(rule, names, component)) {
                let what = rule.name.as_deref().or(rule.source.as_deref()).unwrap_or_default();
                let what = format!("the rule for `{what}`");
                unused.push(Unused { rule: true, index, line: rule.line, what });
            }
        }
        unused
    }
}

/// An entry that covers nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unused {
    /// Whether it is a `[[rule]]`.
    pub(super) rule: bool,
    /// Its place among those of its kind.
    pub(super) index: usize,
    /// Its line in the file.
    pub(super) line: u32,
    /// What it is for.
    pub(super) what: String,
}

/// Whether an approval pins exactly this content, or this source where there is no checksum.
fn pins(approval: &Approval, component: &Component) -> bool {
    let same = approval.name == component.name && approval.version == component.version;
    same && match component.pinned_source() {
        Some(source) => approval.source.as_ref() == Some(&source),
        None => approval.checksum.is_some() && approval.checksum == component.checksum,
    }
}
