//! The fields that each JSON line must have.

use serde_json::{Map, Value};

use super::{Place, kinds};
use crate::diagnostics::count;
use crate::evidence::services::WantedField;
use crate::settings::services;
use crate::settings::services::FieldKind;

/// How many keys of a line are named where it lacks a field.
const KEYS: usize = 12;
/// How much of a key is shown, in characters.
const KEY: usize = 40;
/// How much of a wrong value is shown, in characters.
const VALUE: usize = 80;

/// A field that is looked for in each line.
#[derive(Debug)]
pub(super) struct Field {
    kind: FieldKind,
    facts: WantedField,
}

impl Field {
    pub(super) fn new(name: &str, settings: &services::Field) -> Field {
        let kind = settings.kind;
        let (name, paths, kind_name) = (name.to_owned(), settings.paths.clone(), kind.as_str().to_owned());
        Field { kind, facts: WantedField { name, paths, kind: kind_name, ..WantedField::default() } }
    }

    /// Looks for it in one line.
    pub(super) fn line(&mut self, object: &Map<String, Value>, place: &Place<'_>) {
        let found = self.facts.paths.iter().find_map(|path| Some((path, find(object, path)?)));
        match found {
            Some((path, value)) => {
                if let Some(why) = kinds::objection(self.kind, value) {
                    self.facts.wrong += 1;
                    self.facts.first.get_or_insert_with(|| {
                        let value = place.clean.text(&value.to_string(), VALUE);
                        place.sample(&format!("`{path}` is {value}, {why}"))
                    });
                }
            }
            None => {
                self.facts.missing += 1;
                self.facts.first.get_or_insert_with(|| place.sample(&keys(object, place)));
            }
        }
    }

    pub(super) fn into_facts(self) -> WantedField {
        self.facts
    }
}

/// What the path leads to. A key may itself have dots in it, as the Elastic Common Schema's `log.level`
/// has where it is written flat; null is as if it were not there.
fn find<'a>(object: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    if let Some(value) = object.get(path).filter(|value| !value.is_null()) {
        return Some(value);
    }
    // Each step is one that the line really has: this takes no longer than reading the line did.
    path.match_indices('.').find_map(|(at, _)| {
        let (key, rest) = path.split_at(at);
        find(object.get(key)?.as_object()?, rest.get(1..)?)
    })
}

/// What a line without the field has instead: names, no values.
fn keys(object: &Map<String, Value>, place: &Place<'_>) -> String {
    if object.is_empty() {
        return "it has no field at all".into();
    }
    let shown = |(key, value): (&String, &Value)| {
        let key = place.clean.text(key, KEY);
        if value.is_null() { format!("`{key}`, which is null") } else { format!("`{key}`") }
    };
    let names = object.iter().take(KEYS).map(shown).collect::<Vec<_>>().join(", ");
    match object.len().saturating_sub(KEYS) {
        0 => format!("it has {names}"),
        more => format!("it has {names} and {} more", count(more, "field")),
    }
}
