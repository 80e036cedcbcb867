//! What a principal reaches, and by what.

use super::strength::Strength;
use serde::{Serialize, Serializer};
use std::cmp::Ordering;
use std::fmt;

/// Everything that a principal reaches, by the action that opens the way.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reach {
    /// The strongest path that each action opens, in the order in which paths were found.
    by_action: Vec<(&'static str, Reached)>,
    /// The strongest path of all, also where a trust policy alone opens it.
    strongest: Option<Reached>,
    /// See [`Reach::unresolved`].
    unresolved: Vec<&'static str>,
}

impl Reach {
    /// No path so far.
    pub(super) fn without_paths(unresolved: Vec<&'static str>) -> Self {
        Self { by_action: Vec::new(), strongest: None, unresolved }
    }

    /// Adds a path, which counts for each of its actions where it is the strongest.
    pub(super) fn add(&mut self, reached: Reached) {
        for action in &reached.by {
            match self.by_action.iter_mut().find(|(opening, _)| opening == action) {
                Some((_, best)) if reached.preferred(best).is_lt() => *best = reached.clone(),
                Some(_) => {}
                None => self.by_action.push((action, reached.clone())),
            }
        }
        if self.strongest.as_ref().is_none_or(|best| reached.preferred(best).is_lt()) {
            self.strongest = Some(reached);
        }
    }

    /// The strongest path of all; `None` where there is none.
    #[must_use]
    pub fn strongest(&self) -> Option<&Reached> {
        self.strongest.as_ref()
    }

    /// The strongest path that the action opens, together with what else it takes.
    #[must_use]
    pub fn by(&self, action: &str) -> Option<&Reached> {
        let mut all = self.by_action.iter();
        all.find(|(opening, _)| opening.eq_ignore_ascii_case(action)).map(|(_, reached)| reached)
    }

    /// The strongest path that one of these actions opens.
    #[must_use]
    pub fn strongest_by<'a>(&self, actions: impl IntoIterator<Item = &'a str>) -> Option<&Reached> {
        let all = actions.into_iter().filter_map(|action| self.by(action));
        all.min_by(|one, other| one.preferred(other))
    }

    /// The strongest path that some action of the service opens.
    #[must_use]
    pub fn by_service(&self, namespace: &str) -> Option<&Reached> {
        let all = self.by_action.iter().filter(|(action, _)| {
            action.split_once(':').is_some_and(|(it, _)| it.eq_ignore_ascii_case(namespace))
        });
        all.map(|(_, reached)| reached).min_by(|one, other| one.preferred(other))
    }

    /// The granted actions that may open further paths, over code that runs under a role already.
    /// That code is not in account data, so they count for nothing.
    #[must_use]
    pub fn unresolved(&self) -> &[&'static str] {
        &self.unresolved
    }
}

/// A principal that is reached, and the way there.
///
/// Displays as `role/admin by iam:PassRole and lambda:CreateFunction`, for example.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reached {
    /// Who.
    #[serde(rename = "principal")]
    pub whom: Whom,
    /// How strong that is.
    pub strength: Strength,
    /// The actions that lead to it, or to the first of those between, in their order. None where a
    /// trust policy is enough.
    pub by: Vec<&'static str>,
    /// The principals between, in their order, as in `role/deployer`.
    pub through: Vec<String>,
}

/// Who is reached.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whom {
    /// The principal itself, which may grant itself more.
    ItselfWithMore,
    /// The principal itself, without its boundary.
    ItselfUnbounded,
    /// Another one, or the users of a group, as in `role/admin`.
    Other(String),
}

impl fmt::Display for Whom {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::ItselfWithMore => "more of its own",
            Self::ItselfUnbounded => "itself without its boundary",
            Self::Other(name) => name,
        })
    }
}

impl Serialize for Whom {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Reached {
    /// The stronger comes first, of equally strong ones the shorter way, then the earlier name.
    /// What a trust policy opens alone comes after what an action opens, too.
    fn preferred(&self, other: &Self) -> Ordering {
        let length = |it: &Self| (it.through.len(), it.by.is_empty(), it.by.len());
        let by_strength = other.strength.cmp(&self.strength);
        by_strength
            .then_with(|| length(self).cmp(&length(other)))
            .then_with(|| self.whom.cmp(&other.whom))
    }
}

impl fmt::Display for Reached {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} by ", self.whom)?;
        match self.by.as_slice() {
            [] => formatter.write_str("a trust policy")?,
            [one] => formatter.write_str(one)?,
            [others @ .., last] => write!(formatter, "{} and {last}", others.join(", "))?,
        }
        match self.through.as_slice() {
            [] => Ok(()),
            all => write!(formatter, " through {}", all.join(", ")),
        }
    }
}
