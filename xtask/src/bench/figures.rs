//! The raw figures: every run of everything that was measured, in one file from which the page is
//! made. What is measured again replaces what stood, and nothing else.

use crate::result::Result;
use crate::shell::workspace;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

/// All figures.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Figures {
    /// Our command line on saved accounts.
    pub(crate) command_line: Vec<Measured>,
    /// Our command line and cloudsplaining on the same files.
    pub(crate) scans: Vec<Measured>,
    /// Sweeps behind the stand.
    pub(crate) sweeps: Vec<Sweeps>,
    pub(crate) cold_starts: Option<ColdStarts>,
}

/// On what it was measured, and with which versions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Setting {
    pub(crate) machine: String,
    /// Version by program.
    pub(crate) programs: BTreeMap<String, String>,
}

/// One run of a program.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Run {
    pub(crate) seconds: f64,
    /// The most memory it had.
    pub(crate) memory_kb: u64,
}

/// The runs of one command on an account of so many roles.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Measured {
    pub(crate) command: String,
    pub(crate) roles: usize,
    pub(crate) setting: Setting,
    pub(crate) runs: Vec<Run>,
}

/// The sweeps of an account of so many roles.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sweeps {
    pub(crate) roles: usize,
    pub(crate) setting: Setting,
    pub(crate) runs: Vec<Sweep>,
}

/// One sweep, as `tests/bench/sweeps.py` prints it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sweep {
    /// [`EVALUATOR`] or [`PEER`].
    pub(crate) program: String,
    pub(crate) seconds: f64,
    pub(crate) memory_kb: u64,
    /// Calls by `service:Operation`.
    pub(crate) calls: BTreeMap<String, u64>,
    pub(crate) failed_calls: u64,
    /// Principals by verdict.
    pub(crate) verdicts: BTreeMap<String, u64>,
}

/// cloudsplaining, as the figures call it.
pub(crate) const CLOUDSPLAINING: &str = "cloudsplaining scan";

/// Our function, as the figures call it.
pub(crate) const EVALUATOR: &str = "evaluator";

/// The rule in Python.
pub(crate) const PEER: &str = "peer";

/// New processes that answer one event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ColdStarts {
    pub(crate) setting: Setting,
    pub(crate) runs: Vec<ColdStart>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ColdStart {
    pub(crate) program: String,
    pub(crate) milliseconds: f64,
    pub(crate) memory_kb: u64,
}

impl Figures {
    /// What was measured so far.
    pub(crate) fn read() -> Result<Self> {
        let path = path()?;
        if !path.exists() {
            return Ok(Self::default());
        }
        Ok(serde_json::from_str(&fs::read_to_string(path)?)?)
    }

    /// Writes all figures.
    pub(crate) fn write(&self) -> Result {
        let path = path()?;
        fs::create_dir_all(path.parent().unwrap_or(&path))?;
        Ok(fs::write(path, serde_json::to_string_pretty(self)? + "\n")?)
    }

    /// Puts sweeps in the place of those of as many roles.
    pub(crate) fn put_sweeps(&mut self, sweeps: Sweeps) {
        self.sweeps.retain(|it| it.roles != sweeps.roles);
        self.sweeps.push(sweeps);
        self.sweeps.sort_by_key(|it| it.roles);
    }
}

/// Puts runs in the place of those of the same command on as many roles.
pub(crate) fn put(list: &mut Vec<Measured>, measured: Measured) {
    list.retain(|it| (&it.command, it.roles) != (&measured.command, measured.roles));
    list.push(measured);
    list.sort_by_key(|it| (it.command.clone(), it.roles));
}

impl Measured {
    /// The median of the times, with the most memory of any run.
    pub(crate) fn median(&self) -> Run {
        let memory_kb = self.runs.iter().map(|run| run.memory_kb).max().unwrap_or_default();
        Run { seconds: median(self.runs.iter().map(|run| run.seconds)), memory_kb }
    }
}

impl Sweeps {
    /// The sweeps of one program, shortest first.
    pub(crate) fn of(&self, program: &str) -> Vec<&Sweep> {
        let mut sweeps: Vec<&Sweep> = self.runs.iter().filter(|it| it.program == program).collect();
        sweeps.sort_by(|one, other| one.seconds.total_cmp(&other.seconds));
        sweeps
    }

    /// Of the sweeps of a program the one in the middle.
    pub(crate) fn median_of(&self, program: &str) -> Option<&Sweep> {
        let sweeps = self.of(program);
        sweeps.get(sweeps.len() / 2).copied()
    }
}

/// The number in the middle; of an even count the upper one, and 0 of none.
pub(crate) fn median(numbers: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = numbers.collect();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

/// The smallest and the largest number; 0 where there is none.
pub(crate) fn range(numbers: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let least = numbers.clone().reduce(f64::min).unwrap_or_default();
    (least, numbers.reduce(f64::max).unwrap_or_default())
}

fn path() -> Result<PathBuf> {
    Ok(workspace()?.join("docs/performance/figures.json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(command: &str, roles: usize, seconds: &[f64]) -> Measured {
        let runs = seconds.iter().zip(1..);
        let runs = runs.map(|(seconds, memory_kb)| Run { seconds: *seconds, memory_kb }).collect();
        Measured { command: command.to_owned(), roles, setting: Setting::default(), runs }
    }

    #[test]
    fn the_median_has_the_most_memory_of_all() {
        let expected = Run { seconds: 3.0, memory_kb: 3 };
        assert_eq!(measured("index", 10, &[9.0, 2.0, 3.0]).median(), expected);
    }

    #[test]
    fn what_is_measured_again_replaces_itself_and_nothing_else() {
        let mut list = vec![measured("index", 10, &[1.0]), measured("plan", 10, &[2.0])];
        put(&mut list, measured("index", 5, &[3.0]));
        put(&mut list, measured("index", 10, &[4.0]));
        let expected = [
            measured("index", 5, &[3.0]),
            measured("index", 10, &[4.0]),
            measured("plan", 10, &[2.0]),
        ];
        assert_eq!(list, expected);
    }

    #[test]
    fn the_range_is_from_the_smallest_to_the_largest() {
        let (least, most) = range([3.0, 1.0, 2.0].into_iter());
        assert_eq!([least.to_string(), most.to_string()], ["1", "3"]);
    }
}
