/** What somebody should look at. */
import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Operation } from 'aws-cdk-lib/aws-dynamodb';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { Settings } from './settings.ts';
import { TIMEOUT } from './function.ts';

const PERIOD = Duration.minutes(5);

export function createAlarms(scope: Construct, api: Function, table: Table, settings: Settings): void {
  const topic = settings.alarmTopic === undefined ? undefined : Topic.fromTopicArn(scope, 'AlarmTopic', settings.alarmTopic);
  const alarm = (id: string, metric: IMetric, threshold: number, alarmDescription: string): void => {
    const created = new Alarm(scope, id, {
      metric,
      threshold,
      alarmDescription,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    if (topic !== undefined) created.addAlarmAction(new SnsAction(topic));
  };
  const answered5xx = new Metric({
    namespace: 'AWS/Lambda',
    metricName: 'Url5xxCount',
    dimensionsMap: { FunctionName: api.functionName },
    statistic: 'Sum',
    period: PERIOD,
  });
  alarm('ServerErrors', answered5xx, 5, 'Requests were answered with a 5xx: look for their request ids in the log');
  alarm('Throttles', api.metricThrottles({ period: PERIOD }), 1, 'Requests were refused with 429: raise the concurrency');
  alarm(
    'SlowRequests',
    api.metricDuration({ period: PERIOD, statistic: 'p99' }),
    TIMEOUT.toMilliseconds() / 4,
    'One request in a hundred takes long: look at its trace',
  );
  const operations = [
    Operation.GET_ITEM, Operation.PUT_ITEM, Operation.UPDATE_ITEM, Operation.DELETE_ITEM, Operation.QUERY,
    Operation.TRANSACT_WRITE_ITEMS,
  ];
  const throttled = table.metricThrottledRequestsForOperations({ operations, period: PERIOD });
  alarm('TableThrottles', throttled, 1, 'DynamoDB throttled the API: a cap is reached, or a partition is hot');
}
