//! How long IAM takes to make a report, learnt from the reports that it made: so that hardly any is
//! asked for before it is there.

use crate::clock::Clock;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// How many reports are gone by, the latest ones.
const REMEMBERED: usize = 64;

/// Of so many reports, all but one are there at the expected time.
const ONE_LATE_IN: usize = 32;

/// What is added to the expected time: the answer has to come back, and clocks differ.
const MARGIN: Duration = Duration::from_millis(100);

/// How many reports are looked for before anything is known. The others wait for what is learnt.
const SCOUTS: usize = 4;

/// How long the others wait for that.
const LONGEST_IGNORANCE: Duration = Duration::from_secs(5);

/// How long reports took.
#[derive(Debug, Default)]
pub(crate) struct JobTimes {
    state: Mutex<State>,
    learnt: Notify,
}

#[derive(Debug, Default)]
struct State {
    latest: VecDeque<Duration>,
    scouts: usize,
}

impl JobTimes {
    /// Waits from the moment when a report was asked for until it is likely there. Where nothing is
    /// known, some do not wait, and the others do until something is.
    pub(crate) async fn wait(&self, clock: &dyn Clock) {
        let learnt = self.learnt.notified();
        if let Some(expected) = self.expected() {
            return clock.sleep(expected).await;
        }
        if self.is_scout() {
            return;
        }
        tokio::select! {
            () = learnt => {}
            () = clock.sleep(LONGEST_IGNORANCE) => {}
        }
    }

    /// A report took so long.
    pub(crate) fn learn(&self, took: Duration) {
        let mut state = self.state();
        if state.latest.len() == REMEMBERED {
            state.latest.pop_front();
        }
        state.latest.push_back(took);
        drop(state);
        self.learnt.notify_waiters();
    }

    /// The time within which nearly all of the latest reports were there.
    fn expected(&self) -> Option<Duration> {
        let mut times: Vec<Duration> = self.state().latest.iter().copied().collect();
        times.sort_unstable();
        let late = times.len() / ONE_LATE_IN;
        let at = times.len().checked_sub(1 + late)?;
        times.get(at).map(|time| *time + MARGIN)
    }

    fn is_scout(&self) -> bool {
        let mut state = self.state();
        state.scouts += 1;
        state.scouts <= SCOUTS
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_expected_is_what_nearly_all_of_the_latest_took() {
        let times = JobTimes::default();
        assert_eq!(times.expected(), None);
        times.learn(Duration::from_secs(9));
        assert_eq!(times.expected(), Some(Duration::from_millis(9_100)));
        for took in 1..=64 {
            times.learn(Duration::from_secs(took));
        }
        // Of the latest 64, the two slowest are not waited for.
        assert_eq!(times.expected(), Some(Duration::from_millis(62_100)));
    }
}
