//! Where the schemas of a document are, and what their references lead to.

use std::collections::{HashMap, HashSet};

use super::{Class, DIALECTS, Document, LONGEST_POINTER, Place, Reading, below, class, escaped};
use crate::diagnostics::shown;
use crate::digest::sha256;
use crate::evidence::budgets::{ByHand, Unreadable};
use crate::gates::field_budgets::schemas::json::{Entry, Json};

const REMEDY: &str = "correct the schema";

/// Goes over every schema of every document.
pub(super) struct Walk<'w, 'j> {
    documents: &'j [Document<'j>],
    reading: &'w mut Reading,
    /// Every schema that was come to, by its address.
    seen: HashSet<*const Json>,
    /// The roots of documents, and what has an `$id` of its own.
    resources: Vec<Place<'j>>,
    /// Which resource has this `$id`.
    ids: HashMap<String, usize>,
    /// Which resource is the root of this file.
    files: HashMap<&'j str, usize>,
    /// What has an anchor in which document.
    anchors: HashSet<(usize, &'j str)>,
    references: Vec<Reference<'j>>,
    /// What is a contract whoever refers to it.
    places: Vec<Place<'j>>,
}

struct Reference<'j> {
    document: usize,
    resource: usize,
    text: &'j str,
    line: usize,
}

