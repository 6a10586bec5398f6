//! What `--dry-run` prints: every step of the plan, grouped by gate. It runs nothing.

use std::fmt::Write as _;
use std::time::Duration;

use super::text;
use crate::gates::Gate;
use crate::plan::Step;

/// The plan as text: for each gate its checks, their commands and time-outs, and why one is skipped.
pub fn render(steps: &[Step]) -> String {
    let mut out = String::new();
    let width = steps.iter().map(|step| text::one_line(&step.check).chars().count()).max().unwrap_or(0);
    for gate in Gate::ALL {
        let _ = writeln!(out, "{gate}: {}", gate.title());
        let mut empty = true;
        for step in steps.iter().filter(|step| step.gate == gate) {
            let check = text::one_line(&step.check);
            let _ = writeln!(out, "  {check:width$}  {}", what(step));
            empty = false;
        }
        if empty {
            out.push_str("  nothing is gathered for this gate\n");
        }
    }
    out
}

fn what(step: &Step) -> String {
    let command = text::one_line(&step.command);
    if let Some(reason) = &step.skipped {
        let reason = text::one_line(reason);
        return if command.is_empty() {
            format!("skipped: {reason}")
        } else {
            format!("skipped: {reason} [{command}]")
        };
    }
    match step.timeout {
        Some(timeout) => format!("{command} (time-out {})", limit(timeout)),
        None => format!("{command} (in this process)"),
    }
}

fn limit(timeout: Duration) -> String {
    let seconds = timeout.as_secs();
    match (seconds / 60, seconds % 60) {
        (0, seconds) => format!("{seconds} s"),
        (minutes, 0) => format!("{minutes} min"),
        (minutes, seconds) => format!("{minutes} min {seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(gate: Gate, check: &str, command: &str, seconds: Option<u64>, skipped: Option<&str>) -> Step {
        Step {
            gate,
            check: check.to_string(),
            command: command.to_string(),
            timeout: seconds.map(Duration::from_secs),
            skipped: skipped.map(str::to_string),
        }
    }

    #[test]
    fn a_plan_names_each_command_its_time_out_and_what_is_skipped() {
        let guard = Gate::PromotionGuard;
        let steps = [
            step(guard, "tests", "cargo nextest run --workspace --locked", Some(1800), None),
            step(guard, "lint", "cargo clippy --workspace", Some(90), Some("left out with --only")),
            step(guard, "smoke\u{1b}[2J", "./smoke.sh 'a\nb'", Some(45), None),
            step(Gate::DepsApproval, "sbom", "read cargo metadata and Cargo.lock", None, None),
        ];
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!("plan.txt", render(&steps));
        });
    }
}
