//! What a run left for others, told after its last line.

use windlass_kernel::RunId;
use windlass_reporting::Surface;
use windlass_store::Store;

use crate::commands::{completions::one_line, sizes};

/// Tells which artifacts a run left.
pub async fn tell(store: &Store, run: RunId, surface: &dyn Surface) {
    // A history that cannot be read has been told of before.
    let Ok(mut artifacts) = store.artifacts(run).await else { return };
    // What jobs of GitLab leave, their logs tell.
    artifacts.retain(|artifact| artifact.run == run && artifact.node.is_empty());
    if artifacts.is_empty() {
        return;
    }
    artifacts.reverse();
    let names: Vec<String> = artifacts
        .iter()
        .map(|artifact| format!("{} ({})", one_line(&artifact.name), sizes::shown(artifact.size)))
        .collect();
    let text =
        format!("Artifacts: {}; `windlass artifacts get NAME` unpacks one", names.join(", "));
    surface.message(&text);
}
