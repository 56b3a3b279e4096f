// A page of another origin tries every port that `fnurl dev` opens, and gets nothing.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';

const { PID, URL: url } = process.env;
let browser;
let page;
let site;

/** The addresses at which the process listens, from /proc. */
function listeners(pid) {
  const sockets = readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
    } catch {
      return [];
    }
  });
  const rows = readFileSync(`/proc/${pid}/net/tcp`, 'utf8').trim().split('\n').slice(1);
  return rows
    .map((row) => row.trim().split(/\s+/))
    .filter((row) => row[3] === '0A' && sockets.includes(`socket:[${row[9]}]`))
    .map((row) => {
      const [ip, port] = row[1].split(':');
      const bytes = ip.match(/../g).reverse();
      return { ip: bytes.map((byte) => parseInt(byte, 16)).join('.'), port: parseInt(port, 16) };
    });
}

before(async () => {
  site = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<title>evil</title>');
  });
  await new Promise((resolve) => site.listen(0, '127.0.0.1', resolve));
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
  });
  page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${site.address().port}/`);
});

after(async () => {
  await browser?.close();
  site?.close();
});

/** What a page reads, or `blocked`; simple requests, and one with a preflight. */
async function tries(address, path, options) {
  const outcome = await page.evaluate(
    async ([target, init]) => {
      try {
        const response = await fetch(target, init);
        return `${response.type} ${response.status} ${await response.text()}`;
      } catch {
        return 'blocked';
      }
    },
    [`http://${address}${path}`, options],
  );
  return outcome;
}

test('a page reads and changes nothing on any port but the URL itself', async () => {
  const ports = listeners(PID).filter(({ ip }) => ip === '127.0.0.1');
  assert.ok(ports.length >= 3, `the URL, the control port and the tables: ${JSON.stringify(ports)}`);
  const own = new URL(url).host;
  for (const { ip, port } of ports) {
    const address = `${ip}:${port}`;
    if (address === own) {
      continue;
    }
    for (const [path, options] of [
      ['/', { method: 'GET' }],
      ['/', { method: 'POST', body: 'Action=GetCallerIdentity&Version=2011-06-15' }],
      ['/2015-03-31/functions/bootstrap/invocations', { method: 'POST', body: '{}' }],
      ['/2018-06-01/runtime/invocation/next', { method: 'GET' }],
      [
        '/',
        {
          method: 'POST',
          headers: {
            'content-type': 'application/x-amz-json-1.0',
            'x-amz-target': 'DynamoDB_20120810.ListTables',
            authorization: 'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
          },
          body: '{}',
        },
      ],
    ]) {
      assert.equal(await tries(address, path, options), 'blocked', `${address} ${path}`);
    }
    // Without CORS the page cannot read it, and the request must have no effect either.
    const opaque = await tries(address, '/', { mode: 'no-cors' });
    assert.match(opaque, /^(blocked|opaque 0 )/, address);
  }
});

test('the tables are still there for the function', () => {
  const listed = execFileSync('curl', ['--silent', '--fail', `${url}/items?limit=1`]).toString();
  assert.deepEqual(Object.keys(JSON.parse(listed)).includes('items'), true);
});
