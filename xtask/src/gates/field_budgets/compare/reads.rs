//! Whether a field that one side writes is read by the other: its name, its presence, its type.
//!
//! One question serves both verdicts: it is asked twice, with the sides swapped. Old data is what the old
//! shape wrote, and beyond that what it took from others (a missing field, an alias): where only the latter
//! is refused, the verdict is "depends".

use std::collections::{HashMap, HashSet};

use crate::diagnostics::shown;
use crate::evidence::budgets::{Compat, Reads};
use crate::evidence::contracts::{Field, Format, Kind, Presence, Rules, Written};

use super::holder::Holder;
use super::json::Ask;
use super::known::Way;
use super::types::{self, Type};
use super::verdict::{all, depends, no, yes, yes_but};
use super::{graphql, protobuf, schema};

/// The names under which a field is read.
pub(super) fn read_names(field: &Field) -> impl Iterator<Item = &str> {
    let name = field.read_name.as_ref().unwrap_or(&field.name);
    std::iter::once(name.as_str()).chain(field.aliases.iter().map(String::as_str))
}

/// Who reads what of whom.
pub(super) struct Question<'q, 'a> {
    pub ask: &'q Ask<'a>,
    pub reader: &'q Holder<'a>,
    pub writer: &'q Holder<'a>,
}

impl Question<'_, '_> {
    fn format(&self) -> Format {
        self.reader.format
    }

    /// Whether GraphQL's server writes it, and clients name what they ask for.
    fn output(&self) -> bool {
        self.format() == Format::Graphql && self.reader.rules.writes
    }

