use std::path::{Path, PathBuf};

use super::{OwnFiles, State, parse_status};

fn own(root: &Path, essential: &[&str]) -> OwnFiles {
    let essential = essential.iter().map(|path| root.join(path)).collect();
    OwnFiles { out: root.join("dist"), target: root.join("target"), essential }
}

/// A folder of these files, and what git would say of it.
struct Tree {
    folder: tempfile::TempDir,
    state: State,
}

impl Tree {
    fn new(listing: &str, status: &str, files: &[&str]) -> Tree {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let mut state = State::default();
        state.take_status(status, "");
        state.take_listing(&listing.replace(' ', " 100644 a 0\t"), folder.path(), "");
        Tree { folder, state }
    }

    fn root(&self) -> PathBuf {
        self.folder.path().to_path_buf()
    }

    fn differing(&self, essential: &[&str]) -> Vec<String> {
        self.state.differing(&self.root(), &self.root(), &own(&self.root(), essential))
    }
}

#[test]
fn status_entries_give_their_paths() {
    let status = "1 .M N... 100644 100644 100644 aaa bbb src/a b.rs\0\
                  2 R. N... 100644 100644 100644 aaa bbb R100 new.rs\0old.rs\0\
                  u UU N... 1 2 3 4 a b c both.rs\0? what ever.txt\0! src/gen/\0";
    let paths: Vec<(&str, &str)> = parse_status(status).collect();
    let expected =
        [("1", "src/a b.rs"), ("2", "new.rs"), ("u", "both.rs"), ("?", "what ever.txt"), ("!", "src/gen/")];
    assert_eq!(paths, expected);
}

#[test]
fn only_what_the_tool_and_cargo_wrote_is_passed_over() {
    let status = "? dist/maturity-eval.md\0? dist/evidence/tests.json\0? dist/evil.rs\0? target/x\0? a.rs\0";
    let tree = Tree::new("", status, &["target/x"]);
    assert_eq!(tree.differing(&[]), ["a.rs", "dist/evil.rs", "target/x"]);
    let tree = Tree::new("", status, &["target/x", "target/CACHEDIR.TAG"]);
    assert_eq!(tree.differing(&[]), ["a.rs", "dist/evil.rs"]);
}

#[test]
fn a_tracked_file_is_never_the_tool_s_or_cargo_s_own() {
    let status = "1 .M N... 1 1 1 a b dist/evidence/e.rs\0? target/y.rs\0";
    let tree = Tree::new("H dist/evidence/e.rs\0H target/e.rs\0", status, &["target/CACHEDIR.TAG"]);
    assert_eq!(tree.differing(&[]), ["dist/evidence/e.rs", "target/y.rs"]);
}

#[test]
fn files_hidden_from_status_are_differences_and_so_are_those_left_out() {
    let tree =
        Tree::new("H plain.rs\0h assumed.rs\0S sparse.rs\0S there.rs\0S x\u{fffd}\0", "", &["there.rs"]);
    let expected = [
        "assumed.rs (hidden from git status)",
        "sparse.rs (left out of the checkout)",
        "there.rs (hidden from git status)",
        "x\u{fffd} (hidden from git status)",
    ];
    assert_eq!(tree.differing(&[]), expected);
    let inside = tree.root().join("workspace");
    std::fs::create_dir(&inside).unwrap();
    let dirty = tree.state.differing(&tree.root(), &inside, &own(&tree.root(), &[]));
    assert_eq!(
        dirty,
        [expected[0], expected[2], expected[3]],
        "what lies outside of the workspace may be left out"
    );
}

#[test]
fn what_is_ignored_and_read_by_the_build_is_a_difference() {
    let cases: &[(&str, &[&str], bool)] = &[
        ("src/generated.rs", &[], true),
        ("src/bin/", &["src/bin/evil.rs"], true),
        ("src/gen/", &["src/gen/deep/er/evil.rs"], true),
        ("src/data/", &["src/data/x.bin"], false),
        ("src/notes.txt", &[], false),
        ("tests/common/mod.rs", &[], true),
        (".cargo/", &[".cargo/config.toml"], true),
        (".cargo/config.toml", &[], true),
        (".cargo/", &[".cargo/credentials"], false),
        (".config/nextest.toml", &[], true),
        ("rustfmt.toml", &[], true),
        ("node_modules/x/.cargo/config.toml", &[], false),
        (".vscode/", &[".vscode/settings.json"], false),
        (".env", &[], false),
        ("scratch.rs", &[], false),
        ("vendor/", &["vendor/x/src/lib.rs"], false),
    ];
    for (path, files, expected) in cases {
        let listing = "H Cargo.toml\0H src/lib.rs\0H tests/api.rs\0";
        let tree = Tree::new(listing, &format!("! {path}\0"), files);
        assert_eq!(!tree.differing(&[]).is_empty(), *expected, "{path}");
    }
}

#[test]
fn essential_files_must_be_in_the_commit_whatever_is_ignored() {
    let files = ["build/main.rs", "ci/stages.yml", "src/lib.rs", "new.rs"];
    let tree = Tree::new("H src/lib.rs\0", "? new.rs\0! build/\0! ci/\0", &files);
    let essential = ["build/main.rs", "ci/stages.yml", "ci/absent.yml", "src/lib.rs", "new.rs"];
    let expected = ["build/main.rs (not in the commit)", "ci/stages.yml (not in the commit)", "new.rs"];
    assert_eq!(tree.differing(&essential), expected);
    let elsewhere = tempfile::tempdir().unwrap();
    std::fs::write(elsewhere.path().join("lib.rs"), "").unwrap();
    let mut own = own(&tree.root(), &[]);
    own.essential.push(elsewhere.path().join("lib.rs"));
    let dirty = tree.state.differing(&tree.root(), &tree.root(), &own);
    assert!(dirty[0].ends_with("/lib.rs (outside of the repository)"), "{dirty:?}");
}

#[cfg(unix)]
#[test]
fn a_link_to_what_the_commit_does_not_hold_is_a_difference() {
    let mut tree = Tree::new("H Cargo.toml\0H src/lib.rs\0H a/x.rs\0", "", &["src/lib.rs", "a/x.rs", "b.rs"]);
    let elsewhere = tempfile::tempdir().unwrap();
    std::fs::write(elsewhere.path().join("evil.rs"), "").unwrap();
    for (link, target) in [
        ("src/in.rs", tree.root().join("a/x.rs")),
        ("src/folder", tree.root().join("a")),
        ("src/untracked.rs", tree.root().join("b.rs")),
        ("src/out.rs", elsewhere.path().join("evil.rs")),
        ("src/outer", elsewhere.path().to_path_buf()),
        ("docs", elsewhere.path().to_path_buf()),
        ("dangling.rs", PathBuf::from("/nonexistent")),
    ] {
        std::os::unix::fs::symlink(target, tree.root().join(link)).unwrap();
        tree.state.links.push(link.into());
    }
    let found = tree.differing(&[]);
    let names: Vec<&str> = found.iter().filter_map(|found| found.split(' ').next()).collect();
    assert_eq!(names, ["src/out.rs", "src/outer", "src/untracked.rs"]);
}
