//! What principals were granted earlier. These questions are not counted as calls.

use crate::aws::answers::History;
use crate::aws::fake::Fake;
use chrono::{DateTime, Utc};
use leastwise_aws::ports::{HistoryError, ReadHistory};
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
}

impl ReadHistory for Fake {
    async fn principal_at(
        &self,
        principal: &Principal,
        time: DateTime<Utc>,
    ) -> Result<Option<Principal>, HistoryError> {
        let mut past = self.past.lock().unwrap();
        past.asked.push(time);
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
