//! What `validate-stages` shows beyond the loader's complaints: where refs land, and what is odd.
//!
//! Pure. A policy that loads is valid; what is found here are warnings.

use time::{Date, OffsetDateTime};

use super::glob::Glob;
use super::modes::Given;
use super::patterns::{Kind, Patterns, Reference, Tie, is_ref_name};
use super::{Policy, RefFacts, Stage, looks_like_release};
use crate::day::{day_of, rfc3339};
use crate::diagnostics::shown;
use crate::freeze::{Window, active};
use crate::gates::Gate;
use crate::gates::Mode;

/// What is to be said of a valid policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Validation {
    /// Where the policy is from.
    pub source: String,
    /// Each stage with its description and the mode of each gate in [`Gate::ALL`]'s order.
    pub stages: Vec<(String, String, Vec<String>)>,
    /// Each freeze: its name, the stages, when it is, and until when if it is now.
    pub freezes: Vec<[String; 4]>,
    /// Where sample refs and the user's own land.
    pub landings: Vec<Landing>,
    /// What is odd, and what to do about it.
    pub warnings: Vec<String>,
}

/// Where one ref lands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landing {
    /// The ref as given.
    pub name: String,
    /// The stage; `None` if it lands nowhere.
    pub stage: Option<String>,
    /// The pattern that decided, or why none did.
    pub why: String,
}

/// Where refs land in a policy and what is odd in it now. `refs` are the user's own samples.
pub fn validate(policy: &Policy, packages: &[&str], refs: &[String], now: OffsetDateTime) -> Validation {
    let patterns = Patterns::new(policy, packages);
    let mut warnings = unreachable_patterns(&patterns, packages);
    warnings.extend(laxer_than_before(policy, now));
    warnings.extend(unguarded_releases(&policy.at(now), &patterns, packages, refs));
    let mut samples: Vec<String> =
        ["main", "feature/x", "refs/pull/7/merge", "v1.2.0-rc.1", "v1.2.0", "1.2.0"].map(String::from).into();
    if let Some(package) = packages.first() {
        samples.extend([format!("{package}-v1.2.0-rc.1"), format!("{package}-v1.2.0")]);
    }
    for name in refs {
        if !samples.contains(name) {
            samples.push(name.clone());
        }
    }
    let freeze = |window: &Window| {
        let stages = window.stages.iter();
        let open = stages.filter_map(|stage| active(std::slice::from_ref(window), stage, now).pop()).next();
        let until = open.map_or_else(|| "no".to_owned(), |open| format!("until {}", rfc3339(open.until)));
        [window.name.clone(), window.stages.join(", "), window.span.to_string(), until]
    };
    let stages = policy.stages.iter();
    Validation {
        freezes: policy.freeze.iter().map(freeze).collect(),
        source: policy.source().to_owned(),
        stages: stages
            .map(|s| {
                (s.name.clone(), s.description.clone(), Gate::ALL.map(|gate| s.mode_in_words(gate)).to_vec())
            })
            .collect(),
        landings: samples.iter().map(|name| landing(&patterns, name)).collect(),
        warnings,
    }
}

fn landing(patterns: &Patterns<'_>, name: &str) -> Landing {
    let (stage, why) = match Reference::new(name, &RefFacts::default()) {
        None => (None, "not a name that git allows for a ref".to_owned()),
        Some(reference) => match patterns.land(&reference) {
            Ok(Some(hit)) => (Some(patterns.stage_name(hit.stage).to_owned()), shown(hit.pattern)),
            Ok(None) => (None, "no pattern matches it".to_owned()),
            Err(tie) => (None, tied(patterns, tie)),
        },
    };
    Landing { name: name.to_owned(), stage, why }
}

fn tied(patterns: &Patterns<'_>, Tie(a, b): Tie<'_>) -> String {
    format!(
        "tied between {} of {} and {} of {}",
        shown(a.pattern),
        patterns.stage_name(a.stage),
        shown(b.pattern),
        patterns.stage_name(b.stage)
    )
}

/// Patterns for which no example was found that lands through them, and ties among the examples.
fn unreachable_patterns(patterns: &Patterns<'_>, packages: &[&str]) -> Vec<String> {
    // An example for each member would be too many; a short and a long name stand for the others.
    let shortest = packages.iter().copied().min_by_key(|name| name.len());
    let longest = packages.iter().copied().max_by_key(|name| name.len());
    let few: Vec<&str> = shortest.into_iter().chain(longest).collect();
    let mut warnings: Vec<String> = Vec::new();
    let mut ties: Vec<String> = Vec::new();
    for (stage, pattern, glob) in patterns.globs() {
        let mut reached = false;
        let mut why = "git allows no such name".to_owned();
        if glob.names_packages() && packages.is_empty() {
            why = "there is no package".into();
        }
        for reference in examples(glob, &few) {
            match patterns.land(&reference) {
                Ok(Some(hit)) if hit.pattern == *pattern => reached = true,
                Ok(Some(hit)) => {
                    let taker = patterns.stage_name(hit.stage);
                    why = format!("{} of {taker} takes them all", shown(hit.pattern));
                }
                Ok(None) => {}
                Err(tie) => {
                    reached |= tie.0.pattern == *pattern || tie.1.pattern == *pattern;
                    why = format!("such refs are {}", tied(patterns, tie));
                    if !ties.contains(&why) {
                        ties.push(why.clone());
                        let name = shown(&reference.short);
                        warnings.push(format!("refs such as {name} are {}", tied(patterns, tie)));
                    }
                }
            }
        }
        if !reached {
            let (stage, pattern) = (patterns.stage_name(*stage), shown(pattern));
            warnings.push(format!("{stage}: no ref can reach the pattern {pattern}: {why}"));
        }
    }
    warnings
}

