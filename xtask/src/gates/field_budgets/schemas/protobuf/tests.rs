use crate::evidence::contracts::Format::Protobuf;
use crate::gates::field_budgets::schemas::tests::{assert_same, check, reading, rendered};

#[test]
fn proto3() {
    check(
        Protobuf,
        "a.proto",
        &[(
            r#"syntax = "proto3"; // comment
                   package shop.v1;
                   import public "google/protobuf/timestamp.proto";
                   option java_package = "com" ".shop";
                   message Order {
                     reserved 4, 9 to 11, 0x64 to max; reserved "old", 'older';
                     string id = 1;
                     optional int32 count = 2 [deprecated = true];
                     repeated Line lines = 3 [packed = true, (rules).min_items = 1];
                     map<string, Line> by_name = 5 [json_name = "byName"];
                     oneof pay { Cash cash = 6; string card = 7; option (required) = true; }
                     .google.protobuf.Timestamp at = 010;
                     enum State { option allow_alias = true; UNKNOWN = 0; OPEN = 1; STARTED = 1; BELOW = -0x1 [(a).b = "c"]; reserved 5, "GONE"; }
                     message Line { State state = 1; message Deep { bytes data = 1; } }
                     option (cel) = { id: "x", of: [1, 2] };
                     option deprecated = true;
                   }
                   service S { rpc Get (Order) returns (stream Order) { option (http) = { get: "/{id}" }; } }"#,
            r#"5 struct shop.v1.Order reserved "old"; "older"; 100 to max; 4; 9 to 11 where option (cel) = { id : "x" , of : [ 1 , 2 ] }; pay: option (required) = true
                     7 id= #1: string
                     8 count? #2: int32
                     9 lines= #3: repeated Line [(rules).min_items = 1, packed = true]
                     10 by_name= #5: map<string, Line> [json_name = "byName"]
                     11 cash? #6 of pay: Cash
                     11 card? #7 of pay: string
                     12 at? #8: .google.protobuf.Timestamp
                   14 struct shop.v1.Order.Line
                     14 state? #1: State
                   14 struct shop.v1.Order.Line.Deep
                     14 data= #1: bytes
                   13 enum shop.v1.Order.State reserved "GONE"; 5
                     13 | UNKNOWN #0
                     13 | OPEN #1
                     13 | STARTED #1
                     13 | BELOW #-1 [(a).b = "c"]"#,
        )],
    );
}

#[test]
fn proto2() {
    check(
        Protobuf,
        "a.proto",
        &[(
            r#"message M {
                     required int32 a = 1; optional string b = 2; optional int64 c = 3 [default = -5];
                     repeated group Item = 4 { optional bool d = 1; }
                     oneof o { group Part = 5 { } }
                     extensions 100 to 199, 500 [declaration = { number: 100 }];
                     option message_set_wire_format = true;
                     extend Other { optional string e = 9 [default = "x" 'y']; }
                   }
                   enum E { A = 0; };
                   extend .pkg.Other { optional float f = 1; }
                   extend .pkg.Other { repeated float g = 2; } extend Nothing {}"#,
            r#"9 enum E closed
                     9 | A #0
                   1 struct M where extensions 100 to 199; extensions 500; option message_set_wire_format = true
                     2 a #1: int32
                     2 b? #2: string
                     2 c= #3: int64 [default = -5]
                     3 item= #4: repeated group Item
                     4 part? #5 of o: group Part
                   3 struct M.Item
                     3 d? #1: bool
                   4 struct M.Part
                   7 struct M.extend(Other)
                     7 e= #9: string [default = "x" 'y']
                   10 struct extend(.pkg.Other)
                     10 f? #1: float
                     11 g= #2: repeated float"#,
        )],
    );
}

