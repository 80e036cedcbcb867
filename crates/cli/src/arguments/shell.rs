//! The arguments of what a shell and a manual need.

use clap::Args;
use clap_complete::Shell;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct CompletionsArguments {
    /// The shell.
    #[arg(value_name = "SHELL")]
    pub(crate) shell: Shell,
}

#[derive(Debug, Args)]
pub(crate) struct ManArguments {
    /// The folder to write them to; it is made where it is not there.
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,
}
