//! The contract of a schema.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};

use super::text::{members, types};
use super::{Class, Document, Place, Reading, below, class, escaped};
use crate::evidence::contracts::{Contract, Field, Format, Kind, Presence, Tagging, Variant};
use crate::gates::field_budgets::schemas::json::{Entry, Json};
use crate::gates::field_budgets::schemas::{contract, field, short, variant};

/// Makes the contracts.
pub(super) struct Shapes<'w, 'j> {
    documents: &'j [Document<'j>],
    reading: &'w mut Reading,
    /// What is to be made a contract yet.
    pub(super) queue: VecDeque<Place<'j>>,
}

/// What a schema is as a contract.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Form {
    /// It accepts everything.
    Nothing,
    /// An object.
    Object,
    /// One of several strings.
    Strings,
    /// One of several schemas.
    Choice,
    /// Anything else, told in one line.
    Other,
}

pub(super) fn form(schema: &Json) -> Form {
    let has = |keyword| schema.get(keyword).is_some();
    let decides = |entry: &Entry| !matches!(class(&entry.key), Class::Annotation | Class::Definitions);
    let strings = || {
        let list = schema.get("enum").map(Json::items).unwrap_or_default();
        let only = schema.get("type").is_none_or(|ty| types(ty) == "string");
        only && !list.is_empty() && list.iter().all(|value| value.text().is_some())
    };
    let merged = || schema.get("allOf").is_some_and(|list| list.items().iter().any(mergeable));
    match schema {
        Json::Map(_) if !schema.entries().iter().any(decides) => Form::Nothing,
        Json::Bool(true) => Form::Nothing,
        _ if has("properties") || merged() => Form::Object,
        _ if has("oneOf") != has("anyOf") && !has("allOf") && !has("$ref") => Form::Choice,
        _ if strings() => Form::Strings,
        _ if schema.get("type").and_then(Json::text) == Some("object") => Form::Object,
        _ => Form::Other,
    }
}

/// Whether the fields of a member of `allOf` can stand with those of the whole.
fn mergeable(member: &Json) -> bool {
    let has_fields = ["properties", "required"].iter().any(|keyword| member.get(keyword).is_some());
    has_fields
        && member.entries().iter().all(|entry| match entry.key.as_str() {
            "properties" | "required" => true,
            "type" => entry.value.text() == Some("object"),
            other => class(other) == Class::Annotation,
        })
}

