/** An answer that is no success: problem details (RFC 9457), or a refusal of the function URL itself. */
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
    /** The status code. @readonly */
    this.status = response.status;
    /** The kind of problem, to decide by. @type {string} @readonly */
    this.type = said.type ?? 'about:blank';
    /** The kind of problem in words. @type {string} @readonly */
    this.title = title;
    /** What was wrong with this request. @type {string | undefined} @readonly */
    this.detail = detail;
    /** The rules that the request breaks. @type {import('./types.d.ts').Violation[]} @readonly */
    this.errors = said.errors ?? [];
    /** The id under which the request is logged. @type {string | undefined} @readonly */
    this.instance = said.instance ?? response.headers.get('x-amzn-requestid') ?? undefined;
    /** The body, with the members that only this kind of problem has. @readonly */
    this.body = body;
    /** The headers of the answer. @readonly */
    this.headers = response.headers;
  }
}
