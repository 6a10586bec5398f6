//! Promotes and demotes gates: edits `ci/maturity-stages.yml` in place, byte for byte the same but for
//! the modes that were asked for.
//!
//! The edit is one of text, so comments, order, quotes, anchors and line ends stay. What it means is not
//! left to the edit: the result is read back by the one loader and must be the old policy with exactly
//! those modes changed, or nothing is written.

pub(crate) mod diff;
mod edit;
mod span;
mod template;
#[cfg(test)]
mod tests;

use std::path::Path;

use time::OffsetDateTime;

use super::modes::Given;
use super::validate::laxer_than_before;
use super::{FILE, Policy, Stage, load};
use crate::diagnostics::nearest;
use crate::error::{Error, Result};
use crate::gates::Gate;
use crate::replace::replace;
use crate::yaml::{self, Document};

/// What is to be changed.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The stage's name.
    pub stage: &'a str,
    /// The gates.
    pub gates: &'a [Gate],
    /// The mode that they get.
    pub mode: Given,
    /// Now: days that have come are as good as one another.
    pub now: OffsetDateTime,
}

/// What was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Each gate whose mode changed: what it was and what it is, in words.
    pub changes: Vec<(Gate, String, String)>,
    /// A unified diff of the file; empty if nothing changed.
    pub diff: String,
    /// What became odd in the order of the stages.
    pub warnings: Vec<String>,
    /// Whether there was no file, so that the built-in stages were written out.
    pub created: bool,
}

/// Changes modes in the policy file of a workspace; writes it out first if there is none.
///
/// # Errors
/// A usage error if there is no such stage, if the file is not valid, or if it is written in a way that
/// cannot be edited without changing something else; a tool error if it cannot be written.
pub fn promote(root: &Path, request: &Request<'_>) -> Result<Outcome> {
    let found = yaml::open(root, FILE)?;
    let created = found.is_none();
    let document = match found {
        Some(document) => document,
        None => Document::parse(template::TEXT.as_bytes(), FILE)?,
    };
    let (text, outcome) = changed(&document, request)?;
    if outcome.changes.is_empty() {
        return Ok(Outcome { created: false, ..outcome });
    }
    let before = if created { "" } else { document.text() };
    replace(root, FILE, &text)?;
    Ok(Outcome { diff: diff::unified(FILE, before, &text), created, ..outcome })
}

/// The text with the modes changed, and what that changes; the diff is left to the caller.
fn changed(document: &Document, request: &Request<'_>) -> Result<(String, Outcome)> {
    let old = load::read(document)?;
    let Some((index, stage)) = old.find(request.stage) else {
        let names = old.stages.iter().map(|stage| stage.name.as_str());
        let help = match nearest(request.stage, names.clone()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are: {}", names.collect::<Vec<_>>().join(", ")),
        };
        return Err(Error::usage(format!("there is no stage `{}`", request.stage.escape_debug())).help(help));
    };
    let differs = |gate: &Gate| request.gates.contains(gate) && Given::of(stage, *gate) != request.mode;
    let gates: Vec<Gate> = Gate::ALL.into_iter().filter(differs).collect();
    let mut wanted = old.clone();
    for gate in &gates {
        request.mode.put(&mut wanted.stages[index], *gate);
    }
    let after = &wanted.stages[index];
    let change = |gate: &Gate| (*gate, stage.mode_in_words(*gate), after.mode_in_words(*gate));
    let odd_before = laxer_than_before(&old, request.now);
    let mut warnings = laxer_than_before(&wanted, request.now);
    warnings.retain(|warning| !odd_before.contains(warning));
    let changes = gates.iter().map(change).collect();
    let outcome = Outcome { changes, diff: String::new(), warnings, created: false };
    if gates.is_empty() {
        return Ok((document.text().to_owned(), outcome));
    }
    let text =
        edit::edit(document, after, &gates, request.mode).map_err(|why| by_hand(request.stage, &why))?;
    proven(&text, &wanted).map_err(|why| by_hand(request.stage, &why))?;
    Ok((text, outcome))
}

fn by_hand(stage: &str, why: &str) -> Error {
    Error::usage(format!("{FILE} was left as it is: {why}"))
        .help(format!("edit the gates of {stage} by hand, then run `cargo xtask validate-stages`"))
}

/// Whether the text is the policy that is wanted; if not, how it differs.
fn proven(text: &str, wanted: &Policy) -> std::result::Result<(), String> {
    let found = match load::parse(text.as_bytes(), FILE) {
        Ok(found) => found,
        Err(error) => {
            let first = error.complaints().first().map(ToString::to_string).unwrap_or_default();
            return Err(format!("the edited file would not be valid: {first}"));
        }
    };
    if found == *wanted {
        return Ok(());
    }
    let pairs = found.stages.iter().zip(&wanted.stages);
    let mut others: Vec<String> = Vec::new();
    for (found, wanted) in pairs {
        let other = |gate: &Gate| Given::of(found, *gate) != Given::of(wanted, *gate);
        others.extend(Gate::ALL.into_iter().filter(other).map(|gate| format!("{}.{gate}", name(found))));
    }
    match others.is_empty() {
        true => Err("the edit would change more than the modes".into()),
        false => Err(format!(
            "the edit would change {} as well, which shares the value through an anchor (&) and an alias (*)",
            others.join(", ")
        )),
    }
}

fn name(stage: &Stage) -> &str {
    &stage.name
}
