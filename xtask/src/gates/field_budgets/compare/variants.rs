//! The changes of variants, and of the fields within them.

use crate::diagnostics::{count, shown};
use crate::evidence::budgets::Change;
use crate::evidence::contracts::{Contract, Format, Kind, Tagging, Variant};

use super::fields::{self, Fields};
use super::holder::Holder;
use super::json::Ask;
use super::known::{Known, Side, Way};
use super::pairs::Pairs;
use super::told::{Telling, none_or, plain};
use super::types;
use super::variant_reads::{Catching, Question, read_names, untagged};
use super::verdict::{Verdicts, depends, fit, yes, yes_but};

/// The variants of a contract on both sides.
pub(super) struct Variants<'a> {
    known: &'a Known<'a>,
    old: &'a Contract,
    new: &'a Contract,
    /// Those of the old, of the new.
    catching: (Catching<'a>, Catching<'a>),
}

/// One way in which a variant may have changed.
type Step = (fn(&mut Variant, &Variant), fn(&Variant, &Variant) -> (Change, String));

const STEPS: &[Step] = &[
    (names, told_names),
    (
        |variant, new| variant.read = new.read,
        |_, new| changed(new, if new.read { "now read" } else { "no longer read" }),
    ),
    (
        |variant, new| variant.written = new.written,
        |_, new| changed(new, if new.written { "now written" } else { "no longer written" }),
    ),
    (
        |variant, new| variant.other = new.other,
        |_, new| {
            let told = if new.other { "takes every other name" } else { "no longer takes every other name" };
            changed(new, told)
        },
    ),
    (
        |variant, new| variant.untagged = new.untagged,
        |_, new| changed(new, if new.untagged { "now without a tag" } else { "now with a tag" }),
    ),
    (form, |old, new| changed(new, &format!("{} → {}", old.kind.as_str(), new.kind.as_str()))),
    (
        |variant, new| variant.with.clone_from(&new.with),
        |old, new| {
            changed(new, &format!("with {} → {}", none_or(old.with.as_deref()), none_or(new.with.as_deref())))
        },
    ),
    (
        |variant, new| variant.number = new.number,
        |old, new| {
            let number = |number: Option<i64>| none_or(number.map(|number| number.to_string()).as_deref());
            let told =
                format!("number: {} {} → {}", shown(&new.name), number(old.number), number(new.number));
            (Change::NumberChanged, told)
        },
    ),
    (
        |variant, new| variant.when.clone_from(&new.when),
        |old, new| {
            let (was, is) = (none_or(old.when.as_deref()), none_or(new.when.as_deref()));
            changed(new, &format!("condition {was} → {is}"))
        },
    ),
];

fn changed(variant: &Variant, what: &str) -> (Change, String) {
    (Change::VariantChanged, format!("variant {}: {what}", shown(&variant.name)))
}

fn names(variant: &mut Variant, new: &Variant) {
    variant.name.clone_from(&new.name);
    variant.read_name.clone_from(&new.read_name);
    variant.aliases.clone_from(&new.aliases);
}

fn form(variant: &mut Variant, new: &Variant) {
    if variant.kind != new.kind {
        variant.kind = new.kind;
        variant.fields.clone_from(&new.fields);
    }
}

fn told_names(old: &Variant, new: &Variant) -> (Change, String) {
    let aliases = fields::aliases(&old.aliases, &new.aliases);
    let mut told = format!("{} → {}", shown(&old.name), shown(&new.name));
    if old.read_name != new.read_name {
        let read = |variant: &Variant| shown(variant.read_name.as_ref().unwrap_or(&variant.name));
        told = format!("{told} (read as {} → {})", read(old), read(new));
    } else if old.name == new.name {
        return (Change::AliasesChanged, format!("aliases: variant {} {aliases}", shown(&new.name)));
    }
    let comma = if aliases.is_empty() { "" } else { ", " };
    (Change::VariantRenamed, format!("variant renamed: {told}{comma}{aliases}"))
}

impl<'a> Variants<'a> {
    pub(super) fn new(known: &'a Known<'a>, old: &'a Contract, new: &'a Contract) -> Self {
        Variants { known, old, new, catching: (Catching::of(old), Catching::of(new)) }
    }

    /// Every change.
    pub(super) fn compare(&self, telling: &mut Telling<'_>) {
        let pairs = self.old.variants.iter().zip(&self.new.variants);
        if self.old.variants.len() == self.new.variants.len()
            && pairs.into_iter().all(|(old, new)| same(old, new))
        {
            return;
        }
        let pairs = self.pair();
        for at in pairs.gone() {
            if let Some(old) = self.old.variants.get(at) {
                let told = format!("variant removed: {}", shown(&old.name));
                telling.push(Change::VariantRemoved, told, self.ask(Some(old), None), 0);
            }
        }
        let last = pairs.last();
        for (at, (old, new)) in pairs.news().enumerate() {
            match old {
                Some(old) if same(old, new) => {}
                Some(old) => self.pair_changes(old, new, telling),
                None => {
                    let told = format!("variant added: {}{}", shown(&new.name), nature(new));
                    let mut verdicts = self.ask(None, Some(new));
                    // The first that fits is taken.
                    if last.is_some_and(|last| at < last) && untagged(self.new, new) {
                        let taken = depends(format!("data of others may be taken for {}", shown(&new.name)));
                        verdicts.1 = verdicts.1.and(taken);
                    }
                    telling.push(Change::VariantAdded, told, verdicts, new.line);
                }
            }
        }
        if let Some((is, was)) = pairs.reordered().filter(|_| self.new.format == Format::Serde) {
            let told = format!("order: variant {} stands where {} stood", shown(&is.name), shown(&was.name));
            let verdict = || match self.new.rules.tagging {
                Tagging::Untagged => depends("the first that fits is taken"),
                _ => yes_but("not in formats that go by position"),
            };
            telling.push(Change::Reordered, told, (verdict(), verdict()), is.line);
        }
    }

