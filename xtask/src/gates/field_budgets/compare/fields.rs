//! The changes of fields. One that changed in several ways is told step by step, each with its own verdict.

use std::collections::HashSet;

use crate::diagnostics::shown;
use crate::evidence::budgets::Change;
use crate::evidence::contracts::{Field, Format, Kind, Presence, Written};

use super::holder::Holder;
use super::json::Ask;
use super::known::{Known, Way};
use super::pairs::Pairs;
use super::protobuf::Reserved;
use super::reads::{Question, read_names};
use super::told::{Telling, none_or, plain};
use super::types::{self, Type};
use super::verdict::{Verdicts, depends, fit, yes, yes_but};
use super::{graphql, schema};

/// The fields of a contract or a variant on both sides.
pub(super) struct Fields<'f, 'a> {
    pub known: &'a Known<'a>,
    pub old: &'f Holder<'a>,
    pub new: &'f Holder<'a>,
    /// What stands before a field's name: nothing, or the variant's.
    pub prefix: &'f str,
}

/// One way in which a field may have changed: what takes it over, and what is said of it.
type Step = (fn(Format, &mut Field, &Field), fn(&Fields<'_, '_>, &Field, &Field) -> (Change, String));

/// What is left of the verdict on the whole falls to the last: whether it is written at all.
const STEPS: &[Step] = &[
    (names, |fields, old, new| fields.told_names(old, new)),
    (content, |fields, old, new| fields.told_content(old, new)),
    (presence, |fields, old, new| fields.told_presence(old, new)),
    (
        |_, field, new| field.flatten = new.flatten,
        |fields, _, new| {
            let told = if new.flatten { "now flattened" } else { "no longer flattened" };
            (Change::FlattenChanged, format!("{told}: {}", fields.label(new)))
        },
    ),
    (
        |_, field, new| field.number = new.number,
        |fields, old, new| {
            let number = |number: Option<i64>| none_or(number.map(|number| number.to_string()).as_deref());
            let (was, is) = (number(old.number), number(new.number));
            (Change::NumberChanged, format!("number: {} {was} → {is}", fields.label(new)))
        },
    ),
    (oneof, |fields, old, new| {
        let (was, is) = (none_or(old.oneof.as_deref()), none_or(new.oneof.as_deref()));
        (Change::PresenceChanged, format!("oneof: {} {was} → {is}", fields.label(new)))
    }),
    (
        |_, field, new| field.when.clone_from(&new.when),
        |fields, old, new| {
            let (was, is) = (none_or(old.when.as_deref()), none_or(new.when.as_deref()));
            (Change::PresenceChanged, format!("condition: {} {was} → {is}", fields.label(new)))
        },
    ),
    (read, |fields, _, new| {
        let told = if new.read { "now read" } else { "no longer read" };
        (Change::PresenceChanged, format!("{told}: {}", fields.label(new)))
    }),
    (
        |_, field, new| field.written = new.written,
        |fields, old, new| {
            let (is, was) = (new.written.as_str(), old.written.as_str());
            (Change::PresenceChanged, format!("now {is} written: {} (was {was})", fields.label(new)))
        },
    ),
];

fn names(_: Format, field: &mut Field, new: &Field) {
    field.name.clone_from(&new.name);
    field.read_name.clone_from(&new.read_name);
    field.aliases.clone_from(&new.aliases);
}

fn presence(_: Format, field: &mut Field, new: &Field) {
    // Where it follows from something else, it is told with that.
    if field.read == new.read && field.oneof == new.oneof {
        field.presence = new.presence;
    }
}

fn oneof(_: Format, field: &mut Field, new: &Field) {
    if field.oneof != new.oneof {
        (field.oneof, field.presence) = (new.oneof.clone(), new.presence);
    }
}

/// What is not read may be missing.
fn read(_: Format, field: &mut Field, new: &Field) {
    if field.read != new.read {
        (field.read, field.presence) = (new.read, new.presence);
    }
}

/// Type and converters; and presence, where it follows from them.
fn content(format: Format, field: &mut Field, new: &Field) {
    let converters = |field: &Field| (field.read_with.clone(), field.write_with.clone());
    let alike = field.ty == new.ty || (format == Format::Serde && types::alike(&field.ty, &new.ty));
    if alike && converters(field) == converters(new) {
        return;
    }
    let may_miss = |field: &Field| core(format, &field.ty).1;
    // Of a message there is always a way to say that it is missing, of a number not.
    let by_type = format == Format::Protobuf && ![field.presence, new.presence].contains(&Presence::Required);
    let follows = by_type || may_miss(field) != may_miss(new) || field.read_with != new.read_with;
    if field.read == new.read && follows {
        field.presence = new.presence;
    }
    field.ty.clone_from(&new.ty);
    (field.read_with, field.write_with) = converters(new);
}

