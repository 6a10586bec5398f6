//! The changes of what holds for the whole of a contract.

use std::collections::BTreeSet;

use crate::diagnostics::shown;
use crate::evidence::budgets::{Change, Compat};
use crate::evidence::contracts::{Contract, Format, Kind, Rules, Tagging};

use super::json::Ask;
use super::known::{self, Known, Way};
use super::schema;
use super::told::{Telling, none_or, plain};
use super::verdict::{Verdicts, depends, no, yes, yes_but};

/// Both verdicts: of the old reader, of the new one.
fn both(ask: impl Fn(Way) -> Compat) -> Verdicts {
    (ask(Way::OldReadsNew), ask(Way::NewReadsOld))
}

/// Another form: whether it changed. Then there is nothing to be said of its fields.
pub(super) fn kind(known: &Known<'_>, old: &Contract, new: &Contract, telling: &mut Telling<'_>) -> bool {
    let told = format!("form: {} → {}", old.kind.as_str(), new.kind.as_str());
    let objects = [Kind::Struct, Kind::Interface];
    let input = |contract: &Contract| contract.format == Format::Graphql && !contract.rules.writes;
    if input(old) != input(new) {
        let word = |contract| if input(contract) { "input" } else { "output" };
        let told = format!("form: {} → {}", word(old), word(new));
        telling.push(Change::KindChanged, told, both(|_| no("another form")), 0);
        return true;
    }
    if old.kind == new.kind {
        return false;
    }
    // An object and an interface of GraphQL are asked for their fields alike.
    if objects.contains(&old.kind) && objects.contains(&new.kind) {
        telling.push(Change::KindChanged, told, (yes(), yes()), 0);
        return false;
    }
    let verdicts = both(|way| {
        let (reader, writer) = way.order(old, new);
        match new.format {
            Format::Serde => {}
            Format::JsonSchema => {
                let bounds =
                    if reader.kind == Kind::Struct { depends("its fields may not be there") } else { yes() };
                return schema::reads(&schema::form(reader), &schema::form(writer)).and(bounds);
            }
            Format::Protobuf | Format::Graphql => return no("another form"),
        }
        match (known::form(reader, true), known::form(writer, false)) {
            (Some(r), Some(w)) => Ask::new(known, way).reads(&r, &w),
            _ => enum_form(reader, writer),
        }
    });
    telling.push(Change::KindChanged, told, verdicts, 0);
    true
}

/// Where one of the two is an enum with content.
fn enum_form(reader: &Contract, writer: &Contract) -> Compat {
    let tagged = |contract: &Contract| match (&contract.rules.tagging, contract.kind) {
        (Tagging::External | Tagging::Adjacent { .. }, Kind::Enum) => true,
        (_, kind) => kind == Kind::Enum && contract.variants.is_empty(),
    };
    let converted = reader.rules.reads_as.is_some() || writer.rules.writes_as.is_some();
    match &reader.rules.tagging {
        _ if converted => depends("another form"),
        Tagging::Internal { tag } if reader.kind == Kind::Enum && writer.kind == Kind::Struct => {
            let there = writer.fields.iter().any(|field| field.name == *tag || field.flatten);
            if there { depends("another form") } else { no(format!("no tag {}", shown(tag))) }
        }
        _ if tagged(reader) || tagged(writer) => no("another form"),
        _ => depends("another form"),
    }
}

/// All else that holds for the whole; of another form, only whether it is read and written at all.
pub(super) fn compare(
    known: &Known<'_>,
    (old, new): (&Contract, &Contract),
    another: bool,
    telling: &mut Telling<'_>,
) {
    if old.rules == new.rules {
        return;
    }
    let (o, n) = (&old.rules, &new.rules);
    if another {
        let kept = Rules { reads: n.reads, writes: n.writes, ..o.clone() };
        for (told, verdicts) in
            flags(new.format, o, &kept).into_iter().filter(|_| new.format != Format::Graphql)
        {
            telling.push(Change::RulesChanged, told, verdicts, 0);
        }
        return;
    }
    if o.tagging != n.tagging {
        let (was, is) = (told_tagging(&o.tagging), told_tagging(&n.tagging));
        let verdicts = both(|way| {
            let (reader, writer) = way.order(old, new);
            tagging(reader, writer)
        });
        telling.push(Change::TagChanged, format!("tag: {was} → {is}"), verdicts, 0);
    }
    let (o, n) = (&old.rules, &new.rules);
    let changes =
        flags(new.format, o, n).into_iter().chain(texts(known, o, n)).chain(lists(new.format, o, n));
    for (told, verdicts) in changes {
        telling.push(Change::RulesChanged, told, verdicts, 0);
    }
}

