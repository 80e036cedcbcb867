//! By which settings the command line plans and writes: those of the deployed function or, in an
//! account without one, those of a file. So nobody is bounded whom the deployment leaves alone.

use crate::arguments::DeploymentArguments;
use crate::doctor::{Given, GivenError, Template, TemplateError, read_parameters};
use crate::input::{self, InputError, PARAMETERS_NEXT};
use crate::live::{Live, LiveError};
use crate::output::{self, printable};
use leastwise_aws::PrincipalName;
use leastwise_aws::ports::{DeployedFunction, DeployedFunctions, ReadError, ReadPrincipal};
use leastwise_remediator::settings::{Settings, from_environment};
use leastwise_rightsizing::settings::SettingError;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// The function that plans and writes, and its role, as the template names them.
pub(crate) const FUNCTION: &str = "leastwise-remediator";

/// Whether users who write to IAM are put in quarantine: the function's, which gets the policy for
/// that from the stack. Nothing that the command line does asks for it.
const QUARANTINE: &str = "Quarantine";

/// Why it is not known how things are to be done.
#[derive(Debug, Error)]
pub(crate) enum DeploymentError {
    /// A file, where there is a deployment.
    #[error(
        "--settings is for an account without a deployment, and `{arn}` is there: its settings count"
    )]
    IsDeployed {
        /// The function.
        arn: String,
    },
    /// The role of a deployment without its function.
    #[error(
        "Leastwise is deployed in this account (it has the role `{FUNCTION}`), but `{FUNCTION}` is not a \
         function of {region}"
    )]
    Elsewhere {
        /// The Region that was asked.
        region: String,
    },
    /// Neither a deployment nor a file.
    #[error("{region} has no function `{FUNCTION}`, so nothing says who is to be left alone")]
    NotDeployed {
        /// The Region that was asked.
        region: String,
    },
    /// No deployment to ask.
    #[error("{region} has no function `{FUNCTION}`: Leastwise is not deployed there")]
    NoFunction {
        /// The Region that was asked.
        region: String,
    },
    /// The function's environment is not what this version reads.
    #[error("the environment of `{arn}` cannot be used")]
    Environment {
        /// The function.
        arn: String,
        /// Why.
        source: SettingError,
    },
    /// A file whose values are not allowed.
    #[error("could not use `{path}` as settings")]
    Values {
        /// The file.
        path: PathBuf,
        /// Why.
        source: SettingError,
    },
    /// A parameter that there is not: it may be an exemption, misspelled.
    #[error("`{path}` has `{name}`, and the template has no parameter of this name")]
    NoSuchParameter {
        /// The file.
        path: PathBuf,
        /// The name.
        name: String,
    },
    /// A parameter whose value is that of a stack.
    #[error("`{path}` leaves `{name}` as it is in a stack, and there is none")]
    NoValue {
        /// The file.
        path: PathBuf,
        /// The parameter.
        name: String,
    },
    /// A file that cannot be read.
    #[error(transparent)]
    Input(#[from] InputError),
    /// AWS could not be asked, or did not answer.
    #[error(transparent)]
    Live(#[from] LiveError),
    /// Whether there is a deployment could not be learned.
    #[error(transparent)]
    Role(#[from] ReadError),
}

impl DeploymentError {
    /// What to do next.
    pub(crate) fn next(&self) -> String {
        match self {
            Self::IsDeployed { .. } => "leave out --settings".into(),
            Self::Elsewhere { .. } => "give --region the Region of the stack".into(),
            Self::NoFunction { .. } => {
                "deploy it; without a deployment, leastwise apply and restore do the same from here"
                    .into()
            }
            Self::NotDeployed { .. } => {
                "give --settings FILE with the parameters that a deployment would have, such as \
                 [\"ExemptPrincipals=deploy*\"]; with [] only those are left alone who always are"
                    .into()
            }
            Self::Environment { .. } => {
                "deploy the stack of this version, or use the command line of the stack's".into()
            }
            Self::Values { .. } => "correct the value".into(),
            Self::NoSuchParameter { .. } => {
                "correct the name: docs/guide/settings.md has them all".into()
            }
            Self::NoValue { .. } => "give its value".into(),
            Self::Input(error) => error.next().into(),
            Self::Live(error) => error.next(),
            Self::Role(_) => format!("ask for iam:GetRole on {FUNCTION}, or run it again"),
        }
    }
}

/// The settings by which principals are bounded.
pub(crate) fn settings(
    arguments: &DeploymentArguments,
    live: &Live,
) -> Result<Settings, DeploymentError> {
    match (deployed(live), &arguments.settings) {
        (Ok(function), None) => of_function(function),
        (Ok(DeployedFunction { arn, .. }), Some(_)) => Err(DeploymentError::IsDeployed { arn }),
        (Err(DeploymentError::NoFunction { .. }), Some(path)) => of_file(path),
        (Err(DeploymentError::NoFunction { region }), None) => {
            Err(DeploymentError::NotDeployed { region })
        }
        (Err(error), _) => Err(error),
    }
}

/// The settings by which principals are restored: undoing must stay possible without a deployment,
/// and where its settings cannot be read.
pub(crate) fn settings_to_undo(
    arguments: &DeploymentArguments,
    live: &Live,
) -> Result<Settings, DeploymentError> {
    match settings(arguments, live) {
        Err(why) if arguments.settings.is_none() => {
            output::say(&format!(
                "warning: {}; by default a hold lasts 30 days, and nobody gets a message",
                printable(&why.to_string())
            ));
            of_function(DeployedFunction { arn: FUNCTION.to_owned(), environment: BTreeMap::new() })
        }
        settings => settings,
    }
}

/// The function that is deployed in the Region.
pub(crate) fn deployed(live: &Live) -> Result<DeployedFunction, DeploymentError> {
    let functions = live.signed_in().functions();
    if let Some(found) = live.wait_for(functions.deployed(FUNCTION)).map_err(LiveError::from)? {
        return Ok(found);
    }
    let region = live.signed_in().region().to_owned();
    Err(if is_deployed_elsewhere(live)? {
        DeploymentError::Elsewhere { region }
    } else {
        DeploymentError::NoFunction { region }
    })
}

/// The settings of a function.
pub(crate) fn of_function(function: DeployedFunction) -> Result<Settings, DeploymentError> {
    let DeployedFunction { arn, environment } = function;
    from_environment(|name| environment.get(name).cloned())
        .map_err(|source| DeploymentError::Environment { arn, source })
}

/// The role of the function is the account's, whatever Region the function is in.
fn is_deployed_elsewhere(live: &Live) -> Result<bool, DeploymentError> {
    Ok(live.wait_for(live.aws().principal(&PrincipalName::role(FUNCTION)))?.is_some())
}

fn of_file(path: &Path) -> Result<Settings, DeploymentError> {
    let text = input::text(path, PARAMETERS_NEXT)?;
    let unusable = |source: GivenError| InputError::Parameters { path: path.to_owned(), source };
    let given = read_parameters(&text).map_err(unusable)?;
    let template = Template::embedded().map_err(|source: TemplateError| InputError::Template {
        path: "cloudformation/leastwise.yaml".into(),
        source,
    })?;
    let mut environment = BTreeMap::new();
    for Given { name, value } in given.into_iter().filter(|given| given.name != QUARANTINE) {
        let path = path.to_owned();
        if template.parameter(&name).is_none() {
            return Err(DeploymentError::NoSuchParameter { path, name });
        }
        let Some(value) = value else { return Err(DeploymentError::NoValue { path, name }) };
        environment.insert(variable(&name), value);
    }
    from_environment(|name| environment.get(name).cloned())
        .map_err(|source| DeploymentError::Values { path: path.to_owned(), source })
}

/// The variable in which the template hands a parameter to the function: `ExemptionList` becomes
/// `LEASTWISE_EXEMPTION_LIST`.
fn variable(parameter: &str) -> String {
    let mut name = String::from("LEASTWISE");
    for letter in parameter.chars() {
        if letter.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::fs;

    fn file(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        file
    }

    fn refused(text: &str) -> String {
        let file = file(text);
        let why = of_file(file.path()).unwrap_err().to_string();
        why.replace(&file.path().display().to_string(), "settings.json")
    }

    /// A parameter whose variable has another name would be lost without a word.
    #[test]
    fn every_variable_of_the_deployed_function_is_that_of_a_parameter() {
        let template = Template::embedded().unwrap();
        let remediator = &template.section("Resources").unwrap()["Remediator"];
        let variables = remediator["Properties"]["Environment"]["Variables"].as_object().unwrap();
        let of_parameters: BTreeSet<String> =
            template.parameters().map(|parameter| variable(parameter.name)).collect();
        let others: Vec<&String> =
            variables.keys().filter(|name| !of_parameters.contains(*name)).collect();
        // Which policy that is the stack says by itself.
        assert_eq!(others, ["LEASTWISE_QUARANTINE_POLICY_ARN"]);
        assert!(variables.len() > 30, "{variables:?}");
    }

    #[test]
    fn the_parameters_of_a_file_are_the_settings_of_a_function_that_has_them() {
        let file = file(
            r#"["ExemptPrincipals=deploy*", "UnusedAfterDays=90", "Threshold=40", "Quarantine=on"]"#,
        );
        let expected = from_environment(|name| match name {
            "LEASTWISE_EXEMPT_PRINCIPALS" => Some("deploy*".to_owned()),
            "LEASTWISE_UNUSED_AFTER_DAYS" => Some("90".to_owned()),
            _ => None,
        });
        assert_eq!(of_file(file.path()).unwrap(), expected.unwrap());
    }

    #[test]
    fn a_misspelled_exemption_and_one_of_another_stack_are_refused() {
        assert_eq!(
            refused(r#"["ExemptPrincipal=deploy*"]"#),
            "`settings.json` has `ExemptPrincipal`, and the template has no parameter of this name"
        );
        assert_eq!(
            refused(r#"[{"ParameterKey": "ExemptPrincipals", "UsePreviousValue": true}]"#),
            "`settings.json` leaves `ExemptPrincipals` as it is in a stack, and there is none"
        );
        assert_eq!(
            refused(r#"["UnusedAfterDays=0"]"#),
            "could not use `settings.json` as settings"
        );
    }
}
