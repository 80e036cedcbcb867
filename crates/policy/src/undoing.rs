//! Which actions take back which.
//!
//! Who creates a queue may have to delete it, and does that on the day on which something failed.
//! Until then no evidence shows the need. So what undoes an action that is used is worth keeping,
//! where it was granted.
//!
//! An action is undone by actions of its own service and of its own noun, whose verb is the
//! opposite: `AttachVolume` by `DetachVolume`. A noun counts as the same in singular and plural and
//! in any letter case, and where `From` stands instead of `To` or `With`
//! (`AddTagsToResource`, `RemoveTagsFromResource`). The verbs are AWS's habit and are documented
//! nowhere as a list; where a service departs from them, the pair is in a table of its own with its
//! page.

mod exceptions;
mod names;
mod verbs;

use crate::action_set::ActionSet;
use crate::catalog::{ActionId, Catalog};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// An action, and what it takes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Undoes {
    /// The action that takes back.
    pub action: ActionId,
    /// The used action that is taken back; of several, the lowest.
    pub of: ActionId,
}

/// The actions that take back one of `used`, ascending and each once. Actions of `used` itself are
/// not among them.
///
/// Only the step back is found, and not the step after that: of `AttachRolePolicy`, for one,
/// `DetachRolePolicy` and nothing else.
///
/// ```
/// use leastwise_policy::{action_set::ActionSet, catalog::Catalog, undoing::undoing};
///
/// let catalog = Catalog::embedded();
/// let used: ActionSet = ["sqs:CreateQueue", "ec2:RequestSpotInstances", "sqs:SendMessage"]
///     .into_iter()
///     .filter_map(|action| catalog.find(action))
///     .collect();
/// let back: Vec<_> = undoing(&used, catalog)
///     .iter()
///     .map(|back| catalog.action(back.action).to_string())
///     .collect();
/// assert_eq!(back, ["ec2:CancelSpotInstanceRequests", "sqs:DeleteQueue"]);
/// ```
#[must_use]
pub fn undoing(used: &ActionSet, catalog: &Catalog) -> Vec<Undoes> {
    let mut back = BTreeMap::new();
    for of in used {
        for &action in &*undoing_one(of, catalog) {
            if !used.contains(action) {
                back.entry(action).or_insert(of);
            }
        }
    }
    back.into_iter().map(|(action, of)| Undoes { action, of }).collect()
}

/// What undoes one action; of the embedded catalogue it is found once, since the principals of an
/// account use much the same.
fn undoing_one(of: ActionId, catalog: &Catalog) -> Cow<'static, [ActionId]> {
    if std::ptr::eq(catalog, Catalog::embedded())
        && let Some(known) = found_once().get(of.index())
    {
        return Cow::Borrowed(known.get_or_init(|| find_undoing(of, catalog).into()));
    }
    Cow::Owned(find_undoing(of, catalog))
}

/// What undoes one action, once somebody asked.
type Found = OnceLock<Box<[ActionId]>>;

/// The same for each action of the embedded catalogue.
fn found_once() -> &'static [Found] {
    static FOUND: OnceLock<Box<[Found]>> = OnceLock::new();
    FOUND.get_or_init(|| Catalog::embedded().ids().map(|_| OnceLock::new()).collect())
}

