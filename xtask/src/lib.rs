//! `cargo xtask maturity`: Pilot-to-Production gates for Cargo workspaces.
//!
//! Data flows one way, and [`run`] and [`maturity`] show the whole of it:
//!
//! ```text
//! ref ──► stage ──► plan ──► gather ──► judge ──► report
//! ```
//!
//! Gathering never judges, judging never runs anything, printers cannot change a verdict.

pub mod catalog;
pub mod cli;
mod commands;
pub mod day;
pub mod diagnostics;
pub mod digest;
mod entry;
pub mod error;
pub mod evidence;
pub mod freeze;
pub mod gates;
pub mod gather;
pub mod host;
mod init;
pub mod plan;
pub mod process;
pub mod progress;
pub mod random;
pub mod release;
pub mod replace;
pub mod report;
pub mod settings;
pub mod setup;
pub mod stages;
pub mod toml_file;
pub mod verdict;
pub mod waivers;
pub mod workspace;
pub mod yaml;

use std::path::Path;

use commands::deliver::{self, Delivery};
pub use entry::main;
use error::Result;
use evidence::Evidence;
use evidence::store::Store;
use host::Host;
use setup::Setup;
use workspace::git::Repository;

/// Carries out one command and gives its exit status: 0 or 1.
///
/// # Errors
/// What kept the command from its work; `main` turns its kind into 2 or 3.
pub fn run(cli: &cli::Cli, host: &Host) -> Result<u8> {
    // What kept it may hold text from outside, which must not become a command of the CI.
    let shown = |error: error::Error| match deliver::is_github(host) {
        true => error.rewritten(report::github::plain),
        false => error,
    };
    dispatch(cli, host).map_err(shown)
}

fn dispatch(cli: &cli::Cli, host: &Host) -> Result<u8> {
    let manifest_path = cli.manifest_path.as_deref();
    match &cli.command {
        cli::Command::Maturity(args) => maturity(args, manifest_path, host),
        cli::Command::ValidateStages(args) => commands::validate_stages(args, manifest_path, host),
        cli::Command::Promote(args) => commands::promote(args, manifest_path, host),
        cli::Command::ApproveDeps(args) => commands::approve_deps(args, manifest_path, host),
        cli::Command::Sbom(args) => commands::sbom(args, manifest_path, host),
        cli::Command::Audit(args) => commands::audit(args, manifest_path, host),
        cli::Command::Policy(args) => commands::policy::run(args, manifest_path, host),
        cli::Command::FieldBudgets(args) => commands::budgets::run(args, manifest_path, host),
        cli::Command::Waive(args) => commands::waivers::waive(args, manifest_path, host),
        cli::Command::Waivers => commands::waivers::list(manifest_path, host),
        cli::Command::ReleaseCheck(args) => commands::release::check(args, manifest_path, host),
        cli::Command::Explain(args) => commands::explain(args),
        cli::Command::Init(args) => commands::init::run(args, manifest_path, host),
    }
}

/// The main job.
fn maturity(args: &cli::Maturity, manifest_path: Option<&Path>, host: &Host) -> Result<u8> {
    let mut setup = Setup::load(host, manifest_path, &args.gather)?;
    setup.jobs = args.jobs;
    setup.base = args.base.clone();
    setup.effective_time = plan::effective_time(args, host.now)?;
    let freeze_override = setup.freeze_override(host, args.override_freeze.as_deref())?;
    let own = setup.own_files(host, args.out.as_deref());
    let repository = Repository::read(&setup.processes, &setup.workspace.root, &own)?;
    setup.workspace.lockfile.tracked = repository.tracks(&setup.workspace.lockfile_path());

    // ref → stage
    let effective_time = setup.effective_time;
    let policy = setup.policy.at(effective_time);
    let facts = setup.ref_facts(host, args.reference.as_deref(), &repository);
    let resolved = stages::resolve(&policy, &setup.workspace.member_names(), &facts)?;
    let checks = gates::check_names(&setup.settings);
    let chosen = plan::choose(args, &policy, &checks, &resolved, host)?;
    setup.check_base()?;

    // stage → plan
    if args.dry_run {
        let context = setup.context(&progress::Silent, &own.out);
        return commands::print(&report::plan::render(&gates::steps(&context, &chosen))).map(|()| 0);
    }

    // plan → gather
    let format = deliver::format(host, args);
    let mut store = Store::open_for(&own.out, deliver::further_reports(format))?;
    let live = commands::live(host, args.quiet);
    if let Some(warning) = resolved.warning(&policy) {
        live.note(&format!("warning: {}: {warning}", catalog::Code::ReleaseTagLax));
    }
    let context = setup.context(&live, store.staging());
    let (subject, gathered) = gather::beside(
        || setup.workspace.subject(&setup.processes, &repository),
        || gates::gather(&context, &chosen),
    );
    drop(live);
    let mut subject = subject?;
    subject.lockfile = setup.workspace.lockfile_state(&setup.processes);
    let again = Repository::read(&setup.processes, &setup.workspace.root, &own)?;
    let subject_after = setup.workspace.subject_again(&subject, &again)?;
    setup.stop_if_interrupted()?;
    let evidence = Evidence::record(&mut store, subject, subject_after, gathered)?;

    // gather → judge
    let judgements = gates::judge(&evidence, &setup.settings, effective_time);
    let input = verdict::Input {
        policy: &policy,
        resolved: &resolved,
        chosen: &chosen,
        no_commit: repository.problem.as_deref(),
        waivers: &setup.waivers,
        effective_time,
        freeze_override: freeze_override.as_ref(),
    };
    let verdict = verdict::decide(&input, &evidence, &judgements);

    // judge → report
    let delivery =
        Delivery { host, format, out: &own.out, root: &setup.workspace.root, repository: &repository };
    delivery.deliver(store, &verdict)?;
    Ok(verdict.exit_status())
}
