//! What others than IAM saw, and what they would have seen.

use super::{actions_of, of_actions};
use crate::evidence::witnesses::{
    Called, Denial, DeniedBy, Listing, Looked, Places, Sightings, Source, Stretch, Subject, Times,
    UsageLog, Witnesses,
};
use crate::evidence::{EnabledRegions, Evidence, ReportError};
use crate::iam::Principal;
use crate::settings::Judging;
use crate::testing::{
    Last, allow, as_of, days_ago, evidence, evidence_of_actions, own, role, user,
};
use crate::usage::{Idle, PrincipalUsage, Proof, StoppedAttempt, Unknown, Usage};
use leastwise_policy::catalog::Catalog;
use std::collections::BTreeSet;

const ACCOUNT: &str = "111122223333";

fn log() -> UsageLog {
    UsageLog::new(Source::CloudTrail, ACCOUNT)
}

fn whoever(principal: &Principal) -> Subject {
    Subject::Id(principal.unique_id.clone(), None)
}

fn action(name: &str) -> Called {
    Called::Action(name.parse().unwrap())
}

fn seen(principal: &Principal, uses: &[(Called, i64)]) -> UsageLog {
    let mut log = log();
    for (called, days) in uses {
        log.used(whoever(principal), called.clone(), Times::once(days_ago(*days), None));
    }
    log
}

fn with(evidence: Evidence, principal: &Principal, log: UsageLog) -> Evidence {
    let mut witnesses = Witnesses::default();
    witnesses.add(log);
    Evidence { sightings: witnesses.of(principal), ..evidence }
}

fn usage(principal: &Principal, evidence: &Evidence) -> PrincipalUsage {
    let judging = Judging::default();
    PrincipalUsage::of(principal, evidence, &judging, as_of(), Catalog::embedded()).unwrap()
}

fn services(usage: &PrincipalUsage) -> Vec<(&str, Usage)> {
    usage.services.iter().map(|it| (it.namespace.as_str(), it.usage)).collect()
}

fn by(source: Source, days: i64) -> Usage {
    Usage::Used { last: days_ago(days), by: source }
}

#[test]
fn any_source_can_show_use_and_the_newest_use_counts() {
    let principal = role([allow(&["s3:*", "sqs:*", "sns:*", "kms:*"])]);
    let uses =
        [(action("s3:GetObject"), 5), (action("sqs:SendMessage"), 9), (action("kms:Sign"), 1)];
    let of_iam = evidence(&[("s3", Some(300)), ("sqs", Some(3)), ("sns", None)]);
    let evidence = with(of_iam, &principal, seen(&principal, &uses));
    let usage = usage(&principal, &evidence);
    assert_eq!(
        services(&usage),
        [
            // Not in IAM's report at all.
            ("kms", by(Source::CloudTrail, 1)),
            ("s3", by(Source::CloudTrail, 5)),
            ("sns", Usage::Idle(Idle::Never)),
            ("sqs", by(Source::LastAccessed, 3)),
        ]
    );
}

