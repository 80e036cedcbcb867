//! Time as an argument: the moments of an invocation, and a clock by which tests make nobody wait.

use chrono::{DateTime, Utc};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

/// When an invocation runs, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The present: exemptions hold or have expired.
    pub now: DateTime<Utc>,
    /// The end of the window in which use counts. It lies before `now` where a plan that was
    /// announced is made again to be enforced; later use counts as well.
    pub judged: DateTime<Utc>,
    /// When reports must be in, so that there is time left to write and to answer.
    pub deadline: Instant,
}

impl Moment {
    /// A moment that judges by the present.
    #[must_use]
    pub fn new(now: DateTime<Utc>, deadline: Instant) -> Self {
        Self { now, judged: now, deadline }
    }
}

/// What tells the time between polls and waits for the next.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// The present moment.
    fn now(&self) -> Instant;

    /// Returns after `duration`.
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealClock;

impl Clock for RealClock {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// Waits between attempts: each twice as long as the one before, up to a longest, and each
/// shortened by up to half by a jitter that depends on nothing but `seed` and the attempt, so that
/// a run can be repeated while two principals asked about at once do not ask in step.
#[derive(Debug, Clone)]
pub(crate) struct Backoff {
    next: Duration,
    longest: Duration,
    jitter: Jitter,
}

impl Backoff {
    pub(crate) fn new(first: Duration, longest: Duration, seed: &str) -> Self {
        Self { next: first, longest, jitter: Jitter::new(seed) }
    }

    /// The wait before the next attempt.
    pub(crate) fn wait(&mut self) -> Duration {
        let whole = self.next.min(self.longest);
        self.next = whole.saturating_mul(2);
        whole.mul_f64(1.0 - self.jitter.next() / 2.0)
    }
}

/// Numbers in `0..1` from a text: FNV-1a for the seed, `SplitMix64` from there on.
#[derive(Debug, Clone)]
pub(crate) struct Jitter(u64);

impl Jitter {
    pub(crate) fn new(seed: &str) -> Self {
        const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
        const PRIME: u64 = 0x0000_0100_0000_01b3;
        Self(seed.bytes().fold(OFFSET, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME)))
    }

    pub(crate) fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        // The upper 32 bits, which an f64 holds exactly.
        let upper = u32::try_from(bits >> 32).unwrap_or(u32::MAX);
        f64::from(upper) / (f64::from(u32::MAX) + 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(seed: &str) -> Vec<Duration> {
        let mut backoff = Backoff::new(Duration::from_millis(500), Duration::from_secs(5), seed);
        (0..6).map(|_| backoff.wait()).collect()
    }

    #[test]
    fn waits_double_up_to_the_longest_and_jitter_takes_at_most_half() {
        let whole = [500, 1000, 2000, 4000, 5000, 5000].map(Duration::from_millis);
        for seed in ["reader", "writer", ""] {
            for (wait, whole) in waits(seed).into_iter().zip(whole) {
                assert!(wait <= whole && wait >= whole / 2, "{wait:?} of {whole:?}");
            }
        }
    }

    #[test]
    fn one_seed_gives_one_sequence_and_another_seed_another() {
        assert_eq!(waits("reader"), waits("reader"));
        assert_ne!(waits("reader"), waits("writer"));
    }
}
