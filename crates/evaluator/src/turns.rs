//! Whose turn it is in a sweep: in an account that takes longer than a run may, each run goes on
//! where earlier ones ended.
//!
//! There is no store for that: AWS Config itself says of whom the rule has a result, and since
//! when.

use crate::judgement::NOT_REACHED;
use chrono::{DateTime, TimeDelta, Utc};
use leastwise_aws::ports::{Compliance, Evaluation, ReportedResult};
use leastwise_rightsizing::verdict::Verdict;
use std::collections::BTreeMap;

/// How many days a resource keeps a result while its turn does not come. After that nobody knows
/// whether it still holds.
const MOST_DAYS_KEPT: i64 = 30;

/// How many days a result that did not change is not reported again. Whoever is not reached on the
/// days after that still has one to keep.
const MOST_DAYS_UNREPORTED: i64 = 14;

/// What AWS Config holds of the rule, by resource.
#[derive(Debug, Default)]
pub struct Results<'a>(BTreeMap<(&'a str, &'a str), &'a ReportedResult>);

impl<'a> Results<'a> {
    /// These results.
    #[must_use]
    pub fn of(results: &'a [ReportedResult]) -> Self {
        let by_resource =
            |it: &'a ReportedResult| ((it.resource_type.as_str(), it.resource_id.as_str()), it);
        Self(results.iter().map(by_resource).collect())
    }

    /// Whether the resource has a result that it keeps until its turn comes: any but that it was
    /// not reached, for 30 days.
    #[must_use]
    pub fn keeps(&self, resource: (&str, &str), as_of: DateTime<Utc>) -> bool {
        let longest = TimeDelta::days(MOST_DAYS_KEPT);
        self.since(resource).is_some_and(|since| as_of - since <= longest)
    }

    /// Whether the resource got a verdict at this moment or later.
    #[must_use]
    pub fn judged_since(&self, resource: (&str, &str), moment: DateTime<Utc>) -> bool {
        let verdict = self.0.get(&resource).filter(|result| result.is_verdict());
        verdict.and_then(|result| result.recorded).is_some_and(|recorded| recorded >= moment)
    }

    /// Whether the resource got a verdict by a run that began at this moment or later.
    #[must_use]
    pub fn judged_by_a_run_since(&self, resource: (&str, &str), moment: DateTime<Utc>) -> bool {
        let verdict = self.0.get(&resource).filter(|result| result.is_verdict());
        verdict.and_then(|result| result.invoked).is_some_and(|invoked| invoked >= moment)
    }

    /// Whether AWS Config holds this very result, so that it need not be told again: for a while,
    /// and nothing that automatic remediation is to see.
    #[must_use]
    pub fn holds(&self, evaluation: &Evaluation, now: DateTime<Utc>) -> bool {
        let resource = (&*evaluation.resource_type, &*evaluation.resource_id);
        let Some(held) = self.0.get(&resource) else { return false };
        let longest = TimeDelta::days(MOST_DAYS_UNREPORTED);
        evaluation.compliance != Compliance::NonCompliant
            && held.compliance == Some(evaluation.compliance)
            && held.annotation == evaluation.annotation
            && held.recorded.is_some_and(|recorded| now - recorded <= longest)
    }

    /// Since when the resource has had the result that it keeps; `None` where it has none, or
    /// nothing says since when.
    fn since(&self, resource: (&str, &str)) -> Option<DateTime<Utc>> {
        self.0.get(&resource).filter(|result| was_reached(result))?.recorded
    }
}

/// Whether the result is another than that the resource was not reached. What AWS Config hands back
/// is the one place where the function reads an annotation of its own.
fn was_reached(result: &ReportedResult) -> bool {
    let Verdict { compliance, annotation, .. } = Verdict::unknown(NOT_REACHED);
    match result.compliance {
        Some(held) => held != compliance || result.annotation != Some(annotation),
        None => false,
    }
}

