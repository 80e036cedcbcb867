//! Who is left alone, and why.

mod protected;
mod rules;
mod tag;

pub use protected::Protected;
pub use rules::{
    ADMIN_GROUP_NAME, BREAK_GLASS_PRINCIPALS, EXEMPTION_LIST, Exemption, ExemptionRules,
    ExemptionSources, admin_group,
};
pub use tag::{IgnoredExemption, TagExemption, UnreadableExemption};
