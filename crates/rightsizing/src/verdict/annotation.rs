//! The one line that AWS Config shows beside a verdict.

use super::assessment::Assessment;
use crate::evidence::Granularity;
use crate::score::{Score, main_group};
use crate::settings::UnusedAfterDays;
use crate::usage::{KnownReach, PrincipalUsage, StoppedAttempt};

/// The longest annotation AWS Config takes, in characters.
///
/// Source: <https://docs.aws.amazon.com/config/latest/APIReference/API_Evaluation.html>.
pub const MAX_ANNOTATION_CHARACTERS: usize = 256;

/// For example: `PCI 72 high: 41 of 57 granted services idle (33 never used, 8 not for 180 days), 4
/// in part; top: iam, kms, ec2; most by group `devs`; unknown: 3`. What the boundary in place stops
/// comes first, then a hold, then `other`, which is another word on the principal. Names the
/// strongest principal that is reached and the group if they fit, and as many of the idle services
/// as fit beside, those with most points first.
pub(super) fn annotation(
    assessment: &Assessment,
    window: UnusedAfterDays,
    other: Option<&str>,
) -> String {
    let Assessment { index, score, usage, shares, hold } = assessment;
    let room = MAX_ANNOTATION_CHARACTERS;
    let length = |parts: &[&str]| parts.iter().map(|part| part.chars().count()).sum::<usize>();
    let what = what_is_idle(score, !usage.ignored_services.is_empty(), window);
    let own = format!("PCI {index} {}: {what}", index.band());
    let stopped = stopped(&usage.suspected_breaks, &usage.newly_denied);
    let on_hold = hold.as_ref().map(ToString::to_string);
    let head = [stopped.as_deref(), on_hold.as_deref(), other, Some(&own)];
    let head = head.into_iter().flatten().collect::<Vec<_>>();
    let head = head.join("; ");
    let rest = what_is_not_known(score, usage);
    let reaches = reaches(&usage.reach).filter(|it| length(&[&head, it, &rest]) <= room);
    let reaches = reaches.unwrap_or_default();
    let by_group = main_group(shares)
        .map(|group| format!("; most by group `{group}`"))
        .filter(|by_group| length(&[&head, &reaches, by_group, &rest]) <= room)
        .unwrap_or_default();
    let mut middle = String::new();
    for driver in &score.drivers {
        let next = if middle.is_empty() { "; top: " } else { ", " };
        let parts = [&head, &middle, next, &driver.service, &reaches, &by_group, &rest];
        if length(&parts) > room {
            break;
        }
        middle.push_str(next);
        middle.push_str(&driver.service);
    }
    format!("{head}{middle}{reaches}{by_group}{rest}")
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

/// What the principal can become, or that this is not known; `None` where it is not asked, or there
/// is nothing.
fn reaches(reach: &KnownReach) -> Option<String> {
    match reach {
        KnownReach::NotAsked => None,
        KnownReach::Unknown => Some("; weighed without reach".to_owned()),
        KnownReach::Known(reach) => reach.strongest().map(|reached| format!("; reaches {reached}")),
    }
}

/// What the boundary in place may have broken, and what it denies that was granted after it was
/// planned: of each one example, and how many more. `None` when nothing says so.
pub(super) fn stopped(breaks: &[StoppedAttempt], newly_denied: &[String]) -> Option<String> {
    let (proved, suspected): (Vec<_>, Vec<_>) = breaks.iter().partition(|it| it.proof.is_some());
    let named = |word: &str, attempts: &[&StoppedAttempt]| {
        let example = example(attempts.iter().map(|attempt| attempt.what.as_str()))?;
        Some(format!("{word} break: {example}"))
    };
    let proved = named("proved", &proved);
    let suspected = named("suspected", &suspected);
    let denied = example(newly_denied.iter().map(String::as_str));
    let denied =
        denied.map(|example| format!("newly granted and denied by its boundary: {example}"));
    let all: Vec<String> = proved.into_iter().chain(suspected).chain(denied).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

fn example<'a>(mut all: impl ExactSizeIterator<Item = &'a str>) -> Option<String> {
    let first = all.next()?;
    Some(match all.len() {
        0 => first.to_owned(),
        more => format!("{first} and {more} more"),
    })
}

/// The confidence: of how many services nothing is known, whether single actions could be told
/// apart, and whether the boundary in place may deny newer grants.
fn what_is_not_known(score: &Score, usage: &PrincipalUsage) -> String {
    let unknown = match score.unknown {
        0 => String::new(),
        count => format!("; unknown: {count}"),
    };
    let depth = match usage.granularity {
        Granularity::Action => "",
        Granularity::Service => "; by services only",
    };
    let grants = match usage.newly_denied_unknown {
        Some(_) => "; its boundary may deny newer grants",
        None => "",
    };
    format!("{unknown}{depth}{grants}")
}

pub(super) fn cut(text: &str) -> String {
    if text.chars().count() <= MAX_ANNOTATION_CHARACTERS {
        return text.to_owned();
    }
    text.chars().take(MAX_ANNOTATION_CHARACTERS - 1).chain(['…']).collect()
}
