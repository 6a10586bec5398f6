//! Pairs of enums: variants that came, went, were renamed, or changed in form.

use super::harness::{Case, took, wrote, wrote_only};

pub mod added {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Open, Paid { total: u64 } } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Open, Paid { total: u64 }, Refunded } }
}
pub mod added_content {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] #[serde(tag = "type")] pub enum Contract { Open, Paid { total: u64 } } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] #[serde(tag = "type")] pub enum Contract { Open, Refunded { why: String }, Paid { total: u64 } } }
}
pub mod added_beside_other {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Open, #[serde(other)] Unknown } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Open, Paid, #[serde(other)] Unknown } }
}
pub mod added_content_beside_other {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Open, #[serde(other)] Unknown } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Open, Paid(u64), #[serde(other)] Unknown } }
}
pub mod added_beside_other_internal {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] #[serde(tag = "type")] pub enum Contract { Open, #[serde(other)] Unknown } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] #[serde(tag = "type")] pub enum Contract { Open, Paid { total: u64 }, #[serde(other)] Unknown } }
}
pub mod added_beside_other_adjacent {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] #[serde(tag = "t", content = "c")] pub enum Contract { Open, #[serde(other)] Unknown } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] #[serde(tag = "t", content = "c")] pub enum Contract { Open, Paid { total: u64 }, #[serde(other)] Unknown } }
}
pub mod added_beside_untagged_variant {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Open, #[serde(untagged)] Name(String) } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Open, Paid, #[serde(untagged)] Name(String) } }
}
pub mod removed {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Open, Paid { total: u64 }, Lost } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Open, Paid { total: u64 } } }
}
pub mod renamed {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Open, Payed } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Open, Paid } }
}
pub mod variant_renamed_with_alias {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Open, Payed(u32) } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Open, #[serde(alias = "Payed")] Paid(u32) } }
}
pub mod variant_alias_removed {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Open, #[serde(alias = "Payed")] Paid } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Open, Paid } }
}
pub mod unit_to_newtype {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Open, Paid } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Open, Paid(Option<u32>) } }
}
pub mod unit_to_struct {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Open, Paid } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Open, Paid { note: Option<u32> } } }
}
pub mod unit_to_struct_internal {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] #[serde(tag = "type")] pub enum Contract { Open, Paid } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] #[serde(tag = "type")] pub enum Contract { Open, Paid { note: Option<u32> } } }
}
pub mod unit_to_newtype_adjacent {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] #[serde(tag = "t", content = "c")] pub enum Contract { Open, Paid } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] #[serde(tag = "t", content = "c")] pub enum Contract { Open, Paid(Option<u32>) } }
}
pub mod variant_newtype_to_tuple {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Paid(u32) } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Paid(u32, u32) } }
}
pub mod variant_tuple_to_struct {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Paid(u32, u32) } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Paid { total: u32, tip: u32 } } }
}
pub mod struct_to_newtype {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] #[serde(tag = "type")] pub enum Contract { Paid { total: u32 } } }
    pub mod new {
        #[derive(serde::Serialize, serde::Deserialize)] #[serde(tag = "type")] pub enum Contract { Paid(Paid) }
        #[derive(serde::Serialize, serde::Deserialize)] pub struct Paid { pub total: u32 }
    }
}
pub mod field_added {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Paid { total: u32 } } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Paid { total: u32, tip: u32 } } }
}
pub mod field_added_optional_internal {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] #[serde(tag = "type", deny_unknown_fields)] pub enum Contract { Paid { total: u32 } } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] #[serde(tag = "type", deny_unknown_fields)] pub enum Contract { Paid { total: u32, tip: Option<u32> } } }
}
pub mod content_retyped {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Paid(u32) } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Paid(u64) } }
}
pub mod added_untagged_last {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] #[serde(untagged)] pub enum Contract { Number(u32), Name(String) } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] #[serde(untagged)] pub enum Contract { Number(u32), Name(String), List(Vec<u32>) } }
}
pub mod added_untagged_first {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] #[serde(untagged)] pub enum Contract { Name(String) } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] #[serde(untagged)] pub enum Contract { Letter(char), Name(String) } }
}
pub mod variant_reordered {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Open, Paid } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Paid, Open } }
}
pub mod reordered_untagged {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] #[serde(untagged)] pub enum Contract { A { a: u32 }, B { a: u32, b: Option<u32> } } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] #[serde(untagged)] pub enum Contract { B { a: u32, b: Option<u32> }, A { a: u32 } } }
}
pub mod written_no_longer {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Open, Paid } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Open, #[serde(skip_serializing)] Paid } }
}
pub mod variant_read_no_longer {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Open, Paid } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Open, #[serde(skip_deserializing)] Paid } }
}
pub mod other_gone {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Open, #[serde(other)] Unknown } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Open, Unknown } }
}
pub mod other_came {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Open, Unknown } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Open, #[serde(other)] Unknown } }
}
pub mod untagged_variant {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Open, Name(String) } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Open, #[serde(untagged)] Name(String) } }
}

