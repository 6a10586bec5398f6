//! What git says of repositories of this machine.

use super::scratch::Scratch;
use super::{OwnFiles, Repository, parse_tags};

#[test]
fn tags_are_compared_by_the_commit_that_they_peel_to() {
    let text = "refs/tags/v1\0aaa\0\nrefs/tags/v2\0obj\0aaa\nrefs/tags/x/v3\0bbb\0\n";
    let tags: Vec<(String, bool)> = parse_tags(text, "aaa").into_iter().collect();
    assert_eq!(tags, [("v1".into(), true), ("v2".into(), true), ("x/v3".into(), false)]);
}

impl Scratch {
    fn dirty(&self) -> Vec<String> {
        self.read().dirty
    }

    fn read(&self) -> Repository {
        let root = self.root();
        let own = OwnFiles { out: root.join("dist"), target: root.join("target"), essential: Vec::new() };
        Repository::read(&self.processes, root, &own).unwrap()
    }
}

#[test]
fn a_clean_tree_is_clean() {
    let world = Scratch::new();
    world.git(&["config", "filter.lfs.clean", "git-lfs clean -- %f"]);
    world.write(".gitattributes", "*.rs filter=lfs\n");
    assert_eq!(world.dirty(), [".gitattributes"]);
}

#[test]
fn replaced_objects_hide_nothing() {
    let world = Scratch::new();
    let tree = world.git(&["rev-parse", "HEAD^{tree}"]);
    world.write("src/lib.rs", "// two\n");
    world.git(&["add", "--all"]);
    let other = world.git(&["write-tree"]);
    world.git(&["replace", &tree, &other]);
    assert_eq!(world.git(&["status", "--porcelain"]), "", "git itself is taken in");
    assert_eq!(world.dirty(), ["src/lib.rs"]);
}

#[test]
fn a_filter_that_gives_git_the_old_text_hides_nothing() {
    let world = Scratch::new();
    std::fs::copy(world.root().join("src/lib.rs"), world.root().join(".git/old")).unwrap();
    world.git(&["config", "filter.x.clean", "cat .git/old"]);
    std::fs::write(world.root().join(".git/info/attributes"), "*.rs filter=x\n").unwrap();
    world.write("src/lib.rs", "// two\n");
    world.git(&["add", "src/lib.rs"]);
    assert_eq!(world.git(&["status", "--porcelain"]), "", "git itself is taken in");
    assert_eq!(world.dirty(), ["src/lib.rs (a git filter decides what git sees of it)"]);
}

#[test]
fn the_index_s_word_is_not_taken_for_the_content_of_sources() {
    let world = Scratch::new();
    let old = world.git(&["rev-parse", "HEAD:src/lib.rs"]);
    world.write("src/lib.rs", "// two\n");
    // The index says: this very file, of this size and these times, is the old object.
    world.git(&["add", "src/lib.rs"]);
    let index = world.root().join(".git/index");
    let new = world.git(&["rev-parse", ":src/lib.rs"]);
    let bytes = |id: &str| -> Vec<u8> {
        (0..id.len()).step_by(2).map(|at| u8::from_str_radix(&id[at..at + 2], 16).unwrap()).collect()
    };
    let mut content = std::fs::read(&index).unwrap();
    let at = content.windows(20).position(|window| window == bytes(&new)).unwrap();
    content[at..at + 20].copy_from_slice(&bytes(&old));
    let length = content.len();
    content[length - 20..].fill(0);
    std::fs::write(&index, content).unwrap();
    assert!(world.dirty().contains(&"src/lib.rs".to_owned()));
}

#[test]
fn submodules_are_looked_into() {
    let world = Scratch::new();
    let sub = world.root().join("sub");
    world.write("sub/x.rs", "");
    world.git_in(&sub, &["init", "--quiet"]);
    world.git_in(&sub, &["add", "--all"]);
    world.git_in(&sub, &["commit", "--quiet", "--message", "x"]);
    world.commit("x");
    assert!(world.dirty().is_empty(), "{:?}", world.dirty());
    world.git_in(&sub, &["update-index", "--assume-unchanged", "x.rs"]);
    world.write("sub/x.rs", "// two\n");
    assert_eq!(world.git(&["status", "--porcelain"]), "", "git itself is taken in");
    assert_eq!(world.dirty(), ["sub/x.rs (hidden from git status)"]);
}

#[test]
fn a_working_tree_elsewhere_is_not_this_workspace_s() {
    let world = Scratch::new();
    let elsewhere = tempfile::tempdir().unwrap();
    world.git(&["config", "core.worktree", &elsewhere.path().to_string_lossy()]);
    let repository = world.read();
    assert_eq!(repository.commit, "none");
    assert!(repository.problem.is_some_and(|problem| problem.contains("core.worktree")));
}