/// What is told of a change, and its verdicts.
type Told = (String, Verdicts);

fn flags(format: Format, old: &Rules, new: &Rules) -> Vec<Told> {
    let gone = |is: bool, why: &str| if is { yes() } else { no(why) };
    let (what, open, shut) = match format {
        Format::Protobuf => ("numbers", "kept", "dropped"),
        _ => ("fields", "passed over", "refused"),
    };
    let unknown = |closed: bool| if closed { shut } else { open };
    let no_longer = |is: bool| if is { "now" } else { "no longer" };
    let default = if new.default { yes() } else { depends("not data without fields that could be missing") };
    let flags = [
        (
            old.reads != new.reads,
            format!("the whole: {} read", no_longer(new.reads)),
            (yes(), gone(new.reads, "it is no longer read")),
        ),
        (
            old.writes != new.writes,
            format!("the whole: {} written", no_longer(new.writes)),
            (gone(new.writes, "it is no longer written"), yes()),
        ),
        (
            old.closed != new.closed,
            format!("unknown {what}: {} → {}", unknown(old.closed), unknown(new.closed)),
            closed(format, new.closed),
        ),
        (
            old.default != new.default,
            format!("the whole: {} with a default", no_longer(new.default)),
            (yes(), default),
        ),
    ];
    flags.into_iter().filter(|(changed, ..)| *changed).map(|(_, told, verdicts)| (told, verdicts)).collect()
}

fn texts(known: &Known<'_>, old: &Rules, new: &Rules) -> Vec<Told> {
    let ask = |way| Ask::new(known, way);
    let same = |verdict: Compat| (verdict.clone(), verdict);
    let when = if new.when.is_some() { depends("only where it is compiled in") } else { yes() };
    let generics = |rules: &Rules| Some(rules.generics.clone()).filter(|generics| !generics.is_empty());
    let same_parameters = parameters(&old.generics) == parameters(&new.generics);
    let parameters = if same_parameters { yes() } else { depends("other type parameters") };
    // Which name the tag has is part of the tag.
    let name = |rules: &Rules| rules.name.clone().filter(|_| old.tagging == new.tagging);
    let read_as = through(&ask(Way::NewReadsOld), &new.reads_as, &old.writes_as);
    let written_as = through(&ask(Way::OldReadsNew), &old.reads_as, &new.writes_as);
    let texts = [
        ("name in the tag", name(old), name(new), same(yes_but("serde does not look at it"))),
        ("read as", old.reads_as.clone(), new.reads_as.clone(), (yes(), read_as)),
        ("written as", old.writes_as.clone(), new.writes_as.clone(), (written_as, yes())),
        ("describes", old.remote.clone(), new.remote.clone(), same(yes())),
        ("condition", old.when.clone(), new.when.clone(), same(when)),
        ("type parameters", generics(old), generics(new), same(parameters)),
    ];
    let changed = texts.into_iter().filter(|(_, was, is, _)| was != is);
    let told = |what, was: Option<String>, is: Option<String>| {
        format!("{what}: {} → {}", none_or(was.as_deref()), none_or(is.as_deref()))
    };
    changed.map(|(what, was, is, verdicts)| (told(what, was, is), verdicts)).collect()
}

fn lists(format: Format, old: &Rules, new: &Rules) -> Vec<Told> {
    let without = |one: &[String], other: &[String]| -> Vec<String> {
        let other: BTreeSet<&String> = other.iter().collect();
        one.iter().filter(|text| !other.contains(text)).map(|text| plain(text)).collect()
    };
    let mut told = Vec::new();
    let came = without(&new.reserved, &old.reserved);
    if !came.is_empty() {
        told.push((format!("now reserved: {}", came.join(", ")), (yes(), yes())));
    }
    let went = without(&old.reserved, &new.reserved);
    if !went.is_empty() {
        let again = yes_but("may be used again with another meaning");
        told.push((format!("no longer reserved: {}", went.join(", ")), (again.clone(), again)));
    }
    for text in without(&new.constraints, &old.constraints) {
        told.push((format!("constraint added: {text}"), constraint(format, true, &text)));
    }
    for text in without(&old.constraints, &new.constraints) {
        told.push((format!("constraint removed: {text}"), constraint(format, false, &text)));
    }
    told
}

