//! One `.proto` file, as its language's specifications have it.

use std::collections::{BTreeMap, HashSet};

use super::lexer::{Kind, Token, Wrong};
use super::words::{Options, Parsed, Words};
use crate::diagnostics::shown;
use crate::evidence::contracts::{self, Contract, Field, Format, Presence};
use crate::gates::field_budgets::schemas::{contract, field, variant};

/// How deep messages may lie in each other; protoc has the same bound.
const DEEPEST: usize = 32;

const SCALARS: [&str; 15] = [
    "double", "float", "int32", "int64", "uint32", "uint64", "sint32", "sint64", "fixed32", "fixed64",
    "sfixed32", "sfixed64", "bool", "string", "bytes",
];

/// Options that change neither a byte nor a value.
const HARMLESS: [&str; 9] = [
    "ctype",
    "debug_redact",
    "deprecated",
    "jstype",
    "lazy",
    "retention",
    "targets",
    "unverified_lazy",
    "weak",
];

/// Features by name, `field_presence` for one.
type Features = BTreeMap<String, String>;

/// The contracts of a file; of one that does not parse, none.
pub(super) fn parse(file: &str, text: &str) -> (Vec<Contract>, Vec<Wrong>) {
    let mut parser = Parser {
        words: Words::new(text),
        file,
        syntax: "proto2".to_owned(),
        package: String::new(),
        features: Features::new(),
        depth: 0,
        contracts: Vec::new(),
        problems: Vec::new(),
    };
    if let Err(wrong) = parser.file() {
        parser.problems.push(wrong);
        parser.contracts.clear();
    }
    (parser.contracts, parser.problems)
}

struct Parser<'t> {
    words: Words<'t>,
    file: &'t str,
    /// `proto2`, `proto3` or an edition.
    syntax: String,
    package: String,
    /// Those of the file.
    features: Features,
    depth: usize,
    contracts: Vec<Contract>,
    problems: Vec<Wrong>,
}

/// A message, or a block of `extend`, on the way.
struct Body {
    made: Contract,
    /// What stands before the names of what lies within it.
    scope: String,
    features: Features,
    names: HashSet<String>,
    numbers: HashSet<i64>,
}

impl<'t> Parser<'t> {
    fn file(&mut self) -> Parsed<()> {
        self.words.advance()?;
        let mut first = true;
        while self.words.next.kind != Kind::End {
            let Token { text: word, line, .. } = self.words.advance()?;
            match word {
                ";" => {}
                "export" | "local" if self.syntax == "2024" => {}
                "syntax" | "edition" if first => {
                    self.words.expect("=")?;
                    let name = self.words.string()?;
                    if !matches!(
                        (word, name.as_str()),
                        ("syntax", "proto2" | "proto3") | ("edition", "2023" | "2024")
                    ) {
                        return Err((line, format!("{word} {} is not known here", shown(&name))));
                    }
                    self.syntax = name;
                    self.words.expect(";")?;
                }
                "package" => {
                    self.package = self.words.path()?;
                    self.words.expect(";")?;
                }
                "import" => {
                    while self.words.next.kind == Kind::Name {
                        self.words.advance()?;
                    }
                    self.words.string()?;
                    self.words.expect(";")?;
                }
                "option" => {
                    let (name, value) = self.words.option()?;
                    self.words.expect(";")?;
                    feature(&mut self.features, &name, &value);
                }
                "service" => {
                    self.words.name()?;
                    self.words.braces()?;
                }
                _ => {
                    let (scope, features) = (self.package.clone(), self.features.clone());
                    if !self.nested(word, line, &scope, &features)? {
                        return Err((
                            line,
                            format!("expected message, enum, service or extend, found {}", shown(word)),
                        ));
                    }
                }
            }
            first = false;
        }
        Ok(())
    }

