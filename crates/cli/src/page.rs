//! Text for people, no wider than their terminal: headings, paragraphs and rows that hang together.
//!
//! Whatever is said goes through [`Words`], which spells control characters out: names from an
//! account are data, and none may clear a screen or begin a line of its own.

use crate::output::printable;
use anstyle::{AnsiColor, Style};
use std::fmt::Write;
use textwrap::WordSplitter;

/// The text of headings.
pub(crate) const STRONG: Style = Style::new().bold();
/// What lies idle, is dropped or refused.
pub(crate) const BAD: Style = AnsiColor::Red.on_default();
/// What is used or kept.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// What is unknown, or to be looked at.
pub(crate) const DOUBTFUL: Style = AnsiColor::Yellow.on_default();
/// What to do next.
pub(crate) const NEXT: Style = AnsiColor::Cyan.on_default();

/// How much room the text of a row needs beside what stands before it. Where there is less, it
/// begins in a line of its own.
const LEAST_ROOM: usize = 24;

/// How far the rest of an item stands in.
const INDENT: usize = 4;

/// Words, some of them in a style. None has a control character.
#[derive(Debug, Clone, Default)]
pub(crate) struct Words {
    text: String,
    width: usize,
}

impl Words {
    /// The same with more words after it.
    pub(crate) fn and(self, words: &str) -> Self {
        self.styled(Style::new(), words)
    }

    /// The same with more words after it, in a style.
    pub(crate) fn styled(mut self, style: Style, words: &str) -> Self {
        let words = printable(words);
        self.width += textwrap::core::display_width(&words);
        // Writing into a text never fails.
        let _ = write!(self.text, "{style}{words}{style:#}");
        self
    }

    /// The same, with as many blanks before it as it takes to be this wide.
    pub(crate) fn aligned_right(self, width: usize) -> Self {
        let blanks = " ".repeat(width.saturating_sub(self.width));
        Self { text: format!("{blanks}{}", self.text), width: self.width.max(width) }
    }

    /// The same, with as many blanks after it as it takes to be this wide.
    pub(crate) fn aligned_left(self, width: usize) -> Self {
        let blanks = " ".repeat(width.saturating_sub(self.width));
        Self { text: format!("{}{blanks}", self.text), width: self.width.max(width) }
    }

    /// These words and then the others.
    pub(crate) fn then(self, other: &Self) -> Self {
        let Self { text, width } = self;
        Self { text: text + &other.text, width: width + other.width }
    }

    /// These words and then the others, two blanks between them.
    pub(crate) fn beside(self, other: &Self) -> Self {
        Self { text: format!("{}  {}", self.text, other.text), width: self.width + 2 + other.width }
    }
}

impl From<&str> for Words {
    fn from(words: &str) -> Self {
        Self::default().and(words)
    }
}

impl From<String> for Words {
    fn from(words: String) -> Self {
        Self::default().and(&words)
    }
}

/// A text that grows, line by line.
#[derive(Debug)]
pub(crate) struct Page {
    width: usize,
    text: String,
}

impl Page {
    /// An empty one of this width.
    pub(crate) fn new(width: u16) -> Self {
        Self { width: usize::from(width), text: String::new() }
    }

    /// A heading, with an empty line above it.
    pub(crate) fn heading(&mut self, words: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.paragraph(Words::default().styled(STRONG, words));
    }

    /// A paragraph from the left edge on.
    pub(crate) fn paragraph(&mut self, words: impl Into<Words>) {
        self.wrapped("", "", &words.into());
    }

    /// A paragraph that stands in; its further lines stand in more.
    pub(crate) fn item(&mut self, words: impl Into<Words>) {
        self.wrapped("  ", &" ".repeat(INDENT), &words.into());
    }

    /// A paragraph from the left edge on, whose further lines stand in.
    pub(crate) fn hanging(&mut self, words: impl Into<Words>) {
        self.wrapped("", &" ".repeat(INDENT), &words.into());
    }

    /// What belongs to the item above.
    pub(crate) fn under_item(&mut self, words: impl Into<Words>) {
        let indent = " ".repeat(INDENT);
        self.wrapped(&indent, &format!("{indent}  "), &words.into());
    }

    /// A row: what is at its beginning, and a text whose further lines stand below each other.
    pub(crate) fn row(&mut self, lead: &Words, words: impl Into<Words>) {
        let start = format!("  {}  ", lead.text);
        let taken = lead.width + 4;
        if taken + LEAST_ROOM <= self.width {
            self.wrapped(&start, &" ".repeat(taken), &words.into());
        } else {
            self.item(lead.clone());
            self.under_item(words);
        }
    }

    /// Lines as they are, such as those of a document or a diff.
    pub(crate) fn verbatim(&mut self, style: Style, line: &str) {
        // Writing into a text never fails.
        let _ = writeln!(self.text, "{style}{}{style:#}", printable(line));
    }

    /// All of it, without the last line's end.
    pub(crate) fn text(&self) -> &str {
        self.text.strip_suffix('\n').unwrap_or(&self.text)
    }

    fn wrapped(&mut self, first: &str, others: &str, words: &Words) {
        let options = textwrap::Options::new(self.width.max(1))
            .initial_indent(first)
            .subsequent_indent(others)
            .word_splitter(WordSplitter::NoHyphenation);
        for line in textwrap::wrap(&words.text, options) {
            self.text.push_str(line.trim_end());
            self.text.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_hang_together_and_no_line_is_wider_than_the_page() {
        let mut page = Page::new(40);
        page.heading("Where it comes from");
        let lead = Words::from("12").aligned_right(4).beside(&Words::from("s3").aligned_left(4));
        page.row(&lead, "managed policy `everything`, statement 1 of the account");
        // What is longer than a line is cut to the room of the further lines: 36 of the 40 columns.
        page.item("a-name-that-is-longer-than-the-page-has-columns-to-show-it-in");
        let expected = "\
\u{1b}[1mWhere it comes from\u{1b}[0m
    12  s3    managed policy
              `everything`, statement 1
              of the account
  a-name-that-is-longer-than-the-page-
    has-columns-to-show-it-in";
        assert_eq!(page.text(), expected);
    }

    #[test]
    fn a_row_without_room_for_its_text_goes_on_below() {
        let mut page = Page::new(30);
        page.row(&Words::from("a-long-name").aligned_left(12), "never used");
        assert_eq!(page.text(), "  a-long-name\n    never used");
    }

    #[test]
    fn names_cannot_style_or_break_a_line() {
        let mut page = Page::new(60);
        page.item(Words::default().styled(GOOD, "a\nb\u{1b}[31m"));
        assert_eq!(page.text(), "  \u{1b}[32ma\\nb\\u{1b}[31m\u{1b}[0m");
    }
}
