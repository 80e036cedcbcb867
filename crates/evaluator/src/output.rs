//! What follows the verdicts: log records and tags. Nothing here changes a verdict, and nothing
//! here can lose one.

use crate::context::Context;
use crate::entity::Entity;
use crate::judgement::{Basis, Judgement};
use crate::lists::Lists;
use crate::records;
use leastwise_aws::PrincipalName;
use leastwise_aws::lists::ListError;
use leastwise_aws::ports::{GrantingPolicies, TagError, TagPrincipal};
use leastwise_rightsizing::evidence::granting::{GrantedBy, find};
use leastwise_rightsizing::iam::Principal;
use leastwise_rightsizing::tags::status;
use leastwise_rightsizing::tags::status::TagChanges;
use leastwise_rightsizing::usage::Usage;
use leastwise_telemetry::Journal;
use std::collections::BTreeMap;
use std::time::Duration;

/// How long logging and tagging may go on after the time in which reports must be in. Who is not
/// reached by then keeps the tags it has until the next run.
pub(crate) const OUTPUT_TIME: Duration = Duration::from_secs(20);

/// Logs how `entity` was judged and writes that into its tags, as far as the settings say so, and
/// gives the number of steps that failed.
pub(crate) async fn publish<A, J>(
    entity: &Entity,
    judgement: &Judgement,
    context: &Context<'_, A, J>,
) -> usize
where
    A: GrantingPolicies + TagPrincipal,
    J: Journal,
{
    if let Some(why) = judgement.outcome.why() {
        context.record(&records::trouble(entity, format!("not judged: {why}")));
    }
    let Some(basis) = &judgement.basis else { return 0 };
    let late = context.moment.deadline + OUTPUT_TIME;
    let told = tokio::time::timeout_at(late.into(), tell(entity, basis, context)).await;
    context.record(&records::summary(entity, judgement, basis));
    let tagged = tokio::time::timeout_at(late.into(), tag(entity, basis, context)).await;
    let mut failed = 0;
    for (done, step) in
        [(told.is_ok(), "services were not logged"), (tagged.is_ok(), "tags were not written")]
    {
        if !done {
            failed += 1;
            let message = format!("its {step}: the time of the run is over");
            context.record(&records::trouble(entity, message));
        }
    }
    failed + told.unwrap_or_default() + tagged.unwrap_or_default()
}

/// Logs the services one by one.
async fn tell<A, J>(entity: &Entity, basis: &Basis, context: &Context<'_, A, J>) -> usize
where
    A: GrantingPolicies,
    J: Journal,
{
    if !context.settings.detail_log {
        return 0;
    }
    let (granted_by, failed) = granted_by(entity, basis, context).await;
    let window = context.invocation.parameters.settings.judging.unused_after;
    for record in records::details(entity, basis, &granted_by, window) {
        context.record(&record);
    }
    failed
}

/// The policies that grant what is idle.
async fn granted_by<A, J>(
    entity: &Entity,
    basis: &Basis,
    context: &Context<'_, A, J>,
) -> (BTreeMap<String, GrantedBy>, usize)
where
    A: GrantingPolicies,
    J: Journal,
{
    let idle = basis.services.iter().filter(|(_, usage)| matches!(usage, Usage::Idle(_)));
    let idle: Vec<&str> = idle.map(|(service, _)| service.as_str()).collect();
    if idle.is_empty() {
        return (BTreeMap::new(), 0);
    }
    let named = match context.aws.granting_policies(&entity.arn(), &idle).await {
        Ok(named) => named,
        Err(error) => {
            let message = format!("what grants its idle services is unknown: {error}");
            context.record(&records::trouble(entity, message));
            return (BTreeMap::new(), 1);
        }
    };
    let mut granted_by = BTreeMap::new();
    for (service, named) in named {
        let found = find(&named, entity.policies());
        for policy in found.unread {
            let message =
                format!("IAM says that {policy} grants `{service}`, and it was not read with it");
            context.record(&records::trouble(entity, message));
        }
        granted_by.insert(service, GrantedBy::Policies(found.policies));
    }
    (granted_by, 0)
}

/// Writes the tags that changed.
async fn tag<A, J>(entity: &Entity, basis: &Basis, context: &Context<'_, A, J>) -> usize
where
    A: TagPrincipal,
    J: Journal,
{
    let wanted = context.settings.tag_principals && !context.invocation.is_test();
    // A group carries no tags.
    let (Entity::Principal(principal), true) = (entity, wanted) else { return 0 };
    if do_not_tag(principal, &context.lists) {
        return 0;
    }
    let changes = tag_changes(principal, basis, context.settings.tag_services);
    if changes.no_room {
        let message = "it has too many tags to carry those of Leastwise beside";
        context.record(&records::trouble(entity, message.to_owned()));
    }
    let written = write(&PrincipalName::from(&principal.arn), &changes, context.aws).await;
    written.map_or_else(
        |error| {
            let message = format!("its tags were not written: {error}");
            context.record(&records::trouble(entity, message));
            1
        },
        |()| 0,
    )
}

/// Whether the principal is on `DoNotTagList`, or might be.
fn do_not_tag(principal: &Principal, lists: &Result<Lists, ListError>) -> bool {
    lists.as_ref().map_or(true, |lists| lists.do_not_tag.entry_for(&principal.arn).is_some())
}

fn tag_changes(principal: &Principal, basis: &Basis, with_services: bool) -> TagChanges {
    let used = basis.services.iter().filter(|(_, usage)| matches!(usage, Usage::Used { .. }));
    let used: Vec<&str> = used.map(|(service, _)| service.as_str()).collect();
    let used = with_services.then_some(used.as_slice());
    status::changes(principal.arn.kind(), &principal.tags, &basis.score, used)
}

async fn write(
    name: &PrincipalName,
    changes: &TagChanges,
    aws: &impl TagPrincipal,
) -> Result<(), TagError> {
    // First, since IAM takes no more than 50 tags even for a moment.
    if !changes.remove.is_empty() {
        let keys: Vec<&str> = changes.remove.iter().map(String::as_str).collect();
        aws.untag(name, &keys).await?;
    }
    if !changes.set.is_empty() {
        let tags: Vec<(&str, &str)> =
            changes.set.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        aws.tag(name, &tags).await?;
    }
    Ok(())
}
