//! The console blocks of the documentation: what they show is what the program prints.
//!
//! `trycmd` runs every `console` block of every page. What cannot be run here has another kind.
//! `sh` has commands without what they print: they need AWS, the stand or minutes of compiling.
//! `text` has the end of the demo, which needs the stand. A second test keeps prompts and tables
//! out of these, so that nothing that the program prints goes unchecked.

use crate::program::root;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn console_blocks_print_what_they_show() {
    // The blocks name files from the workspace's root. All other tests use whole paths.
    std::env::set_current_dir(root()).unwrap();
    let cases = trycmd::TestCases::new();
    cases.register_bin("leastwise", Path::new(env!("CARGO_BIN_EXE_leastwise")));
    cases.env("COLUMNS", "120");
    for page in pages(&root()) {
        if blocks(&page).iter().any(|block| block.kind == "console") {
            cases.case(page);
        }
    }
}

#[test]
fn what_the_program_prints_stands_in_console_blocks_and_nothing_else_does() {
    for page in pages(&root()) {
        for Block { kind, text } in blocks(&page) {
            let at = page.display();
            let mut commands = text.lines().filter_map(|line| line.strip_prefix("$ "));
            if kind == "console" {
                // `trycmd` passes over a program that it does not know.
                assert!(commands.all(|it| it.starts_with("leastwise ")), "{at}:\n{text}");
            } else {
                assert_eq!(commands.next(), None, "{at} shows a prompt in `{kind}`:\n{text}");
                let demo = text.starts_with("▌ In short\n");
                assert!(demo || !text.contains('┌'), "{at} shows a table in `{kind}`:\n{text}");
            }
        }
    }
}

/// Every Markdown page of the workspace.
fn pages(folder: &Path) -> Vec<PathBuf> {
    let mut pages = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let made = name.starts_with('.') || ["target", "node_modules"].contains(&name);
        if path.is_dir() && !made {
            pages.extend(self::pages(&path));
        } else if path.extension().is_some_and(|extension| extension == "md") {
            pages.push(path);
        }
    }
    pages
}

/// A fenced block.
struct Block {
    kind: String,
    text: String,
}

fn blocks(page: &Path) -> Vec<Block> {
    let page = fs::read_to_string(page).unwrap();
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while let Some(kind) = lines.find_map(|line| line.trim_start().strip_prefix("```")) {
        let text: Vec<&str> =
            lines.by_ref().take_while(|line| !line.trim_start().starts_with("```")).collect();
        blocks.push(Block { kind: kind.to_owned(), text: text.join("\n") });
    }
    blocks
}
