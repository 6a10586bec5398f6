//! Which files belong to a crate, and under which names.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::super::{Package, Reading, Target, read};
use super::lines;

/// A folder with these files, relative to it.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    }
    folder
}

/// The packages of a folder: name of the folder, and the roots with their prefixes.
fn read_all(root: &Path, packages: &[&[(&str, &str)]]) -> Vec<Reading> {
    let target =
        |(prefix, path): &(&str, &str)| Target { prefix: (*prefix).to_owned(), root: root.join(path) };
    let packages: Vec<Package> =
        packages.iter().map(|targets| Package { targets: targets.iter().map(target).collect() }).collect();
    let readings = read(root, &packages, 2);
    assert_eq!(readings, read(root, &packages, 1), "the number of threads makes a difference");
    readings
}

/// What is read of a library alone.
fn library(files: &[(&str, &str)]) -> Vec<String> {
    let folder = folder(files);
    lines(&read_all(folder.path(), &[&[("", "src/lib.rs")]])[0])
}

const TYPE: &str = "#[derive(serde::Serialize)] pub struct T;";

#[test]
fn modules_lie_where_rustc_looks_for_them() {
    let found = library(&[
        (
            "src/lib.rs",
            "mod a; pub mod b; mod c { mod d; #[path = \"x.rs\"] mod e; } #[path = \"odd/f.rs\"] mod g;\n#[path = \"p\"] mod h { mod i; }",
        ),
        ("src/a.rs", &format!("{TYPE} mod sub; #[path = \"side.rs\"] mod side; mod r#in {{ mod deep; }}")),
        ("src/a/sub.rs", TYPE),
        ("src/side.rs", TYPE),
        ("src/a/in/deep.rs", TYPE),
        ("src/b/mod.rs", "mod sub;"),
        ("src/b/sub.rs", TYPE),
        ("src/c/d.rs", TYPE),
        ("src/c/x.rs", TYPE),
        // A file that `path` names is like a `mod.rs`: its modules lie beside it.
        ("src/odd/f.rs", "mod beside;"),
        ("src/odd/beside.rs", TYPE),
        ("src/p/i.rs", TYPE),
    ]);
    let names = [
        "a::T",
        "a::in::deep::T",
        "a::side::T",
        "a::sub::T",
        "b::sub::T",
        "c::d::T",
        "c::e::T",
        "g::beside::T",
        "h::i::T",
    ];
    assert_eq!(found, names.map(|name| format!("{name}: unit write-only")));
}

#[test]
fn what_is_missing_or_double_is_told() {
    let found = library(&[
        (
            "src/lib.rs",
            "mod a;\nmod b;\n#[cfg(feature = \"x\")]\nmod gone;\n#[path = \"no.rs\"] mod c;\n#[cfg(test)] mod tests;",
        ),
        ("src/b.rs", TYPE),
        ("src/b/mod.rs", TYPE),
    ]);
    assert_eq!(
        found,
        [
            "! gone: its file is missing: neither `src/gone.rs` nor `src/gone/mod.rs` is there; a build may make it",
            "? src/lib.rs:1: the file of the module `a` is missing: neither `src/a.rs` nor `src/a/mod.rs` is there",
            "? src/lib.rs:2: the module `b` has two files: `src/b.rs` and `src/b/mod.rs`",
            "? src/lib.rs:5: the file of the module `c` is missing: `src/no.rs` is not there",
        ]
    );
}

#[test]
fn paths_may_depend_on_conditions() {
    let found = library(&[
        (
            "src/lib.rs",
            "#[cfg_attr(unix, path = \"u.rs\")] #[cfg_attr(windows, path = \"w.rs\")] mod os; #[cfg_attr(x, path = \"u.rs\")] mod p;",
        ),
        ("src/u.rs", TYPE),
        ("src/w.rs", "#[derive(serde::Serialize)] struct W;"),
        ("src/p.rs", "#![cfg(y)] #[derive(serde::Serialize)] struct P;"),
    ]);
    let expected = [
        "os::T: unit write-only when=unix",
        "os::W: unit write-only when=windows",
        "p::P: unit write-only when=y",
        "p::T: unit write-only when=x",
    ];
    assert_eq!(found, expected);
}

#[test]
fn cycles_end() {
    let found = library(&[
        ("src/lib.rs", "mod a; #[path = \"lib.rs\"] mod me;"),
        ("src/a.rs", &format!("{TYPE} #[path = \"a.rs\"] mod again; #[path = \"b.rs\"] mod b;")),
        ("src/b.rs", "#[path = \"a.rs\"] mod a;"),
    ]);
    assert_eq!(
        found,
        [
            "a::T: unit write-only",
            "? src/a.rs:1: the module `a::again` loads a file that it is part of: a cycle",
            "? src/b.rs:1: the module `a::b::a` loads a file that it is part of: a cycle",
            "? src/lib.rs:1: the module `me` loads a file that it is part of: a cycle",
        ]
    );
}

