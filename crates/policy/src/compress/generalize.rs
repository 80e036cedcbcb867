//! A list that fits because it matches more than the set. What it adds is as little, and as
//! harmless, as the search can find.
//!
//! A policy has a size limit, and the exact list of a set may exceed it. Then some patterns must
//! match actions that nobody asked for. [`generalize`] is told which those may be, least risk
//! first, and spends as few of them as it can.
//!
//! # How
//!
//! Each service gets a menu of lists. One is the exact list. A set cover finds the others: there
//! every extra has a price, from many characters down to none. Then the menus are weighed against
//! each other. From the exact lists on, the search takes the step that saves most characters for
//! each extra, until the whole fits. It gives back what it took too much. The extras of a tier come
//! onto the menus only when the whole does not fit without them.
//!
//! # Again
//!
//! The same question about the answer has the same answer. That question has the list's own
//! patterns as `within`, and of each tier what the list admits. It is asked at once, and the list
//! is final only when no better one is found: one with fewer extras, or with as many in fewer
//! characters. So a document that was generalised stays as it is until what is wanted changes.

mod menu;
mod menus;
mod part;
mod question;
mod selection;

pub(super) use menus::Menus;
pub use question::{Generalization, Generalized, TooLong};

use crate::action_set::ActionSet;
use crate::catalog::Catalog;
use menus::Offer;
use part::Part;
use question::Question;

/// The list that matches everything wanted and fits, with the fewest extras found: first of the
/// last tier, then of the tier before it, and so on. No pattern stands for several services, except
/// `*` where all of the catalogue is wanted.
///
/// ```
/// use leastwise_policy::catalog::Catalog;
/// use leastwise_policy::compress::{Generalization, expand, generalize};
///
/// let catalog = Catalog::embedded();
/// let all = |text: &str| text.parse().map(|pattern| expand([&pattern], catalog));
/// let wanted = all("sqs:ReceiveMessage")?.union(&all("sqs:DeleteMessage")?);
/// let tiers = [all("sqs:DeleteMessage*")?, all("sqs:*")?];
/// let list = |characters| {
///     let what = Generalization { wanted: &wanted, tiers: &tiers, within: None, characters };
///     generalize(&what, catalog)
/// };
/// let printed = |characters| list(characters).map(|list| format!("{:?}", list.patterns));
///
/// assert_eq!(printed(50)?, r#"[Pattern("sqs:DeleteMessage"), Pattern("sqs:ReceiveMessage")]"#);
/// assert_eq!(printed(10)?, r#"[Pattern("sqs:*")]"#);
/// assert_eq!(
///     printed(7).unwrap_err().to_string(),
///     "the shortest list of actions has 8 characters"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// If no list was found that fits.
pub fn generalize(what: &Generalization<'_>, catalog: &Catalog) -> Result<Generalized, TooLong> {
    generalize_sharing(what, &Menus::default(), catalog)
}

/// The same with menus that may be remembered from other questions.
pub(super) fn generalize_sharing(
    what: &Generalization<'_>,
    menus: &Menus,
    catalog: &Catalog,
) -> Result<Generalized, TooLong> {
    let question = Question::of(what);
    let mut best = match (question.standing(catalog), search(&question, menus, catalog)) {
        (Some(standing), Ok(found)) => question.better(found, standing),
        (Some(list), Err(_)) | (None, Ok(list)) => list,
        (None, Err(why)) => return Err(why),
    };
    // Each round admits fewer extras or takes fewer characters, so this ends. It mostly ends with
    // the first round.
    loop {
        let again = question.about(&best);
        match search(&again, menus, catalog) {
            Ok(found) if again.measure(&found) < again.measure(&best) => best = found,
            _ => return Ok(best),
        }
    }
}

/// The best list that the services' menus offer.
fn search(
    question: &Question<'_>,
    menus: &Menus,
    catalog: &Catalog,
) -> Result<Generalized, TooLong> {
    if let Some(everything) = question.everything(catalog) {
        return everything;
    }
    let services = catalog.services();
    let parts: Vec<Part<'_>> = services.filter_map(|service| Part::of(service, question)).collect();
    let mut offers: Vec<Offer<'_>> =
        parts.iter().map(|part| Offer::of(part, menus, catalog)).collect();
    for tier in 0..=question.tiers.len() {
        if let Some(tier) = tier.checked_sub(1) {
            if question.tiers.get(tier).is_none_or(ActionSet::is_empty) {
                continue;
            }
            for offer in &mut offers {
                offer.admit(tier);
            }
        }
        if let Some(patterns) = selection::select(&offers, question.characters) {
            return Ok(question.listed(patterns, catalog));
        }
    }
    Err(TooLong { shortest: offers.iter().map(Offer::shortest).sum() })
}

#[cfg(test)]
mod tests;
