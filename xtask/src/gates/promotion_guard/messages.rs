//! Reads the JSON messages of cargo and the compiler, and the compiler's plain text where there is
//! no JSON. Messages about packages outside the workspace are not kept.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use cargo_metadata::diagnostic::{Diagnostic as RustcDiagnostic, DiagnosticLevel, DiagnosticSpan};
use cargo_metadata::{CompilerMessage, Message, PackageId, Target, TargetKind};

use super::text::{LINE_LIMIT, OUTPUT_LIMIT, clip};
use crate::evidence::checks::Diagnostic;
use crate::workspace::Workspace;

/// The most messages that are kept of one run.
const MESSAGE_LIMIT: usize = 1000;

/// An executable that cargo built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::gates) struct Executable {
    /// The package's name.
    pub(in crate::gates) package: String,
    /// Which target of it, such as `lib` or `test/api`.
    pub(in crate::gates) target: String,
    /// Where it is.
    pub(in crate::gates) path: String,
}

/// What cargo's messages said.
#[derive(Debug, Default)]
pub(in crate::gates) struct Messages {
    /// Each message once, although the library and its test both give it.
    pub(in crate::gates) diagnostics: Vec<Diagnostic>,
    /// Test executables, in the order of their messages.
    pub(super) executables: Vec<Executable>,
    /// Binaries, likewise.
    pub(in crate::gates) binaries: Vec<Executable>,
    /// Members that cargo or the compiler said anything about.
    pub(super) packages: BTreeSet<String>,
    /// Their targets, likewise, as `package target`.
    pub(super) targets: BTreeSet<String>,
    /// Messages that could not be read.
    pub(super) unreadable: usize,
    seen: BTreeSet<String>,
}

/// Reads messages line by line.
pub(in crate::gates) struct MessageReader<'a> {
    workspace: &'a Workspace,
    members: BTreeMap<&'a PackageId, &'a str>,
    messages: Messages,
}

impl<'a> MessageReader<'a> {
    /// A reader that has read nothing.
    pub(in crate::gates) fn new(workspace: &'a Workspace) -> Self {
        let members =
            workspace.members.workspace_packages().into_iter().map(|p| (&p.id, p.name.as_str())).collect();
        MessageReader { workspace, members, messages: Messages::default() }
    }

    /// Reads a line of standard output.
    pub(in crate::gates) fn line(&mut self, line: &[u8]) {
        if !line.starts_with(b"{") {
            return;
        }
        match serde_json::from_slice::<Message>(line) {
            Ok(Message::CompilerMessage(message)) => self.compiler_message(&message),
            Ok(Message::CompilerArtifact(artifact)) => {
                let Some(package) = self.members.get(&artifact.package_id) else { return };
                if artifact.target.is_custom_build() {
                    return;
                }
                self.messages.packages.insert((*package).to_owned());
                self.messages.targets.insert(format!("{package} {}", target_name(&artifact.target)));
                let Some(path) = artifact.executable else { return };
                let executable = Executable {
                    package: (*package).to_owned(),
                    target: target_name(&artifact.target),
                    path: path.into_string(),
                };
                match artifact.profile.test {
                    true => self.messages.executables.push(executable),
                    false => self.messages.binaries.push(executable),
                }
            }
            Ok(_) => {}
            Err(_) => self.messages.unreadable += 1,
        }
    }

    /// What was read.
    pub(in crate::gates) fn finish(self) -> Messages {
        self.messages
    }

    fn compiler_message(&mut self, message: &CompilerMessage) {
        let Some(package) = self.members.get(&message.package_id).map(|name| (*name).to_owned()) else {
            return;
        };
        if !message.target.is_custom_build() {
            self.messages.packages.insert(package.clone());
            self.messages.targets.insert(format!("{package} {}", target_name(&message.target)));
        }
        let level = match message.message.level {
            DiagnosticLevel::Error | DiagnosticLevel::Ice => "error",
            DiagnosticLevel::Warning => "warning",
            _ => return,
        };
        let diagnostic = diagnostic(self.workspace, &message.message, level, package);
        // "aborting due to 2 previous errors" says nothing of its own.
        if diagnostic.file.is_none() && is_summary(&diagnostic.message) {
            return;
        }
        let Diagnostic { file, line, column, code, message, .. } = &diagnostic;
        let key = format!("{file:?}:{line:?}:{column:?} {code:?} {message}");
        if self.messages.seen.len() < MESSAGE_LIMIT && self.messages.seen.insert(key) {
            self.messages.diagnostics.push(diagnostic);
        }
    }
}

fn is_summary(message: &str) -> bool {
    message.starts_with("aborting due to")
        || message.ends_with("emitted")
        || message.starts_with("could not compile")
        || message.starts_with("Some errors have detailed explanations")
        || message.starts_with("For more information about")
}

