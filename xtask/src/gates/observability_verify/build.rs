//! Builds the binaries of the services, all in one go, and finds out where cargo put them.

use std::path::PathBuf;

use crate::diagnostics::nearest;
use crate::evidence::Run;
use crate::evidence::checks::Diagnostic;
use crate::gates::promotion_guard::commands::Commands;
use crate::gates::promotion_guard::messages::{Executable, MessageReader};
use crate::gather::Context;
use crate::process::{Command, Stream};
use crate::settings::services::{Observability, Service};
use crate::workspace::Workspace;

/// What was built.
#[derive(Debug, Default)]
pub(super) struct Built {
    /// The build; `None` if there was nothing to build.
    pub(super) run: Option<Run>,
    /// Compiler errors.
    pub(super) errors: Vec<Diagnostic>,
    binaries: Vec<Executable>,
}

impl Built {
    /// Where the binary of a service is.
    ///
    /// # Errors
    /// In one line, why there is none.
    pub(super) fn executable(&self, service: &Service, workspace: &Workspace) -> Result<PathBuf, String> {
        let binary = binary(service, workspace)?;
        if !self.run.as_ref().is_some_and(|run| run.ended.success()) {
            return Err("its binary was not built".into());
        }
        let target = format!("bin/{binary}");
        let built = self.binaries.iter().rfind(|one| one.package == service.package && one.target == target);
        built.map(|one| PathBuf::from(&one.path)).ok_or_else(|| format!("cargo built no binary `{binary}`"))
    }
}

/// The name of a service's binary.
///
/// # Errors
/// In one line: there is no such package or binary, or it is not clear which of several is meant.
pub(super) fn binary(service: &Service, workspace: &Workspace) -> Result<String, String> {
    let members = workspace.members.workspace_packages();
    let Some(package) = members.iter().find(|package| *package.name == service.package) else {
        let near = nearest(&service.package, members.iter().map(|package| package.name.as_str()));
        let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        return Err(format!("there is no package `{}` in the workspace{near}", service.package));
    };
    let names: Vec<&str> =
        package.targets.iter().filter(|target| target.is_bin()).map(|target| target.name.as_str()).collect();
    match (&service.binary, names.as_slice()) {
        (Some(name), names) if names.contains(&name.as_str()) => Ok(name.clone()),
        (None, [only]) => Ok((*only).to_owned()),
        (_, []) => Err(format!("the package `{}` has no binary", service.package)),
        (Some(name), names) => {
            Err(format!("the package `{}` has no binary `{name}`, but {}", service.package, names.join(", ")))
        }
        (None, names) => Err(format!(
            "the package `{}` has several binaries, {}: name one",
            service.package,
            names.join(", ")
        )),
    }
}

/// The command, unless no service has a binary.
pub(super) fn command(ctx: &Context<'_>, settings: &Observability, services: &[Service]) -> Option<Command> {
    let mut names: Vec<String> =
        services.iter().filter_map(|service| binary(service, ctx.workspace).ok()).collect();
    names.sort();
    names.dedup();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    (!names.is_empty()).then(|| Commands::new(ctx).services_build(&names, settings.build_timeout))
}

/// Builds them.
pub(super) fn build(ctx: &Context<'_>, settings: &Observability, services: &[Service]) -> Built {
    let Some(command) = command(ctx, settings, services) else { return Built::default() };
    let mut reader = MessageReader::new(ctx.workspace);
    let run = ctx.processes.run(&command, &ctx.log("services-build"), ctx.staging, &mut |stream, line| {
        if stream == Stream::Stdout {
            reader.line(line);
        }
    });
    let messages = reader.finish();
    let errors = messages.diagnostics.into_iter().filter(|one| one.level == "error").collect();
    Built { run: Some(run), errors, binaries: messages.binaries }
}
