//! What holds fields, a contract or a variant of one, with what is asked of it more than once.

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap};

use crate::evidence::contracts::{Contract, Field, Format, Kind, Rules, Variant};

use super::known::{Known, Side};
use super::types::{self, Type};

/// What holds fields: a contract, or a variant of one.
pub(super) struct Holder<'a> {
    pub format: Format,
    pub kind: Kind,
    pub rules: &'a Rules,
    pub fields: &'a [Field],
    known: &'a Known<'a>,
    side: Side,
    own: OnceCell<HashMap<&'a str, &'a Field>>,
    flattened: OnceCell<(BTreeMap<&'a str, &'a Field>, bool)>,
    rest: OnceCell<Option<(Type<'static>, bool)>>,
    oneofs: OnceCell<HashMap<&'a str, usize>>,
}

impl<'a> Holder<'a> {
    pub(super) fn new(contract: &'a Contract, known: &'a Known<'a>, side: Side) -> Self {
        let content = (contract.fields.as_slice(), &contract.rules);
        Holder::of(contract.format, contract.kind, content, known, side)
    }

    pub(super) fn of(
        format: Format,
        kind: Kind,
        (fields, rules): (&'a [Field], &'a Rules),
        known: &'a Known<'a>,
        side: Side,
    ) -> Self {
        Holder {
            format,
            kind,
            rules,
            fields,
            known,
            side,
            own: OnceCell::new(),
            flattened: OnceCell::new(),
            rest: OnceCell::new(),
            oneofs: OnceCell::new(),
        }
    }

    pub(super) fn variant(
        contract: &'a Contract,
        variant: &'a Variant,
        known: &'a Known<'a>,
        side: Side,
    ) -> Self {
        Holder { kind: variant.kind, fields: &variant.fields, ..Holder::new(contract, known, side) }
    }

    /// Whether its fields stand in a list.
    pub(super) fn by_place(&self) -> bool {
        self.kind == Kind::Tuple
    }

    /// Its own field that is written under a name.
    pub(super) fn own(&self, name: &str) -> Option<&'a Field> {
        let index = || self.fields.iter().map(|field| (field.name.as_str(), field)).collect();
        self.own.get_or_init(index).get(name).copied()
    }

    /// What its flattened fields hold, by the name on the wire, and whether all of it is known.
    pub(super) fn flattened(&self) -> &(BTreeMap<&'a str, &'a Field>, bool) {
        self.flattened.get_or_init(|| self.known.flattened(self.side, self.fields))
    }

    /// How many fields a oneof has.
    pub(super) fn in_oneof(&self, group: &str) -> usize {
        let count = || {
            let mut sizes = HashMap::new();
            for group in self.fields.iter().filter_map(|field| field.oneof.as_deref()) {
                *sizes.entry(group).or_default() += 1;
            }
            sizes
        };
        self.oneofs.get_or_init(count).get(group).copied().unwrap_or_default()
    }

    /// The values of the flattened map that takes every other field, and whether nothing else is flattened.
    pub(super) fn rest(&self) -> Option<&(Type<'static>, bool)> {
        let find = || {
            let flattened = || self.fields.iter().filter(|field| field.flatten);
            let map = flattened().find_map(|field| match (self.format, types::parse(&field.ty)) {
                (Format::Serde, Type::Map(_, value)) => Some(*value),
                (Format::JsonSchema, _) if field.name == "*" => Some(Type::Named(field.ty.clone())),
                _ => None,
            });
            Some((map?, flattened().nth(1).is_none()))
        };
        self.rest.get_or_init(find).as_ref()
    }
}
