//! What Leastwise wrote, and others may have changed: tags and the memory of messages.

use super::bytes::{text, value};
use chrono::{DateTime, Utc};
use leastwise_rightsizing::exemption::{ExemptionRules, IgnoredExemption, Protected, TagExemption};
use leastwise_rightsizing::iam::{Account, Principal};
use leastwise_rightsizing::presentation::Memory;
use leastwise_rightsizing::settings::UnusedAfterDays;
use leastwise_rightsizing::tags::{
    GRANTS_TAG, GrantsMark, Hold, Notice, PreviousBoundary, Quarantine, check_room, has_room,
    hold_tags,
};
use serde_json::json;

/// An object of tags.
pub(super) fn tags(input: &[u8]) {
    let Some(tags) = value(input).and_then(|tags| tags.as_object().cloned()) else { return };
    let tags = tags.iter().map(|(key, value)| {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        json!({ "Key": key, "Value": value })
    });
    let account = json!({ "UserDetailList": [{
        "Arn": "arn:aws:iam::111122223333:user/drona", "UserId": "AIDAEXAMPLE0000000001",
        "CreateDate": "2025-01-01T00:00:00Z", "Tags": tags.collect::<Vec<_>>()
    }] });
    let account = Account::from_json(&account.to_string()).expect("it is account data");
    for principal in account.principals() {
        judged(principal);
    }
}

/// Everything that is read of a principal's tags.
pub(super) fn judged(principal: &Principal) {
    let as_of: DateTime<Utc> = "2026-06-30T12:00:00Z".parse().expect("it is a time");
    match Notice::on(principal, as_of) {
        Ok(Some(notice)) => {
            let mut again = principal.clone();
            again.tags.extend(notice.tags().map(|(key, value)| (key.to_owned(), value)));
            assert_eq!(Notice::on(&again, as_of), Ok(Some(notice.clone())));
            assert!(notice.is_due(as_of) || !notice.has_lapsed(as_of));
            let _ = notice.evidence_reaches_back(as_of, UnusedAfterDays::default());
        }
        Ok(None) => {}
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    if let Ok(Some(previous)) = PreviousBoundary::recorded_on(principal)
        && let Ok(value) = previous.to_tag_value()
    {
        assert_eq!(PreviousBoundary::from_tag_value(value), Ok(previous.clone()));
    }
    held_and_marked(principal, as_of);
    let exempt = TagExemption::of(principal, as_of);
    let over = IgnoredExemption::of(principal, as_of);
    assert!(!matches!((exempt, over), (Ok(Some(_)), Some(_))), "exempt, and not any more");
    let _ = ExemptionRules::default().exemption(principal, as_of);
    let _ = (Protected::of(principal), Quarantine::of(principal).is_ours());
    let _ = (check_room(principal), has_room(principal));
}

fn held_and_marked(principal: &Principal, as_of: DateTime<Utc>) {
    if let Some(hold) = Hold::on(principal, as_of) {
        assert!(!hold.to_string().is_empty());
        assert!(!hold.is_ours() || !hold_tags(principal).is_empty(), "{hold}");
    }
    if let Some(mark) = GrantsMark::on(principal, as_of) {
        let mut again = principal.clone();
        again.tags.insert(GRANTS_TAG.to_owned(), mark.to_tag_value());
        assert_eq!(GrantsMark::on(&again, as_of), Some(mark.clone()));
        assert!(mark.is_of_known_grants() || !mark.is_of(principal));
    }
}

/// The parameter that remembers what was said of a principal.
pub(super) fn memory(input: &[u8]) {
    let Some(text) = text(input) else { return };
    if let Ok(memory) = Memory::parse(text) {
        assert_eq!(Memory::parse(&memory.to_text()).expect("it was written by us"), memory);
    }
}
