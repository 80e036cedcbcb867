//! Going to AWS: signing in, waiting for answers, and what to do where one is an error.

use crate::arguments::LiveArguments;
use leastwise_aws::ports::ReadError;
use leastwise_aws::{Aws, CallError, Fault, LiveCommand, PagingError, SignInError, SignedIn};
use leastwise_rightsizing::iam::AccountError;
use leastwise_trails::denial::Refusal;
use std::future::Future;
use std::io;
use thiserror::Error;
use tokio::runtime::{Builder, Runtime};

/// Codes by which AWS says that the credentials were good and are not any more.
const OVER: [&str; 5] = [
    "ExpiredToken",
    "ExpiredTokenException",
    "RequestExpired",
    "TokenRefreshRequired",
    "ExpiredTokenId",
];

/// Codes by which AWS says that it does not know the credentials, or not in this Region.
const NOT_KNOWN: [&str; 6] = [
    "AuthFailure",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidToken",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
];

/// The code by which S3 says that an object is archived.
///
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html>.
const ARCHIVED: &str = "InvalidObjectState";

/// What only the commands that write ask.
const WRITING: [&str; 2] = ["lambda:", "ssm:"];

/// AWS, as a command reaches it.
pub(crate) struct Live {
    runtime: Runtime,
    signed_in: SignedIn,
}

