/** Synthesises the stack of some settings, in this process and in a folder of its own. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { App, Validations } from 'aws-cdk-lib';
import { Annotations, Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { ApiStack } from '../lib/api-stack.ts';
import { parseSettings } from '../lib/settings.ts';

export interface Synthesis {
  readonly template: Template;
  readonly annotations: Annotations;
  readonly stack: ApiStack;
  /** Synthesises the whole app and gives the report of the rules that it was checked against. */
  validate(): ValidationReport;
}

export interface ValidationReport {
  readonly pluginReports: readonly {
    readonly pluginName: string;
    readonly conclusion: string;
    readonly violations: readonly { readonly ruleName: string }[];
  }[];
}

const folder = mkdtempSync(join(tmpdir(), 'fnurl-infra-'));
/** A folder that holds a `bootstrap`, for as long as the test file runs. */
const bootstrap = join(folder, 'lambda');
mkdirSync(bootstrap);
writeFileSync(join(bootstrap, 'bootstrap'), 'an executable');
after(() => rmSync(folder, { recursive: true, force: true }));

export function settingsOf(given: Record<string, string> = {}) {
  return parseSettings(new Map(Object.entries({ bootstrap, ...given })));
}

export function synthesise(given: Record<string, string> = {}): Synthesis {
  const settings = settingsOf(given);
  const outdir = mkdtempSync(join(folder, 'cdk.out-'));
  const app = new App({ analyticsReporting: false, outdir, context: featureFlags() });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const stack = new ApiStack(app, `fnurl-${settings.stage}`, settings);
  return {
    stack,
    get template() {
      return Template.fromStack(stack);
    },
    get annotations() {
      return Annotations.fromStack(stack);
    },
    validate() {
      app.synth();
      return JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8')) as ValidationReport;
    },
  };
}

/** The flags of `cdk.json`: without them the tests would see another template than a deployment. */
function featureFlags(): Record<string, unknown> {
  const text = readFileSync(join(import.meta.dirname, '..', 'cdk.json'), 'utf8');
  return (JSON.parse(text) as { context: Record<string, unknown> }).context;
}
