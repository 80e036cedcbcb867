//! The remediator's settings, which the template writes into its environment.

use crate::customer_boundaries::CustomerBoundaries;
use leastwise_aws::lists::{ListError, load_exemptions, load_list};
use leastwise_aws::ports::{FindGroup, ReadObject};
use leastwise_rightsizing::automatic::Pace;
use leastwise_rightsizing::exemption::{
    BREAK_GLASS_PRINCIPALS, EXEMPTION_LIST, ExemptionSources, admin_group,
};
use leastwise_rightsizing::plan::PlanSettings;
use leastwise_rightsizing::settings::{
    AlwaysAllow, BaseActions, BoundaryWildcards, DeployedWeighting, EXEMPT_PRINCIPALS,
    EvidenceList, IgnoredPolicies, Judging, KeepInverses, ListSource, MaxEvidenceAgeDays,
    NARROW_PROTECTED, NewPermissionGraceDays, NotPrincipalChecked, PreserveReads, PrincipalList,
    ResourceGrants, RestoreHoldDays, ScoreProvider, SettingError, TopicArn, UntrackedRegions,
    UnusedAfterDays, Weighting, choice,
};
use leastwise_rightsizing::tags::QuarantinePolicyArn;
use std::str::FromStr;

/// What the remediator is set to. Before anything is planned, the lists that it names are loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The window.
    pub unused_after: UnusedAfterDays,
    /// Whether idle reads of used services are kept.
    pub preserve_reads: PreserveReads,
    /// The policies whose grants do not count.
    pub ignored_policies: ListSource<IgnoredPolicies>,
    /// Which wildcards a boundary may have.
    pub wildcards: BoundaryWildcards,
    /// Weights of services.
    pub weighting: Weighting,
    /// How old a report may be and still say that something was not used.
    pub max_evidence_age: MaxEvidenceAgeDays,
    /// What "never used" says where IAM does not track every Region of the account.
    pub untracked_regions: UntrackedRegions,
    /// Whether what undoes an action in use is kept.
    pub keep_inverses: KeepInverses,
    /// What is done about what resource policies may grant.
    pub resource_grants: ResourceGrants,
    /// Whether the operator has checked that no resource policy denies by `NotPrincipal`.
    pub not_principal_checked: NotPrincipalChecked,
    /// What is left to a principal that uses nothing.
    pub base_actions: ListSource<BaseActions>,
    /// What is kept whether it is used or not.
    pub always_allow: ListSource<AlwaysAllow>,
    /// Who is left alone.
    pub exemptions: ExemptionSources,
    /// Who is judged and never bounded.
    pub do_not_enforce: ListSource<PrincipalList>,
    /// Where usage files are; `None`: there are none.
    pub evidence: Option<EvidenceList>,
    /// How long a newly granted permission gets to be used for the first time.
    pub new_permission_grace: NewPermissionGraceDays,
    /// Whether an external service narrows boundaries by what it suggests.
    pub score_provider: ScoreProvider,
    /// What automatic remediation does about boundaries of others.
    pub customer_boundaries: CustomerBoundaries,
    /// Whether AWS is asked about boundaries.
    pub preflight: PreflightMode,
    /// For how long a restored principal is held.
    pub restore_hold: RestoreHoldDays,
    /// How fast automatic remediation goes.
    pub pace: Pace,
    /// Where messages go; `None`: there are none.
    pub notification_topic: Option<TopicArn>,
    /// The policy that is attached to users in quarantine; `None`: nobody is put in quarantine.
    pub quarantine: Option<QuarantinePolicyArn>,
}

/// The settings with everything that the lists say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedSettings {
    /// How boundaries are planned.
    pub plan: PlanSettings,
    /// Where usage files are.
    pub evidence: Option<EvidenceList>,
    /// How long a newly granted permission gets to be used for the first time.
    pub new_permission_grace: NewPermissionGraceDays,
    /// Whether an external service narrows them by what it suggests.
    pub score_provider: ScoreProvider,
    /// Whether AWS is asked about them.
    pub preflight: PreflightMode,
}

