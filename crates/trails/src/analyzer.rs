//! What IAM Access Analyzer says: policies that it generates from a trail, and what it finds
//! unused.

use chrono::{DateTime, TimeDelta, Utc};
use leastwise_policy::action::Action;
use leastwise_policy::document::{Actions, Document, DocumentError, Effect};
use leastwise_policy::pattern::Pattern;
use leastwise_rightsizing::evidence::witnesses::{
    Called, Listing, Looked, Subject, Times, UsageLog,
};
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;

/// Why what Access Analyzer says cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AnalyzerFault {
    /// A generated policy is none.
    #[error("a generated policy cannot be read: {0}")]
    NoPolicy(#[from] DocumentError),
    /// It is a policy, and does not list what was called.
    #[error("a generated policy does more than allow actions of services that it names")]
    NotAList,
    /// A finding names a service that can be none.
    #[error("`{0}` is not the IAM prefix of a service")]
    NoService(String),
    /// A finding names an action that can be none.
    #[error("`{0}` is not an action")]
    NoAction(String),
}

/// What a policy that was generated from a trail shows as used. Attempts that were denied are in
/// it, too. Of a pattern it is not known which action was called.
///
/// ```
/// use leastwise_trails::analyzer::used_in;
///
/// let policy = r#"{"Version":"2012-10-17","Statement":[{"Sid":"SupportedServiceSid0",
///     "Effect":"Allow","Action":["ec2:DescribeRegions","sqs:*"],"Resource":"*"}]}"#;
/// let used: Vec<String> = used_in(policy)?.iter().map(ToString::to_string).collect();
/// assert_eq!(used, ["ec2:DescribeRegions", "sqs"]);
/// # Ok::<(), leastwise_trails::analyzer::AnalyzerFault>(())
/// ```
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-policy-generation.html>.
///
/// # Errors
///
/// [`AnalyzerFault`] where it is no policy, or denies, excludes or allows everything.
pub fn used_in(policy: &str) -> Result<BTreeSet<Called>, AnalyzerFault> {
    let mut used = BTreeSet::new();
    for statement in Document::parse(policy)?.statements() {
        match (statement.effect(), statement.actions()) {
            (Effect::Allow, Actions::Action(patterns)) => {
                for pattern in patterns {
                    used.insert(called(pattern).ok_or(AnalyzerFault::NotAList)?);
                }
            }
            (Effect::Allow, Actions::NotAction(_)) | (Effect::Deny, _) => {
                return Err(AnalyzerFault::NotAList);
            }
        }
    }
    Ok(used)
}

fn called(pattern: &Pattern) -> Option<Called> {
    if let Ok(action) = pattern.as_str().parse() {
        return Some(Called::Action(action));
    }
    pattern.service_literal().map(|service| Called::Service(service.to_ascii_lowercase()))
}

/// What a finding says is unused in one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnusedInService {
    /// The service's IAM prefix.
    pub service: String,
    /// When something of it was used last, if ever.
    pub last: Option<DateTime<Utc>>,
    /// The unused actions, by name or with the service before it, and when each was used last;
    /// empty where the whole service is unused.
    pub actions: Vec<(String, Option<DateTime<Utc>>)>,
}

/// Notes what was found unused of one principal.
///
/// `analyzed` is when, and `days` for how long something was not used before it is called unused.
/// Where a finding has the date of an earlier use, that is use.
///
/// # Errors
///
/// [`AnalyzerFault`] where a name can be none; nothing is noted then.
pub fn note_unused(
    log: &mut UsageLog,
    subject: &Subject,
    analyzed: DateTime<Utc>,
    days: u16,
    unused: &[UnusedInService],
) -> Result<(), AnalyzerFault> {
    let mut listing = Listing::default();
    let mut used = BTreeMap::new();
    for UnusedInService { service, last, actions } in unused {
        let prefix = prefix(service)?;
        let called_last = |called, last: &Option<DateTime<Utc>>| last.map(|last| (called, last));
        if actions.is_empty() {
            used.extend(called_last(Called::Service(prefix.clone()), last));
            listing.services.insert(prefix);
            continue;
        }
        for (name, last) in actions {
            let action = action(&prefix, name)?;
            used.extend(called_last(Called::Action(action.clone()), last));
            listing.actions.insert(action);
        }
    }
    if listing == Listing::default() {
        return Ok(());
    }
    let looked = Looked { since: analyzed - TimeDelta::days(i64::from(days)), until: analyzed };
    log.unused(subject.clone(), looked, listing);
    for (called, last) in used {
        log.used(subject.clone(), called, Times::once(last, None));
    }
    Ok(())
}