/// Refs that a pattern was written for, as tags and as branches.
pub(super) fn examples(glob: &Glob, packages: &[&str]) -> Vec<Reference> {
    let mut references = Vec::new();
    for filler in ["0q7", "", "1.2.3", "q/7", "1.2.3-rc.1", "q"] {
        for name in glob.examples(packages, filler).iter().filter(|name| is_ref_name(name)) {
            if name.starts_with("refs/") {
                references.extend(Reference::new(name, &RefFacts::default()));
            } else {
                references.extend([Reference::tag(name), Reference::branch(name)]);
            }
        }
    }
    references
}

/// Where a stage asks for less than the one before it, today or on a day to come.
pub(super) fn laxer_than_before(policy: &Policy, now: OffsetDateTime) -> Vec<String> {
    // Since when a gate is required, days that have come being as good as one another.
    let since = |stage: &Stage, gate| match Given::of(stage, gate) {
        Given::RequiredFrom(day) => day.max(day_of(now)),
        Given::Plain(Mode::Required) => day_of(now),
        Given::Plain(Mode::ReportOnly) => Date::MAX,
    };
    let mut warnings = Vec::new();
    for pair in policy.stages.windows(2) {
        let [lower, upper] = pair else { continue };
        for gate in Gate::ALL {
            if since(lower, gate) < since(upper, gate) {
                warnings.push(format!(
                    "{upper} is laxer than {lower}, which stands before it: {gate} is {} in {lower} and \
                     {} in {upper}; stages go from lax to strict",
                    lower.mode_in_words(gate),
                    upper.mode_in_words(gate),
                    upper = upper.name,
                    lower = lower.name
                ));
            }
        }
    }
    warnings
}

/// Names that look like releases and land where nothing is required, or nowhere.
fn unguarded_releases(
    policy: &Policy,
    patterns: &Patterns<'_>,
    packages: &[&str],
    refs: &[String],
) -> Vec<String> {
    let mut names: Vec<String> = vec!["v1.2.0".into(), "1.2.0".into()];
    names.extend(packages.iter().map(|package| format!("{package}-v1.2.0")));
    for name in refs {
        let reference = Reference::new(name, &RefFacts::default());
        let release = reference
            .filter(|reference| reference.kind != Kind::Branch)
            .is_some_and(|reference| looks_like_release(&reference.short, packages));
        if release && !names.contains(name) {
            names.push(name.clone());
        }
    }
    let mut lax: Vec<(String, Vec<String>)> = Vec::new();
    for name in names {
        let landing = landing(patterns, &name);
        let stage = landing.stage.as_deref().and_then(|stage| policy.find(stage));
        if stage.is_some_and(|(_, stage)| stage.requires_anything()) {
            continue;
        }
        let place = match stage {
            Some((_, stage)) => format!("fall through to {}, which requires nothing", stage.name),
            None => format!("land in no stage ({})", landing.why),
        };
        match lax.iter_mut().find(|(other, _)| *other == place) {
            Some((_, names)) => names.push(shown(&name)),
            None => lax.push((place, vec![shown(&name)])),
        }
    }
    let warn = |(place, names): (String, Vec<String>)| {
        let more = if names.len() > 5 { format!(" and {} more", names.len() - 5) } else { String::new() };
        let names = names[..names.len().min(5)].join(", ");
        format!(
            "release tags such as {names}{more} {place}; if you tag like that, add a pattern to a stricter stage"
        )
    };
    lax.into_iter().map(warn).collect()
}

/// The validation as text, in columns, without colour.
pub fn render(validation: &Validation) -> String {
    let mut header = vec!["stage".to_owned()];
    header.extend(Gate::ALL.map(|gate| gate.to_string()));
    let mut stages = vec![header];
    for (name, _, modes) in &validation.stages {
        let mut row = vec![name.clone()];
        row.extend(modes.iter().cloned());
        stages.push(row);
    }
    let mut landings = vec![["ref", "stage", "pattern"].map(String::from).to_vec()];
    for landing in &validation.landings {
        let name = shown(&landing.name).trim_matches('`').to_owned();
        let stage = landing.stage.clone().unwrap_or_else(|| "none".into());
        landings.push(vec![name, stage, landing.why.trim_matches('`').to_owned()]);
    }
    let mut text = format!("{}: valid\n\n", validation.source);
    text += &table(&stages);
    text += "\n";
    text += &table(&landings);
    if !validation.freezes.is_empty() {
        let header = ["freeze", "stages", "when", "now"].map(String::from);
        let rows: Vec<_> = [header].iter().chain(&validation.freezes).map(|row| row.to_vec()).collect();
        text.extend(["\n", &table(&rows)]);
    }
    for warning in &validation.warnings {
        text.extend(["\nwarning: ", warning]);
    }
    if !validation.warnings.is_empty() {
        text += "\n";
    }
    text
}

fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        text += cells.collect::<Vec<_>>().join("  ").trim_end();
        text += "\n";
    }
    text
}
