//! What was granted after our boundary was planned. It was never decided on, and the boundary
//! denies it only because it was not there to be listed: so the boundary follows, within what stood
//! before it.

use super::language;
use super::limit::{OuterLimit, guarded};
use super::literals::literals;
use super::newly::Newly;
use super::own::{MAX_POLICY_CHARACTERS, followed_sid, free_sids, is_guard};
use crate::evidence::{PlannedFrom, PlannedGrants, PreviousLimit};
use crate::iam::{Boundary, Principal, PrincipalArn, UnknownPermissions};
use chrono::NaiveDate;
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::compress::{Compression, Compressor, Wildcards};
use leastwise_policy::document::{Document, Statement};
use leastwise_policy::pattern::Pattern;
use leastwise_policy::permissions::Permissions;
use std::collections::BTreeSet;

/// What a principal's own Leastwise boundary is to allow in addition.
#[derive(Debug, Clone, Default)]
pub(crate) struct Following {
    /// Statements without names, each under the limits of one that stood before.
    statements: Vec<Statement>,
    /// The version of the policy language in which they stand together with the boundary.
    version: String,
    /// What of them the boundary denies: not what it allows already as base actions or as always
    /// allowed actions.
    denied: Newly,
    /// Why it is not known whether there is anything.
    unknown: Option<String>,
}

impl Following {
    /// What was granted to `principal` since its own Leastwise boundary was planned, is denied by
    /// that, and was allowed by what stood before. Nothing is followed on missing knowledge.
    ///
    /// # Errors
    ///
    /// [`UnknownPermissions`] when a policy or the boundary could not be read.
    pub(crate) fn of(
        principal: &Principal,
        from: &PlannedFrom,
        catalog: &Catalog,
    ) -> Result<Self, UnknownPermissions> {
        let Some(boundary) = principal.own_boundary_document()? else {
            return Ok(Self::default());
        };
        let then = match &from.grants {
            PlannedGrants::AsNow => return Ok(Self::default()),
            PlannedGrants::Unknown(why) => return Ok(Self::unknown(why.clone())),
            PlannedGrants::Known(then) => then,
        };
        let then = match then.granting_documents() {
            Ok(documents) => Permissions::of(documents),
            Err(why) => {
                return Ok(Self::unknown(format!("of the time when it was planned, {why}")));
            }
        };
        let now = Permissions::of(principal.granting_documents()?);
        let newly = Newly::of(&now, &then, boundary, catalog);
        if newly.clone().that_can_be_denied(catalog).is_empty() {
            return Ok(Self::default());
        }
        Ok(match limit(&from.previous) {
            Ok(limit) => Self::within(&limit, &newly, boundary, catalog),
            Err(why) => Self::unknown(why),
        })
    }

    fn unknown(why: String) -> Self {
        Self { unknown: Some(why), ..Self::default() }
    }

    /// What the limit allows of it, so that it can be added to `boundary`: in stable wildcards, or
    /// in shorter ones where that would not fit.
    fn within(limit: &OuterLimit, newly: &Newly, boundary: &Document, catalog: &Catalog) -> Self {
        let written = |how| Self::written(limit, newly, boundary, how, catalog);
        let stable = written(Compression::from(Wildcards::Stable));
        if stable.size() + boundary.size() <= MAX_POLICY_CHARACTERS {
            return stable;
        }
        written(Compression::from(Wildcards::Exact))
    }

    /// What the limit allows of it, statement by statement.
    fn written(
        limit: &OuterLimit,
        newly: &Newly,
        boundary: &Document,
        how: Compression,
        catalog: &Catalog,
    ) -> Self {
        let newly = newly.permitted_by(&limit.permissions(), catalog);
        let writing = Writing { compressor: Compressor::new(catalog), how, catalog };
        let version = language::beside(boundary, limit.version()).to_owned();
        let mut following = Self { version, ..Self::default() };
        for statement in limit.allows() {
            let newly = newly.within(statement, catalog);
            let mut patterns = writing.patterns(statement, &newly.actions);
            patterns.extend(newly.names.iter().cloned());
            if !patterns.is_empty() {
                following.statements.push(statement.with_actions(patterns).without_sid());
                following.denied.add(newly.denied_by(boundary, statement, catalog));
            }
        }
        following
    }

