//! [`GeneratePolicies`] over IAM Access Analyzer.

use super::Aws;
use super::convert::{from_sdk, to_sdk};
use crate::call::CallError;
use crate::paging::Pages;
use crate::ports::{
    AnalyzerError, GeneratePolicies, GeneratedPolicies, Generation, PolicyGeneration,
};
use aws_sdk_accessanalyzer::error::BuildError;
use aws_sdk_accessanalyzer::types::{
    CloudTrailDetails, GeneratedPolicyResult, JobStatus, PolicyGenerationDetails, Trail,
};
use leastwise_rightsizing::iam::PrincipalArn;

const BEGIN: &str = "access-analyzer:StartPolicyGeneration";
const GET: &str = "access-analyzer:GetGeneratedPolicy";
const LIST: &str = "access-analyzer:ListPolicyGenerations";

impl GeneratePolicies for Aws {
    async fn begin(&self, generation: &PolicyGeneration) -> Result<String, CallError> {
        let resource = generation.principal.to_string();
        let (principal, trail) = details(generation)
            .map_err(|error| CallError::not_sent(BEGIN, &resource, error.to_string()))?;
        let PolicyGeneration { from, to, .. } = generation;
        let token = format!("{resource}|{}|{}", from.timestamp(), to.timestamp());
        let request = self.access_analyzer.start_policy_generation();
        let request = request.policy_generation_details(principal).cloud_trail_details(trail);
        let answer = request.client_token(token).send().await;
        Ok(answer.map_err(CallError::of(BEGIN, &resource))?.job_id)
    }

    async fn generation(&self, job: &str) -> Result<Generation, CallError> {
        // Placeholders would make of each resource something that is no policy yet, and templates
        // say of services what IAM's own data says.
        let request = self.access_analyzer.get_generated_policy().job_id(job);
        let request =
            request.include_resource_placeholders(false).include_service_level_template(false);
        let answer = request.send().await.map_err(CallError::of(GET, job))?;
        let Some(details) = answer.job_details else {
            return Err(CallError::unreadable(GET, job, "no `jobDetails`"));
        };
        let reason = || details.job_error.as_ref().map(|error| error.message.clone());
        if details.status == JobStatus::InProgress {
            return Ok(Generation::InProgress);
        }
        if details.status == JobStatus::Succeeded {
            let done = done(answer.generated_policy_result).map(Generation::Done);
            return done.map_err(|why| CallError::unreadable(GET, job, why));
        }
        Ok(Generation::Failed(reason().unwrap_or_else(|| format!("it is {}", details.status))))
    }

    async fn generations(&self, principal: &PrincipalArn) -> Result<Vec<String>, AnalyzerError> {
        let resource = principal.to_string();
        let (mut jobs, mut token) = (Vec::new(), None);
        let mut pages = Pages::of(LIST, &resource);
        loop {
            let request = self.access_analyzer.list_policy_generations().principal_arn(&resource);
            let answer = request.set_next_token(token).send().await;
            let answer = answer.map_err(CallError::of(LIST, &resource))?;
            token = pages.after(false, answer.next_token())?;
            jobs.extend(
                answer.policy_generations.into_iter().filter(|job| {
                    matches!(job.status, JobStatus::Succeeded | JobStatus::InProgress)
                }),
            );
            if token.is_none() {
                jobs.sort_by_key(|job| std::cmp::Reverse(job.started_on));
                return Ok(jobs.into_iter().map(|job| job.job_id).collect());
            }
        }
    }
}

fn details(
    generation: &PolicyGeneration,
) -> Result<(PolicyGenerationDetails, CloudTrailDetails), BuildError> {
    let principal = generation.principal.to_string();
    let principal = PolicyGenerationDetails::builder().principal_arn(principal).build()?;
    let trail = Trail::builder().cloud_trail_arn(&generation.trail_arn).all_regions(true);
    let trail = CloudTrailDetails::builder()
        .trails(trail.build()?)
        .access_role(&generation.access_role)
        .start_time(to_sdk(generation.from))
        .end_time(to_sdk(generation.to))
        .build()?;
    Ok((principal, trail))
}

