//! Packages the two Lambda functions: a zip each, with the executable `bootstrap` at its root. What
//! would not start on Lambda is not packaged.
//!
//! Source: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html>.

use crate::elf::{self, Architecture};
use crate::progress::compile;
use crate::result::Result;
use crate::shell::{built, cargo, workspace};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
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
    /// Link against the glibc of Lambda's runtime for this architecture, on any machine, by
    /// `cargo-zigbuild`. Otherwise Cargo builds for this machine, against its own glibc.
    #[arg(long)]
    architecture: Option<Architecture>,
}

/// Build and package.
pub(crate) fn run(arguments: &Arguments) -> Result {
    for package in packages(&arguments.profile, arguments.architecture)? {
        let size = fs::metadata(&package)?.len();
        println!("{} ({:.1} MB)", package.display(), bytes_to_megabytes(size));
    }
    Ok(())
}

/// Build and package with `profile`, and say where the packages are; `quick` builds the demo, too,
/// for this machine, on which the stand runs the functions whatever its glibc is.
pub(crate) fn packages(profile: &str, architecture: Option<Architecture>) -> Result<Vec<PathBuf>> {
    let for_the_stand = profile == QUICK && architecture.is_none();
    let builds = if architecture.is_some() { "zigbuild" } else { "build" };
    let mut build = cargo(&[builds, "--locked", "--profile", profile])?;
    if for_the_stand {
        // The demo is an example: with an example, and with the whole workspace, come the features
        // that any test turns on. With fewer features here Cargo would compile the AWS SDK again
        // for the tests.
        build.args(["--workspace", "--example", "demo"]);
        build.args(FUNCTIONS.iter().flat_map(|function| ["--bin", function]));
    } else {
        build.args(FUNCTIONS.iter().flat_map(|function| ["--package", function]));
    }
    if let Some(architecture) = architecture {
        has_tools(architecture)?;
        build.args(["--target", &format!("{}.{}", architecture.target(), elf::GLIBC_VERSION)]);
    }
    compile(&mut build)?;
    let folder = workspace()?.join("target/packages").join(profile);
    let (binaries, folder) = match architecture {
        Some(it) => (built(it.target())?.join(profile), folder.join(it.name())),
        None => (built(profile)?, folder),
    };
    fs::create_dir_all(&folder)?;
    FUNCTIONS
        .iter()
        .map(|function| {
            let package = folder.join(format!("{function}.zip"));
            let binary = fs::read(binaries.join(function))?;
            if !for_the_stand {
                elf::starts(&binary, architecture.unwrap_or(Architecture::HOST))
                    .map_err(|why| format!("`{function}` would not start on Lambda: {why}"))?;
            }
            zip(&binary, &package)?;
            Ok(package)
        })
        .collect()
}

/// Whether what builds for another glibc and another architecture is installed.
///
/// Source: <https://github.com/rust-cross/cargo-zigbuild>.
fn has_tools(architecture: Architecture) -> Result {
    let target = architecture.target();
    let zig = runs("zig", &["version"]) || runs("python3", &["-m", "ziglang", "version"]);
    let missing: Vec<String> = [
        (
            runs("cargo-zigbuild", &["--version"]),
            "cargo install --locked cargo-zigbuild".to_owned(),
        ),
        (zig, "pip install ziglang".to_owned()),
        (has_target(target), format!("rustup target add {target}")),
    ]
    .into_iter()
    .filter_map(|(there, install)| (!there).then_some(install))
    .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let name = architecture.name();
    Err(format!("packages for {name} need more tools; install them by: {}", missing.join("; "))
        .into())
}

/// Whether the compiler has the standard library of this target.
fn has_target(target: &str) -> bool {
    let folder =
        Command::new("rustc").args(["--print", "target-libdir", "--target", target]).output();
    let folder = folder.ok().and_then(|output| String::from_utf8(output.stdout).ok());
    folder.is_some_and(|folder| Path::new(folder.trim()).is_dir())
}

/// Whether this program is there and runs.
fn runs(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Writes a zip that depends on nothing but the binary: the same bytes in, the same bytes out.
fn zip(binary: &[u8], package: &Path) -> Result {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o755);
    let mut zip = ZipWriter::new(File::create(package)?);
    zip.start_file("bootstrap", options)?;
    zip.write_all(binary)?;
    zip.finish()?;
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "one digit is printed")]
fn bytes_to_megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
