//! Who had a turn, who may have the next, and whether everything is halted.

use super::entries::{Halt, LedgerError, Resumption, Turn, read};
use crate::iam::UniqueId;
use crate::settings::{CanarySize, DailyLimit};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The path of all of its parameters.
pub const PATH: &str = "/leastwise/automatic/";

/// For how long a turn is its principal's, and how long is waited for the reports of the first few:
/// a day. IAM shows use within four hours, and the rule judges everybody once a day at least.
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html>.
const A_DAY: TimeDelta = TimeDelta::days(1);

/// How fast it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pace {
    /// How many principals a day.
    pub daily_limit: DailyLimit,
    /// How many before the first day of waiting.
    pub canary_size: CanarySize,
}

/// What stands in the parameters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ledger {
    /// The turns of the first few, by number.
    canaries: BTreeMap<u16, Turn>,
    /// The turns of days, by day and number.
    days: BTreeMap<(NaiveDate, u16), Turn>,
    halt: Option<Halt>,
    resumed: Option<Resumption>,
}

/// What a principal may do now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// It has its turn.
    Go,
    /// This turn is free: it is the principal's once the parameter of this name is made.
    Take(String),
    /// No turn is free.
    Wait(Wait),
    /// Nobody's turn comes before a person resumes.
    Halted(Halt),
}

/// Until when no turn is free, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// For the reports of the first few.
    ForTheFirst {
        /// How many they are.
        count: usize,
        /// Until then.
        until: DateTime<Utc>,
    },
    /// The day's turns are taken.
    ForTomorrow {
        /// How many they were.
        limit: DailyLimit,
        /// Until then.
        until: DateTime<Utc>,
    },
}

/// The name of the parameter that halts everything.
#[must_use]
pub fn halt_parameter() -> String {
    format!("{PATH}halted")
}

/// The name of the parameter that says when a person resumed.
#[must_use]
pub fn resume_parameter() -> String {
    format!("{PATH}resumed")
}

impl Ledger {
    /// Reads names and values of parameters.
    ///
    /// # Errors
    ///
    /// [`LedgerError`] for the first one that is not what Leastwise writes.
    pub fn read<'a>(
        parameters: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, LedgerError> {
        let mut ledger = Self::default();
        for (name, value) in parameters {
            ledger.take_in(name, value)?;
        }
        Ok(ledger)
    }

    fn take_in(&mut self, name: &str, value: &str) -> Result<(), LedgerError> {
        let unknown =
            || LedgerError { name: name.to_owned(), why: "it has no such parameter".to_owned() };
        let parts: Vec<&str> = name.strip_prefix(PATH).unwrap_or_default().split('/').collect();
        match *parts.as_slice() {
            ["halted"] => self.halt = Some(read(name, value)?),
            ["resumed"] => self.resumed = Some(read(name, value)?),
            ["canary", number] => {
                let number = number.parse().map_err(|_| unknown())?;
                self.canaries.insert(number, read(name, value)?);
            }
            ["day", day, number] => {
                let day = day.parse().map_err(|_| unknown())?;
                let number = number.parse().map_err(|_| unknown())?;
                self.days.insert((day, number), read(name, value)?);
            }
            _ => return Err(unknown()),
        }
        Ok(())
    }

    /// Why everything is halted, if it is.
    #[must_use]
    pub fn halt(&self) -> Option<&Halt> {
        self.halt.as_ref()
    }

    /// When a person last resumed.
    #[must_use]
    pub fn resumed(&self) -> Option<&Resumption> {
        self.resumed.as_ref()
    }

    /// What `principal` may do at `now`.
    #[must_use]
    pub fn next(&self, principal: &UniqueId, pace: Pace, now: DateTime<Utc>) -> Next {
        if let Some(halt) = &self.halt {
            return Next::Halted(halt.clone());
        }
        let resumed = self.resumed.as_ref().map(|resumed| resumed.at);
        let holds =
            |turn: &Turn| now - turn.taken < A_DAY && resumed.is_none_or(|at| at <= turn.taken);
        let mut turns = self.canaries.values().chain(self.days.values());
        if turns.any(|turn| turn.resource_id == *principal && holds(turn)) {
            return Next::Go;
        }
        let first = pace.canary_size.count();
        if let Some(free) = (1..=first).find(|number| !self.canaries.contains_key(number)) {
            return Next::Take(format!("{PATH}canary/{free}"));
        }
        let last = self.canaries.range(..=first).map(|(_, turn)| turn.taken).max();
        if let Some(until) = last.map(a_day_after).filter(|until| now < *until) {
            return Next::Wait(Wait::ForTheFirst { count: usize::from(first), until });
        }
        let (today, limit) = (now.date_naive(), pace.daily_limit);
        match (1..=limit.count()).find(|number| !self.days.contains_key(&(today, *number))) {
            Some(free) => Next::Take(format!("{PATH}day/{today}/{free}")),
            None => Next::Wait(Wait::ForTomorrow { limit, until: midnight_after(today) }),
        }
    }

