//! The table of verdicts, as the README shows it.

use xtask::evidence::budgets::Reads::{self, Depends, No, Yes};

/// A kind of change; whether an old reader reads new data; whether a new reader reads old data; the pairs
/// that show it.
pub type Row = (&'static str, Reads, Reads, &'static [&'static str]);

pub const TABLE: &[Row] = &[
    ("field added, optional or with a default", Yes, Yes, &["added_optional", "added_defaulted", "added_under_default", "flattened_map_added"]),
    ("field added, required (an `Option` with `deserialize_with` too)", Yes, No, &["added_required", "added_with_converter", "flattened_struct_added", "field_added"]),
    ("field added, old type has `deny_unknown_fields`", No, Yes, &["added_to_closed", "field_added_optional_internal"]),
    ("the same, with `skip_serializing_if`", Depends, Yes, &["added_to_closed_if_some"]),
    ("field removed or no longer written, was required", No, Yes, &["removed_required", "skipped", "written_never"]),
    ("field removed or no longer written, was optional or had a default", Yes, Yes, &["removed_optional", "written_never_optional", "removed_from_write_only"]),
    ("field removed, new type has `deny_unknown_fields`", Yes, No, &["removed_from_closed", "read_no_longer_in_closed"]),
    ("field renamed, required", No, No, &["renamed_required", "renamed_by_case"]),
    ("field renamed, optional or with a default", Depends, Depends, &["renamed_optional"]),
    ("field or variant renamed, with `alias` for the old name", No, Yes, &["renamed_with_alias", "renamed_when_written", "variant_renamed_with_alias"]),
    ("`alias` removed", Yes, Depends, &["alias_removed", "variant_alias_removed"]),
    ("required → `Option`", Depends, Yes, &["required_to_optional"]),
    ("`Option` → required or defaulted", Yes, Depends, &["optional_to_required", "optional_to_defaulted"]),
    ("`default` added", Yes, Yes, &["required_to_defaulted", "default_came"]),
    ("`default` removed", Yes, Depends, &["defaulted_to_required", "default_gone"]),
    ("`skip_serializing_if` added, was required", Depends, Yes, &["written_sometimes"]),
    ("named fields or tagged variants in another order", Yes, Yes, &["reordered", "variant_reordered"]),
    ("element added to a tuple", No, No, &["appended_in_tuple"]),
    ("element with a default added to a tuple", No, Yes, &["appended_in_tuple_defaulted"]),
    ("number widened (`u32` → `u64`); narrowed: the other way round", Depends, Yes, &["widened_newtype", "content_retyped", "retyped_and_optional", "generic"]),
    ("another form in JSON (number, string, list, map, null)", No, No, &["retyped_defaulted", "to_struct", "reordered_in_tuple", "transparent", "newtype_to_tuple"]),
    ("same form: `Box`, newtype, type under another name", Yes, Yes, &["boxed", "to_newtype", "type_renamed", "named_newtype"]),
    ("`String` → enum of plain names", Yes, Depends, &["to_words"]),
    ("struct → map", Depends, Yes, &["struct_to_map", "whole_to_map"]),
    ("tuple → struct with the same types in order", No, Yes, &["tuple_to_struct", "variant_tuple_to_struct"]),
    ("another converter (`with`)", Depends, Depends, &["converter_came"]),
    ("`flatten` added or removed", No, No, &["flattened"]),
    ("fields moved into a flattened struct", Yes, Yes, &["moved_into_flattened"]),
    ("`deny_unknown_fields` added", Yes, Depends, &["closed"]),
    ("variant added", No, Yes, &["added", "added_content", "added_untagged_last"]),
    ("variant added, old enum has `other`", Yes, Yes, &["added_beside_other", "added_beside_other_internal"]),
    ("variant removed or no longer read", Yes, No, &["removed", "variant_read_no_longer"]),
    ("variant renamed; `tag` renamed; another way to tag", No, No, &["renamed", "tag_renamed", "external_to_internal", "external_to_adjacent", "external_to_untagged"]),
    ("internally ↔ adjacently tagged, same `tag`; variants of an untagged enum in another order", Depends, Depends, &["internal_to_adjacent", "content_renamed", "reordered_untagged"]),
    ("internally tagged unit variant gets optional fields; `tag` on a struct", Yes, Yes, &["unit_to_struct_internal", "tag_on_struct"]),
];

/// The table in Markdown.
pub fn markdown() -> String {
    let word = |reads: Reads| match reads {
        Yes => "yes",
        Depends => "depends",
        No => "no",
    };
    let row = |(change, old, new, _): &Row| format!("| {change} | {} | {} |\n", word(*old), word(*new));
    let rows: String = TABLE.iter().map(row).collect();
    format!("| change | old reads new | new reads old |\n| --- | --- | --- |\n{rows}")
}
