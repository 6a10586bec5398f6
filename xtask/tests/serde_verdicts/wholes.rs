//! Pairs of structs: what holds for the whole, another form, and fields by position.

use super::harness::{Case, took, wrote, wrote_only};

pub mod closed {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub id: u32 } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] #[serde(deny_unknown_fields)] pub struct Contract { pub id: u32 } }
}
pub mod opened {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] #[serde(deny_unknown_fields)] pub struct Contract { pub id: u32 } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub id: u32 } }
}
pub mod default_came {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize, Default)] pub struct Contract { pub id: u32 } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize, Default)] #[serde(default)] pub struct Contract { pub id: u32 } }
}
pub mod default_gone {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize, Default)] #[serde(default)] pub struct Contract { pub id: u32 } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize, Default)] pub struct Contract { pub id: u32 } }
}
pub mod added_under_default {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize, Default)] #[serde(default)] pub struct Contract { pub id: u32 } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize, Default)] #[serde(default)] pub struct Contract { pub id: u32, pub total: u64 } }
}
pub mod tag_on_struct {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub id: u32 } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] #[serde(tag = "type")] pub struct Contract { pub id: u32 } }
}
pub mod tag_on_closed_struct {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] #[serde(deny_unknown_fields)] pub struct Contract { pub id: u32 } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] #[serde(tag = "type", deny_unknown_fields)] pub struct Contract { pub id: u32 } }
}
pub mod name_in_tag {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] #[serde(tag = "type")] pub struct Contract { pub id: u32 } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] #[serde(tag = "type", rename = "Order")] pub struct Contract { pub id: u32 } }
}
pub mod appended_in_tuple {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract(pub u32, pub u32); }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract(pub u32, pub u32, pub Option<u32>); }
}
pub mod appended_in_tuple_defaulted {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract(pub u32, pub u32); }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract(pub u32, pub u32, #[serde(default)] pub u32); }
}
pub mod removed_from_tuple {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract(pub u32, pub u32, pub u32); }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract(pub u32, pub u32); }
}
pub mod reordered_in_tuple {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract(pub u32, pub String); }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract(pub String, pub u32); }
}
pub mod widened_newtype {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract(pub u32); }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract(pub u64); }
}
pub mod transparent {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub value: u32 } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] #[serde(transparent)] pub struct Contract { pub value: u32 } }
}
pub mod named_newtype {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract(pub u32); }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] #[serde(transparent)] pub struct Contract { pub value: u32 } }
}
pub mod tuple_to_struct {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract(pub u32, pub String); }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub id: u32, pub name: String } }
}
pub mod newtype_to_tuple {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract(pub u32); }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract(pub u32, pub u32); }
}
pub mod list_to_tuple {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract(pub Vec<u32>); }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract(pub u32, pub u32); }
}
pub mod unit_to_option {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract; }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract(pub Option<u32>); }
}
pub mod unit_to_empty_struct {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract; }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract {} }
}
pub mod whole_to_map {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub a: u32, pub b: u32 } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract(pub std::collections::BTreeMap<String, u32>); }
}
pub mod struct_to_enum {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub a: u32 } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { One { a: u32 }, Two } }
}
pub mod struct_to_tagged_enum {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub a: u32 } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] #[serde(tag = "type")] pub enum Contract { One { a: u32 }, Two } }
}
pub mod words_to_text {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Open, Paid } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract(pub String); }
}
pub mod read_as_narrower {
    pub mod old {
        #[derive(serde::Serialize, serde::Deserialize, Clone)] #[serde(from = "u64", into = "u64")] pub struct Contract { pub id: u64 }
        impl From<u64> for Contract { fn from(id: u64) -> Self { Contract { id } } }
        impl From<Contract> for u64 { fn from(from: Contract) -> Self { from.id } }
    }
    pub mod new {
        #[derive(serde::Serialize, serde::Deserialize, Clone)] #[serde(try_from = "u32", into = "u32")] pub struct Contract { pub id: u64 }
        impl From<u32> for Contract { fn from(id: u32) -> Self { Contract { id: id.into() } } }
        impl From<Contract> for u32 { fn from(from: Contract) -> Self { u32::try_from(from.id).unwrap_or(u32::MAX) } }
    }
}
pub mod fields_behind_another_type {
    pub mod old {
        #[derive(serde::Serialize, serde::Deserialize, Clone)] #[serde(from = "u64", into = "u64")] pub struct Contract { pub id: u64 }
        impl From<u64> for Contract { fn from(id: u64) -> Self { Contract { id } } }
        impl From<Contract> for u64 { fn from(from: Contract) -> Self { from.id } }
    }
    pub mod new {
        #[derive(serde::Serialize, serde::Deserialize, Clone)] #[serde(from = "u64", into = "u64")] pub struct Contract { pub id: u64, pub even: bool }
        impl From<u64> for Contract { fn from(id: u64) -> Self { Contract { id, even: id > 9 } } }
        impl From<Contract> for u64 { fn from(from: Contract) -> Self { from.id } }
    }
}