/// Why AWS could not be asked, or did not answer.
#[derive(Debug, Error)]
pub(crate) enum LiveError {
    /// Nobody could be signed in.
    #[error(transparent)]
    SignIn(#[from] SignInError),
    /// A call failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// A list did not come to its end.
    #[error(transparent)]
    Paging(#[from] PagingError),
    /// Where something may run is not known, and with that not what has never been used.
    #[error("which Regions are enabled is not known: {0}")]
    Regions(#[source] CallError),
    /// No account is like that.
    #[error("account:ListRegions names no enabled Region")]
    NoRegions,
    /// Something changed while it was being read.
    #[error("something changed while it was being read: {0}")]
    Changed(#[source] CallError),
    /// An account that makes no sense.
    #[error("what IAM says of the account cannot be used")]
    Account(#[from] AccountError),
    /// Somebody pressed Ctrl-C before there was anything to judge.
    #[error("stopped before it was read who is in the account")]
    Stopped,
    /// Not even waiting is possible here.
    #[error("could not start to wait for AWS")]
    Runtime(#[source] io::Error),
}

impl Live {
    /// Signs in, so that missing credentials show before anything else.
    pub(crate) fn connect(arguments: &LiveArguments) -> Result<Self, LiveError> {
        let runtime =
            Builder::new_current_thread().enable_all().build().map_err(LiveError::Runtime)?;
        let signed_in = runtime.block_on(arguments.sign_in().sign_in())?;
        Ok(Self { runtime, signed_in })
    }

    /// AWS in the Region that was asked for.
    pub(crate) fn aws(&self) -> Aws {
        self.signed_in.aws()
    }

    /// Who is signed in.
    pub(crate) fn signed_in(&self) -> &SignedIn {
        &self.signed_in
    }

    /// Waits for what `doing` comes to.
    pub(crate) fn wait_for<F: Future>(&self, doing: F) -> F::Output {
        self.runtime.block_on(doing)
    }
}

impl From<ReadError> for LiveError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Call(call) => Self::Call(call),
            ReadError::Paging(paging) => Self::Paging(paging),
            ReadError::Changed(call) => Self::Changed(call),
            ReadError::Unusable(account) => Self::Account(account),
        }
    }
}

/// Whether the next call would fail like this one: by its credentials, or the network.
pub(crate) fn fails_every_call(error: &CallError) -> bool {
    match &error.fault {
        Fault::NotSent(_) | Fault::Unreachable(_) => true,
        Fault::Refused { code, .. } => {
            OVER.contains(&code.as_str()) || NOT_KNOWN.contains(&code.as_str())
        }
        Fault::Status(_) | Fault::TimedOut | Fault::Unreadable(_) => false,
    }
}

/// The action that AWS says is missing, where a call was denied.
pub(crate) fn denied(error: &CallError) -> Option<String> {
    match &error.fault {
        Fault::Refused { code, message } => {
            let refusal = Refusal::of(Some(code), Some(message))?;
            // What is missing may be another permission than that of the call: that on a key.
            Some(refusal.action.map_or_else(|| error.operation.to_owned(), |it| it.to_string()))
        }
        // An answer without a body, as to the call that asks whether a bucket is there.
        Fault::Status(403) => Some(error.operation.to_owned()),
        Fault::Status(_)
        | Fault::TimedOut
        | Fault::Unreachable(_)
        | Fault::Unreadable(_)
        | Fault::NotSent(_) => None,
    }
}

/// Where the smallest policy is that allows the action.
pub(crate) fn smallest_policy(action: &str) -> String {
    let commands: Vec<LiveCommand> = LiveCommand::needing(action).collect();
    match commands.as_slice() {
        [only] => format!("`leastwise permissions {}` prints the smallest policy", only.word()),
        _ => "`leastwise permissions` prints the smallest policy".to_owned(),
    }
}

impl LiveError {
    /// What to do next.
    pub(crate) fn next(&self) -> String {
        match self {
            Self::SignIn(error) => after_sign_in(error).to_owned(),
            Self::Call(error) => after_call(error),
            Self::Regions(error) => format!(
                "{}; or give --regions, with those that `aws account list-regions` shows as enabled",
                after_call(error)
            ),
            Self::NoRegions => "give --regions, with those that are enabled".to_owned(),
            Self::Changed(_) | Self::Paging(_) | Self::Stopped | Self::Runtime(_) => {
                "run it again".to_owned()
            }
            Self::Account(_) => "run it again; if it stays, it is a fault of Leastwise".to_owned(),
        }
    }
}

fn after_sign_in(error: &SignInError) -> &'static str {
    match error {
        SignInError::NoRegion => "give --region, set AWS_REGION, or give the profile a region",
        SignInError::NoProfile(_) => {
            "give the name of one that `aws configure list-profiles` shows"
        }
        SignInError::NoCredentials => {
            "sign in as for AWS CLI (aws configure sso, or AWS_ACCESS_KEY_ID and the others), or give --profile"
        }
        SignInError::SessionOver(_) => "aws sso login, with the --profile that you give here",
        SignInError::Role { .. } => {
            "ask for sts:AssumeRole on the role, and for its trust policy to admit you; \
             where that asks for an external id, give --external-id"
        }
        SignInError::Unusable(_) => {
            "see whether `aws sts get-caller-identity` works with the same profile; what only AWS CLI \
             understands (MFA, aws login) it hands on by `aws configure export-credentials --format env`"
        }
    }
}

fn after_call(error: &CallError) -> String {
    match &error.fault {
        Fault::Refused { code, .. } => after_refusal(error, code),
        Fault::Status(403) => ask_for(error.operation, error),
        Fault::Status(_) | Fault::TimedOut | Fault::Unreachable(_) => {
            "run it again; if it stays, look at the network, the proxy and AWS_ENDPOINT_URL"
                .to_owned()
        }
        Fault::NotSent(_) => {
            "see whether `aws sts get-caller-identity` works with the same profile and Region"
                .to_owned()
        }
        Fault::Unreadable(_) => "run it again; if it stays, it is a fault of Leastwise".to_owned(),
    }
}

fn after_refusal(error: &CallError, code: &str) -> String {
    if OVER.contains(&code) {
        return "sign in again (aws sso login), and run it again".to_owned();
    }
    if NOT_KNOWN.contains(&code) {
        return "look whether credentials and Region belong together: aws sts get-caller-identity"
            .to_owned();
    }
    if code == ARCHIVED {
        return "restore the object (aws s3api restore-object), or leave its day out".to_owned();
    }
    if error.is_retryable() {
        return "run it again later: AWS is asked too much, or is in trouble".to_owned();
    }
    match denied(error) {
        Some(action) => ask_for(&action, error),
        None => "look at what AWS says, and at the names that you gave".to_owned(),
    }
}

fn ask_for(action: &str, error: &CallError) -> String {
    let writes = WRITING.iter().any(|service| error.operation.starts_with(service));
    let page = if writes {
        "docs/guide/remediation-and-undo.md lists the permissions".to_owned()
    } else {
        smallest_policy(action)
    };
    format!("ask for the permission {action} on {}; {page}", error.resource)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(code: &str, message: &str) -> String {
        LiveError::from(CallError::refused("s3:GetObject", "s3://trail/a.gz", code, message)).next()
    }

    fn next_of(fault: Fault) -> String {
        let (operation, resource) = ("s3:ListBucket", "s3://trail/".to_owned());
        LiveError::from(CallError { operation, resource, fault }).next()
    }

    #[test]
    fn a_denied_call_names_the_permission_that_is_missing_which_may_be_one_on_a_key() {
        let plain = "ask for the permission s3:GetObject on s3://trail/a.gz; `leastwise permissions cloudtrail` prints the smallest policy";
        assert_eq!(next("AccessDenied", "Access Denied"), plain);
        let key = "User: arn:aws:iam::111122223333:user/mira is not authorized to perform: kms:Decrypt \
             because no identity-based policy allows the kms:Decrypt action";
        assert_eq!(next("AccessDenied", key), plain.replace("s3:GetObject", "kms:Decrypt"));
        let listing = plain.replace("s3:GetObject", "s3:ListBucket").replace("a.gz", "");
        assert_eq!(next_of(Fault::Status(403)), listing);
    }

    #[test]
    fn what_the_commands_that_write_need_is_on_their_page() {
        let function = "leastwise-remediator";
        let read = "lambda:GetFunctionConfiguration";
        let denied = CallError::refused(read, function, "AccessDeniedException", "no");
        assert_eq!(
            LiveError::from(denied).next(),
            format!(
                "ask for the permission {read} on {function}; docs/guide/remediation-and-undo.md lists the permissions"
            )
        );
    }

    #[test]
    fn what_is_over_what_is_not_known_and_what_passes_have_next_steps_of_their_own() {
        assert!(next("ExpiredToken", "").starts_with("sign in again"));
        assert!(next("InvalidAccessKeyId", "").starts_with("look whether credentials and Region"));
        assert!(next("SlowDown", "").starts_with("run it again later"));
        assert!(next("InvalidObjectState", "").starts_with("restore the object"));
        assert!(next("NoSuchBucket", "").starts_with("look at what AWS says"));
        assert!(
            next_of(Fault::TimedOut).starts_with("run it again; if it stays, look at the network")
        );
    }
}
