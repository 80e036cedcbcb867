//! How it ended for each principal: the table below which nothing stands, and the exit code.

use crate::command::table::fitted;
use crate::command::who::Who;
use crate::output::{self, ExitCode, printable};
use leastwise_remediator::answer::{Answer, Status};
use leastwise_remediator::error::RemediationError;
use leastwise_remediator::request::Resource;
use std::io;

/// How it ended for a principal.
pub(super) struct Outcome {
    who: Who,
    ending: Ending,
    what: String,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Applied,
    Restored,
    Held,
    Lifted,
    Planned,
    NothingToDo,
    /// A person said no, or had enough before it was its turn.
    LeftAlone,
    /// The document goes on, and nobody waits for it.
    GoesOn,
    Refused,
    Failed,
}

impl Ending {
    fn word(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Restored => "restored",
            Self::Held => "held",
            Self::Lifted => "hold lifted",
            Self::Planned => "planned",
            Self::NothingToDo => "nothing to do",
            Self::LeftAlone => "left alone",
            Self::GoesOn => "goes on",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }

    /// A no is not what was asked for, no more than a failure is.
    fn code(self) -> ExitCode {
        match self {
            Self::Applied
            | Self::Restored
            | Self::Held
            | Self::Lifted
            | Self::Planned
            | Self::NothingToDo => ExitCode::Done,
            Self::LeftAlone | Self::GoesOn | Self::Failed => ExitCode::Failed,
            Self::Refused => ExitCode::Refused,
        }
    }
}

impl Outcome {
    /// How it ended for the principal that `named` means.
    pub(super) fn new(named: &Resource, ending: Ending, what: impl Into<String>) -> Self {
        Self { who: Who::called(&named.to_string()), ending, what: what.into() }
    }

    /// The same by an answer: with the principal's ARN, where that is known.
    pub(super) fn of(named: &Resource, answer: &Answer, ending: Ending) -> Self {
        let message = answer.message.clone().unwrap_or_default();
        Self::new(named, ending, message).about(answer)
    }

    /// The same, of which the table says only this word: the text was said.
    pub(super) fn refused(named: &Resource, answer: &Answer) -> Self {
        let why = answer.message.as_deref().unwrap_or_default();
        output::say(&format!("refused: {}", printable(why)));
        Self::new(named, Ending::Refused, answer.error.unwrap_or_default()).about(answer)
    }

    /// A failure, which was said.
    pub(super) fn failed(named: &Resource, error: &RemediationError) -> Self {
        super::desk::tell_failure(&named.to_string(), error);
        Self::new(named, Ending::Failed, error.kind())
    }

    fn about(mut self, answer: &Answer) -> Self {
        if let Some(subject) = &answer.subject {
            self.who = Who::Arn(subject.principal.clone());
        }
        self
    }

    #[cfg(test)]
    fn test(name: &str, ending: Ending, what: &str) -> Self {
        Self { who: Who::called(name), ending, what: what.to_owned() }
    }
}

/// Whether the answer is a refusal.
pub(super) fn is_refusal(answer: &Answer) -> bool {
    matches!(answer.status, Status::Refused | Status::Skipped)
}

/// Does it for one principal after the other, and says how that ended.
pub(super) fn one_by_one(
    principals: &[Resource],
    one: impl Fn(&Resource) -> io::Result<Outcome>,
) -> io::Result<ExitCode> {
    let outcomes: io::Result<Vec<Outcome>> = principals.iter().map(one).collect();
    conclude(&outcomes?)
}

/// Prints the table, and says with what to end.
fn conclude(outcomes: &[Outcome]) -> io::Result<ExitCode> {
    output::line(&table(outcomes, output::width()))?;
    Ok(code(outcomes))
}

/// The same where stdout has other data.
pub(super) fn conclude_aside(outcomes: &[Outcome]) -> ExitCode {
    output::say(&table(outcomes, output::width()));
    code(outcomes)
}

fn table(outcomes: &[Outcome], width: u16) -> String {
    let principals: Vec<&Who> = outcomes.iter().map(|outcome| &outcome.who).collect();
    let table = fitted(&principals, width, |names| {
        let mut table = output::table(vec!["principal", "outcome", "what"]);
        table.add_rows(names.into_iter().zip(outcomes).map(|(name, outcome)| {
            [name, outcome.ending.word().to_owned(), printable(&outcome.what)]
        }));
        table
    });
    table.to_string()
}

/// A failure counts before a refusal: that is for the operator to look at first.
fn code(outcomes: &[Outcome]) -> ExitCode {
    let codes: Vec<ExitCode> = outcomes.iter().map(|outcome| outcome.ending.code()).collect();
    [ExitCode::Failed, ExitCode::Refused]
        .into_iter()
        .find(|code| codes.contains(code))
        .unwrap_or(ExitCode::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(endings: &[Ending]) -> ExitCode {
        let outcomes = endings.iter().map(|ending| Outcome::test("AIDAEXAMPLE", *ending, ""));
        code(&outcomes.collect::<Vec<_>>())
    }

    #[test]
    fn one_failure_or_no_counts_before_refusals_and_those_before_what_was_done() {
        use Ending::{Applied, Failed, LeftAlone, NothingToDo, Refused};
        assert_eq!(ended(&[Applied, NothingToDo]), ExitCode::Done);
        assert_eq!(ended(&[Applied, Refused]), ExitCode::Refused);
        assert_eq!(ended(&[Refused, Failed, Applied]), ExitCode::Failed);
        assert_eq!(ended(&[Refused, LeftAlone]), ExitCode::Failed);
    }

    #[test]
    fn the_table_has_a_line_for_each_in_the_order_of_the_command() {
        let outcomes = [
            Outcome::test("arn:aws:iam::111122223333:role/b", Ending::Applied, "index 67, then 0"),
            Outcome::test("AIDAEXAMPLE", Ending::Refused, "Exempt"),
        ];
        let expected = "\
┌──────────────────────────────────┬─────────┬──────────────────┐
│ principal                        ┆ outcome ┆ what             │
╞══════════════════════════════════╪═════════╪══════════════════╡
│ arn:aws:iam::111122223333:role/b ┆ applied ┆ index 67, then 0 │
│ AIDAEXAMPLE                      ┆ refused ┆ Exempt           │
└──────────────────────────────────┴─────────┴──────────────────┘";
        assert_eq!(table(&outcomes, 120), expected);
    }
}
