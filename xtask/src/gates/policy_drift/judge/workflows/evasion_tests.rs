//! Ways around the gate that somebody in a hurry, or worse, would think of; and what only looks like one.

use super::tests::{RELEASE, facts, release, told};

const GATE: &str = "run: cargo xtask maturity\n";
const NONE: [&str; 0] = [];

/// The gate's step with these lines as its script.
fn script(lines: &[&str]) -> String {
    let lines: String = lines.iter().map(|line| format!("          {line}\n")).collect();
    format!("run: |\n{lines}")
}

fn with_gate(step: &str) -> Vec<String> {
    assert_eq!(RELEASE.matches(GATE).count(), 1);
    told(&release(&RELEASE.replace(GATE, step)))
}

#[test]
fn a_script_that_may_not_come_to_the_gate_or_hides_its_status_is_found() {
    for lines in [
        &["exit 0", "cargo xtask maturity"][..],
        &["[ -n \"$X\" ] || exit 0", "cargo xtask maturity"],
        &["trap 'exit 0' EXIT", "cargo xtask maturity"],
        &["cargo() { true; }", "cargo xtask maturity"],
        &["function cargo {", "  true", "}", "cargo xtask maturity"],
        &["alias cargo=true", "cargo xtask maturity"],
        &["(cargo xtask maturity; echo) || true"],
        &["{ cargo xtask maturity; echo; } || echo no"],
        &["(cargo xtask maturity) &", "wait"],
        &["{ cargo xtask maturity; } | tee log"],
        &["! (cargo xtask maturity)"],
        &["! { cargo xtask maturity; }"],
        &["set +e", "cargo xtask maturity", "status=$?"],
        &["later() { cargo xtask maturity; }"],
        &["later ()", "{", "cargo xtask maturity", "}", "echo"],
        &["bash -c 'cargo xtask maturity; true'"],
        &["eval 'cargo xtask maturity || true'"],
        &["export CARGO_ALIAS_XTASK=version", "cargo xtask maturity"],
        &["CARGO_ALIAS_XTASK=version cargo xtask maturity"],
        &["GITHUB_REF=refs/heads/main cargo xtask maturity"],
        &["RUSTFLAGS='--cap-lints allow' cargo xtask maturity"],
        &["cargo xtask maturity $FLAGS"],
        &["cargo xtask maturity ${{ inputs.quick && '--only lint' }}"],
        &["cargo xtask maturity --manifest-path decoy/Cargo.toml"],
        &["cargo xtask maturity --ref=main"],
        &["timeout 30m cargo xtask maturity || true"],
    ] {
        let told = with_gate(&script(lines));
        let softened = told.iter().all(|one| one.starts_with("12 gate_not_softened"));
        assert!(!told.is_empty() && softened, "{lines:?}: {told:?}");
    }
    for lines in [
        &["command -v cargo xtask maturity"][..],
        &["./tools/xtask maturity"],
        &["cargo --config 'alias.xtask=\"version\"' xtask maturity"],
        &["cat <<EOF", "cargo xtask maturity", "EOF"],
        &["echo $(cargo xtask maturity)"],
        &["cargo run -p xtask -- validate-stages"],
        &["cargo run -p other -- maturity"],
    ] {
        let told = with_gate(&script(lines));
        assert!(told.len() == 1 && told[0].contains(" publish_needs_gate"), "{lines:?}: {told:?}");
    }
}

#[test]
fn what_only_looks_like_a_way_around_is_none() {
    for lines in [
        &["cargo xtask maturity --ref \"${{ github.head_ref || github.ref }}\""][..],
        &["cargo xtask maturity --ref ${{ github.head_ref || github.ref }} >> $GITHUB_STEP_SUMMARY"],
        &["cargo xtask maturity --out \"$RUNNER_TEMP/out\" --jobs 4"],
        &["trap 'rm -f log' EXIT", "cargo xtask maturity"],
        &["[ -f Cargo.toml ] || exit 1", "cargo xtask maturity"],
        &["say() { echo \"$1\"; }", "say start", "cargo xtask maturity"],
        &["(cargo xtask maturity)"],
        &["{ cargo xtask maturity; }"],
        &["export RUSTFLAGS=-Dwarnings RUST_BACKTRACE=1", "cargo xtask maturity"],
        &["names=()", "cargo xtask maturity", "echo \"${names[@]}\""],
        &["time sudo -u builder cargo xtask maturity"],
        &["bash -e -c 'cargo xtask maturity'"],
        &["./target/release/xtask maturity"],
        &["cargo run -q --release --package xtask -- maturity --message-format github"],
        &["cargo run -p xtask maturity"],
        &["if [[ -n \"$A\" && -z \"$B\" ]]; then echo x; fi", "cargo xtask maturity"],
    ] {
        assert_eq!(with_gate(&script(lines)), NONE, "{lines:?}");
    }
}

