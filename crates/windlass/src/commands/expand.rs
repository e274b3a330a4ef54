//! `windlass expand`: the configuration of a GitLab pipeline with everything put in place.

use crate::{
    arguments::{ColorChoice, Expand},
    commands::completions::print,
    exit::{Exit, Outcome},
    gitlab,
    run::project::{self, Opened},
};

/// Prints the merged configuration; what is wrong with it goes to standard error.
pub async fn expand(arguments: Expand, color: ColorChoice) -> Outcome {
    let wanted = arguments.pipeline;
    let project = project::discover()?;
    if wanted.file.is_none() {
        project::choose_dialect(&project, Some("gitlab"), false)?;
    }
    let opened = Opened::new(project, wanted.reference.as_deref())?;
    let compiled = gitlab::compile(&opened, &wanted, &gitlab::settled(&opened)?).await?;
    gitlab::tell(&compiled, color)?;
    match &compiled.configuration {
        Some(configuration) if !compiled.has_errors() => print(configuration.to_yaml().as_bytes()),
        _ => Ok(Exit::Refused),
    }
}
