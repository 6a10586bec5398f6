//! `maturity-eval.json` as the cases look at it: its shape, its lines, its digests.

use std::fmt;
use std::fs;
use std::path::Path;

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The report's keys, in order.
const KEYS: [&str; 14] = [
    "schema_version",
    "tool",
    "subject",
    "stage",
    "stage_reason",
    "effective_time",
    "verdict",
    "blocking_reasons",
    "gates",
    "readiness",
    "overrides",
    "break_glass",
    "waivers",
    "artifacts",
];

/// The keys of a gate, in order.
const GATE_KEYS: [&str; 9] =
    ["gate", "mode", "outcome", "blocking", "code", "message", "findings", "evidence", "duration_ms"];

/// The gates, in order.
const GATES: [&str; 5] =
    ["promotion_guard", "deps_approval", "policy_drift", "field_budgets", "observability_verify"];

/// A report that was read.
pub(crate) struct Report {
    keys: Vec<String>,
    json: Value,
}

impl Report {
    /// Reads the report in an output folder.
    pub(crate) fn read(out: &Path) -> Result<Report, String> {
        let path = out.join("maturity-eval.json");
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Report::parse(&text).map_err(|error| format!("{}: {error}", path.display()))
    }

    fn parse(text: &str) -> serde_json::Result<Report> {
        let keys = serde_json::Deserializer::from_str(text).deserialize_map(KeyOrder)?;
        Ok(Report { keys, json: serde_json::from_str(text)? })
    }

    /// What is wrong with its shape, or does not fit the exit status or the Markdown report.
    pub(crate) fn problems(&self, passed: bool, markdown: &str) -> Vec<String> {
        let mut problems = Vec::new();
        let mut expect = |what: &str, holds: bool| {
            if !holds {
                problems.push(format!("maturity-eval: {what}"));
            }
        };
        expect("the keys are not the agreed ones", self.keys == KEYS);
        let gates = self.list("gates");
        expect("the gates are not the five", gates.iter().map(|gate| &gate["gate"]).eq(GATES));
        for gate in gates {
            let mut keys: Vec<&str> = gate.as_object().into_iter().flatten().map(|(key, _)| &**key).collect();
            // Only a gate whose day has not come has this one.
            keys.retain(|key| *key != "becomes_required" || gate["mode"] != "report_only");
            let mut agreed = GATE_KEYS.to_vec();
            keys.sort_unstable();
            agreed.sort_unstable();
            expect("a gate's keys are not the agreed ones", keys == agreed);
            let passes = gate["outcome"] == "pass" || gate["outcome"] == "not_applicable";
            expect("a gate blocks wrongly", gate["blocking"] == (gate["mode"] == "required" && !passes));
            expect("a gate fails without a code", passes || gate["code"].is_string());
        }
        let findings = gates.iter().flat_map(|gate| gate["findings"].as_array().into_iter().flatten());
        let told =
            |finding: &Value| ["code", "severity", "message"].iter().all(|key| finding[key].is_string());
        expect("a finding lacks code, severity or message", findings.into_iter().all(told));
        let verdict = if passed { "passed" } else { "blocked" };
        expect("the verdict does not fit the exit status", self.json["verdict"] == verdict);
        let reasons = self.list("blocking_reasons");
        expect("reasons do not fit the verdict", reasons.is_empty() == passed);
        expect("the Markdown report lacks the verdict", markdown.to_lowercase().contains(verdict));
        let codes = reasons.iter().filter_map(|reason| reason.as_str()?.split([' ', ':', '(']).nth(2));
        expect("the Markdown report lacks a reason", codes.into_iter().all(|code| markdown.contains(code)));
        problems
    }

    /// A value by path; a gate or stage stands for itself by its name.
    pub(crate) fn get(&self, path: &str) -> Value {
        let step = |value: &Value, key: &str| match value {
            Value::Array(list) => match key.parse::<usize>() {
                Ok(index) => list.get(index).cloned(),
                Err(_) => list.iter().find(|item| item["gate"] == key || item["stage"] == key).cloned(),
            },
            other => other.get(key).cloned(),
        };
        path.split('.').try_fold(self.json.clone(), |value, key| step(&value, key)).unwrap_or_default()
    }

    /// One line for each blocking reason and each finding: `GATE: SEVERITY CODE MESSAGE PACKAGE FILE:LINE:COLUMN`.
    pub(crate) fn lines(&self) -> Vec<String> {
        let reasons = self.list("blocking_reasons").iter().map(text);
        let subject = self.json["subject"]["findings"].as_array().into_iter().flatten();
        let subject = subject.map(|finding| finding_line("subject", finding));
        let gates = self.list("gates").iter().flat_map(|gate| {
            let findings = gate["findings"].as_array().into_iter().flatten();
            findings.map(|finding| finding_line(&text(&gate["gate"]), finding))
        });
        let gate_lines = self.list("gates").iter().map(|gate| {
            let [name, outcome, code, message] =
                ["gate", "outcome", "code", "message"].map(|key| text(&gate[key]));
            format!("{name}: {outcome} {code} {message}")
        });
        reasons.chain(gate_lines).chain(subject).chain(gates).collect()
    }

