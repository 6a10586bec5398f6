//! Which tag is judged. Pure: what is known comes in, one name or one error goes out.
//!
//! Never guesses: of several tags none is taken, and a lightweight one only if somebody names it.

use crate::diagnostics::{nearest, shown};
use crate::error::{Error, Result};
use crate::stages::{RefFacts, is_ref_name};

const TAGS: &str = "refs/tags/";

/// The tag that is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// Its short name.
    pub name: String,
    /// What named it: `--tag`, a variable of the CI's, or `HEAD`.
    pub named_by: String,
    /// The variable that names the commit that the CI runs for, where it runs for this tag.
    pub commit_variable: Option<&'static str>,
}

/// Chooses the tag: `--tag` (in `facts.given`), else the one that the CI runs for, else the annotated one at
/// HEAD. `annotated` tells whether a tag is an annotated one.
///
/// # Errors
/// A usage error if there is none, if there are several, or if the name is none that a tag can have.
pub fn choose(facts: &RefFacts, annotated: impl Fn(&str) -> Result<bool>) -> Result<Chosen> {
    let of_ci = facts.ci.as_ref().and_then(|(variable, full)| Some((variable, full.strip_prefix(TAGS)?)));
    let (name, named_by) = match (&facts.given, of_ci) {
        (Some(given), _) => (short(given)?, "--tag"),
        (None, Some((variable, name))) => (name, variable.as_str()),
        (None, None) => return at_head(facts, annotated),
    };
    if !is_ref_name(&format!("{TAGS}{name}")) {
        return Err(Error::usage(format!(
            "{named_by}: {} is not a name that git allows for a tag",
            shown(name)
        ))
        .help("give the name of a tag, such as v1.0.0 or refs/tags/v1.0.0"));
    }
    let commit_variable = of_ci
        .filter(|(_, of_ci)| *of_ci == name)
        .map(|(variable, _)| if variable.starts_with("GITHUB_") { "GITHUB_SHA" } else { "CI_COMMIT_SHA" });
    Ok(Chosen { name: name.to_owned(), named_by: named_by.to_owned(), commit_variable })
}

fn short(given: &str) -> Result<&str> {
    match given.strip_prefix(TAGS) {
        Some(name) => Ok(name),
        None if given.starts_with("refs/") => Err(Error::usage(format!("--tag: {} is no tag", shown(given)))
            .help("give the name of a tag, such as v1.0.0 or refs/tags/v1.0.0")),
        None => Ok(given),
    }
}

fn at_head(facts: &RefFacts, annotated: impl Fn(&str) -> Result<bool>) -> Result<Chosen> {
    let at_head: Vec<&String> =
        facts.tags.iter().filter(|(_, at_head)| **at_head).map(|(name, _)| name).collect();
    let mut found = Vec::new();
    for name in &at_head {
        if annotated(name)? {
            found.push(*name);
        }
    }
    match (found.as_slice(), at_head.first()) {
        ([name], _) => {
            Ok(Chosen { name: (*name).clone(), named_by: "HEAD".to_owned(), commit_variable: None })
        }
        ([], None) => Err(Error::usage("no tag: HEAD has none, and no CI variable names one").help(
            "make one with `git tag --annotate`, or name one with --tag; in CI, run it for the push of a tag, \
             with the tags fetched",
        )),
        ([], Some(light)) => Err(Error::usage(format!("HEAD has no annotated tag, only {}", shown(light)))
            .help("name it with --tag to have it judged; what it lacks is an author and a date")),
        (several, _) => {
            let names: Vec<String> = several.iter().take(5).map(|name| shown(name)).collect();
            Err(Error::usage(format!("HEAD has {} annotated tags: {}", several.len(), names.join(", ")))
                .help("name the one to be judged with --tag"))
        }
    }
}