#[test]
fn the_gate_may_stand_before_the_publishing_command_but_not_behind_it() {
    let text = RELEASE.replace("    needs: [build]\n", "");
    let with = |lines: &[&str]| {
        let (head, _) = text.split_once("      - name: Upload\n").unwrap();
        told(&release(&format!("{head}      - {}", script(lines))))
    };
    assert_eq!(with(&["cargo xtask maturity", "cargo publish"]), NONE);
    assert_eq!(with(&["cargo xtask maturity && cargo publish"]), NONE);
    assert!(with(&["cargo publish", "cargo xtask maturity"])[0].contains("publish_needs_gate"));
    assert!(with(&["cargo xtask maturity || true", "cargo publish"])[0].contains("gate_not_softened"));
    assert!(with(&["cargo xtask maturity; cargo publish", "true"]).is_empty());
    let file = ("ci/out.sh", "#!/bin/sh\nset -e\ncargo xtask maturity\n./ci/up.sh\n".to_owned());
    let up = ("ci/up.sh", "cargo publish\n".to_owned());
    let (head, _) = text.split_once("      - name: Upload\n").unwrap();
    let text = format!("{head}      - run: ci/out.sh\n");
    let both = |file| facts(vec![(".github/workflows/release.yml", text.clone()), file, up.clone()]);
    assert_eq!(told(&both(file.clone())), NONE);
    let late = (file.0, file.1.replace("set -e\n", ""));
    assert!(told(&both(late))[0].contains("commands follow the gate"));
    let none = (file.0, file.1.replace("cargo xtask maturity\n", ""));
    assert!(told(&both(none))[0].contains("publish_needs_gate"));
}

#[test]
fn variables_that_are_set_elsewhere_are_seen() {
    let env = |env: &str, step: &str| {
        told(&release(&RELEASE.replace("permissions: {contents: read}\n", env).replace(GATE, step)))
    };
    let fixed = env("env: {REF: main}\n", "run: cargo xtask maturity --ref \"$REF\"\n");
    assert!(fixed[0].contains("fixed --ref"), "{fixed:?}");
    assert_eq!(env("env: {REF: '${{ github.ref }}'}\n", "run: cargo xtask maturity --ref \"$REF\"\n"), NONE);
    assert_eq!(env("env: {GATE: cargo xtask maturity}\n", "run: $GATE\n"), NONE);
    let hidden = RELEASE.replace("    needs: [build]\n", "    env: {WHAT: publish}\n");
    let hidden = told(&release(&hidden.replace("cargo publish --locked", "cargo $WHAT")));
    assert!(hidden[0].contains("cargo publish"), "{hidden:?}");
    let left = "      - run: echo 'CARGO_ALIAS_XTASK=version' >> \"$GITHUB_ENV\"\n      - name: Maturity Evaluation\n";
    let left = told(&release(&RELEASE.replace("      - name: Maturity Evaluation\n", left)));
    assert!(left.len() == 1 && left[0].contains("leaves a variable"), "{left:?}");
    let harmless = "      - run: echo 'VERSION=1' >> \"$GITHUB_ENV\"\n      - name: Maturity Evaluation\n";
    assert_eq!(told(&release(&RELEASE.replace("      - name: Maturity Evaluation\n", harmless))), NONE);
}

