//! What people type: names of packages, of contracts, and budgets.

use crate::diagnostics::{nearest, shown};
use crate::error::{Error, Result};
use crate::evidence::budgets::PackageFacts;
use crate::evidence::contracts::{Contract, Format};

use crate::gates::field_budgets::lock::MAX_BUDGET;

/// What people call the package without a name: what lies outside of every member.
const WORKSPACE: &str = "workspace";

/// The name by which people know a package.
pub(crate) fn of_package(name: &str) -> &str {
    if name.is_empty() { WORKSPACE } else { name }
}

/// Which packages are named: all of them, if none is.
pub(super) fn packages(packages: &[PackageFacts], wanted: &[String]) -> Result<Vec<bool>> {
    let name = |package: &PackageFacts| of_package(&package.package).to_owned();
    for text in wanted {
        if !packages.iter().any(|package| name(package) == *text) {
            let names: Vec<String> = packages.iter().map(name).collect();
            let help = match nearest(text, names.iter().map(String::as_str)) {
                Some(near) => format!("did you mean {}?", shown(near)),
                None => "`cargo xtask field-budgets --all` lists them".to_owned(),
            };
            return Err(Error::usage(format!("there is no package {}", shown(text))).help(help));
        }
    }
    Ok(packages.iter().map(|package| wanted.is_empty() || wanted.contains(&name(package))).collect())
}

/// A contract or a type that can be named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Named<'a> {
    /// The package's place among the facts.
    pub(super) package: usize,
    of: &'a str,
    pub(super) format: Format,
    pub(super) name: &'a str,
}

impl<'a> Named<'a> {
    pub(super) fn new(package: usize, facts: &'a PackageFacts, format: Format, name: &'a str) -> Self {
        Named { package, of: of_package(&facts.package), format, name }
    }

    pub(super) fn of(package: usize, facts: &'a PackageFacts, contract: &'a Contract) -> Self {
        Named::new(package, facts, contract.format, &contract.name)
    }

    /// What stands behind the last separator of its format.
    fn last(&self) -> &'a str {
        let between = match self.format {
            Format::Serde => "::",
            Format::Protobuf => ".",
            Format::JsonSchema | Format::Graphql => "/",
        };
        self.name.rsplit(between).next().unwrap_or(self.name)
    }

    /// With all that may stand before it: no other has the same.
    fn full(&self) -> String {
        format!("{}:{}:{}", self.of, self.format.as_str(), self.name)
    }
}

/// The one that is meant: by its name, or by the last part of it where only one has that; with `PACKAGE:`
/// or `FORMAT:` before it, if need be both.
///
/// # Errors
/// A usage error if it is none, with the nearest, or several.
pub(super) fn resolve<'a>(text: &str, all: &[Named<'a>], what: &str) -> Result<Named<'a>> {
    let mut before = Vec::new();
    let mut name = text;
    // `a::b` is a name, `a:b` is not.
    while let Some((first, rest)) = name.split_once(':').filter(|(_, rest)| !rest.starts_with(':')) {
        before.push(first);
        name = rest;
    }
    let fits = |one: &&Named<'a>| before.iter().all(|word| [one.of, one.format.as_str()].contains(word));
    let find = |own: fn(&Named<'a>) -> &'a str| {
        let mut found: Vec<Named<'a>> =
            all.iter().filter(fits).filter(|one| own(one) == name).copied().collect();
        // Namesakes under different conditions are one.
        found.dedup();
        found
    };
    let mut found = find(|one| one.name);
    if found.is_empty() {
        found = find(Named::last);
    }
    match found.as_slice() {
        [one] => Ok(*one),
        [] => {
            let near = nearest(name, all.iter().flat_map(|one| [one.name, one.last()]));
            let near = all.iter().find(|one| near.is_some_and(|near| [one.name, one.last()].contains(&near)));
            let help = match near {
                Some(near) if before.is_empty() => format!("did you mean {}?", shown(near.name)),
                Some(near) => format!("did you mean {}?", shown(&near.full())),
                None => "`cargo xtask field-budgets --all` lists what there is".to_owned(),
            };
            Err(Error::usage(format!("there is no {what} {}", shown(text))).help(help))
        }
        several => {
            let names: Vec<String> = several.iter().take(5).map(|one| shown(&one.full())).collect();
            Err(Error::usage(format!("{} may be any of {}", shown(text), several.len()))
                .help(format!("name one in full, such as {}", names.join(" or "))))
        }
    }
}

/// `TYPE=N`.
///
/// # Errors
/// A usage error if it is not of that form, or N is no budget.
pub(super) fn budget(text: &str) -> Result<(&str, usize)> {
    let Some((name, number)) = text.rsplit_once('=') else {
        return Err(
            Error::usage(format!("--budget {}: is no TYPE=N", shown(text))).help("such as api::Order=40")
        );
    };
    match number.trim().parse::<usize>() {
        Ok(budget @ 1..=MAX_BUDGET) => Ok((name.trim(), budget)),
        _ => Err(Error::usage(format!("--budget {}: {} is no budget", shown(text), shown(number)))
            .help(format!("a whole number from 1 to {MAX_BUDGET}"))),
    }
}
