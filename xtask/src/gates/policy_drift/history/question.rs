//! What is asked of each policy on the way back: one setting, or one entry of it.

use std::collections::BTreeSet;

use super::super::compare;
use super::super::{snapshot, strictness};
use crate::evidence::policy::{Change, Direction, FileState, Snapshot, Value};

/// A setting is taken apart into its entries up to so many.
const ENTRIES: usize = 100;

/// What is looked for.
#[derive(Debug, Clone)]
pub(super) struct Question<'a> {
    change: &'a Change,
    /// One entry of a set, beside those that are the same at both ends.
    entry: Option<(String, BTreeSet<String>)>,
}

impl<'a> Question<'a> {
    /// The whole of a change.
    pub(super) fn whole(change: &'a Change) -> Self {
        Question { change, entry: None }
    }

    /// A question for each entry that came or went, so that each has the commit of its own; nothing if
    /// the entries do not tell by themselves where the change leads.
    pub(super) fn entries(change: &'a Change, base: &Snapshot, current: &Snapshot) -> Vec<Question<'a>> {
        let (Some(Value::Set(from)), Some(Value::Set(to))) = (&change.from, &change.to) else {
            return Vec::new();
        };
        // Where refs land depends on all patterns together.
        if change.key.starts_with("stages.") {
            return Vec::new();
        }
        let both: BTreeSet<String> = from.intersection(to).cloned().collect();
        let moved: Vec<&String> = from.symmetric_difference(to).collect();
        if moved.len() < 2 || moved.len() > ENTRIES {
            return Vec::new();
        }
        let questions: Vec<Question<'a>> = moved
            .into_iter()
            .map(|entry| Question { change, entry: Some((entry.clone(), both.clone())) })
            .collect();
        let clear = |question: &Question<'_>| {
            let ends = (question.value(base), question.value(current));
            let (Some(from), Some(to)) = ends else { return false };
            question.direction((&from, base), (&to, current)) != Some(Direction::Unclear)
        };
        if questions.iter().all(clear) { questions } else { Vec::new() }
    }

    /// The value that a policy has; `None` if it cannot be told.
    pub(super) fn value(&self, policy: &Snapshot) -> Option<Option<Value>> {
        let key = &self.change.key;
        if *key == self.change.file {
            return Some(policy.files.get(key).map(compare::state_value));
        }
        let Some(setting) = policy.settings.get(key) else {
            return (!self.hidden(policy))
                .then_some(self.entry.as_ref().map(|(_, both)| Value::Set(both.clone())));
        };
        Some(Some(match (&self.entry, &setting.value) {
            (Some((entry, both)), Value::Set(set)) => {
                let here = set.get(entry).cloned();
                Value::Set(both.iter().cloned().chain(here).collect())
            }
            (_, value) => value.clone(),
        }))
    }

    /// Whether the setting may only be missing because the file that would say it cannot be read.
    fn hidden(&self, policy: &Snapshot) -> bool {
        let bad = |path: &str| {
            matches!(policy.files.get(path), Some(FileState::Astray { .. } | FileState::Unreadable { .. }))
        };
        bad(&self.change.file) || snapshot::paths(&self.change.key).iter().any(|path| bad(path))
    }

    /// Where the step from one policy to another leads; `None` if nothing changed.
    pub(super) fn direction(
        &self,
        from: (&Option<Value>, &Snapshot),
        to: (&Option<Value>, &Snapshot),
    ) -> Option<Direction> {
        if from.0 == to.0 {
            return None;
        }
        if self.change.key == self.change.file {
            return Some(Direction::Unclear);
        }
        Some(strictness::direction(&self.change.key, from.0.as_ref(), to.0.as_ref(), from.1, to.1))
    }

    /// A part of the change as one of its own.
    pub(super) fn part(&self, from: &Option<Value>, to: &Option<Value>, direction: Direction) -> Change {
        let told = if self.change.key == self.change.file {
            self.change.told.clone()
        } else {
            compare::told(&self.change.key, from.as_ref(), to.as_ref())
        };
        Change { from: from.clone(), to: to.clone(), direction, told, ..self.change.clone() }
    }

    /// The files, relative to the workspace, whose commits may have changed it.
    pub(super) fn paths(&self) -> BTreeSet<String> {
        let mut paths = snapshot::paths(&self.change.key);
        paths.insert(self.change.file.clone());
        paths
    }
}
