//! What one scheduled run of the evaluator does in its time, as far as it depends on the account
//! and on what IAM allows. No clock: milliseconds in, milliseconds out.

/// How long Lambda lets a function run.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>.
const LONGEST_MS: u64 = 900_000;

/// What the evaluator keeps back of that for reporting what it knows by then.
const RESERVE_MS: u64 = 30_000;

/// A report that was asked for last is there after so long.
const REPORT_MS: u64 = 2_000;

/// A call to AWS Config, of which one comes after the other.
///
/// Somebody counted 0.12 s: <https://github.com/aws/aws-cli/issues/3027>.
const CONFIG_CALL_MS: u64 = 120;

/// Users, roles and policies that a page of the account holds at most.
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html>.
const PAGE_OF_ACCOUNT: u64 = 1_000;

/// Items or results that a call to AWS Config carries at most.
///
/// Source:
/// <https://docs.aws.amazon.com/config/latest/APIReference/API_BatchGetResourceConfig.html>.
const PAGE_OF_CONFIG: u64 = 100;

/// What IAM lets a sweep do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pace {
    /// IAM's limit.
    pub(crate) calls_a_second: u64,
    /// How much of it a sweep reaches.
    pub(crate) share_per_mille: u64,
    /// Calls that a thousand reports take: one to ask, one to collect, one for each further page.
    pub(crate) calls_for_a_thousand: u64,
}

/// The limits of which the simulation of the sweep in virtual time tells the rest.
pub(crate) const PACES: [Pace; 3] = [
    Pace { calls_a_second: 5, share_per_mille: 1_000, calls_for_a_thousand: 2_230 },
    Pace { calls_a_second: 20, share_per_mille: 990, calls_for_a_thousand: 2_220 },
    Pace { calls_a_second: 60, share_per_mille: 880, calls_for_a_thousand: 2_230 },
];

impl Pace {
    /// How long so many calls to IAM take.
    fn milliseconds(self, calls: u64) -> u64 {
        (calls * 1_000_000).div_ceil(self.calls_a_second * self.share_per_mille)
    }

    /// Calls for the reports on so many principals.
    fn calls(self, principals: u64) -> u64 {
        (principals * self.calls_for_a_thousand).div_ceil(1_000)
    }

    /// On how many principals there are reports after so long.
    fn principals(self, milliseconds: u64) -> u64 {
        let calls = milliseconds * self.calls_a_second * self.share_per_mille / 1_000_000;
        calls * 1_000 / self.calls_for_a_thousand
    }
}

/// What an account holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) principals: u64,
    /// Managed policies that its principals have.
    pub(crate) policies: u64,
    /// Those of them that do not surely stand as they stood two weeks before: the version in force
    /// is younger, or not the newest.
    pub(crate) changed_policies: u64,
}

/// The calls of a run, by what they are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Calls {
    /// The reports of IAM: `GenerateServiceLastAccessedDetails`, `GetServiceLastAccessedDetails`.
    pub(crate) reports: u64,
    /// The account: `GetAccountAuthorizationDetails`.
    pub(crate) account: u64,
    /// What changed policies granted before: `ListPolicyVersions`, `GetPolicyVersion`.
    pub(crate) versions: u64,
    /// What was granted before, in bulk: `BatchGetResourceConfig`.
    pub(crate) history: u64,
    /// What AWS Config holds of the rule: `GetComplianceDetailsByConfigRule`.
    pub(crate) results: u64,
    /// `PutEvaluations`.
    pub(crate) evaluations: u64,
}

impl Calls {
    /// All of them.
    pub(crate) fn total(self) -> u64 {
        self.iam() + self.history + self.results + self.evaluations
    }

    fn iam(self) -> u64 {
        self.reports + self.account + self.versions
    }

    fn and(self, other: Self) -> Self {
        Self {
            reports: self.reports + other.reports,
            account: self.account + other.account,
            versions: self.versions + other.versions,
            history: self.history + other.history,
            results: self.results + other.results,
            evaluations: self.evaluations + other.evaluations,
        }
    }
}

