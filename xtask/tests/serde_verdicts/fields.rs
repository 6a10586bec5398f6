//! Pairs of structs: fields that came, went, were renamed, or changed in when they are there.

use super::harness::{Case, took, wrote, wrote_only};

pub mod added_optional {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub id: u32 } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub id: u32, pub note: Option<String> } }
}
pub mod added_defaulted {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub id: u32 } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub id: u32, #[serde(default)] pub count: u32 } }
}
pub mod added_required {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub id: u32 } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub id: u32, pub total: u64 } }
}
pub mod added_to_closed {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] #[serde(deny_unknown_fields)] pub struct Contract { pub id: u32 } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] #[serde(deny_unknown_fields)] pub struct Contract { pub id: u32, pub note: Option<String> } }
}
pub mod added_to_closed_if_some {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] #[serde(deny_unknown_fields)] pub struct Contract { pub id: u32 } }
    pub mod new {
        #[derive(serde::Serialize, serde::Deserialize)] #[serde(deny_unknown_fields)]
        pub struct Contract { pub id: u32, #[serde(skip_serializing_if = "Option::is_none")] pub note: Option<String> }
    }
}
pub mod added_with_converter {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub id: u32 } }
    pub mod new {
        use serde::Deserialize;
        #[derive(serde::Serialize, serde::Deserialize)]
        pub struct Contract { pub id: u32, #[serde(deserialize_with = "same")] pub note: Option<String> }
        fn same<'de, D: serde::Deserializer<'de>>(input: D) -> Result<Option<String>, D::Error> { Option::deserialize(input) }
    }
}
pub mod removed_required {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub id: u32, pub total: u64 } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub id: u32 } }
}
pub mod removed_optional {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub id: u32, pub note: Option<String> } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub id: u32 } }
}
pub mod removed_from_closed {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] #[serde(deny_unknown_fields)] pub struct Contract { pub id: u32, pub note: Option<String> } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] #[serde(deny_unknown_fields)] pub struct Contract { pub id: u32 } }
}
pub mod renamed_required {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub id: u32, pub sum: u64 } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub id: u32, pub total: u64 } }
}
pub mod renamed_optional {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub note: Option<String> } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub remark: Option<String> } }
}
pub mod renamed_with_alias {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub sum: u64 } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { #[serde(alias = "sum")] pub total: u64 } }
}
pub mod renamed_by_case {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub order_id: u32, pub paid_at: u64 } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] #[serde(rename_all = "camelCase")] pub struct Contract { pub order_id: u32, pub paid_at: u64 } }
}
pub mod renamed_in_code_alone {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub sum: u64 } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { #[serde(rename = "sum")] pub total: u64 } }
}
pub mod renamed_when_written {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub sum: u64 } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { #[serde(rename(serialize = "total"), alias = "total")] pub sum: u64 } }
}
pub mod alias_added {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub total: u64 } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { #[serde(alias = "sum")] pub total: u64 } }
}
pub mod alias_removed {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { #[serde(alias = "sum")] pub total: u64 } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub total: u64 } }
}
pub mod required_to_optional {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub note: String } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub note: Option<String> } }
}
pub mod optional_to_required {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub note: Option<String> } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub note: String } }
}
pub mod required_to_defaulted {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub count: u32 } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { #[serde(default)] pub count: u32 } }
}
pub mod defaulted_to_required {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { #[serde(default)] pub count: u32 } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub count: u32 } }
}
pub mod optional_to_defaulted {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub count: Option<u32> } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { #[serde(default)] pub count: u32 } }
}
pub mod written_sometimes {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub tags: Vec<u32> } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { #[serde(default, skip_serializing_if = "Vec::is_empty")] pub tags: Vec<u32> } }
}
pub mod written_sometimes_optional {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub note: Option<u32> } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { #[serde(skip_serializing_if = "Option::is_none")] pub note: Option<u32> } }
}
pub mod written_never {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub id: u32, pub secret: u32 } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub id: u32, #[serde(skip_serializing, default)] pub secret: u32 } }
}
pub mod written_never_optional {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub id: u32, pub secret: Option<u32> } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub id: u32, #[serde(skip_serializing)] pub secret: Option<u32> } }
}
pub mod read_no_longer {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub id: u32, pub seen: u32 } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub id: u32, #[serde(skip_deserializing)] pub seen: u32 } }
}
pub mod read_no_longer_in_closed {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] #[serde(deny_unknown_fields)] pub struct Contract { pub id: u32, pub seen: u32 } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] #[serde(deny_unknown_fields)] pub struct Contract { pub id: u32, #[serde(skip_deserializing)] pub seen: u32 } }
}
pub mod skipped {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub id: u32, pub cache: u32 } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub id: u32, #[serde(skip)] pub cache: u32 } }
}
pub mod reordered {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub id: u32, pub total: u64, pub note: Option<u32> } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub note: Option<u32>, pub id: u32, pub total: u64 } }
}
pub mod converter_came {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub at: u64 } }
    pub mod new {
        #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { #[serde(with = "super::super::as_text")] pub at: u64 }
    }
}

