//! Data contracts of JSON Schema, Protocol Buffers and GraphQL files.
//!
//! Each format has a reader of its own; what they share is here: files that are opened once and within
//! bounds, and a [`Reading`] in which no contract stands twice.

mod find;
mod graphql;
mod json;
mod json_schema;
mod protobuf;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use crate::diagnostics::shown;
use crate::digest::sha256;
use crate::evidence::budgets::{Problem, Unreadable};
use crate::evidence::contracts::{Contract, Field, Format, Kind, Presence, Rules, Variant, Written};
use crate::toml_file;

pub use find::{Found, find};

/// The largest file that is read, in bytes.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// The longest value that stands in a type as it is written, in bytes; of a longer one the digest does.
const LONGEST: usize = 200;

/// A file that a glob of the settings matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaFile {
    /// What it is read as.
    pub format: Format,
    /// Where it is.
    pub path: PathBuf,
    /// Relative to the workspace root, with `/`.
    pub file: String,
    /// Relative to the package that it belongs to, with `/`; the names of its contracts begin with it where
    /// the format gives them none.
    pub name: String,
}

/// What was read of one package.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// The contracts, sorted by format and name.
    pub contracts: Vec<Contract>,
    /// What may be a contract, and cannot be read; sorted by name.
    pub unreadable: Vec<Unreadable>,
    /// What could not be read at all; sorted by place.
    pub problems: Vec<Problem>,
    /// How many files were read.
    pub files: usize,
    /// How many lines they have.
    pub lines: usize,
}

/// Reads the schema files of one package. They are read together: types of GraphQL are extended, and
/// schemas refer to each other, across files. A file that does not parse gives a problem and no contract.
pub fn read(files: &[SchemaFile]) -> Reading {
    let mut reading = Reading::default();
    let mut sources: Vec<Source<'_>> = Vec::new();
    for schema in files {
        match text(&schema.path) {
            Ok(text) => {
                reading.files += 1;
                reading.lines += text.lines().count();
                sources.push(Source { file: &schema.file, name: &schema.name, format: schema.format, text });
            }
            Err(message) => reading.problem(&schema.file, 0, message, "correct the file, or its glob"),
        }
    }
    let of = |format| sources.iter().filter(move |source| source.format == format);
    json_schema::read(of(Format::JsonSchema), &mut reading);
    protobuf::read(of(Format::Protobuf), &mut reading);
    graphql::read(of(Format::Graphql), &mut reading);
    reading.settled()
}

/// The text of a file.
struct Source<'s> {
    file: &'s str,
    name: &'s str,
    format: Format,
    text: String,
}

fn text(path: &Path) -> Result<String, String> {
    let folder = path.parent().unwrap_or(path);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    match toml_file::read(folder, &name, MAX_BYTES) {
        Ok(Some(text)) => Ok(match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_owned(),
            None => text,
        }),
        Ok(None) => Err("it is not there".to_owned()),
        Err(error) => {
            Err(error.complaints().first().map_or_else(|| error.to_string(), |first| first.message.clone()))
        }
    }
}

impl Reading {
    fn problem(&mut self, file: &str, line: usize, message: impl Into<String>, remedy: &str) {
        let (message, remedy) = (message.into(), remedy.to_owned());
        self.problems.push(Problem { file: file.to_owned(), line, message, remedy });
    }

    /// In order, and no contract twice.
    fn settled(mut self) -> Reading {
        self.contracts.sort_by(|a, b| (a.format, &a.name).cmp(&(b.format, &b.name)));
        let twice = |problems: &mut Vec<Problem>, again: &Contract, first: &Contract| {
            let message = format!(
                "{} is defined twice: the first one is in {}, line {}",
                shown(&again.name),
                shown(&first.file),
                first.line
            );
            let remedy = "rename one, or leave its file out of the globs".to_owned();
            problems.push(Problem { file: again.file.clone(), line: again.line, message, remedy });
        };
        let problems = &mut self.problems;
        self.contracts.dedup_by(|again, first| {
            let same = (again.format, &again.name) == (first.format, &first.name);
            if same {
                twice(problems, again, first);
            }
            same
        });
        self.unreadable.sort_by(|a, b| (&a.name, &a.file, a.line).cmp(&(&b.name, &b.file, b.line)));
        self.unreadable.dedup_by(|again, first| again.name == first.name);
        self.problems.sort();
        self.problems.dedup();
        self
    }
}

fn contract(format: Format, kind: Kind, name: String, file: &str, line: usize) -> Contract {
    let rules = Rules { reads: true, writes: true, ..Rules::default() };
    let (fields, variants) = (Vec::new(), Vec::new());
    Contract { name, format, kind, rules, fields, variants, file: file.to_owned(), line }
}

/// A field. What may be missing when read is left out at times when written.
fn field(name: impl Into<String>, ty: String, presence: Presence, line: usize) -> Field {
    Field {
        name: name.into(),
        read_name: None,
        aliases: Vec::new(),
        ty,
        presence,
        written: if presence == Presence::Required { Written::Always } else { Written::Sometimes },
        read: true,
        flatten: false,
        write_with: None,
        read_with: None,
        number: None,
        oneof: None,
        when: None,
        line,
    }
}

/// A variant without content; with content, if it has a type.
fn variant(name: impl Into<String>, ty: Option<String>, line: usize) -> Variant {
    Variant {
        name: name.into(),
        read_name: None,
        aliases: Vec::new(),
        kind: if ty.is_some() { Kind::Newtype } else { Kind::Unit },
        fields: ty.into_iter().map(|ty| field("0", ty, Presence::Required, line)).collect(),
        read: true,
        written: true,
        other: false,
        untagged: false,
        with: None,
        number: None,
        when: None,
        line,
    }
}

/// A value as it stands in a type.
fn short(value: String) -> String {
    if value.len() <= LONGEST { value } else { format!("sha256:{}", sha256(value.as_bytes())) }
}
