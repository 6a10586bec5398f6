use super::*;
use crate::evidence::contracts::{Field, Format, Kind, Presence, Tagging, Variant, Written};
use crate::gates::field_budgets::samples::{contract, field, variant};

pub(super) const NAME: &str = "services/api/field-budgets.lock";

/// What would break out of a text, hide in it or turn it around.
const ODD: &str = "a\"b\\c\n\t\u{1b}[2J\u{202e}\u{7f}é\u{1f600} 'x' # no {comment}, ]\u{feff}";

fn text() -> Option<String> {
    Some(ODD.to_owned())
}

/// Every value that each part of a field can have, one at a time and all at once.
fn every_field() -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    let mut add = |change: &dyn Fn(&mut Field)| {
        let mut one = field(&format!("f{}", fields.len()), "Option<Vec<(u8, &'static str)>>");
        change(&mut one);
        fields.push(one);
    };
    add(&|_| {});
    add(&|f| f.name = ODD.into());
    add(&|f| f.name = String::new());
    add(&|f| f.ty = ODD.into());
    add(&|f| f.read_name = text());
    add(&|f| f.aliases = vec!["one".into(), ODD.into()]);
    add(&|f| f.presence = Presence::Optional);
    add(&|f| f.presence = Presence::Defaulted);
    add(&|f| f.written = Written::Sometimes);
    add(&|f| f.written = Written::Never);
    add(&|f| f.read = false);
    add(&|f| f.flatten = true);
    add(&|f| f.write_with = text());
    add(&|f| f.read_with = text());
    add(&|f| (f.write_with, f.read_with) = (Some("one".into()), Some("other".into())));
    add(&|f| (f.write_with, f.read_with) = (text(), text()));
    add(&|f| f.number = Some(i64::MIN));
    add(&|f| f.oneof = text());
    add(&|f| f.when = text());
    // One name twice: for different conditions.
    add(&|f| (f.name, f.when) = ("os".into(), Some("unix".into())));
    add(&|f| (f.name, f.when) = ("os".into(), Some("windows".into())));
    add(&|f| {
        (f.presence, f.written, f.read, f.flatten) = (Presence::Optional, Written::Never, false, true);
        (f.read_name, f.aliases, f.number, f.oneof, f.when) =
            (text(), vec![ODD.into()], Some(7), text(), text());
    });
    fields
}

/// The same of variants.
fn every_variant() -> Vec<Variant> {
    let mut variants: Vec<Variant> = vec![
        variant("unit", Kind::Unit, vec![]),
        variant("newtype", Kind::Newtype, vec![field("0", "Box<T>")]),
        variant("tuple", Kind::Tuple, vec![field("0", "u8"), field("1", "u8")]),
        variant(ODD, Kind::Struct, every_field()),
        variant("empty", Kind::Struct, vec![]),
        variant("", Kind::Tuple, vec![]),
        variant("empty", Kind::Struct, vec![field("again", "u8")]),
    ];
    let mut add = |change: &dyn Fn(&mut Variant)| {
        let mut one = variant(&format!("v{}", variants.len()), Kind::Unit, vec![]);
        change(&mut one);
        variants.push(one);
    };
    add(&|v| v.read_name = text());
    add(&|v| v.aliases = vec![ODD.into()]);
    add(&|v| v.read = false);
    add(&|v| v.written = false);
    add(&|v| v.other = true);
    add(&|v| v.untagged = true);
    add(&|v| v.with = text());
    add(&|v| v.number = Some(i64::MAX));
    add(&|v| v.when = text());
    variants
}

/// The same of contracts.
fn every_contract() -> Vec<Contract> {
    let mut contracts = Vec::new();
    for format in Format::ALL {
        for kind in Kind::ALL {
            contracts.push(contract(format, &format!("n::{}", kind.as_str()), kind));
        }
    }
    let mut add = |change: &dyn Fn(&mut Contract)| {
        let mut one = contract(Format::Serde, &format!("m::N{}", contracts.len()), Kind::Enum);
        change(&mut one);
        contracts.push(one);
    };
    add(&|c| c.fields = every_field());
    add(&|c| c.variants = every_variant());
    add(&|c| (c.fields, c.variants) = (every_field(), every_variant()));
    add(&|c| c.name = ODD.into());
    add(&|c| c.rules.reads = false);
    add(&|c| c.rules.writes = false);
    add(&|c| (c.rules.reads, c.rules.writes) = (false, false));
    add(&|c| c.rules.tagging = Tagging::Internal { tag: ODD.into() });
    add(&|c| c.rules.tagging = Tagging::Adjacent { tag: "t".into(), content: ODD.into() });
    add(&|c| c.rules.tagging = Tagging::Untagged);
    add(&|c| c.rules.name = text());
    add(&|c| c.rules.closed = true);
    add(&|c| c.rules.default = true);
    add(&|c| c.rules.reads_as = text());
    add(&|c| c.rules.writes_as = text());
    add(&|c| c.rules.remote = text());
    add(&|c| c.rules.generics = "<'a, T: Into<Vec<u8>>>".into());
    add(&|c| c.rules.when = text());
    add(&|c| c.rules.reserved = vec!["1".into(), "2 to 5".into(), ODD.into()]);
    add(&|c| c.rules.constraints = vec!["minProperties: 1".into(), ODD.into()]);
    // Several of one name, each under a condition, and names that look as if.
    for (name, when) in [("os", None), ("os", Some("unix")), ("os", Some("windows")), ("x (y)", Some("y"))] {
        let mut one = contract(Format::Graphql, name, Kind::Unit);
        one.rules.when = when.map(str::to_owned);
        contracts.push(one);
    }
    contracts
}

