//! Daily sweeps of an organization of a thousand accounts: a simulation by events and without a
//! clock, for what no machine here can run.
//!
//! What a run comes to in its time is the model of [`super::sweep_model`]. Here it is about the
//! runs: when they start, which wait for a free copy of the function, and which are tried again.

use super::costs::Month;
use super::sweep_model::{Account, Attempt, Pace, attempt};
use std::collections::BTreeMap;

const SECOND_MS: u64 = 1_000;
const DAY_MS: u64 = 24 * 3_600 * SECOND_MS;

/// How long Lambda waits before it tries an asynchronous event again that failed: a minute before
/// the second attempt, two before the third, and there is no fourth.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html>.
const WAITS_MS: [u64; 2] = [60 * SECOND_MS, 120 * SECOND_MS];

/// How long Lambda waits at first, and at the most, for a free copy of the function, and when it
/// gives the event up. Source: the same.
const FIRST_PAUSE_MS: u64 = SECOND_MS;
const LONGEST_PAUSE_MS: u64 = 300 * SECOND_MS;
const OLDEST_MS: u64 = 6 * 3_600 * SECOND_MS;

/// Customer managed policies that an account may have.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>.
const MOST_POLICIES: u64 = 1_500;

/// After so long a simulation is given up.
const MOST_DAYS: u64 = 60;

/// An organization: its accounts are drawn with a seed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Organization {
    pub(crate) accounts: usize,
    pub(crate) smallest: f64,
    pub(crate) largest: f64,
    pub(crate) seed: u64,
}

/// The one of the page.
pub(crate) const ORGANIZATION: Organization =
    Organization { accounts: 1_000, smallest: 10.0, largest: 20_000.0, seed: 1 };

impl Organization {
    /// As many accounts have tens of principals as have hundreds or thousands: the logarithms of
    /// their sizes are spread evenly. A tenth as many managed policies, one in twenty changed
    /// lately.
    pub(crate) fn accounts(self) -> Vec<Account> {
        let (low, high) = (self.smallest.ln(), self.largest.ln());
        let mut state = self.seed;
        std::iter::repeat_with(|| {
            let principals = rounded((low + unit(&mut state) * (high - low)).exp());
            let policies = (principals / 10).min(MOST_POLICIES);
            Account { principals, policies, changed_policies: policies.div_ceil(20) }
        })
        .take(self.accounts)
        .collect()
    }
}

/// The next of the numbers of `SplitMix64`, between 0 and 1. Six lines, because the figures must be
/// the same for years, which no crate promises of its numbers.
///
/// Source: <https://prng.di.unimi.it/splitmix64.c>.
#[expect(clippy::cast_precision_loss, reason = "53 bits are what a f64 has")]
fn unit(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some thousands")]
fn rounded(number: f64) -> u64 {
    number.round() as u64
}

/// How the organization is run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case {
    /// What IAM allows each account.
    pub(crate) pace: Pace,
    /// Copies of the function that may run at once in the one account that judges all; `None` where
    /// each account has its own function.
    pub(crate) copies: Option<usize>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Outcome {
    /// Principals of all accounts.
    pub(crate) principals: u64,
    /// Of these, judged within the first day.
    pub(crate) on_the_first_day: u64,
    /// When each account that got through was, in milliseconds after the first event, in order.
    pub(crate) passes: Vec<u64>,
    /// Events of the first day after whose last attempt somebody still waited.
    pub(crate) given_up: u64,
    /// Events of the first day that had to wait for a free copy.
    pub(crate) turned_away: u64,
    /// Events of the first day that became too old meanwhile.
    pub(crate) too_old: u64,
    /// Copies of the function that ran at once at the most.
    pub(crate) most_at_once: usize,
    /// What the first day used.
    pub(crate) first_day: Month,
}

impl Outcome {
    /// When so many per mille of the accounts were through; `None` if they never were.
    pub(crate) fn through(&self, accounts: usize, per_mille: usize) -> Option<u64> {
        let number = (accounts * per_mille).div_ceil(1_000).max(1);
        self.passes.get(number - 1).copied()
    }
}

/// One scheduled event of an account.
#[derive(Debug, Clone, Copy)]
struct Event {
    account: usize,
    born: u64,
    /// Principals without a verdict since the event.
    waiting: u64,
    attempts: usize,
    pause: u64,
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Tries(Event),
    Ends(Event, Attempt),
}

/// A simulation under way.
#[derive(Debug)]
struct Simulation<'a> {
    accounts: &'a [Account],
    case: Case,
    /// What comes next, in order; of what is due at once, first what was planned first.
    agenda: BTreeMap<(u64, u64), Step>,
    planned: u64,
    running: usize,
    /// Verdicts of each account.
    judged: Vec<u64>,
    outcome: Outcome,
}

