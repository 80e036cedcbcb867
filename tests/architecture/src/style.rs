//! Finds what goes against `STYLE.md`, as far as a line shows it.

const WIDTH: usize = 100;

/// A line that goes against the style, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Offence {
    /// The line, counted from 1.
    pub line: usize,
    /// The rule.
    pub rule: &'static str,
}

/// What goes against the style in the text of a Rust file.
#[must_use]
pub fn offences(text: &str) -> Vec<Offence> {
    let lines: Vec<Line<'_>> = text.lines().zip(1..).map(Line::of).collect();
    let mut offences: Vec<Offence> = lines
        .chunk_by(|one, other| one.marker == other.marker)
        .flat_map(|block| match block {
            [Line { marker: "", .. }, ..] => code(block),
            [Line { marker: "//", .. }, ..] => block.iter().filter_map(Line::too_wide).collect(),
            _ => doc(block),
        })
        .collect();
    offences.sort();
    offences
}

/// A line of a file, with what begins it if it is a comment.
struct Line<'a> {
    number: usize,
    width: usize,
    marker: &'static str,
    text: &'a str,
}

impl<'a> Line<'a> {
    fn of((line, number): (&'a str, usize)) -> Self {
        let trimmed = line.trim();
        let marker = ["///", "//!", "//", ""]
            .into_iter()
            .find(|marker| trimmed.starts_with(marker))
            .unwrap_or_default();
        let text = trimmed.trim_start_matches(marker).trim();
        Self { number, width: line.chars().count(), marker, text }
    }

    fn breaks(&self, rule: &'static str) -> Offence {
        Offence { line: self.number, rule }
    }

    /// A line with one word is as short as it gets, and neither a table's row nor the target of a
    /// link can be wrapped.
    fn too_wide(&self) -> Option<Offence> {
        let can_be_wrapped =
            self.text.contains(' ') && !self.text.starts_with('|') && !is_target(self.text);
        (self.width > WIDTH && can_be_wrapped)
            .then(|| self.breaks("a comment is at most 100 columns wide"))
    }
}

fn code(block: &[Line<'_>]) -> Vec<Offence> {
    let formatters = block.iter().filter(|line| line.text.starts_with("fn fmt(&self, f: "));
    formatters.map(|line| line.breaks("a formatter is called `formatter`")).collect()
}

fn doc(block: &[Line<'_>]) -> Vec<Offence> {
    let mut offences = Vec::new();
    let mut is_example = false;
    let mut paragraph = "";
    for (place, line) in block.iter().enumerate() {
        let is_fence = line.text.starts_with("```");
        is_example ^= is_fence;
        if is_example || is_fence || line.text.is_empty() {
            paragraph = "";
            continue;
        }
        offences.extend(line.too_wide());
        let next = block.get(place + 1).map_or("", |next| next.text);
        if line.text.starts_with('#') {
            if !next.is_empty() {
                offences.push(line.breaks("a blank line follows a heading"));
            }
            continue;
        }
        if paragraph.is_empty() {
            paragraph = line.text;
        }
        let is_last = next.is_empty() || next.starts_with("```");
        if is_last && is_prose(paragraph) && !ends_a_sentence(line.text) {
            offences.push(line.breaks("a doc comment ends with a full stop"));
        }
    }
    offences
}

/// Whether a paragraph that begins so is no list, no table and no target of a link.
fn is_prose(paragraph: &str) -> bool {
    let first = paragraph.split(' ').next().unwrap_or_default();
    let is_list = ["-", "*"].contains(&first) || first.trim_end_matches('.').parse::<u8>().is_ok();
    !is_list && !is_target(paragraph) && !paragraph.starts_with('|')
}

/// Whether the line says where a link leads: `[name of the link]: target`.
fn is_target(text: &str) -> bool {
    text.starts_with('[') && text.contains("]: ")
}

fn ends_a_sentence(text: &str) -> bool {
    text.trim_end_matches(['"', '”', '`', ')', '*', '_']).ends_with(['.', ':', '?', '!', '…', ';'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(text: &str) -> Vec<(usize, &'static str)> {
        offences(text).into_iter().map(|offence| (offence.line, offence.rule)).collect()
    }

    #[test]
    fn a_paragraph_of_a_doc_comment_ends_with_a_full_stop() {
        let text = "/// One line\nfn a() {}\n//! Two\n//! lines\n//!\n//! More.\n/// Good.\n/// Good: \"yes.\"\n";
        let rule = "a doc comment ends with a full stop";
        assert_eq!(rules(text), [(1, rule), (4, rule)]);
    }

    #[test]
    fn code_lists_tables_and_plain_comments_need_no_full_stop() {
        let text = "/// As in:\n/// ```\n/// let a = 1\n/// ```\n///\n/// - one\n///   more\n/// - two\n///\n\
                    /// | a | b |\n/// |---|---|\n///\n/// [a link]: target\n// why\nfn a() {}\n";
        assert_eq!(rules(text), []);
    }

    #[test]
    fn a_blank_line_follows_a_heading() {
        let good = "/// Parses.\n///\n/// # Errors\n///\n/// Always.\n";
        assert_eq!(rules(good), []);
        let bad = "/// Parses.\n///\n/// # Errors\n/// Always.\n";
        assert_eq!(rules(bad), [(3, "a blank line follows a heading")]);
    }

    #[test]
    fn a_formatter_is_called_so() {
        let good = "fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {";
        assert_eq!(rules(good), []);
        let bad = "fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {";
        assert_eq!(rules(bad), [(1, "a formatter is called `formatter`")]);
    }

    #[test]
    fn a_comment_is_at_most_a_hundred_columns_wide() {
        let words = "wörd ".repeat(19);
        let widest = format!("   // {}\n", words.trim_end());
        assert_eq!(widest.trim_end().chars().count(), WIDTH);
        assert_eq!(rules(&widest), []);
        assert_eq!(rules(&format!(" {widest}")), [(1, "a comment is at most 100 columns wide")]);
        assert_eq!(
            rules(&widest.replace("// ", "/// ")),
            [
                (1, "a comment is at most 100 columns wide"),
                (1, "a doc comment ends with a full stop"),
            ]
        );
        let example = format!("/// ```\n/// {words}{words}\n/// ```\n");
        assert_eq!(rules(&example), []);
        let link = format!("// https://example.com/{}\n", "a".repeat(100));
        assert_eq!(rules(&link), []);
        let row = format!("//! | {words} | {words} |\n");
        assert_eq!(rules(&row), []);
    }
}