pub(super) fn lock_of(contracts: Vec<Contract>) -> Lock {
    let by_hand = vec![
        vouched("money::Money", "Serialize is implemented by hand", Some("looked at: a text")),
        vouched(ODD, ODD, Some(ODD)),
        vouched("z", "w", None),
    ];
    let contracts = contracts.into_iter().enumerate().map(|(index, one)| (one, index + 1, None)).collect();
    Lock::default().renewed(contracts, by_hand)
}

fn vouched(name: &str, why: &str, note: Option<&str>) -> Vouched {
    let (name, why, note) = (name.to_owned(), why.to_owned(), note.map(str::to_owned));
    Vouched { name, sha256: "ab".repeat(32), why, note, line: 0 }
}

/// Contracts and budgets without their places, sorted as they are written.
fn bare(lock: &Lock) -> (Vec<(Contract, usize)>, Vec<Vouched>) {
    let contracts = lock.contracts.iter();
    let mut contracts: Vec<(Contract, usize)> =
        contracts.map(|locked| (Contract { line: 0, ..locked.contract.clone() }, locked.budget)).collect();
    contracts.sort_by_key(|(contract, _)| (contract.format, contract.name.clone()));
    let mut by_hand: Vec<Vouched> =
        lock.by_hand.iter().map(|vouched| Vouched { line: 0, ..vouched.clone() }).collect();
    by_hand.sort_by_key(|vouched| vouched.name.clone());
    (contracts, by_hand)
}

pub(super) fn read(text: &str) -> Lock {
    parse(text, NAME).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn complaints(text: &str) -> String {
    let error = parse(text, NAME).expect_err("a complaint");
    error.complaints().iter().map(|complaint| format!("{complaint}\n")).collect()
}

#[test]
fn every_part_of_the_model_is_read_back_as_it_was_written() {
    let lock = lock_of(every_contract());
    let text = render(&lock);
    let again = read(&text);
    assert_eq!(bare(&again), bare(&lock));
    assert_eq!(render(&again), text, "the same contracts, the same bytes");
    assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{7f}', '\u{feff}', '\r']), "{text}");
    for same in [text.replace('\n', "\r\n"), format!("\u{feff}{text}")] {
        assert_eq!(render(&read(&same)), text);
    }
    // Each on its own as well: what one lacks another must not lend it.
    for contract in every_contract() {
        let lock = lock_of(vec![contract]);
        let text = render(&lock);
        assert_eq!(bare(&read(&text)), bare(&lock), "{text}");
    }
}

#[test]
fn it_looks_like_this() {
    let mut order = contract(Format::Serde, "api::Order", Kind::Struct);
    order.rules.closed = true;
    order.fields = vec![field("id", "Uuid"), field("total", "u64"), field("note", "Option<String>")];
    order.fields[2].presence = Presence::Optional;
    let mut state = contract(Format::Serde, "api::State", Kind::Enum);
    state.rules.tagging = Tagging::Internal { tag: "type".into() };
    let at = field("at", "u64");
    state.variants = vec![variant("placed", Kind::Struct, vec![at]), variant("gone", Kind::Unit, vec![])];
    let mut message = contract(Format::Protobuf, "orders.v1.Order", Kind::Struct);
    message.fields = vec![field("id", "string")];
    message.fields[0].number = Some(1);
    message.rules.reserved = vec!["2 to 5".into(), "total".into()];
    let contracts = [message, state, order].map(|contract| (contract, 30, None));
    let by_hand = vec![vouched("money::Money", "Serialize is implemented by hand", None)];
    let lock = Lock::default().renewed(contracts.into(), by_hand);
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("field-budgets.lock", render(&lock));
    });
}

