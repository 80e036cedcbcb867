//! One principal: its boundary planned, proved, judged action by action, attached, and planned again.

use crate::evidence::{Evidence, as_of};
use crate::oracle::Oracle;
use crate::principals::Subject;
use leastwise_policy::action::Action;
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::document::Document;
use leastwise_policy::permissions::Permissions;
use leastwise_rightsizing::boundary::NEEDS_NO_PERMISSION;
use leastwise_rightsizing::iam::{Boundary, Principal};
use leastwise_rightsizing::plan::{
    Extent, Extra, KeptAction, Plan, PlanSettings, Refusal, Warning, WhyActionKept, WhyKept,
};
use leastwise_rightsizing::proof::prove;
use leastwise_rightsizing::score::{CreepIndex, Score};
use leastwise_rightsizing::settings::BoundaryWildcards;
use leastwise_rightsizing::usage::PrincipalUsage;
use leastwise_testing::{plan_at, plan_settings};
use serde_json::Value;
use std::time::{Duration, Instant};

/// What became of a principal.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// A plan that was proved, judged.
    Planned(Box<Judged>),
    /// No plan.
    Refused(Box<Refusal>),
    /// A plan that could not be proved. A bug.
    Unproved { message: String },
}

/// How a document was made to fit. In the order in which the planner tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fit {
    Stable,
    Exact,
    ExtrasNotGranted,
    ListOfTheDropped,
    HardToRead,
    IdleGrantsAdmitted,
}

impl Fit {
    pub(crate) const ALL: [Self; 6] = [
        Self::Stable,
        Self::Exact,
        Self::ExtrasNotGranted,
        Self::ListOfTheDropped,
        Self::HardToRead,
        Self::IdleGrantsAdmitted,
    ];

    pub(crate) fn in_words(self) -> &'static str {
        match self {
            Self::Stable => "stable",
            Self::Exact => "exact",
            Self::ExtrasNotGranted => "extras, none granted",
            Self::ListOfTheDropped => "list of the dropped",
            Self::HardToRead => "hard to read",
            Self::IdleGrantsAdmitted => "idle grants admitted",
        }
    }

    fn of(plan: &Plan) -> Self {
        let warned = |is: fn(&Warning) -> bool| plan.warnings.iter().any(is);
        if plan.extras.iter().any(|extra| extra.granted) {
            Self::IdleGrantsAdmitted
        } else if !plan.extras.is_empty() {
            Self::ExtrasNotGranted
        } else if warned(|it| matches!(it, Warning::HardToRead { .. })) {
            Self::HardToRead
        } else if warned(|it| matches!(it, Warning::AllowsAllButTheDropped { .. })) {
            Self::ListOfTheDropped
        } else if warned(|it| matches!(it, Warning::ExactWildcards { .. })) {
            Self::Exact
        } else {
            Self::Stable
        }
    }
}

/// A proved plan, and how its document does. Actions by name, so that a failure says where to look.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) fit: Fit,
    pub(crate) characters: usize,
    pub(crate) extras: Vec<Extra>,
    /// How many actions are kept though nothing shows their use, by the plan's reasons in the order of [`SPARED`].
    pub(crate) spared: [usize; SPARED.len()],
    /// How many granted actions were used, unknown, needed and idle.
    pub(crate) granted: [usize; 4],
    pub(crate) used_denied: Vec<String>,
    pub(crate) unknown_denied: Vec<String>,
    pub(crate) needed_denied: Vec<String>,
    /// Idle grants that stay allowed though the plan does not say so.
    pub(crate) idle_allowed: Vec<String>,
    /// What is allowed that the present boundary does not allow.
    pub(crate) beyond_present: Vec<String>,
    /// What only one of the two evaluators allows.
    pub(crate) disagreements: Vec<String>,
    /// The index before, as predicted, and with the boundary attached.
    pub(crate) index: [Option<CreepIndex>; 3],
    /// Whether planning again with the boundary attached gives the same bytes; or why there is no plan.
    pub(crate) again: Result<bool, String>,
    pub(crate) planned_in: Duration,
    pub(crate) proved_in: Duration,
}

/// Why actions are kept though nothing shows their use.
pub(crate) const SPARED: [&str; 5] = [
    "needed by what is kept",
    "undoes what is used",
    "checked elsewhere than at an API",
    "called when something fails",
    "a person's own credentials",
];

/// The actions that a plan keeps though nothing shows their use, each with one of the reasons of [`SPARED`].
fn spared(plan: &Plan) -> Vec<(&Action, &'static str)> {
    let actions = plan.kept.iter().flat_map(|kept| match &kept.why {
        WhyKept::Spared { actions }
        | WhyKept::Used { extent: Extent::Actions(actions), .. }
        | WhyKept::GrantedByIgnored { extent: Extent::Actions(actions) } => actions.as_slice(),
        WhyKept::Used { extent: Extent::Whole, .. }
        | WhyKept::GrantedByIgnored { extent: Extent::Whole }
        | WhyKept::MayBeGrantedByResourcePolicy { .. }
        | WhyKept::AlwaysAllowed { .. }
        | WhyKept::BaseActions { .. } => &[],
    });
    let [needed, undoes, elsewhere, on_failure, own] = SPARED;
    let why = |kept: &KeptAction| match kept.why {
        WhyActionKept::NeededBy(_) => Some(needed),
        WhyActionKept::Undoes(_) => Some(undoes),
        WhyActionKept::CheckedElsewhere => Some(elsewhere),
        WhyActionKept::OnFailure => Some(on_failure),
        WhyActionKept::OwnCredentials => Some(own),
        WhyActionKept::Used { .. }
        | WhyActionKept::PreservedRead(_)
        | WhyActionKept::GrantedByIgnored => None,
    };
    actions.filter_map(|kept| Some((&kept.action, why(kept)?))).collect()
}

