//! A schema as the type of a field.

use super::contracts::{Form, Shapes, form};
use super::{Class, LONGEST_POINTER, Place, below, class, escaped};
use crate::gates::field_budgets::schemas::json::{Entry, Json};
use crate::gates::field_budgets::schemas::short;

impl<'j> Shapes<'_, 'j> {
    /// Such as `string(maxLength: 5)`, `array<#/$defs/Line>`, `"a" | null`. What is a contract of its own is
    /// put into the queue, and its pointer is the type.
    pub(super) fn text(&mut self, place: &Place<'j>) -> String {
        let schema = place.schema;
        match schema {
            Json::Bool(true) => return "any".to_owned(),
            Json::Bool(false) => return "never".to_owned(),
            _ if place.pointer.len() > LONGEST_POINTER => return short(schema.to_string()),
            Json::Map(_) => {}
            _ => return short(schema.to_string()),
        }
        if schema.get("properties").is_some() || form(schema) == Form::Strings && strings(schema) > 1 {
            self.queue.push_back(place.clone());
            return format!("#{}", place.pointer);
        }
        let (mut base, mut items) = (String::new(), String::new());
        let (mut within, mut all) = (Vec::new(), Vec::new());
        for entry in schema.sorted() {
            match (class(&entry.key), entry.key.as_str()) {
                (Class::Annotation | Class::Definitions, _) => {}
                (Class::Reference, _) => all.push(entry.value.text().unwrap_or_default().to_owned()),
                (_, "type") => base = types(&entry.value),
                (_, "const") => all.push(short(entry.value.to_string())),
                (_, "enum") => all.push(format!("enum{}", short(entry.value.to_string()))),
                (_, "items") if !matches!(entry.value, Json::List(_)) => {
                    items = format!("<{}>", self.value(place, entry));
                }
                (_, "allOf") => all.extend(self.members(place, entry)),
                (_, "anyOf" | "oneOf") => all.push(self.choice(place, entry)),
                (_, key) => within.push(format!("{key}: {}", self.value(place, entry))),
            }
        }
        if base.is_empty() && (all.is_empty() || !within.is_empty() || !items.is_empty()) {
            base.push_str("any");
        }
        if !within.is_empty() || !items.is_empty() {
            if base.contains(' ') {
                base = format!("({base})");
            }
            base += &items;
            if !within.is_empty() {
                base = format!("{base}({})", within.join(", "));
            }
        }
        if !base.is_empty() {
            all.insert(0, base);
        }
        all.join(" & ")
    }

    /// `oneOf(…)` or `anyOf(…)`.
    pub(super) fn choice(&mut self, place: &Place<'j>, entry: &'j Entry) -> String {
        format!("{}({})", entry.key, self.members(place, entry).join(", "))
    }

    /// The value of a keyword.
    pub(super) fn value(&mut self, place: &Place<'j>, entry: &'j Entry) -> String {
        let Entry { key, line, value } = entry;
        match (class(key), value) {
            (Class::Schema, Json::Map(_) | Json::Bool(_)) => {
                let pointer = format!("{}/{key}", place.pointer);
                self.text(&Place { pointer, schema: value, line: *line, ..place.clone() })
            }
            (Class::List | Class::Schema, Json::List(_)) => {
                format!("[{}]", self.members(place, entry).join(", "))
            }
            (Class::Named, Json::Map(_)) => {
                let named = value.sorted().map(|entry| {
                    let pointer = below(&place.pointer, key, escaped(&entry.key));
                    let place = Place { pointer, schema: &entry.value, line: entry.line, ..place.clone() };
                    format!("{}: {}", Json::Text(entry.key.clone()), self.text(&place))
                });
                format!("{{{}}}", named.collect::<Vec<_>>().join(", "))
            }
            _ => short(value.to_string()),
        }
    }

    /// The types of a list of schemas.
    fn members(&mut self, place: &Place<'j>, entry: &'j Entry) -> Vec<String> {
        members(place, entry).iter().map(|member| self.text(member)).collect()
    }
}

/// The places of a list of schemas.
pub(super) fn members<'j>(place: &Place<'j>, entry: &'j Entry) -> Vec<Place<'j>> {
    let member = |(at, schema): (usize, &'j Json)| {
        let line = schema.entries().first().map_or(entry.line, |first| first.line);
        Place { pointer: below(&place.pointer, &entry.key, at), schema, line, ..place.clone() }
    };
    entry.value.items().iter().enumerate().map(member).collect()
}

/// `string`, `null | string`.
pub(super) fn types(value: &Json) -> String {
    let mut names: Vec<&str> = value.items().iter().chain([value]).filter_map(Json::text).collect();
    names.sort_unstable();
    names.join(" | ")
}

/// How many strings there are to choose from.
fn strings(schema: &Json) -> usize {
    schema.get("enum").map_or(0, |list| list.items().len())
}
