import { setTimeout as sleep } from 'node:timers/promises';

const TRANSIENT = new Set([429, 502, 503, 504]);
const BASE_MS = 200;
const LONGEST_MS = 20_000;

/**
 * May the request be sent twice? Methods that are idempotent may (RFC 9110 §9.2.2), and whatever
 * carries a key by which the API knows it again.
 *
 * @param {string} method
 * @param {Headers} headers
 */
export const isSafeToRepeat = (method, headers) =>
  ['GET', 'HEAD', 'PUT', 'DELETE'].includes(method) || headers.has('idempotency-key');

/**
 * How long to wait before the next try, in milliseconds: as `Retry-After` asks, and a part more so
 * that clients do not come back all at once. `undefined` when it asks for longer than is waited.
 *
 * @param {number} tries how many there were, at least 1
 * @param {string | null | undefined} retryAfter seconds or a date (RFC 9110 §10.2.3)
 */
export function pauseAfter(tries, retryAfter) {
  const jitter = Math.random() * Math.min(LONGEST_MS, BASE_MS * 2 ** tries);
  if (!retryAfter) return jitter;
  const asked = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - Date.now();
  if (asked > LONGEST_MS) return undefined;
  return asked > 0 ? asked + jitter : jitter;
}

/**
 * Tries until there is an answer that another try would not better.
 *
 * @template {{ response: Response }} T
 * @param {() => Promise<T>} attempt rejects if there was no answer
 * @param {{ tries: number, signal?: AbortSignal }} bounds
 */
export async function retrying(attempt, { tries, signal }) {
  for (let done = 1; ; done += 1) {
    /** @type {number | undefined} */
    let pause;
    try {
      const outcome = await attempt();
      if (done >= tries || !TRANSIENT.has(outcome.response.status)) return outcome;
      pause = pauseAfter(done, outcome.response.headers.get('retry-after'));
      if (pause === undefined) return outcome;
    } catch (error) {
      if (done >= tries || signal?.aborted || !isTransport(error)) throw error;
      pause = pauseAfter(done, undefined);
    }
    await sleep(pause, undefined, { signal });
  }
}

/** `fetch` and reading a body reject with a TypeError that has a cause; one without is a mistake in the request. */
const isTransport = (/** @type {unknown} */ error) =>
  (error instanceof TypeError && error.cause !== undefined) ||
  (error instanceof DOMException && error.name === 'TimeoutError');
