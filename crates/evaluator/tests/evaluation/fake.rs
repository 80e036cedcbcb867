//! An account, its usage reports and an AWS Config, in memory. Every report to Config is kept.

use crate::scene::{as_of, days_ago};
use chrono::{DateTime, Utc};
use leastwise_aws::ports::{
    ConfigurationItem, CountCalls, Evaluation, Evaluations, FindGroup, GrantingPolicies,
    HistoryError, MAX_EVALUATIONS, Publish, ReadAccount, ReadError, ReadGroup, ReadHistory,
    ReadObject, ReadPrincipal, ReadSecret, ReadUsage, Remember, ReportedResult, ReportingError,
    SecretError, SecretText, TagError, TagPrincipal, UsageError,
};
use leastwise_aws::{CallError, Calls, PrincipalName};
use leastwise_rightsizing::evidence::granting::NamedPolicy;
use leastwise_rightsizing::evidence::{Granularity, LastAccessedReport, ReportError};
use leastwise_rightsizing::iam::{Account, Group, Principal};
use leastwise_rightsizing::presentation::Message;
use leastwise_rightsizing::settings::{ObjectAddress, TopicArn};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

/// One `PutEvaluations`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Put {
    pub(crate) evaluations: Vec<Evaluation>,
    pub(crate) result_token: String,
    pub(crate) test_mode: bool,
}

