//! The ways to get Leastwise: the wheel, the action, the hook, the Terraform module, the construct.

use crate::result::Result;
use crate::setup;
use crate::shell::{succeed, workspace};
use std::path::PathBuf;
use std::process::Command;

/// Test them by the tools that read them; the program is the one that the tests have built.
pub(crate) fn test() -> Result {
    let mut pytest = Command::new(tools()?);
    pytest.args(["-m", "pytest", "-q"]).current_dir(pins()?);
    if let Some(cargo) = std::env::var_os("CARGO") {
        pytest.env("LEASTWISE_CARGO", cargo);
    }
    succeed(&mut pytest)
}

/// The Python interpreter that has these tools; those of npm stand beside it.
pub(crate) fn tools() -> Result<PathBuf> {
    let installed = workspace()?.join("target/packaging");
    setup::npm_packages(&pins()?, &installed.join("node"))?;
    setup::environment(&pins()?.join("requirements.txt"), &installed.join("venv"))
}

fn pins() -> Result<PathBuf> {
    Ok(workspace()?.join("tests/packaging"))
}
