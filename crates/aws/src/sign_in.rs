//! How a person at a terminal comes to AWS: by whose credentials, in which Region, in which role.

use crate::adapters::{Aws, EventHistory, Functions};
use crate::call::causes;
use crate::clients::{Clients, loader};
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_config::{ConfigLoader, Region, SdkConfig};
use aws_sdk_iam::config::ProvideCredentials;
use std::error::Error;
use thiserror::Error;

/// The name of the sessions in which a role is assumed, as CloudTrail shows it.
const SESSION_NAME: &str = "leastwise";

/// Whom to sign in as. Without a member it is as every AWS tool does it: environment, shared files
/// with IAM Identity Center and credential processes, web identity, container, instance.
///
/// Source: <https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html>.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SignIn {
    /// A profile of the shared files. Its credentials go before those of the environment, as in AWS
    /// CLI.
    pub profile: Option<String>,
    /// The Region, which goes before that of the environment and of the profile.
    pub region: Option<String>,
    /// A role to assume with these credentials.
    pub role: Option<RoleToAssume>,
}

/// A role to assume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleToAssume {
    /// Its ARN.
    pub arn: String,
    /// What its trust policy asks for, if it does.
    pub external_id: Option<String>,
}

/// Why nobody can be signed in.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SignInError {
    /// Nothing names a Region.
    #[error("there is no Region to ask in")]
    NoRegion,
    /// Nothing has credentials.
    #[error(
        "there are no credentials for AWS: neither environment, shared files, web identity, container \
         nor instance has any"
    )]
    NoCredentials,
    /// The profile is not there, or has none.
    #[error("the shared files have no profile `{0}` with credentials")]
    NoProfile(String),
    /// A session of IAM Identity Center is over, or has not begun.
    #[error("there is no session of IAM Identity Center, or it is over: {0}")]
    SessionOver(String),
    /// The role may not be assumed.
    #[error("the role `{role}` cannot be assumed: {why}")]
    Role {
        /// Its ARN.
        role: String,
        /// Why, in the words of AWS.
        why: String,
    },
    /// Something has credentials and does not hand them out.
    #[error("the credentials for AWS cannot be used: {0}")]
    Unusable(String),
}

/// Somebody whom AWS knows, in a Region.
#[derive(Debug, Clone)]
pub struct SignedIn {
    settings: SdkConfig,
    region: String,
}

impl SignIn {
    /// Finds the credentials, and assumes the role where there is one, so that what is wrong with
    /// them shows before anything else is done.
    ///
    /// Costs nothing, but with a role `sts:AssumeRole` on it.
    ///
    /// # Errors
    ///
    /// [`SignInError`] when there is no Region, or there are no credentials.
    pub async fn sign_in(&self) -> Result<SignedIn, SignInError> {
        let own = self.own().await;
        let checked = check(&own).await.map_err(|why| self.told(&why));
        // Without a Region not all credentials can be had, but a profile is there or not.
        let Some(region) = own.region().cloned() else {
            let is_missing = |error: &SignInError| matches!(error, SignInError::NoProfile(_));
            return Err(checked.err().filter(is_missing).unwrap_or(SignInError::NoRegion));
        };
        checked?;
        let settings = match &self.role {
            Some(role) => self.assume(role, &own).await?,
            None => own,
        };
        Ok(SignedIn { settings, region: region.to_string() })
    }

    async fn own(&self) -> SdkConfig {
        let Some(profile) = &self.profile else { return self.loader().load().await };
        // The SDK would let credentials of the environment go before a profile that was named.
        let region = self.loader().load().await.region().cloned();
        let around = ProviderConfig::without_region().with_region(region);
        let named = ProfileFileCredentialsProvider::builder().profile_name(profile);
        self.loader().credentials_provider(named.configure(&around).build()).load().await
    }

    fn loader(&self) -> ConfigLoader {
        let mut loader = loader();
        if let Some(profile) = &self.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(region) = &self.region {
            loader = loader.region(Region::new(region.clone()));
        }
        loader
    }

    async fn assume(&self, role: &RoleToAssume, own: &SdkConfig) -> Result<SdkConfig, SignInError> {
        let provider = role.provider(own).await;
        provider.provide_credentials().await.map_err(|error| role.refused(&error))?;
        Ok(self.loader().credentials_provider(provider).load().await)
    }

    /// What is wrong, by the words in which the SDK says it: its own types are private.
    fn told(&self, why: &str) -> SignInError {
        let has = |words: &[&str]| words.iter().any(|it| why.contains(it));
        let cause = || why.replace("an error occurred while loading credentials: ", "");
        if has(&["SSO token", "sso/cache", "UnauthorizedException"]) {
            return SignInError::SessionOver(cause());
        }
        match &self.profile {
            Some(profile) if has(&["was not enabled"]) => SignInError::NoProfile(profile.clone()),
            None if has(&["in chain", "there is no provider"]) => SignInError::NoCredentials,
            _ => SignInError::Unusable(cause()),
        }
    }
}

impl RoleToAssume {
    async fn provider(&self, own: &SdkConfig) -> AssumeRoleProvider {
        let mut role = AssumeRoleProvider::builder(&self.arn).session_name(SESSION_NAME);
        if let Some(id) = &self.external_id {
            role = role.external_id(id);
        }
        role.configure(own).build().await
    }

