//! Who made a call: the IAM user or role behind CloudTrail's `userIdentity`.
//!
//! Sources:
//! <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html>,
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>.

use crate::text::Text;
use leastwise_rightsizing::evidence::witnesses::Subject;
use leastwise_rightsizing::iam::{Arn, PrincipalArn, PrincipalKind, UniqueId, is_account_id};
use serde::{Deserialize, Serialize};

/// The element `userIdentity`, as far as it says who it was.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserIdentity<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Option<Text<'a>>,
    #[serde(borrow, default)]
    principal_id: Option<Text<'a>>,
    #[serde(borrow, default)]
    arn: Option<Text<'a>>,
    #[serde(borrow, default)]
    account_id: Option<Text<'a>>,
    #[serde(borrow, default)]
    invoked_by: Option<Text<'a>>,
    #[serde(borrow, default)]
    session_context: Option<SessionContext<'a>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SessionContext<'a> {
    #[serde(borrow, default)]
    session_issuer: Option<SessionIssuer<'a>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SessionIssuer<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Option<Text<'a>>,
    #[serde(borrow, default)]
    principal_id: Option<Text<'a>>,
    #[serde(borrow, default)]
    arn: Option<Text<'a>>,
    #[serde(borrow, default)]
    account_id: Option<Text<'a>>,
}

/// Who made a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// An IAM user or role, of an account by its twelve digits.
    Principal {
        /// Who, by unique id, ARN or both.
        subject: Subject,
        /// The account that it belongs to.
        account: String,
    },
    /// Somebody of another account, by its twelve digits.
    OtherAccount(String),
    /// Nobody that has permissions of IAM.
    Nobody(Nobody),
    /// It cannot be said, and is not guessed.
    Unresolved(Unresolved),
}

/// Callers that are no IAM user or role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Nobody {
    /// The account's root user, or a session of it.
    Root,
    /// An AWS service on its own account.
    AwsService,
    /// Whoever asks for a role's session with a token of SAML or a web identity provider.
    IdentityProvider,
    /// A user of IAM Identity Center, without a role.
    IdentityCenter,
    /// A user of a directory.
    Directory,
    /// Nobody that CloudTrail knows.
    Unknown,
}

/// Why it cannot be said who made a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Unresolved {
    /// The record has no `userIdentity`, or one without `type`.
    NoIdentity,
    /// The type is none that AWS documents.
    UnknownType,
    /// Neither a unique id nor an ARN with its path is there.
    NoName,
    /// The account is not there.
    NoAccount,
    /// Two parts of the identity contradict each other.
    Contradiction,
}

impl UserIdentity<'_> {
    /// The service that made the call for the principal, such as `cloudformation.amazonaws.com`;
    /// for a call of the console `signin.amazonaws.com`.
    #[must_use]
    pub fn invoked_by(&self) -> Option<&str> {
        self.invoked_by.as_deref().filter(|it| !it.is_empty())
    }

    /// Who made the call, as seen by the account `own`.
    #[must_use]
    pub fn caller(&self, own: &str) -> Caller {
        match self.kind.as_deref().unwrap_or_default() {
            "" => Caller::Unresolved(Unresolved::NoIdentity),
            "IAMUser" => self.itself(PrincipalKind::User),
            "Role" => self.itself(PrincipalKind::Role),
            "AssumedRole" => self.session(PrincipalKind::Role),
            "FederatedUser" => self.session(PrincipalKind::User),
            "AWSAccount" => self.account(own),
            "Root" => Caller::Nobody(Nobody::Root),
            "AWSService" => Caller::Nobody(Nobody::AwsService),
            "SAMLUser" | "WebIdentityUser" => Caller::Nobody(Nobody::IdentityProvider),
            "IdentityCenterUser" => Caller::Nobody(Nobody::IdentityCenter),
            "Directory" => Caller::Nobody(Nobody::Directory),
            "Unknown" => Caller::Nobody(Nobody::Unknown),
            _ => Caller::Unresolved(Unresolved::UnknownType),
        }
    }

    fn itself(&self, kind: PrincipalKind) -> Caller {
        let names = Names { id: id(self.principal_id.as_ref()), arn: arn(self.arn.as_ref()) };
        names.caller(kind, &[self.account_id.as_ref()])
    }

    /// A session is its issuer's. The session's own ARN leaves out the path of the role, so it is
    /// not read; the unique id stands before the colon of `principalId`.
    fn session(&self, kind: PrincipalKind) -> Caller {
        let issuer = self.session_context.as_ref().and_then(|it| it.session_issuer.as_ref());
        let Some(issuer) = issuer.filter(|issuer| issuer.is_somebody()) else {
            // The `principalId` of a federated user's session is not the user's.
            let id = id(self.principal_id.as_ref()).filter(|_| kind == PrincipalKind::Role);
            return Names { id, arn: None }.caller(kind, &[self.account_id.as_ref()]);
        };
        match issuer.kind.as_deref() {
            Some("Root") => return Caller::Nobody(Nobody::Root),
            None => {}
            Some("Role") if kind == PrincipalKind::Role => {}
            Some("IAMUser") if kind == PrincipalKind::User => {}
            // A role's session may ask for a federated user's session, too.
            Some("Role") => return issuer.caller(PrincipalKind::Role, self.account_id.as_ref()),
            Some(_) => return Caller::Unresolved(Unresolved::Contradiction),
        }
        let own = id(self.principal_id.as_ref()).filter(|_| kind == PrincipalKind::Role);
        if let (Some(one), Some(other)) = (&own, id(issuer.principal_id.as_ref()))
            && *one != other
        {
            return Caller::Unresolved(Unresolved::Contradiction);
        }
        let names =
            Names { id: id(issuer.principal_id.as_ref()).or(own), arn: arn(issuer.arn.as_ref()) };
        names.caller(kind, &[issuer.account_id.as_ref(), self.account_id.as_ref()])
    }

    /// A call from another account. Trails of an organization hold both accounts' records of it: in
    /// the record of the other account our principal has its unique id alone.
    fn account(&self, own: &str) -> Caller {
        match self.account_id.as_deref() {
            Some(account) if account == own => {
                let id = id(self.principal_id.as_ref()).filter(|id| id.kind().is_some());
                Names { id, arn: None }.in_account(own)
            }
            Some(account) if is_account_id(account) => Caller::OtherAccount(account.to_owned()),
            _ => Caller::Unresolved(Unresolved::NoAccount),
        }
    }
}

