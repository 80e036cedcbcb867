//! How a person at a terminal comes to AWS: by whose credentials, in which Region, in which role.

use crate::adapters::Aws;
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
    #[error("there are no credentials for AWS: {0}")]
    NoCredentials(String),
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
        let Some(region) = own.region().cloned() else { return Err(SignInError::NoRegion) };
        check(&own).await.map_err(|why| self.told(why))?;
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
    fn told(&self, why: String) -> SignInError {
        let has = |words: &[&str]| words.iter().any(|it| why.contains(it));
        if has(&["SSO token", "sso/cache", "UnauthorizedException"]) {
            return SignInError::SessionOver(why);
        }
        let is_missing = has(&["was not enabled", "no providers in chain", "there is no provider"]);
        if is_missing && self.profile.is_none() {
            return SignInError::NoCredentials(why);
        }
        SignInError::Unusable(why)
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

    #[tokio::test]
    async fn a_role_is_assumed_by_its_arn_and_with_the_id_that_its_trust_policy_asks_for() {
        let session = "<Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId>\
             <SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>\
             <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>";
        for (external_id, more) in [(None, ""), (Some("team 7"), "&ExternalId=team 7")] {
            let replay = Replay::of([sts("AssumeRole", session)]);
            let provider = role(external_id).provider(&replay.signed_in()).await;
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
        let provider = role(None).provider(&replay.signed_in()).await;
        let error = provider.provide_credentials().await.unwrap_err();
        let told = role(None).refused(&error).to_string();
        assert!(told.starts_with(&format!("the role `{ROLE}` cannot be assumed: ")), "{told}");
        assert!(told.contains(words), "{told}");
    }

    #[tokio::test]
    async fn nobody_is_signed_in_without_credentials() {
        let why = check(&Replay::of([]).signed_out()).await.unwrap_err();
        assert!(matches!(SignIn::default().told(why), SignInError::NoCredentials(_)));
    }

    #[test]
    fn what_is_wrong_with_credentials_is_told_apart_by_the_words_of_the_sdk() {
        let named = SignIn { profile: Some("ops".to_owned()), ..SignIn::default() };
        let told = |words: &str| named.told(words.to_owned());
        let over = "an error occurred while loading credentials: an error occurred while loading an \
             access token: the SSO token has expired and cannot be refreshed";
        assert_eq!(told(over), SignInError::SessionOver(over.to_owned()));
        let never = "an error occurred while loading credentials: failed to read \
             `/home/mira/.aws/sso/cache/0123.json`: No such file or directory";
        assert_eq!(told(never), SignInError::SessionOver(never.to_owned()));
        let missing = "the credential provider was not enabled: profile `ops` was not defined";
        assert_eq!(told(missing), SignInError::Unusable(missing.to_owned()));
        let nobody = "the credential provider was not enabled: no providers in chain provided \
             credentials";
        let anybody = SignIn::default().told(nobody.to_owned());
        assert_eq!(anybody, SignInError::NoCredentials(nobody.to_owned()));
    }
}
