//! What a run is about and works with, and what of that it has to load first.

use crate::event::Invocation;
use crate::lists::{self, Lists};
use crate::scores::{self, Scores};
use crate::settings::Settings;
use leastwise_aws::Moment;
use leastwise_aws::lists::ListError;
use leastwise_aws::ports::{
    CountCalls, Evaluations, FindGroup, GrantingPolicies, Publish, ReadAccount, ReadGroup,
    ReadHistory, ReadObject, ReadPrincipal, ReadSecret, ReadUsage, Remember, TagPrincipal,
};

/// What the evaluator needs of AWS: the sum of the ports that its steps ask for.
pub trait EvaluatorAws:
    CountCalls
    + Evaluations
    + FindGroup
    + GrantingPolicies
    + Publish
    + ReadAccount
    + ReadGroup
    + ReadHistory
    + ReadObject
    + ReadPrincipal
    + ReadSecret
    + ReadUsage
    + Remember
    + TagPrincipal
{
}

impl<A> EvaluatorAws for A where
    A: CountCalls
        + Evaluations
        + FindGroup
        + GrantingPolicies
        + Publish
        + ReadAccount
        + ReadGroup
        + ReadHistory
        + ReadObject
        + ReadPrincipal
        + ReadSecret
        + ReadUsage
        + Remember
        + TagPrincipal
{
}

/// What a run is handed.
#[derive(Debug)]
pub struct Run<'a, A, J> {
    /// What Config asks.
    pub invocation: &'a Invocation,
    /// What is done besides judging.
    pub settings: &'a Settings,
    /// AWS.
    pub aws: &'a A,
    /// AWS by the function's own credentials, which differ where a role is assumed: lists, secrets
    /// and what is announced are its own.
    pub own: &'a A,
    /// Where log records and metrics go.
    pub journal: &'a J,
    /// When it is.
    pub moment: Moment,
}

/// What an evaluation is about and works with, once everything is loaded.
#[derive(Debug)]
pub(crate) struct Context<'a, A, J> {
    /// What Config asks.
    pub(crate) invocation: &'a Invocation,
    /// How principals are judged; or why that is not known, and nobody can be.
    pub(crate) lists: Result<Lists, ListError>,
    /// Whose indices decide.
    pub(crate) scores: Scores,
    /// What is done besides judging.
    pub(crate) settings: &'a Settings,
    /// AWS.
    pub(crate) aws: &'a A,
    /// AWS by the function's own credentials.
    pub(crate) own: &'a A,
    /// Where log records and metrics go.
    pub(crate) journal: &'a J,
    /// When it is.
    pub(crate) moment: Moment,
}

impl<'a, A: EvaluatorAws, J> Context<'a, A, J> {
    /// Loads the lists and the external scores of `run`.
    pub(crate) async fn load(run: &Run<'a, A, J>) -> Self {
        let Run { invocation, settings, aws, own, journal, moment } = *run;
        let lists = lists::load(&invocation.parameters, settings, own, aws).await;
        let scores = scores::load(invocation, own, moment).await;
        Self { invocation, lists, scores, settings, aws, own, journal, moment }
    }
}