/// What the remediator is set to by default, but for the wildcards.
pub(crate) fn settings(wildcards: BoundaryWildcards) -> PlanSettings {
    PlanSettings { wildcards, ..plan_settings() }
}

/// Plans, proves and judges.
pub(crate) fn run(
    subject: &Subject,
    evidence: &Evidence,
    catalog: &Catalog,
    oracle: &Oracle<'_>,
) -> Outcome {
    let settings = settings(BoundaryWildcards::default());
    let principal = &subject.principal;
    let started = Instant::now();
    let planned = plan_at(as_of(), principal, &evidence.known, &settings, catalog);
    let planned_in = started.elapsed();
    let planned = match planned {
        Ok(planned) => planned,
        Err(refusal) => return Outcome::Refused(Box::new(refusal)),
    };
    let started = Instant::now();
    let proved = prove(principal, planned, catalog);
    let proved_in = started.elapsed();
    let plan = match proved {
        Ok(proved) => proved.into_plan(),
        Err(failure) => return Outcome::Unproved { message: failure.to_string() },
    };
    let trial = Trial { subject, evidence, plan: &plan, settings: &settings, catalog, oracle };
    Outcome::Planned(Box::new(Judged { planned_in, proved_in, ..trial.judged() }))
}

/// A plan, and everything it is judged by.
pub(crate) struct Trial<'a> {
    pub(crate) subject: &'a Subject,
    pub(crate) evidence: &'a Evidence,
    pub(crate) plan: &'a Plan,
    pub(crate) settings: &'a PlanSettings,
    pub(crate) catalog: &'a Catalog,
    pub(crate) oracle: &'a Oracle<'a>,
}

impl Trial<'_> {
    /// How the plan's document does, as it is printed.
    pub(crate) fn judged(&self) -> Judged {
        let text = self.plan.document.to_compact_string();
        let document = Document::parse(&text).expect("what is proved reads back");
        let documents =
            self.subject.principal.granting_documents().expect("what is planned for reads");
        let by_boundary = Permissions::of([&document]).actions(self.catalog);
        let identity = Permissions::of(documents.iter().copied()).actions(self.catalog);
        let allowed = identity.intersection(&by_boundary);
        let documents: Vec<Value> = documents.into_iter().map(Document::to_value).collect();
        let theirs = self.oracle.allowed(&documents, &document.to_value());

        let evidence = self.evidence;
        let denied = |actions: &ActionSet| self.names(&actions.difference(&allowed));
        let reported = self.plan.extras.iter().filter(|extra| extra.granted);
        let reported: ActionSet =
            reported.filter_map(|extra| self.catalog.find(extra.action.as_str())).collect();
        let spared = spared(self.plan);
        let reasons: ActionSet =
            spared.iter().filter_map(|(action, _)| self.catalog.find(action.as_str())).collect();
        let idle_allowed = evidence.idle.intersection(&allowed);
        let idle_allowed = idle_allowed.difference(&reported).difference(&reasons);
        let beyond_present = by_boundary.difference(&evidence.present);
        let one_side = allowed.difference(&theirs).union(&theirs.difference(&allowed));
        let bounded = self.bounded(document);
        let granted = [&evidence.used, &evidence.unknown, &evidence.needed, &evidence.idle];
        Judged {
            fit: Fit::of(self.plan),
            characters: text.chars().count(),
            extras: self.plan.extras.clone(),
            spared: SPARED.map(|why| spared.iter().filter(|(_, of)| *of == why).count()),
            granted: granted.map(ActionSet::len),
            used_denied: denied(&evidence.used),
            unknown_denied: denied(&evidence.unknown),
            needed_denied: denied(&evidence.needed),
            idle_allowed: self.names_but_the_free_one(&idle_allowed),
            beyond_present: self.names_but_the_free_one(&beyond_present),
            disagreements: self.names(&one_side),
            index: [self.plan.index, self.plan.expected_index, self.index_of(&bounded)],
            again: self.again(&bounded, &text),
            planned_in: Duration::ZERO,
            proved_in: Duration::ZERO,
        }
    }

    /// The principal with the boundary attached, as IAM would show it.
    fn bounded(&self, document: Document) -> Principal {
        let principal = &self.subject.principal;
        let policy_arn = principal.arn.boundary_policy_arn();
        let boundary = Boundary { policy_arn, document: Ok(document), since: None };
        Principal { boundary: Some(boundary), ..principal.clone() }
    }

    fn index_of(&self, bounded: &Principal) -> Option<CreepIndex> {
        let (evidence, judging) = (&self.evidence.known, &self.settings.judging);
        let usage = PrincipalUsage::of(bounded, evidence, judging, as_of(), self.catalog).ok()?;
        Score::of(&usage.services, judging.weighting).index
    }

    fn again(&self, bounded: &Principal, text: &str) -> Result<bool, String> {
        plan_at(as_of(), bounded, &self.evidence.known, self.settings, self.catalog)
            .map(|again| again.document.to_compact_string() == text)
            .map_err(|refusal| refusal.to_string())
    }

    fn names(&self, actions: &ActionSet) -> Vec<String> {
        actions.iter().map(|id| self.catalog.action(id).to_string()).collect()
    }

    /// Without the one action that IAM allows whatever policies say, and that boundaries therefore may name.
    fn names_but_the_free_one(&self, actions: &ActionSet) -> Vec<String> {
        let mut names = self.names(actions);
        names.retain(|name| !name.eq_ignore_ascii_case(NEEDS_NO_PERMISSION));
        names
    }
}
