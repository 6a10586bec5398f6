//! Where a verdict goes: the reports to the disk, the short verdict to the terminal or to the CI.
//!
//! The reports come first. What a CI is told beside them changes no verdict, and where it cannot be told,
//! the exit status says so.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::cli::{self, MessageFormat};
use crate::error::{Error, Result};
use crate::evidence::store::{CODE_QUALITY_REPORT, JSON_REPORT, MARKDOWN_REPORT, Store};
use crate::host::Host;
use crate::random::random_hex;
use crate::report::place::Places;
use crate::report::{self, github, terminal};
use crate::verdict::Verdict;
use crate::workspace::git::Repository;

use super::{colour, print, shown};

/// The variable that names the file for a step's summary, in Markdown.
const SUMMARY: &str = "GITHUB_STEP_SUMMARY";
/// The variable that names the file for a step's outputs.
const OUTPUT: &str = "GITHUB_OUTPUT";

/// The format that was asked for, else the one of the CI that this is: `GITHUB_ACTIONS` and `GITLAB_CI`
/// are `true` there, as their lists of variables say.
pub(crate) fn format(host: &Host, args: &cli::Maturity) -> MessageFormat {
    let by_host = || {
        if is_github(host) {
            MessageFormat::Github
        } else if host.var("GITLAB_CI") == Some("true") {
            MessageFormat::Gitlab
        } else {
            MessageFormat::Human
        }
    };
    args.message_format.unwrap_or_else(by_host)
}

/// Whether what is printed is searched for commands by a runner of GitHub Actions.
pub(crate) fn is_github(host: &Host) -> bool {
    host.var("GITHUB_ACTIONS") == Some("true")
}

/// The reports that a format adds to the two.
pub(crate) fn further_reports(format: MessageFormat) -> &'static [&'static str] {
    match format {
        MessageFormat::Gitlab => &[CODE_QUALITY_REPORT],
        MessageFormat::Human | MessageFormat::Json | MessageFormat::Github => &[],
    }
}

/// What a verdict is delivered with.
pub(crate) struct Delivery<'a> {
    pub(crate) host: &'a Host,
    pub(crate) format: MessageFormat,
    /// The output folder.
    pub(crate) out: &'a Path,
    /// The workspace's root.
    pub(crate) root: &'a Path,
    pub(crate) repository: &'a Repository,
}

impl Delivery<'_> {
    /// Writes the reports, prints the verdict, and tells the CI what it takes.
    ///
    /// # Errors
    /// A tool error if a report, standard output, or a file of the CI cannot be written. Of a step's
    /// outputs none is written then.
    pub(crate) fn deliver(&self, mut store: Store, verdict: &Verdict) -> Result<()> {
        let json = report::json::render(verdict, env!("CARGO_PKG_VERSION"));
        let markdown = report::markdown::render(verdict);
        let prefix = self.repository.prefix(self.root).unwrap_or_default();
        let root = self.repository.root.as_ref().map(|root| root.to_string_lossy().replace('\\', "/"));
        let places = Places { root: root.as_deref(), prefix: &prefix, tracked: self.repository.tracked() };
        if self.format == MessageFormat::Gitlab {
            store.add_report(CODE_QUALITY_REPORT, &report::gitlab::render(verdict, &places))?;
        }
        store.commit(&json, &markdown)?;
        match self.format {
            // The same JSON: `\u005b` is how it may write `[`.
            MessageFormat::Json if is_github(self.host) => print(&json.replace("##[", "##\\u005b")),
            MessageFormat::Json => print(&json),
            MessageFormat::Human if is_github(self.host) => print(&github::plain(&self.summary(verdict))),
            MessageFormat::Human | MessageFormat::Gitlab => print(&self.summary(verdict)),
            MessageFormat::Github => self.to_github(verdict, &markdown, &places),
        }
    }

    fn summary(&self, verdict: &Verdict) -> String {
        let further = further_reports(self.format).iter().copied();
        let reports = [MARKDOWN_REPORT, JSON_REPORT].into_iter().chain(further);
        let reports: Vec<String> = reports.map(|name| shown(self.host, &self.out.join(name))).collect();
        terminal::summary(verdict, &reports, colour(self.host))
    }

    fn to_github(&self, verdict: &Verdict, markdown: &str, places: &Places<'_>) -> Result<()> {
        let report = self.out.join(MARKDOWN_REPORT);
        let path = shown(self.host, &report);
        let annotations =
            github::annotations(verdict, places, &shown(self.host, &self.out.join(JSON_REPORT)));
        print(&format!("{}\n{annotations}", github::plain(&self.summary(verdict))))?;
        if let Some(file) = self.file(SUMMARY) {
            let whole = append_summary(&file, markdown, &path).map_err(|e| not_told(SUMMARY, &file, &e))?;
            if !whole {
                let text = "note: the summary of this step is full, so the report was not added to it; see";
                print(&github::plain(&format!("{text} {path}\n")))?;
            }
        }
        // Last, since what is told here is what later jobs go by.
        if let Some(file) = self.file(OUTPUT) {
            let text = github::outputs(verdict, &report.to_string_lossy(), &random_hex::<16>());
            append(&file, &text).map_err(|e| not_told(OUTPUT, &file, &e))?;
        }
        Ok(())
    }

    /// The file that a variable names, if it is set and not empty.
    fn file(&self, name: &str) -> Option<PathBuf> {
        let (_, value) = self.host.env.iter().find(|(key, value)| key == name && !value.is_empty())?;
        Some(self.host.current_dir.join(value))
    }
}

