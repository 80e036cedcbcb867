//! Asking a person before anything is written.

use crate::output::{self, printable};
use std::io::{self, BufRead, IsTerminal};
use thiserror::Error;

/// How it is known that something may be written.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Consent {
    /// By `--yes`.
    Given,
    /// A person at the terminal is asked each time.
    Asked,
}

/// Nobody can be asked.
#[derive(Debug, Error)]
#[error("there is no terminal to ask on before anything is written")]
pub(crate) struct NobodyToAsk;

impl NobodyToAsk {
    /// What to do next.
    pub(crate) const NEXT: &'static str =
        "run it at a terminal, or give --yes if it may write without asking";
}

impl Consent {
    /// Found out before anything is done, so that nobody waits for a plan that cannot be agreed to.
    pub(crate) fn of(yes: bool) -> Result<Self, NobodyToAsk> {
        match (yes, io::stdin().is_terminal()) {
            (true, _) => Ok(Self::Given),
            (false, true) => Ok(Self::Asked),
            (false, false) => Err(NobodyToAsk),
        }
    }

    /// Whether a person agrees. Only `y` and `yes` do.
    pub(crate) fn to(self, question: &str) -> io::Result<bool> {
        match self {
            Self::Given => Ok(true),
            Self::Asked => {
                output::ask(&format!("{} [y/N] ", printable(question)))?;
                let mut answer = String::new();
                io::stdin().lock().read_line(&mut answer)?;
                Ok(is_yes(&answer))
            }
        }
    }
}

fn is_yes(answer: &str) -> bool {
    ["y", "yes"].iter().any(|yes| answer.trim().eq_ignore_ascii_case(yes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_yes_is_yes_and_an_end_of_input_is_no() {
        for yes in ["y\n", "Y\r\n", " yes ", "YES\n"] {
            assert!(is_yes(yes), "{yes:?}");
        }
        for no in ["", "\n", "n\n", "yep\n", "yes, but\n"] {
            assert!(!is_yes(no), "{no:?}");
        }
    }
}
