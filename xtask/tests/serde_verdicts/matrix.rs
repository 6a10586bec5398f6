//! Types of the standard library, each read as each: the table of numbers, strings, lists, maps.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};
use std::num::{NonZeroI16, NonZeroU8};
use std::path::PathBuf;

use serde_json::Value;
use xtask::evidence::budgets::Reads;
use xtask::evidence::contracts::Contract;
use xtask::gates::field_budgets::compare::changes;
use xtask::gates::field_budgets::rust::read_text;

use super::harness::Pass;

/// A type, its name in sources, and data of it with all edges.
struct Row {
    name: &'static str,
    pass: Pass,
    data: &'static [&'static str],
}

/// The contract whose whole content is a type.
fn contract(name: &str) -> Contract {
    let text = format!("#[derive(serde::Serialize, serde::Deserialize)] struct Contract({name});");
    read_text(&text, "lib.rs").contracts.remove(0)
}

macro_rules! rows {
    ($($type:ty $(, $name:literal)?: $data:expr;)*) => {
        vec![$(Row { name: [$($name,)? stringify!($type)][0], pass: pass!($type), data: &$data }),*]
    };
}

fn rows() -> Vec<Row> {
    rows! {
        u8: ["0", "1", "7", "255"];
        u16: ["0", "1", "255", "65535"];
        u32: ["0", "1", "4294967295"];
        u64: ["0", "1", "18446744073709551615"];
        u128: ["0", "1", "340282366920938463463374607431768211455"];
        usize: ["0", "1", "18446744073709551615"];
        i8: ["-128", "0", "1", "127"];
        i16: ["-32768", "0", "1", "32767"];
        i32: ["-2147483648", "0", "1", "2147483647"];
        i64: ["-9223372036854775808", "0", "1", "9223372036854775807"];
        i128: ["-170141183460469231731687303715884105728", "0", "1", "170141183460469231731687303715884105727"];
        isize: ["-9223372036854775808", "0", "1", "9223372036854775807"];
        NonZeroU8: ["1", "7", "255"];
        NonZeroI16: ["-32768", "1", "32767"];
        f32: ["0.0", "0.5", "16777216.0", "-1.5"];
        f64: ["0.0", "0.5", "1e300", "-1.5"];
        bool: ["true", "false"];
        char: ["\"a\"", "\"\\n\""];
        String: ["\"\"", "\"a\"", "\"a\\nb\"", "\"127.0.0.1\"", "\"::1\"", "\"1\""];
        Cow<'static, str>: ["\"\"", "\"a\"", "\"a\\nb\"", "\"127.0.0.1\"", "\"::1\"", "\"1\""];
        PathBuf: ["\"\"", "\"a\"", "\"a\\nb\"", "\"127.0.0.1\"", "\"::1\"", "\"1\""];
        IpAddr: ["\"127.0.0.1\"", "\"::1\""];
        Ipv4Addr: ["\"127.0.0.1\""];
        (): ["null"];
        Option<u32>: ["null", "0", "1", "4294967295"];
        Option<Option<bool>>: ["null", "true"];
        Box<u16>: ["0", "1", "65535"];
        Vec<u32>: ["[1]", "[1,2]", "[1,1]", "[0,1,4294967295]"];
        Vec<u8>: ["[1]", "[1,2]", "[1,1]", "[0,1,255]"];
        Vec<String>: ["[\"a\"]", "[\"a\",\"b\"]", "[\"a\",\"a\"]"];
        BTreeSet<u32>: ["[1]", "[1,2]", "[0,1,4294967295]"];
        [u32; 2]: ["[1,2]", "[1,1]", "[0,4294967295]"];
        [u32; 3]: ["[1,2,3]", "[1,1,1]", "[0,1,4294967295]"];
        (u32, u32): ["[1,2]", "[1,1]", "[0,4294967295]"];
        (u32, String): ["[1,\"a\"]"];
        (u64,): ["[1]", "[18446744073709551615]"];
        BTreeMap<String, u32>: ["{\"a\":1}", "{\"1\":1}", "{\"0\":4294967295}"];
        BTreeMap<String, u64>: ["{\"a\":1}", "{\"1\":1}", "{\"1\":18446744073709551615}"];
        BTreeMap<u32, u32>: ["{\"1\":1}", "{\"4294967295\":4294967295}"];
        BTreeMap<i8, u32>: ["{\"1\":1}", "{\"-128\":4294967295}"];
        Value, "serde_json::Value": [
            "null", "true", "0", "1", "-1", "0.5", "\"a\"", "\"127.0.0.1\"", "\"\\n\"", "[1]", "[1,2]", "[1,2,3]",
            "[1,1]", "[1,\"a\"]", "[\"a\"]", "{\"a\":1}", "{\"1\":1}", "{\"a\":\"b\"}",
        ];
    }
}

