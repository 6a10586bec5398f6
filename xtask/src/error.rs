//! Errors that end a run before there is a verdict. Findings are not errors: they are in `verdict`.

use std::fmt;

use crate::diagnostics::Complaint;

/// What kept the tool from reaching a verdict.
#[derive(Debug)]
pub struct Error {
    kind: Kind,
    message: String,
    help: Option<String>,
    complaints: Vec<Complaint>,
    /// Whether the message only counts the complaints.
    about_files: bool,
}

/// Which exit status an error maps to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Bad usage, configuration or ref: exit status 2.
    Usage,
    /// The tool itself could not do its work: exit status 3.
    Tool,
}

/// The result of everything that can end a run.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Bad usage, configuration or ref.
    pub fn usage(message: impl Into<String>) -> Self {
        Error {
            kind: Kind::Usage,
            message: message.into(),
            help: None,
            complaints: Vec::new(),
            about_files: false,
        }
    }

    /// The tool itself could not do its work.
    pub fn tool(message: impl Into<String>) -> Self {
        Error {
            kind: Kind::Tool,
            message: message.into(),
            help: None,
            complaints: Vec::new(),
            about_files: false,
        }
    }

    /// A configuration file with one or more complaints, each with its place.
    pub fn configuration(complaints: Vec<Complaint>) -> Self {
        let files: std::collections::BTreeSet<&str> = complaints.iter().map(|c| c.file.as_str()).collect();
        let files = files.into_iter().collect::<Vec<_>>().join(", ");
        let noun = if complaints.len() == 1 { "error" } else { "errors" };
        let message = format!("{} {noun} in {files}", complaints.len());
        Error { kind: Kind::Usage, message, help: None, complaints, about_files: true }
    }

    /// Several errors as one: their complaints together; if one of them is no complaint about a file,
    /// that one comes first, and a tool error before all.
    pub fn merged(mut errors: Vec<Error>) -> Self {
        errors.sort_by_key(|error| (error.kind != Kind::Tool, !error.complaints.is_empty()));
        let complaints: Vec<Complaint> =
            errors.iter_mut().flat_map(|error| std::mem::take(&mut error.complaints)).collect();
        match errors.into_iter().next() {
            Some(first) if !first.about_files => Error { complaints, ..first },
            _ => Error::configuration(complaints),
        }
    }

    /// Adds what to do next.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same error in words that fit where it will be shown.
    #[must_use]
    pub fn rewritten(mut self, rewrite: fn(&str) -> String) -> Self {
        self.message = rewrite(&self.message);
        self.help = self.help.as_deref().map(rewrite);
        for complaint in &mut self.complaints {
            let Complaint { file, path, message, help, .. } = complaint;
            for text in [file, path, message].into_iter().chain(help) {
                *text = rewrite(text);
            }
        }
        self
    }

    /// Which exit status this maps to.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The complaints about configuration files, if that is what this error is.
    pub fn complaints(&self) -> &[Complaint] {
        &self.complaints
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for complaint in &self.complaints {
            writeln!(f, "{complaint}")?;
        }
        write!(f, "error: {}", self.message)?;
        if let Some(help) = &self.help {
            write!(f, "\n  help: {help}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}