    fn refused(&self, error: &(dyn Error + 'static)) -> SignInError {
        SignInError::Role { role: self.arn.clone(), why: causes(error) }
    }
}

/// Whether the credentials are there.
async fn check(settings: &SdkConfig) -> Result<(), String> {
    let Some(provider) = settings.credentials_provider() else {
        return Err("there is no provider".to_owned());
    };
    provider.provide_credentials().await.map(drop).map_err(|error| causes(&error))
}

impl SignedIn {
    /// AWS, as it is reached with these credentials.
    #[must_use]
    pub fn aws(&self) -> Aws {
        Aws::new(Clients::of(&self.settings))
    }

    /// CloudTrail's event history, as it is reached with these credentials.
    #[must_use]
    pub fn event_history(&self) -> EventHistory {
        EventHistory::of(&self.settings)
    }

    /// The functions of the account in this Region, as they are reached with these credentials.
    #[must_use]
    pub fn functions(&self) -> Functions {
        Functions::of(&self.settings)
    }

    /// The Region, by its code.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The same credentials in another Region.
    #[must_use]
    pub fn in_region(&self, region: &str) -> Self {
        let settings = self.settings.to_builder().region(Region::new(region.to_owned())).build();
        Self { settings, region: region.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::replay::{Replay, sts, sts_error};

    const ROLE: &str = "arn:aws:iam::111122223333:role/reader";

    fn role(external_id: Option<&str>) -> RoleToAssume {
        let external_id = external_id.map(ToOwned::to_owned);
        RoleToAssume { arn: ROLE.to_owned(), external_id }
    }

    /// Somebody who is signed in, with a clock: sessions of roles end.
    async fn own(replay: &Replay) -> SdkConfig {
        let clock = loader().load().await.time_source();
        let mut settings = replay.signed_in().into_builder();
        settings.set_time_source(clock);
        settings.build()
    }

    #[tokio::test]
    async fn a_role_is_assumed_by_its_arn_and_with_the_id_that_its_trust_policy_asks_for() {
        let session = "<Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId>\
             <SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>\
             <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>";
        for (external_id, more) in [(None, ""), (Some("team 7"), "&ExternalId=team 7")] {
            let replay = Replay::of([sts("AssumeRole", session)]);
            let provider = role(external_id).provider(&own(&replay).await).await;
            let credentials = provider.provide_credentials().await.unwrap();
            assert_eq!(credentials.access_key_id(), "ASIAEXAMPLE");
            assert_eq!(
                replay.requests(),
                [format!(
                    "Action=AssumeRole&Version=2011-06-15&RoleArn={ROLE}\
                     &RoleSessionName=leastwise{more}"
                )]
            );
        }
    }

    #[tokio::test]
    async fn a_role_that_may_not_be_assumed_is_named_with_the_words_of_aws() {
        let words = "User: arn:aws:iam::111122223333:user/mira is not authorized to perform: \
             sts:AssumeRole on resource: arn:aws:iam::111122223333:role/reader";
        let replay = Replay::of([sts_error(403, "AccessDenied", words)]);
        let provider = role(None).provider(&own(&replay).await).await;
        let error = provider.provide_credentials().await.unwrap_err();
        let told = role(None).refused(&error).to_string();
        assert!(told.starts_with(&format!("the role `{ROLE}` cannot be assumed: ")), "{told}");
        assert!(told.contains(words), "{told}");
    }

    #[tokio::test]
    async fn nobody_is_signed_in_without_credentials() {
        let why = check(&Replay::of([]).signed_out()).await.unwrap_err();
        assert_eq!(SignIn::default().told(&why), SignInError::NoCredentials);
    }

    #[test]
    fn what_is_wrong_with_credentials_is_told_apart_by_the_words_of_the_sdk() {
        let named = SignIn { profile: Some("ops".to_owned()), ..SignIn::default() };
        let told = |words: &str| named.told(words);
        let begins = "an error occurred while loading credentials: ";
        let over = "an error occurred while loading an access token: the SSO token has expired and \
             cannot be refreshed";
        let twice = format!("{begins}{begins}{over}");
        assert_eq!(told(&twice), SignInError::SessionOver(over.to_owned()));
        let never = "an error occurred while loading an access token: failed to load the cached SSO \
             token";
        assert_eq!(told(&format!("{begins}{never}")), SignInError::SessionOver(never.to_owned()));
        let missing = "the credential provider was not enabled: profile `ops` was not defined";
        assert_eq!(told(missing), SignInError::NoProfile("ops".to_owned()));
        let without_files = "the credential provider was not enabled";
        assert_eq!(told(without_files), SignInError::NoProfile("ops".to_owned()));
        let nobody = "the credential provider was not enabled: no credentials found in chain. \
             Attempted:   Environment: the credential provider was not enabled";
        assert_eq!(SignIn::default().told(nobody), SignInError::NoCredentials);
        let process = "the credentials provider was not properly configured: no such program";
        assert_eq!(told(process), SignInError::Unusable(process.to_owned()));
    }
}
