//! [`ReadUsage`] and [`ReadPages`] over the two operations of IAM Access Advisor.

use super::account::MAX_ITEMS;
use super::{Aws, ReportPolling, convert};
use crate::call::CallError;
use crate::clock::Backoff;
use crate::job_times::Seen;
use crate::pace::Turn;
use crate::ports::{ReadPages, ReadUsage, UsageError};
use aws_sdk_iam::operation::get_service_last_accessed_details::GetServiceLastAccessedDetailsOutput;
use aws_sdk_iam::primitives::DateTime;
use aws_sdk_iam::types as sdk;
use aws_sdk_iam::types::{AccessAdvisorUsageGranularityType, JobStatusType};
use chrono::Utc;
use leastwise_rightsizing::evidence::{
    ActionLastAccessed, Granularity, JobFailure, LastAccessedReport, ReportPage,
    ServiceLastAccessed,
};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

impl ReadUsage for Aws {
    async fn last_accessed(
        &self,
        arn: &str,
        granularity: Granularity,
        deadline: Instant,
    ) -> Result<LastAccessedReport, UsageError> {
        joined(self.pages(arn, granularity, deadline).await?, arn)
    }
}

impl ReadPages for Aws {
    async fn report_pages(
        &self,
        arn: &str,
        granularity: Granularity,
        deadline: Instant,
    ) -> Result<Vec<ReportPage>, UsageError> {
        let pages = self.pages(arn, granularity, deadline).await?;
        joined(pages.clone(), arn).map(|_| pages)
    }
}

impl Aws {
    /// All that IAM says of the job, which may have failed.
    async fn pages(
        &self,
        arn: &str,
        granularity: Granularity,
        deadline: Instant,
    ) -> Result<Vec<ReportPage>, UsageError> {
        let left = deadline.saturating_duration_since(self.clock.now());
        let turn = self.pace.turn(Turn::Submit);
        if left.is_zero() || tokio::time::timeout(left, turn).await.is_err() {
            return Err(UsageError::NotReached { principal: arn.to_owned() });
        }
        let now = self.clock.now();
        // A report that cannot be there in time would leave its principal without a verdict.
        let expected = self.job_times.expected().unwrap_or_default();
        if deadline.saturating_duration_since(now) < expected {
            return Err(UsageError::NotReached { principal: arn.to_owned() });
        }
        let patience_ends = now.checked_add(self.polling.patience).unwrap_or(deadline);
        let deadline = deadline.min(patience_ends);
        let report = Report { aws: self, principal: arn.to_owned(), deadline };
        let late = UsageError::Deadline { principal: report.principal.clone() };
        // The waits between polls mind the deadline themselves; this one is for a call that hangs
        // or is retried.
        match deadline.checked_duration_since(now).filter(|left| !left.is_zero()) {
            Some(left) => {
                tokio::time::timeout(left, report.read(granularity)).await.unwrap_or(Err(late))
            }
            None => Err(late),
        }
    }
}

/// The pages as one report.
fn joined(pages: Vec<ReportPage>, arn: &str) -> Result<LastAccessedReport, UsageError> {
    LastAccessedReport::from_pages(pages)
        .map_err(|report| UsageError::Report { principal: arn.to_owned(), report })
}

/// One report being read.
struct Report<'a> {
    aws: &'a Aws,
    principal: String,
    deadline: Instant,
}

