//! Sorting what is granted into used, idle and unknown.

use super::followed::FollowedLately;
use super::grants::Grants;
use super::kinds::{
    ActionUsage, KnownReach, PrincipalUsage, ServiceUsage, Spared, Unknown, Usage, UsedOtherwise,
    WhySpared,
};
use super::reaching;
use super::sight::{Seen, Sight};
use super::spared::Sparing;
use super::stopped::stopped_attempts;
use super::unproven::Unproven;
use crate::boundary::{Following, needs_no_permission};
use crate::evidence::witnesses::{Opinion, Sightings, Source};
use crate::evidence::{
    ActionLastAccessed, EarlierPermissions, Evidence, Granularity, LastAccessedReport,
    ServiceLastAccessed,
};
use crate::iam::{EffectivePermissions, Group, Principal, UnknownPermissions};
use crate::settings::{Judging, PreserveReads};
use chrono::{DateTime, Utc};
use leastwise_policy::action::{AccessLevel, Action};
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::{ActionId, Catalog};
use leastwise_policy::pattern::Pattern;
use leastwise_policy::permissions::Permissions;
use std::collections::{BTreeMap, BTreeSet};

impl PrincipalUsage {
    /// What `principal` is granted now, and how the report says it was used in the window that ends
    /// at `as_of`.
    ///
    /// Granted is what its identity policies (those of its groups included) allow *and* its
    /// permissions boundary allows: IAM's report ignores boundaries. What its own Leastwise
    /// boundary sets aside (base actions and actions that are always allowed) counts only where it
    /// is used.
    ///
    /// In an action-level report, a granted action of a used service is used, stale or never used
    /// by its own date, and unknown where the report does not list it: IAM does not track every
    /// action, and `iam:PassRole` and the object actions of S3 never. In a service that was not
    /// used, no action was.
    ///
    /// What an ignored policy grants does not count, whoever else grants it: to take it from the
    /// others would take nothing away. Where that policy grants something of a service that
    /// policies or report name and the catalogue does not know, the whole service does not count.
    /// The denials of an ignored policy stand.
    ///
    /// Not seen is a service of which all actions in the catalogue are denied, while one that is
    /// newer than the catalogue is allowed by no statement that names it.
    ///
    /// ```
    /// use leastwise_policy::catalog::Catalog;
    /// use leastwise_rightsizing::evidence::witnesses::Source;
    /// use leastwise_rightsizing::evidence::{Evidence, LastAccessedReport};
    /// use leastwise_rightsizing::iam::Account;
    /// use leastwise_rightsizing::settings::Judging;
    /// use leastwise_rightsizing::usage::{Idle, PrincipalUsage, Usage};
    /// use serde_json::json;
    ///
    /// let account = Account::from_json(
    ///     r#"{ "RoleDetailList": [{
    ///         "Arn": "arn:aws:iam::111122223333:role/reporter",
    ///         "RoleId": "AROAEXAMPLE000000001",
    ///         "CreateDate": "2024-01-01T00:00:00Z",
    ///         "RolePolicyList": [{ "PolicyName": "work", "PolicyDocument": {
    ///             "Version": "2012-10-17",
    ///             "Statement": [{
    ///                 "Effect": "Allow", "Action": ["s3:GetObject", "sqs:SendMessage"], "Resource": "*"
    ///             }]
    ///         } }]
    ///     }] }"#,
    /// )?;
    /// let report = LastAccessedReport::from_json(&json!({
    ///     "JobStatus": "COMPLETED",
    ///     "JobCompletionDate": "2026-11-01T06:00:00Z",
    ///     "ServicesLastAccessed": [
    ///         { "ServiceNamespace": "s3", "LastAuthenticated": "2026-10-30T09:00:00Z" },
    ///         { "ServiceNamespace": "sqs" }
    ///     ]
    /// }))?;
    /// let (evidence, catalog) = (Evidence::from(report), Catalog::embedded());
    /// let as_of = "2026-11-01T12:00:00Z".parse()?;
    /// for principal in account.principals() {
    ///     let usage =
    ///         PrincipalUsage::of(principal, &evidence, &Judging::default(), as_of, catalog)?;
    ///     let known: Vec<(&str, Usage)> =
    ///         usage.services.iter().map(|it| (it.namespace.as_str(), it.usage)).collect();
    ///     let last = "2026-10-30T09:00:00Z".parse()?;
    ///     let s3 = Usage::Used { last, by: Source::LastAccessed };
    ///     assert_eq!(known, [("s3", s3), ("sqs", Usage::Idle(Idle::Never))]);
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Source:
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html>.
    ///
    /// # Errors
    ///
    /// [`UnknownPermissions`] when a policy or the boundary could not be read, or when it is not
    /// known which permissions are new.
    pub fn of(
        principal: &Principal,
        evidence: &Evidence,
        judging: &Judging,
        as_of: DateTime<Utc>,
        catalog: &Catalog,
    ) -> Result<Self, UnknownPermissions> {
        let nothing = ActionSet::empty();
        let usage = Self::without(&nothing, principal, evidence, judging, as_of, catalog)?;
        let following = Following::of(principal, &evidence.planned_from, catalog)?;
        Ok(Self {
            newly_denied: following.denied_services(catalog).into_iter().collect(),
            newly_denied_unknown: following.why_unknown().map(ToOwned::to_owned),
            ..usage
        })
    }

