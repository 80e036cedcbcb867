//! Packages the two Lambda functions: a zip each, with the executable `bootstrap` at its root.
//!
//! Source: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html>.

use crate::progress::compile;
use crate::result::Result;
use crate::shell::{built, cargo, workspace};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// The functions, by the names of their binaries and packages.
const FUNCTIONS: [&str; 2] = ["leastwise-evaluator", "leastwise-remediator"];

/// The profile of the tests and the demo.
pub(crate) const QUICK: &str = "quick";

/// What to package.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// The Cargo profile to build with; `quick` is for the tests.
    #[arg(long, default_value = "release")]
    profile: String,
    /// Build for arm64, which needs the target `aarch64-unknown-linux-gnu` and a linker for it.
    #[arg(long)]
    arm64: bool,
}

/// Build and package.
pub(crate) fn run(arguments: &Arguments) -> Result {
    let target = arguments.arm64.then_some("aarch64-unknown-linux-gnu");
    for package in packages(&arguments.profile, target)? {
        let size = fs::metadata(&package)?.len();
        println!("{} ({:.1} MB)", package.display(), bytes_to_megabytes(size));
    }
    Ok(())
}

/// Build and package with `profile`, and say where the packages are; `quick` builds the demo, too.
pub(crate) fn packages(profile: &str, target: Option<&str>) -> Result<Vec<PathBuf>> {
    let mut build = cargo(&["build", "--locked", "--profile", profile])?;
    if profile == QUICK {
        // The demo is an example: with an example, and with the whole workspace, come the features
        // that any test turns on. With fewer features here Cargo would compile the AWS SDK again
        // for the tests.
        build.args(["--workspace", "--example", "demo"]);
        build.args(FUNCTIONS.iter().flat_map(|function| ["--bin", function]));
    } else {
        build.args(FUNCTIONS.iter().flat_map(|function| ["--package", function]));
    }
    if let Some(target) = target {
        build.args(["--target", target]);
    }
    compile(&mut build)?;
    let binaries = match target {
        Some(target) => built(target)?.join(profile),
        None => built(profile)?,
    };
    let folder = workspace()?.join("target/packages").join(profile);
    fs::create_dir_all(&folder)?;
    FUNCTIONS
        .iter()
        .map(|function| {
            let package = folder.join(format!("{function}.zip"));
            zip(&binaries.join(function), &package)?;
            Ok(package)
        })
        .collect()
}

/// Writes a zip that depends on nothing but the binary: the same bytes in, the same bytes out.
fn zip(binary: &Path, package: &Path) -> Result {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o755);
    let mut zip = ZipWriter::new(File::create(package)?);
    zip.start_file("bootstrap", options)?;
    zip.write_all(&fs::read(binary)?)?;
    zip.finish()?;
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "one digit is printed")]
fn bytes_to_megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
