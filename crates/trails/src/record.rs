//! One record of CloudTrail, and what it says.
//!
//! Source:
//! <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>.

use crate::caller::{Caller, Nobody, Unresolved, UserIdentity};
use crate::denial::Refusal;
use crate::names::{Meaning, Names};
use crate::observation::{Kind, Observation, Outcome};
use crate::text::Text;
use chrono::{DateTime, Utc};
use leastwise_rightsizing::evidence::witnesses::Called;
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;

/// A record, as far as it says who used what. What was asked for and answered is passed over.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record<'a> {
    #[serde(borrow, default)]
    user_identity: Option<UserIdentity<'a>>,
    #[serde(borrow, default)]
    event_time: Option<Text<'a>>,
    #[serde(borrow, default)]
    event_source: Option<Text<'a>>,
    #[serde(borrow, default)]
    event_name: Option<Text<'a>>,
    #[serde(borrow, default)]
    event_type: Option<Text<'a>>,
    #[serde(borrow, default)]
    event_category: Option<Text<'a>>,
    #[serde(borrow, default)]
    aws_region: Option<Text<'a>>,
    #[serde(borrow, default)]
    error_code: Option<Text<'a>>,
    #[serde(borrow, default)]
    error_message: Option<Text<'a>>,
    #[serde(borrow, default)]
    recipient_account_id: Option<Text<'a>>,
    #[serde(default, deserialize_with = "flag")]
    management_event: Option<bool>,
    #[serde(default, deserialize_with = "flag")]
    read_only: Option<bool>,
    #[serde(default)]
    digest_start_time: Option<IgnoredAny>,
}

/// What a record is, if not an API call.
///
/// Source:
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-non-api-events.html>.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum NoCall {
    /// Something that a service did by itself (`AwsServiceEvent`).
    ServiceEvent,
    /// Something in the console that is no API call (`AwsConsoleAction`).
    ConsoleAction,
    /// Somebody signed in (`AwsConsoleSignIn`).
    ConsoleSignIn,
    /// A call as a VPC endpoint saw it (`AwsVpceEvent`): network activity. The call has a record of
    /// its own.
    EndpointEvent,
    /// CloudTrail found unusual activity (`AwsCloudTrailInsight`).
    Insight,
    /// A digest, by which files of a trail are checked; not a record at all.
    Digest,
}

/// Why a record shows no use.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Aside {
    /// It is no API call.
    NoCall(NoCall),
    /// The caller is of this other account.
    OtherAccount(String),
    /// The caller is no IAM user or role.
    Nobody(Nobody),
    /// It cannot be said who called.
    Unresolved(Unresolved),
    /// No permission of IAM is about the call.
    NoAction,
    /// Not even the service of the call is known.
    UnknownService,
    /// It does not say when it happened.
    NoTime,
}

/// What a record says of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// What was seen, one observation for each action.
    Seen(Vec<Observation>),
    /// It shows no use by a principal of the account.
    Aside(Aside),
}

impl<'a> Record<'a> {
    /// Reads one record.
    ///
    /// # Errors
    ///
    /// When it is not a JSON object, or a member that counts is there twice or of another type.
    pub fn parse(json: &'a str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json)
    }

    /// When the call was made.
    #[must_use]
    pub fn at(&self) -> Option<DateTime<Utc>> {
        let at = DateTime::parse_from_rfc3339(self.event_time.as_deref()?).ok()?;
        Some(at.with_timezone(&Utc))
    }

    /// The event source, such as `sqs.amazonaws.com`, and the name of the event.
    #[must_use]
    pub fn call(&self) -> (&str, &str) {
        let (source, name) = (self.event_source.as_deref(), self.event_name.as_deref());
        (source.unwrap_or_default(), name.unwrap_or_default())
    }

