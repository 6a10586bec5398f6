//! Pairs of structs: fields of another type, and flattened ones. (The types of the standard library are
//! tried each with each in `matrix.rs`.)

use super::harness::{Case, took, wrote};

pub mod to_newtype {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub total: u64 } }
    pub mod new {
        #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub total: Cents }
        #[derive(serde::Serialize, serde::Deserialize)] pub struct Cents(pub u64);
    }
}
pub mod to_transparent_narrower {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub total: u64 } }
    pub mod new {
        #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub total: Cents }
        #[derive(serde::Serialize, serde::Deserialize)] #[serde(transparent)] pub struct Cents { pub amount: u32 }
    }
}
pub mod to_words {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub status: String } }
    pub mod new {
        #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub status: Status }
        #[derive(serde::Serialize, serde::Deserialize)] #[serde(rename_all = "lowercase")] pub enum Status { Open, Paid }
    }
}
pub mod to_struct {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub address: String } }
    pub mod new {
        #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub address: Address }
        #[derive(serde::Serialize, serde::Deserialize)] pub struct Address { pub city: String }
    }
}
pub mod struct_to_map {
    pub mod old {
        #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub sizes: Sizes }
        #[derive(serde::Serialize, serde::Deserialize)] pub struct Sizes { pub width: u32, pub height: u16 }
    }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub sizes: std::collections::BTreeMap<String, u32> } }
}
pub mod struct_to_wider_struct {
    pub mod old {
        #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub size: Size }
        #[derive(serde::Serialize, serde::Deserialize)] pub struct Size { pub width: u32 }
    }
    pub mod new {
        #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub size: Box3 }
        #[derive(serde::Serialize, serde::Deserialize)] pub struct Box3 { pub width: u32, pub depth: u32 }
    }
}
pub mod struct_to_tuple {
    pub mod old {
        #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub at: Point }
        #[derive(serde::Serialize, serde::Deserialize)] pub struct Point { pub x: f64, pub y: f64 }
    }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub at: (f64, f64) } }
}
pub mod type_renamed {
    pub mod old {
        #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub lines: Vec<Line> }
        #[derive(serde::Serialize, serde::Deserialize)] pub struct Line { pub sku: String, pub count: u32 }
    }
    pub mod new {
        #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub lines: Vec<OrderLine> }
        #[derive(serde::Serialize, serde::Deserialize)] pub struct OrderLine { pub sku: String, pub count: u32 }
    }
}
pub mod borrowed {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract<'a> { pub name: &'a str } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub name: String } }
}
pub mod boxed {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub name: Box<str>, pub size: Option<Box<u32>> } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub name: std::borrow::Cow<'static, str>, pub size: Option<u32> } }
}
pub mod retyped_and_optional {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub total: u32 } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub total: Option<u64> } }
}
pub mod retyped_defaulted {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { #[serde(default)] pub total: u32 } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { #[serde(default)] pub total: String } }
}
pub mod flattened {
    pub mod old {
        #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub id: u32, pub meta: Meta }
        #[derive(serde::Serialize, serde::Deserialize)] pub struct Meta { pub by: String }
    }
    pub mod new {
        #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub id: u32, #[serde(flatten)] pub meta: Meta }
        #[derive(serde::Serialize, serde::Deserialize)] pub struct Meta { pub by: String }
    }
}
pub mod flattened_optional {
    pub mod old {
        #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub id: u32, pub meta: Option<Meta> }
        #[derive(serde::Serialize, serde::Deserialize)] pub struct Meta { pub by: String }
    }
    pub mod new {
        #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub id: u32, #[serde(flatten)] pub meta: Option<Meta> }
        #[derive(serde::Serialize, serde::Deserialize)] pub struct Meta { pub by: String }
    }
}
pub mod moved_into_flattened {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub id: u32, pub by: String, pub at: u64 } }
    pub mod new {
        #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub id: u32, #[serde(flatten)] pub meta: Meta }
        #[derive(serde::Serialize, serde::Deserialize)] pub struct Meta { pub by: String, pub at: u64 }
    }
}
pub mod flattened_struct_added {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub id: u32 } }
    pub mod new {
        #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub id: u32, #[serde(flatten)] pub meta: Meta }
        #[derive(serde::Serialize, serde::Deserialize)] pub struct Meta { pub by: String }
    }
}
pub mod flattened_map_added {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub id: u32 } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub id: u32, #[serde(flatten)] pub rest: std::collections::BTreeMap<String, u32> } }
}
pub mod flattened_renamed {
    pub mod old {
        #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub id: u32, #[serde(flatten)] pub meta: Meta }
        #[derive(serde::Serialize, serde::Deserialize)] pub struct Meta { pub by: String }
    }
    pub mod new {
        #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub id: u32, #[serde(flatten)] pub info: Meta }
        #[derive(serde::Serialize, serde::Deserialize)] pub struct Meta { pub by: String }
    }
}
pub mod added_beside_map {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { #[serde(flatten)] pub rest: std::collections::BTreeMap<String, u32> } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract { pub name: String, #[serde(flatten)] pub rest: std::collections::BTreeMap<String, u32> } }
}
pub mod generic {
    pub mod old { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract<T = u32> { pub items: Vec<T>, pub next: Option<u32> } }
    pub mod new { #[derive(serde::Serialize, serde::Deserialize)] pub struct Contract<T = u32> { pub items: Vec<T>, pub next: Option<u64> } }
}

/// Every pair, with data in which the change shows.
pub fn cases() -> Vec<Case> {
    vec![
        case!(to_newtype, old: [wrote("{'total':18446744073709551615}", "{'total':18446744073709551615}")],
            new: [wrote("{'total':0}", "{'total':0}")]),
        case!(to_transparent_narrower, old: [wrote("{'total':1}", "{'total':1}"), wrote("{'total':4294967296}", "-")],
            new: [wrote("{'total':4294967295}", "{'total':4294967295}")]),
        case!(to_words, old: [wrote("{'status':'paid'}", "{'status':'paid'}"), wrote("{'status':'lost'}", "-")],
            new: [wrote("{'status':'open'}", "{'status':'open'}")]),
        case!(to_struct, old: [wrote("{'address':'Berlin'}", "-")], new: [wrote("{'address':{'city':'Berlin'}}", "-")]),
        case!(struct_to_map, old: [wrote("{'sizes':{'width':1,'height':2}}", "{'sizes':{'width':1,'height':2}}")],
            new: [wrote("{'sizes':{'width':1,'height':2}}", "{'sizes':{'width':1,'height':2}}"), wrote("{'sizes':{}}", "-")]),
        case!(struct_to_wider_struct, old: [wrote("{'size':{'width':1}}", "-")], new: [wrote("{'size':{'width':1,'depth':2}}", "{'size':{'width':1}}")]),
        case!(struct_to_tuple, old: [wrote("{'at':{'x':1.0,'y':2.0}}", "{'at':[1.0,2.0]}")], new: [wrote("{'at':[1.0,2.0]}", "{'at':{'x':1.0,'y':2.0}}")]),
        case!(type_renamed, old: [wrote("{'lines':[{'sku':'a','count':1}]}", "{'lines':[{'sku':'a','count':1}]}")],
            new: [wrote("{'lines':[{'sku':'a','count':1}]}", "{'lines':[{'sku':'a','count':1}]}")]),
        case!(borrowed, old: [wrote("{'name':'Ada'}", "{'name':'Ada'}")],
            new: [wrote("{'name':'Ada'}", "{'name':'Ada'}"), wrote("{'name':'A\\nB'}", "{'name':'A\\nB'}")]),
        case!(boxed, old: [wrote("{'name':'A\\nB','size':1}", "{'name':'A\\nB','size':1}")],
            new: [wrote("{'name':'A\\nB','size':null}", "{'name':'A\\nB','size':null}")]),
        case!(retyped_and_optional, old: [wrote("{'total':4294967295}", "{'total':4294967295}")],
            new: [wrote("{'total':1}", "{'total':1}"), wrote("{'total':4294967296}", "-"), wrote("{'total':null}", "-")]),
        case!(retyped_defaulted, old: [wrote("{'total':1}", "-")], new: [wrote("{'total':'1'}", "-")]),
        case!(flattened, old: [wrote("{'id':1,'meta':{'by':'x'}}", "{'id':1,'by':'x'}")], new: [wrote("{'id':1,'by':'x'}", "{'id':1,'meta':{'by':'x'}}")]),
        case!(flattened_optional, old: [wrote("{'id':1,'meta':{'by':'x'}}", "{'id':1,'by':'x'}"), wrote("{'id':1,'meta':null}", "{'id':1}")],
            new: [wrote("{'id':1,'by':'x'}", "{'id':1,'meta':{'by':'x'}}"), wrote("{'id':1}", "{'id':1,'meta':null}")]),
        case!(moved_into_flattened, old: [wrote("{'id':1,'by':'x','at':2}", "{'id':1,'by':'x','at':2}")],
            new: [wrote("{'id':1,'by':'x','at':2}", "{'id':1,'by':'x','at':2}")]),
        case!(flattened_struct_added, old: [wrote("{'id':1}", "-")], new: [wrote("{'id':1,'by':'x'}", "{'id':1}")]),
        case!(flattened_map_added, old: [wrote("{'id':1}", "{'id':1}")], new: [wrote("{'id':1,'a':2}", "{'id':1}"), wrote("{'id':1}", "{'id':1}")]),
        case!(flattened_renamed, old: [wrote("{'id':1,'by':'x'}", "{'id':1,'by':'x'}")], new: [wrote("{'id':1,'by':'x'}", "{'id':1,'by':'x'}")]),
        case!(added_beside_map, old: [wrote("{'a':1}", "-")], new: [wrote("{'name':'x','a':1}", "-")]),
        case!(generic, old: [wrote("{'items':[1],'next':null}", "{'items':[1],'next':null}"), took("{'items':[1]}", "{'items':[1],'next':null}")],
            new: [wrote("{'items':[1],'next':1}", "{'items':[1],'next':1}"), wrote("{'items':[1],'next':4294967296}", "-")]),
    ]
}
