//! The headings of a changelog, and whether one is about a version.
//!
//! Markdown as CommonMark 0.31 has it: headings that begin with `#`, and those that are underlined. What
//! stands in a code block or in a comment is no heading. Any text is read; none is trusted.

use std::io::Read;
use std::path::Path;

use cargo_metadata::semver::Version;

/// The file's name, where the settings name no other.
pub const NAME: &str = "CHANGELOG.md";
/// The most that is read, in bytes.
const MOST: u64 = 8 << 20;

/// A changelog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changelog {
    /// Its path, relative to the workspace.
    pub file: String,
    /// Its headings; or why it could not be read.
    pub headings: Result<Vec<Heading>, String>,
}

/// A heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// One-based line.
    pub line: u32,
    /// Its text.
    pub text: String,
}

/// Reads a changelog, if there is one.
pub fn read(path: &Path, file: String) -> Option<Changelog> {
    let headings = match text(path) {
        Ok(None) => return None,
        Ok(Some(text)) => Ok(headings(&text)),
        Err(reason) => Err(reason),
    };
    Some(Changelog { file, headings })
}

fn text(path: &Path) -> Result<Option<String>, String> {
    let cannot = |error: std::io::Error| format!("it cannot be read: {error}");
    match std::fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(cannot(error)),
        // Whatever else it is, reading it might never end.
        Ok(metadata) if !metadata.is_file() => return Err("it is no file".to_owned()),
        Ok(_) => {}
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(cannot)?;
    file.take(MOST + 1).read_to_end(&mut bytes).map_err(cannot)?;
    if bytes.len() as u64 > MOST {
        return Err(format!("it is larger than {} MiB", MOST >> 20));
    }
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

/// The headings of a text.
pub fn headings(text: &str) -> Vec<Heading> {
    let mut found = Vec::new();
    let mut fence: Option<(char, usize)> = None;
    let mut comment = false;
    let mut before: Option<(usize, &str)> = None;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (at, line) in text.lines().enumerate() {
        let above = before.take();
        let body = line.trim_start_matches(' ');
        if comment {
            comment = !line.contains("-->");
            continue;
        }
        if let Some((sign, length)) = fence {
            let closing = body.chars().take_while(|c| *c == sign).count();
            if closing >= length && body.trim_matches(sign).trim().is_empty() {
                fence = None;
            }
            continue;
        }
        // Four spaces or a tab make a code block.
        if line.len() - body.len() > 3 || body.starts_with('\t') || body.trim().is_empty() {
            continue;
        }
        if body.starts_with("<!--") {
            comment = !body.contains("-->");
            continue;
        }
        let sign = body.chars().next().unwrap_or_default();
        let length = body.chars().take_while(|c| *c == sign).count();
        if matches!(sign, '`' | '~') && length >= 3 {
            fence = Some((sign, length));
        } else if let Some(text) = with_signs(body) {
            found.push(heading(at, text));
        } else if let (Some((at, text)), true) = (above, is_underline(body)) {
            found.push(heading(at, text));
        } else {
            before = Some((at, body));
        }
    }
    found
}

fn heading(at: usize, text: &str) -> Heading {
    Heading { line: u32::try_from(at + 1).unwrap_or(u32::MAX), text: text.trim().to_owned() }
}

/// The text of a heading that begins with one to six `#`.
fn with_signs(body: &str) -> Option<&str> {
    let rest = body.trim_start_matches('#');
    let signs = body.len() - rest.len();
    ((1..=6).contains(&signs) && rest.starts_with([' ', '\t'])).then_some(rest)
}

fn is_underline(body: &str) -> bool {
    let body = body.trim_end();
    ["=", "-"].iter().any(|sign| body.trim_matches(|c: char| sign.contains(c)).is_empty())
}

/// Whether a heading is about a version: it comes first, after `version` or `release` or one of `names`,
/// in whatever brackets, such as `[1.2.3] - 2026-03-01`, `v1.2.3`, `orders-v1.2.3` or `Version 1.2.3`.
pub fn is_about(heading: &str, version: &Version, names: &[&str]) -> bool {
    let mut words = words(heading).skip_while(|word| {
        let skipped = ["version", "release", "v"].iter().chain(names);
        skipped.into_iter().any(|skipped| word.eq_ignore_ascii_case(skipped))
    });
    let Some(word) = words.next() else { return false };
    let after_name =
        names.iter().filter_map(|name| word.strip_prefix(*name)?.strip_prefix(['-', '@', '/', '_']));
    std::iter::once(word).chain(after_name).any(|text| {
        let number = text.strip_prefix(['v', 'V']).unwrap_or(text);
        Version::parse(number).is_ok_and(|found| same(version, &found))
    })
}

/// Whether a heading is about what was not released yet.
pub fn is_unreleased(heading: &str) -> bool {
    words(heading).next().is_some_and(|word| word.eq_ignore_ascii_case("unreleased"))
}

/// Whether a version is the one that is looked for. Of build metadata, which says nothing about order and
/// compatibility (Semantic Versioning 2.0.0, item 10), only what is asked for must be there.
pub fn same(asked: &Version, found: &Version) -> bool {
    let of = |version: &Version| (version.major, version.minor, version.patch, version.pre.clone());
    of(asked) == of(found) && (asked.build.is_empty() || asked.build == found.build)
}

/// The words of a heading, without brackets, markup, quotes and the target of a link.
fn words(heading: &str) -> impl Iterator<Item = &str> {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '+' | '_' | '@' | '/');
    let words = heading.split(move |c| !part(c));
    words.map(|word| word.trim_matches(['.', '-', '_', '/'])).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about(heading: &str, version: &str) -> bool {
        is_about(heading, &version.parse().unwrap(), &["orders", "orders-api"])
    }

    #[test]
    fn headings_of_both_kinds_are_found_and_nothing_else() {
        let text = "\u{feff}# Changelog\r\n\r\nAll of it.\r\n\n## [1.2.0] - 2026-03-01 ##\n- x\n1.1.0\n-----\n\
                    ### Fixed\n```md\n## 9.0.0\n~~~\n```\n~~~~\n## 9.0.1\n~~~\n~~~~\n    ## 9.0.2\n\t## 9.0.3\n\
                    <!--\n## 9.0.4\n-->\n<!-- ## 9.0.5 -->\n   ## 1.0.0\n##9.0.6\n####### 9.0.7\n\n---\n#\t0.9.0\n0.8.0\n===";
        let found: Vec<(u32, String)> = headings(text).into_iter().map(|h| (h.line, h.text)).collect();
        let expected = [
            (1, "Changelog"),
            (5, "[1.2.0] - 2026-03-01 ##"),
            (7, "1.1.0"),
            (9, "Fixed"),
            (24, "1.0.0"),
            (29, "0.9.0"),
            (30, "0.8.0"),
        ];
        assert_eq!(found, expected.map(|(line, text)| (line, text.to_owned())));
        for text in ["", "\n", "---", "<!--", "```", "#", "\u{0}# \u{0}", "# "] {
            headings(text);
        }
    }

    #[test]
    fn a_heading_is_about_the_version_that_comes_first() {
        for heading in [
            "1.2.3",
            "v1.2.3",
            "[1.2.3] - 2026-03-01",
            "[1.2.3](https://example.com/compare/v1.2.2...v1.2.3) (2026-03-01)",
            "[v1.2.3]",
            "Version 1.2.3",
            "Release v1.2.3 \u{1f680}",
            "\u{1f680} 1.2.3",
            "**1.2.3**",
            "`1.2.3`",
            "orders 1.2.3",
            "orders-v1.2.3",
            "orders-api@1.2.3",
            "orders: 1.2.3 (2026-03-01)",
            "1.2.3+build.5",
            "1.2.3.",
        ] {
            assert!(about(heading, "1.2.3"), "{heading}");
        }
        for heading in [
            "1.2.4",
            "1.2.3-rc.1",
            "11.2.3",
            "1.2.30",
            "1.2",
            "Changes since 1.2.3",
            "1.2.2 (before 1.2.3)",
            "billing 1.2.3",
            "billing-1.2.3",
            "",
            "[Unreleased]",
        ] {
            assert!(!about(heading, "1.2.3"), "{heading}");
        }
        assert!(about("[1.2.3-rc.1]", "1.2.3-rc.1") && !about("1.2.3-rc.10", "1.2.3-rc.1"));
        assert!(about("1.2.3+b.7", "1.2.3+b.7") && !about("1.2.3", "1.2.3+b.7"));
        assert!(
            is_unreleased("[Unreleased]")
                && is_unreleased("UNRELEASED - soon")
                && !is_unreleased("x unreleased")
        );
    }

    #[test]
    fn a_changelog_that_cannot_be_read_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let read = |name: &str| read(&folder.path().join(name), name.to_owned());
        assert_eq!(read("none"), None);
        std::fs::create_dir(folder.path().join("folder")).unwrap();
        assert_eq!(read("folder").unwrap().headings, Err("it is no file".to_owned()));
        std::fs::write(folder.path().join("huge"), vec![b'#'; (MOST + 1) as usize]).unwrap();
        assert_eq!(read("huge").unwrap().headings, Err("it is larger than 8 MiB".to_owned()));
        std::fs::write(folder.path().join("odd"), b"# 1.0.0 \xff\n").unwrap();
        assert_eq!(read("odd").unwrap().headings.unwrap().len(), 1);
    }
}
