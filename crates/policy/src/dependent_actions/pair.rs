//! An action, and one that it needs.

use crate::catalog::ActionId;

/// That `by` needs `action`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pair {
    pub(super) by: ActionId,
    pub(super) action: ActionId,
}
