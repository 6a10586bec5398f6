//! Reads `cargo tree`: the one authority on what a package really pulls in.
//!
//! cargo metadata unifies features over the whole workspace and knows no target; this does not. A line
//! that is not understood is an error, never a component fewer.

use cargo_metadata::Package;

use crate::process::Command;
use crate::settings::Settings;
use crate::workspace::Workspace;

/// One line of the tree: a package at one place in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// The index of the entry that depends on it; `None` for a root.
    pub(super) parent: Option<usize>,
    /// Whether it stands under `[build-dependencies]`.
    pub(super) build: bool,
    /// The package's name.
    pub(super) name: String,
    /// Its version.
    pub(super) version: String,
    /// What cargo shows in parentheses where it is not crates.io.
    pub(super) source: Option<String>,
    /// Whether it is a procedural macro.
    pub(super) proc_macro: bool,
    /// Its features. The same package may stand in the tree with different ones.
    pub(super) features: String,
    /// Whether its dependencies were shown further up.
    pub(super) repeated: bool,
}

/// Separates package and features in the format. No feature's name can hold it, so the last one counts.
const SEPARATOR: &str = " ~";

/// The command that shows what these packages pull in together.
///
/// Without `--target`, cargo takes `build.target` of its configuration, else the host: what a plain
/// `cargo build` would build.
pub(super) fn command(workspace: &Workspace, settings: &Settings, packages: &[&Package]) -> Command {
    let format = format!("{{p}}{SEPARATOR}{{f}}");
    let mut argv = vec![workspace.cargo.clone().into_os_string(), "tree".into(), "--locked".into()];
    let mut push = |args: &[&str]| argv.extend(args.iter().map(Into::into));
    if workspace.offline {
        push(&["--offline"]);
    }
    push(&["--charset", "ascii", "--prefix", "indent", "--edges", "normal,build", "--format", &format]);
    for target in &settings.deps_approval.targets {
        push(&["--target", target]);
    }
    for arg in settings.features.args() {
        push(&[&arg]);
    }
    for package in packages {
        push(&["--package", &format!("{}@{}", package.name, package.version)]);
    }
    // A forced colour setting would put escapes between the words.
    Command::new(argv, &workspace.root, settings.deps_approval.timeout).env("CARGO_TERM_COLOR", "never")
}

/// Reads the output of [`command`].
///
/// # Errors
/// The first line that is not understood.
pub(super) fn parse(output: &str) -> Result<Vec<Entry>, String> {
    let mut entries: Vec<Entry> = Vec::new();
    // The entry at each depth on the way to the last line, and whether its children are build dependencies.
    let mut path: Vec<(usize, bool)> = Vec::new();
    for line in output.lines() {
        if line.is_empty() {
            path.clear();
            continue;
        }
        let (depth, text) = indentation(line);
        if let Some(header) = text.strip_prefix('[') {
            let build = header == "build-dependencies]";
            if !build || depth >= path.len() {
                return Err(format!("unexpected heading `{line}`"));
            }
            path.truncate(depth + 1);
            path[depth].1 = true;
            continue;
        }
        if depth > path.len() {
            return Err(format!("the line `{line}` is indented deeper than its parent allows"));
        }
        path.truncate(depth);
        let mut entry = package(text).ok_or_else(|| format!("the line `{line}` shows no package"))?;
        if let Some((parent, build)) = path.last() {
            entry.parent = Some(*parent);
            entry.build = *build;
        }
        path.push((entries.len(), false));
        entries.push(entry);
    }
    Ok(entries)
}

/// How deep a line stands, and what follows the indentation. Each level is four characters wide; a
/// heading stands at the depth of the entry that it divides.
fn indentation(line: &str) -> (usize, &str) {
    let mut depth = 0;
    let mut rest = line;
    loop {
        if let Some(next) = rest.strip_prefix("|   ").or_else(|| rest.strip_prefix("    ")) {
            rest = next;
        } else if let Some(next) = rest.strip_prefix("|-- ").or_else(|| rest.strip_prefix("`-- ")) {
            return (depth + 1, next);
        } else {
            return (depth, rest);
        }
        depth += 1;
    }
}

