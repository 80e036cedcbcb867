//! A principal as it is planned for: under what its own boundary allows, as far as what stood
//! before still does, and what of new grants is followed.

use super::carried::carried_over;
use super::following::Following;
use crate::evidence::{PlannedFrom, PreviousLimit};
use crate::iam::{Boundary, Principal, UnknownPermissions};
use chrono::NaiveDate;
use leastwise_policy::catalog::Catalog;

/// A principal as it is planned for, and what is known of its new grants.
#[derive(Debug)]
pub(crate) struct Standing {
    principal: Principal,
    following: Following,
}

impl Standing {
    /// `principal` with its own Leastwise boundary brought up to date: cut to what stood before as
    /// it is now, and with what is followed from that `day` on. Any other boundary stays.
    ///
    /// # Errors
    ///
    /// [`UnknownPermissions`] when a policy or a boundary could not be read, and
    /// [`UnknownPermissions::Previous`] when what stood before could not, or cannot be carried
    /// over.
    pub(crate) fn of(
        principal: &Principal,
        from: &PlannedFrom,
        day: NaiveDate,
        catalog: &Catalog,
    ) -> Result<Self, UnknownPermissions> {
        let cut = cut(principal, &from.previous, catalog)?;
        let following = Following::of(&cut, from, catalog)?;
        Ok(Self { principal: following.standing(&cut, day, catalog), following })
    }

    /// The principal.
    pub(crate) fn principal(&self) -> &Principal {
        &self.principal
    }

    /// Why it is not known whether there are new grants to follow.
    pub(crate) fn why_unknown(&self) -> Option<&str> {
        self.following.why_unknown()
    }
}

/// The principal with its own boundary cut to what stood before.
fn cut(
    principal: &Principal,
    previous: &PreviousLimit,
    catalog: &Catalog,
) -> Result<Principal, UnknownPermissions> {
    let (Some(boundary), Some(own), PreviousLimit::Policy { arn, document }) =
        (&principal.boundary, principal.own_boundary_document()?, previous)
    else {
        return Ok(principal.clone());
    };
    let unknown = |why: String| UnknownPermissions::Previous { policy_arn: arn.clone(), why };
    let document = document.as_ref().map_err(|why| unknown(why.to_string()))?;
    let document = Ok(carried_over(own, document, catalog).map_err(unknown)?);
    let boundary = Some(Boundary { document, ..boundary.clone() });
    Ok(Principal { boundary, ..principal.clone() })
}
