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
