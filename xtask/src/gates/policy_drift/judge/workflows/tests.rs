use super::super::rules::judge;
use super::*;
use crate::gates::policy_drift::workflows::{self as gathered, tests::Made};
use crate::settings::{PolicyDrift, Rule};

/// A release workflow as a careful team writes it.
pub(super) const RELEASE: &str = "\
name: release
on:
  push:
    tags: ['v*']
permissions: {contents: read}
jobs:
  gate:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5
        with: {fetch-depth: 0}
      - name: Maturity Evaluation
        run: cargo xtask maturity
      - if: always()
        uses: actions/upload-artifact@ea165f8d65b6e75b540449e92b4886f43607fa02 # v4
  build:
    needs: gate
    strategy: {matrix: {target: [x86_64-unknown-linux-gnu, aarch64-apple-darwin]}}
    runs-on: ubuntu-latest
    steps:
      - run: cargo build --release --target ${{ matrix.target }}
  publish:
    needs: [build]
    runs-on: ubuntu-latest
    environment: release
    steps:
      - name: Show
        run: |
          # cargo publish would be too early
          echo \"about to cargo publish\"
          cargo publish --dry-run
      - name: Upload
        run: |
          cargo publish --locked
";

pub(super) fn facts(files: Vec<(&'static str, String)>) -> RuleFacts {
    let mut facts = RuleFacts::default();
    gathered::gather(&Made(files), &mut facts);
    facts
}

pub(super) fn release(text: &str) -> RuleFacts {
    facts(vec![(".github/workflows/release.yml", text.to_owned())])
}

/// `rule line: message` of each finding about workflows.
pub(super) fn told(facts: &RuleFacts) -> Vec<String> {
    let about = [Rule::ActionsPinned, Rule::PublishNeedsGate, Rule::GateNotSoftened];
    let outcome = judge(facts, &PolicyDrift::default());
    let about = |message: &str| about.iter().any(|rule| message.starts_with(rule.as_str()));
    let findings = outcome.findings.iter().filter(|one| about(&one.message));
    findings.map(|one| format!("{} {}", one.line.unwrap_or_default(), one.message)).collect()
}

#[test]
fn a_sound_workflow_keeps_all_three_rules() {
    let facts = release(RELEASE);
    assert_eq!(told(&facts), [] as [&str; 0]);
    let outcome = judge(&facts, &PolicyDrift::default());
    for rule in [Rule::ActionsPinned, Rule::PublishNeedsGate, Rule::GateNotSoftened] {
        assert!(outcome.kept.contains(&rule), "{rule:?}: {:?}", outcome.idle);
    }
}

#[test]
fn each_way_around_the_gate_is_found_at_its_line() {
    let gate = "run: cargo xtask maturity\n";
    for (from, to, expected) in [
        ("    needs: [build]\n", "", "22 publish_needs_gate"),
        ("    needs: gate\n", "", "21 publish_needs_gate"),
        (gate, "run: echo cargo xtask maturity\n", "22 publish_needs_gate"),
        (gate, "run: $GATE\n", "22 publish_needs_gate"),
        ("@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5", "@v5", "10 actions_pinned"),
        ("@08c6903cd8c0fde910a37f88322edcfb5dd907a8", "@08c6903", "10 actions_pinned"),
        ("@08c6903cd8c0fde910a37f88322edcfb5dd907a8", "@${{ env.REF }}", "10 actions_pinned"),
        ("  gate:\n", "  gate:\n    continue-on-error: true\n", "7 gate_not_softened"),
        (gate, "run: cargo xtask maturity\n        continue-on-error: ${{ true }}\n", "12 gate_not_softened"),
        (gate, "run: cargo xtask maturity || true\n", "12 gate_not_softened"),
        (gate, "run: cargo xtask maturity || echo no\n", "12 gate_not_softened"),
        (gate, "run: cargo xtask maturity | tee log\n", "12 gate_not_softened"),
        (gate, "run: cargo xtask maturity &\n", "12 gate_not_softened"),
        (gate, "run: if cargo xtask maturity; then echo fine; fi\n", "12 gate_not_softened"),
        (gate, "run: if [ -n \"$X\" ]; then cargo xtask maturity; fi\n", "12 gate_not_softened"),
        (gate, "run: test -n \"$X\" || cargo xtask maturity\n", "12 gate_not_softened"),
        (
            gate,
            "run: |\n          set +e\n          cargo xtask maturity\n          true\n",
            "12 gate_not_softened",
        ),
        (
            gate,
            "run: |\n          cargo xtask maturity && echo fine\n          echo done\n",
            "12 gate_not_softened",
        ),
        (gate, "run: cargo xtask maturity\n        shell: 'true {0}'\n", "12 gate_not_softened"),
        (
            gate,
            "run: |\n          cargo xtask maturity\n          echo done\n        shell: pwsh\n",
            "12 gate_not_softened",
        ),
        (gate, "run: cargo xtask maturity\n        if: github.actor == 'x'\n", "12 gate_not_softened"),
        (
            gate,
            "run: cargo xtask maturity\n        env: {CARGO_ALIAS_XTASK: version}\n",
            "12 gate_not_softened",
        ),
        (gate, "run: cargo xtask maturity --stage PILOT\n", "12 gate_not_softened"),
        (gate, "run: cargo xtask maturity --ref main\n", "12 gate_not_softened"),
        (gate, "run: cargo xtask maturity --override-freeze=because\n", "12 gate_not_softened"),
        ("    needs: [build]\n", "    needs: [build]\n    if: always()\n", "22 gate_not_softened"),
        ("    needs: [build]\n", "    needs: [build]\n    if: ${{ ! success() }}\n", "22 gate_not_softened"),
        ("    needs: gate\n", "    needs: gate\n    if: always() && true\n", "16 gate_not_softened"),
        ("      - name: Upload\n", "      - name: Upload\n        if: failure()\n", "32 gate_not_softened"),
        ("permissions: {contents: read}\n", "env: {RUSTFLAGS: --cap-lints allow}\n", "7 gate_not_softened"),
    ] {
        assert_eq!(RELEASE.matches(from).count(), 1, "{from}");
        let told = told(&release(&RELEASE.replace(from, to)));
        assert!(told.len() == 1 && told[0].starts_with(expected), "{to}: {told:?}, expected {expected}");
    }
}

#[test]
fn what_keeps_the_gates_status_is_no_breach() {
    let gate = "run: cargo xtask maturity\n";
    for to in [
        "run: cargo xtask maturity || exit 1\n",
        "run: cargo xtask maturity --ref \"$GITHUB_REF\"\n",
        "run: cargo run --locked -p xtask -- maturity\n",
        "run: cd sub && cargo +stable xtask maturity\n",
        "run: |\n          set -o pipefail\n          cargo xtask maturity | tee log\n",
        "run: cargo xtask maturity 2>&1 | tee log\n        shell: bash\n",
        "run: |\n          cargo xtask maturity\n          echo done\n",
        "run: |\n          cargo xtask maturity \\\n            --offline > log 2>&1\n          cat log\n        if: success()\n",
    ] {
        let told = told(&release(&RELEASE.replace(gate, to)));
        assert_eq!(told, [] as [&str; 0], "{to}");
    }
}

#[test]
fn everything_that_publishes_is_known_to() {
    for what in [
        "cargo release --execute",
        "gh release create v1 target/x",
        "docker buildx build --tag x --push .",
        "sudo docker push x",
        "npm publish",
        "git push origin --tags",
        "true && cargo +nightly publish",
        "bash ci/upload.sh",
    ] {
        let text = RELEASE.replace("    needs: [build]\n", "").replace("cargo publish --locked", what);
        let script = ("ci/upload.sh", "#!/bin/sh\ntwine upload dist/*\n".to_owned());
        let facts = facts(vec![(".github/workflows/release.yml", text), script]);
        assert_eq!(told(&facts).len(), 1, "{what}: {:?}", told(&facts));
    }
    for (uses, with, publishes) in [
        ("softprops/action-gh-release", "", true),
        ("docker/build-push-action", "", false),
        ("docker/build-push-action", "with: {push: true}", true),
        ("actions/checkout", "", false),
    ] {
        let step = format!("      - uses: {uses}@08c6903cd8c0fde910a37f88322edcfb5dd907a8\n        {with}\n");
        let (head, _) = RELEASE.split_once("    steps:\n      - name: Show").unwrap();
        let text = format!("{}    steps:\n{step}", head.replace("    needs: [build]\n", ""));
        assert_eq!(told(&release(&text)).len(), usize::from(publishes), "{uses} {with}");
    }
}

#[test]
fn a_workflow_that_publishes_nothing_may_do_as_it_likes_with_the_gate() {
    let text = RELEASE.replace("cargo publish --locked", "true").replace("maturity\n", "maturity || true\n");
    let outcome = judge(&release(&text), &PolicyDrift::default());
    assert!(outcome.idle.contains(&Rule::PublishNeedsGate) && outcome.idle.contains(&Rule::GateNotSoftened));
}

#[test]
fn the_gate_is_followed_into_workflows_actions_and_scripts_of_the_repository() {
    let call = "  gate:\n    uses: ./.github/workflows/gate.yml\n";
    let (head, rest) = RELEASE.split_once("  gate:\n").unwrap();
    let (_, tail) = rest.split_once("  build:\n").unwrap();
    let text = format!("{head}{call}  build:\n{tail}");
    let gate = |step: &str| {
        format!("on: workflow_call\njobs:\n  judge:\n    runs-on: x\n    steps:\n      - {step}\n")
    };
    let with = |step: &str, more: Vec<(&'static str, String)>| {
        let workflows =
            vec![(".github/workflows/release.yml", text.clone()), (".github/workflows/gate.yml", gate(step))];
        told(&facts(workflows.into_iter().chain(more).collect()))
    };
    let action = |run: &str| {
        let text = format!("runs:\n  using: composite\n  steps:\n    - shell: bash\n      run: {run}\n");
        vec![(".github/actions/gate/action.yml", text)]
    };
    let none = [] as [&str; 0];
    assert_eq!(with("run: cargo xtask maturity", vec![]), none);
    assert!(with("run: cargo test", vec![])[0].contains("publish_needs_gate"));
    assert!(with("run: cargo xtask maturity || true", vec![])[0].starts_with("6 gate_not_softened"));
    assert_eq!(with("uses: ./.github/actions/gate", action("cargo xtask maturity")), none);
    assert!(
        with("uses: ./.github/actions/gate", action("cargo xtask maturity || true"))[0].contains("softened")
    );
    let script = |text: &str| vec![("ci/gate.sh", text.to_owned())];
    assert_eq!(
        with("run: ./ci/gate.sh", script("#!/bin/bash\nset -eu\ncargo xtask maturity\necho done\n")),
        none
    );
    assert!(with("run: ./ci/gate.sh", script("cargo xtask maturity\necho done\n"))[0].contains("softened"));
    assert!(with("run: ./ci/gate.sh || true", script("cargo xtask maturity\n"))[0].contains("softened"));
}

#[test]
fn a_workflow_that_is_called_is_as_safe_as_its_callers() {
    let called = "on: workflow_call\njobs:\n  upload:\n    runs-on: x\n    steps: [{run: cargo publish}]\n";
    let caller = |needs: &str| {
        format!(
            "on: push\njobs:\n  gate:\n    runs-on: x\n    steps: [{{run: cargo xtask maturity}}]\n  go:\n    {needs}uses: ./.github/workflows/up.yml\n"
        )
    };
    let with = |needs: &str, trigger: &str| {
        let called = called.replace("workflow_call", trigger);
        told(&facts(vec![(".github/workflows/up.yml", called), (".github/workflows/a.yml", caller(needs))]))
    };
    assert_eq!(with("needs: gate\n    ", "workflow_call"), [] as [&str; 0]);
    assert!(with("", "workflow_call")[0].contains("publish_needs_gate"));
    assert!(with("needs: gate\n    ", "[workflow_call, push]")[0].contains("publish_needs_gate"));
    assert!(
        told(&facts(vec![(".github/workflows/up.yml", called.into())]))[0].contains("publish_needs_gate")
    );
}

#[test]
fn what_cannot_be_read_cannot_be_told() {
    let unreadable = told(&release("jobs: ["));
    assert!(
        unreadable[0].contains("publish_needs_gate: whether it publishes cannot be told"),
        "{unreadable:?}"
    );
    let circle = "on: push\njobs:\n  a:\n    needs: b\n    steps: [{run: cargo publish}]\n  b:\n    needs: a\n    steps: []\n";
    assert!(told(&release(circle))[0].contains("publish_needs_gate"));
}

#[test]
fn the_workflow_that_the_readme_shows_keeps_every_rule() {
    let readme = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md"));
    let (_, block) = readme.split_once("```yaml\nname: maturity\n").unwrap();
    let (block, _) = block.split_once("```").unwrap();
    let facts = release(block);
    assert_eq!(told(&facts), [] as [&str; 0]);
    assert_eq!(publish_needs_gate(&facts).at, 1);
}