/// A type without what says in it whether it may be missing, and that.
fn core(format: Format, ty: &str) -> (Type<'static>, u8) {
    match format {
        Format::Serde => {
            let (ty, option) = types::option(ty);
            (ty, u8::from(option))
        }
        Format::JsonSchema => {
            let (ty, default) = schema::core(ty);
            (Type::Named(ty.to_owned()), u8::from(default.is_some()))
        }
        Format::Protobuf => (Type::Named(ty.to_owned()), u8::from(ty.contains("default = "))),
        Format::Graphql => {
            let (ty, nullable) = graphql::core(ty);
            (Type::Named(ty), nullable)
        }
    }
}

impl<'a> Fields<'_, 'a> {
    /// Every change.
    pub(super) fn compare(&self, telling: &mut Telling<'_>) {
        if all_same(self.old.fields, self.new.fields) {
            return;
        }
        let pairs = self.pair();
        let reserved = [self.old, self.new].map(|side| Reserved::of(&side.rules.reserved));
        for at in pairs.gone() {
            if let Some(old) = self.old.fields.get(at) {
                let told = format!("removed: {} {}", self.label(old), plain(&old.ty));
                let (by_old, mut by_new) = self.ask(Some(old), None);
                if let Some(number) = old.number.filter(|number| !reserved[1].has(*number)) {
                    by_new = by_new.and(yes_but(format!("reserve {number}, so that it is not used again")));
                }
                telling.push(Change::FieldRemoved, told, (by_old, by_new), 0);
            }
        }
        for (old, new) in pairs.news() {
            match old {
                Some(old) if same(old, new) => {}
                Some(old) => self.steps(old, new, telling),
                None => {
                    let nature = nature(self.new.format, new);
                    let told = format!("added: {} {}{nature}", self.label(new), plain(&new.ty));
                    let (mut by_old, mut by_new) = self.ask(None, Some(new));
                    if let Some(number) = new.number.filter(|number| reserved[0].has(*number)) {
                        let again = depends(format!("{number} was reserved: it had another meaning"));
                        (by_old, by_new) = (by_old.and(again.clone()), by_new.and(again));
                    }
                    telling.push(Change::FieldAdded, told, (by_old, by_new), new.line);
                }
            }
        }
        if self.new.format == Format::Serde
            && !self.new.by_place()
            && let Some((is, was)) = pairs.reordered()
        {
            let told = format!("order: {} stands where {} stood", self.label(is), self.label(was));
            let why = || yes_but("not in formats that go by position");
            telling.push(Change::Reordered, told, (why(), why()), is.line);
        }
    }

    fn pair(&self) -> Pairs<'a, Field> {
        let mut pairs = Pairs::new(self.old.fields, self.new.fields);
        let number = |field: &'a Field| field.number.map(|number| (Some(number), field.name.as_str()));
        pairs.by(number, number);
        let named = |field: &'a Field| Some((field.when.as_deref(), field.name.as_str()));
        pairs.by(named, named);
        pairs.by(|field| Some(field.name.as_str()), |field| Some(field.name.as_str()));
        if matches!(self.new.kind, Kind::Tuple | Kind::Newtype) {
            return pairs;
        }
        pairs.by(|field| field.number, |field| field.number);
        if self.new.format != Format::Protobuf {
            pairs.by(|field| Some(field.name.as_str()), |field| read_names(field).collect::<Vec<_>>());
            pairs.by_place(|field| (field.flatten, types::without_blanks(&field.ty)));
        }
        pairs
    }

    fn steps(&self, old: &Field, new: &Field, telling: &mut Telling<'_>) {
        let (mut told, mut verdicts) = (Vec::new(), Vec::new());
        let mut before = old.clone();
        if self.new.format != Format::Serde {
            // There it follows from whether it is required.
            before.written = new.written;
        }
        let mut after = before.clone();
        for (take, tell) in STEPS {
            take(self.new.format, &mut after, new);
            if after == before {
                continue;
            }
            // That the whole has a default is told once, of the whole.
            let of_whole = self.old.rules.default != self.new.rules.default
                && [before.presence, after.presence].contains(&Presence::Defaulted)
                && Field { presence: after.presence, ..before.clone() } == after;
            if !of_whole {
                told.push(tell(self, &before, &after));
                verdicts.push(self.qualified(&before, &after));
            }
            before.clone_from(&after);
        }
        fit(&mut verdicts, &self.qualified(old, new));
        for ((change, told), verdicts) in told.into_iter().zip(verdicts) {
            telling.push(change, told, verdicts, new.line);
        }
    }

    /// Both verdicts: of the old reader, of the new one.
    fn ask(&self, old: Option<&Field>, new: Option<&Field>) -> Verdicts {
        let ask = |way: Way| {
            let (reader, writer) = way.order(self.old, self.new);
            let question = Question { ask: &Ask::new(self.known, way), reader, writer };
            let (r, w) = way.order(old, new);
            question.field(r, w)
        };
        (ask(Way::OldReadsNew), ask(Way::NewReadsOld))
    }

    /// Both verdicts, with what Protocol Buffers have to add.
    fn qualified(&self, old: &Field, new: &Field) -> Verdicts {
        let verdicts = self.ask(Some(old), Some(new));
        if self.new.format != Format::Protobuf {
            return verdicts;
        }
        let why = if old.name != new.name {
            yes_but("not in JSON or text format")
        } else if old.oneof != new.oneof {
            let group = new.oneof.as_ref().or(old.oneof.as_ref());
            let alone = |side: &Holder<'_>| group.is_none_or(|group| side.in_oneof(group) < 2);
            if alone(self.old) && alone(self.new) {
                yes()
            } else {
                depends("of several in a oneof only the last is kept")
            }
        } else {
            yes()
        };
        (verdicts.0.and(why.clone()), verdicts.1.and(why))
    }

    /// How a field is called in what is told.
    fn label(&self, field: &Field) -> String {
        match (self.prefix, self.new.kind) {
            ("", Kind::Newtype) => "the value".to_owned(),
            ("", _) => shown(&field.name),
            (variant, Kind::Newtype) => shown(variant),
            (variant, _) => shown(&format!("{variant}.{}", field.name)),
        }
    }

    fn told_names(&self, old: &Field, new: &Field) -> (Change, String) {
        let read_as = |field: &Field| match &field.read_name {
            Some(name) => format!(" (read as {})", shown(name)),
            None => String::new(),
        };
        let renamed = (&old.name, &old.read_name) != (&new.name, &new.read_name);
        let told = format!("{}{} → {}{}", self.label(old), read_as(old), self.label(new), read_as(new));
        let aliases = aliases(&old.aliases, &new.aliases);
        match (renamed, aliases.is_empty()) {
            (true, true) => (Change::FieldRenamed, format!("renamed: {told}")),
            (true, false) => (Change::FieldRenamed, format!("renamed: {told}, {aliases}")),
            _ => (Change::AliasesChanged, format!("aliases: {} {aliases}", self.label(new))),
        }
    }

    fn told_content(&self, old: &Field, new: &Field) -> (Change, String) {
        let core = |field: &Field| core(self.new.format, &field.ty).0;
        let same = core(old) == core(new);
        let with = |field: &Field| {
            let with = (field.write_with.as_deref(), field.read_with.as_deref());
            match with {
                (None, None) => String::new(),
                (Some(write), Some(read)) if write == read => format!(" with {}", plain(write)),
                (write, read) => format!(" written with {}, read with {}", none_or(write), none_or(read)),
            }
        };
        if same && with(old) == with(new) && old.presence != new.presence {
            return self.told_presence(old, new);
        }
        let whole = |field: &Field| format!("{}{}", plain(&field.ty), with(field));
        (Change::FieldRetyped, format!("retyped: {} {} → {}", self.label(new), whole(old), whole(new)))
    }

    fn told_presence(&self, old: &Field, new: &Field) -> (Change, String) {
        let (is, was) = (new.presence.as_str(), old.presence.as_str());
        (Change::PresenceChanged, format!("now {is}: {} (was {was})", self.label(new)))
    }
}

