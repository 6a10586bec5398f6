//! A quick look at an advisory that cannot matter: whole, in its place, and of which day.
//!
//! Knows only the form in which RustSec writes its files, line by line, and says nothing about any
//! other: those go to the real parser. So it may be narrow, but must not take a broken file for whole.

use std::path::Path;

use time::Date;

use super::date;

/// The keys of a section, at most one line or one list each.
const ADVISORY: &[&str] = &[
    "id",
    "package",
    "date",
    "url",
    "references",
    "categories",
    "keywords",
    "aliases",
    "related",
    "cvss",
    "informational",
    "withdrawn",
    "license",
    "expect-deleted",
];
const VERSIONS: &[&str] = &["patched", "unaffected"];
const AFFECTED: &[&str] = &["os", "arch"];

/// The date of an advisory that has the usual form and stands in its place; `None` if that cannot be
/// told in this way.
pub(super) fn skim(text: &str, file: &Path) -> Option<Date> {
    let front = text.strip_prefix("```toml\n[advisory]\n")?;
    let (front, rest) = front.split_once("\n```\n")?;
    let title = rest.trim_start().strip_prefix("# ")?;
    if !title.contains('\n') || front.contains("\n```") {
        return None;
    }
    let mut parts = front.split("\n[");
    let advisory = section(parts.next()?, |key| ADVISORY.contains(&key))?;
    let mut seen = Vec::new();
    let mut patched = false;
    for part in parts {
        let (header, body) = part.split_once(']')?;
        let body = if body.is_empty() { body } else { body.strip_prefix('\n')? };
        let keys = match header {
            "versions" => section(body, |key| VERSIONS.contains(&key))?,
            "affected" => section(body, |key| AFFECTED.contains(&key))?,
            "affected.functions" => section(body, |key| string(key).is_some())?,
            _ => return None,
        };
        if seen.contains(&header) {
            return None;
        }
        patched |= header == "versions" && keys.iter().any(|(key, _)| *key == "patched");
        seen.push(header);
    }
    if !patched {
        return None;
    }
    let of =
        |wanted: &str| advisory.iter().find(|(key, _)| *key == wanted).and_then(|(_, value)| string(value));
    let in_place = Some(of("id")?) == file.file_name()?.to_str()?.strip_suffix(".md")
        && Some(of("package")?) == file.parent()?.file_name()?.to_str();
    if in_place { date(of("date")?) } else { None }
}

/// The keys and values of a section, each key known and there once.
fn section(text: &str, known: impl Fn(&str) -> bool) -> Option<Vec<(&str, &str)>> {
    let mut found: Vec<(&str, &str)> = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.is_empty() {
            continue;
        }
        let (key, value) = line.split_once(" = ")?;
        if !known(key) || found.iter().any(|(other, _)| *other == key) {
            return None;
        }
        let whole = match value.strip_prefix('[') {
            Some("") => long_list(&mut lines),
            Some(items) => short_list(items),
            None => string(value).is_some() || value == "true" || value == "false",
        };
        if !whole {
            return None;
        }
        found.push((key, value));
    }
    Some(found)
}

/// A string without anything that TOML would have to decode.
fn string(value: &str) -> Option<&str> {
    let inner = value.strip_prefix('"')?.strip_suffix('"')?;
    (!inner.contains(['"', '\\']) && !inner.contains(char::is_control)).then_some(inner)
}

/// The rest of `["a", "b"]` after its bracket.
fn short_list(items: &str) -> bool {
    let Some(items) = items.strip_suffix(']') else { return false };
    items.is_empty() || items.split(", ").all(|item| string(item).is_some())
}

/// One string a line, up to the closing bracket.
fn long_list<'a>(lines: &mut impl Iterator<Item = &'a str>) -> bool {
    for line in lines {
        if line == "]" {
            return true;
        }
        let item = line.trim_start_matches(' ');
        if string(item.strip_suffix(',').unwrap_or(item)).is_none() || !item.ends_with(',') {
            return false;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use rustsec::Advisory;

    use super::*;

    const GOOD: &str = "```toml\n[advisory]\nid = \"RUSTSEC-2020-0001\"\npackage = \"demo\"\ndate = \"2020-05-01\"\n\
        keywords = [\"a\", \"b\"]\nreferences = [\n    \"https://example.com/a\",\n    \"https://example.com/b\",\n]\n\n\
        [affected]\nos = [\"windows\"]\n[affected.functions]\n\"demo::a\" = [\"< 1.2.3\"]\n\n\
        [versions]\npatched = [\">= 1.2.3\"]\nunaffected = []\n```\n\n# Title\n\nText.\n";

    fn skimmed(text: &str) -> Option<Date> {
        skim(text, Path::new("db/crates/demo/RUSTSEC-2020-0001.md"))
    }

    #[test]
    fn the_usual_form_is_known() {
        assert!(GOOD.parse::<Advisory>().is_ok());
        assert_eq!(skimmed(GOOD), date("2020-05-01"));
    }

    #[test]
    fn nothing_that_the_parser_refuses_is_taken_for_whole() {
        // Every line left out, doubled, and cut in half; then single characters left out.
        let lines: Vec<&str> = GOOD.split_inclusive('\n').collect();
        let mut variants = Vec::new();
        for (number, line) in lines.iter().enumerate() {
            for other in [String::new(), line.repeat(2), line[..line.len() / 2].to_owned()] {
                let mut changed: Vec<&str> = lines.clone();
                changed[number] = &other;
                variants.push(changed.concat());
            }
        }
        variants.extend((0..GOOD.len()).map(|at| format!("{}{}", &GOOD[..at], &GOOD[at + 1..])));
        variants.extend((0..GOOD.len()).map(|at| GOOD[..at].to_owned()));
        let mut refused = 0;
        for text in variants {
            // What a URL, a category or a requirement says is of no concern for a crate that is not
            // locked; the file's form and its place are.
            let front = text.strip_prefix("```toml").and_then(|text| text.split_once("\n```"));
            let form = front.is_some_and(|(front, _)| front.parse::<toml_edit::DocumentMut>().is_ok());
            let keys = ["[advisory]", "\nid =", "\npackage =", "\ndate =", "[versions]", "\npatched ="];
            if !form || keys.iter().any(|key| !text.contains(key)) {
                assert_eq!(skimmed(&text), None, "{text}");
                refused += 1;
            }
        }
        assert!(refused > 100, "{refused}");
    }

    #[test]
    fn what_stands_elsewhere_or_has_another_form_is_left_to_the_parser() {
        let cases = [
            ("RUSTSEC-2020-0001", "RUSTSEC-2020-0002"),
            ("demo", "other"),
            ("2020-05-01", "2020-05-32"),
            ("keywords", "unknown"),
            ("\"demo\"", "'demo'"),
            ("\"a\", \"b\"", "\"a\" \"b\""),
            ("patched", "patches"),
            ("[versions]", "[other]\nos = []\n\n[versions]"),
            ("[versions]", "[affected]\n\n[versions]"),
            ("[versions]", "[affected.functions]\na::b = []\n\n[versions]"),
            ("[affected]", "[affected] os = []"),
            ("[versions]", "[[versions]]"),
        ];
        for (from, to) in cases {
            assert_eq!(skimmed(&GOOD.replacen(from, to, 1)), None, "{from}");
        }
    }
}
