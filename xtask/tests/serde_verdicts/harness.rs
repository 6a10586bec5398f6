//! Runs serde over a pair of types, and asks the tool about the same pair.

use std::collections::BTreeMap;

use serde_json::Value;
use xtask::evidence::budgets::{Drift, Reads};
use xtask::evidence::contracts::Contract;
use xtask::gates::field_budgets::compare::{Side, compare};
use xtask::gates::field_budgets::rust::read_text;

/// Reads JSON as a type and writes it again.
pub type Pass = fn(&str) -> Result<String, String>;

/// A piece of data of one side, and what it is for the other.
pub struct Sample {
    /// The data; `'` stands for `"`.
    pub data: &'static str,
    /// What the other side writes if it read the data with the same meaning; `-` if it has nothing of
    /// that meaning.
    pub meaning: &'static str,
    pub own: Own,
}

/// What its own side does with a sample.
#[derive(PartialEq)]
pub enum Own {
    /// Writes and reads it.
    Both,
    /// Reads it, and would write it otherwise.
    Reads,
    /// Writes it, and does not read it.
    Writes,
}

/// Data that a side writes.
pub fn wrote(data: &'static str, meaning: &'static str) -> Sample {
    Sample { data, meaning, own: Own::Both }
}

/// Data that a side takes from others.
pub fn took(data: &'static str, meaning: &'static str) -> Sample {
    Sample { data, meaning, own: Own::Reads }
}

/// Data that a side writes, and does not read itself.
pub fn wrote_only(data: &'static str, meaning: &'static str) -> Sample {
    Sample { data, meaning, own: Own::Writes }
}

/// A pair of types, and data in which their difference shows.
pub struct Case {
    /// The module that holds `old` and `new`.
    pub module: &'static str,
    pub old: Pass,
    pub new: Pass,
    pub old_data: Vec<Sample>,
    pub new_data: Vec<Sample>,
}

/// `case!(module, old: [samples], new: [samples])`. Where one of serde's two traits is missing, serde tries
/// `module as twin`, which has both.
#[macro_export]
macro_rules! case {
    ($module:ident, old: $old:tt, new: $new:tt $(,)?) => { case!($module as $module, old: $old, new: $new) };
    ($module:ident as $twin:ident, old: [$($old:expr),* $(,)?], new: [$($new:expr),* $(,)?]) => {
        $crate::serde_verdicts::harness::Case {
            module: stringify!($module),
            old: $crate::pass!($twin::old::Contract),
            new: $crate::pass!($twin::new::Contract),
            old_data: vec![$($old),*],
            new_data: vec![$($new),*],
        }
    };
}

/// The [`Pass`] of a type.
#[macro_export]
macro_rules! pass {
    ($type:ty) => {
        |text| {
            let value: $type = serde_json::from_str(text).map_err(|error| error.to_string())?;
            serde_json::to_string(&value).map_err(|error| error.to_string())
        }
    };
}

fn json(text: &str) -> String {
    text.replace('\'', "\"")
}

fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// What serde did with all samples: all read, none, or some.
pub fn observed(module: &str, samples: &[Sample], writer: Pass, reader: Pass) -> Reads {
    assert!(!samples.is_empty(), "{module}: no samples");
    let mut reads = Vec::new();
    for sample in samples {
        let data = json(sample.data);
        match (writer(&data), &sample.own) {
            (Ok(own), Own::Both) => {
                assert_eq!(value(&own), value(&data), "{module}: its side writes other data");
            }
            (Ok(own), Own::Reads) => {
                assert_ne!(value(&own), value(&data), "{module}: {data} is what its side writes");
            }
            (_, Own::Writes) => {}
            (Err(error), _) => panic!("{module}: {data} is no data of its side: {error}"),
        }
        let read = reader(&data)
            .is_ok_and(|read| sample.meaning != "-" && value(&read) == value(&json(sample.meaning)));
        reads.push(read);
    }
    match (reads.contains(&true), reads.contains(&false)) {
        (true, false) => Reads::Yes,
        (false, _) => Reads::No,
        (true, true) => Reads::Depends,
    }
}

/// The contracts of a test's source file, for each module of it the old and the new ones.
pub struct Source(BTreeMap<String, [Vec<Contract>; 2]>);

impl Source {
    pub fn read(text: &str, file: &str) -> Self {
        let reading = read_text(text, file);
        assert!(reading.problems.is_empty() && reading.unreadable.is_empty(), "{file}: {reading:?}");
        let mut modules: BTreeMap<String, [Vec<Contract>; 2]> = BTreeMap::new();
        for mut contract in reading.contracts {
            let mut parts = contract.name.splitn(3, "::").map(str::to_owned);
            let (Some(module), Some(side), Some(name)) = (parts.next(), parts.next(), parts.next()) else {
                panic!("{file}: a contract outside of a pair: {}", contract.name);
            };
            contract.name = name;
            modules.entry(module).or_default()[usize::from(side == "new")].push(contract);
        }
        Source(modules)
    }

    /// What the tool tells of a pair: of the types that stand in both, and of those that moved.
    pub fn drift(&self, module: &str) -> Vec<Drift> {
        let [old, new] = self.0.get(module).unwrap_or_else(|| panic!("{module} is not in the source"));
        let side = Side { package: "p", lockfile: "field-budgets.lock", locked: Some(old), current: new };
        compare(&[side]).remove(0)
    }
}

/// The gravest verdicts of the drift of `Contract`: of the old reader, of the new one.
pub fn judged(drift: &[Drift]) -> [Reads; 2] {
    let own = || drift.iter().filter(|drift| drift.contract == "Contract");
    let gravest = |verdict: fn(&Drift) -> Reads| own().map(verdict).max().unwrap_or(Reads::Yes);
    [gravest(|drift| drift.old_reads_new.verdict), gravest(|drift| drift.new_reads_old.verdict)]
}
