//! The table of figures: what was measured, what was to be reached, whether it was.

use super::{
    contenders::Contender,
    measure::Figure,
    works::{Target, Work},
};

/// A benchmark with what it gave, or why it could not be measured.
pub type Measured<'a> = (&'a Work, Result<Figure, String>);

/// The table in Markdown, its columns aligned.
pub fn render(figures: &[Measured<'_>]) -> String {
    let head = ["work", "floor (bash)", "peer", "Windlass", "ratio", "memory", "target", "reached"];
    let mut rows = vec![head.map(str::to_owned)];
    rows.push(head.map(|_| "---".to_owned()));
    rows.extend(figures.iter().map(|measured| row(measured, figures)));
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: Vec<usize> = (0..head.len()).filter_map(width).collect();
    let mut text = String::new();
    for row in &rows {
        for (cell, width) in row.iter().zip(&widths) {
            let fill = if cell == "---" { "-" } else { " " };
            let gap = width - cell.chars().count();
            text += &format!("| {cell}{} ", fill.repeat(gap));
        }
        text += "|\n";
    }
    text
}

fn row((work, figure): &Measured<'_>, all: &[Measured<'_>]) -> [String; 8] {
    let dash = || "–".to_owned();
    let figure = match figure {
        Ok(figure) => figure,
        Err(error) => {
            let reason = error.lines().next().unwrap_or_default().replace('|', "/");
            let target = words(&work.target);
            let name = work.name.to_owned();
            return [
                name,
                dash(),
                dash(),
                format!("failed: {reason}"),
                dash(),
                dash(),
                target,
                "no".into(),
            ];
        }
    };
    let time = |contender| figure.of(contender).map_or_else(dash, milliseconds);
    let base = match work.target {
        Target::Peer { .. } => Contender::Peer,
        _ => Contender::Floor,
    };
    let ratio = match (figure.of(Contender::Windlass), figure.of(base)) {
        (Some(own), Some(base)) => format!("{:.2}", own / base),
        _ => dash(),
    };
    let windlass = match figure.of(Contender::Windlass) {
        Some(own) if work.stored > 0 => {
            format!("{}, {:.0} MB/s", milliseconds(own), megabytes_a_second(work.stored, own))
        }
        _ => time(Contender::Windlass),
    };
    let memory = figure.mebibytes.map_or_else(dash, |it| format!("{it:.0} MiB"));
    let reached = match reached(work, figure, all) {
        Some(true) => "yes".into(),
        Some(false) => "**no**".into(),
        None => dash(),
    };
    let peer = match (figure.of(Contender::Peer), work.peer) {
        (Some(took), Some((peer, _))) => format!("{} ({})", milliseconds(took), peer.name()),
        _ => dash(),
    };
    [
        work.name.into(),
        time(Contender::Floor),
        peer,
        windlass,
        ratio,
        memory,
        words(&work.target),
        reached,
    ]
}

