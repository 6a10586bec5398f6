//! Release workflows as known tools and projects write them, with a gate put in: no false alarms.

use super::tests::{facts, release, told};

const NONE: [&str; 0] = [];

/// In the style of cargo-dist: conditions that ask for results by name.
const DIST: &str = "\
name: Release
on:
  pull_request:
  push:
    tags: ['**[0-9]+.[0-9]+.[0-9]+*']
jobs:
  plan:
    runs-on: ubuntu-22.04
    outputs:
      publishing: ${{ !github.event.pull_request }}
    steps:
      - id: plan
        run: |
          dist ${{ (!github.event.pull_request && format('host --steps=create --tag={0}', github.ref_name)) || 'plan' }} --output-format=json > plan.json
          echo \"manifest=$(jq -c . plan.json)\" >> \"$GITHUB_OUTPUT\"
  gate:
    needs: [plan]
    uses: ./.github/workflows/gate.yml
  build:
    name: build (${{ join(matrix.targets, ', ') }})
    needs: [plan]
    if: ${{ needs.plan.outputs.publishing == 'true' }}
    strategy: {fail-fast: false, matrix: ${{ fromJson(needs.plan.outputs.matrix) }}}
    runs-on: ${{ matrix.runner }}
    steps:
      - run: dist build --print=linkage --output-format=json > dist.json
  host:
    needs: [plan, gate, build]
    if: ${{ always() && needs.plan.result == 'success' && needs.gate.result == 'success' && (needs.build.result == 'skipped' || needs.build.result == 'success') }}
    runs-on: ubuntu-22.04
    steps:
      - id: host
        shell: bash
        run: |
          dist host ${{ needs.plan.outputs.tag-flag }} --steps=upload --steps=release --output-format=json > m.json
          gh release create \"${{ needs.plan.outputs.tag }}\" --title \"$TITLE\" artifacts/*
";
const CALLED: &str = "\
on: {workflow_call: {}, pull_request: {}}
jobs:
  gate:
    runs-on: ubuntu-latest
    steps:
      - run: cargo xtask maturity
";

fn dist(from: &str, to: &str) -> Vec<String> {
    assert_eq!(DIST.matches(from).count(), 1, "{from}");
    let quoted = DIST
        .replace(from, to)
        .replace("matrix: ${{ fromJson(needs.plan.outputs.matrix) }}", "matrix: '${{ fromJson(x) }}'");
    told(&facts(vec![
        (".github/workflows/release.yml", quoted),
        (".github/workflows/gate.yml", CALLED.to_owned()),
    ]))
}

#[test]
fn cargo_dist_with_a_gate_is_sound_and_without_it_is_not() {
    assert_eq!(dist("name: Release\n", "name: Release\n"), NONE);
    let softened = dist(" && needs.gate.result == 'success'", "");
    assert!(softened.len() == 1 && softened[0].starts_with("27 gate_not_softened"), "{softened:?}");
    let skipped = dist(
        "needs.gate.result == 'success'",
        "(needs.gate.result == 'skipped' || needs.gate.result == 'success')",
    );
    assert!(skipped[0].contains("was skipped"), "{skipped:?}");
    let none = dist("needs: [plan, gate, build]", "needs: [plan, build]");
    assert!(none[0].starts_with("27 publish_needs_gate"), "{none:?}");
}

