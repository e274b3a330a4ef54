//! Laws that hold for every expression and every value.

use std::hint::black_box;

use proptest::prelude::*;

use super::*;

/// A scope whose every context is the same value.
struct Everywhere(Value);

impl Scope for Everywhere {
    fn context(&self, _name: &str) -> Option<Value> {
        Some(self.0.clone())
    }

    fn call(&self, function: &str, arguments: &[Value]) -> Option<Result<Value, EvaluationError>> {
        let result = arguments.first().cloned().unwrap_or_default();
        function.eq_ignore_ascii_case("hashFiles").then_some(Ok(result))
    }

    fn memory_limit(&self) -> usize {
        64 * 1024
    }
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        (-1000_i32..1000).prop_map(|number| (f64::from(number) / 8.0).into()),
        "[ aA0-9.xé\\\\\"\n\u{2028}]{0,5}".prop_map(Into::into),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            prop::collection::vec(("[abAB0]{0,2}", inner), 0..4)
                .prop_map(|entries| serde_json::Value::Object(entries.into_iter().collect())),
        ]
    })
}

fn value() -> impl Strategy<Value = Value> {
    let odd = prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(-0.0), any::<f64>(),];
    prop_oneof![4 => json().prop_map(Value::from), 1 => odd.prop_map(Value::Number)]
}

/// Sources of expressions, most of them well formed.
fn source() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("github".to_owned()),
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("NaN".to_owned()),
        Just("-Infinity".to_owned()),
        Just("hashFiles()".to_owned()),
        "'([ a0]|''|\\{0\\}){0,4}'",
        "-?[0-9]{1,3}(\\.[0-9])?",
        "0x[0-9a-f]{1,3}",
    ];
    leaf.prop_recursive(5, 40, 3, |inner| {
        let two = (inner.clone(), inner.clone());
        let operators = prop::sample::select(vec!["&&", "||", "==", "!=", "<", "<=", ">", ">="]);
        let functions =
            prop::sample::select(vec!["contains", "startsWith", "endsWith", "format", "join"]);
        let single =
            prop::sample::select(vec!["toJSON", "FROMJSON", "hashFiles", "join", "format"]);
        prop_oneof![
            (two.clone(), operators)
                .prop_map(|((left, right), operator)| format!("{left} {operator}{right}")),
            (two.clone(), functions)
                .prop_map(|((left, right), name)| format!("{name}({left},{right})")),
            (inner.clone(), single).prop_map(|(argument, name)| format!("{name}({argument})")),
            (two.clone(), inner.clone()).prop_map(|((a, b), c)| format!("case({a}, {b}, {c})")),
            inner.clone().prop_map(|inner| format!("!{inner}")),
            inner.clone().prop_map(|inner| format!("({inner})")),
            inner.clone().prop_map(|inner| format!("({inner}).*")),
            inner.clone().prop_map(|inner| format!("( {inner} ).a0")),
            two.prop_map(|(base, index)| format!("({base})[{index}]")),
        ]
    })
}

fn any_function(source: &str) -> Result<Expression, ExpressionError> {
    Expression::parse(source, &Availability::any())
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic(text in ".*") {
        if let Err(error) = any_function(&text) {
            prop_assert!(error.offset() <= text.len());
        }
    }

    #[test]
    fn any_tokens_are_read_without_panic(
        tokens in prop::collection::vec(
            prop::sample::select(vec![
                "(", ")", "[", "]", ",", ".", "*", "!", "&&", "||", "==", "<", "'a'", "1", ".5", "x",
                "true", "join", "format", " ", "&", "'", "é",
            ]),
            0..30,
        ),
        context in json(),
    ) {
        if let Ok(expression) = any_function(&tokens.concat()) {
            let _ = black_box(expression.evaluate(&Everywhere(context.into())));
            black_box(expression.operands(&Everywhere(Value::Null)));
            black_box(expression.references());
        }
    }

    #[test]
    fn canonical_form_has_the_same_value(source in source(), context in json()) {
        let Ok(expression) = any_function(&source) else { return Ok(()) };
        let canonical = expression.canonical();
        let again = any_function(&canonical);
        prop_assert!(again.is_ok(), "{} became {}: {:?}", source, canonical, again);
        let again = again.unwrap_or(expression.clone());
        prop_assert_eq!(again.canonical(), canonical);
        let scope = Everywhere(context.into());
        let values = (expression.evaluate(&scope), again.evaluate(&scope));
        prop_assert_eq!(format!("{:?}", values.0), format!("{:?}", values.1));
    }

    #[test]
    fn results_respect_the_memory_limit(source in source(), context in json()) {
        let Ok(expression) = any_function(&source) else { return Ok(()) };
        let scope = Everywhere(context.into());
        if let Ok(Value::String(text)) = expression.evaluate(&scope) {
            prop_assert!(2 * text.len() <= 2 * scope.memory_limit());
        }
    }

    #[test]
    fn json_comes_back(json in json()) {
        let scope = Everywhere(json.clone().into());
        let value = any_function("fromJSON(toJSON(github))").unwrap().evaluate(&scope).unwrap();
        prop_assert_eq!(value, Value::from(json));
    }

    #[test]
    fn json_with_a_comma_and_a_comment_comes_back(json in json()) {
        let text = format!("[ {json} , /* ] */ ]");
        let scope = Everywhere(text.into());
        let value = any_function("fromJSON(github)").unwrap().evaluate(&scope).unwrap();
        prop_assert_eq!(value, Value::from(vec![Value::from(json)]));
    }

    #[test]
    fn any_text_is_json_or_an_error(text in "[\\[\\]{}:,'\"/*a1 \\\\\n]{0,24}") {
        let scope = Everywhere(text.into());
        let _ = black_box(any_function("fromJSON(github)").unwrap().evaluate(&scope));
    }

    #[test]
    fn comparisons_agree_with_one_another(left in value(), right in value()) {
        prop_assert_eq!(left.loosely_equals(&right), right.loosely_equals(&left));
        let forward = left.loose_order(&right);
        prop_assert_eq!(forward, right.loose_order(&left).map(std::cmp::Ordering::reverse));
        if let Some(order) = forward {
            prop_assert_eq!(order.is_eq(), left.loosely_equals(&right));
        }
    }

    #[test]
    fn whole_numbers_keep_their_value(number in -999_999_999_999_999_i64..999_999_999_999_999) {
        #[expect(clippy::cast_precision_loss, reason = "within 53 bits")]
        let value = Value::Number(number as f64);
        prop_assert_eq!(value.to_text(), number.to_string());
        prop_assert_eq!(Value::from(number.to_string()).to_number(), value.to_number());
    }

    #[test]
    fn numbers_keep_fifteen_digits(number in any::<f64>()) {
        let text = Value::Number(number).to_text().into_owned();
        let back = Value::from(text).to_number();
        let close = (back - number).abs() <= number.abs() * 1e-14 || number.is_nan() || number.is_infinite();
        prop_assert!(close || (back.is_infinite() && number.abs() > 1e308), "{} {}", number, back);
    }
}
