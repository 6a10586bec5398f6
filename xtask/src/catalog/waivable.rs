//! Which codes a waiver may be about.
//!
//! An exception is made for what was found, never for what was not looked at: codes that say that
//! something was not proven, not told or not the agreed policy can't be waived. Each code decides here,
//! so that none is waivable because nobody thought of it.

use super::Code;

/// What a gate would pass without is proof, not a finding.
const UNPROVEN: &str = "it says that something was not proven, and a waiver proves nothing";
/// A waiver is policy itself: one that lets another policy in would let in any.
const POLICY: &str = "it says that the policy in force may not be the one that was agreed, waivers included";
/// What differs today is not what differs tomorrow.
const CONTRACT: &str =
    "a waiver would let in any other change as well: `cargo xtask field-budgets --lock` agrees to this one";
/// A secret that is out is out for everybody.
const LEAK: &str = "what is given out is known to all who read logs, and a waiver takes nothing back";
/// The subject has no gate that could pass for it.
const SUBJECT: &str = "it is about what is judged, not about something found in it";
/// A release is told apart by its tag: another tag costs a minute.
const RELEASE: &str = "release-check reads no waivers: whoever trusts a tag cannot see what was waived about it; make a sound one";
/// Waivers about waivers would never end.
const WAIVERS: &str = "it is about waivers themselves";

impl Code {
    /// Whether a waiver may be about it.
    pub fn waivable(self) -> bool {
        self.unwaivable().is_none()
    }

    /// Why no waiver may be about it; `None` if one may.
    #[expect(clippy::too_many_lines, reason = "each code has a line, so that each decides")]
    pub fn unwaivable(self) -> Option<&'static str> {
        match self {
            Code::TestFailed
            | Code::LintFailed
            | Code::FormatFailed
            | Code::AuditVulnerable
            | Code::AuditUnsound
            | Code::AuditUnmaintained
            | Code::AuditNotice
            | Code::AuditYanked
            | Code::AuditNotAssessed
            | Code::DepsUnapproved
            | Code::ApprovalExpired
            | Code::ApprovalUnused
            | Code::LicenseDenied
            | Code::LicenseUnknown
            | Code::SourceDenied
            | Code::PolicyViolation
            | Code::BudgetExceeded
            | Code::MetricStuck
            | Code::MetricCardinality
            | Code::LogUnstructured
            | Code::LogUncorrelated => None,
            Code::ChecksFailed => Some("it sums up other findings: waive those that it sums up"),
            Code::ApprovalMismatch => Some(
                "a waiver would let in any other content as well: find out why it changed, and approve it",
            ),
            Code::AuditDbStale => {
                Some("it says that advisories may be missing: update the database, or set max_age_days")
            }
            Code::ChecksPending
            | Code::TestsNoneRan
            | Code::TestsBuildFailed
            | Code::TestCrashed
            | Code::AuditDbUnavailable
            | Code::CheckTimeout
            | Code::CheckError
            | Code::SbomMissing
            | Code::LockfileStale
            | Code::EvidenceMissing
            | Code::EvidenceMismatch
            | Code::BudgetUnreadable
            | Code::BudgetUnlocked
            | Code::ServiceUndeclared
            | Code::ServiceBuildFailed
            | Code::ServiceNotReady
            | Code::ServiceFailed
            | Code::MetricMissing
            | Code::MetricMalformed
            | Code::LogMissing
            | Code::LogFieldMissing
            | Code::TraceMissing
            | Code::TraceMalformed => Some(UNPROVEN),
            Code::LogFieldForbidden => Some(LEAK),
            Code::BudgetDrift | Code::BudgetStale => Some(CONTRACT),
            Code::PolicyUnlocked
            | Code::PolicyDrift
            | Code::PolicyBaseMissing
            | Code::PolicyBaseUnreadable => Some(POLICY),
            Code::PolicyWeakened => Some("it is the trail of who weakened what, which is never silent"),
            Code::FreezeActive => {
                Some("a freeze is overridden with --override-freeze, by name and with a reason")
            }
            Code::TreeDirty | Code::NotARepository | Code::RefMismatch | Code::ReleaseTagLax => Some(SUBJECT),
            Code::ReleaseTagUnknown
            | Code::ReleaseTagLightweight
            | Code::ReleaseTagMoved
            | Code::ReleaseTagOffBranch
            | Code::ReleaseVersionMismatch
            | Code::ReleaseChangelogMissing
            | Code::ReleaseHistoryShallow
            | Code::ReleaseRemoteUnread => Some(RELEASE),
            Code::WaiverExpired | Code::WaiverExpiring | Code::WaiverUnused => Some(WAIVERS),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::catalog::{CATALOG, Code};

    #[test]
    fn only_what_was_found_can_be_waived() {
        let waivable: Vec<&str> =
            CATALOG.iter().filter(|(code, _)| code.waivable()).map(|(_, entry)| entry.code).collect();
        for code in ["TEST_FAILED", "LINT_FAILED", "AUDIT_VULNERABLE", "LICENSE_DENIED", "DEPS_UNAPPROVED"] {
            assert!(waivable.contains(&code), "{code}");
        }
        for part in [
            "PENDING", "NONE", "ERROR", "TIMEOUT", "MISSING", "EVIDENCE", "STALE", "WAIVER", "DIRTY",
            "UNLOCKED", "DRIFT", "WEAKENED", "BASE", "FREEZE", "RELEASE",
        ] {
            assert!(!waivable.iter().any(|code| code.contains(part)), "{part} in {waivable:?}");
        }
        assert!(Code::ChecksFailed.unwaivable().is_some_and(|why| why.contains("waive those")));
    }
}
