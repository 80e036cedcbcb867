//! Whole programs: how long one runs, and the most memory that it has.

use super::figures::Run;
use crate::result::Result;
use crate::shell::ended;
use std::fs;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How often the memory of a program is looked at.
const LOOK: Duration = Duration::from_millis(5);

/// Runs a program to its end, whatever it prints.
pub(crate) fn timed(command: &mut Command) -> Result<Run> {
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let begun = Instant::now();
    let mut child = command.spawn()?;
    let mut memory_kb = 0;
    let status = loop {
        memory_kb = memory_kb.max(high_water_mark(child.id()));
        match child.try_wait()? {
            Some(status) => break status,
            None => sleep(LOOK),
        }
    };
    let seconds = begun.elapsed().as_secs_f64();
    ended(command, status)?;
    Ok(Run { seconds: to_milliseconds(seconds), memory_kb })
}

/// Nobody reads more than a thousandth of a second of it.
fn to_milliseconds(seconds: f64) -> f64 {
    (seconds * 1_000.0).round() / 1_000.0
}

/// The most memory that a process had by now, in kilobytes; 0 once it has ended, and where there is
/// no `/proc`.
fn high_water_mark(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}
