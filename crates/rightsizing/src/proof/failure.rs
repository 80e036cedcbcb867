//! What does not hold of a plan that is not proved.

use crate::boundary::MAX_POLICY_CHARACTERS;
use crate::iam::{PrincipalArn, UnknownPermissions};
use leastwise_policy::document::DocumentError;
use thiserror::Error;

/// What a document fails to hold. A failure is a bug of the planner, and nothing is applied.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProofFailure {
    /// What the principal may do now is unknown.
    #[error("the boundary for `{principal}` cannot be proved: {why}")]
    Unknown {
        /// The principal.
        principal: PrincipalArn,
        /// What is unknown.
        why: UnknownPermissions,
    },
    /// The printed document does not read back.
    #[error("the boundary for `{principal}` does not read back: {why}")]
    Unreadable {
        /// The principal.
        principal: PrincipalArn,
        /// Why.
        why: DocumentError,
    },
    /// The printed document reads back as another one.
    #[error("the boundary for `{principal}` reads back as another document than was planned")]
    PrintedDifferently {
        /// The principal.
        principal: PrincipalArn,
    },
    /// The plan passes over an action that is granted.
    #[error("the plan for `{principal}` neither keeps nor drops `{action}`, which is granted now")]
    Forgotten {
        /// The principal.
        principal: PrincipalArn,
        /// A granted action.
        action: String,
    },
    /// Something that is kept would be denied.
    #[error("the boundary for `{principal}` would deny `{action}`, which is to be kept")]
    WouldDeny {
        /// The principal.
        principal: PrincipalArn,
        /// An action that is kept, or the whole service where the catalogue knows none of its
        /// actions.
        action: String,
    },
    /// Something would be denied that only a resource policy may grant.
    #[error(
        "the boundary for `{principal}` would deny `{action}`, which no identity policy grants and a resource \
         policy may"
    )]
    WouldCutResourceGrant {
        /// The principal.
        principal: PrincipalArn,
        /// The action.
        action: String,
    },
    /// Something idle would stay allowed.
    #[error("the boundary for `{principal}` would still allow `{action}`, which is to be dropped")]
    WouldAllow {
        /// The principal.
        principal: PrincipalArn,
        /// An action that is dropped, or the whole service where the catalogue knows none of its
        /// actions.
        action: String,
    },
    /// Something would be allowed that the plan neither keeps nor reports as admitted.
    #[error(
        "the boundary for `{principal}` would also allow `{action}`, which its plan does not mention"
    )]
    Unreported {
        /// The principal.
        principal: PrincipalArn,
        /// The action.
        action: String,
    },
    /// IAM would not take a pattern.
    #[error(
        "the boundary for `{principal}` has `{pattern}`, which is not a pattern that IAM takes"
    )]
    InvalidPattern {
        /// The principal.
        principal: PrincipalArn,
        /// The pattern.
        pattern: String,
    },
    /// Something would be allowed that the present boundary does not allow.
    #[error("the boundary for `{principal}` would be wider than the present one, by `{action}`")]
    Wider {
        /// The principal.
        principal: PrincipalArn,
        /// An action that is allowed under limits under which the present boundary does not allow
        /// it.
        action: String,
    },
    /// A Deny statement of the present boundary is missing.
    #[error(
        "the boundary for `{principal}` lacks a denial of the present one, statement {statement}"
    )]
    DenialLost {
        /// The principal.
        principal: PrincipalArn,
        /// Position among the Deny statements of the present boundary, from 1.
        statement: usize,
    },
    /// A guard is missing.
    #[error("the boundary for `{principal}` does not guard itself against what it allows in IAM")]
    Unguarded {
        /// The principal.
        principal: PrincipalArn,
    },
    /// The document has policy variables and is in another version of the policy language than the
    /// present boundary.
    #[error(
        "the boundary for `{principal}` must be in version `{version}` of the policy language, as the present one is"
    )]
    OtherLanguage {
        /// The principal.
        principal: PrincipalArn,
        /// The version of the present boundary.
        version: String,
    },
    /// Too large for IAM.
    #[error(
        "the boundary for `{principal}` has {characters} characters, and IAM takes {MAX_POLICY_CHARACTERS}"
    )]
    TooLarge {
        /// The principal.
        principal: PrincipalArn,
        /// Its size.
        characters: usize,
    },
}