impl<'w, 'j> Walk<'w, 'j> {
    pub(super) fn new(documents: &'j [Document<'j>], reading: &'w mut Reading) -> Self {
        Walk {
            documents,
            reading,
            seen: HashSet::new(),
            resources: Vec::new(),
            ids: HashMap::new(),
            files: HashMap::new(),
            anchors: HashSet::new(),
            references: Vec::new(),
            places: Vec::new(),
        }
    }

    /// Every place that is a contract of its own, in the order in which they are come to.
    pub(super) fn all(mut self) -> Vec<Place<'j>> {
        for (document, of) in self.documents.iter().enumerate() {
            let root = Place { document, pointer: String::new(), schema: &of.json, line: 1 };
            self.files.insert(of.source.name, self.resources.len());
            self.resources.push(root.clone());
            self.places.push(root.clone());
            self.schema(&root, self.resources.len() - 1);
        }
        // What a reference leads to may hold references.
        let mut next = 0;
        while let Some(reference) = self.references.get(next) {
            let Reference { document, resource, text, line } = *reference;
            self.resolve(document, resource, text, line);
            next += 1;
        }
        self.places
    }

    fn problem(&mut self, document: usize, line: usize, message: String) {
        let file = self.documents.get(document).map_or("", |document| document.source.file);
        self.reading.problem(file, line, message, REMEDY);
    }

    fn schema(&mut self, place: &Place<'j>, mut resource: usize) {
        let Place { document, schema, line, .. } = *place;
        if !self.seen.insert(schema) {
            return;
        }
        if place.pointer.len() > LONGEST_POINTER {
            let message =
                format!("what stands here is not read: its pointer is longer than {LONGEST_POINTER} bytes");
            return self.problem(document, line, message);
        }
        if !matches!(schema, Json::Map(_) | Json::Bool(_)) {
            let message = format!("expected a schema at {}: an object, true or false", shown(&place.pointer));
            return self.problem(document, line, message);
        }
        if let Some(id) = schema.get("$id").and_then(Json::text).filter(|id| !id.starts_with('#')) {
            if !place.pointer.is_empty() {
                self.resources.push(place.clone());
                resource = self.resources.len() - 1;
            }
            let id = id.trim_end_matches('#');
            let whole = self.base(document).map(|base| joined(base, id));
            self.ids.extend([Some(id.to_owned()), whole].into_iter().flatten().map(|id| (id, resource)));
        }
        for keyword in ["$anchor", "$dynamicAnchor", "$id"] {
            let anchor = schema.get(keyword).and_then(Json::text);
            let anchor =
                anchor.and_then(|text| if keyword == "$id" { text.strip_prefix('#') } else { Some(text) });
            self.anchors.extend(anchor.map(|anchor| (document, anchor)));
        }
        for entry in schema.entries() {
            self.keyword(place, entry, resource);
        }
    }

    /// The `$id` of a document.
    fn base(&self, document: usize) -> Option<&'j str> {
        self.documents.get(document)?.json.get("$id")?.text()
    }

    fn keyword(&mut self, place: &Place<'j>, entry: &'j Entry, resource: usize) {
        let Entry { key, line, value } = entry;
        let (line, class) = (*line, class(key));
        let inside = |pointer: String, schema, line| Place { pointer, schema, line, ..place.clone() };
        let expected = match (class, value) {
            (Class::Definitions | Class::Named, Json::Map(_)) | (Class::NamedConditions, Json::Map(_)) => {
                for Entry { key: name, line, value } in value.entries() {
                    // `dependencies` has lists of names too.
                    if !(key == "dependencies" && matches!(value, Json::List(_))) {
                        let inner = inside(below(&place.pointer, key, escaped(name)), value, *line);
                        self.schema(&inner, resource);
                        self.places.extend((class == Class::Definitions).then_some(inner));
                    }
                }
                return;
            }
            (Class::List | Class::Schema, Json::List(items)) if class == Class::List || key == "items" => {
                for (at, item) in items.iter().enumerate() {
                    let line = item.entries().first().map_or(line, |first| first.line);
                    self.schema(&inside(below(&place.pointer, key, at), item, line), resource);
                }
                return;
            }
            (Class::Schema | Class::Condition, _) => {
                return self.schema(&inside(format!("{}/{key}", place.pointer), value, line), resource);
            }
            (Class::Reference, Json::Text(text)) => {
                let document = place.document;
                return self.references.push(Reference { document, resource, text, line });
            }
            (Class::Value, _) => match key.as_str() {
                "required" if !value.items().iter().all(|name| name.text().is_some()) => "a list of names",
                "required" if !matches!(value, Json::List(_)) => "a list of names",
                "type" if value.text().is_none() && value.items().is_empty() => "a type, or a list of types",
                _ => return,
            },
            (Class::Annotation, _) => return,
            (Class::List, _) => "a list of schemas",
            (Class::Reference, _) => "a text",
            (Class::Definitions | Class::Named | Class::NamedConditions, _) => "an object",
        };
        self.problem(place.document, line, format!("expected {expected} as {}", shown(key)));
    }

    /// Finds what a reference leads to, and reads it where nothing else leads there.
    fn resolve(&mut self, document: usize, resource: usize, text: &str, line: usize) {
        let (head, fragment) = text.split_once('#').unwrap_or((text, ""));
        if DIALECTS.iter().any(|dialect| head.ends_with(dialect)) && !self.ids.contains_key(head) {
            return;
        }
        let Some(resource) = self.resource(document, resource, head) else {
            return self.remote(document, head, line);
        };
        let Some(of) = self.resources.get(resource).cloned() else { return };
        let fragment = decoded(fragment);
        if !fragment.is_empty() && !fragment.starts_with('/') {
            if !self.anchors.contains(&(of.document, fragment.as_str())) {
                self.problem(
                    document,
                    line,
                    format!("{} leads nowhere: there is no such anchor", shown(text)),
                );
            }
            return;
        }
        // Many generators write pointers from the root of the document even below another `$id`.
        let root = self.documents.get(of.document).map(|document| &document.json);
        let found = of.schema.pointer(&fragment).map(|found| (of.pointer.as_str(), found));
        let found = found.or_else(|| Some(("", root?.pointer(&fragment)?)));
        let Some((base, (schema, line))) = found else {
            return self.problem(document, line, format!("{} leads nowhere", shown(text)));
        };
        if !self.seen.contains(&std::ptr::from_ref(schema)) {
            let place = Place { document: of.document, pointer: format!("{base}{fragment}"), schema, line };
            self.places.push(place.clone());
            self.schema(&place, resource);
        }
    }

    /// Which resource the part of a reference before `#` names.
    fn resource(&self, document: usize, own: usize, head: &str) -> Option<usize> {
        if head.is_empty() {
            return Some(own);
        }
        let by_id = |id: &str| self.ids.get(id).copied();
        let file = self.file(document, head);
        by_id(head)
            .or_else(|| by_id(&joined(self.base(document)?, head)))
            .or_else(|| self.files.get(file.as_str()).copied())
    }

    /// The file that a relative reference names, as if it lay beside the document.
    fn file(&self, document: usize, head: &str) -> String {
        joined(self.documents.get(document).map_or("", |document| document.source.name), &decoded(head))
    }

    fn remote(&mut self, document: usize, head: &str, line: usize) {
        let (name, file) = (self.file(document, head), self.documents.get(document).map(|of| of.source.file));
        self.reading.unreadable.push(Unreadable {
            name,
            why: "a schema refers to it, and it is none of the schema files of the settings".to_owned(),
            sha256: sha256(head.as_bytes()),
            by_hand: ByHand::No,
            file: file.unwrap_or_default().to_owned(),
            line,
        });
    }
}

/// A relative path or URL as seen from another (RFC 3986, section 5, as far as schemas need it).
fn joined(base: &str, relative: &str) -> String {
    if relative.contains("://") || relative.starts_with("urn:") {
        return relative.to_owned();
    }
    let mut steps: Vec<&str> = base.split('/').collect();
    steps.pop();
    if relative.starts_with('/') {
        // Scheme, nothing, host.
        steps.truncate(3);
    }
    for step in relative.trim_start_matches('/').split('/') {
        match step {
            "." => {}
            ".." => drop(steps.pop()),
            step => steps.push(step),
        }
    }
    steps.join("/")
}

/// Without percent-encoding; a text that is not so encoded stays as it is.
fn decoded(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [byte, after @ ..] = rest {
        let code = after.get(..2).filter(|_| *byte == b'%').and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(code) => {
                bytes.push(code);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*byte);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}
