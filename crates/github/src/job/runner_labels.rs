//! Whether this machine is what `runs-on` asks for.
//!
//! On a laptop there is one runner. A label of another system is worth a warning, since scripts
//! may behave otherwise here; with `--strict-labels` a label that this machine does not have
//! refuses the job, as a forge would leave it in the queue. Source: GitHub Docs, "Choosing the
//! runner for a job".

use super::environment::{runner_arch, runner_os};

/// Systems by the beginning of a hosted label.
const HOSTED: &[(&str, &str)] =
    &[("ubuntu", "Linux"), ("linux", "Linux"), ("macos", "macOS"), ("windows", "Windows")];

/// What a label means for this machine.
enum Fit {
    Here,
    /// The machine is of this other system.
    Elsewhere(&'static str),
    /// A label that only a runner set up for it has.
    Unknown,
}

/// A warning for a job that is run here although it asks for another system.
pub(crate) fn warning(labels: &[String]) -> Option<String> {
    labels.iter().find_map(|label| match fit(label) {
        Fit::Elsewhere(system) => Some(format!(
            "This job asks for '{label}' ({system}); it runs on this machine ({}).",
            runner_os()
        )),
        Fit::Here | Fit::Unknown => None,
    })
}

/// Why a job is refused when labels are taken strictly.
pub(crate) fn refusal(labels: &[String]) -> Option<String> {
    let label = labels.iter().find(|label| !matches!(fit(label), Fit::Here))?;
    Some(format!(
        "This machine ({}, {}) does not have the label '{label}' that `runs-on` asks for. Without \
         --strict-labels the job runs here all the same.",
        runner_os(),
        runner_arch()
    ))
}

fn fit(label: &str) -> Fit {
    let label = label.to_ascii_lowercase();
    if label == "self-hosted" || label == runner_arch().to_ascii_lowercase() {
        return Fit::Here;
    }
    match HOSTED.iter().find(|(name, _)| label.starts_with(name)) {
        Some((_, system)) if *system == runner_os() => Fit::Here,
        Some((_, system)) => Fit::Elsewhere(system),
        None => Fit::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(label: &str) -> Vec<String> {
        vec!["self-hosted".to_owned(), label.to_owned()]
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn another_system_is_warned_of_and_refused_when_strict() {
        assert_eq!(warning(&labels("ubuntu-latest")), None);
        assert_eq!(refusal(&labels("ubuntu-22.04")), None);
        let warned = warning(&labels("macos-14")).unwrap();
        assert_eq!(
            warned,
            "This job asks for 'macos-14' (macOS); it runs on this machine (Linux)."
        );
        assert!(refusal(&labels("Windows-latest")).unwrap().contains("'Windows-latest'"));
    }

    #[test]
    fn a_label_of_ones_own_matters_only_when_strict() {
        assert_eq!(warning(&labels("gpu")), None);
        assert!(refusal(&labels("gpu")).is_some());
    }
}
