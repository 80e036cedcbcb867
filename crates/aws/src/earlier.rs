//! Learning what principals were granted before their new permissions.

use crate::call::CallError;
use crate::clock::Moment;
use crate::ports::{HistoryError, ReadHistory, RecordedResource, SharedPast, Then};
use chrono::{DateTime, Utc};
use leastwise_rightsizing::evidence::EarlierGrants;
use leastwise_rightsizing::iam::{Group, Principal, RosterEntry};
use leastwise_rightsizing::settings::NewPermissionGraceDays;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::OnceCell;

/// Looks back to when the grace for new permissions began, for all principals of a run.
///
/// What can be read of all of them at once is read at the first question, and once: nobody is
/// asked where every principal is exempt.
#[derive(Debug)]
pub struct LookBack<'a> {
    /// When the grace began; `None` where there is none.
    start: Option<DateTime<Utc>>,
    deadline: Instant,
    subjects: Vec<Subject>,
    groups: &'a [Group],
    shared: Arc<SharedPast>,
    then: OnceCell<Result<Then, CallError>>,
}

/// Whose past is asked for.
#[derive(Debug)]
pub struct Subject {
    resource: RecordedResource,
    /// The names of the groups that it is in.
    groups: Vec<String>,
}

impl From<&Principal> for Subject {
    fn from(principal: &Principal) -> Self {
        Self { resource: principal.into(), groups: principal.groups.clone() }
    }
}

impl From<&RosterEntry> for Subject {
    fn from(entry: &RosterEntry) -> Self {
        Self { resource: entry.into(), groups: entry.groups().to_vec() }
    }
}

impl<'a> LookBack<'a> {
    /// For these principals. `groups` are those of the account as it was read together with the
    /// principals; none where it was not read.
    #[must_use]
    pub fn new(
        subjects: impl IntoIterator<Item = impl Into<Subject>>,
        groups: &'a [Group],
        grace: NewPermissionGraceDays,
        moment: Moment,
    ) -> Self {
        let Moment { judged, deadline, .. } = moment;
        let subjects = subjects.into_iter().map(Into::into).collect();
        let (start, shared, then) = (grace.start(judged), Arc::default(), OnceCell::new());
        Self { start, deadline, subjects, groups, shared, then }
    }

    /// The same, which shares what is known with others.
    #[must_use]
    pub fn sharing(self, shared: Arc<SharedPast>) -> Self {
        Self { shared, ..self }
    }

    /// What `principal` was granted when the grace for new permissions began.
    ///
    /// # Errors
    ///
    /// [`HistoryError`] when that could not be read, or not before the deadline. That there is no
    /// record is no error: it is [`EarlierGrants::Unknown`].
    pub async fn grants(
        &self,
        principal: &Principal,
        aws: &impl ReadHistory,
    ) -> Result<EarlierGrants, HistoryError> {
        let Some(start) = self.start else { return Ok(EarlierGrants::NotAsked) };
        if is_younger(principal.created, start) {
            return Ok(EarlierGrants::nothing(principal));
        }
        let reading = self.principal_at(principal, start, aws);
        let then = tokio::time::timeout_at(self.deadline.into(), reading).await;
        let late = |_| HistoryError::Deadline { principal: principal.arn.clone() };
        Ok(match then.map_err(late)?? {
            Some(then) => EarlierGrants::Known(Box::new(then)),
            None => EarlierGrants::Unknown(format!(
                "AWS Config has no record of it from before {}, where `{}` reaches back to",
                start.format("%Y-%m-%d"),
                NewPermissionGraceDays::NAME
            )),
        })
    }

    async fn principal_at(
        &self,
        principal: &Principal,
        start: DateTime<Utc>,
        aws: &impl ReadHistory,
    ) -> Result<Option<Principal>, HistoryError> {
        match self.then.get_or_init(|| self.read(start, aws)).await {
            Ok(then) => aws.principal_at(principal, then).await,
            Err(call) => Err(call.clone().into()),
        }
    }

