import Bottleneck from 'bottleneck';
import type { Dispatcher } from 'undici';
import type { AppError, Platform } from '../../domain/index.js';
import type { Logger } from '../../runtime/index.js';
import type { Session, SessionOwner } from '../contract.js';
import { type ApiReply, type ApiRequest, httpRequest, parseReply } from './api-request.js';
import { type HttpHead, send } from './http.js';
import type { LimitReport, Permit, Permits } from './permits.js';

export type { ApiReply, ApiRequest } from './api-request.js';

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

/** A long allowance that every call of a platform counts in, beside its rules. */
export interface CallAllowance {
  /** Gives the moment (ms). @throws AppError QUOTA_EXHAUSTED ({ afterMs }), UNAVAILABLE (backoff) */
  spend(owner: SessionOwner): Promise<number>;
  /** What a reply tells of it, and when its call was spent. */
  answered(owner: SessionOwner, reply: ApiReply, spentAt: number): Promise<void>;
}

export interface SessionOptions {
  readonly platform: Platform;
  /** Where the API is, unless an account's own address is known. */
  readonly apiUrl?: string;
  readonly permits: Permits;
  /** What an answer other than 2xx means; a 401 is that of a token that was just renewed. */
  readonly classify: (reply: ApiReply) => AppError;
  /** What the reply's headers say is left, of one of the call's rules. */
  readonly reportOf?: (request: ApiRequest, head: HttpHead) => LimitReport | undefined;
  /** Whether a reply says that the token is used up; default: every 401. */
  readonly isTokenRefused?: (reply: ApiReply) => boolean;
  readonly allowance?: CallAllowance;
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
  readonly countCall: () => void;
  /** When the caller's patience ends, by performance.now(). */
  readonly patienceEndsAt: number;
}

/** Makes the sessions of one platform; its accounts' queues are forgotten when idle for five minutes. */
export function createSessions(options: SessionOptions): { open(owner: SessionOwner): HttpSession } {
  const { patienceMs = 2_000, concurrency = 4 } = options;
  const queues = new Bottleneck.Group({ maxConcurrent: concurrency, timeout: 5 * 60_000 });
  return {
    open(owner) {
      let calls = 0;
      const countCall = () => {
        calls += 1;
      };
      return {
        accountId: owner.accountId,
        get calls() {
          return calls;
        },
        call(request, signal) {
          const turn = { request, owner, signal, countCall, patienceEndsAt: performance.now() + patienceMs };
          const job = { priority: request.priority ?? 5 };
          return queues.key(owner.accountId).schedule(job, () => callOnce(options, turn));
        },
      };
    },
  };
}

/** The call, and once more with another token where the first was refused. */
async function callOnce(options: SessionOptions, turn: Turn): Promise<ApiReply> {
  const { owner, signal } = turn;
  signal.throwIfAborted();
  const token = await owner.tokens.current();
  let reply = await attempt(options, turn, token);
  const { isTokenRefused = ({ status }) => status === 401 } = options;
  if (isTokenRefused(reply)) reply = await attempt(options, turn, await owner.tokens.renew(token));
  if (reply.status < 300 || turn.request.handsOn?.includes(reply.status)) return reply;
  throw options.classify(reply);
}

async function attempt(options: SessionOptions, turn: Turn, token: string): Promise<ApiReply> {
  const { platform, permits, dispatcher, allowance } = options;
  const { request, owner, signal } = turn;
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
    const spentAt = await allowance?.spend(owner);
    const deadlineMs = permit.leftMs();
    turn.countCall();
    const http = { ...httpRequest(addressOf(options, owner), request, token), signal, deadlineMs, onHead };
    const reply = parseReply(platform, request.as, await send(platform, http, dispatcher));
    if (spentAt !== undefined)
      await allowance?.answered(owner, reply, spentAt).catch((error) => unreleased(options, error));
    if (reply.status >= 400) await block(options, permit, request, reply);
    return reply;
  } finally {
    await release({ answered: false });
  }
}

function addressOf({ apiUrl, platform }: SessionOptions, owner: SessionOwner): string {
  const address = owner.apiUrl ?? apiUrl;
  if (address === undefined) throw new Error(`an account of ${platform} has no address`);
  return address;
}

/** What the CRM refused for now is refused here too, for all processes. */
async function block(
  options: SessionOptions,
  permit: Permit,
  request: ApiRequest,
  reply: ApiReply,
): Promise<void> {
  const { code, retry } = options.classify(reply);
  if (typeof retry !== 'object' || (reply.status !== 429 && code !== 'RATE_LIMITED')) return;
  await permit.block(request.refusedBy, retry.afterMs).catch((error) => unreleased(options, error));
}

/** Safe to go on from: a slot that was not released frees later than it could, by itself. */
function unreleased({ log, platform }: SessionOptions, error: unknown): void {
  log?.warn({ err: error, platform }, 'A permit could not be settled; it ends by itself.');
}
