//! Names that look like releases.

use cargo_metadata::semver::Version;

use super::patterns::{Patterns, Reference};
use super::{Policy, Stage};

/// Tells the tags of releases: those that land in the strictest stage that requires anything, and those
/// that look like releases, so that a changed pattern does not make a release of the past into none.
pub fn releases<'p>(policy: &'p Policy, packages: &'p [&'p str]) -> impl Fn(&str) -> bool + 'p {
    let strictest = policy.stages.iter().rposition(Stage::requires_anything);
    let patterns = Patterns::new(policy, packages);
    move |tag| {
        let lands = strictest.is_some() && patterns.strictest(&Reference::tag(tag)) == strictest;
        lands || looks_like_release(tag, packages)
    }
}

/// Whether a name looks like that of a release: a semantic version without pre-release, such as
/// `1.2.3` or `v1.2.3`, alone or after a member's name, as in `orders-v1.2.3` or `orders@1.2.3`.
pub fn looks_like_release(name: &str, packages: &[&str]) -> bool {
    let is_release = |text: &str| {
        let number = text.strip_prefix(['v', 'V']).unwrap_or(text);
        Version::parse(number).is_ok_and(|version| version.pre.is_empty())
    };
    let after_package = |package: &&str| {
        let rest = name.strip_prefix(*package)?;
        Some(is_release(rest.strip_prefix(['-', '@', '/', '_']).unwrap_or(rest)))
    };
    is_release(name) || packages.iter().filter_map(after_package).any(|release| release)
}

/// Whether a name ends in a version, pre-release or not: `v1.2.3-rc.1`, `orders-v1.2.3`.
pub fn looks_like_version(name: &str) -> bool {
    let numbers = name.char_indices().filter(|(_, c)| c.is_ascii_digit()).map(|(at, _)| &name[at..]);
    numbers.into_iter().any(|text| Version::parse(text).is_ok())
}

#[cfg(test)]
mod tests {
    use super::{looks_like_release, looks_like_version, releases};
    use crate::stages::builtin;

    #[test]
    fn a_release_is_what_the_strictest_stage_claims_or_what_looks_like_one() {
        let policy = builtin();
        let is_release = releases(&policy, &["orders"]);
        for (tag, expected) in [
            ("v1.0.0", true),
            ("v1", true),
            ("orders-v1.0.0", true),
            ("1.0.0", true),
            ("v1.0.0-rc.1", false),
            ("orders-v1.0.0-rc.1", false),
            ("nightly", false),
            ("--all", false),
        ] {
            assert_eq!(is_release(tag), expected, "{tag}");
        }
        // Whatever the patterns are changed to, what looks like a release stays one.
        let mut lax = builtin();
        lax.stages.truncate(1);
        assert!(releases(&lax, &[])("v1.0.0") && !releases(&lax, &[])("v1"));
    }

    #[test]
    fn versions_and_others() {
        for name in ["v1.2.3-rc.1", "refs/tags/v1.2.3", "orders-api-v1.2.3-rc.1", "1.2.3", "x2-v1.2.3"] {
            assert!(looks_like_version(name), "{name}");
        }
        for name in ["main", "", "feature/x-2", "v1.2", "fix-3"] {
            assert!(!looks_like_version(name), "{name}");
        }
    }

    #[test]
    fn releases_and_others() {
        for (name, expected) in [
            ("v1.2.3", true),
            ("V1.2.3", true),
            ("1.2.3", true),
            ("1.2.3+build.5", true),
            ("orders-v1.2.3", true),
            ("orders@1.2.3", true),
            ("orders/v1.2.3", true),
            ("orders-api-v1.2.3", true),
            ("stranger-v1.2.3", false),
            ("v1.2.3-rc.1", false),
            ("orders-v1.2.3-rc.1", false),
            ("v1.2", false),
            ("main", false),
            ("", false),
            ("v\u{1f600}", false),
        ] {
            assert_eq!(looks_like_release(name, &["orders", "orders-api"]), expected, "{name}");
        }
    }
}
