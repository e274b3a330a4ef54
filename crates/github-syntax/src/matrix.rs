//! `strategy.matrix`, once evaluated, to the jobs it stands for.
//!
//! Follows the page "Workflow syntax for GitHub Actions", section `jobs.<job_id>.strategy`, and
//! "Run job variations in a workflow"; names of jobs as actions/runner builds them. A pure
//! function of the matrix' value: evaluating the expressions in it is the process' business.

use crate::expression::{Kind, Object, Value};

/// Most jobs that one matrix may stand for in one run.
pub const MAXIMUM_COMBINATIONS: usize = 256;

/// Most combinations of the axes that are looked at before `exclude` has taken some out.
const MAXIMUM_PRODUCT: usize = 100_000;

/// Longest name of a job, in UTF-16 code units; a longer one is cut and ends in `...`.
const MAXIMUM_NAME_LENGTH: usize = 100;

/// One job of a matrix.
#[derive(Debug, Clone, PartialEq)]
pub struct MatrixCombination {
    values: Object,
    name_segments: Vec<String>,
}

/// Why a value is no matrix.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MatrixError {
    /// The matrix itself is no mapping.
    #[error("a matrix is a mapping of names to lists of values, but this is {0}")]
    NotAMapping(Kind),
    /// An axis is no list.
    #[error("matrix axis `{name}` must be a list of values, but is {kind}")]
    AxisNotAList {
        /// The axis.
        name: String,
        /// What it is instead.
        kind: Kind,
    },
    /// An axis has no values, which would leave no job.
    #[error("matrix axis `{name}` has no values")]
    EmptyAxis {
        /// The axis.
        name: String,
    },
    /// Neither an axis nor an `include`.
    #[error("the matrix has neither a list of values nor an `include`")]
    NoAxis,
    /// `include` or `exclude` is no list.
    #[error("`{key}` of a matrix must be a list of mappings, but is {kind}")]
    NotAList {
        /// `include` or `exclude`.
        key: &'static str,
        /// What it is instead.
        kind: Kind,
    },
    /// An entry of `include` or `exclude` is no mapping or an empty one.
    #[error("entry {position} of the matrix' `{key}` must be a mapping with at least one key")]
    BadEntry {
        /// `include` or `exclude`.
        key: &'static str,
        /// From 1.
        position: usize,
    },
    /// `exclude` names what is no axis, so that it would take nothing out.
    #[error("`exclude` names `{name}`, which is no axis of the matrix")]
    UnknownAxisExcluded {
        /// The name.
        name: String,
    },
    /// More jobs than GitHub runs for one matrix.
    #[error(
        "the matrix stands for {combinations} jobs; at most {limit} are allowed",
        limit = MAXIMUM_COMBINATIONS
    )]
    TooManyCombinations {
        /// How many, `exclude` and `include` considered; where the axes alone give more than
        /// 100,000, how many these give.
        combinations: usize,
    },
}

impl MatrixCombination {
    /// The `matrix` context: the axes in order, then what `include` adds.
    #[must_use]
    pub fn values(&self) -> &Object {
        &self.values
    }

    /// What is put behind the job's name in parentheses: the scalar values, nested ones too, of
    /// the axes, or of the whole entry where `include` alone makes the job. Empty ones, and what
    /// `include` adds to a combination, are left out.
    #[must_use]
    pub fn name_suffix(&self) -> Option<String> {
        if self.name_segments.is_empty() {
            return None;
        }
        Some(format!("({})", self.name_segments.join(", ")))
    }

    /// The name of this job, for a job whose `name` does not mention the matrix.
    #[must_use]
    pub fn job_name(&self, name: &str) -> String {
        match self.name_suffix() {
            Some(suffix) => shortened(format!("{name} {suffix}")),
            None => shortened(name.to_owned()),
        }
    }
}

