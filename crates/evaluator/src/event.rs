//! What AWS Config sends to a custom rule, what the state machine of a sweep makes of it, and what
//! EventBridge tells of denied calls.
//!
//! Source:
//! <https://docs.aws.amazon.com/config/latest/developerguide/evaluate-config_develop-rules_example-events.html>.

use crate::denied_call::DeniedCall;
use crate::manifest::Batch;
use crate::parameters::{ParameterError, RuleParameters};
use chrono::{DateTime, TimeDelta, Utc};
use leastwise_policy::json;
use leastwise_rightsizing::iam::{GroupArn, PrincipalArn};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use thiserror::Error;

/// The result token of a dry run: Config is asked to store nothing.
const TEST_TOKEN: &str = "TESTMODE";

/// An event, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// What it is about.
    pub trigger: Trigger,
    /// The rule's parameters.
    pub parameters: RuleParameters,
    /// What `PutEvaluations` wants back.
    pub result_token: String,
    /// The rule's name; `None` when the event does not say.
    pub rule_name: Option<String>,
    /// The account whose resources are meant; `None` when the event does not say.
    pub account: Option<String>,
    /// The partition of the rule's ARN, `aws` when the event does not say.
    pub partition: String,
    /// Whether the resource has left the rule's scope.
    pub left_scope: bool,
}

/// What an event is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trigger {
    /// A resource changed, or is to be evaluated again.
    Change(Item),
    /// A resource changed, and the notification would have been too large to hold it.
    Oversized(Item),
    /// The period is over: every resource is to be evaluated.
    Schedule(DateTime<Utc>),
    /// The same, and of the resources these: one step of a sweep that Step Functions runs.
    Batch(DateTime<Utc>, Batch),
    /// The same, and every batch was handed out: the last step of such a sweep.
    Finish(DateTime<Utc>),
    /// A boundary denied somebody's call.
    Denial(Box<DeniedCall>),
}

/// What an event says of a resource. Its configuration is not read: IAM knows it as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a JSON object")]
pub struct Item {
    /// For example `AWS::IAM::Role`.
    pub resource_type: String,
    /// The unique id, for example `AROA…`.
    pub resource_id: String,
    /// The friendly name.
    #[serde(default)]
    pub resource_name: Option<String>,
    /// The ARN.
    #[serde(default, rename = "ARN", alias = "arn")]
    pub arn: Option<String>,
    /// `OK`, `ResourceDiscovered`, `ResourceNotRecorded`, `ResourceDeleted` or
    /// `ResourceDeletedNotRecorded`.
    pub configuration_item_status: String,
    /// When this state was captured.
    pub configuration_item_capture_time: DateTime<Utc>,
    /// The account.
    #[serde(default, alias = "accountId")]
    pub aws_account_id: Option<String>,
}

impl Item {
    /// Whether the resource exists and is recorded.
    #[must_use]
    pub fn is_present(&self) -> bool {
        matches!(self.configuration_item_status.as_str(), "OK" | "ResourceDiscovered")
    }

    /// Whether it was captured within the last hour. Where a rule is new, or a person has it
    /// evaluated again, AWS Config names older items.
    #[must_use]
    pub fn is_recent(&self, now: DateTime<Utc>) -> bool {
        now - self.configuration_item_capture_time <= TimeDelta::hours(1)
    }
}