fn prefix(service: &str) -> Result<String, AnalyzerFault> {
    let is_one = format!("{service}:X").parse::<Action>().is_ok();
    is_one
        .then(|| service.to_ascii_lowercase())
        .ok_or_else(|| AnalyzerFault::NoService(service.to_owned()))
}

fn action(prefix: &str, name: &str) -> Result<Action, AnalyzerFault> {
    let written = if name.contains(':') { name.to_owned() } else { format!("{prefix}:{name}") };
    written.parse().map_err(|_| AnalyzerFault::NoAction(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use leastwise_rightsizing::evidence::witnesses::Source;

    #[test]
    fn a_generated_policy_that_is_no_list_of_actions_is_refused() {
        let policy =
            |statement: &str| format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#);
        for statement in [
            r#"{"Effect":"Deny","Action":"s3:*","Resource":"*"}"#,
            r#"{"Effect":"Allow","NotAction":"s3:*","Resource":"*"}"#,
            r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#,
            r#"{"Effect":"Allow","Action":"s*:Get*","Resource":"*"}"#,
        ] {
            assert_eq!(used_in(&policy(statement)), Err(AnalyzerFault::NotAList), "{statement}");
        }
        assert_eq!(
            used_in("{").unwrap_err().to_string(),
            "a generated policy cannot be read: the policy document is not JSON: EOF while parsing an object at line 1 column 1"
        );
        assert_eq!(used_in(r#"{"Statement":[]}"#), Ok(BTreeSet::new()));
    }

    fn time(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn noted(unused: &[UnusedInService]) -> Result<String, AnalyzerFault> {
        let mut log = UsageLog::new(Source::AccessAnalyzer, "111122223333");
        let subject = Subject::Arn("arn:aws:iam::111122223333:role/a".parse().unwrap());
        note_unused(&mut log, &subject, time("2026-10-30T00:00:00Z"), 90, unused)?;
        let mut written = Vec::new();
        log.write_to(&mut written).unwrap();
        Ok(String::from_utf8(written).unwrap())
    }

    #[test]
    fn what_is_unused_is_listed_and_an_earlier_date_is_use() {
        let named = |service: &str, last, actions: &[(&str, Option<DateTime<Utc>>)]| {
            let actions = actions.iter().map(|(name, last)| ((*name).to_owned(), *last)).collect();
            UnusedInService { service: service.to_owned(), last, actions }
        };
        let (may, june) = (Some(time("2026-05-01T00:00:00Z")), Some(time("2026-06-01T00:00:00Z")));
        let unused = [
            named("SNS", None, &[]),
            named("sqs", may, &[]),
            // The date of a service in use is that of another action.
            named("s3", june, &[("GetBucketAcl", None), ("s3:PutBucketAcl", may)]),
        ];
        assert_eq!(
            noted(&unused).unwrap(),
            concat!(
                r#"{"usageFile":1,"source":"access-analyzer","account":"111122223333","saw":[]}"#,
                "\n",
                r#"{"principal":"arn:aws:iam::111122223333:role/a","used":"s3:PutBucketAcl","first":"2026-05-01T00:00:00Z","last":"2026-05-01T00:00:00Z","count":1}"#,
                "\n",
                r#"{"principal":"arn:aws:iam::111122223333:role/a","usedOf":"sqs","first":"2026-05-01T00:00:00Z","last":"2026-05-01T00:00:00Z","count":1}"#,
                "\n",
                r#"{"principal":"arn:aws:iam::111122223333:role/a","unused":{"since":"2026-08-01T00:00:00Z","until":"2026-10-30T00:00:00Z","services":["sns","sqs"]}}"#,
                "\n",
                r#"{"principal":"arn:aws:iam::111122223333:role/a","unused":{"since":"2026-08-01T00:00:00Z","until":"2026-10-30T00:00:00Z","actions":["s3:GetBucketAcl","s3:PutBucketAcl"]}}"#,
                "\n",
                r#"{"end":4}"#,
                "\n",
            )
        );
        // A finding without details lists nothing, and so disputes nothing.
        assert_eq!(noted(&[]).unwrap().lines().count(), 2);
        assert_eq!(
            noted(&[named("no such", None, &[])]),
            Err(AnalyzerFault::NoService("no such".to_owned()))
        );
        assert_eq!(
            noted(&[named("s3", None, &[("Get*", None)])]),
            Err(AnalyzerFault::NoAction("Get*".to_owned()))
        );
    }
}
