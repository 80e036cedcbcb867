//! How fast IAM is asked: just under the limit that its throttles show.
//!
//! IAM's request limits are not published and differ by account; whoever asks for more is refused
//! (`Throttling`). So the rate is found out: it grows with each answer and gives way at a throttle,
//! with a memory of where the last one came.
//!
//! * At first the rate grows by a quarter each second, from [`FIRST_RATE`], until IAM throttles.
//! * A throttle takes 15 %; the first one half, and one that comes soon after another a quarter:
//!   the limit is farther below. Calls that are under way together are refused together, so
//!   no more than one each second counts.
//! * Below nine tenths of the rate of the last throttle it grows by a twentieth each second; near
//!   it and above, where the next throttle waits, by a two-hundredth.
//!
//! All calls of one session share one rate. Reports take a [turn](Pace::turn) before they are asked
//! for and before they are collected; every other call, and every repetition by the SDK, goes at
//! once. Once a throttle was heard, such calls are taken off the turns that follow.

use crate::clock::{Clock, RealClock};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Calls a second to begin with, when nothing is known of the limit.
const FIRST_RATE: f64 = 10.0;

/// The highest rate.
const MOST: f64 = 100.0;

/// The lowest rate: a turn in five seconds.
const LEAST: f64 = 0.2;

/// Calls that may be made at once while no throttle was heard: a change event makes fewer.
const FIRST_BURST: f64 = 10.0;

/// By how much the rate grows with each answer while no throttle was heard.
const DISCOVERY: f64 = 0.25;

/// The same below the last throttle. In a second of use there are as many answers as the rate says.
const RECOVERY: f64 = 0.05;

/// The same near the last throttle and above.
const PROBING: f64 = 0.005;

/// What is near the last throttle.
const NEAR: f64 = 0.9;

/// What is left of the rate after the first throttle.
const FIRST_DECREASE: f64 = 0.5;

/// What is left of the rate after a throttle far above the limit.
const FAR_DECREASE: f64 = 0.75;

/// What is left of the rate after any other.
const DECREASE: f64 = 0.85;

/// How many turns nobody gets after a throttle, so that IAM allows a few calls at once again.
const REST: f64 = 2.0;

/// How soon after another a throttle says that the limit is far below.
const SOON: Duration = Duration::from_secs(3);

/// How long the answers that follow a throttle may be refused for what was sent before it.
const ECHO: Duration = Duration::from_secs(1);

/// What a turn is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// To ask for a report. Waits for everybody who collects.
    Submit,
    /// To collect a report that was asked for: IAM keeps it for a while only.
    Collect,
}

/// The rate at which one session asks IAM.
#[derive(Debug, Clone)]
pub(crate) struct Pace(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    clock: Arc<dyn Clock>,
    /// Calls a second.
    rate: f64,
    /// The rate at which IAM throttled last.
    throttled_at: Option<f64>,
    /// When the rate was last decreased.
    decreased: Option<Instant>,
    /// Calls that may be made at once; less than nothing where more were made.
    free: f64,
    /// When that was so.
    at: Option<Instant>,
    /// How many wait to collect.
    collecting: usize,
}

impl Default for Pace {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(State {
            clock: Arc::new(RealClock),
            rate: FIRST_RATE,
            throttled_at: None,
            decreased: None,
            free: FIRST_BURST,
            at: None,
            collecting: 0,
        })))
    }
}

impl Pace {
    /// Goes by another clock from now on.
    pub(crate) fn go_by(&self, clock: Arc<dyn Clock>) {
        self.state().clock = clock;
    }

    /// Waits until a call may be made.
    pub(crate) async fn turn(&self, turn: Turn) {
        let clock = Arc::clone(&self.state().clock);
        let _waiting = (turn == Turn::Collect).then(|| Collecting::of(self));
        loop {
            let wait = self.state().take(turn, clock.now());
            let Some(wait) = wait else { return };
            clock.sleep(wait).await;
        }
    }

    /// A call that took no turn is made.
    pub(crate) fn spent(&self) {
        let mut state = self.state();
        let now = state.clock.now();
        state.spend(now);
    }

    /// IAM answered, and not that it is asked too much.
    pub(crate) fn answered(&self) {
        self.state().grow();
    }

    /// IAM answered that it is asked too much.
    pub(crate) fn throttled(&self) {
        let mut state = self.state();
        let now = state.clock.now();
        state.shrink(now);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody who waits to collect, until dropped.
struct Collecting<'a>(&'a Pace);

impl<'a> Collecting<'a> {
    fn of(pace: &'a Pace) -> Self {
        pace.state().collecting += 1;
        Self(pace)
    }
}

impl Drop for Collecting<'_> {
    fn drop(&mut self) {
        self.0.state().collecting -= 1;
    }
}

impl State {
    /// Takes a turn, or says how long to wait before asking again.
    fn take(&mut self, turn: Turn, now: Instant) -> Option<Duration> {
        self.refill(now);
        let must_wait = turn == Turn::Submit && self.collecting > 0;
        if self.free >= 1.0 && !must_wait {
            self.free -= 1.0;
            return None;
        }
        let missing = (1.0 - self.free).max(0.1);
        Some(Duration::from_secs_f64(missing / self.rate))
    }

