//! Narrowing by the policy that an external service suggests.
//!
//! Such a service judges by the trail it reads, and what its trail does not record looks unused to
//! it although it may be in use: trails record reads and writes of data only where somebody turned
//! that on. So its word is taken only for what it has shown that it can see. Taken away is an
//! action that all of this is true of:
//!
//! - it is kept for no other reason than that IAM does not track it, in a used service of which IAM
//!   tracks other actions;
//! - it writes: what only lists or reads stays;
//! - the suggestion names, without a wildcard, another such action of that service that is granted:
//!   of this kind of action the service sees something there;
//! - the suggestion does not allow it;
//! - nothing that is kept needs it, the setting `AlwaysAllow` does not name it, no ignored policy
//!   grants it, and it was neither granted nor followed only lately.
//!
//! And only where the window is no longer than what the service looks back on, and the principal is
//! older than it.

use super::candidate::Candidate;
use super::planner::{Narrowing, Planner};
use super::reasons::Plan;
use super::refusal::Refusal;
use super::settings::{PlanSettings, takes_suggestions};
use super::warning::{SuggestionWarning, Warning};
use crate::evidence::{Evidence, Granularity};
use crate::iam::{Principal, UnknownPermissions};
use crate::usage::{PrincipalUsage, ServiceUsage, Usage};
use chrono::{DateTime, Utc};
use leastwise_policy::action::AccessLevel;
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::compress::Compressor;
use leastwise_policy::dependent_actions::DependentActions;
use leastwise_policy::document::{Actions, Document, Effect};
use leastwise_policy::pattern::Pattern;
use leastwise_policy::permissions::Permissions;

/// Plans the boundary for a principal, narrowed by what an external service suggests: never wider
/// than [`plan`](super::plan) plans it, and with everything in it that is known to be in use.
///
/// Where it cannot be narrowed, because that would not fit or the window is too long, the plan is
/// the same as without, and a warning says so.
///
/// # Errors
///
/// [`Refusal`] as [`plan`](super::plan).
pub fn plan_with_suggestion(
    candidate: Candidate<'_>,
    evidence: &Evidence,
    suggestion: &[Document],
    catalog: &Catalog,
    judged: DateTime<Utc>,
) -> Result<Plan, Refusal> {
    let compressor = &Compressor::new(catalog);
    let planner = Planner { candidate, evidence, catalog, compressor, judged };
    let (principal, settings) = (candidate.principal(), candidate.settings());
    let mut own = planner.plan(None)?;
    if !takes_suggestions(settings) {
        own.warnings.push(Warning::Suggestion(SuggestionWarning::TooShort {
            window: settings.judging.unused_after.days(),
        }));
        return Ok(own);
    }
    let suggestion = Suggestion::of(suggestion, catalog);
    let unused = suggestion.unused(principal, evidence, settings, catalog, judged);
    let unused = unused.map_err(|why| planner.unknown_permissions(why))?;
    if unused.is_empty() {
        return Ok(own);
    }
    let narrowing = Narrowing { of: &own, unused: &unused };
    match planner.plan(Some(&narrowing)) {
        Ok(mut narrowed) if leaves_out(&narrowed, &unused, catalog) => {
            narrowed
                .warnings
                .push(Warning::Suggestion(SuggestionWarning::Followed { actions: unused.len() }));
            Ok(narrowed)
        }
        Ok(_) | Err(Refusal::TooLarge { .. }) => {
            own.warnings
                .push(Warning::Suggestion(SuggestionWarning::DoesNotFit { actions: unused.len() }));
            Ok(own)
        }
        Err(refusal) => Err(refusal),
    }
}

/// Whether the plan allows nothing of `unused`: so that it fits it may have been given wildcards
/// that do.
fn leaves_out(plan: &Plan, unused: &ActionSet, catalog: &Catalog) -> bool {
    Permissions::of([&plan.document]).actions(catalog).intersection(unused).is_empty()
}

/// What an external service suggests.
pub(super) struct Suggestion {
    /// What it allows, under whatever conditions.
    allowed: ActionSet,
    /// What it allows by name.
    named: ActionSet,
}

