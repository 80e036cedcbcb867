//! Who is in an account, those included whose entries cannot be read.

use leastwise_rightsizing::iam::{Account, PrincipalArn, UnreadableEntry};

/// The list of groups in account data.
const GROUPS: &str = "GroupDetailList";

/// What the unique id of a group begins with.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>.
const GROUP_ID: &str = "AGPA";

/// Every user and role whose ARN can be read.
pub(crate) fn principals(account: &Account) -> impl Iterator<Item = PrincipalArn> {
    let unreadable = account.unreadable().iter().filter_map(UnreadableEntry::principal);
    account.principals().map(|principal| principal.arn.clone()).chain(unreadable)
}

/// Whether there is a group of this name, in whatever letter case; `None` where the entry of a
/// group that cannot be read may be its own.
pub(crate) fn has_group(account: &Account, name: &str) -> Option<bool> {
    let is_read = account.groups().iter().any(|group| group.arn.name().eq_ignore_ascii_case(name));
    let may_be = || account.unreadable().iter().any(|entry| may_be_group(entry, name));
    if is_read { Some(true) } else { (!may_be()).then_some(false) }
}

fn may_be_group(entry: &UnreadableEntry, name: &str) -> bool {
    let called = entry.name.as_deref().filter(|called| !called.starts_with(GROUP_ID));
    let called = called.and_then(|called| called.rsplit('/').next());
    entry.list == GROUPS && called.is_none_or(|called| called.eq_ignore_ascii_case(name))
}

/// Whether an entry that cannot be read leaves open which user, role or group it is about.
pub(crate) fn hides_somebody(account: &Account) -> bool {
    let mut entries = account.unreadable().iter();
    entries
        .any(|entry| entry.list == GROUPS || (entry.is_principal() && entry.principal().is_none()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(groups: &str, users: &str) -> Account {
        let json = format!(r#"{{"GroupDetailList": [{groups}], "UserDetailList": [{users}]}}"#);
        Account::from_json(&json).unwrap()
    }

    #[test]
    fn a_user_whose_entry_cannot_be_read_is_there() {
        let odd = r#"{"Arn": "arn:aws:iam::111122223333:user/mira"}"#;
        let account = account("", odd);
        assert!(!hides_somebody(&account));
        let mira = "arn:aws:iam::111122223333:user/mira".parse().unwrap();
        assert_eq!(principals(&account).collect::<Vec<PrincipalArn>>(), [mira]);
    }

    #[test]
    fn a_group_whose_entry_cannot_be_read_may_be_there() {
        let admins = r#"{"GroupName": "admins", "GroupId": "AGPAEXAMPLE0000000001",
                         "Arn": "arn:aws:iam::111122223333:group/ops/admins"}"#;
        let odd = r#"{"GroupName": "admins", "Arn": "admins"}"#;
        let of_arn = r#"{"Arn": "arn:aws:iam::111122223333:group/ops/admins"}"#;
        let of_id = r#"{"GroupId": "AGPAEXAMPLE0000000001", "Arn": 7}"#;
        let asked = |groups: &str| {
            let account = account(groups, "");
            assert_eq!(hides_somebody(&account), has_group(&account, "Admins").is_none());
            ["Admins", "owners"].map(|name| has_group(&account, name))
        };
        assert_eq!(asked(""), [Some(false), Some(false)]);
        assert_eq!(asked(admins), [Some(true), Some(false)]);
        assert_eq!(asked(odd), [None, Some(false)]);
        assert_eq!(asked(of_arn), [None, Some(false)]);
        assert_eq!(asked(of_id), [None, None]);
        assert_eq!(asked("7"), [None, None]);
    }
}
