//! The fields of a struct or variant, as serde_derive puts them on the wire.

use std::collections::BTreeSet;

use quote::ToTokens;
use syn::{Fields, Type};

use super::attributes::{Attributes, and};
use super::case::Case;
use super::options::{Cases, Level, Serde, Side, converters};
use super::shape::plain;
use super::text::text;
use crate::evidence::contracts::{Field, Presence, Written};

/// What holds for all fields of a struct or variant.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    /// They are written.
    pub writes: bool,
    /// They are read.
    pub reads: bool,
    /// What is missing comes from the container's default.
    pub default: bool,
    /// `serde_with::serde_as` stands above the container.
    pub converted: bool,
    /// `serde_with::skip_serializing_none` stands above the container.
    pub skips_none: bool,
    /// Conditions that hold for the container, which go without saying below it.
    pub known: &'a [String],
}

/// A field with what was read of it, on the way to its place on the wire.
struct Source<'a> {
    field: &'a syn::Field,
    attributes: Attributes,
    serde: Serde,
    own: String,
}

impl<'a> Source<'a> {
    fn read(field: &'a syn::Field, index: usize) -> Result<Self, String> {
        let attributes = Attributes::of(&field.attrs);
        let own = field.ident.as_ref().map_or_else(|| index.to_string(), plain);
        let refused = |why| format!("field `{own}`: {why}");
        let serde = Serde::read(&attributes, Level::Field).map_err(refused)?;
        if field.ident.is_none() && serde.has("flatten") {
            return Err(refused("`flatten` needs a field with a name".to_owned()));
        }
        Ok(Source { field, attributes, serde, own })
    }

    fn written(&self) -> bool {
        !self.serde.has("skip_serializing")
    }

    fn read_back(&self) -> bool {
        !self.serde.has("skip_deserializing")
    }
}

