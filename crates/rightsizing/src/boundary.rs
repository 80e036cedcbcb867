//! Permissions boundaries: what marks one as made by Leastwise, the limit that a present one sets
//! to which our own is cut, and what of new grants it is widened by, and the guards of a new one.

mod carried;
mod digest;
mod following;
mod guard;
mod language;
mod limit;
mod literals;
mod newly;
mod own;
mod standing;

pub(crate) use digest::sha256;
pub use digest::{DigestError, GrantsDigest, PlanDigest};
pub(crate) use following::Following;
pub use guard::guards;
pub(crate) use guard::has_iam_writes;
pub use limit::OuterLimit;
pub(crate) use limit::patterns;
pub(crate) use literals::literals;
pub use own::{
    ALWAYS_ALLOW_SID, BASE_ACTIONS_SID, KEEP_SID, MAX_POLICY_CHARACTERS, NEEDS_NO_PERMISSION,
    SID_PREFIX,
};
pub(crate) use own::{free_sids, is_followed_lately, is_set_aside, needs_no_permission};
pub(crate) use standing::Standing;
