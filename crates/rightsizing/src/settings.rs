//! What an operator can set, parsed once into values that cannot be out of range.

use crate::last_accessed::TRACKING_PERIOD_DAYS;
use crate::list::ListSetting;
use chrono::{DateTime, TimeDelta, Utc};
use leastwise_policy::action::Action;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::compress::Wildcards;
use serde::Serialize;
use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;
use thiserror::Error;

/// A setting whose value is not allowed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{name}` is `{value}`; allowed is {allowed}")]
pub struct SettingError {
    /// The setting, as the operator spells it.
    pub name: &'static str,
    /// The value given.
    pub value: String,
    /// What would be allowed, in words.
    pub allowed: String,
}

impl SettingError {
    /// An error for `name` with `value` where `allowed` was expected.
    #[must_use]
    pub fn new(name: &'static str, value: &str, allowed: impl Into<String>) -> Self {
        Self { name, value: value.to_owned(), allowed: allowed.into() }
    }
}

pub(crate) fn whole_number(
    name: &'static str,
    value: &str,
    range: RangeInclusive<u16>,
) -> Result<u16, SettingError> {
    value.trim().parse().ok().filter(|number| range.contains(number)).ok_or_else(|| {
        let allowed = format!("a whole number from {} to {}", range.start(), range.end());
        SettingError::new(name, value, allowed)
    })
}

/// For how many days a service may lie unused before it counts as idle: 1 to 400, by default 180.
///
/// The upper end is IAM's tracking period: older use cannot be told from no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnusedAfterDays(u16);

impl UnusedAfterDays {
    /// The setting's name.
    pub const NAME: &'static str = "UnusedAfterDays";

    /// The number of days.
    #[must_use]
    pub fn days(self) -> u16 {
        self.0
    }

    /// The first moment that still counts as recent at `as_of`: the edge itself is inside.
    #[must_use]
    pub fn window_start(self, as_of: DateTime<Utc>) -> DateTime<Utc> {
        as_of - TimeDelta::days(i64::from(self.0))
    }
}

impl Default for UnusedAfterDays {
    fn default() -> Self {
        Self(180)
    }
}

impl FromStr for UnusedAfterDays {
    type Err = SettingError;

    fn from_str(value: &str) -> Result<Self, SettingError> {
        whole_number(Self::NAME, value, 1..=TRACKING_PERIOD_DAYS).map(Self)
    }
}

/// The index above which a principal is NON_COMPLIANT: 0 to 100, by default 60. The threshold itself is compliant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Threshold(u8);

impl Threshold {
    /// The setting's name.
    pub const NAME: &'static str = "Threshold";

    /// The highest compliant index.
    #[must_use]
    pub fn value(self) -> u8 {
        self.0
    }
}

impl Default for Threshold {
    fn default() -> Self {
        Self(60)
    }
}

impl FromStr for Threshold {
    type Err = SettingError;

    fn from_str(value: &str) -> Result<Self, SettingError> {
        let number = whole_number(Self::NAME, value, 0..=100)?;
        Ok(Self(u8::try_from(number).unwrap_or(100)))
    }
}

/// How many days a new principal is left in peace before it is judged: 0 to 400, by default 90.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MinimumAgeDays(u16);

impl MinimumAgeDays {
    /// The setting's name.
    pub const NAME: &'static str = "MinimumAgeDays";

    /// The number of days.
    #[must_use]
    pub fn days(self) -> u16 {
        self.0
    }
}

impl Default for MinimumAgeDays {
    fn default() -> Self {
        Self(90)
    }
}

impl FromStr for MinimumAgeDays {
    type Err = SettingError;

    fn from_str(value: &str) -> Result<Self, SettingError> {
        whole_number(Self::NAME, value, 0..=TRACKING_PERIOD_DAYS).map(Self)
    }
}

/// How many days a newly granted permission gets to be used for the first time: until then it is unknown and not idle.
/// 0 to 90, by default 14; 0 gives none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct NewPermissionGraceDays(u16);

impl NewPermissionGraceDays {
    /// The setting's name.
    pub const NAME: &'static str = "NewPermissionGraceDays";

    /// The moment since which a grant is new at `as_of`; `None` when new permissions get no grace.
    #[must_use]
    pub fn start(self, as_of: DateTime<Utc>) -> Option<DateTime<Utc>> {
        (self.0 > 0).then(|| as_of - TimeDelta::days(i64::from(self.0)))
    }
}

impl Default for NewPermissionGraceDays {
    fn default() -> Self {
        Self(14)
    }
}

impl FromStr for NewPermissionGraceDays {
    type Err = SettingError;

