use crate::evidence::contracts::Format::Graphql;
use crate::gates::field_budgets::schemas::tests::{assert_same, check, reading, rendered};

#[test]
fn types() {
    check(
        Graphql,
        "a.graphql",
        &[
            (
                r#""""
                   The query
                   """
                   type Query {
                     order(id: ID!, "how many" first: Int = 10 @max(of: 5), f: Filter = {a: 1, b: [X, "y"], c: -1.5}): Order
                     all: [[Order ! ] !]! # comment
                       @deprecated(reason: "x")
                   }
                   type Order implements Node & Named @key(fields: "id") { id: ID!, name: String @auth(roles: [ADMIN USER], n: 1) }
                   interface Node implements Any { id: ID! }
                   input Filter @oneOf { a: Int, b: [Kind!]! = [X] c: String! d: Int = null }
                   enum Kind { X Y @deprecated Z @internal(a: true) }
                   union Thing @tag = | Order | Query
                   scalar Date @specifiedBy(url: "x")
                   directive @auth(roles: [Role!]) repeatable on FIELD_DEFINITION | OBJECT
                   schema @link(url: "x") { query: Query mutation: Change }
                   type Empty"#,
                r#"17 struct Empty reads=false writes=true
                   11 struct Filter reads=true writes=false closed where @oneOf
                     11 a?: Int
                     11 b=: [Kind!]! = [X]
                     11 c: String!
                     11 d=: Int = null
                   12 enum Kind
                     12 | X
                     12 | Y
                     12 | Z @internal(a: true)
                   10 interface Node reads=false writes=true where implements Any
                     10 id: ID!
                   9 struct Order reads=false writes=true where @key(fields: "id"); implements Named; implements Node
                     9 id: ID!
                     9 name?: String @auth(roles: [ADMIN, USER], n: 1)
                   4 struct Query reads=false writes=true
                     5 order?: (id: ID!, first: Int = 10 @max(of: 5), f: Filter = {a: 1, b: [X, "y"], c: -1.5}): Order
                     6 all: [[Order!]!]!
                   13 enum Thing reads=false writes=true Internal { tag: "__typename" } where @tag
                     13 | Order: Order
                     13 | Query: Query
                   16 struct schema where @link(url: "x")
                     16 query: Query
                     16 mutation: Change"#,
            ),
            ("# nothing but a comment\nscalar A", ""),
        ],
    );
}

#[test]
fn extensions_are_merged_across_files() {
    let files = [
        (
            "a.graphql",
            "extend type B @x { c: Int }\nextend enum E { F }\nextend union U = B\nextend type Q { a: Int }\nextend type Q { b: Int }",
        ),
        ("b.graphql", "\ntype B { a: Int }\nenum E { D }\nunion U = E\nextend schema { subscription: S }"),
    ];
    assert_same(
        &rendered(&reading(Graphql, &files)),
        r#"2 struct B reads=false writes=true where @x
             2 a?: Int
             2 c?: Int
           3 enum E
             3 | D
             3 | F
           4 struct Q reads=false writes=true
             4 a?: Int
             5 b?: Int
           4 enum U reads=false writes=true Internal { tag: "__typename" }
             4 | E: E
             4 | B: B
           5 struct schema
             5 subscription: S"#,
        "two files",
    );
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    check(
        Graphql,
        "a.graphql",
        &[
            ("type A { b: Int }\ntype C {\n d Int }", "! p/a.graphql:3 expected a type"),
            ("", "! p/a.graphql:1 Unexpected <EOF>."),
            (
                "type A { b: Int }\n{ a }",
                "1 struct A reads=false writes=true\n1 b?: Int\n! p/a.graphql:2 an operation or fragment in a schema",
            ),
            (
                "type A { b: Int }\ntype A { c: Int }",
                "1 struct A reads=false writes=true\n1 b?: Int\n! p/a.graphql:2 `A` is defined twice: the first one is in `p/a.graphql`, line 1",
            ),
        ],
    );
}

#[test]
fn hostile_files_do_not_overflow_the_stack() {
    for (before, nest) in
        [("type A { a: ", "["), ("type A @b(c: ", "["), ("input A { a: Int = ", "{a:"), ("", "{a")]
    {
        let found = reading(Graphql, &[("a.graphql", &format!("{before}{}", nest.repeat(20_000)))]);
        assert!(
            found.contracts.is_empty() && !found.problems.is_empty() && found.problems.len() < 30,
            "{nest}"
        );
    }
}
