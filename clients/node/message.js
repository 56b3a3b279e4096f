import LinkHeader from 'http-link-header';

/** The members that have a value. @param {Record<string, unknown>} [bag] */
const present = (bag = {}) =>
  Object.entries(bag).filter(([, value]) => value !== undefined && value !== null);

/**
 * The URL of a path of the contract, such as `/items/{itemId}`, or of any path with its query.
 *
 * @param {URL} base
 * @param {string} template
 * @param {import('./types.d.ts').RequestOptions['path']} path
 * @param {import('./types.d.ts').RequestOptions['query']} query
 */
export function targetOf(base, template, path, query) {
  const filled = path ? template.replace(/\{(\w+)\}/g, (_, name) => segment(name, path[name])) : template;
  const target = new URL(filled, base);
  if (target.origin !== base.origin) throw new TypeError(`${template} leads away from ${base.origin}`);
  for (const [name, value] of present(query)) {
    for (const one of [value].flat()) target.searchParams.append(name, String(one));
  }
  // A blank is `%20` for all readers and signers, `+` only for some.
  target.search = target.searchParams.toString().replaceAll('+', '%20');
  return target;
}

/** @param {string} name @param {string | number | undefined} value */
function segment(name, value) {
  // Nothing and dots would lead to another path.
  if (value === undefined || /^\.{0,2}$/.test(String(value))) throw new TypeError(`${value} cannot be ${name} in a path`);
  return encodeURIComponent(value);
}

/** @param {string} method @param {Record<string, unknown> | undefined} given @param {boolean} hasBody */
export function headersOf(method, given, hasBody) {
  const headers = new Headers(present(given).map(([name, value]) => [name, String(value)]));
  if (hasBody && !headers.has('content-type')) {
    headers.set('content-type', method === 'PATCH' ? 'application/merge-patch+json' : 'application/json');
  }
  return headers;
}

/** What the signer takes as a query. @param {URL} target */
export const queryOf = ({ searchParams }) =>
  Object.fromEntries([...searchParams.keys()].map((name) => [name, searchParams.getAll(name)]));

/** @param {Response} response @param {string} text */
export function bodyOf(response, text) {
  if (text === '') return undefined;
  if (!/^application\/([\w.+-]+\+)?json\b/i.test(response.headers.get('content-type') ?? '')) return text;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (response.ok) throw error;
    return text; // a refusal is one even if it cannot be read
  }
}

/**
 * Where the page after this one is: `Link` with `rel="next"` (RFC 8288), else `nextCursor`.
 *
 * @param {import('./types.d.ts').Answer<any>} answer
 */
export function nextOf({ headers, body, url }) {
  const [link] = LinkHeader.parse(headers.get('link') ?? '').rel('next');
  if (link) return targetOf(new URL(url), link.uri, undefined, undefined);
  if (!body?.nextCursor) return undefined;
  const next = new URL(url);
  next.searchParams.delete('cursor');
  return targetOf(next, next.href, undefined, { cursor: body.nextCursor });
}
