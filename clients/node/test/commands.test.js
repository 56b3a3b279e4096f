// The two programs, as people start them.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { roleArn, start } from './harness.js';

/** Runs a program of this folder, and gives what it wrote and its exit status. */
const run = (program, args, env) =>
  new Promise((resolve) => {
    const path = fileURLToPath(new URL(`../${program}`, import.meta.url));
    execFile(process.execPath, [path, ...args], { env: { ...process.env, ...env } }, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }),
    );
  });

test('what one program posts, the other gets', async (t) => {
  const { url } = await start(t);
  const env = { FUNCTION_URL: url, ROLE_ARN: roleArn };
  const posted = await run('client-post.js', ['{"name": "Desk lamp"}'], env);
  assert.equal(posted.code, 0, posted.stderr);
  const item = JSON.parse(posted.stdout);
  const gotten = await run('client-get.js', [`/items/${item.id}`], env);
  assert.deepEqual([gotten.code, JSON.parse(gotten.stdout)], [0, item]);
  const listed = await run('client-get.js', [], env);
  assert.deepEqual(JSON.parse(listed.stdout).items, [item]);
  const user = await run('client-post.js', ['/users', '{"name": "Ada", "email": "ada@example.org"}'], env);
  assert.equal(JSON.parse(user.stdout).name, 'Ada');
});

test('a failure is explained on the standard error alone, and seen in the exit status', async (t) => {
  const { url } = await start(t);
  const env = { FUNCTION_URL: url, ROLE_ARN: roleArn };
  const cases = [
    ['client-post.js', ['{"name": ""}'], {}, 1, /^422 The request is invalid: .*\n {2}\/name: must be 1 to 200 characters long$/m],
    ['client-get.js', ['/items?limit=no'], {}, 1, /\n {2}limit: /],
    ['client-get.js', ['/nowhere'], {}, 1, /^404 Not found/m],
    ['client-get.js', [], { ROLE_ARN: `${roleArn}Absent` }, 1, /not authorized to perform: sts:AssumeRole/],
    ['client-get.js', [], { AWS_REGION: 'eu-west-1' }, 1, /^403 /m],
    ['client-get.js', [], { AWS_PROFILE: 'absent' }, 1, /profile|credentials/i],
    ['client-get.js', [], { FUNCTION_URL: 'http://127.0.0.1:2' }, 1, /^fetch failed: connect ECONNREFUSED/m],
    ['client-get.js', [], { FUNCTION_URL: '' }, 2, /^FUNCTION_URL, .* have to be set\nUsage: client-get\.js/m],
    ['client-get.js', [], { FUNCTION_URL: 'lamp' }, 2, /is no URL: lamp\nUsage/],
    ['client-get.js', ['--loud'], {}, 2, /--loud[^]*\nUsage/],
    ['client-get.js', ['/a', '/b'], {}, 2, /too many arguments: \/b\nUsage/],
    ['client-post.js', [], {}, 2, /nothing to post\nUsage/],
    ['client-post.js', ['{"name"'], {}, 2, /is no JSON: .*\nUsage/],
  ];
  for (const [program, args, change, code, expected] of cases) {
    const outcome = await run(program, args, { ...env, ...change });
    const what = `${program} ${args} ${JSON.stringify(change)}`;
    assert.equal(outcome.code, code, `${what}: ${outcome.stderr}`);
    assert.match(outcome.stderr, expected, what);
    assert.equal(outcome.stdout, '', what);
    assert.doesNotMatch(outcome.stderr, /\n {4}at /, `${what}: no stack`);
  }
  const help = await run('client-get.js', ['--help'], { FUNCTION_URL: '' });
  assert.deepEqual([help.code, help.stderr], [0, '']);
  assert.match(help.stdout, /^Usage: client-get\.js/);
});
