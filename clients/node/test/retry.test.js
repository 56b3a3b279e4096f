// Which failures are tried again, how often and when: against a server that fails as it is told.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient, ProblemError } from 'fnurl-client';
import { region, serve } from './harness.js';

const credentials = async () => ({ accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' });
const clientOf = (url, options) => createClient({ url, region, credentials, ...options });

/** Fails so often, in this way, and answers with JSON from then on. */
const failing = (times, fail) => (response, count) => {
  if (count <= times) return fail(response);
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"items":[]}');
};
const status = (code, headers) => (response) => response.writeHead(code, headers).end();
const hangUp = (response) => response.destroy();
const breakOff = (response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' }).write('{"items":');
  setTimeout(() => response.destroy(), 20);
};

test('transient statuses and broken connections are tried again, each time signed anew', async (t) => {
  for (const fail of [status(429), status(502), status(503), status(504), hangUp, breakOff]) {
    const { url, seen } = await serve(t, failing(2, fail));
    const { body } = await clientOf(url).get('/items');
    assert.deepEqual([body, seen.length], [{ items: [] }, 3], String(fail));
  }
  const dates = [];
  const { url, seen } = await serve(t, failing(1, status(503, { 'retry-after': '1' })));
  await clientOf(url).get('/items');
  for (const { headers } of seen) dates.push(headers['x-amz-date']);
  assert.equal(new Set(dates).size, 2, dates.join());
  assert.equal(new Set(seen.map(({ headers }) => headers.authorization)).size, 2);
});

test('tries are bounded, and the last failure is told', async (t) => {
  const { url, seen } = await serve(t, failing(9, status(503)));
  await assert.rejects(clientOf(url, { tries: 3 }).get('/items'), (error) => error instanceof ProblemError && error.status === 503);
  assert.equal(seen.length, 3);
  const away = await serve(t, failing(9, hangUp));
  await assert.rejects(clientOf(away.url, { tries: 2 }).get('/items'), { message: 'fetch failed' });
  assert.equal(away.seen.length, 2);
});

test('other failures are not tried again', async (t) => {
  for (const code of [400, 403, 404, 409, 412, 422, 500]) {
    const { url, seen } = await serve(t, failing(1, status(code)));
    await assert.rejects(clientOf(url).get('/items'), (error) => error instanceof ProblemError && error.status === code);
    assert.equal(seen.length, 1, String(code));
  }
});

test('a redirect is not followed: what is signed goes nowhere else', async (t) => {
  const other = await serve(t, failing(0));
  const { url } = await serve(t, failing(9, status(307, { location: `${other.url}/items` })));
  await assert.rejects(clientOf(url).get('/items'), (error) => error instanceof ProblemError && error.status === 307);
  assert.equal(other.seen.length, 0);
});

test('a method is repeated if it is idempotent or has a key, with the same key and body', async (t) => {
  const cases = [
    ['PUT', {}, 2], ['DELETE', {}, 2],
    ['POST', {}, 1], ['PATCH', {}, 1],
    ['POST', { 'Idempotency-Key': 'one' }, 2], ['PATCH', { 'idempotency-key': 'one' }, 2],
  ];
  for (const fail of [status(502), hangUp]) {
    for (const [method, headers, expected] of cases) {
      const { url, seen } = await serve(t, failing(1, fail));
      const call = clientOf(url).request(method, '/items', { headers, body: { name: 'é' } });
      await (expected === 2 ? call : assert.rejects(call));
      assert.equal(seen.length, expected, `${method} ${JSON.stringify(headers)}`);
      for (const request of seen) {
        assert.deepEqual([request.body, request.headers['idempotency-key']], ['{"name":"é"}', Object.values(headers)[0]]);
      }
    }
  }
});

test('a change under a condition is repeated only if it was refused, so that nobody takes it for another', async (t) => {
  for (const [fail, expected] of [[status(429), 2], [status(503), 1], [status(502), 1], [status(504), 1], [hangUp, 1]]) {
    for (const [method, headers] of [['PUT', { 'if-match': '"1"' }], ['PUT', { 'if-none-match': '*' }], ['DELETE', { 'if-match': '"1"' }]]) {
      const { url, seen } = await serve(t, failing(1, fail));
      const call = clientOf(url).request(method, '/items/1', { headers });
      await (expected === 2 ? call : assert.rejects(call));
      assert.equal(seen.length, expected, `${method} ${fail}`);
    }
  }
  const { url, seen } = await serve(t, failing(1, status(502)));
  await clientOf(url).request('GET', '/items/1', { headers: { 'if-none-match': '"1"' } });
  assert.equal(seen.length, 2);
});

test('Retry-After is waited for, in seconds and as a date, and given up if it is long', async (t) => {
  const soon = () => new Date(Date.now() + 2000).toUTCString();
  for (const [value, atLeast] of [[soon, 900], ['1', 1000], ['Thu, 01 Jan 1970 00:00:00 GMT', 0], ['gibberish', 0]]) {
    const retryAfter = typeof value === 'function' ? value() : value;
    const { url } = await serve(t, failing(1, status(429, { 'retry-after': retryAfter })));
    const began = performance.now();
    await clientOf(url).get('/items');
    const waited = performance.now() - began;
    assert.ok(waited >= atLeast - 20, `${retryAfter}: ${waited}`);
  }
  const { url, seen } = await serve(t, failing(1, status(503, { 'retry-after': '3600' })));
  await assert.rejects(clientOf(url).get('/items'), (error) => error.status === 503 && error.headers.get('retry-after') === '3600');
  assert.equal(seen.length, 1);
});

test('a try that takes too long is given up and made again', async (t) => {
  const { url, seen } = await serve(t, failing(1, () => {}));
  await clientOf(url, { timeoutMs: 300 }).get('/items');
  assert.equal(seen.length, 2);
  const silent = await serve(t, () => {});
  await assert.rejects(clientOf(silent.url, { timeoutMs: 100, tries: 2 }).get('/items'), { name: 'TimeoutError' });
});

test('who aborts gets no further try', async (t) => {
  const stop = new AbortController();
  const { url, seen } = await serve(t, (response) => {
    stop.abort();
    response.destroy();
  });
  await assert.rejects(clientOf(url).get('/items', { signal: stop.signal }), { name: 'AbortError' });
  const waiting = new AbortController();
  const busy = await serve(t, (response) => {
    status(503, { 'retry-after': '10' })(response);
    setTimeout(() => waiting.abort(), 50);
  });
  await assert.rejects(clientOf(busy.url).get('/items', { signal: waiting.signal }), { name: 'AbortError' });
  assert.deepEqual([seen.length, busy.seen.length], [1, 1]);
});

test('pages follow Link first, then nextCursor, and lead nowhere else', async (t) => {
  const answer = (response, body, link) =>
    response.writeHead(200, { 'content-type': 'application/json', ...(link && { link }) }).end(JSON.stringify(body));
  const linked = await serve(t, (response, count) =>
    answer(response, { count, nextCursor: 'not this' }, count < 3 ? `</items>; rel="first", <?page=${count},{x}>; title="a, b"; rel="prev next"` : undefined));
  const counts = [];
  for await (const page of clientOf(linked.url).pages('/items', { query: { limit: 2 } })) {
    counts.push(page.count);
    if (counts.length === 3) break;
  }
  assert.deepEqual(counts, [1, 2, 3]);
  assert.deepEqual(linked.seen.map(({ url }) => url), ['/items?limit=2', '/items?page=1%2C%7Bx%7D', '/items?page=2%2C%7Bx%7D']);

  const cursors = await serve(t, (response, count) => answer(response, { nextCursor: count < 3 ? `c ${count}` : null }));
  for await (const _ of clientOf(cursors.url).pages('/items', { query: { limit: 2 } }));
  assert.deepEqual(cursors.seen.map(({ url }) => url), ['/items?limit=2', '/items?limit=2&cursor=c%201', '/items?limit=2&cursor=c%202']);

  const away = await serve(t, (response) => answer(response, {}, '<https://example.org/items>; rel="next"'));
  await assert.rejects(async () => {
    for await (const _ of clientOf(away.url).pages('/items'));
  }, /leads away/);
});

test('answers that are not what they say are told as they are', async (t) => {
  const plain = await serve(t, (response) => response.writeHead(200, { 'content-type': 'application/x-ndjson' }).end('{}\n{}\n'));
  assert.equal((await clientOf(plain.url).get('/items/export')).body, '{}\n{}\n');
  const broken = await serve(t, (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"items":'));
  await assert.rejects(clientOf(broken.url).get('/items'), SyntaxError);
  const refused = await serve(t, (response) => response.writeHead(400, { 'content-type': 'application/json' }).end('{"x'));
  await assert.rejects(clientOf(refused.url).get('/items'), (error) => error instanceof ProblemError && error.body === '{"x');
});