/// The places of `resources` (type and id), in the order in which they are judged: first whoever
/// has no result, then whoever has had it for longest. Among equals, the order in which they are
/// given.
///
/// Whoever is judged goes to the end of the line and nobody overtakes, so that with time for `n` of
/// `m` resources a run, each has its turn in every `m / n` runs, rounded up.
#[must_use]
pub fn order(resources: &[(&str, &str)], results: &Results<'_>) -> Vec<usize> {
    let mut places: Vec<(Option<DateTime<Utc>>, usize)> =
        resources.iter().enumerate().map(|(place, it)| (results.since(*it), place)).collect();
    places.sort_unstable();
    places.into_iter().map(|(_, place)| place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATE: &str = "not judged: the time of the run was over before its turn";

    const ROLE: &str = "AWS::IAM::Role";

    fn on(day: i64) -> DateTime<Utc> {
        "2026-06-30T12:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::days(day)
    }

    fn result(id: &str, compliance: Compliance, day: Option<i64>, why: &str) -> ReportedResult {
        ReportedResult {
            resource_type: ROLE.into(),
            resource_id: id.into(),
            compliance: Some(compliance),
            invoked: None,
            recorded: day.map(on),
            annotation: Some(why.into()),
        }
    }

    fn ordered(ids: &[&str], results: &[ReportedResult]) -> Vec<String> {
        let resources: Vec<(&str, &str)> = ids.iter().map(|id| (ROLE, *id)).collect();
        let places = order(&resources, &Results::of(results));
        places.into_iter().map(|place| ids[place].to_owned()).collect()
    }

    #[test]
    fn first_comes_who_has_no_result_then_who_has_had_it_for_longest() {
        use Compliance::{Compliant, NonCompliant, NotApplicable};
        let results = [
            result("a", Compliant, Some(9), "PCI 0"),
            result("b", NotApplicable, Some(2), "not judged: nothing is known"),
            result("c", NonCompliant, Some(3), "PCI 90"),
            result("d", NotApplicable, Some(8), LATE),
            result("e", Compliant, None, "PCI 0"),
            result("f", Compliant, Some(2), LATE),
            result("gone", Compliant, Some(1), "PCI 0"),
        ];
        let turns = ["d", "e", "g", "b", "f", "c", "a"];
        assert_eq!(ordered(&["a", "b", "c", "d", "e", "f", "g"], &results), turns);
        let mut shuffled = results;
        shuffled.reverse();
        assert_eq!(ordered(&["a", "b", "c", "d", "e", "f", "g"], &shuffled), turns);
        assert_eq!(ordered(&["a", "b"], &[]), ["a", "b"]);
        let elsewhere =
            ReportedResult { resource_type: "AWS::IAM::User".into(), ..shuffled[6].clone() };
        assert_eq!(ordered(&["a", "g"], &[elsewhere]), ["a", "g"]);
    }

    #[test]
    fn a_result_is_kept_for_thirty_days_if_it_says_since_when_it_holds() {
        let kept =
            |results: &[ReportedResult], day: i64| Results::of(results).keeps((ROLE, "a"), on(day));
        let compliant = [result("a", Compliance::Compliant, Some(1), "PCI 0")];
        assert!(kept(&compliant, 1) && kept(&compliant, 31));
        assert!(!Results::of(&compliant).keeps((ROLE, "a"), on(31) + TimeDelta::seconds(1)));
        assert!(!kept(&[result("a", Compliance::Compliant, None, "PCI 0")], 1));
        assert!(!kept(&[result("a", Compliance::NotApplicable, Some(1), LATE)], 1));
        assert!(!kept(&[], 1));
    }

    /// Who is judged in each of `runs` runs that have time for `budget` of `count`; every third
    /// cannot be judged and gets a result that is no verdict, which AWS Config shows or hides.
    fn judged(count: usize, budget: usize, runs: usize, shows: bool) -> Vec<Vec<String>> {
        let ids: Vec<String> = (0..count).map(|number| format!("role-{number:02}")).collect();
        let names: Vec<&str> = ids.iter().map(String::as_str).collect();
        let mut held: BTreeMap<String, ReportedResult> = BTreeMap::new();
        let mut all = Vec::new();
        for day in (0..).take(runs) {
            let visible: Vec<ReportedResult> =
                held.values().filter(|it| shows || it.is_verdict()).cloned().collect();
            let turns = ordered(&names, &visible);
            for (turn, id) in turns.iter().enumerate() {
                let told = if turn >= budget {
                    if Results::of(&visible).keeps((ROLE, id), on(day)) {
                        continue;
                    }
                    result(id, Compliance::NotApplicable, Some(day), LATE)
                } else if shows && id.ends_with('3') {
                    result(id, Compliance::NotApplicable, Some(day), "not judged: unknown")
                } else {
                    result(id, Compliance::Compliant, Some(day), "PCI 0")
                };
                held.insert(id.clone(), told);
            }
            all.push(turns.into_iter().take(budget).collect());
        }
        all
    }

    #[test]
    fn in_as_few_runs_as_can_be_everybody_has_a_turn_again_and_again() {
        for shows in [true, false] {
            for (count, budget, runs) in [(23, 5, 5), (10, 4, 3), (6, 1, 6), (7, 7, 1)] {
                let all = judged(count, budget, 4 * runs, shows);
                for window in all.windows(runs) {
                    let mut reached: Vec<&String> = window.iter().flatten().collect();
                    reached.sort_unstable();
                    reached.dedup();
                    assert_eq!(reached.len(), count, "{count} by {budget}: {window:?}");
                }
            }
        }
    }
}
