//! `parallel`: one job of the configuration that becomes several of the pipeline.
//!
//! Source: "CI/CD YAML syntax reference", sections `parallel` and `parallel:matrix`.

use indexmap::IndexMap;

use super::Creation;
use crate::configuration::ConfiguredJob;
use crate::pipeline::ParallelInstance;
use crate::problem::ProblemKind;
use crate::value::{Mapping, Value};

/// Most jobs that one job may become.
const MOST_INSTANCES: usize = 200;

/// The combinations of one matrix, in the order in which they are numbered.
type Combination = IndexMap<String, String>;

impl Creation<'_> {
    /// What a job becomes: one `None` for a job that is not parallel.
    pub(super) fn instances_of(
        &mut self,
        name: &str,
        configured: &ConfiguredJob,
    ) -> Vec<Option<ParallelInstance>> {
        match instances(name, &configured.value) {
            Ok(instances) => instances,
            Err(cause) => {
                let place = configured.value.get("parallel").map_or(configured.key, |it| it.span);
                self.refuse(place, ProblemKind::Matrix { cause });
                vec![None]
            }
        }
    }
}

/// What a job becomes: one `None` for a job that is not parallel.
///
/// # Errors
/// Why it cannot be multiplied, as a sentence.
pub(crate) fn instances(name: &str, job: &Value) -> Result<Vec<Option<ParallelInstance>>, String> {
    let Some(parallel) = job.get("parallel") else { return Ok(vec![None]) };
    if let Some(total) = parallel.as_integer() {
        let total = usize::try_from(total).unwrap_or_default().min(MOST_INSTANCES);
        return Ok(numbered(name, vec![Combination::new(); total]));
    }
    let Some(matrix) = parallel.get("matrix") else { return Ok(vec![None]) };
    let combinations = combinations(matrix, MOST_INSTANCES).ok_or_else(|| {
        format!("the matrix of `{name}` has more than {MOST_INSTANCES} combinations")
    })?;
    if combinations.is_empty() {
        return Err(format!("the matrix of `{name}` has no combinations"));
    }
    Ok(numbered(name, combinations))
}

fn numbered(name: &str, combinations: Vec<Combination>) -> Vec<Option<ParallelInstance>> {
    let total = u32::try_from(combinations.len()).unwrap_or(u32::MAX);
    let instance =
        |(index, matrix)| Some(ParallelInstance { of: name.to_owned(), index, total, matrix });
    (1..).zip(combinations).map(instance).collect()
}

/// All combinations of a matrix; `None` if there are more than `most`.
pub(super) fn combinations(matrix: &Value, most: usize) -> Option<Vec<Combination>> {
    let mut found = Vec::new();
    for mapping in matrix.flattened().into_iter().filter_map(Value::as_mapping) {
        found.extend(products(mapping, most)?);
        if found.len() > most {
            return None;
        }
    }
    Some(found)
}

/// How many combinations there are, or as many as are allowed if there are more.
pub(crate) fn count(parallel: &Value) -> usize {
    let combinations = parallel.get("matrix").map(|matrix| combinations(matrix, MOST_INSTANCES));
    combinations.map_or(1, |found| found.map_or(MOST_INSTANCES, |found| found.len()))
}

/// Every value of each variable with every value of the others, the last variable the fastest.
fn products(mapping: &Mapping, most: usize) -> Option<Vec<Combination>> {
    let mut products = vec![Combination::new()];
    for (variable, values) in mapping.iter() {
        let values = values.texts();
        if products.len().saturating_mul(values.len()) > most {
            return None;
        }
        let with = |product: &Combination| {
            let product = product.clone();
            let variable = variable.to_owned();
            values.clone().into_iter().map(move |value| {
                let mut longer = product.clone();
                longer.insert(variable.clone(), value);
                longer
            })
        };
        products = products.iter().flat_map(with).collect();
    }
    products.retain(|product| !product.is_empty());
    Some(products)
}

/// The name of an instance.
pub(super) fn instance_name(instance: &ParallelInstance) -> String {
    let ParallelInstance { of, index, total, matrix } = instance;
    if matrix.is_empty() {
        return format!("{of} {index}/{total}");
    }
    let values: Vec<&str> = matrix.values().map(String::as_str).collect();
    format!("{of}: [{}]", values.join(", "))
}
