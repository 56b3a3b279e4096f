// The flow of a client: assume the role, sign, call the application, read what it says.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { createClient, ProblemError } from 'fnurl-client';
import { BEHIND, region, relay, roleArn, start } from './harness.js';

const problem = (status, type) => (error) => {
  assert.ok(error instanceof ProblemError, error.stack);
  assert.deepEqual([error.status, error.type], [status, type]);
  return true;
};

test('a role reads, writes and deletes, and the function knows who called', async (t) => {
  const { url } = await start(t);
  const client = createClient({ url, region, roleArn, sessionName: 'flow' });
  const me = await client.get('/users/me');
  assert.equal(me.body.arn, 'arn:aws:sts::000000000000:assumed-role/fnUrlRole/flow');

  const created = await client.post('/items', { body: { name: 'Lampe "é" \u{1f4a1}', tags: ['a b', '+'] } });
  assert.equal(created.status, 201);
  const path = { itemId: created.body.id };
  const etag = created.headers.get('etag');
  const replaced = await client.put('/items/{itemId}', { path, body: { name: 'Lamp' }, headers: { 'if-match': etag } });
  assert.equal(replaced.body.version, 2);
  const patched = await client.patch('/items/{itemId}', { path, body: { description: 'Brass' } });
  assert.deepEqual([patched.body.name, patched.body.description], ['Lamp', 'Brass']);
  const same = await client.get('/items/{itemId}', { path, headers: { 'if-none-match': patched.headers.get('etag') } });
  assert.deepEqual([same.status, same.body], [304, undefined]);
  const deleted = await client.delete('/items/{itemId}', { path });
  assert.deepEqual([deleted.status, deleted.body], [204, undefined]);
});

test('what is wrong with a request is thrown, with every broken rule', async (t) => {
  const { url } = await start(t);
  const client = createClient({ url, region, roleArn });
  await assert.rejects(client.post('/items', { body: { name: '', price: { amount: '12,50', currency: 'EURO' } } }), (error) => {
    problem(422, '/problems/invalid-request')(error);
    assert.deepEqual(error.errors.map(({ pointer }) => pointer), ['/name', '/price/amount', '/price/currency']);
    assert.match(error.message, /^422 The request is invalid: the request breaks 3 rules/);
    assert.match(error.instance, /^[0-9a-f-]{36}$/);
    return true;
  });
  const itemId = '0194a3c5-7c3e-7d62-9b1a-6f0d3b2f4c11';
  await assert.rejects(client.get('/items/{itemId}', { path: { itemId } }), problem(404, '/problems/no-such-item'));
  const { body: item, headers } = await client.post('/items', { body: { name: 'Lamp' } });
  const path = { itemId: item.id };
  await client.patch('/items/{itemId}', { path, body: { name: 'Lamp 2' } });
  await assert.rejects(
    client.put('/items/{itemId}', { path, body: { name: 'Lamp 3' }, headers: { 'if-match': headers.get('etag') } }),
    problem(412, '/problems/precondition-failed'),
  );
});

test('a role that may not call is refused by the URL, and one that does not exist by STS', async (t) => {
  const silent = 'arn:aws:iam::000000000000:role/silent';
  const { url } = await start(t, { roles: `[[role]]\narn = "${silent}"\nassumed_by = ["000000000000"]\ninvoke = false\n` });
  await assert.rejects(createClient({ url, region, roleArn: silent }).get('/items'), (error) => {
    problem(403, 'about:blank')(error);
    assert.equal(error.title, 'AccessDeniedException');
    assert.match(error.detail, /^Forbidden\. /);
    return true;
  });
  await assert.rejects(createClient({ url, region, roleArn }).get('/items'), { name: 'AccessDenied' });
});

test('pages are followed to the end, whatever the query carries', async (t) => {
  const { url } = await start(t);
  const client = createClient({ url, region, roleArn });
  const { body: owner } = await client.post('/users', { body: { name: 'Ada', email: 'ada@example.org' } });
  const names = ['a', 'b', 'c', 'd', 'e'];
  for (const name of names) await client.post('/items', { body: { name, ownerId: owner.id } });
  await client.post('/items', { body: { name: 'of nobody' } });
  const pages = [];
  for await (const page of client.pages('/items', { query: { limit: 2, ownerId: owner.id } })) {
    pages.push(page.items.map(({ name }) => name));
  }
  assert.deepEqual(pages.map(({ length }) => length), [2, 2, 1]);
  assert.deepEqual(pages.flat().sort(), names);
});

test('paths and queries arrive as they are meant', async (t) => {
  const { url } = await start(t, { program: process.env.PROBE });
  const client = createClient({ url, region, roleArn });
  const query = { b: '2', a: '1', blank: 'x y', empty: '', 'filter[name]': 'a&b=c', plus: '+', 'ü': "it's (fine)!*~%", absent: undefined };
  const { absent: _, ...present } = query;
  for (const value of ['a b', 'a/b', 'é?x=1&y', '100%', "it's (fine)!*", '~+&=', 'a%2Fb', '{b}']) {
    const { body: event } = await client.request('GET', '/x/{value}/', { path: { value }, query });
    assert.equal(event.rawPath, `/x/${encodeURIComponent(value)}/`);
    assert.deepEqual(event.queryStringParameters, present);
  }
  const { body: event } = await client.request('GET', '/x//y/../z?a=1+2&a=%2B', { query: { a: [3, 4] } });
  assert.deepEqual([event.rawPath, event.queryStringParameters], ['/x//z', { a: '1 2,+,3,4' }]);
});

test('a path leads nowhere else', async (t) => {
  const { url } = await start(t);
  const client = createClient({ url, region, roleArn });
  for (const itemId of ['', '.', '..', undefined]) {
    await assert.rejects(client.get('/items/{itemId}', { path: { itemId } }), TypeError);
  }
  await assert.rejects(client.request('GET', '//example.org/items'), TypeError);
});

test('a request whose answer was lost is sent again, and creates one item', async (t) => {
  const way = await relay(t);
  await start(t, { host: BEHIND, port: way.port, args: ['--control-port', '0'] });
  const client = createClient({ url: `http://localhost:${way.port}`, region, roleArn });
  const before = await client.post('/items', { body: { name: 'first' }, headers: { 'idempotency-key': randomUUID() } });
  assert.equal(before.headers.get('idempotency-replayed'), null);

  way.losing = 2;
  const after = await client.post('/items', { body: { name: 'second' }, headers: { 'idempotency-key': randomUUID() } });
  assert.deepEqual([way.losing, after.status, after.headers.get('idempotency-replayed')], [0, 201, 'true']);
  const { body: page } = await client.get('/items');
  assert.deepEqual(page.items.map(({ name }) => name), ['second', 'first']);

  way.losing = 1;
  await assert.rejects(client.post('/items', { body: { name: 'third' } }), { name: 'TypeError', message: /fetch failed|terminated/ });
});
