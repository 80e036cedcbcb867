//! The one line that AWS Config shows beside a verdict.

use super::assessment::Assessment;
use crate::evidence::Granularity;
use crate::score::{Score, main_group};
use crate::settings::UnusedAfterDays;
use crate::usage::PrincipalUsage;

/// The longest annotation AWS Config takes, in characters.
///
/// Source: <https://docs.aws.amazon.com/config/latest/APIReference/API_Evaluation.html>.
pub const MAX_ANNOTATION_CHARACTERS: usize = 256;

/// For example: `PCI 72 high: 41 of 57 granted services idle (33 never used, 8 not for 180 days), 4
/// in part; top: iam, kms, ec2; most by group `devs`; unknown: 3`. A suspected break comes first,
/// then `other`, which is another word on the principal. Names the group if it fits, and as many of
/// the idle services as fit beside, those with most points first.
pub(super) fn annotation(
    assessment: &Assessment,
    window: UnusedAfterDays,
    other: Option<&str>,
) -> String {
    let Assessment { index, score, usage, shares } = assessment;
    let room = MAX_ANNOTATION_CHARACTERS;
    let length = |parts: &[&str]| parts.iter().map(|part| part.chars().count()).sum::<usize>();
    let what = what_is_idle(score, !usage.ignored_services.is_empty(), window);
    let own = format!("PCI {index} {}: {what}", index.band());
    let stopped = suspected_break(usage);
    let head = [stopped.as_deref(), other, Some(&own)].into_iter().flatten().collect::<Vec<_>>();
    let head = head.join("; ");
    let rest = what_is_not_known(score, usage.granularity);
    let by_group = main_group(shares)
        .map(|group| format!("; most by group `{group}`"))
        .filter(|by_group| length(&[&head, by_group, &rest]) <= room)
        .unwrap_or_default();
    let mut middle = String::new();
    for driver in &score.drivers {
        let next = if middle.is_empty() { "; top: " } else { ", " };
        let parts = [&head, &middle, next, &driver.service, &by_group, &rest];
        if length(&parts) > room {
            break;
        }
        middle.push_str(next);
        middle.push_str(&driver.service);
    }
    format!("{head}{middle}{by_group}{rest}")
}

fn what_is_idle(score: &Score, some_ignored: bool, window: UnusedAfterDays) -> String {
    if score.granted == 0 {
        let but = if some_ignored { " but by ignored policies" } else { "" };
        return format!("no service is granted{but}");
    }
    let Score { granted, never_used, stale, .. } = score;
    let days = window.days();
    let how = match (never_used, stale) {
        (0, 0) => String::new(),
        (_, 0) => format!(" ({never_used} never used)"),
        (0, _) => format!(" ({stale} not for {days} days)"),
        _ => format!(" ({never_used} never used, {stale} not for {days} days)"),
    };
    let in_part = match score.idle_in_part {
        0 => String::new(),
        count => format!(", {count} in part"),
    };
    format!("{} of {granted} granted services idle{how}{in_part}", score.idle())
}

/// What the boundary in place may have broken: one example, and how many more. `None` when nothing
/// says that it did.
pub(super) fn suspected_break(usage: &PrincipalUsage) -> Option<String> {
    match usage.suspected_breaks.as_slice() {
        [] => None,
        [only] => Some(format!("suspected break: {}", only.what)),
        [first, more @ ..] => {
            Some(format!("suspected break: {} and {} more", first.what, more.len()))
        }
    }
}

/// The confidence: of how many services nothing is known, and whether single actions could be told
/// apart.
fn what_is_not_known(score: &Score, granularity: Granularity) -> String {
    let unknown = match score.unknown {
        0 => String::new(),
        count => format!("; unknown: {count}"),
    };
    let depth = match granularity {
        Granularity::Action => "",
        Granularity::Service => "; by services only",
    };
    format!("{unknown}{depth}")
}

pub(super) fn cut(text: &str) -> String {
    if text.chars().count() <= MAX_ANNOTATION_CHARACTERS {
        return text.to_owned();
    }
    text.chars().take(MAX_ANNOTATION_CHARACTERS - 1).chain(['…']).collect()
}