#[test]
fn publishing_is_seen_through_what_wraps_it() {
    let publishes = |what: &str| {
        let text = RELEASE.replace("    needs: [build]\n", "").replace("cargo publish --locked", what);
        !told(&release(&text)).is_empty()
    };
    for what in [
        "cargo --config net.offline=false publish",
        "gh release create v1 -n notes",
        "gh -R o/r release create v1",
        "url=$(gh release create v1)",
        "echo \"at $(gh release create v1)\"",
        "echo `npm publish`",
        "bash -c 'cargo publish'",
        "nix develop -c cargo publish",
        "xargs -n1 cargo publish -p",
        "python -m twine upload dist/*",
        "cargo publish ${{ inputs.dry && '--dry-run' }}",
        "$CARGO publish",
        "cargo release --no-confirm -x",
        "cargo release $FLAGS",
        "docker build -t x . --push",
        "docker buildx build --output type=registry .",
        "git push origin v1.0.0",
        "git push origin \"$TAG\"",
        "git push origin HEAD:refs/tags/v1",
        "gh api repos/o/r/releases -f tag_name=v1",
        "gh api -X POST repos/o/r/releases",
        "curl --data-binary @x https://uploads.github.com/repos/o/r/releases/1/assets",
        "later() { cargo publish; }",
        "if true; then cargo publish; fi",
        "sudo -u x cargo publish",
        "dist host --steps=upload --steps=release",
    ] {
        assert!(publishes(what), "{what}");
    }
    for what in [
        "echo cargo publish",
        "cargo release --no-confirm",
        "cargo test publish",
        "docker build -t x .",
        "git push origin main",
        "gh api repos/o/r/releases",
        "curl -L https://github.com/o/r/releases/download/v1/x.tar.gz -o x",
        "npm install -g semantic-release",
        "pip install twine",
        "cargo publish -n",
        "npm publish --dry-run",
        "dist host --steps=create",
        "gh release view v1",
        "cat <<EOF > notes\n          cargo publish\n          EOF",
    ] {
        assert!(!publishes(what), "{what}");
    }
}

#[test]
fn actions_publish_by_what_they_are_asked_to_do() {
    for (uses, with, publishes) in [
        ("release-plz/action", "with: {command: release-pr}", false),
        ("release-plz/action", "with: {command: release}", true),
        ("MarcoIeni/release-plz-action", "", true),
        ("katyo/publish-crates", "with: {dry-run: true}", false),
        ("docker/build-push-action", "with: {outputs: 'type=image,push=true'}", true),
        ("docker/build-push-action", "with: {push: false}", false),
        ("goreleaser/goreleaser-action", "with: {args: build --snapshot}", false),
        ("PyO3/maturin-action", "with: {command: upload}", true),
        ("PyO3/maturin-action", "with: {command: build}", false),
        ("actions/github-script", "with: {script: 'github.rest.repos.createRelease({})'}", true),
        ("actions/github-script", "with: {script: 'core.info(1)'}", false),
    ] {
        let step = format!("      - uses: {uses}@08c6903cd8c0fde910a37f88322edcfb5dd907a8\n        {with}\n");
        let (head, _) = RELEASE.split_once("    steps:\n      - name: Show").unwrap();
        let text = format!("{}    steps:\n{step}", head.replace("    needs: [build]\n", ""));
        assert_eq!(told(&release(&text)).len(), usize::from(publishes), "{uses} {with}");
    }
    for uses in [
        "x@08c6903cd8c0fde910a37f88322edcfb5dd907a8",
        "${{ env.A }}/b@08c6903cd8c0fde910a37f88322edcfb5dd907a8",
    ] {
        let text = RELEASE.replace("actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8", uses);
        assert!(told(&release(&text))[0].contains("actions_pinned"), "{uses}");
    }
}

#[test]
fn a_workflow_too_large_to_read_quickly_is_read_all_the_same() {
    let jobs = 900;
    let text: String = (0..jobs)
        .map(|n| format!("  a{}: {{needs: a{n}, steps: [{{run: cargo publish}}]}}\n", n + 1))
        .collect();
    // Long enough for lines to become too costly; those of the jobs come first.
    let text = format!("# {}\non: push\njobs:\n{text}", "x".repeat(64 * 1024));
    let told = told(&release(&text));
    assert_eq!(told.len(), jobs);
    assert!(told.iter().any(|one| one.starts_with("4 publish_needs_gate")), "{:?}", told.first());
    let hostile = [
        "`".repeat(60_001),
        "${{".repeat(60_000),
        "$(".repeat(60_000),
        "f () ".repeat(60_000),
        "if ( { ".repeat(60_000),
        "\"$(".repeat(60_000),
        "<<a ".repeat(20_000),
        "env ".repeat(60_000),
    ];
    for text in hostile {
        let step = format!("on: push\njobs:\n  a:\n    steps:\n      - run: |\n          {text}\n");
        super::tests::told(&release(&step));
    }
}