impl Suggestion {
    fn of(documents: &[Document], catalog: &Catalog) -> Self {
        let statements = documents.iter().flat_map(Document::statements);
        let allows = statements.filter(|statement| statement.effect() == Effect::Allow);
        let patterns = allows.flat_map(|statement| match statement.actions() {
            Actions::Action(patterns) => patterns.as_slice(),
            Actions::NotAction(_) => &[],
        });
        let literals = patterns.filter(|pattern| pattern.is_literal());
        let named = literals.filter_map(|pattern: &Pattern| catalog.find(pattern.as_str()));
        Self { allowed: Permissions::of(documents).actions(catalog), named: named.collect() }
    }

    /// What may be taken away.
    fn unused(
        &self,
        principal: &Principal,
        evidence: &Evidence,
        settings: &PlanSettings,
        catalog: &Catalog,
        as_of: DateTime<Utc>,
    ) -> Result<ActionSet, UnknownPermissions> {
        let window_start = settings.judging.unused_after.window_start(as_of);
        if principal.created.is_none_or(|created| created > window_start) {
            return Ok(ActionSet::empty());
        }
        let usage = PrincipalUsage::of(principal, evidence, &settings.judging, as_of, catalog)?;
        let mut unused = ActionSet::empty();
        for service in &usage.services {
            let writes = untracked_writes(service, &usage.granted, catalog);
            if !writes.intersection(&self.named).is_empty() {
                unused.union_with(&writes.difference(&self.allowed));
            }
        }
        let always_allowed = settings.always_allow.actions().iter();
        unused.difference_with(
            &always_allowed.filter_map(|action| catalog.find(action.as_str())).collect(),
        );
        unused.difference_with(&usage.ignored);
        unused.difference_with(&usage.followed_lately);
        if let Some(earlier) = evidence.earlier.permissions()? {
            unused.difference_with(&earlier.newer(&usage.granted, catalog));
        }
        let kept = usage.used_or_unknown(catalog).difference(&unused);
        let needed = DependentActions::of(catalog).needed(&kept, &usage.granted);
        unused.difference_with(&needed.iter().map(|needed| needed.action).collect());
        Ok(unused)
    }
}