    /// The same, as if these actions were not granted, and with no word on what is newly denied: a
    /// plan is made for a boundary that follows already.
    pub(crate) fn without(
        left_out: &ActionSet,
        principal: &Principal,
        evidence: &Evidence,
        judging: &Judging,
        as_of: DateTime<Utc>,
        catalog: &Catalog,
    ) -> Result<Self, UnknownPermissions> {
        principal.check_trust()?;
        let report = &*evidence.observed(judging.unused_after.window_start(as_of));
        let sightings = &evidence.sightings;
        let seen = Seen {
            partition: principal.arn.partition(),
            created: principal.created,
            report,
            regions: &evidence.regions,
            sightings,
        };
        let sorting = Sorting {
            left_out,
            sight: Sight::of(&seen, judging, as_of),
            preserve_reads: judging.preserve_reads,
            sparing: Sparing {
                principal: Some(principal),
                keep_inverses: judging.keep_inverses.is_on(),
                catalog,
            },
            report,
            of_iam: &evidence.report,
            sightings,
            catalog,
        };
        let grants = Grants::of(principal, &judging.ignored_policies)?;
        let earlier = evidence.earlier.permissions()?;
        let followed = FollowedLately::of(principal, as_of, catalog)?;
        let usage = Self {
            suspected_breaks: stopped_attempts(&grants, principal, evidence, catalog)?,
            ..sorting.sort(&grants, earlier.as_ref(), followed)
        };
        let reach = reaching::of(principal, evidence, judging.weighting, catalog)?;
        Ok(reaching::with(usage, reach))
    }

    /// What `group` grants its members now, and how the evidence says that any of them used it in
    /// the window that ends at `as_of`. Otherwise as [`PrincipalUsage::of`].
    ///
    /// # Errors
    ///
    /// [`UnknownPermissions`] when a policy could not be read.
    pub fn of_group(
        group: &Group,
        evidence: &Evidence,
        judging: &Judging,
        as_of: DateTime<Utc>,
        catalog: &Catalog,
    ) -> Result<Self, UnknownPermissions> {
        let report = &evidence.report;
        let sightings = &evidence.sightings;
        let seen = Seen {
            partition: group.arn.partition(),
            created: group.in_use_since(),
            report,
            regions: &evidence.regions,
            sightings,
        };
        let keep_inverses = judging.keep_inverses.is_on();
        let sorting = Sorting {
            left_out: &ActionSet::empty(),
            sight: Sight::of(&seen, judging, as_of),
            preserve_reads: judging.preserve_reads,
            sparing: Sparing { principal: None, keep_inverses, catalog },
            report,
            of_iam: report,
            sightings,
            catalog,
        };
        let identity = Permissions::of(group.granting_documents()?);
        let ignored = Permissions::of(judging.ignored_policies.documents(&group.policies));
        let effective = EffectivePermissions { identity, boundary: None };
        let grants = Grants { effective, ignored, whole_boundary: None };
        let usage = sorting.sort(&grants, None, FollowedLately::default());
        Ok(reaching::with(usage, reaching::of_group(judging.weighting)))
    }