/// A service with the days since its last use.
pub(crate) type LastUse = (&'static str, Option<i64>);

#[derive(Debug, Default)]
pub(crate) struct Fake {
    /// What `GetAccountAuthorizationDetails` says; `None` is an account that cannot be read.
    pub(crate) account: Option<Value>,
    /// By principal name: what it used, or why there is no report.
    pub(crate) usage: BTreeMap<String, Result<Vec<LastUse>, UsageError>>,
    /// What it said when the grace for new permissions began; the same as now if left out.
    pub(crate) account_then: Option<Value>,
    /// The list files that S3 has, by address, or why one cannot be read; any other is not there.
    pub(crate) files: BTreeMap<String, Result<String, CallError>>,
    /// Why groups cannot be looked up.
    pub(crate) group_failure: Option<CallError>,
    /// Why what was granted then cannot be read.
    pub(crate) history_failure: Option<CallError>,
    /// What the rule has results on; `None` cannot be read.
    pub(crate) reported: Option<Vec<ReportedResult>>,
    /// What Config holds of any resource.
    pub(crate) item: Option<ConfigurationItem>,
    /// How often Config rejects the evaluation of which resource.
    pub(crate) rejects: Mutex<BTreeMap<String, usize>>,
    pub(crate) puts: Mutex<Vec<Put>>,
    /// The policies that grant what is idle, by service; `None` cannot be read.
    pub(crate) granting: Option<BTreeMap<String, Vec<NamedPolicy>>>,
    /// Why principals cannot be tagged, by name.
    pub(crate) untaggable: BTreeMap<String, TagError>,
    /// Everything asked and told but reads of principals and reports, in its order.
    pub(crate) calls: Mutex<Vec<String>>,
    /// What was sent.
    pub(crate) messages: Mutex<Vec<Message>>,
    /// What is remembered; `None` cannot be read.
    pub(crate) parameters: Mutex<Option<BTreeMap<String, String>>>,
    /// The text of any secret; `None` cannot be read.
    pub(crate) secret: Option<String>,
    /// What was written into the log.
    pub(crate) journal: Mutex<Vec<String>>,
    /// How many files, groups and secrets were asked for since the calls were last taken.
    pub(crate) loads: AtomicU64,
    /// For how many reports there is time; the next one takes all the time that is left.
    pub(crate) time_for: Option<usize>,
    /// How many reports were asked for.
    pub(crate) reports: AtomicUsize,
    /// How many reports are under way, and the most that ever were.
    pub(crate) under_way: Mutex<(usize, usize)>,
    /// Questions about resources: type, id, the latest time.
    pub(crate) asked_items: Mutex<Vec<(String, String, DateTime<Utc>)>>,
}

pub(crate) fn denied(operation: &'static str) -> CallError {
    CallError::refused(operation, "app", "AccessDenied", "not authorized")
}

pub(crate) fn throttled(operation: &'static str) -> CallError {
    CallError::refused(operation, "app", "Throttling", "Rate exceeded")
}

impl Fake {
    pub(crate) fn of(account: Value) -> Self {
        Self { account: Some(account), reported: Some(Vec::new()), ..Self::default() }
    }

    /// The same with this report on the principal of that name.
    pub(crate) fn using(mut self, name: &str, usage: &[LastUse]) -> Self {
        self.usage.insert(name.to_owned(), Ok(usage.to_vec()));
        self
    }

    /// The same with no report on the principal of that name.
    pub(crate) fn without_report(mut self, name: &str, why: UsageError) -> Self {
        self.usage.insert(name.to_owned(), Err(why));
        self
    }

    pub(crate) fn puts(&self) -> Vec<Put> {
        self.puts.lock().unwrap().clone()
    }

    /// Every evaluation that was sent, in its order.
    pub(crate) fn evaluations(&self) -> Vec<Evaluation> {
        self.puts().into_iter().flat_map(|put| put.evaluations).collect()
    }

    /// The calls since they were last asked for.
    pub(crate) fn calls(&self) -> Vec<String> {
        std::mem::take(&mut self.calls.lock().unwrap())
    }

    /// The lines of the log since they were last asked for.
    pub(crate) fn lines(&self) -> Vec<Value> {
        let lines = std::mem::take(&mut *self.journal.lock().unwrap());
        lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn call(&self, call: String) {
        self.calls.lock().unwrap().push(call);
    }

    fn read(&self, operation: &'static str) -> Result<Account, ReadError> {
        let account = self.account.as_ref().ok_or_else(|| throttled(operation))?;
        Ok(Account::from_json(&account.to_string()).unwrap())
    }
}

impl ReadAccount for Fake {
    async fn account(&self) -> Result<Account, ReadError> {
        self.read("iam:GetAccountAuthorizationDetails")
    }
}

impl ReadPrincipal for Fake {
    async fn principal(&self, name: &PrincipalName) -> Result<Option<Principal>, ReadError> {
        let principals = self.read("iam:GetRole")?.into_principals();
        Ok(principals.into_iter().find(|principal| PrincipalName::from(&principal.arn) == *name))
    }
}

impl ReadGroup for Fake {
    async fn group(&self, name: &str) -> Result<Option<Group>, ReadError> {
        let account = self.read("iam:GetGroup")?;
        Ok(account.groups().iter().find(|group| group.arn.name() == name).cloned())
    }
}

impl ReadUsage for Fake {
    async fn last_accessed(
        &self,
        arn: &str,
        granularity: Granularity,
        deadline: Instant,
    ) -> Result<LastAccessedReport, UsageError> {
        let (granularity, is_group) = (granularity.as_str(), arn.contains(":group/"));
        assert_eq!(granularity, if is_group { "service-level" } else { "action-level" });
        if Instant::now() >= deadline {
            return Err(UsageError::Deadline { principal: arn.to_owned() });
        }
        let number = self.reports.fetch_add(1, Ordering::Relaxed);
        if self.time_for.is_some_and(|reports| number >= reports) {
            std::thread::sleep(deadline.saturating_duration_since(Instant::now()));
            return Err(UsageError::Deadline { principal: arn.to_owned() });
        }
        {
            let mut under_way = self.under_way.lock().unwrap();
            *under_way = (under_way.0 + 1, under_way.1.max(under_way.0 + 1));
        }
        // Others get their turn meanwhile.
        tokio::task::yield_now().await;
        self.under_way.lock().unwrap().0 -= 1;
        let usage =
            self.usage.get(arn.rsplit('/').next().unwrap()).cloned().unwrap_or(Ok(Vec::new()))?;
        let rows: Vec<Value> = usage
            .iter()
            .map(|(service, days)| json!({ "ServiceNamespace": service, "LastAuthenticated": days.map(days_ago) }))
            .collect();
        let report = json!({ "JobStatus": "COMPLETED", "JobType": if is_group { "SERVICE_LEVEL" } else { "ACTION_LEVEL" }, "JobCompletionDate": as_of(), "ServicesLastAccessed": rows });
        Ok(LastAccessedReport::from_json(&report).unwrap())
    }
}

impl ReadObject for Fake {
    async fn object(&self, address: &ObjectAddress, _: usize) -> Result<Vec<u8>, CallError> {
        self.loads.fetch_add(1, Ordering::Relaxed);
        let address = address.to_string();
        let missing = || CallError::refused("s3:GetObject", &address, "NoSuchKey", "no such key");
        let file = self.files.get(&address).cloned().unwrap_or_else(|| Err(missing()));
        file.map(String::into_bytes)
    }
}

impl FindGroup for Fake {
    async fn has_group(&self, name: &str) -> Result<bool, CallError> {
        self.loads.fetch_add(1, Ordering::Relaxed);
        if let Some(call) = &self.group_failure {
            return Err(call.clone());
        }
        let groups =
            self.account.iter().filter_map(|account| account["GroupDetailList"].as_array());
        Ok(groups.flatten().any(|group| group["GroupName"] == name))
    }
}

impl ReadSecret for Fake {
    async fn secret(&self, arn: &str) -> Result<SecretText, SecretError> {
        self.loads.fetch_add(1, Ordering::Relaxed);
        let refused = || {
            CallError::refused("secretsmanager:GetSecretValue", arn, "AccessDenied", "not allowed")
        };
        self.secret.clone().map(SecretText::new).ok_or_else(|| refused().into())
    }
}

impl ReadHistory for Fake {
    async fn principal_at(
        &self,
        principal: &Principal,
        time: DateTime<Utc>,
    ) -> Result<Option<Principal>, HistoryError> {
        assert_eq!(time, days_ago(14));
        if let Some(call) = &self.history_failure {
            return Err(call.clone().into());
        }
        let Some(then) = &self.account_then else { return Ok(Some(principal.clone())) };
        let then = Account::from_json(&then.to_string()).unwrap();
        Ok(then.principal(&principal.arn).cloned())
    }
}

impl GrantingPolicies for Fake {
    async fn granting_policies(
        &self,
        arn: &str,
        services: &[&str],
    ) -> Result<BTreeMap<String, Vec<NamedPolicy>>, ReadError> {
        self.call(format!("granting {arn} {}", services.join(",")));
        let granting = self.granting.clone();
        granting.ok_or_else(|| denied("iam:ListPoliciesGrantingServiceAccess").into())
    }
}

impl TagPrincipal for Fake {
    async fn tag(&self, principal: &PrincipalName, tags: &[(&str, &str)]) -> Result<(), TagError> {
        let tags: Vec<String> = tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
        self.call(format!("tag {} {}", principal.name, tags.join(" ")));
        self.untaggable.get(&principal.name).map_or(Ok(()), |error| Err(error.clone()))
    }

    async fn untag(&self, principal: &PrincipalName, keys: &[&str]) -> Result<(), TagError> {
        self.call(format!("untag {} {}", principal.name, keys.join(" ")));
        self.untaggable.get(&principal.name).map_or(Ok(()), |error| Err(error.clone()))
    }
}

impl CountCalls for Fake {
    fn take_calls(&self) -> Calls {
        Calls { made: 12 + self.loads.swap(0, Ordering::Relaxed), throttled: 3 }
    }
}

impl Evaluations for Fake {
    async fn put(
        &self,
        evaluations: &[Evaluation],
        result_token: &str,
        test_mode: bool,
    ) -> Result<Vec<Evaluation>, ReportingError> {
        assert!(evaluations.len() <= MAX_EVALUATIONS, "{}", evaluations.len());
        for evaluation in evaluations {
            let annotation = evaluation.annotation.as_ref().unwrap();
            assert!((1..=256).contains(&annotation.chars().count()), "{annotation}");
        }
        self.call(format!("put {}", evaluations.len()));
        self.puts.lock().unwrap().push(Put {
            evaluations: evaluations.to_vec(),
            result_token: result_token.to_owned(),
            test_mode,
        });
        let mut rejects = self.rejects.lock().unwrap();
        let mut rejected = evaluations.to_vec();
        rejected.retain(|evaluation| {
            let left = rejects.get_mut(&evaluation.resource_id).filter(|left| **left > 0);
            left.map(|left| *left -= 1).is_some()
        });
        Ok(rejected)
    }

    async fn reported(&self, rule_name: &str) -> Result<Vec<ReportedResult>, ReportingError> {
        assert_eq!(rule_name, "iam-privilege-creep-index");
        let denied = || denied("config:GetComplianceDetailsByConfigRule").into();
        self.reported.clone().ok_or_else(denied)
    }

    async fn configuration_item(
        &self,
        resource_type: &str,
        resource_id: &str,
        later_time: DateTime<Utc>,
    ) -> Result<Option<ConfigurationItem>, ReportingError> {
        let asked = (resource_type.to_owned(), resource_id.to_owned(), later_time);
        self.asked_items.lock().unwrap().push(asked);
        Ok(self.item.clone())
    }
}

/// IAM could not make the report on `arn`.
pub(crate) fn failed_report(arn: &str) -> UsageError {
    let report = ReportError::Failed { code: "InternalError".into(), message: "try later".into() };
    UsageError::Report { principal: arn.to_owned(), report }
}

/// IAM did not want to make the report on `arn` now.
pub(crate) fn throttled_report(arn: &str) -> UsageError {
    let call = throttled("iam:GenerateServiceLastAccessedDetails");
    UsageError::Call { principal: arn.to_owned(), call }
}

impl Publish for Fake {
    async fn publish(&self, _: &TopicArn, message: &Message) -> Result<(), CallError> {
        self.messages.lock().unwrap().push(message.clone());
        Ok(())
    }
}

impl Remember for Fake {
    async fn recall(&self, name: &str) -> Result<Option<String>, CallError> {
        let parameters = self.parameters.lock().unwrap();
        let parameters = parameters.as_ref().ok_or_else(|| denied("ssm:GetParameter"))?;
        Ok(parameters.get(name).cloned())
    }

    async fn remember(&self, name: &str, text: &str) -> Result<(), CallError> {
        let mut parameters = self.parameters.lock().unwrap();
        parameters.as_mut().unwrap().insert(name.to_owned(), text.to_owned());
        Ok(())
    }
}
