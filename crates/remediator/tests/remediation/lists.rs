//! Lists that the settings name: whoever is on one is left alone, and nobody is touched while one cannot be used.

use crate::scene::{ARN, Asking, OWN, ask, ask_set_to, outdated, set_to, status, unbounded, user};
use leastwise_aws::CallError;
use leastwise_remediator::answer::{Answer, Status};
use leastwise_remediator::error::RemediationError;
use leastwise_remediator::request::Mode;
use leastwise_remediator::settings::Settings;
use leastwise_testing::aws::Fake;
use serde_json::json;

const LIST: &str = "s3://team-lists/exempt.txt";

/// With this variable and otherwise the defaults.
fn set(variable: &'static str, value: &'static str) -> Settings {
    set_to(|name| (name == variable).then(|| value.to_owned()))
}

async fn ask_with(settings: &Settings, aws: &Fake, mode: Mode) -> Result<Answer, RemediationError> {
    let id = aws.world().principals.values().next().unwrap().id.to_string();
    ask_set_to(settings, &id, aws, mode).await
}

async fn refused(settings: &Settings, aws: &Fake) -> (&'static str, String) {
    let answer = ask_with(settings, aws, Mode::Apply).await.unwrap();
    assert_eq!((answer.status, aws.writes()), (Status::Refused, vec![]));
    (answer.error.unwrap(), answer.message.unwrap())
}

#[tokio::test]
async fn whoever_a_list_exempts_gets_no_boundary() {
    for (variable, why) in [
        ("LEASTWISE_EXEMPT_PRINCIPALS", "exempt by `/team/` in ExemptPrincipals"),
        ("LEASTWISE_EXEMPTION_LIST", "exempt by `/team/` in ExemptionList"),
        (
            "LEASTWISE_BREAK_GLASS_PRINCIPALS",
            "kept for emergencies by `/team/` in BreakGlassPrincipals",
        ),
    ] {
        let aws = unbounded();
        aws.set_file(LIST, Ok("/team/ # and all below\r\n"));
        let expected = ("Exempt", format!("`{ARN}` is exempt: {why}"));
        assert_eq!(refused(&set(variable, LIST), &aws).await, expected);
    }
}

#[tokio::test]
async fn who_is_judged_only_gets_no_boundary() {
    let aws = unbounded();
    aws.set_file(LIST, Ok("app"));
    let why = format!("`{ARN}` is judged and never bounded: `app` in DoNotEnforceList");
    assert_eq!(
        refused(&set("LEASTWISE_DO_NOT_ENFORCE_LIST", LIST), &aws).await,
        ("DoNotEnforce", why)
    );
}

#[tokio::test]
async fn a_member_of_the_admin_group_gets_no_boundary() {
    let aws = user();
    aws.change(|world| {
        world.principals.values_mut().for_each(|user| user.groups = vec!["admins".into()]);
    });
    let arn = "arn:aws:iam::111122223333:user/app";
    let why = format!("`{arn}` is exempt: exempt as a member of group `Admins` (AdminGroupName)");
    assert_eq!(refused(&set("LEASTWISE_ADMIN_GROUP_NAME", "Admins"), &aws).await, ("Exempt", why));
}

#[tokio::test]
async fn a_principal_whose_tags_exempt_it_gets_no_boundary_until_they_are_over() {
    let tags = |until: &'static str| {
        let aws = unbounded();
        crate::scene::change_role(&aws, |app| {
            app.tags.insert("leastwise:exempt-until".into(), until.into());
            app.tags.insert("leastwise:exempt-reason".into(), "migration".into());
        });
        aws
    };
    let defaults = set("NONE", "");
    let why = format!("`{ARN}` is exempt: exempt until 2026-07-01 by its tags: migration");
    assert_eq!(refused(&defaults, &tags("2026-07-01")).await, ("Exempt", why));
    let aws = tags("2026-06-01");
    let planned = ask(&aws, Mode::Plan).await.unwrap();
    let warnings: Vec<(String, String)> = planned
        .plan
        .unwrap()
        .warnings
        .into_iter()
        .map(|warning| (warning.warning.to_owned(), warning.message))
        .collect();
    assert!(
        warnings.contains(&(
            "ExemptionIgnored".to_owned(),
            "it is not exempt, although it may be meant to be: tag `leastwise:exempt-until` is over since 2026-06-01"
                .to_owned()
        )),
        "{warnings:?}"
    );
    assert_eq!(status(&aws, Mode::Apply).await, Status::Applied);
}

