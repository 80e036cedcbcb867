//! `cargo xtask fidelity`: measures on real policies what the boundaries keep, stop and admit, and
//! writes `docs/fidelity.md`.

use crate::result::Result;
use crate::shell::{cargo, output, shared_data, succeed, workspace};
use crate::{catalog, setup};
use std::fs;
use std::process::Command;

/// The version of the catalogue's package that is ten months older than the embedded catalogue.
const OLDER_CATALOG: &str = "0.15.202511271";

/// Prints moto's AWS managed policies as one JSON object, `{name: document}`.
const PRINT_POLICIES: &str = "
import json
from moto.iam.aws_managed_policies import aws_managed_policies_data
policies = json.loads(aws_managed_policies_data)
print(json.dumps({name: policy['Document'] for name, policy in policies.items()}))
";

const RUN: [&str; 7] =
    ["run", "--release", "--locked", "--package", "leastwise-rightsizing", "--example", "fidelity"];

/// Prepare the files, run the measurement, and write what it prints.
pub(crate) fn run() -> Result {
    let stand = setup::ensure()?;
    let folder = workspace()?.join("target/fidelity");
    fs::create_dir_all(&folder)?;
    let policies = folder.join("policies.json");
    fs::write(&policies, output(Command::new(&stand.python).args(["-c", PRINT_POLICIES]))?)?;
    let older = folder.join("older.txt");
    fs::write(&older, catalog::text_of(OLDER_CATALOG)?)?;

    // Compiled first, with what cargo says of it on the terminal, since the run's own output is the
    // page.
    let build: Vec<&str> =
        RUN.iter().map(|&word| if word == "run" { "build" } else { word }).collect();
    succeed(&mut cargo(&build)?)?;
    let mut measure = cargo(&RUN)?;
    measure.arg("--quiet").arg("--").arg(&policies).arg(&older);
    if let Some(data) = shared_data()? {
        measure.arg(data).arg(workspace()?.join("tests/stand/simulate.mjs"));
        measure.env("LEASTWISE_STAND_NODE", &stand.node);
    }
    let page = output(&mut measure)?;
    let destination = workspace()?.join("docs/fidelity.md");
    fs::write(&destination, page)?;
    println!("wrote {}", destination.display());
    Ok(())
}
