//! What was granted after our boundary was planned. It was never decided on, and the boundary
//! denies it only because it was not there to be listed: so the boundary follows, within what stood
//! before it.

use super::guard::guards;
use super::limit::{OuterLimit, numbered};
use super::own::{MAX_POLICY_CHARACTERS, SID_PREFIX, followed_sid};
use crate::evidence::{PlannedFrom, PlannedGrants, PreviousLimit};
use crate::iam::{Boundary, Principal, PrincipalArn, UnknownPermissions};
use chrono::NaiveDate;
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::compress::{Compression, Compressor, Wildcards};
use leastwise_policy::document::{Document, Effect, Statement};
use leastwise_policy::pattern::Pattern;
use leastwise_policy::permissions::Permissions;
use std::collections::BTreeSet;

/// What a principal's own Leastwise boundary is to allow in addition.
#[derive(Debug, Clone, Default)]
pub(crate) struct Following {
    /// Statements without names, each under the limits of one that stood before.
    statements: Vec<Statement>,
    /// The version of the policy language in which they stand together with the boundary; `None`
    /// where that names none.
    language: Option<String>,
    /// What they allow that the catalogue knows.
    actions: ActionSet,
    /// What they allow that it does not know.
    names: BTreeSet<Pattern>,
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
        let Some(boundary) =
            principal.boundary_document()?.filter(|_| principal.has_own_leastwise_boundary())
        else {
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
        let granted = Granted { now: &now, then: &then, boundary };
        let newly = granted.newly(catalog);
        if newly.is_empty() {
            return Ok(Self::default());
        }
        Ok(match &from.previous {
            PreviousLimit::NotAsked | PreviousLimit::NotRecorded => {
                Self::unknown("nothing says what stood before the boundary".to_owned())
            }
            PreviousLimit::Everything => newly.within(&OuterLimit::everything(), boundary, catalog),
            PreviousLimit::Policy { arn, document: Err(why) } => {
                Self::unknown(format!("what `{arn}` allows, which stood before, is unknown: {why}"))
            }
            PreviousLimit::Policy { document: Ok(document), .. } => {
                newly.within(&OuterLimit::by(document, false), boundary, catalog)
            }
        })
    }

    fn unknown(why: String) -> Self {
        Self { unknown: Some(why), ..Self::default() }
    }

    /// About how many characters it takes.
    fn size(&self) -> usize {
        Document::new(self.statements.clone()).size()
    }

    /// Why it is not known whether anything is to be followed.
    pub(crate) fn why_unknown(&self) -> Option<&str> {
        self.unknown.as_deref()
    }

    /// The services in which something is followed, in their order and in lower case.
    pub(crate) fn services(&self, catalog: &Catalog) -> BTreeSet<String> {
        let known = self.actions.iter().map(|id| catalog.action(id).service.to_ascii_lowercase());
        let named = self.names.iter().filter_map(|name| name.service_literal());
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
        let is_guard = |statement: &Statement| {
            let ours = statement.sid().is_some_and(|sid| sid.starts_with(SID_PREFIX));
            ours && statement.effect() == Effect::Deny
        };
        let mut all: Vec<Statement> =
            document.statements().iter().filter(|it| !is_guard(it)).cloned().collect();
        let taken: BTreeSet<String> =
            all.iter().filter_map(Statement::sid).map(ToOwned::to_owned).collect();
        let day = followed_sid(day);
        let sids = (0..).map(|place| numbered(&day, place)).filter(|sid| !taken.contains(sid));
        all.extend(self.statements.iter().zip(sids).map(|(it, sid)| it.with_sid(&sid)));
        let guards = guards(&Document::new(all.clone()), arn, catalog);
        all.extend(guards);
        OuterLimit::in_language(all, self.language.as_deref())
    }
}

/// The version of the policy language in which `document` and what is followed can stand together.
fn language<'a>(limit: &'a OuterLimit, document: &'a Document) -> Option<&'a str> {
    if has_variables(&document.to_compact_string()) {
        document.version()
    } else {
        Some(limit.version())
    }
}

