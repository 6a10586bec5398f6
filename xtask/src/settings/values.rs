//! Checks of single values. Each says what is wrong and what was expected.
//!
//! Words that end up as arguments of a program are held to the characters that such words have, so
//! that none of them can pass for an option.

use std::time::Duration;

use spdx::{Licensee, ParseMode};

use crate::diagnostics::shown;
use crate::yaml::{Complaints, Node};

/// What is wrong, and what was expected.
pub(super) type Bad = (String, String);

/// Puts a value in its place, if there is one.
pub(super) fn set<T>(slot: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *slot = value;
    }
}

/// A duration such as `90s`, from a second to a day.
pub(super) fn duration(node: &Node, c: &mut Complaints) -> Option<Duration> {
    const EXPECTED: &str = "a duration such as 90s, 30m or 2h, from 1s to 24h";
    let bad =
        |text: &str| (format!("{} is not such a duration", shown(text)), format!("expected {EXPECTED}"));
    node.checked(EXPECTED, c, |text| {
        let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
        let unit = match &text[digits.len()..] {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            _ => return Err(bad(text)),
        };
        let plain = digits.len() <= 6 && digits.bytes().all(|byte| byte.is_ascii_digit());
        let number = digits.parse::<u64>().ok().filter(|_| plain).ok_or_else(|| bad(text))?;
        let seconds = number * unit;
        if (1..=24 * 3600).contains(&seconds) { Ok(Duration::from_secs(seconds)) } else { Err(bad(text)) }
    })
}

/// Letters, digits and some further characters, not beginning with `-`.
fn word(text: &str, further: &str, what: &str) -> Result<(), Bad> {
    let fits = |c: char| c.is_ascii_alphanumeric() || further.contains(c);
    if !text.is_empty() && !text.starts_with('-') && text.len() <= 200 && text.chars().all(fits) {
        return Ok(());
    }
    let further: Vec<String> = further.chars().map(String::from).collect();
    let help = format!("expected letters, digits and {}, not beginning with -", further.join(" "));
    Err((format!("{} cannot be {what}", shown(text)), help))
}

/// A cargo feature, as `--features` takes it.
pub(super) fn feature(text: &str) -> Result<(), Bad> {
    word(text, "_-+./?:", "a feature")
}

/// A lint or a group of lints, as `-D` takes it.
pub(super) fn lint(text: &str) -> Result<(), Bad> {
    word(text, "_-:", "a lint")
}

/// A package's name.
pub(super) fn package(text: &str) -> Result<(), Bad> {
    word(text, "_-", "a package's name")
}

/// A target triple.
pub(super) fn target(text: &str) -> Result<(), Bad> {
    word(text, "_-.", "a target triple")
}

/// A nextest profile.
pub(super) fn profile(text: &str) -> Result<(), Bad> {
    word(text, "_-", "a nextest profile")
}

/// The name of a custom check, which is also the name of its log.
pub(super) fn check_name(text: &str) -> Result<(), Bad> {
    word(text, "_-", "a check's name")?;
    if text.len() > 64 {
        return Err(("a check's name of more than 64 characters".into(), "choose a shorter one".into()));
    }
    Ok(())
}

/// The name of a variable of the environment.
pub(super) fn variable(text: &str) -> Result<(), Bad> {
    word(text, "_", "a variable's name")
}

/// A text that a program can be given.
pub(super) fn argument(text: &str) -> Result<(), Bad> {
    if text.contains('\0') {
        return Err(("a NUL character".into(), "no program can be given one; remove it".into()));
    }
    Ok(())
}

/// A reason that a person can read.
pub(super) fn reason(text: &str) -> Result<String, Bad> {
    let reason = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if reason.is_empty() {
        return Err(("an empty reason".into(), "say in a few words why the check does not apply".into()));
    }
    Ok(reason)
}

/// A folder inside the workspace, relative to its root.
pub(super) fn folder_inside(text: &str) -> Result<String, Bad> {
    relative_folder(text)?;
    if text.split('/').any(|step| step == "..") {
        let help = "expected a folder inside the workspace, relative to its root".to_owned();
        return Err((format!("{} may lie outside the workspace", shown(text)), help));
    }
    Ok(text.to_owned())
}

/// A folder relative to the workspace root, wherever it lies.
pub(super) fn relative_folder(text: &str) -> Result<(), Bad> {
    let odd = |c: char| c.is_control() || matches!(c, '\\' | ':');
    if text.is_empty() || text.starts_with(['/', '~']) || text.contains(odd) {
        let help = "expected a path relative to the workspace root, with / between folders".to_owned();
        return Err((format!("{} is not a relative path", shown(text)), help));
    }
    Ok(())
}

/// A glob of files inside the workspace, relative to its root.
pub(super) fn glob(text: &str) -> Result<(), Bad> {
    folder_inside(text)?;
    match globset::Glob::new(text) {
        Ok(_) => Ok(()),
        Err(error) => Err((
            format!("{} is no glob: {}", shown(text), error.kind()),
            "expected a path with *, ?, [a-z], {a,b} or ** in it, such as schemas/**/*.json".to_owned(),
        )),
    }
}

/// One SPDX licence, with an exception where needed; the older forms that crates.io is full of too.
pub(super) fn licence(text: &str) -> Result<(), Bad> {
    let mode = ParseMode {
        allow_slash_as_or_operator: false,
        allow_imprecise_license_names: false,
        allow_postfix_plus_on_gpl: true,
        allow_deprecated: true,
        allow_unknown: false,
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.iter().any(|word| matches!(*word, "OR" | "AND")) || text.contains(['/', '(']) {
        let help = "list each licence as an entry of its own".to_owned();
        return Err((format!("{} is an expression, not one licence", shown(text)), help));
    }
    let one = matches!(words.as_slice(), [_] | [_, "WITH", _]);
    if one && text == text.trim() && Licensee::parse_mode(text, mode).is_ok() {
        return Ok(());
    }
    let help = match spdx::imprecise_license_id(text) {
        Some((id, _)) => format!("did you mean `{}`?", id.name),
        None => "expected an identifier from https://spdx.org/licenses, such as MIT".to_owned(),
    };
    Err((format!("{} is not an SPDX licence", shown(text)), help))
}

/// A registry.
pub(super) fn registry(text: &str) -> Result<(), Bad> {
    if text == "crates-io" || has_host(text) {
        return Ok(());
    }
    let help = "expected crates-io, or the URL of a registry's index".to_owned();
    Err((format!("{} is not a registry", shown(text)), help))
}

/// The beginning of a git URL, at least up to the host.
pub(super) fn git_prefix(text: &str) -> Result<(), Bad> {
    if has_host(text) && !text.contains("..") && !text.contains(['%', '?', '#', '\\']) {
        return Ok(());
    }
    let help = "expected the beginning of a git URL, such as https://github.com/example/".to_owned();
    Err((format!("{} does not name a git host", shown(text)), help))
}

fn has_host(text: &str) -> bool {
    let odd = |c: char| c.is_control() || c.is_whitespace();
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-');
    let host_or_file = !rest.starts_with('/') || scheme.ends_with("file");
    !scheme.is_empty() && scheme.chars().all(plain) && !rest.is_empty() && host_or_file && !text.contains(odd)
}
