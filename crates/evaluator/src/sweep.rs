//! A scheduled notification: every user and role of the account, or every group.
//!
//! Nobody is read before its turn, and whoever is judged is reported, logged and forgotten: what a
//! run holds follows the reports under way and not the account.

mod gone;
mod judging;
mod telling;

use crate::context::{Context, EvaluatorAws};
use crate::error::EvaluationError;
use crate::event::Invocation;
use crate::listed::Listed;
use crate::tally::Tally;
use crate::turns::{self, Results};
use crate::{output, reporting};
use chrono::{DateTime, Utc};
use futures::channel::mpsc::unbounded;
use futures::{StreamExt, future};
use gone::clear;
use judging::{Judged, Judging};
use leastwise_aws::ports::{
    Evaluations, GrantingPolicies, MAX_EVALUATIONS, ReportedResult, ReportingError, TagPrincipal,
};
use leastwise_rightsizing::iam::Roster;
use leastwise_telemetry::Journal;
use telling::Telling;

pub(crate) use telling::Told;

/// How many principals are logged and tagged at a time. IAM takes fewer writes than reads.
const CONCURRENT_WRITES: usize = 3;

/// Evaluates every entity of the types that the rule judges, and clears the results of those that
/// are gone.
///
/// One that cannot be judged is reported as not judged and does not stop the others. A hundred
/// verdicts are reported as soon as they are there, so that a run that is killed loses few. Whoever
/// is not reached in time comes first in the next run; until then it keeps the result that it has,
/// for 30 days at most, and is reported as not judged otherwise. Where the same event comes again,
/// after a run that was cut off or did not reach everybody, whoever got a verdict since is left
/// out.
///
/// # Errors
///
/// [`EvaluationError`] when the account could not be read as a whole, something could not be
/// reported, or a suspected break could not be answered, as of [`breaks::answer`]; and when
/// somebody was not reached and others were, so that Lambda hands over the event again at once.
///
/// [`breaks::answer`]: crate::breaks::answer
pub(crate) async fn evaluate<A, J>(
    time: DateTime<Utc>,
    context: &Context<'_, A, J>,
    tally: &mut Tally,
) -> Result<(), EvaluationError>
where
    A: EvaluatorAws,
    J: Journal,
{
    let (invocation, aws) = (context.invocation, context.aws);
    let roster = aws.account().await?;
    let listed = Listed::of(&roster, &invocation.parameters.resource_types);
    let reported = reported(invocation, aws).await;
    // Without knowing them, everybody can be judged all the same.
    let results = Results::of(reported.as_deref().unwrap_or_default());
    let told = judge_and_tell(&roster, &listed, &results, time, context, tally).await?;
    if !told.is_anything_reported {
        reporting::report(invocation, &[], aws).await?;
    }
    let present = listed.iter().map(|it| it.resource()).collect();
    let cleared = match (told.reported, &reported) {
        (Ok(()), Ok(reported)) => clear(reported, &present, time, context, tally).await,
        (Ok(()), Err(error)) => Err(error.clone().into()),
        (Err(error), _) => Err(error),
    };
    cleared.and(told.answered).and(told.finished)
}

/// Judges those `listed` of the account in the order of their turns, but for whoever got a verdict
/// since `time`, and tells AWS Config a hundred verdicts at a time.
///
/// Nothing of it ends the evaluation of an event of which there is nothing to tell: the caller
/// reports that.
///
/// # Errors
///
/// [`EvaluationError::Reporting`] when AWS Config could not be told: whoever is judged after that
/// would be lost. What else went wrong is in [`Told`].
pub(crate) async fn judge_and_tell<A, J>(
    roster: &Roster,
    listed: &[Listed<'_>],
    results: &Results<'_>,
    time: DateTime<Utc>,
    context: &Context<'_, A, J>,
    tally: &mut Tally,
) -> Result<Told, EvaluationError>
where
    A: EvaluatorAws,
    J: Journal,
{
    let turns = turns(listed, results, time);
    let (judged, to_tell) = unbounded();
    let (told, to_publish) = unbounded();
    let judging = Judging { roster, turns: &turns, time, context };
    // Where telling failed, nobody takes what is judged, and judging ends.
    let judging = judging.stream().chunks(MAX_EVALUATIONS).map(Ok).forward(judged);
    let telling = Telling::new(results, time, context, tally).tell_all(to_tell, told);
    let publishing = to_publish
        .fold(0, async |failed, batch: Vec<Judged>| failed + publish(&batch, context).await);
    let (_, told, failed) = future::join3(judging, telling, publishing).await;
    tally.failed(failed);
    told
}

/// Whoever is to be judged, in the order of their turns.
fn turns<'a>(
    listed: &[Listed<'a>],
    results: &Results<'_>,
    time: DateTime<Utc>,
) -> Vec<(usize, Listed<'a>)> {
    let due = listed.iter().copied().enumerate();
    let due: Vec<_> = due.filter(|(_, it)| is_to_be_judged(*it, results, time)).collect();
    let resources: Vec<(&str, &str)> = due.iter().map(|(_, it)| it.resource()).collect();
    let order = turns::order(&resources, results);
    order.into_iter().filter_map(|place| due.get(place).copied()).collect()
}

/// Whether the entity got no verdict since the event. Under a boundary of ours it is judged again
/// all the same: a run that was cut off may have reported a break and not halted.
fn is_to_be_judged(listed: Listed<'_>, results: &Results<'_>, time: DateTime<Utc>) -> bool {
    listed.is_bounded() || !results.judged_since(listed.resource(), time)
}

/// What AWS Config holds of the rule.
pub(crate) async fn reported(
    invocation: &Invocation,
    aws: &impl Evaluations,
) -> Result<Vec<ReportedResult>, ReportingError> {
    // A dry run may carry a rule name that Config does not know.
    match invocation.rule_name.as_ref().filter(|_| !invocation.is_test()) {
        Some(rule) => aws.reported(rule).await,
        None => Ok(Vec::new()),
    }
}

/// Logs and tags, in the order of the entities, and gives the number of steps that failed.
async fn publish<A, J>(batch: &[Judged], context: &Context<'_, A, J>) -> usize
where
    A: GrantingPolicies + TagPrincipal,
    J: Journal,
{
    let publishing = batch.iter().map(|Judged { entity, judgement, .. }| async move {
        output::publish(entity, judgement, context).await
    });
    let publishing = futures::stream::iter(publishing).buffered(CONCURRENT_WRITES);
    publishing.fold(0, async |sum, failed| sum + failed).await
}