    /// The granted actions that the catalogue knows and that are used, or unknown for another
    /// reason than that such need them.
    pub(crate) fn used_or_unknown(&self, catalog: &Catalog) -> ActionSet {
        let counted = self.granted.difference(&self.ignored);
        let idle = idle_actions(&self.services, &counted, catalog);
        let needed = self.spared.iter().filter(|it| matches!(it.why, WhySpared::NeededBy(_)));
        let needed: ActionSet = needed.map(|spared| spared.action).collect();
        self.granted.difference(&idle).difference(&needed)
    }
}

/// Those of the granted actions that count, and that the catalogue knows, which the evidence calls
/// idle.
pub(super) fn idle_actions(
    services: &[ServiceUsage],
    counted: &ActionSet,
    catalog: &Catalog,
) -> ActionSet {
    let mut idle = ActionSet::empty();
    for service in services {
        match service.usage {
            Usage::Idle(_) => {
                if let Some(known) = catalog.service(&service.namespace) {
                    idle.extend(counted.iter_in(known));
                }
            }
            Usage::Used { .. } => {
                let actions = service.actions.iter().filter(|action| action.idle().is_some());
                idle.extend(actions.filter_map(|action| action.id));
            }
            Usage::Unknown(_) => {}
        }
    }
    idle
}

/// Calls new grants unknown instead of idle: what was not granted `earlier` gets time to be used.
fn spare_new(
    services: &mut [ServiceUsage],
    granted: &ActionSet,
    uncatalogued: &BTreeMap<String, BTreeSet<Pattern>>,
    earlier: &EarlierPermissions,
    catalog: &Catalog,
) {
    let unproven = Unproven {
        actions: &earlier.newer(granted, catalog),
        has_name: &|name| !earlier.permits(name.as_str()),
        may_have_service: &|namespace| !earlier.may_permit_service(namespace, catalog),
        why: Unknown::GrantedRecently,
    };
    unproven.spare(services, uncatalogued, catalog);
}

/// Calls idle actions unknown instead of idle where they are spared. A service in which nothing
/// else is granted is unknown then, too.
fn excuse(services: &mut [ServiceUsage], spared: &[Spared], idle: &ActionSet, catalog: &Catalog) {
    let reasons: BTreeMap<ActionId, WhySpared> =
        spared.iter().map(|spared| (spared.action, spared.why)).collect();
    let all: ActionSet = reasons.keys().copied().collect();
    let still_idle = idle.difference(&all);
    for service in services {
        for action in &mut service.actions {
            let why = action.id.and_then(|id| reasons.get(&id));
            if let (Some(_), Some(&why)) = (action.idle(), why) {
                action.usage = Usage::Unknown(why.into());
            }
        }
        let Some(known) = catalog.service(&service.namespace) else { continue };
        let first = all.iter_in(known).next().and_then(|id| reasons.get(&id));
        if let (Usage::Idle(_), Some(&why), None) =
            (service.usage, first, still_idle.iter_in(known).next())
        {
            service.usage = Usage::Unknown(why.into());
        }
    }
}

