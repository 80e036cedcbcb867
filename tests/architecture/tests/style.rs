//! The rules of `STYLE.md` that a line of code can break.

use leastwise_architecture::{style, workspace};

#[test]
fn every_source_keeps_to_the_style() {
    let sources = workspace::sources();
    let offences = sources.iter().flat_map(|(package, sources)| {
        sources.files.iter().flat_map(move |(file, text)| {
            let offences = style::offences(text).into_iter();
            offences.map(move |found| format!("{package}: {file}:{}: {}\n", found.line, found.rule))
        })
    });
    let offences: String = offences.collect();
    assert!(offences.is_empty(), "see STYLE.md:\n{offences}");
}