/// `name vVERSION[ (proc-macro)][ (source)]` SEPARATOR features [` (*)`].
fn package(text: &str) -> Option<Entry> {
    let (label, features) = text.rsplit_once(SEPARATOR)?;
    let (features, repeated) = match features.strip_suffix(" (*)") {
        Some(features) => (features, true),
        None => (features, false),
    };
    let (name, rest) = label.split_once(' ')?;
    let rest = rest.strip_prefix('v')?;
    let (version, mut rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let proc_macro = match rest.strip_prefix("(proc-macro)") {
        Some(after) => {
            rest = after.strip_prefix(' ').unwrap_or(after);
            true
        }
        None => false,
    };
    let source = match rest {
        "" => None,
        source => Some(source.strip_prefix('(')?.strip_suffix(')')?.to_owned()),
    };
    if name.is_empty() || version.is_empty() {
        return None;
    }
    Some(Entry {
        parent: None,
        build: false,
        name: name.to_owned(),
        version: version.to_owned(),
        source,
        proc_macro,
        features: features.to_owned(),
        repeated,
    })
}

#[cfg(test)]
mod tests {
    use super::{Entry, parse};

    /// `depth name[build]` of each entry, with the marks that cargo puts on it.
    fn outline(entries: &[Entry]) -> Vec<String> {
        let line = |entry: &Entry| {
            let parent = entry.parent.map_or("-", |parent| entries[parent].name.as_str());
            let mut text = format!("{parent}>{} {}", entry.name, entry.version);
            for (mark, on) in
                [(" build", entry.build), (" macro", entry.proc_macro), (" again", entry.repeated)]
            {
                text.push_str(if on { mark } else { "" });
            }
            text
        };
        entries.iter().map(line).collect()
    }

    const TREE: &str = "\
app v0.1.0 (/w/app (odd) dir) ~
|-- nix v0.31.3 ~default,signal
|   |-- libc v0.2.1 ~
|   [build-dependencies]
|   `-- cfg_aliases v0.2.2 ~
|       `-- deep v1.0.0+meta.1 ~
|-- derive v1.0.0 (proc-macro) (/w/derive) ~
|   `-- libc v0.2.1 ~std (*)
`-- far v2.0.0 (https://example.com/far?branch=main#abcdef12) ~
[build-dependencies]
`-- cc v1.0.0 ~

other v0.1.0 (/w/other) ~
|-- nix v0.31.3 ~default,signal (*)
`-- plain v1.0.0 (proc-macro) ~
";

    #[test]
    fn nesting_build_edges_and_marks_are_read() {
        let entries = parse(TREE).unwrap();
        let expected = [
            "->app 0.1.0",
            "app>nix 0.31.3",
            "nix>libc 0.2.1",
            "nix>cfg_aliases 0.2.2 build",
            "cfg_aliases>deep 1.0.0+meta.1",
            "app>derive 1.0.0 macro",
            "derive>libc 0.2.1 again",
            "app>far 2.0.0",
            "app>cc 1.0.0 build",
            "->other 0.1.0",
            "other>nix 0.31.3 again",
            "other>plain 1.0.0 macro",
        ];
        assert_eq!(outline(&entries), expected);
        assert_eq!(entries[0].source.as_deref(), Some("/w/app (odd) dir"));
        assert_eq!(entries[5].source.as_deref(), Some("/w/derive"));
        assert_eq!(entries[7].source.as_deref(), Some("https://example.com/far?branch=main#abcdef12"));
        assert_eq!(entries[1].features, "default,signal");
        assert_eq!(entries[6].features, "std");
    }

    #[test]
    fn what_is_not_understood_is_an_error() {
        for text in [
            "nonsense",
            "app v1.0.0",
            "app v1.0.0 ~\n|   |   `-- deep v1.0.0 ~",
            "app v1.0.0 ~\n[dev-dependencies]\n`-- x v1.0.0 ~",
            "[build-dependencies]",
            "app 1.0.0 ~",
            "app v1.0.0 /no/parentheses ~",
        ] {
            assert!(parse(text).is_err(), "{text:?}");
        }
    }
}