    /// About how many characters it takes.
    fn size(&self) -> usize {
        Document::new(self.statements.clone()).size()
    }

    /// Why it is not known whether anything is to be followed.
    pub(crate) fn why_unknown(&self) -> Option<&str> {
        self.unknown.as_deref()
    }

    /// The services in which the boundary denies something that is followed, in their order and in
    /// lower case.
    pub(crate) fn denied_services(&self, catalog: &Catalog) -> BTreeSet<String> {
        let Newly { actions, names } = &self.denied;
        let known = actions.iter().map(|id| catalog.action(id).service.to_ascii_lowercase());
        let named = names.iter().filter_map(|name| name.service_literal());
        known.chain(named.map(str::to_ascii_lowercase)).collect()
    }

    /// The principal with its boundary as it is to be narrowed: with what is followed, which is
    /// told apart from the rest by the `day` on which that is planned.
    pub(crate) fn standing(
        &self,
        principal: &Principal,
        day: NaiveDate,
        catalog: &Catalog,
    ) -> Principal {
        let (Some(boundary), false) = (&principal.boundary, self.statements.is_empty()) else {
            return principal.clone();
        };
        let added_to = |document| self.added_to(document, day, &principal.arn, catalog);
        let document = boundary.document.as_ref().map(added_to).map_err(Clone::clone);
        let boundary = Boundary { document, ..boundary.clone() };
        Principal { boundary: Some(boundary), ..principal.clone() }
    }

    /// The boundary with what is followed. Where nothing narrower fits it may be attached as it is,
    /// so it has the guards that it needs.
    fn added_to(
        &self,
        document: &Document,
        day: NaiveDate,
        arn: &PrincipalArn,
        catalog: &Catalog,
    ) -> Document {
        let statements = document.statements();
        let is_taken = |sid: &str| statements.iter().any(|it| it.sid() == Some(sid));
        let day = followed_sid(day);
        let sids = free_sids(&day, is_taken);
        let mut all: Vec<Statement> =
            statements.iter().filter(|it| !is_guard(it)).cloned().collect();
        all.extend(self.statements.iter().zip(sids).map(|(it, sid)| it.with_sid(&sid)));
        guarded(all, &self.version, arn, catalog)
    }
}

/// The limit that stood before, or why it is not known.
fn limit(previous: &PreviousLimit) -> Result<OuterLimit, String> {
    match previous {
        PreviousLimit::NotAsked | PreviousLimit::NotRecorded => {
            Err("nothing says what stood before the boundary".to_owned())
        }
        PreviousLimit::Everything => Ok(OuterLimit::everything()),
        PreviousLimit::Policy { document: Ok(document), .. } => Ok(OuterLimit::by(document, false)),
        PreviousLimit::Policy { arn, document: Err(why) } => {
            Err(format!("what `{arn}` allows, which stood before, is unknown: {why}"))
        }
    }
}

/// How lists of actions are written.
struct Writing<'a> {
    compressor: Compressor<'a>,
    how: Compression,
    catalog: &'a Catalog,
}

