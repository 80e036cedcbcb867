//! Announcing what a Leastwise boundary stopped, once, by the same memory that the remediator
//! keeps.

use crate::context::Context;
use crate::entity::Entity;
use crate::judgement::Judgement;
use crate::output::OUTPUT_TIME;
use crate::records;
use leastwise_aws::announce;
use leastwise_aws::announce::AnnounceError;
use leastwise_aws::ports::{Publish, Remember};
use leastwise_rightsizing::iam::Principal;
use leastwise_rightsizing::presentation::{Memory, News, Subject, Track};
use leastwise_rightsizing::settings::TopicArn;
use leastwise_telemetry::Journal;

/// Announces the suspected breaks of these judgements, and gives the number of those that could not
/// be announced. It is done with the function's own credentials: topic and memory are its own,
/// whosever account was judged.
pub(crate) async fn announce<'a, A, J>(
    judged: impl IntoIterator<Item = (&'a Entity, &'a Judgement)>,
    context: &Context<'_, A, J>,
) -> usize
where
    A: Publish + Remember,
    J: Journal,
{
    let Some(topic) = &context.settings.notification_topic else { return 0 };
    if context.invocation.is_test() {
        return 0;
    }
    let late = context.moment.deadline + OUTPUT_TIME;
    let mut failed = 0;
    for (entity, judgement) in judged {
        let stopped = judgement.basis.as_ref().map_or(&[][..], |basis| &basis.suspected_breaks);
        let (Entity::Principal(principal), false) = (entity, stopped.is_empty()) else { continue };
        let stopped: Vec<String> = stopped.iter().map(|attempt| attempt.what.clone()).collect();
        let said = say(principal, &stopped, topic, context);
        let why = match tokio::time::timeout_at(late.into(), said).await {
            Ok(Ok(())) => continue,
            Ok(Err(error)) => error.to_string(),
            Err(_) => "the time of the run is over".to_owned(),
        };
        failed += 1;
        let message = format!("what its boundary stopped was not announced: {why}");
        context.journal.record(&records::trouble(entity, message));
    }
    failed
}

async fn say<A, J>(
    principal: &Principal,
    stopped: &[String],
    topic: &TopicArn,
    context: &Context<'_, A, J>,
) -> Result<(), AnnounceError>
where
    A: Publish + Remember,
{
    let (id, aws) = (&principal.unique_id, context.own);
    let news = News::of_breaks(&principal.arn, id, stopped);
    let kept = announce::recall(id, aws).await?;
    // What stands is taken in as well: a boundary without any memory of it is no news.
    let mut memory = kept.unwrap_or_else(|| Memory::of(principal));
    if memory.last(Track::Breaks) == Some(&news.said) {
        return Ok(());
    }
    let subject = Subject { unique_id: id.clone(), principal: Some(principal.arn.clone()) };
    let at = context.moment.now;
    announce::say(Track::Breaks, &news, &subject, &mut memory, topic, at, aws).await?;
    announce::remember(id, &memory, aws).await
}
