//! Whether a variant that one side writes is read by the other.

use std::collections::HashSet;

use crate::diagnostics::shown;
use crate::evidence::budgets::{Compat, Reads};
use crate::evidence::contracts::{Contract, Format, Kind, Presence, Rules, Tagging, Variant};

use super::json::Ask;
use super::known::Way;
use super::types::{self, Text, Type};
use super::verdict::{all, depends, no, yes, yes_but};

/// How many variants without a tag are tried for one that takes what another wrote.
const TRIED: usize = 50;

/// The names under which a variant is read.
pub(super) fn read_names(variant: &Variant) -> impl Iterator<Item = &str> {
    let name = variant.read_name.as_ref().unwrap_or(&variant.name);
    std::iter::once(name.as_str()).chain(variant.aliases.iter().map(String::as_str))
}

/// Whether a variant stands on the wire without a tag.
pub(super) fn untagged(contract: &Contract, variant: &Variant) -> bool {
    contract.rules.tagging == Tagging::Untagged || variant.untagged
}

/// The variants of a contract that take what others do not.
pub(super) struct Catching<'a> {
    /// With `other`.
    other: Option<&'a Variant>,
    /// Without a tag, as many as are tried, and one.
    untagged: Vec<&'a Variant>,
}

impl<'a> Catching<'a> {
    pub(super) fn of(contract: &'a Contract) -> Self {
        let read = || contract.variants.iter().filter(|variant| variant.read);
        let other = read().find(|variant| variant.other);
        Catching {
            other,
            untagged: read().filter(|variant| untagged(contract, variant)).take(TRIED + 1).collect(),
        }
    }
}

/// Who reads what of whom.
pub(super) struct Question<'a> {
    pub ask: &'a Ask<'a>,
    pub reader: &'a Contract,
    pub writer: &'a Contract,
    /// Those of the reader.
    pub catching: &'a Catching<'a>,
}

