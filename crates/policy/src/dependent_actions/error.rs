//! What can be wrong with a table of dependent actions.

use thiserror::Error;

/// Why a text is not a table of dependent actions.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("dependent actions, {table}, line {line}: {fault}")]
pub struct DependentActionsError {
    /// The table at fault.
    pub table: DependentActionsTable,
    /// The line at fault, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub fault: DependentActionsFault,
}

/// One of the three tables of dependent actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DependentActionsTable {
    /// What the service authorization reference lists.
    #[error("reference")]
    Reference,
    /// What the operations of the service reference may authorize.
    #[error("operations")]
    Operations,
    /// What is added by hand.
    #[error("supplement")]
    Supplement,
}

/// What is wrong with one line of a table of dependent actions.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DependentActionsFault {
    /// A table does not say what it was made from.
    #[error("no `# version: …` and `# date: …` line")]
    MissingHeader,
    /// A line of the table is not an action and one that it needs.
    #[error("`{0}` is not `service:Name service:NeededName`")]
    NoPair(String),
    /// An action is said to need itself.
    #[error("`{0}` needs itself")]
    Itself(String),
    /// A line of the table stands after one that it sorts before, or is there twice.
    #[error("`{0}` is out of order")]
    Unsorted(String),
    /// The catalogue has no such action.
    #[error("`{0}` is not an action of the catalogue")]
    UnknownAction(String),
    /// The catalogue has no action of that pattern and level.
    #[error("`{0}` matches no action of that level in the catalogue")]
    MatchesNothing(String),
    /// The level is none of [`AccessLevel`](crate::action::AccessLevel).
    #[error("`{0}` is not an access level")]
    UnknownLevel(String),
    /// A line of the supplement stands before its first group.
    #[error("`{0}` belongs to no group")]
    NoGroup(String),
    /// A line of the supplement is of no known kind.
    #[error("`{0}` is none of `group: …`, `why: …`, `source: …`, `needs: …` and `for: …`")]
    Malformed(String),
    /// A group of the supplement lacks a line.
    #[error("the group `{title}` has no `{missing}: …`")]
    Incomplete {
        /// The group.
        title: String,
        /// What it lacks.
        missing: &'static str,
    },
}
