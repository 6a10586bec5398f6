//! JSON Schema, draft 6 to 2020-12.
//!
//! Contracts are the root of a file, every entry of `$defs` and `definitions`, every object with
//! `properties` and every list of strings to choose from wherever they stand, and whatever else a `$ref`
//! leads to. So each has a name (`FILE#POINTER`) and a budget of its own, and what refers to it has
//! `#POINTER` as its type.
//!
//! What decides which data is accepted stands in the types of fields or in [`Rules::constraints`]: bounds
//! and patterns too, and keywords that the reader does not know. Left out is what describes (`title`,
//! `examples`, `deprecated`, keywords that begin with `x-` or have a `:`); `default` stands in the type of
//! the property, because it says what a missing one means.
//!
//! [`Rules::constraints`]: crate::evidence::contracts::Rules::constraints

mod contracts;
mod references;
#[cfg(test)]
mod tests;
mod text;

use self::contracts::Shapes;
use self::references::Walk;
use super::json::{self, Json};
use super::{Reading, Source};
use crate::diagnostics::shown;
use crate::digest::sha256;
use crate::evidence::budgets::{ByHand, Unreadable};

/// The dialects whose keywords are known, without scheme and fragment.
const DIALECTS: [&str; 4] = [
    "json-schema.org/draft-06/schema",
    "json-schema.org/draft-07/schema",
    "json-schema.org/draft/2019-09/schema",
    "json-schema.org/draft/2020-12/schema",
];

/// What the value of a keyword is.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Class {
    /// It describes, and decides nothing.
    Annotation,
    /// Schemas by name, for others to refer to.
    Definitions,
    /// Schemas by name.
    Named,
    /// Schemas by name, of which no contract is made.
    NamedConditions,
    /// A schema, or a list of schemas in older drafts.
    Schema,
    /// A schema of which no contract is made: it only decides.
    Condition,
    /// A list of schemas.
    List,
    /// A reference.
    Reference,
    /// Anything.
    Value,
}

fn class(keyword: &str) -> Class {
    match keyword {
        "$schema" | "$id" | "$anchor" | "$dynamicAnchor" | "$recursiveAnchor" | "$vocabulary"
        | "$comment" | "title" | "description" | "examples" | "default" | "deprecated" => Class::Annotation,
        "$defs" | "definitions" => Class::Definitions,
        "properties" | "patternProperties" => Class::Named,
        "dependentSchemas" | "dependencies" => Class::NamedConditions,
        "items"
        | "additionalItems"
        | "unevaluatedItems"
        | "contains"
        | "additionalProperties"
        | "unevaluatedProperties"
        | "propertyNames"
        | "contentSchema" => Class::Schema,
        "if" | "then" | "else" | "not" => Class::Condition,
        "allOf" | "anyOf" | "oneOf" | "prefixItems" => Class::List,
        "$ref" | "$dynamicRef" | "$recursiveRef" => Class::Reference,
        other if other.starts_with("x-") || other.contains(':') => Class::Annotation,
        _ => Class::Value,
    }
}

/// A file that is a schema.
struct Document<'s> {
    source: &'s Source<'s>,
    json: Json,
}

/// A schema and where it stands.
#[derive(Clone)]
struct Place<'j> {
    /// Which of the documents.
    document: usize,
    /// A JSON Pointer.
    pointer: String,
    schema: &'j Json,
    line: usize,
}

/// The longest JSON Pointer that names a contract, in bytes. What stands deeper is told as a problem.
const LONGEST_POINTER: usize = 500;

/// The pointer to a value within the place.
fn below(pointer: &str, keyword: &str, step: impl std::fmt::Display) -> String {
    format!("{pointer}/{keyword}/{step}")
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Reads the files of one package.
pub(super) fn read<'s>(sources: impl Iterator<Item = &'s Source<'s>>, reading: &mut Reading) {
    let mut documents = Vec::new();
    for source in sources {
        match json::parse(&source.text) {
            Ok(parsed) => {
                for (line, key) in parsed.twice {
                    let message = format!("the key {} is given twice in one object", shown(&key));
                    reading.problem(source.file, line, message, "delete one of them");
                }
                let document = Document { source, json: parsed.json };
                if let Some(unreadable) = dialect(&document) {
                    reading.unreadable.push(unreadable);
                } else if matches!(document.json, Json::Map(_) | Json::Bool(_)) {
                    documents.push(document);
                } else {
                    let remedy = "write a schema, or leave the file out of the globs";
                    reading.problem(source.file, 1, "it is no JSON Schema: expected an object", remedy);
                }
            }
            Err((line, message)) => {
                reading.problem(source.file, line, format!("it is no JSON: {message}"), "correct it");
            }
        }
    }
    let places = Walk::new(&documents, reading).all();
    Shapes::new(&documents, reading).all(places);
}

/// Why the whole document cannot be read, if it cannot.
fn dialect(document: &Document<'_>) -> Option<Unreadable> {
    let entry = document.json.entry("$schema")?;
    let name = entry.value.text().unwrap_or_default();
    let plain = name.strip_prefix("https://").or(name.strip_prefix("http://")).unwrap_or(name);
    if DIALECTS.contains(&plain.trim_end_matches('#')) {
        return None;
    }
    Some(Unreadable {
        name: document.source.name.to_owned(),
        why: format!("`$schema` names the dialect {}, which is not known here", shown(name)),
        sha256: sha256(document.json.to_string().as_bytes()),
        by_hand: ByHand::No,
        file: document.source.file.to_owned(),
        line: entry.line,
    })
}
