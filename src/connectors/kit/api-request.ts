import type { IncomingHttpHeaders } from 'node:http';
import { type Platform, platformNames } from '../../domain/index.js';
import { type HttpReply, headerOf, unavailable } from './http.js';
import type { LimitRule } from './permits.js';

/** One call to a CRM's API. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** From the root of the API, without a query. */
  readonly path: string;
  /** A list stands for a parameter that is repeated. */
  readonly query?: Readonly<Record<string, string | readonly string[]>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** `text`: the body of a good reply is handed on as it came; default `json`. */
  readonly as?: 'json' | 'text';
  /** Statuses of refusals that are handed on as replies, for a caller who reads them; the others are thrown. */
  readonly handsOn?: readonly number[];
  /** The limits that the call counts in. */
  readonly rules: readonly LimitRule[];
  /** The one of them that a 429 speaks of, and that is blocked by it. */
  readonly refusedBy: LimitRule;
  /** 0 (first) to 9 (last) among the waiting calls of the same account in this process; default 5. */
  readonly priority?: number;
}

export interface ApiReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Parsed JSON, or the text that was asked for; undefined where the reply had no body. */
  readonly body: unknown;
  /** The CRM's own clock when it answered (its Date header, to the second); null where it does not tell. */
  readonly at: Date | null;
}

/** The call as HTTP, with its bearer token. */
export function httpRequest(apiUrl: string, request: ApiRequest, token: string) {
  const { method, path, query, body } = request;
  const url = new URL(apiUrl.replace(/\/+$/, '') + path);
  for (const [name, values] of Object.entries(query ?? {}))
    for (const value of [values].flat()) url.searchParams.append(name, value);
  const headers = { authorization: `Bearer ${token}`, accept: 'application/json', ...request.headers };
  if (body === undefined) return { method, url, headers };
  return {
    method,
    url,
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
}

/** An unreadable body is a fault of the way there when the status is good; an error page needs no body. */
export function parseReply(platform: Platform, as: ApiRequest['as'], reply: HttpReply): ApiReply {
  const { status, headers, text } = reply;
  const date = Date.parse(headerOf(headers, 'date') ?? '');
  const at = Number.isNaN(date) ? null : new Date(date);
  if (as === 'text' && status < 400) return { status, headers, at, body: text };
  try {
    return { status, headers, at, body: text === '' ? undefined : JSON.parse(text) };
  } catch {
    if (status >= 400) return { status, headers, at, body: undefined };
    throw unavailable(
      platform,
      `${platformNames[platform]} sent an answer that cannot be read; trying again soon.`,
    );
  }
}
