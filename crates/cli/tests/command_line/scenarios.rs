//! Every file of `tests/scenarios/<feature>/<situation>.json` through the program: the same figures as from the library,
//! whose own test (`crates/rightsizing/tests/scenarios.rs`) describes the format.

use crate::program::{Run, file, root, run};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

#[derive(Deserialize)]
struct Scenario {
    as_of: String,
    #[serde(default)]
    settings: BTreeMap<String, String>,
    account: Value,
    access: Value,
    expected: BTreeMap<String, Expected>,
}

#[derive(Deserialize)]
struct Expected {
    index: Option<u64>,
    compliance: String,
    annotation: String,
    plan: Option<Value>,
    refused: Option<Value>,
}

impl Scenario {
    fn read(path: &Path) -> Self {
        serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
    }

    /// The arguments that `index` and `plan` share, with both inputs in files of their own.
    fn arguments(&self, name: &str) -> Vec<String> {
        let account = file(&format!("{name}.account.json"), &self.account.to_string());
        let access = file(&format!("{name}.access.json"), &self.access.to_string());
        let mut arguments = vec!["--account".to_owned(), account, "--access".to_owned(), access];
        arguments.extend(["--as-of".to_owned(), self.as_of.clone()]);
        for setting in [
            "unused_after_days",
            "weighting",
            "exempt_principals",
            "break_glass_principals",
            "admin_group_name",
            "preserve_reads",
            "ignored_policies",
            "max_evidence_age_days",
            "untracked_regions",
            "keep_inverses",
            "narrow_protected",
        ] {
            arguments.extend(self.flag(setting));
        }
        let regions = self.settings.get("regions").map_or("us-east-1", String::as_str);
        arguments.extend(["--regions", regions].map(ToOwned::to_owned));
        arguments.extend(self.file_flag("exemption_list", name));
        arguments.extend(["--output", "json"].map(ToOwned::to_owned));
        arguments
    }

    /// The setting as a flag, if the scenario sets it.
    fn flag(&self, setting: &str) -> Vec<String> {
        let value = self.settings.get(setting);
        value.map_or_else(Vec::new, |value| {
            vec![format!("--{}", setting.replace('_', "-")), value.clone()]
        })
    }

    /// The setting, the text of a file, as a flag that names the file.
    fn file_flag(&self, setting: &str, name: &str) -> Vec<String> {
        let text = self.settings.get(setting);
        text.map_or_else(Vec::new, |text| {
            let path = file(&format!("{name}.{setting}.txt"), text);
            vec![format!("--{}", setting.replace('_', "-")), path]
        })
    }

    /// The flags that `plan` has alone.
    fn plan_flags(&self, name: &str) -> Vec<String> {
        let settings = [
            "base_actions",
            "always_allow",
            "wildcards",
            "resource_grants",
            "not_principal_checked",
        ];
        let mut flags: Vec<String> = settings.iter().flat_map(|it| self.flag(it)).collect();
        flags.extend(self.file_flag("do_not_enforce_list", name));
        flags
    }

    fn days(&self) -> &str {
        self.settings.get("unused_after_days").map_or("180", String::as_str)
    }
}

fn scenarios() -> Vec<(String, Scenario)> {
    let mut files: Vec<PathBuf> = fs::read_dir(root().join("tests/scenarios"))
        .unwrap()
        .flat_map(|feature| fs::read_dir(feature.unwrap().path()).unwrap())
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    assert!(!files.is_empty());
    let name = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
    files.iter().map(|path| (name(path), Scenario::read(path))).collect()
}

fn leastwise(command: &str, arguments: &[String], more: &[String]) -> Run {
    let arguments: Vec<&str> =
        [command].into_iter().chain(arguments.iter().chain(more).map(String::as_str)).collect();
    run(&arguments)
}

/// The rows of a run's JSON by principal, without the principal.
fn rows(run: &Run) -> BTreeMap<String, Map<String, Value>> {
    let rows: Vec<Map<String, Value>> = serde_json::from_str(&run.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}\n{}", run.stdout, run.stderr));
    rows.into_iter()
        .map(|mut row| {
            let principal = row.shift_remove("principal").unwrap();
            (principal.as_str().unwrap().to_owned(), row)
        })
        .collect()
}