/// Has daily events go to all accounts at the same time, until everybody was judged.
pub(crate) fn simulate(accounts: &[Account], case: Case) -> Outcome {
    let mut simulation = Simulation {
        accounts,
        case,
        agenda: BTreeMap::new(),
        planned: 0,
        running: 0,
        judged: vec![0; accounts.len()],
        outcome: Outcome::default(),
    };
    simulation.outcome.principals = accounts.iter().map(|it| it.principals).sum();
    for day in 0..MOST_DAYS {
        if simulation.outcome.passes.len() == accounts.len() {
            break;
        }
        simulation.day(day * DAY_MS);
    }
    simulation.outcome.passes.sort_unstable();
    simulation.outcome
}

impl Simulation<'_> {
    /// The events of a day, until nothing is left of them, which is long before the next.
    fn day(&mut self, born: u64) {
        for (account, it) in self.accounts.iter().enumerate() {
            let waiting = it.principals;
            let event = Event { account, born, waiting, attempts: 0, pause: FIRST_PAUSE_MS };
            self.plan(born, Step::Tries(event));
        }
        while let Some(((now, _), step)) = self.agenda.pop_first() {
            match step {
                Step::Tries(event) => self.tries(now, event),
                Step::Ends(event, attempt) => self.ends(now, event, attempt),
            }
        }
        if born == 0 {
            self.outcome.on_the_first_day = self
                .accounts
                .iter()
                .zip(&self.judged)
                .map(|(it, judged)| it.principals.min(*judged))
                .sum();
        }
    }

    fn plan(&mut self, at: u64, step: Step) {
        self.planned += 1;
        self.agenda.insert((at, self.planned), step);
    }

    /// Starts an attempt, or has it wait for a free copy.
    fn tries(&mut self, now: u64, event: Event) {
        if self.case.copies.is_some_and(|copies| self.running >= copies) {
            self.waits(now, event);
            return;
        }
        self.running += 1;
        self.outcome.most_at_once = self.outcome.most_at_once.max(self.running);
        let attempt = attempt(self.accounts[event.account], event.waiting, self.case.pace);
        self.plan(now + attempt.milliseconds, Step::Ends(event, attempt));
    }

    fn waits(&mut self, now: u64, event: Event) {
        let on_the_first_day = u64::from(event.born == 0);
        if event.pause == FIRST_PAUSE_MS && event.attempts == 0 {
            self.outcome.turned_away += on_the_first_day;
        }
        if now + event.pause > event.born + OLDEST_MS {
            self.outcome.too_old += on_the_first_day;
            return;
        }
        let pause = (2 * event.pause).min(LONGEST_PAUSE_MS);
        self.plan(now + event.pause, Step::Tries(Event { pause, ..event }));
    }

    /// Counts what an attempt came to, and has it tried again if somebody still waits.
    fn ends(&mut self, now: u64, event: Event, attempt: Attempt) {
        self.running -= 1;
        if event.born == 0 {
            let day = &mut self.outcome.first_day;
            day.invocations += 1;
            day.milliseconds += attempt.milliseconds;
            day.evaluations += attempt.reached;
        }
        self.judged(now, event.account, attempt.reached);
        let waiting = event.waiting - attempt.reached;
        if waiting == 0 {
            return;
        }
        match WAITS_MS.get(event.attempts) {
            Some(wait) => {
                let attempts = event.attempts + 1;
                let again = Event { waiting, attempts, pause: FIRST_PAUSE_MS, ..event };
                self.plan(now + wait, Step::Tries(again));
            }
            None => self.outcome.given_up += u64::from(event.born == 0),
        }
    }

    /// Who waited longest comes first, so an account is through once it had as many verdicts as it
    /// has principals.
    fn judged(&mut self, now: u64, account: usize, reached: u64) {
        let (all, before) = (self.accounts[account].principals, self.judged[account]);
        self.judged[account] = before + reached;
        if before < all && before + reached >= all {
            self.outcome.passes.push(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::sweep_model::PACES;

    /// Ten calls a second, two for each report.
    const EVEN: Pace =
        Pace { calls_a_second: 10, share_per_mille: 1_000, calls_for_a_thousand: 2_000 };

    fn account(principals: u64) -> Account {
        Account { principals, policies: 0, changed_policies: 0 }
    }

    #[test]
    fn an_account_is_tried_again_twice_and_then_waits_for_the_next_day() {
        let outcome = simulate(&[account(20_000)], Case { pace: EVEN, copies: None });
        let reached =
            [20_000, 15_910, 11_796].map(|waiting| attempt(account(20_000), waiting, EVEN).reached);
        // Twenty pages and 400 answers of AWS Config take 50 s at first and leave 818 s, which is
        // for 8,180 calls. With 160 and 118 answers on items instead of 200 there are 822.8 and
        // 827.84 s.
        assert_eq!(reached, [4_090, 4_114, 4_139]);
        assert_eq!(outcome.on_the_first_day, 4_090 + 4_114 + 4_139);
        assert_eq!(outcome.given_up, 1);
        assert_eq!(outcome.principals, 20_000);
        assert_eq!(outcome.first_day.invocations, 3);
    }

    #[test]
    fn two_accounts_take_turns_on_one_copy() {
        let accounts = [account(100), account(100)];
        let outcome = simulate(&accounts, Case { pace: EVEN, copies: Some(1) });
        // An attempt takes 201 calls, three of AWS Config and the 2 s of the last report: 22.46 s.
        // Who is turned away tries again after 1, 3, 7, 15 and 31 s.
        assert_eq!(
            outcome,
            Outcome {
                principals: 200,
                on_the_first_day: 200,
                passes: vec![22_460, 31_000 + 22_460],
                given_up: 0,
                turned_away: 1,
                too_old: 0,
                most_at_once: 1,
                first_day: Month {
                    invocations: 2,
                    milliseconds: 2 * 22_460,
                    evaluations: 200,
                    metrics: 0,
                },
            }
        );
    }

    #[test]
    fn an_event_that_waits_for_six_hours_is_lost_and_the_next_days_comes() {
        // 42 accounts of four thousand principals take 14 minutes each: more than six hours.
        let accounts = vec![account(4_000); 42];
        let outcome = simulate(&accounts, Case { pace: EVEN, copies: Some(1) });
        assert!(outcome.too_old > 0, "{outcome:?}");
        let judged = outcome.on_the_first_day / 4_000;
        assert_eq!(judged + outcome.too_old, 42);
    }

    #[test]
    fn the_same_seed_draws_the_same_accounts_within_the_limits() {
        let accounts = ORGANIZATION.accounts();
        assert_eq!(accounts, ORGANIZATION.accounts());
        let sizes: Vec<u64> = accounts.iter().map(|it| it.principals).collect();
        assert!(sizes.iter().all(|it| (10..=20_000).contains(it)));
        // The middle of the logarithms is the root of 10 times 20,000.
        let below = sizes.iter().filter(|it| **it < 447).count();
        assert!((450..550).contains(&below), "{below}");
    }

    #[test]
    fn everybody_is_judged_within_thirty_days_at_every_rate() {
        let accounts = ORGANIZATION.accounts();
        for pace in PACES {
            let outcome = simulate(&accounts, Case { pace, copies: None });
            assert_eq!(outcome.passes.len(), 1_000);
            assert!(outcome.passes[999] < 30 * DAY_MS);
        }
    }
}