impl Settings {
    /// Loads every list, and looks up the group of administrators.
    ///
    /// # Errors
    ///
    /// [`ListError`] for the first one that cannot be read or understood, and for a group that does
    /// not exist: then nobody may be bounded.
    pub async fn load(
        &self,
        aws: &(impl ReadObject + FindGroup),
    ) -> Result<LoadedSettings, ListError> {
        let plan = PlanSettings {
            judging: Judging {
                unused_after: self.unused_after,
                preserve_reads: self.preserve_reads,
                ignored_policies: load_list(&self.ignored_policies, aws).await?,
                weighting: self.weighting,
                max_evidence_age: self.max_evidence_age,
                untracked_regions: self.untracked_regions,
                keep_inverses: self.keep_inverses,
            },
            wildcards: self.wildcards,
            base_actions: load_list(&self.base_actions, aws).await?,
            always_allow: load_list(&self.always_allow, aws).await?,
            exemptions: load_exemptions(&self.exemptions, aws, aws).await?,
            do_not_enforce: load_list(&self.do_not_enforce, aws).await?,
            resource_grants: self.resource_grants,
            not_principal_checked: self.not_principal_checked,
        };
        Ok(LoadedSettings {
            plan,
            evidence: self.evidence.clone(),
            new_permission_grace: self.new_permission_grace,
            score_provider: self.score_provider.clone(),
            preflight: self.preflight,
        })
    }
}

/// Whether IAM Access Analyzer and IAM's policy simulator are asked about a boundary before
/// anything is written: `off` by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PreflightMode {
    /// They are not asked: the proof decides.
    #[default]
    Off,
    /// They are asked, and stop what they contradict.
    On,
}

impl PreflightMode {
    /// The setting's name.
    pub const NAME: &'static str = "Preflight";
}

impl FromStr for PreflightMode {
    type Err = SettingError;

    fn from_str(value: &str) -> Result<Self, SettingError> {
        choice(Self::NAME, value, &[("off", Self::Off), ("on", Self::On)])
    }
}