    /// The Region, if it reads like one.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        let is_code = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let region = self.aws_region.as_deref()?;
        let is_region = (5..=32).contains(&region.len()) && region.contains('-');
        (is_region && region.bytes().all(is_code)).then_some(region)
    }

    /// The account whose trail has the record.
    #[must_use]
    pub fn recipient(&self) -> Option<&str> {
        self.recipient_account_id.as_deref()
    }

    /// Whether the call only reads.
    #[must_use]
    pub fn is_read(&self) -> Option<bool> {
        self.read_only
    }

    /// Whether it is about a resource or about what is in it. A record that does not say is taken
    /// for a management event.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match (self.management_event, self.event_category.as_deref()) {
            (Some(false), _) | (_, Some("Data")) => Kind::Data,
            _ => Kind::Management,
        }
    }

    /// What it is, if not an API call.
    #[must_use]
    pub fn no_call(&self) -> Option<NoCall> {
        match self.event_type.as_deref().unwrap_or_default() {
            "AwsServiceEvent" => Some(NoCall::ServiceEvent),
            "AwsConsoleAction" => Some(NoCall::ConsoleAction),
            "AwsConsoleSignIn" => Some(NoCall::ConsoleSignIn),
            "AwsVpceEvent" => Some(NoCall::EndpointEvent),
            "AwsCloudTrailInsight" => Some(NoCall::Insight),
            _ if self.digest_start_time.is_some() => Some(NoCall::Digest),
            _ => match self.event_category.as_deref() {
                Some("Insight") => Some(NoCall::Insight),
                Some("NetworkActivity") => Some(NoCall::EndpointEvent),
                _ => None,
            },
        }
    }

    /// What the record says of `account`.
    #[must_use]
    pub fn read(&self, account: &str, names: &Names) -> Reading {
        let (source, name) = self.call();
        self.read_as(account, &names.of_event(source, name))
    }

    /// The same where it is known already what the call means.
    #[must_use]
    pub fn read_as(&self, account: &str, meaning: &Meaning) -> Reading {
        if let Some(what) = self.no_call() {
            return Reading::Aside(Aside::NoCall(what));
        }
        let identity = self.user_identity.as_ref();
        let by = match identity
            .map_or(Caller::Unresolved(Unresolved::NoIdentity), |identity| identity.caller(account))
        {
            Caller::Principal { subject, account: own } if own == account => subject,
            Caller::Principal { account: other, .. } | Caller::OtherAccount(other) => {
                return Reading::Aside(Aside::OtherAccount(other));
            }
            Caller::Nobody(nobody) => return Reading::Aside(Aside::Nobody(nobody)),
            Caller::Unresolved(why) => return Reading::Aside(Aside::Unresolved(why)),
        };
        let called: Vec<Called> = match meaning {
            Meaning::Actions(actions) => actions.iter().cloned().map(Called::Action).collect(),
            Meaning::Services(all) => all.iter().cloned().map(Called::Service).collect(),
            Meaning::NoAction => return Reading::Aside(Aside::NoAction),
            Meaning::Unknown => return Reading::Aside(Aside::UnknownService),
        };
        let Some(at) = self.at() else { return Reading::Aside(Aside::NoTime) };
        let observation = |called| Observation {
            by: by.clone(),
            called,
            at,
            region: self.region().map(ToOwned::to_owned),
            through: identity.and_then(UserIdentity::invoked_by).map(ToOwned::to_owned),
            outcome: self.outcome(),
            kind: self.kind(),
        };
        Reading::Seen(called.into_iter().map(observation).collect())
    }

    fn outcome(&self) -> Outcome {
        let code = self.error_code.as_deref().filter(|code| !code.is_empty());
        let Some(code) = code else { return Outcome::Done };
        match Refusal::of(Some(code), self.error_message.as_deref()) {
            Some(refusal) => Outcome::Denied(refusal),
            None => Outcome::Failed(code.to_owned()),
        }
    }
}

/// A flag, also one that a tool wrote as text. Anything else is none.
fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    deserializer.deserialize_any(Flag)
}

struct Flag;

impl<'de> Visitor<'de> for Flag {
    type Value = Option<bool>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("true or false")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Some(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(value.to_ascii_lowercase().parse().ok())
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

#[cfg(test)]
mod tests;
