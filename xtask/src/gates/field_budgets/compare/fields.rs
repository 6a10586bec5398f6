//! The changes of fields. One that changed in several ways is told step by step, each with its own verdict.

use std::collections::HashSet;

use crate::diagnostics::shown;
use crate::evidence::budgets::{Change, Compat};
use crate::evidence::contracts::{Field, Format, Kind, Presence, Written};

use super::json::Ask;
use super::known::{Known, Way};
use super::pairs::Pairs;
use super::reads::{Holder, Question, read_names};
use super::told::{Telling, none_or, plain};
use super::types;
use super::verdict::{Verdicts, depends, fit, yes, yes_but};

/// The fields of a contract or a variant on both sides.
pub(super) struct Fields<'f, 'a> {
    pub known: &'a Known<'a>,
    pub old: &'f Holder<'a>,
    pub new: &'f Holder<'a>,
    /// What stands before a field's name: nothing, or the variant's.
    pub prefix: &'f str,
}

/// One way in which a field may have changed: what takes it over, and what is said of it.
type Step = (fn(&mut Field, &Field), fn(&Fields<'_, '_>, &Field, &Field) -> (Change, String));

/// What is left of the verdict on the whole falls to the last: whether it is written at all.
const STEPS: &[Step] = &[
    (names, |fields, old, new| fields.told_names(old, new)),
    (content, |fields, old, new| fields.told_content(old, new)),
    (presence, |fields, old, new| fields.told_presence(old, new)),
    (
        |field, new| field.flatten = new.flatten,
        |fields, _, new| {
            let told = if new.flatten { "now flattened" } else { "no longer flattened" };
            (Change::FlattenChanged, format!("{told}: {}", fields.label(new)))
        },
    ),
    (
        |field, new| field.number = new.number,
        |fields, old, new| {
            let number = |number: Option<i64>| none_or(number.map(|number| number.to_string()).as_deref());
            let (was, is) = (number(old.number), number(new.number));
            (Change::NumberChanged, format!("number: {} {was} → {is}", fields.label(new)))
        },
    ),
    (
        |field, new| field.oneof.clone_from(&new.oneof),
        |fields, old, new| {
            let (was, is) = (none_or(old.oneof.as_deref()), none_or(new.oneof.as_deref()));
            (Change::PresenceChanged, format!("oneof: {} {was} → {is}", fields.label(new)))
        },
    ),
    (
        |field, new| field.when.clone_from(&new.when),
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
        |field, new| field.written = new.written,
        |fields, old, new| {
            let (is, was) = (new.written.as_str(), old.written.as_str());
            (Change::PresenceChanged, format!("now {is} written: {} (was {was})", fields.label(new)))
        },
    ),
];

fn names(field: &mut Field, new: &Field) {
    field.name.clone_from(&new.name);
    field.read_name.clone_from(&new.read_name);
    field.aliases.clone_from(&new.aliases);
}

fn presence(field: &mut Field, new: &Field) {
    if field.read == new.read {
        field.presence = new.presence;
    }
}

/// What is not read may be missing.
fn read(field: &mut Field, new: &Field) {
    if field.read != new.read {
        (field.read, field.presence) = (new.read, new.presence);
    }
}

/// Type and converters; and presence, where it follows from them.
fn content(field: &mut Field, new: &Field) {
    let option = |field: &Field| types::option(&field.ty).1;
    let converters = |field: &Field| (field.read_with.clone(), field.write_with.clone());
    if types::alike(&field.ty, &new.ty) && converters(field) == converters(new) {
        return;
    }
    if field.read == new.read && (option(field) != option(new) || field.read_with != new.read_with) {
        field.presence = new.presence;
    }
    field.ty.clone_from(&new.ty);
    (field.read_with, field.write_with) = converters(new);
}

impl<'a> Fields<'_, 'a> {
    /// Every change.
    pub(super) fn compare(&self, telling: &mut Telling<'_>) {
        if all_same(self.old.fields, self.new.fields) {
            return;
        }
        let pairs = self.pair();
        for at in pairs.gone() {
            if let Some(old) = self.old.fields.get(at) {
                let told = format!("removed: {} {}", self.label(old), plain(&old.ty));
                let mut verdicts = self.ask(Some(old), None);
                if self.old.format == Format::Protobuf {
                    self.unreserved(old, &mut verdicts.1);
                }
                telling.push(Change::FieldRemoved, told, verdicts, 0);
            }
        }
        for (old, new) in pairs.news() {
            match old {
                Some(old) if same(old, new) => {}
                Some(old) => self.steps(old, new, telling),
                None => {
                    let told = format!(
                        "added: {} {}{}",
                        self.label(new),
                        plain(&new.ty),
                        nature(self.new.format, new)
                    );
                    telling.push(Change::FieldAdded, told, self.ask(None, Some(new)), new.line);
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
            pairs.by_place(|field| types::without_blanks(&field.ty));
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
            take(&mut after, new);
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
            let alone = [self.old, self.new].iter().all(|holder| {
                holder.fields.iter().filter(|field| field.oneof.as_ref() == group).count() <= 1
            });
            if alone { yes() } else { depends("of several in a oneof only the last is kept") }
        } else {
            yes()
        };
        (verdicts.0.and(why.clone()), verdicts.1.and(why))
    }

    fn unreserved(&self, old: &Field, verdict: &mut Compat) {
        let reserved = |number: i64| self.new.rules.reserved.iter().any(|range| within(range, number));
        if let Some(number) = old.number.filter(|number| !reserved(*number)) {
            *verdict =
                verdict.clone().and(yes_but(format!("reserve {number}, so that it is not used again")));
        }
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
        let same = types::option(&old.ty).0 == types::option(&new.ty).0;
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

/// Whether a number is `7`, or within `2 to 9` or `2 to max`.
fn within(range: &str, number: i64) -> bool {
    let (from, to) = range.split_once(" to ").unwrap_or((range, range));
    let from = from.trim().parse::<i64>();
    let to = if to.trim() == "max" { Ok(i64::MAX) } else { to.trim().parse::<i64>() };
    matches!((from, to), (Ok(from), Ok(to)) if (from..=to).contains(&number))
}