impl<'w, 'j> Shapes<'w, 'j> {
    pub(super) fn new(documents: &'j [Document<'j>], reading: &'w mut Reading) -> Self {
        Shapes { documents, reading, queue: VecDeque::new() }
    }

    /// Makes contracts of these places and of what they lead to.
    pub(super) fn all(mut self, places: Vec<Place<'j>>) {
        let mut made: HashSet<*const Json> = HashSet::new();
        self.queue = places.into();
        while let Some(place) = self.queue.pop_front() {
            if made.insert(place.schema) {
                let contract = self.contract(&place);
                self.reading.contracts.extend(contract);
            }
        }
    }

    fn contract(&mut self, place: &Place<'j>) -> Option<Contract> {
        let source = self.documents.get(place.document)?.source;
        let pointer = if place.pointer.is_empty() { String::new() } else { format!("#{}", place.pointer) };
        let name = format!("{}{pointer}", source.name);
        let mut made = contract(Format::JsonSchema, Kind::Newtype, name, source.file, place.line);
        match form(place.schema) {
            Form::Nothing => return None,
            Form::Object => self.object(place, &mut made),
            Form::Strings => self.strings(place, &mut made),
            Form::Choice => self.variants(place, &mut made),
            Form::Other => made.fields.push(field("0", self.text(place), Presence::Required, place.line)),
        }
        made.rules.constraints.sort();
        Some(made)
    }

    fn object(&mut self, place: &Place<'j>, made: &mut Contract) {
        made.kind = Kind::Struct;
        let mut parts = vec![place.clone()];
        let all_of = place.schema.entry("allOf").map(|entry| members(place, entry)).unwrap_or_default();
        let (merged, others): (Vec<_>, Vec<_>) =
            all_of.into_iter().partition(|member| mergeable(member.schema));
        parts.extend(merged);
        let required = |part: &Place<'j>| {
            part.schema
                .entry("required")
                .map_or((0, [].as_slice()), |entry| (entry.line, entry.value.items()))
        };
        let needed: BTreeSet<&str> =
            parts.iter().flat_map(|part| required(part).1).filter_map(Json::text).collect();
        let mut fields = Fields::default();
        for part in &parts {
            for Entry { key, line, value } in
                part.schema.get("properties").map(Json::entries).unwrap_or_default()
            {
                let pointer = below(&part.pointer, "properties", escaped(key));
                let mut ty = self.text(&Place { pointer, schema: value, line: *line, ..part.clone() });
                let default = value.get("default");
                if let Some(default) = default {
                    ty = format!("{ty} = {}", short(default.to_string()));
                }
                let presence = match default {
                    _ if needed.contains(key.as_str()) => Presence::Required,
                    Some(_) => Presence::Defaulted,
                    None => Presence::Optional,
                };
                fields.add(field(key, ty, presence, *line));
            }
        }
        for part in &parts {
            let (line, names) = required(part);
            for name in names
                .iter()
                .filter_map(Json::text)
                .filter(|name| !fields.at.contains_key(*name))
                .collect::<Vec<_>>()
            {
                fields.add(field(name, "any".to_owned(), Presence::Required, line));
            }
        }
        for member in others {
            let text = self.text(&member);
            if matches!(member.schema.entries(), [only] if only.key == "$ref") {
                fields.add(flattened(text.clone(), text, member.line));
            } else {
                made.rules.constraints.push(format!("allOf: {text}"));
            }
        }
        if parts.iter().all(|part| part.schema.get("type").is_none()) {
            made.rules.constraints.push("type: any".to_owned());
        }
        for entry in place.schema.entries() {
            self.of_whole(place, entry, &mut fields, made);
        }
        made.fields = fields.list;
    }

    /// What a keyword beside `properties` says.
    fn of_whole(&mut self, place: &Place<'j>, entry: &'j Entry, fields: &mut Fields, made: &mut Contract) {
        match (class(&entry.key), entry.key.as_str(), &entry.value) {
            (Class::Annotation | Class::Definitions, ..) | (_, "properties" | "required" | "allOf", _) => {}
            (_, "type", Json::Text(ty)) if ty == "object" => {}
            (_, "additionalProperties" | "unevaluatedProperties", Json::Bool(open)) => {
                made.rules.closed |= !open;
            }
            (_, "additionalProperties" | "unevaluatedProperties", _) => {
                let ty = self.value(place, entry);
                fields.add(flattened("*".to_owned(), ty, entry.line));
            }
            (_, "patternProperties", Json::Map(_)) => {
                for Entry { key, line, value } in entry.value.entries() {
                    let pointer = below(&place.pointer, "patternProperties", escaped(key));
                    let ty = self.text(&Place { pointer, schema: value, line: *line, ..place.clone() });
                    fields.add(flattened(format!("/{key}/"), ty, *line));
                }
            }
            (Class::Reference, _, Json::Text(text)) => {
                fields.add(flattened(text.clone(), text.clone(), entry.line));
            }
            _ => self.constraint(place, entry, made),
        }
    }

    fn constraint(&mut self, place: &Place<'j>, entry: &'j Entry, made: &mut Contract) {
        let text = match entry.key.as_str() {
            "type" => format!("type: {}", types(&entry.value)),
            "oneOf" | "anyOf" => self.choice(place, entry),
            key => format!("{key}: {}", self.value(place, entry)),
        };
        made.rules.constraints.push(text);
    }

    fn strings(&mut self, place: &Place<'j>, made: &mut Contract) {
        made.kind = Kind::Enum;
        let mut seen = HashSet::new();
        for entry in place.schema.entries() {
            match (class(&entry.key), entry.key.as_str()) {
                (Class::Annotation | Class::Definitions, _) | (_, "type") => {}
                (_, "enum") => {
                    let names = entry.value.items().iter().filter_map(Json::text);
                    let names = names.filter(|name| seen.insert(*name));
                    made.variants.extend(names.map(|name| variant(name, None, entry.line)));
                }
                _ => self.constraint(place, entry, made),
            }
        }
    }

    fn variants(&mut self, place: &Place<'j>, made: &mut Contract) {
        made.kind = Kind::Enum;
        for entry in place.schema.entries() {
            match (class(&entry.key), entry.key.as_str()) {
                (Class::Annotation | Class::Definitions, _) => {}
                (_, keyword @ ("oneOf" | "anyOf")) => {
                    let members = members(place, entry);
                    let plain = members.iter().all(|member| constant(member.schema).is_some());
                    made.variants = members.iter().map(|member| self.variant(member, plain)).collect();
                    if keyword == "anyOf" {
                        made.rules.constraints.push("anyOf".to_owned());
                    }
                }
                _ => self.constraint(place, entry, made),
            }
        }
        if made.variants.iter().any(|variant| variant.kind != Kind::Unit) {
            made.rules.tagging = Tagging::Untagged;
        }
        let mut seen: HashMap<String, usize> = HashMap::new();
        for variant in &mut made.variants {
            let times = seen.entry(variant.name.clone()).or_default();
            *times += 1;
            if *times > 1 {
                variant.name = format!("{} ({times})", variant.name);
            }
        }
    }

    /// A variant has no name on the wire, so it gets one by which it is known again when others come and go.
    fn variant(&mut self, member: &Place<'j>, plain: bool) -> Variant {
        let schema = member.schema;
        if let Some(name) = constant(schema).filter(|_| plain) {
            return variant(name, None, member.line);
        }
        let ty = self.text(member);
        let properties = schema.get("properties").map(Json::entries).unwrap_or_default();
        let tag = properties
            .iter()
            .find_map(|property| constant(&property.value).map(|value| format!("{}={value}", property.key)));
        let title = || schema.get("title").and_then(Json::text).map(str::to_owned);
        let names = || {
            let required = schema.get("required").map(Json::items).unwrap_or_default();
            let mut names: Vec<&str> = required.iter().filter_map(Json::text).collect();
            if names.is_empty() {
                names = properties.iter().map(|property| property.key.as_str()).collect();
            }
            names.sort_unstable();
            (!properties.is_empty()).then(|| format!("{{{}}}", names.join(", ")))
        };
        let name = tag.or_else(title).or_else(names).unwrap_or_else(|| ty.clone());
        variant(short(name), Some(ty), member.line)
    }
}

/// The only string that a schema accepts.
fn constant(schema: &Json) -> Option<&str> {
    schema.get("const").and_then(Json::text)
}

/// What stands in the place of further fields.
fn flattened(name: String, ty: String, line: usize) -> Field {
    Field { flatten: true, ..field(short(name), ty, Presence::Optional, line) }
}

/// Fields, each name once.
#[derive(Default)]
struct Fields {
    list: Vec<Field>,
    at: HashMap<String, usize>,
}

impl Fields {
    /// What is said twice of one property holds both times.
    fn add(&mut self, field: Field) {
        let there = self.at.get(&field.name).and_then(|at| self.list.get_mut(*at));
        match there {
            Some(there) => {
                there.ty.push_str(" & ");
                there.ty.push_str(&field.ty);
            }
            None => {
                self.at.insert(field.name.clone(), self.list.len());
                self.list.push(field);
            }
        }
    }
}
