//! Reading the input files.

use crate::arguments::{ListArgument, SourceArguments};
use leastwise_rightsizing::evidence::{
    EarlierAccount, EarlierGrants, Evidence, LastAccessedReport, ReportError,
};
use leastwise_rightsizing::exemption::{
    ADMIN_GROUP_NAME, BREAK_GLASS_PRINCIPALS, EXEMPTION_LIST, ExemptionRules, admin_group,
};
use leastwise_rightsizing::iam::{Account, AccountError, IdentifierError, Principal, PrincipalArn};
use leastwise_rightsizing::settings::{
    EXEMPT_PRINCIPALS, IgnoredPolicies, Judging, ListFileError, ListSetting, PrincipalList,
    SettingError, read_file,
};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use thiserror::Error;

const ACCOUNT_HINT: &str = "aws iam get-account-authorization-details --output json > account.json";
const ACCESS_HINT: &str = "write a JSON object from principal ARN to what \
     `aws iam get-service-last-accessed-details --max-items 1000 --job-id …` prints";

const LIST_HINT: &str = "write one entry a line; # begins a comment";

/// An input file that cannot be used.
#[derive(Debug, Error)]
pub(crate) enum InputError {
    /// Not readable.
    #[error("could not read `{path}`")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
        /// Where such a file comes from.
        hint: &'static str,
    },
    /// Not account data.
    #[error("could not use `{path}` as account data")]
    Account {
        /// The file.
        path: PathBuf,
        /// Why.
        source: AccountError,
    },
    /// Not JSON.
    #[error("could not use `{path}` as service last accessed data")]
    Access {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// Not a list.
    #[error("could not use `{path}` as a list")]
    List {
        /// The file.
        path: PathBuf,
        /// Why.
        source: ListFileError,
    },
    /// A setting that is not allowed.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// A key that is no ARN.
    #[error("could not use `{path}` as service last accessed data")]
    Key {
        /// The file.
        path: PathBuf,
        /// Why.
        source: IdentifierError,
    },
    /// No such group.
    #[error("{ADMIN_GROUP_NAME} is `{group}`, and `{path}` has no group of this name")]
    NoSuchGroup {
        /// The group whose members were to be left out.
        group: String,
        /// The account file.
        path: PathBuf,
    },
    /// No such principal.
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
            Self::List { .. } => LIST_HINT,
            Self::Setting(_) | Self::NoSuchGroup { .. } => {
                "leave it out, or name a group of the account"
            }
            Self::Access { .. } | Self::Key { .. } => ACCESS_HINT,
            Self::NoSuchPrincipal { .. } => "leave out --principal to see who is there",
        }
    }
}

impl SourceArguments {
    /// How use is judged.
    pub(crate) fn judging(&self) -> Result<Judging, InputError> {
        Ok(Judging {
            unused_after: self.unused_after_days,
            preserve_reads: self.preserve_reads,
            ignored_policies: self.ignored_policies.load(IgnoredPolicies::NAME)?,
            weighting: self.weighting,
        })
    }

    /// Who is left out.
    pub(crate) fn exemptions(&self) -> Result<ExemptionRules, InputError> {
        Ok(ExemptionRules {
            break_glass: self.break_glass_principals.load(BREAK_GLASS_PRINCIPALS)?,
            exempt_principals: self.exempt_principals.load(EXEMPT_PRINCIPALS)?,
            exemption_list: list(EXEMPTION_LIST, self.exemption_list.as_deref())?,
            admin_group: self.admin_group()?,
        })
    }

    fn admin_group(&self) -> Result<Option<String>, SettingError> {
        admin_group(self.admin_group_name.as_deref().unwrap_or_default())
    }
}

impl<T: ListSetting + Clone> ListArgument<T> {
    /// The entries of the setting `name`, wherever they are.
    pub(crate) fn load(&self, name: &'static str) -> Result<T, InputError> {
        match self {
            Self::Entries(list) => Ok(list.clone()),
            Self::File(path) => list_file(name, path),
        }
    }
}

/// The list in a file, if there is one.
pub(crate) fn list(name: &'static str, path: Option<&Path>) -> Result<PrincipalList, InputError> {
    path.map_or_else(|| Ok(PrincipalList::default()), |path| list_file(name, path))
}

fn list_file<T: ListSetting>(name: &'static str, path: &Path) -> Result<T, InputError> {
    let bytes = std::fs::read(path).map_err(|source| InputError::File {
        path: path.to_owned(),
        source,
        hint: LIST_HINT,
    })?;
    read_file(name, &bytes).map_err(|source| InputError::List { path: path.to_owned(), source })
}

/// What there is to judge: principals, each with the evidence on it or why there is none.
pub(crate) struct Input {
    account: Account,
    evidence: BTreeMap<PrincipalArn, Result<Evidence, ReportError>>,
    only: Option<PrincipalArn>,
}

impl Input {
    /// Reads the files.
    pub(crate) fn read(source: &SourceArguments) -> Result<Self, InputError> {
        let account = self::account(&source.account)?;
        let earlier = source.earlier_account.as_deref().map(self::account).transpose()?;
        if let Some(group) = source.admin_group()?
            && !account.groups().iter().any(|it| it.arn.name().eq_ignore_ascii_case(&group))
        {
            return Err(InputError::NoSuchGroup { group, path: source.account.clone() });
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
        let evidence = evidence(reports, &account, earlier.map(EarlierAccount::from).as_ref());
        Ok(Self { account, evidence, only: source.principal.clone() })
    }

    /// The principals to judge, in the order of their ARNs, each with the evidence on it.
    pub(crate) fn principals(
        &self,
    ) -> impl Iterator<Item = (&Principal, Result<&Evidence, &ReportError>)> {
        self.account
            .principals()
            .filter(|principal| self.only.as_ref().is_none_or(|only| *only == principal.arn))
            .map(|principal| (principal, self.evidence(&principal.arn)))
    }

    fn evidence(&self, arn: &PrincipalArn) -> Result<&Evidence, &ReportError> {
        self.evidence.get(arn).map_or(Err(&ReportError::Missing), Result::as_ref)
    }
}

/// The reports on principals of the account, each with what the principal was granted earlier.
fn evidence(
    mut reports: Reports,
    account: &Account,
    earlier: Option<&EarlierAccount>,
) -> BTreeMap<PrincipalArn, Result<Evidence, ReportError>> {
    let principals = account.principals().filter_map(|principal| {
        let report = reports.remove(&principal.arn)?;
        let earlier = earlier.map_or(EarlierGrants::NotAsked, |earlier| earlier.grants(principal));
        Some((principal.arn.clone(), report.map(|report| Evidence { report, earlier })))
    });
    principals.collect()
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

type Reports = BTreeMap<PrincipalArn, Result<LastAccessedReport, ReportError>>;

fn reports(path: &Path) -> Result<Reports, InputError> {
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
