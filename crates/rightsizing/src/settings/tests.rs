use super::actions::{AlwaysAllow, BaseActions};
use super::days::{MaxEvidenceAgeDays, MinimumAgeDays, NewPermissionGraceDays, UnusedAfterDays};
use super::judging::{DeployedWeighting, KeepInverses, PreserveReads, Threshold, Weighting};
use super::minimum_known::MinimumKnownPercent;
use super::regions::UntrackedRegions;
use super::resource_grants::{NotPrincipalChecked, ResourceGrants};
use super::score_provider::{ScoreProvider, ScoreSecretArn};
use super::setting::SettingError;
use leastwise_policy::compress::Wildcards;

use super::*;

#[test]
fn numbers_are_accepted_up_to_and_including_their_limits() {
    assert_eq!("1".parse::<UnusedAfterDays>().map(UnusedAfterDays::days), Ok(1));
    assert_eq!(" 400 ".parse::<UnusedAfterDays>().map(UnusedAfterDays::days), Ok(400));
    assert_eq!("0".parse::<Threshold>().map(Threshold::value), Ok(0));
    assert_eq!("100".parse::<Threshold>().map(Threshold::value), Ok(100));
    assert_eq!("0".parse::<MinimumAgeDays>().map(MinimumAgeDays::days), Ok(0));
    assert_eq!("1".parse::<MaxEvidenceAgeDays>().map(MaxEvidenceAgeDays::days), Ok(1));
    assert_eq!("400".parse::<MaxEvidenceAgeDays>().map(MaxEvidenceAgeDays::days), Ok(400));
    assert_eq!("100".parse::<MinimumKnownPercent>().map(MinimumKnownPercent::value), Ok(100));
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
        Err("`Weighting` is `Risk`; allowed is `risk`, `uniform` or `reach`".into())
    );
    assert_eq!(
        "Risk".parse::<DeployedWeighting>().map_err(message),
        Err("`Weighting` is `Risk`; allowed is `risk` or `uniform`".into())
    );
    assert_eq!(
        "reach".parse::<DeployedWeighting>().map_err(message),
        Err("`Weighting` is `reach`; allowed is `risk` or `uniform` in a deployment, since `reach` \
             needs the whole account: that is for `leastwise index` and `leastwise plan`"
            .into())
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
    assert_eq!(parse("both", arn), Ok(ScoreProvider::Both(arn.parse().unwrap())));
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
fn what_the_evidence_cannot_see_is_kept_unless_the_operator_says_otherwise() {
    assert_eq!(MaxEvidenceAgeDays::default().days(), 5);
    assert_eq!(MinimumKnownPercent::default().value(), 50);
    assert_eq!(UntrackedRegions::default(), UntrackedRegions::Unknown);
    assert_eq!(ResourceGrants::default(), ResourceGrants::Keep);
    assert!(KeepInverses::default().is_on());
    assert!(!NotPrincipalChecked::default().is_on());
}

#[test]
fn the_settings_of_what_the_evidence_cannot_see_are_read_or_refused_by_name() {
    let message = |error: SettingError| error.to_string();
    let grants = |value: &str| value.parse::<ResourceGrants>().map_err(message);
    assert_eq!(
        [grants("keep"), grants(" read "), grants("none")],
        [Ok(ResourceGrants::Keep), Ok(ResourceGrants::Read), Ok(ResourceGrants::None)]
    );
    assert_eq!(
        grants("all"),
        Err("`ResourceGrants` is `all`; allowed is `keep`, `read` or `none`".into())
    );
    assert_eq!("unused".parse(), Ok(UntrackedRegions::Unused));
    assert_eq!(
        "used".parse::<UntrackedRegions>().map_err(message),
        Err("`UntrackedRegions` is `used`; allowed is `unknown` or `unused`".into())
    );
    assert_eq!("false".parse().map(KeepInverses::is_on), Ok(false));
    assert_eq!("true".parse().map(NotPrincipalChecked::is_on), Ok(true));
    assert_eq!(
        "0".parse::<MaxEvidenceAgeDays>().map_err(message),
        Err("`MaxEvidenceAgeDays` is `0`; allowed is a whole number from 1 to 400".into())
    );
    assert_eq!(
        "101".parse::<MinimumKnownPercent>().map_err(message),
        Err("`MinimumKnownPercent` is `101`; allowed is a whole number from 0 to 100".into())
    );
}

#[test]
fn base_actions_are_sorted_and_said_once() {
    let base: BaseActions =
        "sts:GetCallerIdentity, s3:ListAllMyBuckets\nsts:getcalleridentity".parse().unwrap();
    let written: Vec<String> = base.actions().iter().map(ToString::to_string).collect();
    assert_eq!(written, ["s3:ListAllMyBuckets", "sts:GetCallerIdentity"]);
}