/// The error about a tag that this clone does not have, although it has others.
pub fn unknown(chosen: &Chosen, facts: &RefFacts) -> Error {
    let help = match nearest(&chosen.name, facts.tags.keys().map(String::as_str)) {
        Some(tag) => format!("did you mean {}?", shown(tag)),
        None => {
            "`git tag` lists those that it has; `git fetch --tags` fetches those that it lacks".to_owned()
        }
    };
    let Chosen { name, named_by, .. } = chosen;
    Error::usage(format!("{named_by}: this clone has no tag {}", shown(name))).help(help)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    fn facts(given: Option<&str>, ci: Option<(&str, &str)>, tags: &[(&str, bool)]) -> RefFacts {
        RefFacts {
            given: given.map(str::to_owned),
            ci: ci.map(|(variable, full)| (variable.to_owned(), full.to_owned())),
            branch: Some("main".to_owned()),
            tags: tags.iter().map(|(name, at_head)| ((*name).to_owned(), *at_head)).collect(),
        }
    }

    /// Tags whose name holds an `a` are annotated.
    fn chosen(facts: &RefFacts) -> std::result::Result<(String, String, Option<&'static str>), String> {
        match choose(facts, |name| Ok(name.contains('a'))) {
            Ok(Chosen { name, named_by, commit_variable }) => Ok((name, named_by, commit_variable)),
            Err(error) => {
                assert_eq!(error.kind(), Kind::Usage);
                Err(error.to_string())
            }
        }
    }

    #[test]
    fn a_named_tag_comes_before_the_ci_s_and_that_before_head_s() {
        let at_head = [("v1a", true), ("v1", true), ("v0a", false)];
        let push = Some(("GITHUB_REF", "refs/tags/v2"));
        let branch = Some(("GITHUB_REF", "refs/heads/main"));
        let gitlab = Some(("CI_COMMIT_TAG", "refs/tags/v2"));
        for (given, ci, name, named_by, variable) in [
            (Some("v1"), push, "v1", "--tag", None),
            (Some("refs/tags/v2"), push, "v2", "--tag", Some("GITHUB_SHA")),
            (Some("v2"), branch, "v2", "--tag", None),
            (None, push, "v2", "GITHUB_REF", Some("GITHUB_SHA")),
            (None, gitlab, "v2", "CI_COMMIT_TAG", Some("CI_COMMIT_SHA")),
            (None, branch, "v1a", "HEAD", None),
            (None, None, "v1a", "HEAD", None),
            (Some("v1';$(true)|&\"\u{1f600}"), None, "v1';$(true)|&\"\u{1f600}", "--tag", None),
        ] {
            let expected = (name.to_owned(), named_by.to_owned(), variable);
            assert_eq!(chosen(&facts(given, ci, &at_head)), Ok(expected), "{given:?} {ci:?}");
        }
    }

    #[test]
    fn without_one_tag_it_says_what_to_do() {
        for (given, ci, tags, told) in [
            (None, None, &[][..], "make one with `git tag --annotate`"),
            (None, None, &[("a", false)], "HEAD has none"),
            (None, None, &[("v1", true)], "only `v1`"),
            (None, None, &[("a1", true), ("a2", true)], "2 annotated tags: `a1`, `a2`"),
            (Some(""), None, &[], "is not a name that git allows"),
            (Some("a b"), None, &[], "is not a name that git allows"),
            (Some("a\nb"), None, &[], r"`a\nb`"),
            (Some("refs/heads/main"), None, &[], "is no tag"),
            (
                None,
                Some(("GITHUB_REF", "refs/tags/v1\n::error::x")),
                &[],
                r"GITHUB_REF: `v1\n::error::x` is not",
            ),
        ] {
            let error = chosen(&facts(given, ci, tags)).unwrap_err();
            assert!(error.contains(told) && error.contains("help: "), "{error}");
        }
        let chosen = Chosen { name: "v1.1".into(), named_by: "--tag".into(), commit_variable: None };
        let error = unknown(&chosen, &facts(None, None, &[("v1.0", false)])).to_string();
        assert!(error.contains("did you mean `v1.0`?"), "{error}");
    }
}
