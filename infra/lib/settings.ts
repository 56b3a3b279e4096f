/**
 * What a deployment can choose, read from CDK context (`-c name=value`), every mistake at once.
 *
 * | name | values | default |
 * |---|---|---|
 * | `stage` | `dev`, `prod` or another short name | `dev` |
 * | `architecture` | `arm64`, `x86_64` | `x86_64` |
 * | `bootstrap` | folder that holds the executable `bootstrap` | `../target/lambda` |
 * | `auth` | `iam`, `none` | `iam` |
 * | `allowUnauthenticated` | `true`: needed, besides, for `auth=none` | |
 * | `invokeMode` | `buffered`, `stream` | `buffered` |
 * | `removal` | `destroy`, `retain` | `destroy`; `retain` for `prod` |
 * | `corsOrigins` | origins, separated by commas; without it the URL has no CORS configuration | |
 * | `trust` | principals that may take the invoke role: account ids or ARNs, separated by commas | this account |
 * | `externalId` | what those principals must present | |
 * | `memory` | MB, 128–10240 | 256 |
 * | `reservedConcurrency` | instances at most, and requests per second ÷ 10 | no limit |
 * | `maxReadUnits`, `maxWriteUnits` | request units per second that the table may spend | no cap |
 * | `listShards` | as the program's `LIST_SHARDS`; may only grow | 4 |
 * | `alarmTopic` | ARN of the SNS topic that alarms notify | none |
 */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Node } from 'constructs';

export interface Settings {
  readonly stage: string;
  readonly architecture: 'arm64' | 'x86_64';
  /** Absolute path of the folder that holds `bootstrap`. */
  readonly bootstrap: string;
  readonly auth: 'iam' | 'none';
  readonly invokeMode: 'buffered' | 'stream';
  readonly removal: 'destroy' | 'retain';
  readonly corsOrigins: readonly string[];
  readonly trust: readonly string[];
  readonly externalId?: string;
  readonly memoryMb: number;
  readonly reservedConcurrency?: number;
  readonly maxReadUnits?: number;
  readonly maxWriteUnits?: number;
  readonly listShards: number;
  readonly alarmTopic?: string;
}

const NAMES = [
  'stage', 'architecture', 'bootstrap', 'auth', 'allowUnauthenticated', 'invokeMode', 'removal',
  'corsOrigins', 'trust', 'externalId', 'memory', 'reservedConcurrency', 'maxReadUnits',
  'maxWriteUnits', 'listShards', 'alarmTopic',
];

/** Reads the settings of an app. Throws one error that names every mistake. */
export function readSettings(node: Node): Settings {
  const found = new Map<string, string>();
  for (const name of NAMES) {
    const value: unknown = node.tryGetContext(name);
    if (value !== undefined && value !== '') found.set(name, String(value));
  }
  return parseSettings(found);
}

/** Settings from names and values. Throws one error that names every mistake. */
export function parseSettings(given: ReadonlyMap<string, string>): Settings {
  const mistakes: string[] = [];

  const oneOf = <T extends string>(name: string, values: readonly T[], otherwise: T): T => {
    const value = given.get(name) ?? otherwise;
    const match = values.find((it) => it === value);
    if (match === undefined) mistakes.push(`${name}=${value}: must be one of ${values.join(', ')}`);
    return match ?? otherwise;
  };
  const whole = (name: string, least: number, most: number): number | undefined => {
    const text = given.get(name);
    if (text === undefined) return undefined;
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    mistakes.push(`${name}=${text}: must be a whole number from ${least} to ${most}`);
    return undefined;
  };
  const list = (name: string, form: RegExp, what: string): string[] => {
    const values = (given.get(name) ?? '').split(',').map((it) => it.trim()).filter((it) => it !== '');
    for (const value of values) {
      if (!form.test(value)) mistakes.push(`${name}: \`${value}\` is not ${what}`);
    }
    return values;
  };

  const stage = given.get('stage') ?? 'dev';
  if (!/^[a-z][a-z0-9]{0,15}$/.test(stage)) {
    mistakes.push(`stage=${stage}: must be 1 to 16 lower-case letters and digits, a letter first`);
  }
  const removal = oneOf('removal', ['destroy', 'retain'], stage === 'prod' ? 'retain' : 'destroy');
  if (stage === 'prod' && removal === 'destroy') {
    mistakes.push('removal=destroy: the table of stage prod is not thrown away with its stack');
  }
  const auth = oneOf('auth', ['iam', 'none'], 'iam');
  if (auth === 'none' && given.get('allowUnauthenticated') !== 'true') {
    mistakes.push('auth=none lets anybody on the internet call the API: say allowUnauthenticated=true to mean it');
  }
  const bootstrap = resolve(import.meta.dirname, '..', given.get('bootstrap') ?? '../target/lambda');
  if (!statSync(resolve(bootstrap, 'bootstrap'), { throwIfNoEntry: false })?.isFile()) {
    mistakes.push(`no file \`bootstrap\` in ${bootstrap}: run \`make package\` first, or say bootstrap=FOLDER`);
  }
  const externalId = given.get('externalId');
  if (externalId !== undefined && !/^[\w+=,.@:/-]{2,1224}$/.test(externalId)) {
    mistakes.push('externalId: must be 2 to 1224 letters, digits or characters of +=,.@:/-_');
  }
  const alarmTopic = given.get('alarmTopic');
  if (alarmTopic !== undefined && !/^arn:[\w-]+:sns:[\w-]+:\d{12}:.+$/.test(alarmTopic)) {
    mistakes.push(`alarmTopic=${alarmTopic}: is not the ARN of an SNS topic`);
  }
  const settings: Settings = {
    stage,
    removal,
    auth,
    bootstrap,
    externalId,
    alarmTopic,
    architecture: oneOf('architecture', ['arm64', 'x86_64'], 'x86_64'),
    invokeMode: oneOf('invokeMode', ['buffered', 'stream'], 'buffered'),
    corsOrigins: list('corsOrigins', /^(\*|https?:\/\/[^/\s]+)$/, 'an origin such as https://example.com'),
    trust: list('trust', /^(\d{12}|arn:[\w-]+:iam::\d{12}:(root|(user|role)\/.+))$/, 'an account id or the ARN of a user or role'),
    memoryMb: whole('memory', 128, 10_240) ?? 256,
    reservedConcurrency: whole('reservedConcurrency', 0, 100_000),
    maxReadUnits: whole('maxReadUnits', 1, 1_000_000_000),
    maxWriteUnits: whole('maxWriteUnits', 1, 1_000_000_000),
    listShards: whole('listShards', 1, 255) ?? 4,
  };
  if (mistakes.length > 0) {
    throw new Error(`the deployment cannot be made:\n${mistakes.map((it) => `  - ${it}`).join('\n')}`);
  }
  return settings;
}
