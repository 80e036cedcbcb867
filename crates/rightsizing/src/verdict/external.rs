//! Judging by the index of an external service.

use super::compliance::{Compliance, Verdict};
use super::not_judged::NotJudged;
use super::settings::RuleSettings;
use crate::score::{ExternalScore, UnknownScore};

/// The verdict by the external index alone, for a principal that is to be judged.
#[must_use]
pub fn judge(score: Result<ExternalScore, UnknownScore>, settings: &RuleSettings) -> Verdict {
    match score {
        Ok(score) => {
            let above = score.is_above(settings.threshold);
            let compliance = if above { Compliance::NonCompliant } else { Compliance::Compliant };
            let annotation = format!("{score}; the external service alone decides");
            let own = Verdict::not_applicable(&annotation);
            Verdict { compliance, ..own }
        }
        Err(why) => Verdict::not_judged(&NotJudged::External(why)),
    }
}

/// Our own verdict and the external index together, for a principal that is to be judged: it is
/// NON_COMPLIANT if either index is known to be above the threshold, and COMPLIANT only if both are
/// known and neither is.
#[must_use]
pub fn combine(
    own: Verdict,
    score: Result<ExternalScore, UnknownScore>,
    settings: &RuleSettings,
) -> Verdict {
    match score {
        Ok(score) => {
            let above = score.is_above(settings.threshold);
            // What we do not know ourselves, no low index elsewhere makes up for.
            if own.compliance == Compliance::NotApplicable && !above {
                return own;
            }
            let compliance = if above { Compliance::NonCompliant } else { own.compliance };
            Verdict { compliance, unknown: None, ..own.beside(&score.to_string(), settings) }
        }
        Err(why) => match own.compliance {
            Compliance::NonCompliant => own.beside("external PCI unknown", settings),
            Compliance::Compliant => Verdict::unknown(&format!("{why}; {}", own.annotation)),
            Compliance::NotApplicable => own,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::ReportError;
    use crate::iam::PrincipalKind;
    use crate::score::{CreepIndex, ExternalIdentity, ExternalScores};
    use crate::testing::{allow, as_of, days_ago, evidence, own as own_role, role};
    use crate::verdict::{MAX_ANNOTATION_CHARACTERS, evaluate};
    use leastwise_policy::catalog::Catalog;

    const ADA: &str = "arn:aws:iam::111122223333:user/staff/ada";

    fn listed(arn: Option<&str>, name: &str, index: &str) -> ExternalIdentity {
        ExternalIdentity {
            kind: PrincipalKind::User,
            arn: arn.map(ToOwned::to_owned),
            name: name.to_owned(),
            index: Some(index.to_owned()),
            category: None,
        }
    }

    fn score(identities: &[ExternalIdentity]) -> Result<u8, UnknownScore> {
        let scores = ExternalScores::of(identities.to_vec());
        scores.score(&ADA.parse().unwrap()).map(|score| score.index.value())
    }

    #[test]
    fn an_identity_is_found_by_its_arn_or_else_by_its_name() {
        let by_arn = listed(Some(ADA), "somebody", "72");
        let by_name = listed(None, "Ada", "5");
        assert_eq!(score(&[by_name.clone(), by_arn]), Ok(72));
        assert_eq!(score(&[listed(None, "bob", "1"), by_name]), Ok(5));
    }

    #[test]
    fn a_name_with_the_arn_of_somebody_else_or_of_another_kind_is_somebody_else() {
        let elsewhere = "arn:aws:iam::444455556666:user/staff/ada";
        let role = ExternalIdentity { kind: PrincipalKind::Role, ..listed(None, "ada", "5") };
        assert_eq!(
            score(&[listed(Some(elsewhere), "ada", "5"), role]),
            Err(UnknownScore::NotListed)
        );
    }

    #[test]
    fn an_identity_that_is_listed_twice_or_whose_index_is_none_is_unknown() {
        let ada = |index| listed(Some(ADA), "ada", index);
        assert_eq!(score(&[ada("5"), ada("5")]), Err(UnknownScore::ListedMoreThanOnce(2)));
        for text in ["101", "-1", "40.5", "1e2"] {
            assert_eq!(score(&[ada(text)]), Err(UnknownScore::NotAnIndex(text.to_owned())));
        }
        assert_eq!([score(&[ada("0")]), score(&[ada("100.0")])], [Ok(0), Ok(100)]);
        let without = ExternalIdentity { index: None, ..ada("5") };
        assert_eq!(score(&[without]), Err(UnknownScore::NoIndex));
    }

    fn external(index: u8) -> ExternalScore {
        let index = CreepIndex::new(index).unwrap();
        ExternalScore { index, category: Some("HIGH".to_owned()) }
    }

    const UNKNOWN: UnknownScore = UnknownScore::NotListed;

    /// What Config is told.
    fn told(verdict: Verdict) -> (Compliance, String) {
        assert!(verdict.annotation.chars().count() <= MAX_ANNOTATION_CHARACTERS);
        (verdict.compliance, verdict.annotation)
    }

    fn says(compliance: Compliance, annotation: &str) -> (Compliance, String) {
        (compliance, annotation.to_owned())
    }

    /// A verdict of our own on a role that uses one of two services, or one of one.
    fn own(idle: bool) -> Verdict {
        let actions = ["logs:PutLogEvents", "sns:Publish"];
        let granted = if idle { &actions[..] } else { &actions[..1] };
        let report = evidence(&[("logs", Some(3)), ("sns", None)]);
        let settings = settings();
        evaluate(&role([allow(granted)]), Ok(&report), &settings, Catalog::embedded(), as_of())
    }

    fn own_unknown() -> Verdict {
        let why = ReportError::Missing;
        evaluate(&role([]), Err(&why), &settings(), Catalog::embedded(), as_of())
    }

    fn settings() -> RuleSettings {
        RuleSettings { threshold: "40".parse().unwrap(), ..RuleSettings::default() }
    }

    #[test]
    fn by_itself_the_external_index_decides_with_our_threshold() {
        let judged = |index| told(judge(Ok(external(index)), &settings()));
        let rest = "(HIGH); the external service alone decides";
        let compliant = format!("external PCI 40 {rest}");
        assert_eq!(judged(40), says(Compliance::Compliant, &compliant));
        let above = format!("external PCI 41 {rest}");
        assert_eq!(judged(41), says(Compliance::NonCompliant, &above));
        assert_eq!(
            told(judge(Err(UNKNOWN), &settings())),
            says(Compliance::NotApplicable, "not judged: the external service does not know it")
        );
    }

    #[test]
    fn together_either_index_above_the_threshold_is_enough() {
        let both = |own, external| told(combine(own, external, &settings()));
        let used = "PCI 0 low: 0 of 1 granted services idle; by services only";
        let idle = "PCI 50 medium: 1 of 2 granted services idle (1 never used); top: sns; by services only";
        let beside = |index: u8, own| format!("external PCI {index} (HIGH); {own}");
        let (compliant, non_compliant) = (Compliance::Compliant, Compliance::NonCompliant);
        assert_eq!(both(own(false), Ok(external(40))), says(compliant, &beside(40, used)));
        assert_eq!(both(own(false), Ok(external(41))), says(non_compliant, &beside(41, used)));
        assert_eq!(both(own(true), Ok(external(0))), says(non_compliant, &beside(0, idle)));
        assert_eq!(both(own(true), Ok(external(90))), says(non_compliant, &beside(90, idle)));
    }

    #[test]
    fn together_what_is_unknown_on_either_side_is_never_compliant() {
        let both = |own, external| told(combine(own, external, &settings()));
        let Verdict { annotation: idle, .. } = own(true);
        let Verdict { annotation: used, .. } = own(false);
        let Verdict { annotation: not_judged, .. } = own_unknown();
        let not_applicable = Compliance::NotApplicable;
        assert_eq!(
            both(own(true), Err(UNKNOWN)),
            says(Compliance::NonCompliant, &format!("external PCI unknown; {idle}"))
        );
        let why = "not judged: the external service does not know it";
        assert_eq!(both(own(false), Err(UNKNOWN)), says(not_applicable, &format!("{why}; {used}")));
        assert_eq!(both(own_unknown(), Ok(external(0))), says(not_applicable, &not_judged));
        assert_eq!(both(own_unknown(), Err(UNKNOWN)), says(not_applicable, &not_judged));
        assert_eq!(
            both(own_unknown(), Ok(external(41))),
            says(Compliance::NonCompliant, &format!("external PCI 41 (HIGH); {not_judged}"))
        );
    }

    #[test]
    fn together_a_suspected_break_comes_first_and_no_low_index_elsewhere_makes_up_for_it() {
        let mut broken = own_role(
            role([allow(&["kms:Decrypt", "logs:PutLogEvents"])]),
            allow(&["logs:PutLogEvents"]),
        );
        broken.boundary.as_mut().unwrap().since = Some(days_ago(30));
        let report = evidence(&[("kms", Some(3)), ("logs", Some(3))]);
        let own = || evaluate(&broken, Ok(&report), &settings(), Catalog::embedded(), as_of());
        let rest = "PCI 0 low: 0 of 1 granted services idle; by services only";
        let says = |other| {
            says(Compliance::NonCompliant, &format!("suspected break: kms; {other}; {rest}"))
        };
        let both = |external| told(combine(own(), external, &settings()));
        assert_eq!(both(Ok(external(0))), says("external PCI 0 (HIGH)"));
        assert_eq!(both(Ok(external(90))), says("external PCI 90 (HIGH)"));
        assert_eq!(both(Err(UNKNOWN)), says("external PCI unknown"));
    }

    #[test]
    fn together_a_long_annotation_names_fewer_services_and_loses_nothing_else() {
        let catalog = Catalog::embedded();
        let names = catalog.services().map(|service| service.namespace.as_str());
        let rows: Vec<(&str, Option<i64>)> = names.map(|name| (name, None)).collect();
        let (everything, report) = (role([allow(&["*"])]), evidence(&rows));
        let own = evaluate(&everything, Ok(&report), &settings(), catalog, as_of());
        let (_, annotation) = told(combine(own, Ok(external(72)), &settings()));
        assert!(annotation.starts_with("external PCI 72 (HIGH); PCI 100 high: "), "{annotation}");
        assert!(annotation.ends_with("; by services only"), "{annotation}");
    }
}
