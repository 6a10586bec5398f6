use super::*;

fn told(text: &str) -> Vec<String> {
    let joint = |joint| match joint {
        Joint::Next => "",
        Joint::And => " &&",
        Joint::Or => " ||",
        Joint::Pipe => " |",
        Joint::Background => " &",
    };
    let one = |command: &Command| {
        let asked = if command.asked { "? " } else { "" };
        format!("{asked}{}{}", command.words.join("·"), joint(command.joint))
    };
    commands(text).iter().map(one).collect()
}

#[test]
fn commands_come_apart_as_a_shell_has_them() {
    for (text, expected) in [
        ("a b\nc", &["a·b", "c"][..]),
        ("a && b || c; d & e | f", &["a &&", "b ||", "c", "d &", "e |", "f"]),
        ("a \\\n  b # c\n# d\ne", &["a·b", "e"]),
        ("a 'b c' \"d && e\" f\\ g", &["a·b c·d && e·f g"]),
        ("A=1 B='x y' sudo env C=2 a b", &["a·b"]),
        ("timeout -k 5 30m a", &["a"]),
        ("timeout 30m a", &["a"]),
        ("if ! a; then b; else c; fi", &["? a", "b", "c"]),
        ("while a\ndo b\ndone", &["? a", "b"]),
        ("a 2>&1 | tee log &> all", &["a·2>1 |", "tee·log·>·all"]),
        ("cat <<EOF > f\na && b\nEOF\nc", &["cat·>·f", "c"]),
        ("cat <<-'END'\n  a\n  END\nb", &["cat", "b"]),
        ("a \"$(b && c)\" $(d | e)", &["a·$(b && c)·$(d | e)"]),
        ("(a; b) || true", &["a", "b ||", "true"]),
        ("a |& b", &["a |", "b"]),
        ("a \"b", &["a·b"]),
        ("", &[]),
        ("\\", &[]),
        ("a ${{ x || 'y z' }} b", &["a·${{ x || 'y z' }}·b"]),
        ("a '${{ x && 'y' }}' ${B:-c d}", &["a·${{ x && 'y' }}·${B:-c d}"]),
        ("a=$(b) c", &["c"]),
        ("a=1", &["a=1"]),
        ("a `b c`d", &["a·b cd"]),
        ("f() { a; }; f", &["f()", "a", "f"]),
        ("f ()\n{\na\n}", &["f()", "a"]),
        ("function f { a; }", &["f()", "a"]),
        ("! (a) && b", &["? a &&", "b"]),
        ("command -v a b", &["command"]),
        ("sudo -u x -E a", &["a"]),
        ("case $x in y) a;; esac; b", &["a", "b"]),
        ("${{", &["${{"]),
        ("a `b", &["a·b"]),
        ("é && ü\u{1f600}", &["é &&", "ü\u{1f600}"]),
    ] {
        assert_eq!(told(text), expected, "{text}");
    }
}

#[test]
fn scripts_of_the_repository_are_named() {
    for (text, expected) in [
        ("./ci/x.sh --fast", &["ci/x.sh"][..]),
        ("bash -eu ci/x.sh; . ./env", &["ci/x.sh", "env"]),
        ("ci/x", &["ci/x"]),
        ("cargo test; /bin/true; bash ../x.sh; sh $X; ./../y", &[]),
    ] {
        assert_eq!(scripts(text), expected, "{text}");
    }
}

#[test]
fn what_stands_around_a_command_is_kept() {
    let one = |text: &str| commands(text).into_iter().find(|command| command.words == ["a"]).unwrap();
    for (text, around, nested) in [
        ("a", &[][..], false),
        ("(a; b) || c", &[Joint::Or], false),
        ("{ { a; }; } | c", &[Joint::Pipe], false),
        ("((a) | b) &", &[Joint::Pipe, Joint::Background], false),
        ("(a) && b", &[], false),
        ("if x; then a; fi || b", &[Joint::Or], true),
        ("f() { a; }", &[], true),
        ("f() (a)", &[], true),
        ("for x in y; do a; done", &[], true),
        ("if x; then y; fi; a", &[], false),
        ("f() { x; }\na", &[], false),
        ("case x in y) z;; esac\na", &[], false),
    ] {
        let found = one(text);
        assert_eq!((found.around.as_slice(), found.nested), (around, nested), "{text}");
    }
    let found = &commands("A=1 B=$(x \"y)\" z) c `d` \"$(e)\"")[0];
    assert_eq!(found.inner, ["x \"y)\" z", "d", "e"]);
    assert_eq!(found.assigned[0], ("A".to_owned(), "1".to_owned()));
}

#[test]
fn texts_that_are_run_are_told() {
    for (line, expected) in [
        ("bash -ec 'a && b'", Some("a && b")),
        ("sh -e -c 'a'", Some("a")),
        ("eval a b", Some("a b")),
        ("bash x.sh -c", None),
        ("cc -c x.c", None),
    ] {
        let commands = commands(line);
        let text = text(&commands[0]).map(|(_, text)| text);
        assert_eq!(text.as_deref(), expected, "{line}");
    }
}
