//! Where the account is that a command judges.

use super::live::LiveArguments;
use clap::Args;
use clap::error::ErrorKind;
use std::path::PathBuf;

/// The account, as it was saved.
#[derive(Debug, Args)]
pub(crate) struct PlaceArguments {
    /// What `aws iam get-account-authorization-details` prints, of one account. An entry that
    /// cannot be read costs that principal only.
    #[arg(long, value_name = "FILE", requires = "access")]
    account: Option<PathBuf>,
    /// A JSON object from principal ARN to what `aws iam get-service-last-accessed-details` prints
    /// (or an array of its pages).
    #[arg(long, value_name = "FILE", requires = "account")]
    access: Option<PathBuf>,
    /// A folder that `leastwise scan --save` made, instead of both: needs no network. Its enabled
    /// Regions are known, unless they could not be read; --regions goes before them.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["account", "access"])]
    saved: Option<PathBuf>,
}

/// Where an account is that was saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// Files, as AWS CLI prints them.
    Files {
        /// The account's details.
        account: PathBuf,
        /// The reports.
        access: PathBuf,
    },
    /// A folder that a scan made.
    Folder(PathBuf),
}

impl PlaceArguments {
    /// Where it is; `None` where nothing is named.
    pub(crate) fn place(&self) -> Option<Place> {
        let Self { account, access, saved } = self;
        let files = account.clone().zip(access.clone());
        let files = files.map(|(account, access)| Place::Files { account, access });
        files.or_else(|| saved.clone().map(Place::Folder))
    }

    /// Where it is, for a command whose grammar asks for it.
    pub(crate) fn required(&self) -> Result<Place, clap::Error> {
        // INVARIANT: the group `place` of these commands is required.
        self.place().ok_or_else(|| clap::Error::new(ErrorKind::MissingRequiredArgument))
    }
}

/// How a scan reads the account from AWS, which it does where nothing saved is named.
#[derive(Debug, Args)]
pub(crate) struct ReadingArguments {
    /// A new folder to save in what is read from AWS: the next command needs no network then
    /// (--saved), and a run that is cut off can be resumed.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["account", "access", "saved", "resume"])]
    save: Option<PathBuf>,
    /// The folder of a run that was cut off, to go on there: reports of the last 24 hours are kept,
    /// the others are asked for, and who is there is read anew.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["account", "access", "saved"])]
    resume: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) live: LiveArguments,
}

/// Where to put what is read from AWS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// Nowhere in the end.
    Temporary,
    /// A new folder.
    New(PathBuf),
    /// A folder that has a part of it.
    Begun(PathBuf),
}

impl Target {
    /// The folder that stays.
    pub(crate) fn folder(&self) -> Option<&PathBuf> {
        match self {
            Self::Temporary => None,
            Self::New(folder) | Self::Begun(folder) => Some(folder),
        }
    }
}

impl ReadingArguments {
    /// Whether access to AWS goes together with `place`.
    pub(crate) fn check(&self, place: Option<&Place>) -> Result<(), &'static str> {
        if place.is_none() || !self.live.is_given() {
            return Ok(());
        }
        Err("access to AWS is for a live account, and a saved one is given")
    }

    /// Where to put what is read.
    pub(crate) fn target(&self) -> Target {
        match (&self.save, &self.resume) {
            (Some(folder), _) => Target::New(folder.clone()),
            (None, Some(folder)) => Target::Begun(folder.clone()),
            (None, None) => Target::Temporary,
        }
    }
}
