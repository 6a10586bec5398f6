//! Which locked contract is which of the sources, also where it moved to another module or package.

use std::collections::{HashMap, HashSet};

use crate::diagnostics::shown;
use crate::evidence::budgets::{Change, Drift};
use crate::evidence::contracts::{Contract, Format, Kind};

use super::Side;
use super::known;
use super::pairs::Pairs;
use super::told::Telling;
use super::verdict::{depends, yes, yes_but};

/// A contract: its package and its place there.
pub(super) type At = (usize, usize);

/// Who is whom, over all packages.
pub(super) struct Partners {
    /// For each current contract the locked one.
    pub of_new: Vec<Vec<Option<At>>>,
    /// For each locked contract whether it has a partner.
    pub of_old: Vec<Vec<bool>>,
}

/// From sure to likely: within the package; by the last name; by an equal shape.
const PASSES: [(bool, bool, bool); 6] = [
    (true, true, true),
    (true, true, false),
    (false, true, true),
    (false, true, false),
    (true, false, true),
    (false, false, true),
];

/// Pairs by name within a package; then what moved: the same last name and the same or nearly the same
/// shape, or an equal shape. What fits is found once on both sides, or it is no pair.
pub(super) fn pair(packages: &[Side<'_>]) -> Partners {
    let mut partners = Partners { of_new: Vec::new(), of_old: Vec::new() };
    let (mut olds, mut news) = (Vec::new(), Vec::new());
    for (package, side) in packages.iter().enumerate() {
        let locked = side.locked.unwrap_or_default();
        // Without a lockfile nothing is known to have moved here.
        let current = if side.locked.is_some() { side.current } else { &[] };
        let mut pairs = Pairs::new(locked, current);
        let whole = |one: &'_ Contract| Some((one.format, one.name.clone(), one.rules.when.clone()));
        pairs.by(whole, whole);
        let named = |one: &'_ Contract| Some((one.format, one.name.clone()));
        pairs.by(named, named);
        let mut of_new: Vec<Option<At>> = pairs.of_new().map(|old| Some((package, old?))).collect();
        of_new.resize(side.current.len(), None);
        partners.of_new.push(of_new);
        partners.of_old.push(pairs.of_old().map(|new| new.is_some()).collect());
        let loose = |list: &mut Vec<Loose>, contracts: &[Contract], places: Vec<usize>| {
            list.extend(places.into_iter().map(|at| Loose::new((package, at), &contracts[at])));
        };
        loose(&mut olds, locked, pairs.gone());
        loose(&mut news, current, pairs.added());
    }
    for (here, named, equal) in PASSES {
        for (old, new) in found_once(&olds, &news, |loose| loose.key(here, named, equal)) {
            let (Some(old), Some(new)) = (olds.get_mut(old), news.get_mut(new)) else { continue };
            if equal || old.similar(new) {
                partners.of_new[new.at.0][new.at.1] = Some(old.at);
                partners.of_old[old.at.0][old.at.1] = true;
                (old.free, new.free) = (false, false);
            }
        }
    }
    partners
}

/// A contract without a partner of its name.
struct Loose {
    at: At,
    format: Format,
    kind: Kind,
    last: String,
    /// The names of its fields and variants, or their types where they have none.
    parts: HashSet<String>,
    /// All that is compared, as text.
    shape: String,
    free: bool,
}

type Key = (Option<usize>, Format, &'static str, Option<String>, Option<String>);

impl Loose {
    fn new(at: At, contract: &Contract) -> Self {
        let mut shape = Contract { name: String::new(), file: String::new(), line: 0, ..contract.clone() };
        // The name in the tag of a struct moves with it.
        shape.rules.name = None;
        shape.fields.iter_mut().for_each(|field| field.line = 0);
        for variant in &mut shape.variants {
            variant.line = 0;
            variant.fields.iter_mut().for_each(|field| field.line = 0);
        }
        let by_place = matches!(contract.kind, Kind::Tuple | Kind::Newtype);
        let fields = contract.fields.iter().map(|field| if by_place { &field.ty } else { &field.name });
        let parts = fields.chain(contract.variants.iter().map(|variant| &variant.name)).cloned().collect();
        let (format, kind, last) = (contract.format, contract.kind, last(contract).to_owned());
        Loose { at, format, kind, last, parts, shape: format!("{shape:?}"), free: true }
    }

    fn key(&self, here: bool, named: bool, equal: bool) -> Option<Key> {
        // Of contracts with hardly anything in them there are many alike.
        let telling = named || self.parts.len() > 1;
        let name = named.then(|| self.last.clone());
        let shape = equal.then(|| self.shape.clone());
        (self.free && telling)
            .then(|| (here.then_some(self.at.0), self.format, self.kind.as_str(), name, shape))
    }

    /// Whether at least half of the parts are the same.
    fn similar(&self, other: &Loose) -> bool {
        let common = self.parts.intersection(&other.parts).count();
        2 * common >= self.parts.len().max(other.parts.len())
    }
}

/// The name without what says where it is.
fn last(contract: &Contract) -> &str {
    let separator = match contract.format {
        Format::Serde => return known::last(&contract.name),
        Format::JsonSchema => '/',
        Format::Protobuf => '.',
        Format::Graphql => return &contract.name,
    };
    contract.name.rsplit(separator).next().unwrap_or_default()
}

/// The pairs whose key is found once on both sides.
fn found_once(olds: &[Loose], news: &[Loose], key: impl Fn(&Loose) -> Option<Key>) -> Vec<(usize, usize)> {
    let mut groups: HashMap<Key, [Vec<usize>; 2]> = HashMap::new();
    for (side, list) in [olds, news].into_iter().enumerate() {
        for (at, loose) in list.iter().enumerate() {
            if let Some(key) = key(loose) {
                groups.entry(key).or_default()[side].push(at);
            }
        }
    }
    let once = groups.into_values().filter_map(|[olds, news]| match (olds.as_slice(), news.as_slice()) {
        ([old], [new]) => Some((*old, *new)),
        _ => None,
    });
    once.collect()
}

/// That a contract has another name now, or comes from another package.
pub(super) fn told(package: Option<&str>, old: &Contract, new: &Contract) -> Option<Drift> {
    if package.is_none() && old.name == new.name {
        return None;
    }
    let from = match package {
        Some("") => " of the workspace".to_owned(),
        Some(package) => format!(" in package {}", shown(package)),
        None => String::new(),
    };
    let verdict = || match new.format {
        Format::Serde | Format::JsonSchema => yes(),
        Format::Protobuf => yes_but("not in `Any`, and not as a service's type"),
        Format::Graphql => depends("queries that name the type"),
    };
    let mut telling = Telling::of(new);
    telling.push(Change::Moved, format!("moved: was {}{from}", shown(&old.name)), (verdict(), verdict()), 0);
    telling.drift().pop()
}
