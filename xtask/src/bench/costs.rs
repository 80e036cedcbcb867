//! What sweeps cost: quantities and prices in, dollars out.

/// What a trillionth of a dollar is counted in: prices have up to eight decimals.
pub(crate) type Picodollars = u128;

const PICODOLLARS_IN_A_DOLLAR: Picodollars = 1_000_000_000_000;

/// The memory that the template gives the evaluator, in megabytes. A test compares the two.
pub(crate) const MEMORY_MB: u64 = 512;

/// A price, as somebody wrote it down.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Price {
    pub(crate) what: &'static str,
    pub(crate) dollars: &'static str,
    pub(crate) source: &'static str,
    /// Who says so there.
    pub(crate) says: &'static str,
}

/// When stored copies of the pages were read. AWS's own pages fill in their prices by script, so
/// most of them cannot be read there.
pub(crate) const READ_ON: &str = "2026-11-28";

const SOMEBODY_ELSE: &str = "somebody else; not verified";

/// All prices, of us-east-1.
pub(crate) const PRICES: [Price; 7] = [
    Price {
        what: "AWS Config, each of the first 100,000 rule evaluations of a month",
        dollars: "0.001",
        source: "https://aws.amazon.com/tw/config/pricing/",
        says: "AWS, of August 2019",
    },
    Price {
        what: "AWS Config, each of the next 400,000",
        dollars: "0.0008",
        source: "https://www.vantage.sh/blog/aws-config-pricing",
        says: SOMEBODY_ELSE,
    },
    Price {
        what: "AWS Config, each further one",
        dollars: "0.0005",
        source: "https://www.vantage.sh/blog/aws-config-pricing",
        says: "not verified: the stored copy is cut off after $0.00",
    },
    Price {
        what: "AWS Config, a configuration item",
        dollars: "0.003",
        source: "https://www.vantage.sh/blog/aws-config-pricing",
        says: SOMEBODY_ELSE,
    },
    Price {
        what: "Lambda, a GB-second on x86_64",
        dollars: "0.00001667",
        source: "https://docs.aws.amazon.com/whitepapers/latest/how-aws-pricing-works/lambda.html",
        says: "AWS, undated",
    },
    Price {
        what: "Lambda, a request",
        dollars: "0.0000002",
        source: "https://docs.aws.amazon.com/whitepapers/latest/how-aws-pricing-works/lambda.html",
        says: "AWS, undated",
    },
    Price {
        what: "CloudWatch, a custom metric for a month",
        dollars: "0.30",
        source: "https://cal53.calculator.city/cloudwatch-custom-metrics-calculator/",
        says: SOMEBODY_ELSE,
    },
];

const EVALUATION_TIERS: [(u64, Picodollars); 3] =
    [(100_000, 1_000_000_000), (400_000, 800_000_000), (u64::MAX, 500_000_000)];
const CONFIGURATION_ITEM: Picodollars = 3_000_000_000;
const GIGABYTE_SECOND: Picodollars = 16_670_000;
const REQUEST: Picodollars = 200_000;
const METRIC_FOR_A_MONTH: Picodollars = 300_000_000_000;

/// What a month uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Month {
    pub(crate) invocations: u64,
    /// How long the function ran in all.
    pub(crate) milliseconds: u64,
    /// Evaluations that AWS Config recorded.
    pub(crate) evaluations: u64,
    /// Custom metrics.
    pub(crate) metrics: u64,
}

impl Month {
    /// So many times as much of everything.
    pub(crate) fn times(self, count: u64) -> Self {
        Self {
            invocations: count * self.invocations,
            milliseconds: count * self.milliseconds,
            evaluations: count * self.evaluations,
            metrics: count * self.metrics,
        }
    }
}

/// What a month costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bill {
    pub(crate) evaluations: Picodollars,
    pub(crate) duration: Picodollars,
    pub(crate) requests: Picodollars,
    pub(crate) metrics: Picodollars,
}

impl Bill {
    /// For this use. Free tiers are left out: others in the account use them, too.
    pub(crate) fn of(month: Month) -> Self {
        Self {
            evaluations: evaluations(month.evaluations),
            duration: duration(month.milliseconds),
            requests: Picodollars::from(month.invocations) * REQUEST,
            metrics: Picodollars::from(month.metrics) * METRIC_FOR_A_MONTH,
        }
    }

