//! What will be judged and what will run: the choice that the arguments make, and the plan that
//! `--dry-run` prints and the gatherers follow. Runs nothing itself.

mod moment;

use std::time::Duration;

use serde::Serialize;

use crate::cli;
use crate::diagnostics::nearest;
use crate::error::{Error, Result};
use crate::gates::Gate;
use crate::host::Host;
use crate::stages::{Policy, Resolved};

pub use moment::effective_time;

/// One program that a run will start, or one thing that it will read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The gate that it is for.
    pub gate: Gate,
    /// The check, such as `tests`, or `sbom`.
    pub check: String,
    /// Program and arguments as text; what is read in-process is said in words.
    pub command: String,
    /// When it is ended; `None` for what is read in-process.
    pub timeout: Option<Duration>,
    /// Why it will not run, if it will not.
    pub skipped: Option<String>,
}

/// A flag that changed what was gathered or judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Override {
    /// The flag, such as `--only`.
    pub flag: String,
    /// Its value.
    pub value: String,
    /// Whether it can only make the verdict stricter, or may hide something.
    pub effect: Effect,
    /// What it did, in one line.
    pub message: String,
}

/// What an override does to the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// It can only make the verdict stricter.
    Stricter,
    /// It changes what is looked at, and relaxes nothing.
    Neutral,
    /// It may let through what would have been blocked.
    Relaxes,
}

/// What the ref and the arguments together choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The stage's place in the policy.
    pub stage: usize,
    /// Why it is that stage, in one line.
    pub stage_reason: String,
    /// Gates that are required whatever the stage says.
    pub enforced: Vec<Gate>,
    /// The checks to gather; empty for all.
    pub only: Vec<String>,
    /// What of it changed what is gathered or judged.
    pub overrides: Vec<Override>,
}

impl Chosen {
    /// Whether a check is to be gathered.
    pub fn gathers(&self, check: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == check)
    }
}

/// Variables that change what compiler, linter or tests do. They are not taken away, since a build
/// may need them, but nobody should have to guess that they were set.
const BENDING_VARIABLES: &[&str] = &[
    "RUSTFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_BUILD_RUSTFLAGS",
    "RUSTDOCFLAGS",
    "RUSTC",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "CARGO_BUILD_RUSTC_WRAPPER",
    "CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER",
    "CLIPPY_CONF_DIR",
];

/// What the arguments make of the resolved stage.
///
/// # Errors
/// A usage error for a stage, gate or check that does not exist, with the nearest that does.
pub fn choose(
    args: &cli::Maturity,
    policy: &Policy,
    checks: &[String],
    resolved: &Resolved,
    host: &Host,
) -> Result<Chosen> {
    let mut overrides = ref_overrides(args, policy, resolved);
    let (stage, stage_reason) = stage(args, policy, resolved, &mut overrides)?;
    let mut enforced = Vec::new();
    for name in &args.enforce {
        let gate = Gate::parse(name).ok_or_else(|| unknown("gate", name, &Gate::ALL.map(Gate::as_str)))?;
        enforced.push(gate);
        overrides.push(entry(
            "--enforce",
            name,
            Effect::Stricter,
            "this gate is required whatever the stage says",
        ));
    }
    for name in &args.only {
        let known: Vec<&str> = checks.iter().map(String::as_str).collect();
        if !known.contains(&name.as_str()) {
            return Err(unknown("check", name, &known));
        }
    }
    if !args.only.is_empty() {
        let message = "every other check of promotion_guard is pending";
        overrides.push(entry("--only", &args.only.join(","), Effect::Stricter, message));
    }
    if let Some(base) = &args.base {
        let message = "what became laxer is told since this commit, not since the last release";
        overrides.push(entry("--base", base, Effect::Relaxes, message));
    }
    if args.gather.offline {
        let message = "the advisory database was not brought up to date";
        overrides.push(entry("--offline", "true", Effect::Neutral, message));
    }
    if let Some(folder) = &args.gather.advisory_db {
        let message = "the advisories are those of this folder";
        let shown = folder.file_name().unwrap_or(folder.as_os_str()).to_string_lossy();
        overrides.push(entry("--advisory-db", &shown, Effect::Neutral, message));
    }
    overrides.extend(moment::overrides(args, host.now));
    overrides.extend(environment(host));
    Ok(Chosen { stage, stage_reason, enforced, only: args.only.clone(), overrides })
}

fn ref_overrides(args: &cli::Maturity, policy: &Policy, resolved: &Resolved) -> Vec<Override> {
    let flag = match (&args.reference, &resolved.relaxes) {
        (Some(_), _) => "--ref",
        (None, Some(relaxation)) => relaxation.by.as_str(),
        (None, None) => return Vec::new(),
    };
    let (effect, message) = match resolved.override_note(policy) {
        Some(note) => (Effect::Relaxes, note),
        None => (Effect::Neutral, "this ref was judged".to_owned()),
    };
    vec![entry(flag, &resolved.ref_name, effect, &message)]
}

fn stage(
    args: &cli::Maturity,
    policy: &Policy,
    resolved: &Resolved,
    overrides: &mut Vec<Override>,
) -> Result<(usize, String)> {
    let Some(name) = &args.stage else { return Ok((resolved.stage, resolved.reason.clone())) };
    let names: Vec<&str> = policy.stages.iter().map(|stage| stage.name.as_str()).collect();
    let stage = names.iter().position(|known| known == name).ok_or_else(|| unknown("stage", name, &names))?;
    let claimed = names.get(resolved.stage).copied().unwrap_or_default();
    let (effect, message) = match stage.cmp(&resolved.stage) {
        std::cmp::Ordering::Less => (Effect::Relaxes, format!("the ref claims {claimed}, which is stricter")),
        std::cmp::Ordering::Equal => (Effect::Neutral, format!("the ref claims {claimed} as well")),
        std::cmp::Ordering::Greater => {
            (Effect::Stricter, format!("the ref claims {claimed}, which is laxer"))
        }
    };
    overrides.push(entry("--stage", name, effect, &message));
    Ok((stage, format!("--stage {name}; otherwise {claimed}: {}", resolved.reason)))
}

fn environment(host: &Host) -> impl Iterator<Item = Override> {
    BENDING_VARIABLES.iter().filter_map(|name| {
        let value = host.var(name)?;
        let hides = value.contains("cap-lints") || value.contains("-A") || name.contains("WRAPPER");
        let effect = if hides { Effect::Relaxes } else { Effect::Neutral };
        Some(entry(name, value, effect, "this variable of the environment reached the checks"))
    })
}

fn entry(flag: &str, value: &str, effect: Effect, message: &str) -> Override {
    Override { flag: flag.into(), value: value.into(), effect, message: message.into() }
}

fn unknown(what: &str, name: &str, known: &[&str]) -> Error {
    let help = match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are: {}", known.join(", ")),
    };
    Error::usage(format!("there is no {what} `{}`", name.escape_debug())).help(help)
}