/// The granted actions of used services that may have made something: by their own dates, or
/// because they create and IAM does not track them.
fn may_be_used(services: &[ServiceUsage], granted: &ActionSet, catalog: &Catalog) -> ActionSet {
    let mut used = ActionSet::empty();
    for service in services.iter().filter(|it| matches!(it.usage, Usage::Used { .. })) {
        let Some(known) = catalog.service(&service.namespace) else { continue };
        let dated = service.actions.iter().filter(|it| matches!(it.usage, Usage::Used { .. }));
        used.extend(dated.filter_map(|action| action.id));
        let tracked: ActionSet = service.actions.iter().filter_map(|action| action.id).collect();
        let untracked = granted.iter_in(known).filter(|id| !tracked.contains(*id));
        used.extend(untracked.filter(|id| catalog.action(*id).name.starts_with("Create")));
    }
    used
}

/// What decides between used, idle and unknown.
pub(super) struct Sorting<'a> {
    /// What is treated as not granted.
    left_out: &'a ActionSet,
    sight: Sight<'a>,
    preserve_reads: PreserveReads,
    sparing: Sparing<'a>,
    /// IAM's report with what others saw.
    report: &'a LastAccessedReport,
    /// IAM's report alone.
    of_iam: &'a LastAccessedReport,
    sightings: &'a Sightings,
    catalog: &'a Catalog,
}