/// Pairs where the tool says "it depends" and serde is of one mind, and why that is meant.
fn meant(reader: &str, writer: &str) -> Option<&'static str> {
    let text = |name: &str| ["char", "IpAddr", "Ipv4Addr"].contains(&name);
    match (reader, writer) {
        ("Ipv4Addr" | "IpAddr" | "char", _) if text(writer) => {
            Some("what one such type has of another is not told apart")
        }
        _ => None,
    }
}

/// Whether two texts of JSON mean the same, numbers by value.
fn same(one: &str, other: &str) -> bool {
    fn alike(one: &Value, other: &Value) -> bool {
        match (one, other) {
            (Value::Number(one), Value::Number(other)) => {
                one == other || number(&one.to_string(), &other.to_string())
            }
            (Value::Array(one), Value::Array(other)) => {
                one.len() == other.len() && one.iter().zip(other).all(|(one, other)| alike(one, other))
            }
            (Value::Object(one), Value::Object(other)) => {
                one.len() == other.len()
                    && one.iter().all(|(key, one)| other.get(key).is_some_and(|other| alike(one, other)))
            }
            _ => one == other,
        }
    }
    fn number(one: &str, other: &str) -> bool {
        // A float that is a whole number, digit by digit.
        let whole = |text: &str| match text.parse::<f64>() {
            Ok(float) if text.contains(['.', 'e']) && float.fract() == 0.0 => format!("{float:.0}"),
            _ => text.to_owned(),
        };
        whole(one) == whole(other)
    }
    let parse = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
    // Numbers that are too large for `Value` are whole texts here.
    number(one, other) || (one.parse::<f64>().is_err() && alike(&parse(one), &parse(other)))
}

#[test]
fn every_type_is_read_as_every_other_as_the_tool_says() {
    let rows = rows();
    let contracts: BTreeMap<&str, Contract> = rows.iter().map(|row| (row.name, contract(row.name))).collect();
    let mut wrong = Vec::new();
    let mut pairs = 0;
    for writer in &rows {
        for reader in &rows {
            let mut reads = Vec::new();
            // What two types have alike shows no change.
            let alike = |data: &&str| {
                *data == "null" && [reader, writer].iter().all(|row| row.name.starts_with("Option"))
            };
            for data in writer.data.iter().filter(|data| !alike(data)) {
                let own =
                    (writer.pass)(data).unwrap_or_else(|error| panic!("{}: {data}: {error}", writer.name));
                assert!(same(&own, data), "{}: {data} became {own}", writer.name);
                reads.push((reader.pass)(data).is_ok_and(|read| same(&read, data)));
            }
            let observed = match (reads.contains(&true), reads.contains(&false)) {
                (true, false) => Reads::Yes,
                (false, _) => Reads::No,
                (true, true) => Reads::Depends,
            };
            let drift = changes(&contracts[writer.name], &contracts[reader.name]);
            let told = drift.first().map_or(Reads::Yes, |drift| drift.new_reads_old.verdict);
            pairs += 1;
            let marked = told == Reads::Depends && meant(reader.name, writer.name).is_some();
            if told != observed && !marked {
                let why = drift.first().map(|drift| drift.new_reads_old.why.clone());
                wrong.push(format!(
                    "{} read as {}: serde {observed:?} {reads:?}, told {told:?} {why:?}",
                    writer.name, reader.name
                ));
            }
        }
    }
    assert!(pairs > 1500, "{pairs} pairs");
    assert!(wrong.is_empty(), "{} of {pairs}:\n{}", wrong.len(), wrong.join("\n"));
}