/// Whether two lists of fields say the same, wherever they stand.
pub(super) fn all_same(old: &[Field], new: &[Field]) -> bool {
    old.len() == new.len() && old.iter().zip(new).all(|(old, new)| same(old, new))
}

fn same(old: &Field, new: &Field) -> bool {
    // Every part is named, so that none is forgotten when there are more.
    let Field {
        name,
        read_name,
        aliases,
        ty,
        presence,
        written,
        read,
        flatten,
        write_with,
        read_with,
        number,
        oneof,
        when,
        line: _,
    } = old;
    (name, read_name, aliases, ty) == (&new.name, &new.read_name, &new.aliases, &new.ty)
        && (presence, written, read) == (&new.presence, &new.written, &new.read)
        && (flatten, write_with, read_with) == (&new.flatten, &new.write_with, &new.read_with)
        && (number, oneof, when) == (&new.number, &new.oneof, &new.when)
}

/// What is to be known of a new field beside its type.
fn nature(format: Format, field: &Field) -> String {
    let (written, number) = (field.written.as_str(), field.number.unwrap_or_default());
    let notes = [
        (field.flatten, ", flattened".to_owned()),
        (!field.flatten, format!(", {}", field.presence.as_str())),
        (field.written != Written::Always && format == Format::Serde, format!(", {written} written")),
        (!field.read, ", not read".to_owned()),
        (field.number.is_some(), format!(", number {number}")),
    ];
    notes.into_iter().filter(|(is, _)| *is).map(|(_, note)| note).collect()
}

/// What came and went.
pub(super) fn aliases(old: &[String], new: &[String]) -> String {
    let without = |one: &[String], other: &[String]| {
        let other: HashSet<&String> = other.iter().collect();
        let left = one.iter().filter(|name| !other.contains(name));
        left.map(|name| shown(name)).collect::<Vec<_>>().join(", ")
    };
    let parts = [("also read as", without(new, old)), ("no longer read as", without(old, new))];
    let told = parts.iter().filter(|(_, names)| !names.is_empty());
    told.map(|(verb, names)| format!("{verb} {names}")).collect::<Vec<_>>().join(", ")
}
