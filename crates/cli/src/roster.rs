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

/// How much alike two names are from which one may be the other misspelt: 0 to 1.
const ALIKE: f64 = 0.8;

/// How many of them are named.
const NAMED: usize = 5;

/// Who is meant by a name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Meant {
    /// This one.
    One(PrincipalArn),
    /// Any of these.
    Several(Vec<PrincipalArn>),
    /// Nobody; these are called much like it.
    Nobody(Vec<PrincipalArn>),
}

/// Who is meant by an ARN, or by a name with or without its kind and its path, in any letter case:
/// IAM has no two names that differ by that alone.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>.
pub(crate) fn meant(account: &Account, name: &str) -> Meant {
    let mut all: Vec<PrincipalArn> = principals(account).collect();
    all.sort();
    if let Some(one) = all.iter().find(|arn| arn.to_string() == name) {
        return Meant::One(one.clone());
    }
    let is_called = |arn: &&PrincipalArn| names(arn).iter().any(|it| it.eq_ignore_ascii_case(name));
    let called: Vec<PrincipalArn> = all.iter().filter(is_called).cloned().collect();
    match called.as_slice() {
        [] => Meant::Nobody(near(&all, name)),
        [one] => Meant::One(one.clone()),
        _ => Meant::Several(called),
    }
}

/// What a principal may be called beside its ARN.
fn names(arn: &PrincipalArn) -> [String; 4] {
    let (kind, path, name) = (arn.kind(), arn.path(), arn.name());
    let with_path = format!("{path}{name}");
    [
        name.to_owned(),
        format!("{kind}/{name}"),
        with_path.trim_start_matches('/').to_owned(),
        format!("{kind}{with_path}"),
    ]
}

/// Those whose names are most like it.
fn near(all: &[PrincipalArn], name: &str) -> Vec<PrincipalArn> {
    let name = name.to_ascii_lowercase();
    let likeness = |arn: &PrincipalArn| {
        let names = names(arn).map(|it| strsim::jaro_winkler(&it.to_ascii_lowercase(), &name));
        names.into_iter().fold(0.0, f64::max)
    };
    let mut near: Vec<(f64, &PrincipalArn)> =
        all.iter().map(|arn| (likeness(arn), arn)).filter(|(alike, _)| *alike >= ALIKE).collect();
    near.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    near.into_iter().take(NAMED).map(|(_, arn)| arn.clone()).collect()
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
    fn a_principal_is_meant_by_its_arn_or_by_as_much_of_its_name_as_tells_it_apart() {
        let arn = |name: &str| format!("arn:aws:iam::111122223333:{name}");
        let entry = |name: &str| format!(r#"{{"Arn": "{}"}}"#, arn(name));
        let users = ["user/ana", "user/ops/Builder"].map(entry).join(",");
        let roles = ["role/ci/builder", "role/deploy"].map(entry).join(",");
        let json = format!(r#"{{"UserDetailList": [{users}], "RoleDetailList": [{roles}]}}"#);
        let account = Account::from_json(&json).unwrap();
        let parsed = |name: &str| arn(name).parse::<PrincipalArn>().unwrap();
        let builder = Meant::One(parsed("role/ci/builder"));
        for name in [&arn("role/ci/builder"), "role/ci/builder", "ROLE/builder", "ci/builder"] {
            assert_eq!(meant(&account, name), builder, "{name}");
        }
        let both = vec![parsed("role/ci/builder"), parsed("user/ops/Builder")];
        let mut several = both.clone();
        several.sort();
        assert_eq!(meant(&account, "builder"), Meant::Several(several));
        assert_eq!(meant(&account, "anna"), Meant::Nobody(vec![parsed("user/ana")]));
        assert_eq!(meant(&account, "xyz"), Meant::Nobody(Vec::new()));
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
