// Real programs for the tests: `fnurl dev --auth iam` (FNURL) with the application (BOOTSTRAP),
// or with a function that answers with its event (PROBE), on free ports; loopback servers that fail as often as they are told.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer as createTcpServer } from 'node:net';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const region = 'us-east-1';
export const roleArn = 'arn:aws:iam::000000000000:role/fnUrlRole';

/** A folder that is gone after the test. */
export function folder(t) {
  const path = mkdtempSync(join(tmpdir(), 'fnurl-client-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** The application behind a local function URL. Its key and its STS become those of this process. */
export async function start(t, { data = folder(t), host = '127.0.0.1', port = '0', roles, clock, program = process.env.BOOTSTRAP, args = [] } = {}) {
  if (roles) {
    writeFileSync(join(data, 'roles.toml'), roles);
    args = [...args, '--roles', join(data, 'roles.toml')];
  }
  if (clock) args = [...args, '--clock', clock.toISOString()];
  const child = spawn(
    process.env.FNURL,
    ['dev', '--host', host, '--port', port, '--auth', 'iam', '--data', data, '--function', program, ...args],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let log = '';
  child.stderr.on('data', (chunk) => (log += chunk));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  t.after(stop);
  let url;
  let control;
  for await (const line of createInterface({ input: child.stdout })) {
    url ??= line.match(/listening on (http:\S+)/)?.[1];
    control ??= line.match(/control +(http:\S+)/)?.[1];
    if (line.includes('limit=2')) break;
  }
  if (!url || !control) throw new Error(`fnurl dev did not start: ${log}`);
  Object.assign(process.env, {
    AWS_SHARED_CREDENTIALS_FILE: join(data, 'credentials'), AWS_CONFIG_FILE: '/dev/null', AWS_PROFILE: 'fnurl',
    AWS_ENDPOINT_URL_STS: control, AWS_REGION: region, AWS_EC2_METADATA_DISABLED: 'true',
  });
  return { url, control, stop, log: () => log };
}

/** A server of HTTP, closed after the test; `answer` is called for every request, with its number. */
export async function serve(t, answer) {
  const seen = [];
  const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      seen.push({ method: request.method, url: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() });
      answer(response, seen.length, request);
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${server.address().port}`, seen };
}

/** Where the local function URL listens when a relay has the port on 127.0.0.1. */
export const BEHIND = '127.0.0.2';

/**
 * A free port of `localhost` that leads to the same port of BEHIND: the local function URL answers
 * only to a host that is its own. While `losing` is above 0, answers are lost and connections break.
 */
export async function relay(t) {
  const way = { losing: 0, port: '' };
  const sockets = new Set();
  const server = createTcpServer((client) => {
    const upstream = connect(Number(way.port), BEHIND);
    for (const socket of [client, upstream]) sockets.add(socket.on('error', () => {}));
    client.pipe(upstream);
    upstream.on('data', (chunk) => {
      if (way.losing === 0) return client.write(chunk);
      way.losing -= 1;
      client.destroy();
      upstream.destroy();
    });
    upstream.on('close', () => client.destroy());
    client.on('close', () => upstream.destroy());
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  way.port = String(server.address().port);
  return way;
}