#[test]
fn every_complaint_is_told_at_once_with_its_place() {
    let told = complaints(
        "version = 1\nnote = 3\n\n[serde.\"a\"]\nkind = \"strukt\"\nbuget = 4\n\n[serde.b]\nkind = 7\nbudget = 0\n\
         content = \"c\"\nfields = [\n    { name = \"x\", tpye = \"u8\" },\n    { name = \"y\", type = \"u8\", \
         presence = \"optionl\", written = true, number = \"1\", aliases = [1], variant = \"v\" },\n    7,\n    \
         { name = \"z\", type = \"u8\", with = \"w\", read_with = \"w\" },\n]\nvariants = [\n    { variant = \"v\", \
         kind = \"enum\", read = 1 },\n    { variant = \"w\", name = \"f\", type = \"u8\" },\n    { kind = \"unit\" },\n]\n\
         \n[protobuf]\nx = 1\n[graphqll.c]\n[by_hand.m]\nsha256 = \"AB\"\n\"k\u{202e}\" = 1\n",
    );
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("lock-complaints.txt", told);
    });
}

#[test]
fn what_cannot_be_read_as_a_whole_says_what_to_do() {
    let text = |head: &str| format!("{head}\n[serde.\"a\"]\nkind = \"struct\"\nbudget = 3\n");
    for (text, place, what, help) in [
        ("<<<<<<< ours\nversion = 1\n".to_owned(), 1, "holds merge conflict markers", "take either side"),
        (text("version = 2"), 1, "written by a newer version", "bring the tool up to date"),
        (text("version = \"1\""), 1, "must be there, and be 1", ""),
        (text(""), 1, "must be there, and be 1", ""),
        (text("version = 1\nversion = 1"), 2, "the key `version`", "keep one"),
        (
            "version = 1\n[serde.\"a\"]\n[serde.\"b\"]\n[serde.\"a\"]\n".to_owned(),
            4,
            "the table `a`",
            "keep one",
        ),
        (
            "version = 1\n[serde.\"a\"]\nkind = \"x\"\nkind = \"y\"\n".to_owned(),
            4,
            "the key `kind`",
            "keep one",
        ),
        ("version = 1\n[serde\n".to_owned(), 2, "unclosed table", ""),
        (format!("version = 1\nx = {}", "[".repeat(100_000)), 2, "recurs", ""),
    ] {
        let told = complaints(&text);
        assert!(told.starts_with(&format!("{NAME}:{place}:")), "{told}");
        assert!(told.contains(what) && told.contains(help), "{told}");
    }
    let many = format!("version = 1\n[serde.a]\nfields = [{}]", "1,".repeat(5000));
    assert_eq!(complaints(&many).lines().count(), 100);
}

#[test]
fn every_key_is_known_to_the_reader() {
    // A key that is in the list of the known ones and yet not read would be a complaint.
    let text = "version = 1\n[serde.a]\nkind = \"enum\"\nbudget = 1\ndirection = \"both\"\ntag = \"t\"\ncontent = \"c\"\n\
                wire_name = \"w\"\nclosed = false\ndefault = false\nreads_as = \"r\"\nwrites_as = \"w\"\nremote = \"m\"\ngenerics = \"\"\n\
                when = \"x\"\nreserved = []\nconstraints = []\nfields = []\nvariants = []\n";
    assert_eq!(render(&read(text)).lines().count(), 4 + 8);
}

#[test]
fn a_contract_with_as_many_fields_as_there_may_be_is_written_and_read_at_once() {
    let mut large = contract(Format::Serde, "large::Large", Kind::Struct);
    large.fields = (0..MAX_BUDGET).map(|index| field(&format!("field_{index}"), "Option<String>")).collect();
    let lock = Lock::default().renewed(vec![(large, MAX_BUDGET, None)], Vec::new());
    let begun = std::time::Instant::now();
    let text = render(&lock).replace("},\n", "}, # why\n");
    let again = read(&text);
    assert_eq!(again.contracts[0].contract.fields.len(), MAX_BUDGET);
    assert_eq!(render(&again), text);
    // Anything that is not linear takes minutes; this bound is wide enough for a busy machine.
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
    let larger = format!("{text}#{}", "x".repeat(16 << 20));
    assert!(check(&larger, NAME).unwrap_err().to_string().contains("larger than 16777216 bytes"));
}

#[test]
fn a_file_that_is_none_is_told() {
    let folder = tempfile::tempdir().unwrap();
    assert!(load(folder.path(), FILE).unwrap().is_none());
    std::fs::create_dir(folder.path().join(FILE)).unwrap();
    assert!(load(folder.path(), FILE).unwrap_err().to_string().contains("it is not a file"));
    std::fs::remove_dir(folder.path().join(FILE)).unwrap();
    std::fs::write(folder.path().join(FILE), "version = 1\n").unwrap();
    let (text, lock) = load(folder.path(), FILE).unwrap().unwrap();
    assert_eq!((text.as_str(), lock.contracts.len()), ("version = 1\n", 0));
    std::fs::write(folder.path().join(FILE), [0xff, 0xfe]).unwrap();
    assert!(load(folder.path(), FILE).is_err());
}
