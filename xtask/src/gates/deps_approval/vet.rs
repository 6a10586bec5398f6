//! Reads a cargo-vet store as a source of approvals, as far as it can be read rightly without
//! cargo-vet: full audits, exemptions and chains of deltas for the built-in criterion
//! `safe-to-deploy`. Everything else (custom criteria, trusted publishers, wildcard audits, policies)
//! approves nothing, and is said. The format: <https://mozilla.github.io/cargo-vet/config.html>.

use std::collections::BTreeSet;
use std::path::Path;

use toml_edit::{Document, Item, Table, TableLike};

use super::text::clean;
use crate::evidence::deps::{Component, Source, VetDelta, VetFull, VetStore};

const FOLDER: &str = "supply-chain";
const CRITERION: &str = "safe-to-deploy";
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// Reads what the store says of these components.
pub(super) fn load(root: &Path, components: &[Component]) -> VetStore {
    let mut store = VetStore::default();
    let file = |name: &str, store: &mut VetStore, needed: bool| read(root, name, store, needed);
    let config = file("config.toml", &mut store, true).unwrap_or_default();
    let audits = file("audits.toml", &mut store, true).unwrap_or_default();
    // Without imports there need be no lock of them.
    let needs_lock = config.get("imports").and_then(Item::as_table_like).is_some_and(|t| !t.is_empty());
    let imports = file("imports.lock", &mut store, needs_lock).unwrap_or_default();
    read_store(&config, &audits, &imports, components, &mut store);
    store
}

fn read(root: &Path, name: &str, store: &mut VetStore, needed: bool) -> Option<Table> {
    let shown = format!("{FOLDER}/{name}");
    let path = root.join(FOLDER).join(name);
    // Asked before it is opened: opening a named pipe would wait for a writer.
    let problem = match std::fs::metadata(&path) {
        Ok(metadata) if !metadata.is_file() => Some("not a file".to_owned()),
        Ok(metadata) if metadata.len() > MAX_BYTES => Some(format!("larger than {MAX_BYTES} bytes")),
        _ => None,
    };
    if let Some(problem) = problem {
        store.problems.push(format!("{shown}: {problem}"));
        return None;
    }
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !needed => return None,
        Err(error) => {
            store.problems.push(format!("{shown}: {error}"));
            return None;
        }
    };
    match Document::parse(text) {
        Ok(document) => Some(document.into_table()),
        Err(error) => {
            store.problems.push(clean(&format!("{shown}: {}", error.message())));
            None
        }
    }
}

fn read_store(
    config: &Table,
    audits: &Table,
    imports: &Table,
    components: &[Component],
    store: &mut VetStore,
) {
    let names: BTreeSet<&str> = components.iter().map(|component| component.name.as_str()).collect();
    entries(config.get("exemptions"), "exemptions", &names, store, |name, entry, store| {
        let version = entry.get("version").and_then(Item::as_str);
        match version {
            Some(version) if is_criterion(entry) => full(store, name, version, "exemption"),
            Some(_) => ignore(store, name, "an exemption for other criteria"),
            None => malformed(store, name, "an exemption without a version"),
        }
    });
    entries(audits.get("audits"), "audits", &names, store, |name, entry, store| {
        audit(name, entry, "audit", store);
    });
    let peers = imports.get("audits").and_then(Item::as_table_like);
    for (peer, list) in peers.into_iter().flat_map(TableLike::iter) {
        let configured = config.get("imports").and_then(|imports| imports.get(peer));
        let Some(configured) = configured else {
            store.ignored.push(clean(&format!("imports of {peer}, which config.toml does not import")));
            continue;
        };
        // A mapping may give the peer's words another meaning than ours.
        if configured.get("criteria-map").is_some() {
            store.ignored.push(clean(&format!("imports of {peer}, whose criteria are mapped")));
            continue;
        }
        let excluded = |name: &str| {
            let list = configured.get("exclude").and_then(Item::as_array);
            list.is_some_and(|list| list.iter().any(|one| one.as_str() == Some(name)))
        };
        let origin = clean(&format!("audit by {peer}"));
        entries(list.get("audits"), "imported audits", &names, store, |name, entry, store| {
            if !excluded(name) {
                audit(name, entry, &origin, store);
            }
        });
    }
    for (table, key) in [(audits, "trusted"), (audits, "wildcard-audits"), (config, "policy")] {
        if table.get(key).is_some() {
            store.ignored.push(format!("`{key}`: not understood by this tool"));
        }
    }
    store.violations.sort();
    store.violations.dedup();
    store.ignored.sort();
    store.ignored.dedup();
}

