//! What resource policies grant a principal, as far as they were read.
//!
//! A bucket, key, queue, secret or role may name a principal in a policy of its own and so grant
//! what no identity policy grants. The boundary of a role cuts such a grant, and IAM's report does
//! not list it.
//!
//! Sources:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html> and
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html>.

mod answer;
mod config_item;
mod config_types;
mod document_text;
mod policies;
mod policy;
mod principal_element;
mod reading;

pub use answer::{AnswerError, read_answer};
pub use config_item::read_item;
pub use config_types::{CONFIG_TYPES, ConfigType};
pub use document_text::read_document;
pub use policies::{Grants, ResourcePolicies};
pub use policy::ResourcePolicy;
pub use reading::Reading;
