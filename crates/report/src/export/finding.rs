//! What a scan finds about a principal, as every format has it.

use crate::entry::Entry;
use leastwise_rightsizing::iam::{PrincipalArn, PrincipalKind};
use leastwise_rightsizing::score::Band;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// How many of the most idle services a description names.
const NAMED: usize = 5;

/// What kind of finding it is. What is not known is none that anybody passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// The boundary in place may have stopped something that is in use.
    SuspectedBreak,
    /// The index is above the threshold.
    AboveThreshold,
    /// Something lies idle, and the index keeps to the threshold.
    IdleAccess,
    /// Too little is known.
    NotJudged,
    /// Left out on purpose, or for now.
    LeftOut,
    /// Nothing that is known lies idle.
    NothingIdle,
}

impl Kind {
    pub(super) const ALL: [Self; 6] = [
        Self::SuspectedBreak,
        Self::AboveThreshold,
        Self::IdleAccess,
        Self::NotJudged,
        Self::LeftOut,
        Self::NothingIdle,
    ];

    pub(super) fn of(entry: &Entry) -> Self {
        match entry.index {
            _ if entry.breaks().0 > 0 => Self::SuspectedBreak,
            _ if entry.fails() => Self::AboveThreshold,
            Some(index) if index.value() > 0 => Self::IdleAccess,
            Some(_) => Self::NothingIdle,
            None if entry.is_left_out() => Self::LeftOut,
            None => Self::NotJudged,
        }
    }

    /// Its stable id.
    pub(super) const fn id(self) -> &'static str {
        match self {
            Self::SuspectedBreak => "suspected-break",
            Self::AboveThreshold => "index-above-threshold",
            Self::IdleAccess => "idle-access",
            Self::NotJudged => "not-judged",
            Self::LeftOut => "left-out",
            Self::NothingIdle => "nothing-idle",
        }
    }

    /// What it means, in a sentence.
    pub(super) const fn meaning(self) -> &'static str {
        match self {
            Self::SuspectedBreak => {
                "The permissions boundary in place may have stopped something that is in use."
            }
            Self::AboveThreshold => {
                "The privilege-creep index of an IAM user or role is above the threshold."
            }
            Self::IdleAccess => {
                "An IAM user or role is granted what it does not use, within the threshold."
            }
            Self::NotJudged => {
                "Too little is known of an IAM user or role to say how much of its access is idle."
            }
            Self::LeftOut => "An IAM user or role is left out on purpose, or is too new.",
            Self::NothingIdle => "Nothing that is known of an IAM user or role lies idle.",
        }
    }
}

/// The finding about a principal.
#[derive(Debug)]
pub(super) struct Finding<'a> {
    pub(super) entry: &'a Entry,
    pub(super) kind: Kind,
    /// The principal's ARN; `None` where the account data has another name.
    pub(super) arn: Option<PrincipalArn>,
}

impl<'a> Finding<'a> {
    pub(super) fn of(entry: &'a Entry) -> Self {
        Self { entry, kind: Kind::of(entry), arn: entry.principal.parse().ok() }
    }

    /// What stays the same for as long as the principal has its ARN, whatever its index.
    pub(super) fn fingerprint(&self) -> String {
        let digest = Sha256::digest(self.entry.principal.as_bytes());
        digest.iter().take(16).fold(String::new(), |mut text, byte| {
            // Writing into a text never fails.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    pub(super) fn title(&self) -> String {
        let name = self.entry.short_name();
        match (self.entry.index, self.entry.band) {
            (Some(index), Some(band)) => format!("{name}: privilege-creep index {index} ({band})"),
            _ => format!("{name}: not judged"),
        }
    }

    /// What is known, in sentences.
    pub(super) fn description(&self) -> String {
        let entry = self.entry;
        let mut sentences = vec![self.kind.meaning().to_owned()];
        if let Some(score) = &entry.score {
            let idle = score.never_used + score.stale;
            let top: Vec<String> = score
                .drivers
                .iter()
                .take(NAMED)
                .map(|driver| format!("{} {}", driver.service, driver.points))
                .collect();
            let top = match top.as_slice() {
                [] => String::new(),
                top => format!("; most points: {}", top.join(", ")),
            };
            let unknown = match score.unknown.len() {
                0 => String::new(),
                count => format!("; unknown: {count}"),
            };
            sentences.push(format!("Idle services: {idle} of {}{top}{unknown}.", score.granted));
            if let [first, ..] = score.suspected_breaks.as_slice() {
                sentences.push(format!("Attempted and stopped: {first}."));
            }
        }
        if let Some(why) = &entry.not_judged {
            sentences.push(format!("Not judged: {why}."));
        }
        sentences.push(self.remediation());
        sentences.join(" ")
    }

    /// What to do.
    pub(super) fn remediation(&self) -> String {
        match (self.entry.plan().and_then(|plan| plan.expected_index), self.entry.refused()) {
            (Some(then), _) => {
                format!("The planned permissions boundary brings the index to {then}.")
            }
            (None, Some(refused)) => format!("No boundary is planned ({}).", refused.error),
            (None, None) => "A boundary is planned.".to_owned(),
        }
    }

    /// `AwsIamRole` or `AwsIamUser`; `Other` where it is not known.
    pub(super) fn resource_type(&self) -> &'static str {
        match self.arn.as_ref().map(PrincipalArn::kind) {
            Some(PrincipalKind::Role) => "AwsIamRole",
            Some(PrincipalKind::User) => "AwsIamUser",
            None => "Other",
        }
    }

    /// How grave it is: by the band of the index.
    pub(super) fn gravity(&self) -> Gravity {
        match (self.kind, self.entry.band) {
            (Kind::SuspectedBreak, _) | (Kind::AboveThreshold, Some(Band::High)) => Gravity::High,
            (Kind::AboveThreshold, _) => Gravity::Medium,
            (Kind::IdleAccess, _) => Gravity::Low,
            (Kind::NotJudged | Kind::LeftOut | Kind::NothingIdle, _) => Gravity::Informational,
        }
    }
}

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gravity {
    Informational,
    Low,
    Medium,
    High,
}

/// The text, cut to so many characters.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{kept}…")
}