fn shortened(name: String) -> String {
    if name.encode_utf16().count() <= MAXIMUM_NAME_LENGTH {
        return name;
    }
    let mut left = MAXIMUM_NAME_LENGTH - 3;
    let fits = |character: &char| match left.checked_sub(character.len_utf16()) {
        Some(rest) => {
            left = rest;
            true
        }
        None => false,
    };
    let mut short: String = name.chars().take_while(fits).collect();
    short.push_str("...");
    short
}

/// The `strategy` context of one job.
///
/// `index` counts from 0; without `max_parallel` as many jobs may run at once as there are.
#[must_use]
pub fn strategy_context(
    index: usize,
    total: usize,
    fail_fast: bool,
    max_parallel: Option<usize>,
) -> Object {
    let number = |number: usize| Value::from(u32::try_from(number).unwrap_or(u32::MAX));
    [
        ("fail-fast", Value::Boolean(fail_fast)),
        ("job-index", number(index)),
        ("job-total", number(total)),
        ("max-parallel", number(max_parallel.unwrap_or(total))),
    ]
    .into_iter()
    .collect()
}

/// The jobs of an evaluated matrix, the first axis varying slowest, then what `include` adds as
/// jobs of their own. None at all where `exclude` takes everything out.
///
/// # Errors
/// The value is no matrix, or stands for more jobs than [`MAXIMUM_COMBINATIONS`].
pub fn expand(matrix: &Value) -> Result<Vec<MatrixCombination>, MatrixError> {
    let matrix = matrix.as_object().ok_or_else(|| MatrixError::NotAMapping(matrix.kind()))?;
    let axes = axes(matrix)?;
    let includes = entries(matrix, "include")?;
    let excludes = entries(matrix, "exclude")?;
    if axes.is_empty() && includes.is_empty() {
        return Err(MatrixError::NoAxis);
    }
    let is_axis = |name: &str| axes.iter().any(|(axis, _)| axis.eq_ignore_ascii_case(name));
    for name in excludes.iter().flat_map(|exclude| exclude.names()) {
        if !is_axis(name) {
            return Err(MatrixError::UnknownAxisExcluded { name: name.to_owned() });
        }
    }
    let includes: Vec<Include<'_>> =
        includes.into_iter().map(|entry| Include::split(entry, is_axis)).collect();
    let mut used = vec![false; includes.len()];
    let mut found = Found::default();
    for product in 0..product_size(&axes)? {
        let values = combination(&axes, product);
        if excludes.iter().any(|exclude| agrees(exclude, &values)) {
            continue;
        }
        let extra = extra_values(&includes, &mut used, &values);
        found.add(values, extra);
    }
    for (include, used) in includes.iter().zip(used) {
        if !used {
            found.add(
                include.filter.iter().chain(&include.extra).map(owned).collect(),
                Object::new(),
            );
        }
    }
    if found.count > MAXIMUM_COMBINATIONS {
        return Err(MatrixError::TooManyCombinations { combinations: found.count });
    }
    Ok(found.combinations)
}

type Axis<'m> = (&'m str, &'m [Value]);

fn axes(matrix: &Object) -> Result<Vec<Axis<'_>>, MatrixError> {
    let mut axes = Vec::new();
    for (name, value) in matrix.iter().filter(|(name, _)| !matches!(*name, "include" | "exclude")) {
        let Some(values) = value.as_array() else {
            return Err(MatrixError::AxisNotAList { name: name.to_owned(), kind: value.kind() });
        };
        if values.is_empty() {
            return Err(MatrixError::EmptyAxis { name: name.to_owned() });
        }
        axes.push((name, values));
    }
    Ok(axes)
}

/// The mappings of `include` or `exclude`; null is the same as leaving it out.
fn entries<'m>(matrix: &'m Object, key: &'static str) -> Result<Vec<&'m Object>, MatrixError> {
    let list = match matrix.get(key) {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(list)) => list,
        Some(other) => return Err(MatrixError::NotAList { key, kind: other.kind() }),
    };
    let entry = |(place, entry): (usize, &'m Value)| match entry.as_object() {
        Some(object) if !object.is_empty() => Ok(object),
        _ => Err(MatrixError::BadEntry { key, position: place + 1 }),
    };
    list.iter().enumerate().map(entry).collect()
}