#[test]
fn doubling_files_end() {
    let mut files =
        vec![("src/lib.rs".to_owned(), "#[path = \"f0.rs\"] mod a; #[path = \"f0.rs\"] mod b;".to_owned())];
    for at in 0..40 {
        let next = at + 1;
        files.push((
            format!("src/f{at}.rs"),
            format!("#[path = \"f{next}.rs\"] mod a; #[path = \"f{next}.rs\"] mod b;"),
        ));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let found = library(&files);
    assert!(found.iter().any(|line| line.contains("over and over")), "{:?}", found.first());
}

#[test]
fn what_a_library_and_its_binaries_share_is_the_librarys() {
    let folder = folder(&[
        ("src/lib.rs", "mod model;"),
        ("src/main.rs", "mod model; mod own;"),
        ("src/bin/tool.rs", "#[path = \"../own.rs\"] mod own;"),
        ("src/model.rs", "mod part;"),
        ("src/model/part.rs", TYPE),
        ("src/own.rs", TYPE),
    ]);
    let targets = [("", "src/lib.rs"), ("bin/app", "src/main.rs"), ("bin/tool", "src/bin/tool.rs")];
    let reading = &read_all(folder.path(), &[&targets])[0];
    assert_eq!(lines(reading), ["bin/app::own::T: unit write-only", "model::part::T: unit write-only"]);
    assert_eq!((reading.files, reading.lines), (6, 6));
}

#[test]
fn files_are_included_and_those_of_a_build_are_not_readable() {
    let found = library(&[
        (
            "src/lib.rs",
            "mod m { include!(\"../part.in\"); }\nfn f() -> u8 { include!(\"value.in\") }\ncfg_if! { if #[cfg(unix)] { mod maybe; mod not_there; } }",
        ),
        ("part.in", "#[derive(serde::Serialize)] struct P; mod n;"),
        ("n.rs", TYPE),
        ("src/maybe.rs", TYPE),
    ]);
    assert_eq!(found, ["m::P: unit write-only", "m::n::T: unit write-only", "maybe::T: unit write-only"]);
}

#[test]
fn macros_and_aliases_reach_other_files_and_packages() {
    let folder = folder(&[
        (
            "a/src/lib.rs",
            "#[macro_export] macro_rules! id { ($n:ident) => { #[derive(Serialize)] struct $n; } }\nmacro_rules! mine { ($n:ident) => { id!($n); } }\nmod m; pub use serde::Deserialize as De;",
        ),
        ("a/src/m.rs", "mine!(A);"),
        ("b/src/lib.rs", "a::id!(B); mine!(C); #[derive(De)] struct D;"),
    ]);
    let readings = read_all(folder.path(), &[&[("", "a/src/lib.rs")], &[("", "b/src/lib.rs")]]);
    assert_eq!(lines(&readings[0]), ["! m::mine!(A): the macro `mine!` makes it"]);
    assert_eq!(lines(&readings[1]), ["D: unit read-only", "! id!(B): the macro `id!` makes it"]);
}

#[test]
fn digests_follow_the_tokens_and_nothing_else() {
    let digest = |text: &str| super::super::read_text(text, "lib.rs").unreadable[0].sha256.clone();
    let plain = digest("impl Serialize for A { fn serialize(&self) { f(1, 2) } }");
    assert_eq!(
        plain,
        digest(
            "\n/// doc\nimpl Serialize for A {\n  // note\n  fn serialize(&self) {\n f(\n1,\n2,\n)\n }\n}"
        )
    );
    assert_ne!(plain, digest("impl Serialize for A { fn serialize(&self) { f(1, 3) } }"));
    let calls = |body: &str| {
        digest(&format!(
            "macro_rules! m {{ ($n:ident) => {{ #[derive(Serialize)] struct $n({body}); }} }} m!(A);"
        ))
    };
    assert_ne!(calls("u8"), calls("u16"));
}

#[test]
fn odd_files_are_told() {
    let folder = folder(&[
        (
            "src/lib.rs",
            "#!/usr/bin/env run\nmod latin; mod folder; mod big; mod up;\n#[derive(serde::Serialize)] struct A;",
        ),
        ("src/folder/x", ""),
        ("outside.rs", TYPE),
        ("src/up.rs", "#[path = \"../../outside.rs\"] mod o;"),
        ("outside/out.rs", ""),
    ]);
    fs::write(folder.path().join("src/latin.rs"), b"// \xe9").expect("it can be written");
    let big = fs::File::create(folder.path().join("src/big.rs")).expect("it can be made");
    big.set_len(17 * 1024 * 1024).expect("it can grow");
    fs::copy(folder.path().join("outside.rs"), folder.path().join("../outside.rs"))
        .expect("it can be copied");
    let found = lines(&read_all(folder.path(), &[&[("", "src/lib.rs")], &[("", "src/none.rs")]])[0]);
    fs::remove_file(folder.path().join("../outside.rs")).expect("it is there");
    assert_eq!(
        found,
        [
            "A: unit write-only",
            "up::o::T: unit write-only",
            "? src/big.rs:0: the file has 17825792 bytes, more than the 16777216 that are read",
            "? src/latin.rs:0: the file is not UTF-8",
            "? src/lib.rs:2: the file of the module `folder` is missing: neither `src/folder.rs` nor `src/folder/mod.rs` is there",
        ]
    );
}

#[cfg(unix)]
#[test]
fn links_and_sockets_are_harmless() {
    let folder = folder(&[("src/lib.rs", "mod a; mod socket;"), ("src/mod.rs", "mod a;")]);
    std::os::unix::fs::symlink(folder.path().join("src"), folder.path().join("src/a")).expect("a link");
    let _socket =
        std::os::unix::net::UnixListener::bind(folder.path().join("src/socket.rs")).expect("a socket");
    let found = lines(&read_all(folder.path(), &[&[("", "src/lib.rs")]])[0]);
    assert_eq!(
        found,
        [
            "? src/a/mod.rs:1: the module `a::a` loads a file that it is part of: a cycle",
            "? src/socket.rs:0: this is no regular file",
        ]
    );
}
