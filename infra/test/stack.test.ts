import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Match } from 'aws-cdk-lib/assertions';
import { synthesise } from './synthesis.ts';

const TABLE = 'AWS::DynamoDB::Table';
const FUNCTION = 'AWS::Lambda::Function';
const URL = 'AWS::Lambda::Url';
const POLICY = 'AWS::IAM::Policy';
const ROLE = 'AWS::IAM::Role';
const ALARM = 'AWS::CloudWatch::Alarm';
const LOGS = 'AWS::Logs::LogGroup';

const dev = synthesise().template;
const prod = synthesise({ stage: 'prod' }).template;

test('the table has the keys, indexes and expiry that the store reads and writes', () => {
  dev.hasResourceProperties(TABLE, {
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }, { AttributeName: 'sk', KeyType: 'RANGE' }],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'byOwner',
        KeySchema: [{ AttributeName: 'ownerId', KeyType: 'HASH' }, { AttributeName: 'id', KeyType: 'RANGE' }],
        Projection: { ProjectionType: 'ALL' },
      },
      {
        IndexName: 'byCreation',
        KeySchema: [{ AttributeName: 'listShard', KeyType: 'HASH' }, { AttributeName: 'id', KeyType: 'RANGE' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
    AttributeDefinitions: ['pk', 'sk', 'ownerId', 'id', 'listShard'].map((name) => ({
      AttributeName: name,
      AttributeType: 'S',
    })),
    TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    BillingMode: 'PAY_PER_REQUEST',
  });
});