/// What one attempt at a scheduled event comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Attempt {
    /// Principals that it judged.
    pub(crate) reached: u64,
    pub(crate) milliseconds: u64,
    pub(crate) calls: Calls,
}

/// An attempt in an account of whose principals so many still wait.
pub(crate) fn attempt(account: Account, waiting: u64, pace: Pace) -> Attempt {
    let before = Calls {
        account: (account.principals + account.policies).div_ceil(PAGE_OF_ACCOUNT),
        versions: 2 * account.changed_policies,
        history: waiting.div_ceil(PAGE_OF_CONFIG),
        results: account.principals.div_ceil(PAGE_OF_CONFIG),
        ..Calls::default()
    };
    let asking =
        pace.milliseconds(before.iam()) + (before.history + before.results) * CONFIG_CALL_MS;
    let left = LONGEST_MS.saturating_sub(RESERVE_MS + REPORT_MS + asking);
    let reached = waiting.min(pace.principals(left));
    let after = Calls {
        reports: pace.calls(reached),
        evaluations: reached.div_ceil(PAGE_OF_CONFIG),
        ..Calls::default()
    };
    let reporting = after.evaluations * CONFIG_CALL_MS;
    let milliseconds = asking + pace.milliseconds(after.reports) + REPORT_MS + reporting;
    Attempt { reached, milliseconds, calls: before.and(after) }
}

/// The attempts that it takes to reach everybody, none of which waits for the other.
pub(crate) fn attempts(account: Account, pace: Pace) -> Vec<Attempt> {
    let mut waiting = account.principals;
    std::iter::from_fn(|| {
        let next = (waiting > 0).then(|| attempt(account, waiting, pace))?;
        waiting -= next.reached;
        (next.reached > 0).then_some(next)
    })
    .collect()
}

/// All attempts in one.
pub(crate) fn total(attempts: &[Attempt]) -> Attempt {
    attempts.iter().fold(Attempt::default(), |all, one| Attempt {
        reached: all.reached + one.reached,
        milliseconds: all.milliseconds + one.milliseconds,
        calls: all.calls.and(one.calls),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Even numbers, so that the expected values can be reckoned.
    const EVEN: Pace =
        Pace { calls_a_second: 10, share_per_mille: 1_000, calls_for_a_thousand: 2_000 };

    #[test]
    fn a_small_account_is_done_in_one_attempt() {
        let account = Account { principals: 150, policies: 10, changed_policies: 10 };
        let calls = Calls {
            reports: 300,
            account: 1,
            versions: 20,
            history: 2,
            results: 2,
            evaluations: 2,
        };
        // 321 calls to IAM take 32.1 s, six to AWS Config 0.72 s, and the last report takes 2 s.
        let expected = Attempt { reached: 150, milliseconds: 32_100 + 720 + 2_000, calls };
        assert_eq!(attempts(account, EVEN), [expected]);
        assert_eq!(calls.total(), 327);
    }

    #[test]
    fn who_is_not_reached_waits_for_the_next_attempt() {
        let account = Account { principals: 5_000, policies: 0, changed_policies: 0 };
        let reached: Vec<u64> = attempts(account, EVEN).iter().map(|it| it.reached).collect();
        // First: five pages take 0.5 s and a hundred calls to AWS Config 12 s, so 855.5 s of 870
        // are left, less the 2 s of the last report, which is for 8,555 calls. Then 8 calls fewer
        // than before are needed to look at the 723 that still wait, and they are all reached.
        assert_eq!(reached, [4_277, 723]);
    }

    #[test]
    fn nobody_is_reached_where_the_account_alone_takes_all_the_time() {
        let account = Account { principals: 10, policies: 5_000, changed_policies: 5_000 };
        assert_eq!(attempts(account, EVEN), []);
    }

    #[test]
    fn no_attempt_takes_longer_than_lambda_gives_it() {
        for pace in PACES {
            let account = Account { principals: 20_000, policies: 1_500, changed_policies: 1_500 };
            assert!(attempts(account, pace).iter().all(|it| it.milliseconds <= LONGEST_MS));
        }
    }
}
