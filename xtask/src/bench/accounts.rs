//! The accounts in files that everything is measured on.

use crate::result::Result;
use crate::setup;
use crate::shell::{shared_data, succeed, workspace};
use std::path::PathBuf;
use std::process::Command;

/// An account of so many roles in a folder, made if it is not there.
pub(crate) fn account(roles: usize) -> Result<PathBuf> {
    let folder = workspace()?.join(format!("target/bench/{roles}"));
    if !folder.join("account.json").exists() {
        let Some(data) = shared_data()? else {
            return Err("the roles that the accounts are made of are not on this machine: \
                        there is no `shared/data` beside the project"
                .into());
        };
        let mut make = Command::new(setup::python()?);
        make.arg(workspace()?.join("tests/bench/account.py")).arg(roles.to_string()).arg(&folder);
        make.arg("--roles").arg(data.join("gaad/cloudsplaining_example.json"));
        make.arg("--actions").arg(data.join("service_reference/actions.tsv"));
        succeed(&mut make)?;
    }
    Ok(folder)
}