/// Whether a target was reached; `None` where there is none, or nothing to compare with.
fn reached(work: &Work, figure: &Figure, all: &[Measured<'_>]) -> Option<bool> {
    let own = figure.of(Contender::Windlass)?;
    let fits = |limit: f64| figure.mebibytes.is_none_or(|memory| memory <= limit);
    Some(match work.target {
        Target::Milliseconds(limit) => own <= limit,
        Target::Floor { times, plus, mebibytes } => {
            own <= times * figure.of(Contender::Floor)? + plus && mebibytes.is_none_or(fits)
        }
        Target::Throughput { megabytes, mebibytes } => {
            megabytes_a_second(work.stored, own) >= megabytes && fits(mebibytes)
        }
        Target::Linear { jobs, times } => {
            // By the floors, so that a machine that grows busy meanwhile is not taken for a cost.
            let cost = |figure: &Figure, jobs: usize| {
                let floor = figure.of(Contender::Floor).unwrap_or(jobs as f64);
                Some(figure.of(Contender::Windlass)? / floor)
            };
            let (least, smallest) = all.iter().find_map(|(other, figure)| match other.target {
                Target::Linear { jobs, .. } => Some((jobs, cost(figure.as_ref().ok()?, jobs)?)),
                _ => None,
            })?;
            if least == jobs {
                return None;
            }
            cost(figure, jobs)? <= times * smallest
        }
        Target::Peer { times } => own <= times * figure.of(Contender::Peer)?,
        Target::Files { files, times } => {
            let (least, smallest) = all.iter().find_map(|(other, figure)| match other.target {
                Target::Files { files, .. } => Some((files, figure.as_ref().ok()?)),
                _ => None,
            })?;
            if least == files {
                return None;
            }
            let cost = |figure: &Figure, files: usize| {
                Some(figure.of(Contender::Windlass)? / files as f64)
            };
            let is_flat = match (figure.mebibytes, smallest.mebibytes) {
                (Some(own), Some(smallest)) => own <= times * smallest,
                _ => true,
            };
            cost(figure, files)? <= times * cost(smallest, least)? && is_flat
        }
        Target::Nothing => return None,
    })
}

fn words(target: &Target) -> String {
    match target {
        Target::Milliseconds(limit) => format!("≤ {limit} ms"),
        Target::Floor { times, plus, mebibytes } => {
            let plus = if *plus > 0.0 { format!(" + {plus} ms") } else { String::new() };
            let memory = mebibytes.map_or_else(String::new, |limit| format!(", ≤ {limit} MiB"));
            format!("≤ {times} × floor{plus}{memory}")
        }
        Target::Throughput { megabytes, mebibytes } => {
            format!("≥ {megabytes} MB/s, ≤ {mebibytes} MiB")
        }
        Target::Linear { times, .. } => format!("a job ≤ {times} × that of the shortest chain"),
        Target::Peer { times } => format!("≤ {times} × the peer"),
        Target::Files { times, .. } => {
            format!("a file, and the memory, ≤ {times} × those of the fewest files")
        }
        Target::Nothing => "–".into(),
    }
}

fn milliseconds(value: f64) -> String {
    match value {
        small if small < 100.0 => format!("{small:.1} ms"),
        large => format!("{large:.0} ms"),
    }
}

fn megabytes_a_second(bytes: u64, milliseconds: f64) -> f64 {
    bytes as f64 / 1e6 / (milliseconds / 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_judged_by_time_and_memory() {
        let works = super::super::works::all();
        let matrix = works.iter().find(|work| work.name == "matrix of 100 jobs").unwrap();
        let figure = |own, mebibytes| Figure {
            milliseconds: vec![(Contender::Floor, 100.0), (Contender::Windlass, own)],
            mebibytes: Some(mebibytes),
        };
        assert_eq!(reached(matrix, &figure(199.0, 59.0), &[]), Some(true));
        assert_eq!(reached(matrix, &figure(201.0, 59.0), &[]), Some(false));
        assert_eq!(reached(matrix, &figure(199.0, 61.0), &[]), Some(false));
    }

    #[test]
    fn longer_chains_are_compared_with_the_shortest() {
        let works = super::super::works::all();
        let chains = works.iter().filter(|work| work.name.starts_with("chain"));
        let figure =
            |own| Figure { milliseconds: vec![(Contender::Windlass, own)], mebibytes: None };
        let measured: Vec<Measured<'_>> = chains
            .zip([500.0, 1_100.0, 4_000.0])
            .map(|(work, own)| (work, Ok(figure(own))))
            .collect();
        let verdicts: Vec<Option<bool>> = measured
            .iter()
            .map(|(work, figure)| reached(work, figure.as_ref().unwrap(), &measured))
            .collect();
        assert_eq!(verdicts, [None, Some(true), Some(false)]);
        let text = render(&measured);
        assert!(
            text.lines().all(|line| line.chars().count() == text.find('\n').unwrap()),
            "{text}"
        );
    }
}