fn find_undoing(of: ActionId, catalog: &Catalog) -> Vec<ActionId> {
    let spelt = catalog.action(of);
    let Some(service) = catalog.service(spelt.service) else { return Vec::new() };
    let find = |name: &str| catalog.find_in(service, name);
    let mut back = verbs::undoing(spelt.name, find);
    back.extend(exceptions::undoing(&service.namespace, spelt.name).filter_map(find));
    back
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(action: &str) -> ActionId {
        Catalog::embedded().find(action).expect(action)
    }

    fn undone_by(action: &str) -> Vec<String> {
        let catalog = Catalog::embedded();
        undoing(&ActionSet::from_iter([id(action)]), catalog)
            .into_iter()
            .map(|back| catalog.action(back.action).to_string())
            .collect()
    }

    /// The service is that of the first name.
    fn check(facts: &[(&str, &[&str])]) {
        for (action, names) in facts {
            let (service, _) = action.split_once(':').unwrap();
            let wanted: Vec<_> = names.iter().map(|name| format!("{service}:{name}")).collect();
            assert_eq!(undone_by(action), wanted, "{action}");
        }
    }

    #[test]
    fn each_verb_is_undone_by_its_opposite() {
        check(&[
            ("iam:CreateRole", &["DeleteRole"]),
            ("iam:AttachRolePolicy", &["DetachRolePolicy"]),
            ("iam:PutRolePolicy", &["DeleteRolePolicy"]),
            ("iam:EnableMFADevice", &["DeactivateMFADevice"]),
            ("iam:TagRole", &["UntagRole"]),
            ("ec2:RunInstances", &["TerminateInstances"]),
            ("ec2:StartInstances", &["StopInstances"]),
            ("ec2:AuthorizeSecurityGroupIngress", &["RevokeSecurityGroupIngress"]),
            ("ec2:AllocateAddress", &["ReleaseAddress"]),
            ("ec2:AssociateAddress", &["DisassociateAddress"]),
            ("ec2:ImportKeyPair", &["DeleteKeyPair"]),
            ("ec2:RegisterImage", &["DeregisterImage"]),
            ("ec2:AssignPrivateIpAddresses", &["UnassignPrivateIpAddresses"]),
            ("events:EnableRule", &["DisableRule"]),
            ("events:PutTargets", &["RemoveTargets"]),
            ("sns:Subscribe", &["Unsubscribe"]),
            ("lambda:AddPermission", &["RemovePermission"]),
            ("lambda:PublishLayerVersion", &["DeleteLayerVersion"]),
            ("kms:CreateGrant", &["RetireGrant", "RevokeGrant"]),
            ("kms:ScheduleKeyDeletion", &["CancelKeyDeletion"]),
            ("states:StartExecution", &["StopExecution"]),
            ("ssm:SendCommand", &["CancelCommand"]),
            ("batch:SubmitJob", &["CancelJob", "TerminateJob"]),
            ("secretsmanager:RotateSecret", &["CancelRotateSecret"]),
            ("cognito-idp:AdminAddUserToGroup", &["AdminRemoveUserFromGroup"]),
        ]);
    }

    #[test]
    fn where_nothing_is_deleted_it_is_cancelled_stopped_or_terminated() {
        check(&[
            ("logs:CreateExportTask", &["CancelExportTask"]),
            ("ec2:RequestSpotInstances", &["CancelSpotInstanceRequests"]),
            ("ec2:RequestSpotFleet", &["CancelSpotFleetRequests"]),
            ("ec2:CreateCapacityReservation", &["CancelCapacityReservation"]),
            ("codedeploy:CreateDeployment", &["StopDeployment"]),
            ("workspaces:CreateWorkspaces", &["TerminateWorkspaces"]),
            ("ssm:StartSession", &["TerminateSession"]),
            ("ecs:RunTask", &["StopTask"]),
            ("rds:StartExportTask", &["CancelExportTask"]),
            ("glacier:UploadMultipartPart", &["AbortMultipartUpload"]),
            ("glacier:CompleteMultipartUpload", &["AbortMultipartUpload"]),
        ]);
    }

    #[test]
    fn a_change_is_rolled_back_or_cancelled() {
        check(&[
            (
                "cloudformation:CreateStack",
                &["ContinueUpdateRollback", "DeleteStack", "RollbackStack"],
            ),
            (
                "cloudformation:UpdateStack",
                &["CancelUpdateStack", "ContinueUpdateRollback", "DeleteStack", "RollbackStack"],
            ),
            ("elasticbeanstalk:UpdateEnvironment", &["AbortEnvironmentUpdate"]),
            (
                "autoscaling:StartInstanceRefresh",
                &["CancelInstanceRefresh", "RollbackInstanceRefresh"],
            ),
        ]);
    }

    #[test]
    fn number_letter_case_and_preposition_do_not_make_another_noun() {
        check(&[
            ("ec2:CreateTags", &["DeleteTags"]),
            ("ec2:CreateSnapshots", &["DeleteSnapshot"]),
            ("ec2:CreateFleet", &["DeleteFleets"]),
            ("elasticmapreduce:RunJobFlow", &["TerminateJobFlows"]),
            ("autoscaling:CreateOrUpdateTags", &["DeleteTags"]),
            ("glue:BatchCreatePartition", &["BatchDeletePartition", "DeletePartition"]),
            ("glue:StartJobRun", &["BatchStopJobRun"]),
            ("ecr:PutImage", &["BatchDeleteImage"]),
            ("rds:AddTagsToResource", &["RemoveTagsFromResource"]),
            (
                "elasticloadbalancing:RegisterInstancesWithLoadBalancer",
                &["DeregisterInstancesFromLoadBalancer"],
            ),
            ("rds:CreateDBInstance", &["DeleteDBInstance"]),
        ]);
    }

    #[test]
    fn what_the_services_name_otherwise_is_known() {
        check(&[
            ("apigateway:POST", &["DELETE"]),
            ("kms:CreateKey", &["ScheduleKeyDeletion"]),
            ("cloudwatch:PutMetricAlarm", &["DeleteAlarms"]),
            ("secretsmanager:DeleteSecret", &["RestoreSecret"]),
        ]);
        for (service, used, back) in exceptions::PAIRS {
            for name in std::iter::once(used).chain(back.iter()) {
                id(&format!("{service}:{name}"));
            }
        }
    }

    #[test]
    fn nothing_is_undone_by_an_action_of_another_noun_or_kind() {
        let (none, queue): (&[&str], &[&str]) = (&[], &["DeleteQueue"]);
        check(&[
            ("sqs:CreateQueue", queue),
            ("sqs:SendMessage", none),
            ("sqs:ReceiveMessage", none),
            ("s3:GetObject", none),
            ("s3:RestoreObject", none),
            ("iam:DeleteRole", none),
            ("sns:Publish", none),
            ("lambda:InvokeFunction", none),
            ("rds-db:connect", none),
        ]);
    }

    #[test]
    fn every_verb_finds_an_opposite_somewhere() {
        let catalog = Catalog::embedded();
        let undoes_nothing = |verb| {
            let of_verb = |id: &ActionId| verbs::of(catalog.name(*id)) == Some(verb);
            catalog.ids().filter(of_verb).all(|id| undoing_one(id, catalog).is_empty())
        };
        let verbs = verbs::RULES.iter().map(|rule| rule.verb);
        assert_eq!(verbs.filter(|verb| undoes_nothing(verb)).collect::<Vec<_>>(), [""; 0]);
    }

    #[test]
    fn what_is_undone_is_given_once_by_the_lowest_and_is_not_itself_used() {
        let catalog = Catalog::embedded();
        let used = ["glue:BatchCreatePartition", "glue:CreatePartition", "glue:DeletePartition"];
        let used: ActionSet = used.map(id).into_iter().collect();
        let only =
            Undoes { action: id("glue:BatchDeletePartition"), of: id("glue:BatchCreatePartition") };
        assert_eq!(undoing(&used, catalog), [only]);
        assert_eq!(undoing(&ActionSet::empty(), catalog), []);
        let full = ActionSet::full(catalog);
        assert_eq!(undoing(&full, catalog), []);
    }

    #[test]
    fn what_undoes_is_of_the_same_service_and_never_reads() {
        use crate::action::AccessLevel;
        let catalog = Catalog::embedded();
        for of in catalog.ids() {
            for action in undoing_one(of, catalog).iter().map(|&id| catalog.action(id)) {
                let undone = catalog.action(of);
                assert_eq!(action.service, undone.service);
                assert_ne!(action.level, AccessLevel::List, "{action} undoes {undone}");
            }
        }
    }
}