    /// The parameters of turns that are over for good at `now`: those of days before yesterday.
    #[must_use]
    pub fn outdated(&self, now: DateTime<Utc>) -> BTreeSet<String> {
        let kept_from = now.date_naive() - Days::new(1);
        let days = self.days.keys().filter(|(day, _)| *day < kept_from);
        days.map(|(day, number)| format!("{PATH}day/{day}/{number}")).collect()
    }

    /// The parameters of the turns of the first few, which begin anew once a person has resumed.
    #[must_use]
    pub fn canary_parameters(&self) -> BTreeSet<String> {
        self.canaries.keys().map(|number| format!("{PATH}canary/{number}")).collect()
    }
}

impl Wait {
    /// When it ends.
    #[must_use]
    pub fn until(self) -> DateTime<Utc> {
        match self {
            Self::ForTheFirst { until, .. } | Self::ForTomorrow { until, .. } => until,
        }
    }
}

impl fmt::Display for Wait {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ForTheFirst { count, .. } => write!(
                formatter,
                "automatic remediation began with {count} principals (`{}`) and waits a day for their reports",
                CanarySize::NAME
            ),
            Self::ForTomorrow { limit, .. } => write!(
                formatter,
                "automatic remediation changed {} principals today, as many as `{}` allows",
                limit.count(),
                DailyLimit::NAME
            ),
        }?;
        write!(formatter, "; it goes on at {}", self.until().format("%Y-%m-%d %H:%M"))
    }
}

