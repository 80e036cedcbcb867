//! `leastwise evidence cloudtrail`: a usage file from saved files of a trail.

use crate::arguments::CloudTrailArguments;
use crate::failure::Failure;
use crate::input::{InputError, TRAIL_NEXT};
use crate::output::{self, ExitCode, printable};
use chrono::{DateTime, Utc};
use leastwise_trails::object_key::ObjectKey;
use leastwise_trails::trail::{TrailLog, Wanted};
use rayon::prelude::*;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// How many files are read before what they say is put together: enough to keep all cores busy.
const AT_A_TIME: usize = 64;

/// How the names of files end that are read in a folder.
const READ: [&str; 5] = [".json.gz", ".jsonl.gz", ".json", ".jsonl", ".ndjson"];

/// How many calls that are not understood are named.
const NAMED: usize = 10;

/// Runs the command.
pub(crate) fn run(arguments: &CloudTrailArguments) -> Result<ExitCode, Failure> {
    let wanted = Wanted {
        account: arguments.account.as_str().to_owned(),
        from: arguments.from,
        to: arguments.to,
    };
    let files = Files::of(&arguments.paths, &wanted)?;
    if let Some(output) = arguments.output.as_deref().and_then(|path| path.canonicalize().ok())
        && let Some(path) =
            files.read.iter().find(|it| it.canonicalize().ok().as_ref() == Some(&output))
    {
        return Err(InputError::OutputIsInput { path: path.clone() }.into());
    }
    let mut trail = TrailLog::new(&wanted.account);
    for some in files.read.chunks(AT_A_TIME) {
        let read: Vec<Result<TrailLog, InputError>> =
            some.par_iter().map(|path| read(path, &wanted)).collect();
        for one in read {
            trail.join(one?);
        }
    }
    tell(&trail, &files);
    if arguments.complete {
        cover(&mut trail, &files, arguments.from);
    }
    output::usage_log(&trail.log, arguments.output.as_deref())?;
    Ok(ExitCode::Done)
}

/// Notes what the trail would have seen, or says why that is not known.
fn cover(trail: &mut TrailLog, files: &Files, from: Option<DateTime<Utc>>) {
    let why = match trail.vouched_for(from) {
        Some(stretches) if files.others == 0 => {
            for stretch in stretches {
                trail.log.cover(stretch);
            }
            return;
        }
        Some(_) => "some files of the folder were not read",
        None => "of some records it is not known who called, or what",
    };
    output::say(&format!("warning: --complete is left out, because {why}"));
}

fn read(path: &Path, wanted: &Wanted) -> Result<TrailLog, InputError> {
    let file = File::open(path).map_err(|source| unreadable(path, source))?;
    wanted.read(&path.display().to_string(), file).map_err(InputError::Trail)
}

fn unreadable(path: &Path, source: std::io::Error) -> InputError {
    InputError::File { path: path.to_owned(), source, next: TRAIL_NEXT }
}

/// The files of a trail.
#[derive(Default)]
struct Files {
    /// Those that are read, in the order of their names.
    read: Vec<PathBuf>,
    /// How many are of another account or another time, by where they lie.
    elsewhere: usize,
    /// How many are not files of a trail, by their names.
    others: usize,
}

impl Files {
    fn of(paths: &[PathBuf], wanted: &Wanted) -> Result<Self, InputError> {
        let mut files = Self::default();
        for path in paths {
            if path.is_dir() {
                files.add_folder(path, wanted)?;
            } else {
                files.read.push(path.clone());
            }
        }
        Ok(files)
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
                self.elsewhere += 1;
            }
            _ if is_trail => self.read.push(path),
            _ => self.others += 1,
        }
    }
}

/// Says what was read, and what it was that nothing came of.
fn tell(trail: &TrailLog, files: &Files) {
    let (used, denied) = trail.log.len();
    output::say(&format!(
        "{} files read ({} of other accounts or times, {} of other kinds left out), {} records: {} show what \
         principals of {} did; principals: {}, used: {used}, denied: {denied}",
        files.read.len(),
        files.elsewhere,
        files.others,
        trail.records,
        trail.seen,
        trail.log.account,
        trail.log.subjects().count(),
    ));
    let unnamed: u64 =
        trail.not_understood.listed.values().sum::<u64>() + trail.not_understood.others;
    if unnamed > 0 {
        let mut calls: Vec<_> = trail.not_understood.listed.iter().collect();
        calls.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let named: Vec<String> = calls
            .iter()
            .take(NAMED)
            .map(|((source, name), count)| {
                format!("{} {} ({count})", printable(source), printable(name))
            })
            .collect();
        output::say(&format!(
            "warning: the action of {unnamed} calls is not known, so they count as use of their services: {}",
            named.join(", ")
        ));
    }
    if trail.denied_unknown > 0 {
        output::say(&format!(
            "warning: {} denied calls are left out, because nothing says which action was denied",
            trail.denied_unknown
        ));
    }
}
