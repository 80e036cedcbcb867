//! Says how far a build is.

use crate::result::Result;
use crate::shell::{ended, succeed};
use std::io::{self, BufRead, BufReader, IsTerminal};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How often there is a line where no terminal shows a bar.
const EVERY: Duration = Duration::from_secs(15);

/// Runs a build of Cargo to its end. On a terminal Cargo draws its bar; anywhere else a line says
/// now and then how much is compiled of how much.
pub(crate) fn compile(build: &mut Command) -> Result {
    if io::stderr().is_terminal() {
        return succeed(build);
    }
    // Only Cargo knows how much there is to compile, and only its bar says so.
    build.env("CARGO_TERM_PROGRESS_WHEN", "always").env("CARGO_TERM_PROGRESS_WIDTH", "120");
    let mut process = build.stderr(Stdio::piped()).spawn()?;
    if let Some(words) = process.stderr.take() {
        relay(BufReader::new(words))?;
    }
    ended(build, process.wait()?)
}

/// Passes on what Cargo says, with our lines in the place of its bar and of the names of all
/// crates.
fn relay(words: impl BufRead) -> Result {
    let started = Instant::now();
    let mut said = started;
    let mut line = Vec::new();
    for byte in words.bytes() {
        // Cargo ends its bar with a return, to draw the next one over it.
        match byte? {
            b'\r' | b'\n' => {
                match Line::of(&String::from_utf8_lossy(&line)) {
                    Line::Bar { compiled, now } if said.elapsed() >= EVERY => {
                        said = Instant::now();
                        let seconds = started.elapsed().as_secs();
                        eprintln!("compiled {compiled} in {seconds} s, now {now}");
                    }
                    Line::Bar { .. } | Line::Crate => {}
                    Line::Other(words) => eprintln!("{words}"),
                }
                line.clear();
            }
            byte => line.push(byte),
        }
    }
    Ok(())
}

/// A line of Cargo's.
#[derive(Debug, PartialEq, Eq)]
enum Line<'a> {
    /// Its bar: how much is compiled of how much, and what is being compiled.
    Bar { compiled: &'a str, now: &'a str },
    /// That it begins with a crate, or nothing at all.
    Crate,
    /// A warning, an error, the end.
    Other(&'a str),
}

impl<'a> Line<'a> {
    fn of(line: &'a str) -> Self {
        // It erases the bar before anything else that it prints.
        let line = line.trim_start_matches("\u{1b}[K").trim_end();
        let words = line.trim_start();
        if words.is_empty() || words.starts_with("Compiling ") {
            return Self::Crate;
        }
        Self::bar(words).unwrap_or(Self::Other(line))
    }

    fn bar(words: &'a str) -> Option<Self> {
        let (_, count) = words.strip_prefix("Building [")?.split_once("] ")?;
        let (compiled, now) = count.split_once(": ")?;
        Some(Self::Bar { compiled, now })
    }
}

#[cfg(test)]
mod tests {
    use super::Line;

    #[test]
    fn of_cargos_bar_the_count_is_told() {
        let bar =
            "    Building [====>            ] 63/285: aws-lc-sys(build), serde_json, tokio      ";
        let now = "aws-lc-sys(build), serde_json, tokio";
        assert_eq!(Line::of(bar), Line::Bar { compiled: "63/285", now });
    }

    #[test]
    fn the_names_of_all_crates_are_left_out_and_the_rest_is_passed_on() {
        assert_eq!(Line::of("\u{1b}[K   Compiling serde v1.0.229"), Line::Crate);
        assert_eq!(Line::of(""), Line::Crate);
        assert_eq!(
            Line::of("\u{1b}[Kerror[E0425]: cannot find value `x`"),
            Line::Other("error[E0425]: cannot find value `x`")
        );
        assert_eq!(Line::of("  |     ^ not found  "), Line::Other("  |     ^ not found"));
    }
}
