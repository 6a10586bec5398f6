//! Licences: what a manifest states, and whether the policy allows it. Pure.

use spdx::{Expression, Licensee, ParseMode};

use crate::settings::Licenses;

/// SPDX as it should be, and the older forms that crates.io is full of: `MIT/Apache-2.0`, `GPL-2.0`.
/// Names that only look like an identifier (`Apache 2`) stay unknown: nobody should guess at a licence.
const MODE: ParseMode = ParseMode {
    allow_slash_as_or_operator: true,
    allow_imprecise_license_names: false,
    allow_postfix_plus_on_gpl: true,
    allow_deprecated: true,
    allow_unknown: false,
};

/// What the policy says of a licence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    /// The expression can be satisfied with allowed licences.
    Allowed,
    /// It cannot; these parts are not allowed.
    Denied(Vec<String>),
    /// There is no expression that could be read, for this reason.
    Unknown(String),
}

/// The expression with ` OR ` for the old `/`, if it is valid SPDX.
pub(super) fn normalise(license: &str) -> Option<String> {
    let text = license.split('/').map(str::trim).collect::<Vec<_>>().join(" OR ");
    Expression::parse_mode(&text, MODE).ok().map(|_| text)
}

/// Looks a licence up in the policy. An exception for the crate counts as a statement of its licence,
/// so it also covers a crate that states none.
pub(super) fn look_up(name: &str, license: Option<&str>, license_file: bool, policy: &Licenses) -> Standing {
    let exceptions = policy.exceptions.get(name).map_or(&[][..], Vec::as_slice);
    let unknown = |reason: String| match exceptions.is_empty() {
        true => Standing::Unknown(reason),
        false => Standing::Allowed,
    };
    let Some(license) = license.map(str::trim).filter(|license| !license.is_empty()) else {
        return unknown(match license_file {
            true => "names a licence file and no SPDX expression".into(),
            false => "states no licence".into(),
        });
    };
    let expression = match Expression::parse_mode(license, MODE) {
        Ok(expression) => expression,
        Err(error) => return unknown(format!("states `{license}`, which is not SPDX: {}", error.reason)),
    };
    let allowed: Vec<Licensee> = policy
        .allow
        .iter()
        .chain(exceptions)
        .filter_map(|licence| Licensee::parse_mode(licence, MODE).ok())
        .collect();
    let outcome = expression.evaluate_with_failures(|req| allowed.iter().any(|one| one.satisfies(req)));
    match outcome {
        Ok(()) => Standing::Allowed,
        Err(failures) => {
            let mut parts: Vec<String> = failures.iter().map(|failure| failure.req.to_string()).collect();
            parts.sort();
            parts.dedup();
            Standing::Denied(parts)
        }
    }
}

/// Entries of the policy that are no licence, and so allow nothing.
pub(super) fn unreadable(policy: &Licenses) -> Vec<&str> {
    let all = policy.allow.iter().chain(policy.exceptions.values().flatten());
    all.filter(|licence| Licensee::parse_mode(licence, MODE).is_err()).map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::{Standing, look_up, normalise, unreadable};
    use crate::settings::Licenses;

    fn policy() -> Licenses {
        Licenses {
            allow: vec!["MIT".into(), "Apache-2.0".into(), "Apache-2.0 WITH LLVM-exception".into()],
            exceptions: [("ring".to_owned(), vec!["ISC".to_owned()])].into(),
        }
    }

    #[test]
    fn old_forms_become_expressions() {
        for (text, expected) in [
            ("MIT/Apache-2.0", Some("MIT OR Apache-2.0")),
            ("MIT / Apache-2.0", Some("MIT OR Apache-2.0")),
            ("(MIT OR Apache-2.0) AND Unicode-3.0", Some("(MIT OR Apache-2.0) AND Unicode-3.0")),
            ("GPL-2.0", Some("GPL-2.0")),
            ("see LICENSE", None),
            ("Apache 2", None),
            ("", None),
        ] {
            assert_eq!(normalise(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn the_policy_decides() {
        let denied = |parts: &[&str]| Standing::Denied(parts.iter().map(ToString::to_string).collect());
        for (name, license, expected) in [
            ("x", Some("MIT"), Standing::Allowed),
            ("x", Some("GPL-3.0-only OR MIT"), Standing::Allowed),
            ("x", Some("MIT/GPL-3.0-only"), Standing::Allowed),
            ("x", Some("Apache-2.0 WITH LLVM-exception"), Standing::Allowed),
            ("x", Some("MIT AND ISC"), denied(&["ISC"])),
            ("ring", Some("MIT AND ISC"), Standing::Allowed),
            ("ring", Some("GPL-3.0-only"), denied(&["GPL-3.0-only"])),
            ("x", Some("GPL-3.0-only"), denied(&["GPL-3.0-only"])),
            ("ring", None, Standing::Allowed),
        ] {
            assert_eq!(look_up(name, license, false, &policy()), expected, "{name} {license:?}");
        }
        for license in [None, Some(""), Some("Mine, all mine")] {
            assert!(matches!(look_up("x", license, true, &policy()), Standing::Unknown(_)), "{license:?}");
        }
    }

    #[test]
    fn an_entry_that_is_no_licence_allows_nothing() {
        let policy = Licenses { allow: vec!["Apache".into(), "MIT".into()], ..Licenses::default() };
        assert_eq!(unreadable(&policy), ["Apache"]);
        assert_ne!(look_up("x", Some("Apache-2.0"), false, &policy), Standing::Allowed);
    }
}