    /// What may stand in a file and in a message; whether it is that.
    fn nested(&mut self, word: &str, line: usize, scope: &str, features: &Features) -> Parsed<bool> {
        match word {
            "message" => {
                let name = within(scope, self.words.name()?);
                self.message(name, line, features)?;
            }
            "enum" => {
                let name = within(scope, self.words.name()?);
                self.enumeration(name, line, features)?;
            }
            "extend" => {
                let name = within(scope, &format!("extend({})", self.words.path()?));
                let mut body = self.body(name, scope.to_owned(), line, features);
                // That an extension is missing is always seen.
                body.features.entry("field_presence".to_owned()).or_insert("EXPLICIT".to_owned());
                self.words.expect("{")?;
                while !self.words.at("}")? {
                    if !self.words.at(";")? {
                        self.field(&mut body, None)?;
                    }
                }
                if !body.made.fields.is_empty() {
                    self.contracts.push(body.made);
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn body(&self, name: String, scope: String, line: usize, features: &Features) -> Body {
        let made = contract(Format::Protobuf, contracts::Kind::Struct, name, self.file, line);
        Body { made, scope, features: features.clone(), names: HashSet::new(), numbers: HashSet::new() }
    }

    fn message(&mut self, name: String, line: usize, features: &Features) -> Parsed<()> {
        if self.depth == DEEPEST {
            return Err((line, format!("messages lie more than {DEEPEST} deep in each other")));
        }
        self.depth += 1;
        let mut body = self.body(name.clone(), name, line, features);
        self.words.expect("{")?;
        while !self.words.at("}")? {
            let Token { text: word, line, kind } = self.words.next;
            match word {
                _ if kind == Kind::Name && matches!(word, "message" | "enum" | "extend") => {
                    self.words.advance()?;
                    let (scope, features) = (body.scope.clone(), body.features.clone());
                    self.nested(word, line, &scope, &features)?;
                }
                ";" => drop(self.words.advance()?),
                "export" | "local" if self.syntax == "2024" => drop(self.words.advance()?),
                "option" => {
                    self.words.advance()?;
                    self.body_option(&mut body, "")?;
                }
                "reserved" | "extensions" => {
                    self.words.advance()?;
                    let ranges = self.words.ranges()?;
                    if word == "reserved" {
                        body.made.rules.reserved.extend(ranges);
                    } else {
                        let ranges = ranges.iter().map(|range| format!("extensions {range}"));
                        body.made.rules.constraints.extend(ranges);
                    }
                }
                "oneof" => {
                    self.words.advance()?;
                    let group = self.words.name()?.to_owned();
                    self.words.expect("{")?;
                    while !self.words.at("}")? {
                        if self.words.at("option")? {
                            self.body_option(&mut body, &format!("{group}: "))?;
                        } else if !self.words.at(";")? {
                            self.field(&mut body, Some(&group))?;
                        }
                    }
                }
                _ => self.field(&mut body, None)?,
            }
        }
        self.depth -= 1;
        body.made.rules.reserved.sort();
        body.made.rules.constraints.sort();
        self.contracts.push(body.made);
        Ok(())
    }

    /// After `option`, in a message or, with its name as `prefix`, in a oneof.
    fn body_option(&mut self, body: &mut Body, prefix: &str) -> Parsed<()> {
        let (name, value) = self.words.option()?;
        self.words.expect(";")?;
        if name.starts_with('(') || name == "message_set_wire_format" {
            body.made.rules.constraints.push(format!("{prefix}option {name} = {value}"));
        }
        feature(&mut body.features, &name, &value);
        Ok(())
    }

    fn field(&mut self, body: &mut Body, oneof: Option<&str>) -> Parsed<()> {
        let line = self.words.next.line;
        let labels = ["optional", "required", "repeated"];
        let label = labels.into_iter().find(|label| self.words.next.text == *label).unwrap_or_default();
        if !label.is_empty() {
            self.words.advance()?;
        }
        let mut ty = self.words.path()?;
        let group = ty == "group";
        if ty == "map" && self.words.at("<")? {
            let key = self.words.path()?;
            self.words.expect(",")?;
            ty = format!("map<{key}, {}>", self.words.path()?);
            self.words.expect(">")?;
        }
        let written = self.words.name()?;
        self.words.expect("=")?;
        let number = self.words.integer()?;
        let options = self.words.options()?;
        let mut name = written.to_owned();
        if label.is_empty() && oneof.is_none() && self.syntax == "proto2" && !ty.starts_with("map<") {
            return Err((
                line,
                "expected optional, required or repeated, as in every proto2 file".to_owned(),
            ));
        }
        if group {
            name.make_ascii_lowercase();
            ty = format!("group {written}");
            let (full, features) = (within(&body.scope, written), body.features.clone());
            self.message(full, line, &features)?;
        } else {
            self.words.expect(";")?;
        }
        if !body.names.insert(name.clone()) {
            self.problems.push((line, format!("the field {} is there twice", shown(&name))));
        }
        if !body.numbers.insert(number) {
            self.problems.push((line, format!("the number {number} is given twice in one message")));
        }
        let mut features = body.features.clone();
        for (name, value) in &options {
            feature(&mut features, name, value);
        }
        let presence =
            if oneof.is_some() { Presence::Optional } else { self.presence(label, &ty, &options, &features) };
        let text = typed(label, &ty, options, &features);
        let (number, oneof) = (Some(number), oneof.map(str::to_owned));
        body.made.fields.push(Field { number, oneof, ..field(name, text, presence, line) });
        Ok(())
    }

    fn presence(&self, label: &str, ty: &str, options: &Options, features: &Features) -> Presence {
        let scalar = SCALARS.contains(&ty);
        let implicit = match features.get("field_presence").map(String::as_str) {
            Some("LEGACY_REQUIRED") if label.is_empty() => return Presence::Required,
            Some(presence) => presence == "IMPLICIT",
            None => self.syntax == "proto3",
        };
        match label {
            "required" => Presence::Required,
            // A list or map that is missing is an empty one.
            "repeated" => Presence::Defaulted,
            _ if ty.starts_with("map<") => Presence::Defaulted,
            _ if options.iter().any(|(name, _)| name == "default") => Presence::Defaulted,
            "" if scalar && implicit => Presence::Defaulted,
            _ => Presence::Optional,
        }
    }

    fn enumeration(&mut self, name: String, line: usize, features: &Features) -> Parsed<()> {
        let mut made = contract(Format::Protobuf, contracts::Kind::Enum, name, self.file, line);
        let (mut features, mut names) = (features.clone(), HashSet::new());
        self.words.expect("{")?;
        while !self.words.at("}")? {
            let Token { text: word, line, kind } = self.words.advance()?;
            match word {
                ";" => {}
                "option" => {
                    let (name, value) = self.words.option()?;
                    self.words.expect(";")?;
                    feature(&mut features, &name, &value);
                    if name.starts_with('(') {
                        made.rules.constraints.push(format!("option {name} = {value}"));
                    }
                }
                "reserved" => made.rules.reserved.extend(self.words.ranges()?),
                _ if kind != Kind::Name => {
                    return Err((line, format!("expected a name, found {}", shown(word))));
                }
                _ => {
                    self.words.expect("=")?;
                    let number = Some(self.words.integer()?);
                    let options = typed("", "", self.words.options()?, &Features::new());
                    self.words.expect(";")?;
                    if !names.insert(word) {
                        self.problems.push((line, format!("the value {} is there twice", shown(word))));
                    }
                    let with = (!options.is_empty()).then(|| options.trim().to_owned());
                    made.variants.push(contracts::Variant { number, with, ..variant(word, None, line) });
                }
            }
        }
        made.rules.closed = match features.get("enum_type") {
            Some(kind) => kind == "CLOSED",
            None => self.syntax == "proto2",
        };
        made.rules.reserved.sort();
        made.rules.constraints.sort();
        self.contracts.push(made);
        Ok(())
    }
}

fn within(scope: &str, name: &str) -> String {
    if scope.is_empty() { name.to_owned() } else { format!("{scope}.{name}") }
}

/// Takes note of `features.x = Y` and of `features = { x: Y }`.
fn feature(features: &mut Features, name: &str, value: &str) {
    if let Some(feature) = name.strip_prefix("features.") {
        features.insert(feature.to_owned(), value.to_owned());
    } else if name == "features" {
        let mut words = value.split([' ', '{', '}', ',', ':', ';']).filter(|word| !word.is_empty());
        while let (Some(feature), Some(value)) = (words.next(), words.next()) {
            features.insert(feature.to_owned(), value.to_owned());
        }
    }
}

/// The type as it stands in the contract: `repeated int32 [packed = true]`.
fn typed(label: &str, ty: &str, mut options: Options, features: &Features) -> String {
    let repeated = label == "repeated";
    let matters = |feature: &str| match feature {
        "message_encoding" => !SCALARS.contains(&ty),
        "repeated_field_encoding" => repeated,
        "utf8_validation" => ty.contains("string"),
        _ => false,
    };
    let inherited = features.iter().filter(|(feature, _)| matters(feature));
    let inherited = inherited.map(|(feature, value)| (format!("features.{feature}"), value.clone()));
    options.retain(|(name, _)| !HARMLESS.contains(&name.as_str()) && !name.starts_with("features"));
    options.extend(inherited);
    options.sort();
    let mut text = if repeated { format!("repeated {ty}") } else { ty.to_owned() };
    if !options.is_empty() {
        let options: Vec<String> = options.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        text = format!("{text} [{}]", options.join(", "));
    }
    text
}
