//! From the id or ARN in a request to the principal itself.

use crate::error::{Refusal, Stopped};
use crate::request::Resource;
use leastwise_aws::PrincipalName;
use leastwise_aws::ports::{FindPrincipal, ReadPrincipal};
use leastwise_rightsizing::iam::Principal;

/// Reads the principal that `resource` means, and makes sure that it is that one.
///
/// Names pass on: a principal deleted and made again has the same name and ARN and another unique
/// id.
///
/// # Errors
///
/// Refused when there is no such principal or another one has its name; failed when it could not be
/// read.
pub async fn locate<A: FindPrincipal + ReadPrincipal>(
    resource: &Resource,
    aws: &A,
) -> Result<Principal, Stopped> {
    let no_such_principal = || Refusal::NoSuchPrincipal { resource: resource.to_string() };
    let name = match resource {
        Resource::Id(id) => aws.find(id).await?.ok_or_else(no_such_principal)?,
        Resource::Arn(arn) => PrincipalName::from(arn),
    };
    let principal = aws.principal(&name).await?.ok_or_else(no_such_principal)?;
    let is_the_one = match resource {
        Resource::Id(id) => principal.unique_id == *id,
        Resource::Arn(arn) => principal.arn == *arn,
    };
    if is_the_one {
        Ok(principal)
    } else {
        let (principal, id) = (principal.arn, principal.unique_id);
        Err(Refusal::AnotherPrincipal { resource: resource.to_string(), principal, id }.into())
    }
}
