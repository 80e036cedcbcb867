//! Quarantine: a policy of denials attached to a user, and how it is told from what the user is
//! granted.
//!
//! While it is in force, what the user may do is not what it was granted: it is neither judged nor
//! planned for.

use super::keys::{MAX_TAGS, QUARANTINED_TAG};
use super::notice::rfc_3339;
use crate::iam::{Arn, LEASTWISE_PATH, PolicySource, Principal, PrincipalArn};
use crate::settings::SettingError;
use chrono::{DateTime, Utc};
use leastwise_policy::document::{Document, Effect};
use std::str::FromStr;

/// The name of the managed policy that is attached, and of the inline policy that takes its place.
pub const QUARANTINE_POLICY_NAME: &str = "leastwise-quarantine";

/// The ARN of the managed policy that is attached to users in quarantine: `leastwise-quarantine`
/// under `/leastwise/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarantinePolicyArn {
    arn: String,
    account: String,
}

impl QuarantinePolicyArn {
    /// The setting's name.
    pub const NAME: &'static str = "QuarantinePolicyArn";

    /// The ARN as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.arn
    }

    /// The account that the policy, and so the function, is in.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The one in the account of `principal`.
    #[must_use]
    pub fn beside(principal: &PrincipalArn) -> Self {
        let arn = format!("{}{QUARANTINE_POLICY_NAME}", principal.leastwise_policy_prefix());
        Self { arn, account: principal.account().to_owned() }
    }
}

impl FromStr for QuarantinePolicyArn {
    type Err = SettingError;

    fn from_str(value: &str) -> Result<Self, SettingError> {
        let text = value.trim();
        let policy = format!("policy{LEASTWISE_PATH}{QUARANTINE_POLICY_NAME}");
        let is_policy =
            |arn: &Arn<'_>| arn.is_of_iam() && arn.is_in_an_account() && arn.resource == policy;
        if let Some(arn) = Arn::of(text).filter(is_policy) {
            return Ok(Self { arn: text.to_owned(), account: arn.account.to_owned() });
        }
        let allowed = format!(
            "the ARN of the policy `{QUARANTINE_POLICY_NAME}` under the path `{LEASTWISE_PATH}`"
        );
        Err(SettingError::new(Self::NAME, value, allowed))
    }
}

/// What of a quarantine a principal carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quarantine<'a> {
    /// Whether the managed policy is attached.
    pub managed: bool,
    /// Whether it has the inline policy.
    pub inline: bool,
    /// The value of the tag.
    pub tag: Option<&'a str>,
    /// Whether the principal has no room for the tag.
    pub is_full: bool,
}

impl<'a> Quarantine<'a> {
    /// What `principal` carries.
    #[must_use]
    pub fn of(principal: &'a Principal) -> Self {
        let policy = QuarantinePolicyArn::beside(&principal.arn);
        let sources = || principal.policies.iter().map(|policy| &policy.source);
        Self {
            managed: sources().any(
                |source| matches!(source, PolicySource::Managed { arn } if *arn == policy.as_str()),
            ),
            inline: sources().any(
                |source| matches!(source, PolicySource::Inline { name } if name == QUARANTINE_POLICY_NAME),
            ),
            tag: principal.tags.get(QUARANTINED_TAG).map(String::as_str),
            is_full: principal.tags.len() >= MAX_TAGS,
        }
    }

    /// Whether it is in force, whoever put it in force.
    #[must_use]
    pub fn is_in_force(self) -> bool {
        self.managed || self.inline
    }

    /// Whether Leastwise put something there that a release takes away: the tag is written first
    /// and removed last. A user without room for the tag is put in quarantine all the same, so
    /// there the policy is what says so.
    #[must_use]
    pub fn is_ours(self) -> bool {
        self.tag.is_some() || (self.is_full && self.is_in_force())
    }
}

/// Whether every statement of the document denies: one that allowed something would widen what it
/// is meant to stop.
#[must_use]
pub fn only_denies(document: &Document) -> bool {
    let statements = document.statements();
    !statements.is_empty() && statements.iter().all(|it| it.effect() == Effect::Deny)
}

