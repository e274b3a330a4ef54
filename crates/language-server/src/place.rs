//! What stands at one byte of a text: which key or value, and the way to it from the root.

use crate::outline::{Entry, Node, NodeKind, Outline};

/// One step from a value into a value in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'text> {
    /// To the value under a key.
    Key(&'text str),
    /// To an item of a list.
    Item(usize),
}

/// What stands at a byte.
#[derive(Debug, Clone, Copy)]
pub enum Target<'outline, 'text> {
    /// The key of this entry; [`Place::node`] is its mapping.
    Key(&'outline Entry<'text>),
    /// The scalar that is [`Place::node`].
    Value,
    /// Neither.
    Nothing,
}

/// The way to a byte, and what stands there.
#[derive(Debug)]
pub struct Place<'outline, 'text> {
    /// The values passed through, from the root, each with the step taken from it.
    pub way: Vec<(&'outline Node<'text>, Step<'text>)>,
    /// Where the way ends.
    pub node: &'outline Node<'text>,
    /// What stands there.
    pub target: Target<'outline, 'text>,
}

impl<'outline, 'text> Place<'outline, 'text> {
    /// The place of a byte. What ends just before it counts as well, so that a word belongs to the
    /// cursor behind it.
    #[must_use]
    pub fn at(outline: &'outline Outline<'text>, offset: usize) -> Self {
        let holds = |range: &std::ops::Range<usize>| range.start <= offset && offset <= range.end;
        let mut way = Vec::new();
        let mut node = &outline.root;
        loop {
            let next = match &node.kind {
                NodeKind::Null => return Self { way, node, target: Target::Nothing },
                NodeKind::Scalar(_) => {
                    let target = if holds(&node.range) { Target::Value } else { Target::Nothing };
                    return Self { way, node, target };
                }
                NodeKind::Sequence(items) => items
                    .iter()
                    .enumerate()
                    .find(|(_, item)| holds(&item.range))
                    .map(|(position, item)| (Step::Item(position), item)),
                NodeKind::Mapping(entries) => {
                    if let Some(entry) = entries.iter().find(|entry| holds(&entry.key_range)) {
                        return Self { way, node, target: Target::Key(entry) };
                    }
                    entries
                        .iter()
                        .find(|entry| holds(&entry.value.range))
                        .map(|entry| (Step::Key(entry.key), &entry.value))
                }
            };
            let Some((step, inner)) = next else {
                return Self { way, node, target: Target::Nothing };
            };
            way.push((node, step));
            node = inner;
        }
    }

    /// The steps of the way.
    pub fn steps(&self) -> impl DoubleEndedIterator<Item = Step<'text>> {
        self.way.iter().map(|(_, step)| *step)
    }

    /// The keys that the way begins with.
    fn keys<const COUNT: usize>(&self) -> Option<[&'text str; COUNT]> {
        let mut keys = [""; COUNT];
        let mut steps = self.steps();
        for key in &mut keys {
            let Some(Step::Key(name)) = steps.next() else { return None };
            *key = name;
        }
        Some(keys)
    }

    /// The key whose value is here: the last on the way, passing over the items of a list.
    #[must_use]
    pub fn key(&self) -> Option<&'text str> {
        self.steps().rev().find_map(|step| match step {
            Step::Key(name) => Some(name),
            Step::Item(_) => None,
        })
    }

    /// The id of the job that it is in, and the job.
    #[must_use]
    pub fn job(&self) -> Option<(&'text str, &'outline Node<'text>)> {
        let [jobs, id] = self.keys()?;
        let job = self.way.get(2).map_or(self.node, |(node, _)| node);
        (jobs == "jobs").then_some((id, job))
    }

    /// The step of a job or composite action that it is in, and its place in the list.
    #[must_use]
    pub fn step(&self) -> Option<(usize, &'outline Node<'text>)> {
        let list = self
            .way
            .windows(2)
            .position(|pair| matches!(pair, [(_, Step::Key("steps")), (_, Step::Item(_))]))?;
        let Step::Item(position) = self.way[list + 1].1 else { return None };
        let step = self.way.get(list + 2).map_or(self.node, |(node, _)| node);
        Some((position, step))
    }

    /// The step itself where the way ends in a step of a `parallel` group; else as
    /// [`Place::step`].
    #[must_use]
    pub fn innermost_step(&self) -> Option<&'outline Node<'text>> {
        let list = self.way.windows(2).rposition(|pair| {
            matches!(pair, [(_, Step::Key("steps" | "parallel")), (_, Step::Item(_))])
        })?;
        Some(self.way.get(list + 2).map_or(self.node, |(node, _)| node))
    }
}