pub mod defaulted_in_read_only {
    pub mod old { #[derive(serde::Deserialize)] pub struct Contract { pub count: u32 } }
    pub mod new { #[derive(serde::Deserialize)] pub struct Contract { #[serde(default)] pub count: u32 } }
}
pub mod defaulted_in_read_only_twin {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub count: u32 } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { #[serde(default)] pub count: u32 } }
}
pub mod removed_from_write_only {
    pub mod old { #[derive(serde::Serialize)] pub struct Contract { pub id: u32, #[serde(skip_serializing_if = "Vec::is_empty")] pub tags: Vec<u32> } }
    pub mod new { #[derive(serde::Serialize)] pub struct Contract { pub id: u32 } }
}
pub mod removed_from_write_only_twin {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub id: u32, #[serde(default, skip_serializing_if = "Vec::is_empty")] pub tags: Vec<u32> } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub id: u32 } }
}

/// Every pair, with data in which the change shows.
pub fn cases() -> Vec<Case> {
    vec![
        case!(closed, old: [wrote("{'id':1}", "{'id':1}"), took("{'id':1,'more':2}", "{'id':1}")], new: [wrote("{'id':1}", "{'id':1}")]),
        case!(opened, old: [wrote("{'id':1}", "{'id':1}")], new: [wrote("{'id':1}", "{'id':1}")]),
        case!(default_came, old: [wrote("{'id':1}", "{'id':1}")], new: [wrote("{'id':1}", "{'id':1}")]),
        case!(default_gone, old: [wrote("{'id':1}", "{'id':1}"), took("{}", "{'id':0}")], new: [wrote("{'id':1}", "{'id':1}")]),
        case!(added_under_default, old: [wrote("{'id':1}", "{'id':1,'total':0}")], new: [wrote("{'id':1,'total':2}", "{'id':1}")]),
        case!(tag_on_struct, old: [wrote("{'id':1}", "{'type':'Contract','id':1}")], new: [wrote("{'type':'Contract','id':1}", "{'id':1}")]),
        case!(tag_on_closed_struct, old: [wrote("{'id':1}", "{'type':'Contract','id':1}")], new: [wrote_only("{'type':'Contract','id':1}", "{'id':1}")]),
        case!(name_in_tag, old: [wrote("{'type':'Contract','id':1}", "{'type':'Order','id':1}")], new: [wrote("{'type':'Order','id':1}", "{'type':'Contract','id':1}")]),
        case!(appended_in_tuple, old: [wrote("[1,2]", "[1,2,null]")], new: [wrote("[1,2,3]", "[1,2]"), wrote("[1,2,null]", "[1,2]")]),
        case!(appended_in_tuple_defaulted, old: [wrote("[1,2]", "[1,2,0]")], new: [wrote("[1,2,3]", "[1,2]")]),
        case!(removed_from_tuple, old: [wrote("[1,2,3]", "[1,2]")], new: [wrote("[1,2]", "-")]),
        case!(reordered_in_tuple, old: [wrote("[1,'a']", "['a',1]")], new: [wrote("['a',1]", "[1,'a']")]),
        case!(widened_newtype, old: [wrote("4294967295", "4294967295")], new: [wrote("1", "1"), wrote("4294967296", "-")]),
        case!(transparent, old: [wrote("{'value':1}", "1")], new: [wrote("1", "{'value':1}")]),
        case!(named_newtype, old: [wrote("1", "1")], new: [wrote("1", "1")]),
        case!(tuple_to_struct, old: [wrote("[1,'a']", "{'id':1,'name':'a'}")], new: [wrote("{'id':1,'name':'a'}", "[1,'a']")]),
        case!(newtype_to_tuple, old: [wrote("1", "-")], new: [wrote("[1,2]", "-")]),
        case!(list_to_tuple, old: [wrote("[1,2]", "[1,2]"), wrote("[1]", "-"), wrote("[]", "-")], new: [wrote("[1,2]", "[1,2]")]),
        case!(unit_to_option, old: [wrote("null", "null")], new: [wrote("null", "null"), wrote("1", "-")]),
        case!(unit_to_empty_struct, old: [wrote("null", "{}")], new: [wrote("{}", "null")]),
        case!(whole_to_map, old: [wrote("{'a':1,'b':2}", "{'a':1,'b':2}")], new: [wrote("{'a':1,'b':2}", "{'a':1,'b':2}"), wrote("{'a':1}", "-")]),
        case!(struct_to_enum, old: [wrote("{'a':1}", "{'One':{'a':1}}")], new: [wrote("{'One':{'a':1}}", "{'a':1}"), wrote("'Two'", "-")]),
        case!(struct_to_tagged_enum, old: [wrote("{'a':1}", "{'type':'One','a':1}")], new: [wrote("{'type':'One','a':1}", "{'a':1}"), wrote("{'type':'Two'}", "-")]),
        case!(words_to_text, old: [wrote("'Paid'", "'Paid'")], new: [wrote("'Paid'", "'Paid'"), wrote("'Lost'", "-")]),
        case!(read_as_narrower, old: [wrote("1", "1"), wrote("4294967296", "-")], new: [wrote("4294967295", "4294967295")]),
        case!(defaulted_in_read_only as defaulted_in_read_only_twin, old: [wrote("{'count':1}", "{'count':1}")], new: [wrote("{'count':1}", "{'count':1}"), took("{}", "-")]),
        case!(removed_from_write_only as removed_from_write_only_twin, old: [wrote("{'id':1,'tags':[1]}", "{'id':1}")], new: [wrote("{'id':1}", "{'id':1}")]),
        case!(fields_behind_another_type, old: [wrote("3", "3")], new: [wrote("3", "3")]),
    ]
}
