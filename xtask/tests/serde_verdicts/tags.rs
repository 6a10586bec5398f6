//! Pairs of enums: the four ways to tell variants apart, each into each, and other names of tags.

use super::harness::{Case, wrote};

pub mod external_to_internal {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Open, Paid { total: u32 } } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] #[serde(tag = "type")] pub enum Contract { Open, Paid { total: u32 } } }
}
pub mod external_to_adjacent {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Open, Paid(u32) } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] #[serde(tag = "t", content = "c")] pub enum Contract { Open, Paid(u32) } }
}
pub mod external_to_untagged {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub enum Contract { Open, Paid { total: u32 } } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] #[serde(untagged)] pub enum Contract { Open, Paid { total: u32 } } }
}
pub mod internal_to_adjacent {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] #[serde(tag = "type")] pub enum Contract { Open, Paid { total: u32 } } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] #[serde(tag = "type", content = "data")] pub enum Contract { Open, Paid { total: u32 } } }
}
pub mod internal_to_adjacent_without_content {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] #[serde(tag = "type")] pub enum Contract { Open, Paid } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] #[serde(tag = "type", content = "data")] pub enum Contract { Open, Paid } }
}
pub mod internal_to_adjacent_all_content {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] #[serde(tag = "type")] pub enum Contract { Paid { total: u32 } } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] #[serde(tag = "type", content = "data")] pub enum Contract { Paid { total: u32 } } }
}
pub mod internal_to_untagged {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] #[serde(tag = "type")] pub enum Contract { Open, Paid { total: u32 } } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] #[serde(untagged)] pub enum Contract { Open, Paid { total: u32 } } }
}
pub mod adjacent_to_untagged {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] #[serde(tag = "t", content = "c")] pub enum Contract { Open, Paid { total: u32 } } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] #[serde(untagged)] pub enum Contract { Open, Paid { total: u32 } } }
}
pub mod tag_renamed {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] #[serde(tag = "type")] pub enum Contract { Open, Paid { total: u32 } } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] #[serde(tag = "kind")] pub enum Contract { Open, Paid { total: u32 } } }
}
pub mod content_renamed {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] #[serde(tag = "t", content = "c")] pub enum Contract { Open, Paid { total: u32 } } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] #[serde(tag = "t", content = "d")] pub enum Contract { Open, Paid { total: u32 } } }
}

/// Every pair, with data in which the change shows.
pub fn cases() -> Vec<Case> {
    let (external, internal, adjacent) = ("{'Paid':{'total':1}}", "{'type':'Paid','total':1}", "{'t':'Paid','c':{'total':1}}");
    let (typed, data) = ("{'type':'Open'}", "{'type':'Paid','data':{'total':1}}");
    vec![
        case!(external_to_internal, old: [wrote(external, internal), wrote("'Open'", typed)], new: [wrote(internal, external), wrote(typed, "'Open'")]),
        case!(external_to_adjacent, old: [wrote("{'Paid':1}", "{'t':'Paid','c':1}"), wrote("'Open'", "{'t':'Open'}")],
            new: [wrote("{'t':'Paid','c':1}", "{'Paid':1}"), wrote("{'t':'Open'}", "'Open'")]),
        case!(external_to_untagged, old: [wrote(external, "{'total':1}"), wrote("'Open'", "null")], new: [wrote("{'total':1}", external), wrote("null", "'Open'")]),
        case!(internal_to_adjacent, old: [wrote(internal, data), wrote(typed, typed)], new: [wrote(data, internal), wrote(typed, typed)]),
        case!(internal_to_adjacent_without_content, old: [wrote(typed, typed)], new: [wrote(typed, typed)]),
        case!(internal_to_adjacent_all_content, old: [wrote(internal, data)], new: [wrote(data, internal)]),
        case!(internal_to_untagged, old: [wrote(internal, "{'total':1}"), wrote(typed, "null")], new: [wrote("{'total':1}", internal), wrote("null", typed)]),
        case!(adjacent_to_untagged, old: [wrote(adjacent, "{'total':1}")], new: [wrote("{'total':1}", adjacent)]),
        case!(tag_renamed, old: [wrote(typed, "{'kind':'Open'}")], new: [wrote("{'kind':'Open'}", typed)]),
        case!(content_renamed, old: [wrote(adjacent, "{'t':'Paid','d':{'total':1}}"), wrote("{'t':'Open'}", "{'t':'Open'}")],
            new: [wrote("{'t':'Paid','d':{'total':1}}", adjacent), wrote("{'t':'Open'}", "{'t':'Open'}")]),
    ]
}
