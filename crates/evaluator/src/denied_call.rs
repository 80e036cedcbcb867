//! A call that AWS denied because of a permissions boundary, as EventBridge delivers it within
//! minutes.
//!
//! Source:
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html>.

use leastwise_rightsizing::evidence::witnesses::{Source, Subject, UsageLog};
use leastwise_rightsizing::iam::PrincipalArn;
use leastwise_trails::names::Names;
use leastwise_trails::record::{Reading, Record};
use serde::Deserialize;
use serde_json::Value;

/// What an event of EventBridge says was denied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeniedCall {
    /// Who called: a user or role of the account.
    pub principal: PrincipalArn,
    /// The one denial.
    pub log: UsageLog,
}

#[derive(Deserialize)]
#[serde(expecting = "a JSON object")]
struct Written {
    account: String,
    detail: Value,
}

impl DeniedCall {
    /// Reads EventBridge's event `AWS API Call via CloudTrail`; `None` where it shows no denied
    /// call by a user or role of the account whose ARN it has.
    ///
    /// # Errors
    ///
    /// [`serde_json::Error`] when it is not of that form.
    pub fn parse(event: &Value) -> serde_json::Result<Option<Self>> {
        let Written { account, detail } = Written::deserialize(event)?;
        let text = detail.to_string();
        let record = Record::parse(&text)?;
        let Reading::Seen(observations) = record.read(&account, Names::embedded()) else {
            return Ok(None);
        };
        let mut log = UsageLog::new(Source::CloudTrail, &account);
        for observation in observations {
            observation.note_in(&mut log);
        }
        let principal = log.denied_subjects().find_map(|subject| match subject {
            Subject::Id(_, arn) => arn.clone(),
            Subject::Arn(arn) => Some(arn.clone()),
        });
        Ok(principal.map(|principal| Self { principal, log }))
    }
}
