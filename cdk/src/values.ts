/** Properties as the texts that CloudFormation takes, checked as CloudFormation checks them. */

import { Token } from 'aws-cdk-lib/core';
import { Constraint, CONSTRAINTS, LeastwiseParameters } from './parameters';

/** What is given, by the names of the template. What is known only at the deployment is CloudFormation's to check. */
export function parameterValues(given: LeastwiseParameters): Record<string, string> {
  if (given.codeBucket === undefined) {
    throw new Error('nobody knows where the code is: give `packages` or `codeBucket`');
  }
  const values: Record<string, string> = {};
  for (const [property, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const constraint = CONSTRAINTS[property as keyof LeastwiseParameters];
    if (constraint === undefined) {
      throw new Error(`the template has no parameter for \`${property}\``);
    }
    const isKnown = !Token.isUnresolved(value);
    if (isKnown) check(property, value, constraint);
    values[constraint.name] = isKnown ? String(value) : Token.asString(value);
  }
  return values;
}

function check(property: string, value: string | number | boolean, constraint: Constraint): void {
  const { allowed, minimum = -Infinity, maximum = Infinity, longest = Infinity, pattern, must } = constraint;
  const text = String(value);
  const fails = (why: string) => new Error(`\`${property}\` is \`${text}\`, and ${why}`);
  if (allowed !== undefined && !allowed.includes(text)) throw fails(`must be one of: ${allowed.join(', ')}`);
  if (typeof value === 'number' && !(value >= minimum && value <= maximum)) {
    throw fails(`must be from ${minimum} to ${maximum}`);
  }
  const matches = pattern === undefined || new RegExp(`^(?:${pattern})$`).test(text);
  if (text.length > longest || !matches) throw fails(must ?? `must be at most ${longest} characters`);
}
