//! Turns in resource groups: who waits for whom, in this run and among all runs of the project.
//!
//! Where a group goes by the age of pipelines, a job takes a place in it as soon as its pipeline is
//! there, so that others wait for it although its own turn has not come.
//!
//! Source: "Resource group", sections "Process modes" and "Pipeline-level concurrency control with
//! cross-project/parent-child pipelines".

use std::collections::HashSet;

use windlass_kernel::{
    CancelReason, Command, LockOrder, LockSpec, Operation, OperationId, OperationResult,
};

use super::{
    Purpose, Run,
    graph::{JobKey, PipelineState},
    tally::End,
};

/// The resource group of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Group {
    /// Its name, as the configuration has it.
    pub name: String,
    /// The name that no other group on this machine's project has.
    key: String,
    order: LockOrder,
}

impl Run {
    /// Finds the groups of a new pipeline's jobs, and takes places for those that will want a turn.
    pub(super) fn join_groups(&mut self, pipeline: usize) {
        for job in 0..self.pipelines[pipeline].jobs.len() {
            let key = JobKey { pipeline, job };
            let Some(group) = self.group_of(key).filter(|_| self.job(key).is_wanted) else {
                continue;
            };
            if group.order.heeds_upcoming() {
                let lock = LockSpec { is_upcoming: true, ..lock(&group, pipeline) };
                let id = self.command(key, Operation::Lock(lock), Purpose::Place);
                self.job_mut(key).place = Some(id);
            }
            self.job_mut(key).group = Some(group);
        }
    }

    fn group_of(&self, key: JobKey) -> Option<Group> {
        let pipeline = &self.pipelines[key.pipeline];
        let group = pipeline.definition(key.job).resource_group.as_ref()?;
        let name = self.levels(key).merged().expand(group);
        // A group belongs to a project.
        let (prefix, order) = match &pipeline.context.project {
            Some(project) => (format!("{}/", project.path), LockOrder::FirstCome),
            None => {
                let mode = self.resource_groups.get(&name).copied().unwrap_or_default();
                (String::new(), mode.order())
            }
        };
        let key = format!("resource_group/{prefix}{name}");
        (!name.is_empty()).then_some(Group { name, key, order })
    }

    /// Waits for the turn in the job's resource group, where it has one.
    pub(super) fn take_turn(&mut self, key: JobKey) {
        let Some(group) = self.job(key).group.clone() else { return self.start_job(key) };
        if let Some(reason) = self.deadlock(key, &group) {
            return self.end_job(key, End::Failed, Some(reason));
        }
        self.begin(key, Operation::Lock(lock(&group, key.pipeline)), Purpose::Lock);
        self.give_up_place(key);
    }

    pub(super) fn lock_settled(&mut self, key: JobKey, id: OperationId, result: &OperationResult) {
        match result {
            OperationResult::Locked => {
                self.job_mut(key).lock = Some(id);
                if let Some(reason) = self.pipelines[key.pipeline].stopped.clone() {
                    return self.end_job(key, End::Canceled, Some(reason));
                }
                self.start_job(key);
            }
            other => self.could_not_wait(key, other),
        }
    }

    /// Others need not wait for the job any more.
    pub(super) fn give_up_place(&mut self, key: JobKey) {
        if let Some(id) = self.job_mut(key).place.take() {
            self.commands.push(Command::Cancel { id, reason: CancelReason::Superseded });
        }
    }

    /// Gives the turn back.
    pub(super) fn release_turn(&mut self, key: JobKey) {
        if let Some(id) = self.job_mut(key).lock.take() {
            self.commands.push(Command::Release { id });
        }
    }

    /// Why the turn would never come: a pipeline above waits for this one, and has the turn or comes
    /// first. GitLab's page tells of it; there both would wait until somebody cancels them.
    fn deadlock(&self, key: JobKey, group: &Group) -> Option<String> {
        let mut below = &self.pipelines[key.pipeline];
        while let Some(bridge) = below.bridge {
            let above = &self.pipelines[bridge.pipeline];
            let blocks = |job: &usize| {
                let state = &above.jobs[*job];
                let has_turn = *job == bridge.job && state.lock.is_some();
                let comes_first = group.order == LockOrder::Oldest
                    && state.place.is_some()
                    && depends_on(above, *job, bridge.job);
                state.group.as_ref() == Some(group) && (has_turn || comes_first)
            };
            let is_waited_for = self.is_waited_for(bridge);
            if let Some(job) = (0..above.jobs.len()).find(|job| is_waited_for && blocks(job)) {
                return Some(format!(
                    "its turn in the resource group '{}' would never come: '{}' of the pipeline \
                     above comes first, and that waits for this pipeline; put `resource_group` on \
                     the trigger job alone",
                    group.name,
                    above.name(job),
                ));
            }
            below = above;
        }
        None
    }
}

/// Whether a job has to wait for the end of another one of its pipeline.
fn depends_on(pipeline: &PipelineState, job: usize, other: usize) -> bool {
    let mut seen = HashSet::from([job]);
    let mut open = vec![job];
    while let Some(job) = open.pop() {
        if pipeline.definition(job).needs.is_none() {
            if pipeline.jobs[job].stage > pipeline.jobs[other].stage {
                return true;
            }
            continue;
        }
        for need in pipeline.needed(job) {
            if need == other {
                return true;
            }
            if seen.insert(need) {
                open.push(need);
            }
        }
    }
    false
}

fn lock(group: &Group, pipeline: usize) -> LockSpec {
    LockSpec {
        group: group.key.clone(),
        queue_all: true,
        order: group.order,
        part: u32::try_from(pipeline).unwrap_or(u32::MAX),
        ..LockSpec::default()
    }
}
