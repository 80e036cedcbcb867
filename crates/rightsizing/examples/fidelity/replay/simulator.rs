//! `@cloud-copilot/iam-simulate` as a second judge, which takes resource policies.

use crate::replay::class::Class;
use crate::replay::draw::Case;
use crate::replay::judge::caller_of;
use crate::replay::outcome::{Call, Planned};
use crate::replay::run::Tried;
use crate::replay::trail::Habit;
use leastwise_policy::document::Document;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

/// Of how many calls of plain use one is tried.
const PLAIN_EVERY: usize = 25;

/// How many calls of each class are tried at most.
const MOST_OF_A_CLASS: usize = 400;

/// What it says of the calls of a class.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Opinion {
    /// Calls that it judged both with the new boundary and without.
    pub(crate) tried: usize,
    /// Calls that it denies without the new boundary, too, so that the boundary changes nothing.
    pub(crate) denied_anyway: usize,
    /// Calls on which it does not agree with ours, of the others.
    pub(crate) differing: usize,
    /// Calls that it allows without the new boundary and denies with it.
    pub(crate) denied: usize,
    /// Calls that it does not judge: it does not know the action, or takes it for one on other resources.
    pub(crate) undecided: usize,
}

#[derive(Deserialize)]
struct Answer {
    allowed: Vec<String>,
    undecided: Vec<Undecided>,
}

#[derive(Deserialize)]
struct Undecided {
    action: String,
}

/// Has the script at `script` judge a part of the calls.
pub(crate) fn opinions(script: &str, tried: &[Tried]) -> BTreeMap<Class, Opinion> {
    let asked = chosen(tried);
    let questions = asked.iter().flat_map(|(case, planned, call)| {
        let Some(habit) = case.habits.get(call.habit) else { return Vec::new() };
        let present = case.principal.boundary_document().ok().flatten();
        let new = Document::parse(&planned.text).expect("what is proved reads back");
        [present, Some(&new)].map(|boundary| question(case, habit, boundary)).to_vec()
    });
    let questions: Vec<String> = questions.map(|question| question.to_string()).collect();
    let answers = ask(script, &questions.join("\n"));
    let mut opinions: BTreeMap<Class, Opinion> = BTreeMap::new();
    for ((_, _, call), answers) in asked.iter().zip(answers.chunks(2)) {
        let [before, after] = answers else { continue };
        let opinion = opinions.entry(call.class).or_default();
        if before.undecided.iter().chain(&after.undecided).any(|it| !it.action.is_empty()) {
            opinion.undecided += 1;
            continue;
        }
        let [before, after] = [before, after].map(|answer| !answer.allowed.is_empty());
        opinion.tried += 1;
        opinion.denied_anyway += usize::from(!before);
        opinion.denied += usize::from(before && !after);
        opinion.differing += usize::from(before && after != call.allowed);
    }
    opinions
}

fn chosen(tried: &[Tried]) -> Vec<(&Case, &Planned, &Call)> {
    let planned = tried.iter().filter_map(|tried| Some((&tried.case, tried.outcome.planned()?)));
    let calls = planned
        .flat_map(|(case, planned)| planned.effect.calls.iter().map(move |it| (case, planned, it)));
    let mut seen: BTreeMap<Class, usize> = BTreeMap::new();
    let is_chosen = |(_, _, call): &(&Case, &Planned, &Call)| {
        let seen = seen.entry(call.class).or_default();
        *seen += 1;
        let every = if call.class == Class::Plain { PLAIN_EVERY } else { 1 };
        seen.is_multiple_of(every) && *seen <= every * MOST_OF_A_CLASS
    };
    calls.filter(is_chosen).collect()
}

fn question(case: &Case, habit: &Habit, boundary: Option<&Document>) -> Value {
    let policies = case.principal.granting_documents().unwrap_or_default();
    let about = |document: &&Document| {
        let mut statements = document.statements().iter();
        statements.any(|statement| statement.actions().matches(&habit.action))
    };
    let policies = policies.into_iter().filter(about).map(Document::to_value);
    json!({
        "principalArn": caller_of(&case.principal.arn, &habit.target),
        "identityPolicies": policies.collect::<Vec<_>>(),
        "boundary": boundary.map(Document::to_value),
        "actions": [habit.action],
        "resource": habit.target.resource,
        "resourcePolicy": habit.target.policy,
        "context": { "aws:username": case.principal.arn.name() },
        "mode": "Discovery",
    })
}

fn ask(script: &str, questions: &str) -> Vec<Answer> {
    let mut child = Command::new("node")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node starts");
    let mut stdin = child.stdin.take().expect("its input is piped");
    let questions = questions.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(questions.as_bytes()));
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("the writer ends").expect("it reads all questions");
    assert!(output.status.success(), "the simulator ended with {}", output.status);
    let output = String::from_utf8(output.stdout).expect("it prints text");
    output.lines().map(|line| serde_json::from_str(line).expect("it prints answers")).collect()
}
