//! One tag: what kind of object it is, where it leads, which branches hold that, and what a remote says.
//!
//! Reads, and never fetches. A tag is always called by its full name `refs/tags/NAME`, so that no name is
//! taken for an option, a pattern or another ref. What git cannot tell is an error or [`Remote::Silent`],
//! and never "no tag".

use std::path::Path;
use std::time::Duration;

use super::history::Told;
use super::{Git, one_line};
use crate::evidence::Ended;
use crate::process::{Command, Processes, Stream};

/// A remote that has not answered by then is taken for one that cannot be asked.
const REMOTE_TIMEOUT: Duration = Duration::from_secs(60);

/// A tag of this clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// The id of the object that the name leads to: the tag object, or the commit of a lightweight tag.
    pub object: String,
    /// The name that the tag object gives itself; `None` for a lightweight tag, which has no object.
    pub annotation: Option<String>,
    /// The commit that it leads to in the end; `None` if that is a tree or a file.
    pub commit: Option<String>,
}

/// A tag of a remote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteTag {
    /// The id of the object that the name leads to.
    pub object: String,
    /// What its tag object leads to; `None` for a lightweight tag.
    pub peeled: Option<String>,
}

/// What a remote says of a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remote {
    /// There is no remote.
    None,
    /// There are several, and none is called `origin`.
    Several(Vec<String>),
    /// It was not asked, because the network must be left alone.
    Offline(String),
    /// It could not be asked, or gave no answer.
    Silent {
        /// Its name.
        name: String,
        /// Why, in one line.
        reason: String,
    },
    /// It answered.
    Told {
        /// Its name.
        name: String,
        /// Its tag of that name, if it has one.
        tag: Option<RemoteTag>,
    },
}

/// Git, asked about tags in one folder.
pub struct Tags<'a> {
    git: Git<'a>,
}

impl<'a> Tags<'a> {
    /// Of the repository around a folder.
    pub fn new(processes: &'a Processes, folder: &'a Path) -> Self {
        Tags { git: Git { processes, folder } }
    }

    /// Whether the history was cut off when it was fetched.
    ///
    /// # Errors
    /// What git says.
    pub fn is_shallow(&self) -> Told<bool> {
        Ok(self.git.told(&["rev-parse", "--is-shallow-repository"])?.trim() != "false")
    }

    /// A tag by its short name, if this clone has it.
    ///
    /// # Errors
    /// What git says.
    pub fn get(&self, name: &str) -> Told<Option<Tag>> {
        let full = format!("refs/tags/{name}");
        let format = "--format=%(refname)%00%(objecttype)%00%(objectname)%00%(tag)";
        let listing = self.git.told(&["for-each-ref", format, "--", &full])?;
        // A pattern of for-each-ref also fits what lies below it as a folder.
        let own = listing.lines().find_map(|line| {
            let mut fields = line.split('\0');
            (fields.next() == Some(full.as_str()))
                .then(|| Some((fields.next()?, fields.next()?, fields.next()?)))?
        });
        let Some((kind, object, annotation)) = own else { return Ok(None) };
        let commit = format!("{full}^{{commit}}");
        let commit = self.git.told(&["rev-parse", "--verify", "--quiet", "--end-of-options", &commit]);
        let commit = commit.ok().map(|id| id.trim().to_owned()).filter(|id| !id.is_empty());
        let annotation = (kind == "tag").then(|| annotation.to_owned());
        Ok(Some(Tag { object: object.to_owned(), annotation, commit }))
    }

