use super::super::tests::{setting, sound, told};
use super::super::{PolicyDrift, judge};
use crate::evidence::rules::ToolSetting;

/// Key, value, and whether that breaks the rule.
type Row = (&'static [&'static str], &'static str, bool);

fn check(rows: &[Row]) {
    for (key, value, breaks) in rows {
        let mut facts = sound();
        facts.tools = vec![setting(key, value)];
        let told = told(&facts);
        assert_eq!(told.len(), usize::from(*breaks), "{key:?} = {value}: {told:?}");
        assert!(
            told.iter().all(|one| one.starts_with(".cargo/config.toml:3: checks_not_shadowed: ")),
            "{told:?}"
        );
    }
}

#[test]
fn an_alias_leaves_the_checks_and_the_gate_alone() {
    check(&[
        (&["alias", "xtask"][..], "run --package xtask --", false),
        (&["alias", "xtask"], "run -p xtask --", false),
        (&["alias", "xtask"], "run --manifest-path xtask/Cargo.toml --", false),
        (&["alias", "xtask"], "version", true),
        (&["alias", "xtask"], "run --package other -- xtask", true),
        (&["alias", "xtask"], "run --quiet --release --features x --bin=xtask --", false),
        (&["alias", "xtask"], "run --package xtask", false),
        (&["alias", "xtask"], "run -p other --target-dir xtask --", true),
        (&["alias", "xtask"], "run -p xtask --bin other --", true),
        (&["alias", "xtask"], "run -p xtask --example pass --", true),
        (&["alias", "xtask"], "run -p xtask --config x.toml --", true),
        (&["alias", "xtask"], "run --manifest-path ../xtask/Cargo.toml --", true),
        // `cargo xtask maturity` would print help, or judge another workspace.
        (&["alias", "xtask"], "run -p xtask -- help", true),
        (&["alias", "xtask"], "run -p xtask -- --manifest-path elsewhere/Cargo.toml", true),
        (&["alias", "xtask"], "run -p xtask help", true),
        (&["alias", "xtask"], "run --", true),
        (&["alias", "xtask"], "", true),
        (&["alias", "t"], "nextest run", false),
        (&["alias", "c"], "clippy --all-targets", false),
        (&["alias", "c"], "doc", true),
        (&["alias", "clippy"], "version", true),
        (&["alias", "t"], "version", true),
        (&["alias", "lint"], "clippy", false),
        (&["env", "CARGO_ALIAS_LINT"], "clippy", false),
        (&["env", "CARGO_ALIAS_XTASK"], "version", true),
        // As `init` writes it, and under another name.
        (&["alias", "xtask"], "run --quiet --locked --package xtask@0.0.0 --", false),
        (&["alias", "gates-xtask"], "run --quiet --locked --package gates-xtask@0.0.0 --", false),
        (&["alias", "gates-xtask"], "run --manifest-path gates-xtask/Cargo.toml --", false),
        (&["alias", "gates-xtask"], "run --package xtask --", true),
        (&["alias", "xtask"], "run --manifest-path gates-xtask/Cargo.toml --", true),
        (&["env", "CARGO_ALIAS_GATES_XTASK"], "version", true),
    ]);
}

