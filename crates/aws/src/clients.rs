//! SDK clients, with the time limits and retries that the services' request limits ask for.

use crate::calls::CallCounter;
use crate::pace::Pace;
use crate::pace_keeper::PaceKeeper;
use aws_config::retry::RetryConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, SdkConfig};
use std::time::Duration;

/// The session name under which RDK's rules assume the execution role.
///
/// Source: `rdklib/clientfactory.py` of <https://github.com/awslabs/aws-config-rdklib>.
pub const RDK_SESSION_NAME: &str = "configLambdaExecution";

/// How long RDK's rules assume the execution role for.
///
/// Source: `rdklib/clientfactory.py` of <https://github.com/awslabs/aws-config-rdklib>.
pub const RDK_SESSION_LENGTH: Duration = Duration::from_mins(15);

/// How often a call is made before it counts as failed. IAM's request limits are not published and
/// cannot be raised; the SDK's three attempts are too few for a sweep of an account.
const MAX_ATTEMPTS: u32 = 8;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);

/// For one attempt: the largest pages of account details take several seconds.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(25);

/// For all attempts together: a Lambda that SSM waits for has 300 seconds.
const CALL_TIMEOUT: Duration = Duration::from_mins(2);

/// The SDK clients that [`Aws`](crate::Aws) works with.
///
/// `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_IAM`, `…_ACCOUNT`, `…_CONFIG_SERVICE`,
/// `…_ACCESSANALYZER`, `…_S3`, `…_SECRETS_MANAGER`, `…_SFN`, `…_SNS`, `…_SSM`,
/// `…_STS` redirect them, as in
/// every AWS tool.
#[derive(Debug, Clone)]
pub struct Clients {
    pub(crate) account: aws_sdk_account::Client,
    pub(crate) iam: aws_sdk_iam::Client,
    pub(crate) config: aws_sdk_config::Client,
    pub(crate) access_analyzer: aws_sdk_accessanalyzer::Client,
    pub(crate) s3: aws_sdk_s3::Client,
    pub(crate) secrets_manager: aws_sdk_secretsmanager::Client,
    pub(crate) sfn: aws_sdk_sfn::Client,
    pub(crate) sns: aws_sdk_sns::Client,
    pub(crate) ssm: aws_sdk_ssm::Client,
    pub(crate) counter: CallCounter,
    /// How fast IAM is asked: each account has limits of its own.
    pub(crate) pace: Pace,
}

impl Clients {
    /// Clients with the credentials and the region of the environment: in a Lambda, those of its
    /// role.
    pub async fn from_environment() -> Self {
        Self::of(&loader().load().await)
    }

    /// Clients that assume a role, in the region of the environment. The role is assumed at the
    /// first call, and again when the session ends, always with the credentials of the environment.
    ///
    /// Their calls count together with those of these clients. Costs `sts:AssumeRole` on the role.
    pub async fn assuming(
        &self,
        role_arn: &str,
        session_name: &str,
        session_length: Duration,
    ) -> Self {
        let own = loader().load().await;
        let role = AssumeRoleProvider::builder(role_arn)
            .session_name(session_name)
            .session_length(session_length)
            .configure(&own)
            .build()
            .await;
        let settings = loader().credentials_provider(role).load().await;
        Self::counted(&settings, self.counter.clone())
    }

    pub(crate) fn of(settings: &SdkConfig) -> Self {
        Self::counted(settings, CallCounter::default())
    }

    fn counted(settings: &SdkConfig, counter: CallCounter) -> Self {
        /// A client of one service whose calls are counted.
        macro_rules! counted {
            ($service:ident, $counter:expr) => {{
                let settings = $service::config::Builder::from(settings);
                $service::Client::from_conf(settings.interceptor($counter.clone()).build())
            }};
        }
        let pace = Pace::default();
        Self {
            account: counted!(aws_sdk_account, counter),
            iam: paced(settings, &counter, &pace),
            config: counted!(aws_sdk_config, counter),
            access_analyzer: counted!(aws_sdk_accessanalyzer, counter),
            s3: counted!(aws_sdk_s3, counter),
            secrets_manager: counted!(aws_sdk_secretsmanager, counter),
            sfn: counted!(aws_sdk_sfn, counter),
            sns: counted!(aws_sdk_sns, counter),
            ssm: counted!(aws_sdk_ssm, counter),
            counter,
            pace,
        }
    }
}

/// A client of IAM whose calls are counted, and whose answers set the pace.
fn paced(settings: &SdkConfig, counter: &CallCounter, pace: &Pace) -> aws_sdk_iam::Client {
    let settings = aws_sdk_iam::config::Builder::from(settings).interceptor(counter.clone());
    aws_sdk_iam::Client::from_conf(settings.interceptor(PaceKeeper::of(pace)).build())
}

pub(crate) fn loader() -> ConfigLoader {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(CALL_TIMEOUT)
        .build();
    aws_config::defaults(BehaviorVersion::v2026_01_12())
        .retry_config(RetryConfig::standard().with_max_attempts(MAX_ATTEMPTS))
        .timeout_config(timeouts)
}
