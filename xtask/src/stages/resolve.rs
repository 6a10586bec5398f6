//! Which stage a ref claims. Pure: what is known of refs comes in, one stage or one error goes out.
//!
//! Never guesses: no ref, a tag elsewhere, two stages tied, or no pattern that matches is an error.

use super::patterns::{Kind, Patterns, Reference, Tie};
use super::{Policy, RefFacts, looks_like_release};
use crate::catalog::Code;
use crate::diagnostics::shown;
use crate::error::{Error, Result};

/// The stage that is claimed, and how it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// Its place in the policy.
    pub stage: usize,
    /// The ref's short name.
    pub ref_name: String,
    /// Its full name, where known.
    pub full: Option<String>,
    /// The pattern that decided.
    pub pattern: String,
    /// How it was found, in one line without control characters.
    pub reason: String,
    /// Whether a name that looks like a release landed in a stage that requires nothing. This is to be
    /// said loudly, with [`Resolved::warning`].
    pub release_tag_lax: bool,
    /// What would have claimed a stricter stage. If so, this stands in the report as an override.
    pub relaxes: Option<Relaxation>,
}

/// What would have claimed a stricter stage than the ref that was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relaxation {
    /// What chose the laxer ref: `--ref` or a variable of the CI's.
    pub by: String,
    /// What it set aside, such as ``tag `v1.0.0` at HEAD``.
    pub instead_of: String,
    /// The stage that this would have claimed.
    pub stage: usize,
}

impl Resolved {
    /// The warning about a release that nothing guards, if it is one.
    pub fn warning(&self, policy: &Policy) -> Option<String> {
        self.release_tag_lax.then(|| {
            format!(
                "{} looks like a release, but lands in {} through the pattern {}, and {} \
                 requires nothing; add a pattern for it to a stricter stage in {}",
                shown(&self.ref_name),
                stage_name(policy, self.stage),
                shown(&self.pattern),
                stage_name(policy, self.stage),
                super::FILE,
            )
        })
    }

    /// The line for the report's overrides, if a stricter stage was set aside.
    pub fn override_note(&self, policy: &Policy) -> Option<String> {
        self.relaxes.as_ref().map(|relaxation| {
            format!(
                "{} names {}, which is judged as {}; {} would be judged as {}",
                relaxation.by,
                shown(&self.ref_name),
                stage_name(policy, self.stage),
                relaxation.instead_of,
                stage_name(policy, relaxation.stage),
            )
        })
    }
}

fn stage_name(policy: &Policy, stage: usize) -> &str {
    policy.stages.get(stage).map_or("?", |stage| stage.name.as_str())
}

/// Finds the stage: `--ref`, else the CI's ref, else an exact tag at HEAD (of several the one with the
/// strictest stage), else the current branch.
///
/// # Errors
/// A usage error if there is no ref, if it is a tag that is not at HEAD (`REF_MISMATCH`), if no pattern
/// matches it, or if two stages are tied for it.
pub fn resolve(policy: &Policy, packages: &[&str], facts: &RefFacts) -> Result<Resolved> {
    let patterns = Patterns::new(policy, packages);
    if let Some(given) = &facts.given {
        let reference = read("--ref", given, facts)?;
        return claim(&patterns, packages, facts, &reference, Source::Given);
    }
    if let Some((variable, full)) = &facts.ci {
        let reference = read(variable, full, facts)?;
        return claim(&patterns, packages, facts, &reference, Source::Ci(variable));
    }
    let at_head: Vec<Reference> = tags_at_head(facts).map(Reference::tag).collect();
    if !at_head.is_empty() {
        let mut strictest: Option<(usize, &Reference)> = None;
        for reference in &at_head {
            let hit = patterns.land(reference).map_err(|tie| tied(&patterns, reference, tie))?;
            if let Some(hit) = hit
                && strictest.is_none_or(|(stage, _)| stage < hit.stage)
            {
                strictest = Some((hit.stage, reference));
            }
        }
        let reference = strictest.map_or(&at_head[0], |(_, reference)| reference);
        return claim(&patterns, packages, facts, reference, Source::Tag);
    }
    if let Some(branch) = &facts.branch {
        return claim(&patterns, packages, facts, &Reference::branch(branch), Source::Branch);
    }
    Err(Error::usage("no ref: HEAD has no tag and is on no branch, and no CI variable names one")
        .help("name the ref to be judged, such as --ref main"))
}

#[derive(Clone, Copy)]
enum Source<'a> {
    Given,
    Ci(&'a str),
    Tag,
    Branch,
}

impl Source<'_> {
    fn says(self, name: &str) -> String {
        match self {
            Source::Given => format!("--ref {}", shown(name)),
            Source::Ci(variable) => format!("{variable} {}", shown(name)),
            Source::Tag => format!("tag {} at HEAD", shown(name)),
            Source::Branch => format!("branch {}", shown(name)),
        }
    }
}

fn tags_at_head(facts: &RefFacts) -> impl Iterator<Item = &str> {
    facts.tags.iter().filter(|(_, at_head)| **at_head).map(|(name, _)| name.as_str())
}

