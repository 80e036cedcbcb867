//! What can be wrong with a deployment before it is made, found without AWS.

mod check;
mod finding;
mod given;
mod intrinsic;
mod setup;
mod template;

pub(crate) use check::findings;
pub(crate) use finding::{Finding, Severity};
pub(crate) use given::{Given, GivenError, read as read_parameters};
pub(crate) use setup::Setup;
pub(crate) use template::{Template, TemplateError};