/// The value of the tag for a user put in quarantine because of what happened then, of which
/// `occasion` is the id.
#[must_use]
pub fn quarantined_tag_value(time: DateTime<Utc>, occasion: &str) -> String {
    format!("{}/{occasion}", rfc_3339(time))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iam::GrantingPolicy;
    use crate::testing::{allow, as_of, statements, user};
    use serde_json::json;

    const ARN: &str = "arn:aws:iam::111122223333:policy/leastwise/leastwise-quarantine";

    fn denials() -> Document {
        statements(json!([{ "Effect": "Deny", "Action": "iam:*", "Resource": "*" }]))
    }

    fn with(source: PolicySource) -> Principal {
        let mut principal = user([allow(&["s3:*"])]);
        principal.policies.push(GrantingPolicy { source, document: Ok(denials()) });
        principal
    }

    #[test]
    fn a_user_is_in_quarantine_by_the_policy_managed_or_inline_and_not_by_a_tag_alone() {
        let managed = with(PolicySource::Managed { arn: ARN.into() });
        let inline = with(PolicySource::Inline { name: "leastwise-quarantine".into() });
        let mut tagged = user([allow(&["s3:*"])]);
        tagged.tags.insert(QUARANTINED_TAG.into(), "2026-06-30T12:00:00Z/request".into());
        assert!(Quarantine::of(&managed).is_in_force() && Quarantine::of(&inline).is_in_force());
        assert_eq!(
            Quarantine::of(&tagged),
            Quarantine {
                managed: false,
                inline: false,
                tag: Some("2026-06-30T12:00:00Z/request"),
                is_full: false
            }
        );
        assert!(!Quarantine::of(&tagged).is_in_force() && Quarantine::of(&tagged).is_ours());
        for source in [
            PolicySource::Managed { arn: ARN.replace("111122223333", "444455556666") },
            PolicySource::Managed { arn: ARN.replace("/leastwise/", "/") },
            PolicySource::GroupManaged { group: "devs".into(), arn: ARN.into() },
        ] {
            assert!(!Quarantine::of(&with(source)).is_in_force());
        }
    }

    #[test]
    fn where_there_is_no_room_for_the_tag_the_policy_says_that_the_quarantine_is_ours() {
        let of = |tags: usize, source: Option<PolicySource>| {
            let mut principal = source.map_or_else(|| user([]), with);
            principal.tags = (0..tags).map(|number| (number.to_string(), String::new())).collect();
            Quarantine::of(&principal).is_ours()
        };
        let managed = || Some(PolicySource::Managed { arn: ARN.into() });
        let inline = || Some(PolicySource::Inline { name: "leastwise-quarantine".into() });
        assert!(of(50, managed()) && of(50, inline()));
        assert!(!of(49, managed()) && !of(49, inline()) && !of(50, None));
    }

    #[test]
    fn the_quarantine_policy_is_the_one_under_our_path_in_our_account() {
        let policy: QuarantinePolicyArn = ARN.parse().unwrap();
        assert_eq!((policy.as_str(), policy.account()), (ARN, "111122223333"));
        assert_eq!(QuarantinePolicyArn::beside(&user([]).arn), policy);
        for other in [
            "",
            "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3",
            "arn:aws:iam::111122223333:policy/leastwise-quarantine",
        ] {
            assert_eq!(
                other.parse::<QuarantinePolicyArn>().unwrap_err().to_string(),
                format!(
                    "`QuarantinePolicyArn` is `{other}`; allowed is the ARN of the policy `leastwise-quarantine` under \
                     the path `/leastwise/`"
                )
            );
        }
    }

    #[test]
    fn a_quarantine_policy_that_allows_something_or_nothing_at_all_is_none() {
        assert!(only_denies(&denials()));
        assert!(!only_denies(&statements(json!([]))));
        assert!(!only_denies(&statements(json!([
            { "Effect": "Deny", "Action": "iam:*", "Resource": "*" },
            { "Effect": "Allow", "Action": "iam:GetUser", "Resource": "*" }
        ]))));
    }

    #[test]
    fn the_tag_says_since_when_and_because_of_which_event() {
        assert_eq!(
            quarantined_tag_value(as_of(), "3887b7d8-fb59-9a14-7dd2-99f2caf00fc0"),
            "2026-06-30T12:00:00Z/3887b7d8-fb59-9a14-7dd2-99f2caf00fc0"
        );
    }
}
