//! `needs`: unknown jobs, circles, and whether any job can start.
//!
//! Works on numbers instead of names and walks without recursion, so that a chain of thousands of
//! jobs costs what its length is.

use std::collections::{HashMap, HashSet, VecDeque};

use indexmap::IndexMap;
use windlass_diagnostics::Span;

use super::Converter;
use crate::problem::{Problem, ProblemKind};
use crate::reader::suggestion;
use crate::workflow::Job;

impl Converter<'_> {
    pub(super) fn check_needs(&mut self, jobs: &IndexMap<String, Job>, span: Span) {
        let numbers: HashMap<String, usize> =
            jobs.keys().enumerate().map(|(number, id)| (id.to_ascii_lowercase(), number)).collect();
        let mut edges: Vec<Vec<usize>> = Vec::with_capacity(jobs.len());
        for job in jobs.values() {
            let mut needed = Vec::with_capacity(job.needs.len());
            for need in &job.needs {
                if let Some(number) = numbers.get(&need.value.to_ascii_lowercase()) {
                    needed.push(*number);
                    continue;
                }
                let known = jobs.keys().filter(|id| **id != job.id.value).map(String::as_str);
                let kind = ProblemKind::UnknownNeed {
                    job: job.id.value.clone(),
                    need: need.value.clone(),
                    suggestion: suggestion::nearest(&need.value, known),
                };
                self.problem(need.span, kind);
            }
            edges.push(needed);
        }
        let groups = circles(&edges);
        let mut told = HashSet::new();
        for (number, job) in jobs.values().enumerate() {
            for need in &job.needs {
                let Some(needed) = numbers.get(&need.value.to_ascii_lowercase()) else { continue };
                if *needed != number && groups[*needed] != groups[number] {
                    continue;
                }
                let mut circle = Vec::new();
                if told.insert(groups[number]) {
                    let id = |number: usize| jobs.get_index(number).map(|(id, _)| id.clone());
                    let numbers = around(number, *needed, &edges, &groups);
                    circle = numbers.into_iter().filter_map(id).collect();
                }
                let focus = (!circle.is_empty()).then_some(job.id.span);
                let (id, need_id) = (job.id.value.clone(), need.value.clone());
                let kind = ProblemKind::NeedsCycle { job: id, need: need_id, circle };
                self.problems.push(Problem { span: need.span, focus, kind });
            }
        }
        if jobs.values().all(|job| !job.needs.is_empty()) {
            self.problem(span, ProblemKind::NoStartingJob);
        }
    }
}

/// A shortest way from a job over one of its needs back to itself; all of them share a group.
fn around(job: usize, need: usize, edges: &[Vec<usize>], groups: &[usize]) -> Vec<usize> {
    let mut came_from = HashMap::from([(need, job)]);
    let mut queue = VecDeque::from([need]);
    while let Some(node) = queue.pop_front() {
        if node == job {
            break;
        }
        for target in edges[node].iter().filter(|target| groups[**target] == groups[job]) {
            came_from.entry(*target).or_insert_with(|| {
                queue.push_back(*target);
                node
            });
        }
    }
    let mut circle = vec![job];
    let mut at = job;
    while let Some(before) = came_from.get(&at) {
        circle.push(*before);
        at = *before;
        if at == job {
            break;
        }
    }
    circle.reverse();
    circle
}

/// Numbers the strongly connected components (Tarjan's algorithm with a stack of its own): two
/// jobs have the same number when each needs the other, directly or not.
fn circles(edges: &[Vec<usize>]) -> Vec<usize> {
    const UNSEEN: usize = usize::MAX;
    let count = edges.len();
    let mut order = vec![UNSEEN; count];
    let mut lowest = vec![0; count];
    let mut group = vec![UNSEEN; count];
    let (mut next, mut groups) = (0, 0);
    let mut path = Vec::new();
    for root in 0..count {
        if order[root] != UNSEEN {
            continue;
        }
        let mut work = vec![(root, 0)];
        while let Some((node, edge)) = work.pop() {
            if edge == 0 {
                order[node] = next;
                lowest[node] = next;
                next += 1;
                path.push(node);
            }
            if let Some(&target) = edges[node].get(edge) {
                work.push((node, edge + 1));
                if order[target] == UNSEEN {
                    work.push((target, 0));
                } else if group[target] == UNSEEN {
                    lowest[node] = lowest[node].min(order[target]);
                }
                continue;
            }
            if lowest[node] == order[node] {
                while let Some(member) = path.pop() {
                    group[member] = groups;
                    if member == node {
                        break;
                    }
                }
                groups += 1;
            }
            if let Some((parent, _)) = work.last() {
                lowest[*parent] = lowest[*parent].min(lowest[node]);
            }
        }
    }
    group
}

#[cfg(test)]
mod tests {
    use super::circles;

    #[test]
    fn only_jobs_in_a_circle_share_a_group() {
        // 0 → 1 → 2 → 1, 3 → 2, 4 alone.
        let groups = circles(&[vec![1], vec![2], vec![1], vec![2], vec![]]);
        assert_eq!(groups[1], groups[2]);
        for (left, right) in [(0, 1), (3, 2), (4, 0), (0, 3)] {
            assert_ne!(groups[left], groups[right], "{left} and {right}");
        }
    }

    #[test]
    fn a_long_chain_needs_no_deep_stack() {
        let edges: Vec<Vec<usize>> =
            (0..200_000_usize).map(|job| job.checked_sub(1).into_iter().collect()).collect();
        assert_eq!(circles(&edges).len(), 200_000);
    }
}
