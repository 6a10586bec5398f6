//! Contracts made by hand, for the tests.

use crate::evidence::budgets::{ByHand, PackageFacts, Unreadable};
use crate::evidence::contracts::{Contract, Field, Format, Kind, Presence, Rules, Variant, Written};

use super::lock::FILE as LOCK;

/// The file of every one of them.
pub(crate) const FILE: &str = "services/api/field-budgets.lock";

pub(crate) fn field(name: &str, ty: &str) -> Field {
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

pub(crate) fn variant(name: &str, kind: Kind, fields: Vec<Field>) -> Variant {
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

pub(crate) fn contract(format: Format, name: &str, kind: Kind) -> Contract {
    let rules = Rules { reads: true, writes: true, ..Rules::default() };
    let (fields, variants) = (Vec::new(), Vec::new());
    Contract { name: name.into(), format, kind, rules, fields, variants, file: FILE.into(), line: 0 }
}

/// A struct of as many fields, each a text.
pub(crate) fn with_fields(name: &str, fields: &[&str]) -> Contract {
    let fields = fields.iter().map(|name| field(name, "String")).collect();
    Contract { fields, file: "src/lib.rs".into(), line: 3, ..contract(Format::Serde, name, Kind::Struct) }
}

/// What the sources of a package say.
pub(crate) fn package(name: &str, contracts: Vec<Contract>) -> PackageFacts {
    let lockfile = if name.is_empty() { LOCK.to_owned() } else { format!("{name}/{LOCK}") };
    PackageFacts {
        package: name.into(),
        lockfile,
        contracts,
        files: 2,
        lines: 100,
        ..PackageFacts::default()
    }
}

/// A type that cannot be read, whose tokens have a digest of this letter alone.
pub(crate) fn unreadable(name: &str, digest: &str) -> Unreadable {
    Unreadable {
        name: name.into(),
        why: "Serialize is implemented by hand".into(),
        sha256: digest.repeat(64),
        by_hand: ByHand::No,
        file: "src/money.rs".into(),
        line: 7,
    }
}