/// How many combinations the axes have; none without axes.
fn product_size(axes: &[Axis<'_>]) -> Result<usize, MatrixError> {
    if axes.is_empty() {
        return Ok(0);
    }
    let size = axes.iter().fold(1_usize, |size, (_, values)| size.saturating_mul(values.len()));
    if size > MAXIMUM_PRODUCT {
        return Err(MatrixError::TooManyCombinations { combinations: size });
    }
    Ok(size)
}

/// The combination of this number; the last axis varies fastest.
fn combination(axes: &[Axis<'_>], number: usize) -> Object {
    let mut rest = number;
    let mut chosen: Vec<(&str, Value)> = Vec::with_capacity(axes.len());
    for (name, values) in axes.iter().rev() {
        chosen.push((name, values[rest % values.len()].clone()));
        rest /= values.len();
    }
    chosen.into_iter().rev().collect()
}

/// An entry of `include`: what must agree with a combination, and what is then added to it.
struct Include<'m> {
    filter: Vec<(&'m str, &'m Value)>,
    extra: Vec<(&'m str, &'m Value)>,
}

impl<'m> Include<'m> {
    fn split(entry: &'m Object, is_axis: impl Fn(&str) -> bool) -> Self {
        let (filter, extra) = entry.iter().partition(|(name, _)| is_axis(name));
        Self { filter, extra }
    }
}

/// What all entries of `include` that agree add; a later one wins.
fn extra_values(includes: &[Include<'_>], used: &mut [bool], values: &Object) -> Object {
    let mut extra = Object::new();
    for (include, used) in includes.iter().zip(used) {
        if include.filter.iter().all(|(name, wanted)| value_agrees(wanted, values.get(name))) {
            *used = true;
            extra.extend(include.extra.iter().map(owned));
        }
    }
    extra
}

fn owned<'m>((name, value): &(&'m str, &'m Value)) -> (&'m str, Value) {
    (name, (*value).clone())
}

/// Whether all that the filter names is so in the values.
fn agrees(filter: &Object, values: &Object) -> bool {
    filter.iter().all(|(name, wanted)| value_agrees(wanted, values.get(name)))
}

/// Whether all scalars in the wanted value are so, by the `==` of expressions; what is missing
/// counts as null, what else there is does not matter.
fn value_agrees(wanted: &Value, actual: Option<&Value>) -> bool {
    match wanted {
        Value::Object(object) => object.iter().all(|(name, part)| {
            value_agrees(part, actual.and_then(Value::as_object).and_then(|has| has.get(name)))
        }),
        Value::Array(items) => items.iter().enumerate().all(|(place, part)| {
            value_agrees(part, actual.and_then(Value::as_array).and_then(|has| has.get(place)))
        }),
        scalar => actual.unwrap_or(&Value::Null).loosely_equals(scalar),
    }
}

/// The jobs so far; beyond the limit they are only counted.
#[derive(Default)]
struct Found {
    combinations: Vec<MatrixCombination>,
    count: usize,
}

impl Found {
    fn add(&mut self, mut values: Object, extra: Object) {
        self.count += 1;
        if self.count > MAXIMUM_COMBINATIONS {
            return;
        }
        let mut name_segments = Vec::new();
        for value in values.values() {
            collect_scalars(value, &mut name_segments);
        }
        values.extend(extra.iter().map(|(name, value)| (name.to_owned(), value.clone())));
        self.combinations.push(MatrixCombination { values, name_segments });
    }
}

fn collect_scalars(value: &Value, segments: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect_scalars(item, segments)),
        Value::Object(object) => object.values().for_each(|item| collect_scalars(item, segments)),
        scalar => {
            let text = scalar.to_text();
            if !text.is_empty() {
                segments.push(text.into_owned());
            }
        }
    }
}

#[cfg(test)]
mod tests;
