//! The shape on the wire that serde_derive gives to a struct or an enum.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::{Data, DeriveInput, Fields};

use super::attributes::{Attributes, and};
use super::fields::Place;
use super::options::{Cases, Level, Serde, Side};
use super::text::text;
use crate::evidence::contracts::{Contract, Format, Kind, Rules, Tagging, Variant};

/// Which traits a type derives, each with its condition.
#[derive(Debug, Default, Clone)]
pub(super) struct Derives {
    pub writes: Option<Option<String>>,
    pub reads: Option<Option<String>>,
}

impl Derives {
    /// The condition under which it is a contract.
    fn when(&self) -> Option<String> {
        match (&self.writes, &self.reads) {
            (Some(writes), Some(reads)) if writes != reads => {
                let of = |when: &Option<String>, name: &str| Some(format!("{} for {name}", when.as_ref()?));
                let parts = [of(writes, "Serialize"), of(reads, "Deserialize")];
                Some(parts.into_iter().flatten().collect::<Vec<_>>().join("; "))
            }
            (Some(when), _) | (None, Some(when)) => when.clone(),
            (None, None) => None,
        }
    }
}

/// The contract of a type that derives serde's traits, without its file; or why it cannot be told.
pub(super) fn contract(
    input: &DeriveInput,
    attributes: &Attributes,
    derives: &Derives,
) -> Result<Contract, String> {
    let serde = Serde::read(attributes, Level::Container)?;
    let when = and(attributes.when.as_deref(), derives.when().as_deref());
    let mut known: Vec<String> = serde.when.iter().cloned().collect();
    known.extend(attributes.when.clone());
    known.extend(derives.writes.clone().flatten());
    known.extend(derives.reads.clone().flatten());
    let mut rules = rules(input, &serde, derives)?;
    rules.when = serde.when.iter().filter(|of| Some(*of) != when.as_ref()).fold(when.clone(), |when, of| {
        let told = when.as_deref().is_some_and(|when| when.contains(of.as_str()));
        if told { when } else { and(when.as_deref(), Some(of)) }
    });
    let place = Place {
        writes: rules.writes && rules.writes_as.is_none(),
        reads: rules.reads && rules.reads_as.is_none(),
        default: rules.default,
        converted: attributes.list.iter().any(|attribute| attribute.name() == "serde_as"),
        skips_none: attributes.list.iter().any(|attribute| attribute.name() == "skip_serializing_none"),
        known: &known,
    };
    let mut contract = Contract {
        name: plain(&input.ident),
        format: Format::Serde,
        kind: Kind::Enum,
        rules,
        fields: Vec::new(),
        variants: Vec::new(),
        file: String::new(),
        line: input.ident.span().start().line,
    };
    match &input.data {
        Data::Struct(data) => {
            let transparent = serde.has("transparent");
            contract.kind = if transparent { Kind::Newtype } else { kind(&data.fields) };
            if transparent {
                contract.fields = vec![place.transparent(&data.fields)?];
            } else {
                let single = contract.kind == Kind::Newtype;
                contract.fields = place.fields(&data.fields, serde.cases("rename_all")?, single)?;
            }
        }
        Data::Enum(data) => {
            let cases = (serde.cases("rename_all")?, serde.cases("rename_all_fields")?);
            let untagged = contract.rules.tagging == Tagging::Untagged;
            for source in &data.variants {
                contract.variants.extend(variant(source, &place, cases, untagged)?);
            }
            if serde.has("field_identifier")
                && let Some(last) = contract.variants.last_mut()
            {
                last.other |= last.kind == Kind::Newtype;
            }
        }
        Data::Union(_) => return Err("serde derives nothing for a union".to_owned()),
    }
    Ok(contract)
}

/// A name as serde sees it: `type` for `r#type`.
pub(super) fn plain(name: &Ident) -> String {
    let name = name.to_string();
    name.strip_prefix("r#").map(str::to_owned).unwrap_or(name)
}

/// The form that the fields give.
fn kind(fields: &Fields) -> Kind {
    let there = |field: &&syn::Field| !Attributes::of(&field.attrs).off;
    match fields {
        Fields::Named(_) => Kind::Struct,
        Fields::Unnamed(fields) if fields.unnamed.iter().filter(there).count() == 1 => Kind::Newtype,
        Fields::Unnamed(_) => Kind::Tuple,
        Fields::Unit => Kind::Unit,
    }
}

