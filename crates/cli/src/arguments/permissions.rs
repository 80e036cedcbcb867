//! Of which commands permissions are printed.

use clap::Args;
use clap::builder::PossibleValuesParser;
use leastwise_aws::LiveCommand;

#[derive(Debug, Args)]
pub(crate) struct PermissionsArguments {
    /// The command; all of them if left out.
    #[arg(
        value_name = "COMMAND",
        value_parser = PossibleValuesParser::new(LiveCommand::ALL.map(LiveCommand::word))
    )]
    command: Option<String>,
}

impl PermissionsArguments {
    /// The commands that are meant.
    pub(crate) fn commands(&self) -> Vec<LiveCommand> {
        let is_meant =
            |it: &LiveCommand| self.command.as_ref().is_none_or(|word| word == it.word());
        LiveCommand::ALL.into_iter().filter(is_meant).collect()
    }
}