/// Reads a name that somebody gave, and refuses one that cannot be what is judged.
fn read(source: &str, name: &str, facts: &RefFacts) -> Result<Reference> {
    if matches!(name, "HEAD" | "@") {
        return Err(Error::usage(format!("{source}: {name} claims no stage"))
            .help("name a branch or a tag, or leave it out to have it found"));
    }
    // git takes these for short forms; as a name they would match patterns that the ref itself does not.
    if ["tags/", "heads/", "remotes/"].iter().any(|form| name.starts_with(form)) {
        return Err(Error::usage(format!("{source}: {} is neither a short nor a full name", shown(name)))
            .help(format!("write refs/{}, or the name alone", shown(name).trim_matches('`'))));
    }
    let reference = Reference::new(name, facts).ok_or_else(|| {
        Error::usage(format!("{source}: {} is not a name that git allows for a ref", shown(name)))
            .help("give a branch, a tag, or a full name such as refs/tags/v1.0.0")
    })?;
    if reference.kind == Kind::Tag && facts.tags.get(&reference.short) == Some(&false) {
        let short = shown(&reference.short);
        return Err(Error::usage(format!(
            "{}: {source} names the tag {short}, which is not at HEAD: it is not what would be judged",
            Code::RefMismatch
        ))
        .help(format!("check out the tag {short}, or name the ref that HEAD is to be judged as")));
    }
    Ok(reference)
}

fn claim(
    patterns: &Patterns<'_>,
    packages: &[&str],
    facts: &RefFacts,
    reference: &Reference,
    source: Source<'_>,
) -> Result<Resolved> {
    let what = source.says(
        reference.full.as_deref().filter(|_| reference.kind == Kind::Other).unwrap_or(&reference.short),
    );
    let hit = patterns.land(reference).map_err(|tie| tied(patterns, reference, tie))?;
    let Some(hit) = hit else {
        return Err(Error::usage(format!("{what}: no stage has a pattern that matches it")).help(format!(
            "add a pattern for it to a stage in {}, or choose another ref with --ref",
            super::FILE
        )));
    };
    let mut reason = format!("{what} matches the pattern {}", shown(hit.pattern));
    let known_tag = facts.tags.contains_key(&reference.short);
    match (source, reference.kind) {
        (Source::Given | Source::Ci(_), Kind::Unknown) => {
            reason.push_str("; no tag of this repository and not the current branch has that name");
        }
        (Source::Given | Source::Ci(_), Kind::Tag) if !known_tag => {
            reason.push_str("; this repository has no tag of that name");
        }
        (Source::Tag, _) if tags_at_head(facts).count() > 1 => {
            let others: Vec<String> =
                tags_at_head(facts).filter(|name| *name != reference.short).take(5).map(shown).collect();
            reason.push_str(
                &["; of the tags at HEAD it has the strictest stage (others: ", &others.join(", "), ")"]
                    .concat(),
            );
        }
        _ => {}
    }
    let requires_anything = patterns.requires_anything(hit.stage);
    let may_be_tag = !matches!(reference.kind, Kind::Branch);
    Ok(Resolved {
        stage: hit.stage,
        ref_name: reference.short.clone(),
        full: reference.full.clone(),
        pattern: hit.pattern.to_owned(),
        reason,
        release_tag_lax: may_be_tag && !requires_anything && looks_like_release(&reference.short, packages),
        relaxes: relaxation(patterns, facts, hit.stage, source),
    })
}

/// What a named ref set aside that would have claimed a stricter stage.
fn relaxation(
    patterns: &Patterns<'_>,
    facts: &RefFacts,
    stage: usize,
    source: Source<'_>,
) -> Option<Relaxation> {
    let mut set_aside: Vec<(String, Reference)> =
        tags_at_head(facts).map(|name| (Source::Tag.says(name), Reference::tag(name))).collect();
    let by = match source {
        Source::Given => {
            if let Some((variable, full)) = &facts.ci
                && let Some(reference) = Reference::new(full, facts)
            {
                set_aside.push((Source::Ci(variable).says(full), reference));
            }
            if let Some(branch) = &facts.branch {
                set_aside.push((Source::Branch.says(branch), Reference::branch(branch)));
            }
            "--ref"
        }
        Source::Ci(variable) => variable,
        Source::Tag | Source::Branch => return None,
    };
    let mut found: Option<Relaxation> = None;
    for (instead_of, reference) in set_aside {
        if let Some(other) = patterns.strictest(&reference)
            && other > found.as_ref().map_or(stage, |relaxation| relaxation.stage)
        {
            found = Some(Relaxation { by: by.to_owned(), instead_of, stage: other });
        }
    }
    found
}

fn tied(patterns: &Patterns<'_>, reference: &Reference, Tie(a, b): Tie<'_>) -> Error {
    Error::usage(format!(
        "the ref {} is tied: the pattern {} of {} and the pattern {} of {} match it equally well",
        shown(&reference.short),
        shown(a.pattern),
        patterns.stage_name(a.stage),
        shown(b.pattern),
        patterns.stage_name(b.stage),
    ))
    .help(format!("make one of them more specific in {}", super::FILE))
}
