//! Saved files of a trail.

use super::super::found::Found;
use crate::input::{InputError, TRAIL_NEXT};
use leastwise_trails::object_key::ObjectKey;
use leastwise_trails::trail::{TrailLog, Wanted};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// How many files are read before what they say is put together: enough to keep all cores busy.
const AT_A_TIME: usize = 64;

/// How the names of files end that are read in a folder.
pub(super) const READ: [&str; 5] = [".json.gz", ".jsonl.gz", ".json", ".jsonl", ".ndjson"];

/// The files of a trail.
#[derive(Default)]
pub(super) struct Files {
    /// Those that are read: in the order in which they were named, and within a folder in the order
    /// of their names. A file that is named twice is here once.
    pub(super) read: Vec<PathBuf>,
    /// What was found beside them.
    pub(super) found: Found,
    known: BTreeSet<PathBuf>,
}

impl Files {
    pub(super) fn of(paths: &[&Path], wanted: &Wanted) -> Result<Self, InputError> {
        let mut files = Self::default();
        for path in paths {
            if path.is_dir() {
                files.add_folder(path, wanted)?;
            } else {
                files.add((*path).to_owned());
            }
        }
        Ok(files)
    }

    /// What all of them say together.
    pub(super) fn read_all(&self, wanted: &Wanted) -> Result<TrailLog, InputError> {
        let mut trail = TrailLog::new(&wanted.account);
        for some in self.read.chunks(AT_A_TIME) {
            let read: Vec<Result<TrailLog, InputError>> =
                some.par_iter().map(|path| read(path, wanted)).collect();
            for one in read {
                trail.join(one?);
            }
        }
        Ok(trail)
    }

    /// The file that is read at `path`, by whatever name.
    pub(super) fn at(&self, path: &Path) -> Option<&PathBuf> {
        let path = path.canonicalize().ok()?;
        self.read.iter().find(|it| it.canonicalize().ok().as_ref() == Some(&path))
    }

    fn add_folder(&mut self, folder: &Path, wanted: &Wanted) -> Result<(), InputError> {
        let entries = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let mut paths: Vec<PathBuf> = entries
            .map_err(|why| unreadable(folder, why))?
            .iter()
            .map(fs::DirEntry::path)
            .collect();
        paths.sort_unstable();
        for path in paths {
            let kind = fs::symlink_metadata(&path).map_err(|why| unreadable(&path, why))?;
            if kind.is_dir() {
                self.add_folder(&path, wanted)?;
            } else {
                self.add_file(path, wanted);
            }
        }
        Ok(())
    }

    fn add_file(&mut self, path: PathBuf, wanted: &Wanted) {
        let name = path.to_string_lossy().replace('\\', "/");
        let key = ObjectKey::of(&name);
        let is_trail = READ.iter().any(|end| name.ends_with(end));
        match key {
            Some(key) if !key.may_hold(&wanted.account, wanted.from, wanted.to) => {
                self.found.elsewhere += 1;
            }
            _ if is_trail && is_file(&path) => self.add(path),
            _ => self.found.others += 1,
        }
    }

    fn add(&mut self, path: PathBuf) {
        // What has no path of its own, such as a pipe that was named, cannot be there twice.
        let is_new = path.canonicalize().map_or(true, |path| self.known.insert(path));
        if is_new {
            self.found.read += 1;
            self.read.push(path);
        }
    }
}

/// Whether it is a file or leads to one. To open a pipe would wait for whoever writes into it.
fn is_file(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|kind| kind.is_file())
}

fn read(path: &Path, wanted: &Wanted) -> Result<TrailLog, InputError> {
    let file = File::open(path).map_err(|source| unreadable(path, source))?;
    wanted.read(&path.display().to_string(), file).map_err(InputError::Trail)
}

fn unreadable(path: &Path, source: io::Error) -> InputError {
    InputError::File { path: path.to_owned(), source, next: TRAIL_NEXT }
}
