//! Goes through the lines and puts each sample into its family.

mod metadata;
mod sample;

use std::collections::BTreeMap;

use memchr::memchr;

use super::names::{Part, SUFFIXES};
use super::{Complaints, Exposition, Family, Format, MAX_SAMPLES, check, line};
use crate::diagnostics::shown;

/// Reads one text.
pub(super) struct Reader {
    format: Format,
    /// Every family but the open one.
    closed: BTreeMap<String, Family>,
    /// The family that the line before belongs to.
    open: Option<(String, Family)>,
    complaints: Complaints,
    samples: usize,
    /// One-based, of the line being read.
    line: usize,
    /// The line of `# EOF`; 0 if there was none.
    eof: usize,
}

/// Nothing that stands after this line is worth reading.
struct Enough;

impl Reader {
    pub(super) fn new(format: Format) -> Self {
        Reader {
            format,
            closed: BTreeMap::new(),
            open: None,
            complaints: Complaints::default(),
            samples: 0,
            line: 0,
            eof: 0,
        }
    }

    fn complain(&mut self, message: impl Into<String>) {
        self.complaints.add(self.line, message);
    }

    pub(super) fn read(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        if let Some(text) = bytes.strip_prefix("\u{feff}".as_bytes()) {
            self.line = 1;
            self.complain("the text begins with a byte order mark");
            self.line = 0;
            rest = text;
        }
        while !rest.is_empty() {
            self.line += 1;
            let end = memchr(b'\n', rest);
            let (line, after) = rest.split_at_checked(end.unwrap_or(rest.len())).unwrap_or((rest, &[]));
            rest = after.get(1..).unwrap_or_default();
            if self.read_line(line).is_err() {
                return;
            }
            if end.is_none() && self.format == Format::Text {
                self.complain("the last line does not end with a line feed: the text may be cut off");
            }
        }
        if self.format == Format::OpenMetrics && self.eof == 0 {
            self.line = self.line.max(1);
            self.complain("the last line is not `# EOF`: the text may be cut off");
        }
    }

    fn read_line(&mut self, line: &[u8]) -> Result<(), Enough> {
        if self.eof > 0 {
            self.complain("a line stands after `# EOF`");
            return Err(Enough);
        }
        let Ok(mut line) = std::str::from_utf8(line) else {
            self.complain("the line is not UTF-8");
            return Ok(());
        };
        if let Some(text) = line.strip_suffix('\r') {
            self.complain("the line ends with a carriage return: line ends must be a line feed alone");
            line = text;
        }
        let start = match self.format {
            Format::Text if line.starts_with([' ', '\t']) => line.trim_start_matches([' ', '\t']),
            Format::Text | Format::OpenMetrics => line,
        };
        match start.as_bytes().first() {
            None if self.format == Format::Text => {}
            None => self.complain("the line is empty"),
            Some(b'#') => self.metadata(start)?,
            Some(_) => match line::sample(start, self.format) {
                Ok(sample) => self.sample(sample)?,
                Err(wrong) => self.complain(wrong),
            },
        }
        Ok(())
    }

    /// Makes the family with this name the open one. One that was left before is opened again, with a
    /// complaint: both formats want the lines of a family together.
    fn open(&mut self, name: &str) -> Result<&mut Family, Enough> {
        if self.open.as_ref().is_none_or(|(open, _)| open != name) {
            if let Some((name, family)) = self.open.take() {
                self.closed.insert(name, family);
            }
            let family = match self.closed.remove(name) {
                Some(family) => {
                    let (name, first) = (shown(name), family.lines.first);
                    self.complain(format!(
                        "the lines of {name} are not together: it begins on line {first}, and others stand between"
                    ));
                    family
                }
                None if self.closed.len() >= MAX_SAMPLES => {
                    self.complain(format!(
                        "there are more than {MAX_SAMPLES} families: the rest is not read"
                    ));
                    return Err(Enough);
                }
                None => {
                    if self.format == Format::OpenMetrics {
                        self.is_sample_of_another(name);
                    }
                    let mut family = Family::default();
                    family.lines.first = self.line;
                    family
                }
            };
            self.open = Some((name.to_owned(), family));
        }
        // What was put there is there.
        self.open.as_mut().map(|(_, family)| family).ok_or(Enough)
    }

    /// The family that a sample belongs to by its name, and what it is of it. The open one first; then the one
    /// of exactly this name; then one to whose type the suffix belongs; else it is one of its own.
    fn belongs<'a>(&self, sample: &'a str) -> (&'a str, Option<Part>) {
        if let Some((name, family)) = &self.open
            && let Some(part) = family.kind.part(self.format, name, sample)
            && let Some(name) = sample.get(..name.len())
        {
            return (name, Some(part));
        }
        let part = |family: &'a str| {
            let open = self.open.as_ref().filter(|(name, _)| name == family).map(|(_, family)| family);
            let kind = open.or_else(|| self.closed.get(family))?.kind;
            Some((family, kind.part(self.format, family, sample)))
        };
        if let Some(exact) = part(sample) {
            return exact;
        }
        let stripped = SUFFIXES.iter().filter_map(|suffix| part(sample.strip_suffix(suffix)?));
        let found = stripped.into_iter().find(|(_, part)| part.is_some());
        found.unwrap_or((sample, Some(Part::Value)))
    }

    pub(super) fn finish(mut self) -> Exposition {
        let mut families = self.closed;
        families.extend(self.open);
        for (name, family) in &mut families {
            check::family(name, family, self.format, &mut self.complaints);
        }
        let Complaints { kept: mut malformed, total: malformed_total } = self.complaints;
        malformed.sort_by_key(|one| one.line);
        Exposition { format: self.format, families, malformed, malformed_total }
    }
}
