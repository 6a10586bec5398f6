use crate::evidence::contracts::Format::JsonSchema;
use crate::gates::field_budgets::schemas::tests::{assert_same, check, reading, rendered};

#[test]
fn objects() {
    check(
        JsonSchema,
        "a.json",
        &[
            (
                r#"{
                  "$schema": "https://json-schema.org/draft/2020-12/schema",
                  "title": "Order", "type": "object",
                  "properties": {
                    "id": {"type": "string", "format": "uuid", "description": "left out", "x-ui": 1},
                    "total": {"type": ["null", "integer"], "minimum": 0, "default": 5},
                    "currency": {"type": "string", "maxLength": 3, "pattern": "^[A-Z]+$", "default": "EUR"},
                    "anything": true, "nothing": false, "fixed": {"const": {"b": 1, "a": [null, 1.5]}}
                  },
                  "required": ["id", "total", "extra"],
                  "additionalProperties": false
                }"#,
                r#"1 struct a.json closed
                     5 id: string(format: "uuid")
                     6 total: (integer | null)(minimum: 0) = 5
                     7 currency=: string(maxLength: 3, pattern: "^[A-Z]+$") = "EUR"
                     8 anything?: any
                     8 nothing?: never
                     8 fixed?: {"a":[null,1.5],"b":1}
                     10 extra: any"#,
            ),
            // What holds for the whole.
            (
                r#"{"type": ["object", "null"], "minProperties": 1, "properties": {},
                    "not": {"required": ["b", "a"]}, "oneOf": [{"required": ["a"]}, {"properties": {"b": {}}}],
                    "additionalProperties": {"type": "number"}, "patternProperties": {"^x": {"type": "string"}},
                    "frobnicate": [1], "meta:note": 1, "dependencies": {"a": ["b"]}}"#,
                r#"1 struct a.json where dependencies: {"a":["b"]}; frobnicate: [1]; minProperties: 1; not: {"required":["b","a"]}; oneOf(any(required: ["a"]), #/oneOf/1); type: null | object
                     3 ..*?: number
                     3 ../^x/?: string
                   2 struct a.json#/oneOf/1 where type: any
                     2 b?: any"#,
            ),
            (r#"{"type": "object", "unevaluatedProperties": false}"#, "1 struct a.json closed"),
            (r#"{"type": "object", "unevaluatedProperties": true}"#, "1 struct a.json"),
        ],
    );
}

#[test]
fn objects_within_and_objects_that_are_merged() {
    check(
        JsonSchema,
        "a.json",
        &[
            // Objects and lists of strings within are contracts of their own.
            (
                r#"{"type": "object", "properties": {
                    "a/b~": {"type": "object", "required": ["c"],
                      "properties": {"c": {"type": "array", "items": {"type": "object", "properties": {"d": {}}}}}},
                    "level": {"type": "string", "enum": ["low", "high", "low"]},
                    "one": {"enum": ["low"]}, "mixed": {"enum": ["a", 1, null]}
                }}"#,
                r#"1 struct a.json
                     2 a/b~?: #/properties/a~1b~0
                     4 level?: #/properties/level
                     5 one?: enum["low"]
                     5 mixed?: enum["a",1,null]
                   2 struct a.json#/properties/a~1b~0
                     3 c: array<#/properties/a~1b~0/properties/c/items>
                   3 struct a.json#/properties/a~1b~0/properties/c/items
                     3 d?: any
                   4 enum a.json#/properties/level
                     4 | low
                     4 | high"#,
            ),
            // `allOf`: objects are merged, references stand in the place of fields, the rest is stated.
            (
                r##"{"allOf": [
                     {"$ref": "#/$defs/Base"},
                     {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a", "b"]},
                     {"properties": {"a": {"maxLength": 3}}},
                     {"if": {"required": ["a"]}, "then": {"required": ["c"]}}],
                   "$defs": {"Base": {"type": "object", "properties": {"id": {}}}}}"##,
                r#"1 struct a.json where allOf: any(if: {"required":["a"]}, then: {"required":["c"]})
                     3 a: string & any(maxLength: 3)
                     3 b: any
                     2 ..#/$defs/Base?: #/$defs/Base
                   6 struct a.json#/$defs/Base
                     6 id?: any"#,
            ),
        ],
    );
}

