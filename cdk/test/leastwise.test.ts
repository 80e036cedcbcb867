/** What a stack with the construct deploys. */

import { App, Stack } from 'aws-cdk-lib/core';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Leastwise, LeastwiseProps } from '../src';
import { CONSTRAINTS } from '../src/parameters';

const STACK = 'AWS::CloudFormation::Stack';
const TEMPLATE = join(__dirname, '..', '..', 'template', 'leastwise.yaml');

function synthesized(props: LeastwiseProps): Template {
  const stack = new Stack(new App(), 'Test');
  new Leastwise(stack, 'Leastwise', props);
  return Template.fromStack(stack);
}

/** The parameters that the nested stack gets. */
function parametersOf(template: Template): Record<string, unknown> {
  const [nested] = Object.values(template.findResources(STACK));
  return nested?.['Properties'].Parameters;
}

test('the nested stack is the shipped template, byte for byte', () => {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'leastwise-cdk-')) });
  new Leastwise(new Stack(app, 'Test'), 'Leastwise', { codeBucket: 'code' });
  app.synth();
  const assets = readdirSync(app.outdir).filter((file) => file.endsWith('.yaml'));
  assert.equal(assets.length, 1);
  assert.deepEqual(readFileSync(join(app.outdir, String(assets[0]))), readFileSync(TEMPLATE));
});

test('what is left out stays at the default of the template', () => {
  assert.deepEqual(parametersOf(synthesized({ codeBucket: 'code' })), { CodeBucket: 'code' });
});

test('every kind of property arrives as the text that CloudFormation takes', () => {
  const parameters = parametersOf(
    synthesized({
      codeBucket: 'code',
      threshold: 40,
      preserveReads: true,
      tagPrincipals: false,
      wildcards: 'exact',
      logRetentionDays: 365,
      exemptPrincipals: 'break-glass-*,/ops/',
    }),
  );
  assert.deepEqual(parameters, {
    CodeBucket: 'code',
    Threshold: '40',
    PreserveReads: 'true',
    TagPrincipals: 'false',
    Wildcards: 'exact',
    LogRetentionDays: '365',
    ExemptPrincipals: 'break-glass-*,/ops/',
  });
});

test('packages are uploaded under keys that change with them', () => {
  const keys = (content: string) => {
    const packages = mkdtempSync(join(tmpdir(), 'leastwise-packages-'));
    for (const name of ['evaluator', 'remediator']) {
      writeFileSync(join(packages, `leastwise-${name}.zip`), `${name} ${content}`);
    }
    return parametersOf(synthesized({ packages }));
  };
  const [one, other] = [keys('one'), keys('other')];
  assert.deepEqual(Object.keys(one), ['CodeBucket', 'EvaluatorCodeKey', 'RemediatorCodeKey']);
  assert.deepEqual(one['CodeBucket'], { 'Fn::Sub': 'cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}' });
  for (const name of ['EvaluatorCodeKey', 'RemediatorCodeKey']) {
    assert.match(String(one[name]), /^[0-9a-f]{64}\.zip$/);
    assert.match(String(one[name]), new RegExp(String(CONSTRAINTS.evaluatorCodeKey.pattern)));
    assert.notEqual(one[name], other[name]);
  }
});

test('a parameter may be an attribute of another resource, and an output may be used', () => {
  const stack = new Stack(new App(), 'Test');
  const topic = new Topic(stack, 'Topic');
  const leastwise = new Leastwise(stack, 'Leastwise', { codeBucket: 'code', notificationTopicArn: topic.topicArn });
  stack.exportValue(leastwise.output('RemediatorRoleArn'), { name: 'role' });
  const template = Template.fromStack(stack);
  template.hasResourceProperties(STACK, {
    Parameters: { CodeBucket: 'code', NotificationTopicArn: { Ref: Match.stringLikeRegexp('^Topic') } },
  });
  const [nested] = Object.keys(template.findResources(STACK));
  template.hasOutput('*', { Value: { 'Fn::GetAtt': [nested, 'Outputs.RemediatorRoleArn'] }, Export: { Name: 'role' } });
});

test('what CloudFormation would refuse is refused when the stack is synthesized', () => {
  const refused = (props: unknown, message: string) =>
    assert.throws(() => synthesized(props as LeastwiseProps), { message });
  refused({}, 'nobody knows where the code is: give `packages` or `codeBucket`');
  refused(
    { packages: '.', codeBucket: 'code' },
    '`packages` and `codeBucket` exclude each other: leave one of them out',
  );
  refused({ codeBucket: 'Code' }, '`codeBucket` is `Code`, and must be the name of an S3 bucket.');
  refused({ codeBucket: 'code', threshold: 101 }, '`threshold` is `101`, and must be from 0 to 100');
  refused({ codeBucket: 'code', threshold: NaN }, '`threshold` is `NaN`, and must be from 0 to 100');
  refused({ codeBucket: 'code', wildcards: 'all' }, '`wildcards` is `all`, and must be one of: stable, exact, none');
  refused(
    { codeBucket: 'code', exemptPrincipals: 's3://bucket' },
    '`exemptPrincipals` is `s3://bucket`, and must be a comma-separated list of names, ARNs or paths without spaces, ' +
      'or the s3:// URI of a file, at most 800 characters.',
  );
  refused({ codeBucket: 'code', treshold: 1 }, 'the template has no parameter for `treshold`');
});

test('every pattern of the template is one that JavaScript reads', () => {
  const patterns = Object.values(CONSTRAINTS).flatMap(({ pattern }) => pattern ?? []);
  assert.ok(patterns.length > 20, `${patterns.length}`);
  for (const pattern of patterns) assert.ok(new RegExp(pattern));
});