    /// What is read of all principals at once: the current items of those that were there then,
    /// and of the groups that they are in.
    async fn read(&self, start: DateTime<Utc>, aws: &impl ReadHistory) -> Result<Then, CallError> {
        let is_old = |subject: &&Subject| !is_younger(subject.resource.created, start);
        let old: Vec<&Subject> = self.subjects.iter().filter(is_old).collect();
        let theirs: BTreeSet<&str> =
            old.iter().flat_map(|subject| &subject.groups).map(String::as_str).collect();
        let groups = self.groups.iter().filter(|group| theirs.contains(group.arn.name()));
        let groups: Vec<&Group> = groups.collect();
        let resources = old.into_iter().map(|subject| subject.resource.clone());
        let resources: Vec<_> =
            resources.chain(groups.iter().copied().map(RecordedResource::from)).collect();
        let items = aws.current_items(&resources).await?;
        let groups = groups.into_iter().map(|group| (group.arn.name().to_owned(), group.into()));
        let (groups, shared) = (groups.collect(), Arc::clone(&self.shared));
        Ok(Then { time: start, items, groups, shared })
    }
}

/// What one principal was granted when the grace for new permissions began.
///
/// # Errors
///
/// As [`LookBack::grants`].
pub async fn earlier_grants(
    principal: &Principal,
    grace: NewPermissionGraceDays,
    moment: Moment,
    aws: &impl ReadHistory,
) -> Result<EarlierGrants, HistoryError> {
    LookBack::new([principal], &[], grace, moment).grants(principal, aws).await
}

/// Whether it was not there yet, and so had nothing.
fn is_younger(created: Option<DateTime<Utc>>, start: DateTime<Utc>) -> bool {
    created.is_some_and(|created| created > start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::{CurrentItems, RecordedResource};
    use std::collections::BTreeMap;
    use std::future::pending;
    use std::time::Duration;

    // What is asked and what comes of it is tested beside the adapter.

    /// An AWS that answers about everybody at once, or never.
    struct Silent {
        about_everybody: bool,
    }

    impl ReadHistory for Silent {
        async fn current_items(&self, _: &[RecordedResource]) -> Result<CurrentItems, CallError> {
            if self.about_everybody { Ok(CurrentItems::new()) } else { pending().await }
        }

        async fn principal_at(
            &self,
            _: &Principal,
            _: &Then,
        ) -> Result<Option<Principal>, HistoryError> {
            pending().await
        }
    }

    fn role() -> Principal {
        Principal {
            arn: "arn:aws:iam::111122223333:role/app".parse().unwrap(),
            unique_id: "AROAEXAMPLE0000000001".parse().unwrap(),
            created: None,
            last_used: None,
            tags: BTreeMap::new(),
            policies: vec![],
            groups: vec![],
            boundary: None,
            trust: None,
        }
    }

    #[tokio::test]
    async fn what_is_not_read_before_the_deadline_is_an_error_and_not_nothing() {
        for (about_everybody, left) in [
            (false, Duration::from_millis(5)),
            (true, Duration::from_millis(5)),
            (true, Duration::ZERO),
        ] {
            let now = "2026-06-30T12:00:00Z".parse().unwrap();
            let moment = Moment::new(now, Instant::now() + left);
            let (role, grace) = (role(), NewPermissionGraceDays::default());
            let look_back = LookBack::new([&role, &role], &[], grace, moment);
            let aws = Silent { about_everybody };
            let both = tokio::join!(look_back.grants(&role, &aws), look_back.grants(&role, &aws));
            for error in [both.0.unwrap_err(), both.1.unwrap_err()] {
                assert_eq!(
                    error.to_string(),
                    "what `arn:aws:iam::111122223333:role/app` was granted earlier could not be read in the time that \
                     the run has; try again"
                );
                assert!(error.is_retryable());
            }
        }
    }
}
