//! `leastwise permissions`: the smallest IAM policy for the commands that ask AWS.

use crate::arguments::PermissionsArguments;
use crate::output::{self, ExitCode};
use leastwise_aws::{CommandPermission, CommandResource, LiveCommand};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io;

/// Runs the command.
pub(crate) fn run(arguments: &PermissionsArguments) -> io::Result<ExitCode> {
    let commands = arguments.commands();
    for command in &commands {
        output::say(&format!("{}:", command.word()));
        for CommandPermission { action, why, .. } in command.permissions() {
            output::say(&format!("  {action}: {why}"));
        }
    }
    output::json(&policy(&commands))?;
    Ok(ExitCode::Done)
}

/// What the commands need, as a policy document: a statement for each kind of resource.
fn policy(commands: &[LiveCommand]) -> Value {
    let mut by_resource: BTreeMap<CommandResource, BTreeSet<&str>> = BTreeMap::new();
    for permission in commands.iter().flat_map(|command| command.permissions()) {
        by_resource.entry(permission.on).or_default().insert(permission.action);
    }
    let statements = by_resource.into_iter().map(|(resource, actions)| {
        let actions: Vec<&str> = actions.into_iter().collect();
        statement(resource, &actions)
    });
    json!({ "Version": "2012-10-17", "Statement": statements.collect::<Vec<Value>>() })
}

fn statement(resource: CommandResource, actions: &[&str]) -> Value {
    let mut statement = Map::new();
    statement.insert("Effect".to_owned(), "Allow".into());
    statement.insert("Action".to_owned(), one_or_more(actions));
    statement.insert("Resource".to_owned(), one_or_more(resource.arns()));
    if !resource.prefixes().is_empty() {
        let condition = json!({ "StringLike": { "s3:prefix": resource.prefixes() } });
        statement.insert("Condition".to_owned(), condition);
    }
    statement.into()
}

fn one_or_more(texts: &[&str]) -> Value {
    match texts {
        [only] => (*only).into(),
        several => several.into(),
    }
}