/// What `index` says of a principal, in the words in which AWS Config gets it, and the services that count as idle.
fn in_words(row: &Map<String, Value>, days: &str) -> (String, Vec<String>) {
    if let Some(why) = row.get("notJudged") {
        assert_eq!(row["index"], Value::Null);
        assert_eq!(row["band"], Value::Null);
        return (without_advice(why.as_str().unwrap()), Vec::new());
    }
    let number = |key: &str| row[key].as_u64().unwrap();
    let index = format!("PCI {} {}", number("index"), row["band"].as_str().unwrap());
    if number("granted") == 0 {
        let but = if row.contains_key("ignored") { " but by ignored policies" } else { "" };
        return (format!("{index}: no service is granted{but}; by services only"), Vec::new());
    }
    let (never_used, stale) = (number("neverUsed"), number("stale"));
    let how = match (never_used, stale) {
        (0, 0) => String::new(),
        (_, 0) => format!(" ({never_used} never used)"),
        (0, _) => format!(" ({stale} not for {days} days)"),
        _ => format!(" ({never_used} never used, {stale} not for {days} days)"),
    };
    let unknown = row["unknown"].as_array().unwrap().len();
    let in_part = match number("idleInPart") {
        0 => String::new(),
        count => format!(", {count} in part"),
    };
    let tail = if unknown == 0 { String::new() } else { format!("; unknown: {unknown}") };
    let broken = match row.get("suspectedBreaks").and_then(Value::as_array).map(Vec::as_slice) {
        None => String::new(),
        Some([only]) => format!("suspected break: {}; ", only.as_str().unwrap()),
        Some([first, more @ ..]) => {
            format!("suspected break: {} and {} more; ", first.as_str().unwrap(), more.len())
        }
        Some([]) => panic!("an empty list is left out"),
    };
    let depth = match row["evidence"].as_str().unwrap() {
        "action-level" => "",
        "service-level" => "; by services only",
        other => panic!("{other}"),
    };
    let words = format!(
        "{broken}{index}: {} of {} granted services idle{how}{in_part}{tail}{depth}",
        never_used + stale,
        number("granted"),
    );
    assert_eq!(number("used") + never_used + stale + unknown as u64, number("granted"), "{words}");
    let drivers = row["drivers"].as_array().unwrap();
    (words, drivers.iter().map(|driver| driver["service"].as_str().unwrap().to_owned()).collect())
}

/// The reason without what to do about it, which the command line alone knows.
fn without_advice(reason: &str) -> String {
    let advice = ["; save `aws iam", "; add the policy to `Policies`", "; add what `aws iam"];
    let why = advice.iter().fold(reason, |why, advice| why.split(advice).next().unwrap());
    why.to_owned()
}

/// An annotation without the services that it names, and these.
fn taken_apart(annotation: &str) -> (String, Vec<String>) {
    let annotation = annotation.strip_prefix("not judged: ").unwrap_or(annotation);
    // Of exemptions that do not hold, `plan` warns.
    let annotation = annotation.split("; not exempt: ").next().unwrap();
    let Some((head, rest)) = annotation.split_once("; top: ") else {
        return (annotation.to_owned(), Vec::new());
    };
    let (services, tail) = rest.split_at(rest.find("; ").unwrap_or(rest.len()));
    (format!("{head}{tail}"), services.split(", ").map(ToOwned::to_owned).collect())
}

/// The exit code of these rows, in the order in which they were `printed`, by this threshold; and what stderr says: who is above, of how many nothing can be said,
/// and that nobody was judged.
fn gate(
    printed: &str,
    rows: &BTreeMap<String, Map<String, Value>>,
    threshold: &str,
) -> (i32, String) {
    let meant = ["exempt", "no-members", "new", "quarantined"];
    let is_unknown = |row: &&Map<String, Value>| {
        let why = row.get("notJudgedType").and_then(Value::as_str);
        why.is_some_and(|why| !meant.contains(&why))
    };
    let unknown = rows.values().filter(is_unknown).count();
    if unknown > 0 && rows.values().all(|row| row["index"].is_null()) {
        let error = format!(
            "error: nobody is judged: of {unknown} principals too little is known to say that they keep to a threshold\n\n\
             next: see why in the result: fetch new reports, or name the Regions (--regions)\n"
        );
        return (1, error);
    }
    let mut said = String::new();
    if unknown > 0 {
        said = format!(
            "warning: of {unknown} principals nothing can be said, because they are not judged\n"
        );
    }
    let fails = rows.iter().filter(|(_, row)| row["compliance"] == "NON_COMPLIANT");
    let mut fails: Vec<(&String, &Map<String, Value>)> = fails.collect();
    fails.sort_by_key(|(name, _)| printed.find(&format!("\"{name}\"")));
    let fails: Vec<String> = fails
        .into_iter()
        .map(|(name, row)| match row["index"].as_u64() {
            None => format!("`{name}` –"),
            Some(index) => format!("`{name}` {index}"),
        })
        .collect();
    if fails.is_empty() {
        return (0, said);
    }
    let fails = fails.join(", ");
    (3, format!("{said}above {threshold}, or a break is suspected: {fails}\n"))
}

