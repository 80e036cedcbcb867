//! How much a plan keeps, drops or knows nothing of, with its units.

use leastwise_rightsizing::presentation::PlanJson;
use std::fmt;

/// Services as a whole, and single actions of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Extent {
    pub(super) services: usize,
    pub(super) actions: usize,
}

impl Extent {
    /// What the plan keeps for a reason, what it keeps as unknown left out.
    pub(super) fn kept(plan: &PlanJson) -> Self {
        Self::of(plan.kept.iter().map(|kept| kept.actions.as_ref().map(Vec::len)))
    }

    /// What it drops.
    pub(super) fn dropped(plan: &PlanJson) -> Self {
        let actions = |count: usize| (count > 0).then_some(count);
        Self::of(plan.dropped.iter().map(|dropped| actions(dropped.actions.len())))
    }

    /// What it keeps because nothing is known of its use.
    pub(super) fn unknown(plan: &PlanJson) -> Self {
        let actions = |count: usize| (count > 0).then_some(count);
        Self::of(plan.unknown.iter().map(|unknown| actions(unknown.actions.len())))
    }

    /// Of each service the number of its actions, or `None` for all of it.
    fn of(parts: impl Iterator<Item = Option<usize>>) -> Self {
        parts.fold(Self::default(), |sum, part| match part {
            None => Self { services: sum.services + 1, ..sum },
            Some(actions) => Self { actions: sum.actions + actions, ..sum },
        })
    }
}

impl fmt::Display for Extent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { services, actions } = *self;
        match (services, actions) {
            (0, 0) => formatter.write_str("nothing"),
            (0, _) => formatter.write_str(&counted(actions, "action")),
            (_, 0) => formatter.write_str(&counted(services, "whole service")),
            _ => {
                let services = counted(services, "whole service");
                write!(formatter, "{services} and {}", counted(actions, "action"))
            }
        }
    }
}

/// A number with its unit.
pub(super) fn counted(count: usize, unit: &str) -> String {
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extent_is_said_with_its_units() {
        let said = |services, actions| Extent { services, actions }.to_string();
        assert_eq!(said(0, 0), "nothing");
        assert_eq!(said(0, 66), "66 actions");
        assert_eq!(said(1, 0), "1 whole service");
        assert_eq!(said(3, 1), "3 whole services and 1 action");
    }
}