#[test]
fn no_program_takes_the_place_of_the_compiler_or_of_the_tests() {
    check(&[
        (&["build", "rustc-wrapper"], "sccache", false),
        (&["build", "rustc-wrapper"], "/opt/bin/sccache", false),
        (&["build", "rustc-wrapper"], "tools/rustc.sh", true),
        (&["build", "rustc-wrapper"], "tools/sccache", true),
        (&["build", "rustc-wrapper"], "./sccache", true),
        (&["build", "rustc-wrapper"], "sccache-but-not-quite", true),
        (&["build", "rustc-wrapper"], "C:\\tools\\sccache.exe", false),
        (&["build", "rustc-wrapper"], "", false),
        (&["build", "rustc-workspace-wrapper"], "clippy.sh", true),
        (&["build", "rustdoc"], "true", true),
        (&["build", "rustc"], "tools/rustc.sh", true),
        (&["target", "x86_64-unknown-linux-gnu", "linker"], "clang", false),
        (&["target", "x86_64-unknown-linux-gnu", "runner"], "true", true),
        (&["target", "aarch64-unknown-linux-gnu", "runner"], "qemu-aarch64 -L /usr/lib", false),
        (&["target", "aarch64-unknown-linux-gnu", "runner"], "qemu-aarch64 /bin/true", true),
        (&["target", "aarch64-unknown-linux-gnu", "runner"], "qemu-aarch64 -version", true),
        (&["target", "aarch64-unknown-linux-gnu", "runner"], "tools/qemu-aarch64", true),
        (&["target", "thumbv7em-none-eabihf", "runner"], "probe-rs run --chip nrf52840", false),
        (&["target", "wasm32-wasip1", "runner"], "wasmtime run true.wasm", true),
        (&["target", "wasm32-wasip1", "runner"], "winestopper", true),
        (&["env", "RUSTC_WRAPPER"], "true", true),
        (&["env", "RUSTC_WRAPPER"], "sccache", false),
        (&["env", "RUSTC"], "sccache", true),
        (&["env", "CLIPPY_CONF_DIR"], "lax", true),
        (&["env", "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER"], "true", true),
    ]);
}

#[test]
fn no_flag_or_filter_silences_lints_or_leaves_tests_out() {
    check(&[
        (&["build", "jobs"], "4", false),
        (&["build", "rustflags"], "-D warnings", false),
        (&["build", "rustflags"], "--cap-lints warn", true),
        (&["build", "rustflags"], "-Awarnings", true),
        (&["build", "rustflags"], "-C opt-level=3 @flags.txt", true),
        (&["build", "rustflags"], "--force-warn unsafe_code", true),
        (&["build", "rustflags"], "-Z unpretty=hir", true),
        (&["build", "rustflags"], "-Zcrate-attr=allow(warnings)", true),
        (&["build", "rustdocflags"], "--cfg docsrs", false),
        (&["build", "rustdocflags"], "--test-runtool true", true),
        (&["build", "rustdocflags"], "--test-args=--skip=all", true),
        (&["target", "x86_64-unknown-linux-gnu", "rustflags"], "-A dead_code", true),
        (&["env", "RUSTFLAGS"], "--cap-lints=allow", true),
        (&["env", "CARGO_ENCODED_RUSTFLAGS", "value"], "-C\u{1f}opt-level=3\u{1f}-A\u{1f}unused", true),
        (&["env", "RUST_LOG"], "-A", false),
        (&["profile", "default", "default-filter"], "all()", false),
        (&["profile", "ci", "default-filter"], "not test(slow)", true),
        (&["profile", "ci", "overrides", "default-filter"], "none()", true),
        (&["profile", "ci", "slow-timeout", "on-timeout"], "pass", true),
        (&["profile", "ci", "slow-timeout", "on-timeout"], "fail", false),
        (&["profile", "ci", "scripts", "run-wrapper"], "nothing", true),
        (&["profile", "ci", "fail-fast"], "false", false),
    ]);
}

#[test]
fn a_setting_outside_of_the_workspace_is_told_without_a_place() {
    let mut facts = sound();
    let file = "the configuration in cargo's home".to_owned();
    facts.tools.push(ToolSetting { file, outside: true, ..setting(&["build", "rustc"], "true") });
    let outcome = judge(&facts, &PolicyDrift::default());
    let [finding] = outcome.findings.as_slice() else { panic!("{:?}", outcome.findings) };
    assert!(finding.message.ends_with("in the configuration in cargo's home"), "{}", finding.message);
    assert_eq!((finding.file.as_ref(), finding.line), (None, None));
}