fn done(result: Option<GeneratedPolicyResult>) -> Result<GeneratedPolicies, &'static str> {
    let result = result.ok_or("no `generatedPolicyResult`")?;
    let properties = result.properties.ok_or("no `properties`")?;
    let trail = properties.cloud_trail_properties.ok_or("no `cloudTrailProperties`")?;
    let time = |time| from_sdk(time).ok_or("a time that cannot be one");
    Ok(GeneratedPolicies {
        principal: properties.principal_arn,
        from: time(&trail.start_time)?,
        to: time(&trail.end_time)?,
        is_complete: properties.is_complete == Some(true),
        policies: result
            .generated_policies
            .unwrap_or_default()
            .into_iter()
            .map(|generated| generated.policy)
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::replay::{Replay, access_analyzer, access_analyzer_error};
    use super::*;
    use serde_json::json;

    fn asked_for() -> PolicyGeneration {
        PolicyGeneration {
            principal: "arn:aws:iam::111122223333:role/team/reporter".parse().unwrap(),
            trail_arn: "arn:aws:cloudtrail:eu-central-1:111122223333:trail/all".to_owned(),
            access_role: "arn:aws:iam::111122223333:role/analyzer".to_owned(),
            from: "2026-08-01T00:00:00Z".parse().unwrap(),
            to: "2026-10-30T00:00:00Z".parse().unwrap(),
        }
    }

    #[tokio::test]
    async fn a_generation_is_asked_for_by_its_whole_trail_and_its_own_token() {
        let replay = Replay::of([access_analyzer(&json!({ "jobId": "job-1" }))]);
        assert_eq!(replay.aws().begin(&asked_for()).await, Ok("job-1".to_owned()));
        let body = json!({
            "clientToken":
                "arn:aws:iam::111122223333:role/team/reporter|1785542400|1793318400",
            "cloudTrailDetails": {
                "accessRole": "arn:aws:iam::111122223333:role/analyzer",
                "endTime": "2026-10-30T00:00:00Z",
                "startTime": "2026-08-01T00:00:00Z",
                "trails": [{
                    "allRegions": true,
                    "cloudTrailArn": "arn:aws:cloudtrail:eu-central-1:111122223333:trail/all"
                }]
            },
            "policyGenerationDetails": {
                "principalArn": "arn:aws:iam::111122223333:role/team/reporter"
            }
        });
        let asked = replay.requests();
        let (call, text) = asked.first().unwrap().split_once(" {").unwrap();
        assert_eq!(call, "PUT /policy/generation");
        assert_eq!(format!("{{{text}").parse::<serde_json::Value>().unwrap(), body);
    }

    #[tokio::test]
    async fn the_second_generation_at_a_time_is_refused_in_aws_words() {
        let error = access_analyzer_error(402, "ServiceQuotaExceededException", "one at a time");
        let error = Replay::of([error]).aws().begin(&asked_for()).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "access-analyzer:StartPolicyGeneration on `arn:aws:iam::111122223333:role/team/reporter` failed: \
             ServiceQuotaExceededException: one at a time"
        );
    }

    #[tokio::test]
    async fn a_job_goes_on_fails_in_words_or_ends_with_policies() {
        let job = |status: &str| json!({ "jobId": "j", "status": status, "startedOn": "2026-10-30T00:00:00Z" });
        let replay = Replay::of([access_analyzer(&json!({
            "jobDetails": job("IN_PROGRESS"), "generatedPolicyResult": {}
        }))]);
        assert_eq!(replay.aws().generation("j").await, Ok(Generation::InProgress));
        assert_eq!(
            replay.requests(),
            [
                "GET /policy/generation/j?includeResourcePlaceholders=false&includeServiceLevelTemplate=false"
            ]
        );

        let mut failed = job("FAILED");
        failed["jobError"] = json!({ "code": "AUTHORIZATION_ERROR", "message": "cannot read it" });
        let failed = access_analyzer(&json!({ "jobDetails": failed }));
        let failed = Replay::of([failed]).aws().generation("j").await;
        assert_eq!(failed, Ok(Generation::Failed("cannot read it".to_owned())));
        let canceled = access_analyzer(&json!({ "jobDetails": job("CANCELED") }));
        let canceled = Replay::of([canceled]).aws().generation("j").await;
        assert_eq!(canceled, Ok(Generation::Failed("it is CANCELED".to_owned())));

        let done = access_analyzer(&json!({
            "jobDetails": job("SUCCEEDED"),
            "generatedPolicyResult": {
                "generatedPolicies": [{ "policy": "{}" }],
                "properties": {
                    "isComplete": true,
                    "principalArn": "arn:aws:iam::111122223333:role/team/reporter",
                    "cloudTrailProperties": {
                        "startTime": "2026-08-01T00:00:00Z",
                        "endTime": "2026-10-30T00:00:00Z",
                        "trailProperties": [{ "cloudTrailArn": "arn:aws:cloudtrail:eu-central-1:111122223333:trail/all" }]
                    }
                }
            }
        }));
        let expected = GeneratedPolicies {
            principal: asked_for().principal.to_string(),
            from: asked_for().from,
            to: asked_for().to,
            is_complete: true,
            policies: vec!["{}".to_owned()],
        };
        let done = Replay::of([done]).aws().generation("j").await;
        assert_eq!(done, Ok(Generation::Done(expected)));
        let empty = access_analyzer(&json!({ "jobDetails": job("SUCCEEDED") }));
        let empty = Replay::of([empty]).aws().generation("j").await.unwrap_err();
        assert_eq!(
            empty.to_string(),
            "access-analyzer:GetGeneratedPolicy on `j` failed: unreadable answer: no `cloudTrailProperties`"
        );
    }

    #[tokio::test]
    async fn earlier_jobs_come_the_newest_first_without_those_that_failed() {
        let job = |id: &str, status: &str, day: u32| {
            json!({
                "jobId": id,
                "principalArn": "arn:aws:iam::111122223333:role/team/reporter",
                "status": status,
                "startedOn": format!("2026-10-{day:02}T00:00:00Z")
            })
        };
        let pages = [
            json!({
                "policyGenerations": [job("old", "SUCCEEDED", 1), job("bad", "FAILED", 9)],
                "nextToken": "more"
            }),
            json!({ "policyGenerations": [job("new", "IN_PROGRESS", 8)] }),
        ];
        let replay = Replay::of(pages.iter().map(access_analyzer));
        let jobs = replay.aws().generations(&asked_for().principal).await;
        assert_eq!(jobs, Ok(vec!["new".to_owned(), "old".to_owned()]));
        let path = "GET /policy/generation?principalArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fteam%2Freporter";
        assert_eq!(replay.requests(), [path.to_owned(), format!("{path}&nextToken=more")]);
    }
}
