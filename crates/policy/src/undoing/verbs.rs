//! Which verb is the opposite of which.

use super::names::forms;
use crate::catalog::ActionId;

/// How actions of one verb are undone. A `*` stands for the noun.
pub(super) struct Rule {
    pub(super) verb: &'static str,
    /// The opposites. All that exist count.
    by: &'static [&'static str],
    /// What counts if none of these exists: the first that does.
    otherwise: &'static [&'static str],
}

const fn rule(
    verb: &'static str,
    by: &'static [&'static str],
    otherwise: &'static [&'static str],
) -> Rule {
    Rule { verb, by, otherwise }
}

/// Where one verb begins with another, the longer comes first.
pub(super) const RULES: &[Rule] = &[
    rule("Activate", &["Deactivate*"], &["Disable*"]),
    rule("Add", &["Remove*"], &["Delete*"]),
    rule("Advertise", &["Withdraw*"], &[]),
    rule("Allocate", &["Release*", "Deallocate*"], &[]),
    rule("Assign", &["Unassign*"], &["Release*"]),
    rule("Associate", &["Disassociate*"], &[]),
    rule("Attach", &["Detach*"], &[]),
    rule("Authorize", &["Revoke*"], &["Deauthorize*"]),
    rule("Complete", &["Abort*"], &[]),
    rule("Connect", &["Disconnect*"], &[]),
    rule("Copy", &["Delete*"], &["Deregister*"]),
    rule("CreateOrUpdate", &["Delete*"], &[]),
    rule(
        "Create",
        &["Delete*", "Rollback*"],
        &[
            "Terminate*",
            "Deregister*",
            "Cancel*",
            "Stop*",
            "Abort*",
            "Revoke*",
            "Remove*",
            "Close*",
        ],
    ),
    rule("Enable", &["Disable*"], &["Deactivate*"]),
    rule("Grant", &["Revoke*", "Retire*"], &[]),
    rule("Import", &["Delete*"], &["Cancel*Import"]),
    rule("Initiate", &["Abort*", "Cancel*"], &[]),
    rule("Lock", &["Unlock*"], &[]),
    rule("Monitor", &["Unmonitor*"], &[]),
    rule("Open", &["Close*"], &[]),
    rule("Pause", &["Resume*"], &[]),
    rule("Provision", &["Deprovision*"], &["Delete*", "Terminate*"]),
    rule("Publish", &["Unpublish*", "Delete*"], &[]),
    rule("Put", &["Delete*"], &["Remove*"]),
    rule("Register", &["Deregister*", "Unregister*"], &["Delete*"]),
    rule("Request", &["Cancel*", "Cancel*Request", "Cancel*Requests"], &["Delete*"]),
    rule("Rotate", &["CancelRotate*"], &[]),
    rule("Run", &["Terminate*"], &["Stop*", "Cancel*", "Delete*"]),
    rule("Schedule", &["Cancel*"], &["Delete*"]),
    rule("Send", &["Cancel*"], &[]),
    rule("Set", &["Unset*", "Delete*"], &["Remove*"]),
    rule("Share", &["Unshare*"], &[]),
    rule("Start", &["Stop*", "Rollback*", "Cancel*", "Abort*"], &["Terminate*", "Delete*"]),
    rule("Submit", &["Cancel*", "Terminate*"], &["Stop*"]),
    rule("Subscribe", &["Unsubscribe*"], &[]),
    rule("Suspend", &["Resume*"], &[]),
    rule("Tag", &["Untag*"], &[]),
    rule(
        "Update",
        &["Rollback*", "CancelUpdate*", "Cancel*Update", "Abort*Update", "Rollback*Update"],
        &[],
    ),
    rule("Upload", &["Abort*"], &["Delete*"]),
];

/// Words before a verb. One in the used action's name may be missing in the other's, but for
/// `Admin`: what an administrator did, a user does not undo.
const BEFORE: [&str; 2] = ["Admin", "Batch"];

/// The actions of the service, in which `find` looks names up, that undo the one named `name`.
pub(super) fn undoing(name: &str, find: impl Fn(&str) -> Option<ActionId>) -> Vec<ActionId> {
    let (before, rest) = split_before(name);
    let Some((rule, noun)) = rule_of(rest) else { return Vec::new() };
    let befores: &[&str] = if before == "Admin" { &["Admin"] } else { &["", "Batch"] };
    let forms = forms(noun);
    let all = |patterns: &[&str]| {
        let mut found = Vec::new();
        for (pattern, form) in patterns.iter().flat_map(|it| forms.iter().map(move |f| (it, f))) {
            let opposite = pattern.replacen('*', form, 1);
            found.extend(befores.iter().filter_map(|before| find(&format!("{before}{opposite}"))));
        }
        found
    };
    let found = all(rule.by);
    if !found.is_empty() {
        return found;
    }
    let others = rule.otherwise.iter().map(|pattern| all(std::slice::from_ref(pattern)));
    others.into_iter().find(|found| !found.is_empty()).unwrap_or_default()
}

/// The verb of a name, if it is one that has an opposite.
#[cfg(test)]
pub(super) fn of(name: &str) -> Option<&'static str> {
    rule_of(split_before(name).1).map(|(rule, _)| rule.verb)
}

fn split_before(name: &str) -> (&str, &str) {
    let before = BEFORE.iter().find(|before| strip_word(name, before).is_some());
    before.map_or(("", name), |before| name.split_at(before.len()))
}

fn rule_of(name: &str) -> Option<(&'static Rule, &str)> {
    RULES.iter().find_map(|rule| Some((rule, strip_word(name, rule.verb)?)))
}

/// What follows `word` at the start of a name. A name is written in words with capitals, so a small
/// letter after `word` belongs to another word.
fn strip_word<'n>(name: &'n str, word: &str) -> Option<&'n str> {
    name.strip_prefix(word)
        .filter(|rest| !rest.starts_with(|first: char| first.is_ascii_lowercase()))
}