#[test]
fn index_gives_the_figures_of_every_scenario() {
    for (name, scenario) in scenarios() {
        let arguments = scenario.arguments(&format!("index-{name}"));
        let threshold = scenario.settings.get("threshold").map_or("60", String::as_str);
        let mut more = ["--threshold", threshold].map(ToOwned::to_owned).to_vec();
        more.extend(scenario.flag("minimum_known_percent"));
        let run = leastwise("index", &arguments, &more);

        let rows = rows(&run);
        assert_eq!((run.code, run.stderr), gate(&run.stdout, &rows, threshold), "{name}");
        assert!(rows.keys().eq(scenario.expected.keys()), "{name}: {rows:?}");
        let above = rows.values().any(|row| row["compliance"] == "NON_COMPLIANT");
        let expected = scenario.expected.values();
        assert_eq!(above, expected.into_iter().any(|it| it.compliance == "NON_COMPLIANT"));
        for (principal, expected) in &scenario.expected {
            let row = &rows[principal];
            if expected.annotation.contains("; judged once it is ") {
                // The grace for new principals is the rule's alone; the command line shows what is known.
                let planned = expected.plan.as_ref().map(|plan| &plan["index"]);
                assert_eq!(Some(&row["index"]), planned, "{name}: {principal}");
                continue;
            }
            assert_eq!(row["index"].as_u64(), expected.index, "{name}: {principal}");
            assert_eq!(row["compliance"], expected.compliance, "{name}: {principal}");
            let (words, mut idle) = in_words(row, scenario.days());
            let (annotated, top) = taken_apart(&expected.annotation);
            // An annotation names as many services as it has room for.
            idle.truncate(top.len());
            assert_eq!((words, idle), (annotated, top), "{name}: {principal}");
        }
    }
}

#[test]
fn plan_gives_the_plan_or_the_refusal_of_every_scenario() {
    for (name, scenario) in scenarios() {
        let arguments = scenario.arguments(&format!("plan-{name}"));
        let run = leastwise("plan", &arguments, &scenario.plan_flags(&format!("plan-{name}")));

        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{name}");
        let rows = rows(&run);
        assert!(rows.keys().eq(scenario.expected.keys()), "{name}: {rows:?}");
        for (principal, mut row) in rows {
            let expected = &scenario.expected[&principal];
            if let Some(characters) = row.shift_remove("characters") {
                let printed = row["boundary"].to_string().chars().count();
                assert_eq!(characters.as_u64(), Some(printed as u64), "{name}: {principal}");
            }
            let mut refused = row.shift_remove("refused");
            if let Some(refused) = &mut refused {
                refused["reason"] = without_advice(refused["reason"].as_str().unwrap()).into();
            }
            assert_eq!(refused, expected.refused, "{name}: {principal}");
            let plan = refused.is_none().then_some(Value::Object(row));
            assert_eq!(plan, expected.plan, "{name}: {principal}");
        }
    }
}

#[test]
fn a_principal_asked_for_alone_has_the_same_plan_and_its_refusal_is_exit_code_4() {
    for (name, scenario) in scenarios() {
        let arguments = scenario.arguments(&format!("alone-{name}"));
        let flags = scenario.plan_flags(&format!("alone-{name}"));
        let all = rows(&leastwise("plan", &arguments, &flags));
        for (principal, expected) in &scenario.expected {
            let mut more = flags.clone();
            more.extend(["--principal".to_owned(), principal.clone()]);
            let run = leastwise("plan", &arguments, &more);
            let code = if expected.refused.is_some() { 4 } else { 0 };
            assert_eq!((run.code, run.stderr.as_str()), (code, ""), "{name}: {principal}");
            let alone = BTreeMap::from([(principal.clone(), all[principal].clone())]);
            assert_eq!(rows(&run), alone, "{name}: {principal}");
        }
    }
}
