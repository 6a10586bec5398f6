//! The section `promotion_guard`: the built-in checks and the user's own.

use std::collections::BTreeMap;

use super::values::{self, set};
use super::{Applies, CustomCheck, Level, PromotionGuard, Runner, Success};
use crate::diagnostics::shown;
use crate::yaml::{Complaints, Fields, Keys, Node, Value};

/// Names that `--only` knows already.
const BUILT_IN: [&str; 6] = ["tests", "doc_tests", "lint", "format", "audit", "services"];
const GUARD: Keys = Keys::new(&["tests", "doc_tests", "lint", "format", "audit", "checks"]);
const TESTS: Keys = Keys::new(&["timeout", "runner", "nextest_profile", "not_applicable"]);
const TIMEOUT_ONLY: Keys = Keys::new(&["timeout", "not_applicable"]);
const LINT: Keys = Keys::new(&["timeout", "deny", "not_applicable"]);
const AUDIT: Keys =
    Keys::new(&["timeout", "max_age_days", "unsound", "unmaintained", "yanked", "not_applicable"]);
const CHECK: Keys = Keys::new(&["name", "run", "directory", "environment", "timeout", "success"]);
const SUCCESS: Keys = Keys::new(&["exit_codes", "output_contains"]);
const LEVELS: [(&str, Level); 2] = [("deny", Level::Deny), ("warn", Level::Warn)];
const RUNNERS: [(&str, Runner); 3] =
    [("auto", Runner::Auto), ("nextest", Runner::Nextest), ("cargo", Runner::Cargo)];

pub(super) fn read(node: &Node, guard: &mut PromotionGuard, c: &mut Complaints) {
    let Some(fields) = Fields::read(node, &GUARD, c) else { return };
    if let Some(check) = built_in(&fields, "tests", &TESTS, &mut guard.tests.applies, c) {
        let tests = &mut guard.tests;
        set(&mut tests.timeout, check.get("timeout").and_then(|node| values::duration(node, c)));
        set(&mut tests.runner, check.get("runner").and_then(|node| node.word(&RUNNERS, c)));
        if let Some(node) = check.get("nextest_profile") {
            tests.nextest_profile = node.checked("the name of a nextest profile", c, |text| {
                values::profile(text).map(|()| text.to_owned())
            });
            if tests.runner == Runner::Cargo {
                c.at(node, "a nextest profile, but the runner is cargo", "remove one of the two");
            }
        }
    }
    if let Some(check) = built_in(&fields, "doc_tests", &TIMEOUT_ONLY, &mut guard.doc_tests.applies, c) {
        let timeout = check.get("timeout").and_then(|node| values::duration(node, c));
        set(&mut guard.doc_tests.timeout, timeout);
    }
    if let Some(check) = built_in(&fields, "lint", &LINT, &mut guard.lint.applies, c) {
        set(&mut guard.lint.timeout, check.get("timeout").and_then(|node| values::duration(node, c)));
        let deny = check.get("deny").and_then(|node| node.checked_list("a list of lints", c, values::lint));
        set(&mut guard.lint.deny, deny);
    }
    if let Some(check) = built_in(&fields, "format", &TIMEOUT_ONLY, &mut guard.format.applies, c) {
        set(&mut guard.format.timeout, check.get("timeout").and_then(|node| values::duration(node, c)));
    }
    if let Some(check) = built_in(&fields, "audit", &AUDIT, &mut guard.audit.applies, c) {
        let audit = &mut guard.audit;
        set(&mut audit.timeout, check.get("timeout").and_then(|node| values::duration(node, c)));
        let days = check.get("max_age_days").and_then(|node| node.integer(1, 3650, c));
        set(&mut audit.max_age_days, days.map(i32::unsigned_abs));
        set(&mut audit.unsound, check.get("unsound").and_then(|node| node.word(&LEVELS, c)));
        set(&mut audit.unmaintained, check.get("unmaintained").and_then(|node| node.word(&LEVELS, c)));
        set(&mut audit.yanked, check.get("yanked").and_then(|node| node.word(&LEVELS, c)));
    }
    if let Some(node) = fields.get("checks") {
        guard.checks = custom_checks(node, c);
    }
}

/// The fields of a built-in check that applies; notes the reason if it does not.
fn built_in<'n>(
    guard: &Fields<'n>,
    name: &str,
    keys: &Keys,
    applies: &mut Applies,
    c: &mut Complaints,
) -> Option<Fields<'n>> {
    let fields = Fields::read(guard.get(name)?, keys, c)?;
    let Some(node) = fields.get("not_applicable") else { return Some(fields) };
    if fields.len() > 1 {
        c.at(node, "`not_applicable` beside other keys", "remove it, or the others: it stands alone");
    }
    if let Some(reason) = node.checked("a reason, which the report will show", c, values::reason) {
        *applies = Applies::NotApplicable(reason);
    }
    None
}

