//! What an operator can set, each value in a type that cannot be out of range.

mod actions;
mod days;
mod evidence_list;
mod ignored_policies;
mod judging;
mod list;
mod minimum_known;
mod pace;
mod principal_list;
mod regions;
mod resource_grants;
mod score_provider;
mod setting;
#[cfg(test)]
mod tests;
mod topic;
mod wildcards;

pub use actions::{AlwaysAllow, BaseActions};
pub use days::{
    MaxEvidenceAgeDays, MinimumAgeDays, NewPermissionGraceDays, NoticeDays, RestoreHoldDays,
    UnusedAfterDays,
};
pub use evidence_list::EvidenceList;
pub use ignored_policies::IgnoredPolicies;
pub(crate) use ignored_policies::NO_POLICIES;
pub use judging::{DeployedWeighting, Judging, KeepInverses, PreserveReads, Threshold, Weighting};
pub use list::{
    EMPTY_ON_PURPOSE, ListFileError, ListSetting, ListSource, MAX_FILE_BYTES, ObjectAddress,
    read_file,
};
pub use minimum_known::MinimumKnownPercent;
pub use pace::{CanarySize, DailyLimit, RestoreOnBreak};
pub use principal_list::{EXEMPT_PRINCIPALS, NARROW_PROTECTED, PrincipalList};
pub use regions::UntrackedRegions;
pub use resource_grants::{NotPrincipalChecked, ResourceGrants};
pub use score_provider::{ScoreProvider, ScoreSecretArn};
pub use setting::{SettingError, choice};
pub use topic::TopicArn;
pub use wildcards::BoundaryWildcards;
