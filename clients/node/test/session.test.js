// Sessions of a role over time. The clock of the local function URL stands still, this process's
// Date is set to the same time, and both are moved on together.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { createClient, ProblemError } from 'fnurl-client';
import { BEHIND, folder, region, relay, roleArn, start } from './harness.js';

const began = new Date(Math.floor(Date.now() / 1000) * 1000);

/** Starts the local function URL again and again, on the same ports and data, at another time. */
async function timeMachine(t) {
  const [{ port }, { port: control }, data] = [await relay(t), await relay(t), folder(t)];
  t.mock.timers.enable({ apis: ['Date'], now: began });
  let running;
  return async (seconds) => {
    await running?.stop();
    const clock = new Date(began.getTime() + seconds * 1000);
    t.mock.timers.setTime(clock.getTime());
    running = await start(t, { host: BEHIND, port, data, clock, args: ['--control-port', control] });
    return running.url;
  };
}

test('a session is used until shortly before it expires, and then renewed', async (t) => {
  const goTo = await timeMachine(t);
  const url = await goTo(0);
  const asked = t.mock.method(STSClient.prototype, 'send'); // counts, and asks all the same
  const client = createClient({ url, region, roleArn, durationSeconds: 900 });
  await client.get('/users/me');
  await goTo(599);
  await client.get('/users/me');
  assert.equal(asked.mock.callCount(), 1);
  await goTo(600);
  await client.get('/users/me');
  assert.equal(asked.mock.callCount(), 2);
});

test('calls at the same time share a renewal', async (t) => {
  const { url } = await start(t);
  const asked = t.mock.method(STSClient.prototype, 'send');
  const client = createClient({ url, region, roleArn });
  await Promise.all(Array.from({ length: 8 }, () => client.get('/health')));
  assert.equal(asked.mock.callCount(), 1);
});

test('when STS could not be reached, the next call asks again', async (t) => {
  const way = await relay(t);
  const { url } = await start(t, { host: BEHIND, args: ['--control-port', way.port] });
  process.env.AWS_ENDPOINT_URL_STS = `http://localhost:${way.port}`;
  process.env.AWS_MAX_ATTEMPTS = '1';
  t.after(() => delete process.env.AWS_MAX_ATTEMPTS);
  const client = createClient({ url, region, roleArn });
  way.losing = 1;
  await assert.rejects(client.get('/health'), { code: 'ECONNRESET' });
  assert.equal((await client.get('/health')).status, 200);
});

test('a session that nobody renews is refused once it has expired', async (t) => {
  const goTo = await timeMachine(t);
  const url = await goTo(0);
  const command = new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'once', DurationSeconds: 900 });
  const { Credentials: given } = await new STSClient({ region }).send(command);
  const credentials = async () => ({
    accessKeyId: given.AccessKeyId, secretAccessKey: given.SecretAccessKey, sessionToken: given.SessionToken,
  });
  const client = createClient({ url, region, credentials });
  await client.post('/items', { body: { name: 'in time' } });
  await goTo(899);
  assert.equal((await client.get('/items')).body.items.length, 1);
  await goTo(900);
  for (const late of [() => client.get('/items'), () => client.post('/items', { body: { name: 'late' } })]) {
    await assert.rejects(late, (error) => {
      assert.ok(error instanceof ProblemError, error.stack);
      assert.deepEqual([error.status, error.title], [403, 'ExpiredTokenException']);
      return true;
    });
  }
});
