// The types of the client. Paths, parameters and bodies are those of openapi.yaml, of which
// `npm run types` makes build/api.d.ts.
import type { components, paths } from './build/api.js';

export type { components, paths };

/** A rule that a request breaks. */
export type Violation = NonNullable<components['schemas']['Problem']['errors']>[number];

/** An answer that is no success: problem details (RFC 9457), or a refusal of the function URL itself. */
export class ProblemError extends Error {
  constructor(response: Response, body: unknown);
  /** The status code. */
  readonly status: number;
  /** The kind of problem, to decide by; `about:blank` for a refusal of the URL. */
  readonly type: string;
  /** The kind of problem in words. */
  readonly title: string;
  /** What was wrong with this request. */
  readonly detail: string | undefined;
  /** The rules that the request breaks. */
  readonly errors: Violation[];
  /** The id under which the request is logged. */
  readonly instance: string | undefined;
  /** The body, with the members that only this kind of problem has. */
  readonly body: unknown;
  /** The headers of the answer. */
  readonly headers: Headers;
}

export type CredentialProvider = () => Promise<{
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}>;

/** A role, and the session in which it is taken. */
export interface Role {
  roleArn: string;
  /** The region of STS. */
  region: string;
  /** The session's name, as the function and the trail see it. */
  sessionName?: string;
  /** The external id that the role's trust policy asks for. */
  externalId?: string;
  /** How long its credentials last: 900 to 43,200; 3,600 unless given. */
  durationSeconds?: number;
}

export interface ClientOptions extends Omit<Role, 'roleArn'> {
  /** The function URL. */
  url: string;
  /** The region of the function URL, and of STS. */
  region: string;
  /** The role that may call the URL. */
  roleArn?: string;
  /** Instead of `roleArn`: whatever gives credentials, such as a provider of the AWS SDK. */
  credentials?: CredentialProvider;
  /** How often a request is sent at most, if it is safe to repeat; 4 unless given. */
  tries?: number;
  /** How long one try may take, in milliseconds; 30,000 unless given. */
  timeoutMs?: number;
}

/** What can be sent with any request. `null` and `undefined` are left out of query and headers. */
export interface RequestOptions {
  path?: Record<string, string | number>;
  query?: Record<string, unknown>;
  headers?: Record<string, unknown>;
  body?: unknown;
  signal?: AbortSignal;
}

export interface Answer<Body> {
  status: number;
  headers: Headers;
  /** Where the request was sent. */
  url: string;
  /** Parsed, if it is JSON. Those who ask for 304 or `prefer: return=minimal` get `undefined`, too. */
  body: Body;
}

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** The paths that have an operation for the method. */
type PathsWith<Paths, M extends Method> = {
  [P in keyof Paths]: Paths[P] extends Record<M, { responses: unknown }> ? P : never;
}[keyof Paths];

type Content<T> = T extends { content: infer C } ? C[keyof C] : undefined;
type Parameter<Op, In extends string> = Op extends { parameters: Partial<Record<In, infer T>> } ? NonNullable<T> : never;

/** Path parameters and a body are required where the operation has them, query and headers are not. */
type Options<Op> = { query?: Parameter<Op, 'query'>; signal?: AbortSignal } & {
  headers?: [Parameter<Op, 'header'>] extends [never] ? Record<string, string> : Parameter<Op, 'header'> & { [name: string]: string | undefined };
} & (Op extends { parameters: { path: infer P } } ? { path: P } : { path?: never }) &
  (Op extends { requestBody: { content: infer C } } ? { body: C[keyof C] } : { body?: never });

/** What a successful answer says. */
type Body<Op> = Op extends { responses: infer R }
  ? { [S in keyof R & (200 | 201 | 202)]: Content<R[S]> }[keyof R & (200 | 201 | 202)] | Emptiness<Op, R>
  : never;

/** An operation that reads `prefer` answers 204 to nobody else. */
type Emptiness<Op, R> = 204 extends keyof R ? ('prefer' extends HeaderNames<Op> ? never : undefined) : never;
type HeaderNames<Op> = [Parameter<Op, 'header'>] extends [never] ? never : keyof Parameter<Op, 'header'>;

type Rest<T> = {} extends T ? [options?: T] : [options: T];
type Call<Paths, M extends Method> = <P extends PathsWith<Paths, M>>(
  path: P,
  ...rest: Rest<Options<Paths[P][M & keyof Paths[P]]>>
) => Promise<Answer<Body<Paths[P][M & keyof Paths[P]]>>>;

/** The calls of an API. All reject with a `ProblemError` if the answer is no success. */
export interface Client<Paths = paths> {
  get: Call<Paths, 'get'>;
  post: Call<Paths, 'post'>;
  put: Call<Paths, 'put'>;
  patch: Call<Paths, 'patch'>;
  delete: Call<Paths, 'delete'>;
  /** The pages of a list, one after the other. */
  pages<P extends PathsWith<Paths, 'get'>>(
    path: P,
    ...rest: Rest<Options<Paths[P]['get' & keyof Paths[P]]>>
  ): AsyncGenerator<Body<Paths[P]['get' & keyof Paths[P]]>, void, undefined>;
  /** Any request, also one that the contract does not know. */
  request(method: string, target: string, options?: RequestOptions): Promise<Answer<unknown>>;
}

/** A client of the API behind a function URL; for another API, its `paths` are given. */
export function createClient<Paths = paths>(options: ClientOptions): Client<Paths>;
