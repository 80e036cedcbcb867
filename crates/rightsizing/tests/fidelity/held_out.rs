//! The held-out replay on a handful of principals.

use crate::principals::{self, Counts, ManagedPolicies, Subject};
use crate::replay::{self, Added, Aim, Class, Record, Replay, Sources};
use crate::rows::reference;
use crate::{SEED, allow};
use serde_json::json;
use std::path::Path;
use std::sync::LazyLock;

fn policies() -> ManagedPolicies {
    let restores = ["rds:Describe*", "rds:RestoreDBInstanceFromDBSnapshot", "backup:Start*Job"];
    ManagedPolicies::from([
        ("Mails".to_owned(), allow(&["ses:*", "sns:*"])),
        ("Machines".to_owned(), allow(&["ec2:*", "cloudformation:*", "iam:PassRole"])),
        ("Databases".to_owned(), allow(&["rds:*", "redshift:*", "logs:*"])),
        ("Stacks".to_owned(), allow(&["cloudformation:*", "glue:*", "connect:*"])),
        ("AWSBackupServiceRolePolicyForBackup".to_owned(), allow(&["backup:*", "rds:Describe*"])),
        ("AWSBackupServiceRolePolicyForRestores".to_owned(), allow(&restores)),
    ])
}

/// So many roles and users that each class comes about.
fn subjects() -> Vec<Subject> {
    let counts = Counts { of_policies: &[(1, 5), (2, 4)], of_each_wide_policy: 0 };
    let user = |number: usize| {
        json!({
            "Arn": format!("arn:aws:iam::111122223333:user/mira-{number}"),
            "UserId": format!("AIDAEXAMPLE0MIRAUSER{number}"),
            "CreateDate": "2020-01-01T00:00:00Z",
            "UserPolicyList": [{
                "PolicyName": "work", "PolicyDocument": allow(&["athena:*", "rds:*", "ec2:*"])
            }],
        })
    };
    let users = json!({ "UserDetailList": (0..3).map(user).collect::<Vec<_>>() });
    let mut subjects = principals::of_managed_policies(&policies(), counts, SEED);
    subjects.extend(principals::of_account(&users.to_string(), SEED));
    subjects
}

/// One replay for all tests.
fn replayed() -> &'static Replay {
    static REPLAY: LazyLock<Replay> = LazyLock::new(|| {
        let (reference, policies) = (reference(), policies());
        let sources = Sources { reference: &reference, policies: &policies };
        Replay::of(&subjects(), sources, 2)
    });
    &REPLAY
}

#[test]
fn what_is_called_after_the_plan_is_allowed_as_it_was() {
    let replay = replayed();
    let figures = replay.figures();
    for class in Class::ALL {
        assert!(figures.of(class, "calls") + figures.of(class, "refused") > 0, "{class:?}");
        let denied = match class.aim() {
            Aim::Nothing | Aim::Control => figures.of(class, "denied"),
            Aim::Warned => figures.of(class, "denied-automatically"),
            Aim::None => 0,
        };
        assert_eq!(denied, 0, "{class:?}: {}", replay.section(None));
    }
    assert_eq!(figures.get("all.unproved"), 0);
    assert_eq!(&Record::parse(&figures.to_text()), figures);
    assert!(figures.get("all.idle-allowed") < figures.get("all.idle"));
    assert!(replay.section(None).contains("Nothing at which the target is 0 is denied."));
}

#[test]
fn whatever_else_is_known_nothing_more_is_denied() {
    let gain = replayed().gain();
    assert_eq!(gain.lost, Vec::<String>::new());
    for (added, with) in &gain.with {
        assert_eq!(with.over_all_classes("lost"), 0, "{added:?}");
        assert_eq!(with.denied_against_the_aim(), 0, "{added:?}");
        assert_eq!(with.get("all.unproved"), 0, "{added:?}");
        assert_eq!(with.get("all.cases"), gain.alone.get("all.cases"), "{added:?}");
    }
    let allowed = |added| gain.with[&added].get("common.idle-allowed");
    assert!(allowed(Added::CompleteTrail) < gain.alone.get("common.idle-allowed"));
    assert!(gain.with[&Added::CompleteTrail].of(Class::ThroughATool, "won") > 0);
}

#[test]
fn without_the_tables_of_others_the_page_says_that_it_was_skipped() {
    assert!(replay::tables(Path::new("no/such/folder")).is_none());
    assert!(replay::skipped().contains("skipped"));
}
