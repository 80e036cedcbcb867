//! Says which file of a crate imports which.
//!
//! A file imports another if its code names something that the other defines: in a `use`, in a
//! path, in an attribute or inside a macro. A name is followed through re-exports to the file that
//! defines it, so a file that only declares its modules and re-exports what is in them is nobody's
//! target. `mod` lines, and re-exports of what lies below, are no imports. What stands behind
//! `#[cfg(test)]` does not count.

use crate::modules::{Id, Import, Modules};
use crate::sources::Sources;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// One file imports another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arrow {
    /// The file that imports.
    pub from: String,
    /// The file whose item is imported.
    pub to: String,
    /// The first line that does so.
    pub line: usize,
    /// What that line names.
    pub path: String,
}

impl fmt::Display for Arrow {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, to, line, path } = self;
        write!(formatter, "{from}:{line} → {to} ({path})")
    }
}

/// The files of a crate and the arrows between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrows {
    /// Every file that is compiled outside tests.
    pub files: BTreeSet<String>,
    /// The arrows, one for each pair of files.
    pub arrows: Vec<Arrow>,
}

impl Arrows {
    /// Reads the arrows of a crate.
    ///
    /// # Panics
    ///
    /// When a file cannot be parsed, or a `mod` line has no file.
    #[must_use]
    pub fn of(sources: &Sources) -> Self {
        let modules = Modules::read(sources);
        let mut first: BTreeMap<(String, String), Arrow> = BTreeMap::new();
        for arrow in between(&modules) {
            let known = first
                .entry((arrow.from.clone(), arrow.to.clone()))
                .or_insert_with(|| arrow.clone());
            if arrow.line < known.line {
                *known = arrow;
            }
        }
        Self { files: modules.files(), arrows: first.into_values().collect() }
    }
}

/// Where a path leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    /// To a module as such.
    Module(Id),
    /// To something that this module defines.
    ItemOf(Id),
}

/// The imports that are being followed, by module and place. None is followed to find itself, as in
/// `use log::log`.
type Trail = Vec<(Id, usize)>;

/// Every arrow of a crate, also those between the same two files.
fn between(modules: &Modules) -> Vec<Arrow> {
    let mut arrows = Vec::new();
    for (id, module) in modules.iter() {
        let imports = module.imports.iter().map(|import| {
            let is_from_below = |target| import.is_re_export && modules.is_below(target, id);
            let target = target(modules, id, &import.path).filter(|target| !is_from_below(*target));
            (target, &import.path, import.line)
        });
        let mentions = module
            .mentions
            .iter()
            .map(|mention| (target(modules, id, &mention.path), &mention.path, mention.line));
        for (target, path, line) in imports.chain(mentions) {
            if let Some(target) = target
                && modules.get(target).file != module.file
            {
                let (from, to) = (module.file.clone(), modules.get(target).file.clone());
                arrows.push(Arrow { from, to, line, path: path.join("::") });
            }
        }
    }
    arrows
}

/// The module that defines what a path names. A module as such is no target: what is used of it is
/// named by other paths.
fn target(modules: &Modules, from: Id, path: &[String]) -> Option<Id> {
    match find(modules, from, path, &mut Vec::new()) {
        Some(Found::ItemOf(module)) => Some(module),
        Some(Found::Module(_)) | None => None,
    }
}

/// Follows a path as it is written in a module; what is of another crate is not found.
fn find(modules: &Modules, from: Id, path: &[String], trail: &mut Trail) -> Option<Found> {
    let (first, rest) = path.split_first()?;
    match first.as_str() {
        "crate" => Some(walk(modules, modules.root(from), rest, trail)),
        "self" | "super" => Some(walk(modules, from, path, trail)),
        name => match modules.library(name) {
            Some(library) => Some(walk(modules, library, rest, trail)),
            None => named(modules, from, name, rest, trail),
        },
    }
}

/// Follows a path inside a module. What is not found there was made by a macro of that module.
fn walk(modules: &Modules, module: Id, path: &[String], trail: &mut Trail) -> Found {
    let Some((first, rest)) = path.split_first() else {
        return Found::Module(module);
    };
    match first.as_str() {
        "self" => walk(modules, module, rest, trail),
        "super" => {
            let parent = modules.get(module).parent.expect("`super` leads to a module");
            walk(modules, parent, rest, trail)
        }
        name => named(modules, module, name, rest, trail).unwrap_or(Found::ItemOf(module)),
    }
}

/// Follows a name that a module defines, declares or imports, and the rest of the path behind it.
fn named(
    modules: &Modules,
    id: Id,
    name: &str,
    rest: &[String],
    trail: &mut Trail,
) -> Option<Found> {
    let module = modules.get(id);
    let child = module.children.get(name).copied();
    // A function may have the name of a module: only the module has something behind it.
    if let Some(child) = child.filter(|_| !rest.is_empty()) {
        return Some(walk(modules, child, rest, trail));
    }
    if module.items.contains(name) {
        return Some(Found::ItemOf(id));
    }
    let mut follow = |is_wanted: fn(&Import, &str) -> bool| {
        module.imports.iter().enumerate().find_map(|(place, import)| {
            if !is_wanted(import, name) || trail.contains(&(id, place)) {
                return None;
            }
            trail.push((id, place));
            let found = through(modules, id, import, name, rest, trail);
            trail.pop();
            found
        })
    };
    follow(|import, name| import.name.as_deref() == Some(name))
        .or_else(|| follow(|import, _| import.name.is_none()))
        .or(child.map(Found::Module))
}

/// Follows a name through an import.
fn through(
    modules: &Modules,
    id: Id,
    import: &Import,
    name: &str,
    rest: &[String],
    trail: &mut Trail,
) -> Option<Found> {
    if import.name.is_some() {
        let path: Vec<String> = import.path.iter().chain(rest).cloned().collect();
        return find(modules, id, &path, trail);
    }
    match find(modules, id, &import.path, trail)? {
        Found::Module(module) => named(modules, module, name, rest, trail),
        Found::ItemOf(_) => None,
    }
}

#[cfg(test)]
mod tests;