    fn from_str(value: &str) -> Result<Self, SettingError> {
        whole_number(Self::NAME, value, 0..=90).map(Self)
    }
}

/// How much each service counts in the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Weighting {
    /// By the highest access level granted in it.
    #[default]
    Risk,
    /// All the same.
    Uniform,
}

impl Weighting {
    /// The setting's name.
    pub const NAME: &'static str = "Weighting";
}

impl FromStr for Weighting {
    type Err = SettingError;

    fn from_str(value: &str) -> Result<Self, SettingError> {
        match value.trim() {
            "risk" => Ok(Self::Risk),
            "uniform" => Ok(Self::Uniform),
            _ => Err(SettingError::new(Self::NAME, value, "`risk` or `uniform`")),
        }
    }
}

/// Whether the list and read actions of used services are left alone though they lie idle: `false` by default.
///
/// People and dashboards read what they did not read before; what a read can harm is little. Such actions are neither
/// creep nor removed by a boundary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PreserveReads(bool);

impl PreserveReads {
    /// The setting's name.
    pub const NAME: &'static str = "PreserveReads";

    /// Whether they are left alone.
    #[must_use]
    pub fn is_on(self) -> bool {
        self.0
    }
}

impl FromStr for PreserveReads {
    type Err = SettingError;

    fn from_str(value: &str) -> Result<Self, SettingError> {
        match value.trim() {
            "true" => Ok(Self(true)),
            "false" => Ok(Self(false)),
            _ => Err(SettingError::new(Self::NAME, value, "`true` or `false`")),
        }
    }
}

/// Which wildcards a boundary may have: by default [`Wildcards::Stable`], and any that match exactly what is kept where
/// the document would not fit otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BoundaryWildcards(Wildcards);

impl BoundaryWildcards {
    /// The setting's name.
    pub const NAME: &'static str = "Wildcards";

    /// The choice.
    #[must_use]
    pub fn choice(self) -> Wildcards {
        self.0
    }
}

impl Default for BoundaryWildcards {
    fn default() -> Self {
        Self(Wildcards::Stable)
    }
}

impl FromStr for BoundaryWildcards {
    type Err = SettingError;

    fn from_str(value: &str) -> Result<Self, SettingError> {
        let choice = value.trim().parse().map(Self);
        choice.map_err(|_| SettingError::new(Self::NAME, value, "`exact`, `stable` or `none`"))
    }
}

/// Actions that a boundary always keeps for a principal that is granted them, used or not; none by default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AlwaysAllow(Vec<Action>);

impl AlwaysAllow {
    /// The setting's name.
    pub const NAME: &'static str = "AlwaysAllow";

    /// The actions, sorted, without repetition.
    #[must_use]
    pub fn actions(&self) -> &[Action] {
        &self.0
    }
}

impl ListSetting for AlwaysAllow {
    fn from_entries(name: &'static str, entries: &[&str]) -> Result<Self, SettingError> {
        let allowed =
            "actions such as `health:DescribeEvents`, separated by commas, without wildcards";
        actions(name, entries, allowed).map(Self)
    }
}

impl FromStr for AlwaysAllow {
    type Err = SettingError;

    /// Reads a list of actions separated by commas or white space; it may be empty.
    fn from_str(value: &str) -> Result<Self, SettingError> {
        Self::from_entries(Self::NAME, &entries(value).collect::<Vec<_>>())
    }
}

/// What a boundary allows a principal that uses nothing at all, since an empty document is not a boundary.
///
/// By default `sts:GetCallerIdentity`, which AWS allows everybody anyway.
///
/// Source: <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseActions(Vec<Action>);

impl BaseActions {
    /// The setting's name.
    pub const NAME: &'static str = "BaseActions";

    /// The actions, sorted, without repetition; at least one.
    #[must_use]
    pub fn actions(&self) -> &[Action] {
        &self.0
    }
}

impl ListSetting for BaseActions {
    fn from_entries(name: &'static str, entries: &[&str]) -> Result<Self, SettingError> {
        let allowed = "one or more actions such as `sts:GetCallerIdentity`, separated by commas, without wildcards";
        if entries.is_empty() {
            return Err(SettingError::new(name, "", allowed));
        }
        actions(name, entries, allowed).map(Self)
    }
}

impl FromStr for BaseActions {
    type Err = SettingError;

    /// Reads a list of actions separated by commas or white space.
    fn from_str(value: &str) -> Result<Self, SettingError> {
        Self::from_entries(Self::NAME, &entries(value).collect::<Vec<_>>())
    }
}