    /// Whether what a field of the writer writes is read as a field of the reader; `None` where there is
    /// no such field.
    pub(super) fn field(&self, reader: Option<&Field>, writer: Option<&Field>) -> Compat {
        // What is read as the same other type as ever, or written so, is not made of these fields.
        let other = |rules: &'_ Rules| match self.ask.way {
            Way::OldReadsNew => rules.writes_as.clone(),
            Way::NewReadsOld => rules.reads_as.clone(),
        };
        let (r, w) = (other(self.reader.rules), other(self.writer.rules));
        if r.is_some() && r == w {
            return yes();
        }
        match (reader, writer) {
            (None, None) => yes(),
            (Some(reader), None) => self.missing(reader),
            (None, Some(writer)) => self.unknown(writer),
            (Some(reader), Some(writer)) => self.pair(reader, writer),
        }
    }

    fn pair(&self, reader: &Field, writer: &Field) -> Compat {
        let known = reader.read && accepts(self.format(), reader, writer);
        let taken = self.ask.way == Way::NewReadsOld && writer.read;
        if self.written(writer) == Written::Never {
            return self.without(reader);
        }
        let mut verdict = if known {
            let missing = if self.may_miss(writer) { self.without(reader).of_some() } else { yes() };
            self.value(reader, writer).and(missing)
        } else {
            let why = format!("{} is lost", shown(&writer.name));
            let lost = match self.format() {
                _ if !reader.read => yes(),
                // What is not there has no value to lose.
                Format::Protobuf => no(why),
                _ => depends(why),
            };
            self.without(reader).and(self.unknown(writer)).and(lost)
        };
        if taken && self.format() == Format::Serde && !reader.flatten {
            let names: HashSet<&str> = read_names(reader).collect();
            let lost = read_names(writer).find(|name| !names.contains(name));
            if let (Some(name), true) = (lost, reader.read) {
                verdict = verdict.and(depends(format!("not data with {}, which was read", shown(name))));
            }
        }
        verdict
    }

    /// Whether and when a field is written. What only reads is judged by what it asks of writers.
    fn written(&self, writer: &Field) -> Written {
        let as_read = if required(self.writer, writer) { Written::Always } else { Written::Sometimes };
        match self.format() {
            Format::Serde if self.writer.rules.writes && self.ask.way == Way::NewReadsOld && writer.read => {
                if writer.written == Written::Never {
                    Written::Sometimes
                } else {
                    writer.written
                }
            }
            Format::Serde if self.writer.rules.writes => writer.written,
            Format::Graphql if self.output() => Written::Always,
            _ => as_read,
        }
    }

    fn may_miss(&self, writer: &Field) -> bool {
        let taken = self.ask.way == Way::NewReadsOld && writer.read && self.writer.rules.reads;
        let taken = taken && self.format() == Format::Serde && !required(self.writer, writer);
        if self.writer.kind == Kind::Newtype {
            return false;
        }
        self.written(writer) != Written::Always || taken || writer.when.is_some()
    }

    /// Whether the reader does without a field that the writer has not, or has in a flattened one.
    fn missing(&self, reader: &Field) -> Compat {
        if self.format() == Format::JsonSchema && reader.flatten {
            return depends("more is asked of the data");
        }
        if self.format() != Format::Serde || !reader.read {
            return self.without(reader);
        }
        if reader.flatten {
            return self.without_flattened(reader);
        }
        let (fields, all) = self.writer.flattened();
        match read_names(reader).find_map(|name| fields.get(name)) {
            Some(writer) => self.pair(reader, writer).and(yes_but("in a flattened field")),
            None if *all => self.without(reader),
            None => {
                let without = self.without(reader);
                // A flattened map may have it, if its values are of that type.
                let may = match self.writer.rest() {
                    Some((values, true)) => {
                        self.ask.reads(&types::parse(&reader.ty), values).verdict != Reads::No
                    }
                    _ => true,
                };
                if without.is_yes() || !may {
                    return without;
                }
                depends(format!("{}, unless a flattened field has it", without.why))
            }
        }
    }

    /// Whether the reader does without a field.
    fn without(&self, reader: &Field) -> Compat {
        let name = || shown(&reader.name);
        if !reader.read {
            return yes();
        }
        if self.output() {
            return no(format!("{} is not there to ask for", name()));
        }
        let optional = match reader.presence {
            _ if self.reader.rules.default => true,
            Presence::Defaulted => true,
            // In a list each has its place; and only a field that serde itself reads may be missing.
            Presence::Optional => !self.reader.by_place() && reader.read_with.is_none(),
            Presence::Required => false,
        };
        // What only writes leaves out what its readers must do without.
        let left_out = !self.reader.rules.reads && reader.written != Written::Always;
        if optional || (left_out && self.format() == Format::Serde) {
            yes()
        } else if self.reader.by_place() {
            no("the list is shorter")
        } else if reader.when.is_some() {
            depends(format!("no {}, where it is compiled in", name()))
        } else {
            no(format!("no {}", name()))
        }
    }

    fn without_flattened(&self, reader: &Field) -> Compat {
        let (form, optional) = types::option(&reader.ty);
        if optional || matches!(form, Type::Map(..) | Type::Any | Type::Unit) {
            return yes();
        }
        let (fields, known) = self.ask.known.flattened(self.ask.way.reader(), std::slice::from_ref(reader));
        if !known {
            return depends("its fields may not be there");
        }
        all(fields.values().map(|field| match read_names(field).find_map(|name| self.writer.own(name)) {
            Some(writer) => self.pair(field, writer),
            None => self.without(field),
        }))
    }

    /// Whether the reader passes over a field that it does not know.
    fn unknown(&self, writer: &Field) -> Compat {
        let written = self.written(writer);
        if written == Written::Never {
            return yes();
        }
        if self.reader.by_place() {
            return no("the list is longer");
        }
        if self.format() == Format::Serde
            && let Some(reader) = self.reader.flattened().0.get(writer.name.as_str())
            && reader.read
            && accepts(self.format(), reader, writer)
        {
            return self.pair(reader, writer);
        }
        let closed = match self.format() {
            Format::Serde | Format::JsonSchema => self.reader.rules.closed,
            Format::Protobuf => false,
            Format::Graphql => !self.output(),
        };
        if closed && (writer.flatten || written == Written::Sometimes || writer.when.is_some()) {
            depends(format!("{} is refused where it stands", shown(&writer.name)))
        } else if closed {
            no(format!("{} is refused", shown(&writer.name)))
        } else if let Some((values, _)) = self.reader.rest().filter(|_| !writer.flatten) {
            match values {
                Type::Named(schema) if self.format() == Format::JsonSchema => {
                    schema::reads(schema, &writer.ty)
                }
                values => self.ask.reads(values, &types::parse(&writer.ty)),
            }
        } else {
            yes()
        }
    }

    /// Whether the value is read.
    fn value(&self, reader: &Field, writer: &Field) -> Compat {
        match self.format() {
            Format::Serde => {}
            Format::JsonSchema => return schema::reads(&reader.ty, &writer.ty),
            Format::Protobuf => return protobuf::reads(&reader.ty, &writer.ty),
            Format::Graphql => return graphql::reads(&reader.ty, &writer.ty, self.output()),
        }
        if reader.flatten != writer.flatten {
            let lost = reader.presence != Presence::Required && !self.reader.rules.closed;
            let why = "its fields stand elsewhere";
            return if lost { depends(why) } else { no(why) };
        }
        self.converted(
            [(&reader.read_with, &reader.write_with), (&writer.read_with, &writer.write_with)],
            (&reader.ty, &writer.ty),
        )
    }

    /// Whether what one converter wrote is read by another.
    fn converted(&self, with: [(&Option<String>, &Option<String>); 2], (r, w): (&str, &str)) -> Compat {
        let [reader, writer] = with;
        // What the old side reads and writes fits together; one half of it is still as it was.
        let half = match self.ask.way {
            Way::OldReadsNew => reader.1 == writer.1,
            Way::NewReadsOld => reader.0 == writer.0,
        };
        match (reader.0, writer.1) {
            (None, None) => self.ask.texts(r, w),
            _ if half && types::alike(r, w) => yes(),
            (r, w) if r == w => depends("a converter, and another type"),
            _ => depends("another converter"),
        }
    }
}

/// Whether all fields of one struct are read as those of another.
pub(super) fn whole<'a>(
    ask: &'a Ask<'a>,
    reader: (&'a [Field], &'a Rules),
    writer: (&'a [Field], &'a Rules),
) -> Compat {
    if reader == writer {
        return yes();
    }
    let holder = |content, side| Holder::of(Format::Serde, Kind::Struct, content, ask.known, side);
    let (reader, writer) = (holder(reader, ask.way.reader()), holder(writer, ask.way.writer()));
    let question = Question { ask, reader: &reader, writer: &writer };
    let index = |field: &'a Field| read_names(field).map(move |name| (name, field));
    let by_name: HashMap<&str, &Field> = reader.fields.iter().flat_map(index).collect();
    let read = reader
        .fields
        .iter()
        .map(|field| question.field(Some(field), read_names(field).find_map(|name| writer.own(name))));
    let unknown = writer.fields.iter().filter(|field| !by_name.contains_key(field.name.as_str()));
    all(read.chain(unknown.map(|field| question.field(None, Some(field)))))
}

/// Whether the reader's field takes the name, or the number, of the writer's.
fn accepts(format: Format, reader: &Field, writer: &Field) -> bool {
    match format {
        Format::Protobuf => reader.number == writer.number,
        _ => (reader.flatten && writer.flatten) || read_names(reader).any(|name| name == writer.name),
    }
}

/// Whether a reader asks for it.
fn required(holder: &Holder<'_>, field: &Field) -> bool {
    field.presence == Presence::Required && !holder.rules.default
}
