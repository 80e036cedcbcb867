//! The parameters and outputs of the template as the variables and outputs of the Terraform module.

use super::interface::{Interface, Kind, Output, Parameter};
use std::fmt::Write as _;

/// A variable for each parameter: typed, with its default, and with a validation.
pub(crate) fn variables(interface: &Interface) -> String {
    interface.parameters.iter().map(variable).collect::<Vec<_>>().join("\n")
}

/// What the stack is given: each parameter with its variable.
pub(crate) fn parameters(interface: &Interface) -> String {
    let width = interface.parameters.iter().map(|it| it.name.len()).max().unwrap_or_default();
    let mut text = "locals {\n  parameters = {\n".to_owned();
    for Parameter { name, kind, .. } in &interface.parameters {
        let variable = format!("var.{}", snake_case(name));
        let value = match kind {
            Kind::Text => variable,
            Kind::Number | Kind::Truth => format!("tostring({variable})"),
        };
        let _ = writeln!(text, "    {name:width$} = {value}");
    }
    text + "  }\n}\n"
}

/// An output for each output of the stack.
pub(crate) fn outputs(interface: &Interface) -> String {
    interface.outputs.iter().map(output).collect::<Vec<_>>().join("\n")
}

fn variable(parameter: &Parameter) -> String {
    let name = snake_case(&parameter.name);
    let kind = match parameter.kind {
        Kind::Number => "number",
        Kind::Truth => "bool",
        Kind::Text => "string",
    };
    let mut text = format!("variable \"{name}\" {{\n");
    let _ = writeln!(text, "  description = {}", quoted(&parameter.description));
    let _ = writeln!(text, "  type        = {kind}");
    if let Some(default) = &parameter.default {
        let _ = writeln!(text, "  default     = {}", literal(parameter.kind, default));
    }
    text.push_str("  nullable    = false\n");
    let conditions = conditions(parameter, &format!("var.{name}"));
    if !conditions.is_empty() {
        let _ = writeln!(text, "\n  validation {{");
        let _ = writeln!(text, "    condition     = {}", conditions.join(" && "));
        let _ = writeln!(text, "    error_message = {}", quoted(&message(parameter)));
        text.push_str("  }\n");
    }
    text + "}\n"
}

/// What Terraform checks of a value. A pattern that looks ahead is CloudFormation's to check:
/// Terraform's regular expressions cannot.
fn conditions(parameter: &Parameter, variable: &str) -> Vec<String> {
    if parameter.kind == Kind::Truth {
        return Vec::new();
    }
    let mut conditions = Vec::new();
    if !parameter.allowed.is_empty() {
        let allowed: Vec<_> =
            parameter.allowed.iter().map(|value| literal(parameter.kind, value)).collect();
        conditions.push(format!("contains([{}], {variable})", allowed.join(", ")));
    }
    conditions.extend(parameter.minimum.iter().map(|minimum| format!("{variable} >= {minimum}")));
    conditions.extend(parameter.maximum.iter().map(|maximum| format!("{variable} <= {maximum}")));
    conditions.extend(parameter.longest.iter().map(|most| format!("length({variable}) <= {most}")));
    let patterns = parameter.pattern.iter().filter(|pattern| !looks_ahead(pattern));
    conditions.extend(patterns.map(|it| format!("can(regex({}, {variable}))", quoted(it))));
    conditions
}

fn looks_ahead(pattern: &str) -> bool {
    ["(?=", "(?!"].iter().any(|look| pattern.contains(look))
}

/// What to say of a value that is not taken.
fn message(parameter: &Parameter) -> String {
    let must = match (&parameter.constraint, &parameter.minimum, &parameter.maximum) {
        (Some(constraint), _, _) => constraint.clone(),
        (None, Some(minimum), Some(maximum)) => format!("must be from {minimum} to {maximum}."),
        (None, _, _) => format!("must be one of: {}.", parameter.allowed.join(", ")),
    };
    format!("{} {must}", snake_case(&parameter.name))
}

fn output(output: &Output) -> String {
    let outputs = "aws_cloudformation_stack.this.outputs";
    let name = quoted(&output.name);
    let value = if output.is_conditional {
        format!("lookup({outputs}, {name}, null)")
    } else {
        format!("{outputs}[{name}]")
    };
    format!(
        "output \"{}\" {{\n  description = {}\n  value       = {value}\n}}\n",
        snake_case(&output.name),
        quoted(&output.description)
    )
}

fn literal(kind: Kind, value: &str) -> String {
    match kind {
        Kind::Number | Kind::Truth => value.to_owned(),
        Kind::Text => quoted(value),
    }
}

/// A text as HCL writes it.
fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{}\"", escaped.replace("${", "$${").replace("%{", "%%{"))
}

/// `CodeBucket` as `code_bucket`.
fn snake_case(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interface(parameter: &str) -> Interface {
        let template = format!(
            "Parameters:\n  {parameter}\nOutputs:\n  Rule: {{Condition: Has, Description: The rule}}\n  \
             RoleArn: {{Description: The role}}\n"
        );
        Interface::of(&template).unwrap()
    }

    #[test]
    fn a_number_has_its_range() {
        let days = interface(
            "IdleDays: {Type: Number, Description: 'How \"long\".', Default: 90, MinValue: 0, MaxValue: 400}",
        );
        assert_eq!(
            variables(&days),
            "variable \"idle_days\" {\n  description = \"How \\\"long\\\".\"\n  type        = number\n  \
             default     = 90\n  nullable    = false\n\n  validation {\n    condition     = \
             var.idle_days >= 0 && var.idle_days <= 400\n    error_message = \"idle_days must be \
             from 0 to 400.\"\n  }\n}\n"
        );
        assert_eq!(
            parameters(&days),
            "locals {\n  parameters = {\n    IdleDays = tostring(var.idle_days)\n  }\n}\n"
        );
    }

    #[test]
    fn a_pattern_is_checked_unless_it_looks_ahead() {
        let of = |pattern: &str| {
            variables(&interface(&format!(
                "Key: {{Type: String, Description: Which., MaxLength: 9, AllowedPattern: '{pattern}', \
                 ConstraintDescription: must be a key.}}"
            )))
        };
        let validation = |condition: &str| {
            format!(
                "variable \"key\" {{\n  description = \"Which.\"\n  type        = string\n  nullable    = \
                 false\n\n  validation {{\n    condition     = {condition}\n    error_message = \
                 \"key must be a key.\"\n  }}\n}}\n"
            )
        };
        assert_eq!(
            of(r"^\.${1}$"),
            validation(r#"length(var.key) <= 9 && can(regex("^\\.$${1}$", var.key))"#)
        );
        assert_eq!(of("^(?!s3:)"), validation("length(var.key) <= 9"));
    }

    #[test]
    fn an_output_that_a_condition_brings_may_be_null() {
        assert_eq!(
            outputs(&interface("Key: {Type: String, Description: Which.}")),
            "output \"rule\" {\n  description = \"The rule\"\n  value       = \
             lookup(aws_cloudformation_stack.this.outputs, \"Rule\", null)\n}\n\noutput \"role_arn\" {\n  \
             description = \"The role\"\n  value       = aws_cloudformation_stack.this.outputs[\"RoleArn\"]\n}\n"
        );
    }
}
