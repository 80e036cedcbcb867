//! How short the lists of what is kept are.

use super::Run;
use super::targets::EXACT_PERCENT;
use crate::figures::{grouped, median, percent, table, time};
use crate::harness::Case;
use crate::lists::{Lists, WAYS, Written};
use std::time::Duration;

/// From how many actions on a list is worth compressing.
const MANY: usize = 20;

pub(super) fn section(run: &Run<'_>) -> String {
    let lists = || run.found().map(|(_, found)| &found.lists);
    let actions: usize = lists().map(|lists| lists.actions).sum();
    let explicit: usize = lists().map(|lists| lists.explicit).sum();
    let in_part: usize = lists().map(|lists| lists.explicit_in_part).sum();
    let row = |(place, (name, _)): (usize, &(&str, _))| {
        let written = || {
            run.found().filter_map(move |(case, found)| {
                Some((case, &found.lists, found.lists.written.get(place)?))
            })
        };
        row(name, &written().collect::<Vec<_>>(), explicit, in_part)
    };
    let head = [
        "wildcards",
        "of the names' characters",
        "without services kept whole",
        &format!("cases above {EXACT_PERCENT} %"),
        &format!("with {MANY} actions or more"),
        "missing",
        "extra",
        "median time",
        "slowest",
    ];
    format!(
        "\
## Compression

The lists of what must be kept in each case, as far as the catalogue knows it: {} actions, whose names take {}
characters with quotes and commas. A service of which everything is kept is just `service:*`, so the second column leaves
those out ({} characters). Each list is expanded again by our matching and by that of `awsim-iam-policy`; what either
finds missing or extra is counted.

{}",
        grouped(actions),
        grouped(explicit),
        grouped(in_part),
        table(&head, WAYS.iter().enumerate().map(row))
    )
}

fn row(
    name: &str,
    written: &[(&Case, &Lists, &Written)],
    explicit: usize,
    in_part: usize,
) -> Vec<String> {
    let sum = |of: fn(&Written) -> usize| written.iter().map(|(_, _, it)| of(it)).sum::<usize>();
    let above = |(_, lists, it): &&(&Case, &Lists, &Written)| {
        100 * it.characters > EXACT_PERCENT * lists.explicit
    };
    let times: Vec<Duration> = written.iter().map(|(_, _, it)| it.time).collect();
    let slowest = written.iter().max_by_key(|(_, _, it)| it.time);
    let slowest = slowest
        .map(|(_, lists, it)| format!("{} ({} actions)", time(it.time), grouped(lists.actions)));
    vec![
        name.to_owned(),
        percent(sum(|it| it.characters), explicit),
        percent(sum(|it| it.characters_in_part), in_part),
        grouped(written.iter().filter(above).count()),
        grouped(written.iter().filter(above).filter(|(_, lists, _)| lists.actions >= MANY).count()),
        grouped(sum(|it| it.missing)),
        grouped(sum(|it| it.extra)),
        time(median(times)),
        slowest.unwrap_or_default(),
    ]
}
