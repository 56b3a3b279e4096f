/** The table, its two indexes, and what the function may do with them. */
import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Settings } from './settings.ts';

/** What the store calls. A transaction needs the actions of its parts. */
export const TABLE_ACTIONS = [
  'dynamodb:ConditionCheckItem', 'dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem',
  'dynamodb:UpdateItem',
];
/** What the store calls on the table's indexes. */
export const INDEX_ACTIONS = ['dynamodb:Query'];

const text = (name: string) => ({ name, type: AttributeType.STRING });

export function createTable(scope: Construct, settings: Settings): Table {
  const isKept = settings.removal === 'retain';
  const table = new Table(scope, 'Table', {
    partitionKey: text('pk'),
    sortKey: text('sk'),
    billingMode: BillingMode.PAY_PER_REQUEST,
    maxReadRequestUnits: settings.maxReadUnits,
    maxWriteRequestUnits: settings.maxWriteUnits,
    timeToLiveAttribute: 'expiresAt',
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    removalPolicy: isKept ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    deletionProtection: isKept,
  });
  for (const [indexName, partition] of [['byOwner', 'ownerId'], ['byCreation', 'listShard']] as const) {
    table.addGlobalSecondaryIndex({
      indexName,
      partitionKey: text(partition),
      sortKey: text('id'),
      projectionType: ProjectionType.ALL,
      maxReadRequestUnits: settings.maxReadUnits,
      maxWriteRequestUnits: settings.maxWriteUnits,
    });
  }
  return table;
}

/** Least privilege: rows of the table, lists of its indexes, nothing else. */
export function storePermissions(table: Table): PolicyStatement[] {
  return [
    new PolicyStatement({ effect: Effect.ALLOW, actions: TABLE_ACTIONS, resources: [table.tableArn] }),
    new PolicyStatement({
      effect: Effect.ALLOW,
      actions: INDEX_ACTIONS,
      resources: ['byOwner', 'byCreation'].map((index) => `${table.tableArn}/index/${index}`),
    }),
  ];
}