/// The actions of a list, sorted, without repetition.
///
/// Each must be in the action catalogue, so that a slip of the pen is noticed: IAM takes any name.
fn actions(
    name: &'static str,
    entries: &[&str],
    allowed: &'static str,
) -> Result<Vec<Action>, SettingError> {
    let catalog = Catalog::embedded();
    let mut actions = Vec::new();
    for entry in entries {
        let action: Action = entry.parse().map_err(|_| SettingError::new(name, entry, allowed))?;
        if catalog.find(action.as_str()).is_none() {
            let date = catalog.date();
            let known =
                format!("an action of the action catalogue of {date}, which has none of that name");
            return Err(SettingError::new(name, entry, known));
        }
        actions.push(action);
    }
    actions.sort();
    actions.dedup();
    Ok(actions)
}

/// The entries of a list separated by commas or white space; empty ones are skipped.
pub(crate) fn entries(list: &str) -> impl Iterator<Item = &str> {
    list.split(|character: char| character == ',' || character.is_whitespace())
        .filter(|entry| !entry.is_empty())
}

impl fmt::Display for UnusedAfterDays {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} days", self.0)
    }
}

/// Whose index decides, and where the credentials of an external service lie.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ScoreProvider {
    /// Our own index.
    #[default]
    Own,
    /// The index of an external service instead of our own.
    External(ScoreSecretArn),
    /// Our own and that of an external service.
    Both(ScoreSecretArn),
}

impl ScoreProvider {
    /// The setting's name.
    pub const NAME: &'static str = "ScoreProvider";

    /// Reads the settings `ScoreProvider` and `ScoreSecretArn`; an empty text is none.
    ///
    /// # Errors
    /// [`SettingError`] when either has no allowed value, or one is given that the other has no use for, or misses.
    pub fn parse(provider: &str, secret: &str) -> Result<Self, SettingError> {
        let arn = secret.trim();
        match (provider.trim(), arn.is_empty()) {
            ("" | "own", true) => Ok(Self::Own),
            ("" | "own", false) => {
                let allowed = "nothing, unless `ScoreProvider` is `external` or `both`";
                Err(SettingError::new(ScoreSecretArn::NAME, arn, allowed))
            }
            ("external", _) => Ok(Self::External(arn.parse()?)),
            ("both", _) => Ok(Self::Both(arn.parse()?)),
            (other, _) => Err(SettingError::new(Self::NAME, other, "`own`, `external` or `both`")),
        }
    }

    /// The secret of the external service; `None` where there is none.
    #[must_use]
    pub fn secret(&self) -> Option<&ScoreSecretArn> {
        match self {
            Self::Own => None,
            Self::External(secret) | Self::Both(secret) => Some(secret),
        }
    }
}

/// The ARN of the secret in AWS Secrets Manager that holds the credentials of an external service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScoreSecretArn(String);

impl ScoreSecretArn {
    /// The setting's name.
    pub const NAME: &'static str = "ScoreSecretArn";

    /// The ARN as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ScoreSecretArn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for ScoreSecretArn {
    type Err = SettingError;