/// An event that cannot be understood. Nothing was evaluated.
#[derive(Debug, Error)]
pub enum EventError {
    /// The envelope is not of the documented form.
    #[error("the event is not that of an AWS Config custom rule: {0}")]
    Envelope(serde_json::Error),
    /// A step of a sweep is not of the form that the state machine gives it.
    #[error("the event is not a step of a sweep: {0}")]
    Step(serde_json::Error),
    /// A step of a sweep carries another event than a sweep begins with.
    #[error("the event is a step of a sweep, and what it carries is no ScheduledNotification")]
    NoSweep,
    /// An event of EventBridge is not that of a call.
    #[error("the event is not a call as CloudTrail records it: {0}")]
    Denial(serde_json::Error),
    /// A call that no boundary denied.
    #[error(
        "the event shows no denied call by a user or role of the account: look at the event pattern of the rule"
    )]
    NoDenial,
    /// `invokingEvent` is not of the documented form.
    #[error("`invokingEvent` is not a notification of AWS Config: {0}")]
    Notification(serde_json::Error),
    /// A message that this rule does not ask for.
    #[error(
        "message type `{0}` is not supported; the rule takes ConfigurationItemChangeNotification, \
         OversizedConfigurationItemChangeNotification and ScheduledNotification"
    )]
    MessageType(String),
    /// A parameter is not allowed.
    #[error("the rule is set up wrongly: {0}")]
    Parameter(#[from] ParameterError),
    /// A role is to be assumed, and nothing says in which account.
    #[error(
        "parameter `ExecutionRoleName` is `{0}`, and the event names no account to assume it in"
    )]
    NoAccount(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a JSON object")]
struct Envelope {
    invoking_event: String,
    result_token: String,
    #[serde(default)]
    rule_parameters: Option<String>,
    #[serde(default, deserialize_with = "flag")]
    event_left_scope: bool,
    #[serde(default)]
    config_rule_name: Option<String>,
    #[serde(default)]
    config_rule_arn: Option<String>,
    #[serde(default)]
    account_id: Option<String>,
}

/// What the state machine sends: the event that began the sweep, and what is to be done of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a JSON object")]
struct StepEvent {
    event: Value,
    step: Step,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Step {
    Judge(Batch),
    Finish,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a JSON object")]
struct InvokingEvent {
    message_type: String,
    #[serde(default)]
    configuration_item: Option<Item>,
    #[serde(default)]
    configuration_item_summary: Option<Item>,
    #[serde(default)]
    notification_creation_time: Option<DateTime<Utc>>,
    #[serde(default)]
    aws_account_id: Option<String>,
}

/// A boolean, which hand-written test events also spell as a string or leave `null`.
fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let read = match &value {
        Value::Null => Some(false),
        Value::String(text) => text.to_ascii_lowercase().parse().ok(),
        Value::Bool(flag) => Some(*flag),
        Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
    };
    read.ok_or_else(|| {
        serde::de::Error::custom(format!("`eventLeftScope` is `{value}`, not true or false"))
    })
}

impl Invocation {
    /// Reads an event.
    ///
    /// # Errors
    ///
    /// [`EventError`] when the event or one of its two inner JSON texts is not of the documented
    /// form, the message is not one of the three the rule asks for, a parameter is not allowed, or
    /// a role is to be assumed in an account that the event does not name. Likewise for a step of a
    /// sweep.
    pub fn parse(event: &Value) -> Result<Self, EventError> {
        if event.get("detail-type").is_some() {
            let denied = DeniedCall::parse(event)
                .map_err(EventError::Denial)?
                .ok_or(EventError::NoDenial)?;
            return Ok(Self::of_denial(denied));
        }
        if event.get("step").is_none() {
            return Self::of_config(event);
        }
        let StepEvent { event, step } = StepEvent::deserialize(event).map_err(EventError::Step)?;
        let invocation = Self::of_config(&event)?;
        let Trigger::Schedule(time) = invocation.trigger else { return Err(EventError::NoSweep) };
        let trigger = match step {
            Step::Judge(batch) => Trigger::Batch(time, batch),
            Step::Finish => Trigger::Finish(time),
        };
        Ok(Self { trigger, ..invocation })
    }

    /// What EventBridge asks for. It knows no rule, so the parameters are those of none.
    fn of_denial(denied: DeniedCall) -> Self {
        Self {
            parameters: RuleParameters::default(),
            result_token: String::new(),
            rule_name: None,
            account: Some(denied.log.account.clone()),
            partition: denied.principal.partition().to_owned(),
            left_scope: false,
            trigger: Trigger::Denial(Box::new(denied)),
        }
    }

    fn of_config(event: &Value) -> Result<Self, EventError> {
        let envelope = Envelope::deserialize(event).map_err(EventError::Envelope)?;
        let notification = json::parse(&envelope.invoking_event)
            .and_then(InvokingEvent::deserialize)
            .map_err(EventError::Notification)?;
        let notified_account = notification.aws_account_id.clone();
        let trigger = trigger(notification)?;
        let item_account = match &trigger {
            Trigger::Change(item) | Trigger::Oversized(item) => item.aws_account_id.clone(),
            Trigger::Schedule(_) | Trigger::Batch(..) | Trigger::Finish(_) | Trigger::Denial(_) => {
                None
            }
        };
        let parameters =
            RuleParameters::parse(envelope.rule_parameters.as_deref().unwrap_or_default())?;
        let account = item_account.or(notified_account).or(envelope.account_id);
        if let (Some(role), None) = (&parameters.execution_role, &account) {
            return Err(EventError::NoAccount(role.clone()));
        }
        Ok(Self {
            trigger,
            parameters,
            result_token: envelope.result_token,
            rule_name: envelope.config_rule_name,
            account,
            partition: partition(envelope.config_rule_arn.as_deref()),
            left_scope: envelope.event_left_scope,
        })
    }

    /// Whether this is a dry run, of which Config stores nothing.
    #[must_use]
    pub fn is_test(&self) -> bool {
        self.result_token == TEST_TOKEN
    }

    /// The role to assume for everything, where the rule names one: that role in the account of the
    /// resources.
    #[must_use]
    pub fn execution_role(&self) -> Option<String> {
        let role = self.parameters.execution_role.as_ref()?;
        let account = self.account.as_ref()?;
        Some(format!("arn:{}:iam::{account}:role/{role}", self.partition))
    }
}

fn trigger(notification: InvokingEvent) -> Result<Trigger, EventError> {
    let missing = |member: &'static str| {
        EventError::Notification(<serde_json::Error as serde::de::Error>::missing_field(member))
    };
    match notification.message_type.as_str() {
        "ConfigurationItemChangeNotification" => notification
            .configuration_item
            .map(Trigger::Change)
            .ok_or_else(|| missing("configurationItem")),
        "OversizedConfigurationItemChangeNotification" => notification
            .configuration_item_summary
            .map(Trigger::Oversized)
            .ok_or_else(|| missing("configurationItemSummary")),
        "ScheduledNotification" => notification
            .notification_creation_time
            .map(Trigger::Schedule)
            .ok_or_else(|| missing("notificationCreationTime")),
        other => Err(EventError::MessageType(other.to_owned())),
    }
}

fn partition(rule_arn: Option<&str>) -> String {
    rule_arn
        .and_then(|arn| arn.split(':').nth(1))
        .filter(|part| !part.is_empty())
        .unwrap_or("aws")
        .to_owned()
}

/// The friendly name of the user, role or group that an item is about, if its ARN says so.
#[must_use]
pub fn name(item: &Item) -> Option<String> {
    let arn = item.arn.as_ref()?;
    let principal = arn.parse::<PrincipalArn>().ok().map(|arn| arn.name().to_owned());
    principal.or_else(|| arn.parse::<GroupArn>().ok().map(|arn| arn.name().to_owned()))
}