impl Report<'_> {
    async fn read(&self, granularity: Granularity) -> Result<Vec<ReportPage>, UsageError> {
        let job = self.start(granularity).await?;
        let mut answer = self.finished(&job).await?;
        let mut markers = BTreeSet::new();
        let mut pages = Vec::new();
        loop {
            let marker = answer.marker.clone().filter(|marker| !marker.is_empty());
            pages.push(page(answer));
            // A marker counts even where the flag is missing. The flag without a marker ends the
            // loop too, and makes the report incomplete.
            let Some(marker) = marker else { break };
            if !markers.insert(marker.clone()) {
                return Err(UsageError::RepeatedMarker {
                    principal: self.principal.clone(),
                    marker,
                });
            }
            answer = self.get(&job, Some(marker)).await?;
        }
        Ok(pages)
    }

    async fn start(&self, granularity: Granularity) -> Result<String, UsageError> {
        const OPERATION: &str = "iam:GenerateServiceLastAccessedDetails";
        let granularity = match granularity {
            Granularity::Service => AccessAdvisorUsageGranularityType::ServiceLevel,
            Granularity::Action => AccessAdvisorUsageGranularityType::ActionLevel,
        };
        let request = self.aws.iam.generate_service_last_accessed_details();
        let answer = request.arn(&self.principal).granularity(granularity).send().await;
        let answer = answer.map_err(CallError::of(OPERATION, &self.principal)).map_err(|call| {
            let principal = self.principal.clone();
            if call.is_no_such_entity() {
                UsageError::NoSuchPrincipal { principal, call }
            } else {
                UsageError::Call { principal, call }
            }
        })?;
        answer.job_id.filter(|job| !job.is_empty()).ok_or_else(|| UsageError::Call {
            principal: self.principal.clone(),
            call: CallError::unreadable(OPERATION, &self.principal, "no `JobId`"),
        })
    }

    /// The first page of the report, once the job is no longer in progress.
    async fn finished(&self, job: &str) -> Result<GetServiceLastAccessedDetailsOutput, UsageError> {
        let Aws { clock, job_times, polling, .. } = self.aws;
        let ReportPolling { first_wait, longest_wait, .. } = *polling;
        let mut backoff = Backoff::new(first_wait, longest_wait, &self.principal);
        let asked = clock.now();
        job_times.wait(&**clock).await;
        let mut at_first = true;
        loop {
            let answer = self.get(job, None).await?;
            if answer.job_status != JobStatusType::InProgress {
                let waited = clock.now().saturating_duration_since(asked);
                job_times.learn(&Seen { dated: took(&answer), waited, at_first });
                return Ok(answer);
            }
            at_first = false;
            let wait = backoff.wait();
            let left = self.deadline.saturating_duration_since(self.aws.clock.now());
            if wait >= left {
                return Err(UsageError::Deadline { principal: self.principal.clone() });
            }
            self.aws.clock.sleep(wait).await;
        }
    }

    async fn get(
        &self,
        job: &str,
        marker: Option<String>,
    ) -> Result<GetServiceLastAccessedDetailsOutput, UsageError> {
        const OPERATION: &str = "iam:GetServiceLastAccessedDetails";
        self.aws.pace.turn(Turn::Collect).await;
        let request = self.aws.iam.get_service_last_accessed_details().job_id(job);
        let answer = request.max_items(MAX_ITEMS).set_marker(marker).send().await;
        answer
            .map_err(CallError::of(OPERATION, &self.principal))
            .map_err(|call| UsageError::Call { principal: self.principal.clone(), call })
    }
}

/// How long the job took by IAM's own clock.
fn took(answer: &GetServiceLastAccessedDetailsOutput) -> Option<Duration> {
    let (begun, ended) = (date(&answer.job_creation_date)?, date(&answer.job_completion_date)?);
    (ended - begun).to_std().ok()
}

fn page(answer: GetServiceLastAccessedDetailsOutput) -> ReportPage {
    ReportPage {
        job_status: answer.job_status.as_str().to_owned(),
        job_type: answer.job_type.map(|granularity| granularity.as_str().to_owned()),
        job_creation_date: date(&answer.job_creation_date),
        job_completion_date: date(&answer.job_completion_date),
        services_last_accessed: Some(
            answer.services_last_accessed.into_iter().map(service).collect(),
        ),
        is_truncated: Some(answer.is_truncated),
        marker: answer.marker,
        error: answer.error.map(|error| JobFailure { code: error.code, message: error.message }),
    }
}

