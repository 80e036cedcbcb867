//! Names of things: ARNs, ids, actions, patterns, digests.

use super::bytes::text;
use leastwise_policy::action::Action;
use leastwise_policy::glob;
use leastwise_policy::pattern::Pattern;
use leastwise_rightsizing::boundary::PlanDigest;
use leastwise_rightsizing::iam::{GroupArn, PrincipalArn, UniqueId};
use std::fmt::{Debug, Display};
use std::str::FromStr;

/// A name, and after a line break what a pattern is tried on.
pub(super) fn names(input: &[u8]) {
    let Some(text) = text(input) else { return };
    let (name, other) = text.split_once('\n').unwrap_or((text, "s3:GetObject"));
    one::<Action>(name);
    one::<GroupArn>(name);
    one::<Pattern>(name);
    one::<PlanDigest>(name);
    one::<PrincipalArn>(name);
    one::<UniqueId>(name);
    if let Ok(pattern) = name.parse::<Pattern>() {
        let _ = pattern.matches(other);
        let _ = pattern.service_literal().is_some_and(|it| pattern.may_match_service(it));
    }
    let literal = !name.contains(['*', '?']);
    assert!(glob::matches("*", name));
    assert!(!literal || glob::matches(name, name));
    let _ = glob::matches(name, other);
}

/// What was read prints as what reads the same.
fn one<T: FromStr<Err: Display> + Display + PartialEq + Debug>(text: &str) {
    match text.parse::<T>() {
        Ok(value) => assert_eq!(value.to_string().parse().ok(), Some(value)),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
