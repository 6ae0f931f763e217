import type { Org } from '../orgs.js';

/** A call that was let in. */
export interface RestCall {
  readonly org: Org;
  readonly userId: string;
  /** The caller's identity URL. */
  readonly identityUrl: string;
  /** As in the path, such as `v67.0`. */
  readonly version: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Partial<Record<string, string>>>;
  /** Names in lower case. */
  readonly headers: Readonly<Partial<Record<string, string>>>;
  /** Read from JSON; the text as it is when it is CSV; undefined without one. */
  readonly body: unknown;
  /** Moment of arrival, epoch ms. */
  readonly now: number;
}

/** The reply to a call. */
export interface RestAnswer {
  readonly status: number;
  /** Text is sent as it is, anything else as JSON; undefined: no body. */
  readonly body?: unknown;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One resource below `/services/data/vXX.0`; it throws SalesforceRefusal. */
export interface RestRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With `:name` for a part of the path. */
  readonly path: string;
  handle(call: RestCall): RestAnswer;
}

/** 200 with a body. */
export function ok(body: unknown): RestAnswer {
  return { status: 200, body };
}
