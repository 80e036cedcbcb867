//! Every setting that is one word or number.

use super::bytes::text;
use leastwise_evaluator::entity::ResourceTypes;
use leastwise_policy::compress::Wildcards;
use leastwise_remediator::customer_boundaries::CustomerBoundaries;
use leastwise_remediator::settings::PreflightMode;
use leastwise_rightsizing::exemption::admin_group;
use leastwise_rightsizing::settings::{
    BoundaryWildcards, CanarySize, DailyLimit, KeepInverses, MaxEvidenceAgeDays, MinimumAgeDays,
    MinimumKnownPercent, NewPermissionGraceDays, NotPrincipalChecked, NoticeDays, PreserveReads,
    ResourceGrants, RestoreHoldDays, RestoreOnBreak, ScoreProvider, ScoreSecretArn, Threshold,
    TopicArn, UntrackedRegions, UnusedAfterDays, Weighting,
};
use leastwise_rightsizing::tags::QuarantinePolicyArn;
use std::fmt::{Debug, Display};
use std::str::FromStr;

/// The value of a setting.
pub(super) fn settings(input: &[u8]) {
    let Some(text) = text(input) else { return };
    one::<BoundaryWildcards>(text);
    one::<CanarySize>(text);
    one::<CustomerBoundaries>(text);
    one::<DailyLimit>(text);
    one::<KeepInverses>(text);
    one::<MaxEvidenceAgeDays>(text);
    one::<MinimumAgeDays>(text);
    one::<MinimumKnownPercent>(text);
    one::<NewPermissionGraceDays>(text);
    one::<NotPrincipalChecked>(text);
    one::<NoticeDays>(text);
    one::<PreflightMode>(text);
    one::<PreserveReads>(text);
    one::<QuarantinePolicyArn>(text);
    one::<ResourceGrants>(text);
    one::<ResourceTypes>(text);
    one::<RestoreHoldDays>(text);
    one::<RestoreOnBreak>(text);
    one::<ScoreSecretArn>(text);
    one::<Threshold>(text);
    one::<TopicArn>(text);
    one::<UntrackedRegions>(text);
    one::<UnusedAfterDays>(text);
    one::<Weighting>(text);
    let _ = text.parse::<Wildcards>();
    let _ = admin_group(text);
    let (provider, secret) = text.split_once('\n').unwrap_or((text, ""));
    let _ = ScoreProvider::parse(provider, secret);
}

/// A setting is read the same with white space around it, and an error names its value.
fn one<T: FromStr<Err: Display> + PartialEq + Debug>(text: &str) {
    match text.parse::<T>() {
        Ok(value) => assert_eq!(format!(" {text}\n").parse().ok(), Some(value)),
        Err(error) => assert!(error.to_string().contains(text), "{error}"),
    }
}