test('the table of dev goes with its stack, that of prod stays and is protected', () => {
  dev.hasResource(TABLE, { DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete', Properties: { DeletionProtectionEnabled: false } });
  prod.hasResource(TABLE, { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain', Properties: { DeletionProtectionEnabled: true } });
  prod.hasResource(LOGS, { DeletionPolicy: 'Retain' });
  assert.equal(synthesise({ stage: 'prod' }).stack.terminationProtection, true);
});

test('a cap on request units holds for the table and for each index', () => {
  const cap = { MaxReadRequestUnits: 200, MaxWriteRequestUnits: 100 };
  synthesise({ maxReadUnits: '200', maxWriteUnits: '100' }).template.hasResourceProperties(TABLE, {
    OnDemandThroughput: cap,
    GlobalSecondaryIndexes: [{ OnDemandThroughput: cap }, { OnDemandThroughput: cap }],
  });
  dev.hasResourceProperties(TABLE, { OnDemandThroughput: Match.absent() });
});

test('the function runs the executable with the settings that it reads', () => {
  dev.hasResourceProperties(FUNCTION, {
    Runtime: 'provided.al2023',
    Handler: 'bootstrap',
    Architectures: ['x86_64'],
    MemorySize: 256,
    Timeout: 10,
    LoggingConfig: { LogFormat: 'JSON', LogGroup: { Ref: Match.stringLikeRegexp('^Logs') } },
    TracingConfig: { Mode: 'Active' },
    Environment: { Variables: { TABLE_NAME: { Ref: Match.stringLikeRegexp('^Table') }, LIST_SHARDS: '4', FNURL_INVOKE_MODE: 'buffered' } },
    ReservedConcurrentExecutions: Match.absent(),
  });
  dev.hasResourceProperties(LOGS, { RetentionInDays: 30 });
});

test('architecture, memory, concurrency and shards can be chosen', () => {
  const { template } = synthesise({ architecture: 'arm64', memory: '512', reservedConcurrency: '20', listShards: '8' });
  template.hasResourceProperties(FUNCTION, {
    Architectures: ['arm64'],
    MemorySize: 512,
    ReservedConcurrentExecutions: 20,
    Environment: { Variables: { LIST_SHARDS: '8' } },
  });
});

test('the function may write its own log, its traces and its rows, and no more', () => {
  const statements = policyOf(/^FunctionRole/);
  assert.deepEqual(statements.map((it) => [it.Action, shortResource(it.Resource)]), [
    [['logs:CreateLogStream', 'logs:PutLogEvents'], ['Logs']],
    [['dynamodb:ConditionCheckItem', 'dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'], ['Table']],
    ['dynamodb:Query', ['Table/index/byCreation', 'Table/index/byOwner']],
    [['xray:PutTelemetryRecords', 'xray:PutTraceSegments'], ['*']],
  ]);
  dev.hasResourceProperties(ROLE, {
    AssumeRolePolicyDocument: { Statement: [Match.objectLike({ Principal: { Service: 'lambda.amazonaws.com' } })] },
    ManagedPolicyArns: Match.absent(),
  });
});

test('the URL asks for a signature unless it is told twice not to', () => {
  dev.hasResourceProperties(URL, { AuthType: 'AWS_IAM', InvokeMode: 'BUFFERED', Cors: Match.absent() });
  dev.resourceCountIs('AWS::Lambda::Permission', 0);

  const open = synthesise({ auth: 'none', allowUnauthenticated: 'true' });
  open.template.hasResourceProperties(URL, { AuthType: 'NONE' });
  open.annotations.hasWarning('*', Match.stringLikeRegexp('anybody on the internet can call the API'));
  open.template.resourcePropertiesCountIs(ROLE, { Description: Match.stringLikeRegexp('May call') }, 0);
});

test('the URL can stream, and the function knows it', () => {
  const { template } = synthesise({ invokeMode: 'stream' });
  template.hasResourceProperties(URL, { InvokeMode: 'RESPONSE_STREAM' });
  template.hasResourceProperties(FUNCTION, { Environment: { Variables: { FNURL_INVOKE_MODE: 'stream' } } });
});

test('the URL answers preflights for the chosen origins, and is never told of OPTIONS', () => {
  const { template } = synthesise({ corsOrigins: 'https://example.com, http://localhost:5173' });
  template.hasResourceProperties(URL, {
    Cors: {
      AllowOrigins: ['https://example.com', 'http://localhost:5173'],
      AllowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      AllowHeaders: Match.arrayWith(['authorization', 'x-amz-date', 'x-amz-security-token']),
      ExposeHeaders: Match.arrayWith(['etag', 'link', 'location']),
      MaxAge: 3600,
    },
  });
});

test('the invoke role has both permissions that a signed call needs', () => {
  const statements = policyOf(/^InvokeRole/);
  assert.deepEqual(statements.map((it) => [it.Action, shortResource(it.Resource), it.Condition]), [
    ['lambda:InvokeFunctionUrl', ['Function'], { StringEquals: { 'lambda:FunctionUrlAuthType': 'AWS_IAM' } }],
    ['lambda:InvokeFunction', ['Function'], { Bool: { 'lambda:InvokedViaFunctionUrl': true } }],
  ]);
});

test('the invoke role is for this account, or for the principals that were named, with their external id', () => {
  const trust = (given: Record<string, string>) => {
    const roles = Object.values(synthesise(given).template.findResources(ROLE, { Properties: { Description: Match.stringLikeRegexp('May call') } }));
    assert.equal(roles.length, 1);
    return JSON.stringify(roles[0]?.['Properties'].AssumeRolePolicyDocument);
  };
  assert.match(trust({}), /AWS::AccountId.*:root/);
  const named = trust({ trust: '111122223333,arn:aws:iam::444455556666:role/caller', externalId: 'partner-7' });
  for (const part of ['111122223333:root', 'arn:aws:iam::444455556666:role/caller', '"sts:ExternalId":"partner-7"']) {
    assert.ok(named.includes(part), `${part} is missing in ${named}`);
  }
  assert.doesNotMatch(named, /AWS::AccountId/);
});

test('server errors, throttles, slow requests and a throttling table raise an alarm', () => {
  dev.resourceCountIs(ALARM, 4);
  const expected = [
    { Namespace: 'AWS/Lambda', MetricName: 'Url5xxCount', Statistic: 'Sum', Threshold: 5 },
    { Namespace: 'AWS/Lambda', MetricName: 'Throttles', Statistic: 'Sum', Threshold: 1 },
    { Namespace: 'AWS/Lambda', MetricName: 'Duration', ExtendedStatistic: 'p99', Threshold: 2500 },
  ];
  for (const alarm of expected) {
    dev.hasResourceProperties(ALARM, { ...alarm, TreatMissingData: 'notBreaching', AlarmActions: Match.absent() });
  }
  dev.hasResourceProperties(ALARM, {
    Metrics: Match.arrayWith([
      Match.objectLike({ MetricStat: { Metric: { Namespace: 'AWS/DynamoDB', MetricName: 'ThrottledRequests' } } }),
    ]),
  });
  const topic = 'arn:aws:sns:eu-central-1:111122223333:on-call';
  synthesise({ alarmTopic: topic }).template.allResourcesProperties(ALARM, { AlarmActions: [topic] });
});

test('the outputs say where the API is, who may call it and which table it uses', () => {
  assert.deepEqual(Object.keys(dev.findOutputs('*')).sort(), ['Endpoint', 'InvokeRoleArn', 'TableName']);
});

for (const stage of ['dev', 'prod']) {
  for (const architecture of ['arm64', 'x86_64']) {
    for (const invokeMode of ['buffered', 'stream']) {
      test(`AWS's solution checks find nothing in ${stage} on ${architecture}, ${invokeMode}`, () => {
        const { pluginReports } = synthesise({ stage, architecture, invokeMode }).validate();
        assert.deepEqual(pluginReports.map((it) => [it.pluginName, it.conclusion]), [['AwsSolutions', 'success']]);
      });
    }
  }
}

/** Run with `UPDATE_TEMPLATE=1` to accept a change, and read the difference before it is committed. */
test('the template of dev is the one that was reviewed', () => {
  const file = join(import.meta.dirname, 'template.dev.json');
  const template = dev.toJSON();
  for (const { Properties } of Object.values<any>(template['Resources'])) {
    if (Properties.Code !== undefined) Properties.Code = { S3Bucket: 'the assets', S3Key: 'bootstrap.zip' };
  }
  const found = `${JSON.stringify(template, undefined, 2)}\n`;
  if (process.env['UPDATE_TEMPLATE'] === '1') writeFileSync(file, found);
  assert.equal(found, readFileSync(file, 'utf8'));
});

interface Statement {
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

function policyOf(role: RegExp): Statement[] {
  const policies = Object.values(dev.findResources(POLICY)).filter((it) => role.test(it['Properties'].PolicyName));
  assert.equal(policies.length, 1);
  return policies[0]?.['Properties'].PolicyDocument.Statement;
}

/** `Fn::GetAtt` and `Fn::Join` of a resource, as the name that it has in the code. */
function shortResource(resource: any): string[] {
  const list = Array.isArray(resource) ? resource : [resource];
  return list.map((it) => {
    if (typeof it === 'string') return it;
    if ('Fn::GetAtt' in it) return it['Fn::GetAtt'][0].replace(/[0-9A-F]{8}$/, '');
    return it['Fn::Join'][1].map((part: unknown) => (typeof part === 'string' ? part : shortResource(part)[0])).join('');
  });
}
