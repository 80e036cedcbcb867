//! `leastwise man`: the manual pages of all commands.

use crate::arguments::{Arguments, ManArguments};
use crate::failure::Failure;
use crate::output::{self, ExitCode};
use clap::{Command, CommandFactory};
use clap_mangen::Man;
use std::io;
use std::path::Path;

/// Writes a page for each command into the folder.
pub(crate) fn run(arguments: &ManArguments) -> Result<ExitCode, Failure> {
    std::fs::create_dir_all(&arguments.folder)?;
    let mut command = Arguments::command();
    command.build();
    write(&command, "leastwise", &arguments.folder)?;
    Ok(ExitCode::Done)
}

/// The page of the command, which is called so, and those of the commands below it.
fn write(command: &Command, name: &str, folder: &Path) -> io::Result<()> {
    let page = Man::new(command.clone()).title(name.to_uppercase());
    output::to(Some(&folder.join(format!("{name}.1"))), |mut out| page.render(&mut out))?;
    for below in command.get_subcommands().filter(|it| it.get_name() != "help") {
        write(below, &format!("{name}-{}", below.get_name()), folder)?;
    }
    Ok(())
}
