//! Findings of one code, told together: seventeen of a kind are one thing to say and one to do.
//!
//! Only what people read is grouped; the JSON report keeps every finding.

use super::{Finding, Severity};
use crate::catalog::Code;

/// How many of a group are named in its message.
const NAMED: usize = 3;

/// Findings that share code and severity, and whether a waiver covers them, in the order in which they came; never empty.
#[derive(Debug, Clone)]
pub struct Group<'a> {
    /// Their code.
    pub code: Code,
    /// Their severity.
    pub severity: Severity,
    /// Whether a waiver covers each of them, or none.
    pub waived: bool,
    /// They themselves.
    pub findings: Vec<&'a Finding>,
}

impl<'a> Group<'a> {
    /// The findings by code and severity, each group at the place of its first.
    pub fn all(findings: impl IntoIterator<Item = &'a Finding>) -> Vec<Group<'a>> {
        let mut groups: Vec<Group<'a>> = Vec::new();
        for finding in findings {
            let waived = finding.waiver.is_some();
            let key = (finding.code, finding.severity, waived);
            let same = |group: &&mut Group<'_>| (group.code, group.severity, group.waived) == key;
            match groups.iter_mut().find(same) {
                Some(group) => group.findings.push(finding),
                None => groups.push(Group {
                    code: finding.code,
                    severity: finding.severity,
                    waived,
                    findings: vec![finding],
                }),
            }
        }
        groups
    }

    /// All of the findings in one line: the headline of each group.
    pub fn sum(findings: impl IntoIterator<Item = &'a Finding>) -> String {
        Group::all(findings).iter().map(Group::headline).collect::<Vec<_>>().join("; ")
    }

    /// What was found, without saying where: the one finding's message, or how many of what.
    pub fn headline(&self) -> String {
        match self.findings.as_slice() {
            [only] => only.message.clone(),
            more => format!("{} {}", more.len(), self.code.entry().many),
        }
    }

    /// What was found, in one line: the one finding's message, or how many of what and the first few.
    pub fn message(&self) -> String {
        let [first, _, ..] = self.findings.as_slice() else { return self.headline() };
        if self.findings.iter().all(|finding| finding.label() == first.label()) {
            return self.headline();
        }
        let named: Vec<_> = self.findings.iter().take(NAMED).map(|finding| finding.label()).collect();
        let rest = match self.findings.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!("{}: {}{rest}", self.headline(), named.join(", "))
    }

    /// What to do: the remedy that all of them share, else the catalogue's.
    pub fn remedy(&self) -> &'a str {
        match self.findings.as_slice() {
            [first, rest @ ..] if rest.iter().all(|finding| finding.remedy() == first.remedy()) => {
                first.remedy()
            }
            _ => self.code.entry().remedy,
        }
    }

    /// Whether their remedies differ in nothing but the package that each names.
    pub fn one_remedy(&self) -> bool {
        let general = |finding: &Finding| match &finding.package {
            Some(package) => finding.remedy().replace(package.as_str(), "NAME@VERSION"),
            None => finding.remedy().to_owned(),
        };
        let mut remedies = self.findings.iter().map(|finding| general(finding));
        let first = remedies.next();
        remedies.all(|remedy| Some(&remedy) == first.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unapproved(package: &str) -> Finding {
        Finding {
            package: Some(package.into()),
            remedy: Some(format!("approve {package}")),
            ..Finding::error(Code::DepsUnapproved, format!("{package} is not approved"))
        }
    }

    #[test]
    fn many_of_a_kind_are_counted_and_the_first_few_named() {
        let findings: Vec<Finding> = ["a@1", "b@1", "c@1", "d@1"].map(unapproved).into();
        for (number, message, remedy) in [
            (1, "a@1 is not approved", "approve a@1"),
            (2, "2 components are not approved: a@1, b@1", Code::DepsUnapproved.entry().remedy),
            (
                4,
                "4 components are not approved: a@1, b@1, c@1 and 1 more",
                Code::DepsUnapproved.entry().remedy,
            ),
        ] {
            let groups = Group::all(&findings[..number]);
            assert_eq!(groups.len(), 1);
            assert_eq!((groups[0].message().as_str(), groups[0].remedy()), (message, remedy));
            assert!(groups[0].one_remedy());
        }
    }

    #[test]
    fn codes_and_severities_are_told_apart_in_the_order_of_their_firsts() {
        let findings = [
            Finding::error(Code::LintFailed, "one"),
            Finding::warning(Code::LintFailed, "two"),
            Finding::error(Code::TestFailed, "three"),
            Finding::error(Code::LintFailed, "four"),
        ];
        let told: Vec<String> = Group::all(&findings).iter().map(Group::message).collect();
        assert_eq!(told, ["2 lints fired: one, four", "two", "three"]);
    }

    #[test]
    fn what_names_nothing_of_its_own_is_only_counted() {
        let twice = [Finding::error(Code::CheckError, "same"), Finding::error(Code::CheckError, "same")];
        assert_eq!(Group::all(&twice)[0].message(), "2 problems kept checks from being carried out");
    }
}
