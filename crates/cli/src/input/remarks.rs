//! What is odd about the input, said to the person who waits: the run goes on without it.

use crate::access::Access;
use crate::output::{self, printable};
use crate::roster;
use crate::saved::SavedAccount;
use leastwise_rightsizing::evidence::witnesses::{Subject, UsageLog, Witnesses};
use leastwise_rightsizing::iam::{Account, PrincipalArn, UniqueId, UnreadableEntry};
use std::collections::BTreeSet;
use std::path::Path;

/// How many names a warning has.
const SHOWN: usize = 5;

/// Names the entries that stand in no result: those without a name, and those that are not
/// principals, but what principals have.
pub(super) fn on_entries(account: &Account) {
    let is_listed = |entry: &&UnreadableEntry| entry.is_principal() && entry.name.is_some();
    for entry in account.unreadable().iter().filter(|entry| !is_listed(entry)) {
        let UnreadableEntry { list, place, name, why } = entry;
        let name = name.as_deref().map(|name| format!(" (`{}`)", printable(name)));
        let name = name.unwrap_or_default();
        output::say(&format!(
            "warning: entry {place} of `{list}`{name} cannot be read: {}",
            printable(why)
        ));
    }
}

/// Names the reports that nobody is judged by.
pub(super) fn on_reports(access: &Access, account: &Account) {
    let keys: Vec<&str> = access.odd_keys.iter().map(String::as_str).collect();
    warn(&keys, "is not the ARN of a user or role", "are not the ARNs of users or roles");
    let known: BTreeSet<PrincipalArn> = roster::principals(account).collect();
    let unknown = access.principals().filter(|arn| !known.contains(arn));
    let unknown: Vec<String> = unknown.map(ToString::to_string).collect();
    let unknown: Vec<&str> = unknown.iter().map(String::as_str).collect();
    warn(&unknown, "is not in the account data", "are not in the account data");
}

/// Says that a folder does not have everybody.
pub(super) fn on_folder(saved: &SavedAccount) {
    if !saved.notes().complete {
        output::say(&format!(
            "warning: the account was not read to its end, and who was not read is not judged: go on with `leastwise \
             scan --resume {}`",
            printable(&saved.folder().display().to_string())
        ));
    }
}

/// Names the accounts that usage files are about and nobody is of.
pub(super) fn on_usage_files(witnesses: &Witnesses, account: &Account) {
    let known: BTreeSet<String> =
        roster::principals(account).map(|arn| arn.account().to_owned()).collect();
    for other in witnesses.accounts().filter(|account| !known.contains(*account)) {
        output::say(&format!(
            "warning: a usage file is about account {other}, and nobody in the account data is of it"
        ));
    }
}

/// Names those whom usage files are about and who are not in the account data: names pass on, paths
/// are forgotten, and what was seen of somebody else says nothing.
pub(super) fn on_strangers(log: &UsageLog, path: &Path, account: &Account) {
    if !roster::principals(account).any(|arn| arn.account() == log.account) {
        return;
    }
    let ids: BTreeSet<&UniqueId> = account.principals().map(|it| &it.unique_id).collect();
    let arns: BTreeSet<PrincipalArn> = roster::principals(account).collect();
    let is_known = |subject: &Subject| match subject {
        Subject::Id(id, _) => ids.contains(id),
        Subject::Arn(arn) => arns.contains(arn),
    };
    let strangers: Vec<String> = log
        .subjects()
        .filter(|subject| !is_known(subject))
        .map(|subject| match subject {
            Subject::Id(id, arn) => {
                arn.as_ref().map_or_else(|| id.to_string(), |arn| format!("{id} ({arn})"))
            }
            Subject::Arn(arn) => arn.to_string(),
        })
        .collect();
    let Some(first) = strangers.first() else { return };
    output::say(&format!(
        "warning: `{}` says nothing of anybody by what it has on {}{}: not in the account data",
        printable(&path.display().to_string()),
        printable(first),
        match strangers.len() - 1 {
            0 => String::new(),
            more => format!(" and {more} more"),
        }
    ));
}

/// Says that paths may be missing, where somebody cannot be read.
pub(super) fn on_reach(account: &Account) {
    let count = account.unreadable().len();
    if count > 0 {
        output::say(&format!(
            "warning: no path leads through the {count} of the account's entries that cannot be read, so more may be \
             within reach than is said"
        ));
    }
}

/// Says that nobody named the enabled Regions.
pub(super) fn on_regions() {
    output::say(
        "warning: use in a Region that IAM does not track is overlooked: name the enabled Regions by --regions \
         (aws account list-regions), or say --untracked-regions unused if nothing runs there",
    );
}

fn warn(names: &[&str], is: &str, are: &str) {
    let shown: Vec<String> =
        names.iter().take(SHOWN).map(|name| format!("`{}`", printable(name))).collect();
    let shown = shown.join(", ");
    let more = match names.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let (reports, are) = if names.len() == 1 { ("report", is) } else { ("reports", are) };
    if !names.is_empty() {
        output::say(&format!(
            "warning: nobody is judged by the {reports} on {shown}{more}, which {are}"
        ));
    }
}
