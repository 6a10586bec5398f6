//! The wire format of what was let through on purpose: waivers and break glass.

use serde::Serialize;

use crate::gates::Gate;
use crate::verdict::{BreakGlass, Waiver, WaiverStanding};

#[derive(Serialize)]
pub(super) struct WireWaiver<'a> {
    code: &'static str,
    scope: WireScope<'a>,
    reason: &'a str,
    owner: &'a str,
    expires: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<&'a str>,
}

#[derive(Serialize)]
struct WireScope<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    gate: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    package: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    advisory: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contract: Option<&'a str>,
}

#[derive(Serialize)]
pub(super) struct WireStanding<'a> {
    #[serde(flatten)]
    waiver: WireWaiver<'a>,
    days_left: i64,
    state: &'static str,
    covers: &'a [String],
}

#[derive(Serialize)]
pub(super) struct WireBreakGlass<'a> {
    kind: &'static str,
    rule: &'a str,
    told: &'a str,
    who: Option<&'a str>,
    when: Option<&'a str>,
    commit: Option<&'a str>,
    subject: Option<&'a str>,
}

pub(super) fn waiver(waiver: &Waiver) -> WireWaiver<'_> {
    let scope = &waiver.scope;
    WireWaiver {
        code: waiver.code.as_str(),
        scope: WireScope {
            gate: scope.gate.map(Gate::as_str),
            package: scope.package.as_deref(),
            advisory: scope.advisory.as_deref(),
            file: scope.file.as_deref(),
            contract: scope.contract.as_deref(),
        },
        reason: &waiver.reason,
        owner: &waiver.owner,
        expires: waiver.expires.to_string(),
        reference: waiver.reference.as_deref(),
    }
}

pub(super) fn standing(standing: &WaiverStanding) -> WireStanding<'_> {
    WireStanding {
        waiver: waiver(&standing.waiver),
        days_left: standing.days_left,
        state: standing.state.as_str(),
        covers: &standing.covers,
    }
}

pub(super) fn break_glass(broken: &BreakGlass) -> WireBreakGlass<'_> {
    WireBreakGlass {
        kind: broken.kind,
        rule: &broken.rule,
        told: &broken.told,
        who: broken.who.as_deref(),
        when: broken.when.as_deref(),
        commit: broken.commit.as_deref(),
        subject: broken.subject.as_deref(),
    }
}