    fn spend(&mut self, now: Instant) {
        self.refill(now);
        // Below the limit they are in nobody's way, and a run of them must not silence everybody
        // else for long.
        let least = if self.throttled_at.is_some() { -self.rate } else { 0.0 };
        self.free = (self.free - 1.0).max(least);
    }

    fn refill(&mut self, now: Instant) {
        let passed = self.at.map_or(Duration::ZERO, |at| now.saturating_duration_since(at));
        self.at = self.at.max(Some(now));
        let most = if self.throttled_at.is_none() { FIRST_BURST } else { 1.0 };
        self.free = (self.free + self.rate * passed.as_secs_f64()).min(most);
    }

    fn grow(&mut self) {
        let more = match self.throttled_at {
            None => DISCOVERY,
            Some(limit) if self.rate < NEAR * limit => RECOVERY,
            Some(_) => PROBING,
        };
        self.rate = (self.rate + more).min(MOST);
    }

    fn shrink(&mut self, now: Instant) {
        self.refill(now);
        self.free = self.free.min(-REST);
        let passed = self.decreased.map(|at| now.saturating_duration_since(at));
        if passed.is_some_and(|passed| passed < ECHO) {
            return;
        }
        let left = match passed {
            None => FIRST_DECREASE,
            Some(passed) if passed < SOON => FAR_DECREASE,
            Some(_) => DECREASE,
        };
        self.throttled_at = Some(self.rate);
        self.decreased = Some(now);
        self.rate = (self.rate * left).max(LEAST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(pace: &Pace) -> f64 {
        pace.state().rate
    }

    /// How many turns are free within so many milliseconds after `now`.
    fn turns(pace: &Pace, turn: Turn, now: Instant, milliseconds: u64) -> usize {
        let moments = (0..=milliseconds).map(|passed| now + Duration::from_millis(passed));
        moments.filter(|moment| pace.state().take(turn, *moment).is_none()).count()
    }

    fn is_close(one: f64, other: f64) -> bool {
        (one - other).abs() < 1e-9
    }

    #[test]
    fn a_change_event_waits_for_nothing_and_a_sweep_for_its_turn() {
        let (pace, now) = (Pace::default(), Instant::now());
        let at_once = (0..30).filter(|_| pace.state().take(Turn::Submit, now).is_none());
        assert_eq!(at_once.count(), 10);
        assert_eq!(turns(&pace, Turn::Submit, now, 1_000), 10);
    }

    #[test]
    fn the_rate_grows_with_use_and_gives_way_once_for_throttles_that_come_together() {
        let (pace, now) = (Pace::default(), Instant::now());
        (0..80).for_each(|_| pace.answered());
        assert!(is_close(rate(&pace), 30.0), "{pace:?}");
        pace.state().shrink(now);
        pace.state().shrink(now + Duration::from_millis(900));
        assert!(is_close(rate(&pace), 15.0), "{pace:?}");
        pace.state().shrink(now + Duration::from_secs(5));
        assert!(is_close(rate(&pace), 12.75), "{pace:?}");
        pace.answered();
        assert!(is_close(rate(&pace), 12.8), "{pace:?}");
        // So soon after another, the limit is far below.
        pace.state().shrink(now + Duration::from_secs(7));
        assert!(is_close(rate(&pace), 9.6), "{pace:?}");
    }

    #[test]
    fn near_the_last_throttle_it_grows_slowly() {
        let pace = Pace::default();
        pace.throttled();
        pace.state().rate = 9.8;
        pace.answered();
        assert!(is_close(rate(&pace), 9.805), "{pace:?}");
    }

    #[test]
    fn the_rate_stays_within_its_bounds() {
        let (pace, now) = (Pace::default(), Instant::now());
        (0..1_000).for_each(|_| pace.answered());
        assert!(is_close(rate(&pace), 100.0), "{pace:?}");
        (0..1_000).for_each(|second| pace.state().shrink(now + Duration::from_secs(2 * second)));
        assert!(is_close(rate(&pace), 0.2), "{pace:?}");
    }

    #[test]
    fn calls_that_took_no_turn_are_taken_off_those_that_follow_a_throttle() {
        let (pace, now) = (Pace::default(), Instant::now());
        (0..99).for_each(|_| pace.state().spend(now));
        assert_eq!(turns(&pace, Turn::Collect, now, 101), 1, "nobody minds them");
        // Five calls a second from here on, and two turns for nobody.
        pace.state().shrink(now);
        (0..2).for_each(|_| pace.state().spend(now));
        assert_eq!(turns(&pace, Turn::Collect, now, 900), 0);
        (0..99).for_each(|_| pace.state().spend(now));
        assert!(is_close(pace.state().free, -5.0), "{pace:?}");
    }

    #[test]
    fn who_collects_goes_before_who_submits() {
        let (pace, now) = (Pace::default(), Instant::now());
        let collecting = Collecting::of(&pace);
        assert!(pace.state().take(Turn::Submit, now).is_some());
        assert_eq!(pace.state().take(Turn::Collect, now), None);
        drop(collecting);
        assert_eq!(pace.state().take(Turn::Submit, now), None);
    }
}