    fn from_str(value: &str) -> Result<Self, SettingError> {
        let arn = value.trim();
        let parts: Vec<&str> = arn.splitn(7, ':').collect();
        let is_secret = match parts.as_slice() {
            ["arn", partition, "secretsmanager", region, account, "secret", name] => {
                partition.starts_with("aws")
                    && !region.is_empty()
                    && account.len() == 12
                    && account.bytes().all(|byte| byte.is_ascii_digit())
                    && (1..=512).contains(&name.len())
                    && name.bytes().all(|byte| byte.is_ascii_graphic())
            }
            _ => false,
        };
        if is_secret {
            return Ok(Self(arn.to_owned()));
        }
        let allowed = "the ARN of a secret, such as \
                       `arn:aws:secretsmanager:eu-west-1:111122223333:secret:score-AbCdEf`";
        Err(SettingError::new(Self::NAME, value, allowed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_accepted_up_to_and_including_their_limits() {
        assert_eq!("1".parse::<UnusedAfterDays>().map(UnusedAfterDays::days), Ok(1));
        assert_eq!(" 400 ".parse::<UnusedAfterDays>().map(UnusedAfterDays::days), Ok(400));
        assert_eq!("0".parse::<Threshold>().map(Threshold::value), Ok(0));
        assert_eq!("100".parse::<Threshold>().map(Threshold::value), Ok(100));
        assert_eq!("0".parse::<MinimumAgeDays>().map(MinimumAgeDays::days), Ok(0));
    }

    #[test]
    fn new_permissions_get_days_of_grace_or_none() {
        let noon = "2026-06-30T12:00:00Z".parse().unwrap();
        let start = |grace: NewPermissionGraceDays| grace.start(noon);
        assert_eq!(start(NewPermissionGraceDays::default()), "2026-06-16T12:00:00Z".parse().ok());
        assert_eq!("0".parse().map(start), Ok(None));
        assert_eq!("90".parse().map(start), Ok("2026-04-01T12:00:00Z".parse().ok()));
        assert_eq!(
            "91".parse::<NewPermissionGraceDays>().unwrap_err().to_string(),
            "`NewPermissionGraceDays` is `91`; allowed is a whole number from 0 to 90"
        );
    }

    #[test]
    fn an_error_names_the_setting_its_value_and_what_is_allowed() {
        let message = |error: SettingError| error.to_string();
        assert_eq!(
            "401".parse::<UnusedAfterDays>().map_err(message),
            Err("`UnusedAfterDays` is `401`; allowed is a whole number from 1 to 400".into())
        );
        assert_eq!(
            "60.5".parse::<Threshold>().map_err(message),
            Err("`Threshold` is `60.5`; allowed is a whole number from 0 to 100".into())
        );
        assert_eq!(
            "-1".parse::<MinimumAgeDays>().map_err(message),
            Err("`MinimumAgeDays` is `-1`; allowed is a whole number from 0 to 400".into())
        );
        assert_eq!(
            "Risk".parse::<Weighting>().map_err(message),
            Err("`Weighting` is `Risk`; allowed is `risk` or `uniform`".into())
        );
        assert_eq!(
            "s3:*".parse::<BaseActions>().map_err(message),
            Err("`BaseActions` is `s3:*`; allowed is one or more actions such as `sts:GetCallerIdentity`, \
                 separated by commas, without wildcards"
                .into())
        );
    }

    #[test]
    fn the_settings_of_action_level_boundaries_are_read_or_refused_by_name() {
        let message = |error: SettingError| error.to_string();
        assert_eq!(" true ".parse().map(PreserveReads::is_on), Ok(true));
        assert_eq!(
            "yes".parse::<PreserveReads>().map_err(message),
            Err("`PreserveReads` is `yes`; allowed is `true` or `false`".into())
        );
        assert_eq!("none".parse().map(BoundaryWildcards::choice), Ok(Wildcards::None));
        assert_eq!(BoundaryWildcards::default().choice(), Wildcards::Stable);
        assert_eq!(
            "all".parse::<BoundaryWildcards>().map_err(message),
            Err("`Wildcards` is `all`; allowed is `exact`, `stable` or `none`".into())
        );
        assert_eq!("".parse(), Ok(AlwaysAllow::default()));
        assert_eq!(
            "health:*".parse::<AlwaysAllow>().map_err(message),
            Err("`AlwaysAllow` is `health:*`; allowed is actions such as `health:DescribeEvents`, separated by \
                 commas, without wildcards"
                .into())
        );
    }

    #[test]
    fn an_external_score_provider_needs_a_secret_and_our_own_has_no_use_for_one() {
        let message = |error: SettingError| error.to_string();
        let parse = |provider, secret| ScoreProvider::parse(provider, secret).map_err(message);
        let arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:score-AbCdEf";
        assert_eq!(
            [parse("", " "), parse(" own ", "")],
            [Ok(ScoreProvider::Own), Ok(ScoreProvider::Own)]
        );
        assert_eq!(parse("both", arn), Ok(ScoreProvider::Both(ScoreSecretArn(arn.into()))));
        let external = parse("external", arn).unwrap();
        assert_eq!(external.secret().map(ScoreSecretArn::as_str), Some(arn));
        assert_eq!(
            parse("external", ""),
            Err(format!("`ScoreSecretArn` is ``; allowed is the ARN of a secret, such as `{arn}`"))
        );
        assert_eq!(
            parse("own", arn),
            Err(format!(
                "`ScoreSecretArn` is `{arn}`; allowed is nothing, unless `ScoreProvider` is `external` or `both`"
            ))
        );
        assert_eq!(
            parse("cloudknox", arn),
            Err("`ScoreProvider` is `cloudknox`; allowed is `own`, `external` or `both`".into())
        );
        let role = "arn:aws:iam::111122223333:role/score";
        assert_eq!(
            parse("both", role),
            Err(format!(
                "`ScoreSecretArn` is `{role}`; allowed is the ARN of a secret, such as `{arn}`"
            ))
        );
    }

    #[test]
    fn base_actions_are_sorted_and_said_once() {
        let base: BaseActions =
            "sts:GetCallerIdentity, s3:ListAllMyBuckets\nsts:getcalleridentity".parse().unwrap();
        let written: Vec<String> = base.actions().iter().map(ToString::to_string).collect();
        assert_eq!(written, ["s3:ListAllMyBuckets", "sts:GetCallerIdentity"]);
    }
}
