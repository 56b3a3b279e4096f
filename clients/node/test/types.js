// Never run: `npm run check` proves with it which calls openapi.yaml allows and which it does not.
import { createClient, ProblemError } from 'fnurl-client';
import { ProblemError as Thrown } from '../problem.js';

// What is declared is what is thrown.
/** @type {typeof ProblemError} */
export const declared = Thrown;

const client = createClient({ url: 'https://x.lambda-url.eu-central-1.on.aws', region: 'eu-central-1', roleArn: 'arn' });
const path = { itemId: '0194a3c5-7c3e-7d62-9b1a-6f0d3b2f4c11' };

export async function allowed() {
  const { body: item } = await client.post('/items', {
    body: { name: 'Desk lamp', price: { amount: '19.99', currency: 'EUR' } },
    headers: { 'idempotency-key': 'one', 'x-trace': 'any' },
  });
  /** @type {number} */
  const version = item.version;
  const { body: again } = await client.get('/items/{itemId}', { path });
  again.name.toUpperCase();
  (await client.put('/items/{itemId}', { path, body: { name: 'x' }, headers: { 'if-match': '"1"' } })).body.id;
  (await client.patch('/items/{itemId}', { path, body: { description: null } })).body.id;
  /** @type {undefined} */
  const nothing = (await client.delete('/items/{itemId}', { path })).body;
  (await client.delete('/users/{userId}', { path: { userId: 'u' } })).body?.toString();
  (await client.get('/health')).body.status;
  for await (const page of client.pages('/items', { query: { limit: 50, ownerId: null } })) page.items[0].name;
  for await (const page of client.pages('/users/{userId}/items', { path: { userId: 'u' } })) page.items[0].name;
  return [version, nothing];
}

/** @param {unknown} error */
export const reasons = (error) => (error instanceof ProblemError ? error.errors.map(({ code, pointer }) => `${pointer} ${code}`) : []);

export async function refused() {
  // @ts-expect-error no such path
  await client.get('/lamps');
  // @ts-expect-error no such operation
  await client.delete('/items');
  // @ts-expect-error the path has a parameter
  await client.get('/items/{itemId}');
  // @ts-expect-error and it has another name
  await client.get('/items/{itemId}', { path: { id: 'x' } });
  // @ts-expect-error there is no such parameter in the query
  await client.get('/items', { query: { offset: 2 } });
  // @ts-expect-error the limit is a number
  await client.get('/items', { query: { limit: 'two' } });
  // @ts-expect-error there has to be a body
  await client.post('/items');
  // @ts-expect-error the name is required
  await client.post('/items', { body: { tags: [] } });
  // @ts-expect-error there is no such currency
  await client.post('/items', { body: { name: 'x', price: { amount: '1', currency: 'EURO' } } });
  // @ts-expect-error a GET has no body
  await client.get('/items', { body: {} });
  // @ts-expect-error an item has no such member
  (await client.get('/items/{itemId}', { path })).body.colour;
  // @ts-expect-error nor has a page
  for await (const page of client.pages('/items')) page.users;
}
