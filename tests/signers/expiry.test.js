// The flow of a client with a role: assume it, sign, call, and be refused when the session is
// over. FNURL and PROBE are programs; the clock of the local function URL is set for each part.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { Sha256 } from '@aws-crypto/sha256-js';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';

const region = 'us-east-1';

async function start(data, clock) {
  const { FNURL, PROBE } = process.env;
  const process_ = spawn(FNURL, ['dev', '--port', '0', '--auth', 'iam', '--data', data, '--clock', clock, '--function', PROBE], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const found = {};
  for await (const line of createInterface({ input: process_.stdout })) {
    found.url ??= line.match(/listening on (http:\S+)/)?.[1];
    found.control ??= line.match(/control +(http:\S+)/)?.[1];
    if (line.includes('limit=2')) break;
  }
  const stop = () => new Promise((resolve) => process_.once('exit', resolve).kill('SIGTERM'));
  return { ...found, stop };
}

async function call(url, credentials, signingDate, method = 'GET', body = undefined) {
  const { hostname, port, host } = new URL(url);
  const request = new HttpRequest({ method, protocol: 'http:', hostname, port: Number(port), path: '/', headers: { host }, body });
  const signer = new SignatureV4({ service: 'lambda', region, credentials, sha256: Sha256 });
  const { headers } = await signer.sign(request, { signingDate });
  return fetch(url, { method, headers, body });
}

test('a session signs GET and POST until it expires, and is refused from then on', async (t) => {
  const data = mkdtempSync(join(tmpdir(), 'fnurl-expiry-'));
  t.after(() => rmSync(data, { recursive: true, force: true }));
  const began = new Date(Math.floor(Date.now() / 1000) * 1000);
  const later = (seconds) => new Date(began.getTime() + seconds * 1000);

  const first = await start(data, began.toISOString());
  process.env.AWS_SHARED_CREDENTIALS_FILE = join(data, 'credentials');
  process.env.AWS_PROFILE = 'fnurl';
  const sts = new STSClient({ region, endpoint: first.control });
  const { Credentials } = await sts.send(
    new AssumeRoleCommand({ RoleArn: 'arn:aws:iam::000000000000:role/fnUrlRole', RoleSessionName: 'client', DurationSeconds: 900 }),
  );
  assert.equal(Credentials.Expiration.getTime(), later(900).getTime());
  const credentials = {
    accessKeyId: Credentials.AccessKeyId,
    secretAccessKey: Credentials.SecretAccessKey,
    sessionToken: Credentials.SessionToken,
  };
  assert.equal((await call(first.url, credentials, began)).status, 200);
  assert.equal((await call(first.url, credentials, began, 'POST', '{"name":"lamp"}')).status, 200);
  await first.stop();

  const second = await start(data, later(900).toISOString());
  const refused = await call(second.url, credentials, later(900));
  assert.equal(refused.status, 403);
  assert.equal(refused.headers.get('x-amzn-errortype'), 'ExpiredTokenException');
  await second.stop();
});
