//! The arguments of what asks IAM Access Analyzer.

use super::account::AccountArgument;
use super::live::{LiveArguments, role};
use super::moment::moment;
use super::region::RegionArgument;
use chrono::{DateTime, TimeDelta, Utc};
use clap::{ArgGroup, Args};
use leastwise_rightsizing::iam::{PrincipalArn, is_account_id};
use std::path::PathBuf;
use std::str::FromStr;

/// For how many days of a trail a policy is generated at most.
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-policy-generation.html>.
pub(crate) const MOST_DAYS: i64 = 90;

#[derive(Debug, Args)]
pub(crate) struct UnusedAccessArguments {
    /// The ARN of the analyzer, of an account or an organization.
    #[arg(value_name = "ANALYZER")]
    pub(crate) analyzer: AnalyzerArn,
    /// The account whose principals are meant, by its twelve digits; that of the analyzer if left
    /// out.
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) account: Option<AccountArgument>,
    /// Where to write the usage file; stdout if left out.
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) live: LiveArguments,
}

impl UnusedAccessArguments {
    /// How to come to AWS: in the Region of the analyzer, whatever is said elsewhere.
    pub(crate) fn live(&self) -> LiveArguments {
        let region = Some(RegionArgument(self.analyzer.region.clone()));
        LiveArguments { region, ..self.live.clone() }
    }
}

/// The ARN of an analyzer, with its Region and account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AnalyzerArn {
    pub(crate) arn: String,
    pub(crate) region: String,
    pub(crate) account: String,
}

impl FromStr for AnalyzerArn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        match parts.as_slice() {
            ["arn", _, "access-analyzer", region, account, rest]
                if rest.starts_with("analyzer/") && is_account_id(account) =>
            {
                Ok(Self {
                    arn: text.to_owned(),
                    region: (*region).to_owned(),
                    account: (*account).to_owned(),
                })
            }
            _ => Err("expected the ARN of an analyzer, as `aws accessanalyzer list-analyzers` \
                      shows it"
                .to_owned()),
        }
    }
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("who").required(true)))]
pub(crate) struct GeneratedPoliciesArguments {
    /// The users and roles to have policies generated for, in this order.
    #[arg(value_name = "PRINCIPAL", group = "who")]
    pub(crate) principals: Vec<PrincipalArn>,
    /// Or all of an account, those that are granted most actions first: what
    /// `aws iam get-account-authorization-details` prints.
    #[arg(long, value_name = "FILE", group = "who")]
    pub(crate) widest_of: Option<PathBuf>,
    /// The ARN of the trail to read.
    #[arg(long, value_name = "ARN", value_parser = trail)]
    pub(crate) trail: String,
    /// The role by which Access Analyzer reads the trail.
    #[arg(long, value_name = "ARN", value_parser = role)]
    pub(crate) access_role: String,
    /// From when on to read the trail; 90 days before the end if left out.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) from: Option<DateTime<Utc>>,
    /// Until when; now if left out.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) to: Option<DateTime<Utc>>,
    /// For how many principals at most a policy is generated in this run. AWS takes 50 a day.
    #[arg(long, value_name = "NUMBER", default_value_t = 50)]
    pub(crate) most: usize,
    /// A folder to keep what was generated in, a usage file for each principal: the next run goes
    /// on with the others.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) work: Option<PathBuf>,
    /// Where to write the usage file; stdout if left out.
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) live: LiveArguments,
}

impl GeneratedPoliciesArguments {
    /// The time to read the trail of, as of `now`.
    ///
    /// # Errors
    ///
    /// Where it is longer than Access Analyzer reads, or none.
    pub(crate) fn period(
        &self,
        now: DateTime<Utc>,
    ) -> Result<(DateTime<Utc>, DateTime<Utc>), String> {
        let longest = TimeDelta::days(MOST_DAYS);
        let to = self.to.unwrap_or(now).min(now);
        let from = self.from.unwrap_or(to - longest);
        if from >= to {
            return Err("--from has to lie before --to, and before now".to_owned());
        }
        if to - from > longest {
            return Err(format!(
                "Access Analyzer reads {MOST_DAYS} days of a trail at most; give --from and --to"
            ));
        }
        Ok((from, to))
    }
}

fn trail(text: &str) -> Result<String, String> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, "cloudtrail", _, account, rest]
            if rest.starts_with("trail/") && is_account_id(account) =>
        {
            Ok(text.to_owned())
        }
        _ => {
            Err("expected the ARN of a trail, as `aws cloudtrail describe-trails` shows it"
                .to_owned())
        }
    }
}
