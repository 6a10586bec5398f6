//! Package URLs of type `cargo`, and the names by which an SBOM's parts refer to each other.
//!
//! By the package-url specification: the default registry needs no qualifier, another registry is
//! `repository_url`, a git checkout is `vcs_url`. No machine's path ever gets in.

use std::fmt::Write as _;

use crate::evidence::deps::{Component, Source};

/// The package URL of a package.
pub(super) fn of(name: &str, version: &str, source: &Source) -> String {
    let base = format!("pkg:cargo/{}@{}", encode(name), encode(version));
    match source {
        Source::Registry { url } if url != super::sources::CRATES_IO => {
            format!("{base}?repository_url={}", encode(url))
        }
        Source::Git { url, revision } => {
            // SPDX's form of a checkout: `git+URL@COMMIT`. What was asked for (branch, tag) is left out.
            let url = url.split('?').next().unwrap_or_default();
            format!("{base}?vcs_url={}", encode(&format!("git+{url}@{revision}")))
        }
        Source::Member | Source::Path { .. } | Source::Registry { .. } => base,
    }
}

/// The reference of a component inside its SBOM: the package URL, with the folder where the URL alone
/// would not tell a local package from a registry's of the same name.
pub(super) fn reference(component: &Component, folder: &str) -> String {
    match component.source {
        Source::Member | Source::Path { .. } => format!("path+{folder}#{}", component.id()),
        Source::Registry { .. } | Source::Git { .. } => component.purl.clone(),
    }
}

/// Percent-encodes all but the characters that the specification leaves alone.
fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b".-_~:/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::of;
    use crate::evidence::deps::Source;

    #[test]
    fn each_source_has_its_qualifier() {
        let registry = |url: &str| Source::Registry { url: url.into() };
        let git = Source::Git { url: "https://example.com/x.git?branch=a".into(), revision: "ab12".into() };
        for (version, source, expected) in [
            ("1.0.0", registry("crates-io"), "pkg:cargo/x@1.0.0"),
            ("1.0.0+b.1", registry("crates-io"), "pkg:cargo/x@1.0.0%2Bb.1"),
            (
                "1.0.0",
                registry("sparse+https://example.com/i/"),
                "pkg:cargo/x@1.0.0?repository_url=sparse%2Bhttps://example.com/i/",
            ),
            ("1.0.0", git, "pkg:cargo/x@1.0.0?vcs_url=git%2Bhttps://example.com/x.git%40ab12"),
            ("1.0.0", Source::Member, "pkg:cargo/x@1.0.0"),
        ] {
            assert_eq!(of("x", version, &source), expected);
        }
    }
}