impl Place<'_> {
    /// The fields on the wire. `newtype` says that they are the one of a newtype struct, which serde
    /// reads and writes whatever its field's attributes say.
    pub(super) fn fields(&self, fields: &Fields, cases: Cases, newtype: bool) -> Result<Vec<Field>, String> {
        let mut found = Vec::new();
        let mut at = (0_usize, 0_usize);
        for (index, field) in fields.iter().enumerate() {
            let source = Source::read(field, index)?;
            if source.attributes.off {
                continue;
            }
            let (written, read) = (newtype || source.written(), newtype || source.read_back());
            let (name, read_name) = match (&field.ident, source.serde.has("flatten")) {
                (Some(_), false) => (source.name(Side::Write, cases.0)?, source.name(Side::Read, cases.1)?),
                // The name of what is flattened is nowhere on the wire: what renames it changes nothing.
                (Some(_), true) => (source.own.clone(), source.own.clone()),
                // Positions count what is there: a skipped field has none, and the next takes its place.
                (None, _) if !written => (at.1.to_string(), at.1.to_string()),
                (None, _) if !read => (at.0.to_string(), at.0.to_string()),
                (None, _) => (at.0.to_string(), at.1.to_string()),
            };
            at = (at.0 + usize::from(written), at.1 + usize::from(read));
            if (self.writes && written) || (self.reads && read) {
                let alone = newtype || (field.ident.is_none() && fields.len() == 1);
                found.push(self.field(&source, (name, read_name), (written, read), alone));
            }
        }
        Ok(found)
    }

    /// The one field that stands for the whole, whose attributes say nothing but how it is converted.
    pub(super) fn transparent(&self, fields: &Fields) -> Result<Field, String> {
        let mut candidates = Vec::new();
        for (index, field) in fields.iter().enumerate() {
            let source = Source::read(field, index)?;
            let phantom = matches!(&field.ty, Type::Path(of)
                if of.path.segments.last().is_some_and(|segment| segment.ident == "PhantomData"));
            let writes = self.writes && source.written();
            let reads = self.reads && source.read_back() && !source.serde.has("default");
            if !source.attributes.off && !phantom && (writes || reads) {
                candidates.push(source);
            }
        }
        match candidates.as_slice() {
            [source] => Ok(self.field(source, ("0".to_owned(), "0".to_owned()), (true, true), true)),
            _ => Err("`transparent` needs just one field that is not skipped".to_owned()),
        }
    }

    /// `alone` says that the field is the whole content, so that it can't be missing.
    fn field(
        &self,
        source: &Source,
        (name, read_name): (String, String),
        (written, read): (bool, bool),
        alone: bool,
    ) -> Field {
        let Source { field, attributes, serde, .. } = source;
        let named = field.ident.is_some() && !serde.has("flatten");
        let as_types = if self.converted { converters(attributes) } else { Default::default() };
        let with = |side| {
            let converter = serde.side("with", side).map(str::to_owned);
            let as_type = if side == Side::Write { &as_types.write } else { &as_types.read };
            converter.or_else(|| Some(format!("serde_as {}", as_type.as_ref()?)))
        };
        let (write_with, read_with) = (with(Side::Write), with(Side::Read));
        let option = is_option(&field.ty);
        // With a converter of its own an Option that is missing is an error; serde_as adds a default.
        let lenient = match (&read_with, &as_types.read) {
            (None, _) => may_be_missing(&field.ty),
            (Some(_), Some(as_type)) => option && as_type.starts_with("Option<") && !as_types.no_default,
            (Some(_), None) => false,
        };
        let defaulted = self.default || serde.has("default") || !read;
        let skips_none = self.skips_none && option && attributes.named("serialize_always").next().is_none();
        let mut aliases: BTreeSet<String> = if named { serde.aliases.clone() } else { BTreeSet::new() };
        aliases.remove(&read_name);
        let ty = field.ty.to_token_stream();
        let first = field.ident.as_ref().map(proc_macro2::Ident::span);
        let span = first.or_else(|| Some(ty.clone().into_iter().next()?.span()));
        Field {
            read_name: (read_name != name).then_some(read_name),
            name,
            aliases: aliases.into_iter().collect(),
            ty: text(ty),
            presence: match (alone, defaulted, lenient) {
                (false, true, _) => Presence::Defaulted,
                (_, _, true) => Presence::Optional,
                _ => Presence::Required,
            },
            written: match (written, serde.has("skip_serializing_if") || skips_none) {
                (false, _) => Written::Never,
                (true, true) if !alone => Written::Sometimes,
                _ => Written::Always,
            },
            read,
            flatten: serde.has("flatten"),
            write_with,
            read_with,
            number: None,
            oneof: None,
            when: self.when(attributes, serde),
            line: span.map_or(0, |span| span.start().line),
        }
    }

    /// The condition of something below the container.
    pub(super) fn when(&self, attributes: &Attributes, serde: &Serde) -> Option<String> {
        let own = attributes.when.iter().chain(&serde.when).filter(|when| !self.known.contains(when));
        own.fold(None, |all: Option<String>, when| and(all.as_deref(), Some(when)))
    }
}

impl Source<'_> {
    fn name(&self, side: Side, case: Option<Case>) -> Result<String, String> {
        match (self.serde.side("rename", side), case) {
            (Some(name), _) => Ok(name.to_owned()),
            (None, Some(case)) => {
                let none = || format!("field `{}`: serde finds no name in this case", self.own);
                case.field(&self.own).ok_or_else(none)
            }
            (None, None) => Ok(self.own.clone()),
        }
    }
}

/// Whether a type is written as `Option<…>`, under any path.
fn is_option(ty: &Type) -> bool {
    matches!(argument(ty), Some((name, _)) if name == "Option")
}

/// Whether serde takes a missing field of this type for none: `Option`, also behind what reads as its
/// content does.
fn may_be_missing(ty: &Type) -> bool {
    const SEE_THROUGH: [&str; 8] = ["Box", "Rc", "Arc", "Cell", "RefCell", "Mutex", "RwLock", "Reverse"];
    match argument(ty) {
        Some((name, _)) if name == "Option" => true,
        Some((name, inner)) if SEE_THROUGH.contains(&name.as_str()) => may_be_missing(inner),
        _ => false,
    }
}

/// The last name of a path, and its one type argument.
fn argument(ty: &Type) -> Option<(String, &Type)> {
    let path = match ty {
        Type::Path(path) if path.qself.is_none() => &path.path,
        Type::Paren(inner) => return argument(&inner.elem),
        Type::Group(inner) => return argument(&inner.elem),
        _ => return None,
    };
    let last = path.segments.last()?;
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match (arguments.args.first(), arguments.args.len()) {
        (Some(syn::GenericArgument::Type(inner)), 1) => Some((last.ident.to_string(), inner)),
        _ => None,
    }
}
