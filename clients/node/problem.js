/** What its members mean is in `types.d.ts`. */
export class ProblemError extends Error {
  /**
   * @param {Response} response
   * @param {unknown} body what it said, parsed if it was JSON
   */
  constructor(response, body) {
    const said = body !== null && typeof body === 'object' ? /** @type {Record<string, any>} */ (body) : {};
    // The URL refuses with `{"Message": …}` or `{"message": …}`, and names the error in a header.
    const title = said.title ?? response.headers.get('x-amzn-errortype') ?? response.statusText;
    const detail = said.detail ?? said.Message ?? said.message ?? undefined;
    super(`${response.status} ${title}${detail === undefined ? '' : `: ${detail}`}`);
    this.name = 'ProblemError';
    this.status = response.status;
    /** @type {string} */
    this.type = said.type ?? 'about:blank';
    /** @type {string} */
    this.title = title;
    /** @type {string | undefined} */
    this.detail = detail;
    /** @type {import('./types.d.ts').Violation[]} */
    this.errors = said.errors ?? [];
    /** @type {string | undefined} */
    this.instance = said.instance ?? response.headers.get('x-amzn-requestid') ?? undefined;
    this.body = body;
    this.headers = response.headers;
  }
}
