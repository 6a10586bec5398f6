//! The contracts of both sides by name, so that a field's type can be looked up.

use std::collections::{BTreeMap, HashMap};

use crate::evidence::contracts::{Contract, Field, Format, Kind, Tagging};

use super::types::{self, Text, Type};

/// The largest contract that is looked into where a field has it as its type: many fields may.
const LARGEST: usize = 200;

/// How deep flattened fields are followed.
const DEPTH: usize = 8;

/// One side of the comparison.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Side {
    Old,
    New,
}

/// Which side reads what the other wrote.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Way {
    OldReadsNew,
    NewReadsOld,
}

impl Way {
    pub(super) fn reader(self) -> Side {
        if self == Way::OldReadsNew { Side::Old } else { Side::New }
    }

    pub(super) fn writer(self) -> Side {
        if self == Way::OldReadsNew { Side::New } else { Side::Old }
    }

    /// Puts two sides in order: the reader's, the writer's.
    pub(super) fn order<T>(self, old: T, new: T) -> (T, T) {
        if self == Way::OldReadsNew { (old, new) } else { (new, old) }
    }
}

/// The last name of a path in Rust.
pub(super) fn last(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// The contracts of one package on both sides.
#[derive(Debug, Default)]
pub(super) struct Known<'a> {
    old: Names<'a>,
    new: Names<'a>,
    /// From the old name to the new one.
    moved: HashMap<&'a str, &'a str>,
}

/// By the last name; `None` for a name that several have.
type Names<'a> = HashMap<&'a str, Option<&'a Contract>>;

impl<'a> Known<'a> {
    /// Of the types of Rust only: in the other formats nothing hides behind a name.
    pub(super) fn new(old: &'a [Contract], new: &'a [Contract], moved: &[(&'a str, &'a str)]) -> Self {
        let names = |contracts: &'a [Contract]| {
            let mut names = Names::new();
            for contract in contracts.iter().filter(|contract| contract.format == Format::Serde) {
                names.entry(last(&contract.name)).and_modify(|known| *known = None).or_insert(Some(contract));
            }
            names
        };
        let moved = moved.iter().map(|(old, new)| (last(old), last(new))).collect();
        Known { old: names(old), new: names(new), moved }
    }

    /// The contract that a type without parameters names.
    pub(super) fn contract(&self, side: Side, name: &str) -> Option<&'a Contract> {
        let names = if side == Side::Old { &self.old } else { &self.new };
        names.get(last(name)).copied().flatten().filter(|contract| contract.rules.generics.is_empty())
    }

    /// What is known of the form of a named type; `None` if nothing is.
    pub(super) fn form(&self, way: Way, reads: bool, name: &str) -> Option<Type<'a>> {
        let contract = self.contract(if reads { way.reader() } else { way.writer() }, name)?;
        let small = contract.fields.len().max(contract.variants.len()) <= LARGEST;
        if small { form(contract, reads) } else { None }
    }

    /// Whether the writer's type is the reader's under another name.
    pub(super) fn moved(&self, way: Way, reader: &str, writer: &str) -> bool {
        // The order of the two sides is its own inverse.
        let (old, new) = way.order(reader, writer);
        let (old, new) = (last(old), last(new));
        // A name that several have says nothing.
        let once =
            self.old.get(old).is_none_or(Option::is_some) && self.new.get(new).is_some_and(Option::is_some);
        once && self.moved.get(old) == Some(&new)
    }

    /// The fields that stand on the wire in the place of a flattened one, by their names there, and
    /// whether these are all.
    pub(super) fn flattened(&self, side: Side, fields: &[Field]) -> (BTreeMap<&'a str, &'a Field>, bool) {
        let (mut found, mut all) = (BTreeMap::new(), true);
        let mut next: Vec<(&Field, usize)> =
            fields.iter().filter(|field| field.flatten).map(|field| (field, 0)).collect();
        while let Some((field, depth)) = next.pop() {
            let Some(inner) = self.fields_of(side, field).filter(|_| depth < DEPTH && found.len() < LARGEST)
            else {
                all = false;
                continue;
            };
            for field in inner {
                if field.flatten {
                    next.push((field, depth + 1));
                } else {
                    found.insert(field.name.as_str(), field);
                }
            }
        }
        (found, all)
    }

    /// The fields of the struct that a field's type names.
    pub(super) fn fields_of(&self, side: Side, field: &Field) -> Option<&'a [Field]> {
        let plain = field.read_with.is_none() && field.write_with.is_none();
        let Type::Named(name) = types::parse(&field.ty) else { return None };
        let contract = self.contract(side, &name).filter(|contract| {
            let rules = &contract.rules;
            plain && contract.kind == Kind::Struct && rules.reads_as.is_none() && rules.writes_as.is_none()
        })?;
        Some(&contract.fields)
    }
}

/// The form of a contract as a type; `None` where its tags or converters decide.
pub(super) fn form(contract: &Contract, reader: bool) -> Option<Type<'_>> {
    let rules = &contract.rules;
    let converted = if reader { &rules.reads_as } else { &rules.writes_as };
    if let Some(other) = converted {
        return Some(types::parse(other));
    }
    let plain = |field: &Field| if reader { field.read_with.is_none() } else { field.write_with.is_none() };
    match contract.kind {
        Kind::Unit => Some(Type::Unit),
        Kind::Struct => Some(Type::Fields(&contract.fields, rules)),
        Kind::Tuple if contract.fields.iter().all(plain) => {
            Some(Type::Tuple(contract.fields.iter().map(|field| types::parse(&field.ty)).collect()))
        }
        Kind::Newtype => match contract.fields.as_slice() {
            [field] if plain(field) => Some(types::parse(&field.ty)),
            _ => None,
        },
        Kind::Enum => {
            let words = rules.tagging == Tagging::External
                && contract.variants.iter().all(|variant| variant.kind == Kind::Unit && !variant.untagged);
            words.then(|| Type::Text(Text::Of(contract.name.clone())))
        }
        Kind::Tuple | Kind::Interface => None,
    }
}