/// What the attributes of the container say, with serde_derive's own refusals.
fn rules(input: &DeriveInput, serde: &Serde, derives: &Derives) -> Result<Rules, String> {
    let is_enum = matches!(input.data, Data::Enum(_));
    let named = matches!(&input.data, Data::Struct(data) if matches!(data.fields, Fields::Named(_)));
    let unit = matches!(&input.data, Data::Struct(data) if matches!(data.fields, Fields::Unit));
    let refusals = [
        (!is_enum && serde.has("rename_all_fields"), "`rename_all_fields` is for enums"),
        (!is_enum && serde.has("untagged"), "`untagged` is for enums"),
        (!is_enum && serde.has("content"), "`content` is for enums"),
        (!is_enum && !named && serde.has("tag"), "`tag` is for enums and for structs that name their fields"),
        ((is_enum || unit) && serde.has("default"), "`default` is for structs that have fields"),
        (serde.has("untagged") && serde.has("tag"), "`untagged` and `tag` contradict each other"),
        (serde.has("content") && !serde.has("tag"), "`content` needs `tag`"),
        (serde.has("from") && serde.has("try_from"), "`from` and `try_from` contradict each other"),
        ((is_enum || unit) && serde.has("transparent"), "`transparent` is for structs that have fields"),
        (
            serde.has("transparent") && ["from", "try_from", "into"].iter().any(|key| serde.has(key)),
            "`transparent` contradicts `from`, `try_from` and `into`",
        ),
    ];
    if let Some((_, why)) = refusals.iter().find(|(refused, _)| *refused) {
        return Err(format!("its serde attributes are refused: {why}"));
    }
    let tagging = match (serde.text("tag"), serde.text("content")) {
        (Some(tag), Some(content)) => Tagging::Adjacent { tag, content },
        (Some(tag), None) => Tagging::Internal { tag },
        _ if serde.has("untagged") => Tagging::Untagged,
        _ => Tagging::External,
    };
    let own_name = || serde.text("rename").unwrap_or_else(|| plain(&input.ident));
    let as_type = |key: &'static str| serde.text(key).map(|text| tidy(&text));
    Ok(Rules {
        reads: derives.reads.is_some(),
        writes: derives.writes.is_some(),
        name: (!is_enum && tagging != Tagging::External).then(own_name),
        tagging,
        closed: serde.has("deny_unknown_fields"),
        default: serde.has("default"),
        reads_as: as_type("from").or_else(|| as_type("try_from")),
        writes_as: as_type("into"),
        remote: as_type("remote"),
        generics: generics(&input.generics),
        when: None,
        reserved: Vec::new(),
        constraints: Vec::new(),
    })
}

/// A type in a string, in the form of all others.
fn tidy(source: &str) -> String {
    let tokens: Result<TokenStream, _> = source.parse();
    tokens.map_or_else(|_| source.trim().to_owned(), text)
}

/// Parameters as written, without their attributes, bounds and defaults.
fn generics(generics: &syn::Generics) -> String {
    let parameter = |parameter: &syn::GenericParam| match parameter {
        syn::GenericParam::Lifetime(lifetime) => lifetime.lifetime.to_string(),
        syn::GenericParam::Type(of) => of.ident.to_string(),
        syn::GenericParam::Const(of) => format!("const {}: {}", of.ident, text(of.ty.to_token_stream())),
    };
    let all: Vec<String> = generics.params.iter().map(parameter).collect();
    if all.is_empty() { String::new() } else { format!("<{}>", all.join(", ")) }
}

fn variant(
    source: &syn::Variant,
    place: &Place,
    (cases, fields): (Cases, Cases),
    untagged: bool,
) -> Result<Option<Variant>, String> {
    let attributes = Attributes::of(&source.attrs);
    let own = plain(&source.ident);
    let refused = |why: String| format!("variant `{own}`: {why}");
    let serde = Serde::read(&attributes, Level::Variant).map_err(refused)?;
    let written = !serde.has("skip_serializing");
    let read = !serde.has("skip_deserializing");
    let inner = Place { writes: place.writes && written, reads: place.reads && read, ..*place };
    if attributes.off || !(inner.writes || inner.reads) {
        return Ok(None);
    }
    // The name of a variant without a tag is nowhere on the wire: what renames it changes nothing.
    let untagged = untagged || serde.has("untagged");
    let name = |side, case: Option<super::case::Case>| match (serde.side("rename", side), case) {
        _ if untagged => Ok(own.clone()),
        (Some(name), _) => Ok(name.to_owned()),
        (None, Some(case)) => {
            case.variant(&own).ok_or_else(|| refused("serde finds no name in this case".into()))
        }
        (None, None) => Ok(own.clone()),
    };
    let (name, read_name) = (name(Side::Write, cases.0)?, name(Side::Read, cases.1)?);
    let own_cases = serde.cases("rename_all").map_err(refused)?;
    let cases = (own_cases.0.or(fields.0), own_cases.1.or(fields.1));
    let mut kind = kind(&source.fields);
    let fields = inner.fields(&source.fields, cases, false).map_err(refused)?;
    if kind == Kind::Newtype && fields.is_empty() {
        kind = Kind::Unit;
    }
    let (write_with, read_with) = (serde.side("with", Side::Write), serde.side("with", Side::Read));
    let with = match (write_with, read_with) {
        (Some(write), Some(read)) if write == read => Some(write.to_owned()),
        (Some(write), Some(read)) => Some(format!("serialize_with {write}, deserialize_with {read}")),
        (Some(write), None) => Some(format!("serialize_with {write}")),
        (None, read) => read.map(|read| format!("deserialize_with {read}")),
    };
    let mut aliases = serde.aliases.clone();
    aliases.remove(&read_name);
    Ok(Some(Variant {
        read_name: (read_name != name).then_some(read_name),
        name,
        aliases: if untagged { Vec::new() } else { aliases.into_iter().collect() },
        kind,
        fields,
        read,
        written,
        other: serde.has("other"),
        untagged: serde.has("untagged"),
        with,
        number: None,
        when: place.when(&attributes, &serde),
        line: source.ident.span().start().line,
    }))
}
