//! What every lockfile is to say, worked out before anything is written.

use std::collections::HashMap;

use super::names::{self, Named, resolve};
use super::{Done, Outcome, Wrote};
use crate::diagnostics::shown;
use crate::error::{Error, Result};
use crate::evidence::budgets::{Budget, BudgetFacts, ByHand, PackageFacts};
use crate::evidence::contracts::{Contract, Format};
use crate::gates::field_budgets::lock::{self, Lock, MAX_BUDGET, Vouched};
use crate::toml_file::with_line_ends_of;

/// A new text of a lockfile, if it needs one, and what is to be told of it.
pub(super) type Planned = (Option<String>, Done);

/// Budgets by what they are for, in one package.
pub(super) type Budgets = HashMap<(Format, String), usize>;

/// All that is known before anything is written.
pub(super) struct Plan<'a> {
    pub(super) facts: &'a BudgetFacts,
    /// Text and content of each package's lockfile.
    pub(super) locks: &'a [Option<(String, Lock)>],
    /// For each contract of each package the locked one that it was: package and place.
    pub(super) partners: &'a [Vec<Option<(usize, usize)>>],
    /// Which packages are locked anew.
    pub(super) selected: &'a [bool],
    pub(super) default_budget: usize,
}

impl Plan<'_> {
    fn chosen(&self) -> impl Iterator<Item = (usize, &PackageFacts)> {
        self.facts.packages.iter().enumerate().filter(|(index, _)| self.selected[*index])
    }

    /// The types of the chosen packages that are to be vouched for: package and name.
    pub(super) fn by_hand(&self, wanted: &[String]) -> Result<Vec<(usize, String)>> {
        let types = self.chosen().flat_map(|(index, package)| {
            package.unreadable.iter().map(move |one| Named::new(index, package, Format::Serde, &one.name))
        });
        let types: Vec<Named<'_>> = types.collect();
        let readable = self.chosen().flat_map(|(index, package)| {
            package.contracts.iter().map(move |one| Named::new(index, package, one.format, &one.name))
        });
        let readable: Vec<Named<'_>> = readable.collect();
        let mut found = Vec::new();
        for text in wanted {
            match resolve(text, &types, "type that cannot be read from source") {
                Ok(named) => found.push((named.package, named.name.to_owned())),
                Err(_) if resolve(text, &readable, "").is_ok() => {
                    return Err(Error::usage(format!(
                        "--by-hand {}: it can be read from source",
                        shown(text)
                    ))
                    .help("leave it out: it is locked with the others"));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    /// The budgets that were given, by package.
    pub(super) fn budgets(&self, wanted: &[String]) -> Result<HashMap<usize, Budgets>> {
        let mut named = Vec::new();
        let mut unlocked = Vec::new();
        for (index, package) in self.facts.packages.iter().enumerate() {
            let of = |one| Named::of(index, package, one);
            if self.selected[index] {
                named.extend(package.contracts.iter().map(of));
            } else {
                let locked = self.locks[index].iter().flat_map(|(_, lock)| &lock.contracts);
                named.extend(locked.map(|locked| of(&locked.contract)));
                unlocked.extend(package.contracts.iter().map(of));
            }
        }
        let mut budgets: HashMap<usize, Budgets> = HashMap::new();
        for text in wanted {
            let (name, budget) = names::budget(text)?;
            let found = match resolve(name, &named, "contract") {
                Ok(found) => found,
                Err(_) if resolve(name, &unlocked, "").is_ok() => {
                    return Err(Error::usage(format!("--budget {}: it is not locked yet", shown(text)))
                        .help("add --lock, or lock it first"));
                }
                Err(error) => return Err(error),
            };
            let of_package = budgets.entry(found.package).or_default();
            if of_package
                .insert((found.format, found.name.to_owned()), budget)
                .is_some_and(|old| old != budget)
            {
                return Err(Error::usage(format!("{} is given two budgets", shown(found.name)))
                    .help("leave one of them out"));
            }
        }
        Ok(budgets)
    }

    /// What stands in the way of locking, if anything does.
    pub(super) fn obstacles(&self, by_hand: &[(usize, String)]) -> Option<Outcome> {
        let mut problems = self.facts.problems.clone();
        let mut unreadable = Vec::new();
        for (index, package) in self.chosen() {
            problems.extend(package.problems.iter().cloned());
            let open = package.unreadable.iter().filter(|one| {
                one.by_hand != ByHand::Locked
                    && !by_hand.iter().any(|(at, name)| *at == index && *name == one.name)
            });
            unreadable.extend(open.map(|one| (package.package.clone(), one.clone())));
        }
        let any = !problems.is_empty() || !unreadable.is_empty();
        any.then_some(Outcome::HeldUp { problems, unreadable })
    }

    /// The budget of a contract until now, and the locked contract that it was, in whatever package.
    fn before(&self, package: usize, contract: usize) -> (Option<usize>, Option<&Contract>) {
        let partner = self.partners.get(package).and_then(|partners| *partners.get(contract)?);
        let locked = partner.and_then(|(from, at)| self.locks.get(from)?.as_ref()?.1.contracts.get(at));
        locked.map(|locked| (locked.budget, &locked.contract)).unzip()
    }

    /// The lockfile of a package as its sources are.
    pub(super) fn anew(
        &self,
        index: usize,
        budgets: Option<&Budgets>,
        by_hand: &[(usize, String)],
    ) -> Result<Planned> {
        let package = &self.facts.packages[index];
        let old = self.locks[index].as_ref();
        let mut done = done(package, package.contracts.len());
        let mut contracts = Vec::with_capacity(package.contracts.len());
        for (at, contract) in package.contracts.iter().enumerate() {
            let (before, from) = self.before(index, at);
            let given = budgets.and_then(|budgets| budgets.get(&(contract.format, contract.name.clone())));
            let budget = given.copied().or(before).unwrap_or(self.default_budget).clamp(1, MAX_BUDGET);
            if given.is_some() && before != Some(budget) {
                done.budgets.push((contract.name.clone(), before, budget));
            }
            exceeds(&mut done, contract, budget);
            contracts.push((contract.clone(), budget, from));
        }
        let known: HashMap<&str, &Vouched> =
            old.iter().flat_map(|(_, lock)| &lock.by_hand).map(|one| (one.name.as_str(), one)).collect();
        let mut vouched = Vec::new();
        for one in &package.unreadable {
            let before = known.get(one.name.as_str());
            if one.by_hand != ByHand::Locked
                && by_hand.iter().any(|(at, name)| *at == index && *name == one.name)
            {
                done.vouched.push(one.name.clone());
            }
            vouched.push(Vouched {
                name: one.name.clone(),
                sha256: one.sha256.clone(),
                why: one.why.clone(),
                note: before.and_then(|before| before.note.clone()),
                line: 0,
            });
        }
        let none = Lock::default();
        let lock = old.map_or(&none, |(_, lock)| lock).renewed(contracts, vouched);
        let text = lock::render(&lock);
        done.drift.clone_from(&package.drift);
        let text = match old {
            // What is only written in another way is the same, and left as it is.
            Some((_, before)) if lock::render(before) == text => return Ok((None, done)),
            Some((before, _)) => with_line_ends_of(before, text),
            None => text,
        };
        done.wrote = if old.is_some() { Wrote::Anew } else { Wrote::First };
        lock::check(&text, &package.lockfile)?;
        Ok((Some(text), done))
    }

    /// The lockfile of a package with other budgets, and not a byte else changed.
    pub(super) fn budgets_alone(&self, index: usize, budgets: &Budgets) -> Result<Planned> {
        let package = &self.facts.packages[index];
        let Some((old, lock)) = &self.locks[index] else {
            return Ok((None, done(package, 0)));
        };
        let mut done = done(package, lock.contracts.len());
        let mut text = old.clone();
        // From the end: what was not changed yet stays where it is.
        let mut locked: Vec<_> = lock.contracts.iter().collect();
        locked.sort_by_key(|locked| std::cmp::Reverse(locked.line));
        for locked in locked {
            let Contract { format, name, .. } = &locked.contract;
            let Some(&budget) = budgets.get(&(*format, name.clone())) else { continue };
            if budget != locked.budget {
                text = lock::with_budget(&text, locked, budget);
                done.budgets.push((name.clone(), Some(locked.budget), budget));
            }
            if let Some(contract) =
                package.contracts.iter().find(|one| (one.format, &one.name) == (*format, name))
            {
                exceeds(&mut done, contract, budget);
            }
        }
        if text == *old {
            return Ok((None, done));
        }
        done.wrote = Wrote::Anew;
        lock::check(&text, &package.lockfile)?;
        Ok((Some(text), done))
    }
}

pub(super) fn done(package: &PackageFacts, contracts: usize) -> Done {
    Done {
        package: package.package.clone(),
        lockfile: package.lockfile.clone(),
        wrote: Wrote::Nothing,
        contracts,
        drift: Vec::new(),
        vouched: Vec::new(),
        budgets: Vec::new(),
        exceeded: Vec::new(),
    }
}

fn exceeds(done: &mut Done, contract: &Contract, budget: usize) {
    let used = contract.used();
    if used > budget {
        let (format, contract) = (contract.format, contract.name.clone());
        done.exceeded.push(Budget { format, contract, used, budget, line: 0 });
    }
}
