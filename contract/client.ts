// What a generator makes of the contract is usable: this file only has to type-check.
import type { components, operations, paths } from './build/api.ts';

type Item = components['schemas']['Item'];
type Created = operations['itemsCreate']['responses'][201];
type List = paths['/items']['get'];

export const item: components['schemas']['NewItem'] = { name: 'Desk lamp', tags: [] };

export function next(page: List['responses'][200]['content']['application/json']): string | undefined {
  return page.nextCursor ?? undefined;
}

export function version(created: Created): string | undefined {
  const body: Item = created.content['application/json'];
  return created.headers.etag ?? String(body.version);
}

// @ts-expect-error the name is required
export const nameless: components['schemas']['NewItem'] = { tags: [] };
