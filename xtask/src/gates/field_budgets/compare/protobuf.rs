//! Types of Protocol Buffers on the wire, exchanged as far as the language guide says under "Updating a
//! message type": <https://protobuf.dev/programming-guides/proto3/#updating>.
//!
//! Whether a name is that of a message or of an enum is not known.

use std::collections::BTreeSet;

use crate::evidence::budgets::Compat;

use super::split::{brackets, split};
use super::verdict::{all, depends, no, yes, yes_but};

/// Whether a field of one type is read as one of another.
pub(super) fn reads(reader: &str, writer: &str) -> Compat {
    let ((r, r_options), (w, w_options)) = (options(reader), options(writer));
    let single = |text: &'_ str| text.strip_prefix("repeated ").unwrap_or(text).to_owned();
    let (r_one, w_one) = (single(r), single(w));
    let list = match (r_one != r, w_one != w) {
        (false, true) if packed(&w_one) => depends("packed lists are not read"),
        (false, true) => depends("of a list only the last is read"),
        (true, false) => yes_but("as a list of one"),
        _ => yes(),
    };
    let options = r_options.symmetric_difference(&w_options).map(|option| changed_option(option));
    one(&r_one, &w_one).and(list).and(all(options))
}

/// A type without its options, and these.
fn options(text: &str) -> (&str, BTreeSet<&str>) {
    match brackets(text, '[', ']') {
        Some((ty, options)) => (ty.trim_end(), split(options, ", ", usize::MAX).into_iter().collect()),
        None => (text, BTreeSet::new()),
    }
}

/// What another value of an option means for who reads.
fn changed_option(option: &str) -> Compat {
    match option.split(" = ").next().unwrap_or_default() {
        // Both are always read.
        "packed" | "features.repeated_field_encoding" => yes(),
        "default" => depends("a missing one means something else"),
        "features.message_encoding" => no("another encoding"),
        "features.utf8_validation" => depends("not every string is UTF-8"),
        _ => depends("other options"),
    }
}

/// How a type stands on the wire.
enum Wire<'t> {
    /// A number of variable length: whether it has a sign, and its bits.
    Varint(bool, u8),
    /// One whose sign is in its lowest bit.
    Zigzag(u8),
    Fixed(u8),
    Bytes,
    Text,
    Map(&'t str, &'t str),
    /// A message or an enum.
    Named,
    /// Exchangeable with nothing.
    Other,
}

fn wire(ty: &str) -> Wire<'_> {
    match ty {
        "bool" => Wire::Varint(false, 1),
        "int32" => Wire::Varint(true, 32),
        "int64" => Wire::Varint(true, 64),
        "uint32" => Wire::Varint(false, 32),
        "uint64" => Wire::Varint(false, 64),
        "sint32" => Wire::Zigzag(32),
        "sint64" => Wire::Zigzag(64),
        "fixed32" | "sfixed32" => Wire::Fixed(32),
        "fixed64" | "sfixed64" => Wire::Fixed(64),
        "string" => Wire::Text,
        "bytes" => Wire::Bytes,
        "float" | "double" => Wire::Other,
        _ if ty.starts_with("group ") => Wire::Other,
        _ => match brackets(ty, '<', '>') {
            Some(("map", inner)) => match split(inner, ", ", 2).as_slice() {
                [key, value] => Wire::Map(key, value),
                _ => Wire::Other,
            },
            _ => Wire::Named,
        },
    }
}

/// Whether a list of it is written as one run of bytes.
fn packed(ty: &str) -> bool {
    matches!(wire(ty), Wire::Varint(..) | Wire::Zigzag(_) | Wire::Fixed(_))
        || ["float", "double"].contains(&ty)
}

fn one(reader: &str, writer: &str) -> Compat {
    if reader == writer {
        return yes();
    }
    let lossy = || depends(format!("not every {writer} is one of {reader}"));
    match (wire(reader), wire(writer)) {
        (Wire::Varint(r_sign, r), Wire::Varint(w_sign, w)) => {
            let fits = if w_sign { r_sign && r >= w } else { r > w || (r == w && !r_sign) };
            if fits { yes() } else { lossy() }
        }
        (Wire::Zigzag(r), Wire::Zigzag(w)) => {
            if r >= w {
                yes()
            } else {
                lossy()
            }
        }
        (Wire::Fixed(r), Wire::Fixed(w)) if r == w => lossy(),
        (Wire::Bytes, Wire::Text) => yes(),
        (Wire::Text, Wire::Bytes) => depends("not every value is UTF-8"),
        (Wire::Named, Wire::Varint(..)) | (Wire::Varint(..), Wire::Named) => {
            depends("only if the type is an enum")
        }
        (Wire::Named, Wire::Bytes) | (Wire::Bytes, Wire::Named) => depends("only if the type is a message"),
        (Wire::Named, Wire::Named) => depends("another type"),
        (Wire::Map(r_key, r), Wire::Map(w_key, w)) => one(r_key, w_key).and(one(r, w)),
        (Wire::Map(..), Wire::Named) | (Wire::Named, Wire::Map(..)) => {
            depends("only if it holds key and value")
        }
        _ => no("another encoding"),
    }
}

/// Which numbers are reserved.
pub(super) struct Reserved(Vec<(i64, i64)>);

impl Reserved {
    /// Of `7`, `2 to 9`, `2 to max` and of names, which are passed over.
    pub(super) fn of(reserved: &[String]) -> Self {
        let range = |text: &String| {
            let (from, to) = text.split_once(" to ").unwrap_or((text, text));
            let to = if to == "max" { i64::MAX } else { to.parse().ok()? };
            Some((from.parse().ok()?, to))
        };
        let mut ranges: Vec<(i64, i64)> = reserved.iter().filter_map(range).collect();
        ranges.sort_unstable();
        // Each reaches as far as any before it, so that the last to begin in time is enough to ask.
        let mut far = i64::MIN;
        for (_, to) in &mut ranges {
            far = far.max(*to);
            *to = far;
        }
        Reserved(ranges)
    }

    pub(super) fn has(&self, number: i64) -> bool {
        let begun = self.0.partition_point(|(from, _)| *from <= number);
        begun.checked_sub(1).and_then(|at| self.0.get(at)).is_some_and(|(_, to)| *to >= number)
    }
}
