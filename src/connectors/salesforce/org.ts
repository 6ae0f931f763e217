import type { TokenSource } from '../contract.js';
import { unavailable } from '../kit/http.js';
import type { ApiReply, HttpSession } from '../kit/session.js';
import { type HttpRequest, type HttpResponse, requestBy } from './jsforce.js';
import type { SalesforceRules } from './limits.js';

/** HTTP for one org. */
export interface OrgSession extends HttpSession {
  /** The org's `instance_url`, checked. */
  readonly apiUrl: string;
  readonly tokens: TokenSource;
}

/** One request, as jsforce takes it: from the root of the versioned API. */
export interface OrgRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly as?: 'json' | 'csv';
}

export interface OrgReply {
  readonly body: unknown;
  readonly headers: ApiReply['headers'];
  /** Salesforce's clock (ms). */
  readonly at: number;
}

/** One org's REST and Bulk API. */
export interface Org {
  /** @throws AppError as the session does. */
  request(ask: OrgRequest): Promise<OrgReply>;
}

/** Proxies may drop the Date header; then our clock stands in, set back by more than it may be wrong. */
const unknownClockMs = 60_000;

/**
 * jsforce speaks the API; its HTTP is the session's, with our limits, tokens, deadline and bound. It never repeats a
 * call, and it never sees a token.
 */
export function openOrg(session: OrgSession, rules: SalesforceRules, signal: AbortSignal): Org {
  const concurrent = rules.concurrent(session.accountId);
  const limits = { rules: [concurrent], refusedBy: concurrent };
  return {
    async request({ method, path, headers, body, as = 'json' }) {
      let reply: ApiReply | undefined;
      const send = async ({ url, headers: sent, body: text }: HttpRequest): Promise<HttpResponse> => {
        const content = typeof text === 'string' ? { body: JSON.parse(text) as unknown } : {};
        const call = {
          method,
          path: pathOf(session, url),
          headers: wanted(sent),
          ...content,
          as: 'text',
        } as const;
        reply = await session.call({ ...call, ...limits }, signal);
        return { statusCode: reply.status, headers: headersOf(reply), body: String(reply.body ?? '') };
      };
      const request = { method, url: path, ...(headers && { headers: { ...headers } }) };
      const content = body === undefined ? {} : { body: JSON.stringify(body) };
      const responseType = as === 'csv' ? 'text/plain' : 'application/json';
      const parsed = await requestBy(session.apiUrl, send, { ...request, ...content }, responseType);
      if (!reply) throw unavailable('SALESFORCE', 'Salesforce was not asked.');
      return { body: parsed, headers: reply.headers, at: reply.at?.getTime() ?? Date.now() - unknownClockMs };
    },
  };
}

/** What jsforce asks for is asked of this org, whatever a reply's links say. */
function pathOf({ apiUrl }: OrgSession, address: string): string {
  const url = new URL(address);
  if (url.origin !== new URL(apiUrl).origin)
    throw unavailable('SALESFORCE', 'Salesforce named another host.');
  return url.pathname + url.search;
}

/** The session sets its own length and type of the body. */
function wanted(headers: HttpRequest['headers']): Record<string, string> {
  const { 'content-length': _, ...rest } = headers ?? {};
  return rest;
}

function headersOf({ headers }: ApiReply): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
}
