//! Denied calls: by which kind of policy, and of which action, as far as AWS's message says so.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html>.

use leastwise_policy::action::Action;
use leastwise_rightsizing::evidence::witnesses::DeniedBy;

/// Why a call was denied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The action that the message names. It need not be the call's own: who may not hand over a
    /// role is denied `iam:PassRole`.
    pub action: Option<Action>,
    /// The kind of policy.
    pub by: DeniedBy,
    /// Whether a policy denies it, or none allows it.
    pub manner: Manner,
    /// The ARN of the policy, where the message names it.
    pub policy: Option<String>,
}

/// Whether a policy denies a call, or none allows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Manner {
    /// A policy of this kind denies it.
    Explicit,
    /// No policy of this kind allows it.
    Implicit,
    /// The message does not say.
    NotSaid,
}

/// Error codes of denied calls. Services differ, and EC2 puts a word before its own.
const CODES: [&str; 8] = [
    "accessdenied",
    "accessdeniedexception",
    "accessdeniedfault",
    "authorizationerror",
    "authorizationerrorexception",
    "unauthorizedoperation",
    "unauthorizedexception",
    "vpceaccessdenied",
];

/// What AWS's messages say of the kinds of policies, after "because no " and "with an explicit deny
/// in a ".
///
/// A role trust policy is the resource policy of a role.
const KINDS: [(&str, DeniedBy); 9] = [
    ("permissions boundary", DeniedBy::PermissionsBoundary),
    ("service control policy", DeniedBy::ServiceControlPolicy),
    ("resource control policy", DeniedBy::ResourceControlPolicy),
    ("session policy", DeniedBy::SessionPolicy),
    ("session policies", DeniedBy::SessionPolicy),
    ("identity-based policy", DeniedBy::IdentityPolicy),
    ("resource-based policy", DeniedBy::ResourcePolicy),
    ("vpc endpoint policy", DeniedBy::VpcEndpointPolicy),
    ("role trust policy", DeniedBy::ResourcePolicy),
];

const NOT_AUTHORIZED: &str = "not authorized to perform";
const IMPLICIT: &str = "because no ";
const EXPLICIT: &str = "with an explicit deny";

impl Refusal {
    /// Reads what CloudTrail keeps of a call's error. `None` where the call was not denied,
    /// whatever else went wrong.
    ///
    /// ```
    /// use leastwise_rightsizing::evidence::witnesses::DeniedBy;
    /// use leastwise_trails::denial::{Manner, Refusal};
    ///
    /// let message = "User: arn:aws:iam::111122223333:user/mira is not authorized to perform: \
    ///     sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:111122223333:orders \
    ///     because no permissions boundary allows the sqs:SendMessage action";
    /// let refusal = Refusal::of(Some("AccessDenied"), Some(message)).expect("it was denied");
    /// assert_eq!(refusal.by, DeniedBy::PermissionsBoundary);
    /// assert_eq!(refusal.manner, Manner::Implicit);
    /// assert_eq!(refusal.action, "sqs:SendMessage".parse().ok());
    /// assert_eq!(Refusal::of(Some("NoSuchBucket"), None), None);
    /// ```
    #[must_use]
    pub fn of(code: Option<&str>, message: Option<&str>) -> Option<Self> {
        let code = code.filter(|code| !code.is_empty())?;
        let message = message.unwrap_or_default();
        if !is_denial(code) && !message.contains(NOT_AUTHORIZED) {
            return None;
        }
        let mut refusal = Self {
            action: action(message),
            by: DeniedBy::NotSaid,
            manner: Manner::NotSaid,
            policy: None,
        };
        if code.eq_ignore_ascii_case("VpceAccessDenied") {
            refusal.by = DeniedBy::VpcEndpointPolicy;
        }
        if let Some((manner, reason)) = reason(message) {
            refusal.manner = manner;
            if let Some((by, rest)) = kind(reason) {
                refusal.by = by;
                refusal.policy = policy(rest);
            }
        }
        Some(refusal)
    }
}

/// Whether an error code says that the call was denied: `Client.UnauthorizedOperation` does.
fn is_denial(code: &str) -> bool {
    let code = code.rsplit_once(['.', ':', '#']).map_or(code, |(_, last)| last);
    CODES.iter().any(|denied| code.eq_ignore_ascii_case(denied))
}

/// The action that stands after "is not authorized to perform: ". EC2 begins its messages with
/// "You are not authorized to perform this operation.".
fn action(message: &str) -> Option<Action> {
    let after = message.split(NOT_AUTHORIZED).skip(1).find_map(|it| it.strip_prefix(':'))?;
    let word = after.split_whitespace().next()?;
    word.trim_end_matches(['.', ',', ';']).parse().ok()
}

/// What the message gives as the reason, after the resource.
///
/// The name of the resource may be anybody's words: an object's key may read like a reason. So the
/// last reason counts, and one inside the quotation marks around the resource does not. Of a
/// message that was cut off inside of them nothing is read.
fn reason(message: &str) -> Option<(Manner, &str)> {
    let said = match message.split_once("on resource: \"") {
        Some((_, resource_and_reason)) => resource_and_reason.rsplit_once('"')?.1,
        None => message,
    };
    let implicit = said.rfind(IMPLICIT).map(|at| (at, Manner::Implicit, IMPLICIT));
    let explicit = said.rfind(EXPLICIT).map(|at| (at, Manner::Explicit, EXPLICIT));
    let (at, manner, words) = implicit.max(explicit)?;
    Some((manner, said.get(at + words.len()..)?))
}

/// The kind of policy that a reason begins with, and what follows.
fn kind(reason: &str) -> Option<(DeniedBy, &str)> {
    let reason = reason.trim_start();
    let articles = ["in an ", "in a ", "in the "];
    let reason = articles.iter().find_map(|it| reason.strip_prefix(it)).unwrap_or(reason);
    KINDS.iter().find_map(|(words, by)| {
        let (said, rest) = reason.split_at_checked(words.len())?;
        said.eq_ignore_ascii_case(words).then_some((*by, rest))
    })
}

/// The ARN that newer messages put after the kind of policy: `: arn:aws:iam::…:policy/name`.
fn policy(rest: &str) -> Option<String> {
    let arn = rest.strip_prefix(':')?.split_whitespace().next()?;
    let arn = arn.trim_end_matches(['.', ',', ';', ')', '"']);
    arn.starts_with("arn:").then(|| arn.to_owned())
}

#[cfg(test)]
mod tests;
