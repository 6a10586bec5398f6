//! Runs a command of the user's own. What counts as success is for the judge.

use super::commands::Commands;
use super::session::Session;
use super::text::{LINE_LIMIT, clip};
use crate::evidence::checks::{CustomFacts, Facts};
use crate::evidence::{CheckRecord, Ended};
use crate::gather::Context;
use crate::settings::CustomCheck;

/// Carries the check out.
pub(super) fn gather(ctx: &Context<'_>, check: &CustomCheck) -> CheckRecord {
    let command = Commands::new(ctx).custom(check);
    let mut session = Session::begin(ctx, &check.name, check.timeout, &command);
    let wanted = check.success.output_contains.as_deref();
    let mut facts = CustomFacts::default();
    let run = session.run(&command, &format!("check-{}", check.name), &mut |_, line| {
        if let (None, Some(wanted)) = (&facts.matched_line, wanted) {
            let line = String::from_utf8_lossy(line);
            if line.contains(wanted) {
                facts.matched_line = Some(clip(&line, LINE_LIMIT));
            }
        }
    });
    if let Ended::Exited { status } = run.ended {
        facts.status = Some(status);
    }
    session.finish(Some(Facts::Custom(facts)), None)
}
