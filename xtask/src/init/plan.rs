//! From what is there and what is asked for to what would be written. Pure.

use toml_edit::DocumentMut;

use super::package::{self, Standing};
use super::{Change, Found, MANIFEST, Plan, Request, alias, files, manifest};
use crate::error::{Error, Result};
use crate::toml_file::{syntax, with_line_ends_of};

/// Plans what would be written.
///
/// # Errors
/// A usage error if the name is somebody else's already, or if a file that would be edited cannot be.
pub(crate) fn plan(found: &Found, request: &Request<'_>) -> Result<Plan> {
    let standing = package::standing(found, request.name)?;
    let text = found.files.get(MANIFEST).map(String::as_str).unwrap_or_default();
    let mut plan = Plan::default();
    plan.edit(found, MANIFEST, manifest::with_member(text, request.name, &found.apart)?);
    let [first, usual] = alias::FILES;
    let file = if found.files.contains_key(first) { first } else { usual };
    let config = found.files.get(file).map(String::as_str);
    plan.edit(found, file, alias::with_alias(file, config, request.name, standing)?);
    if standing != Standing::Copied {
        let texts = package::texts(request.name, request.source, &parse(MANIFEST, text)?);
        for (file, text) in package::files(request.name).into_iter().zip(texts) {
            plan.create(found, &file, text);
        }
    }
    for (file, text) in files::new_files(found, request) {
        plan.create(found, file, text);
    }
    let ignored = files::ignoring(found.files.get(files::IGNORE).map(String::as_str));
    plan.edit(found, files::IGNORE, ignored);
    Ok(plan)
}

impl Plan {
    fn edit(&mut self, found: &Found, file: &str, after: Option<String>) {
        if let Some(after) = after {
            let before = found.files.get(file).cloned();
            self.changes.push(Change { file: file.to_owned(), before, after });
        }
    }

    /// A file that comes if it is not there. One that says something else belongs to somebody.
    fn create(&mut self, found: &Found, file: &str, after: String) {
        match found.files.get(file) {
            None => self.changes.push(Change { file: file.to_owned(), before: None, after }),
            Some(text) if text.replace("\r\n", "\n") == after => {}
            Some(_) => self.left_alone.push((file.to_owned(), remark(file).to_owned())),
        }
    }
}

/// What a file that is left alone may still need.
fn remark(file: &str) -> &'static str {
    match file {
        files::GITLAB => {
            "it is there and says something else; see that a job runs `cargo xtask maturity`, and that what \
             publishes needs it"
        }
        _ => "it is there and says something else",
    }
}

/// Edits a TOML file; `None` if nothing changed. Line ends and a byte order mark stay.
///
/// # Errors
/// A usage error if it is no TOML; what `change` says.
pub(super) fn edit(
    file: &str,
    text: &str,
    change: impl FnOnce(&mut DocumentMut) -> Result<()>,
) -> Result<Option<String>> {
    let (mark, bare) = match text.strip_prefix('\u{feff}') {
        Some(bare) => ("\u{feff}", bare),
        None => ("", text),
    };
    let mut document = parse(file, bare)?;
    let before = document.to_string();
    change(&mut document)?;
    let after = document.to_string();
    Ok((after != before).then(|| format!("{mark}{}", with_line_ends_of(bare, after))))
}

fn parse(file: &str, text: &str) -> Result<DocumentMut> {
    text.trim_start_matches('\u{feff}').parse().map_err(|error| {
        Error::usage(format!("{file} is no TOML that can be edited: {}", syntax(&error)))
            .help("mend it first; nothing was written")
    })
}