#[test]
fn editions_and_odd_names() {
    check(
        Protobuf,
        "a.proto",
        &[
            (
                r#"edition = "2023";
                   option features.field_presence = IMPLICIT;
                   option features.repeated_field_encoding = EXPANDED;
                   message M { int32 a = 1; int32 b = 2 [features.field_presence = EXPLICIT]; N n = 3;
                     int32 c = 4 [features = { field_presence: LEGACY_REQUIRED }]; repeated int32 d = 5; }
                   message N { option features.message_encoding = DELIMITED; option features.field_presence = EXPLICIT;
                     string a = 1; M m = 2; }
                   enum E { option features.enum_type = CLOSED; A = 0; }
                   enum F { B = 0; reserved C, D; }"#,
                r#"8 enum E closed
                     8 | A #0
                   9 enum F reserved "C"; "D"
                     9 | B #0
                   4 struct M
                     4 a= #1: int32
                     4 b? #2: int32
                     4 n? #3: N
                     5 c #4: int32
                     5 d= #5: repeated int32 [features.repeated_field_encoding = EXPANDED]
                   6 struct N
                     7 a? #1: string
                     7 m? #2: M [features.message_encoding = DELIMITED]"#,
            ),
            (
                r#"edition = "2024"; import option "x.proto"; export message A { local enum B { C = 0; } }
                   local message D {}"#,
                "1 struct A\n1 enum A.B\n1 | C #0\n2 struct D",
            ),
            // Words of the language are names where a name is expected.
            (
                r#"syntax = "proto3"; message M { string message = 1; optional string optional = 2; map map = 3; }"#,
                "1 struct M\n1 message= #1: string\n1 optional? #2: string\n1 map? #3: map",
            ),
            ("\u{feff}syntax = 'proto3';", ""),
        ],
    );
}

#[test]
fn what_is_wrong_is_told_with_its_line_and_the_file_gives_nothing() {
    check(
        Protobuf,
        "a.proto",
        &[
            ("message A {}\nmessage B {\n optional string a 1; }", "! p/a.proto:3 expected `=`, found `1`"),
            ("message A {", "! p/a.proto:1 expected `}`, found the end of the file"),
            ("message A { string a = x; }", "! p/a.proto:1 expected a whole number, found `x`"),
            (
                "message A { string a = 99999999999999999999; }",
                "! p/a.proto:1 expected a whole number, found `99999999999999999999`",
            ),
            ("message A { string a = 1 [b = ]; }", "! p/a.proto:1 expected a value, found `]`"),
            (
                "message A { option (a) = {{} ; ",
                "! p/a.proto:1 expected `{` and `}`, found the end of the file",
            ),
            ("message A { /* }", "! p/a.proto:1 the comment that begins here does not end"),
            ("class A {}", "! p/a.proto:1 expected message, enum, service or extend, found `class`"),
            ("syntax = \"proto4\";", "! p/a.proto:1 syntax `proto4` is not known here"),
            ("edition = \"2099\";", "! p/a.proto:1 edition `2099` is not known here"),
            (
                "message A {} syntax = \"proto3\";",
                "! p/a.proto:1 expected message, enum, service or extend, found `syntax`",
            ),
            (
                "message A { string a = 1; }",
                "! p/a.proto:1 expected optional, required or repeated, as in every proto2 file",
            ),
            ("enum A { 1 = 1; }", "! p/a.proto:1 expected a name, found `1`"),
            ("service S }", "! p/a.proto:1 expected `{` and `}`, found `}`"),
            (
                "message A { optional int32 a = 1;\n optional int32 a = 1; }\nenum B { X = 0;\n X = 1; }",
                "1 struct A
                 1 a? #1: int32
                 2 a? #1: int32
                 3 enum B closed
                 3 | X #0
                 4 | X #1
                 ! p/a.proto:2 the field `a` is there twice
                 ! p/a.proto:2 the number 1 is given twice in one message
                 ! p/a.proto:4 the value `X` is there twice",
            ),
        ],
    );
}

#[test]
fn hostile_files_do_not_overflow_the_stack() {
    let deep = |text: &str| rendered(&reading(Protobuf, &[("a.proto", &text.repeat(100_000))]));
    let wrong = "! p/a.proto:1 messages lie more than 32 deep in each other";
    assert_same(&deep("message A {"), wrong, "messages");
    let group = format!("message A {{{}", "optional group G = 1 {".repeat(100_000));
    assert_same(&rendered(&reading(Protobuf, &[("a.proto", &group)])), wrong, "groups");
    let value = format!("option a = {}", "{".repeat(100_000));
    let found = rendered(&reading(Protobuf, &[("a.proto", &value)]));
    assert_same(&found, "! p/a.proto:1 expected `{` and `}`, found the end of the file", "values");
}

#[test]
fn one_message_may_be_extended_in_several_files_and_defined_in_one() {
    let files = [
        ("a.proto", "syntax = 'proto3'; package p;\nextend X { string a = 1; }\nmessage M {}"),
        ("b.proto", "syntax = 'proto3'; package p;\n\n\nextend X { string b = 2; }\nmessage M {}"),
    ];
    assert_same(
        &rendered(&reading(Protobuf, &files)),
        "3 struct p.M
         2 struct p.extend(X)
         2 a? #1: string
         2 b? #2: string
         ! p/b.proto:5 `p.M` is defined twice: the first one is in `p/a.proto`, line 3",
        "two files",
    );
}
