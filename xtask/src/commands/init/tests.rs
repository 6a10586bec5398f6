use std::path::Path;

use super::{from_to, host_of};

#[test]
fn the_way_from_one_folder_to_another() {
    for (from, to, expected) in [
        ("/a/ws/xtask", "/a/tool/xtask", "../../tool/xtask"),
        ("/a/ws/xtask", "/b", "../../../b"),
        ("/a/ws/xtask", "/a/ws/xtask/x y", "x y"),
    ] {
        assert_eq!(from_to(Path::new(from), Path::new(to)), Path::new(expected));
    }
}

#[test]
fn a_host_is_no_part_of_a_path() {
    for (line, expected) in [
        ("remote.origin.url https://github.com/a/b", "github.com"),
        ("remote.origin.url git@gitlab.example.com:a/b.git", "gitlab.example.com"),
        ("remote.origin.url ssh://git@github.com:22/a", "github.com"),
        ("remote.origin.url https://user:pw@example.com/github.com/b", "example.com"),
        ("remote.origin.url /srv/github.com/b", ""),
        ("nonsense", ""),
    ] {
        assert_eq!(host_of(line), expected, "{line}");
    }
}
