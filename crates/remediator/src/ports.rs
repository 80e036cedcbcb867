//! The ports of the function, summed once.

use leastwise_aws::ports::{
    AttachBoundary, BoundaryPolicies, CountCalls, Entries, FindGroup, FindPrincipal,
    GrantingPolicies, ListObjects, MakeEntry, PolicyAccount, Preflight, Publish, Quarantine,
    ReadAccount, ReadHistory, ReadObject, ReadPolicy, ReadPrincipal, ReadRegions,
    ReadResourcePolicies, ReadSecret, ReadUsage, Remember, TagPrincipal,
};

/// What the function needs of AWS. These ports add up to the permissions of its role; a function
/// that works with one or two of them names those instead.
pub trait RemediatorAws:
    ReadObject
    + ListObjects
    + FindGroup
    + FindPrincipal
    + ReadPrincipal
    + ReadPolicy
    + ReadUsage
    + ReadHistory
    + ReadRegions
    + ReadAccount
    + ReadResourcePolicies
    + ReadSecret
    + GrantingPolicies
    + Preflight
    + BoundaryPolicies
    + AttachBoundary
    + TagPrincipal
    + Quarantine
    + Publish
    + Remember
    + Entries
    + MakeEntry
    + PolicyAccount
    + CountCalls
{
}

impl<A> RemediatorAws for A where
    A: ReadObject
        + ListObjects
        + FindGroup
        + FindPrincipal
        + ReadPrincipal
        + ReadPolicy
        + ReadUsage
        + ReadHistory
        + ReadRegions
        + ReadAccount
        + ReadResourcePolicies
        + ReadSecret
        + GrantingPolicies
        + Preflight
        + BoundaryPolicies
        + AttachBoundary
        + TagPrincipal
        + Quarantine
        + Publish
        + Remember
        + Entries
        + MakeEntry
        + PolicyAccount
        + CountCalls
{
}
