//! [`GrantingPolicies`] over IAM.

use super::Aws;
use crate::call::CallError;
use crate::paging::Pages;
use crate::ports::{GrantingPolicies, ReadError};
use aws_sdk_iam::types::{PolicyGrantingServiceAccess, PolicyOwnerEntityType, PolicyType};
use leastwise_rightsizing::evidence::granting::NamedPolicy;
use leastwise_rightsizing::iam::Arn;
use std::collections::BTreeMap;

const OPERATION: &str = "iam:ListPoliciesGrantingServiceAccess";

/// How many services one call may ask about.
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPoliciesGrantingServiceAccess.html>.
const MAX_NAMESPACES: usize = 200;

impl GrantingPolicies for Aws {
    async fn granting_policies(
        &self,
        arn: &str,
        services: &[&str],
    ) -> Result<BTreeMap<String, Vec<NamedPolicy>>, ReadError> {
        let mut granting: BTreeMap<String, Vec<NamedPolicy>> = BTreeMap::new();
        for services in services.chunks(MAX_NAMESPACES) {
            let services: Vec<String> = services.iter().map(|it| (*it).to_owned()).collect();
            let mut pages = Pages::of(OPERATION, arn);
            let mut marker = None;
            loop {
                let request = self.iam.list_policies_granting_service_access().arn(arn);
                let request = request.set_service_namespaces(Some(services.clone()));
                let answer = request.set_marker(marker).send().await;
                let page = answer.map_err(CallError::of(OPERATION, arn))?;
                marker = pages.after(page.is_truncated, page.marker.as_deref())?;
                for entry in page.policies_granting_service_access {
                    let Some(service) = entry.service_namespace else {
                        let why = "an entry without `ServiceNamespace`";
                        return Err(CallError::unreadable(OPERATION, arn, why).into());
                    };
                    // A service whose policies go on over the page has an entry on each.
                    let policies = granting.entry(service.to_ascii_lowercase()).or_default();
                    for policy in entry.policies.unwrap_or_default() {
                        policies.push(named(policy, arn)?);
                    }
                }
                if marker.is_none() {
                    break;
                }
            }
        }
        Ok(granting)
    }
}

fn named(policy: PolicyGrantingServiceAccess, arn: &str) -> Result<NamedPolicy, CallError> {
    let PolicyGrantingServiceAccess {
        policy_name: name, policy_arn, entity_type, entity_name, ..
    } = policy;
    match (policy.policy_type, policy_arn, entity_type) {
        (PolicyType::Managed, Some(arn), _) => Ok(NamedPolicy::Managed { arn }),
        (PolicyType::Inline, _, Some(PolicyOwnerEntityType::Group)) => match entity_name {
            // What a group itself is granted by is its own.
            Some(group) if !is_group(arn, &group) => Ok(NamedPolicy::GroupInline { group, name }),
            Some(_) => Ok(NamedPolicy::Inline { name }),
            None => {
                let why = format!("inline policy `{name}` of a group without `EntityName`");
                Err(CallError::unreadable(OPERATION, arn, why))
            }
        },
        (PolicyType::Inline, ..) => Ok(NamedPolicy::Inline { name }),
        _ => {
            let why = format!("policy `{name}` is neither inline nor managed with an ARN");
            Err(CallError::unreadable(OPERATION, arn, why))
        }
    }
}

fn is_group(arn: &str, name: &str) -> bool {
    let resource = Arn::of(arn).and_then(|arn| arn.resource.strip_prefix("group/"));
    resource.and_then(|resource| resource.rsplit('/').next()) == Some(name)
}

#[cfg(test)]
mod tests {
    use super::super::replay::{Answer, Replay, iam, iam_error};
    use super::*;

    const ADA: &str = "arn:aws:iam::111122223333:user/ada";

    fn answer(entries: &str, rest: &str) -> Answer {
        let entries =
            format!("<PoliciesGrantingServiceAccess>{entries}</PoliciesGrantingServiceAccess>");
        iam("ListPoliciesGrantingServiceAccess", &format!("{entries}{rest}"))
    }

    fn entry(service: &str, policies: &str) -> String {
        format!(
            "<member><ServiceNamespace>{service}</ServiceNamespace><Policies>{policies}</Policies></member>"
        )
    }

    fn managed(name: &str) -> String {
        format!(
            "<member><PolicyName>{name}</PolicyName><PolicyType>MANAGED</PolicyType>\
             <PolicyArn>arn:aws:iam::aws:policy/{name}</PolicyArn></member>"
        )
    }

    fn inline(name: &str, kind: &str, owner: &str) -> String {
        format!(
            "<member><PolicyName>{name}</PolicyName><PolicyType>INLINE</PolicyType>\
             <EntityType>{kind}</EntityType><EntityName>{owner}</EntityName></member>"
        )
    }

