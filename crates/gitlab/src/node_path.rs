//! Names of stages and jobs in the paths of nodes, whose parts are divided by `/`.

/// A name as one part of a path.
#[must_use]
pub fn part_of(name: &str) -> String {
    name.replace('%', "%25").replace('/', "%2F")
}

/// The name of the job of a node: the last part of its path.
#[must_use]
pub fn job_name(node: &str) -> String {
    let part = node.rsplit('/').next().unwrap_or(node);
    part.replace("%2F", "/").replace("%25", "%")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_found_again_by_its_path() {
        for name in ["build", "test 1/3", "100%/2F", "%2F"] {
            assert_eq!(job_name(&format!("stage/{}", part_of(name))), name);
        }
    }
}
