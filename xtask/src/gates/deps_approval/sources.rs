//! Which sources are allowed. Pure; a pattern that is not understood allows nothing.

use crate::evidence::deps::Source;
use crate::settings::Sources;

/// The name of the default registry in the settings.
pub(super) const CRATES_IO: &str = "crates-io";

/// The source by which cargo knows the default registry, in Cargo.lock and in its metadata, whatever
/// protocol it speaks to it.
const CRATES_IO_SOURCE: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Reads the `source` of cargo metadata.
pub(super) fn parse(repr: &str) -> Option<Source> {
    if repr == CRATES_IO_SOURCE {
        return Some(Source::Registry { url: CRATES_IO.into() });
    }
    if let Some(url) = repr.strip_prefix("registry+") {
        return Some(Source::Registry { url: url.into() });
    }
    if repr.starts_with("sparse+") {
        return Some(Source::Registry { url: repr.into() });
    }
    let (url, revision) = repr.strip_prefix("git+")?.rsplit_once('#')?;
    Some(Source::Git { url: url.into(), revision: revision.into() })
}

/// Whether the settings allow packages from there.
pub(super) fn allowed(source: &Source, sources: &Sources) -> bool {
    match source {
        Source::Member => true,
        Source::Registry { .. } => sources.registries.iter().any(|pattern| matches(source, pattern)),
        Source::Git { .. } => sources.git.iter().any(|pattern| matches(source, pattern)),
        // What lies inside the workspace is under the same review as its members.
        Source::Path { path } => {
            !outside(path) || sources.paths.iter().any(|pattern| matches(source, pattern))
        }
    }
}

/// Whether a source fits one pattern of the settings or of an approval rule.
pub(super) fn matches(source: &Source, pattern: &str) -> bool {
    match source {
        Source::Member => false,
        Source::Registry { url } => same_registry(url, pattern),
        Source::Git { url, .. } => below_url(url, pattern.strip_prefix("git+").unwrap_or(pattern)),
        Source::Path { path } => below_folder(path, pattern.strip_prefix("path+").unwrap_or(pattern)),
    }
}

fn same_registry(url: &str, pattern: &str) -> bool {
    if url == CRATES_IO || pattern == CRATES_IO {
        return url == pattern || (url == CRATES_IO && pattern == CRATES_IO_SOURCE);
    }
    let plain = |text: &str| {
        let text = text.strip_prefix("registry+").or_else(|| text.strip_prefix("sparse+")).unwrap_or(text);
        text.trim_end_matches('/').to_owned()
    };
    plain(url) == plain(pattern)
}

/// Whether a git URL is the pattern, or lies below it: `https://host/org` covers `https://host/org/x`
/// and neither `https://host/org-evil` nor `https://host/org/../evil`.
fn below_url(url: &str, pattern: &str) -> bool {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    let (Some((base, steps)), Some((wanted_base, wanted))) = (url_parts(url), url_parts(pattern)) else {
        return false;
    };
    base == wanted_base && steps.len() >= wanted.len() && steps.iter().zip(&wanted).all(|(a, b)| a == b)
}

/// Scheme and authority in lower case, and the steps of the path without a final `.git`.
fn url_parts(url: &str) -> Option<(String, Vec<&str>)> {
    let (scheme, rest) = url.split_once("://")?;
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let local = scheme.eq_ignore_ascii_case("file");
    if (authority.is_empty() && !local) || url.contains(['\\', '%']) {
        return None;
    }
    let path = path.trim_end_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let steps: Vec<&str> = if path.is_empty() { Vec::new() } else { path.split('/').collect() };
    let plain = steps.iter().all(|step| !matches!(*step, "" | "." | ".."));
    plain.then(|| (format!("{scheme}://{authority}").to_lowercase(), steps))
}

fn outside(path: &str) -> bool {
    path.starts_with("..") || path.starts_with('/') || path.contains(':')
}

fn below_folder(path: &str, pattern: &str) -> bool {
    let steps = |text: &str| -> Vec<String> {
        text.split('/').filter(|step| !matches!(*step, "" | ".")).map(str::to_owned).collect()
    };
    let (path, pattern) = (steps(path), steps(pattern));
    // A pattern must not reach further up than it says: `..` covers `../x` but not `../../x`.
    let climbs = |steps: &[String]| steps.iter().filter(|step| *step == "..").count();
    !pattern.is_empty() && path.starts_with(&pattern) && climbs(&path) == climbs(&pattern)
}

#[cfg(test)]
mod tests {
    use super::{allowed, matches, parse};
    use crate::evidence::deps::Source;
    use crate::settings::Sources;

    fn git(url: &str) -> Source {
        Source::Git { url: url.into(), revision: "a1".into() }
    }

    #[test]
    fn cargo_sources_are_read() {
        for (repr, shown) in [
            ("registry+https://github.com/rust-lang/crates.io-index", "crates-io"),
            ("registry+https://example.com/index", "https://example.com/index"),
            ("git+https://example.com/x?tag=v1#ab12", "git+https://example.com/x?tag=v1#ab12"),
        ] {
            assert_eq!(parse(repr).map(|source| source.to_string()).as_deref(), Some(shown));
        }
        for repr in ["git+https://example.com/x", "path+file:///x", "local-registry+file:///x", ""] {
            assert_eq!(parse(repr), None, "{repr}");
        }
    }

    #[test]
    fn a_git_prefix_ends_at_a_step_of_the_path() {
        for (url, pattern, expected) in [
            ("https://github.com/example/x", "https://github.com/example/", true),
            ("https://github.com/example/x.git?branch=main", "https://github.com/example", true),
            ("https://GitHub.com/example/x", "https://github.com/example/x.git", true),
            ("https://github.com/example-evil/x", "https://github.com/example", false),
            ("https://github.com/example/../evil/x", "https://github.com/example/", false),
            ("https://github.com/example/%2e%2e/evil", "https://github.com/example/", false),
            ("https://github.com/example\\..\\evil", "https://github.com/", false),
            ("https://github.com@evil.example/example/x", "https://github.com/", false),
            ("https://github.com.evil.example/x", "https://github.com", false),
            ("http://github.com/example/x", "https://github.com/example/", false),
            ("https://evil.example/?https://github.com/example/", "https://github.com/example/", false),
            ("https://github.com/Example/x", "https://github.com/example/", false),
            ("https://github.com/example/x", "https://", false),
            ("https://github.com/example/x", "", false),
        ] {
            assert_eq!(matches(&git(url), pattern), expected, "{url} {pattern}");
        }
    }

    #[test]
    fn registries_are_equal_and_folders_are_above() {
        let registry = |url: &str| Source::Registry { url: url.into() };
        let path = |path: &str| Source::Path { path: path.into() };
        let sources = Sources {
            registries: vec!["crates-io".into(), "sparse+https://example.com/index/".into()],
            git: Vec::new(),
            paths: vec!["../shared/".into()],
        };
        for (source, expected) in [
            (Source::Member, true),
            (registry("crates-io"), true),
            (registry("sparse+https://example.com/index/"), true),
            (registry("https://example.com/index-evil"), false),
            (git("https://example.com/x"), false),
            (path("vendor/x"), true),
            (path("../shared/x"), true),
            (path("../shared-evil/x"), false),
            (path("../shared/../evil"), false),
            (path("/abs/shared/x"), false),
        ] {
            assert_eq!(allowed(&source, &sources), expected, "{source}");
        }
        let above = Sources { paths: vec!["..".into()], ..sources };
        assert!(allowed(&path("../x"), &above));
        assert!(!allowed(&path("../../x"), &above));
    }
}
