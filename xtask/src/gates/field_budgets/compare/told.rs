//! What is told of a change: one short line, with text from the files made fit for it.

use crate::diagnostics::shown;
use crate::evidence::budgets::{Change, Drift};
use crate::evidence::contracts::Contract;

use super::verdict::Verdicts;

/// The changes of one contract.
pub(super) struct Telling<'a> {
    contract: &'a Contract,
    drift: Vec<Drift>,
}

impl<'a> Telling<'a> {
    pub(super) fn of(contract: &'a Contract) -> Self {
        Telling { contract, drift: Vec::new() }
    }

    /// Tells of a change at a line of the source, or at the contract's where the line is 0. The verdicts:
    /// of the old reader, of the new one.
    pub(super) fn push(&mut self, change: Change, told: String, verdicts: Verdicts, line: usize) {
        let Contract { format, name, file, .. } = self.contract;
        self.drift.push(Drift {
            format: *format,
            contract: name.clone(),
            change,
            told,
            old_reads_new: verdicts.0,
            new_reads_old: verdicts.1,
            file: file.clone(),
            line: if line == 0 { self.contract.line } else { line },
        });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.drift.is_empty()
    }

    pub(super) fn drift(self) -> Vec<Drift> {
        self.drift
    }
}

/// Text from a file in a line of its own words: without what moves the cursor or hides text.
pub(super) fn plain(text: &str) -> String {
    let shown = shown(text);
    shown.strip_prefix('`').and_then(|text| text.strip_suffix('`')).unwrap_or(&shown).to_owned()
}

/// The text, or `none`.
pub(super) fn none_or(text: Option<&str>) -> String {
    text.map_or_else(|| "none".to_owned(), plain)
}
