//! Links that lead nowhere.

use crate::page::Page;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// Every page of Markdown below a folder, but for what is made, by its path from there.
#[must_use]
pub fn pages(root: &Path) -> BTreeMap<PathBuf, Page> {
    let mut pages = BTreeMap::new();
    collect(root, Path::new(""), &mut pages);
    pages
}

fn collect(root: &Path, folder: &Path, pages: &mut BTreeMap<PathBuf, Page>) {
    for entry in fs::read_dir(root.join(folder)).expect("the folder can be read") {
        let name = entry.expect("the folder can be read").file_name();
        let path = folder.join(&name);
        let name = name.to_string_lossy();
        let is_made = name.starts_with('.') || ["target", "node_modules"].contains(&&*name);
        if root.join(&path).is_dir() && !is_made {
            collect(root, &path, pages);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            let text = fs::read_to_string(root.join(&path)).expect("a page can be read");
            pages.insert(path, Page::parse(&text));
        }
    }
}

/// The links of these pages that lead to no file below `root`, or to no heading of a page; each
/// with the page that has it. Addresses of other sites are not followed.
#[must_use]
pub fn dead(root: &Path, pages: &BTreeMap<PathBuf, Page>) -> Vec<String> {
    let mut dead = Vec::new();
    for (path, page) in pages {
        for link in page.links.iter().filter(|link| !is_elsewhere(link)) {
            if let Some(why) = fault(root, pages, path, link) {
                dead.push(format!("{}: `{link}`: {why}", path.display()));
            }
        }
    }
    dead
}

fn is_elsewhere(link: &str) -> bool {
    ["https://", "http://", "mailto:"].iter().any(|scheme| link.starts_with(scheme))
}

fn fault(
    root: &Path,
    pages: &BTreeMap<PathBuf, Page>,
    page: &Path,
    link: &str,
) -> Option<&'static str> {
    let (file, anchor) = link.split_once('#').map_or((link, None), |(it, to)| (it, Some(to)));
    let folder = page.parent().unwrap_or(Path::new(""));
    let target = if file.is_empty() { Some(page.to_owned()) } else { plain(&folder.join(file)) };
    let Some(target) = target.filter(|target| root.join(target).exists()) else {
        return Some("there is no such file");
    };
    let anchor = anchor?;
    let known = pages.get(&target).is_some_and(|page| page.anchors.contains(anchor));
    (!known).then_some("there is no such heading")
}

/// The path without `..`; nothing where it leads out of the root.
fn plain(path: &Path) -> Option<PathBuf> {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir if !plain.pop() => return None,
            Component::Normal(part) => plain.push(part),
            Component::ParentDir | Component::CurDir => {}
            Component::Prefix(_) | Component::RootDir => return None,
        }
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_needs_its_file_and_its_heading() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let of = |path: &str, text: &str| (PathBuf::from(path), Page::parse(text));
        let pages = [
            of("a/one.md", "# Here\n[1](#here) [2](two.md#there) [3](../src/page.rs) [4](../a)"),
            of("a/two.md", "# There\n[1](#here) [2](one.md#here) [3](https://example.com/x#y)"),
            of("b.md", "[1](../../Cargo.toml) [2](src/page.rs#L1) [3](src/none.rs)"),
        ];
        let dead = dead(root, &pages.into());
        let none = "there is no such file";
        // `a` and its pages are no files of this package.
        let wanted = [
            format!("a/one.md: `#here`: {none}"),
            format!("a/one.md: `two.md#there`: {none}"),
            format!("a/one.md: `../a`: {none}"),
            format!("a/two.md: `#here`: {none}"),
            format!("a/two.md: `one.md#here`: {none}"),
            format!("b.md: `../../Cargo.toml`: {none}"),
            "b.md: `src/page.rs#L1`: there is no such heading".to_owned(),
            format!("b.md: `src/none.rs`: {none}"),
        ];
        assert_eq!(dead, wanted);
    }
}
