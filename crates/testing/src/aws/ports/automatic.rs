//! What automatic remediation keeps, and the documents and state machines that are started.

use crate::aws::fake::Fake;
use crate::aws::world::World;
use leastwise_aws::CallError;
use leastwise_aws::ports::{
    Entries, EntriesError, Made, MakeEntry, StartAutomation, StartExecution,
};
use std::collections::BTreeSet;

impl MakeEntry for Fake {
    async fn make_entry(&self, name: &str, text: &str) -> Result<Made, CallError> {
        assert!(text.len() <= 4_096, "{text}");
        let make = |world: &mut World| {
            if world.parameters.contains_key(name) {
                return Ok(Made::Before);
            }
            world.parameters.insert(name.to_owned(), text.to_owned());
            Ok(Made::Now)
        };
        self.call("make_entry", make, |call| call)
    }
}

impl Entries for Fake {
    async fn entries(&self, path: &str) -> Result<Vec<(String, String)>, EntriesError> {
        let below = |world: &mut World| {
            let parameters = world.parameters.iter().filter(|(name, _)| name.starts_with(path));
            Ok(parameters.map(|(name, text)| (name.clone(), text.clone())).collect())
        };
        self.call("entries", below, EntriesError::Call)
    }

    async fn remove_entries(&self, names: &BTreeSet<String>) -> Result<(), EntriesError> {
        let remove = |world: &mut World| {
            world.parameters.retain(|name, _| !names.contains(name));
            Ok(())
        };
        self.call("remove_entries", remove, EntriesError::Call)
    }
}

impl StartAutomation for Fake {
    async fn start(
        &self,
        document: &str,
        parameters: &[(&str, &str)],
    ) -> Result<String, CallError> {
        let start = |world: &mut World| {
            let parameters: Vec<String> =
                parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
            world.started.push(format!("{document} {}", parameters.join(" ")));
            Ok(format!("execution-{}", world.started.len()))
        };
        self.call("start", start, |call| call)
    }
}

impl StartExecution for Fake {
    async fn start_execution(
        &self,
        state_machine: &str,
        name: &str,
        input: &str,
    ) -> Result<Made, CallError> {
        let start = |world: &mut World| {
            let execution = format!("{state_machine}/{name}");
            if world.executions.contains_key(&execution) {
                return Ok(Made::Before);
            }
            world.executions.insert(execution, input.to_owned());
            Ok(Made::Now)
        };
        self.call("start_execution", start, |call| call)
    }
}
