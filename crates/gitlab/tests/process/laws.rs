//! What holds for every pipeline, whatever becomes of its jobs.

use std::collections::HashSet;

use proptest::prelude::*;
use windlass_gitlab_syntax::pipeline::{AllowFailure, Job, Need, Retry, When};
use windlass_kernel::OperationKind;

use super::*;

/// One job: its stage, the earlier jobs it needs, when it runs, whether its failure counts, how
/// often it is tried again.
type Draft = (usize, Option<Vec<usize>>, When, bool, u32);

fn draft() -> impl Strategy<Value = Draft> {
    let when = prop::sample::select(vec![
        When::OnSuccess,
        When::OnSuccess,
        When::OnFailure,
        When::Always,
        When::Manual,
        When::Delayed,
    ]);
    let needs = prop::option::of(prop::collection::vec(0usize..12, 0..3));
    (0usize..4, needs, when, any::<bool>(), 0u32..2)
}

fn pipeline_of(mut drafts: Vec<Draft>) -> Pipeline {
    drafts.sort_by_key(|draft| draft.0);
    let name = |index: usize| format!("job{index}");
    let jobs = drafts.into_iter().enumerate().map(|(index, (stage, needs, when, allowed, max))| {
        let needs = needs.map(|needs| {
            let earlier = needs.into_iter().filter(|need| *need < index);
            let need = |need| Need::Job { job: name(need), artifacts: true, optional: false };
            earlier.map(need).collect()
        });
        let allow_failure = if allowed { AllowFailure::Yes } else { AllowFailure::No };
        let retry = Retry { max, ..Retry::default() };
        let (stage, name) = (format!("stage{stage}"), name(index));
        (name.clone(), Job { name, stage, needs, when, allow_failure, retry, ..Job::default() })
    });
    Pipeline {
        stages: (0..4).map(|stage| format!("stage{stage}")).collect(),
        jobs: jobs.collect(),
        ..Pipeline::default()
    }
}

/// What becomes of an operation, by a number.
fn answer(operation: &Operation, chance: u8) -> OperationResult {
    match operation.kind() {
        OperationKind::Gate => OperationResult::Decided(GateDecision {
            approved: chance.is_multiple_of(2),
            by: Actor::Person("ann".into()),
            values: IndexMap::new(),
        }),
        OperationKind::Sleep => OperationResult::Elapsed,
        _ if chance.is_multiple_of(7) => OperationResult::Lost { reason: "gone".into() },
        _ => {
            let status = if chance.is_multiple_of(3) { Status::Failed } else { Status::Succeeded };
            OperationResult::Job(JobReport::default().into_result(status))
        }
    }
}

proptest! {
    // Each fact is replayed with all before it.
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Every pipeline comes to an end, every node of it once, also when it is cancelled on the way.
    #[test]
    fn every_pipeline_ends(
        drafts in prop::collection::vec(draft(), 0..12),
        chances in prop::collection::vec(any::<u8>(), 64),
        cancel_after in prop::option::of(0usize..12),
    ) {
        let inputs =
            GitlabRunInputs { pipeline: pipeline_of(drafts), ..GitlabRunInputs::default() };
        let mut bench = Bench::from_inputs(inputs);
        for step in 0.. {
            if cancel_after == Some(step) && !bench.ends.contains_key("") {
                let by = Actor::Person("ann".into());
                bench.tell(Fact::CancelRequested { node: NodeId::run(), by });
            }
            let chance = chances[step % chances.len()];
            let open: Vec<OperationId> = bench.open.keys().copied().collect();
            let Some(id) = open.get(usize::from(chance) % open.len().max(1)) else { break };
            let (_, operation) = bench.open.remove(id).expect("it is open");
            let is_cancelled = bench.cancels.contains(id);
            let result = match is_cancelled && chance.is_multiple_of(2) {
                true => OperationResult::Cancelled,
                false => answer(&operation, chance),
            };
            bench.tell(Fact::Settled { id: *id, result });
        }
        let declared: HashSet<String> = bench
            .answers
            .iter()
            .flatten()
            .filter_map(|command| match command {
                Command::Declare(node) => Some(node.id.to_string()),
                _ => None,
            })
            .collect();
        let ended: HashSet<String> = bench.ends.keys().cloned().collect();
        prop_assert_eq!(declared, ended);
    }
}
