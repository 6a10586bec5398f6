//! From contracts to the text of a lockfile. Only what differs from the default is written.

use std::collections::HashMap;

use super::remarks::Remark;
use super::{BY_HAND, Lock, VERSION, Vouched};
use crate::evidence::contracts::{Contract, Field, Kind, Presence, Rules, Tagging, Variant, Written};
use crate::toml_file::quoted;

/// Keys and values, the values as TOML.
#[derive(Default)]
struct Pairs(Vec<(&'static str, String)>);

impl Pairs {
    fn put(&mut self, key: &'static str, value: String) {
        self.0.push((key, value));
    }

    fn text(&mut self, key: &'static str, value: Option<&str>) {
        self.0.extend(value.map(|value| (key, quoted(value))));
    }

    /// `key = value`, where `value` is not the default.
    fn flag(&mut self, key: &'static str, value: bool, default: bool) {
        if value != default {
            self.put(key, value.to_string());
        }
    }

    fn number(&mut self, key: &'static str, value: Option<i64>) {
        self.0.extend(value.map(|value| (key, value.to_string())));
    }

    fn list(&mut self, key: &'static str, list: &[String]) {
        if !list.is_empty() {
            let list: Vec<String> = list.iter().map(|entry| quoted(entry)).collect();
            self.put(key, format!("[{}]", list.join(", ")));
        }
    }
}

/// One line of a contract's `fields` or `variants`.
pub(super) enum Row<'a> {
    /// A variant.
    Variant(&'a Variant),
    /// A field, of a variant or of the contract itself.
    Field(Option<&'a Variant>, &'a Field),
}

/// The lines of `fields`, and those of `variants`: each variant before its fields.
pub(super) fn rows(contract: &Contract) -> [(&'static str, Vec<Row<'_>>); 2] {
    let fields = contract.fields.iter().map(|field| Row::Field(None, field));
    let variants = contract.variants.iter().flat_map(|variant| {
        let fields = variant.fields.iter().map(move |field| Row::Field(Some(variant), field));
        std::iter::once(Row::Variant(variant)).chain(fields)
    });
    [("fields", fields.collect()), ("variants", variants.collect())]
}

/// What comments know each line of a list by: the same for the same field, wherever it stands.
pub(super) fn names(list: &str, rows: &[Row<'_>]) -> Vec<String> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let name = |row: &Row<'_>| {
        let name = match row {
            Row::Variant(variant) => format!("{list}\0{}", variant.name),
            Row::Field(variant, field) => {
                format!("{list}\0{}\0{}", variant.map_or("", |variant| &variant.name), field.name)
            }
        };
        // The same name twice: for different conditions.
        let before = seen.entry(name.clone()).or_default();
        *before += 1;
        format!("{name}\0{before}")
    };
    rows.iter().map(name).collect()
}

/// `serde."api::Order"`, as it stands between the brackets of a table.
pub(super) fn heading(format: &str, name: &str) -> String {
    format!("{format}.{}", quoted(name))
}

/// What tells a contract from the others of a file.
pub(super) fn identity(contract: &Contract) -> String {
    format!("{}\0{}\0{:?}", contract.format.as_str(), contract.name, contract.rules.when)
}

/// What stands behind a contract's name where several have that name, each under its own condition.
pub(super) fn condition(when: &str) -> String {
    format!(" ({when})")
}

/// The text of a lockfile: contracts sorted by format and name, then what is vouched for.
pub fn render(lock: &Lock) -> String {
    let mut writer = Writer { lock, text: String::new(), remarks: lock.remarks.of("") };
    writer.line("version", "", &format!("version = {VERSION}"));
    let mut contracts: Vec<_> = lock.contracts.iter().map(|one| (&one.contract, one.budget)).collect();
    contracts.sort_by_key(|(one, _)| (one.format, one.name.as_str(), one.rules.when.as_deref()));
    let same = |one: &Contract, other: Option<&(&Contract, usize)>| {
        other.is_some_and(|(other, _)| (other.format, &other.name) == (one.format, &one.name))
    };
    for (index, (contract, budget)) in contracts.iter().enumerate() {
        let namesake = same(contract, contracts.get(index + 1))
            || same(contract, index.checked_sub(1).and_then(|before| contracts.get(before)));
        writer.contract(contract, *budget, namesake);
    }
    let mut by_hand: Vec<_> = lock.by_hand.iter().collect();
    by_hand.sort_by_key(|vouched| vouched.name.as_str());
    for vouched in by_hand {
        let Vouched { name, sha256, why, note, line: _ } = vouched;
        let mut pairs = Pairs::default();
        let texts = [("sha256", Some(sha256)), ("why", Some(why)), ("note", note.as_ref())];
        texts.into_iter().for_each(|(key, value)| pairs.text(key, value.map(String::as_str)));
        let heading = heading(BY_HAND, name);
        writer.table(&heading, &heading, &pairs);
    }
    writer.end()
}

struct Writer<'a> {
    lock: &'a Lock,
    text: String,
    /// The comments of the table that is being written.
    remarks: Option<&'a HashMap<String, Remark>>,
}

impl Writer<'_> {
    /// A line with its comments; those above it may be further to the right than the line itself.
    fn line(&mut self, name: &str, indent: &str, line: &str) {
        let remark = self.remarks.and_then(|remarks| remarks.get(name));
        for above in remark.iter().flat_map(|remark| &remark.above) {
            if !above.is_empty() {
                self.text.extend([indent, above]);
            }
            self.text.push('\n');
        }
        // What stands above the end of a list stands in the list.
        self.text.extend([if line == "]" { "" } else { indent }, line]);
        if let Some(behind) = remark.map(|remark| &remark.behind).filter(|behind| !behind.is_empty()) {
            self.text.extend([" ", behind]);
        }
        self.text.push('\n');
    }

    fn table(&mut self, heading: &str, identity: &str, pairs: &Pairs) {
        self.remarks = self.lock.remarks.of(identity);
        self.text.push('\n');
        self.line("[", "", &format!("[{heading}]"));
        for (key, value) in &pairs.0 {
            self.line(key, "", &format!("{key} = {value}"));
        }
    }

    /// A contract; `namesake` if another one has the same name.
    fn contract(&mut self, contract: &Contract, budget: usize, namesake: bool) {
        let mut name = contract.name.clone();
        if let Some(condition) = contract.rules.when.as_deref().map(condition)
            && (namesake || name.ends_with(&condition))
        {
            name.push_str(&condition);
        }
        let heading = heading(contract.format.as_str(), &name);
        self.table(&heading, &identity(contract), &whole(contract, budget));
        for (list, rows) in rows(contract) {
            if rows.is_empty() {
                continue;
            }
            // Few tables have comments; the names of their lines are needed for nothing else.
            let names = if self.remarks.is_some() { names(list, &rows) } else { Vec::new() };
            self.line(list, "", &format!("{list} = ["));
            for (index, row) in rows.iter().enumerate() {
                let name = names.get(index).map_or("", String::as_str);
                let pairs = match row {
                    Row::Variant(variant) => of_variant(variant),
                    Row::Field(variant, field) => of_field(*variant, field),
                };
                let pairs: Vec<String> =
                    pairs.0.iter().map(|(key, value)| format!("{key} = {value}")).collect();
                self.line(name, "    ", &format!("{{ {} }},", pairs.join(", ")));
            }
            self.line(&format!("{list}]"), "    ", "]");
        }
    }

    fn end(mut self) -> String {
        let remark = self.lock.remarks.of("").and_then(|remarks| remarks.get("end"));
        let lines: Vec<&str> = remark.iter().flat_map(|remark| &remark.above).map(String::as_str).collect();
        if !lines.is_empty() {
            self.text.extend(["\n", lines.join("\n").trim_end(), "\n"]);
        }
        self.text
    }
}

/// What holds for the whole of a contract. Taken apart, here and below, so that no part of the model can be
/// forgotten.
fn whole(contract: &Contract, budget: usize) -> Pairs {
    let Contract { name: _, format: _, kind, rules, fields: _, variants: _, file: _, line: _ } = contract;
    let Rules {
        reads,
        writes,
        tagging,
        name,
        closed,
        default,
        reads_as,
        writes_as,
        remote,
        generics,
        when,
        reserved,
        constraints,
    } = rules;
    let mut pairs = Pairs::default();
    pairs.text("kind", Some(kind.as_str()));
    pairs.put("budget", budget.to_string());
    pairs.text("direction", direction(*reads, *writes));
    match tagging {
        Tagging::External => {}
        Tagging::Internal { tag } => pairs.text("tag", Some(tag)),
        Tagging::Adjacent { tag, content } => {
            pairs.text("tag", Some(tag));
            pairs.text("content", Some(content));
        }
        Tagging::Untagged => pairs.flag("untagged", true, false),
    }
    pairs.text("wire_name", name.as_deref());
    pairs.flag("closed", *closed, false);
    pairs.flag("default", *default, false);
    pairs.text("reads_as", reads_as.as_deref());
    pairs.text("writes_as", writes_as.as_deref());
    pairs.text("remote", remote.as_deref());
    pairs.text("generics", Some(generics.as_str()).filter(|generics| !generics.is_empty()));
    pairs.text("when", when.as_deref());
    pairs.list("reserved", reserved);
    pairs.list("constraints", constraints);
    pairs
}

/// Whether it is read or written, where it is not both.
pub(super) fn direction(reads: bool, writes: bool) -> Option<&'static str> {
    match (reads, writes) {
        (true, true) => None,
        (true, false) => Some("reads"),
        (false, true) => Some("writes"),
        (false, false) => Some("none"),
    }
}