#[test]
fn a_gate_job_that_may_be_skipped_inside_a_called_workflow_is_found() {
    let called = CALLED.replace("  gate:\n", "  gate:\n    if: github.ref_type == 'tag'\n");
    let text = "on: push\njobs:\n  gate:\n    uses: ./.github/workflows/gate.yml\n  up:\n    needs: gate\n    steps: [{run: cargo publish}]\n";
    let with = |called: String| {
        told(&facts(vec![
            (".github/workflows/r.yml", text.to_owned()),
            (".github/workflows/gate.yml", called),
        ]))
    };
    assert_eq!(with(CALLED.to_owned()), NONE);
    let skipped = with(called);
    assert!(skipped.len() == 1 && skipped[0].contains("may be skipped"), "{skipped:?}");
    // One more workflow in between.
    let between = "on: workflow_call\njobs:\n  more:\n    uses: ./.github/workflows/inner.yml\n".to_owned();
    let twice = facts(vec![
        (".github/workflows/r.yml", text.to_owned()),
        (".github/workflows/gate.yml", between.clone()),
        (".github/workflows/inner.yml", CALLED.to_owned()),
    ]);
    assert_eq!(told(&twice), NONE);
    let circle = between.replace("inner.yml", "gate.yml");
    assert!(with(circle)[0].contains("publish_needs_gate"));
}

/// In the style of ripgrep: the draft first, then uploads by a matrix with its own variables.
const MATRIX: &str = "\
name: release
on:
  push:
    tags: ['[0-9]+.[0-9]+.[0-9]+']
jobs:
  gate:
    runs-on: ubuntu-latest
    steps:
      - name: Maturity Evaluation
        run: cargo xtask maturity
      - name: Keep the reports
        if: always()
        run: tar czf reports.tgz dist/maturity
  create-release:
    needs: gate
    runs-on: ubuntu-latest
    steps:
      - if: env.VERSION == ''
        run: echo \"VERSION=${{ github.ref_name }}\" >> $GITHUB_ENV
      - shell: bash
        run: |
          if ! grep -q \"version = \\\"$VERSION\\\"\" Cargo.toml; then
            echo \"version does not match Cargo.toml\" >&2
            exit 1
          fi
      - run: gh release create $VERSION --draft --verify-tag --title $VERSION
  build-release:
    needs: ['create-release']
    runs-on: ${{ matrix.os }}
    env: {CARGO: cargo, TARGET_FLAGS: '', TARGET_DIR: ./target}
    strategy:
      fail-fast: false
      matrix:
        include:
          - {os: ubuntu-latest, target: x86_64-unknown-linux-musl}
          - {os: windows-latest, target: x86_64-pc-windows-msvc}
    steps:
      - name: Use Cross
        if: matrix.os == 'ubuntu-latest' && matrix.target != ''
        run: echo \"CARGO=cross\" >> $GITHUB_ENV
      - run: ${{ env.CARGO }} build --release ${{ env.TARGET_FLAGS }}
      - shell: bash
        run: |
          docker run --rm -v \"$PWD/target:/target:Z\" \"example/${{ matrix.target }}:main\" strip \"/$BIN\"
      - shell: bash
        run: |
          version=\"${{ needs.create-release.outputs.version }}\"
          gh release upload \"$version\" ${{ env.ASSET }} ${{ env.ASSET_SUM }}
";

#[test]
fn a_matrix_of_uploads_behind_a_draft_is_sound() {
    assert_eq!(told(&release(MATRIX)), NONE);
    let both = told(&release(&MATRIX.replace("    needs: gate\n", "")));
    assert_eq!(both.len(), 2, "{both:?}");
    // PowerShell goes on after a failure, and the matrix has Windows.
    let windows = MATRIX.replacen(
        "ubuntu-latest\n    steps",
        "${{ matrix.os }}\n    strategy: {matrix: {os: [windows-latest]}}\n    steps",
        1,
    );
    let follows = windows.replace(
        "run: cargo xtask maturity\n",
        "run: |\n          cargo xtask maturity\n          echo done\n",
    );
    assert!(told(&release(&follows))[0].contains("commands follow"), "{:?}", told(&release(&follows)));
    assert_eq!(told(&release(&windows)), NONE);
    let renamed = MATRIX.replace("cargo xtask maturity", "cargo gates-xtask maturity");
    assert_eq!(told(&release(&renamed)), NONE);
    let other = MATRIX.replace("cargo xtask maturity", "cargo gates maturity");
    assert!(!told(&release(&other)).is_empty());
}

