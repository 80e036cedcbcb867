//! What is done at once where a Leastwise boundary is suspected to stop what somebody needs:
//! automatic remediation is halted, the principal is restored where that is set, and it is
//! announced, once, by the same memory that the remediator keeps.
//!
//! What whoever last resumed knew of halts and restores nothing again. Where the rule assumes a
//! role in other accounts, automatic remediation is theirs, and breaks are only announced.

use crate::context::Context;
use crate::entity::Entity;
use crate::error::EvaluationError;
use crate::output::OUTPUT_TIME;
use crate::records;
use crate::settings::RestoreBy;
use crate::tally::Tally;
use leastwise_aws::CallError;
use leastwise_aws::announce;
use leastwise_aws::announce::AnnounceError;
use leastwise_aws::ports::{Made, MakeEntry, Publish, Remember, StartAutomation};
use leastwise_rightsizing::automatic::{
    Halt, Ledger, Resumption, halt_parameter, resume_parameter,
};
use leastwise_rightsizing::iam::Principal;
use leastwise_rightsizing::presentation::{BreakResponse, Memory, News, Subject, Track};
use leastwise_rightsizing::settings::TopicArn;
use leastwise_rightsizing::usage::StoppedAttempt;
use leastwise_telemetry::Journal;
use std::future::Future;

/// What answering a break costs.
pub(crate) trait AnswerBreaks: MakeEntry + Publish + Remember + StartAutomation {}

impl<A: MakeEntry + Publish + Remember + StartAutomation> AnswerBreaks for A {}

/// Answers what the boundaries of these entities stopped. It is done with the function's own
/// credentials: halt, topic and memory are its own, whosever account was judged.
///
/// # Errors
///
/// [`EvaluationError::NotHalted`] and [`EvaluationError::NotRestored`], once everything else was
/// tried: asking again completes it. What could not be announced is counted.
pub(crate) async fn answer<'a, A, J>(
    broken: impl IntoIterator<Item = (&'a Entity, &'a [StoppedAttempt])>,
    context: &Context<'_, A, J>,
    tally: &mut Tally,
) -> Result<(), EvaluationError>
where
    A: AnswerBreaks,
    J: Journal,
{
    if context.invocation.is_test() {
        return Ok(());
    }
    let mut answered = Ok(());
    for (entity, attempts) in broken {
        let Entity::Principal(principal) = entity else { continue };
        let Some(stopped) = Stopped::of(principal, attempts) else { continue };
        let act = in_time(stopped.act(context), context).await;
        let act =
            act.unwrap_or_else(|why| Act { ended: Err(stopped.not_halted(why)), ..Act::default() });
        tally.halted(act.response.halted);
        if let Err(error) = &act.ended {
            context.record(&records::trouble(entity, error.to_string()));
            // The first one fails the run, and is counted as that.
            tally.failed(usize::from(answered.is_err()));
        }
        let said = stopped.announce(&act, context).await;
        answered = answered.and(act.ended);
        if let Err(why) = said {
            let message = format!("what its boundary stopped was not announced: {why}");
            context.record(&records::trouble(entity, message));
            tally.unannounced(1);
        }
    }
    answered
}

/// What was done about a break.
struct Act {
    response: BreakResponse,
    /// Whether everything automatic went on until now.
    halted_now: bool,
    ended: Result<(), EvaluationError>,
}

impl Default for Act {
    fn default() -> Self {
        Self { response: BreakResponse::default(), halted_now: false, ended: Ok(()) }
    }
}

/// What the boundary of a principal stopped, at least one attempt.
struct Stopped<'a> {
    principal: &'a Principal,
    attempts: &'a [StoppedAttempt],
    what: Vec<String>,
}

impl<'a> Stopped<'a> {
    fn of(principal: &'a Principal, attempts: &'a [StoppedAttempt]) -> Option<Self> {
        let what: Vec<String> = attempts.iter().map(|attempt| attempt.what.clone()).collect();
        (!what.is_empty()).then_some(Self { principal, attempts, what })
    }

