//! Reads all files of a trail below a folder on two cores, and says how fast that was:
//! `cargo run --release -p leastwise-trails --example read_trail -- 111122223333 FOLDER`. With
//! `--actions` it lists the actions before that.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement stops and prints")]

use chrono::{DateTime, Utc};
use leastwise_trails::trail::{CLOCK_ALLOWANCE, TrailLog, Wanted};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

fn files(folder: &Path, all: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, all) } else { all.push(path) }
    }
}

fn list(trail: &TrailLog) {
    let mut file = Vec::new();
    trail.log.write_to(&mut file).unwrap();
    let file = String::from_utf8(file).unwrap();
    let used = file.lines().filter_map(|line| line.split_once(r#""used":""#)?.1.split_once('"'));
    let actions: BTreeSet<&str> = used.map(|(action, _)| action).collect();
    for action in actions {
        println!("{action}");
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (account, folder) = (arguments.next().unwrap(), arguments.next().unwrap());
    let now = DateTime::<Utc>::MAX_UTC - CLOCK_ALLOWANCE;
    let wanted = Wanted { account: account.clone(), now, from: None, to: None };
    let mut paths = Vec::new();
    files(Path::new(&folder), &mut paths);
    paths.sort();
    let bytes: u64 = paths.iter().map(|path| fs::metadata(path).unwrap().len()).sum();
    let (next, start) = (AtomicUsize::new(0), Instant::now());
    let part = || {
        let mut trail = TrailLog::new(&account);
        while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
            let name = path.display().to_string();
            trail.join(wanted.read(&name, File::open(path).unwrap()).unwrap());
        }
        trail
    };
    let mut whole = TrailLog::new(&account);
    thread::scope(|scope| {
        let parts: Vec<_> = (0..2).map(|_| scope.spawn(part)).collect();
        for part in parts {
            whole.join(part.join().unwrap());
        }
    });
    let seconds = start.elapsed().as_secs_f64();
    if arguments.next().is_some() {
        list(&whole);
    }

    let status = String::from_utf8(fs::read("/proc/self/status").unwrap_or_default()).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("?").trim();
    println!(
        "{{\"files\":{},\"gzip_bytes\":{bytes},\"records\":{},\"seen\":{},\"entries\":{},\"seconds\":{seconds:.3},\"peak\":\"{peak}\"}}",
        paths.len(),
        whole.notes.records,
        whole.notes.seen,
        whole.log.len().0
    );
}