    /// All of it.
    pub(crate) fn total(self) -> Picodollars {
        self.evaluations + self.duration + self.requests + self.metrics
    }
}

/// What so many evaluations within a month cost.
fn evaluations(count: u64) -> Picodollars {
    let mut left = count;
    EVALUATION_TIERS
        .iter()
        .map(|(size, price)| {
            let here = left.min(*size);
            left -= here;
            Picodollars::from(here) * price
        })
        .sum()
}

/// What it costs that the evaluator runs so long.
fn duration(milliseconds: u64) -> Picodollars {
    let megabyte_milliseconds = Picodollars::from(milliseconds) * Picodollars::from(MEMORY_MB);
    megabyte_milliseconds * GIGABYTE_SECOND / (1_024 * 1_000)
}

/// What it costs once that so many principals get other tags: a configuration item each.
pub(crate) fn items(count: u64) -> Picodollars {
    Picodollars::from(count) * CONFIGURATION_ITEM
}

/// Gigabyte-seconds.
pub(crate) fn gigabyte_seconds(milliseconds: u64) -> u64 {
    milliseconds * MEMORY_MB / (1_024 * 1_000)
}

/// Dollars as a person reads them: cents, and four decimals of what is less than a dollar.
pub(crate) fn dollars(picodollars: Picodollars) -> String {
    let decimals: u32 = if picodollars < PICODOLLARS_IN_A_DOLLAR { 4 } else { 2 };
    let unit = PICODOLLARS_IN_A_DOLLAR / 10_u128.pow(decimals);
    let rounded = (picodollars + unit / 2) / unit;
    if rounded == 0 && picodollars > 0 {
        return "less than $0.0001".to_owned();
    }
    let (whole, rest) = (rounded / 10_u128.pow(decimals), rounded % 10_u128.pow(decimals));
    format!("${}.{rest:0width$}", thousands(whole), width = decimals as usize)
}

/// A number with commas.
pub(crate) fn thousands(number: u128) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(|group| std::str::from_utf8(group).unwrap_or_default())
        .collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::workspace;
    use std::fs;

    #[test]
    fn a_month_of_daily_sweeps_of_ten_thousand_principals() {
        // 30 sweeps of two attempts, 1,200 s each sweep.
        let month = Month {
            invocations: 60,
            milliseconds: 30 * 1_200_000,
            evaluations: 300_000,
            metrics: 10,
        };
        let bill = Bill::of(month);
        let expected = Bill {
            // 100,000 for $0.001 and 200,000 for $0.0008.
            evaluations: 260 * PICODOLLARS_IN_A_DOLLAR,
            // 18,000 GB-seconds.
            duration: 300_060_000_000,
            requests: 12_000_000,
            metrics: 3 * PICODOLLARS_IN_A_DOLLAR,
        };
        assert_eq!(bill, expected);
        assert_eq!(dollars(bill.total()), "$263.30");
        assert_eq!(gigabyte_seconds(month.milliseconds), 18_000);
    }

    #[test]
    fn evaluations_get_cheaper_twice() {
        let dollars_of = |count| dollars(evaluations(count));
        assert_eq!(dollars_of(100_000), "$100.00");
        assert_eq!(dollars_of(500_000), "$420.00");
        assert_eq!(dollars_of(2_500_000), "$1,420.00");
    }

    #[test]
    fn tags_of_ten_thousand_principals_cost_their_items() {
        assert_eq!(dollars(items(10_000)), "$30.00");
    }

    #[test]
    fn less_than_a_dollar_is_told_more_exactly() {
        assert_eq!(dollars(9_753_000_000), "$0.0098");
        assert_eq!(dollars(REQUEST), "less than $0.0001");
        assert_eq!(dollars(0), "$0.0000");
        assert_eq!(dollars(1_234_567 * PICODOLLARS_IN_A_DOLLAR), "$1,234,567.00");
    }

    #[test]
    fn the_memory_is_that_of_the_template() {
        let template = workspace().unwrap().join("cloudformation/src/evaluator.yaml");
        let template = fs::read_to_string(template).unwrap();
        let sizes: Vec<&str> =
            template.lines().filter_map(|line| line.trim().strip_prefix("MemorySize: ")).collect();
        assert_eq!(sizes, [MEMORY_MB.to_string()]);
    }
}