/// Every pair, with data in which the change shows.
pub fn cases() -> Vec<Case> {
    vec![
        case!(added, old: [wrote("'Open'", "'Open'"), wrote("{'Paid':{'total':1}}", "{'Paid':{'total':1}}")], new: [wrote("'Refunded'", "-")]),
        case!(added_content, old: [wrote("{'type':'Paid','total':1}", "{'type':'Paid','total':1}")], new: [wrote("{'type':'Refunded','why':'x'}", "-")]),
        case!(added_beside_other, old: [wrote("'Open'", "'Open'")], new: [wrote("'Paid'", "'Unknown'")]),
        case!(added_content_beside_other, old: [wrote("'Open'", "'Open'")], new: [wrote("{'Paid':1}", "'Unknown'")]),
        case!(added_beside_other_internal, old: [wrote("{'type':'Open'}", "{'type':'Open'}")], new: [wrote("{'type':'Paid','total':1}", "{'type':'Unknown'}")]),
        case!(added_beside_other_adjacent, old: [wrote("{'t':'Open'}", "{'t':'Open'}")], new: [wrote("{'t':'Paid','c':{'total':1}}", "{'t':'Unknown'}")]),
        case!(added_beside_untagged_variant, old: [wrote("'Open'", "'Open'")], new: [wrote("'Paid'", "'Paid'")]),
        case!(removed, old: [wrote("'Lost'", "-")], new: [wrote("'Open'", "'Open'")]),
        case!(renamed, old: [wrote("'Payed'", "'Paid'")], new: [wrote("'Paid'", "'Payed'")]),
        case!(variant_renamed_with_alias, old: [wrote("{'Payed':1}", "{'Paid':1}")], new: [wrote("{'Paid':1}", "{'Payed':1}")]),
        case!(variant_alias_removed, old: [wrote("'Paid'", "'Paid'"), took("'Payed'", "'Paid'")], new: [wrote("'Paid'", "'Paid'")]),
        case!(unit_to_newtype, old: [wrote("'Paid'", "{'Paid':null}")], new: [wrote("{'Paid':null}", "'Paid'"), wrote("{'Paid':1}", "'Paid'")]),
        case!(unit_to_struct, old: [wrote("'Paid'", "{'Paid':{'note':null}}")], new: [wrote("{'Paid':{'note':1}}", "'Paid'")]),
        case!(unit_to_struct_internal, old: [wrote("{'type':'Paid'}", "{'type':'Paid','note':null}")], new: [wrote("{'type':'Paid','note':1}", "{'type':'Paid'}")]),
        case!(unit_to_newtype_adjacent, old: [wrote("{'t':'Paid'}", "{'t':'Paid','c':null}")], new: [wrote("{'t':'Paid','c':null}", "{'t':'Paid'}"), wrote("{'t':'Paid','c':1}", "{'t':'Paid'}")]),
        case!(variant_newtype_to_tuple, old: [wrote("{'Paid':1}", "-")], new: [wrote("{'Paid':[1,2]}", "-")]),
        case!(variant_tuple_to_struct, old: [wrote("{'Paid':[1,2]}", "{'Paid':{'total':1,'tip':2}}")], new: [wrote("{'Paid':{'total':1,'tip':2}}", "{'Paid':[1,2]}")]),
        case!(struct_to_newtype, old: [wrote("{'type':'Paid','total':1}", "{'type':'Paid','total':1}")], new: [wrote("{'type':'Paid','total':1}", "{'type':'Paid','total':1}")]),
        case!(field_added, old: [wrote("{'Paid':{'total':1}}", "-")], new: [wrote("{'Paid':{'total':1,'tip':2}}", "{'Paid':{'total':1}}")]),
        case!(field_added_optional_internal, old: [wrote("{'type':'Paid','total':1}", "{'type':'Paid','total':1,'tip':null}")],
            new: [wrote("{'type':'Paid','total':1,'tip':2}", "{'type':'Paid','total':1}"), wrote("{'type':'Paid','total':1,'tip':null}", "{'type':'Paid','total':1}")]),
        case!(content_retyped, old: [wrote("{'Paid':1}", "{'Paid':1}")], new: [wrote("{'Paid':1}", "{'Paid':1}"), wrote("{'Paid':4294967296}", "-")]),
        case!(added_untagged_last, old: [wrote("1", "1"), wrote("'x'", "'x'")], new: [wrote("[1]", "-"), wrote("[]", "-")]),
        case!(added_untagged_first, old: [wrote("'ab'", "'ab'"), wrote("'a'", "-")], new: [wrote_only("'a'", "-"), wrote("'ab'", "'ab'")]),
        case!(variant_reordered, old: [wrote("'Open'", "'Open'")], new: [wrote("'Open'", "'Open'")]),
        case!(reordered_untagged, old: [wrote("{'a':1}", "-"), wrote_only("{'a':1,'b':2}", "{'a':1,'b':2}")],
            new: [wrote("{'a':1,'b':2}", "-"), wrote_only("{'a':1}", "{'a':1}")]),
        case!(written_no_longer, old: [wrote("'Open'", "'Open'")], new: [wrote("'Open'", "'Open'")]),
        case!(variant_read_no_longer, old: [wrote("'Paid'", "-")], new: [wrote_only("'Paid'", "'Paid'")]),
        case!(other_gone, old: [wrote("'Unknown'", "'Unknown'"), took("'Lost'", "'Unknown'")], new: [wrote("'Unknown'", "'Unknown'")]),
        case!(other_came, old: [wrote("'Unknown'", "'Unknown'")], new: [wrote("'Unknown'", "'Unknown'")]),
        case!(untagged_variant, old: [wrote("{'Name':'x'}", "'x'")], new: [wrote("'x'", "{'Name':'x'}")]),
    ]
}
