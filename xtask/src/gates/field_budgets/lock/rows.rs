//! The lines of a contract's `fields` and `variants`.

use std::ops::Range;

use toml_edit::{Item, TableLike};

use super::values::{At, Part, Reader};
use crate::evidence::contracts::{Field, Kind, Presence, Variant, Written};

/// The keys of a field; the first stands only where it is one of a variant.
const FIELD_KEYS: &[&str] = &[
    "variant",
    "name",
    "type",
    "presence",
    "written",
    "read",
    "read_name",
    "aliases",
    "flatten",
    "with",
    "write_with",
    "read_with",
    "number",
    "oneof",
    "when",
];
const VARIANT_KEYS: &[&str] = &[
    "variant",
    "kind",
    "read",
    "written",
    "read_name",
    "aliases",
    "other",
    "untagged",
    "with",
    "number",
    "when",
];
const VARIANT_KINDS: [Kind; 4] = [Kind::Unit, Kind::Newtype, Kind::Tuple, Kind::Struct];
const PRESENCES: [Presence; 3] = [Presence::Required, Presence::Optional, Presence::Defaulted];
const WRITTEN: [Written; 3] = [Written::Always, Written::Sometimes, Written::Never];

/// One line.
struct Row<'t> {
    table: &'t dyn TableLike,
    span: Option<Range<usize>>,
    index: usize,
}

/// The `fields` of the contract with this number.
pub(super) fn fields(reader: &mut Reader<'_>, at: &At<'_>, list: &Item, contract: usize) -> Vec<Field> {
    let rows = rows(reader, at, "fields", list, contract);
    rows.into_iter()
        .filter_map(|row| {
            let at = At { row: Some(("fields", row.index)), ..*at };
            field(reader, &at, &row, None)
        })
        .collect()
}

/// The `variants` of the contract with this number, each with its fields.
pub(super) fn variants(reader: &mut Reader<'_>, at: &At<'_>, list: &Item, contract: usize) -> Vec<Variant> {
    let mut variants: Vec<Variant> = Vec::new();
    for row in rows(reader, at, "variants", list, contract) {
        let at = At { row: Some(("variants", row.index)), ..*at };
        if row.table.contains_key("name") {
            let last = variants.last_mut();
            let field = field(reader, &at, &row, Some(last.as_ref().map_or("", |variant| &variant.name)));
            // Without a variant before it, that was complained about.
            if let Some(variant) = last {
                variant.fields.extend(field);
            }
        } else {
            variants.extend(variant(reader, &at, &row));
        }
    }
    variants
}

fn rows<'t>(
    reader: &mut Reader<'_>,
    at: &At<'_>,
    list: &'static str,
    item: &'t Item,
    contract: usize,
) -> Vec<Row<'t>> {
    let Some(array) = item.as_array() else {
        let message = format!("must be a list, not {}", item.type_name());
        reader.complain(item.span(), &at.key(list), message, None);
        return Vec::new();
    };
    let mut rows = Vec::with_capacity(array.len());
    for (index, value) in array.iter().enumerate() {
        reader.mark(Some(contract), value.span(), Part::Row(list, index));
        match value.as_inline_table() {
            Some(table) => rows.push(Row { table, span: value.span(), index }),
            None => {
                let at = At { row: Some((list, index)), ..*at };
                let message = format!(
                    "must be a table, such as {{ name = \"id\", type = \"u64\" }}, not {}",
                    value.type_name()
                );
                reader.complain(value.span(), &at, message, None);
            }
        }
    }
    let end = array.span().map(|span| span.end.saturating_sub(1)..span.end);
    reader.mark(Some(contract), end, Part::Close(list));
    rows
}

/// A field; `variant` is the name of the variant that it must belong to.
fn field(reader: &mut Reader<'_>, at: &At<'_>, row: &Row<'_>, variant: Option<&str>) -> Option<Field> {
    let (mut name, mut ty, mut with, mut of) = (None, None, None, None);
    let mut field = Field {
        name: String::new(),
        read_name: None,
        aliases: Vec::new(),
        ty: String::new(),
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
    };
    for (key, item) in row.table.iter() {
        match key {
            "variant" if variant.is_some() => of = reader.string(at, key, item),
            "name" => name = reader.string(at, key, item),
            "type" => ty = reader.string(at, key, item),
            "presence" => {
                let word = reader.word(at, key, item, &PRESENCES, Presence::as_str);
                field.presence = word.unwrap_or(field.presence);
            }
            "written" => {
                field.written =
                    reader.word(at, key, item, &WRITTEN, Written::as_str).unwrap_or(field.written);
            }
            "read" => field.read = reader.flag(at, key, item, true),
            "read_name" => field.read_name = reader.string(at, key, item),
            "aliases" => field.aliases = reader.strings(at, key, item),
            "flatten" => field.flatten = reader.flag(at, key, item, false),
            "with" => with = reader.string(at, key, item),
            "write_with" => field.write_with = reader.string(at, key, item),
            "read_with" => field.read_with = reader.string(at, key, item),
            "number" => field.number = reader.number(at, key, item),
            "oneof" => field.oneof = reader.string(at, key, item),
            "when" => field.when = reader.string(at, key, item),
            _ => {
                let known = FIELD_KEYS.iter().copied().skip(usize::from(variant.is_none()));
                reader.unknown(row.table.key(key), item, &at.key(key), known);
            }
        }
    }
    if with.is_some() {
        if field.write_with.is_some() || field.read_with.is_some() {
            let message = "stands beside `write_with` or `read_with`: it means both of them".to_owned();
            reader.complain(row.span.clone(), &at.key("with"), message, None);
        }
        (field.write_with, field.read_with) = (with.clone(), with);
    }
    if variant.is_some() && of.as_deref() != variant {
        let message = "must be the name of the variant in whose lines it stands".to_owned();
        reader.complain(row.span.clone(), &at.key("variant"), message, None);
    }
    field.name = reader.required(at, row.span.clone(), "name", name)?;
    field.ty = reader.required(at, row.span.clone(), "type", ty)?;
    Some(field)
}

fn variant(reader: &mut Reader<'_>, at: &At<'_>, row: &Row<'_>) -> Option<Variant> {
    let mut name = None;
    let mut variant = Variant {
        name: String::new(),
        read_name: None,
        aliases: Vec::new(),
        kind: Kind::Unit,
        fields: Vec::new(),
        read: true,
        written: true,
        other: false,
        untagged: false,
        with: None,
        number: None,
        when: None,
        line: 0,
    };
    for (key, item) in row.table.iter() {
        match key {
            "variant" => name = reader.string(at, key, item),
            "kind" => {
                let word = reader.word(at, key, item, &VARIANT_KINDS, Kind::as_str);
                variant.kind = word.unwrap_or(variant.kind);
            }
            "read" => variant.read = reader.flag(at, key, item, true),
            "written" => variant.written = reader.flag(at, key, item, true),
            "read_name" => variant.read_name = reader.string(at, key, item),
            "aliases" => variant.aliases = reader.strings(at, key, item),
            "other" => variant.other = reader.flag(at, key, item, false),
            "untagged" => variant.untagged = reader.flag(at, key, item, false),
            "with" => variant.with = reader.string(at, key, item),
            "number" => variant.number = reader.number(at, key, item),
            "when" => variant.when = reader.string(at, key, item),
            _ => reader.unknown(row.table.key(key), item, &at.key(key), VARIANT_KEYS.iter().copied()),
        }
    }
    variant.name = reader.required(at, row.span.clone(), "variant", name)?;
    Some(variant)
}