fn of_field(variant: Option<&Variant>, field: &Field) -> Pairs {
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
    } = field;
    let mut pairs = Pairs::default();
    pairs.text("variant", variant.map(|variant| variant.name.as_str()));
    pairs.text("name", Some(name));
    pairs.text("type", Some(ty));
    pairs.text("presence", Some(presence.as_str()).filter(|_| *presence != Presence::Required));
    pairs.text("written", Some(written.as_str()).filter(|_| *written != Written::Always));
    pairs.flag("read", *read, true);
    pairs.text("read_name", read_name.as_deref());
    pairs.list("aliases", aliases);
    pairs.flag("flatten", *flatten, false);
    if write_with == read_with {
        pairs.text("with", write_with.as_deref());
    } else {
        pairs.text("write_with", write_with.as_deref());
        pairs.text("read_with", read_with.as_deref());
    }
    pairs.number("number", *number);
    pairs.text("oneof", oneof.as_deref());
    pairs.text("when", when.as_deref());
    pairs
}

fn of_variant(variant: &Variant) -> Pairs {
    let Variant {
        name,
        read_name,
        aliases,
        kind,
        fields: _,
        read,
        written,
        other,
        untagged,
        with,
        number,
        when,
        line: _,
    } = variant;
    let mut pairs = Pairs::default();
    pairs.text("variant", Some(name));
    pairs.text("kind", Some(kind.as_str()).filter(|_| *kind != Kind::Unit));
    pairs.flag("read", *read, true);
    pairs.flag("written", *written, true);
    pairs.text("read_name", read_name.as_deref());
    pairs.list("aliases", aliases);
    pairs.flag("other", *other, false);
    pairs.flag("untagged", *untagged, false);
    pairs.text("with", with.as_deref());
    pairs.number("number", *number);
    pairs.text("when", when.as_deref());
    pairs
}