impl Writing<'_> {
    /// These actions as patterns that match nothing else in the catalogue and that the statement
    /// surely includes. Of a service that is among them whole, actions that AWS adds are, too.
    fn patterns(&self, statement: &Statement, actions: &ActionSet) -> Vec<Pattern> {
        let mut rest = actions.clone();
        let mut patterns = Vec::new();
        for service in self.catalog.services() {
            let all = ActionSet::of_service(service);
            let whole = format!("{}:*", service.namespace).parse::<Pattern>();
            let whole = whole.ok().filter(|it| statement.actions().includes(it));
            if let (false, true, Some(whole)) = (all.is_empty(), all.is_subset(actions), whole) {
                rest.difference_with(&all);
                patterns.push(whole);
            }
        }
        for pattern in self.compressor.compress(&rest, self.how) {
            if statement.actions().includes(&pattern) {
                patterns.push(pattern);
            } else {
                patterns.extend(literals(&pattern.actions(self.catalog), self.catalog));
            }
        }
        patterns
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iam::UnreadableDocument;
    use crate::testing::{allow, as_of, limited, own, role, statements};
    use serde_json::json;

    const DAY: &str = "2026-06-30";

    fn day() -> NaiveDate {
        DAY.parse().unwrap()
    }

    /// What a role with a boundary of S3 follows that was granted S3 and KMS when that was planned,
    /// and is granted SQS now.
    fn following(previous: PreviousLimit) -> (Principal, Following) {
        let now = own(role([allow(&["s3:*", "kms:*", "sqs:*"])]), allow(&["s3:*"]));
        let then = role([allow(&["s3:*", "kms:*"])]);
        let grants = PlannedGrants::Known(Box::new(then));
        let from = PlannedFrom { grants, previous };
        let following = Following::of(&now, &from, Catalog::embedded()).unwrap();
        (now, following)
    }

    fn policy(document: Document) -> PreviousLimit {
        let arn = "arn:aws:iam::111122223333:policy/team-limits".to_owned();
        PreviousLimit::Policy { arn, document: Ok(document) }
    }

    fn boundary(previous: PreviousLimit) -> String {
        let (now, following) = following(previous);
        let standing = following.standing(&now, day(), Catalog::embedded());
        standing.boundary_document().unwrap().unwrap().to_compact_string()
    }

    #[test]
    fn what_is_newly_granted_is_followed_and_nothing_that_was_decided_on() {
        assert_eq!(
            boundary(PreviousLimit::Everything),
            concat!(
                r#"{"Version":"2012-10-17","Statement":["#,
                r#"{"Effect":"Allow","Action":["s3:*"],"Resource":"*"},"#,
                r#"{"Sid":"LeastwiseNew20260630","Effect":"Allow","Action":"sqs:*","Resource":"*"}]}"#
            )
        );
        let (_, following) = following(PreviousLimit::Everything);
        assert_eq!(following.denied_services(Catalog::embedded()), ["sqs".to_owned()].into());
        assert_eq!(following.why_unknown(), None);
    }

    #[test]
    fn it_is_followed_as_far_as_the_previous_boundary_allows_and_under_its_limits() {
        let previous = statements(json!([
            { "Sid": "Queues", "Effect": "Allow", "Action": "sqs:Send*",
              "Resource": "arn:aws:sqs:*:*:orders" },
            { "Effect": "Allow", "Action": "sqs:Receive*", "Resource": "*" },
            { "Effect": "Deny", "Action": "sqs:ReceiveMessage", "Resource": "*" }
        ]));
        assert_eq!(
            boundary(policy(previous)),
            concat!(
                r#"{"Version":"2012-10-17","Statement":["#,
                r#"{"Effect":"Allow","Action":["s3:*"],"Resource":"*"},"#,
                r#"{"Sid":"LeastwiseNew20260630","Effect":"Allow","Action":"sqs:SendMessage","#,
                r#""Resource":"arn:aws:sqs:*:*:orders"}]}"#
            )
        );
    }

    #[test]
    fn nothing_is_followed_where_it_is_not_known_what_stood_before_or_what_was_granted() {
        let why = |previous| following(previous).1.why_unknown().map(ToOwned::to_owned);
        let unsaid = Some("nothing says what stood before the boundary".to_owned());
        assert_eq!(why(PreviousLimit::NotRecorded), unsaid);
        let gone = PreviousLimit::Policy {
            arn: "arn:aws:iam::111122223333:policy/gone".into(),
            document: Err(UnreadableDocument::Missing),
        };
        assert_eq!(
            why(gone).as_deref(),
            Some(
                "what `arn:aws:iam::111122223333:policy/gone` allows, which stood before, is unknown: its text is \
                 missing from the account data"
            )
        );
        let now = own(role([allow(&["s3:*", "sqs:*"])]), allow(&["s3:*"]));
        let from = PlannedFrom {
            grants: PlannedGrants::Unknown("no record".into()),
            previous: PreviousLimit::Everything,
        };
        let following = Following::of(&now, &from, Catalog::embedded()).unwrap();
        assert_eq!(following.why_unknown(), Some("no record"));
        assert_eq!(following.standing(&now, day(), Catalog::embedded()), now);
    }

    #[test]
    fn what_is_given_back_is_followed_as_if_it_was_granted_now() {
        let now = own(role([allow(&["s3:*", "sqs:Send*", "sns:*"])]), allow(&["s3:*"]));
        let boundary = |grants: PlannedGrants, actions: &[&str], previous| {
            let actions: Vec<_> = actions.iter().map(|action| action.parse().unwrap()).collect();
            let from = PlannedFrom { grants: grants.giving_back(&actions, &now), previous };
            let following = Following::of(&now, &from, Catalog::embedded()).unwrap();
            let standing = following.standing(&now, day(), Catalog::embedded());
            standing.boundary_document().unwrap().unwrap().to_value()["Statement"][1].clone()
        };
        let given = |action: &str| json!({ "Sid": "LeastwiseNew20260630", "Effect": "Allow", "Action": action, "Resource": "*" });
        let unknown = || PlannedGrants::Unknown("no record".into());
        for grants in [PlannedGrants::AsNow, unknown()] {
            let one = boundary(grants, &["sqs:SendMessage"], PreviousLimit::Everything);
            assert_eq!(one, given("sqs:SendMessage"));
        }
        // What is granted newly comes with it.
        let then = PlannedGrants::Known(Box::new(role([allow(&["s3:*", "sqs:Send*"])])));
        let both = boundary(then, &["sqs:SendMessage"], PreviousLimit::Everything);
        assert_eq!(both["Action"], json!(["sns:*", "sqs:SendMessage"]));
        // Not what no policy grants, what stood before does not allow, or what is allowed already.
        let nothing = json!(null);
        let only_topics = || policy(allow(&["sns:*", "s3:*"]));
        for (action, previous) in [
            ("sqs:DeleteQueue", PreviousLimit::Everything),
            ("s3:GetObject", PreviousLimit::Everything),
            ("sqs:SendMessage", only_topics()),
            ("sqs:SendMessage", PreviousLimit::NotRecorded),
        ] {
            assert_eq!(boundary(PlannedGrants::AsNow, &[action], previous), nothing, "{action}");
        }
    }

    #[test]
    fn nothing_is_followed_under_a_boundary_of_somebody_else() {
        let now = limited(role([allow(&["s3:*", "sqs:*"])]), allow(&["s3:*"]));
        let grants = PlannedGrants::Known(Box::new(role([])));
        let from = PlannedFrom { grants, previous: PreviousLimit::Everything };
        let following = Following::of(&now, &from, Catalog::embedded()).unwrap();
        assert_eq!(following.standing(&now, as_of().date_naive(), Catalog::embedded()), now);
        assert_eq!(following.why_unknown(), None);
    }

    #[test]
    fn what_the_catalogue_does_not_know_is_followed_by_its_name() {
        let now = own(role([allow(&["s3:*", "queues:Send"])]), allow(&["s3:*"]));
        let grants = PlannedGrants::Known(Box::new(role([allow(&["s3:*"])])));
        let from = PlannedFrom { grants, previous: PreviousLimit::Everything };
        let following = Following::of(&now, &from, Catalog::embedded()).unwrap();
        assert_eq!(following.denied_services(Catalog::embedded()), ["queues".to_owned()].into());
        assert!(following.denied.actions.is_empty());
    }

    #[test]
    fn what_is_set_aside_is_denied_where_it_was_open_under_other_limits_too() {
        let on = |queue: &str| json!({ "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": queue });
        let denied = |previous: serde_json::Value| {
            let mut aside = on("arn:aws:sqs:*:*:orders");
            aside["Sid"] = json!("LeastwiseAlwaysAllow");
            let now = own(role([allow(&["sqs:SendMessage"])]), statements(json!([aside])));
            let grants = PlannedGrants::Known(Box::new(role([])));
            let from = PlannedFrom { grants, previous: policy(statements(previous)) };
            let following = Following::of(&now, &from, Catalog::embedded()).unwrap();
            following.denied_services(Catalog::embedded())
        };
        let orders = || on("arn:aws:sqs:*:*:orders");
        assert_eq!(denied(json!([orders()])), [].into());
        assert_eq!(
            denied(json!([orders(), on("arn:aws:sqs:*:*:bills")])),
            ["sqs".to_owned()].into()
        );
    }
}
