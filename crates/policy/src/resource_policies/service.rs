//! A service with resource policies.

/// How often a service's resource policies grant roles access by themselves, as far as examples and
/// defaults of AWS's guides tell. A boundary that gets too large leaves out the third tier, and
/// then the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// Often: keys, buckets, queues, secrets, repositories and the like.
    First,
    /// Sometimes.
    Second,
    /// Seldom.
    Third,
}

/// A service with resource policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResourceService {
    /// The prefix of the actions that the policies can grant (`s3`).
    pub namespace: &'static str,
    /// How often that happens.
    pub tier: Tier,
    /// The names of the only actions that the policies can grant; empty if that is any of them.
    pub actions: &'static [&'static str],
    /// The actions that set such a policy, as `service:Name`.
    pub set_by: &'static [&'static str],
    /// The page of AWS that says so.
    pub source: &'static str,
}