fn has_variables(text: &str) -> bool {
    text.contains("${")
}

/// What identity policies grant now and granted then, and the boundary between.
struct Granted<'a> {
    now: &'a Permissions,
    then: &'a Permissions,
    boundary: &'a Document,
}

impl Granted<'_> {
    /// What they did not grant then, and the boundary does not keep.
    fn newly(&self, catalog: &Catalog) -> Newly {
        // What it sets aside is not kept under every limit under which it was allowed.
        let kept = OuterLimit::by(self.boundary, true);
        let kept = [kept.allows(), kept.denies()].concat();
        let boundary = Permissions::of([&Document::new(kept)]);
        let actions = self.now.actions(catalog).difference(&self.then.actions(catalog));
        let then = self.then.uncatalogued(catalog);
        let is_new = |name: &Pattern| {
            !self.then.permits(name.as_str())
                && !then.iter().any(|earlier| earlier.overlaps(name))
                && !boundary.permits(name.as_str())
        };
        Newly {
            actions: actions.difference(&boundary.actions(catalog)),
            names: self.now.uncatalogued(catalog).into_iter().filter(is_new).collect(),
        }
    }
}

/// What is newly granted and denied.
struct Newly {
    /// As far as the catalogue knows it.
    actions: ActionSet,
    /// The patterns of what it does not know.
    names: BTreeSet<Pattern>,
}

impl Newly {
    fn is_empty(&self) -> bool {
        self.actions.is_empty() && self.names.is_empty()
    }

    /// What the limit allows of it, so that it can be added to `boundary`: in stable wildcards, or
    /// in shorter ones where that would not fit.
    fn within(&self, limit: &OuterLimit, boundary: &Document, catalog: &Catalog) -> Following {
        let stable = self.written(limit, boundary, Compression::from(Wildcards::Stable), catalog);
        if stable.size() + boundary.size() <= MAX_POLICY_CHARACTERS {
            return stable;
        }
        self.written(limit, boundary, Compression::from(Wildcards::Exact), catalog)
    }

    /// What the limit allows of it, statement by statement. A statement with policy variables is
    /// left out where the boundary has some, too, and reads them in another version of the
    /// language.
    fn written(
        &self,
        limit: &OuterLimit,
        boundary: &Document,
        how: Compression,
        catalog: &Catalog,
    ) -> Following {
        let all = [limit.allows(), limit.denies()].concat();
        let permitted = Permissions::of([&Document::new(all)]);
        let actions = self.actions.intersection(&permitted.actions(catalog));
        let writing = Writing { compressor: Compressor::new(catalog), how, catalog };
        let language = language(limit, boundary);
        let reads_alike = |statement: &&Statement| {
            language == Some(limit.version()) || !has_variables(&statement.limits())
        };
        let mut following =
            Following { language: language.map(ToOwned::to_owned), ..Following::default() };
        for statement in limit.allows().iter().filter(reads_alike) {
            let allowed = statement.actions().in_catalog(catalog).intersection(&actions);
            let names = self.names.iter().filter(|name| {
                permitted.permits(name.as_str()) && statement.actions().includes(name)
            });
            let names: BTreeSet<Pattern> = names.cloned().collect();
            let mut patterns = writing.patterns(statement, &allowed);
            patterns.extend(names.iter().cloned());
            if !patterns.is_empty() {
                following.statements.push(statement.with_actions(patterns).without_sid());
                following.actions.union_with(&allowed);
                following.names.extend(names);
            }
        }
        following
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
                // INVARIANT: what is in the catalogue is an action, and an action is a pattern.
                let matched = pattern.actions(self.catalog);
                let names = matched.iter().map(|id| self.catalog.action(id).to_string());
                patterns.extend(names.filter_map(|name| name.parse().ok()));
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
        assert_eq!(following.services(Catalog::embedded()), ["sqs".to_owned()].into());
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
        assert_eq!(following.services(Catalog::embedded()), ["queues".to_owned()].into());
        assert!(following.actions.is_empty());
    }
}
