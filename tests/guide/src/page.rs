//! One page of Markdown: what can be linked to, and what it links to.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use std::collections::{BTreeMap, BTreeSet};

/// A page, taken apart.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The names of its headings, as links write them after `#`.
    pub anchors: BTreeSet<String>,
    /// Where its links and pictures lead, as written.
    pub links: Vec<String>,
}

impl Page {
    /// Reads the text of a page.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut page = Self::default();
        let mut met = BTreeMap::new();
        let mut heading: Option<String> = None;
        for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
            match event {
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::End(TagEnd::Heading(_)) => {
                    let anchor = anchor(&heading.take().unwrap_or_default());
                    page.anchors.insert(numbered(anchor, &mut met));
                }
                Event::Text(text) | Event::Code(text) => {
                    if let Some(heading) = &mut heading {
                        heading.push_str(&text);
                    }
                }
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    page.links.push(dest_url.to_string());
                }
                _ => {}
            }
        }
        page
    }
}

/// The name of a heading: small letters, and a hyphen for each blank.
///
/// Source: GitHub's "Basic writing and formatting syntax", section links.
fn anchor(heading: &str) -> String {
    let lower = heading.trim().to_lowercase();
    let kept = lower.chars().filter(|it| it.is_alphanumeric() || [' ', '-', '_'].contains(it));
    kept.map(|it| if it == ' ' { '-' } else { it }).collect()
}

/// The second heading of a name gets `-1`, the third `-2`.
fn numbered(anchor: String, met: &mut BTreeMap<String, usize>) -> String {
    let before = met.entry(anchor.clone()).or_default();
    *before += 1;
    match *before {
        1 => anchor,
        times => format!("{anchor}-{}", times - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_named_as_links_name_them_and_code_has_no_links() {
        let text = "# By hand\n\n## 3. Deploy, with `nothing` automatic\n\n# By hand\n\n\
                    [a](b.md#c) ![d](e.png) `[f](g)`\n\n```sh\n# no heading [h](i)\n```\n\n\
                    | t |\n|---|\n| [j](k) |\n";
        let anchors = ["by-hand", "by-hand-1", "3-deploy-with-nothing-automatic"];
        let page = Page::parse(text);
        assert_eq!(page.anchors, anchors.map(ToOwned::to_owned).into());
        assert_eq!(page.links, ["b.md#c", "e.png", "k"]);
    }
}