    fn pair(&self) -> Pairs<'a, Variant> {
        let mut pairs = Pairs::new(&self.old.variants, &self.new.variants);
        let number = |variant: &'a Variant| variant.number.map(|number| (number, variant.name.as_str()));
        pairs.by(number, number);
        let named = |variant: &'a Variant| Some((variant.when.as_deref(), variant.name.as_str()));
        pairs.by(named, named);
        pairs.by(|variant| Some(variant.name.as_str()), |variant| Some(variant.name.as_str()));
        pairs.by(|variant| variant.number, |variant| variant.number);
        if self.new.format != Format::Protobuf {
            let names = |variant: &'a Variant| read_names(variant).collect::<Vec<_>>();
            pairs.by(|variant| Some(variant.name.as_str()), names);
            pairs.by_place(content);
        }
        pairs
    }

    fn pair_changes(&self, old: &Variant, new: &Variant, telling: &mut Telling<'_>) {
        if old.kind == new.kind {
            let holders = (
                Holder::variant(self.old, old, self.known, Side::Old),
                Holder::variant(self.new, new, self.known, Side::New),
            );
            let prefix = &new.name;
            Fields { known: self.known, old: &holders.0, new: &holders.1, prefix }.compare(telling);
        }
        let (mut told, mut verdicts) = (Vec::new(), Vec::new());
        let (mut before, mut after) = (old.clone(), old.clone());
        for (take, tell) in STEPS {
            take(&mut after, new);
            if after != before {
                told.push(tell(&before, &after));
                verdicts.push(self.ask(Some(&before), Some(&after)));
                before.clone_from(&after);
            }
        }
        fit(&mut verdicts, &self.ask(Some(old), Some(new)));
        for ((change, told), verdicts) in told.into_iter().zip(verdicts) {
            telling.push(change, told, verdicts, new.line);
        }
    }

    /// Both verdicts: of the old reader, of the new one.
    fn ask(&self, old: Option<&Variant>, new: Option<&Variant>) -> Verdicts {
        let ask = |way: Way| {
            let (reader, writer) = way.order(self.old, self.new);
            let (r, w) = way.order(old, new);
            let (catching, _) = way.order(&self.catching.0, &self.catching.1);
            let question = Question { ask: &Ask::new(self.known, way), reader, writer, catching };
            let by_number = match (r, w) {
                (Some(r), Some(w)) if r.name != w.name => self.new.format == Format::Protobuf,
                _ => false,
            };
            let verdict = w.map_or_else(yes, |w| question.variant(r, w));
            if by_number { verdict.and(yes_but("not in JSON or text format")) } else { verdict }
        };
        (ask(Way::OldReadsNew), ask(Way::NewReadsOld))
    }
}

/// Whether two variants say the same, wherever they stand.
fn same(old: &Variant, new: &Variant) -> bool {
    // Every part is named, so that none is forgotten when there are more.
    let Variant {
        name,
        read_name,
        aliases,
        kind,
        fields,
        read,
        written,
        other,
        untagged,
        with,
        number,
        when,
        line: _,
    } = old;
    (name, read_name, aliases, kind) == (&new.name, &new.read_name, &new.aliases, &new.kind)
        && (read, written, other, untagged) == (&new.read, &new.written, &new.other, &new.untagged)
        && (with, number, when) == (&new.with, &new.number, &new.when)
        && fields::all_same(fields, &new.fields)
}

/// What a variant without a partner is compared by: all but its name.
fn content(variant: &Variant) -> String {
    let mut content = variant.kind.as_str().to_owned();
    for field in &variant.fields {
        content = content + " " + &field.name + ":" + &types::without_blanks(&field.ty);
    }
    content
}

/// What is to be known of a new variant beside its name.
fn nature(variant: &Variant) -> String {
    let mut nature = match (variant.kind, variant.fields.as_slice()) {
        (Kind::Newtype, [field]) if field.ty != variant.name => format!("({})", plain(&field.ty)),
        (Kind::Struct | Kind::Tuple, fields) => format!(", {}", count(fields.len(), "field")),
        _ => String::new(),
    };
    let notes = [
        (variant.other, ", takes every other name"),
        (variant.untagged, ", without a tag"),
        (!variant.read, ", not read"),
        (!variant.written, ", not written"),
    ];
    notes.iter().filter(|(is, _)| *is).for_each(|(_, note)| nature += note);
    nature
}
