//! Metrics in CloudWatch's embedded metric format: log lines of which CloudWatch makes metrics.
//!
//! Source:
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>.

use crate::journal::Journal;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The namespace of every metric of Leastwise.
pub const NAMESPACE: &str = "Leastwise";

/// The one dimension: which function. What varies from principal to principal is no dimension:
/// CloudWatch makes, and bills, a metric for each value.
pub const DIMENSION: &str = "Function";

/// How many values a metric may have in one line.
const MAX_VALUES: usize = 100;

/// A metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Metric {
    /// The indexes of judged principals, 0 to 100.
    CreepIndex,
    /// How much of what they are granted they use, in per cent of the services.
    Coverage,
    /// Evaluations made.
    Evaluated,
    /// Of these, `NON_COMPLIANT`.
    NonCompliant,
    /// Principals that could not be judged for want of knowledge.
    NotJudged,
    /// What went wrong: runs, and steps of which the rest of the run does not depend.
    Failed,
    /// Plans made that would change something.
    Planned,
    /// Boundaries attached or brought up to date.
    Remediated,
    /// Requests refused.
    Refused,
    /// Requests of AWS Config by itself that were refused for a reason that lasts.
    Skipped,
    /// Runs that halted automatic remediation, or found it halted.
    Halted,
    /// Principals restored.
    Restored,
    /// Notices given.
    Noticed,
    /// Users quarantined.
    Quarantined,
    /// Users released.
    Released,
    /// Attempts that a boundary of Leastwise stopped.
    SuspectedBreaks,
    /// Notifications that could not be sent.
    NotificationsFailed,
    /// Calls to AWS, each attempt for itself.
    ApiCalls,
    /// Of these, refused because of request limits.
    Throttles,
    /// How long the run took.
    Duration,
}

impl Metric {
    /// The metric's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CreepIndex => "CreepIndex",
            Self::Coverage => "Coverage",
            Self::Evaluated => "Evaluated",
            Self::NonCompliant => "NonCompliant",
            Self::NotJudged => "NotJudged",
            Self::Failed => "Failed",
            Self::Planned => "Planned",
            Self::Remediated => "Remediated",
            Self::Refused => "Refused",
            Self::Skipped => "Skipped",
            Self::Halted => "Halted",
            Self::Restored => "Restored",
            Self::Noticed => "Noticed",
            Self::Quarantined => "Quarantined",
            Self::Released => "Released",
            Self::SuspectedBreaks => "SuspectedBreaks",
            Self::NotificationsFailed => "NotificationsFailed",
            Self::ApiCalls => "ApiCalls",
            Self::Throttles => "Throttles",
            Self::Duration => "Duration",
        }
    }

    /// Its unit, as CloudWatch spells it.
    ///
    /// Source:
    /// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html>.
    const fn unit(self) -> &'static str {
        match self {
            Self::CreepIndex => "None",
            Self::Coverage => "Percent",
            Self::Duration => "Milliseconds",
            Self::Evaluated
            | Self::NonCompliant
            | Self::NotJudged
            | Self::Failed
            | Self::Planned
            | Self::Remediated
            | Self::Refused
            | Self::Skipped
            | Self::Halted
            | Self::Restored
            | Self::Noticed
            | Self::Quarantined
            | Self::Released
            | Self::SuspectedBreaks
            | Self::NotificationsFailed
            | Self::ApiCalls
            | Self::Throttles => "Count",
        }
    }
}

/// The metrics of one run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Metrics {
    numbers: BTreeMap<Metric, u64>,
    samples: BTreeMap<Metric, Vec<u64>>,
}

impl Metrics {
    /// Adds `number` to a metric that has one value a run. Zero is a value, too: an alarm tells it
    /// from silence.
    pub fn add(&mut self, metric: Metric, number: u64) {
        *self.numbers.entry(metric).or_default() += number;
    }

    /// Adds a value to a metric that has many values a run.
    pub fn sample(&mut self, metric: Metric, value: u64) {
        self.samples.entry(metric).or_default().push(value);
    }