/// The SDK puts the beginning of 1970 where the answer has no date.
fn date(date: &DateTime) -> Option<chrono::DateTime<Utc>> {
    convert::from_sdk(date).filter(|date| date.timestamp() != 0)
}

fn service(service: sdk::ServiceLastAccessed) -> ServiceLastAccessed {
    ServiceLastAccessed {
        service_namespace: service.service_namespace,
        last_authenticated: service.last_authenticated.as_ref().and_then(convert::from_sdk),
        last_authenticated_entity: service.last_authenticated_entity,
        total_authenticated_entities: service.total_authenticated_entities.map(i64::from),
        tracked_actions_last_accessed: service
            .tracked_actions_last_accessed
            .unwrap_or_default()
            .into_iter()
            .map(|action| ActionLastAccessed {
                action_name: action.action_name.unwrap_or_default(),
                last_accessed_time: action.last_accessed_time.as_ref().and_then(convert::from_sdk),
                last_accessed_entity: action.last_accessed_entity,
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::replay::{Answer, Replay, iam, iam_error, no_such_entity, throttled};
    use super::*;

    const ARN: &str = "arn:aws:iam::111122223333:role/app/writer";
    const GENERATE: &str = "Action=GenerateServiceLastAccessedDetails\
        &Arn=arn:aws:iam::111122223333:role/app/writer&Granularity=ACTION_LEVEL";
    const GET: &str = "Action=GetServiceLastAccessedDetails&JobId=11111111-aaaa-bbbb-cccc-222222222222&MaxItems=1000";

    fn started() -> Answer {
        iam(
            "GenerateServiceLastAccessedDetails",
            "<JobId>11111111-aaaa-bbbb-cccc-222222222222</JobId>",
        )
    }

    fn answer(content: &str) -> Answer {
        iam("GetServiceLastAccessedDetails", content)
    }

    fn in_progress() -> Answer {
        answer(
            "<JobStatus>IN_PROGRESS</JobStatus>\
             <JobCreationDate>2026-01-01T00:00:00Z</JobCreationDate>",
        )
    }

    /// A page with one service, and what the answer says about the next page.
    fn completed(service: &str, paging: &str) -> Answer {
        answer(&format!(
            "<JobStatus>COMPLETED</JobStatus><JobType>ACTION_LEVEL</JobType>
            <JobCreationDate>2026-01-01T00:00:00Z</JobCreationDate>
            <JobCompletionDate>2026-01-01T00:00:03Z</JobCompletionDate>
            <ServicesLastAccessed><member><ServiceName>A service</ServiceName>
            <ServiceNamespace>{service}</ServiceNamespace>
            <LastAuthenticated>2025-12-01T10:00:00Z</LastAuthenticated>
            <LastAuthenticatedEntity>{ARN}</LastAuthenticatedEntity>
            <TotalAuthenticatedEntities>1</TotalAuthenticatedEntities>
            <TrackedActionsLastAccessed>
            <member><ActionName>GetRole</ActionName><LastAccessedEntity>{ARN}</LastAccessedEntity>
            <LastAccessedTime>2025-12-01T10:00:00Z</LastAccessedTime></member>
            <member><ActionName>DeleteRole</ActionName></member>
            </TrackedActionsLastAccessed></member></ServicesLastAccessed>{paging}"
        ))
    }

    async fn read(replay: &Replay) -> Result<LastAccessedReport, UsageError> {
        let deadline = replay.now() + Duration::from_mins(10);
        replay.aws().last_accessed(ARN, Granularity::Action, deadline).await
    }

    fn expected(services: &[&str]) -> LastAccessedReport {
        LastAccessedReport::from_json(&serde_json::json!({
            "JobStatus": "COMPLETED",
            "JobType": "ACTION_LEVEL",
            "JobCreationDate": "2026-01-01T00:00:00Z",
            "JobCompletionDate": "2026-01-01T00:00:03Z",
            "ServicesLastAccessed": services.iter().map(|service| serde_json::json!({
                "ServiceNamespace": service,
                "LastAuthenticated": "2025-12-01T10:00:00Z",
                "LastAuthenticatedEntity": ARN,
                "TotalAuthenticatedEntities": 1,
                "TrackedActionsLastAccessed": [
                    {"ActionName": "GetRole", "LastAccessedTime": "2025-12-01T10:00:00Z", "LastAccessedEntity": ARN},
                    {"ActionName": "DeleteRole"},
                ],
            })).collect::<Vec<_>>(),
        }))
        .unwrap()
    }

    #[tokio::test]
    async fn a_report_is_waited_for_and_read_to_its_last_page() {
        let replay = Replay::of([
            started(),
            in_progress(),
            in_progress(),
            completed("iam", "<IsTruncated>true</IsTruncated><Marker>m/1</Marker>"),
            completed("s3", "<IsTruncated>false</IsTruncated>"),
        ]);
        assert_eq!(read(&replay).await, Ok(expected(&["iam", "s3"])));
        assert_eq!(replay.requests(), [GENERATE, GET, GET, GET, &format!("{GET}&Marker=m/1")]);
        let [first, second] = replay.waits()[..] else { panic!("{:?}", replay.waits()) };
        assert!(
            (250..=500).contains(&first.as_millis()) && (500..=1000).contains(&second.as_millis())
        );
    }

    #[tokio::test]
    async fn a_marker_is_followed_though_the_flag_is_missing() {
        let replay =
            Replay::of([started(), completed("iam", "<Marker>m</Marker>"), completed("s3", "")]);
        assert_eq!(read(&replay).await, Ok(expected(&["iam", "s3"])));
    }

    #[tokio::test]
    async fn a_flag_without_a_marker_makes_the_report_incomplete() {
        let replay = Replay::of([started(), completed("iam", "<IsTruncated>true</IsTruncated>")]);
        assert_eq!(
            read(&replay).await.unwrap_err().to_string(),
            format!(
                "`{ARN}` was not reported on: its service last accessed report is incomplete: \
                 a page is to follow marker `(none given)`"
            )
        );
    }

    #[tokio::test]
    async fn a_repeated_marker_is_an_error_and_not_an_endless_loop() {
        let again = || completed("iam", "<IsTruncated>true</IsTruncated><Marker>m</Marker>");
        let replay = Replay::of([started(), again(), again()]);
        let repeated =
            UsageError::RepeatedMarker { principal: ARN.to_owned(), marker: "m".to_owned() };
        assert_eq!(read(&replay).await, Err(repeated));
        assert_eq!(replay.requests().len(), 3);
    }

    #[tokio::test]
    async fn a_failed_job_is_an_error_for_its_principal() {
        let replay = Replay::of([
            started(),
            answer(
                "<JobStatus>FAILED</JobStatus><JobCreationDate>2026-01-01T00:00:00Z</JobCreationDate>
                <Error><Message>try later</Message><Code>INTERNAL_ERROR</Code></Error>",
            ),
        ]);
        let error = read(&replay).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "`{ARN}` was not reported on: IAM could not make its service last accessed report: \
                 INTERNAL_ERROR: try later"
            )
        );
        assert!(!error.is_retryable());
    }

    #[tokio::test]
    async fn an_empty_completed_report_is_a_report_and_no_date_is_no_date() {
        let replay = Replay::of([
            started(),
            answer(
                "<JobStatus>COMPLETED</JobStatus><JobCreationDate>2026-01-01T00:00:00Z</JobCreationDate>
                <ServicesLastAccessed/><IsTruncated>false</IsTruncated>",
            ),
        ]);
        let report = read(&replay).await.unwrap();
        assert_eq!((report.services().len(), report.completed()), (0, None));
    }

    #[tokio::test]
    async fn throttling_is_got_over_in_both_calls() {
        let replay =
            Replay::of([throttled(), started(), throttled(), throttled(), completed("iam", "")]);
        assert_eq!(read(&replay).await, Ok(expected(&["iam"])));
        assert_eq!(replay.requests(), [GENERATE, GENERATE, GET, GET, GET]);
    }

    #[tokio::test]
    async fn throttling_without_end_is_retryable() {
        let replay = Replay::of(std::iter::repeat_with(throttled).take(8));
        let error = read(&replay).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "`{ARN}` was not reported on: \
                 iam:GenerateServiceLastAccessedDetails on `{ARN}` failed: Throttling: Rate exceeded"
            )
        );
        assert!(error.is_retryable());
        assert_eq!(replay.requests().len(), 8);
    }

    #[tokio::test]
    async fn a_report_that_does_not_finish_is_given_up_within_a_minute() {
        let replay = Replay::of(
            std::iter::once(started()).chain(std::iter::repeat_with(in_progress).take(99)),
        );
        let error = read(&replay).await.unwrap_err();
        assert_eq!(error, UsageError::Deadline { principal: ARN.to_owned() });
        assert!(error.is_retryable());
        let waited: Duration = replay.waits().iter().sum();
        assert!(waited > Duration::from_secs(50) && waited < Duration::from_mins(1), "{waited:?}");
    }

    #[tokio::test]
    async fn nothing_is_asked_after_the_deadline() {
        let replay = Replay::of([]);
        let aws = replay.aws();
        let report = aws.last_accessed(ARN, Granularity::Service, replay.now()).await;
        assert_eq!(report, Err(UsageError::NotReached { principal: ARN.to_owned() }));
        assert_eq!(replay.requests(), Vec::<String>::new());
    }

    #[tokio::test]
    async fn a_principal_that_is_gone_is_told_from_a_job_that_is_not_ours() {
        let gone = Replay::of([no_such_entity("ARN does not exist.")]);
        assert_eq!(
            read(&gone).await,
            Err(UsageError::NoSuchPrincipal {
                principal: ARN.to_owned(),
                call: CallError::refused(
                    "iam:GenerateServiceLastAccessedDetails",
                    ARN,
                    "NoSuchEntity",
                    "ARN does not exist."
                ),
            })
        );
        let foreign = Replay::of([started(), no_such_entity("No such job.")]);
        assert!(matches!(read(&foreign).await, Err(UsageError::Call { .. })));
    }

    #[tokio::test]
    async fn pages_that_are_kept_read_again_as_the_report_that_they_make() {
        let answers = || {
            let more = "<IsTruncated>true</IsTruncated><Marker>m</Marker>";
            Replay::of([started(), completed("s3", more), completed("iam", "")])
        };
        let (kept, read_at_once) = (answers(), answers());
        let deadline = kept.now() + Duration::from_mins(10);
        let pages = kept.aws().report_pages(ARN, Granularity::Action, deadline).await.unwrap();
        let text = serde_json::to_string(&pages).unwrap();
        let again = LastAccessedReport::from_text(&text).unwrap().unwrap();
        assert_eq!(again, read(&read_at_once).await.unwrap());
        assert_eq!(again, expected(&["s3", "iam"]));

        let failed = answer(
            "<JobStatus>FAILED</JobStatus>\
             <Error><Code>InternalFailure</Code><Message>sorry</Message></Error>",
        );
        let failed = Replay::of([started(), failed]);
        let pages = failed.aws().report_pages(ARN, Granularity::Action, deadline).await;
        assert!(matches!(pages, Err(UsageError::Report { .. })), "{pages:?}");
    }

    #[tokio::test]
    async fn a_denied_call_hands_on_what_aws_says() {
        let said = "User: arn:aws:sts::111122223333:assumed-role/evaluator/x is not authorized to perform: \
             iam:GenerateServiceLastAccessedDetails";
        let replay = Replay::of([iam_error(403, "AccessDenied", said)]);
        assert_eq!(
            read(&replay).await.unwrap_err().to_string(),
            format!(
                "`{ARN}` was not reported on: \
                 iam:GenerateServiceLastAccessedDetails on `{ARN}` failed: AccessDenied: {said}"
            )
        );
    }
}