/// A converter: a number as a string.
mod as_text {
    use serde::{Deserialize, Deserializer, Serializer};
    pub fn serialize<S: Serializer>(number: &u64, output: S) -> Result<S::Ok, S::Error> { output.collect_str(number) }
    pub fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<u64, D::Error> {
        String::deserialize(input)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Every pair, with data in which the change shows.
pub fn cases() -> Vec<Case> {
    vec![
        case!(added_optional, old: [wrote("{'id':1}", "{'id':1,'note':null}")],
            new: [wrote("{'id':1,'note':'x'}", "{'id':1}"), wrote("{'id':1,'note':null}", "{'id':1}")]),
        case!(added_defaulted, old: [wrote("{'id':1}", "{'id':1,'count':0}")],
            new: [wrote("{'id':1,'count':4294967295}", "{'id':1}")]),
        case!(added_required, old: [wrote("{'id':1}", "-")], new: [wrote("{'id':1,'total':18446744073709551615}", "{'id':1}")]),
        case!(added_to_closed, old: [wrote("{'id':1}", "{'id':1,'note':null}")],
            new: [wrote("{'id':1,'note':'x'}", "{'id':1}"), wrote("{'id':1,'note':null}", "{'id':1}")]),
        case!(added_to_closed_if_some, old: [wrote("{'id':1}", "{'id':1}")],
            new: [wrote("{'id':1,'note':'x'}", "{'id':1}"), wrote("{'id':1}", "{'id':1}")]),
        case!(added_with_converter, old: [wrote("{'id':1}", "{'id':1,'note':null}")], new: [wrote("{'id':1,'note':'x'}", "{'id':1}")]),
        case!(removed_required, old: [wrote("{'id':1,'total':2}", "{'id':1}")], new: [wrote("{'id':1}", "-")]),
        case!(removed_optional, old: [wrote("{'id':1,'note':'x'}", "{'id':1}"), took("{'id':1}", "{'id':1}")],
            new: [wrote("{'id':1}", "{'id':1,'note':null}")]),
        case!(removed_from_closed, old: [wrote("{'id':1,'note':'x'}", "{'id':1}"), wrote("{'id':1,'note':null}", "{'id':1}")],
            new: [wrote("{'id':1}", "{'id':1,'note':null}")]),
        case!(renamed_required, old: [wrote("{'id':1,'sum':2}", "{'id':1,'total':2}")], new: [wrote("{'id':1,'total':2}", "{'id':1,'sum':2}")]),
        case!(renamed_optional, old: [wrote("{'note':'x'}", "{'remark':'x'}"), wrote("{'note':null}", "{'remark':null}")],
            new: [wrote("{'remark':'x'}", "{'note':'x'}"), wrote("{'remark':null}", "{'note':null}")]),
        case!(renamed_with_alias, old: [wrote("{'sum':2}", "{'total':2}")], new: [wrote("{'total':2}", "{'sum':2}")]),
        case!(renamed_by_case, old: [wrote("{'order_id':1,'paid_at':2}", "{'orderId':1,'paidAt':2}")],
            new: [wrote("{'orderId':1,'paidAt':2}", "{'order_id':1,'paid_at':2}")]),
        case!(renamed_in_code_alone, old: [wrote("{'sum':2}", "{'sum':2}")], new: [wrote("{'sum':2}", "{'sum':2}")]),
        case!(renamed_when_written, old: [wrote("{'sum':2}", "{'total':2}")], new: [wrote("{'total':2}", "{'sum':2}")]),
        case!(alias_added, old: [wrote("{'total':2}", "{'total':2}")], new: [wrote("{'total':2}", "{'total':2}")]),
        case!(alias_removed, old: [wrote("{'total':2}", "{'total':2}"), took("{'sum':2}", "{'total':2}")], new: [wrote("{'total':2}", "{'total':2}")]),
        case!(required_to_optional, old: [wrote("{'note':'x'}", "{'note':'x'}")],
            new: [wrote("{'note':'x'}", "{'note':'x'}"), wrote("{'note':null}", "-")]),
        case!(optional_to_required, old: [wrote("{'note':'x'}", "{'note':'x'}"), wrote("{'note':null}", "-"), took("{}", "-")],
            new: [wrote("{'note':'x'}", "{'note':'x'}")]),
        case!(required_to_defaulted, old: [wrote("{'count':7}", "{'count':7}")], new: [wrote("{'count':7}", "{'count':7}"), wrote("{'count':0}", "{'count':0}")]),
        case!(defaulted_to_required, old: [wrote("{'count':7}", "{'count':7}"), took("{}", "{'count':0}")], new: [wrote("{'count':7}", "{'count':7}")]),
        case!(optional_to_defaulted, old: [wrote("{'count':7}", "{'count':7}"), wrote("{'count':null}", "{'count':0}"), took("{}", "{'count':0}")],
            new: [wrote("{'count':7}", "{'count':7}"), wrote("{'count':0}", "{'count':0}")]),
        case!(written_sometimes, old: [wrote("{'tags':[1]}", "{'tags':[1]}"), wrote("{'tags':[]}", "{}")],
            new: [wrote("{'tags':[1]}", "{'tags':[1]}"), wrote("{}", "{'tags':[]}")]),
        case!(written_sometimes_optional, old: [wrote("{'note':1}", "{'note':1}"), wrote("{'note':null}", "{}")],
            new: [wrote("{'note':1}", "{'note':1}"), wrote("{}", "{'note':null}")]),
        case!(written_never, old: [wrote("{'id':1,'secret':2}", "{'id':1}")], new: [wrote("{'id':1}", "-")]),
        case!(written_never_optional, old: [wrote("{'id':1,'secret':2}", "{'id':1}")], new: [wrote("{'id':1}", "{'id':1,'secret':null}")]),
        case!(read_no_longer, old: [wrote("{'id':1,'seen':2}", "{'id':1,'seen':0}")], new: [wrote_only("{'id':1,'seen':2}", "{'id':1,'seen':2}")]),
        case!(read_no_longer_in_closed, old: [wrote("{'id':1,'seen':2}", "{'id':1,'seen':0}")], new: [wrote_only("{'id':1,'seen':2}", "{'id':1,'seen':2}")]),
        case!(skipped, old: [wrote("{'id':1,'cache':2}", "{'id':1}")], new: [wrote("{'id':1}", "-")]),
        case!(reordered, old: [wrote("{'id':1,'total':2,'note':null}", "{'note':null,'id':1,'total':2}")],
            new: [wrote("{'note':3,'id':1,'total':2}", "{'id':1,'total':2,'note':3}")]),
        case!(converter_came, old: [wrote("{'at':5}", "{'at':'5'}")], new: [wrote("{'at':'5'}", "{'at':5}")]),
    ]
}
