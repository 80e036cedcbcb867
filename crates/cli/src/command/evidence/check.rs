//! `leastwise evidence check`: whether usage files are whole, and what is in them.

use crate::arguments::CheckArguments;
use crate::failure::Failure;
use crate::input::usage_log;
use crate::output::{self, ExitCode, printable};
use leastwise_rightsizing::evidence::witnesses::{Places, Stretch, UsageLog};

/// Runs the command.
pub(crate) fn run(arguments: &CheckArguments) -> Result<ExitCode, Failure> {
    for path in &arguments.files {
        let log = usage_log(path)?;
        output::line(&format!("{}: {}", printable(&path.display().to_string()), summary(&log)))?;
        for stretch in log.coverage.stretches() {
            output::line(&format!("  would have seen {}", seen(stretch)))?;
        }
        if log.listed() > 0 {
            output::line(&format!(
                "  lists what is unused of {} principals; what is idle and not listed is unknown",
                log.listed()
            ))?;
        } else if log.coverage.stretches().is_empty() {
            output::line(
                "  shows use, and calls nothing idle: it does not say what it saw all of",
            )?;
        }
    }
    Ok(ExitCode::Done)
}

fn summary(log: &UsageLog) -> String {
    let (used, denied) = log.len();
    let (source, account, principals) = (log.source, &log.account, log.subjects().count());
    format!("{source}, account {account}; principals: {principals}, used: {used}, denied: {denied}")
}

/// For example: `management events and data events of s3 in all Regions, 2026-05-01T00:00:00+00:00
/// to …`.
fn seen(stretch: &Stretch) -> String {
    let Stretch { from, to, regions, management, data_of } = stretch;
    let management = management.then(|| "management events".to_owned());
    let services: Vec<&str> = data_of.iter().map(String::as_str).collect();
    let data = (!services.is_empty()).then(|| format!("data events of {}", services.join(", ")));
    let kinds: Vec<String> = management.into_iter().chain(data).collect();
    let kinds = if kinds.is_empty() { "nothing".to_owned() } else { kinds.join(" and ") };
    let regions = match regions {
        Places::All => "all Regions".to_owned(),
        Places::In(regions) => regions.iter().cloned().collect::<Vec<_>>().join(", "),
    };
    printable(&format!("{kinds} in {regions}, {} to {}", from.to_rfc3339(), to.to_rfc3339()))
}
