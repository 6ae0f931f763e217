import type { IncomingHttpHeaders } from 'node:http';
import Bottleneck from 'bottleneck';
import type { Dispatcher } from 'undici';
import { type AppError, type Platform, platformNames } from '../../domain/index.js';
import type { Logger } from '../../runtime/index.js';
import type { Session, SessionOwner } from '../contract.js';
import { type HttpHead, type HttpReply, headerOf, send, unavailable } from './http.js';
import type { LimitReport, LimitRule, Permit, Permits } from './permits.js';

/** One call to a CRM's API. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** From the root of the API, without a query. */
  readonly path: string;
  /** A list stands for a parameter that is repeated. */
  readonly query?: Readonly<Record<string, string | readonly string[]>>;
  /** Sent as JSON. */
  readonly body?: unknown;
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
  /** Parsed JSON; undefined where the reply had no body. */
  readonly body: unknown;
  /** The CRM's own clock when it answered (its Date header, to the second); null where it does not tell. */
  readonly at: Date | null;
}

/** Authenticated, rate-limited HTTP for one integration. */
export interface HttpSession extends Session {
  /**
   * Makes one call, after its turn and its permit.
   *
   * @throws AppError RATE_LIMITED ({ afterMs }), UNAVAILABLE (backoff), CRM_UNAVAILABLE (backoff),
   * NEEDS_REAUTHORIZATION, or what the connector's `classify` makes of the reply.
   */
  call(request: ApiRequest, signal: AbortSignal): Promise<ApiReply>;
}

export interface SessionOptions {
  readonly platform: Platform;
  readonly apiUrl: string;
  readonly permits: Permits;
  /** What an answer other than 2xx means; a 401 is that of a token that was just renewed. */
  readonly classify: (reply: ApiReply) => AppError;
  /** What the reply's headers say is left, of one of the call's rules. */
  readonly reportOf?: (request: ApiRequest, head: HttpHead) => LimitReport | undefined;
  /** How long a call waits for its turn and its permit (ms); a longer wait is handed back. */
  readonly patienceMs?: number;
  /** Calls of one account at once, in this process. */
  readonly concurrency?: number;
  readonly dispatcher?: Dispatcher;
  readonly log?: Logger;
}

interface Turn {
  readonly request: ApiRequest;
  readonly owner: SessionOwner;
  readonly signal: AbortSignal;
  /** When the caller's patience ends, by performance.now(). */
  readonly patienceEndsAt: number;
}

/** Makes the sessions of one platform; its accounts' queues are forgotten when idle for five minutes. */
export function createSessions(options: SessionOptions): { open(owner: SessionOwner): HttpSession } {
  const { patienceMs = 2_000, concurrency = 4 } = options;
  const queues = new Bottleneck.Group({ maxConcurrent: concurrency, timeout: 5 * 60_000 });
  return {
    open: (owner) => ({
      accountId: owner.accountId,
      call: (request, signal) => {
        const turn = { request, owner, signal, patienceEndsAt: performance.now() + patienceMs };
        const job = { priority: request.priority ?? 5 };
        return queues.key(owner.accountId).schedule(job, () => callOnce(options, turn));
      },
    }),
  };
}

/** The call, and once more with another token where the first was refused. */
async function callOnce(options: SessionOptions, turn: Turn): Promise<ApiReply> {
  const { owner, signal } = turn;
  signal.throwIfAborted();
  const token = await owner.tokens.current();
  let reply = await attempt(options, turn, token);
  if (reply.status === 401) reply = await attempt(options, turn, await owner.tokens.renew(token));
  if (reply.status < 400) return reply;
  throw options.classify(reply);
}

async function attempt(options: SessionOptions, turn: Turn, token: string): Promise<ApiReply> {
  const { platform, permits, dispatcher } = options;
  const { request, signal } = turn;
  const patienceMs = Math.max(0, turn.patienceEndsAt - performance.now());
  const permit = await permits.acquire(request.rules, { platform, patienceMs, signal });
  let released: Promise<void> | undefined;
  const release = (outcome: Parameters<Permit['release']>[0]) => {
    released ??= permit.release(outcome).catch((error) => unreleased(options, error));
    return released;
  };
  try {
    const onHead = (head: HttpHead) => {
      const report = options.reportOf?.(request, head);
      void release({ answered: true, ...(report && { report }) });
    };
    const deadlineMs = permit.leftMs();
    const http = { ...httpRequest(options.apiUrl, request, token), signal, deadlineMs, onHead };
    const reply = parse(platform, await send(platform, http, dispatcher));
    if (reply.status === 429) await block(options, permit, request, reply);
    return reply;
  } finally {
    await release({ answered: false });
  }
}

function httpRequest(apiUrl: string, { method, path, query, body }: ApiRequest, token: string) {
  const url = new URL(apiUrl.replace(/\/+$/, '') + path);
  for (const [name, values] of Object.entries(query ?? {}))
    for (const value of [values].flat()) url.searchParams.append(name, value);
  const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
  if (body === undefined) return { method, url, headers };
  return {
    method,
    url,
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
}

/** An unreadable body is a fault of the way there when the status is good; an error page needs no body. */
function parse(platform: Platform, { status, headers, text }: HttpReply): ApiReply {
  const date = Date.parse(headerOf(headers, 'date') ?? '');
  const at = Number.isNaN(date) ? null : new Date(date);
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

/** What the CRM refused for now is refused here too, for all processes. */
async function block(
  options: SessionOptions,
  permit: Permit,
  request: ApiRequest,
  reply: ApiReply,
): Promise<void> {
  const { retry } = options.classify(reply);
  if (typeof retry !== 'object') return;
  await permit.block(request.refusedBy, retry.afterMs).catch((error) => unreleased(options, error));
}

/** Safe to go on from: a slot that was not released frees later than it could, by itself. */
function unreleased({ log, platform }: SessionOptions, error: unknown): void {
  log?.warn({ err: error, platform }, 'A permit could not be settled; it ends by itself.');
}
