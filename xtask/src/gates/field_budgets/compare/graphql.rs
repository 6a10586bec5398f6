//! Types of GraphQL: what a server gives is read by a client with its queries, what a client gives is read
//! by a server: <https://spec.graphql.org/September2025/>.

use std::collections::BTreeMap;

use crate::diagnostics::shown;
use crate::evidence::budgets::Compat;

use super::split::split;
use super::verdict::{all, depends, no, yes};

/// How deep lists may lie in each other.
const DEPTH: usize = 32;

/// `(a: Int! = 1): [T!]! @directive`, taken apart.
struct Whole<'t> {
    arguments: Vec<&'t str>,
    ty: &'t str,
    default: Option<&'t str>,
    directives: Option<&'t str>,
}

fn whole(text: &str) -> Whole<'_> {
    let (arguments, rest) = match split(text, ": ", 2).as_slice() {
        [list, rest] if list.starts_with('(') => (list.get(1..list.len() - 1).unwrap_or_default(), *rest),
        _ => ("", text),
    };
    let arguments = split(arguments, ", ", usize::MAX).into_iter().filter(|one| !one.is_empty()).collect();
    let (rest, directives) = match split(rest, " @", 2).as_slice() {
        [rest, directives] => (*rest, Some(*directives)),
        _ => (rest, None),
    };
    match split(rest, " = ", 2).as_slice() {
        [ty, default] => Whole { arguments, ty, default: Some(*default), directives },
        _ => Whole { arguments, ty: rest, default: None, directives },
    }
}

/// All but what says whether it may be null or missing, and that.
pub(super) fn core(text: &str) -> (String, u8) {
    let Whole { arguments, ty, default, directives } = whole(text);
    let base = ty.strip_suffix('!').unwrap_or(ty);
    let nullable = u8::from(base == ty) + 2 * u8::from(default.is_some());
    (format!("({}): {base} @{}", arguments.join(", "), directives.unwrap_or_default()), nullable)
}

/// Whether a field is read. Of an output the reader is the client, and the writer the server; of an input
/// it is the other way round.
pub(super) fn reads(reader: &str, writer: &str, output: bool) -> Compat {
    let (r, w) = (whole(reader), whole(writer));
    let other = |differs: bool, why: &'static str| if differs { depends(why) } else { yes() };
    let ty = if output { given(r.ty, w.ty, DEPTH) } else { taken(r.ty, w.ty, DEPTH) };
    ty.and(arguments(&r.arguments, &w.arguments))
        .and(other(r.default != w.default && r.default.is_some() && w.default.is_some(), "another default"))
        .and(other(r.directives != w.directives, "other directives"))
}

/// Whether a server takes the arguments that a client gives.
fn arguments(client: &[&str], server: &[&str]) -> Compat {
    let named = |list: &[&'_ str]| -> BTreeMap<String, String> {
        let parts = list.iter().filter_map(|one| one.split_once(": "));
        parts.map(|(name, ty)| (name.to_owned(), ty.to_owned())).collect()
    };
    let (client, server) = (named(client), named(server));
    let required = |ty: &str| {
        let Whole { ty, default, .. } = whole(ty);
        ty.ends_with('!') && default.is_none()
    };
    let given = client.iter().map(|(name, ty)| match server.get(name) {
        Some(known) => reads(known, ty, false),
        None if required(ty) => no(format!("no argument {}", shown(name))),
        None => depends(format!("no argument {}", shown(name))),
    });
    let asked = server.iter().filter(|(name, ty)| !client.contains_key(*name) && required(ty));
    all(given.chain(asked.map(|(name, _)| no(format!("the argument {} is asked for", shown(name))))))
}

/// A list's items; `None` if it is no list.
fn items(ty: &str) -> Option<&str> {
    ty.strip_prefix('[')?.strip_suffix(']')
}

/// Whether a client reads what a server gives.
fn given(reader: &str, writer: &str, depth: usize) -> Compat {
    if reader == writer {
        return yes();
    }
    let (r, w) = (reader.strip_suffix('!').unwrap_or(reader), writer.strip_suffix('!').unwrap_or(writer));
    let null = if r != reader && w == writer { depends("null is not read") } else { yes() };
    let ty = match (items(r), items(w), r, w) {
        (Some(r), Some(w), ..) if depth > 0 => given(r, w, depth - 1),
        (None, None, r, w) => match (r, w) {
            _ if r == w => yes(),
            ("Float", "Int") | ("ID", "String") | ("String", "ID") => yes(),
            ("Int", "Float") => depends("not every number is whole"),
            _ if built_in(r) && built_in(w) => no(format!("{w} where {r} is read")),
            _ => depends("another type"),
        },
        _ => no("a list on one side only"),
    };
    ty.and(null)
}

/// Whether a server takes what a client gives, also by a variable, whose type must be the same.
fn taken(reader: &str, writer: &str, depth: usize) -> Compat {
    if reader == writer {
        return yes();
    }
    let (r, w) = (reader.strip_suffix('!').unwrap_or(reader), writer.strip_suffix('!').unwrap_or(writer));
    let null = if r != reader && w == writer { depends("null is not taken") } else { yes() };
    let ty = match (items(r), items(w), r, w) {
        (Some(r), Some(w), ..) if depth > 0 => taken(r, w, depth - 1),
        (Some(r), None, _, w) if depth > 0 => {
            taken(r, w, depth - 1).and(depends("only literals are taken as a list of one"))
        }
        (None, None, r, w) => match (r, w) {
            _ if r == w => yes(),
            ("Float", "Int") | ("ID", "String" | "Int") => depends("only literals are taken"),
            _ if built_in(r) && built_in(w) => no(format!("{w} where {r} is taken")),
            // The type of a variable is named in the query.
            _ => depends("another type"),
        },
        _ => no("a list on one side only"),
    };
    ty.and(null)
}

fn built_in(ty: &str) -> bool {
    ["Int", "Float", "String", "Boolean", "ID"].contains(&ty)
}
