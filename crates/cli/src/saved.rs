//! An account that was read from AWS and saved: a folder.
//!
//! ```text
//! saved.json           whose account it is, when it was read, its Regions, and what is missing
//! account.json         who is there, in the form of `aws iam get-account-authorization-details`
//! reports/AROA….json   the report on one principal, under its unique id, as --access takes it
//! ```
//!
//! A report has a file of its own, which appears when it is whole: whatever ends a run, nothing
//! that was read is lost. `saved.json` says that the folder is complete only when everything else
//! is there, and says first that it is not when anything is to change.

use crate::access;
use crate::output;
use chrono::{DateTime, Utc};
use leastwise_rightsizing::evidence::{LastAccessedReport, ReportError, ReportPage};
use leastwise_rightsizing::iam::{
    Account, AuthorizationDetails, Principal, PrincipalArn, UniqueId,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// The version of the folder's form.
const VERSION: u32 = 1;

const NOTES: &str = "saved.json";
const ACCOUNT: &str = "account.json";
const REPORTS: &str = "reports";

/// Why there is no report where the notes do not say.
const CUT_OFF: &str = "reading was cut off before its turn; go on with `leastwise scan --resume`";

/// A folder that cannot be used for an account.
#[derive(Debug, Error)]
pub(crate) enum SavedError {
    /// Not readable.
    #[error("could not read `{path}`")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Not written by a scan, or by another version.
    #[error("`{path}` is not what `leastwise scan --save` writes: {why}")]
    Form {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// Nothing can be saved there.
    #[error("could not make the folder `{path}`")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Something is there already.
    #[error("`{path}` is not empty")]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// The folder of another account.
    #[error("`{path}` is of account {saved}, and the credentials are of {account}")]
    OtherAccount {
        /// The folder.
        path: PathBuf,
        /// Whose it is.
        saved: String,
        /// Who is signed in.
        account: String,
    },
}

impl SavedError {
    /// What to do next.
    pub(crate) fn next(&self) -> &'static str {
        match self {
            Self::File { .. } | Self::Form { .. } => {
                "give a folder that `leastwise scan --save` made, or save the account anew"
            }
            Self::Folder { .. } => "give --save a folder that can be made",
            Self::NotEmpty { .. } => {
                "give --save a new folder, or go on in one that a scan began by --resume"
            }
            Self::OtherAccount { .. } => {
                "sign in to that account, or save this one in a folder of its own (--save)"
            }
        }
    }
}

/// A folder with an account.
#[derive(Debug)]
pub(crate) struct SavedAccount {
    folder: PathBuf,
    notes: SavedNotes,
}

/// What a folder says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SavedNotes {
    saved_account: u32,
    /// The twelve digits; `None` where nobody is there.
    pub(crate) account: Option<String>,
    /// `aws`, or another partition; `None` where nobody is there.
    pub(crate) partition: Option<String>,
    /// When the account's details were read.
    pub(crate) read: DateTime<Utc>,
    /// The enabled Regions; `None` where they are not known.
    pub(crate) regions: Option<BTreeSet<String>>,
    /// Whether nothing more is to come of those on whom IAM is asked.
    pub(crate) complete: bool,
    /// On whom there is no report, by ARN, and why.
    pub(crate) unread: BTreeMap<String, String>,
}

impl SavedNotes {
    /// Of an account of which only `first` is known, that is about to be read.
    pub(crate) fn begun(
        first: Option<&PrincipalArn>,
        regions: Option<BTreeSet<String>>,
        read: DateTime<Utc>,
    ) -> Self {
        Self {
            saved_account: VERSION,
            account: first.map(|arn| arn.account().to_owned()),
            partition: first.map(|arn| arn.partition().to_owned()),
            read,
            regions,
            complete: false,
            unread: BTreeMap::new(),
        }
    }

    fn read(written: &str) -> Result<Self, String> {
        let notes: Self = serde_json::from_str(written).map_err(|error| error.to_string())?;
        if notes.regions.as_ref().is_some_and(BTreeSet::is_empty) {
            return Err("no account has no enabled Region".to_owned());
        }
        match notes.saved_account {
            VERSION => Ok(notes),
            other => Err(format!("it is of version {other}, and this reads version {VERSION}")),
        }
    }
}

/// The files that a result must not be written over.
pub(crate) fn files(folder: &Path) -> [PathBuf; 3] {
    [NOTES, ACCOUNT, REPORTS].map(|name| folder.join(name))
}

/// Where the account's details are.
pub(crate) fn account_file(folder: &Path) -> PathBuf {
    folder.join(ACCOUNT)
}

