//! Reading the input files.

use crate::arguments::SourceArguments;
use leastwise_rightsizing::account::{Account, AccountError};
use leastwise_rightsizing::last_accessed::{LastAccessedReport, ReportError};
use leastwise_rightsizing::principal::{IdentifierError, Principal, PrincipalArn};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use thiserror::Error;

const ACCOUNT_HINT: &str = "aws iam get-account-authorization-details --output json > account.json";
const ACCESS_HINT: &str = "write a JSON object from principal ARN to what \
     `aws iam get-service-last-accessed-details --max-items 1000 --job-id …` prints";

/// An input file that cannot be used.
#[derive(Debug, Error)]
pub(crate) enum InputError {
    /// Not readable
    #[error("could not read `{path}`")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
        /// Where such a file comes from.
        hint: &'static str,
    },
    /// Not account data
    #[error("could not use `{path}` as account data")]
    Account {
        /// The file.
        path: PathBuf,
        /// Why.
        source: AccountError,
    },
    /// Not JSON
    #[error("could not use `{path}` as service last accessed data")]
    Access {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// A key that is no ARN
    #[error("could not use `{path}` as service last accessed data")]
    Key {
        /// The file.
        path: PathBuf,
        /// Why.
        source: IdentifierError,
    },
    /// No such principal
    #[error("`{principal}` is not in `{path}`")]
    NoSuchPrincipal {
        /// The principal asked for.
        principal: PrincipalArn,
        /// The account file.
        path: PathBuf,
    },
}

impl InputError {
    /// What to do next.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            Self::File { hint, .. } => hint,
            Self::Account { .. } => ACCOUNT_HINT,
            Self::Access { .. } | Self::Key { .. } => ACCESS_HINT,
            Self::NoSuchPrincipal { .. } => "leave out --principal to see who is there",
        }
    }
}

/// What there is to judge: principals, each with its report or why there is none.
pub(crate) struct Input {
    account: Account,
    reports: BTreeMap<PrincipalArn, Result<LastAccessedReport, ReportError>>,
    only: Option<PrincipalArn>,
}

impl Input {
    /// Reads the files.
    pub(crate) fn read(source: &SourceArguments) -> Result<Self, InputError> {
        let mut account = self::account(&source.account)?;
        if let Some(earlier) = &source.earlier_account {
            account = account.after(&self::account(earlier)?);
        }
        let reports = reports(&source.access)?;
        if let Some(principal) =
            source.principal.as_ref().filter(|arn| account.principal(arn).is_none())
        {
            return Err(InputError::NoSuchPrincipal {
                principal: principal.clone(),
                path: source.account.clone(),
            });
        }
        Ok(Self { account, reports, only: source.principal.clone() })
    }

    /// The principals to judge, in the order of their ARNs, each with its report.
    pub(crate) fn principals(
        &self,
    ) -> impl Iterator<Item = (&Principal, Result<&LastAccessedReport, &ReportError>)> {
        self.account
            .principals()
            .filter(|principal| self.only.as_ref().is_none_or(|only| *only == principal.arn))
            .map(|principal| (principal, self.report(&principal.arn)))
    }

    fn report(&self, arn: &PrincipalArn) -> Result<&LastAccessedReport, &ReportError> {
        self.reports.get(arn).map_or(Err(&ReportError::Missing), Result::as_ref)
    }
}

fn account(path: &Path) -> Result<Account, InputError> {
    Account::from_json(&text(path, ACCOUNT_HINT)?)
        .map_err(|source| InputError::Account { path: path.to_owned(), source })
}

fn text(path: &Path, hint: &'static str) -> Result<String, InputError> {
    std::fs::read_to_string(path).map_err(|source| InputError::File {
        path: path.to_owned(),
        source,
        hint,
    })
}

fn reports(
    path: &Path,
) -> Result<BTreeMap<PrincipalArn, Result<LastAccessedReport, ReportError>>, InputError> {
    let by_arn: BTreeMap<String, Value> = serde_json::from_str(&text(path, ACCESS_HINT)?)
        .map_err(|source| InputError::Access { path: path.to_owned(), source })?;
    by_arn
        .into_iter()
        .map(|(arn, report)| {
            let arn =
                arn.parse().map_err(|source| InputError::Key { path: path.to_owned(), source })?;
            Ok((arn, LastAccessedReport::from_json(&report)))
        })
        .collect()
}