/// Reads the settings. A variable that is absent or empty has its default.
///
/// | variable | setting | default |
/// |---|---|---|
/// | `LEASTWISE_UNUSED_AFTER_DAYS` | `UnusedAfterDays` | 180 |
/// | `LEASTWISE_PRESERVE_READS` | `PreserveReads` | `false` |
/// | `LEASTWISE_IGNORED_POLICIES` | `IgnoredPolicies` | none |
/// | `LEASTWISE_WILDCARDS` | `Wildcards` | `stable` |
/// | `LEASTWISE_ALWAYS_ALLOW` | `AlwaysAllow` | none |
/// | `LEASTWISE_WEIGHTING` | `Weighting` | `risk` |
/// | `LEASTWISE_MAX_EVIDENCE_AGE_DAYS` | `MaxEvidenceAgeDays` | 5 |
/// | `LEASTWISE_UNTRACKED_REGIONS` | `UntrackedRegions` | `unknown` |
/// | `LEASTWISE_KEEP_INVERSES` | `KeepInverses` | `true` |
/// | `LEASTWISE_RESOURCE_GRANTS` | `ResourceGrants` | `keep` |
/// | `LEASTWISE_NOT_PRINCIPAL_CHECKED` | `NotPrincipalChecked` | `false` |
/// | `LEASTWISE_BASE_ACTIONS` | `BaseActions` | `sts:GetCallerIdentity` |
/// | `LEASTWISE_BREAK_GLASS_PRINCIPALS` | `BreakGlassPrincipals` | none |
/// | `LEASTWISE_EXEMPT_PRINCIPALS` | `ExemptPrincipals` | none |
/// | `LEASTWISE_EXEMPTION_LIST` | `ExemptionList` | none |
/// | `LEASTWISE_ADMIN_GROUP_NAME` | `AdminGroupName` | none |
/// | `LEASTWISE_NARROW_PROTECTED` | `NarrowProtected` | none |
/// | `LEASTWISE_DO_NOT_ENFORCE_LIST` | `DoNotEnforceList` | none |
/// | `LEASTWISE_EVIDENCE_LIST` | `EvidenceList` | none |
/// | `LEASTWISE_NEW_PERMISSION_GRACE_DAYS` | `NewPermissionGraceDays` | 14 |
/// | `LEASTWISE_SCORE_PROVIDER` | `ScoreProvider` | `own` |
/// | `LEASTWISE_SCORE_SECRET_ARN` | `ScoreSecretArn` | none |
/// | `LEASTWISE_CUSTOMER_BOUNDARIES` | `CustomerBoundaries` | `leave` |
/// | `LEASTWISE_PREFLIGHT` | `Preflight` | `off` |
/// | `LEASTWISE_RESTORE_HOLD_DAYS` | `RestoreHoldDays` | 30 |
/// | `LEASTWISE_DAILY_LIMIT` | `DailyLimit` | 20 |
/// | `LEASTWISE_CANARY_SIZE` | `CanarySize` | 3 |
/// | `LEASTWISE_NOTIFICATION_TOPIC_ARN` | `NotificationTopicArn` | none |
/// | `LEASTWISE_QUARANTINE` | `Quarantine` | `off` |
/// | `LEASTWISE_QUARANTINE_POLICY_ARN` | `QuarantinePolicyArn`, which `Quarantine` needs when it is `on` | none |
///
/// # Errors
///
/// [`SettingError`] names the setting, its value and what is allowed.
pub fn from_environment(
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Settings, SettingError> {
    let or = |name: &str, default: &str| {
        variable(name)
            .filter(|value| !value.trim().is_empty())
            .unwrap_or_else(|| default.to_owned())
    };
    let list = |name: &str, setting: &'static str| ListSource::parse(setting, &or(name, ""));
    let exemptions = ExemptionSources {
        break_glass: list("LEASTWISE_BREAK_GLASS_PRINCIPALS", BREAK_GLASS_PRINCIPALS)?,
        exempt_principals: list("LEASTWISE_EXEMPT_PRINCIPALS", EXEMPT_PRINCIPALS)?,
        exemption_list: list("LEASTWISE_EXEMPTION_LIST", EXEMPTION_LIST)?,
        admin_group: admin_group(&or("LEASTWISE_ADMIN_GROUP_NAME", ""))?,
        narrow_protected: list("LEASTWISE_NARROW_PROTECTED", NARROW_PROTECTED)?,
    };
    let base_actions = or("LEASTWISE_BASE_ACTIONS", "sts:GetCallerIdentity");
    Ok(Settings {
        unused_after: or("LEASTWISE_UNUSED_AFTER_DAYS", "180").parse()?,
        preserve_reads: or("LEASTWISE_PRESERVE_READS", "false").parse()?,
        ignored_policies: ListSource::parse(
            IgnoredPolicies::NAME,
            &or("LEASTWISE_IGNORED_POLICIES", ""),
        )?,
        wildcards: or("LEASTWISE_WILDCARDS", "stable").parse()?,
        weighting: or("LEASTWISE_WEIGHTING", "risk").parse::<DeployedWeighting>()?.weighting(),
        max_evidence_age: or("LEASTWISE_MAX_EVIDENCE_AGE_DAYS", "5").parse()?,
        untracked_regions: or("LEASTWISE_UNTRACKED_REGIONS", "unknown").parse()?,
        keep_inverses: or("LEASTWISE_KEEP_INVERSES", "true").parse()?,
        resource_grants: or("LEASTWISE_RESOURCE_GRANTS", "keep").parse()?,
        not_principal_checked: or("LEASTWISE_NOT_PRINCIPAL_CHECKED", "false").parse()?,
        base_actions: ListSource::parse(BaseActions::NAME, &base_actions)?,
        always_allow: ListSource::parse(AlwaysAllow::NAME, &or("LEASTWISE_ALWAYS_ALLOW", ""))?,
        exemptions,
        do_not_enforce: list("LEASTWISE_DO_NOT_ENFORCE_LIST", "DoNotEnforceList")?,
        evidence: EvidenceList::parse(&or("LEASTWISE_EVIDENCE_LIST", ""))?,
        new_permission_grace: or("LEASTWISE_NEW_PERMISSION_GRACE_DAYS", "14").parse()?,
        score_provider: ScoreProvider::parse(
            &or("LEASTWISE_SCORE_PROVIDER", "own"),
            &or("LEASTWISE_SCORE_SECRET_ARN", ""),
        )?,
        customer_boundaries: or("LEASTWISE_CUSTOMER_BOUNDARIES", "leave").parse()?,
        preflight: or("LEASTWISE_PREFLIGHT", "off").parse()?,
        restore_hold: or("LEASTWISE_RESTORE_HOLD_DAYS", "30").parse()?,
        pace: Pace {
            daily_limit: or("LEASTWISE_DAILY_LIMIT", "20").parse()?,
            canary_size: or("LEASTWISE_CANARY_SIZE", "3").parse()?,
        },
        notification_topic: match or("LEASTWISE_NOTIFICATION_TOPIC_ARN", "").as_str() {
            "" => None,
            topic => Some(topic.parse()?),
        },
        quarantine: match or("LEASTWISE_QUARANTINE", "off").trim() {
            "off" => None,
            "on" => Some(or("LEASTWISE_QUARANTINE_POLICY_ARN", "").parse()?),
            other => return Err(SettingError::new("Quarantine", other, "`off` or `on`")),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_environment_gives_the_defaults() {
        let settings = from_environment(|_| None).unwrap();
        assert_eq!(settings.unused_after.days(), 180);
        assert_eq!(settings.max_evidence_age, MaxEvidenceAgeDays::default());
        assert_eq!(settings.untracked_regions, UntrackedRegions::default());
        assert_eq!(settings.keep_inverses, KeepInverses::default());
        assert_eq!(settings.resource_grants, ResourceGrants::default());
        assert_eq!(settings.not_principal_checked, NotPrincipalChecked::default());
        assert_eq!(settings.preflight, PreflightMode::Off);
        assert_eq!(settings.restore_hold, RestoreHoldDays::default());
        assert_eq!(settings.pace, Pace::default());
        assert_eq!(settings.customer_boundaries, CustomerBoundaries::Leave);
        let base_actions = "sts:GetCallerIdentity".parse().unwrap();
        assert_eq!(settings.base_actions, ListSource::Entries(base_actions));
        assert_eq!(from_environment(|_| Some(" ".into())).unwrap(), settings);
    }

    #[test]
    fn a_bad_setting_is_named_with_its_value_and_what_is_allowed() {
        let days = |name: &str| (name == "LEASTWISE_UNUSED_AFTER_DAYS").then(|| "0".to_owned());
        assert_eq!(
            from_environment(days).unwrap_err().to_string(),
            "`UnusedAfterDays` is `0`; allowed is a whole number from 1 to 400"
        );
        let preflight = |value: &str| {
            from_environment(|name| (name == "LEASTWISE_PREFLIGHT").then(|| value.into()))
        };
        assert_eq!(preflight(" on").unwrap().preflight, PreflightMode::On);
        assert_eq!(
            preflight("true").unwrap_err().to_string(),
            "`Preflight` is `true`; allowed is `off` or `on`"
        );
    }

    #[test]
    fn a_quarantine_that_is_on_needs_its_policy_and_one_that_is_off_does_not() {
        let policy = "arn:aws:iam::111122223333:policy/leastwise/leastwise-quarantine";
        let set_to = |on: &'static str, arn: &'static str| {
            from_environment(move |name| match name {
                "LEASTWISE_QUARANTINE" => Some(on.into()),
                "LEASTWISE_QUARANTINE_POLICY_ARN" => Some(arn.into()),
                _ => None,
            })
        };
        assert_eq!(set_to("off", "nonsense").unwrap().quarantine, None);
        assert_eq!(set_to("on", policy).unwrap().quarantine, policy.parse().ok());
        assert_eq!(
            set_to("on", "").unwrap_err().to_string(),
            "`QuarantinePolicyArn` is ``; allowed is the ARN of the policy `leastwise-quarantine` under the path \
             `/leastwise/`"
        );
        assert_eq!(
            set_to("yes", policy).unwrap_err().to_string(),
            "`Quarantine` is `yes`; allowed is `off` or `on`"
        );
    }

    #[test]
    fn messages_go_to_a_topic_only_where_one_is_named() {
        let topic = |arn: &'static str| {
            from_environment(move |name| {
                (name == "LEASTWISE_NOTIFICATION_TOPIC_ARN").then(|| arn.into())
            })
        };
        assert_eq!(topic(" ").unwrap().notification_topic, None);
        let arn = "arn:aws:sns:eu-central-1:111122223333:leastwise";
        assert_eq!(topic(arn).unwrap().notification_topic, arn.parse().ok());
        assert!(topic("leastwise").is_err());
    }
}