    /// Whether a gate (or `subject`, or anything) says a code.
    pub(crate) fn has_code(&self, gate: Option<&str>, code: &str) -> bool {
        let from = gate.map(|gate| format!("{gate}:"));
        let words = |line: &str| line.split([' ', '(', ')']).any(|word| word == code);
        self.lines().iter().any(|line| from.as_ref().is_none_or(|from| line.starts_with(from)) && words(line))
    }

    /// Files that the report names with a digest, and that are not there or have another one.
    pub(crate) fn wrong_digests(&self, out: &Path) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut rest = vec![&self.json];
        while let Some(value) = rest.pop() {
            match value {
                Value::Array(items) => rest.extend(items),
                Value::Object(fields) => rest.extend(fields.values()),
                _ => {}
            }
            let (Some(path), Some(digest)) = (value["path"].as_str(), value["sha256"].as_str()) else {
                continue;
            };
            let found = fs::read(out.join(path)).map(|bytes| hex(&Sha256::digest(bytes)));
            if found.ok().as_deref() != Some(digest) {
                wrong.push(format!("{path} is not the file that the report names"));
            }
        }
        wrong
    }

    fn list(&self, key: &str) -> &[Value] {
        self.json[key].as_array().map_or(&[], Vec::as_slice)
    }
}

fn finding_line(gate: &str, finding: &Value) -> String {
    let [severity, code, message, package, file, line, column] =
        ["severity", "code", "message", "package", "file", "line", "column"].map(|key| text(&finding[key]));
    format!("{gate}: {severity} {code} {message} {package} {file}:{line}:{column}")
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a line contains all parts of a text divided by ` … `, in their order.
pub(crate) fn matches(line: &str, wanted: &str) -> bool {
    let rest = wanted.split(" … ").try_fold(line, |rest, part| Some(rest.split_once(part)?.1));
    rest.is_some()
}

/// The keys of a JSON object in the order in which they are written.
struct KeyOrder;

impl<'de> Visitor<'de> for KeyOrder {
    type Value = Vec<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut keys = Vec::new();
        while let Some((key, IgnoredAny)) = map.next_entry::<String, IgnoredAny>()? {
            keys.push(key);
        }
        Ok(keys)
    }
}

#[test]
fn a_line_is_matched_by_its_parts_in_order() {
    assert!(matches("subject: TREE_DIRTY (src/lib.rs)", "TREE_DIRTY … lib.rs"));
    assert!(!matches("subject: TREE_DIRTY (src/lib.rs)", "lib.rs … TREE_DIRTY"));
    assert!(!matches("subject: TREE_DIRTY", "TREE_DIRTYING"));
}

#[test]
fn a_report_is_taken_at_its_word_only_where_it_fits() {
    let gate = |name: &str| {
        serde_json::json!({"gate": name, "mode": "report_only", "outcome": "pass", "blocking": false,
            "code": null, "message": "", "findings": [], "evidence": [], "duration_ms": 1})
    };
    let build = |change: &dyn Fn(&mut Value)| {
        let mut gates: Value = GATES.map(gate).to_vec().into();
        change(&mut gates);
        let members = KEYS.map(|key| match key {
            "verdict" => format!("{key:?}: \"passed\""),
            "gates" => format!("{key:?}: {gates}"),
            _ => format!("{key:?}: []"),
        });
        Report::parse(&format!("{{{}}}", members.join(","))).unwrap()
    };
    let problems = |change: &dyn Fn(&mut Value)| build(change).problems(true, "Passed").len();
    assert_eq!(problems(&|_| ()), 0);
    assert_eq!(problems(&|gates| gates[0]["mode"] = "required".into()), 0);
    assert_eq!(problems(&|gates| gates[0]["blocking"] = true.into()), 1);
    assert_eq!(problems(&|gates| gates[0]["outcome"] = "fail".into()), 1, "no code");
    assert_eq!(problems(&|gates| gates[0]["extra"] = 1.into()), 1);
    assert_eq!(problems(&|gates| drop(gates.as_array_mut().unwrap().pop())), 1);
    assert_eq!(build(&|_| ()).problems(false, "blocked").len(), 2, "verdict and reasons");
    assert_eq!(build(&|_| ()).get("gates.deps_approval.outcome"), "pass");
    assert_eq!(build(&|_| ()).get("gates.nothing.outcome"), Value::Null);
}