#[test]
fn other_shapes() {
    check(
        JsonSchema,
        "a.json",
        &[
            ("true", ""),
            ("false", "1 newtype a.json\n1 0: never"),
            (r#"{"title": "only definitions", "$defs": {"Any": {}, "Any2": true}}"#, ""),
            (r#"{"type": "string", "maxLength": 5}"#, "1 newtype a.json\n1 0: string(maxLength: 5)"),
            (r#"{"enum": ["b", "a"], "pattern": "x"}"#, "1 enum a.json where pattern: \"x\"\n1 | b\n1 | a"),
            (
                r#"{"definitions": {"Pair": {"type": "array", "items": [{"type": "string"}, true],
                    "additionalItems": false, "uniqueItems": true}}}"#,
                "1 newtype a.json#/definitions/Pair
                 1 0: array(additionalItems: never, items: [string, any], uniqueItems: true)",
            ),
            (
                r#"{"type": "array", "prefixItems": [{"type": "string"}], "items": {"type": "integer"},
                    "contains": {"const": 1}}"#,
                "1 newtype a.json\n1 0: array<integer>(contains: 1, prefixItems: [string])",
            ),
            (
                r#"{"type": "object", "oneOf": [
                     {"type": "object", "properties": {"kind": {"const": "cat"}, "lives": {}}},
                     {"type": "object", "properties": {"kind": {"const": "dog"}}, "title": "Dog"},
                     {"type": "object", "properties": {"b": {}, "a": {}}, "required": ["b", "a"]},
                     {"$ref": "b.json"}, {"title": "Number", "type": "number"}, {"type": "null"}, {"type": "null"}]}"#,
                r#"1 enum a.json Untagged where type: object
                     2 | kind=cat: #/oneOf/0
                     3 | kind=dog: #/oneOf/1
                     4 | {a, b}: #/oneOf/2
                     5 | b.json: b.json
                     5 | Number: number
                     5 | null: null
                     5 | null (2): null
                   2 struct a.json#/oneOf/0
                     2 kind?: "cat"
                     2 lives?: any
                   3 struct a.json#/oneOf/1
                     3 kind?: "dog"
                   4 struct a.json#/oneOf/2
                     4 b: any
                     4 a: any
                   ? p/a.json:5 b.json: a schema refers to it, and it is none of the schema files of the settings"#,
            ),
            (
                r#"{"anyOf": [{"const": "low", "description": "little"}, {"const": "high"}]}"#,
                "1 enum a.json where anyOf\n1 | low\n1 | high",
            ),
            (
                r#"{"anyOf": [{"const": "low"}, {"type": "integer"}]}"#,
                "1 enum a.json Untagged where anyOf\n1 | \"low\": \"low\"\n1 | integer: integer",
            ),
        ],
    );
    let long = "x".repeat(300);
    let found = rendered(&reading(JsonSchema, &[("a.json", &format!(r#"{{"pattern": "{long}"}}"#))]));
    let digest = crate::digest::sha256(format!("\"{long}\"").as_bytes());
    assert_same(&found, &format!("1 newtype a.json\n1 0: any(pattern: sha256:{digest})"), &long);
}

#[test]
fn references() {
    let cases: &[(&[(&str, &str)], &str)] = &[
        // Anchors, escapes, cycles, and what only a reference leads to.
        (
            &[(
                "api.json",
                r##"{"openapi": {"$ref": "#/not/looked/at"},
                  "properties": {"a": {"$ref": "#node"}, "b": {"$ref": "#/components/schemas/A%20B~1C"},
                    "c": {"$ref": "#/$defs/Gone"}, "d": {"$ref": "#gone"}, "e": {"$ref": "#"}},
                  "type": "object",
                  "components": {"schemas": {"A B/C": {"type": "object", "properties": {"x": {"$ref": "#/components/schemas/D"}}},
                    "D": {"$dynamicAnchor": "node", "type": "integer"}}}}"##,
            )],
            r##"1 struct api.json where components: {"schemas":{"A B/C":{"properties":{"x":{"$ref":"#/components/schemas/D"}},"type":"object"},"D":{"$dynamicAnchor":"node","type":"integer"}}}; openapi: {"$ref":"#/not/looked/at"}
                  2 a?: #node
                  2 b?: #/components/schemas/A%20B~1C
                  3 c?: #/$defs/Gone
                  3 d?: #gone
                  3 e?: #
                5 struct api.json#/components/schemas/A B~1C
                  5 x?: #/components/schemas/D
                6 newtype api.json#/components/schemas/D
                  6 0: integer
                ! p/api.json:2 `#node` leads nowhere: there is no such anchor
                ! p/api.json:3 `#/$defs/Gone` leads nowhere
                ! p/api.json:3 `#gone` leads nowhere: there is no such anchor"##,
        ),
        // Between files: by path, by `$id`, by an `$id` seen from another.
        (
            &[
                (
                    "s/a.json",
                    r##"{"$id": "https://example.com/s/a.json", "type": "array", "items": {"anyOf": [
                      {"$ref": "../t/b.json#/definitions/B"}, {"$ref": "https://example.com/c"}, {"$ref": "/c#/$defs/C"},
                      {"$ref": "https://example.com/s/a.json#"}, {"$ref": "../t/b.json#/definitions/Gone"},
                      {"$ref": "http://json-schema.org/draft-07/schema#"},
                      {"$ref": "../t/d.json"}, {"$ref": "https://example.org/e.json#/x"}]}}"##,
                ),
                ("t/b.json", r#"{"definitions": {"B": {"type": "integer"}}}"#),
                ("t/c.json", r#"{"$id": "https://example.com/c", "$defs": {"C": {"type": "string"}}}"#),
            ],
            "1 newtype s/a.json
               1 0: array<anyOf(../t/b.json#/definitions/B, https://example.com/c, /c#/$defs/C, https://example.com/s/a.json#, ../t/b.json#/definitions/Gone, http://json-schema.org/draft-07/schema#, ../t/d.json, https://example.org/e.json#/x)>
             1 newtype t/b.json#/definitions/B
               1 0: integer
             1 newtype t/c.json#/$defs/C
               1 0: string
             ? p/s/a.json:5 https://example.org/e.json: a schema refers to it, and it is none of the schema files of the settings
             ? p/s/a.json:5 t/d.json: a schema refers to it, and it is none of the schema files of the settings
             ! p/s/a.json:3 `../t/b.json#/definitions/Gone` leads nowhere",
        ),
        // A schema with an `$id` of its own within a file.
        (
            &[(
                "a.json",
                r##"{"$ref": "https://example.com/inner", "$defs": {
                    "I": {"$id": "https://example.com/inner", "$ref": "#/$defs/X", "$defs": {"X": {"type": "null"}}},
                    "J": {"$ref": "inner#/$defs/X"}}, "$id": "https://example.com/outer"}"##,
            )],
            "1 newtype a.json
               1 0: https://example.com/inner
             2 newtype a.json#/$defs/I
               2 0: #/$defs/X
             2 newtype a.json#/$defs/I/$defs/X
               2 0: null
             3 newtype a.json#/$defs/J
               3 0: inner#/$defs/X",
        ),
    ];
    for (files, expected) in cases {
        let found = rendered(&reading(JsonSchema, files));
        assert_same(&found, expected, files[0].1);
    }
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    check(
        JsonSchema,
        "a.json",
        &[
            ("{\n\"a\": 1,\n}", "! p/a.json:3 it is no JSON: trailing comma"),
            ("", "! p/a.json:1 it is no JSON: EOF while parsing a value"),
            ("{} {}", "! p/a.json:1 it is no JSON: trailing characters"),
            ("[1]", "! p/a.json:1 it is no JSON Schema: expected an object"),
            (
                "{\"type\": \"null\",\n\"type\": \"string\"}",
                "1 newtype a.json\n1 0: string\n! p/a.json:2 the key `type` is given twice in one object",
            ),
            (
                r#"{"$schema": "http://json-schema.org/draft-04/schema#", "type": "object"}"#,
                "? p/a.json:1 a.json: `$schema` names the dialect `http://json-schema.org/draft-04/schema#`, which is not known here",
            ),
            (
                "{\"type\": 1, \"required\": true,\n\"properties\": [], \"oneOf\": {},\n\"not\": 1, \"$ref\": 2,
                  \"$defs\": {\"a\": \"b\"}}",
                r#"1 struct a.json where $ref: 2; not: 1; oneOf(); type:
                   4 newtype a.json#/$defs/a
                     4 0: "b"
                   ! p/a.json:1 expected a list of names as `required`
                   ! p/a.json:1 expected a type, or a list of types as `type`
                   ! p/a.json:2 expected a list of schemas as `oneOf`
                   ! p/a.json:2 expected an object as `properties`
                   ! p/a.json:3 expected a schema at `/not`: an object, true or false
                   ! p/a.json:3 expected a text as `$ref`
                   ! p/a.json:4 expected a schema at `/$defs/a`: an object, true or false"#,
            ),
        ],
    );
}

#[test]
fn hostile_schemas_are_read_in_linear_time_and_bounded_depth() {
    let nested = format!("{}1{}", "{\"not\":".repeat(100_000), "}".repeat(100_000));
    let found = rendered(&reading(JsonSchema, &[("a.json", &nested)]));
    assert_same(&found, "! p/a.json:1 it is no JSON: recursion limit exceeded", "deep");

    // All in one line; every definition is referred to, and none is reached in another way.
    let many = 20_000;
    let definitions: Vec<String> = (0..many).map(|at| format!(r#""d{at}":{{"type":"integer"}}"#)).collect();
    let properties: Vec<String> =
        (0..many).map(|at| format!(r##""p{at}":{{"$ref":"#/x/d{at}"}}"##)).collect();
    let text = format!(r#"{{"x":{{{}}},"properties":{{{}}}}}"#, definitions.join(","), properties.join(","));
    let found = reading(JsonSchema, &[("a.json", &text)]);
    assert_eq!((found.contracts.len(), found.problems.len()), (many + 1, 0));
    assert_eq!(found.contracts[0].used(), many);

    // A long key over many schemas does not become as many long names.
    let properties: Vec<String> = (0..many).map(|at| format!(r#""p{at}":{{"properties":{{}}}}"#)).collect();
    let text =
        format!(r#"{{"$defs":{{"{}":{{"properties":{{{}}}}}}}}}"#, "k".repeat(100_000), properties.join(","));
    let found = reading(JsonSchema, &[("a.json", &text)]);
    assert_eq!((found.contracts.len(), found.problems.len()), (1, 1));
}
