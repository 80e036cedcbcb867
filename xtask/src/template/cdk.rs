//! The parameters and outputs of the template as the types of the CDK construct.

use super::interface::{Interface, Kind, Output, Parameter};
use serde_json::{Map, Value};
use std::fmt::Write as _;

/// The source of `parameters.ts`: the properties, what is checked of them, and the outputs.
pub(crate) fn types(interface: &Interface) -> String {
    let mut text =
        "/** What the stack may be given; what is left out stays at the template's default. */\n\
                    export interface LeastwiseParameters {\n"
            .to_owned();
    for parameter in &interface.parameters {
        text.push_str(&property(parameter));
    }
    text.push_str(
        "}\n\n/** What CloudFormation checks of a parameter. */\nexport interface Constraint {\n  \
         readonly name: string;\n  readonly allowed?: readonly string[];\n  readonly minimum?: number;\n  \
         readonly maximum?: number;\n  readonly longest?: number;\n  readonly pattern?: string;\n  \
         readonly must?: string;\n}\n\n/** What CloudFormation checks, by property. */\n\
         export const CONSTRAINTS: Readonly<Record<keyof LeastwiseParameters, Constraint>> = {\n",
    );
    for parameter in &interface.parameters {
        let _ = writeln!(text, "  {}: {},", camel_case(&parameter.name), constraint(parameter));
    }
    text.push_str("};\n\n/** An output of the stack. */\nexport type LeastwiseOutput =\n");
    let outputs: Vec<String> = interface.outputs.iter().map(output).collect();
    text + &outputs.join("\n") + ";\n"
}

fn property(parameter: &Parameter) -> String {
    let kind = match parameter.kind {
        Kind::Truth => "boolean".to_owned(),
        Kind::Number if parameter.allowed.is_empty() => "number".to_owned(),
        Kind::Text if parameter.allowed.is_empty() => "string".to_owned(),
        Kind::Number => parameter.allowed.join(" | "),
        Kind::Text => {
            let allowed: Vec<_> = parameter.allowed.iter().map(|it| quoted(it)).collect();
            allowed.join(" | ")
        }
    };
    let default = match parameter.default.as_deref() {
        None => "\n   * The template has no default for it.".to_owned(),
        Some("") => "\n   * @default empty".to_owned(),
        Some(default) => format!("\n   * @default {default}"),
    };
    format!(
        "  /**\n   * {}{default}\n   */\n  readonly {}?: {kind};\n",
        parameter.description.replace("*/", "*\\/"),
        camel_case(&parameter.name)
    )
}

fn constraint(parameter: &Parameter) -> Value {
    let number = |text: &String| text.parse::<i64>().map_or(Value::Null, Value::from);
    let must = parameter.constraint.clone().map(Value::from);
    let allowed = (!parameter.allowed.is_empty()).then(|| parameter.allowed.clone().into());
    let members = [
        ("name", Some(parameter.name.clone().into())),
        ("allowed", allowed),
        ("minimum", parameter.minimum.as_ref().map(number)),
        ("maximum", parameter.maximum.as_ref().map(number)),
        ("longest", parameter.longest.as_ref().map(number)),
        ("pattern", parameter.pattern.clone().map(Value::from)),
        ("must", must),
    ];
    let members = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(members.collect::<Map<_, _>>())
}

fn output(output: &Output) -> String {
    let condition = if output.is_conditional { ", where the parameters bring it" } else { "" };
    format!("  /** {}{condition}. */\n  | {}", output.description, quoted(&output.name))
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// `CodeBucket` as `codeBucket`.
fn camel_case(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_have_their_types_and_what_is_checked_of_them() {
        let template = "
Parameters:
  CodeBucket: {Type: String, Description: 'Where */ is.', AllowedPattern: '^\\.$', ConstraintDescription: must be one.}
  Days: {Type: Number, Description: How long., Default: 90, MinValue: 0, MaxValue: 400}
  Kept: {Type: Number, Description: How long., Default: 7, AllowedValues: [7, 14]}
  Dashboard: {Type: String, Description: Whether., Default: 'true', AllowedValues: ['true', 'false']}
  List: {Type: String, Description: Who., Default: '', MaxLength: 9}
Outputs:
  Rule: {Condition: Has, Description: The rule}
  Role: {Description: The role}
";
        assert_eq!(
            types(&Interface::of(template).unwrap()),
            r#"/** What the stack may be given; what is left out stays at the template's default. */
export interface LeastwiseParameters {
  /**
   * Where *\/ is.
   * The template has no default for it.
   */
  readonly codeBucket?: string;
  /**
   * How long.
   * @default 90
   */
  readonly days?: number;
  /**
   * How long.
   * @default 7
   */
  readonly kept?: 7 | 14;
  /**
   * Whether.
   * @default true
   */
  readonly dashboard?: boolean;
  /**
   * Who.
   * @default empty
   */
  readonly list?: string;
}

/** What CloudFormation checks of a parameter. */
export interface Constraint {
  readonly name: string;
  readonly allowed?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly longest?: number;
  readonly pattern?: string;
  readonly must?: string;
}

/** What CloudFormation checks, by property. */
export const CONSTRAINTS: Readonly<Record<keyof LeastwiseParameters, Constraint>> = {
  codeBucket: {"name":"CodeBucket","pattern":"^\\.$","must":"must be one."},
  days: {"name":"Days","minimum":0,"maximum":400},
  kept: {"name":"Kept","allowed":["7","14"]},
  dashboard: {"name":"Dashboard","allowed":["true","false"]},
  list: {"name":"List","longest":9},
};

/** An output of the stack. */
export type LeastwiseOutput =
  /** The rule, where the parameters bring it. */
  | "Rule"
  /** The role. */
  | "Role";
"#
        );
    }
}
