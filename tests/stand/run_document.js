// Runs an unmodified SSM Automation document on AWS's own simulator, @cdklabs/cdk-ssm-documents.
//
//   AWS_ENDPOINT_URL=… AWS_REGION=… node run_document.js DOCUMENT.yaml '{"ResourceId": "AROA…", …}'
//
// prints {"status", "steps": [{"name", "status"}], "outputs", "error"?} and ends with 0 on Success, 1 on Failed.
// The document and the parameters are the simulator's business; what is added here is only what its reader of YAML
// documents (0.0.74) leaves out: aws:invokeLambdaFunction, aws:approve, nextStep, and answers that are bytes. Every approval that a
// document asks for is given at once: a rejection would not end the simulator's execution, as AWS says it does.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { createRequire } = require('node:module');

const installed = process.env.LEASTWISE_STAND_NODE || path.join(__dirname, '..', '..', 'target', 'stand', 'node');
const load = createRequire(path.join(installed, 'package.json'));
const yaml = load('js-yaml');
const { App, Stack } = load('aws-cdk-lib');
const ssm = load('@cdklabs/cdk-ssm-documents');
const dataUtils = load('@cdklabs/cdk-ssm-documents/lib/utils/data-utils');

const REFERENCE = /\{\{\s*([\w.:]+)\s*\}\}/g;

// The simulator expects text, version 3 of the SDK gives bytes; JSON text must keep its quotes.
dataUtils.stripBeginAndEndQuotes = (payload) =>
  payload && typeof payload !== 'string' ? Buffer.from(Object.values(payload)).toString('utf8') : payload;

/** A value that may refer to parameters and outputs, in the shape the simulator wants variables in. */
function variable(value) {
  const text = JSON.stringify(value);
  const fill = (part, inputs) => {
    if (Array.isArray(part)) return part.map((one) => fill(one, inputs));
    if (part && typeof part === 'object') {
      return Object.fromEntries(Object.entries(part).map(([key, one]) => [key, fill(one, inputs)]));
    }
    if (typeof part !== 'string') return part;
    const whole = /^\{\{\s*([\w.:]+)\s*\}\}$/.exec(part);
    return whole ? inputs[whole[1]] : part.replace(REFERENCE, (_, name) => String(inputs[name]));
  };
  return {
    resolve: (inputs) => fill(value, inputs),
    resolveToString: (inputs) => fill(value, inputs),
    resolveToStringList: (inputs) => fill(value, inputs),
    resolveToStringMap: (inputs) => fill(value, inputs),
    requiredInputs: () => [...text.matchAll(REFERENCE)].map((found) => found[1]),
    print: () => value,
    toJSON: () => value,
    toString: () => String(value),
  };
}

/** The step as the simulator knows it. */
function toStep(stack, step) {
  const shared = {
    name: step.name,
    isEnd: step.isEnd,
    maxAttempts: step.maxAttempts,
    timeoutSeconds: step.timeoutSeconds,
    explicitNextStep: step.nextStep ? new ssm.StepRef(step.nextStep) : undefined,
  };
  if (step.action === 'aws:invokeLambdaFunction') {
    const { FunctionName, InvocationType, InputPayload, Payload } = step.inputs;
    return new ssm.InvokeLambdaFunctionStep(stack, step.name, {
      ...shared,
      functionName: variable(FunctionName),
      invocationType: variable(InvocationType || 'RequestResponse'),
      payload: variable(InputPayload || JSON.parse(Payload || '{}')),
    });
  }
  if (step.action === 'aws:approve') {
    const { Approvers, NotificationArn, Message } = step.inputs;
    return new ssm.ApproveStep(stack, step.name, {
      ...shared,
      approvers: variable(Approvers),
      notificationArn: variable(NotificationArn),
      message: variable(Message),
    });
  }
  const made = ssm.StringStep.fromObject(stack, { outputs: [], ...step });
  if (shared.explicitNextStep) made.automationStep.explicitNextStep = shared.explicitNextStep;
  return made;
}

function run(file, parameters) {
  const document = yaml.load(fs.readFileSync(file, 'utf8'));
  const stack = new Stack(new App(), 'Stack');
  // The simulator demands every output of the document, also those of steps that a branch leaves out.
  const frame = { ...document, mainSteps: [], outputs: undefined };
  // It matches a list against the pattern of its entries.
  for (const declared of Object.values(frame.parameters || {})) {
    if (declared.type === 'StringList') delete declared.allowedPattern;
  }
  const made = ssm.StringDocument.fromYaml(stack, 'Document', yaml.dump(frame, { skipInvalid: true }));
  for (const step of document.mainSteps) made.addStep(toStep(stack, step));
  const result = ssm.Simulation.ofAutomation(made, { sleepHook: { sleep() {} }, approveHook: { ask: () => true } }).simulate({ ...parameters });
  const succeeded = result.responseCode === ssm.ResponseCode.SUCCESS;
  const names = result.executedSteps;
  const steps = names.map((name, at) => ({
    name,
    status: succeeded || at + 1 < names.length ? 'Success' : 'Failed',
  }));
  const answer = { status: succeeded ? 'Success' : 'Failed', steps, outputs: result.outputs || {} };
  return succeeded ? answer : { ...answer, error: (result.stackTrace || '').split('\n')[0] };
}

const [file, parameters] = process.argv.slice(2);
const say = console.log;
// The simulator talks; standard output is for the result alone.
console.log = console.error;
let answer;
try {
  answer = run(file, JSON.parse(parameters || '{}'));
} catch (problem) {
  answer = { status: 'Failed', steps: [], outputs: {}, error: problem.message };
}
say(JSON.stringify(answer));
process.exit(answer.status === 'Success' ? 0 : 1);
