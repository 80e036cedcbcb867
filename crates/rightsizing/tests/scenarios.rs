//! Runs every file of `tests/scenarios/<feature>/<situation>.json` through the library. Dropping in a file adds a test.

#![expect(clippy::unwrap_used, reason = "integration tests fail by panicking")]
#![expect(clippy::panic, reason = "integration tests fail by panicking")]
#![expect(clippy::disallowed_methods, reason = "the library reads no files, its tests do")]

use chrono::{DateTime, Utc};
use leastwise_policy::catalog::Catalog;
use leastwise_rightsizing::evidence::{EnabledRegions, Evidence, LastAccessedReport, ReportError};
use leastwise_rightsizing::exemption::{EXEMPTION_LIST, ExemptionRules};
use leastwise_rightsizing::iam::{Account, Principal, PrincipalArn};
use leastwise_rightsizing::plan::{Candidate, PlanSettings, Refusal, plan};
use leastwise_rightsizing::presentation::{PlanJson, RefusalJson};
use leastwise_rightsizing::proof::prove;
use leastwise_rightsizing::settings::{Judging, PrincipalList, read_file};
use leastwise_rightsizing::verdict::{RuleSettings, evaluate};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// One situation: an account, what its principals used, and what must come of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    title: String,
    as_of: DateTime<Utc>,
    #[serde(default)]
    settings: Settings,
    /// What `aws iam get-account-authorization-details` prints.
    account: Value,
    /// By principal, what `aws iam get-service-last-accessed-details` prints.
    access: BTreeMap<PrincipalArn, Value>,
    /// For every principal of the account.
    expected: BTreeMap<PrincipalArn, Expected>,
}

/// Settings as operators write them; what is absent has its default.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    threshold: Option<String>,
    unused_after_days: Option<String>,
    minimum_age_days: Option<String>,
    weighting: Option<String>,
    exempt_principals: Option<String>,
    /// The text of the file.
    exemption_list: Option<String>,
    break_glass_principals: Option<String>,
    admin_group_name: Option<String>,
    /// The text of the file.
    do_not_enforce_list: Option<String>,
    base_actions: Option<String>,
    preserve_reads: Option<String>,
    ignored_policies: Option<String>,
    wildcards: Option<String>,
    always_allow: Option<String>,
    minimum_known_percent: Option<String>,
    max_evidence_age_days: Option<String>,
    untracked_regions: Option<String>,
    /// The enabled Regions, separated by commas.
    regions: Option<String>,
    keep_inverses: Option<String>,
    narrow_protected: Option<String>,
    resource_grants: Option<String>,
    not_principal_checked: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    /// `null` where the principal is not judged.
    #[serde(deserialize_with = "present")]
    index: Option<u8>,
    compliance: String,
    annotation: String,
    /// A [`PlanJson`] without its `characters`.
    plan: Option<Value>,
    /// A [`RefusalJson`].
    refused: Option<Value>,
}

/// An optional value whose key must be there.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u8>, D::Error> {
    Option::deserialize(deserializer)
}

fn read<T: Default + FromStr<Err: std::fmt::Debug>>(setting: Option<&String>) -> T {
    setting.map_or_else(T::default, |text| text.parse().unwrap())
}

fn list(name: &'static str, file: Option<&String>) -> PrincipalList {
    file.map_or_else(PrincipalList::default, |text| read_file(name, text.as_bytes()).unwrap())
}

impl Scenario {
    fn regions(&self) -> EnabledRegions {
        match &self.settings.regions {
            Some(names) => EnabledRegions::Known(names.split(',').map(ToOwned::to_owned).collect()),
            None => EnabledRegions::NotAsked,
        }
    }
}

impl Settings {
    fn rule(&self) -> RuleSettings {
        RuleSettings {
            threshold: read(self.threshold.as_ref()),
            judging: Judging {
                unused_after: read(self.unused_after_days.as_ref()),
                preserve_reads: read(self.preserve_reads.as_ref()),
                ignored_policies: read(self.ignored_policies.as_ref()),
                weighting: read(self.weighting.as_ref()),
                max_evidence_age: read(self.max_evidence_age_days.as_ref()),
                untracked_regions: read(self.untracked_regions.as_ref()),
                keep_inverses: read(self.keep_inverses.as_ref()),
            },
            minimum_age: read(self.minimum_age_days.as_ref()),
            minimum_known: read(self.minimum_known_percent.as_ref()),
            exemptions: ExemptionRules {
                break_glass: read(self.break_glass_principals.as_ref()),
                exempt_principals: read(self.exempt_principals.as_ref()),
                exemption_list: list(EXEMPTION_LIST, self.exemption_list.as_ref()),
                admin_group: self.admin_group_name.clone(),
                narrow_protected: read(self.narrow_protected.as_ref()),
            },
        }
    }

