//! What IAM says of an account: principals, groups, their policies and boundaries, each under its
//! own ARN.
//!
//! Sources differ ([`AuthorizationDetails`], AWS Config's items, single calls), and all of them end
//! in a [`Principal`].

mod account;
mod arn;
mod authorization_details;
mod effective;
mod entries;
mod group;
mod library;
pub(crate) mod nulls;
mod pages;
mod policy;
mod principal;
pub mod recorded;
mod roster;
pub(crate) mod timestamp;

pub use account::Account;
pub use arn::{
    Arn, GroupArn, IDENTITY_CENTER_PATH, IdentifierError, LEASTWISE_PATH, PrincipalArn,
    PrincipalKind, SERVICE_LINKED_PATH, UniqueId, is_account_id,
};
pub use authorization_details::{
    AttachedBoundary, AttachedPolicy, AuthorizationDetails, GroupDetail, InlinePolicyDetail,
    ManagedPolicyDetail, PolicyVersionDetail, RoleDetail, RoleLastUsed, Tag, UserDetail,
};
pub(crate) use effective::EffectivePermissions;
pub use entries::UnreadableEntry;
pub use group::{GROUP_RESOURCE_TYPE, Group};
pub use library::AccountError;
pub use policy::{Boundary, GrantingPolicy, PolicySource, UnknownPermissions, UnreadableDocument};
pub use principal::Principal;
pub(crate) use principal::texts;
pub use roster::{Roster, RosterEntry};
