//! The page of a scan in a browser: what holds of it, and the pictures of it.

use crate::result::Result;
use crate::shell::{built, cargo, output, shared_data, succeed, workspace};
use crate::{package, setup};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// The names under which Chromium is known.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// The example account, as the README scans it.
const EXAMPLE: [&str; 8] = [
    "--account",
    "examples/account.json",
    "--access",
    "examples/access.json",
    "--as-of",
    "2026-11-01",
    "--regions",
    "eu-central-1,us-east-1",
];

/// The account of `tests/report`, whose names look like markup.
const HOSTILE: [&str; 8] = [
    "--account",
    "tests/report/account.json",
    "--access",
    "tests/report/access.json",
    "--as-of",
    "2026-11-01",
    "--regions",
    "eu-central-1,us-east-1",
];

/// How many roles the account has of which the first screen is pictured.
const PICTURED: &str = "400";

/// Test the page in Chromium; says so where there is none.
pub(crate) fn test() -> Result {
    let Some(chromium) = chromium()? else {
        println!(
            "skipped: there is no Chromium on this machine, and only root on Debian can install it here; install \
             it, or name it in the variable CHROMIUM"
        );
        return Ok(());
    };
    let pages = pages()?;
    let mut node = node(&chromium, &pages)?;
    succeed(node.args(["--test", "--test-reporter=spec", "tests/report/page.test.mjs"]))
}

/// Take the pictures of `docs/pictures`.
pub(crate) fn pictures() -> Result {
    let chromium = chromium()?.ok_or("there is no Chromium to take pictures with")?;
    // A test brings the program, with the features that the tests have compiled everything by.
    let build = ["test", "--workspace", "--locked", "--profile", package::QUICK, "--no-run"];
    succeed(cargo(&build)?.args(["--test", "command_line"]))?;
    let pages = pages()?;
    large(&pages)?;
    let folder = workspace()?.join("docs/pictures");
    fs::create_dir_all(&folder)?;
    let mut node = node(&chromium, &pages)?;
    succeed(node.arg("tests/report/pictures.mjs").env("LEASTWISE_PICTURES", folder))
}

/// Chromium, installed where that can be done.
fn chromium() -> Result<Option<PathBuf>> {
    if let Some(named) = env::var_os("CHROMIUM") {
        return Ok(Some(named.into()));
    }
    if let Some(there) = on_path() {
        return Ok(Some(there));
    }
    let is_root = || output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    if !Path::new("/etc/debian_version").exists() || !is_root() {
        return Ok(None);
    }
    succeed(Command::new("apt-get").args(["update", "-qq"]))?;
    let mut install = Command::new("apt-get");
    succeed(install.args(["install", "-y", "-qq", "--no-install-recommends", "chromium"]))?;
    Ok(on_path())
}

fn on_path() -> Option<PathBuf> {
    let folders: Vec<PathBuf> = env::split_paths(&env::var_os("PATH")?).collect();
    let all = NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    all.into_iter().find(|path| path.is_file())
}

/// Node, told where everything is.
fn node(chromium: &Path, pages: &Path) -> Result<Command> {
    let packages = workspace()?.join("target/report/node");
    setup::npm_packages(&workspace()?.join("tests/report"), &packages)?;
    let mut node = Command::new("node");
    node.current_dir(workspace()?)
        .env("LEASTWISE_CHROMIUM", chromium)
        .env("LEASTWISE_REPORT_NODE", packages)
        .env("LEASTWISE_REPORT_PAGES", pages);
    Ok(node)
}

/// The pages that are tested, written by the program that the tests have built.
fn pages() -> Result<PathBuf> {
    let folder = workspace()?.join("target/report/pages");
    fs::create_dir_all(&folder)?;
    scan(&EXAMPLE, "html", &folder.join("example.html"), &[])?;
    scan(&EXAMPLE, "json", &folder.join("example.json"), &[])?;
    let earlier = ["--earlier", "tests/report/earlier.json"];
    scan(&EXAMPLE, "html", &folder.join("trend.html"), &earlier)?;
    scan(&HOSTILE, "html", &folder.join("hostile.html"), &[])?;
    Ok(folder)
}

/// The page of a larger account: by roles that others wrote where these are on this machine, or
/// else the example.
fn large(folder: &Path) -> Result {
    let page = folder.join("large.html");
    let Some(data) = shared_data()? else {
        println!("the pictures show the example account: there is no `shared/data` here");
        return scan(&EXAMPLE, "html", &page, &[]);
    };
    let account = folder.join("large");
    let mut make = Command::new(setup::python()?);
    make.arg(workspace()?.join("tests/bench/account.py")).arg(PICTURED).arg(&account);
    make.arg("--roles").arg(data.join("gaad/cloudsplaining_example.json"));
    make.arg("--actions").arg(data.join("service_reference/actions.tsv"));
    succeed(&mut make)?;
    let file = |name: &str| account.join(name).into_os_string();
    let mut arguments: Vec<OsString> =
        vec!["--account".into(), file("account.json"), "--access".into(), file("access.json")];
    let rest = ["--as-of", "2026-11-01T12:00:00Z", "--regions", "eu-central-1", "--weighting"];
    arguments.extend(rest.iter().map(OsString::from));
    arguments.push("reach".into());
    scan(&arguments, "html", &page, &[])
}

fn scan(source: &[impl AsRef<std::ffi::OsStr>], format: &str, to: &Path, more: &[&str]) -> Result {
    let mut scan = Command::new(built(package::QUICK)?.join("leastwise"));
    scan.arg("scan").args(source).args(["--output", format, "--output-file"]).arg(to).args(more);
    succeed(scan.current_dir(workspace()?))
}
