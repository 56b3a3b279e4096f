/** Table, function, URL, invoke role, alarms: the whole deployment of one stage. */
import { CfnOutput, Stack, Tags } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { createAlarms } from './alarms.ts';
import { createFunction } from './function.ts';
import type { Settings } from './settings.ts';
import { createTable } from './table.ts';
import { createInvokeRole, createUrl } from './url.ts';

export class ApiStack extends Stack {
  constructor(scope: Construct, id: string, settings: Settings, props: StackProps = {}) {
    super(scope, id, {
      description: `A REST API behind a function URL, stage ${settings.stage}`,
      terminationProtection: settings.removal === 'retain',
      ...props,
    });
    Tags.of(this).add('stage', settings.stage);
    const table = createTable(this, settings);
    const api = createFunction(this, table, settings);
    const url = createUrl(api, settings);
    const outputs: Record<string, string> = { Endpoint: url.url, TableName: table.tableName };
    if (settings.auth === 'iam') outputs['InvokeRoleArn'] = createInvokeRole(this, url, settings).roleArn;
    createAlarms(this, api, table, settings);
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}
