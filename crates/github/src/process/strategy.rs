//! `strategy`: the combinations of a job's matrix, and how they run beside each other.
//!
//! Source: GitHub Docs, "Workflow syntax", `jobs.<job_id>.strategy`.

use windlass_github_syntax::{
    expression::{Object, Value},
    matrix,
    workflow::Strategy,
};

use super::scope::JobScope;

/// How a job runs.
pub(super) struct Plan {
    pub combinations: Vec<Combination>,
    pub fail_fast: bool,
    /// At most this many at once, where the workflow says so.
    pub max_parallel: Option<usize>,
}

/// One leg to be.
pub(super) struct Combination {
    /// Its place in the whole matrix; stable under a selection.
    pub index: usize,
    /// The `matrix` context.
    pub matrix: Value,
    /// The `strategy` context.
    pub strategy: Value,
    /// `(a, b)`, to put behind the job's name.
    pub suffix: Option<String>,
}

impl Plan {
    /// A job without a strategy.
    pub fn single() -> Self {
        let strategy = matrix::strategy_context(0, 1, true, None).into();
        let only = Combination { index: 0, matrix: Value::Null, strategy, suffix: None };
        Plan { combinations: vec![only], fail_fast: true, max_parallel: None }
    }
}

/// Evaluates a strategy.
pub(super) fn plan(
    strategy: &Strategy,
    scope: &JobScope,
    wanted: &[(String, String)],
) -> Result<Plan, String> {
    let value = strategy.template.evaluate(scope).map_err(|error| error.to_string())?;
    let fail_fast = match value.property("fail-fast") {
        Value::Null => true,
        value => value.is_truthy(),
    };
    let max_parallel = max_parallel(&value)?;
    let all = match value.property("matrix") {
        Value::Null => vec![(Value::Null, None)],
        matrix => combinations(&matrix)?,
    };
    let total = all.len();
    let legs = all.into_iter().enumerate().map(|(index, (matrix, suffix))| Combination {
        index,
        suffix,
        strategy: matrix::strategy_context(index, total, fail_fast, max_parallel).into(),
        matrix,
    });
    let combinations = legs.filter(|leg| is_wanted(&leg.matrix, wanted)).collect();
    Ok(Plan { combinations, fail_fast, max_parallel })
}

fn combinations(value: &Value) -> Result<Vec<(Value, Option<String>)>, String> {
    let combinations = matrix::expand(value).map_err(|error| error.to_string())?;
    let legs = combinations.into_iter();
    Ok(legs.map(|leg| (Value::Object(leg.values().clone().into()), leg.name_suffix())).collect())
}

fn max_parallel(strategy: &Value) -> Result<Option<usize>, String> {
    match strategy.property("max-parallel") {
        Value::Null => Ok(None),
        value => {
            let number = value.to_number();
            if number >= 1.0 {
                // Larger than any matrix is as good as no limit.
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                return Ok(Some(number.min(1e6) as usize));
            }
            Err(format!("max-parallel is '{}', but has to be 1 or more", value.to_text()))
        }
    }
}

/// Whether a combination is wanted: for each key one of the values that are wanted of it.
fn is_wanted(matrix: &Value, wanted: &[(String, String)]) -> bool {
    let empty = Object::new();
    let values = matrix.as_object().unwrap_or(&empty);
    wanted.iter().all(|(key, _)| {
        let is_found = |found: &Value| {
            let mut of_key = wanted.iter().filter(|(other, _)| other == key);
            of_key.any(|(_, value)| found.to_text().eq_ignore_ascii_case(value))
        };
        // A matrix without the key is of another job, which the wish does not speak of.
        values.get(key).is_none_or(is_found)
    })
}