/// Makes a folder to save an account in, or takes an empty one.
pub(crate) fn make(folder: &Path) -> Result<(), SavedError> {
    let failed = |source| SavedError::Folder { path: folder.to_owned(), source };
    fs::create_dir_all(folder).map_err(failed)?;
    match fs::read_dir(folder).map_err(failed)?.next() {
        Some(_) => Err(SavedError::NotEmpty { path: folder.to_owned() }),
        None => Ok(()),
    }
}

impl SavedAccount {
    /// The account in a folder.
    ///
    /// # Errors
    ///
    /// When it is not one that a scan saved, or of another version.
    pub(crate) fn open(folder: &Path) -> Result<Self, SavedError> {
        let path = folder.join(NOTES);
        let written = fs::read_to_string(&path)
            .map_err(|source| SavedError::File { path: path.clone(), source })?;
        let notes = SavedNotes::read(&written).map_err(|why| SavedError::Form { path, why })?;
        Ok(Self { folder: folder.to_owned(), notes })
    }

    /// Checks that those who are there are of the account that the folder says it is of.
    ///
    /// # Errors
    ///
    /// When they are not: then its Regions and its reports are of others.
    pub(crate) fn check_account(&self, account: &Account) -> Result<(), SavedError> {
        let there = account.principals().next().map(|principal| principal.arn.account());
        if there == self.notes.account.as_deref() {
            return Ok(());
        }
        let called = |account: Option<&str>| match account {
            Some(account) => format!("account {account}"),
            None => "nobody".to_owned(),
        };
        let why = format!(
            "it is of {}, and `{ACCOUNT}` of {}",
            called(self.notes.account.as_deref()),
            called(there)
        );
        Err(SavedError::Form { path: self.folder.join(NOTES), why })
    }

    /// Begins to save an account: says that nothing is complete, and then who is there.
    pub(crate) fn begin(
        folder: &Path,
        notes: SavedNotes,
        details: &AuthorizationDetails,
    ) -> io::Result<Self> {
        let saved = Self { folder: folder.to_owned(), notes };
        saved.write_notes()?;
        fs::create_dir_all(folder.join(REPORTS))?;
        output::whole_file(&account_file(folder), |to| {
            serde_json::to_writer(&mut *to, details)?;
            writeln!(to)
        })?;
        Ok(saved)
    }

    /// Ends saving it.
    pub(crate) fn end(
        &mut self,
        unread: BTreeMap<String, String>,
        complete: bool,
    ) -> io::Result<()> {
        self.notes = SavedNotes { complete, unread, ..self.notes.clone() };
        self.write_notes()
    }

    fn write_notes(&self) -> io::Result<()> {
        output::whole_file(&self.folder.join(NOTES), |to| {
            serde_json::to_writer_pretty(&mut *to, &self.notes)?;
            writeln!(to)
        })
    }

    /// Where it is.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// What the folder says of itself.
    pub(crate) fn notes(&self) -> &SavedNotes {
        &self.notes
    }

    /// Keeps the report on a principal.
    pub(crate) fn keep(&self, principal: &Principal, pages: &[ReportPage]) -> io::Result<()> {
        let arn = principal.arn.to_string();
        output::whole_file(&self.report_file(&principal.unique_id), |to| {
            match pages {
                [page] => serde_json::to_writer(&mut *to, &BTreeMap::from([(arn, page)])),
                pages => serde_json::to_writer(&mut *to, &BTreeMap::from([(arn, pages)])),
            }?;
            writeln!(to)
        })
    }

    /// The report on a principal: one on a principal of the same name that is gone is none.
    ///
    /// # Errors
    ///
    /// [`ReportError`] when there is none, with the reason that is known, or one that cannot be
    /// used.
    pub(crate) fn report(&self, principal: &Principal) -> Result<LastAccessedReport, ReportError> {
        let path = self.report_file(&principal.unique_id);
        let form = |why: String| ReportError::Form(format!("`{}`: {why}", path.display()));
        match fs::read_to_string(&path) {
            Ok(written) => {
                let reports = access::read(written).map_err(|why| form(why.to_string()))?;
                reports.report(&principal.arn)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(self.no_report(principal)),
            Err(error) => Err(form(error.to_string())),
        }
    }

    fn no_report(&self, principal: &Principal) -> ReportError {
        let known = self.notes.unread.get(&principal.arn.to_string()).cloned();
        let cut_off = || (!self.notes.complete).then(|| CUT_OFF.to_owned());
        known.or_else(cut_off).map_or(ReportError::Missing, ReportError::NotRead)
    }

    fn report_file(&self, id: &UniqueId) -> PathBuf {
        self.folder.join(REPORTS).join(format!("{id}.json"))
    }
}
