//! Finds the files, or the folders, that import each other.

use crate::arrows::Arrow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Files or folders of which each imports all others, directly or through others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circle {
    /// The files or folders.
    pub members: BTreeSet<String>,
    /// The arrows between them: cut until none leads back.
    pub arrows: Vec<Arrow>,
}

impl fmt::Display for Circle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let members: Vec<&str> = self.members.iter().map(String::as_str).collect();
        writeln!(formatter, "{} import each other: {}", members.len(), members.join(", "))?;
        self.arrows.iter().try_for_each(|arrow| writeln!(formatter, "    {arrow}"))
    }
}

/// The circles of files.
#[must_use]
pub fn of_files(arrows: &[Arrow]) -> Vec<Circle> {
    circles(arrows, |file| file)
}

/// The circles of folders, where a folder is a module of the crate's first file with all that is
/// below it.
#[must_use]
pub fn of_folders(arrows: &[Arrow]) -> Vec<Circle> {
    circles(arrows, folder)
}

/// The folder of a file: `plan` for `src/plan.rs` and for `src/plan/keep.rs`.
#[must_use]
pub fn folder(file: &str) -> &str {
    let path = file.strip_prefix("src/").unwrap_or(file);
    path.split_once('/').map_or(path, |(folder, _)| folder).trim_end_matches(".rs")
}

fn circles<'a>(arrows: &'a [Arrow], member: impl Fn(&'a str) -> &'a str) -> Vec<Circle> {
    let mut direct: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for arrow in arrows {
        direct.entry(member(&arrow.from)).or_default().insert(member(&arrow.to));
    }
    let reached: BTreeMap<&str, BTreeSet<&str>> =
        direct.keys().map(|start| (*start, reachable(&direct, start))).collect();
    let leads_to =
        |from: &str, to: &str| reached.get(from).is_some_and(|reached| reached.contains(to));

    let mut circles: Vec<Circle> = Vec::new();
    for start in direct.keys() {
        if circles.iter().any(|circle| circle.members.contains(*start)) {
            continue;
        }
        let members: BTreeSet<String> = reached[start]
            .iter()
            .filter(|other| **other != *start && leads_to(other, start))
            .chain([start])
            .map(|member| (*member).to_owned())
            .collect();
        if members.len() > 1 {
            let inside = arrows.iter().filter(|arrow| {
                let (from, to) = (member(&arrow.from), member(&arrow.to));
                from != to && members.contains(from) && members.contains(to)
            });
            circles.push(Circle { arrows: inside.cloned().collect(), members });
        }
    }
    circles
}

/// All that is reached from a start by following arrows.
fn reachable<'a>(
    direct: &BTreeMap<&'a str, BTreeSet<&'a str>>,
    start: &'a str,
) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut ahead = vec![start];
    while let Some(next) = ahead.pop() {
        for other in direct.get(next).into_iter().flatten() {
            if reached.insert(*other) {
                ahead.push(other);
            }
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrow(from: &str, to: &str) -> Arrow {
        let file = |name: &str| format!("src/{name}.rs");
        Arrow { from: file(from), to: file(to), line: 1, path: format!("crate::{to}::Item") }
    }

    #[test]
    fn a_circle_through_three_files_is_found_with_the_arrows_inside_it() {
        let arrows = [arrow("a", "b"), arrow("b", "c"), arrow("c", "a"), arrow("c", "d")];
        let circles = of_files(&arrows);
        let members = ["src/a.rs", "src/b.rs", "src/c.rs"].map(str::to_owned).into();
        assert_eq!(circles, [Circle { members, arrows: arrows[..3].to_vec() }]);
        assert_eq!(
            circles[0].to_string(),
            "3 import each other: src/a.rs, src/b.rs, src/c.rs\n    \
             src/a.rs:1 → src/b.rs (crate::b::Item)\n    \
             src/b.rs:1 → src/c.rs (crate::c::Item)\n    \
             src/c.rs:1 → src/a.rs (crate::a::Item)\n"
        );
    }

    #[test]
    fn two_circles_that_only_one_arrow_joins_are_two() {
        let arrows =
            [arrow("a", "b"), arrow("b", "a"), arrow("b", "c"), arrow("c", "d"), arrow("d", "c")];
        let members: Vec<_> =
            of_files(&arrows).into_iter().map(|circle| circle.members.len()).collect();
        assert_eq!(members, [2, 2]);
    }

    #[test]
    fn folders_may_import_each_other_where_no_files_do() {
        let arrows = [arrow("plan/keep", "usage"), arrow("usage/sorting", "plan/guard")];
        assert_eq!(of_files(&arrows), []);
        let circles = of_folders(&arrows);
        let members = ["plan", "usage"].map(str::to_owned).into();
        assert_eq!(circles, [Circle { members, arrows: arrows.to_vec() }]);
    }

    #[test]
    fn arrows_that_lead_one_way_are_no_circle() {
        let arrows = [arrow("a", "b"), arrow("a", "c"), arrow("b", "c"), arrow("plan/a", "plan")];
        assert_eq!(of_files(&arrows), []);
        assert_eq!(of_folders(&arrows), []);
    }
}
