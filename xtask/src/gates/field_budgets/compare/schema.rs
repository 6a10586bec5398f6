//! Types of JSON Schema, as a validator takes them: whether all that one schema accepts, another does.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::evidence::budgets::{Compat, Reads};
use crate::evidence::contracts::{Contract, Kind};

use super::split::{brackets, split};
use super::verdict::{all, depends, no, yes};

/// How deep schemas may lie in each other.
const DEPTH: usize = 16;
/// How many alternatives are tried, each against each.
const TRIED: usize = 64;

/// A type without its default, and that.
pub(super) fn core(text: &str) -> (&str, Option<&str>) {
    match split(text, " = ", 2).as_slice() {
        [ty, default] => (ty, Some(default)),
        _ => (text, None),
    }
}

/// A contract as the type that a field would have. Other contracts are known by their names alone.
pub(super) fn form(contract: &Contract) -> String {
    let names: Vec<&str> = contract.variants.iter().map(|variant| variant.name.as_str()).collect();
    let types: Vec<&str> =
        contract.variants.iter().flat_map(|variant| &variant.fields).map(|field| field.ty.as_str()).collect();
    match (contract.kind, contract.fields.as_slice()) {
        (Kind::Newtype, [field]) => field.ty.clone(),
        (Kind::Enum, _) if types.is_empty() => format!("enum{}", Value::from(names)),
        (Kind::Enum, _) => format!("anyOf({})", types.join(", ")),
        _ => "object".to_owned(),
    }
}

/// Whether all data of the writer's schema is accepted by the reader's.
pub(super) fn reads(reader: &str, writer: &str) -> Compat {
    let ((r, r_default), (w, w_default)) = (core(reader), core(writer));
    let default = match (r_default, w_default) {
        (Some(r), Some(w)) if r != w => depends("a missing one means something else"),
        _ => yes(),
    };
    accepts(r, w, DEPTH).and(default)
}

fn accepts(reader: &str, writer: &str, depth: usize) -> Compat {
    match (reader, writer) {
        _ if reader == writer => return yes(),
        ("any", _) | (_, "never") => return yes(),
        ("never", _) => return no("nothing is accepted"),
        (_, "any") => return depends("it may be anything"),
        _ if depth == 0 => return another(),
        _ => {}
    }
    let (r_all, w_all) = (split(reader, " & ", TRIED), split(writer, " & ", TRIED));
    if r_all.len() > 1 {
        return all(r_all.iter().map(|part| accepts(part, writer, depth - 1)));
    }
    if w_all.len() > 1 {
        // What fulfils all of them fulfils each: one that is accepted is enough, or one that is refused.
        let parts: Vec<Compat> = w_all.iter().map(|part| accepts(reader, part, depth - 1)).collect();
        let sure =
            parts.iter().find(|part| part.is_yes()).or(parts.iter().find(|part| part.verdict == Reads::No));
        return sure.cloned().unwrap_or_else(another);
    }
    let (r, w) = (alternatives(reader), alternatives(writer));
    if r.len() >= TRIED || w.len() >= TRIED {
        return another();
    }
    if r.len() == 1 && w.len() == 1 {
        return piece(r[0], w[0], depth);
    }
    // Of `oneOf` only one may fit, and whether another does too is not looked at.
    let once = if reader.starts_with("oneOf(") { depends("more than one may fit") } else { yes() };
    let of = |w: &&str| {
        let fits = r.iter().map(|r| accepts(r, w, depth - 1));
        let best = fits.min_by_key(|fit| fit.verdict).unwrap_or_else(another);
        if r.len() > 1 && best.verdict == Reads::No { no("no alternative accepts it") } else { best }
    };
    of_all(w.iter().map(of)).and(once)
}

/// The verdict over alternatives: only where every one is refused, all are.
fn of_all(parts: impl Iterator<Item = Compat>) -> Compat {
    let parts: Vec<Compat> = parts.collect();
    let none = parts.iter().all(|part| part.verdict == Reads::No);
    let gravest = all(parts);
    if none { gravest } else { gravest.of_some() }
}

fn another() -> Compat {
    depends("another schema")
}