#[test]
fn an_action_has_its_own_date_only_where_iam_tells_actions_apart() {
    let principal = role([allow(&["sqs:*", "s3:*"])]);
    let tracked: &[Last<'_>] = &[("CreateQueue", Some(300)), ("DeleteQueue", None)];
    let of_iam = evidence_of_actions(&[("sqs", Some(300), tracked), ("s3", None, &[])]);
    let uses = [
        (action("sqs:createqueue"), 2),
        (action("sqs:SendMessage"), 1),
        (action("s3:GetObject"), 4),
    ];
    let usage = usage(&principal, &with(of_iam, &principal, seen(&principal, &uses)));
    assert_eq!(
        actions_of(&usage, "sqs"),
        [
            ("sqs:CreateQueue".to_owned(), by(Source::CloudTrail, 2)),
            // It undoes what is used.
            ("sqs:DeleteQueue".to_owned(), Usage::Unknown(Unknown::UndoesUsed)),
            ("sqs:SendMessage".to_owned(), by(Source::CloudTrail, 1)),
        ]
    );
    assert_eq!(actions_of(&usage, "s3"), []);
    assert_eq!(services(&usage).first(), Some(&("s3", by(Source::CloudTrail, 4))));
}

#[test]
fn what_was_seen_of_an_earlier_principal_of_the_name_says_nothing() {
    let principal = role([allow(&["sqs:*"])]);
    let of = |subject: Subject| {
        let mut log = log();
        log.used(subject, action("sqs:SendMessage"), Times::once(days_ago(1), None));
        let evidence = with(evidence(&[("sqs", None)]), &principal, log);
        usage(&principal, &evidence).services[0].usage
    };
    let arn = principal.arn.clone();
    let earlier = "AROAEXAMPLE0OLDROLE".parse().unwrap();
    assert_eq!(of(Subject::Id(earlier, Some(arn.clone()))), Usage::Idle(Idle::Never));
    assert_eq!(of(Subject::Arn(arn.clone())), by(Source::CloudTrail, 1));
    let id = principal.unique_id.clone();
    assert_eq!(of(Subject::Id(id, Some(arn))), by(Source::CloudTrail, 1));
    assert_eq!(of(Subject::Arn(user([]).arn)), Usage::Idle(Idle::Never));
}

#[test]
fn what_was_seen_before_the_window_makes_nothing_idle() {
    let principal = role([allow(&["sns:*", "polly:*", "s3:*"])]);
    let tracked: &[Last<'_>] = &[("ListAllMyBuckets", Some(1))];
    let of_iam = || evidence_of_actions(&[("sns", Some(1), &[]), ("s3", Some(1), tracked)]);
    // IAM reports neither `polly` nor `s3:GetObject`, and nobody saw them lately.
    let old = [(action("polly:SynthesizeSpeech"), 200), (action("s3:GetObject"), 200)];
    let with_old = usage(&principal, &with(of_iam(), &principal, seen(&principal, &old)));
    assert_eq!(with_old, usage(&principal, &of_iam()));
    let polly = services(&with_old).into_iter().find(|(service, _)| *service == "polly");
    assert_eq!(polly, Some(("polly", Usage::Unknown(Unknown::NotTracked))));
}

fn everywhere(management: bool, data_of: &[&str]) -> Stretch {
    let data_of: BTreeSet<String> = data_of.iter().map(ToString::to_string).collect();
    let (from, to) = (days_ago(400), as_of());
    Stretch { from, to, regions: Places::All, management, data_of }
}

/// The account has an enabled Region that IAM does not watch.
fn with_unwatched_region(evidence: Evidence) -> Evidence {
    let regions = ["ca-west-1", "eu-west-1"].map(ToOwned::to_owned).into();
    Evidence { regions: EnabledRegions::Known(regions), ..evidence }
}

#[test]
fn where_iam_does_not_watch_a_trail_that_would_have_seen_it_calls_it_idle() {
    // All of `account` are management events that IAM tracks; of `sqs` some are not.
    let principal = role([allow(&["account:ListRegions", "sqs:CreateQueue", "sqs:SendMessage"])]);
    let silent = || with_unwatched_region(evidence(&[("account", None), ("sqs", None)]));
    let unwatched = Usage::Unknown(Unknown::RegionNotWatched);
    let never = Usage::Idle(Idle::Never);
    let judged = |stretch: Option<Stretch>| {
        let mut log = log();
        if let Some(stretch) = stretch {
            log.cover(stretch);
        }
        let usage = usage(&principal, &with(silent(), &principal, log));
        usage.services.iter().map(|it| it.usage).collect::<Vec<_>>()
    };
    assert_eq!(judged(None), [unwatched, unwatched]);
    assert_eq!(judged(Some(everywhere(true, &[]))), [never, unwatched]);
    assert_eq!(judged(Some(everywhere(true, &["sqs"]))), [never, never]);
    assert_eq!(judged(Some(everywhere(false, &["sqs"]))), [unwatched, unwatched]);
    let elsewhere = Places::In(BTreeSet::from(["eu-west-1".to_owned()]));
    let one_region = Stretch { regions: elsewhere, ..everywhere(true, &["sqs"]) };
    assert_eq!(judged(Some(one_region)), [unwatched, unwatched]);
    let late = Stretch { from: days_ago(179), ..everywhere(true, &["sqs"]) };
    assert_eq!(judged(Some(late)), [unwatched, unwatched]);
    let ended = Stretch { to: days_ago(6), ..everywhere(true, &["sqs"]) };
    assert_eq!(judged(Some(ended)), [unwatched, unwatched]);
}

#[test]
fn a_trail_calls_nothing_idle_of_a_service_of_which_it_could_not_name_a_call() {
    let principal = role([allow(&["sqs:CreateQueue", "sqs:ListQueues"])]);
    let tracked: &[Last<'_>] = &[("CreateQueue", None), ("ListQueues", Some(1))];
    let of = |unnamed: Option<i64>| {
        let mut log = log();
        log.cover(everywhere(true, &[]));
        if let Some(days) = unnamed {
            let something = Called::Service("sqs".to_owned());
            log.used(whoever(&principal), something, Times::once(days_ago(days), None));
        }
        let of_iam = with_unwatched_region(evidence_of_actions(&[("sqs", Some(1), tracked)]));
        actions_of(&usage(&principal, &with(of_iam, &principal, log)), "sqs").remove(0).1
    };
    assert_eq!(of(None), Usage::Idle(Idle::Never));
    assert_eq!(of(Some(20)), Usage::Unknown(Unknown::RegionNotWatched));
    assert_eq!(of(Some(200)), Usage::Idle(Idle::Never));
}

#[test]
fn what_iam_tracks_only_lately_is_idle_where_a_trail_would_have_seen_it() {
    let principal = role([allow(&["s3:*"])]);
    let catalog = Catalog::embedded();
    let lately = catalog.service("s3").unwrap().ids().map(|id| catalog.action(id)).find(|action| {
        let since = action.tracked_since.map(|day| i64::from(day.days_since_epoch()) * 86_400);
        since.is_some_and(|since| since > days_ago(180).timestamp())
    });
    let Some(lately) = lately else {
        panic!("no action of s3 is tracked for less than the window")
    };
    let tracked: &[Last<'_>] = &[(lately.name, None), ("ListAllMyBuckets", Some(1))];
    let of_iam = || evidence_of_actions(&[("s3", Some(1), tracked)]);
    let of = |evidence: &Evidence| {
        let usage = usage(&principal, evidence);
        let actions = actions_of(&usage, "s3");
        actions.into_iter().find(|(name, _)| *name == lately.to_string()).unwrap().1
    };
    assert_eq!(of(&of_iam()), Usage::Unknown(Unknown::TrackedTooBriefly));
    let mut log = log();
    log.cover(everywhere(true, &[]));
    assert_eq!(of(&with(of_iam(), &principal, log)), Usage::Idle(Idle::Never));
}

#[test]
fn what_others_saw_of_a_role_does_not_stand_for_use_that_iams_report_misses() {
    let mut principal = role([allow(&["s3:*", "sqs:*", "kms:*"])]);
    principal.last_used = Some(days_ago(1));
    let window_start = Judging::default().unused_after.window_start(as_of());
    let checked = |last: i64, uses: &[(Called, i64)]| {
        let of_iam = evidence(&[("s3", Some(last)), ("sqs", None)]);
        with(of_iam, &principal, seen(&principal, uses)).check(&principal, window_start)
    };
    let missed = Err(ReportError::RoleUsedOtherwise { last_used: days_ago(1) });
    // The trail shows one use that the report misses, and need not show the others.
    for name in ["s3:CreateBucket", "sqs:CreateQueue", "kms:Sign"] {
        assert_eq!(checked(270, &[(action(name), 1)]), missed, "{name}");
    }
    assert_eq!(checked(270, &[]), missed);
    assert_eq!(checked(1, &[(action("sqs:CreateQueue"), 1)]), Ok(()));
}

#[test]
fn where_a_source_could_not_be_read_nothing_is_idle() {
    let principal = role([allow(&["s3:*", "sqs:*", "sns:*"])]);
    let of_iam = evidence(&[("s3", Some(1)), ("sqs", None), ("sns", Some(300))]);
    let evidence = Evidence { sightings: Sightings::unread(), ..of_iam };
    let unread = Usage::Unknown(Unknown::SourceNotRead);
    let expected = [("s3", by(Source::LastAccessed, 1)), ("sns", unread), ("sqs", unread)];
    assert_eq!(services(&usage(&principal, &evidence)), expected);
}

fn denial(name: &str, by: DeniedBy, policy: Option<&str>, days: i64, count: u64) -> Denial {
    let times = Times { count, ..Times::once(days_ago(days), None) };
    let policy = policy.map(ToOwned::to_owned);
    Denial { action: name.parse().unwrap(), by, policy, times }
}

#[test]
fn a_denial_that_names_our_boundary_proves_a_break() {
    let mut principal = own(role([allow(&["s3:*", "sqs:*"])]), allow(&["s3:Get*"]));
    principal.boundary.as_mut().unwrap().since = Some(days_ago(10));
    let own_arn = principal.arn.boundary_policy_arn();
    let ours = DeniedBy::PermissionsBoundary;
    let breaks = |denials: &[Denial]| {
        let mut log = log();
        for denial in denials {
            log.denied(whoever(&principal), denial.clone());
        }
        let of_iam = evidence_of_actions(&[("s3", Some(1), &[("DeleteBucket", Some(3))])]);
        usage(&principal, &with(of_iam, &principal, log)).suspected_breaks
    };
    let suspected =
        |proof| StoppedAttempt { what: "s3:DeleteBucket".to_owned(), last: days_ago(3), proof };
    let proved = |days, count| Some(Proof { first: days_ago(days), count });
    assert_eq!(breaks(&[]), [suspected(None)]);
    // The same attempt, and one that IAM does not track.
    assert_eq!(
        breaks(&[
            denial("s3:deletebucket", ours, Some(&own_arn), 5, 2),
            denial("s3:DeleteBucket", ours, None, 4, 3),
            denial("sqs:SendMessage", ours, None, 2, 7),
        ]),
        [
            suspected(proved(5, 5)),
            StoppedAttempt {
                what: "sqs:SendMessage".to_owned(),
                last: days_ago(2),
                proof: proved(2, 7)
            },
        ]
    );
    // Before the boundary stood, by another boundary, by another kind of policy, and what the
    // boundary allows meanwhile.
    let others = [
        denial("sqs:SendMessage", ours, None, 11, 1),
        denial("sqs:SendMessage", ours, Some("arn:aws:iam::111122223333:policy/old"), 2, 1),
        denial("sqs:SendMessage", DeniedBy::ServiceControlPolicy, None, 2, 1),
        denial("sqs:SendMessage", DeniedBy::ResourceControlPolicy, None, 2, 1),
        denial("sqs:SendMessage", DeniedBy::SessionPolicy, None, 2, 1),
        denial("sqs:SendMessage", DeniedBy::IdentityPolicy, None, 2, 1),
        denial("sqs:SendMessage", DeniedBy::NotSaid, None, 2, 1),
        denial("s3:GetObject", ours, None, 2, 1),
    ];
    assert_eq!(breaks(&others), [suspected(None)]);
}

#[test]
fn without_a_boundary_of_ours_no_denial_proves_anything() {
    let principal = role([allow(&["sqs:*"])]);
    let mut log = log();
    log.denied(
        whoever(&principal),
        denial("sqs:SendMessage", DeniedBy::PermissionsBoundary, None, 1, 1),
    );
    let evidence = with(evidence(&[("sqs", None)]), &principal, log);
    assert_eq!(usage(&principal, &evidence).suspected_breaks, []);
    assert_eq!(of_actions(&principal, &[]).suspected_breaks, []);
}

/// What Access Analyzer found unused of the principal since so many days ago.
fn listed(principal: &Principal, days: i64, services: &[&str], actions: &[&str]) -> UsageLog {
    let mut log = UsageLog::new(Source::AccessAnalyzer, ACCOUNT);
    let looked = Looked { since: days_ago(days), until: days_ago(1) };
    let listing = Listing {
        services: services.iter().map(ToString::to_string).collect(),
        actions: actions.iter().map(|action| action.parse().unwrap()).collect(),
    };
    log.unused(whoever(principal), looked, listing);
    log
}

#[test]
fn where_a_list_of_what_is_unused_disagrees_it_is_unknown() {
    let principal = role([allow(&["s3:*", "sqs:*", "sns:*", "glue:*"])]);
    let tracked: &[Last<'_>] = &[
        ("CreateBucket", Some(3)),
        ("GetBucketAcl", None),
        ("ListAllMyBuckets", None),
        ("PutBucketLogging", Some(300)),
    ];
    let of_iam = || {
        let services: [(&str, Option<i64>, &[Last<'_>]); 4] =
            [("s3", Some(3), tracked), ("sqs", None, &[]), ("sns", None, &[]), ("glue", None, &[])];
        evidence_of_actions(&services)
    };
    let judged = |log| usage(&principal, &with(of_iam(), &principal, log));
    let disagree = Usage::Unknown(Unknown::SourcesDisagree);
    let never = Usage::Idle(Idle::Never);

    // It saw use of SNS, Glue and ListAllMyBuckets in the last 90 days, which IAM's data does not.
    let found =
        judged(listed(&principal, 90, &["sqs"], &["s3:getbucketacl", "s3:PutBucketLogging"]));
    let s3 = by(Source::LastAccessed, 3);
    assert_eq!(
        services(&found),
        [("glue", disagree), ("s3", s3), ("sns", disagree), ("sqs", never)]
    );
    assert_eq!(
        actions_of(&found, "s3"),
        [
            ("s3:CreateBucket".to_owned(), s3),
            ("s3:GetBucketAcl".to_owned(), never),
            ("s3:ListAllMyBuckets".to_owned(), disagree),
            ("s3:PutBucketLogging".to_owned(), Usage::Idle(Idle::Stale { last: days_ago(300) })),
        ]
    );
    let analyzer = |what: &str| (what.to_owned(), Source::AccessAnalyzer);
    assert_eq!(
        found.agreed,
        [analyzer("s3:GetBucketAcl"), analyzer("s3:PutBucketLogging"), analyzer("sqs")]
    );

    // Of a time that began before the window, what it leaves out may have been used before it.
    let longer = judged(listed(&principal, 181, &["sqs"], &[]));
    assert_eq!(services(&longer), [("glue", never), ("s3", s3), ("sns", never), ("sqs", never)]);
    assert_eq!(longer.agreed, [analyzer("sqs")]);

    // Of s3 it names no action, so it does not tell these apart.
    let coarse = judged(listed(&principal, 180, &["glue", "sns", "sqs"], &[]));
    assert_eq!(actions_of(&coarse, "s3")[2], ("s3:ListAllMyBuckets".to_owned(), never));
    assert_eq!(services(&coarse), [("glue", never), ("s3", s3), ("sns", never), ("sqs", never)]);
}
