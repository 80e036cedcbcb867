//! How far a long run is, how fast it goes and how long it will still take: a line on stderr that
//! moves where that is a terminal, and elsewhere a new line every ten seconds.

use crate::output;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, IsTerminal};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What takes no longer needs no line.
const SHORT: Duration = Duration::from_secs(1);

/// How often the line that moves is drawn anew.
const TICK: Duration = Duration::from_millis(200);

/// How often a line is said where none can move.
const SAID_EVERY: Duration = Duration::from_secs(10);

/// The line that shows how far a run is. It is gone when this is dropped.
pub(crate) struct Progress {
    bar: ProgressBar,
    unit: &'static str,
    begun: Instant,
    said: Mutex<Instant>,
    at: Mutex<String>,
}

impl Progress {
    /// A run of so many steps, each a `unit`.
    pub(crate) fn of(steps: usize, unit: &'static str) -> Self {
        let bar = ProgressBar::with_draw_target(
            Some(u64::try_from(steps).unwrap_or(u64::MAX)),
            ProgressDrawTarget::hidden(),
        );
        let line = format!("{{pos}} of {{len}} {unit}, {{per_sec}}, {{eta}} left {{msg}}");
        let style = ProgressStyle::with_template(&line);
        let bar = bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        let begun = Instant::now();
        Self { bar, unit, begun, said: Mutex::new(begun), at: Mutex::default() }
    }

    /// The same for a run that waits for others, and is shown at once.
    pub(crate) fn waiting(steps: usize, unit: &'static str) -> Self {
        let progress = Self::of(steps, unit);
        progress.show();
        progress
    }

    /// What it is at.
    pub(crate) fn at(&self, what: impl Into<String>) {
        let what = what.into();
        self.bar.set_message(what.clone());
        *locked(&self.at) = what;
    }

    /// A step is done.
    pub(crate) fn step(&self) {
        self.bar.inc(1);
        let now = Instant::now();
        if !io::stderr().is_terminal() {
            let mut said = locked(&self.said);
            if now.saturating_duration_since(*said) >= SAID_EVERY {
                *said = now;
                self.say(now - self.begun);
            }
        } else if self.bar.is_hidden() && now - self.begun >= SHORT {
            self.show();
        }
    }

    fn show(&self) {
        self.bar.set_draw_target(ProgressDrawTarget::stderr());
        self.bar.enable_steady_tick(TICK);
    }

    fn say(&self, passed: Duration) {
        let steps = self.bar.length().unwrap_or_default();
        let line = line(self.bar.position(), steps, self.unit, passed);
        output::say(format!("{line} {}", locked(&self.at)).trim_end());
    }
}

/// A line for judging so many principals: none where each result is printed at once (`streams`) to
/// the terminal on which the line would move.
pub(crate) fn of_judging(steps: usize, streams: bool) -> Option<Progress> {
    let is_seen = !(streams && io::stdout().is_terminal());
    is_seen.then(|| Progress::of(steps, "principals"))
}

fn locked<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// How far it is, how fast it went and how long the rest will take at that rate.
fn line(done: u64, steps: u64, unit: &str, passed: Duration) -> String {
    let milliseconds = passed.as_millis().max(1);
    let tenths_a_second = u128::from(done) * 10_000 / milliseconds;
    let left = u128::from(steps.saturating_sub(done)) * milliseconds;
    let left = left.checked_div(u128::from(done) * 1_000);
    let left = left.map_or_else(|| "?".to_owned(), |seconds| format!("{seconds}"));
    let (whole, tenth) = (tenths_a_second / 10, tenths_a_second % 10);
    format!("{done} of {steps} {unit}, {whole}.{tenth}/s, {left} s left")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_far_it_is_how_fast_it_goes_and_what_is_left() {
        let of = |done, seconds| line(done, 200, "reports", Duration::from_secs(seconds));
        assert_eq!(of(50, 20), "50 of 200 reports, 2.5/s, 60 s left");
        assert_eq!(of(200, 61), "200 of 200 reports, 3.2/s, 0 s left");
        assert_eq!(of(0, 10), "0 of 200 reports, 0.0/s, ? s left");
        assert_eq!(line(1, 3, "days", Duration::ZERO), "1 of 3 days, 1000.0/s, 0 s left");
    }
}
