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

/// A release, as the name of its tag tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// The member that it is a release of; `None` for the whole workspace.
    pub package: Option<String>,
    /// Its version (Semantic Versioning 2.0.0).
    pub version: Version,
}

/// The release that a tag names: a semantic version such as `1.2.3` or `v1.2.3-rc.1`, alone or after a
/// member's name, as in `orders-v1.2.3` or `orders@1.2.3`. Of several members the longest name.
pub fn release_of(tag: &str, packages: &[&str]) -> Option<Release> {
    readings(tag, packages).max_by_key(|release| release.package.as_ref().map(String::len))
}

/// Whether a name looks like that of a release: one that [`release_of`] reads, without pre-release.
pub fn looks_like_release(name: &str, packages: &[&str]) -> bool {
    readings(name, packages).any(|release| release.version.pre.is_empty())
}

fn readings(name: &str, packages: &[&str]) -> impl Iterator<Item = Release> {
    let version = |text: &str| Version::parse(text.strip_prefix(['v', 'V']).unwrap_or(text)).ok();
    let after_package = |package: &&str| {
        let rest = name.strip_prefix(*package)?;
        let version = version(rest.strip_prefix(['-', '@', '/', '_']).unwrap_or(rest))?;
        Some(Release { package: Some((*package).to_owned()), version })
    };
    let alone = version(name).map(|version| Release { package: None, version });
    alone.into_iter().chain(packages.iter().filter_map(after_package)).collect::<Vec<_>>().into_iter()
}

/// Whether a name ends in a version, pre-release or not: `v1.2.3-rc.1`, `orders-v1.2.3`.
pub fn looks_like_version(name: &str) -> bool {
    let numbers = name.char_indices().filter(|(_, c)| c.is_ascii_digit()).map(|(at, _)| &name[at..]);
    numbers.into_iter().any(|text| Version::parse(text).is_ok())
}

#[cfg(test)]
mod tests {
    use super::{looks_like_release, looks_like_version, release_of, releases};
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
    fn a_tag_names_a_version_and_perhaps_a_member() {
        let read = |tag| {
            release_of(tag, &["orders", "orders-api", "v1"]).map(|r| (r.package, r.version.to_string()))
        };
        for (tag, package, version) in [
            ("v1.2.3", None, "1.2.3"),
            ("1.2.3-rc.1+b.7", None, "1.2.3-rc.1+b.7"),
            ("orders-v1.2.3", Some("orders"), "1.2.3"),
            ("orders-api-v1.2.3-rc.1", Some("orders-api"), "1.2.3-rc.1"),
            ("orders-api@0.1.0", Some("orders-api"), "0.1.0"),
            ("v1-v2.0.0", Some("v1"), "2.0.0"),
        ] {
            assert_eq!(read(tag), Some((package.map(str::to_owned), version.to_owned())), "{tag}");
        }
        for tag in
            ["nightly", "v1.2", "v1.2.3.4", "stranger-v1.2.3", "v01.2.3", "", "v", "vv1.2.3", "v1.2.3 "]
        {
            assert_eq!(read(tag), None, "{tag}");
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
