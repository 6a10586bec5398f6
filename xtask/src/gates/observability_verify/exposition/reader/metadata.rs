//! Lines that begin with `#`.

use std::borrow::Cow;

use super::super::cursor::{Cursor, check_help};
use super::super::names::{Kind, is_metric_name};
use super::{Enough, Format, Reader};
use crate::diagnostics::shown;

impl Reader {
    /// TYPE, HELP, UNIT and EOF. Everything else is a comment, which OpenMetrics has not; UNIT and EOF are
    /// comments in the text format.
    pub(super) fn metadata(&mut self, line: &str) -> Result<(), Enough> {
        if self.format == Format::OpenMetrics && line == "# EOF" {
            self.eof = self.line;
            return Ok(());
        }
        let mut cursor = Cursor::new(line, self.format);
        cursor.eat(b'#');
        let (keyword, separated) = match self.format {
            Format::Text => {
                cursor.blanks();
                (cursor.token(), true)
            }
            Format::OpenMetrics => {
                let separated = cursor.eat(b' ');
                (cursor.token(), separated)
            }
        };
        let known = match self.format {
            Format::Text => matches!(keyword, "TYPE" | "HELP"),
            Format::OpenMetrics => separated && matches!(keyword, "TYPE" | "HELP" | "UNIT"),
        };
        if !known {
            if self.format == Format::OpenMetrics {
                self.complain(format!("{} is a comment, which OpenMetrics does not have", shown(line)));
            }
            return Ok(());
        }
        match self.name_and_rest(&mut cursor, keyword) {
            Ok((name, rest)) => match keyword {
                "TYPE" => self.type_line(&name, rest),
                "HELP" => self.help_line(&name, rest),
                _ => self.unit_line(&name, rest),
            },
            Err(wrong) => {
                self.complain(wrong);
                Ok(())
            }
        }
    }

    /// The family's name, quoted or not, and what follows it.
    fn name_and_rest<'a>(
        &self,
        cursor: &mut Cursor<'a>,
        keyword: &str,
    ) -> Result<(Cow<'a, str>, &'a str), String> {
        if cursor.at_end() {
            return Err(format!("the {keyword} line names no metric"));
        }
        cursor.gap("the metric's name")?;
        let name = if cursor.peek() == Some(b'"') {
            let name = cursor.quoted().map_err(|wrong| format!("the name of the {keyword} line {wrong}"))?;
            if name.is_empty() {
                return Err(format!("the {keyword} line names no metric"));
            }
            name
        } else {
            let name = cursor.token();
            if name.is_empty() {
                return Err(format!("the {keyword} line names no metric"));
            }
            if !is_metric_name(name) {
                return Err(format!("{} of the {keyword} line is no metric name", shown(name)));
            }
            Cow::Borrowed(name)
        };
        // OpenMetrics wants the blank even before an empty text.
        if self.format == Format::OpenMetrics && !cursor.eat(b' ') {
            return Err(format!("the {keyword} line of {} ends with its name", shown(&name)));
        }
        cursor.blanks();
        Ok((name, cursor.rest()))
    }

    fn type_line(&mut self, name: &str, word: &str) -> Result<(), Enough> {
        let (format, line) = (self.format, self.line);
        let word = if format == Format::Text { word.trim_end_matches([' ', '\t']) } else { word };
        let family = self.open(name)?;
        let (had_type, has_samples) = (family.lines.kind, !family.samples.is_empty());
        if had_type > 0 {
            let message = format!("a second TYPE line of {}: the first is line {had_type}", shown(name));
            self.complain(message);
            return Ok(());
        }
        family.lines.kind = line;
        if has_samples {
            self.complain(format!("the TYPE line of {} stands after its samples", shown(name)));
            return Ok(());
        }
        let Some(kind) = Kind::read(word, format) else {
            self.complain(match word {
                "" => format!("the TYPE line of {} names no type", shown(name)),
                word => format!("{} is no type of metric in {format}", shown(word)),
            });
            return Ok(());
        };
        family.kind = kind;
        self.clashes(name, kind);
        Ok(())
    }

    /// Families whose names are those of this one's samples (OpenMetrics, "Suffixes"). In the text format only
    /// what was meant to be its samples and came before its TYPE line: a family of its own may be called so.
    fn clashes(&mut self, name: &str, kind: Kind) {
        for (suffix, _) in kind.parts(self.format).iter().filter(|(suffix, _)| !suffix.is_empty()) {
            let sample = format!("{name}{suffix}");
            let Some(other) = self.closed.get(&sample) else { continue };
            let (first, undeclared) = (other.lines.first, other.lines.kind == 0);
            if undeclared && !other.samples.is_empty() {
                let (name, sample) = (shown(name), shown(&sample));
                self.complain(format!(
                    "the TYPE line of {name} stands after its samples: {sample} is on line {first}"
                ));
            } else if self.format == Format::OpenMetrics {
                let (name, sample) = (shown(name), shown(&sample));
                self.complain(format!(
                    "{name} has samples called {sample}, and so is the family on line {first}"
                ));
            }
        }
    }

    /// The same, the other family first (OpenMetrics alone).
    pub(super) fn is_sample_of_another(&mut self, name: &str) {
        let clash = super::SUFFIXES.iter().find_map(|suffix| {
            let shorter = name.strip_suffix(suffix)?;
            let family = self.closed.get(shorter)?;
            family.kind.part(self.format, shorter, name)?;
            Some((shorter, family.lines.first))
        });
        if let Some((shorter, first)) = clash {
            let (name, shorter) = (shown(name), shown(shorter));
            self.complain(format!("{name} is the name of a sample of {shorter}, the family on line {first}"));
        }
    }

    fn help_line(&mut self, name: &str, text: &str) -> Result<(), Enough> {
        let (format, line) = (self.format, self.line);
        let family = self.open(name)?;
        let had_help = family.lines.help;
        if had_help > 0 {
            self.complain(format!("a second HELP line of {}: the first is line {had_help}", shown(name)));
            return Ok(());
        }
        family.lines.help = line;
        family.help = !text.is_empty();
        if !family.samples.is_empty() {
            self.complain(format!("the HELP line of {} stands after its samples", shown(name)));
        } else if let Err(wrong) = check_help(text, format) {
            self.complain(wrong);
        }
        Ok(())
    }

    fn unit_line(&mut self, name: &str, unit: &str) -> Result<(), Enough> {
        let line = self.line;
        let family = self.open(name)?;
        let had_unit = family.lines.unit;
        if had_unit > 0 {
            self.complain(format!("a second UNIT line of {}: the first is line {had_unit}", shown(name)));
            return Ok(());
        }
        family.lines.unit = line;
        if !family.samples.is_empty() {
            self.complain(format!("the UNIT line of {} stands after its samples", shown(name)));
        } else if unit.is_empty() || unit.bytes().all(|b| b.is_ascii_alphanumeric() || b"_:".contains(&b)) {
            unit.clone_into(&mut family.unit);
        } else {
            self.complain(format!("{} is no unit", shown(unit)));
        }
        Ok(())
    }
}