impl Question<'_> {
    /// Whether data with the writer's variant is read as the reader's; `None` where there is no such.
    pub(super) fn variant(&self, reader: Option<&Variant>, writer: &Variant) -> Compat {
        let written = writer.written || !self.writer.rules.writes;
        let taken = self.ask.way == Way::NewReadsOld && writer.read && self.writer.rules.reads;
        if !written && !taken {
            return yes();
        }
        let known = reader.filter(|reader| reader.read && self.accepts(reader, writer));
        let by_number = self.reader.format == Format::Protobuf && known.is_none() && reader.is_some();
        if by_number {
            return no("another number");
        }
        let mut verdict = known.map_or_else(|| self.stranger(writer), |reader| self.content(reader, writer));
        if let Some(reader) = known.filter(|_| self.reader.format == Format::Serde) {
            let names: HashSet<&str> = read_names(reader).collect();
            let lost = read_names(writer).find(|name| !names.contains(name));
            if let Some(name) = lost.filter(|_| taken && !untagged(self.writer, writer)) {
                verdict = verdict.and(depends(format!("not data with {}, which was read", shown(name))));
            }
            if taken && writer.other && !reader.other {
                verdict = verdict.and(depends("not data with names that it does not know"));
            }
            if reader.when.is_some() && reader.when != writer.when {
                verdict = verdict.and(depends("only where it is compiled in"));
            }
        }
        if written { verdict } else { verdict.of_some() }
    }

    fn accepts(&self, reader: &Variant, writer: &Variant) -> bool {
        match self.reader.format {
            Format::Protobuf => reader.number == writer.number,
            Format::JsonSchema if reader.kind == writer.kind && reader.kind != Kind::Unit => true,
            _ => {
                untagged(self.reader, reader) && untagged(self.writer, writer)
                    || read_names(reader).any(|name| name == writer.name)
            }
        }
    }

    /// What becomes of a variant that the reader does not know.
    fn stranger(&self, writer: &Variant) -> Compat {
        let name = shown(&writer.name);
        match (self.reader.format, self.ask.way) {
            (Format::Serde, _) => {}
            (Format::JsonSchema, _) => return no(format!("{name} is refused")),
            (Format::Protobuf, _) if self.reader.rules.closed => return no(format!("{name} is dropped")),
            (Format::Protobuf, _) => return yes_but("as a number without a name"),
            (Format::Graphql, Way::OldReadsNew) => return depends(format!("clients may not know {name}")),
            (Format::Graphql, Way::NewReadsOld) => return no(format!("queries with {name} are refused")),
        }
        let unit = writer.kind == Kind::Unit;
        match (&self.reader.rules.tagging, self.catching.other) {
            (Tagging::Internal { .. }, Some(other)) => return yes_but(format!("as {}", shown(&other.name))),
            (Tagging::External | Tagging::Adjacent { .. }, Some(other)) if unit => {
                return yes_but(format!("as {}", shown(&other.name)));
            }
            _ => {}
        }
        if self.catching.untagged.len() > TRIED {
            return depends("may be taken for another variant");
        }
        let wire = self.wire(writer);
        for reader in &self.catching.untagged {
            let reads = wire.as_ref().map_or_else(
                || depends("another form"),
                |wire| {
                    of(reader, &self.reader.rules, true)
                        .map_or_else(|| depends("another form"), |form| self.ask.reads(&form, wire))
                },
            );
            // A variant that takes what the others do not is there for just that.
            match reads.verdict {
                Reads::No => {}
                Reads::Yes if reader.untagged => return yes_but(format!("as {}", shown(&reader.name))),
                _ => return depends(format!("may be taken for {}", shown(&reader.name))),
            }
        }
        no(format!("no variant {name}"))
    }

    /// All of what is written of a variant; `None` if it cannot be told.
    fn wire<'v>(&'v self, variant: &'v Variant) -> Option<Type<'v>> {
        if untagged(self.writer, variant) {
            return of(variant, &self.writer.rules, false);
        }
        match (&self.writer.rules.tagging, variant.kind) {
            (Tagging::External, Kind::Unit) => Some(Type::Text(Text::Of(variant.name.clone()))),
            (Tagging::External, _) => {
                let content = of(variant, &self.writer.rules, false)?;
                Some(Type::Map(Box::new(Type::Text(Text::Any)), Box::new(content)))
            }
            _ => None,
        }
    }

    /// Whether the content of a variant is read as that of another of the same name.
    fn content(&self, reader: &Variant, writer: &Variant) -> Compat {
        if untagged(self.reader, reader) != untagged(self.writer, writer) {
            return no("a tag on one side only");
        }
        if reader.with != writer.with {
            let serde = self.reader.format == Format::Serde;
            return depends(if serde { "another converter" } else { "other options" });
        }
        if reader.kind == writer.kind {
            return yes();
        }
        let forms = (of(reader, &self.reader.rules, true), of(writer, &self.writer.rules, false));
        let (Some(r), Some(w)) = forms else { return depends("another form") };
        let tagging = if reader.untagged { &Tagging::Untagged } else { &self.reader.rules.tagging };
        match (tagging, reader.kind, writer.kind) {
            // Whatever stands beside the tag is passed over.
            (Tagging::Internal { .. }, Kind::Unit, _) => yes(),
            (Tagging::Internal { .. }, Kind::Struct, Kind::Unit) => {
                let missing =
                    reader.fields.iter().filter(|field| field.read && field.presence == Presence::Required);
                all(missing.map(|field| no(format!("no {}", shown(&field.name)))))
            }
            (Tagging::Internal { .. }, _, Kind::Unit) => depends("its content may not be there"),
            (Tagging::Adjacent { .. }, _, Kind::Unit) if matches!(r, Type::Option(_)) => yes(),
            (Tagging::External | Tagging::Adjacent { .. }, _, Kind::Unit) => no("no content"),
            _ => self.ask.reads(&r, &w),
        }
    }
}

/// The content of a variant as a type; `None` where a converter makes it.
fn of<'v>(variant: &'v Variant, rules: &'v Rules, reads: bool) -> Option<Type<'v>> {
    let converted = variant.with.is_some()
        || variant.kind != Kind::Struct
            && variant
                .fields
                .iter()
                .any(|field| if reads { field.read_with.is_some() } else { field.write_with.is_some() });
    match (variant.kind, variant.fields.as_slice()) {
        _ if converted => None,
        (Kind::Unit, _) => Some(Type::Unit),
        (Kind::Struct, fields) => Some(Type::Fields(fields, rules)),
        (Kind::Newtype, [field]) => Some(types::parse(&field.ty)),
        (Kind::Tuple, fields) => {
            Some(Type::Tuple(fields.iter().map(|field| types::parse(&field.ty)).collect()))
        }
        _ => None,
    }
}
