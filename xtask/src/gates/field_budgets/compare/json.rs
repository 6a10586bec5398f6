//! What serde reads of what serde wrote, type by type, where the data is JSON.
//!
//! Where a type holds others (a list, a map, an `Option`), the verdict is about data in which one of them
//! stands.

use std::cell::Cell;

use crate::evidence::budgets::Compat;
use crate::evidence::contracts::{Field, Presence, Rules, Tagging, Written};

use super::known::{self, Known, Way};
use super::reads;
use super::types::{self, Int, Text, Type};
use super::verdict::{all, depends, no, yes};

/// How many names are looked up for one question.
const LOOKUPS: usize = 16;

/// One question.
pub(super) struct Ask<'a> {
    pub known: &'a Known<'a>,
    pub way: Way,
    lookups: Cell<usize>,
}

impl<'a> Ask<'a> {
    pub(super) fn new(known: &'a Known<'a>, way: Way) -> Self {
        Ask { known, way, lookups: Cell::new(LOOKUPS) }
    }

    /// Whether what is written as one type is read as another, both as the source has them.
    pub(super) fn texts(&self, reader: &str, writer: &str) -> Compat {
        if types::alike(reader, writer) {
            yes()
        } else {
            self.reads(&types::parse(reader), &types::parse(writer))
        }
    }

    /// Whether what is written as one type is read as another.
    pub(super) fn reads(&self, reader: &Type<'_>, writer: &Type<'_>) -> Compat {
        match (reader, writer) {
            (Type::Any, w) if wide(w) => depends("integers beyond 64 bits become floats"),
            (Type::Any, _) | (Type::Option(_), Type::Unit) => yes(),
            (Type::Named(r), Type::Named(w)) if r == w || self.known.moved(self.way, r, w) => yes(),
            (Type::Option(r), Type::Option(w)) => self.reads(r, w),
            (Type::Option(r), w) => self.reads(r, w),
            (Type::Unit, Type::Option(_)) => depends("only null is read"),
            (r, Type::Option(w)) => self.reads(r, w).and(depends("null is not read")),
            (Type::Named(name), w) => self.form(true, name).map_or_else(unknown, |form| self.reads(&form, w)),
            (r, Type::Named(name)) => {
                self.form(false, name).map_or_else(unknown, |form| self.reads(r, &form))
            }
            _ => self.forms(reader, writer),
        }
    }

    fn form(&self, reader: bool, name: &str) -> Option<Type<'a>> {
        let left = self.lookups.get().checked_sub(1)?;
        self.lookups.set(left);
        self.known.form(self.way, reader, name)
    }

    fn forms(&self, reader: &Type<'_>, writer: &Type<'_>) -> Compat {
        match (reader, writer) {
            (Type::Unit, Type::Unit) | (Type::Bool, Type::Bool) => yes(),
            (_, Type::Any) => depends("it may be anything"),
            (Type::Int(r), Type::Int(w)) => int(*r, *w),
            (Type::Float(r), Type::Int(w)) => float_of_int(*r, *w),
            (Type::Float(r), Type::Float(w)) if r >= w => yes(),
            (Type::Float(_), Type::Float(_)) => depends("not every f64 is an f32"),
            (Type::Text(r), Type::Text(w)) => text(r, w),
            (Type::List(r), Type::Tuple(w)) => all(w.iter().map(|w| self.reads(r, w))),
            (Type::Set(r), Type::Tuple(w)) => {
                all(w.iter().map(|w| self.reads(r, w))).and(depends("repeats are lost"))
            }
            (Type::List(r), Type::List(w) | Type::Set(w) | Type::Array(w, _))
            | (Type::Set(r), Type::Set(w)) => self.reads(r, w),
            (Type::Set(r), Type::List(w) | Type::Array(w, _)) => {
                self.reads(r, w).and(depends("repeats are lost"))
            }
            (Type::Array(r, length), Type::Array(w, other)) => {
                self.reads(r, w).and(lengths(length.parse().ok(), other.parse().ok()))
            }
            (Type::Array(r, _), Type::List(w) | Type::Set(w)) => self.reads(r, w).and(lengths(None, None)),
            (Type::Array(r, length), Type::Tuple(w)) => {
                all(w.iter().map(|w| self.reads(r, w))).and(lengths(length.parse().ok(), Some(w.len())))
            }
            (Type::Tuple(r), Type::Tuple(w)) => {
                all(r.iter().zip(w).map(|(r, w)| self.reads(r, w))).and(lengths(Some(r.len()), Some(w.len())))
            }
            (Type::Tuple(r), Type::Array(w, length)) => {
                all(r.iter().map(|r| self.reads(r, w))).and(lengths(Some(r.len()), length.parse().ok()))
            }
            (Type::Tuple(r), Type::List(w) | Type::Set(w)) => {
                all(r.iter().map(|r| self.reads(r, w))).and(lengths(None, None))
            }
            (Type::Map(rk, rv), Type::Map(wk, wv)) => self.key(rk, wk).and(self.reads(rv, wv)),
            (Type::Map(key, value), Type::Fields(w, _)) => self.map_of_fields(key, value, w),
            (Type::Fields(..), Type::Map(..)) => depends("its fields may not be there"),
            (Type::Fields(r, rules), Type::Tuple(w)) => self.fields_of_tuple(r, rules, w),
            (Type::Fields(r, r_rules), Type::Fields(w, w_rules)) => {
                reads::whole(self, (r, r_rules), (w, w_rules))
            }
            _ => no(format!("{} where {} is read", what(writer), what(reader))),
        }
    }

    /// Keys are strings in JSON, whatever they are in Rust.
    fn key(&self, reader: &Type<'_>, writer: &Type<'_>) -> Compat {
        match (reader, writer) {
            (Type::Text(Text::Any), _) => yes(),
            (Type::Int(_) | Type::Bool, Type::Text(_)) => depends("not every key is one"),
            _ => self.reads(reader, writer),
        }
    }

    fn map_of_fields(&self, key: &Type<'_>, value: &Type<'_>, writer: &[Field]) -> Compat {
        let written = writer.iter().filter(|field| field.written != Written::Never);
        let values = written.map(|field| match (&field.write_with, field.flatten) {
            (None, false) => self.reads(value, &types::parse(&field.ty)),
            _ => depends("another form"),
        });
        self.key(key, &Type::Text(Text::Any)).and(all(values))
    }

    /// A struct is read from a list too, field by field.
    fn fields_of_tuple(&self, reader: &[Field], rules: &Rules, writer: &[Type<'_>]) -> Compat {
        let fields: Vec<&Field> = reader.iter().filter(|field| field.read).collect();
        let plain = rules.tagging == Tagging::External
            && fields.iter().all(|field| field.read_with.is_none() && !field.flatten);
        if !plain {
            return no("a list where a map is read");
        }
        if writer.len() > fields.len() {
            return lengths(Some(fields.len()), Some(writer.len()));
        }
        let missing = fields.get(writer.len()..).unwrap_or_default();
        if missing.iter().any(|field| field.presence != Presence::Defaulted) {
            return lengths(Some(fields.len()), Some(writer.len()));
        }
        all(fields.iter().zip(writer).map(|(field, w)| self.reads(&types::parse(&field.ty), w)))
    }
}

