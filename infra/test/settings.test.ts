import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settingsOf } from './synthesis.ts';

const refusal = (given: Record<string, string>): string => {
  try {
    settingsOf(given);
  } catch (error) {
    return String(error);
  }
  return assert.fail('the settings were accepted');
};

test('without settings a deployment is a signed, buffered dev stage that can be thrown away', () => {
  const { stage, auth, invokeMode, removal, architecture, memoryMb, listShards } = settingsOf();
  assert.deepEqual(
    { stage, auth, invokeMode, removal, architecture, memoryMb, listShards },
    {
      stage: 'dev', auth: 'iam', invokeMode: 'buffered', removal: 'destroy', architecture: 'x86_64', memoryMb: 256,
      listShards: 4,
    },
  );
});

test('prod keeps its table', () => {
  assert.equal(settingsOf({ stage: 'prod' }).removal, 'retain');
});

test('prod with a table that can be thrown away is refused', () => {
  assert.match(refusal({ stage: 'prod', removal: 'destroy' }), /removal=destroy.*prod/);
});

test('a URL for everybody needs a second word', () => {
  assert.match(refusal({ auth: 'none' }), /allowUnauthenticated=true/);
  assert.equal(settingsOf({ auth: 'none', allowUnauthenticated: 'true' }).auth, 'none');
});

test('every mistake is named at once', () => {
  const message = refusal({ stage: 'Production!', architecture: 'mips', memory: '1e3', corsOrigins: 'example.com', trust: 'me' });
  for (const name of ['stage=Production!', 'architecture=mips', 'memory=1e3', '`example.com`', '`me`']) {
    assert.ok(message.includes(name), `${name} is missing in ${message}`);
  }
});

test('a missing executable is explained', () => {
  assert.match(refusal({ bootstrap: '/nowhere' }), /no file `bootstrap` in \/nowhere: run `make package`/);
});

test('numbers outside their range are refused', () => {
  for (const [name, value] of [['memory', '127'], ['memory', '10241'], ['listShards', '0'], ['listShards', '256'], ['maxReadUnits', '-1']] as const) {
    assert.match(refusal({ [name]: value }), new RegExp(`${name}=${value}: must be a whole number from`));
  }
});

test('an external id and an alarm topic of the wrong form are refused', () => {
  assert.match(refusal({ externalId: 'x' }), /externalId/);
  assert.match(refusal({ alarmTopic: 'mail@example.com' }), /alarmTopic/);
});
