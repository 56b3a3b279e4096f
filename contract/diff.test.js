// Which changes of the contract break clients, by the tool that `make openapi-diff` asks.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { changes } from './diff.js';

const text = readFileSync(new URL('../openapi.yaml', import.meta.url), 'utf8');

function after(change) {
  const changed = parse(text);
  change(changed, changed.components.schemas);
  return changes(parse(text), changed);
}

test('a contract is compatible with itself', () => {
  assert.deepEqual(after(() => {}), { breaking: [], nonBreaking: [], words: [] });
});

for (const [name, change, said] of [
  ['an operation that is gone', ({ paths }) => delete paths['/items/{itemId}'].delete, 'DELETE /items/{itemId}'],
  ['an answer that loses a member', (_, { Item }) => delete Item.properties.version, '`version`'],
  ['a member that an answer may leave out', (_, { Item }) => Item.required.splice(Item.required.indexOf('version'), 1), 'required'],
  ['a member of another type', (_, { Item }) => (Item.properties.version = { type: 'string' }), 'version'],
  ['a member that a request has to have', (_, { NewItem }) => NewItem.required.push('description'), '`description`'],
  ['a text that has to be shorter', (_, { NewItem }) => (NewItem.properties.name.maxLength = 100), 'maxLength'],
  ['a parameter that is gone', ({ paths }) => paths['/items'].get.parameters.shift(), 'cursor'],
  ['a parameter that has to be sent', ({ paths }) => (paths['/items'].get.parameters[0].required = true), 'required'],
  ['an answer that loses a member it could leave out', (_, { Item }) => delete Item.properties.description, '`description`'],
  ['a member that a request may no longer have', (_, { NewItem }) => delete NewItem.properties.description, '`description`'],
  ['a signature that everybody has to have', (contract) => (contract.security = [{ sigv4: [] }]), 'without a signature'],
  ['a success that is gone', ({ paths }) => delete paths['/items'].post.responses['201'], '201'],
]) {
  test(`${name} breaks clients`, () => {
    const { breaking } = after(change);
    assert.ok(breaking.some((line) => line.includes(said)), breaking.join('\n') || 'nothing is breaking');
  });
}

test('a body that is closed from now on breaks clients', () => {
  const closed = parse(text);
  const open = parse(text);
  delete open.components.schemas.NewItem.additionalProperties;
  const { breaking } = changes(open, closed);
  assert.ok(breaking.some((line) => line.startsWith('POST /items')), breaking.join('\n') || 'nothing is breaking');
});

for (const [name, change] of [
  ['another operation', ({ paths }) => (paths['/new'] = { get: { operationId: 'new', responses: { 200: { description: 'OK' } } } })],
  ['another member of an answer', (_, { Item }) => (Item.properties.colour = { type: 'string' })],
  ['a parameter that may be sent', ({ paths }) => paths['/items'].get.parameters.push({ name: 'new', in: 'query', schema: { type: 'string' } })],
  ['a text that may be longer', (_, { NewItem }) => (NewItem.properties.name.maxLength = 300)],
]) {
  test(`${name} breaks nobody`, () => {
    const { breaking, nonBreaking } = after(change);
    assert.deepEqual(breaking, []);
    assert.notDeepEqual(nonBreaking, []);
  });
}