fn unknown() -> Compat {
    depends("another type")
}

/// Whether it holds integers that `serde_json::Value` has not.
fn wide(form: &Type<'_>) -> bool {
    match form {
        Type::Int(int) => int.bits > 64,
        Type::Option(one) | Type::List(one) | Type::Set(one) | Type::Array(one, _) | Type::Map(_, one) => {
            wide(one)
        }
        Type::Tuple(items) => items.iter().any(wide),
        _ => false,
    }
}

fn int(reader: Int, writer: Int) -> Compat {
    let fits = match (reader.signed, writer.signed) {
        (false, true) => false,
        (true, false) => reader.bits > writer.bits,
        _ => reader.bits >= writer.bits,
    };
    if !fits {
        depends(format!("not every {} is {} {}", writer.name(), article(reader), reader.name()))
    } else if writer.zero && !reader.zero {
        depends("0 is not read")
    } else {
        yes()
    }
}

fn article(int: Int) -> &'static str {
    if int.signed || int.bits == 8 { "an" } else { "a" }
}

fn float_of_int(reader: u8, writer: Int) -> Compat {
    let exact = if reader == 64 { 53 } else { 24 };
    if writer.bits - u8::from(writer.signed) <= exact {
        yes()
    } else {
        depends(format!("not every {} is exact in f{reader}", writer.name()))
    }
}

fn text(reader: &Text, writer: &Text) -> Compat {
    match (reader, writer) {
        (Text::Any, _) => yes(),
        (r, w) if r == w => yes(),
        (Text::Borrowed, _) => depends("strings with escapes cannot be borrowed"),
        (Text::Of(name), _) => depends(format!("not every string is one of {}", known::last(name))),
    }
}

/// Of two lists; `None` where it is not known.
fn lengths(reader: Option<usize>, writer: Option<usize>) -> Compat {
    match (reader, writer) {
        (Some(r), Some(w)) if r == w => yes(),
        (Some(r), Some(w)) => no(format!("{w} in a list where {r} are read")),
        _ => depends("the list may have another length"),
    }
}

impl Int {
    fn name(self) -> String {
        format!("{}{}", if self.signed { 'i' } else { 'u' }, self.bits)
    }
}

/// What it is in JSON.
fn what(form: &Type<'_>) -> &'static str {
    match form {
        Type::Unit => "null",
        Type::Bool => "true or false",
        Type::Int(_) => "an integer",
        Type::Float(_) => "a float",
        Type::Text(_) => "a string",
        Type::List(_) | Type::Set(_) | Type::Array(..) | Type::Tuple(_) => "a list",
        Type::Map(..) | Type::Fields(..) => "a map",
        Type::Any | Type::Option(_) | Type::Named(_) => "a value",
    }
}
