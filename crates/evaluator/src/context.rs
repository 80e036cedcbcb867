//! What a run is about and works with, and what of that it has to load first.

use crate::event::{Invocation, Trigger};
use crate::lists::{self, Lists};
use crate::scores::{self, Scores};
use crate::settings::Settings;
use leastwise_aws::Moment;
use leastwise_aws::earlier::{LookBack, Subject};
use leastwise_aws::evidence::{EvidenceError, load_witnesses};
use leastwise_aws::lists::ListError;
use leastwise_aws::ports::{
    CountCalls, Evaluations, FindGroup, GrantingPolicies, ListObjects, MakeEntry, Publish,
    ReadAccount, ReadGroup, ReadHistory, ReadObject, ReadPolicy, ReadPrincipal, ReadRegions,
    ReadSecret, ReadUsage, RegionsError, Remember, SharedPast, StartAutomation, StartExecution,
    TagPrincipal, WriteObject,
};
use leastwise_aws::regions::enabled_regions;
use leastwise_rightsizing::evidence::EnabledRegions;
use leastwise_rightsizing::evidence::witnesses::{Sightings, Witnesses};
use leastwise_rightsizing::iam::{Group, Principal, Roster};
use leastwise_rightsizing::settings::ScoreProvider;
use leastwise_telemetry::{Journal, Record};
use serde_json::Value;

/// What the evaluator needs of AWS: the sum of the ports that its steps ask for.
pub trait EvaluatorAws:
    CountCalls
    + Evaluations
    + FindGroup
    + GrantingPolicies
    + MakeEntry
    + Publish
    + ReadAccount
    + ReadGroup
    + ReadHistory
    + ListObjects
    + ReadObject
    + ReadPolicy
    + ReadPrincipal
    + ReadRegions
    + ReadSecret
    + ReadUsage
    + Remember
    + StartAutomation
    + StartExecution
    + TagPrincipal
    + WriteObject
{
}

impl<A> EvaluatorAws for A where
    A: CountCalls
        + Evaluations
        + FindGroup
        + GrantingPolicies
        + MakeEntry
        + Publish
        + ReadAccount
        + ReadGroup
        + ReadHistory
        + ListObjects
        + ReadObject
        + ReadPolicy
        + ReadPrincipal
        + ReadRegions
        + ReadSecret
        + ReadUsage
        + Remember
        + StartAutomation
        + StartExecution
        + TagPrincipal
        + WriteObject
{
}

/// What a run is handed.
#[derive(Debug)]
pub struct Run<'a, A, J> {
    /// The event as it came, to be handed on.
    pub event: &'a Value,
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
    /// The event as it came.
    pub(crate) event: &'a Value,
    /// What Config asks.
    pub(crate) invocation: &'a Invocation,
    /// How principals are judged; or why that is not known, and nobody can be.
    pub(crate) lists: Result<Lists, ListError>,
    /// Where something may run under the principals; or why that is not known, and nobody can be
    /// judged by a report.
    pub(crate) regions: Result<EnabledRegions, RegionsError>,
    /// What others than IAM saw; or why that is not known, and nothing is idle.
    pub(crate) witnesses: Result<Witnesses, EvidenceError>,
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
    /// Loads the lists, the enabled Regions, the usage files and the external scores of `run`.
    pub(crate) async fn load(run: &Run<'a, A, J>) -> Self {
        let Run { invocation, settings, aws, own, moment, .. } = *run;
        let unloaded = Self::unloaded(run);
        if matches!(invocation.trigger, Trigger::Denial(_)) {
            return unloaded;
        }
        Self {
            lists: lists::load(&invocation.parameters, settings, own, aws).await,
            regions: regions(invocation, aws).await,
            witnesses: load_witnesses(settings.evidence.as_ref(), own).await,
            scores: scores::load(invocation, own, moment).await,
            ..unloaded
        }
    }
}

impl<'a, A, J> Context<'a, A, J> {
    /// Without anything that it takes to judge somebody: nobody is.
    fn unloaded(run: &Run<'a, A, J>) -> Self {
        let Run { event, invocation, settings, aws, own, journal, moment } = *run;
        Self {
            event,
            invocation,
            lists: Ok(Lists::default()),
            regions: Ok(EnabledRegions::NotAsked),
            witnesses: Ok(Witnesses::default()),
            scores: Scores::Own,
            settings,
            aws,
            own,
            journal,
            moment,
        }
    }

    /// What others than IAM saw of the principal.
    pub(crate) fn sightings(&self, principal: &Principal) -> Sightings {
        self.witnesses.as_ref().map_or_else(|_| Sightings::unread(), |it| it.of(principal))
    }

    /// Looks back to when the grace for new permissions began, for these principals. `groups` are
    /// those of the account as it was read with them; none where it was not read.
    pub(crate) fn look_back<'e>(
        &self,
        principals: impl IntoIterator<Item = impl Into<Subject>>,
        groups: &'e [Group],
    ) -> LookBack<'e> {
        let grace = self.invocation.parameters.new_permission_grace;
        LookBack::new(principals, groups, grace, self.moment)
    }

    /// What the account as it was read says of that moment.
    pub(crate) fn shared_past(&self, roster: &Roster) -> SharedPast {
        let grace = self.invocation.parameters.new_permission_grace;
        let start = grace.start(self.moment.judged);
        start.map_or_else(SharedPast::default, |start| SharedPast::of(roster, start))
    }
}

impl<A, J: Journal> Context<'_, A, J> {
    /// Writes a record into the log, if it is severe enough.
    pub(crate) fn record(&self, record: &Record<'_>) {
        self.journal.record(record.level(), record);
    }
}

/// The enabled Regions, asked for where a report is read at all: an external index needs none.
async fn regions(
    invocation: &Invocation,
    aws: &impl ReadRegions,
) -> Result<EnabledRegions, RegionsError> {
    let parameters = &invocation.parameters;
    match parameters.score_provider {
        ScoreProvider::External(_) => Ok(EnabledRegions::NotAsked),
        ScoreProvider::Own | ScoreProvider::Both(_) => {
            enabled_regions(parameters.settings.judging.untracked_regions, aws).await
        }
    }
}
