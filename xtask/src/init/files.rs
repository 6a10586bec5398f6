//! The files that come as they are: policy, runbook, workflows; and the lines of `.gitignore`.

use std::fmt::Write;

use super::{Found, Request};
use crate::evidence::services::Suspect;
use crate::{settings, stages};

pub(super) const IGNORE: &str = ".gitignore";
pub(super) const GITHUB: &str = ".github/workflows/maturity.yml";
pub(super) const GITLAB: &str = ".gitlab-ci.yml";
const RUNBOOK: &str = "ci/RUNBOOK.md";

/// All of them.
pub(super) const ALL: [&str; 6] = [stages::FILE, settings::FILE, RUNBOOK, IGNORE, GITHUB, GITLAB];

/// Folders that hold what cargo and this tool write, and the lines that are as good as each.
const IGNORED: [(&str, [&str; 4]); 2] = [
    ("/target/", ["/target", "target/", "target", "**/target"]),
    ("/dist/", ["/dist", "dist/", "dist", "**/dist"]),
];

/// The files that come if they are not there, with what they say.
pub(super) fn new_files(found: &Found, request: &Request<'_>) -> Vec<(&'static str, String)> {
    let mut files = vec![
        (stages::FILE, include_str!("templates/maturity-stages.yml").to_owned()),
        (settings::FILE, evidence(found, request.name)),
        (RUNBOOK, include_str!("templates/RUNBOOK.md").to_owned()),
    ];
    let publish = if found.members.iter().any(|member| member.published && member.name != request.name) {
        "cargo publish --locked"
    } else {
        "echo \"say here how this is published\""
    };
    let filled = |text: &str| text.replace("@NAME@", request.name).replace("@PUBLISH@", publish);
    if request.github {
        files.push((GITHUB, filled(include_str!("templates/github.yml"))));
    }
    if request.gitlab {
        files.push((GITLAB, filled(include_str!("templates/gitlab.yml"))));
    }
    files
}

/// How evidence is gathered: all of it a remark, but for what this workspace needs to be told.
fn evidence(found: &Found, name: &str) -> String {
    let deps = if name == super::DEFAULT_NAME {
        "# deps_approval:\n#   shipped: [my-service]                    # default: every member but xtask\n\
         #   licenses: {allow: [MIT, Apache-2.0]}     # default: the usual permissive ones\n"
            .to_owned()
    } else {
        // Without this the tool itself would count as shipped: only one that is called xtask does not.
        let shipped =
            found.members.iter().map(|member| member.name.as_str()).filter(|member| *member != name);
        let shipped = shipped.collect::<Vec<_>>().join(", ");
        format!(
            "deps_approval:\n  # Every member but {name}, which judges and is not shipped.\n  shipped: [{shipped}]\n"
        )
    };
    include_str!("templates/maturity-evidence.yml")
        .replace("@DEPS@\n", &format!("{deps}\n"))
        .replace("@SERVICES@\n", &services(&found.suspects))
}

/// A start for the services. It stays a remark: that there is none is for a person to say.
fn services(suspects: &[Suspect]) -> String {
    let mut text = "# TODO: say which services there are; each is started, asked, and listened to. Until then the gate\n\
                    # observability_verify fails with SERVICE_UNDECLARED: saying nothing is not an answer.\n"
        .to_owned();
    if suspects.is_empty() {
        text.push_str(
            "# No binary here looks like a service. If there is none, take the # away and give the reason:\n\
             # observability_verify: {not_applicable: \"a library, and nothing that runs\"}\n",
        );
        return text;
    }
    for suspect in suspects {
        let because = suspect.because.join(", ");
        let _ = writeln!(text, "# {} looks like one (it depends on {because}).", suspect.binary);
    }
    text.push_str("# Take the # away, and put in what it really takes and gives out:\n");
    text.push_str("# observability_verify:\n#   services:\n");
    for suspect in suspects {
        let _ = write!(
            text,
            "\
#     - package: {}
#       binary: {}
#       args: [--port, \"{{port}}\"]             # a free port is put in
#       ready: {{http: /ready}}
#       exercise:
#         - GET /
#       metrics:
#         families:
#           - {{name: http_requests_total, type: counter, increases: true}}
#       logs: {{correlation: x-request-id}}
",
            suspect.package, suspect.binary
        );
    }
    text
}

/// `.gitignore` with the folders that are written to; `None` if it has them already.
pub(super) fn ignoring(text: Option<&str>) -> Option<String> {
    let mut after = text.unwrap_or_default().to_owned();
    let end = if after.contains("\r\n") { "\r\n" } else { "\n" };
    let lines: Vec<&str> = text.unwrap_or_default().lines().map(str::trim).collect();
    for (folder, same) in IGNORED {
        if lines.iter().any(|line| *line == folder || same.contains(line)) {
            continue;
        }
        if !after.is_empty() && !after.ends_with('\n') {
            after.push_str(end);
        }
        after.push_str(folder);
        after.push_str(end);
    }
    (Some(after.as_str()) != text && !after.is_empty()).then_some(after)
}
