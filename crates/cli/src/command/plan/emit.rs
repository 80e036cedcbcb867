//! A boundary and its attachment as code for a tool that administers them.
//!
//! Each form has the managed policy, named as Leastwise names it, and the principal with that as
//! its boundary. The principal exists already: the tool takes it over as it stands, and what the
//! code does not name of it stays as it is.

mod cdk;
mod cloudformation;
mod json;
mod pulumi;
mod script;
mod subject;
mod terraform;

use crate::arguments::Tool;
use crate::output::{self, ExitCode};
use leastwise_rightsizing::iam::Principal;
use leastwise_rightsizing::plan::Plan;
use leastwise_rightsizing::presentation::{PlanJson, RefusalJson};
use script::{Emitted, Script};
use std::io;
use subject::Subject;

/// The code for the boundary of the principal, or why there is none.
pub(super) fn emitted(
    tool: Tool,
    principal: &Principal,
    planned: Result<Plan, RefusalJson>,
) -> Emitted {
    let plan = planned.map_err(|refused| refused.reason)?;
    let warnings = PlanJson::of(&plan).warnings.into_iter().map(|warning| warning.message);
    let subject = Subject::of(principal, &plan)?;
    if tool != Tool::Json && principal.has_own_leastwise_boundary() {
        return Err(format!(
            "`{}` has the boundary that Leastwise attached, which LeastwiseRightsizePrincipal keeps up to date, and two \
             would write one policy; end that by LeastwiseRestorePrincipal first",
            principal.arn
        ));
    }
    let script = match tool {
        Tool::CloudFormation => cloudformation::script(&subject),
        Tool::Terraform => Ok(terraform::script(&subject)),
        Tool::Cdk => cdk::script(&subject),
        Tool::Pulumi => Ok(pulumi::script(&subject)),
        Tool::Json => Ok(json::script(&subject)),
    }?;
    Ok(script.with_warnings(warnings.collect()))
}

/// Prints the code to stdout, and the commands to stderr.
pub(super) fn print(emitted: &Emitted) -> io::Result<ExitCode> {
    match emitted {
        Ok(Script { code, warnings, commands }) => {
            output::line(code.trim_end())?;
            for warning in warnings {
                output::say(&format!("warning: {}", output::printable(warning)));
            }
            for command in commands {
                output::say(command);
            }
            Ok(ExitCode::Done)
        }
        Err(why) => {
            output::say(&format!("refused: {}", output::printable(why)));
            Ok(ExitCode::Refused)
        }
    }
}
