import { setTimeout as sleep } from 'node:timers/promises';

/** The function was not called. */
const REFUSALS = [429];
/** The request was perhaps done, and its answer lost; so it is when a connection breaks. */
const LOSSES = [502, 503, 504];
const BASE_MS = 200;
const LONGEST_MS = 20_000;

/**
 * After what may the request be sent again? Methods that are idempotent after any failure (RFC 9110
 * §9.2.2), and so may whatever carries a key by which the API knows it again. With a condition, only
 * after a refusal: one's own change, unheard of, would look like somebody else's.
 *
 * @param {string} method
 * @param {Headers} headers
 * @returns {'refusals' | 'losses' | undefined}
 */
export function repeatableAfter(method, headers) {
  if (headers.has('idempotency-key')) return 'losses';
  if (!['GET', 'HEAD', 'PUT', 'DELETE'].includes(method)) return undefined;
  return method !== 'GET' && (headers.has('if-match') || headers.has('if-none-match')) ? 'refusals' : 'losses';
}

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
 * @param {{ after: ReturnType<typeof repeatableAfter>, tries: number, signal?: AbortSignal }} bounds
 */
export async function retrying(attempt, { after, tries, signal }) {
  const transient = new Set(after === 'losses' ? [...REFUSALS, ...LOSSES] : after ? REFUSALS : []);
  for (let done = 1; ; done += 1) {
    /** @type {number | undefined} */
    let pause;
    try {
      const outcome = await attempt();
      if (done >= tries || !transient.has(outcome.response.status)) return outcome;
      pause = pauseAfter(done, outcome.response.headers.get('retry-after'));
      if (pause === undefined) return outcome;
    } catch (error) {
      if (done >= tries || after !== 'losses' || !isTransport(error)) throw error;
      pause = pauseAfter(done, undefined);
    }
    await sleep(pause, undefined, { signal });
  }
}

/** `fetch` and reading a body reject with a TypeError that has a cause; one without is a mistake in the request. */
const isTransport = (/** @type {unknown} */ error) =>
  (error instanceof TypeError && error.cause !== undefined) ||
  (error instanceof DOMException && error.name === 'TimeoutError');