/// What it means that something else holds now, or no longer.
fn constraint(format: Format, added: bool, text: &str) -> Verdicts {
    let narrower = |added| {
        let verdict = || depends("not data that is against it");
        if added { (yes(), verdict()) } else { (verdict(), yes()) }
    };
    let either = |verdict: Compat| (verdict.clone(), verdict);
    match format {
        // It stands there where more than an object is accepted.
        Format::JsonSchema if text.starts_with("type: ") => narrower(!added),
        Format::JsonSchema => narrower(added),
        Format::Graphql if text.starts_with("implements ") => {
            let queries = depends("not queries that ask by the interface");
            if added { (yes(), queries) } else { (queries, yes()) }
        }
        Format::Protobuf if text.starts_with("extensions ") => (yes(), yes()),
        Format::Protobuf if text.contains("message_set_wire_format") => either(no("another encoding")),
        _ => either(depends("other options")),
    }
}

fn closed(format: Format, now: bool) -> Verdicts {
    match (format, now) {
        (Format::Protobuf, true) => (yes(), depends("not unknown numbers")),
        (_, true) => (yes(), depends("not data with other fields")),
        // What serde writes has no other fields; what a schema allows may.
        (Format::JsonSchema, false) => (depends("not data with other fields"), yes()),
        (_, false) => (yes(), yes()),
    }
}

/// Whether what is written as one type in place of the contract is read as another.
fn through(ask: &Ask<'_>, reader: &Option<String>, writer: &Option<String>) -> Compat {
    match (reader, writer) {
        (None, None) => yes(),
        (Some(reader), Some(writer)) => ask.texts(reader, writer),
        _ => depends("another type stands for it"),
    }
}

/// The parameters of types and constants, without lifetimes and bounds.
fn parameters(generics: &str) -> Vec<String> {
    let inner = generics.trim().trim_start_matches('<').trim_end_matches('>');
    let names =
        inner.split(',').map(|part| part.split([':', '=']).next().unwrap_or_default().trim().to_owned());
    names.filter(|name| !name.is_empty() && !name.starts_with('\'')).collect()
}

fn told_tagging(tagging: &Tagging) -> String {
    match tagging {
        Tagging::External => "external".to_owned(),
        Tagging::Internal { tag } => format!("internal, tag {}", shown(tag)),
        Tagging::Adjacent { tag, content } => {
            format!("adjacent, tag {}, content {}", shown(tag), shown(content))
        }
        Tagging::Untagged => "untagged".to_owned(),
    }
}

/// Whether the reader finds the variants of the writer.
fn tagging(reader: &Contract, writer: &Contract) -> Compat {
    let (r, w): (&Rules, &Rules) = (&reader.rules, &writer.rules);
    if reader.kind != Kind::Enum {
        // The tag of a struct is written, and never read.
        return match &w.tagging {
            Tagging::Internal { tag } if r.closed => no(format!("{} is refused", shown(tag))),
            _ => yes(),
        };
    }
    let written = || writer.variants.iter().filter(|variant| variant.written || !w.writes);
    let unit = written().any(|variant| variant.kind == Kind::Unit);
    let content = written().any(|variant| variant.kind != Kind::Unit);
    let no_tag = |tag: &String| no(format!("no tag {}", shown(tag)));
    if reader.format != Format::Serde {
        return depends("another form");
    }
    match (&r.tagging, &w.tagging) {
        (
            Tagging::Internal { tag: one } | Tagging::Adjacent { tag: one, .. },
            Tagging::Internal { tag: other } | Tagging::Adjacent { tag: other, .. },
        ) if one == other => match (unit, content) {
            (_, false) => yes(),
            (true, true) => depends("only variants without content"),
            (false, true) => no("the content stands elsewhere"),
        },
        (Tagging::Internal { tag } | Tagging::Adjacent { tag, .. }, _) => no_tag(tag),
        // A tag among the fields is passed over.
        (Tagging::Untagged, Tagging::Internal { .. }) if !r.closed => depends("the first that fits is taken"),
        _ => no("told apart in another way"),
    }
}
