//! What differs between two policies, and whether it asks for more or for less.

use std::collections::BTreeSet;

use crate::evidence::policy::{Change, Direction, FileState, Setting, Snapshot, Value};

use super::snapshot::budgets;
use super::strictness;

/// What leads from one policy to another, in the order of the keys.
pub(super) fn changes(from: &Snapshot, to: &Snapshot) -> Vec<Change> {
    let mut changes = settings(from, to);
    let about_files = files(from, to, &changes);
    changes.extend(about_files);
    changes.sort_by(|one, other| one.key.cmp(&other.key));
    changes
}

fn settings(from: &Snapshot, to: &Snapshot) -> Vec<Change> {
    let keys: BTreeSet<&String> = from.settings.keys().chain(to.settings.keys()).collect();
    let mut changes = Vec::new();
    for key in keys {
        let (before, after) = (from.settings.get(key), to.settings.get(key));
        let Some(file) = after.or(before).map(|setting| setting.file.clone()) else { continue };
        let (old, new) = (before.map(|setting| &setting.value), after.map(|setting| &setting.value));
        // What an unreadable file would say is not known: the file's own state is told instead.
        let both = before.is_some() && after.is_some();
        if budgets::is_new_or_gone(key, both)
            || old == new
            || unknown(from, before, after)
            || unknown(to, after, before)
        {
            continue;
        }
        let direction = strictness::direction(key, old, new, from, to);
        let told = told(key, old, new);
        changes.push(Change {
            key: key.clone(),
            file,
            from: old.cloned(),
            to: new.cloned(),
            direction,
            told,
        });
    }
    without_details(changes)
}

/// Whether a setting is not there only because the file that would say it could not be read.
fn unknown(policy: &Snapshot, here: Option<&Setting>, there: Option<&Setting>) -> bool {
    let state = there.and_then(|there| policy.files.get(&there.file));
    here.is_none() && matches!(state, Some(FileState::Astray { .. } | FileState::Unreadable { .. }))
}

/// The change in one line.
pub(super) fn told(key: &str, from: Option<&Value>, to: Option<&Value>) -> String {
    if let (Some(Value::Set(old)), Some(Value::Set(new))) = (from, to) {
        let list = |one: &BTreeSet<String>, other: &BTreeSet<String>| {
            one.difference(other).map(|text| line(text)).collect::<Vec<_>>().join(", ")
        };
        let parts = [("adds", list(new, old)), ("removes", list(old, new))];
        let parts: Vec<String> = parts
            .iter()
            .filter(|(_, list)| !list.is_empty())
            .map(|(verb, list)| format!("{verb} {list}"))
            .collect();
        return parts.join(", ");
    }
    let value =
        |value: Option<&Value>| value.map_or_else(|| "not set".to_owned(), |value| line(&value.to_string()));
    let unit = strictness::unit(key).map(|unit| format!(" ({unit})")).unwrap_or_default();
    format!("{} → {}{unit}", value(from), value(to))
}

/// Leaves out what an entry that came or went says beside its name, where that tells nothing of more or
/// less: it came or went with its entry.
fn without_details(changes: Vec<Change>) -> Vec<Change> {
    let entries = |value: &Option<Value>| match value {
        Some(Value::Set(set)) => Some(set.clone()),
        None => Some(BTreeSet::new()),
        Some(_) => None,
    };
    let moved: Vec<(String, BTreeSet<String>)> = changes
        .iter()
        .filter_map(|change| Some((change, entries(&change.from)?, entries(&change.to)?)))
        .map(|(change, from, to)| {
            (format!("{}.", change.key), from.symmetric_difference(&to).cloned().collect())
        })
        .collect();
    let is_detail = |change: &Change| {
        let entry = |prefix: &str| strictness::names(change.key.strip_prefix(prefix)?).into_iter().next();
        moved.iter().any(|(prefix, moved)| entry(prefix).is_some_and(|entry| moved.contains(&entry)))
    };
    let keep = |change: &Change| change.direction != Direction::Unclear || !is_detail(change);
    let kept: Vec<bool> = changes.iter().map(keep).collect();
    changes.into_iter().zip(kept).filter_map(|(change, kept)| kept.then_some(change)).collect()
}

/// Text from a file in one line, without what would move the cursor or hide text.
fn line(text: &str) -> String {
    let shown = crate::diagnostics::shown(text);
    shown.strip_prefix('`').and_then(|text| text.strip_suffix('`')).unwrap_or(&shown).to_owned()
}

/// What is to be told of the files themselves, beside what they say.
fn files(from: &Snapshot, to: &Snapshot, settings: &[Change]) -> Vec<Change> {
    let paths: BTreeSet<&String> = from.files.keys().chain(to.files.keys()).collect();
    let mut changes = Vec::new();
    for path in paths {
        let (old, new) = (from.files.get(path), to.files.get(path));
        let explained = settings.iter().any(|change| change.file == *path);
        let means = |policy: &Snapshot| policy.settings.values().any(|setting| setting.file == *path);
        let known = means(from) || means(to);
        let Some(told) = file_told(old, new, explained, known) else { continue };
        changes.push(Change {
            key: path.clone(),
            file: path.clone(),
            from: old.map(state_value),
            to: new.map(state_value),
            direction: Direction::Unclear,
            told,
        });
    }
    changes
}

fn file_told(
    from: Option<&FileState>,
    to: Option<&FileState>,
    explained: bool,
    known: bool,
) -> Option<String> {
    if from == to {
        return None;
    }
    Some(match (from, to) {
        (_, Some(FileState::Astray { target })) => {
            format!("leads out of the workspace or to nothing: {}", line(target))
        }
        (_, Some(FileState::Unreadable { reason })) => format!("cannot be read: {}", line(reason)),
        (None, Some(FileState::Present { .. })) => "is new among the governed files".into(),
        (Some(_), None) => "is gone, or is governed no longer".into(),
        (Some(FileState::Present { .. }), _) if explained => return None,
        (Some(FileState::Present { .. }), _) if known => "content changed, what it says did not".into(),
        (Some(FileState::Present { .. }), _) => "changed".into(),
        (Some(_), _) => "can be read again; what it said before is not known".into(),
        (None, None) => return None,
    })
}

/// A file's state as a value: its digest, or what stands in the way of one.
pub(super) fn state_value(state: &FileState) -> Value {
    Value::Text(match state {
        FileState::Present { sha256 } => sha256.clone(),
        FileState::Astray { .. } => "astray".into(),
        FileState::Unreadable { .. } => "unreadable".into(),
    })
}

#[cfg(test)]
mod tests;