impl Sorting<'_> {
    /// Sorts what is granted into used, idle and unknown.
    fn sort(
        &self,
        grants: &Grants,
        earlier: Option<&EarlierPermissions>,
        followed: FollowedLately,
    ) -> PrincipalUsage {
        let Self { report, catalog, .. } = *self;
        let granted = self.granted(grants);
        let ignored = grants.ignored.actions(catalog).intersection(&granted);
        let counted = granted.difference(&ignored);
        let uncatalogued = grants.uncatalogued_by_service(catalog);
        let (mut services, mut ignored_services) = (Vec::new(), Vec::new());
        for namespace in grants.services(&granted, report, catalog) {
            let mut names = self.tracked_names(&namespace, grants);
            names.extend(uncatalogued.get(&namespace).into_iter().flatten().cloned());
            if grants.ignores(&namespace, &granted, &ignored, &names, catalog) {
                ignored_services.push(self.service(namespace, &granted, &granted, grants));
            } else {
                services.push(self.service(namespace, &counted, &granted, grants));
            }
        }
        followed.spare(&mut services, &granted, &uncatalogued, catalog);
        if let Some(earlier) = earlier {
            spare_new(&mut services, &granted, &uncatalogued, earlier, catalog);
        }
        let idle = idle_actions(&services, &counted, catalog);
        let used = may_be_used(&services, &granted, catalog);
        let spared = self.sparing.spared(&idle, &used, &granted);
        excuse(&mut services, &spared, &idle, catalog);
        let agreed = self.agreed(&services);
        PrincipalUsage {
            used_otherwise: self.used_otherwise(&services, &ignored_services, &granted),
            services,
            ignored_services,
            granted,
            ignored,
            spared,
            uncatalogued,
            suspected_breaks: Vec::new(),
            followed_lately: followed.actions,
            newly_denied: Vec::new(),
            newly_denied_unknown: None,
            agreed,
            granularity: report.granularity(),
            reach: KnownReach::NotAsked,
        }
    }

    /// What the report calls used and no policy grants.
    fn used_otherwise(
        &self,
        services: &[ServiceUsage],
        ignored_services: &[ServiceUsage],
        granted: &ActionSet,
    ) -> UsedOtherwise {
        let granted_services: BTreeSet<&str> =
            services.iter().chain(ignored_services).map(|it| it.namespace.as_str()).collect();
        let mut used = UsedOtherwise::default();
        for row in self.report.services() {
            let namespace = row.service_namespace.to_ascii_lowercase();
            if !granted_services.contains(namespace.as_str()) {
                if self.sight.is_recent(self.last_use(row)) {
                    used.services.insert(namespace);
                }
                continue;
            }
            let tracked = row.tracked_actions_last_accessed.iter();
            let recent = tracked.filter(|it| self.sight.is_recent(it.last_accessed_time));
            let ids = recent
                .filter_map(|it| self.catalog.find(&format!("{namespace}:{}", it.action_name)));
            used.actions.extend(ids.filter(|id| !granted.contains(*id)));
        }
        used
    }

    /// The granted actions: of what is set aside, those that are used, or that an ignored policy
    /// grants.
    fn granted(&self, grants: &Grants) -> ActionSet {
        let mut granted = grants.actions(self.catalog);
        let set_aside = grants.set_aside(self.catalog);
        let ignored = grants.ignored.actions(self.catalog);
        let counted = set_aside.iter().filter(|&id| {
            let action = self.catalog.action(id);
            if needs_no_permission(&action.to_string()) {
                return false;
            }
            let row = self.report.service(action.service);
            ignored.contains(id) || row.is_some_and(|row| self.may_be_used(row, action.name))
        });
        granted.extend(counted);
        granted.difference(self.left_out)
    }

    /// The granted actions of the service that the report tracks and the catalogue does not know.
    fn tracked_names(&self, namespace: &str, grants: &Grants) -> BTreeSet<Pattern> {
        let rows = self.report.service(namespace).into_iter();
        let tracked = rows.flat_map(|row| &row.tracked_actions_last_accessed);
        let names = tracked.map(|action| format!("{namespace}:{}", action.action_name));
        let unknown = names.filter(|name| self.catalog.find(name).is_none());
        unknown.filter(|name| grants.permits(name)).filter_map(|it| it.parse().ok()).collect()
    }

    /// Whether the row says that the action was used, or that its service was and leaves open by
    /// which action.
    fn may_be_used(&self, row: &ServiceLastAccessed, action: &str) -> bool {
        let tracked = row
            .tracked_actions_last_accessed
            .iter()
            .find(|tracked| tracked.action_name.eq_ignore_ascii_case(action));
        let last = tracked.map_or_else(|| self.last_use(row), |tracked| tracked.last_accessed_time);
        self.sight.is_recent(last)
    }

    fn service(
        &self,
        namespace: String,
        counted: &ActionSet,
        granted: &ActionSet,
        grants: &Grants,
    ) -> ServiceUsage {
        let known = self.catalog.service(&namespace);
        let counted = known.into_iter().flat_map(|known| counted.iter_in(known));
        let level = counted.map(|id| self.catalog.action(id).level).max();
        let row = self.report.service(&namespace);
        let usage = row.map_or(Usage::Unknown(Unknown::NotTracked), |row| {
            let are_tracked = known.map(|known| {
                let actions = granted.iter_in(known).map(|id| self.catalog.action(id));
                actions.map(|action| action.tracked_since.is_some())
            });
            let last = self.last_use(row);
            let usage = self.sight.of_service(&namespace, last, are_tracked);
            let of_iam = self.of_iam.service(&namespace).and_then(|row| self.last_use(row));
            let usage = dated(self.told(usage, &namespace, of_iam), row.shows_undated_use());
            disputed(usage, self.opinion_on_service(&namespace))
        });
        let actions = match (row, usage) {
            (Some(row), Usage::Used { .. }) => self.actions(&namespace, row, granted, grants),
            _ => Vec::new(),
        };
        let tells_apart = |row: &ServiceLastAccessed| !row.tracked_actions_last_accessed.is_empty();
        let granularity =
            if row.is_some_and(tells_apart) { Granularity::Action } else { Granularity::Service };
        ServiceUsage { namespace, usage, level, granularity, actions, reach: None }
    }

    fn actions(
        &self,
        namespace: &str,
        row: &ServiceLastAccessed,
        granted: &ActionSet,
        grants: &Grants,
    ) -> Vec<ActionUsage> {
        let mut actions: Vec<ActionUsage> = row
            .tracked_actions_last_accessed
            .iter()
            .filter_map(|tracked| {
                let written = format!("{namespace}:{}", tracked.action_name);
                self.action(&written, tracked, granted, grants)
            })
            .collect();
        actions.sort_by(|one, other| one.action.cmp(&other.action));
        actions
    }

    /// The use of a tracked action; `None` when it is not granted.
    fn action(
        &self,
        written: &str,
        tracked: &ActionLastAccessed,
        granted: &ActionSet,
        grants: &Grants,
    ) -> Option<ActionUsage> {
        let id = self.catalog.find(written);
        let is_granted = id.map_or_else(|| grants.permits(written), |id| granted.contains(id));
        let known = id.map(|id| self.catalog.action(id));
        // INVARIANT: the report's reader refuses names that cannot stand in an action.
        let action: Action = known
            .map_or_else(|| written.to_owned(), |known| known.to_string())
            .parse()
            .ok()
            .filter(|_| is_granted)?;
        let (namespace, name) = written.split_once(':').unwrap_or((written, ""));
        let usage = self.sight.of_action(namespace, tracked.last_accessed_time, known);
        let of_iam = self.of_iam.service(namespace).and_then(|row| row.date_of(name));
        let usage = dated(self.told(usage, namespace, of_iam), tracked.shows_undated_use());
        let usage = disputed(usage, self.opinion_on_action(&action));
        let level = known.map(|known| known.level);
        let reads = matches!(level, Some(AccessLevel::List | AccessLevel::Read));
        let preserved = reads && self.preserve_reads.is_on() && matches!(usage, Usage::Idle(_));
        let ignored = grants.ignored.permits(written);
        Some(ActionUsage { action, id, level, usage, preserved, ignored })
    }

    /// The usage with who says so: IAM, where its own date is the last, or else who saw it then.
    fn told(&self, usage: Usage, namespace: &str, of_iam: Option<DateTime<Utc>>) -> Usage {
        match usage {
            Usage::Used { last, by } if of_iam != Some(last) => {
                Usage::Used { last, by: self.sightings.who_saw(namespace, last).unwrap_or(by) }
            }
            Usage::Used { .. } | Usage::Idle(_) | Usage::Unknown(_) => usage,
        }
    }

    fn opinion_on_service(&self, namespace: &str) -> Option<Opinion> {
        self.sightings.opinion_on_service(namespace, self.sight.window_start())
    }

    fn opinion_on_action(&self, action: &Action) -> Option<Opinion> {
        self.sightings.opinion_on_action(action, self.sight.window_start())
    }

    /// What is idle and is listed as unused by somebody else, too.
    fn agreed(&self, services: &[ServiceUsage]) -> Vec<(String, Source)> {
        let mut agreed = Vec::new();
        for service in services {
            if let (Usage::Idle(_), Some(Opinion::Agrees(source))) =
                (service.usage, self.opinion_on_service(&service.namespace))
            {
                agreed.push((service.namespace.clone(), source));
            }
            for action in service.actions.iter().filter(|action| action.idle().is_some()) {
                if let Some(Opinion::Agrees(source)) = self.opinion_on_action(&action.action) {
                    agreed.push((action.action.to_string(), source));
                }
            }
        }
        agreed
    }

    /// The last use of a service, of any of its tracked actions included.
    fn last_use(&self, row: &ServiceLastAccessed) -> Option<DateTime<Utc>> {
        let actions = row.tracked_actions_last_accessed.iter();
        let dates = actions.map(|action| action.last_accessed_time);
        dates.chain([row.last_authenticated]).filter_map(|date| self.sight.date(date)).max()
    }
}

/// The usage, but nothing idle where somebody found it used.
fn disputed(usage: Usage, opinion: Option<Opinion>) -> Usage {
    match (usage, opinion) {
        (Usage::Idle(_), Some(Opinion::Disputes(_))) => Usage::Unknown(Unknown::SourcesDisagree),
        _ => usage,
    }
}

/// The usage, but nothing idle where the report shows an attempt without its date.
fn dated(usage: Usage, has_undated_use: bool) -> Usage {
    match usage {
        Usage::Idle(_) if has_undated_use => Usage::Unknown(Unknown::UndatedUse),
        Usage::Idle(_) | Usage::Used { .. } | Usage::Unknown(_) => usage,
    }
}
