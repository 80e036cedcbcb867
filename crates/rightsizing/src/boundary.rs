//! Permissions boundaries: what marks one as made by Leastwise, the limit that a present one sets,
//! and the guards of a new one.

mod digest;
mod guard;
mod limit;
mod own;

pub(crate) use digest::sha256;
pub use digest::{DigestError, PlanDigest};
pub use guard::guards;
pub(crate) use guard::has_iam_writes;
pub use limit::OuterLimit;
pub(crate) use limit::numbered;
pub(crate) use own::is_set_aside;
pub use own::{
    ALWAYS_ALLOW_SID, BASE_ACTIONS_SID, KEEP_SID, MAX_POLICY_CHARACTERS, NEEDS_NO_PERMISSION,
    SID_PREFIX,
};
