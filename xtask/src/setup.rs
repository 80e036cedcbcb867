//! Installs what the local stand is made of, and other Python programs: packages of Python and npm,
//! every one pinned, the stand's under `target/stand`.
//!
//! An installation leaves a copy of the files it followed; while they are unchanged there is
//! nothing to do.

use crate::result::Result;
use crate::shell::{succeed, workspace};
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;
use std::{env, fs};

/// The file in an installation that holds a copy of what it followed.
const STAMP: &str = ".installed-from";

/// Where the stand's programs are, once they are there.
#[derive(Debug)]
pub(crate) struct Stand {
    /// The Python interpreter that has moto, ministack, awscli, cfn-lint and pytest.
    pub(crate) python: PathBuf,
    /// The folder with the npm packages in its `node_modules`.
    pub(crate) node: PathBuf,
}

/// Install what is missing and say where it is.
pub(crate) fn run() -> Result {
    let stand = ensure()?;
    println!("python of the stand: {}", stand.python.display());
    println!("npm packages of the stand: {}", stand.node.display());
    Ok(())
}

/// Install what is missing, with a line for each thing done; silent and quick when nothing is.
pub(crate) fn ensure() -> Result<Stand> {
    let python = python()?;
    let checks = pins()?.join("checks.txt");
    let stamp = virtual_environment()?.join(".checks-installed-from");
    let wanted = fs::read_to_string(&checks)?;
    if !is_current(&stamp, &wanted) {
        install_packages(&python, &checks)?;
        fs::write(stamp, wanted)?;
    }
    Ok(Stand { python, node: npm_packages(&pins()?, &installed()?.join("node"))? })
}

/// Install the stand itself, and nothing that only checks need.
pub(crate) fn python() -> Result<PathBuf> {
    environment(&pins()?.join("requirements.txt"), &virtual_environment()?)
}

/// The interpreter of a virtual environment with the packages of a file, made if it is not there.
pub(crate) fn environment(requirements: &Path, venv: &Path) -> Result<PathBuf> {
    let python = venv.join("bin/python");
    let stamp = venv.join(STAMP);
    let wanted = fs::read_to_string(requirements)?;
    if !is_current(&stamp, &wanted) {
        let system = env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
        done("created a virtual environment", || {
            succeed(Command::new(&system).args(["-m", "venv", "--clear"]).arg(venv))
        })?;
        install_packages(&python, requirements)?;
        fs::write(stamp, wanted)?;
    }
    Ok(python)
}

/// The folder with the files to follow.
fn pins() -> Result<PathBuf> {
    Ok(workspace()?.join("tests/stand"))
}

/// The folder to install into: in the workspace whatever `CARGO_TARGET_DIR` says, since the scripts
/// look here, too.
fn installed() -> Result<PathBuf> {
    Ok(workspace()?.join("target/stand"))
}

fn virtual_environment() -> Result<PathBuf> {
    Ok(installed()?.join("venv"))
}

/// Install the Python packages of a file, which pins whatever they need.
fn install_packages(python: &Path, requirements: &Path) -> Result {
    let count =
        fs::read_to_string(requirements)?.lines().filter(|line| line.contains("==")).count();
    done(&format!("installed {count} Python packages"), || {
        succeed(
            Command::new(python)
                .args(["-m", "pip", "install", "--quiet", "--no-input", "--no-deps"])
                .args(["--disable-pip-version-check", "--requirement"])
                .arg(requirements),
        )
    })
}

/// The npm packages that the files in `pins` name, in folder `node`.
pub(crate) fn npm_packages(pins: &Path, node: &Path) -> Result<PathBuf> {
    const FILES: [&str; 2] = ["package.json", "package-lock.json"];
    let mut wanted = String::new();
    for file in FILES {
        wanted.push_str(&fs::read_to_string(pins.join(file))?);
    }
    let stamp = node.join(STAMP);
    if !is_current(&stamp, &wanted) {
        fs::create_dir_all(node)?;
        for file in FILES {
            fs::copy(pins.join(file), node.join(file))?;
        }
        done("installed the npm packages", || {
            succeed(
                Command::new("npm")
                    .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
                    .current_dir(node),
            )
        })?;
        fs::write(stamp, wanted)?;
    }
    Ok(node.to_owned())
}

fn is_current(stamp: &Path, wanted: &str) -> bool {
    fs::read_to_string(stamp).is_ok_and(|followed| followed == wanted)
}

/// Do one thing and print what it was and how long it took.
fn done(what: &str, work: impl FnOnce() -> Result) -> Result {
    let started = Instant::now();
    work()?;
    // Cargo's bar may stand in this line.
    let erase = if io::stdout().is_terminal() { "\u{1b}[K" } else { "" };
    println!("{erase}{what} in {} s", started.elapsed().as_secs());
    Ok(())
}
