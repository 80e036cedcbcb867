//! Evaluations, results and items of AWS Config.

use crate::aws::config::{AskedItem, Put};
use crate::aws::fake::Fake;
use crate::aws::world::World;
use chrono::{DateTime, Utc};
use leastwise_aws::ports::{
    ConfigurationItem, Evaluation, Evaluations, MAX_EVALUATIONS, ReportedResult, ReportingError,
};

impl Fake {
    /// The same with a rule that has these results.
    #[must_use]
    pub fn having_reported(self, results: Vec<ReportedResult>) -> Self {
        self.config.lock().unwrap().reported = results;
        self
    }

    /// The same with a Config that rejects the evaluation of this resource so many times.
    #[must_use]
    pub fn rejecting(self, resource_id: &str, times: usize) -> Self {
        self.config.lock().unwrap().rejects.insert(resource_id.to_owned(), times);
        self
    }

    /// The same with a Config that holds this of any resource.
    #[must_use]
    pub fn with_item(self, item: ConfigurationItem) -> Self {
        self.config.lock().unwrap().item = Some(item);
        self
    }

    /// All that was reported, call by call.
    pub fn puts(&self) -> Vec<Put> {
        self.config.lock().unwrap().puts.clone()
    }

    /// Every evaluation that was reported, in its order.
    pub fn evaluations(&self) -> Vec<Evaluation> {
        self.puts().into_iter().flat_map(|put| put.evaluations).collect()
    }

    /// The questions about resources, in their order.
    pub fn asked_items(&self) -> Vec<AskedItem> {
        self.config.lock().unwrap().asked_items.clone()
    }
}

impl Evaluations for Fake {
    async fn put(
        &self,
        evaluations: &[Evaluation],
        result_token: &str,
        test_mode: bool,
    ) -> Result<Vec<Evaluation>, ReportingError> {
        assert!(evaluations.len() <= MAX_EVALUATIONS, "{}", evaluations.len());
        for evaluation in evaluations {
            let annotation = evaluation.annotation.as_ref().unwrap();
            assert!((1..=256).contains(&annotation.chars().count()), "{annotation}");
        }
        self.tell(format!("put {}", evaluations.len()));
        let put = |_: &mut World| {
            let mut config = self.config.lock().unwrap();
            config.puts.push(Put {
                evaluations: evaluations.to_vec(),
                result_token: result_token.to_owned(),
                test_mode,
            });
            let mut rejected = evaluations.to_vec();
            rejected.retain(|evaluation| {
                let left = config.rejects.get_mut(&evaluation.resource_id);
                left.filter(|left| **left > 0).map(|left| *left -= 1).is_some()
            });
            Ok(rejected)
        };
        self.call("put", put, ReportingError::from)
    }

    async fn reported(&self, rule_name: &str) -> Result<Vec<ReportedResult>, ReportingError> {
        assert_eq!(rule_name, "iam-privilege-creep-index");
        let reported = |_: &mut World| Ok(self.config.lock().unwrap().reported.clone());
        self.call("reported", reported, ReportingError::from)
    }

    async fn reported_on(
        &self,
        resource_type: &str,
        resource_id: &str,
        rule_name: &str,
    ) -> Result<Option<ReportedResult>, ReportingError> {
        assert_eq!(rule_name, "iam-privilege-creep-index");
        let find = |_: &mut World| {
            let config = self.config.lock().unwrap();
            let mut results = config.reported.iter();
            let resource = (resource_type, resource_id);
            let is_on = |it: &&ReportedResult| (&*it.resource_type, &*it.resource_id) == resource;
            Ok(results.find(is_on).cloned())
        };
        self.call("reported_on", find, ReportingError::from)
    }

    async fn configuration_item(
        &self,
        resource_type: &str,
        resource_id: &str,
        later_time: DateTime<Utc>,
    ) -> Result<Option<ConfigurationItem>, ReportingError> {
        let asked = (resource_type.to_owned(), resource_id.to_owned(), later_time);
        let find = |_: &mut World| {
            let mut config = self.config.lock().unwrap();
            config.asked_items.push(asked);
            Ok(config.item.clone())
        };
        self.call("configuration_item", find, ReportingError::from)
    }
}
