//! End to end: each folder of `fixtures/cases` is one thing that can go wrong (or right), laid over a
//! workspace, judged by the built tool, and compared with what the case says must come of it.
//!
//! `fixtures/README.md` says how to add one. Set `CASES_KEEP=1` to keep the sandboxes.
#![cfg(unix)]
#![allow(
    clippy::disallowed_methods,
    reason = "the harness is the user at the terminal: it starts programs and reads its own environment"
)]

mod support;

macro_rules! cases {
    ($($name:ident)+) => {
        $(#[test] fn $name() { support::check(stringify!($name)); })+
        const NAMES: &[&str] = &[$(stringify!($name)),+];
    };
}

cases! {
    alias_shadows_a_check
    allow_past_alone
    approval_expired
    approval_mismatch
    approval_unused
    approvals_duplicate
    approvals_malformed
    as_of_no_moment
    as_of_past_allowed
    as_of_past_refused
    as_of_shows_what_will_lapse
    audit_alone
    audit_alone_waived
    audit_db_absent
    audit_db_broken_file
    audit_db_empty
    audit_db_folder_missing
    audit_db_stale
    audit_fixed
    audit_not_assessed
    audit_notice
    audit_unmaintained
    audit_unsound
    audit_vulnerable
    audit_yanked
    cargo_missing
    check_program_missing
    check_timeout
    checks_pending
    clippy_missing
    custom_check_fails
    custom_check_proves_nothing
    dated_mode_beforehand
    dated_mode_in_force
    deps_approved_with_the_command
    deps_listed
    deps_note_for_nothing
    deps_unapproved
    doc_test_failed
    doc_tests_turned_off
    dry_run
    enforced_gate
    evidence_mismatch
    evidence_missing
    explain
    explain_unknown
    format_failed
    format_switched_off
    git_missing
    ignored_policy
    ignored_source
    interrupted
    json_output
    killed
    license_denied
    license_unknown
    lint_failed
    lints_capped
    lockfile_garbage
    lockfile_missing
    lockfile_stale
    lockfile_untracked
    manifest_malformed
    nextest_missing
    no_ref
    no_ref_no_repository
    no_workspace
    not_a_repository
    not_a_repository_pilot
    orders_service_pilot
    orders_service_pre_ga
    orders_service_test_fails
    out_not_writable
    ref_from_the_ci
    release_tag_lax
    rule_too_wide
    rustfmt_missing
    sbom_alone
    sbom_forged
    settings_wrong_words
    source_denied
    stages_alias_bomb
    stages_deep
    stages_empty
    stages_huge
    stages_malformed
    stages_not_text
    stages_same_pattern
    stages_tied
    stages_wrong_words
    tag_at_head
    tag_elsewhere
    tags_at_head
    terminated
    test_crashed
    test_failed
    test_forges_results_and_fails
    test_forges_results_and_leaves
    test_hangs
    test_ignored
    test_leaves_a_process
    test_leaves_early
    test_prints_invalid_utf8
    test_prints_much
    test_runner_replaced
    test_target_not_built
    tests_build_failed
    tests_filtered_out
    tests_none_ran
    tiny_passes
    tree_dirty
    tree_dirty_pilot
    unknown_check
    unknown_flag
    unknown_gate
    unknown_stage
    validate_stages
    validate_stages_wrong_words
    vendored_passes
    waive_refused
    waive_twice
    waive_writes
    waived_advisory
    waived_finding
    waived_lint_hides_the_rest
    waived_test_and_pending_check
    waiver_expired
    waiver_expiring
    waiver_ignored_by_git
    waiver_unused
    waivers_in_conflict
    waivers_listed
    waivers_malformed
    workspace_does_not_parse
}

#[test]
fn every_folder_is_a_case_and_every_case_has_its_folder() {
    let mut names: Vec<String> = NAMES.iter().map(ToString::to_string).collect();
    names.sort();
    assert_eq!(
        names,
        support::case::names(),
        "the list above and the folders of fixtures/cases must name the same cases"
    );
}