    fn is_managed(name: &str) -> NamedPolicy {
        NamedPolicy::Managed { arn: format!("arn:aws:iam::aws:policy/{name}") }
    }

    #[tokio::test]
    async fn the_policies_that_grant_a_service_are_named_with_the_group_that_owns_them() {
        let policies = managed("ReadOnlyAccess")
            + &inline("work", "USER", "ada")
            + &inline("team", "GROUP", "devs");
        let replay = Replay::of([answer(&(entry("sqs", &policies) + &entry("kms", "")), "")]);
        let granting = replay.aws().granting_policies(ADA, &["sqs", "kms", "sns"]).await.unwrap();
        let expected = vec![
            is_managed("ReadOnlyAccess"),
            NamedPolicy::Inline { name: "work".to_owned() },
            NamedPolicy::GroupInline { group: "devs".to_owned(), name: "team".to_owned() },
        ];
        let expected = [("sqs".to_owned(), expected), ("kms".to_owned(), Vec::new())];
        assert_eq!(granting, expected.into());
        assert_eq!(
            replay.requests(),
            [format!(
                "Action=ListPoliciesGrantingServiceAccess&Arn={ADA}&ServiceNamespaces.member.1=sqs\
                 &ServiceNamespaces.member.2=kms&ServiceNamespaces.member.3=sns"
            )]
        );
    }

    #[tokio::test]
    async fn two_hundred_and_one_services_are_asked_for_in_two_calls() {
        let services: Vec<String> = (0..201).map(|number| format!("service{number}")).collect();
        let services: Vec<&str> = services.iter().map(String::as_str).collect();
        let replay = Replay::of([
            answer(&entry("service0", &managed("First")), ""),
            answer(&entry("service200", &managed("Second")), ""),
        ]);
        let granting = replay.aws().granting_policies(ADA, &services).await.unwrap();
        let expected = [("service0", "First"), ("service200", "Second")]
            .map(|(service, policy)| (service.to_owned(), vec![is_managed(policy)]));
        assert_eq!(granting, expected.into());
        let [first, second] = replay.requests().try_into().unwrap();
        assert!(first.ends_with("&ServiceNamespaces.member.200=service199"), "{first}");
        assert!(second.ends_with("&ServiceNamespaces.member.1=service200"), "{second}");
    }

    #[tokio::test]
    async fn policies_of_one_service_on_two_pages_are_put_together() {
        let replay = Replay::of([
            answer(
                &entry("sqs", &managed("One")),
                "<IsTruncated>true</IsTruncated><Marker>more</Marker>",
            ),
            answer(&entry("sqs", &managed("Two")), "<IsTruncated>false</IsTruncated>"),
        ]);
        let granting = replay.aws().granting_policies(ADA, &["sqs"]).await.unwrap();
        assert_eq!(
            granting,
            [("sqs".to_owned(), vec![is_managed("One"), is_managed("Two")])].into()
        );
        let [first, second] = replay.requests().try_into().unwrap();
        // The marker's place in the form is the SDK's.
        assert_eq!(second.replace("&Marker=more", "").replace("Marker=more&", ""), first);
        assert_ne!(second, first);
    }

    #[tokio::test]
    async fn a_list_that_repeats_its_marker_or_is_cut_short_is_an_error_and_not_a_part_of_the_list()
    {
        let again = || answer("", "<IsTruncated>true</IsTruncated><Marker>more</Marker>");
        let replay = Replay::of([again(), again()]);
        let error = replay.aws().granting_policies(ADA, &["sqs"]).await.unwrap_err();
        assert_eq!(error.to_string(), format!("{OPERATION} on `{ADA}` repeated the marker `more`"));
        let replay = Replay::of([answer("", "<IsTruncated>true</IsTruncated>")]);
        let error = replay.aws().granting_policies(ADA, &["sqs"]).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("{OPERATION} on `{ADA}` was cut short without a marker to go on from")
        );
    }

    #[tokio::test]
    async fn a_denied_look_up_hands_on_what_aws_says() {
        let replay = Replay::of([iam_error(403, "AccessDenied", "not authorized")]);
        let error = replay.aws().granting_policies(ADA, &["sqs"]).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("{OPERATION} on `{ADA}` failed: AccessDenied: not authorized")
        );
    }

    #[tokio::test]
    async fn an_inline_policy_of_a_group_that_is_asked_about_is_its_own() {
        let replay = Replay::of([answer(&entry("sqs", &inline("team", "GROUP", "devs")), "")]);
        let group = "arn:aws:iam::111122223333:group/eng/devs";
        let granting = replay.aws().granting_policies(group, &["sqs"]).await.unwrap();
        let own = vec![NamedPolicy::Inline { name: "team".to_owned() }];
        assert_eq!(granting, [("sqs".to_owned(), own)].into());
    }
}