/// A parameter can hold any time that there is, the last one, too.
fn a_day_after(time: DateTime<Utc>) -> DateTime<Utc> {
    time.checked_add_signed(A_DAY).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

fn midnight_after(day: NaiveDate) -> DateTime<Utc> {
    (day + Days::new(1)).and_time(NaiveTime::MIN).and_utc()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{as_of, role};

    fn id(number: usize) -> UniqueId {
        format!("AROAEXAMPLE{number:09}").parse().unwrap()
    }

    fn pace(daily_limit: &str, canary_size: &str) -> Pace {
        Pace {
            daily_limit: daily_limit.parse().unwrap(),
            canary_size: canary_size.parse().unwrap(),
        }
    }

    /// Parameter Store, as far as it matters here.
    #[derive(Default)]
    struct Store(BTreeMap<String, String>);

    impl Store {
        fn ledger(&self) -> Ledger {
            let parameters = self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            Ledger::read(parameters).unwrap()
        }

        /// The principal takes its turn if one is free.
        fn ask(&mut self, principal: usize, pace: Pace, now: DateTime<Utc>) -> String {
            match self.ledger().next(&id(principal), pace, now) {
                Next::Go => "go".to_owned(),
                Next::Take(name) => {
                    let turn = Turn { resource_id: id(principal), taken: now };
                    assert_eq!(self.0.insert(name.clone(), turn.to_text()), None);
                    name
                }
                Next::Wait(wait) => wait.until().to_rfc3339(),
                Next::Halted(halt) => format!("halted by {}", halt.principal.name()),
            }
        }
    }

    #[test]
    fn a_turn_taken_at_the_end_of_time_is_waited_for_and_no_panic() {
        let last = Turn { resource_id: id(1), taken: DateTime::<Utc>::MAX_UTC };
        let canary = [("/leastwise/automatic/canary/1", &*last.to_text())];
        let ledger = Ledger::read(canary).unwrap();
        let until = DateTime::<Utc>::MAX_UTC;
        let wait = Next::Wait(Wait::ForTheFirst { count: 1, until });
        assert_eq!(ledger.next(&id(2), pace("20", "1"), as_of()), wait);
    }

    #[test]
    fn a_few_come_first_then_a_day_passes_then_so_many_a_day() {
        let (mut store, pace) = (Store::default(), pace("2", "2"));
        let at = |hours| as_of() + TimeDelta::hours(hours);
        assert_eq!(store.ask(1, pace, at(0)), "/leastwise/automatic/canary/1");
        assert_eq!(store.ask(1, pace, at(1)), "go", "it comes again, and has its turn");
        assert_eq!(store.ask(2, pace, at(2)), "/leastwise/automatic/canary/2");
        assert_eq!(store.ask(3, pace, at(3)), "2026-07-01T14:00:00+00:00");
        assert_eq!(store.ask(3, pace, at(25)), "2026-07-01T14:00:00+00:00");
        assert_eq!(store.ask(3, pace, at(26)), "/leastwise/automatic/day/2026-07-01/1");
        assert_eq!(store.ask(4, pace, at(26)), "/leastwise/automatic/day/2026-07-01/2");
        assert_eq!(store.ask(5, pace, at(26)), "2026-07-02T00:00:00+00:00");
        assert_eq!(store.ask(5, pace, at(36)), "/leastwise/automatic/day/2026-07-02/1");
        assert_eq!(store.ask(1, pace, at(36)), "/leastwise/automatic/day/2026-07-02/2");
    }

    #[test]
    fn without_a_canary_the_days_begin_at_once_and_more_of_them_come_first() {
        let (mut store, now) = (Store::default(), as_of());
        assert_eq!(store.ask(1, pace("1", "0"), now), "/leastwise/automatic/day/2026-06-30/1");
        assert_eq!(store.ask(2, pace("1", "0"), now), "2026-07-01T00:00:00+00:00");
        assert_eq!(store.ask(2, pace("1", "1"), now), "/leastwise/automatic/canary/1");
        assert_eq!(store.ask(3, pace("1", "0"), now), "2026-07-01T00:00:00+00:00");
        assert_eq!(store.ask(3, pace("5", "0"), now), "/leastwise/automatic/day/2026-06-30/2");
    }

    #[test]
    fn a_halt_stops_even_whoever_has_its_turn() {
        let (mut store, pace, now) = (Store::default(), pace("2", "1"), as_of());
        store.ask(1, pace, now);
        let halt = Halt::new(role([]).arn, id(1), &["sqs".into()], now);
        store.0.insert(halt_parameter(), halt.to_text());
        assert_eq!(store.ask(1, pace, now), "halted by app");
        assert_eq!(store.ask(2, pace, now), "halted by app");
        assert_eq!(store.ledger().halt(), Some(&halt));
    }

    #[test]
    fn when_a_person_resumed_reads_back_and_the_first_few_are_named() {
        let (mut store, pace) = (Store::default(), pace("2", "2"));
        store.ask(1, pace, as_of());
        let at = as_of() + TimeDelta::hours(1);
        let resumed = Resumption { at, resource_id: id(9) };
        store.0.insert(resume_parameter(), resumed.to_text());
        assert_eq!(store.ledger().resumed(), Some(&resumed));
        // The turn of before begins with the others.
        let next = store.ledger().next(&id(1), pace, at);
        assert_eq!(next, Next::Take("/leastwise/automatic/canary/2".to_owned()));
        let first = ["/leastwise/automatic/canary/1".to_owned()];
        assert_eq!(store.ledger().canary_parameters(), BTreeSet::from(first));
    }

    #[test]
    fn who_resumes_knows_of_the_break_that_halted_and_of_what_must_have_been_seen_by_then() {
        let resumed = Resumption { at: as_of(), resource_id: id(1) };
        let knew = |number, hours_before| {
            resumed.knew(&id(number), as_of() - TimeDelta::hours(hours_before))
        };
        assert!(knew(1, 0) && knew(1, 5) && !knew(1, -1));
        assert!(knew(2, 28) && !knew(2, 27) && !knew(2, -1), "it may not have been seen yet");
    }

    #[test]
    fn turns_of_days_before_yesterday_are_outdated() {
        let (mut store, pace) = (Store::default(), pace("1", "0"));
        for days in 0..3 {
            store.ask(days, pace, as_of() + TimeDelta::days(i64::try_from(days).unwrap()));
        }
        let outdated = store.ledger().outdated(as_of() + TimeDelta::days(2));
        let first = ["/leastwise/automatic/day/2026-06-30/1".to_owned()];
        assert_eq!(outdated, BTreeSet::from(first));
    }

    #[test]
    fn a_parameter_that_leastwise_did_not_write_is_an_error_that_names_it() {
        let error =
            |name: &str, value: &str| Ledger::read([(name, value)]).unwrap_err().to_string();
        assert_eq!(
            error("/leastwise/automatic/halted", "yes"),
            "parameter `/leastwise/automatic/halted` is not what Leastwise writes there: expected value at line 1 \
             column 1; delete it, and ask again"
        );
        for name in ["canary/one", "canary/1/1", "day/2026-13-01/1", "other", ""] {
            let message = error(&format!("{PATH}{name}"), "{}");
            assert!(message.contains("it has no such parameter"), "{message}");
        }
        assert!(Ledger::read([("/leastwise/automatic/canary/1", "{}")]).is_err());
    }
}