    /// The branches that hold a commit, and the branches that this clone knows of at all: its own by their
    /// name, and a remote's as `REMOTE/NAME`.
    ///
    /// # Errors
    /// What git says.
    pub fn branches(&self, commit: Option<&str>, remote: &str) -> Told<(Vec<Branch>, Vec<Branch>)> {
        let of_remote = format!("refs/remotes/{remote}/");
        let contains = commit.map(|commit| format!("--contains={commit}"));
        let list = |further: Option<&str>| -> Told<Vec<Branch>> {
            let args = ["for-each-ref", "--format=%(refname)"].into_iter().chain(further);
            let args: Vec<&str> = args.chain(["--", "refs/heads/", &of_remote]).collect();
            let listing = self.git.told(&args)?;
            let branch = |line: &str| {
                let own = line.strip_prefix("refs/heads/").map(|name| (name, name.to_owned()));
                let theirs = || {
                    let name = line.strip_prefix(&of_remote).filter(|name| *name != "HEAD")?;
                    Some((name, format!("{remote}/{name}")))
                };
                own.or_else(theirs).map(|(name, shown)| Branch { name: name.to_owned(), shown })
            };
            Ok(listing.lines().filter_map(branch).collect())
        };
        let holding = if contains.is_some() { list(contains.as_deref())? } else { Vec::new() };
        Ok((holding, list(None)?))
    }

    /// The remote that tags are pushed to: `origin`, or the only one.
    ///
    /// # Errors
    /// What git says.
    pub fn remotes(&self) -> Told<Vec<String>> {
        let mut names: Vec<String> = self.git.told(&["remote"])?.lines().map(str::to_owned).collect();
        if names.iter().any(|name| name == "origin") {
            names.retain(|name| name == "origin");
        }
        Ok(names)
    }

    /// What the remote says of a tag. The log of git goes to `logs`.
    ///
    /// # Errors
    /// What git says of the remotes that are set up; that one cannot be asked is no error.
    pub fn remote(&self, tag: &str, offline: bool, logs: &Path) -> Told<Remote> {
        let mut remotes = self.remotes()?;
        let Some(name) = remotes.pop() else { return Ok(Remote::None) };
        if !remotes.is_empty() {
            remotes.push(name);
            return Ok(Remote::Several(remotes));
        }
        if offline {
            return Ok(Remote::Offline(name));
        }
        Ok(match self.ask(&name, tag, logs) {
            Ok(tag) => Remote::Told { name, tag },
            Err(reason) => Remote::Silent { name, reason },
        })
    }

    fn ask(&self, remote: &str, tag: &str, logs: &Path) -> Result<Option<RemoteTag>, String> {
        let full = format!("refs/tags/{tag}");
        let peeled = format!("{full}^{{}}");
        let argv = ["git", "ls-remote", "--quiet", "--", remote, &full, &peeled];
        let command = Command::new(argv, self.git.folder, REMOTE_TIMEOUT).env("GIT_TERMINAL_PROMPT", "0");
        let mut lines: Vec<String> = Vec::new();
        let log = logs.join("ls-remote.log");
        let run = self.git.processes.run(&command, &log, logs, &mut |stream, line| {
            if stream == Stream::Stdout {
                lines.push(String::from_utf8_lossy(line).into_owned());
            }
        });
        if !run.ended.success() {
            return Err(failure(&run.ended, &run.tail));
        }
        // Patterns of ls-remote fit the ends of names: what is not the very name is another tag.
        let of = |name: &str| {
            let found = lines.iter().filter_map(|line| line.split_once('\t')).find(|(_, full)| *full == name);
            found.map(|(id, _)| id.to_owned())
        };
        Ok(of(&full).map(|object| RemoteTag { object, peeled: of(&peeled) }))
    }
}

/// A branch of this clone, or one of a remote as this clone last saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// Its short name, without the remote.
    pub name: String,
    /// As it is shown: with the remote.
    pub shown: String,
}

fn failure(ended: &Ended, tail: &str) -> String {
    match ended {
        Ended::TimedOut { .. } => format!("it gave no answer within {} s", REMOTE_TIMEOUT.as_secs()),
        Ended::NotStarted { reason } => one_line(reason),
        Ended::Interrupted | Ended::Stopped { .. } => "git was interrupted".to_owned(),
        Ended::Signalled { signal } => format!("git was ended by signal {signal}"),
        Ended::Exited { .. } => one_line(tail),
    }
}

#[cfg(test)]
mod tests {
    use super::super::scratch::Scratch;
    use super::*;