/// Hands on every entry of `TABLE.NAME = [...]` whose name is one of the components'.
fn entries(
    item: Option<&Item>,
    what: &str,
    names: &BTreeSet<&str>,
    store: &mut VetStore,
    mut each: impl FnMut(&str, &dyn TableLike, &mut VetStore),
) {
    let Some(item) = item else { return };
    let Some(table) = item.as_table_like() else {
        store.problems.push(format!("`{what}` is no table"));
        return;
    };
    for (name, list) in table.iter().filter(|(name, _)| names.contains(name)) {
        if let Some(list) = list.as_array_of_tables() {
            list.iter().for_each(|entry| each(name, entry, store));
        } else if let Some(list) = list.as_array() {
            for entry in list {
                match entry.as_inline_table() {
                    Some(entry) => each(name, entry, store),
                    None => malformed(store, name, "an entry that is no table"),
                }
            }
        } else {
            malformed(store, name, "entries that are no list");
        }
    }
}

fn audit(name: &str, entry: &dyn TableLike, origin: &str, store: &mut VetStore) {
    let text = |key: &str| entry.get(key).and_then(Item::as_str);
    if entry.contains_key("violation") {
        // Whatever versions it names: a person has to look at this, so none of them counts as vetted.
        store.violations.push(name.to_owned());
    } else if !is_criterion(entry) {
        ignore(store, name, "an audit for other criteria");
    } else if let Some(version) = text("version") {
        full(store, name, version, origin);
    } else if let Some((from, to)) = text("delta").and_then(|delta| delta.split_once("->")) {
        let (from, to) = (from.trim().to_owned(), to.trim().to_owned());
        store.deltas.push(VetDelta { name: name.to_owned(), from, to });
    } else {
        malformed(store, name, "an audit without version, delta or violation");
    }
}

fn is_criterion(entry: &dyn TableLike) -> bool {
    match entry.get("criteria") {
        Some(item) => match (item.as_str(), item.as_array()) {
            (Some(one), _) => one == CRITERION,
            (_, Some(list)) => list.iter().any(|one| one.as_str() == Some(CRITERION)),
            _ => false,
        },
        None => false,
    }
}

fn full(store: &mut VetStore, name: &str, version: &str, origin: &str) {
    let (name, version, origin) = (name.to_owned(), version.to_owned(), origin.to_owned());
    store.full.push(VetFull { name, version, origin });
}

fn ignore(store: &mut VetStore, name: &str, what: &str) {
    store.ignored.push(format!("{name}: {what}"));
}

fn malformed(store: &mut VetStore, name: &str, what: &str) {
    store.problems.push(format!("{name}: {what}"));
}

