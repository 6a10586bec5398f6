//! What the gatherers tell while they run. The terminal's side of it is in `report/terminal.rs`.

/// Hears what is running now. Called from several threads.
pub trait Progress: Sync {
    /// A check began, with the command that it runs.
    fn started(&self, check: &str, command: &str);
    /// A check ended; the summary is one line of facts, not a judgement.
    fn finished(&self, check: &str, summary: &str);
}

/// Hears nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn started(&self, _check: &str, _command: &str) {}
    fn finished(&self, _check: &str, _summary: &str) {}
}
