//! The text of the boundary that stood before, kept as a policy of ours that binds nobody: its
//! owner may delete the policy, and Restore must still bring back what it said.

use crate::own_policy::OwnPolicy;
use leastwise_policy::document::Document;
use leastwise_rightsizing::evidence::PreviousLimit;
use leastwise_rightsizing::iam::Principal;
use leastwise_rightsizing::tags::PRINCIPAL_TAG;
use std::collections::BTreeMap;

/// The text that is to be kept before the boundary of `principal` changes: of the policy that is
/// its boundary now or, under ours, of the one that was. `None` where there is none, or nobody in
/// the account can delete it: AWS's own, and the one that is kept already.
pub(crate) fn text(principal: &Principal, previous: &PreviousLimit) -> Option<Document> {
    let is_deletable = |arn: &str| {
        !arn.contains(":iam::aws:policy/") && arn != principal.arn.previous_policy_arn()
    };
    if principal.has_own_leastwise_boundary() {
        let PreviousLimit::Policy { arn, document: Ok(document) } = previous else { return None };
        return is_deletable(arn).then(|| document.clone());
    }
    let boundary = principal.boundary.as_ref()?;
    boundary.document.as_ref().ok().filter(|_| is_deletable(&boundary.policy_arn)).cloned()
}

/// The policy that keeps it. It has the principal's tag: so it is removed as left over once the
/// principal is gone, and not before.
pub(crate) fn policy<'a>(document: &'a Document, principal: &'a Principal) -> OwnPolicy<'a> {
    let arn = &principal.arn;
    OwnPolicy {
        principal,
        name: arn.previous_policy_name(),
        arn: arn.previous_policy_arn(),
        description: format!("Text of the boundary of {arn} before Leastwise, kept to restore it"),
        document,
        tags: BTreeMap::from([(PRINCIPAL_TAG.to_owned(), principal.unique_id.to_string())]),
        takes_over: true,
    }
}