#[tokio::test]
async fn while_a_list_cannot_be_used_nobody_is_planned_for_or_bounded_but_anybody_can_be_restored()
{
    let throttled = || CallError::refused("s3:GetObject", LIST, "SlowDown", "please wait");
    for (variable, setting) in [
        ("LEASTWISE_EXEMPT_PRINCIPALS", "ExemptPrincipals"),
        ("LEASTWISE_EXEMPTION_LIST", "ExemptionList"),
        ("LEASTWISE_BREAK_GLASS_PRINCIPALS", "BreakGlassPrincipals"),
        ("LEASTWISE_NARROW_PROTECTED", "NarrowProtected"),
        ("LEASTWISE_DO_NOT_ENFORCE_LIST", "DoNotEnforceList"),
        ("LEASTWISE_BASE_ACTIONS", "BaseActions"),
        ("LEASTWISE_ALWAYS_ALLOW", "AlwaysAllow"),
        ("LEASTWISE_IGNORED_POLICIES", "IgnoredPolicies"),
    ] {
        for (text, error_type, why) in [
            (
                Err(throttled()),
                "Retryable",
                format!("s3:GetObject on `{LIST}` failed: SlowDown: please wait"),
            ),
            (
                Ok(""),
                "Failed",
                "it has no entry; write `none` into a list that is to be empty".to_owned(),
            ),
        ] {
            let aws = outdated();
            aws.set_file(LIST, text);
            let before = aws.world();
            let settings = set(variable, LIST);
            for mode in [Mode::Plan, Mode::Apply] {
                let error = ask_with(&settings, &aws, mode).await.unwrap_err();
                let expected = format!(
                    "`{setting}` ({LIST}) cannot be used, so nobody is judged or changed: {why}"
                );
                assert_eq!((error.error_type(), error.to_string()), (error_type, expected));
                assert_eq!(aws.calls(), [""; 0]);
            }
            assert_eq!(aws.world(), before);
            let restored = ask_with(&settings, &aws, Mode::Restore).await.unwrap();
            assert_eq!(restored.status, Status::Restored);
        }
    }
}

#[tokio::test]
async fn while_the_group_of_administrators_is_not_there_nobody_is_changed_but_anybody_can_be_restored()
 {
    let settings = Settings {
        quarantine: "arn:aws:iam::111122223333:policy/leastwise/leastwise-quarantine".parse().ok(),
        ..set("LEASTWISE_ADMIN_GROUP_NAME", "admins")
    };
    let notice = Asking { settings: settings.clone(), ..Asking::with_notice(0) };
    for (failing, why) in [
        (&[][..], "the account has no group of this name; correct the setting, or empty it"),
        (&["find_group"], "iam:Any on `any` failed: AccessDenied: as IAM says it"),
    ] {
        let cannot = format!(
            "`AdminGroupName` (admins) cannot be used, so nobody is judged or changed: {why}"
        );
        for mode in [Mode::Plan, Mode::Apply, Mode::Quarantine] {
            let aws = user();
            aws.fail(failing);
            let before = aws.world();
            let error = notice.ask(&aws, mode).await.unwrap_err();
            assert_eq!((error.error_type(), error.to_string()), ("Failed", cannot.clone()));
            assert_eq!((aws.calls(), aws.world()), (vec!["find_group"], before));
        }
        let aws = outdated();
        aws.fail(failing);
        let restored = ask_with(&settings, &aws, Mode::Restore).await.unwrap();
        assert_eq!(restored.status, Status::Restored);
        let aws = user();
        aws.fail(failing);
        let released = ask_with(&settings, &aws, Mode::Release).await.unwrap();
        assert_eq!(released.status, Status::Noop);
    }
}

#[tokio::test]
async fn base_and_always_allowed_actions_may_be_in_files_and_each_must_be_in_the_catalogue() {
    let aws = unbounded();
    aws.set_file(LIST, Ok("# for everybody\nsqs:ListQueues\n"));
    let applied = ask_with(&set("LEASTWISE_ALWAYS_ALLOW", LIST), &aws, Mode::Apply).await.unwrap();
    assert_eq!(applied.status, Status::Applied);
    let statements = aws.world().policies[OWN].in_force().1.to_value()["Statement"].clone();
    assert_eq!(statements[1]["Sid"], "LeastwiseAlwaysAllow");
    assert_eq!(statements[1]["Action"], json!("sqs:ListQueues"));

    let aws = unbounded();
    aws.set_file(LIST, Ok("sqs:ListQueues\nsqs:ListQueue\n"));
    let error =
        ask_with(&set("LEASTWISE_BASE_ACTIONS", LIST), &aws, Mode::Apply).await.unwrap_err();
    let date = leastwise_policy::catalog::Catalog::embedded().date();
    assert_eq!(
        error.to_string(),
        format!(
            "`BaseActions` ({LIST}) cannot be used, so nobody is judged or changed: line 2: `BaseActions` is \
             `sqs:ListQueue`; allowed is an action of the action catalogue of {date}, which has none of that name"
        )
    );
    assert_eq!(aws.calls(), [""; 0]);
}
