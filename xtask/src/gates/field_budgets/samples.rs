//! Contracts made by hand, for the tests.

use crate::evidence::contracts::{Contract, Field, Format, Kind, Presence, Rules, Variant, Written};

/// The file of every one of them.
pub(super) const FILE: &str = "services/api/field-budgets.lock";

pub(super) fn field(name: &str, ty: &str) -> Field {
    Field {
        name: name.into(),
        read_name: None,
        aliases: Vec::new(),
        ty: ty.into(),
        presence: Presence::Required,
        written: Written::Always,
        read: true,
        flatten: false,
        write_with: None,
        read_with: None,
        number: None,
        oneof: None,
        when: None,
        line: 0,
    }
}

pub(super) fn variant(name: &str, kind: Kind, fields: Vec<Field>) -> Variant {
    Variant {
        name: name.into(),
        read_name: None,
        aliases: Vec::new(),
        kind,
        fields,
        read: true,
        written: true,
        other: false,
        untagged: false,
        with: None,
        number: None,
        when: None,
        line: 0,
    }
}

pub(super) fn contract(format: Format, name: &str, kind: Kind) -> Contract {
    let rules = Rules { reads: true, writes: true, ..Rules::default() };
    let (fields, variants) = (Vec::new(), Vec::new());
    Contract { name: name.into(), format, kind, rules, fields, variants, file: FILE.into(), line: 0 }
}
