// The programs in docs/calling.md, as they stand there, against the application. A program is the
// block after a line `<!-- run: NAME -->`. PYTHON is a Python with boto3 and requests.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { createClient } from 'fnurl-client';
import { folder, region, roleArn, start } from './harness.js';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const guide = readFileSync(path('../../../docs/calling.md'), 'utf8');
const blocks = Object.fromEntries(
  [...guide.matchAll(/^<!-- run: (\w+) -->\n```\w+\n(.*?)^```$/gms)].map(([, name, text]) => [name, text]),
);

/** Runs a program with what the guide says to export. */
function run(command, args, url, env = {}) {
  const PATH = [dirname(process.env.FNURL), process.env.PATH].join(delimiter);
  const all = { ...process.env, FUNCTION_URL: url, ROLE_ARN: roleArn, ...env, PATH };
  return new Promise((resolve, reject) => {
    execFile(command, args, { env: all }, (error, stdout, stderr) =>
      error ? reject(new Error(`${error.message}\n${stdout}\n${stderr}`)) : resolve(stdout),
    );
  });
}

const shell = (text, url, env) => run('bash', ['-euo', 'pipefail', '-c', text], url, env);

/** The names of what was created, so that no program is believed. */
async function created(url) {
  const { body } = await createClient({ url, region, roleArn }).get('/items');
  return body.items.map(({ name }) => name);
}

test('every program of the guide is one of those that are run', () => {
  assert.deepEqual(Object.keys(blocks), ['call', 'curl', 'node', 'python']);
});

test('fnurl call', async (t) => {
  const { url } = await start(t);
  const said = await shell(blocks.call, url);
  assert.match(said, /HTTP\/1\.1 200 OK\n/);
  assert.equal(said.match(/Desk lamp/g).length, 3, said); // created, listed, and listed by the presigned URL
  assert.deepEqual(await created(url), ['Desk lamp']);
});

test('curl', async (t) => {
  const { url } = await start(t);
  const { Credentials: given } = await new STSClient({ region }).send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'curl' }));
  const said = await shell(blocks.curl, url, {
    AWS_ACCESS_KEY_ID: given.AccessKeyId, AWS_SECRET_ACCESS_KEY: given.SecretAccessKey, AWS_SESSION_TOKEN: given.SessionToken,
  });
  assert.equal(said.match(/Desk lamp/g).length, 2, said);
  assert.deepEqual(await created(url), ['Desk lamp']);
});

test('Node.js', async (t) => {
  const { url } = await start(t);
  mkdirSync(path('../build'), { recursive: true }); // within the package, which it imports by its name
  const inside = mkdtempSync(path('../build/guide-'));
  t.after(() => rmSync(inside, { recursive: true }));
  writeFileSync(join(inside, 'program.js'), blocks.node);
  assert.match(await run(process.execPath, [join(inside, 'program.js')], url), /^\[ 'Desk lamp' \] [0-9a-f-]{36}$/m);
  assert.deepEqual(await created(url), ['Desk lamp']);
});

test('Python', { skip: !process.env.PYTHON && 'PYTHON is not set' }, async (t) => {
  const { url } = await start(t);
  const program = join(folder(t), 'program.py');
  writeFileSync(program, blocks.python);
  assert.equal(await run(process.env.PYTHON, ['-B', program], url), 'Lampe é\n1\n');
  assert.deepEqual(await created(url), ['Lampe é']);

  const difficult = `${blocks.python}
from urllib.parse import quote
for path, params in [("/items", {"cursor": "x y+z&é='()*~/%"}), (f"/items/{quote('a b/é?~%', safe='')}", None)]:
    try:
        call("GET", path, params)
    except RuntimeError as refused:
        print(str(refused)[:4])
`;
  writeFileSync(program, difficult);
  assert.match(await run(process.env.PYTHON, ['-B', program], url), /\n400:\n422:\n$/);
});
