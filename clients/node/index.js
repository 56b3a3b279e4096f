import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { sessionOf } from './credentials.js';
import { bodyOf, headersOf, nextOf, queryOf, targetOf } from './message.js';
import { ProblemError } from './problem.js';
import { repeatableAfter, retrying } from './retry.js';

export { ProblemError };

/** @typedef {import('./types.d.ts').RequestOptions} RequestOptions */

/**
 * A client of the API behind a function URL. It signs every request with AWS Signature Version 4
 * and temporary credentials of a role, and sends again what is safe to repeat.
 *
 * @param {import('./types.d.ts').ClientOptions} options
 * @returns {import('./types.d.ts').Client}
 */
export function createClient({ url, region, roleArn, credentials, tries = 4, timeoutMs = 30_000, ...session }) {
  const base = new URL(url);
  if (!credentials && !roleArn) throw new TypeError('createClient needs `roleArn` or `credentials`');
  const signer = new SignatureV4({
    service: 'lambda', region, sha256: Sha256,
    credentials: credentials ?? sessionOf({ roleArn: /** @type {string} */ (roleArn), region, ...session }),
  });

  /** Signs and sends once. @param {string} method @param {URL} target @param {Headers} fields @param {string} [body] @param {AbortSignal} [signal] */
  async function send(method, target, fields, body, signal) {
    const { protocol, hostname, host, port, pathname: path } = target;
    const { headers } = await signer.sign({
      method, protocol, hostname, port: port ? Number(port) : undefined, path, query: queryOf(target), body,
      headers: { ...Object.fromEntries(fields), host },
    });
    const timeout = AbortSignal.timeout(timeoutMs);
    const response = await fetch(target, {
      method, headers, body,
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      redirect: 'manual', // what is signed goes nowhere else
    });
    return { response, text: await response.text() };
  }

  /** @param {string} method @param {URL} target @param {RequestOptions} options */
  async function exchange(method, target, { headers, body: value, signal }) {
    const body = value === undefined ? undefined : JSON.stringify(value);
    const fields = headersOf(method, headers, body !== undefined);
    const { response, text } = await retrying(() => send(method, target, fields, body, signal), {
      after: repeatableAfter(method, fields), tries, signal,
    });
    const answer = { status: response.status, headers: response.headers, url: target.href, body: bodyOf(response, text) };
    if (!response.ok && response.status !== 304) throw new ProblemError(response, answer.body);
    return answer;
  }

  /** @param {string} method @param {string} template @param {RequestOptions} [options] */
  async function request(method, template, { path, query, ...rest } = {}) {
    return exchange(method, targetOf(base, template, path, query), rest);
  }

  /** @param {string} template @param {RequestOptions} [options] @returns {AsyncGenerator<any, void, undefined>} */
  async function* pages(template, { path, query, ...rest } = {}) {
    /** @type {URL | undefined} */
    let target = targetOf(base, template, path, query);
    while (target) {
      const answer = await exchange('GET', target, rest);
      yield answer.body;
      target = nextOf(answer);
    }
  }

  return /** @type {import('./types.d.ts').Client} */ ({
    get: request.bind(null, 'GET'),
    post: request.bind(null, 'POST'),
    put: request.bind(null, 'PUT'),
    patch: request.bind(null, 'PATCH'),
    delete: request.bind(null, 'DELETE'),
    pages,
    request,
  });
}