fn not_told(variable: &str, file: &Path, error: &io::Error) -> Error {
    let problem = format!("the reports are written, but not the file of {variable}, {}", file.display());
    Error::tool(format!("{problem}: {error}"))
        .help("let the variable name a file that can be written, or give --message-format human")
}

/// Adds the report, or as much of it as GitHub will show. False if not even a part of it has room.
fn append_summary(file: &Path, markdown: &str, report: &str) -> io::Result<bool> {
    // One byte for the line end that may be needed before it, and one for an empty line.
    let room = github::SUMMARY_LIMIT.saturating_sub(length(file)? + 2);
    match github::summary(markdown, usize::try_from(room).unwrap_or(usize::MAX), report) {
        None => Ok(false),
        Some(text) if length(file)? == 0 => append(file, &text).map(|()| true),
        Some(text) => append(file, &format!("\n{text}")).map(|()| true),
    }
}

/// Zero for a file that is not there.
fn length(file: &Path) -> io::Result<u64> {
    match fs::metadata(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        found => Ok(found.map_or(0, |found| found.len())),
    }
}

/// Adds to a file, on a line of its own. What others wrote to it stays.
fn append(file: &Path, text: &str) -> io::Result<()> {
    let mut last = [b'\n'];
    if length(file)? > 0 {
        let mut there = File::open(file)?;
        there.seek(SeekFrom::End(-1))?;
        there.read_exact(&mut last)?;
    }
    let before = if last == [b'\n'] { "" } else { "\n" };
    let mut there = File::options().create(true).append(true).open(file)?;
    there.write_all(format!("{before}{text}").as_bytes())?;
    there.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_stands_on_lines_of_its_own_and_within_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("summary");
        let read = || fs::read_to_string(&file).unwrap();
        append(&file, "a=1\n").unwrap();
        fs::write(&file, "begun").unwrap();
        append(&file, "a=1\n").unwrap();
        append(&file, "b=2\n").unwrap();
        assert_eq!(read(), "begun\na=1\nb=2\n");

        let limit = usize::try_from(github::SUMMARY_LIMIT).unwrap();
        let markdown = "line\n".repeat(1_000);
        for (there, whole) in [(0, true), (limit - 6_000, true), (limit - 1_000, true), (limit - 50, false)] {
            for end in ["", "\n"] {
                let before = format!("{}{end}", "x".repeat(there.saturating_sub(1)));
                fs::write(&file, &before).unwrap();
                assert_eq!(append_summary(&file, &markdown, "report.md").unwrap(), whole, "{there}");
                let after = read();
                assert!(after.len() <= limit && after.starts_with(&before), "{there}");
                assert_eq!(after.len() > before.len(), whole, "{there}");
            }
        }
    }

    #[test]
    fn the_flag_decides_and_else_the_ci_that_it_is() {
        #[derive(clap::Parser)]
        struct Arguments {
            #[command(flatten)]
            maturity: cli::Maturity,
        }
        let of = |variables: &[(&str, &str)], flags: &[&str]| {
            let host = Host::made_up(variables);
            let arguments = ["xtask"].iter().chain(flags);
            let given = <Arguments as clap::Parser>::try_parse_from(arguments).unwrap();
            format(&host, &given.maturity)
        };
        let (github, gitlab) = (("GITHUB_ACTIONS", "true"), ("GITLAB_CI", "true"));
        for (variables, expected) in [
            (&[][..], MessageFormat::Human),
            (&[github], MessageFormat::Github),
            (&[gitlab], MessageFormat::Gitlab),
            (&[gitlab, github], MessageFormat::Github),
            (&[("GITHUB_ACTIONS", "false"), ("GITLAB_CI", "")], MessageFormat::Human),
            (&[("GITHUB_REF", "refs/heads/main")], MessageFormat::Human),
        ] {
            assert_eq!(of(variables, &[]), expected, "{variables:?}");
            assert_eq!(of(variables, &["--message-format", "json"]), MessageFormat::Json);
            assert_eq!(of(variables, &["--message-format", "gitlab"]), MessageFormat::Gitlab);
        }
    }
}