    /// Halts everything automatic, and has the principal restored where that is set.
    async fn act<A, J>(&self, context: &Context<'_, A, J>) -> Act
    where
        A: AnswerBreaks,
    {
        if context.invocation.execution_role().is_some() {
            return Act::default();
        }
        let not_halted = |call: CallError| self.not_halted(call.to_string());
        match self.is_known(context.own).await {
            Ok(true) => return Act::default(),
            Ok(false) => {}
            Err(call) => return Act { ended: Err(not_halted(call)), ..Act::default() },
        }
        let halted = self.halt(context).await;
        let restored = match &context.settings.restore_on_break {
            Some(by) => self.restore(by, context.own).await.map(|()| true),
            None => Ok(false),
        };
        let response =
            BreakResponse { halted: halted.is_ok(), restoring: matches!(restored, Ok(true)) };
        let halted_now = matches!(halted, Ok(Made::Now));
        let restored = restored.map(drop).map_err(|call| EvaluationError::NotRestored {
            principal: self.principal.arn.to_string(),
            call,
        });
        Act { response, halted_now, ended: halted.map(drop).map_err(not_halted).and(restored) }
    }

    /// Whether whoever last resumed knew of all of it. What that parameter says
    /// otherwise than Leastwise writes counts as no such time.
    async fn is_known(&self, aws: &impl Remember) -> Result<bool, CallError> {
        let name = resume_parameter();
        let Some(text) = aws.recall(&name).await? else { return Ok(false) };
        let ledger = Ledger::read([(name.as_str(), text.as_str())]).unwrap_or_default();
        let id = &self.principal.unique_id;
        let knew = |resumed: &Resumption| self.attempts.iter().all(|it| resumed.knew(id, it.last));
        Ok(ledger.resumed().is_some_and(knew))
    }

    async fn halt<A, J>(&self, context: &Context<'_, A, J>) -> Result<Made, CallError>
    where
        A: MakeEntry,
    {
        let Principal { arn, unique_id, .. } = self.principal;
        let halt = Halt::new(arn.clone(), unique_id.clone(), &self.what, context.moment.now);
        context.own.make_entry(&halt_parameter(), &halt.to_text()).await
    }

    async fn restore(&self, by: &RestoreBy, aws: &impl StartAutomation) -> Result<(), CallError> {
        let RestoreBy { document, role_arn, function } = by;
        let parameters = [
            ("AutomationAssumeRole", role_arn.as_str()),
            ("FunctionName", function),
            ("ResourceId", self.principal.unique_id.as_str()),
        ];
        aws.start(document, &parameters).await.map(drop)
    }

    fn not_halted(&self, why: String) -> EvaluationError {
        EvaluationError::NotHalted { principal: self.principal.arn.to_string(), why }
    }

    async fn announce<A, J>(&self, act: &Act, context: &Context<'_, A, J>) -> Result<(), String>
    where
        A: Publish + Remember,
    {
        let Some(topic) = &context.settings.notification_topic else { return Ok(()) };
        let said = in_time(self.say(act, topic, context), context).await?;
        said.map_err(|error| error.to_string())
    }

    /// Says what was not said before. That everything automatic is halted from now on is news even
    /// where the break is none: the remediator may have told of it, or a run that could not halt.
    async fn say<A, J>(
        &self,
        act: &Act,
        topic: &TopicArn,
        context: &Context<'_, A, J>,
    ) -> Result<(), AnnounceError>
    where
        A: Publish + Remember,
    {
        let (id, arn, aws) = (&self.principal.unique_id, &self.principal.arn, context.own);
        let news = News::of_breaks(arn, id, &self.what, act.response);
        let kept = announce::recall(id, aws).await?;
        // What stands is taken in as well: a boundary without any memory of it is no news.
        let mut memory = kept.unwrap_or_else(|| Memory::of(self.principal));
        if memory.last(Track::Breaks) == Some(&news.said) && !act.halted_now {
            return Ok(());
        }
        let subject = Subject { unique_id: id.clone(), principal: Some(arn.clone()) };
        let at = context.moment.now;
        announce::say(Track::Breaks, &news, &subject, &mut memory, topic, at, aws).await?;
        announce::remember(id, &memory, aws).await
    }
}

/// The step's result, unless the time of the run is over before.
async fn in_time<T, A, J>(
    step: impl Future<Output = T>,
    context: &Context<'_, A, J>,
) -> Result<T, String> {
    let late = context.moment.deadline + OUTPUT_TIME;
    let result = tokio::time::timeout_at(late.into(), step).await;
    result.map_err(|_| "the time of the run is over".to_owned())
}