/// In the style of release-plz: one job opens pull requests, another releases.
const PLZ: &str = "\
on:
  push: {branches: [main]}
jobs:
  release:
    if: ${{ github.repository_owner == 'example' }}
    runs-on: ubuntu-latest
    permissions: {contents: write, id-token: write}
    steps:
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8
      - run: cargo xtask maturity --enforce policy_drift
      - uses: release-plz/action@08c6903cd8c0fde910a37f88322edcfb5dd907a8
        with: {command: release}
  pull-request:
    runs-on: ubuntu-latest
    steps:
      - uses: release-plz/action@08c6903cd8c0fde910a37f88322edcfb5dd907a8
        with: {command: release-pr}
";

#[test]
fn release_plz_with_the_gate_in_the_same_job_is_sound() {
    assert_eq!(told(&release(PLZ)), NONE);
    let always = PLZ.replace(
        "        with: {command: release}\n",
        "        if: always()\n        with: {command: release}\n",
    );
    assert!(told(&release(&always))[0].contains("goes on"), "{:?}", told(&release(&always)));
    let named = always
        .replace("      - run: cargo", "      - id: gate\n        run: cargo")
        .replace("if: always()", "if: always() && steps.gate.outcome == 'success'");
    assert_eq!(told(&release(&named)), NONE);
    let skipped =
        PLZ.replace("maturity --enforce policy_drift\n", "maturity\n        if: env.QUICK != 'true'\n");
    assert!(told(&release(&skipped))[0].contains("may be skipped"));
}

/// Several ways to the gate: one clean way is enough.
#[test]
fn the_best_way_counts() {
    let text = "\
on: push
jobs:
  gate:
    steps: [{run: cargo xtask maturity}]
  summary:
    needs: gate
    if: always()
    steps: [{run: echo done}]
  up:
    needs: [summary, gate]
    steps: [{run: cargo publish}]
";
    assert_eq!(told(&release(text)), NONE);
    let only = told(&release(&text.replace("[summary, gate]", "summary")));
    assert!(only.len() == 1 && only[0].starts_with("5 gate_not_softened"), "{only:?}");
    let middle =
        text.replace("[summary, gate]", "summary").replace("if: always()", "continue-on-error: true");
    assert!(told(&release(&middle))[0].contains("on the way from the gate"));
}

#[test]
fn what_another_run_said_is_no_gate() {
    let text = "on: {workflow_run: {workflows: [gate], types: [completed]}}\njobs:\n  up:\n    if: github.event.workflow_run.conclusion == 'success'\n    steps: [{run: cargo publish}]\n";
    assert!(told(&release(text))[0].starts_with("3 publish_needs_gate"));
}

#[test]
fn actions_that_are_not_there_cannot_be_told_and_gitlab_is_noted() {
    let text = |uses: &str| {
        format!(
            "on: push\njobs:\n  a:\n    steps:\n      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8\n        with: {{path: src}}\n      - uses: {uses}\n"
        )
    };
    let action = (".github/actions/x/action.yml", "runs: {using: composite, steps: []}\n".to_owned());
    let with = |uses: &str| told(&facts(vec![(".github/workflows/a.yml", text(uses)), action.clone()]));
    assert_eq!(with("./.github/actions/x"), NONE);
    assert_eq!(with("./src/.github/actions/x"), NONE);
    assert!(with("./other/x")[0].contains("cannot be told"));
    let pipeline = facts(vec![(".gitlab-ci.yml", "up: {script: [cargo publish]}\n".to_owned())]);
    assert_eq!(
        told(&pipeline),
        ["0 publish_needs_gate: this pipeline may publish, and no rule looks into pipelines of GitLab"]
    );
    assert_eq!(told(&facts(vec![(".gitlab-ci.yml", "test: {script: [cargo test]}\n".to_owned())])), NONE);
}
