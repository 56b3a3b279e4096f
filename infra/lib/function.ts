/** The function: one executable, its role, its log group. */
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function, LoggingFormat, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Settings } from './settings.ts';
import { storePermissions } from './table.ts';

/** Longer than the 2.5 seconds that the store gives one operation, so that it answers first. */
export const TIMEOUT = Duration.seconds(10);

export function createFunction(scope: Construct, table: Table, settings: Settings): Function {
  const logGroup = new LogGroup(scope, 'Logs', {
    retention: RetentionDays.ONE_MONTH,
    removalPolicy: settings.removal === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
  // A role of its own instead of the managed AWSLambdaBasicExecutionRole, which may write to any log group.
  const role = new Role(scope, 'FunctionRole', {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    description: 'What the API may do: its rows, its lists, its logs, its traces',
  });
  role.addToPolicy(
    new PolicyStatement({
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [logGroup.logGroupArn],
    }),
  );
  for (const statement of storePermissions(table)) role.addToPolicy(statement);
  const api = new Function(scope, 'Function', {
    description: `The API, stage ${settings.stage}`,
    runtime: Runtime.PROVIDED_AL2023,
    architecture: settings.architecture === 'arm64' ? Architecture.ARM_64 : Architecture.X86_64,
    handler: 'bootstrap',
    code: Code.fromAsset(settings.bootstrap),
    memorySize: settings.memoryMb,
    timeout: TIMEOUT,
    reservedConcurrentExecutions: settings.reservedConcurrency,
    loggingFormat: LoggingFormat.JSON,
    logGroup,
    role,
    tracing: Tracing.ACTIVE,
    environment: {
      TABLE_NAME: table.tableName,
      LIST_SHARDS: String(settings.listShards),
      // Lambda does not tell a function how its URL sends what it answers.
      FNURL_INVOKE_MODE: settings.invokeMode,
    },
  });
  Validations.of(role).acknowledge({
    id: 'AwsSolutions::AwsSolutions-IAM5[Resource::*]',
    reason: 'xray:PutTraceSegments and xray:PutTelemetryRecords know no resources: they can only be allowed on *',
  });
  return api;
}
