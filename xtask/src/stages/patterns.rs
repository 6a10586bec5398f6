//! Which stage a name lands in: the most specific pattern decides.

use super::glob::{Glob, Specificity};
use super::{Policy, RefFacts};

/// A name by which a stage can be claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference {
    /// Such as `v1.0.0`.
    pub(super) short: String,
    /// Such as `refs/tags/v1.0.0`, where known.
    pub(super) full: Option<String>,
    pub(super) kind: Kind,
}

/// What a name is the name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Tag,
    Branch,
    /// A full name that is neither, such as `refs/pull/3/merge`.
    Other,
    /// A short name that this repository does not know.
    Unknown,
}

impl Reference {
    /// Reads a short or a full name. The short form of `refs/KIND/REST` is `REST`, as GitHub gives it
    /// in `GITHUB_REF_NAME`; a short name that is both a tag and a branch means the tag, as in git.
    pub(super) fn new(name: &str, facts: &RefFacts) -> Option<Reference> {
        if !is_ref_name(name) {
            return None;
        }
        if let Some(rest) = name.strip_prefix("refs/") {
            let (kind, short) = rest.split_once('/')?;
            let kind = match kind {
                "tags" => Kind::Tag,
                "heads" => Kind::Branch,
                _ => Kind::Other,
            };
            return Some(Reference { short: short.to_owned(), full: Some(name.to_owned()), kind });
        }
        let (kind, full) = if facts.tags.contains_key(name) {
            (Kind::Tag, Some(format!("refs/tags/{name}")))
        } else if facts.branch.as_deref() == Some(name) {
            (Kind::Branch, Some(format!("refs/heads/{name}")))
        } else {
            (Kind::Unknown, None)
        };
        Some(Reference { short: name.to_owned(), full, kind })
    }

    pub(super) fn tag(name: &str) -> Reference {
        Reference { short: name.to_owned(), full: Some(format!("refs/tags/{name}")), kind: Kind::Tag }
    }

    pub(super) fn branch(name: &str) -> Reference {
        Reference { short: name.to_owned(), full: Some(format!("refs/heads/{name}")), kind: Kind::Branch }
    }

    /// Every full name that this may stand for.
    fn full_names(&self) -> Vec<String> {
        match &self.full {
            Some(full) => vec![full.clone()],
            None => vec![format!("refs/tags/{}", self.short), format!("refs/heads/{}", self.short)],
        }
    }
}

/// Whether git allows that name for a ref (the rules of `git check-ref-format`).
pub fn is_ref_name(name: &str) -> bool {
    let forbidden = |c: char| c.is_control() || matches!(c, ' ' | '~' | '^' | ':' | '?' | '*' | '[' | '\\');
    !name.is_empty()
        && name != "@"
        && !name.chars().any(forbidden)
        && !name.contains("..")
        && !name.contains("@{")
        && !name.ends_with('.')
        && name.split('/').all(|part| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock"))
}

/// Checks a glob over ref names.
///
/// # Errors
/// What is wrong with it, and what was expected.
pub fn check_pattern(pattern: &str) -> Result<(), (String, String)> {
    Glob::parse(pattern).map(|_| ())
}

/// Whether any of these globs matches a name; `{package}` stands for no name here. A pattern that does
/// not parse matches nothing.
pub fn matches_any<P: AsRef<str>>(patterns: &[P], name: &str) -> bool {
    let mut globs = patterns.iter().filter_map(|pattern| Glob::parse(pattern.as_ref()).ok());
    globs.any(|glob| glob.matches(name, &[]).is_some())
}

/// A pattern that matches, and its stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hit<'p> {
    pub(super) stage: usize,
    pub(super) pattern: &'p str,
    specificity: Specificity,
}

/// Two patterns of different stages that are equally specific.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tie<'p>(pub(super) Hit<'p>, pub(super) Hit<'p>);

/// The patterns of a policy, parsed once.
pub(super) struct Patterns<'p> {
    policy: &'p Policy,
    globs: Vec<(usize, &'p str, Glob)>,
    packages: &'p [&'p str],
}

impl<'p> Patterns<'p> {
    /// A pattern that does not parse never gets past the loader; here it matches nothing.
    pub(super) fn new(policy: &'p Policy, packages: &'p [&'p str]) -> Self {
        let all = policy.stages.iter().enumerate();
        let all = all.flat_map(|(stage, s)| s.patterns.iter().map(move |pattern| (stage, pattern.as_str())));
        let globs = all.filter_map(|(stage, text)| Some((stage, text, Glob::parse(text).ok()?))).collect();
        Patterns { policy, globs, packages }
    }

    /// Where a name lands: the most specific pattern, `None` if none matches.
    pub(super) fn land(&self, reference: &Reference) -> Result<Option<Hit<'p>>, Tie<'p>> {
        let full_names = reference.full_names();
        let mut best: Option<Hit<'p>> = None;
        let mut rival: Option<Hit<'p>> = None;
        for (stage, pattern, glob) in &self.globs {
            let specificity = if pattern.starts_with("refs/") {
                full_names.iter().filter_map(|name| glob.matches(name, self.packages)).max()
            } else {
                glob.matches(&reference.short, self.packages)
            };
            let Some(specificity) = specificity else { continue };
            let hit = Hit { stage: *stage, pattern, specificity };
            match best {
                Some(best) if specificity < best.specificity => {}
                Some(best) if specificity == best.specificity => {
                    if hit.stage != best.stage {
                        rival = Some(hit);
                    }
                }
                _ => (best, rival) = (Some(hit), None),
            }
        }
        match (best, rival) {
            (Some(best), Some(rival)) => Err(Tie(best, rival)),
            (best, _) => Ok(best),
        }
    }

    /// The strictest stage that a name may land in, ties included.
    pub(super) fn strictest(&self, reference: &Reference) -> Option<usize> {
        match self.land(reference) {
            Ok(hit) => hit.map(|hit| hit.stage),
            Err(Tie(a, b)) => Some(a.stage.max(b.stage)),
        }
    }

    /// Whether a stage requires any gate.
    pub(super) fn requires_anything(&self, stage: usize) -> bool {
        self.policy.stages.get(stage).is_some_and(super::Stage::requires_anything)
    }

    /// A stage's name.
    pub(super) fn stage_name(&self, stage: usize) -> &'p str {
        self.policy.stages.get(stage).map_or("?", |stage| stage.name.as_str())
    }

    /// Every pattern with its stage, parsed.
    pub(super) fn globs(&self) -> &[(usize, &'p str, Glob)] {
        &self.globs
    }
}
