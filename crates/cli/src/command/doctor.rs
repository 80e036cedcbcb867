//! `leastwise doctor`: what would fail, before it is deployed.

use crate::arguments::{DoctorArguments, FindingsFormat};
use crate::doctor::{Finding, Setup, Severity, Template, findings, read_parameters};
use crate::failure::Failure;
use crate::input::{self, InputError, PARAMETERS_NEXT, TEMPLATE_NEXT};
use crate::output::{self, ExitCode, printable};
use serde::Serialize;
use std::io;
use std::path::{Path, PathBuf};

/// Runs the command.
pub(crate) fn run(arguments: &DoctorArguments) -> Result<ExitCode, Failure> {
    let setup = setup(arguments)?;
    let report = Report::of(&setup);
    match arguments.output {
        FindingsFormat::Json => output::json(&report)?,
        FindingsFormat::Text => report.print()?,
    }
    Ok(if report.errors > 0 { ExitCode::Failed } else { ExitCode::Done })
}

fn setup(arguments: &DoctorArguments) -> Result<Setup, InputError> {
    let ours = our_template()?;
    let (template, ours) = match &arguments.template {
        Some(path) => (template(path)?, Some(ours)),
        None => (ours, None),
    };
    let mut given = match &arguments.parameters {
        Some(path) => read_parameters(&input::text(path, PARAMETERS_NEXT)?)
            .map_err(|source| InputError::Parameters { path: path.clone(), source })?,
        None => Vec::new(),
    };
    let overridden = |name: &str| arguments.parameter_overrides.iter().any(|it| it.name == name);
    given.retain(|given| !overridden(&given.name));
    given.extend(arguments.parameter_overrides.iter().cloned());
    let mut setup = Setup::new(template, given);
    setup.ours = ours;
    for list in &arguments.list {
        // The copy for a parameter that there is not stands for nothing, whatever is in it.
        let is_known = setup.template.parameter(&list.name).is_some();
        let bytes = if is_known { input::list_bytes(&list.path)? } else { Vec::new() };
        setup.lists.insert(list.name.clone(), bytes);
    }
    setup.account = arguments.account.as_deref().map(input::account).transpose()?;
    Ok(setup)
}

/// The template in a file.
fn template(path: &Path) -> Result<Template, InputError> {
    Template::read(&input::text(path, TEMPLATE_NEXT)?)
        .map_err(|source| InputError::Template { path: path.to_owned(), source })
}

/// The template of this program.
fn our_template() -> Result<Template, InputError> {
    let path = || PathBuf::from("cloudformation/leastwise.yaml");
    Template::embedded().map_err(|source| InputError::Template { path: path(), source })
}

/// Everything that is said.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    /// The version of this program, whose template it knows.
    version: &'static str,
    /// How many parameters the template has.
    parameters: usize,
    errors: usize,
    warnings: usize,
    unchecked: usize,
    findings: Vec<Finding>,
}

impl Report {
    fn of(setup: &Setup) -> Self {
        let findings = findings(setup);
        let count = |severity| findings.iter().filter(|it| it.severity == severity).count();
        Self {
            version: env!("CARGO_PKG_VERSION"),
            parameters: setup.template.parameters().count(),
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            unchecked: count(Severity::Unchecked),
            findings,
        }
    }

    fn print(&self) -> io::Result<()> {
        for Finding { severity, subject, fact, limit, next } in &self.findings {
            let severity = match severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Unchecked => "not checked",
            };
            output::line(&printable(&format!("{severity}: {subject}: {fact}")))?;
            output::line(&printable(&format!("  because: {limit}")))?;
            output::line(&printable(&format!("  next: {next}")))?;
            output::line("")?;
        }
        let Self { version, errors, warnings, unchecked, .. } = self;
        output::line(&format!(
            "leastwise {version}: {}, {}, {unchecked} not checked",
            counted(*errors, "error"),
            counted(*warnings, "warning")
        ))
    }
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