/// Whether the store vouches for a component, and how. Only for packages of the default registry:
/// there, a name and a version stand for one content.
pub(super) fn vouches(store: &VetStore, component: &Component) -> Option<String> {
    let default = Source::Registry { url: super::sources::CRATES_IO.into() };
    if component.source != default || store.violations.contains(&component.name) {
        return None;
    }
    let direct =
        store.full.iter().find(|full| full.name == component.name && full.version == component.version);
    if let Some(full) = direct {
        return Some(full.origin.clone());
    }
    let deltas: Vec<&VetDelta> = store.deltas.iter().filter(|delta| delta.name == component.name).collect();
    let mut reached: BTreeSet<&str> = BTreeSet::from([component.version.as_str()]);
    let mut pending = vec![component.version.as_str()];
    while let Some(version) = pending.pop() {
        for delta in deltas.iter().filter(|delta| delta.to == version) {
            if let Some(full) =
                store.full.iter().find(|f| f.name == component.name && f.version == delta.from)
            {
                return Some(format!("{} of {} and audited changes since", full.origin, full.version));
            }
            if reached.insert(&delta.from) {
                pending.push(&delta.from);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use toml_edit::{Document, Table};

    use super::{read_store, vouches};
    use crate::evidence::deps::{Component, Scope, Source, VetStore};

    fn component(name: &str, version: &str) -> Component {
        Component {
            name: name.into(),
            version: version.into(),
            source: Source::Registry { url: "crates-io".into() },
            checksum: None,
            license: None,
            license_file: false,
            scope: Scope::Required,
            pulled_in_by: Vec::new(),
            purl: String::new(),
            read_from: None,
        }
    }

    fn table(text: &str) -> Table {
        Document::parse(text.to_owned()).unwrap().into_table()
    }

    fn store(config: &str, audits: &str, imports: &str) -> VetStore {
        let components = ["a", "b", "c", "d", "e", "f"].map(|name| component(name, "1.0.0"));
        let mut store = VetStore::default();
        read_store(&table(config), &table(audits), &table(imports), &components, &mut store);
        store
    }

    #[test]
    fn only_what_is_understood_vouches() {
        let config = "[imports.peer]\nurl = \"u\"\n[imports.mapped]\nurl = \"u\"\n[[imports.mapped.criteria-map]]\n\
            x = \"y\"\n[[exemptions.a]]\nversion = \"1.0.0\"\ncriteria = \"safe-to-deploy\"\n\
            [[exemptions.b]]\nversion = \"1.0.0\"\ncriteria = \"safe-to-run\"\n";
        let audits = "[[audits.c]]\ncriteria = [\"x\", \"safe-to-deploy\"]\nversion = \"0.8.0\"\n\
            [[audits.c]]\ncriteria = \"safe-to-deploy\"\ndelta = \"0.8.0 -> 0.9.0\"\n\
            [[audits.c]]\ncriteria = \"safe-to-deploy\"\ndelta = \"0.9.0 -> 1.0.0\"\n\
            [[audits.f]]\ncriteria = \"safe-to-deploy\"\nversion = \"1.0.0\"\n\
            [[audits.f]]\ncriteria = \"safe-to-deploy\"\nviolation = \"<0.5\"\n\
            [[trusted.b]]\ncriteria = \"safe-to-deploy\"\n";
        let imports = "[[audits.peer.audits.d]]\ncriteria = \"safe-to-deploy\"\nversion = \"1.0.0\"\n\
            [[audits.stranger.audits.e]]\ncriteria = \"safe-to-deploy\"\nversion = \"1.0.0\"\n\
            [[audits.mapped.audits.e]]\ncriteria = \"safe-to-deploy\"\nversion = \"1.0.0\"\n";
        let store = store(config, audits, imports);
        let says = |name: &str, version: &str| vouches(&store, &component(name, version));
        assert_eq!(says("a", "1.0.0").as_deref(), Some("exemption"));
        assert_eq!(says("a", "1.0.1"), None, "another version");
        assert_eq!(says("b", "1.0.0"), None, "other criteria");
        assert_eq!(says("c", "1.0.0").as_deref(), Some("audit of 0.8.0 and audited changes since"));
        assert_eq!(says("c", "1.1.0"), None, "no delta leads there");
        assert_eq!(says("d", "1.0.0").as_deref(), Some("audit by peer"));
        assert_eq!(says("e", "1.0.0"), None, "not imported, or mapped");
        assert_eq!(says("f", "1.0.0"), None, "a violation");
        let git = Source::Git { url: "https://example.com/a".into(), revision: "1".into() };
        assert_eq!(vouches(&store, &Component { source: git, ..component("a", "1.0.0") }), None, "from git");
        assert!(store.problems.is_empty());
        assert_eq!(store.ignored.len(), 4, "{:#?}", store.ignored);
    }

    #[test]
    fn malformed_entries_are_problems() {
        for audits in [
            "audits = 3",
            "[audits]\na = 3",
            "[audits]\na = [3]",
            "[[audits.a]]\ncriteria = \"safe-to-deploy\"",
        ] {
            assert_eq!(store("", audits, "").problems.len(), 1, "{audits}");
        }
    }

    #[test]
    fn deltas_in_a_circle_end() {
        let audits = "[[audits.a]]\ncriteria = \"safe-to-deploy\"\ndelta = \"1.0.0 -> 2.0.0\"\n\
            [[audits.a]]\ncriteria = \"safe-to-deploy\"\ndelta = \"2.0.0 -> 1.0.0\"\n";
        assert_eq!(vouches(&store("", audits, ""), &component("a", "1.0.0")), None);
    }
}
