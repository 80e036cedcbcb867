// Asks @cloud-copilot/iam-simulate what a principal may do. JSON lines in, JSON lines out:
//
//   {"id", "principalArn", "identityPolicies": [document], "boundary": document|null, "actions": ["s3:GetObject"],
//    "serviceControlPolicies"?: [document], "resource"?, "resourcePolicy"?, "context"?, "mode"?}
//   {"id", "allowed": [action], "denied": [action], "undecided": [{"action", "why"}]}
//
// Without a resource the question is whether the action is allowed on anything at all. `mode` is "Strict" (the
// default; conditions hold as far as `context` says) or "Discovery" (conditions may hold). Undecided are actions that
// the package does not know and requests it refuses. The package is AGPL: it is used by tests only, never shipped.

import { createRequire } from 'node:module';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const installed = process.env.LEASTWISE_STAND_NODE || path.join(here, '..', '..', 'target', 'stand', 'node');
const { runSimulation } = createRequire(path.join(installed, 'package.json'))('@cloud-copilot/iam-simulate');

const named = (documents, prefix) => documents.map((policy, at) => ({ name: `${prefix}${at}`, policy }));

const FULL_ACCESS = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

// One level of an organization, with the policy that AWS attaches to each.
const organization = (documents) =>
  documents?.length ? [{ orgIdentifier: 'r-root', policies: named([FULL_ACCESS, ...documents], 'scp') }] : [];

async function judge(question, action) {
  const { principalArn, identityPolicies, boundary, resource, resourcePolicy, context, mode } = question;
  const accountId = principalArn.split(':')[4];
  const result = await runSimulation(
    {
      request: {
        principal: principalArn,
        action,
        resource: { resource: resource || '*', accountId },
        contextVariables: context || {},
      },
      identityPolicies: named(identityPolicies, 'identity'),
      serviceControlPolicies: organization(question.serviceControlPolicies),
      resourceControlPolicies: [],
      resourcePolicy: resourcePolicy || undefined,
      permissionBoundaryPolicies: boundary ? named([boundary], 'boundary') : undefined,
    },
    { simulationMode: mode || 'Strict' },
  );
  return result.resultType === 'error'
    ? { action, why: result.errors.message }
    : { action, allowed: result.overallResult === 'Allowed' };
}

async function answer(question) {
  const told = { id: question.id, allowed: [], denied: [], undecided: [] };
  for (const action of question.actions) {
    const { why, allowed } = await judge(question, action);
    if (why) told.undecided.push({ action, why });
    else (allowed ? told.allowed : told.denied).push(action);
  }
  return told;
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  if (line.trim()) process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
}