fn custom_checks(node: &Node, c: &mut Complaints) -> Vec<CustomCheck> {
    let mut checks: Vec<CustomCheck> = Vec::new();
    for item in node.list("a list of checks, each with name and run", c).unwrap_or_default() {
        let Some(check) = custom_check(item, c) else { continue };
        if checks.iter().any(|other| other.name.eq_ignore_ascii_case(&check.name)) {
            let message = format!("a second check with the name {}", shown(&check.name));
            c.at(item, message, "names are unique, whatever the case; rename one of them");
        }
        checks.push(check);
    }
    checks
}

fn custom_check(node: &Node, c: &mut Complaints) -> Option<CustomCheck> {
    let fields = Fields::read(node, &CHECK, c)?;
    let name = fields.need("name", "a name of letters, digits, - and _", c).and_then(|node| {
        node.checked("a name of letters, digits, - and _", c, |text| {
            values::check_name(text)?;
            if BUILT_IN.iter().any(|name| name.eq_ignore_ascii_case(text)) {
                let help = "a check of your own needs a name of its own".to_owned();
                return Err((format!("{} is the name of a built-in check", shown(text)), help));
            }
            Ok(text.to_owned())
        })
    });
    let run = fields.need("run", "[program, argument, ...]", c).and_then(|node| argv(node, c));
    let mut check = CustomCheck {
        name: String::new(),
        run: Vec::new(),
        directory: ".".into(),
        environment: BTreeMap::new(),
        timeout: super::HALF_HOUR,
        success: Success::default(),
    };
    if let Some(node) = fields.get("directory") {
        let folder = node.checked("a folder inside the workspace", c, values::folder_inside);
        set(&mut check.directory, folder);
    }
    if let Some(node) = fields.get("environment") {
        check.environment = environment(node, c);
    }
    set(&mut check.timeout, fields.get("timeout").and_then(|node| values::duration(node, c)));
    if let Some(node) = fields.get("success") {
        success(node, &mut check.success, c);
    }
    Some(CustomCheck { name: name?, run: run?, ..check })
}

/// A program and its arguments. Not a list of different texts: arguments may repeat.
pub(super) fn argv(node: &Node, c: &mut Complaints) -> Option<Vec<String>> {
    const EXPECTED: &str = "an argv, [program, argument, ...]; no shell reads it";
    if let Value::Text(text) = &node.value {
        let quoted: Vec<String> = text.split_whitespace().map(|word| format!("{word:?}")).collect();
        let help = format!("an argv is a list and no shell reads it, such as [{}]", quoted.join(", "));
        c.at(node, format!("found {}", node.value.describe()), help);
        return None;
    }
    let items = node.list(EXPECTED, c)?;
    let mut argv = Vec::new();
    for item in items {
        argv.push(item.checked("a text", c, |text| values::argument(text).map(|()| text.to_owned())));
    }
    let argv: Vec<String> = argv.into_iter().collect::<Option<_>>()?;
    if argv.first().is_none_or(String::is_empty) {
        c.at(node, "no program", format!("expected {EXPECTED}"));
        return None;
    }
    Some(argv)
}

pub(super) fn environment(node: &Node, c: &mut Complaints) -> BTreeMap<String, String> {
    let mut variables = BTreeMap::new();
    for (name, key, value) in node.entries("a mapping from variables to texts", c).unwrap_or_default() {
        if let Err((message, help)) = values::variable(name) {
            c.at(key, message, help);
        }
        let value = value.checked("a text", c, |text| values::argument(text).map(|()| text.to_owned()));
        variables.extend(value.map(|value| (name.to_owned(), value)));
    }
    variables
}

fn success(node: &Node, success: &mut Success, c: &mut Complaints) {
    let Some(fields) = Fields::read(node, &SUCCESS, c) else { return };
    if let Some(node) = fields.get("exit_codes") {
        let items = node.list("a list of exit statuses", c);
        let codes: Vec<i32> =
            items.unwrap_or_default().iter().filter_map(|item| item.integer(i32::MIN, i32::MAX, c)).collect();
        if items.is_some_and(<[Node]>::is_empty) {
            c.at(node, "no exit status counts as success", "name at least one, such as 0");
        }
        success.exit_codes = codes;
    }
    if let Some(node) = fields.get("output_contains") {
        success.output_contains = node.checked("a text", c, |text| {
            if text.trim().is_empty() || text.contains(['\n', '\r']) {
                let message = "a text that proves nothing, or is more than one line".to_owned();
                return Err((message, "name what a line of the output must contain".into()));
            }
            Ok(text.to_owned())
        });
    }
}
