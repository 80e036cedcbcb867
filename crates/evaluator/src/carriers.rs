//! A change of a managed policy, or of a group that the rule does not judge: whoever carries it is
//! judged again. AWS Config sends no event about them, for nothing of their own changed.

use crate::context::{Context, EvaluatorAws};
use crate::entity::{ResourceType, ResourceTypes};
use crate::error::EvaluationError;
use crate::event::Item;
use crate::listed::Listed;
use crate::reporting;
use crate::sweep::{due, judge_and_end, reported};
use crate::tally::Tally;
use crate::turns::Results;
use leastwise_rightsizing::iam::{GroupArn, Roster};
use leastwise_telemetry::Journal;
use std::collections::BTreeSet;

/// The AWS Config resource type of a customer managed policy. AWS Config records no others.
const POLICY_RESOURCE_TYPE: &str = "AWS::IAM::Policy";

/// What principals carry without an item of their own that says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Carried {
    /// A customer managed policy, by its ARN.
    Policy(String),
    /// A group, by its name.
    Group(String),
}

impl Carried {
    /// What the item is about, if it is carried by those whom the rule judges.
    pub(crate) fn of(item: &Item, judged: &ResourceTypes) -> Option<Self> {
        let arn = item.arn.clone()?;
        if item.resource_type == POLICY_RESOURCE_TYPE {
            return Some(Self::Policy(arn));
        }
        let is_carried_group = item.resource_type == ResourceType::Group.as_str()
            && judged.contains(ResourceType::User)
            && !judged.contains(ResourceType::Group);
        let group: GroupArn = arn.parse().ok().filter(|_| is_carried_group)?;
        Some(Self::Group(group.name().to_owned()))
    }

    fn carriers<'a>(&self, roster: &'a Roster, judged: &ResourceTypes) -> Vec<Listed<'a>> {
        let listed = Listed::of(roster, judged).into_iter();
        match self {
            Self::Policy(arn) => {
                let groups = roster.groups_with(arn);
                listed.filter(|it| it.carries(arn, &groups)).collect()
            }
            Self::Group(name) => {
                let groups = BTreeSet::from([name.as_str()]);
                listed.filter(|it| it.is_in_one_of(&groups)).collect()
            }
        }
    }
}

/// Judges whoever carries what the item is about, if it changed just now and exists. Whoever got a
/// verdict by a run that began after the change is left out, unless it is under a boundary of ours,
/// as in [`sweep`](crate::sweep).
///
/// # Errors
///
/// As [`sweep::evaluate`](crate::sweep::evaluate).
pub(crate) async fn evaluate<A, J>(
    carried: &Carried,
    item: &Item,
    context: &Context<'_, A, J>,
    tally: &mut Tally,
) -> Result<(), EvaluationError>
where
    A: EvaluatorAws,
    J: Journal,
{
    let &Context { invocation, aws, moment, .. } = context;
    let changed = item.configuration_item_capture_time;
    let is_change = item.configuration_item_status == "OK" && !invocation.left_scope;
    // Where AWS Config names older items, it names the principals, too.
    if !is_change || !item.is_recent(moment.now) {
        return reporting::report(invocation, &[], aws).await;
    }
    let roster = aws.account().await?;
    let carriers = carried.carriers(&roster, &invocation.parameters.resource_types);
    if carriers.is_empty() {
        return reporting::report(invocation, &[], aws).await;
    }
    let held = reported(invocation, aws).await;
    // Without knowing them, everybody can be judged all the same.
    let results = Results::of(held.as_deref().unwrap_or_default());
    let due = due(carriers, |it| results.judged_by_a_run_since(it, changed));
    let told = judge_and_end(&roster, &due, &results, changed, context, tally).await?;
    told.reported.and(told.answered).and(told.finished)
}