impl SessionIssuer<'_> {
    /// CloudTrail writes `"sessionIssuer": {}` for the session of a user.
    fn is_somebody(&self) -> bool {
        self.principal_id.is_some() || self.arn.is_some()
    }

    fn caller(&self, kind: PrincipalKind, account: Option<&Text<'_>>) -> Caller {
        let names = Names { id: id(self.principal_id.as_ref()), arn: arn(self.arn.as_ref()) };
        names.caller(kind, &[self.account_id.as_ref(), account])
    }
}

/// By what a principal is named.
struct Names {
    id: Option<UniqueId>,
    arn: Option<PrincipalArn>,
}

impl Names {
    /// The principal, of the account that its ARN names, or else the first of `accounts`.
    fn caller(self, kind: PrincipalKind, accounts: &[Option<&Text<'_>>]) -> Caller {
        let is_other = |found: Option<PrincipalKind>| found.is_some_and(|found| found != kind);
        if is_other(self.id.as_ref().and_then(UniqueId::kind))
            || is_other(self.arn.as_ref().map(PrincipalArn::kind))
        {
            return Caller::Unresolved(Unresolved::Contradiction);
        }
        let named = accounts.iter().flatten().map(|account| &***account);
        let account = match &self.arn {
            Some(arn) => Some(arn.account().to_owned()),
            None => named.filter(|it| is_account_id(it)).map(ToOwned::to_owned).next(),
        };
        match account {
            Some(account) => self.in_account(&account),
            None if self.id.is_none() => Caller::Unresolved(Unresolved::NoName),
            None => Caller::Unresolved(Unresolved::NoAccount),
        }
    }

    fn in_account(self, account: &str) -> Caller {
        let subject = match (self.id, self.arn) {
            (Some(id), arn) => Subject::Id(id, arn),
            (None, Some(arn)) => Subject::Arn(arn),
            (None, None) => return Caller::Unresolved(Unresolved::NoName),
        };
        Caller::Principal { subject, account: account.to_owned() }
    }
}

/// The unique id before the colon: `AROAEXAMPLE000000001` of `AROAEXAMPLE000000001:session`. An
/// account's number is none.
fn id(principal_id: Option<&Text<'_>>) -> Option<UniqueId> {
    let text: &str = principal_id?;
    let id = text.split_once(':').map_or(text, |(id, _)| id);
    let is_number = id.bytes().all(|byte| byte.is_ascii_digit());
    id.parse().ok().filter(|_| !is_number)
}

fn arn(arn: Option<&Text<'_>>) -> Option<PrincipalArn> {
    let text: &str = arn?;
    // Parsing makes a message of what is no principal's ARN, such as the ARN of a session.
    Arn::of(text).filter(Arn::is_of_iam).and_then(|_| text.parse().ok())
}

#[cfg(test)]
mod tests;
