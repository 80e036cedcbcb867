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

    /// A report was there.
    pub(crate) fn learn(&self, seen: &Seen) {
        let mut state = self.state();
        if state.latest.len() == REMEMBERED {
            state.latest.pop_front();
        }
        let time = seen.time();
        if seen.is_mere_bound() {
            state.latest.iter_mut().for_each(|earlier| *earlier = time.min(*earlier));
        }
        state.latest.push_back(time);
        drop(state);
        self.learnt.notify_waiters();
    }

    /// The time within which nearly all of the latest reports were there.
    pub(crate) fn expected(&self) -> Option<Duration> {
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

/// What was seen of a report that is there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen {
    /// How long it took by IAM's own dates.
    pub(crate) dated: Option<Duration>,
    /// How long after it was asked for it was found.
    pub(crate) waited: Duration,
    /// Whether it was found at the first look.
    pub(crate) at_first: bool,
}

impl Seen {
    /// How long the report took, as far as that shows. A report that was there at the first look
    /// took less than that wait, by how much is unknown: a tenth is tried, so that what is expected
    /// never grows by waiting itself.
    fn time(&self) -> Duration {
        match self.told() {
            Some(dated) => dated,
            None if self.at_first => self.waited.saturating_sub(2 * MARGIN).mul_f64(0.9),
            None => self.waited,
        }
    }

    fn is_mere_bound(&self) -> bool {
        self.at_first && self.told().is_none()
    }

    /// What IAM's dates tell: something where they lie clearly before the look.
    fn told(&self) -> Option<Duration> {
        self.dated.filter(|dated| *dated + MARGIN < self.waited)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_expected_is_what_nearly_all_of_the_latest_took() {
        let times = JobTimes::default();
        assert_eq!(times.expected(), None);
        let took = |seconds| Seen {
            dated: Some(Duration::from_secs(seconds)),
            waited: Duration::from_secs(seconds + 1),
            at_first: true,
        };
        times.learn(&took(9));
        assert_eq!(times.expected(), Some(Duration::from_millis(9_100)));
        (1..=64).for_each(|seconds| times.learn(&took(seconds)));
        // Of the latest 64, the two slowest are not waited for.
        assert_eq!(times.expected(), Some(Duration::from_millis(62_100)));
    }

    #[test]
    fn where_the_dates_say_nothing_what_is_expected_goes_down_until_it_is_too_short() {
        for dated in [None, Some(Duration::from_millis(995))] {
            let seen = |at_first| Seen { dated, waited: Duration::from_secs(1), at_first };
            assert_eq!(seen(true).time(), Duration::from_millis(720));
            assert_eq!(seen(false).time(), Duration::from_secs(1));
        }
        let times = JobTimes::default();
        let mut expected = Duration::from_secs(2);
        for _ in 0..20 {
            times.learn(&Seen { dated: Some(expected), waited: expected, at_first: true });
            expected = times.expected().unwrap();
        }
        assert!(expected <= Duration::from_millis(200), "{expected:?}");
    }
}
