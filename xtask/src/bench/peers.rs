//! What we are compared with: Python programs of others, each pinned, in an environment of its own.

use super::figures::Setting;
use crate::result::Result;
use crate::setup::environment;
use crate::shell::{output, workspace};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

/// The interpreter that has what `tests/bench/NAME/requirements.txt` asks for, installed if it is
/// not there.
pub(crate) fn python(name: &str) -> Result<PathBuf> {
    let requirements = workspace()?.join(format!("tests/bench/{name}/requirements.txt"));
    environment(&requirements, &workspace()?.join(format!("target/bench/environments/{name}")))
}

/// This machine and what else it did, with the versions
/// of rustc, of Python and of some packages of an environment.
pub(crate) fn setting(peer: Option<(&PathBuf, &[&str])>, note: Option<&str>) -> Result<Setting> {
    let cores = std::thread::available_parallelism()?;
    let mut programs = BTreeMap::new();
    let rustc = output(Command::new("rustc").arg("--version"))?;
    programs.insert("rustc".to_owned(), second_word(&rustc));
    if let Some((python, packages)) = peer {
        let version = output(Command::new(python).arg("--version"))?;
        programs.insert("Python".to_owned(), second_word(&version));
        for package in packages {
            let ask = format!("import importlib.metadata as it; print(it.version('{package}'))");
            let version = output(Command::new(python).args(["-c", &ask]))?;
            programs.insert((*package).to_owned(), version.trim().to_owned());
        }
    }
    let note = note.map(|it| format!(", {it}")).unwrap_or_default();
    Ok(Setting { machine: format!("{cores} cores{note}"), programs })
}

/// Of "rustc 1.95.0 (59807616e 2026-04-14)" the version.
fn second_word(version: &str) -> String {
    version.split_whitespace().nth(1).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_stands_after_the_name() {
        assert_eq!(second_word("rustc 1.95.0 (59807616e 2026-04-14)\n"), "1.95.0");
        assert_eq!(second_word("Python 3.11.7\n"), "3.11.7");
    }
}
