//! The whole tree of a program, also where parts of it left its process group.
//!
//! nextest puts each test in a process group of its own, and a test may start a daemon. On Linux
//! every program is started with a mark in its environment, which its descendants inherit, and the
//! processes that carry it are found in /proc; a process that clears its environment is still found
//! as long as its ancestors live. On other Unix systems it is the process group alone, on Windows the
//! job object.

use std::path::Path;

/// The variable that carries the mark.
pub(super) const MARK_VARIABLE: &str = "MATURITY_PROCESS_MARK";

/// A program and its descendants.
#[derive(Debug)]
pub(super) struct Tree {
    mark: String,
    leader: u32,
}

impl Tree {
    pub(super) fn new(mark: String, leader: u32) -> Self {
        Tree { mark, leader }
    }

    /// Asks all of it to end.
    pub(super) fn terminate(&self) {
        system::signal(self.leader, &self.members(), system::TERMINATE);
    }

    /// Ends all of it.
    pub(super) fn kill(&self) {
        system::signal(self.leader, &self.members(), system::KILL);
    }

    /// Ends what the program left running after its own end; says how many that were.
    pub(super) fn sweep(&self) -> u32 {
        let mut swept = std::collections::BTreeSet::new();
        // A process can start another between the look and the kill, so look until none is left.
        for _ in 0..20 {
            let members = self.members();
            if members.is_empty() {
                break;
            }
            system::signal(self.leader, &members, system::KILL);
            swept.extend(members);
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        u32::try_from(swept.len()).unwrap_or(u32::MAX)
    }

    fn members(&self) -> Vec<u32> {
        let mut members = system::descendants(self.leader);
        members.extend(system::marked(&self.mark, false));
        members.sort_unstable();
        members.dedup();
        members
    }
}

/// Ends every process whose mark begins with `prefix`, and the groups given.
pub(super) fn end_all(prefix: &str, groups: &[u32]) {
    for _ in 0..20 {
        let members = system::marked(prefix, true);
        for group in groups {
            system::signal(*group, &[], system::KILL);
        }
        if members.is_empty() {
            return;
        }
        system::signal(0, &members, system::KILL);
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

/// Whether a path is a file that can be started.
pub(super) fn is_executable(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        path.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
    }
    #[cfg(not(unix))]
    path.is_file()
}

#[cfg(unix)]
mod system {
    use std::collections::BTreeMap;

    use nix::sys::signal::{Signal, kill, killpg};
    use nix::unistd::Pid;

    pub(super) const TERMINATE: Signal = Signal::SIGTERM;
    pub(super) const KILL: Signal = Signal::SIGKILL;

    /// Signals a group and single processes. Those that are gone already are no error.
    pub(super) fn signal(group: u32, members: &[u32], signal: Signal) {
        let pid = |raw: u32| i32::try_from(raw).ok().filter(|raw| *raw > 1).map(Pid::from_raw);
        if let Some(group) = pid(group) {
            let _ = killpg(group, signal);
        }
        for member in members.iter().filter_map(|member| pid(*member)) {
            let _ = kill(member, signal);
        }
    }

    /// Processes below `root`, not `root` itself. Empty where there is no /proc.
    pub(super) fn descendants(root: u32) -> Vec<u32> {
        let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for pid in processes() {
            if let Some(parent) = parent(pid) {
                children.entry(parent).or_default().push(pid);
            }
        }
        let mut found = Vec::new();
        let mut next = vec![root];
        while let Some(pid) = next.pop() {
            for child in children.remove(&pid).unwrap_or_default() {
                found.push(child);
                next.push(child);
            }
        }
        found
    }

    /// Processes that carry a mark: exactly this one, or any that begins with it and a dash.
    pub(super) fn marked(mark: &str, prefix: bool) -> Vec<u32> {
        let wanted = format!("{}={mark}", super::MARK_VARIABLE);
        let longer = format!("{wanted}-");
        let carries = |pid: u32| {
            let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            environment.split(|byte| *byte == 0).any(|entry| {
                if prefix { entry.starts_with(longer.as_bytes()) } else { entry == wanted.as_bytes() }
            })
        };
        let own = std::process::id();
        processes().into_iter().filter(|pid| *pid != own && carries(*pid)).collect()
    }

    fn processes() -> Vec<u32> {
        let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
        entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect()
    }

    /// The parent of a process that is not a zombie: field 4 of /proc/PID/stat, after the command's
    /// name in brackets, which may itself hold blanks and brackets (proc_pid_stat(5)).
    fn parent(pid: u32) -> Option<u32> {
        let stat = std::fs::read(format!("/proc/{pid}/stat")).ok()?;
        let stat = String::from_utf8_lossy(&stat);
        let (_, rest) = stat.rsplit_once(") ")?;
        let mut fields = rest.split(' ');
        match fields.next()? {
            "Z" | "X" => None,
            _ => fields.next()?.parse().ok(),
        }
    }
}

#[cfg(not(unix))]
mod system {
    pub(super) const TERMINATE: () = ();
    pub(super) const KILL: () = ();

    /// The job object ends the tree.
    pub(super) fn signal(_group: u32, _members: &[u32], _signal: ()) {}

    pub(super) fn descendants(_root: u32) -> Vec<u32> {
        Vec::new()
    }

    pub(super) fn marked(_mark: &str, _prefix: bool) -> Vec<u32> {
        Vec::new()
    }
}
