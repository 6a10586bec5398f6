//! Which advisories apply to which locked packages: names here, versions by rustsec's own logic.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rustsec::advisory::Informational;
use rustsec::{Advisory, SourceId};

use super::advisories::folded;
use super::locked::Locked;
use super::one_line;
use crate::evidence::checks::{AdvisoryHit, AdvisoryKind, AuditFacts};

/// Looks every package up. Withdrawn advisories and those about another registry do not apply.
pub(super) fn look_up(packages: &[Locked], advisories: &[Advisory], facts: &mut AuditFacts) {
    let mut by_name: HashMap<String, Vec<&Advisory>> = HashMap::new();
    for advisory in advisories.iter().filter(|advisory| applies_to_crates_io(advisory)) {
        by_name.entry(folded(advisory.metadata.package.as_str())).or_default().push(advisory);
    }
    for package in packages {
        for advisory in by_name.get(&folded(&package.name)).into_iter().flatten() {
            match catch_unwind(AssertUnwindSafe(|| hit(package, advisory))) {
                Ok(hit) => facts.advisories.extend(hit),
                Err(_) => facts.database.unreadable.push(format!(
                    "{}: its versions cannot be compared with {}",
                    one_line(advisory.id().as_str(), 80),
                    package.shown()
                )),
            }
        }
    }
}

fn applies_to_crates_io(advisory: &Advisory) -> bool {
    let about_us = advisory.metadata.source.as_ref().is_none_or(SourceId::is_default_registry);
    about_us && !advisory.withdrawn()
}

fn hit(package: &Locked, advisory: &Advisory) -> Option<AdvisoryHit> {
    if !advisory.versions.is_vulnerable(&package.version) {
        return None;
    }
    let metadata = &advisory.metadata;
    let title = one_line(advisory.title(), 200);
    let (kind, title) = match &metadata.informational {
        None => (AdvisoryKind::Vulnerability, title),
        Some(Informational::Unsound) => (AdvisoryKind::Unsound, title),
        Some(Informational::Unmaintained) => (AdvisoryKind::Unmaintained, title),
        Some(Informational::Notice) => (AdvisoryKind::Notice, title),
        Some(other) => (AdvisoryKind::Notice, format!("{}: {title}", one_line(other.as_str(), 40))),
    };
    let url = metadata.id.url().or_else(|| metadata.url.as_ref().map(ToString::to_string));
    Some(AdvisoryHit {
        id: one_line(metadata.id.as_str(), 80),
        kind,
        package: package.name.clone(),
        version: package.version.to_string(),
        title,
        url: url.map(|url| one_line(&url, 300)),
        severity: advisory.severity().map(|severity| severity.as_str().to_owned()),
        patched: advisory.versions.patched().iter().map(ToString::to_string).collect(),
    })
}
