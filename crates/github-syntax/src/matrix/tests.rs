//! The documentation's examples, and laws that hold for every matrix.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn expanded(matrix: serde_json::Value) -> Result<Vec<MatrixCombination>, MatrixError> {
    expand(&Value::from(matrix))
}

fn shown(matrix: serde_json::Value) -> String {
    let combinations = expanded(matrix).unwrap();
    let line = |combination: &MatrixCombination| {
        format!(
            "{} {}",
            serde_json::to_string(combination.values()).unwrap(),
            combination.job_name("job")
        )
    };
    combinations.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn error(matrix: serde_json::Value) -> String {
    expanded(matrix).unwrap_err().to_string()
}

#[test]
fn first_axis_varies_slowest() {
    insta::assert_snapshot!(shown(json!({"os": ["a", "b"], "version": [10, 12.5]})), @r#"
    {"os":"a","version":10} job (a, 10)
    {"os":"a","version":12.5} job (a, 12.5)
    {"os":"b","version":10} job (b, 10)
    {"os":"b","version":12.5} job (b, 12.5)
    "#);
}

#[test]
fn include_as_documented() {
    let matrix = json!({
        "fruit": ["apple", "pear"],
        "animal": ["cat", "dog"],
        "include": [
            {"color": "green"},
            {"color": "pink", "animal": "cat"},
            {"fruit": "apple", "shape": "circle"},
            {"fruit": "banana"},
            {"fruit": "banana", "animal": "cat"},
        ]
    });
    insta::assert_snapshot!(shown(matrix), @r#"
    {"fruit":"apple","animal":"cat","color":"pink","shape":"circle"} job (apple, cat)
    {"fruit":"apple","animal":"dog","color":"green","shape":"circle"} job (apple, dog)
    {"fruit":"pear","animal":"cat","color":"pink"} job (pear, cat)
    {"fruit":"pear","animal":"dog","color":"green"} job (pear, dog)
    {"fruit":"banana"} job (banana)
    {"fruit":"banana","animal":"cat"} job (banana, cat)
    "#);
}

#[test]
fn include_alone() {
    let matrix =
        json!({"include": [{"site": "production", "datacenter": "a"}, {"site": "staging"}]});
    insta::assert_snapshot!(shown(matrix), @r#"
    {"site":"production","datacenter":"a"} job (production, a)
    {"site":"staging"} job (staging)
    "#);
}

#[test]
fn exclude_agrees_in_part_and_loosely() {
    let matrix = json!({
        "os": ["macos", "windows"],
        "version": [12, 14],
        "env": [{"name": "staging", "x": 1}, {"name": "production"}],
        "exclude": [
            {"OS": "MacOS", "version": "12", "env": {"name": "production"}},
            {"os": "windows", "version": 14},
        ]
    });
    insta::assert_snapshot!(shown(matrix), @r#"
    {"os":"macos","version":12,"env":{"name":"staging","x":1}} job (macos, 12, staging, 1)
    {"os":"macos","version":14,"env":{"name":"staging","x":1}} job (macos, 14, staging, 1)
    {"os":"macos","version":14,"env":{"name":"production"}} job (macos, 14, production)
    {"os":"windows","version":12,"env":{"name":"staging","x":1}} job (windows, 12, staging, 1)
    {"os":"windows","version":12,"env":{"name":"production"}} job (windows, 12, production)
    "#);
}

#[test]
fn names_of_jobs() {
    let name = |matrix| expanded(matrix).unwrap()[0].job_name("build");
    assert_eq!(
        name(json!({"a": [[1, ["x", true]]], "b": [""], "c": [null]})),
        "build (1, x, true)"
    );
    assert_eq!(name(json!({"a": [null]})), "build");
    let long = name(json!({"a": ["é".repeat(200)]}));
    assert_eq!(long.chars().count(), 100);
    assert!(long.starts_with("build (éé") && long.ends_with("é..."));
}

#[test]
fn says_what_is_wrong() {
    let shown = [
        error(json!([1])),
        error(json!({})),
        error(json!({"os": "linux"})),
        error(json!({"os": []})),
        error(json!({"os": ["a"], "include": {"os": "b"}})),
        error(json!({"os": ["a"], "include": [{"x": 1}, {}]})),
        error(json!({"os": ["a"], "exclude": [{"so": "a"}]})),
        error(json!({"a": (0..257).collect::<Vec<_>>()})),
        error(
            json!({"a": (0..16).collect::<Vec<_>>(), "b": (0..16).collect::<Vec<_>>(), "include": [{"a": 99}]}),
        ),
        error(json!({"a": vec![1; 1000], "b": vec![1; 1000], "c": vec![1; 1000]})),
    ];
    insta::assert_snapshot!(shown.join("\n"), @r"
    a matrix is a mapping of names to lists of values, but this is Array
    the matrix has neither a list of values nor an `include`
    matrix axis `os` must be a list of values, but is String
    matrix axis `os` has no values
    `include` of a matrix must be a list of mappings, but is Object
    entry 2 of the matrix' `include` must be a mapping with at least one key
    `exclude` names `so`, which is no axis of the matrix
    the matrix stands for 257 jobs; at most 256 are allowed
    the matrix stands for 257 jobs; at most 256 are allowed
    the matrix stands for 1000000000 jobs; at most 256 are allowed
    ");
}

#[test]
fn exclude_may_bring_it_below_the_limit_or_to_nothing() {
    let many: Vec<u32> = (0..20).collect();
    let excludes: Vec<_> = (10..20).map(|number| json!({"a": number})).collect();
    let matrix = json!({"a": many, "b": many, "exclude": excludes});
    assert_eq!(expanded(matrix).unwrap().len(), 200);
    assert_eq!(expanded(json!({"a": [1], "exclude": [{"a": 1}]})), Ok(vec![]));
}

#[test]
fn strategy_of_one_job() {
    let context = serde_json::to_string(&strategy_context(1, 4, true, None)).unwrap();
    assert_eq!(context, r#"{"fail-fast":true,"job-index":1,"job-total":4,"max-parallel":4}"#);
}

fn axis() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::btree_set(0_u8..6, 1..4).prop_map(|values| values.into_iter().collect())
}

proptest! {
    #[test]
    fn every_combination_once_in_order(a in axis(), b in axis(), c in axis()) {
        let found = expanded(json!({"a": a, "b": b, "c": c})).unwrap();
        let mut expected = Vec::new();
        for a in &a {
            for b in &b {
                for c in &c {
                    expected.push(json!({"a": a, "b": b, "c": c}));
                }
            }
        }
        let found: Vec<_> =
            found.iter().map(|each| serde_json::to_value(each.values()).unwrap()).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn exclude_takes_out_what_agrees_and_nothing_else(a in axis(), b in axis(), x in 0_u8..6, y in 0_u8..6) {
        let all = expanded(json!({"a": a, "b": b})).unwrap();
        let left = expanded(json!({"a": a, "b": b, "exclude": [{"a": x, "b": y}, {"b": x}]})).unwrap();
        let expected: Vec<_> = all
            .into_iter()
            .filter(|each| {
                let (a, b) = (each.values().get("a").unwrap(), each.values().get("b").unwrap());
                let is = |value: &Value, number: u8| *value == Value::from(u32::from(number));
                !(is(b, x) || is(a, x) && is(b, y))
            })
            .collect();
        prop_assert_eq!(left, expected);
    }

    #[test]
    fn include_never_changes_an_axis(
        a in axis(), b in axis(), entries in prop::collection::vec((0_u8..8, 0_u8..8, 0_u8..3), 0..4),
    ) {
        let include: Vec<_> =
            entries.iter().map(|(a, b, extra)| json!({"a": a, "b": b, "extra": extra})).collect();
        let plain = expanded(json!({"a": a, "b": b})).unwrap();
        let with = expanded(json!({"a": a, "b": b, "include": include})).unwrap();
        let unmatched = entries.iter().filter(|(x, y, _)| !a.contains(x) || !b.contains(y)).count();
        prop_assert_eq!(with.len(), plain.len() + unmatched);
        for (before, after) in plain.iter().zip(&with) {
            prop_assert_eq!(before.job_name("j"), after.job_name("j"));
            for name in ["a", "b"] {
                prop_assert_eq!(before.values().get(name), after.values().get(name));
            }
        }
    }
}