/// The granted actions of a used service that change something and that IAM does not track, where
/// it tracks others.
fn untracked_writes(service: &ServiceUsage, granted: &ActionSet, catalog: &Catalog) -> ActionSet {
    let told_apart =
        matches!(service.usage, Usage::Used { .. }) && service.granularity == Granularity::Action;
    let Some(known) = catalog.service(&service.namespace).filter(|_| told_apart) else {
        return ActionSet::empty();
    };
    let tracked: ActionSet = service.actions.iter().filter_map(|action| action.id).collect();
    let untracked = granted.in_service(known).difference(&tracked);
    let changes = |level: AccessLevel| !matches!(level, AccessLevel::List | AccessLevel::Read);
    untracked.iter().filter(|id| changes(catalog.action(*id).level)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::EarlierGrants;
    use crate::iam::{GrantingPolicy, PolicySource};
    use crate::plan::WhatDropped;
    use crate::proof::prove;
    use crate::settings::Judging;
    use crate::testing::{allow, as_of, days_ago, evidence_of_actions, own, plan, role, settings};

    /// Settings under which suggestions are taken.
    fn of_ninety_days() -> PlanSettings {
        PlanSettings {
            judging: Judging { unused_after: "90".parse().unwrap(), ..Judging::default() },
            ..settings()
        }
    }

    fn plan_with(
        principal: &Principal,
        evidence: &Evidence,
        documents: &[Document],
        settings: &PlanSettings,
    ) -> Result<Plan, Refusal> {
        let candidate = Candidate::of(principal, settings, as_of())?;
        let catalog = Catalog::embedded();
        plan_with_suggestion(candidate, evidence, documents, catalog, as_of())
    }

    /// S3 was used yesterday; IAM tracks two of its actions, of which one was.
    fn s3_used() -> Evidence {
        let tracked = &[("CreateBucket", None), ("ListAllMyBuckets", Some(1))];
        evidence_of_actions(&[("s3", Some(1), tracked)])
    }

    const GRANTED: [&str; 6] = [
        "s3:CreateBucket",
        "s3:DeleteObject",
        "s3:GetObject",
        "s3:ListAllMyBuckets",
        "s3:PutObject",
        "s3:RestoreObject",
    ];

    fn suggested(principal: &Principal, settings: &PlanSettings, suggestion: &[&str]) -> Plan {
        suggested_by(&s3_used(), principal, settings, suggestion)
    }

    fn suggested_by(
        evidence: &Evidence,
        principal: &Principal,
        settings: &PlanSettings,
        suggestion: &[&str],
    ) -> Plan {
        let catalog = Catalog::embedded();
        let documents = [allow(suggestion)];
        let plan = plan_with(principal, evidence, &documents, settings).unwrap();
        assert!(prove(principal, plan.clone(), catalog).is_ok());
        plan
    }

    /// The actions that are dropped by the word of the service.
    fn dropped(principal: &Principal, settings: &PlanSettings, suggestion: &[&str]) -> Vec<String> {
        dropped_from(&suggested(principal, settings, suggestion))
    }

    fn dropped_from(plan: &Plan) -> Vec<String> {
        let dropped = plan.dropped.iter().flat_map(|dropped| match &dropped.what {
            WhatDropped::UnusedByExternalService(actions) => actions.clone(),
            WhatDropped::Service(_) | WhatDropped::Actions(_) => Vec::new(),
        });
        dropped.map(|action| action.to_string()).collect()
    }

    fn of_app(suggestion: &[&str]) -> Vec<String> {
        dropped(&role([allow(&GRANTED)]), &of_ninety_days(), suggestion)
    }

    #[test]
    fn untracked_writes_that_the_service_leaves_out_beside_one_that_it_saw_are_dropped() {
        assert_eq!(of_app(&["s3:PutObject"]), ["s3:DeleteObject", "s3:RestoreObject"]);
        let plan = suggested(&role([allow(&GRANTED)]), &of_ninety_days(), &["s3:PutObject"]);
        let allowed = Permissions::of([&plan.document]);
        let kept = GRANTED.into_iter().filter(|action| allowed.permits(action));
        let expected = ["s3:GetObject", "s3:ListAllMyBuckets", "s3:PutObject"];
        assert_eq!(kept.collect::<Vec<_>>(), expected);
        assert!(
            plan.warnings
                .contains(&Warning::Suggestion(SuggestionWarning::Followed { actions: 2 }))
        );
    }

    #[test]
    fn a_service_that_did_not_see_any_such_write_is_not_believed_about_the_others() {
        // Nothing at all; what only reads; what IAM tracks; what is not granted; another service's.
        for unseen in [
            &["sqs:SendMessage"][..],
            &["s3:GetObject"],
            &["s3:CreateBucket"],
            &["s3:PutObjectAcl"],
            &["dynamodb:PutItem"],
        ] {
            assert_eq!(of_app(unseen), [""; 0], "{unseen:?}");
        }
    }

    #[test]
    fn a_wildcard_shows_nothing_that_the_service_saw_but_allows_what_it_matches() {
        assert_eq!(of_app(&["s3:Put*"]), [""; 0]);
        assert_eq!(of_app(&["s3:PutObject", "s3:Restore*"]), ["s3:DeleteObject"]);
        assert_eq!(of_app(&["s3:PutObject", "s3:*"]), [""; 0]);
    }

    #[test]
    fn what_is_always_allowed_stays() {
        let always_allow = "s3:DeleteObject".parse().unwrap();
        let settings = PlanSettings { always_allow, ..of_ninety_days() };
        let app = role([allow(&GRANTED)]);
        assert_eq!(dropped(&app, &settings, &["s3:PutObject"]), ["s3:RestoreObject"]);
    }

    #[test]
    fn what_an_ignored_policy_grants_stays() {
        let arn = "arn:aws:iam::aws:policy/Restorers";
        let mut app = role([allow(&GRANTED)]);
        let document = Ok(allow(&["s3:RestoreObject"]));
        let source = PolicySource::Managed { arn: arn.to_owned() };
        app.policies.push(GrantingPolicy { source, document });
        let ignored_policies = arn.parse().unwrap();
        let settings = PlanSettings {
            judging: Judging { ignored_policies, ..of_ninety_days().judging },
            ..of_ninety_days()
        };
        assert_eq!(dropped(&app, &settings, &["s3:PutObject"]), ["s3:DeleteObject"]);
    }

    #[test]
    fn what_was_granted_only_recently_stays() {
        let then = role([allow(&["s3:PutObject", "s3:RestoreObject"])]);
        let app = role([allow(&GRANTED)]);
        let evidence = Evidence { earlier: EarlierGrants::Known(Box::new(then)), ..s3_used() };
        let plan = suggested_by(&evidence, &app, &of_ninety_days(), &["s3:PutObject"]);
        assert_eq!(dropped_from(&plan), ["s3:RestoreObject"]);
    }

    #[test]
    fn what_is_kept_keeps_what_it_needs() {
        let passing = ["iam:PassRole", "iam:CreateUser", "iam:UpdateRole", "lambda:CreateFunction"];
        let app = role([allow(&passing)]);
        let tracked = &[("CreateUser", Some(1))];
        let report = evidence_of_actions(&[
            ("iam", Some(1), tracked),
            ("lambda", Some(1), &[("CreateFunction", Some(1))]),
        ]);
        let (settings, documents) = (of_ninety_days(), [allow(&["iam:UpdateRole"])]);
        let plan = plan_with(&app, &report, &documents, &settings);
        assert!(Permissions::of([&plan.unwrap().document]).permits("iam:PassRole"));
    }

    #[test]
    fn a_principal_younger_than_the_window_or_of_unknown_age_loses_nothing_to_it() {
        for created in [Some(days_ago(89)), None] {
            let app = Principal { created, ..role([allow(&GRANTED)]) };
            assert_eq!(dropped(&app, &of_ninety_days(), &["s3:PutObject"]), [""; 0]);
        }
    }

    #[test]
    fn a_window_that_reaches_back_further_than_the_service_looks_leaves_the_plan_alone() {
        let settings = PlanSettings {
            judging: Judging { unused_after: "91".parse().unwrap(), ..Judging::default() },
            ..settings()
        };
        let app = role([allow(&GRANTED)]);
        let narrowed = suggested(&app, &settings, &["s3:PutObject"]);
        let own = plan(&app, &s3_used(), &settings, Catalog::embedded(), as_of());
        assert_eq!(narrowed.document, own.unwrap().document);
        assert!(
            narrowed
                .warnings
                .contains(&Warning::Suggestion(SuggestionWarning::TooShort { window: 91 }))
        );
        assert!(!takes_suggestions(&settings) && takes_suggestions(&of_ninety_days()));
    }

    #[test]
    fn a_service_of_which_iam_tracks_no_single_action_is_left_alone() {
        let report = crate::testing::evidence(&[("s3", Some(1))]);
        let app = role([allow(&GRANTED)]);
        let (settings, catalog) = (of_ninety_days(), Catalog::embedded());
        let documents = [allow(&["s3:PutObject"])];
        let suggested = plan_with(&app, &report, &documents, &settings);
        assert_eq!(suggested, plan(&app, &report, &settings, catalog, as_of()));
    }

    #[test]
    fn a_narrowed_boundary_is_planned_again_with_and_without_the_suggestion() {
        let app = role([allow(&GRANTED)]);
        let settings = of_ninety_days();
        let first = suggested(&app, &settings, &["s3:PutObject"]);
        let bounded = own(app, first.document.clone());
        let again = suggested(&bounded, &settings, &["s3:PutObject"]);
        let without = plan(&bounded, &s3_used(), &settings, Catalog::embedded(), as_of()).unwrap();
        for other in [again, without] {
            assert_eq!(other.document.to_compact_string(), first.document.to_compact_string());
            assert_eq!(other.expected_index, first.expected_index);
            assert_eq!(other.dropped, []);
        }
    }
}
