/** The CDK app. Its settings are in `lib/settings.ts`. */
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { ApiStack } from '../lib/api-stack.ts';
import { readSettings } from '../lib/settings.ts';

const app = new App({ analyticsReporting: false });
try {
  const settings = readSettings(app.node);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  new ApiStack(app, `fnurl-${settings.stage}`, settings);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
