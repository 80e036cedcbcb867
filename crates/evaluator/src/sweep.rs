//! A scheduled notification: every user and role of the account, or every group; or a part of them.
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
use crate::manifest::{Batch, Member};
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
    let snapshot = Snapshot::read(context).await?;
    let results = snapshot.results();
    let due = due_since(time, snapshot.listed(context), &results);
    let told = judge_and_end(&snapshot.roster, &due, &results, time, context, tally).await?;
    let cleared = match told.reported {
        Ok(()) => snapshot.clear_gone(time, context, tally).await.map(drop),
        Err(error) => Err(error),
    };
    cleared.and(told.answered).and(told.finished)
}

/// Evaluates those of a batch who are still there, as [`evaluate`] does. Where it is killed or does
/// not reach everybody, the same batch again leaves out who got a verdict.
///
/// # Errors
///
/// As [`evaluate`]; and when it is not known what AWS Config holds, once everybody is judged.
pub(crate) async fn evaluate_batch<A, J>(
    batch: &Batch,
    time: DateTime<Utc>,
    context: &Context<'_, A, J>,
    tally: &mut Tally,
) -> Result<(), EvaluationError>
where
    A: EvaluatorAws,
    J: Journal,
{
    let snapshot = Snapshot::read(context).await?;
    let (mut listed, results) = (snapshot.listed(context), snapshot.results());
    let members = batch.resources();
    listed.retain(|it| members.contains(&it.resource()));
    let due = due_since(time, listed, &results);
    let told = judge_and_tell(&snapshot.roster, &due, &results, time, context, tally).await?;
    // Where nothing had to be told, the last step says so: other batches may still tell something.
    told.reported.and(told.answered).and(told.finished)?;
    snapshot.reported()?;
    Ok(())
}

/// Ends a sweep that was evaluated in batches: clears the results of what is gone.
///
/// # Errors
///
/// [`EvaluationError`] when the account or the results could not be read, or AWS Config not told.
pub(crate) async fn finish<A, J>(
    time: DateTime<Utc>,
    context: &Context<'_, A, J>,
    tally: &mut Tally,
) -> Result<(), EvaluationError>
where
    A: EvaluatorAws,
    J: Journal,
{
    let snapshot = Snapshot::read(context).await?;
    if snapshot.clear_gone(time, context, tally).await? == 0 {
        reporting::report(context.invocation, &[], context.aws).await?;
    }
    Ok(())
}

/// Whoever is to be judged since `time`, in the order of their turns, as a manifest has them.
///
/// # Errors
///
/// [`EvaluationError::Read`] when the account could not be read as a whole.
pub(crate) async fn members<A, J>(
    time: DateTime<Utc>,
    context: &Context<'_, A, J>,
) -> Result<Vec<Member>, EvaluationError>
where
    A: EvaluatorAws,
{
    let snapshot = Snapshot::read(context).await?;
    let results = snapshot.results();
    let turns = turns(&due_since(time, snapshot.listed(context), &results), &results);
    Ok(turns.into_iter().map(|(_, listed)| listed.member()).collect())
}

/// An account, and what AWS Config holds of the rule.
struct Snapshot {
    roster: Roster,
    reported: Result<Vec<ReportedResult>, ReportingError>,
}

impl Snapshot {
    async fn read<A, J>(context: &Context<'_, A, J>) -> Result<Self, EvaluationError>
    where
        A: EvaluatorAws,
    {
        let roster = context.aws.account().await?;
        Ok(Self { roster, reported: reported(context.invocation, context.aws).await })
    }

    /// Whoever the rule judges.
    fn listed<A, J>(&self, context: &Context<'_, A, J>) -> Vec<Listed<'_>> {
        Listed::of(&self.roster, &context.invocation.parameters.resource_types)
    }

    /// The results, as far as they are known. Without knowing them, everybody can be judged all the
    /// same.
    fn results(&self) -> Results<'_> {
        Results::of(self.reported.as_deref().unwrap_or_default())
    }

    fn reported(&self) -> Result<&[ReportedResult], ReportingError> {
        self.reported.as_deref().map_err(Clone::clone)
    }

    /// Clears the results of whatever is not there any more, and gives their number.
    async fn clear_gone<A, J>(
        &self,
        time: DateTime<Utc>,
        context: &Context<'_, A, J>,
        tally: &mut Tally,
    ) -> Result<usize, EvaluationError>
    where
        A: EvaluatorAws,
        J: Journal,
    {
        let listed = self.listed(context);
        let present = listed.iter().map(|it| it.resource()).collect();
        clear(self.reported()?, &present, time, context, tally).await
    }
}

/// Judges whoever is `due`, as [`judge_and_tell`], and tells AWS Config at least that there is
/// nothing to tell, which ends the evaluation of the event.
///
/// # Errors
///
/// As [`judge_and_tell`].
pub(crate) async fn judge_and_end<A, J>(
    roster: &Roster,
    due: &[Listed<'_>],
    results: &Results<'_>,
    time: DateTime<Utc>,
    context: &Context<'_, A, J>,
    tally: &mut Tally,
) -> Result<Told, EvaluationError>
where
    A: EvaluatorAws,
    J: Journal,
{
    let told = judge_and_tell(roster, due, results, time, context, tally).await?;
    if !told.is_anything_reported {
        reporting::report(context.invocation, &[], context.aws).await?;
    }
    Ok(told)
}

/// Judges whoever is `due` in the order of their turns, and tells AWS Config, as of `time`, a
/// hundred verdicts at a time.
///
/// # Errors
///
/// [`EvaluationError::Reporting`] when AWS Config could not be told: whoever is judged after that
/// would be lost. What else went wrong is in [`Told`].
async fn judge_and_tell<A, J>(
    roster: &Roster,
    due: &[Listed<'_>],
    results: &Results<'_>,
    time: DateTime<Utc>,
    context: &Context<'_, A, J>,
    tally: &mut Tally,
) -> Result<Told, EvaluationError>
where
    A: EvaluatorAws,
    J: Journal,
{
    let turns = turns(due, results);
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

/// Those `listed` who got no verdict since the event.
fn due_since<'a>(
    time: DateTime<Utc>,
    listed: Vec<Listed<'a>>,
    results: &Results<'_>,
) -> Vec<Listed<'a>> {
    due(listed, |resource| results.judged_since(resource, time))
}

/// Those `listed` who are not judged already. Under a boundary of ours they are judged again all
/// the same: a run that was cut off may have reported a break and not halted.
pub(crate) fn due(
    listed: Vec<Listed<'_>>,
    is_judged: impl Fn((&str, &str)) -> bool,
) -> Vec<Listed<'_>> {
    let is_due = |it: &Listed<'_>| it.is_bounded() || !is_judged(it.resource());
    listed.into_iter().filter(is_due).collect()
}

/// Whoever is due, in the order of their turns, with their places on the list.
fn turns<'a>(due: &[Listed<'a>], results: &Results<'_>) -> Vec<(usize, Listed<'a>)> {
    let resources: Vec<(&str, &str)> = due.iter().map(|it| it.resource()).collect();
    let order = turns::order(&resources, results);
    order.into_iter().filter_map(|place| Some((place, *due.get(place)?))).collect()
}

/// What AWS Config holds of the rule.
///
/// # Errors
///
/// [`ReportingError`] when it could not be read to its end.
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