    /// Writes the metrics of `function` as of `timestamp`: one line, or more where a metric has
    /// more values than a line takes. They are written whatever level the journal takes: alarms
    /// ring by them.
    pub fn write(&self, function: &str, timestamp: DateTime<Utc>, journal: &impl Journal) {
        for line in self.lines(function, timestamp) {
            journal.always(&line);
        }
    }

    fn lines(&self, function: &str, timestamp: DateTime<Utc>) -> Vec<Value> {
        let longest = self.samples.values().map(Vec::len).max().unwrap_or_default();
        let further = longest.div_ceil(MAX_VALUES).max(1);
        let line = |number: usize| {
            let samples = self.samples.iter().filter_map(|(metric, values)| {
                let values = values.chunks(MAX_VALUES).nth(number)?;
                Some((*metric, json!(values)))
            });
            // A number that stood in two lines would be counted twice.
            let numbers = self.numbers.iter().filter(|_| number == 0);
            let numbers = numbers.map(|(metric, value)| (*metric, json!(value)));
            embedded(function, timestamp, &samples.chain(numbers).collect())
        };
        (0..further).map(line).collect()
    }
}

fn embedded(function: &str, timestamp: DateTime<Utc>, values: &BTreeMap<Metric, Value>) -> Value {
    let metrics: Vec<Value> = values
        .keys()
        .map(|metric| json!({ "Name": metric.name(), "Unit": metric.unit() }))
        .collect();
    let directive = json!({
        "Namespace": NAMESPACE, "Dimensions": [[DIMENSION]], "Metrics": metrics
    });
    let mut line = Map::new();
    line.insert(
        "_aws".to_owned(),
        json!({ "Timestamp": timestamp.timestamp_millis(), "CloudWatchMetrics": [directive] }),
    );
    line.insert(DIMENSION.to_owned(), json!(function));
    for (metric, value) in values {
        line.insert(metric.name().to_owned(), value.clone());
    }
    Value::Object(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    /// Every unit that CloudWatch knows.
    ///
    /// Source:
    /// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html>.
    const UNITS: [&str; 27] = [
        "Seconds",
        "Microseconds",
        "Milliseconds",
        "Bytes",
        "Kilobytes",
        "Megabytes",
        "Gigabytes",
        "Terabytes",
        "Bits",
        "Kilobits",
        "Megabits",
        "Gigabits",
        "Terabits",
        "Percent",
        "Count",
        "Bytes/Second",
        "Kilobytes/Second",
        "Megabytes/Second",
        "Gigabytes/Second",
        "Terabytes/Second",
        "Bits/Second",
        "Kilobits/Second",
        "Megabits/Second",
        "Gigabits/Second",
        "Terabits/Second",
        "Count/Second",
        "None",
    ];

    const ALL: [Metric; 20] = [
        Metric::CreepIndex,
        Metric::Coverage,
        Metric::Evaluated,
        Metric::NonCompliant,
        Metric::NotJudged,
        Metric::Failed,
        Metric::Planned,
        Metric::Remediated,
        Metric::Refused,
        Metric::Skipped,
        Metric::Halted,
        Metric::Restored,
        Metric::Noticed,
        Metric::Quarantined,
        Metric::Released,
        Metric::SuspectedBreaks,
        Metric::NotificationsFailed,
        Metric::ApiCalls,
        Metric::Throttles,
        Metric::Duration,
    ];

    fn at() -> DateTime<Utc> {
        "2026-06-30T12:00:00.250Z".parse().unwrap()
    }

    fn lines(metrics: &Metrics) -> Vec<String> {
        let journal = Mutex::new(Vec::new());
        metrics.write("evaluator", at(), &journal);
        journal.into_inner().unwrap()
    }

    /// The rules of the published specification, one by one.
    fn check(line: &str) {
        assert!(line.len() <= 256 * 1024 && !line.contains('\n'));
        let line: Value = serde_json::from_str(line).unwrap();
        let root = line.as_object().unwrap();
        let metadata = root["_aws"].as_object().unwrap();
        assert!(metadata["Timestamp"].is_u64());
        let directives = metadata["CloudWatchMetrics"].as_array().unwrap();
        assert!(!directives.is_empty());
        for directive in directives {
            let namespace = directive["Namespace"].as_str().unwrap();
            assert!((1..=1024).contains(&namespace.len()));
            for set in directive["Dimensions"].as_array().unwrap() {
                let keys = set.as_array().unwrap();
                assert!(keys.len() <= 30);
                for key in keys {
                    let key = key.as_str().unwrap();
                    assert!((1..=250).contains(&key.len()));
                    assert!((1..=1024).contains(&root[key].as_str().unwrap().len()));
                }
            }
            let metrics = directive["Metrics"].as_array().unwrap();
            assert!(metrics.len() <= 100);
            for metric in metrics {
                let name = metric["Name"].as_str().unwrap();
                assert!((1..=1024).contains(&name.len()));
                assert!(UNITS.contains(&metric["Unit"].as_str().unwrap()), "{metric}");
                let target = &root[name];
                if let Some(values) = target.as_array() {
                    assert!((1..=100).contains(&values.len()), "{name}: {}", values.len());
                    assert!(values.iter().all(Value::is_number));
                } else {
                    assert!(target.is_number(), "{name}: {target}");
                }
            }
        }
    }

    #[test]
    fn the_metrics_of_a_run_are_one_line_in_the_embedded_metric_format() {
        let mut metrics = Metrics::default();
        metrics.sample(Metric::CreepIndex, 67);
        metrics.sample(Metric::CreepIndex, 0);
        metrics.add(Metric::Evaluated, 2);
        metrics.add(Metric::Failed, 0);
        metrics.add(Metric::Duration, 1234);
        let [line] = lines(&metrics).try_into().unwrap();
        assert_eq!(
            line,
            r#"{"_aws":{"Timestamp":1782820800250,"CloudWatchMetrics":[{"Namespace":"Leastwise","Dimensions":[["Function"]],"Metrics":[{"Name":"CreepIndex","Unit":"None"},{"Name":"Evaluated","Unit":"Count"},{"Name":"Failed","Unit":"Count"},{"Name":"Duration","Unit":"Milliseconds"}]}]},"Function":"evaluator","CreepIndex":[67,0],"Evaluated":2,"Failed":0,"Duration":1234}"#
        );
        check(&line);
    }

    #[test]
    fn every_metric_keeps_the_rules_of_the_embedded_metric_format() {
        let mut metrics = Metrics::default();
        for metric in ALL {
            metrics.add(metric, 1);
        }
        let sampled = ALL.into_iter().map(|metric| {
            let mut metrics = Metrics::default();
            (0..250).for_each(|value| metrics.sample(metric, value));
            metrics
        });
        for metrics in sampled.chain([metrics, Metrics::default()]) {
            for line in lines(&metrics) {
                check(&line);
            }
        }
    }

    #[test]
    fn a_hundred_values_fill_a_line_and_numbers_stand_in_the_first_alone() {
        let mut metrics = Metrics::default();
        metrics.add(Metric::Evaluated, 250);
        (0..250).for_each(|value| metrics.sample(Metric::CreepIndex, value % 101));
        (0..120).for_each(|value| metrics.sample(Metric::Coverage, value % 101));
        let lines: Vec<Value> =
            lines(&metrics).iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        let count = |line: &Value, name: &str| line[name].as_array().map(Vec::len);
        let counts: Vec<_> = lines
            .iter()
            .map(|line| (count(line, "CreepIndex"), count(line, "Coverage"), &line["Evaluated"]))
            .collect();
        assert_eq!(
            counts,
            [
                (Some(100), Some(100), &json!(250)),
                (Some(100), Some(20), &Value::Null),
                (Some(50), None, &Value::Null),
            ]
        );
    }
}
