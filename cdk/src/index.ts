/** Leastwise as a construct: the shipped template, as it is, in a nested stack. */

import { CfnStack } from 'aws-cdk-lib/core';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { join } from 'node:path';
import { LeastwiseOutput, LeastwiseParameters } from './parameters';
import { parameterValues } from './values';

export { LeastwiseOutput, LeastwiseParameters } from './parameters';

/** The parameters of the template, and where the code is. */
export interface LeastwiseProps extends LeastwiseParameters {
  /**
   * A folder on this machine with leastwise-evaluator.zip and leastwise-remediator.zip, which are uploaded as assets.
   * @default - they are in `codeBucket`, under `evaluatorCodeKey` and `remediatorCodeKey`
   */
  readonly packages?: string;
}

/** The template. It stays a file of its own, so CloudFormation checks its rules, and tokens may be parameters. */
const TEMPLATE = join(__dirname, '..', '..', 'template', 'leastwise.yaml');

/** Leastwise: its rule, its functions and its documents. Once in an account. */
export class Leastwise extends Construct {
  /** The nested stack. */
  readonly stack: CfnStack;

  constructor(scope: Construct, id: string, props: LeastwiseProps) {
    super(scope, id);
    const { packages, ...given } = props;
    const code = packages === undefined ? {} : this.uploaded(packages, given);
    const parameters = parameterValues({ ...given, ...code });
    const template = new Asset(this, 'Template', { path: TEMPLATE });
    this.stack = new CfnStack(this, 'Stack', { templateUrl: template.httpUrl, parameters });
  }

  /** An output of the stack, for others to use. One that the parameters do not bring fails the deployment. */
  output(name: LeastwiseOutput): string {
    return this.stack.getAtt(`Outputs.${name}`).toString();
  }

  /** Both packages as assets, which CloudFormation sees change by their keys. */
  private uploaded(packages: string, given: LeastwiseParameters): LeastwiseParameters {
    for (const name of ['codeBucket', 'evaluatorCodeKey', 'remediatorCodeKey'] as const) {
      if (given[name] !== undefined) {
        throw new Error(`\`packages\` and \`${name}\` exclude each other: leave one of them out`);
      }
    }
    const asset = (name: string) => new Asset(this, name, { path: join(packages, `leastwise-${name.toLowerCase()}.zip`) });
    const [evaluator, remediator] = [asset('Evaluator'), asset('Remediator')];
    return {
      codeBucket: evaluator.s3BucketName,
      evaluatorCodeKey: evaluator.s3ObjectKey,
      remediatorCodeKey: remediator.s3ObjectKey,
    };
  }
}
