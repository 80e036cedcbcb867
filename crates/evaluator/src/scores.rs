//! The indices of an external service, asked for once before anybody is judged.

use crate::entity::ResourceType;
use crate::event::{Invocation, Trigger};
use leastwise_aws::Moment;
use leastwise_aws::ports::{ReadSecret, SecretError};
use leastwise_external_score::{AskError, Client, Fault, ServiceError};
use leastwise_rightsizing::iam::{PrincipalArn, PrincipalKind};
use leastwise_rightsizing::score::{ExternalScore, ExternalScores, UnknownScore};
use leastwise_rightsizing::settings::{ScoreProvider, ScoreSecretArn};
use thiserror::Error;

/// Whose indices decide.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Scores {
    /// Our own.
    #[default]
    Own,
    /// Those of an external service.
    External(Asked),
    /// Our own and those of an external service.
    Both(Asked),
}

/// What an external service says of the account, or why that is not known.
pub type Asked = Result<ExternalScores, ScoresError>;

/// Why an external service says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ScoresError {
    /// Its credentials cannot be read.
    #[error("the credentials of the external service cannot be read: {0}")]
    Secret(#[from] SecretError),
    /// Its credentials cannot be used, or it does not answer as it should.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// Nothing says in which account the principals are.
    #[error("the event names no account, and the external service has to be asked about one")]
    NoAccount,
}

impl ScoresError {
    /// Whether asking again may succeed with nothing else changed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Secret(error) => error.is_retryable(),
            Self::Ask(error) => error.is_retryable(),
            Self::NoAccount => false,
        }
    }
}

impl From<ServiceError> for ScoresError {
    fn from(error: ServiceError) -> Self {
        Self::Ask(error.into())
    }
}

impl Scores {
    /// Why an external service that was to be asked says nothing.
    pub(crate) fn error(&self) -> Option<&ScoresError> {
        match self {
            Self::Own => None,
            Self::External(asked) | Self::Both(asked) => asked.as_ref().err(),
        }
    }
}

/// The external index of `principal`, or why it is not known.
pub(crate) fn score(
    asked: &Asked,
    principal: &PrincipalArn,
) -> Result<ExternalScore, UnknownScore> {
    match asked {
        Ok(scores) => scores.score(principal),
        Err(error) => Err(UnknownScore::NotAsked(error.to_string())),
    }
}

/// Asks the external service, where the rule has one, with the function's own credentials for its
/// secret: about all users and roles in a sweep, and otherwise about those of the kind of the one
/// that changed.
pub async fn load(invocation: &Invocation, aws: &impl ReadSecret, moment: Moment) -> Scores {
    match &invocation.parameters.score_provider {
        ScoreProvider::Own => Scores::Own,
        ScoreProvider::External(secret) => {
            Scores::External(ask(invocation, secret, aws, moment).await)
        }
        ScoreProvider::Both(secret) => Scores::Both(ask(invocation, secret, aws, moment).await),
    }
}

async fn ask(
    invocation: &Invocation,
    secret: &ScoreSecretArn,
    aws: &impl ReadSecret,
    moment: Moment,
) -> Asked {
    let kinds = kinds(invocation);
    if kinds.is_empty() {
        return Ok(ExternalScores::default());
    }
    let account = invocation.account.as_ref().ok_or(ScoresError::NoAccount)?;
    let text = aws.secret(secret.as_str()).await?;
    let client = Client::of_secret(secret, text.expose())?;
    let session = client.sign_in(moment.now, moment.deadline).await?;
    let mut identities = Vec::new();
    let mut empty = None;
    for kind in kinds {
        match session.identities(kind, account).await {
            Ok(of_kind) => identities.extend(of_kind),
            // An account may have no users, or none but exempt roles.
            Err(error) if error.fault == Fault::Empty => empty = Some(error),
            Err(error) => return Err(error.into()),
        }
    }
    match empty {
        Some(error) if identities.is_empty() => Err(error.into()),
        _ => Ok(ExternalScores::of(identities)),
    }
}

/// Whom the service is to be asked about.
fn kinds(invocation: &Invocation) -> Vec<PrincipalKind> {
    let judged = &invocation.parameters.resource_types;
    let of_trigger = match &invocation.trigger {
        Trigger::Schedule(_) | Trigger::Batch(..) | Trigger::Finish(_) => {
            vec![PrincipalKind::User, PrincipalKind::Role]
        }
        Trigger::Denial(_) => Vec::new(),
        Trigger::Change(item) | Trigger::Oversized(item) => {
            let is_there = item.is_present() && !invocation.left_scope;
            let kind = PrincipalKind::from_config_resource_type(&item.resource_type);
            kind.filter(|_| is_there).into_iter().collect()
        }
    };
    let is_judged = |kind: &PrincipalKind| judged.contains(ResourceType::from(*kind));
    of_trigger.into_iter().filter(is_judged).collect()
}