    fn tags(world: &Scratch) -> Tags<'_> {
        Tags::new(&world.processes, world.root())
    }

    #[test]
    fn a_tag_is_told_by_its_kind_and_by_where_it_leads() {
        let world = Scratch::new();
        let head = world.git(&["rev-parse", "HEAD"]);
        let odd = "v1'\"$(true);`x`&|\u{1f600}";
        world.git(&["tag", "light"]);
        world.git(&["tag", "--annotate", "--message=x", odd]);
        world.git(&["tag", "--annotate", "--message=x", "of-a-tag", &format!("refs/tags/{odd}")]);
        world.git(&["tag", "--annotate", "--message=x", "of-a-tree", "HEAD^{tree}"]);
        world.git(&["update-ref", "refs/tags/-f", "HEAD"]);
        world.git(&["tag", "below/light"]);
        let get = |name: &str| tags(&world).get(name).unwrap();
        let light = get("light").unwrap();
        assert_eq!((light.annotation, &light.object, light.commit.as_ref()), (None, &head, Some(&head)));
        world.git(&["tag", "second", &format!("refs/tags/{odd}")]);
        for (name, annotation) in [(odd, odd), ("of-a-tag", "of-a-tag"), ("second", odd)] {
            let tag = get(name).unwrap();
            assert!(tag.object != head && tag.commit.as_ref() == Some(&head), "{name}");
            assert_eq!(tag.annotation.as_deref(), Some(annotation));
        }
        assert_eq!(get("of-a-tree").unwrap().commit, None);
        assert_eq!(get("-f").unwrap().object, head);
        assert_eq!((get("below"), get("v9"), get("*"), get("main")), (None, None, None, None));
    }

    #[test]
    fn branches_are_those_of_the_clone_and_of_the_remote() {
        let world = Scratch::new();
        let head = world.git(&["rev-parse", "HEAD"]);
        world.git(&["update-ref", "refs/remotes/origin/release/1", "HEAD"]);
        world.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/release/1"]);
        world.git(&["update-ref", "refs/remotes/other/main", "HEAD"]);
        let next = world.commit("next");
        let shown = |branches: &[Branch]| branches.iter().map(|b| b.shown.clone()).collect::<Vec<_>>();
        let (holding, known) = tags(&world).branches(Some(&head), "origin").unwrap();
        assert_eq!(
            (shown(&holding), shown(&known)),
            (shown(&known), vec!["main".into(), "origin/release/1".into()])
        );
        let (holding, _) = tags(&world).branches(Some(&next), "origin").unwrap();
        assert_eq!(shown(&holding), ["main"]);
        assert_eq!(tags(&world).branches(None, "origin").unwrap().0, []);
    }

    #[test]
    fn a_remote_is_asked_for_the_very_name() {
        let world = Scratch::new();
        let logs = world.root().join(".git/logs-of-ours");
        let ask = |name: &str, offline| tags(&world).remote(name, offline, &logs).unwrap();
        assert_eq!(ask("v1", false), Remote::None);
        world.git(&["tag", "--annotate", "--message=x", "v1"]);
        world.git(&["tag", "x/v1"]);
        let far = world.root().join(".git/far");
        world.git(&["clone", "--quiet", "--bare", ".", &far.to_string_lossy()]);
        world.git(&["remote", "add", "-t", "main", "far", &far.to_string_lossy()]);
        let (object, head) = (world.git(&["rev-parse", "refs/tags/v1"]), world.git(&["rev-parse", "HEAD"]));
        let told = |tag| Remote::Told { name: "far".into(), tag };
        assert_eq!(ask("v1", false), told(Some(RemoteTag { object, peeled: Some(head.clone()) })));
        assert_eq!(ask("x/v1", false), told(Some(RemoteTag { object: head, peeled: None })));
        assert_eq!(ask("1", false), told(None));
        assert_eq!(ask("v1", true), Remote::Offline("far".into()));
        std::fs::remove_dir_all(&far).unwrap();
        assert!(
            matches!(ask("v1", false), Remote::Silent { name, reason } if name == "far" && !reason.is_empty())
        );
        world.git(&["remote", "add", "near", "."]);
        assert_eq!(ask("v1", true), Remote::Several(vec!["far".into(), "near".into()]));
        world.git(&["remote", "add", "origin", "."]);
        assert_eq!(ask("v1", true), Remote::Offline("origin".into()));
    }
}
