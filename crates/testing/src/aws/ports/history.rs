//! What principals were granted earlier. These questions are not counted as calls.

use crate::aws::answers::History;
use crate::aws::fake::Fake;
use chrono::{DateTime, Utc};
use leastwise_aws::CallError;
use leastwise_aws::ports::{CurrentItems, HistoryError, ReadHistory, RecordedResource, Then};
use leastwise_rightsizing::iam::{Account, GrantingPolicy, PolicySource, Principal};

impl Fake {
    /// The same with this history.
    #[must_use]
    pub fn after(self, history: History) -> Self {
        self.set_history(history);
        self
    }

    /// The history from now on.
    pub fn set_history(&self, history: History) {
        self.past.lock().unwrap().history = history;
    }

    /// The moments of which the history was asked, in the order of the questions.
    pub fn history_asked(&self) -> Vec<DateTime<Utc>> {
        self.past.lock().unwrap().asked.clone()
    }

    /// The ids of the resources whose current items were asked for, question by question.
    pub fn current_items_asked(&self) -> Vec<Vec<String>> {
        self.past.lock().unwrap().asked_at_once.clone()
    }
}

impl ReadHistory for Fake {
    /// None: everybody's history is asked.
    async fn current_items(
        &self,
        resources: &[RecordedResource],
    ) -> Result<CurrentItems, CallError> {
        let ids = resources.iter().map(|resource| resource.id.clone()).collect();
        self.past.lock().unwrap().asked_at_once.push(ids);
        Ok(CurrentItems::new())
    }

    async fn principal_at(
        &self,
        principal: &Principal,
        then: &Then,
    ) -> Result<Option<Principal>, HistoryError> {
        let mut past = self.past.lock().unwrap();
        past.asked.push(then.time);
        match &past.history {
            History::AsNow => Ok(Some(principal.clone())),
            History::Granted(document) => {
                let source = PolicySource::Inline { name: "then".into() };
                let policies = vec![GrantingPolicy { source, document: Ok(document.clone()) }];
                Ok(Some(Principal { policies, ..principal.clone() }))
            }
            History::Account(details) => {
                let then = Account::from_json(&details.to_string()).unwrap();
                Ok(then.principal(&principal.arn).cloned())
            }
            History::NoRecord => Ok(None),
            History::Failing(call) => Err(call.clone().into()),
        }
    }
}