fn diagnostic(workspace: &Workspace, message: &RustcDiagnostic, level: &str, package: String) -> Diagnostic {
    let span = message.spans.iter().find(|span| span.is_primary).map(|span| in_workspace(workspace, span));
    Diagnostic {
        level: level.into(),
        code: message.code.as_ref().map(|code| code.code.clone()),
        message: clip(message.message.lines().next().unwrap_or_default(), LINE_LIMIT),
        package: Some(package),
        file: span.map(|span| workspace.relative(Path::new(&span.file_name))),
        line: span.and_then(|span| u32::try_from(span.line_start).ok()),
        column: span.and_then(|span| u32::try_from(span.column_start).ok()),
        rendered: clip(message.rendered.as_deref().unwrap_or_default().trim_end(), OUTPUT_LIMIT),
    }
}

/// The place in the workspace's own code, where the message is about the inside of a macro from elsewhere.
fn in_workspace<'s>(workspace: &Workspace, span: &'s DiagnosticSpan) -> &'s DiagnosticSpan {
    let mut best = span;
    while !workspace.root.join(&best.file_name).starts_with(&workspace.root) {
        match &best.expansion {
            Some(expansion) => best = &expansion.span,
            None => return span,
        }
    }
    best
}

/// `lib`, `bin/NAME`, `test/NAME`, `example/NAME`, `bench/NAME`.
pub(super) fn target_name(target: &Target) -> String {
    match target.kind.first() {
        Some(TargetKind::Bin) => format!("bin/{}", target.name),
        Some(TargetKind::Test) => format!("test/{}", target.name),
        Some(TargetKind::Example) => format!("example/{}", target.name),
        Some(TargetKind::Bench) => format!("bench/{}", target.name),
        _ => "lib".into(),
    }
}

/// Reads the compiler's (or rustfmt's) errors from plain text: a line `error: …` or `error[E0308]: …`,
/// and the place in the ` --> file:line:column` line after it.
pub(super) struct PlainErrors<'a> {
    workspace: &'a Workspace,
    errors: Vec<Diagnostic>,
    open: bool,
}

impl<'a> PlainErrors<'a> {
    /// A reader that has read nothing.
    pub(super) fn new(workspace: &'a Workspace) -> Self {
        PlainErrors { workspace, errors: Vec::new(), open: false }
    }

    /// Reads a line.
    pub(super) fn line(&mut self, line: &str) {
        if let Some((code, message)) = error_line(line) {
            self.open = !is_summary(message) && self.errors.len() < MESSAGE_LIMIT;
            if self.open {
                self.errors.push(Diagnostic {
                    level: "error".into(),
                    code: code.map(str::to_owned),
                    message: clip(message, LINE_LIMIT),
                    package: None,
                    file: None,
                    line: None,
                    column: None,
                    rendered: clip(line, LINE_LIMIT),
                });
            }
            return;
        }
        if !self.open {
            return;
        }
        let Some(error) = self.errors.last_mut() else { return };
        if line.is_empty() {
            self.open = false;
        } else if error.rendered.len() < OUTPUT_LIMIT {
            error.rendered.push('\n');
            error.rendered.push_str(&clip(line, LINE_LIMIT));
        }
        if let (None, Some((file, line, column))) = (&error.file, arrow(line)) {
            error.file = Some(self.workspace.relative(Path::new(file)));
            (error.line, error.column) = (Some(line), column);
        }
    }

    /// Those that have a place: what the compiler says of a file.
    pub(super) fn placed(self) -> Vec<Diagnostic> {
        self.errors.into_iter().filter(|error| error.file.is_some()).collect()
    }

    /// All of them.
    pub(super) fn finish(self) -> Vec<Diagnostic> {
        self.errors
    }
}

/// The code and the text of a line that begins an error.
fn error_line(line: &str) -> Option<(Option<&str>, &str)> {
    if let Some(message) = line.strip_prefix("error: ") {
        return Some((None, message));
    }
    let (code, message) = line.strip_prefix("error[")?.split_once("]: ")?;
    Some((Some(code), message))
}

/// File, line and column of a ` --> file:line:column` line. The file may hold colons.
fn arrow(line: &str) -> Option<(&str, u32, Option<u32>)> {
    let place = line.trim_start().strip_prefix("--> ")?;
    let (rest, last) = place.rsplit_once(':')?;
    let last: u32 = last.trim().parse().ok()?;
    match rest.rsplit_once(':').and_then(|(file, line)| Some((file, line.parse().ok()?))) {
        Some((file, line)) => Some((file, line, Some(last))),
        None => Some((rest, last, None)),
    }
}

#[cfg(test)]
#[path = "messages_tests.rs"]
mod tests;