/// `a | b`, `anyOf(a, b)` and `oneOf(a, b)` in parts; anything else is one.
fn alternatives(text: &str) -> Vec<&str> {
    match brackets(text, '(', ')') {
        Some(("anyOf" | "oneOf", inner)) => split(inner, ", ", TRIED),
        _ => split(text, " | ", TRIED),
    }
}

/// `array<string>(maxItems: 5)` taken apart: the type, its items, its bounds.
fn parts(text: &str) -> (&str, Option<&str>, Vec<&str>) {
    let (base, bounds) = match brackets(text, '(', ')') {
        Some((base, bounds)) => (base, split(bounds, ", ", usize::MAX)),
        None => (text, Vec::new()),
    };
    match brackets(base, '<', '>') {
        Some((base, items)) => (base, Some(items), bounds),
        None => (base, None, bounds),
    }
}

/// The values of a `const` or an `enum`.
fn values(text: &str) -> Option<Vec<Value>> {
    match text.strip_prefix("enum") {
        None if base(text) => None,
        Some(list) => serde_json::from_str(list).ok(),
        None => serde_json::from_str(text).ok().map(|value| vec![value]),
    }
}

fn piece(reader: &str, writer: &str, depth: usize) -> Compat {
    let (r, r_items, r_bounds) = parts(reader);
    let (w, w_items, w_bounds) = parts(writer);
    let some = |accepted: usize, of: usize, why: &str| match accepted {
        0 => no("other values"),
        _ if accepted == of => yes(),
        _ => depends(why),
    };
    match (values(reader), values(writer)) {
        (Some(r), Some(w)) => {
            some(w.iter().filter(|value| r.contains(value)).count(), w.len(), "not every value is accepted")
        }
        (None, Some(w)) if base(r) => {
            let fits = w.iter().filter(|value| base_accepts(r, base_of(value)).is_yes()).count();
            let bounds =
                if r_bounds.is_empty() && r_items.is_none() { yes() } else { depends("other bounds") };
            some(fits, w.len(), "not every value is accepted").and(bounds)
        }
        (Some(r), None) if base(w) => {
            let fits = r.iter().any(|value| base_accepts(w, base_of(value)).is_yes());
            if fits { depends("not every value is accepted") } else { no("other values") }
        }
        (None, None) if base(r) && base(w) => {
            let items = match (r_items, w_items) {
                (Some(r), Some(w)) => accepts(r, w, depth - 1),
                (Some(_), None) => depends("its items may be anything"),
                _ => yes(),
            };
            base_accepts(r, w).and(items).and(bounds(&r_bounds, &w_bounds))
        }
        _ => another(),
    }
}

fn base(name: &str) -> bool {
    ["any", "null", "boolean", "integer", "number", "string", "array", "object"].contains(&name)
}

fn base_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.as_f64().is_some_and(|number| number.fract() == 0.0) => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn base_accepts(reader: &str, writer: &str) -> Compat {
    match (reader, writer) {
        _ if reader == writer => yes(),
        ("any", _) | ("number", "integer") => yes(),
        ("integer", "number") => depends("not every number is whole"),
        (_, "any") => depends("it may be anything"),
        _ => no(format!("{writer} where {reader} is accepted")),
    }
}

/// Whether what keeps to the writer's bounds keeps to the reader's.
fn bounds(reader: &[&str], writer: &[&str]) -> Compat {
    let known: BTreeSet<&str> = writer.iter().copied().collect();
    let wider = |bound: &&str| {
        let (key, limit) = bound.split_once(": ")?;
        let limit: f64 = limit.parse().ok()?;
        let own: f64 =
            writer.iter().find_map(|own| own.strip_prefix(key)?.strip_prefix(": ")?.parse().ok())?;
        let upper = key.starts_with("max") || key == "exclusiveMaximum";
        let lower = key.starts_with("min") || key == "exclusiveMinimum";
        Some((upper && limit >= own) || (lower && limit <= own))
    };
    let kept = reader.iter().all(|bound| known.contains(bound) || wider(bound) == Some(true));
    if kept { yes() } else { depends("other bounds") }
}