    fn plan(&self) -> PlanSettings {
        let rule = self.rule();
        let base_actions = self.base_actions.as_deref().unwrap_or("sts:GetCallerIdentity");
        PlanSettings {
            judging: rule.judging,
            wildcards: read(self.wildcards.as_ref()),
            always_allow: read(self.always_allow.as_ref()),
            base_actions: base_actions.parse().unwrap(),
            exemptions: rule.exemptions,
            do_not_enforce: list("DoNotEnforceList", self.do_not_enforce_list.as_ref()),
            resource_grants: read(self.resource_grants.as_ref()),
            not_principal_checked: read(self.not_principal_checked.as_ref()),
        }
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .collect();
    found.sort();
    found
}

/// What comes of a principal, in the words of the scenario.
fn outcome(
    principal: &Principal,
    evidence: Result<&Evidence, &ReportError>,
    scenario: &Scenario,
) -> Value {
    let catalog = Catalog::embedded();
    let verdict = evaluate(principal, evidence, &scenario.settings.rule(), catalog, scenario.as_of);
    let index = verdict.assessment.map(|assessment| assessment.index.value());
    let mut outcome = json!({
        "index": index, "compliance": verdict.compliance, "annotation": verdict.annotation,
    });
    let (key, value) = match planned(principal, evidence, scenario) {
        Ok(report) => {
            let mut plan = serde_json::to_value(&report).unwrap();
            let characters = plan.as_object_mut().unwrap().shift_remove("characters");
            assert_eq!(characters, Some(json!(report.boundary.to_string().chars().count())));
            ("plan", plan)
        }
        Err(refusal) => ("refused", serde_json::to_value(RefusalJson::of(&refusal)).unwrap()),
    };
    outcome.as_object_mut().unwrap().insert(key.to_owned(), value);
    outcome
}

fn planned(
    principal: &Principal,
    evidence: Result<&Evidence, &ReportError>,
    scenario: &Scenario,
) -> Result<PlanJson, Refusal> {
    let (settings, catalog) = (scenario.settings.plan(), Catalog::embedded());
    let candidate = Candidate::of(principal, &settings, scenario.as_of)?;
    let evidence = evidence.map_err(|why| Refusal::UsageUnknown {
        principal: principal.arn.clone(),
        why: why.clone(),
    })?;
    let plan = plan(candidate, evidence, catalog, scenario.as_of)?;
    let proved = prove(principal, plan, catalog).unwrap_or_else(|failure| panic!("{failure}"));
    Ok(PlanJson::of(proved.plan()))
}

fn in_words(expected: &Expected) -> Value {
    let Expected { index, compliance, annotation, plan, refused } = expected;
    let mut words = json!({ "index": index, "compliance": compliance, "annotation": annotation });
    for (key, value) in [("plan", plan), ("refused", refused)] {
        if let Some(value) = value {
            words.as_object_mut().unwrap().insert(key.to_owned(), value.clone());
        }
    }
    words
}

/// The differences between a scenario and what the library makes of it.
fn differences(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap();
    let scenario: Scenario =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    assert!(!scenario.title.is_empty() && scenario.annotations_fit(), "{}", file.display());
    let account = Account::from_json(&scenario.account.to_string()).unwrap();
    let principals: BTreeSet<&PrincipalArn> = account.principals().map(|it| &it.arn).collect();
    assert_eq!(principals, scenario.expected.keys().collect(), "{}", file.display());
    let differs = |principal: &Principal| {
        let report = scenario
            .access
            .get(&principal.arn)
            .map_or(Err(ReportError::Missing), LastAccessedReport::from_json);
        let evidence =
            report.map(|report| Evidence { regions: scenario.regions(), ..report.into() });
        let actual = outcome(principal, evidence.as_ref(), &scenario);
        let expected = in_words(scenario.expected.get(&principal.arn)?);
        (actual != expected).then(|| {
            format!(
                "{}\n{}\n{}\nexpected {expected:#}\nbut was {actual:#}\n",
                file.display(),
                scenario.title,
                principal.arn
            )
        })
    };
    account.principals().filter_map(differs).collect()
}

impl Scenario {
    fn annotations_fit(&self) -> bool {
        self.expected
            .values()
            .all(|expected| (1..=256).contains(&expected.annotation.chars().count()))
    }
}

#[test]
fn every_scenario_comes_out_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/scenarios");
    let files = files(&folder);
    assert!(!files.is_empty());
    let differences: Vec<String> = files.iter().flat_map(|file| differences(file)).collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
