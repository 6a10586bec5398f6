//! Puts a file of the workspace in place of the old one in one step: nobody ever sees half of it.

use std::path::Path;

use crate::error::{Error, Result};

/// Writes a file at a path relative to the workspace root. What it had of permissions stays, and a link
/// stays a link: what it leads to is replaced.
///
/// # Errors
/// A usage error for a link that leads out of the workspace; a tool error if the file cannot be written.
/// The old file is as it was then.
pub fn replace(root: &Path, file: &str, text: &str) -> Result<()> {
    let failed = |error: std::io::Error| {
        Error::tool(format!("cannot write {file}: {error}")).help("look at the folder's permissions")
    };
    let path = root.join(file);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let there = path.symlink_metadata().is_ok();
    let real = if there { path.canonicalize().map_err(failed)? } else { path };
    if there && !real.starts_with(root.canonicalize().map_err(failed)?) {
        return Err(Error::usage(format!("{file} is a link that leads out of the workspace"))
            .help("edit the file that it leads to, in its own repository"));
    }
    let mut temporary = real.clone().into_os_string();
    temporary.push(format!(".{}.tmp", std::process::id()));
    let put = || -> std::io::Result<()> {
        std::fs::write(&temporary, text)?;
        if there {
            std::fs::set_permissions(&temporary, std::fs::metadata(&real)?.permissions())?;
        }
        std::fs::rename(&temporary, &real)
    };
    put().map_err(|error| {
        let _ = std::fs::remove_file(&temporary);
        failed(error)
    })
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::replace;

    #[test]
    fn links_and_permissions_stay_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("w");
        replace(&root, "ci/a.toml", "one").unwrap();
        std::fs::set_permissions(root.join("ci/a.toml"), PermissionsExt::from_mode(0o640)).unwrap();
        symlink("a.toml", root.join("ci/b.toml")).unwrap();
        replace(&root, "ci/b.toml", "two").unwrap();
        assert_eq!(std::fs::read_to_string(root.join("ci/a.toml")).unwrap(), "two");
        assert!(root.join("ci/b.toml").is_symlink());
        let mode = std::fs::metadata(root.join("ci/a.toml")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
        assert_eq!(std::fs::read_dir(root.join("ci")).unwrap().count(), 2);

        std::fs::write(folder.path().join("outside"), "kept").unwrap();
        symlink("../../outside", root.join("ci/c.toml")).unwrap();
        let error = replace(&root, "ci/c.toml", "three").unwrap_err().to_string();
        assert!(error.contains("ci/c.toml is a link that leads out of the workspace"), "{error}");
        assert_eq!(std::fs::read_to_string(folder.path().join("outside")).unwrap(), "kept");
        assert!(replace(&root, "ci/a.toml/x", "four").is_err());
    }
}
