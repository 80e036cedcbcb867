//! Where a scan has the account from: as it was saved, or as it is read from AWS now.

use crate::arguments::{Place, ScanArguments, Target};
use crate::failure::Failure;
use crate::input::{self, EARLIER_NEXT, InputError};
use crate::interruption::Interruption;
use crate::live::Live;
use crate::output::{self, printable};
use crate::reading::{End, Reading};
use crate::saved::{self, SavedAccount, SavedError};
use chrono::{DateTime, Utc};
use leastwise_rightsizing::settings::UntrackedRegions;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// An account to judge.
pub(super) struct Found {
    place: Place,
    is_whole: bool,
    /// Deleted when the account was judged.
    _temporary: Option<TempDir>,
}

/// A folder to read an account into.
enum Folder {
    Named(PathBuf),
    Temporary(TempDir),
}

impl Found {
    /// The account that the arguments name: that of the credentials where they name none.
    pub(super) fn of(arguments: &ScanArguments, now: DateTime<Utc>) -> Result<Self, Failure> {
        if let Some(place) = arguments.source.place.place() {
            return Ok(Self { place, is_whole: true, _temporary: None });
        }
        check_files(arguments)?;
        let target = arguments.reading.target();
        let (folder, begun) = Folder::of(&target)?;
        let end = read(arguments, folder.path(), begun, now)?;
        let path = folder.path().to_owned();
        if end != End::Whole {
            folder.keep();
            return Ok(Self { place: Place::Folder(path), is_whole: false, _temporary: None });
        }
        let temporary = match folder {
            Folder::Temporary(folder) => Some(folder),
            Folder::Named(folder) => {
                let folder = folder.display().to_string();
                output::say(&format!("saved: --saved {} needs no network", printable(&folder)));
                None
            }
        };
        Ok(Self { place: Place::Folder(path), is_whole: true, _temporary: temporary })
    }

    /// Where it is.
    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    /// Whether everybody had a turn.
    pub(super) fn is_whole(&self) -> bool {
        self.is_whole
    }
}

impl Folder {
    /// The folder, with what an earlier run left in it.
    fn of(target: &Target) -> Result<(Self, Option<SavedAccount>), Failure> {
        Ok(match target {
            Target::Begun(folder) => {
                (Self::Named(folder.clone()), Some(SavedAccount::open(folder).map_err(saved)?))
            }
            Target::New(folder) => {
                saved::make(folder).map_err(saved)?;
                (Self::Named(folder.clone()), None)
            }
            Target::Temporary => {
                let folder = tempfile::Builder::new().prefix("leastwise-").tempdir()?;
                (Self::Temporary(folder), None)
            }
        })
    }

    fn path(&self) -> &Path {
        match self {
            Self::Named(folder) => folder,
            Self::Temporary(folder) => folder.path(),
        }
    }

    /// Keeps it: what was read of a large account took long.
    fn keep(self) {
        if let Self::Temporary(folder) = self {
            drop::<PathBuf>(folder.keep());
        }
    }
}

fn saved(error: SavedError) -> Failure {
    Failure::Input(error.into())
}

/// Looks at the files that are read after the account: nobody waits an hour to hear that the name
/// of one is misspelt.
fn check_files(arguments: &ScanArguments) -> Result<(), InputError> {
    let source = &arguments.source;
    source.evidence.iter().try_for_each(|path| input::usage_log(path).map(drop))?;
    source.earlier_account.iter().try_for_each(|path| input::account(path).map(drop))?;
    arguments.earlier.iter().try_for_each(|path| input::text(path, EARLIER_NEXT).map(drop))
}

/// Reads the account of the credentials.
fn read(
    arguments: &ScanArguments,
    folder: &Path,
    begun: Option<SavedAccount>,
    now: DateTime<Utc>,
) -> Result<End, Failure> {
    let source = &arguments.source;
    let live = Live::connect(&arguments.reading.live)?;
    let interruption = Interruption::listen()?;
    let asks_regions =
        source.regions.is_none() && source.untracked_regions == UntrackedRegions::Unknown;
    let reading = Reading { folder, begun, asks_regions, only: source.principal.as_ref(), now };
    let end = live.wait_for(reading.run(&live.aws(), &interruption));
    interruption.is_over();
    end
}
